//! The one way to a language model: messages in, a stream of text out.
//!
//! This module and its parts are the only ones that talk to the outside. They know nothing of charts: the words are built in
//! `prompt`, the program is found in `program`, and what a failure means to a reader is decided in `web`. One file per
//! dialect (`openai`, `anthropic`, `ollama`), which says what a request and its answer look like; `call` sends it, `reply` reads
//! it, `models` knows which models there are, and `connect` what each provider wants to be called by. `embedded` is a model in this
//! process instead, before which persons take turns (`turn`). A reply is a stream of pieces that ends after the last one or with one [`LlmError`].
//!
//! Promises to the caller:
//! - every call ends: connecting, the first token, each pause and the whole have a deadline;
//! - dropping the stream closes the connection, so that the upstream call is cancelled;
//! - no key is ever in an error, in `Debug` or in a log.

mod address;
mod anthropic;
mod call;
mod connect;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod lines;
mod listing;
mod models;
mod ollama;
mod openai;
mod part;
#[cfg(test)]
pub(crate) mod replay;
mod reply;
mod retry;
mod scripted;
mod size;
mod sse;
#[cfg(test)]
mod tests;
mod turn;

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use secrecy::SecretString;
use serde::Serialize;

pub use address::{is_address, is_nearby};
pub use connect::key_variable;
pub use error::{BrokenStream, LlmError, Phase, SetupError, WeightsError};
pub use models::Models;
pub use sse::SseError;
pub use turn::{Person, Turn};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// What a reply has to be: JSON of this form, as JSON Schema. Its properties are written in the order in which they stand here,
/// so that what is decided first can bear on the rest. Cheap to share.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema(Arc<serde_json::Value>);

impl Schema {
    pub fn new(schema: serde_json::Value) -> Schema {
        Schema(Arc::new(schema))
    }

    pub fn value(&self) -> &serde_json::Value {
        &self.0
    }
}

/// What is asked of a model, and in whose turn.
pub struct Request {
    pub messages: Vec<Message>,
    pub schema: Option<Schema>,
    pub turn: Turn,
}

/// One thing that a call gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Text(String),
    /// What the call took, if the provider says so; after all text, also where the reply turns out to be a failure.
    Usage(Usage),
    /// What is waited for before the model can begin; before all text.
    Waiting(Waiting),
}

/// Why a model that runs in the server has not begun with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// So many questions are answered before this one.
    Queued {
        ahead: usize,
    },
    /// Its weights are not here yet; bytes.
    Fetching {
        done: u64,
        total: u64,
    },
    /// Whether the weights are the pinned ones.
    Checking,
    Loading,
    /// It begins now.
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    pub input_tokens: u64,
    /// Thoughts included.
    pub output_tokens: u64,
    pub cost: Option<Cost>,
}

impl Usage {
    /// What two calls took together.
    pub fn and(self, other: Usage) -> Usage {
        let cost = match (self.cost, other.cost) {
            (Some(one), Some(other)) => Some(Cost {
                dollars: one.dollars + other.dollars,
                is_estimate: one.is_estimate || other.is_estimate,
            }),
            (one, other) => one.or(other),
        };
        Usage {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    pub dollars: f64,
    /// Computed from a price that the operator gave, not said by the provider.
    pub is_estimate: bool,
}

/// What the operator says that a model costs, in dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    pub input: f64,
    pub output: f64,
}

impl Price {
    fn of(self, usage: Usage) -> Cost {
        // Tokens are far fewer than a double can count.
        let dollars = self.input * usage.input_tokens as f64 + self.output * usage.output_tokens as f64;
        Cost {
            dollars: dollars / 1e6,
            is_estimate: true,
        }
    }
}

/// What a provider needs, as `config` read it.
#[derive(Debug, Clone)]
pub struct Settings {
    pub provider: Provider,
    pub deadlines: Deadlines,
    /// The longest reply that is asked for, thoughts included. A model that has begun to repeat itself would otherwise write on
    /// after nobody listens, on servers that do not notice a hang-up.
    pub most_tokens: Option<NonZeroU32>,
}

/// As the name of a model: all that the provider lists.
pub const ALL: &str = "*";

#[derive(Clone)]
pub enum Provider {
    /// Any server that speaks OpenAI's chat completions: OpenAI, NIM, vLLM, llama.cpp, OpenRouter.
    OpenAi {
        /// As the operator named it, where it is not the one of `openai:`.
        server: Option<String>,
        /// As the vendor's own clients read it, so with the version: `https://api.openai.com/v1`.
        base_url: String,
        /// A server on one's own machine needs none.
        api_key: Option<SecretString>,
        model: String,
    },
    /// Anthropic's Messages, and those who imitate them.
    Anthropic {
        /// As the vendor's own clients read it, so without the version: `https://api.anthropic.com`.
        base_url: String,
        api_key: Option<SecretString>,
        model: String,
    },
    Ollama {
        /// Where it may be, in the order in which it is looked for.
        base_urls: Vec<String>,
        model: String,
        /// Nobody said that there is one, so it is no fault if there is none.
        is_guess: bool,
    },
    /// A model in the server itself.
    Embedded {
        model: String,
        place: EmbeddedPlace,
        /// It is offered only where nobody else offers a model.
        is_fallback: bool,
    },
    /// Replies from a file, for tests of the page.
    Scripted { file: PathBuf },
}

/// Where the weights of a model in the server are, and come from.
#[derive(Clone)]
pub struct EmbeddedPlace {
    /// In which they are kept.
    pub folder: PathBuf,
    /// A file of them that is there already.
    pub file: Option<PathBuf>,
    /// Of their publisher.
    pub hub: String,
    /// A Python package index that has them as well.
    pub index: Option<String>,
    /// `None`: all but one core.
    pub threads: Option<NonZeroU32>,
}

/// An index's address may carry a password.
impl fmt::Debug for EmbeddedPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EmbeddedPlace({})", self.folder.display())
    }
}

/// Whether this program was built with what runs a model in it.
pub const HAS_EMBEDDED: bool = cfg!(feature = "embedded");

impl Provider {
    /// What its models' names begin with.
    pub fn prefix(&self) -> &str {
        match self {
            Provider::OpenAi { server, .. } => server.as_deref().unwrap_or("openai"),
            Provider::Anthropic { .. } => "anthropic",
            Provider::Ollama { .. } => "ollama",
            Provider::Embedded { .. } => "embedded",
            Provider::Scripted { .. } => "scripted",
        }
    }
}

/// A base URL may carry a user and a password, so it is not printed.
impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Provider::OpenAi {
                server: Some(server),
                model,
                ..
            } => write!(formatter, "OpenAi({server}, {model})"),
            Provider::OpenAi { model, .. } => write!(formatter, "OpenAi({model})"),
            Provider::Anthropic { model, .. } => write!(formatter, "Anthropic({model})"),
            Provider::Ollama { model, .. } => write!(formatter, "Ollama({model})"),
            Provider::Embedded { model, .. } => write!(formatter, "Embedded({model})"),
            Provider::Scripted { file } => write!(formatter, "Scripted({})", file.display()),
        }
    }
}

/// How long a call may wait for what. The defaults suit a small model on a slow processor, which reads a long prompt for
/// minutes before it says its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    pub connect: Duration,
    /// From the request to the first sign of an answer; keep-alive comments are none.
    pub first_token: Duration,
    /// Between two arrivals after the first.
    pub idle: Duration,
    pub total: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(180),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(600),
        }
    }
}

/// A connected model. Cheap to share; holds no state of a call.
#[derive(Debug)]
pub struct Llm {
    name: String,
    client: Client,
    price: Option<Price>,
    is_small: bool,
}

#[derive(Debug)]
enum Client {
    Remote(call::Caller),
    #[cfg(feature = "embedded")]
    Embedded(embedded::Embedded),
    Scripted(scripted::Script),
}

pub type Pieces = Pin<Box<dyn Stream<Item = Result<Piece, LlmError>> + Send>>;

impl Llm {
    /// The provider and model as the person configured them, fit to be shown: `ollama:qwen3:8b`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The reply, piece by piece as it is written. Dropping the stream cancels the upstream call. With a schema it is JSON of that
    /// form; a server that holds no reply to a form ends with [`LlmError::NoSchema`].
    pub fn stream(&self, request: Request) -> Pieces {
        match &self.client {
            Client::Remote(caller) => Box::pin(caller.stream(request.messages, request.schema)),
            #[cfg(feature = "embedded")]
            Client::Embedded(embedded) => Box::pin(embedded.stream(request)),
            Client::Scripted(script) => Box::pin(script.stream(&request.messages, request.schema.is_some())),
        }
    }

    /// Bytes that have to be fetched before the first question can be answered; none of a model that is somewhere else.
    pub fn missing_bytes(&self) -> u64 {
        match &self.client {
            #[cfg(feature = "embedded")]
            Client::Embedded(embedded) => embedded.missing_bytes(),
            Client::Remote(_) | Client::Scripted(_) => 0,
        }
    }

    /// Whether a reply can be held to a form, as far as is known: a server that has refused one is not asked for another.
    pub fn takes_forms(&self) -> bool {
        match &self.client {
            Client::Remote(caller) => !caller.refuses_forms(),
            #[cfg(feature = "embedded")]
            Client::Embedded(_) => true,
            Client::Scripted(_) => true,
        }
    }

    /// Whether it is a small model on one's own machine or network, as far as its server's list or its name says.
    pub fn is_small(&self) -> bool {
        self.is_small
    }

    /// What a call cost: as the provider says, or by the operator's price.
    pub fn cost(&self, usage: Usage) -> Option<Cost> {
        usage.cost.or_else(|| self.price.map(|price| price.of(usage)))
    }
}
