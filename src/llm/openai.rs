//! OpenAI's chat completions over HTTP: the request, its status, and what a refusal of it gives.
//!
//! How an accepted answer is read stands in `reply`, what its JSON says in `wire`; whether to try again is decided in `retry`.

mod reply;
mod wire;

#[cfg(test)]
mod tests;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{Stream, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};

use self::reply::Reply;
use self::wire::{Bound, Request};
use super::{BrokenStream, Deadlines, LlmError, Message, Phase, SetupError, retry};

/// Low, since a program is either right or wrong; not zero, so that asking again can give another program.
const TEMPERATURE: f32 = 0.2;
/// An error body beyond this is no sentence.
const ERROR_BODY_LIMIT: usize = 16 * 1024;
/// A shorter key is a placeholder for a server that wants none; to blot it out would only blot out words.
const SHORTEST_SECRET: usize = 8;

#[derive(Clone)]
pub(super) struct Client {
    inner: Arc<Inner>,
}

/// A base URL may carry a user and a password, so it is not printed.
impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Client({})", self.inner.model)
    }
}

struct Inner {
    http: reqwest::Client,
    url: Url,
    api_key: Option<SecretString>,
    model: String,
    deadlines: Deadlines,
    /// The model takes no temperature but its own: learnt from its first answer, not from a list of names.
    own_temperature: AtomicBool,
    most_tokens: Option<NonZeroU32>,
    /// Which of [`Bound::FORMS`] the server takes: learnt like the temperature.
    bound: AtomicUsize,
}

impl Client {
    pub(super) fn new(
        base_url: &str,
        api_key: Option<SecretString>,
        model: String,
        deadlines: Deadlines,
        most_tokens: Option<NonZeroU32>,
    ) -> Result<Client, SetupError> {
        let url = endpoint(base_url).ok_or(SetupError::BaseUrl)?;
        let api_key = api_key.filter(|key| !key.expose_secret().trim().is_empty());
        let mut http = reqwest::Client::builder()
            .default_headers(authorization(api_key.as_ref())?)
            .connect_timeout(deadlines.connect)
            // A redirect would carry the question, and perhaps the key, to a host that nobody configured.
            .redirect(reqwest::redirect::Policy::none());
        // A proxy for the way out cannot know what is at home.
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(SetupError::HttpClient)?;
        let own_temperature = AtomicBool::new(false);
        let inner = Inner {
            http,
            url,
            api_key,
            model,
            deadlines,
            own_temperature,
            most_tokens,
            bound: AtomicUsize::new(0),
        };
        Ok(Client { inner: Arc::new(inner) })
    }

    pub(super) fn stream(&self, messages: Vec<Message>) -> impl Stream<Item = Result<String, LlmError>> + Send + use<> {
        let call = Call::Waiting {
            client: self.inner.clone(),
            messages,
        };
        stream::unfold(call, |mut call| async move {
            let item = call.next().await?;
            Some((item, call))
        })
    }
}

/// The address of the dialect's one call below the base, whose query, if it has one, stays: some gateways want a version there.
fn endpoint(base_url: &str) -> Option<Url> {
    let mut url = Url::parse(base_url.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let mut path = url.path_segments_mut().ok()?;
    path.pop_if_empty().extend(["chat", "completions"]);
    drop(path);
    Some(url)
}

fn authorization(api_key: Option<&SecretString>) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = api_key {
        let bearer = format!("Bearer {}", key.expose_secret().trim());
        let mut value = HeaderValue::from_str(&bearer).map_err(|_| SetupError::Key)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// One call from its first poll to its end.
enum Call {
    Waiting { client: Arc<Inner>, messages: Vec<Message> },
    Reading(Box<Reply>),
    Over,
}

impl Call {
    async fn next(&mut self) -> Option<Result<String, LlmError>> {
        if let Call::Waiting { client, messages } = self {
            match Reply::begin(client.clone(), messages).await {
                Ok(reply) => *self = Call::Reading(Box::new(reply)),
                Err(error) => {
                    *self = Call::Over;
                    return Some(Err(error));
                }
            }
        }
        let Call::Reading(reply) = self else { return None };
        match reply.next().await {
            Ok(Some(text)) => Some(Ok(text)),
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

fn broken(how: BrokenStream) -> LlmError {
    LlmError::StreamBroken(how)
}

impl Inner {
    /// One request, answered with a status that promises a reply.
    async fn send(&self, messages: &[Message], by: Instant) -> Result<Response, LlmError> {
        loop {
            let own_temperature = self.own_temperature.load(Ordering::Relaxed);
            let form = self.bound.load(Ordering::Relaxed);
            let bound = self.most_tokens.and_then(|most| Some(Bound::FORMS.get(form)?(most)));
            let body = Request {
                model: &self.model,
                messages,
                stream: true,
                temperature: (!own_temperature).then_some(TEMPERATURE),
                bound,
            };
            let sent = timeout_at(by, self.http.post(self.url.clone()).json(&body).send()).await;
            let response = match sent {
                Err(_) => return Err(self.timeout(Phase::FirstToken)),
                Ok(Err(error)) => return Err(self.not_sent(error)),
                Ok(Ok(response)) => response,
            };
            if response.status().is_success() {
                return if is_web_page(&response) {
                    let what = "a web page; does the base URL end as the vendor says, often in /v1?";
                    Err(broken(BrokenStream::Rubbish(what.into())))
                } else {
                    Ok(response)
                };
            }
            let status = response.status().as_u16();
            let retry_after = retry::retry_after(response.headers(), jiff::Timestamp::now());
            let text = timeout_at(by, read_error_body(response)).await.unwrap_or_default();
            if status == 400 && !own_temperature && wire::names_parameter(&text, "temperature") {
                self.own_temperature.store(true, Ordering::Relaxed);
                continue;
            }
            if matches!(status, 400 | 422) && bound.is_some() && wire::is_about_the_bound(&text) {
                // Another call may have learnt the same meanwhile.
                self.bound.fetch_max(form + 1, Ordering::Relaxed);
                continue;
            }
            return Err(self.refused_with(status, retry_after, &wire::error_message(&text)));
        }
    }

    fn not_sent(&self, error: reqwest::Error) -> LlmError {
        if error.is_connect() && error.is_timeout() {
            return self.timeout(Phase::Connect);
        }
        if error.is_connect() {
            return LlmError::Unreachable(error.without_url());
        }
        broken(BrokenStream::Connection(error.without_url()))
    }

    fn timeout(&self, phase: Phase) -> LlmError {
        let after = match phase {
            Phase::Connect => self.deadlines.connect,
            Phase::FirstToken => self.deadlines.first_token,
            Phase::Idle => self.deadlines.idle,
            Phase::Total => self.deadlines.total,
        };
        LlmError::Timeout { phase, after }
    }

    fn refused_with(&self, status: u16, retry_after: Option<Duration>, message: &str) -> LlmError {
        let message = self.scrub(message);
        match status {
            401 | 403 => LlmError::KeyRejected { status, message },
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
    fn broken(&self, how: BrokenStream) -> LlmError {
        broken(match how {
            BrokenStream::Rubbish(text) => BrokenStream::Rubbish(self.scrub(&text)),
            BrokenStream::Reported(text) => BrokenStream::Reported(self.scrub(&text)),
            how => how,
        })
    }

    /// Takes the key, and any word that begins like it, out of what a server said: some repeat the key that they reject.
    fn scrub(&self, message: &str) -> String {
        let Some(key) = &self.api_key else {
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

fn is_web_page(response: &Response) -> bool {
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("text/html"))
}

async fn read_error_body(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await {
        body.extend_from_slice(&bytes);
        if body.len() > ERROR_BODY_LIMIT {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}
