//! The one way to a language model: messages in, a stream of text out.
//!
//! This module and its parts are the only ones that talk to the outside. They know nothing of charts: the words are built in
//! `prompt`, the program is found in `program`, and what a failure means to a reader is decided in `web`. One file per
//! provider; a provider is a stream of text pieces that ends after the last one or with one [`LlmError`].
//!
//! Promises to the caller:
//! - every call ends: connecting, the first token, each pause and the whole have a deadline;
//! - dropping the stream closes the connection, so that the upstream call is cancelled;
//! - no key is ever in an error, in `Debug` or in a log.

mod error;
mod openai;
#[cfg(test)]
pub(crate) mod replay;
mod retry;
mod scripted;
mod sse;

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::Either;
use secrecy::SecretString;
use serde::Serialize;

pub use error::{BrokenStream, LlmError, Phase, SetupError};
pub use sse::SseError;

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

/// What a provider needs, as `config` read it.
#[derive(Debug, Clone)]
pub struct Settings {
    pub provider: Provider,
    pub deadlines: Deadlines,
    /// The longest reply that is asked for, thoughts included. A model that has begun to repeat itself would otherwise write on
    /// after nobody listens, on servers that do not notice a hang-up.
    pub most_tokens: Option<NonZeroU32>,
}

#[derive(Clone)]
pub enum Provider {
    /// Any server that speaks OpenAI's chat completions: OpenAI, NIM, vLLM, Ollama, llama.cpp, OpenRouter.
    OpenAi {
        /// As the vendor's own clients read it, so with the version: `https://api.openai.com/v1`.
        base_url: String,
        /// A server on one's own machine needs none.
        api_key: Option<SecretString>,
        model: String,
    },
    /// Replies from a file, for tests of the page.
    Scripted { file: PathBuf },
}

/// A base URL may carry a user and a password, so it is not printed.
impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Provider::OpenAi { model, .. } => write!(formatter, "OpenAi({model})"),
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
}

#[derive(Debug)]
enum Client {
    OpenAi(openai::Client),
    Scripted(scripted::Script),
}

impl Llm {
    /// Checks the settings as far as that is possible without calling anybody.
    pub fn new(settings: Settings) -> Result<Llm, SetupError> {
        let Settings {
            provider,
            deadlines,
            most_tokens,
        } = settings;
        Ok(match provider {
            Provider::OpenAi {
                base_url,
                api_key,
                model,
            } => Llm {
                name: format!("openai:{model}"),
                client: Client::OpenAi(openai::Client::new(&base_url, api_key, model, deadlines, most_tokens)?),
            },
            Provider::Scripted { file } => Llm {
                name: "scripted".into(),
                client: Client::Scripted(scripted::Script::read(&file, deadlines)?),
            },
        })
    }

    /// The provider and model as the person configured them, fit to be shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The reply, piece by piece as it is written. Dropping the stream cancels the upstream call.
    pub fn stream(&self, messages: Vec<Message>) -> impl Stream<Item = Result<String, LlmError>> + Send + use<> {
        match &self.client {
            Client::OpenAi(client) => Either::Left(client.stream(messages)),
            Client::Scripted(script) => Either::Right(script.stream(&messages)),
        }
    }
}
