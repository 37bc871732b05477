//! One call over HTTP, whatever the dialect: the request, its status, and what a refusal of it gives.
//!
//! What a dialect says stands in `openai`, `anthropic` and `ollama`; how an accepted answer is read in `reply`; whether to try
//! again in `retry`. A [`Connection`] is one provider, shared by all its models.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{Stream, stream};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::address;
use super::listing::Listing;
use super::part::{self, Part};
use super::reply::Reply;
use super::{BrokenStream, Deadlines, LlmError, Message, Phase, Piece, Schema, SetupError, retry};

/// Low, since a program is either right or wrong; not zero, so that asking again can give another program.
const TEMPERATURE: f64 = 0.2;

/// A form has one best way to be filled in, and nobody asks for another.
pub(super) const fn temperature(schema: Option<&Schema>) -> f64 {
    if schema.is_some() { 0.0 } else { TEMPERATURE }
}

/// An error body beyond this is no sentence.
const ERROR_BODY_LIMIT: usize = 16 * 1024;
/// The longest list of models known has some hundred, each with a paragraph.
const LIST_LIMIT: usize = 8 * 1024 * 1024;
/// A list is asked for while somebody waits for a page.
const LIST_PATIENCE: Duration = Duration::from_millis(1500);
/// A shorter key is a placeholder for a server that wants none; to blot it out would only blot out words.
const SHORTEST_SECRET: usize = 8;

/// What differs between the servers' ways to be asked for a reply, for one model.
pub(super) trait Dialect: Send + Sync {
    /// Of the one call, below the base.
    fn path(&self) -> &'static [&'static str];

    fn body(&self, messages: &[Message], schema: Option<&Schema>) -> serde_json::Result<Value>;

    fn framing(&self) -> Framing {
        Framing::Events
    }

    /// What one event's data, one line, or the body of an answer that is no stream, says.
    fn parts(&self, data: &str) -> Result<Vec<Part>, BrokenStream>;

    /// Whether `sent` was refused for something that [`Dialect::body`] will say differently from now on.
    fn learn(&self, status: u16, said: &str, sent: &Value) -> bool;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON document a line.
    Lines,
}

/// What the operator can change about a provider, by the names of the variables.
#[derive(Debug, Clone)]
pub(super) struct Variables {
    pub(super) key: Cow<'static, str>,
    pub(super) address: Cow<'static, str>,
}

/// How to reach a provider.
pub(super) struct Connection {
    http: reqwest::Client,
    /// More than one where a server may be at any of several places.
    bases: Vec<Url>,
    /// Which of them answered last.
    base: AtomicUsize,
    key: Option<SecretString>,
    variables: Variables,
    pub(super) deadlines: Deadlines,
}

/// A base URL may carry a user and a password, so it is not printed.
impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Connection({})", self.variables.address)
    }
}

impl Connection {
    /// `headers` are what the dialect wants with each request, the key among them.
    pub(super) fn new(
        bases: &[String],
        key: Option<&SecretString>,
        headers: HeaderMap,
        variables: Variables,
        deadlines: Deadlines,
    ) -> Result<Connection, SetupError> {
        let bases = bases
            .iter()
            .map(|base| address::parse(base))
            .collect::<Option<Vec<Url>>>()
            .filter(|bases| !bases.is_empty())
            .ok_or_else(|| SetupError::BaseUrl {
                variable: variables.address.clone(),
            })?;
        let mut http = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(deadlines.connect)
            // A redirect would carry the question, and perhaps the key, to a host that nobody configured.
            .redirect(reqwest::redirect::Policy::none());
        // A proxy for the way out cannot know what is at home.
        if bases.iter().filter_map(Url::host_str).all(address::is_at_home) {
            http = http.no_proxy();
        }
        Ok(Connection {
            http: http.build().map_err(SetupError::HttpClient)?,
            bases,
            base: AtomicUsize::new(0),
            key: key.cloned(),
            variables,
            deadlines,
        })
    }

    /// The address of a call below the base, whose query, if it has one, stays: some gateways want a version there.
    fn url(&self, base: usize, path: &[&str]) -> Option<Url> {
        let mut url = self.bases.get(base)?.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(path);
        Some(url)
    }

    /// Sends to where the server answered last, then to the other places it may be at.
    async fn reach(
        &self,
        path: &[&str],
        by: Instant,
        make: impl Fn(Url) -> reqwest::RequestBuilder,
    ) -> Result<Response, LlmError> {
        let first = self.base.load(Ordering::Relaxed);
        let mut failure = None;
        for base in (first..self.bases.len()).chain(0..first) {
            let Some(url) = self.url(base, path) else { continue };
            let sent = timeout_at(by, make(url).send()).await;
            match sent.map_err(|_| self.timeout(Phase::FirstToken))? {
                Ok(response) => {
                    self.base.store(base, Ordering::Relaxed);
                    return Ok(response);
                }
                Err(error) if error.is_connect() => {
                    failure.get_or_insert(error);
                }
                Err(error) => return Err(broken(BrokenStream::Connection(error.without_url()))),
            }
        }
        Err(match failure {
            Some(error) if error.is_timeout() => self.timeout(Phase::Connect),
            Some(source) => LlmError::Unreachable {
                source: source.without_url(),
                variable: self.variables.address.clone(),
            },
            None => broken(BrokenStream::Cut),
        })
    }

    /// The models that the server has, as `listed` finds them in its answer.
    pub(super) async fn list(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        listed: fn(&Value) -> Vec<Listing>,
    ) -> Result<Vec<Listing>, LlmError> {
        let by = Instant::now() + LIST_PATIENCE;
        let make = |mut url: Url| {
            if !query.is_empty() {
                url.query_pairs_mut().extend_pairs(query);
            }
            self.http.get(url)
        };
        let response = self.reach(path, by, make).await?;
        let status = response.status();
        let body = timeout_at(by, read_body(response, LIST_LIMIT)).await;
        let body = body.map_err(|_| self.timeout(Phase::FirstToken))?;
        if !status.is_success() {
            return Err(self.refused_with(status.as_u16(), None, &part::error_message(&body)));
        }
        part::object(&body)
            .map(|answer| listed(&answer))
            .map_err(|how| self.broken(how))
    }

    /// Whether it can only be a server on this machine or in its network.
    pub(super) fn is_nearby(&self) -> bool {
        self.bases.iter().all(|base| address::is_nearby(base.as_str()))
    }

    pub(super) fn timeout(&self, phase: Phase) -> LlmError {
        let after = match phase {
            Phase::Connect => self.deadlines.connect,
            Phase::FirstToken => self.deadlines.first_token,
            Phase::Idle => self.deadlines.idle,
            Phase::Total => self.deadlines.total,
        };
        LlmError::Timeout { phase, after }
    }

    pub(super) fn refused_with(&self, status: u16, retry_after: Option<Duration>, message: &str) -> LlmError {
        let message = self.scrub(message);
        match status {
            401 | 403 => LlmError::KeyRejected {
                status,
                message,
                variable: self.variables.key.clone(),
            },
            429 => LlmError::RateLimited { retry_after, message },
            408 | 500.. => LlmError::Unavailable {
                status,
                retry_after,
                message,
            },
            _ => LlmError::Rejected { status, message },
        }
    }

    /// A reply that did not come to its end, without the key in what is quoted of it.
    pub(super) fn broken(&self, how: BrokenStream) -> LlmError {
        broken(match how {
            BrokenStream::Rubbish(text) => BrokenStream::Rubbish(self.scrub(&text)),
            BrokenStream::Reported(text) => BrokenStream::Reported(self.scrub(&text)),
            how => how,
        })
    }

    /// Takes the key, and any word that begins like it, out of what a server said: some repeat the key that they reject.
    pub(super) fn scrub(&self, message: &str) -> String {
        let Some(key) = &self.key else {
            return message.to_owned();
        };
        let key = key.expose_secret().trim();
        if key.len() < SHORTEST_SECRET {
            return message.to_owned();
        }
        let beginning = key.char_indices().nth(6).map_or(key, |(end, _)| &key[..end]);
        message
            .replace(key, "(key)")
            .split(' ')
            .map(|word| if word.contains(beginning) { "(key)" } else { word })
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A model behind a connection. Cheap to share.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) connection: Arc<Connection>,
    pub(super) dialect: Arc<dyn Dialect>,
    /// Of the model, for the log.
    name: Arc<str>,
    forms: Arc<Forms>,
}

/// What is known of whether a model's server holds replies to forms.
#[derive(Debug, Default)]
struct Forms {
    /// One was refused. The fault may as well be the account's or the model's: it is the form's if the next call without one is accepted.
    is_suspect: AtomicBool,
    /// It is believed for as long as this process lasts: to ask each time would cost every question a call.
    are_refused: AtomicBool,
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection.fmt(formatter)
    }
}

impl Caller {
    pub(super) fn new(connection: Arc<Connection>, dialect: Arc<dyn Dialect>, name: &str) -> Caller {
        Caller {
            connection,
            dialect,
            name: name.into(),
            forms: Arc::default(),
        }
    }

    pub(super) fn refuses_forms(&self) -> bool {
        self.forms.are_refused.load(Ordering::Relaxed)
    }

    /// A line of its own, since nobody sees a failure that a retry mended. Not what the server said: it may repeat the question.
    pub(super) fn will_retry(&self, error: &LlmError, failures: u32, pause: Duration) {
        tracing::warn!(
            llm.model = &*self.name,
            error.code = error.code(),
            http.status = error.status(),
            llm.failures = failures,
            pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            "the model's server failed before its first word and is asked again"
        );
    }

    /// Of a call that was accepted, or refused for itself.
    fn note_forms(&self, had_form: bool, is_accepted: bool) {
        let was_suspect = self.forms.is_suspect.swap(false, Ordering::Relaxed);
        if was_suspect && is_accepted && !had_form {
            self.forms.are_refused.store(true, Ordering::Relaxed);
            tracing::info!(
                llm.model = &*self.name,
                "the model's server takes no form, so programs are asked for from now on"
            );
        }
    }

    fn no_schema(&self, status: u16, message: String) -> LlmError {
        // A question that is too long says nothing about forms, and the one for a program may be shorter.
        self.forms
            .is_suspect
            .store(!is_about_length(&message), Ordering::Relaxed);
        LlmError::NoSchema { status, message }
    }

    pub(super) fn stream(
        &self,
        messages: Vec<Message>,
        schema: Option<Schema>,
    ) -> impl Stream<Item = Result<Piece, LlmError>> + Send + use<> {
        let call = Call::Waiting {
            caller: self.clone(),
            messages,
            schema,
        };
        stream::unfold(call, |mut call| async move {
            let item = call.next().await?;
            Some((item, call))
        })
    }

    /// One request, answered with a status that promises a reply.
    pub(super) async fn send(
        &self,
        messages: &[Message],
        schema: Option<&Schema>,
        by: Instant,
    ) -> Result<Response, Failure> {
        loop {
            let body = self
                .dialect
                .body(messages, schema)
                .map_err(|error| broken(BrokenStream::Rubbish(error.to_string())))?;
            let make = |url| self.connection.http.post(url).json(&body);
            let response = self.connection.reach(self.dialect.path(), by, make).await?;
            if response.status().is_success() {
                self.note_forms(schema.is_some(), true);
                return if is_web_page(&response) {
                    let what = "a web page; does the base URL end as the vendor says, often in /v1?";
                    Err(broken(BrokenStream::Rubbish(what.into())).into())
                } else {
                    Ok(response)
                };
            }
            let status = response.status().as_u16();
            let retry_after = retry::retry_after(response.headers(), jiff::Timestamp::now());
            let is_final = retry::is_in_vain(response.headers());
            let said = timeout_at(by, read_body(response, ERROR_BODY_LIMIT)).await;
            let said = said.unwrap_or_default();
            if self.dialect.learn(status, &said, &body) {
                continue;
            }
            let refused = self
                .connection
                .refused_with(status, retry_after, &part::error_message(&said));
            let error = match refused {
                LlmError::Rejected { status, message } if schema.is_some() => self.no_schema(status, message),
                // llama.cpp cannot make a grammar of every schema, and fails as if it were its own fault.
                LlmError::Unavailable {
                    status: status @ (500 | 501),
                    message,
                    ..
                } if schema.is_some() && (status == 501 || is_about_a_grammar(&message)) => {
                    self.no_schema(status, message)
                }
                refused => {
                    self.note_forms(schema.is_some(), false);
                    refused
                }
            };
            return Err(Failure { error, is_final });
        }
    }
}

/// Why a request was not accepted.
pub(super) struct Failure {
    pub(super) error: LlmError,
    /// The server said that it will not accept the same request later either.
    pub(super) is_final: bool,
}

impl From<LlmError> for Failure {
    fn from(error: LlmError) -> Failure {
        Failure { error, is_final: false }
    }
}

/// One call from its first poll to its end.
enum Call {
    Waiting {
        caller: Caller,
        messages: Vec<Message>,
        schema: Option<Schema>,
    },
    Reading(Box<Reply>),
    Over,
}

impl Call {
    async fn next(&mut self) -> Option<Result<Piece, LlmError>> {
        if let Call::Waiting {
            caller,
            messages,
            schema,
        } = self
        {
            match Reply::begin(caller, messages, schema.as_ref()).await {
                Ok(reply) => *self = Call::Reading(Box::new(reply)),
                Err(error) => {
                    *self = Call::Over;
                    return Some(Err(error));
                }
            }
        }
        let Call::Reading(reply) = self else { return None };
        match reply.next().await {
            Ok(Some(piece)) => Some(Ok(piece)),
            Ok(None) => {
                *self = Call::Over;
                None
            }
            Err(error) => {
                *self = Call::Over;
                Some(Err(error))
            }
        }
    }
}

pub(super) fn broken(how: BrokenStream) -> LlmError {
    LlmError::StreamBroken(how)
}

fn is_about_a_grammar(message: &str) -> bool {
    let message = message.to_lowercase();
    ["grammar", "schema", "response_format"]
        .iter()
        .any(|word| message.contains(word))
}

fn is_about_length(message: &str) -> bool {
    let message = message.to_lowercase();
    ["context", "token", "too long", "too large"]
        .iter()
        .any(|word| message.contains(word))
}

fn is_web_page(response: &Response) -> bool {
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("text/html"))
}

async fn read_body(mut response: Response, limit: usize) -> String {
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await {
        body.extend_from_slice(&bytes);
        if body.len() > limit {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_stands_below_the_base() {
        for (base, expected) in [
            (
                "https://api.openai.com/v1",
                "https://api.openai.com/v1/chat/completions",
            ),
            (
                " http://localhost:11434/v1/ ",
                "http://localhost:11434/v1/chat/completions",
            ),
            ("http://host", "http://host/chat/completions"),
            (
                "https://host/openai/x?api-version=1",
                "https://host/openai/x/chat/completions?api-version=1",
            ),
        ] {
            let bases = [base.to_owned()];
            let variables = Variables {
                key: "K".into(),
                address: "A".into(),
            };
            let connection = Connection::new(&bases, None, HeaderMap::new(), variables, Deadlines::default()).unwrap();
            let url = connection.url(0, &["chat", "completions"]).unwrap();
            assert_eq!(url.as_str(), expected);
        }
    }
}
