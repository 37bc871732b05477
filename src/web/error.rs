//! Saying no: the only way a failure becomes a response.
//!
//! A handler returns a [`Failure`]; which status, code and sentence belong to it is decided here, in one `match`. What the reader
//! gets depends on where they are: JSON under `/api/`, a page with a way back elsewhere. That is known, like the request's id,
//! only around the handler, so `log::requests` asks for the body. The text of a 5xx of our own making is constant: its cause goes
//! to the log, in the line of that request, and nowhere else.

use std::any::Any;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use askama::Template as _;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use thiserror::Error;

use super::pages::ErrorPage;
use super::quota::{Exceeded, Unit};
use super::wire::{ErrorBody, ErrorCode, ErrorDetail};
use super::words::{Language, Phrase, Reader, Words};
use super::{App, limit};
use crate::llm::{BrokenStream, HAS_EMBEDDED, LlmError, Phase, WeightsError};
use crate::program::ProgramError;
use crate::store::StoreError;

#[derive(Debug, Error)]
pub(super) enum Failure {
    /// With the sentence that says what is wrong.
    #[error("bad request: {0}")]
    BadRequest(String),
    #[error("charts are not shown on other sites")]
    EmbeddingOff,
    #[error("another form than JSON")]
    OnlyJson,
    #[error("a request from another site")]
    CrossSite,
    #[error("a name that this server does not have")]
    UnknownHost,
    #[error("no access token, or a wrong one")]
    Unauthorized,
    #[error("too many wrong access tokens")]
    TooManyAttempts(Duration),
    #[error("the address is too long")]
    AddressTooLong,
    #[error("the body did not come in time")]
    SlowBody,
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("the traceback is too large")]
    TracebackTooLarge,
    #[error("the body is not JSON by its type")]
    NotJson,
    #[error("the body is not a form by its type")]
    NotAForm,
    #[error("no question")]
    QuestionEmpty,
    #[error("the question has {0} characters")]
    QuestionTooLong(usize),
    #[error("the profile has {0} bytes")]
    ProfileTooLarge(usize),
    #[error("the program has {0} bytes")]
    ProgramTooLarge(usize),
    #[error("nothing at this address")]
    NoSuchPage,
    #[error("no such chart")]
    NoSuchChart,
    #[error("no such parent")]
    NoSuchParent,
    #[error("the address does not take this method")]
    MethodNotAllowed,
    #[error("repaired often enough")]
    RepairLimit,
    #[error("no model is configured")]
    NoModel,
    #[error("no provider lists its models")]
    NoModelListed,
    #[error("no such model")]
    NoSuchModel { name: String, known: Vec<String> },
    #[error("a limit is reached")]
    Quota(Exceeded),
    #[error(transparent)]
    Model(#[from] LlmError),
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a page or an answer cannot be written")]
    Render(#[source] Box<dyn Error + Send + Sync>),
    #[error("a built-in file is missing or damaged: {0}")]
    File(String),
    #[error("a handler panicked: {0}")]
    Panic(String),
}

/// What is said of a failure.
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) code: ErrorCode,
    pub(super) sentence: Sentence,
    pub(super) retry_after: Option<Duration>,
}

/// What the reader is told.
pub(super) enum Sentence {
    /// In English, for who writes programs: what is wrong with a request that no page of ours sends.
    Plain(String),
    Phrases(Vec<Phrase>),
}

impl Sentence {
    pub(super) fn text(&self, words: &Words) -> String {
        match self {
            Sentence::Plain(text) => text.clone(),
            Sentence::Phrases(phrases) => {
                let texts: Vec<String> = phrases.iter().map(|phrase| words.say(phrase)).collect();
                texts.join(" ")
            }
        }
    }

    pub(super) fn phrases(&self) -> &[Phrase] {
        match self {
            Sentence::Plain(_) => &[],
            Sentence::Phrases(phrases) => phrases,
        }
    }
}

impl From<Phrase> for Sentence {
    fn from(phrase: Phrase) -> Sentence {
        Sentence::Phrases(vec![phrase])
    }
}

impl From<&'static str> for Sentence {
    fn from(key: &'static str) -> Sentence {
        Phrase::new(key).into()
    }
}

impl Failure {
    pub(super) fn said(&self) -> Said {
        use ErrorCode as Code;
        let (status, code, sentence): (StatusCode, ErrorCode, Sentence) = match self {
            Failure::BadRequest(sentence) => (
                StatusCode::BAD_REQUEST,
                Code::BadRequest,
                Sentence::Plain(sentence.clone()),
            ),
            Failure::EmbeddingOff => (StatusCode::FORBIDDEN, Code::EmbeddingOff, "error.embedding_off".into()),
            Failure::OnlyJson => (
                StatusCode::NOT_IMPLEMENTED,
                Code::BadRequest,
                Sentence::Plain(
                    "This address answers in JSON only: leave the parameter format out, or say json.".into(),
                ),
            ),
            Failure::CrossSite => (StatusCode::FORBIDDEN, Code::CrossSite, "error.cross_site".into()),
            Failure::UnknownHost => (
                StatusCode::MISDIRECTED_REQUEST,
                Code::UnknownHost,
                "error.unknown_host".into(),
            ),
            Failure::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                Code::Unauthorized,
                "error.unauthorized".into(),
            ),
            Failure::TooManyAttempts(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                Code::TooManyAttempts,
                Phrase::new("error.too_many_attempts").with("n", seconds(*wait)).into(),
            ),
            Failure::AddressTooLong => (
                StatusCode::URI_TOO_LONG,
                Code::AddressTooLong,
                "error.address_too_long".into(),
            ),
            Failure::SlowBody => (
                StatusCode::REQUEST_TIMEOUT,
                Code::RequestTimeout,
                "error.slow_body".into(),
            ),
            Failure::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::TooLarge,
                Phrase::new("error.body_too_large")
                    .with("most", (limit::BODY_BYTES >> 20).to_string())
                    .into(),
            ),
            Failure::TracebackTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::TooLarge,
                Phrase::new("error.traceback_too_large")
                    .with("most", (limit::TRACEBACK_BYTES >> 10).to_string())
                    .into(),
            ),
            Failure::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::UnsupportedMediaType,
                "error.not_json".into(),
            ),
            Failure::NotAForm => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::UnsupportedMediaType,
                "error.not_a_form".into(),
            ),
            Failure::QuestionEmpty => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::QuestionEmpty,
                "error.question_empty".into(),
            ),
            Failure::QuestionTooLong(characters) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::QuestionTooLong,
                Phrase::new("error.question_too_long")
                    .with("characters", characters.to_string())
                    .with("most", limit::QUESTION_CHARS.to_string())
                    .into(),
            ),
            Failure::ProfileTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::ProfileTooLarge,
                Phrase::new("error.profile_too_large")
                    .with("size", (bytes >> 10).to_string())
                    .with("most", (limit::PROFILE_BYTES >> 10).to_string())
                    .into(),
            ),
            Failure::ProgramTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::ProgramTooLarge,
                Phrase::new("error.program_too_large")
                    .with("size", (bytes >> 10).to_string())
                    .with("most", (limit::PROGRAM_BYTES >> 10).to_string())
                    .into(),
            ),
            Failure::NoSuchPage => (StatusCode::NOT_FOUND, Code::NotFound, "error.no_such_page".into()),
            Failure::NoSuchChart => (StatusCode::NOT_FOUND, Code::NotFound, "error.no_such_chart".into()),
            Failure::NoSuchParent => (StatusCode::NOT_FOUND, Code::NotFound, "error.no_such_parent".into()),
            Failure::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                Code::MethodNotAllowed,
                "error.method_not_allowed".into(),
            ),
            Failure::RepairLimit => (
                StatusCode::CONFLICT,
                Code::RepairLimit,
                Phrase::new("error.repair_limit")
                    .with("most", limit::MOST_REPAIRS.to_string())
                    .into(),
            ),
            Failure::NoModel => (
                StatusCode::SERVICE_UNAVAILABLE,
                Code::NoModel,
                if HAS_EMBEDDED {
                    "error.no_model".into()
                } else {
                    "error.no_model_in_it".into()
                },
            ),
            Failure::NoModelListed => (
                StatusCode::SERVICE_UNAVAILABLE,
                Code::NoModel,
                "error.no_model_listed".into(),
            ),
            Failure::NoSuchModel { name, known } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::UnknownModel,
                no_such_model(name, known).into(),
            ),
            Failure::Quota(exceeded) => (
                StatusCode::TOO_MANY_REQUESTS,
                match exceeded.unit {
                    Unit::Requests => Code::RequestLimit,
                    Unit::Tokens => Code::TokenLimit,
                },
                exceeded.phrase().into(),
            ),
            Failure::Model(error) => said_of_model(error),
            Failure::Program(error) => said_of_program(error),
            Failure::Store(_) | Failure::Render(_) | Failure::File(_) | Failure::Panic(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                Code::Internal,
                "error.internal".into(),
            ),
        };
        let retry_after = match self {
            Failure::Model(error) => error.retry_after(),
            Failure::TooManyAttempts(wait) => Some(*wait),
            Failure::Quota(exceeded) => Some(exceeded.wait),
            _ => None,
        };
        Said {
            status,
            code,
            sentence,
            retry_after,
        }
    }

    /// What went wrong inside, for the log; `None` where the sentence says it all.
    pub(super) fn cause(&self) -> Option<String> {
        if !self.said().status.is_server_error() || matches!(self, Failure::NoModel | Failure::NoModelListed) {
            return None;
        }
        let mut text = self.to_string();
        let mut error: &dyn Error = self;
        while let Some(source) = error.source() {
            // A transparent variant says what its source says.
            let next = source.to_string();
            if !text.ends_with(&next) {
                text.push_str(": ");
                text.push_str(&next);
            }
            error = source;
        }
        Some(text)
    }
}

fn no_such_model(name: &str, known: &[String]) -> Phrase {
    let name: String = name.chars().take(80).collect();
    let some: Vec<&str> = known.iter().map(String::as_str).take(10).collect();
    let more = known.len() - some.len();
    let phrase = match (some.is_empty(), more) {
        (true, _) => Phrase::new("error.unknown_model_none"),
        (false, 0) => Phrase::new("error.unknown_model").with("known", some.join(", ")),
        (false, more) => Phrase::new("error.unknown_model_more")
            .with("known", some.join(", "))
            .with("more", more.to_string()),
    };
    phrase.with("name", format!("{name:?}"))
}

fn said_of_model(error: &LlmError) -> (StatusCode, ErrorCode, Sentence) {
    use ErrorCode as Code;
    let (status, code, phrase) = match error {
        LlmError::KeyRejected { variable, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelKey,
            Phrase::new("error.model_key").with("variable", variable.as_ref()),
        ),
        LlmError::RateLimited { retry_after, .. } => (
            StatusCode::TOO_MANY_REQUESTS,
            Code::ModelRateLimited,
            match retry_after {
                Some(wait) => Phrase::new("error.model_busy_for").with("n", seconds(*wait)),
                None => Phrase::new("error.model_busy"),
            },
        ),
        LlmError::Unavailable { status, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelUnavailable,
            Phrase::new("error.model_unavailable").with("status", status.to_string()),
        ),
        LlmError::Unreachable { variable, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelUnreachable,
            Phrase::new("error.model_unreachable").with("variable", variable.as_ref()),
        ),
        LlmError::Timeout { phase, after } => (
            StatusCode::GATEWAY_TIMEOUT,
            Code::ModelTimeout,
            Phrase::new(match phase {
                Phase::Total => "error.model_too_long",
                Phase::Connect | Phase::FirstToken | Phase::Idle => "error.model_silent",
            })
            .with("n", seconds(*after)),
        ),
        LlmError::StreamBroken(BrokenStream::LengthLimit | BrokenStream::TooLong { .. }) => (
            StatusCode::BAD_GATEWAY,
            Code::ModelStreamBroken,
            Phrase::new("error.reply_too_long"),
        ),
        LlmError::StreamBroken(_) => (
            StatusCode::BAD_GATEWAY,
            Code::ModelStreamBroken,
            Phrase::new("error.reply_broken"),
        ),
        LlmError::Empty => (
            StatusCode::BAD_GATEWAY,
            Code::ModelEmpty,
            Phrase::new("error.model_empty"),
        ),
        LlmError::Rejected { status, .. } | LlmError::NoSchema { status, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelRejected,
            Phrase::new("error.model_rejected").with("status", status.to_string()),
        ),
        LlmError::Refused { .. } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::ModelRefused,
            Phrase::new("error.model_refused"),
        ),
        LlmError::TooLong { tokens, limit } => (
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::ModelRejected,
            Phrase::new("error.question_tokens")
                .with("tokens", *tokens as u64)
                .with("limit", *limit as u64),
        ),
        LlmError::Weights(error) => (StatusCode::BAD_GATEWAY, Code::ModelWeights, said_of_weights(error)),
        LlmError::Engine { .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelUnavailable,
            Phrase::new("error.model_here"),
        ),
    };
    let mut phrases = vec![phrase];
    // In the words of the model's server: "model `x` does not exist" saves the person a look into the log.
    phrases.extend(
        error
            .upstream_message()
            .map(|message| Phrase::new("error.it_said").with("message", message)),
    );
    (status, code, Sentence::Phrases(phrases))
}

/// Without a path of the server's: those are in its log.
fn said_of_weights(error: &WeightsError) -> Phrase {
    match error {
        WeightsError::Fetch {
            file,
            done,
            total,
            tried,
        } => Phrase::new("error.weights_fetch")
            .with("done", done / 1_000_000)
            .with("total", total / 1_000_000)
            .with("tried", tried.join("; "))
            .with("file", *file),
        WeightsError::WrongFile { file, .. } => Phrase::new("error.weights_wrong").with("file", *file),
        WeightsError::Busy { .. } => Phrase::new("error.weights_busy"),
        WeightsError::Digest { .. } => Phrase::new("error.weights_digest"),
        WeightsError::File { .. } => Phrase::new("error.weights_file"),
    }
}

fn said_of_program(error: &ProgramError) -> (StatusCode, ErrorCode, Sentence) {
    use ErrorCode as Code;
    match error {
        ProgramError::Empty => (StatusCode::BAD_GATEWAY, Code::ModelEmpty, "error.reply_empty".into()),
        ProgramError::NoProgram => (StatusCode::BAD_GATEWAY, Code::ModelNoProgram, "error.no_program".into()),
        ProgramError::Refused => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::ModelRefused,
            "error.program_refused".into(),
        ),
        ProgramError::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::ProgramTooLarge,
            "error.reply_too_large".into(),
        ),
        ProgramError::PackageMissing { import, instead } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::PackageMissing,
            match instead {
                Some(instead) => Phrase::new("error.package_missing_instead")
                    .with("import", import.as_str())
                    .with("instead", instead.to_string()),
                None => Phrase::new("error.package_missing").with("import", import.as_str()),
            }
            .into(),
        ),
    }
}

/// Whole seconds, and never none: who waits 0.4 s as told "0" asks too early.
pub(super) fn seconds(duration: Duration) -> u64 {
    duration
        .as_millis()
        .div_ceil(1000)
        .max(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

/// A response that still lacks its body: [`render`] writes it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.said().status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The response with its body. Headers that were set on the way stay.
pub(super) fn render(
    failure: &Failure,
    mut response: Response,
    path: &str,
    reader: Reader,
    request_id: &str,
    app: &App,
) -> Response {
    let said = failure.said();
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Some(wait) = said.retry_after {
        headers.insert(RETRY_AFTER, seconds(wait).into());
    }
    if said.code == ErrorCode::Unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Sandplot\""));
    }
    let (media_type, body) = if path.starts_with("/api/") {
        let message = said.sentence.text(app.pages().words(Language::English));
        let detail = ErrorDetail {
            code: said.code,
            message: &message,
            words: said.sentence.phrases(),
            request_id,
        };
        (
            "application/json",
            serde_json::to_string(&ErrorBody { error: detail }).unwrap_or_default(),
        )
    } else {
        reader.mark(app, headers);
        let page = ErrorPage::new(app, reader, &said, request_id);
        ("text/html; charset=utf-8", page.render().unwrap_or(page.sentence))
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    *response.body_mut() = Body::from(body);
    response
}

pub(super) async fn no_such_page() -> Failure {
    Failure::NoSuchPage
}

pub(super) async fn method_not_allowed() -> Failure {
    Failure::MethodNotAllowed
}

pub(super) fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let message = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = message.or_else(|| payload.downcast_ref::<String>().cloned());
    Failure::Panic(message.unwrap_or_else(|| "without a message".into())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `llm` has names of its own for its failures, for its log and its tests; they must not drift from those on the wire.
    #[test]
    fn a_fault_of_the_model_has_one_name_everywhere() {
        let words = Words::test(Language::English);
        let message = || "no model `x`".to_owned();
        let faults = [
            LlmError::KeyRejected {
                status: 401,
                message: message(),
                variable: "OPENAI_API_KEY".into(),
            },
            LlmError::RateLimited {
                retry_after: None,
                message: message(),
            },
            LlmError::Unavailable {
                status: 500,
                retry_after: None,
                message: message(),
            },
            LlmError::Timeout {
                phase: Phase::Idle,
                after: Duration::from_secs(1),
            },
            LlmError::StreamBroken(BrokenStream::Cut),
            LlmError::Empty,
            LlmError::Rejected {
                status: 404,
                message: message(),
            },
            LlmError::Refused { message: message() },
        ];
        for fault in faults {
            let (name, quoted) = (fault.code(), fault.upstream_message().is_some());
            let said = Failure::Model(fault).said();
            assert_eq!(said.code.name(), name);
            let sentence = said.sentence.text(&words);
            assert_eq!(sentence.ends_with("It said: no model `x`"), quoted, "{sentence}");
        }
    }

    #[test]
    fn a_model_that_is_not_there_is_answered_with_those_that_are() {
        let known = |count: u32| (0..count).map(|number| format!("ollama:{number}")).collect::<Vec<_>>();
        let words = Words::test(Language::English);
        let no_such_model = |name: &str, known: &[String]| words.say(&no_such_model(name, known));
        let said = no_such_model("gpt-\"9", &known(2));
        assert_eq!(
            said,
            "This server has no model named \"gpt-\\\"9\". It has ollama:0, ollama:1. Choose one of them, or leave the choice out."
        );
        assert!(no_such_model("x", &known(12)).contains("ollama:9 and 2 more"));
        assert!(no_such_model(&"x".repeat(999), &[]).len() < 300);
    }

    #[test]
    fn the_cause_of_a_failure_of_ours_is_for_the_log_alone() {
        let words = Words::test(Language::English);
        let source = rusqlite::Error::InvalidColumnName("secret".into());
        for failure in [
            Failure::Store(StoreError::Database(source)),
            Failure::Panic("secret".into()),
        ] {
            assert!(failure.cause().unwrap().contains("secret"), "{:?}", failure.cause());
            let said = failure.said();
            assert_eq!(
                (said.status, said.code),
                (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal)
            );
            assert!(!said.sentence.text(&words).contains("secret"));
        }
        let causes =
            [Failure::NoModel, Failure::NoSuchChart, Failure::BadRequest("x".into())].map(|failure| failure.cause());
        assert_eq!(causes, [None, None, None]);
    }

    #[test]
    fn a_panic_becomes_a_failure_with_its_message() {
        let message = |payload: Box<dyn Any + Send>| {
            let response = panicked(payload);
            response.extensions().get::<Arc<Failure>>().map(ToString::to_string)
        };
        assert_eq!(
            message(Box::new("a text")).as_deref(),
            Some("a handler panicked: a text")
        );
        assert_eq!(
            message(Box::new("owned".to_owned())).as_deref(),
            Some("a handler panicked: owned")
        );
        assert_eq!(
            message(Box::new(1)).as_deref(),
            Some("a handler panicked: without a message")
        );
    }

    #[test]
    fn a_wait_is_never_told_shorter_than_it_is() {
        let told = [0, 1, 999, 1000, 1001, 59_000].map(|milliseconds| seconds(Duration::from_millis(milliseconds)));
        assert_eq!(told, [1, 1, 1, 1, 2, 59]);
    }
}
