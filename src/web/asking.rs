//! A question on its way: the model's reply piece by piece, then the stored chart or a failure; and what it took.
//!
//! Dropping the stream hangs up on the model. What was asked is counted then as well, so that a reader who left is counted too.

use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt as _, stream};

use super::App;
use super::error::Failure;
use super::limit::PROGRAM_BYTES;
use super::quota::{Client, Unit};
use super::wire::{self, Answer};
use crate::llm::{self, Llm, Piece, Pieces, Usage};
use crate::store::{Chart, ChartId};
use crate::{program, prompt, telemetry};

/// Of text in any language, roughly: for what a provider does not count itself.
const BYTES_A_TOKEN: usize = 4;

/// A chart without its program.
pub(super) struct Draft {
    pub(super) question: String,
    pub(super) profile: Option<String>,
    pub(super) parent: Option<ChartId>,
    pub(super) repairs: u32,
}

/// What comes of asking, in order; one of the last two is the end.
pub(super) enum Step {
    Delta(String),
    Done(Box<Answer>),
    Failed(Arc<Failure>),
}

impl Draft {
    pub(super) fn ask(
        self,
        app: &App,
        client: Client,
        llm: Arc<Llm>,
        messages: Vec<prompt::Message>,
    ) -> Result<impl Stream<Item = Step> + Send + use<>, Failure> {
        let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
        let question_tokens = tokens(bytes);
        app.meters()
            .take(Unit::Tokens, client, question_tokens, Instant::now())
            .map_err(Failure::Quota)?;
        let measured = Measured {
            app: app.clone(),
            client,
            model: llm.clone(),
            kind: if self.repairs > 0 { "repair" } else { "question" },
            started: Instant::now(),
            has_begun: false,
            outcome: "left",
            question_tokens,
            reply_bytes: 0,
            usage: None,
        };
        let asking = Asking {
            draft: self,
            pieces: llm.stream(messages.into_iter().map(for_llm).collect(), None),
            reply: String::new(),
            measured,
        };
        Ok(stream::unfold(Some(asking), async |asking| asking?.next().await))
    }

    pub(super) async fn store(
        self,
        app: &App,
        program: String,
        model: Option<String>,
        usage: Option<wire::Usage>,
    ) -> Result<Answer, Failure> {
        let chart = Chart {
            id: ChartId::random()?,
            parent: self.parent,
            question: self.question,
            program,
            profile: self.profile,
            repairs: self.repairs,
            created: format!("{:.3}", (app.parts().now)()),
            model,
        };
        let chart = app.parts().store.insert(chart).await?;
        let answer = Answer::new(chart).map_err(|error| Failure::Render(error.into()))?;
        Ok(Answer { usage, ..answer })
    }
}

/// A question that is being answered.
struct Asking {
    draft: Draft,
    pieces: Pieces,
    reply: String,
    measured: Measured,
}

impl Asking {
    async fn next(mut self) -> Option<(Step, Option<Asking>)> {
        loop {
            match self.pieces.next().await {
                Some(Ok(Piece::Text(text))) => {
                    self.measured.piece(&text);
                    self.reply.push_str(&text);
                    return Some((Step::Delta(text), Some(self)));
                }
                Some(Ok(Piece::Usage(usage))) => self.measured.usage = Some(usage),
                Some(Err(error)) => {
                    let failure = Failure::Model(error);
                    self.measured.outcome = failure.said().code.name();
                    return Some((Step::Failed(Arc::new(failure)), None));
                }
                None => return Some((self.end().await, None)),
            }
        }
    }

    async fn end(self) -> Step {
        let Asking {
            draft,
            reply,
            mut measured,
            ..
        } = self;
        match whole(&measured, draft, &reply).await {
            Ok(stored) => {
                measured.outcome = "ok";
                Step::Done(Box::new(stored))
            }
            Err(failure) => {
                measured.outcome = failure.said().code.name();
                Step::Failed(Arc::new(failure))
            }
        }
    }
}

async fn whole(measured: &Measured, draft: Draft, reply: &str) -> Result<Answer, Failure> {
    let app = &measured.app;
    let program = program::from_reply(reply, app.parts().bundle.runtime())?;
    if program.source.len() > PROGRAM_BYTES {
        return Err(Failure::ProgramTooLarge(program.source.len()));
    }
    let model = &measured.model;
    let usage = measured.usage.map(|usage| {
        let cost = model.cost(usage);
        wire::Usage {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            dollars: cost.map(|cost| cost.dollars),
            is_estimate: cost.is_some_and(|cost| cost.is_estimate),
        }
    });
    draft
        .store(app, program.source, Some(model.name().to_owned()), usage)
        .await
}

fn for_llm(message: prompt::Message) -> llm::Message {
    let role = match message.role {
        prompt::Role::System => llm::Role::System,
        prompt::Role::User => llm::Role::User,
        prompt::Role::Assistant => llm::Role::Assistant,
    };
    llm::Message {
        role,
        content: message.content,
    }
}

fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(BYTES_A_TOKEN)).unwrap_or(u64::MAX)
}

/// Counts itself when it is dropped.
struct Measured {
    app: App,
    client: Client,
    model: Arc<Llm>,
    kind: &'static str,
    started: Instant,
    has_begun: bool,
    outcome: &'static str,
    /// As the client was charged with before the model was asked.
    question_tokens: u64,
    reply_bytes: usize,
    usage: Option<Usage>,
}

impl Measured {
    fn piece(&mut self, text: &str) {
        self.reply_bytes += text.len();
        if !self.has_begun {
            self.has_begun = true;
            metrics::histogram!(telemetry::FIRST_TOKEN_SECONDS, "model" => self.model.name().to_owned())
                .record(self.started.elapsed());
        }
    }

    /// What the provider counted; where it did not, what it must have been about. A call that was refused took nothing.
    fn tokens(&self) -> u64 {
        match self.usage {
            Some(usage) => usage.input_tokens.saturating_add(usage.output_tokens),
            None if self.has_begun || self.outcome == "left" => self.question_tokens + tokens(self.reply_bytes),
            None => 0,
        }
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let (tokens, now) = (self.tokens(), Instant::now());
        self.app
            .meters()
            .correct_tokens(self.client, self.question_tokens, tokens, now);
        let model = || self.model.name().to_owned();
        metrics::counter!(telemetry::ASKED, "kind" => self.kind, "model" => model(), "outcome" => self.outcome)
            .increment(1);
        if self.outcome == "ok" {
            metrics::histogram!(telemetry::REPLY_SECONDS, "model" => model()).record(self.started.elapsed());
        }
        if let Some(usage) = self.usage {
            for (direction, tokens) in [("input", usage.input_tokens), ("output", usage.output_tokens)] {
                metrics::counter!(telemetry::TOKENS, "model" => model(), "direction" => direction).increment(tokens);
            }
        }
    }
}
