//! Who may come in, on a server that demands a token.
//!
//! Programs show the token with every request (`Authorization: Bearer`). People type it once, in `login`, and from then on their
//! browser holds a random value that says nothing of the token; `session` has the way from that value to the database. Wrong
//! tokens are counted in `attempts`. Without a token configured everybody is let in.
//!
//! The pages of charts, and what those need, are behind it or not as the operator said (`guard_links`).
//! Not behind the door, because they hold nothing of anybody: the login page, the files of the page and of the runtime, the
//! sealed frames (whose origin of its own has no cookies), and whether the server is alive and ready.

mod attempts;
mod forwarded;
mod login;
mod session;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use self::attempts::Attempts;
use self::session::Session;
use super::App;
use super::error::Failure;
use super::hosts::Hosts;
use super::sharing::ByLink;

pub(super) use attempts::network;
pub use forwarded::Proxies;
pub(super) use forwarded::client;
pub(super) use login::{log_in, log_out, page};

/// How the server is reached, as the operator set it.
pub struct Access {
    /// What everybody must show.
    pub(super) token: Option<SecretString>,
    pub(super) hosts: Hosts,
    public: Option<Public>,
    proxies: Proxies,
}

/// The address that people type, where a proxy stands before the server.
pub struct Public {
    https: bool,
    host: String,
}

impl Public {
    /// `host` is with its port, if that is not the usual one.
    pub fn new(https: bool, host: String) -> Public {
        Public { https, host }
    }
}

impl Access {
    /// Of a server that listens at `listen`, which turned out to be `address`.
    pub fn new(
        token: Option<SecretString>,
        allowed_hosts: Vec<String>,
        public: Option<Public>,
        listen: &str,
        address: IpAddr,
    ) -> Access {
        let public_host = public.as_ref().map(|public| public.host.as_str());
        let hosts = Hosts::new(listen, address, allowed_hosts, public_host, token.is_some());
        Access {
            token,
            hosts,
            public,
            proxies: Proxies::default(),
        }
    }

    /// Behind these proxies, which say whom a request is from.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Access {
        Access { proxies, ..self }
    }

    pub(super) fn public_host(&self) -> Option<&str> {
        self.public.as_ref().map(|public| public.host.as_str())
    }

    pub(super) fn is_https(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.https)
    }
}

/// Where a request comes from; `serve` knows it, or a proxy that is believed (`forwarded`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// The token and what is needed to compare with it.
pub(super) struct Gate {
    /// Digests are compared, not texts: so neither the time it takes nor a length says anything.
    token: [u8; 32],
    attempts: Attempts,
}

impl Gate {
    pub(super) fn new(token: &SecretString) -> Gate {
        Gate {
            token: Sha256::digest(token.expose_secret()).into(),
            attempts: Attempts::default(),
        }
    }

    /// Whether what somebody shows is the token; how long to wait if they were wrong too often.
    fn opens_with(&self, given: &[u8], peer: Option<Peer>) -> Result<bool, Duration> {
        let given: [u8; 32] = Sha256::digest(given).into();
        let is_token = || bool::from(self.token.ct_eq(&given));
        self.attempts.attempt(peer.map(|peer| peer.0), Instant::now(), is_token)
    }
}

/// How somebody came in.
enum Admitted {
    /// By the token, or without need of one.
    Plainly,
    By(Session),
}

pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    enter(&app, request, next, false).await
}

/// Of what has the address of a chart in it: where the operator said so, whoever knows that may read without the token.
pub(super) async fn guard_links(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_open = app.parts().sharing.is_for_anyone();
    enter(&app, request, next, is_open).await
}

async fn enter(app: &App, mut request: Request, next: Next, is_open: bool) -> Response {
    let cookie = session::Cookie::of(app, request.headers());
    let wants_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.uri().path().starts_with("/api/")
        && request.uri().path() != "/metrics";
    match admit(app, request.headers(), peer(&request)).await {
        Ok(Admitted::Plainly) => next.run(request).await,
        Ok(Admitted::By(session)) => {
            let mut response = next.run(request).await;
            if wants_page && is_page(&response) {
                response.headers_mut().append(SET_COOKIE, cookie.holding(&session));
            }
            response
        }
        // Whoever shows a token means to be somebody: a wrong one is told.
        Err(Failure::Unauthorized) if is_open && !request.headers().contains_key(AUTHORIZATION) => {
            request.extensions_mut().insert(ByLink(true));
            next.run(request).await
        }
        Err(Failure::Unauthorized) if wants_page => see(&login::address(request.uri())),
        Err(failure) => failure.into_response(),
    }
}

fn peer(request: &Request) -> Option<Peer> {
    request.extensions().get().copied()
}

async fn admit(app: &App, headers: &HeaderMap, peer: Option<Peer>) -> Result<Admitted, Failure> {
    let Some(gate) = app.gate() else {
        return Ok(Admitted::Plainly);
    };
    if let Some(token) = bearer(headers) {
        return match gate.opens_with(token, peer) {
            Ok(true) => Ok(Admitted::Plainly),
            Ok(false) => Err(Failure::Unauthorized),
            Err(wait) => Err(Failure::TooManyAttempts(wait)),
        };
    }
    let session = Session::find(app, gate, headers).await?;
    session.map(Admitted::By).ok_or(Failure::Unauthorized)
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

fn is_page(response: &Response) -> bool {
    let media_type = response.headers().get(CONTENT_TYPE);
    response.status().is_success() && media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// Sends the browser to another page of this server.
pub(super) fn see(address: &str) -> Response {
    let headers = [(LOCATION, address), (CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, headers).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let gate = Gate::new(&"correct-horse".into());
        for (given, opens) in [
            ("correct-horse", true),
            ("correct-hors", false),
            ("correct-horse ", false),
            ("", false),
        ] {
            assert_eq!(gate.opens_with(given.as_bytes(), None), Ok(opens), "{given}");
        }
    }

    #[test]
    fn a_bearer_is_read_in_its_usual_forms() {
        let of = |value: &'static [u8]| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap())]);
            bearer(&headers).map(<[u8]>::to_vec)
        };
        assert_eq!(of(b"Bearer abc").as_deref(), Some(&b"abc"[..]));
        assert_eq!(of(b"bearer   abc").as_deref(), Some(&b"abc"[..]));
        assert_eq!(of(b"Bearer \xff").as_deref(), Some(&b"\xff"[..]));
        for other in [&b"Basic abc"[..], b"Bearer", b"Bear", b"", b"BearerX abc"] {
            assert_eq!(of(other), None);
        }
    }
}
