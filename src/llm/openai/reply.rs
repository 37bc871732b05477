//! Reads an accepted answer to its end: text pieces as they come, and what the end amounts to.
//!
//! Decisions here:
//! - A reply counts only if the server said that it is complete (`finish_reason` or `[DONE]`). A connection that closes
//!   before that was cut: half a program must not be run as if it were whole.
//! - A server may answer a request for a stream with one JSON body (some gateways do); that is read as well.
//! - After the completion is said, the rest is drained for a moment, because a client that hangs up before `[DONE]` stands
//!   in the server's log as one that left.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::wire::{self, Finish, Part};
use super::{Inner, broken};
use crate::llm::sse::Decoder;
use crate::llm::{BrokenStream, LlmError, Message, Phase, retry};

/// A model that has begun to repeat itself does not stop by itself; no program is this long.
pub(super) const REPLY_LIMIT: usize = 256 * 1024;
/// A whole answer that is no stream: text, escapes and extras.
const ANSWER_LIMIT: usize = 4 * REPLY_LIMIT;
/// A refusal is the model's own sentence and may be a paragraph.
const REFUSAL_LIMIT: usize = 600;
const DRAIN: Duration = Duration::from_secs(1);

/// What the bytes of an answer are. Their beginning tells it more surely than the content type, which some servers leave out
/// or set wrong: no line of an event stream begins with a brace.
enum Body {
    Unknown,
    Events(Decoder),
    /// One JSON document although a stream was asked for.
    Document(Vec<u8>),
}

/// A reply that the server has begun to give.
pub(super) struct Reply {
    client: Arc<Inner>,
    response: Response,
    body: Body,
    /// Parts that arrived together and have not been handed on.
    parts: VecDeque<Part>,
    /// Something that the model did has arrived.
    arrived: bool,
    text_bytes: usize,
    has_words: bool,
    refusal: String,
    finish: Option<Finish>,
    first_token_by: Instant,
    end_by: Instant,
}

impl Reply {
    /// Sends the request, a second time if that is worth it, until a server accepts it and says its first part.
    pub(super) async fn begin(client: Arc<Inner>, messages: &[Message]) -> Result<Reply, LlmError> {
        let begun = Instant::now();
        let first_token_by = begun + client.deadlines.first_token;
        let end_by = begun + client.deadlines.total;
        let mut tried_again = false;
        loop {
            let attempt = async {
                let response = client.send(messages, first_token_by.min(end_by)).await?;
                let mut reply = Reply::new(client.clone(), response, first_token_by, end_by);
                reply.fill().await?;
                Ok(reply)
            };
            let error = match attempt.await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            match retry::pause(&error) {
                Some(pause) if !tried_again => tokio::time::sleep(pause).await,
                _ => return Err(error),
            }
            tried_again = true;
        }
    }

    fn new(client: Arc<Inner>, response: Response, first_token_by: Instant, end_by: Instant) -> Reply {
        Reply {
            client,
            response,
            body: Body::Unknown,
            parts: VecDeque::new(),
            arrived: false,
            text_bytes: 0,
            has_words: false,
            refusal: String::new(),
            finish: None,
            first_token_by,
            end_by,
        }
    }

    /// The next piece of text; `None` after a reply that is whole and says something.
    pub(super) async fn next(&mut self) -> Result<Option<String>, LlmError> {
        loop {
            while let Some(part) = self.parts.pop_front() {
                match part {
                    Part::Text(text) => {
                        self.text_bytes += text.len();
                        self.has_words |= !text.trim().is_empty();
                        if self.text_bytes > REPLY_LIMIT {
                            return Err(broken(BrokenStream::TooLong { limit: REPLY_LIMIT }));
                        }
                        return Ok(Some(text));
                    }
                    Part::Thinking => {}
                    Part::Refusal(text) => {
                        self.text_bytes += text.len();
                        if self.text_bytes > REPLY_LIMIT {
                            return Err(broken(BrokenStream::TooLong { limit: REPLY_LIMIT }));
                        }
                        self.refusal.push_str(&text);
                    }
                    Part::Finished(finish) => {
                        // The end mark follows the reason and must not hide it.
                        self.finish.get_or_insert(finish);
                    }
                    Part::Failed { status, message } => return Err(self.failed(status, &message)),
                }
            }
            if self.finish.is_some() {
                self.drain().await;
                return self.end().map(|()| None);
            }
            self.fill().await?;
        }
    }

    /// Reads until at least one part is there.
    async fn fill(&mut self) -> Result<(), LlmError> {
        while self.parts.is_empty() {
            let (by, phase) = self.deadline();
            let chunk = timeout_at(by, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| self.client.timeout(phase))?;
            match chunk.map_err(|error| broken(BrokenStream::Connection(error.without_url())))? {
                Some(bytes) => self.take(&bytes)?,
                None => {
                    self.take_rest()?;
                    if self.parts.is_empty() {
                        return Err(broken(BrokenStream::Cut));
                    }
                }
            }
        }
        // A first part that is a failure is like a status that says so: nothing was given yet, so a retry is possible.
        if !self.arrived
            && let Some(Part::Failed {
                status: Some(status),
                message,
            }) = self.parts.front()
            && *status >= 400
        {
            return Err(self.client.refused_with(*status, None, message));
        }
        self.arrived = true;
        Ok(())
    }

    fn deadline(&self) -> (Instant, Phase) {
        let (by, phase) = if self.arrived {
            (Instant::now() + self.client.deadlines.idle, Phase::Idle)
        } else {
            (self.first_token_by, Phase::FirstToken)
        };
        if self.end_by < by {
            (self.end_by, Phase::Total)
        } else {
            (by, phase)
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), LlmError> {
        if matches!(self.body, Body::Unknown) {
            match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
                None => return Ok(()),
                Some(b'{') => self.body = Body::Document(Vec::new()),
                Some(_) => self.body = Body::Events(Decoder::default()),
            }
        }
        match &mut self.body {
            Body::Unknown => {}
            Body::Document(document) => {
                document.extend_from_slice(bytes);
                if document.len() > ANSWER_LIMIT {
                    return Err(broken(BrokenStream::TooLong { limit: ANSWER_LIMIT }));
                }
            }
            Body::Events(decoder) => {
                let events = decoder
                    .push(bytes)
                    .map_err(|error| broken(BrokenStream::Framing(error)))?;
                for data in events {
                    let parts = wire::parts(&data).map_err(|how| self.client.broken(how))?;
                    self.parts.extend(parts);
                }
            }
        }
        Ok(())
    }

    /// The end of the body: what stands open in it is a part only if it is whole.
    fn take_rest(&mut self) -> Result<(), LlmError> {
        match std::mem::replace(&mut self.body, Body::Unknown) {
            Body::Unknown => {}
            Body::Document(document) => {
                let parts = wire::parts(&String::from_utf8_lossy(&document)).map_err(|how| self.client.broken(how))?;
                // A whole answer has ended by having arrived, also where no reason is given.
                let end = (!parts.is_empty()).then_some(Part::Finished(Finish::Complete));
                self.parts.extend(parts.into_iter().chain(end));
            }
            Body::Events(decoder) => {
                let open = decoder.finish().and_then(|data| wire::parts(&data).ok());
                self.parts.extend(open.into_iter().flatten());
            }
        }
        Ok(())
    }

    async fn drain(&mut self) {
        let by = self.end_by.min(Instant::now() + DRAIN);
        while let Ok(Ok(Some(_))) = timeout_at(by, self.response.chunk()).await {}
    }

    /// What a reply that the server calls complete amounts to.
    fn end(&mut self) -> Result<(), LlmError> {
        let refusal = self.client.scrub(&wire::shorten(&self.refusal, REFUSAL_LIMIT));
        match self.finish {
            Some(Finish::Error) => Err(broken(BrokenStream::Reported("no reason given".into()))),
            Some(Finish::ContentFilter) if refusal.is_empty() => Err(LlmError::Refused {
                message: "the provider's content filter stopped it".into(),
            }),
            _ if !refusal.is_empty() => Err(LlmError::Refused { message: refusal }),
            Some(Finish::LengthLimit) => Err(broken(BrokenStream::LengthLimit)),
            _ if !self.has_words => Err(LlmError::Empty),
            _ => Ok(()),
        }
    }

    /// An error object in the stream. Before any text it is what its status says, after that the reply is broken.
    fn failed(&self, status: Option<u16>, message: &str) -> LlmError {
        match status {
            Some(status) if status >= 400 && self.text_bytes == 0 => self.client.refused_with(status, None, message),
            _ => self.client.broken(BrokenStream::Reported(message.to_owned())),
        }
    }
}
