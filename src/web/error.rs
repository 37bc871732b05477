//! Saying no: the only way a failure becomes a response.
//!
//! A handler returns a [`Failure`]; which status, code and sentence belong to it is decided here, in one `match`. What the reader
//! gets depends on where they are: JSON under `/api/`, a page with a way back elsewhere. That is known, like the request's id,
//! only around the handler, so `log::requests` asks for the body. The text of a 5xx of our own making is constant: its cause goes
//! to the log, in the line of that request, and nowhere else.

use std::any::Any;
use std::borrow::Cow;
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
use super::{App, limit};
use crate::llm::{BrokenStream, LlmError, Phase};
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
    pub(super) sentence: Cow<'static, str>,
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn said(&self) -> Said {
        use ErrorCode as Code;
        let (status, code, sentence): (StatusCode, ErrorCode, Cow<'static, str>) = match self {
            Failure::BadRequest(sentence) => (StatusCode::BAD_REQUEST, Code::BadRequest, sentence.clone().into()),
            Failure::EmbeddingOff => (
                StatusCode::FORBIDDEN,
                Code::EmbeddingOff,
                "Charts of this server are not shown on other sites. Whoever runs it can allow that: SANDPLOT_EMBED=any, or the \
                 origins of those sites."
                    .into(),
            ),
            Failure::OnlyJson => (
                StatusCode::NOT_IMPLEMENTED,
                Code::BadRequest,
                "This address answers in JSON only: leave the parameter format out, or say json.".into(),
            ),
            Failure::CrossSite => (
                StatusCode::FORBIDDEN,
                Code::CrossSite,
                "This request was sent by a page of another site, and those may not store charts here. If there is a proxy in \
                 front of this server, let it pass on the Host header, or set SANDPLOT_PUBLIC_URL."
                    .into(),
            ),
            Failure::UnknownHost => (
                StatusCode::MISDIRECTED_REQUEST,
                Code::UnknownHost,
                "This server does not go by the name in this address. If it is meant to, whoever runs it can say so: \
                 --allowed-host NAME (SANDPLOT_ALLOWED_HOSTS)."
                    .into(),
            ),
            Failure::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                Code::Unauthorized,
                "This server wants its access token. In a browser, open this page again to log in; a program sends the header \
                 Authorization: Bearer TOKEN."
                    .into(),
            ),
            Failure::TooManyAttempts(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                Code::TooManyAttempts,
                format!("There were too many wrong access tokens. Try again in {} seconds.", seconds(*wait)).into(),
            ),
            Failure::AddressTooLong => (
                StatusCode::URI_TOO_LONG,
                Code::AddressTooLong,
                "The address is far longer than any that this server has.".into(),
            ),
            Failure::SlowBody => (
                StatusCode::REQUEST_TIMEOUT,
                Code::RequestTimeout,
                "The request did not arrive completely in time. Check the connection and send it again.".into(),
            ),
            Failure::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::TooLarge,
                format!("The request is larger than {} MB. Only the profile of the data is sent here, never the data.",
                    limit::BODY_BYTES >> 20).into(),
            ),
            Failure::TracebackTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::TooLarge,
                format!("The traceback is larger than {} KB. Send its end, where the error is named.",
                    limit::TRACEBACK_BYTES >> 10).into(),
            ),
            Failure::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::UnsupportedMediaType,
                "Send the request as JSON, with the header Content-Type: application/json.".into(),
            ),
            Failure::NotAForm => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::UnsupportedMediaType,
                "Log in by the form of this page. A program sends the token with each request instead: \
                 Authorization: Bearer TOKEN."
                    .into(),
            ),
            Failure::QuestionEmpty => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::QuestionEmpty,
                "There is no question. Say in a few words what the chart is to show.".into(),
            ),
            Failure::QuestionTooLong(characters) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::QuestionTooLong,
                format!("The question has {characters} characters; at most {} are read. Shorten it, and leave data in the table.",
                    limit::QUESTION_CHARS).into(),
            ),
            Failure::ProfileTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::ProfileTooLarge,
                format!("The description of the tables takes {} KB; at most {} KB are read. Leave out columns that the chart does \
                         not need.", bytes >> 10, limit::PROFILE_BYTES >> 10).into(),
            ),
            Failure::ProgramTooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::ProgramTooLarge,
                format!("The program takes {} KB; at most {} KB are stored. Load data from a file instead of writing it into the \
                         program.", bytes >> 10, limit::PROGRAM_BYTES >> 10).into(),
            ),
            Failure::NoSuchPage => {
                (StatusCode::NOT_FOUND, Code::NotFound, "There is nothing at this address.".into())
            }
            Failure::NoSuchChart => (
                StatusCode::NOT_FOUND,
                Code::NotFound,
                "There is no chart at this address. Check that the link is complete; charts are kept by the server that made them."
                    .into(),
            ),
            Failure::NoSuchParent => (
                StatusCode::NOT_FOUND,
                Code::NotFound,
                "The chart that this one is to follow is not stored here. Ask again without it.".into(),
            ),
            Failure::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                Code::MethodNotAllowed,
                "This address does not take that method. The header Allow says which it takes.".into(),
            ),
            Failure::RepairLimit => (
                StatusCode::CONFLICT,
                Code::RepairLimit,
                format!("This program was repaired {} times already. Change it by hand, or ask in other words.",
                    limit::MOST_REPAIRS).into(),
            ),
            Failure::NoModel => (
                StatusCode::SERVICE_UNAVAILABLE,
                Code::NoModel,
                "No model is connected. Start Ollama on this machine, or set SANDPLOT_MODEL=openai:NAME or anthropic:NAME with its key \
                 (OPENAI_API_KEY, ANTHROPIC_API_KEY) and start the server again. Programs of your own run without a model."
                    .into(),
            ),
            Failure::NoModelListed => (
                StatusCode::SERVICE_UNAVAILABLE,
                Code::NoModel,
                "The model's server does not say which models it has; it may still be starting. Ask again in a minute. If it stays, \
                 this server's log says why. Programs of your own run without a model."
                    .into(),
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
                exceeded.sentence().into(),
            ),
            Failure::Model(error) => said_of_model(error),
            Failure::Program(error) => said_of_program(error),
            Failure::Store(_) | Failure::Render(_) | Failure::File(_) | Failure::Panic(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                Code::Internal,
                "The server failed on this request. Try again; if it stays, its log says why under the number of this request."
                    .into(),
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

fn no_such_model(name: &str, known: &[String]) -> String {
    let name: String = name.chars().take(80).collect();
    let some: Vec<&str> = known.iter().map(String::as_str).take(10).collect();
    let offer = match (some.is_empty(), known.len() - some.len()) {
        (true, _) => "none at the moment".to_owned(),
        (false, 0) => some.join(", "),
        (false, more) => format!("{} and {more} more", some.join(", ")),
    };
    format!("This server has no model named {name:?}. It has {offer}. Choose one of them, or leave the choice out.")
}

fn said_of_model(error: &LlmError) -> (StatusCode, ErrorCode, Cow<'static, str>) {
    use ErrorCode as Code;
    let (status, code, sentence) = match error {
        LlmError::KeyRejected { variable, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelKey,
            format!(
                "The model's server does not accept the key. Whoever runs this server can set another one ({variable})."
            ),
        ),
        LlmError::RateLimited { retry_after, .. } => (
            StatusCode::TOO_MANY_REQUESTS,
            Code::ModelRateLimited,
            match retry_after {
                Some(wait) => format!("The model is asked too often. Ask again in {} seconds.", seconds(*wait)),
                None => "The model is asked too often. Wait a little and ask again.".into(),
            },
        ),
        LlmError::Unavailable { status, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelUnavailable,
            format!("The model's server failed (status {status}). Ask again in a moment."),
        ),
        LlmError::Unreachable { variable, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelUnreachable,
            format!(
                "The model's server cannot be reached. Check that it runs and that {variable} points to it, then ask again."
            ),
        ),
        LlmError::Timeout { phase, after } => (
            StatusCode::GATEWAY_TIMEOUT,
            Code::ModelTimeout,
            match phase {
                Phase::Total => format!(
                    "The model was still writing after {} seconds, the longest a reply may take. Ask for something smaller, or \
                     raise SANDPLOT_MODEL_TIMEOUT.",
                    seconds(*after)
                ),
                Phase::Connect | Phase::FirstToken | Phase::Idle => format!(
                    "The model was silent for {} seconds. It may be busy or still loading: ask again in a moment.",
                    seconds(*after)
                ),
            },
        ),
        LlmError::StreamBroken(BrokenStream::LengthLimit | BrokenStream::TooLong { .. }) => (
            StatusCode::BAD_GATEWAY,
            Code::ModelStreamBroken,
            "The reply grew longer than a reply may be, so the program is incomplete. Ask for something smaller."
                .into(),
        ),
        LlmError::StreamBroken(_) => (
            StatusCode::BAD_GATEWAY,
            Code::ModelStreamBroken,
            "The reply broke off before its end, so there is no whole program. Ask again.".into(),
        ),
        LlmError::Empty => (
            StatusCode::BAD_GATEWAY,
            Code::ModelEmpty,
            "The model answered with nothing. Ask again, or in other words.".into(),
        ),
        LlmError::Rejected { status, .. } | LlmError::NoSchema { status, .. } => (
            StatusCode::BAD_GATEWAY,
            Code::ModelRejected,
            format!("The model's server did not accept the request (status {status}). Check the name of the model."),
        ),
        LlmError::Refused { .. } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::ModelRefused,
            "The model declined to answer. Ask in other words.".into(),
        ),
    };
    // In the words of the model's server: "model `x` does not exist" saves the person a look into the log.
    let sentence = match error.upstream_message() {
        Some(message) => format!("{sentence} It said: {message}"),
        None => sentence,
    };
    (status, code, sentence.into())
}

fn said_of_program(error: &ProgramError) -> (StatusCode, ErrorCode, Cow<'static, str>) {
    use ErrorCode as Code;
    match error {
        ProgramError::Empty => (
            StatusCode::BAD_GATEWAY,
            Code::ModelEmpty,
            "The model answered with nothing that could be run. Ask again, or in other words.".into(),
        ),
        ProgramError::NoProgram => (
            StatusCode::BAD_GATEWAY,
            Code::ModelNoProgram,
            "The reply has no program in it. Ask again, and say what the chart is to show.".into(),
        ),
        ProgramError::Refused => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::ModelRefused,
            "The model declined to write a program. Ask in other words.".into(),
        ),
        ProgramError::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::ProgramTooLarge,
            "The program in the reply is too long to be stored. Ask for something smaller.".into(),
        ),
        ProgramError::PackageMissing { import, instead } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Code::PackageMissing,
            match instead {
                Some(instead) => {
                    format!("The program imports {import}, which is not part of the runtime: {instead}. Ask again.")
                }
                None => {
                    format!("The program imports {import}, which is not part of the runtime. Ask again, without it.")
                }
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
pub(super) fn render(failure: &Failure, mut response: Response, path: &str, request_id: &str, app: &App) -> Response {
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
        let detail = ErrorDetail {
            code: said.code,
            message: &said.sentence,
            request_id,
        };
        (
            "application/json",
            serde_json::to_string(&ErrorBody { error: detail }).unwrap_or_default(),
        )
    } else {
        let page = ErrorPage::new(app, &said, request_id);
        (
            "text/html; charset=utf-8",
            page.render().unwrap_or_else(|_| said.sentence.into_owned()),
        )
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
        let message = || "no model `x`".to_owned();
        let faults = [
            LlmError::KeyRejected {
                status: 401,
                message: message(),
                variable: "OPENAI_API_KEY",
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
            assert_eq!(
                said.sentence.ends_with("It said: no model `x`"),
                quoted,
                "{}",
                said.sentence
            );
        }
    }

    #[test]
    fn a_model_that_is_not_there_is_answered_with_those_that_are() {
        let known = |count: u32| (0..count).map(|number| format!("ollama:{number}")).collect::<Vec<_>>();
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
            assert!(!said.sentence.contains("secret"));
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
