//! What can go wrong between a question and its reply, told apart by what the reader can do about it.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::sse::SseError;

/// A failure of one call.
#[derive(Debug, Error)]
pub enum LlmError {
    #[error("the model's server does not accept the key (status {status}): {message}")]
    KeyRejected {
        status: u16,
        message: String,
        /// The environment variable that holds it.
        variable: Cow<'static, str>,
    },
    #[error("the model's server answers no more requests for now: {message}")]
    RateLimited {
        /// As the server said it; `None` if it did not say.
        retry_after: Option<Duration>,
        message: String,
    },
    #[error("the model's server failed (status {status}): {message}")]
    Unavailable {
        status: u16,
        retry_after: Option<Duration>,
        message: String,
    },
    #[error("the model's server cannot be reached")]
    Unreachable {
        #[source]
        source: reqwest::Error,
        /// The environment variable that says where it is.
        variable: Cow<'static, str>,
    },
    #[error("the model's server was silent for {} ms ({phase})", after.as_millis())]
    Timeout { phase: Phase, after: Duration },
    #[error("the reply broke off")]
    StreamBroken(#[source] BrokenStream),
    #[error("the model answered with nothing")]
    Empty,
    #[error("the model's server did not accept the request (status {status}): {message}")]
    Rejected { status: u16, message: String },
    /// Of a call with a schema only. The same messages without it may well be answered, but not in that form.
    #[error("the model's server holds no reply to a form (status {status}): {message}")]
    NoSchema { status: u16, message: String },
    #[error("the model declined to answer: {message}")]
    Refused { message: String },
    /// Of a model in this process, as all that follow.
    #[error("the question takes {tokens} tokens; the model reads at most {limit}")]
    TooLong { tokens: usize, limit: usize },
    #[error("the model's weights are not there")]
    Weights(#[source] WeightsError),
    #[error("the model in this server failed: {message}")]
    Engine { message: String },
}

/// Why there are no weights for a model that runs in this process.
#[derive(Debug, Error)]
pub enum WeightsError {
    #[error("{} is not the pinned file {file}: it has {found}, not {wanted}", path.display())]
    WrongFile {
        path: PathBuf,
        file: &'static str,
        found: String,
        wanted: String,
    },
    #[error("{} cannot be {done}", path.display())]
    File {
        path: PathBuf,
        done: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("another server is fetching {}", path.display())]
    Busy { path: PathBuf },
    #[error("{done} of the {total} bytes of {file} were fetched ({})", tried.join("; "))]
    Fetch {
        file: &'static str,
        done: u64,
        total: u64,
        /// Each source's host, and what went wrong with it.
        tried: Vec<String>,
    },
    #[error("what was fetched as {file} has another SHA-256 than the pinned one, so it was thrown away")]
    Digest { file: &'static str },
}

/// What a call was waiting for when its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Phase {
    #[error("while connecting")]
    Connect,
    #[error("before the first word")]
    FirstToken,
    #[error("in the middle of the reply")]
    Idle,
    #[error("the whole call took too long")]
    Total,
}

/// In which way a reply that had begun did not come to its end.
#[derive(Debug, Error)]
pub enum BrokenStream {
    #[error("the connection ended before the reply did")]
    Cut,
    #[error("the connection failed")]
    Connection(#[source] reqwest::Error),
    #[error("the stream has something in it that is no part of a reply: {0}")]
    Rubbish(String),
    #[error("the framing of the stream is wrong")]
    Framing(#[source] SseError),
    #[error("the server reported: {0}")]
    Reported(String),
    #[error("the model reached the longest reply it may give")]
    LengthLimit,
    #[error("the reply is longer than {limit} bytes")]
    TooLong { limit: usize },
}

impl LlmError {
    /// The stable name of the failure, as the HTTP interface gives it.
    pub fn code(&self) -> &'static str {
        match self {
            LlmError::KeyRejected { .. } => "model_key",
            LlmError::RateLimited { .. } => "model_rate_limited",
            LlmError::Unavailable { .. } => "model_unavailable",
            LlmError::Unreachable { .. } => "model_unreachable",
            LlmError::Timeout { .. } => "model_timeout",
            LlmError::StreamBroken(_) => "model_stream_broken",
            LlmError::Empty => "model_empty",
            LlmError::Rejected { .. } | LlmError::NoSchema { .. } => "model_rejected",
            LlmError::Refused { .. } => "model_refused",
            LlmError::TooLong { .. } => "model_rejected",
            LlmError::Weights(_) => "model_weights",
            LlmError::Engine { .. } => "model_unavailable",
        }
    }

    /// Of the server's answer, if it gave one.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            LlmError::KeyRejected { status, .. }
            | LlmError::Unavailable { status, .. }
            | LlmError::Rejected { status, .. }
            | LlmError::NoSchema { status, .. } => Some(*status),
            LlmError::RateLimited { .. } => Some(429),
            _ => None,
        }
    }

    /// How long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            LlmError::RateLimited { retry_after, .. } | LlmError::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the server itself said about it, trimmed and without the key: the person who runs the server needs it to mend
    /// the cause ("model `gpt-x` does not exist").
    pub fn upstream_message(&self) -> Option<&str> {
        match self {
            LlmError::KeyRejected { message, .. }
            | LlmError::RateLimited { message, .. }
            | LlmError::Unavailable { message, .. }
            | LlmError::Rejected { message, .. }
            | LlmError::NoSchema { message, .. }
            | LlmError::Refused { message } => Some(message),
            LlmError::StreamBroken(BrokenStream::Reported(message)) | LlmError::Engine { message } => Some(message),
            _ => None,
        }
        .filter(|message| !message.is_empty())
        .map(String::as_str)
    }
}

/// Settings that cannot work; found at the start, before anybody asks anything.
#[derive(Debug, Error)]
pub enum SetupError {
    #[error("{variable} must be an http or https address, as the vendor gives it")]
    BaseUrl { variable: Cow<'static, str> },
    #[error("{variable} has characters that no HTTP header can carry; is there a line break in it?")]
    Key { variable: Cow<'static, str> },
    #[error("there is no model {name:?} in this program; there are {known}")]
    NoSuchEmbedded { name: String, known: String },
    #[error(
        "this program was built without a model in it (--no-default-features), so embedded:{name} cannot be asked: name another \
         provider, or build it with the feature `embedded`"
    )]
    NoEmbedded { name: String },
    #[error("the HTTP client cannot be built")]
    HttpClient(#[source] reqwest::Error),
    #[error("the script {} cannot be read", file.display())]
    ScriptRead {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the script {} is not of the form {{\"replies\": [{{\"when\", \"reply\", …}}]}}", file.display())]
    ScriptForm {
        file: PathBuf,
        #[source]
        source: serde_json::Error,
    },
}
