//! One call of a model: charged to the client before it is made, measured while it lasts, counted when it is over.
//!
//! Dropping a call hangs up on the model. It is counted then as well, so that a reader who left is counted too. What is asked, and what
//! comes of the reply, is for `asking` and `explaining`.

use std::sync::Arc;
use std::time::Instant;

use super::App;
use super::error::Failure;
use super::quota::{Client, Unit};
use super::wire;
use crate::llm::{self, Llm, Pieces, Turn, Usage};
use crate::{prompt, telemetry};

/// Of text in any language, roughly: for what a provider does not count itself.
const BYTES_A_TOKEN: usize = 4;

/// What a call is for, as the metrics tell them apart.
#[derive(Clone, Copy)]
pub(super) struct Purpose {
    pub(super) kind: &'static str,
    /// Which repair it is; none of a question.
    pub(super) round: u32,
}

pub(super) struct Call {
    pub(super) pieces: Pieces,
    pub(super) reply: String,
    pub(super) measured: Measured,
    /// The next call of the same question is made in it as well.
    pub(super) turn: Turn,
}

impl Call {
    /// In the `turn` of an earlier call, if the question had one; else in one of the client's.
    pub(super) fn start(
        app: &App,
        client: Client,
        llm: &Arc<Llm>,
        purpose: Purpose,
        messages: &[prompt::Message],
        schema: Option<&serde_json::Value>,
        turn: Option<Turn>,
    ) -> Result<Call, Failure> {
        let schema_bytes = schema.map_or(0, |schema| schema.to_string().len());
        let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
        let question_tokens = tokens(bytes + schema_bytes);
        app.meters()
            .take(Unit::Tokens, client, question_tokens, Instant::now())
            .map_err(Failure::Quota)?;
        let turn = turn.unwrap_or_else(|| match purpose.round {
            0 => Turn::of(client.person()),
            _ => Turn::again(client.person()),
        });
        let request = llm::Request {
            messages: messages.iter().map(for_llm).collect(),
            schema: schema.cloned().map(llm::Schema::new),
            turn: turn.clone(),
        };
        Ok(Call {
            pieces: llm.stream(request),
            turn,
            reply: String::new(),
            measured: Measured {
                app: app.clone(),
                client,
                model: llm.clone(),
                purpose,
                started: Instant::now(),
                has_begun: false,
                outcome: "left",
                question_tokens,
                reply_bytes: 0,
                usage: None,
            },
        })
    }
}

/// What a call took, for whoever asked.
pub(super) fn used(llm: &Llm, usage: Usage) -> wire::Usage {
    let cost = llm.cost(usage);
    wire::Usage {
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        dollars: cost.map(|cost| cost.dollars),
        is_estimate: cost.is_some_and(|cost| cost.is_estimate),
    }
}

fn for_llm(message: &prompt::Message) -> llm::Message {
    let role = match message.role {
        prompt::Role::System => llm::Role::System,
        prompt::Role::User => llm::Role::User,
        prompt::Role::Assistant => llm::Role::Assistant,
    };
    llm::Message {
        role,
        content: message.content.clone(),
    }
}

fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(BYTES_A_TOKEN)).unwrap_or(u64::MAX)
}

/// Counts itself when it is dropped.
pub(super) struct Measured {
    app: App,
    client: Client,
    model: Arc<Llm>,
    purpose: Purpose,
    /// When the model could begin.
    started: Instant,
    has_begun: bool,
    pub(super) outcome: &'static str,
    /// As the client was charged with before the model was asked.
    question_tokens: u64,
    reply_bytes: usize,
    pub(super) usage: Option<Usage>,
}

impl Measured {
    /// What was waited for until now was not the model: its time begins.
    pub(super) fn begins(&mut self) {
        self.started = Instant::now();
    }

    pub(super) fn piece(&mut self, text: &str) {
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
        metrics::counter!(telemetry::ASKED, "kind" => self.purpose.kind, "model" => model(), "outcome" => self.outcome)
            .increment(1);
        if self.purpose.round > 0 {
            let round = self.purpose.round.to_string();
            metrics::counter!(telemetry::REPAIRS, "round" => round, "model" => model(), "outcome" => self.outcome)
                .increment(1);
        }
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
