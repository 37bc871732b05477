//! What a request may be: its size, its form, where it comes from, how long it may take to arrive.

use std::time::Duration;

use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::App;
use super::error::Failure;

/// Of a whole body. Larger than its parts may be together, so that the failure names the part that is too large.
pub(super) const BODY_BYTES: usize = 2 << 20;
pub(super) const QUESTION_CHARS: usize = 4000;
pub(super) const PROFILE_BYTES: usize = 256 << 10;
pub(super) const PROGRAM_BYTES: usize = 200 << 10;
pub(super) const TRACEBACK_BYTES: usize = 20 << 10;
/// In a chain that begins with a program somebody asked for or typed.
pub(super) const MOST_REPAIRS: u32 = 2;

/// Of an address. The longest of ours has some hundred.
const ADDRESS_BYTES: usize = 8 << 10;

/// For a body to arrive. A slow phone sends the largest in a fraction of it.
const ARRIVAL: Duration = Duration::from_secs(30);

/// A body of JSON within the limits, read into `T`.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::NotJson);
        }
        let body = body(request, BODY_BYTES).await?;
        serde_json::from_slice(&body)
            .map(Json)
            .map_err(|error| Failure::BadRequest(format!("The body is not what this address takes: {error}.")))
    }
}

/// The whole body, if it has at most `most` bytes and arrives in time.
pub(super) async fn body(request: Request, most: usize) -> Result<Bytes, Failure> {
    // Said before it is sent: a client that waits for `100 Continue` never sends it.
    let said = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > most) {
        return Err(Failure::BodyTooLarge);
    }
    let arriving = Limited::new(request.into_body(), most).collect();
    let arrived = tokio::time::timeout(ARRIVAL, arriving)
        .await
        .map_err(|_| Failure::SlowBody)?
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::BodyTooLarge
            } else {
                Failure::BadRequest("The request broke off in the middle.".into())
            }
        })?;
    Ok(arrived.to_bytes())
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
}

/// Refuses an address that is none of ours by its length alone, before anybody works on it.
pub(super) async fn address(request: Request, next: Next) -> Response {
    let wanted = request.uri().path_and_query().map_or(0, |wanted| wanted.as_str().len());
    if wanted > ADDRESS_BYTES {
        Failure::AddressTooLong.into_response()
    } else {
        next.run(request).await
    }
}

/// Refuses what a page of another site sends: it could fill the store and spend the model's budget with its readers' browsers.
pub(super) async fn same_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_site(request.headers(), app.parts().access.public_host()) {
        next.run(request).await
    } else {
        Failure::CrossSite.into_response()
    }
}

/// The browser says itself whether it is a page of ours, wherever the connection is trustworthy to it (https and localhost).
/// Elsewhere it says where the page is from. Whoever says neither is no browser. What a proxy says (`X-Forwarded-Host`) does not
/// count, since anybody can say it; a server whose proxy changes `Host` is told its `public` name.
fn is_same_site(headers: &HeaderMap, public: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let origin = origin.split_once("://").map(|(_, host)| host);
            origin.is_some() && [public, text(HOST.as_str())].contains(&origin)
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_page_of_another_site_is_told_from_our_own_and_from_a_program() {
        let host = ("host", "box:8080");
        let rows: [(&[(&str, &str)], bool); 14] = [
            (&[host], true),
            (&[host, ("sec-fetch-site", "same-origin")], true),
            (&[host, ("sec-fetch-site", "none")], true),
            (&[host, ("sec-fetch-site", "same-site")], false),
            (&[host, ("sec-fetch-site", "cross-site")], false),
            (
                &[host, ("sec-fetch-site", "cross-site"), ("origin", "http://box:8080")],
                false,
            ),
            (&[host, ("origin", "http://box:8080")], true),
            (&[host, ("origin", "https://box:8080")], true),
            (&[host, ("origin", "http://box")], false),
            (&[host, ("origin", "http://evil.example")], false),
            (&[host, ("origin", "null")], false),
            (&[host, ("origin", "https://charts.example")], true),
            (&[host, ("origin", "https://charts.example:8443")], false),
            (
                &[
                    host,
                    ("x-forwarded-host", "evil.example"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
        ];
        for (given, expected) in rows {
            let given: Vec<(&'static str, &'static str)> = given.to_vec();
            let public = Some("charts.example");
            assert_eq!(is_same_site(&headers(&given), public), expected, "{given:?}");
        }
    }

    #[test]
    fn only_json_is_json() {
        for good in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(is_json(&headers(&[("content-type", good)])), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "text/plain; application/json",
            "application/jsonl",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!is_json(&headers(&[("content-type", bad)])), "{bad}");
        }
        assert!(!is_json(&headers(&[])));
    }
}
