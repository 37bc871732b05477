//! Reads an accepted answer to its end: text pieces as they come, what the call used, and what the end amounts to.
//!
//! Decisions here:
//! - A reply counts only if the server said that it is complete. A connection that closes before that was cut: half a program
//!   must not be run as if it were whole.
//! - A server may answer a request for a stream with one JSON body (some gateways do); that is read as well.
//! - After the completion is said, the rest is read for a moment: several servers say the usage last, and one that is hung up
//!   on before its end mark has a client that left in its log.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::call::{Caller, Failure, Framing, broken};
use super::lines::Lines;
use super::part::{self, Finish, Part, Used};
use super::sse::Decoder;
use super::{BrokenStream, LlmError, Message, Phase, Piece, Schema, retry};

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
    Lines(Lines),
    /// One JSON document although a stream was asked for.
    Document(Vec<u8>),
}

/// A reply that the server has begun to give.
pub(super) struct Reply {
    caller: Caller,
    response: Response,
    body: Body,
    /// Parts that arrived together and have not been handed on.
    parts: VecDeque<Part>,
    /// Something that the model did has arrived.
    arrived: bool,
    text_bytes: usize,
    has_words: bool,
    refusal: String,
    used: Used,
    finish: Option<Finish>,
    /// Read to its end; what the call used was given.
    is_over: bool,
    first_token_by: Instant,
    end_by: Instant,
}

impl Reply {
    /// Sends the request, again if that is worth it, until a server accepts it and says its first part.
    pub(super) async fn begin(
        caller: &Caller,
        messages: &[Message],
        schema: Option<&Schema>,
    ) -> Result<Reply, LlmError> {
        let begun = Instant::now();
        let first_token_by = begun + caller.connection.deadlines.first_token;
        let end_by = begun + caller.connection.deadlines.total;
        let mut failures = 0;
        loop {
            let attempt = async {
                let response = caller.send(messages, schema, first_token_by.min(end_by)).await?;
                let mut reply = Reply::new(caller.clone(), response, first_token_by, end_by);
                reply.fill().await?;
                Ok::<Reply, Failure>(reply)
            };
            let Failure { error, is_final } = match attempt.await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            failures += 1;
            match retry::pause(&error, failures).filter(|_| !is_final) {
                // To wait past the deadline would only hide this failure behind that one.
                Some(pause) if Instant::now() + pause < first_token_by => {
                    caller.will_retry(&error, failures, pause);
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(error),
            }
        }
    }

    fn new(caller: Caller, response: Response, first_token_by: Instant, end_by: Instant) -> Reply {
        let body = match caller.dialect.framing() {
            Framing::Events => Body::Unknown,
            Framing::Lines => Body::Lines(Lines::default()),
        };
        Reply {
            caller,
            response,
            body,
            parts: VecDeque::new(),
            arrived: false,
            text_bytes: 0,
            has_words: false,
            refusal: String::new(),
            used: Used::default(),
            finish: None,
            is_over: false,
            first_token_by,
            end_by,
        }
    }

    /// The next piece; `None` after a reply that is whole and says something. What the call used comes before its end, be that
    /// a failure or not.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, LlmError> {
        while !self.is_over {
            // What came in one piece with the end but after it counts no more than what is drained.
            if self.finish.is_none() {
                match self.parts.pop_front() {
                    Some(part) => {
                        if let Some(text) = self.accept(part)? {
                            return Ok(Some(Piece::Text(text)));
                        }
                    }
                    None => self.fill().await?,
                }
                continue;
            }
            self.drain().await;
            self.is_over = true;
            if let Some(usage) = self.used.usage() {
                return Ok(Some(Piece::Usage(usage)));
            }
        }
        self.end().map(|()| None)
    }

    /// The text of a part, if it is one.
    fn accept(&mut self, part: Part) -> Result<Option<String>, LlmError> {
        match part {
            Part::Text(text) => {
                self.count(text.len())?;
                self.has_words |= !text.trim().is_empty();
                return Ok(Some(text));
            }
            Part::Refusal(text) => {
                self.count(text.len())?;
                self.refusal.push_str(&text);
            }
            Part::Finished(finish) => {
                // The end mark follows the reason and must not hide it.
                self.finish.get_or_insert(finish);
            }
            Part::Failed { status, message } => return Err(self.failed(status, &message)),
            Part::Thinking | Part::Used(_) => {}
        }
        Ok(None)
    }

    fn count(&mut self, bytes: usize) -> Result<(), LlmError> {
        self.text_bytes += bytes;
        if self.text_bytes > REPLY_LIMIT {
            return Err(broken(BrokenStream::TooLong { limit: REPLY_LIMIT }));
        }
        Ok(())
    }

    /// Reads until at least one part is there.
    async fn fill(&mut self) -> Result<(), LlmError> {
        while self.parts.is_empty() {
            let (by, phase) = self.deadline();
            let chunk = timeout_at(by, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| self.caller.connection.timeout(phase))?;
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
            return Err(self.caller.connection.refused_with(*status, None, message));
        }
        self.arrived = true;
        Ok(())
    }

    fn deadline(&self) -> (Instant, Phase) {
        let (by, phase) = if self.arrived {
            let idle = self.caller.connection.deadlines.idle;
            (Instant::now() + idle, Phase::Idle)
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
        let framing = |error| broken(BrokenStream::Framing(error));
        let whole = match &mut self.body {
            Body::Unknown => Vec::new(),
            Body::Document(document) => {
                document.extend_from_slice(bytes);
                if document.len() > ANSWER_LIMIT {
                    return Err(broken(BrokenStream::TooLong { limit: ANSWER_LIMIT }));
                }
                Vec::new()
            }
            Body::Events(decoder) => decoder.push(bytes).map_err(framing)?,
            Body::Lines(lines) => lines.push(bytes).map_err(framing)?,
        };
        for data in whole {
            let parts = self.read(&data)?;
            self.keep(parts);
        }
        Ok(())
    }

    /// The end of the body: what stands open in it is a part only if it is whole.
    fn take_rest(&mut self) -> Result<(), LlmError> {
        let open = match std::mem::replace(&mut self.body, Body::Unknown) {
            Body::Unknown => None,
            Body::Document(document) => {
                let parts = self.read(&String::from_utf8_lossy(&document))?;
                // A whole answer has ended by having arrived, also where no reason is given.
                let end = (!parts.is_empty()).then_some(Part::Finished(Finish::Complete));
                self.keep(parts.into_iter().chain(end));
                None
            }
            Body::Events(decoder) => decoder.finish(),
            Body::Lines(lines) => lines.finish(),
        };
        if let Some(Ok(parts)) = open.map(|data| self.read(&data)) {
            self.keep(parts);
        }
        Ok(())
    }

    fn read(&self, data: &str) -> Result<Vec<Part>, LlmError> {
        let parts = self.caller.dialect.parts(data);
        parts.map_err(|how| self.caller.connection.broken(how))
    }

    /// What was used is no sign of the model: several servers say the size of the question before they work on it.
    fn keep(&mut self, parts: impl IntoIterator<Item = Part>) {
        for part in parts {
            match part {
                Part::Used(used) => self.used.take(used),
                part => self.parts.push_back(part),
            }
        }
    }

    /// After the end nothing counts but what was used.
    async fn drain(&mut self) {
        let by = self.end_by.min(Instant::now() + DRAIN);
        while let Ok(Ok(Some(bytes))) = timeout_at(by, self.response.chunk()).await {
            if self.take(&bytes).is_err() {
                return;
            }
            self.parts.clear();
        }
    }

    /// What a reply that the server calls complete amounts to.
    fn end(&mut self) -> Result<(), LlmError> {
        let refusal = self
            .caller
            .connection
            .scrub(&part::shorten(&self.refusal, REFUSAL_LIMIT));
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
        let connection = &self.caller.connection;
        match status {
            Some(status) if status >= 400 && self.text_bytes == 0 => connection.refused_with(status, None, message),
            _ => connection.broken(BrokenStream::Reported(message.to_owned())),
        }
    }
}
