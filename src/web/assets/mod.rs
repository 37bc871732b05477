//! Files: the page's own (`/assets/`) and the runtime's (`/runtime/`), each under an address that holds a digest of what is
//! there, so that a browser may keep them for ever.
//!
//! `embedded` knows where the bytes are, `encoding` which representation a client gets, `range` which part of it.

mod embedded;
mod encoding;
mod range;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::App;
use super::csp::Policy;
use super::error::Failure;
pub(super) use embedded::hexadecimal;
pub use embedded::{Bundle, BundleError, Site};
use encoding::Encoding;
use range::Part;

/// The one script whose policy is not the page's.
const FORMAT_WORKER: &str = "app/format-worker.js";

pub(super) const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// For an address with a digest that is not known: it may become known when a server behind the same name is updated.
const BRIEFLY: &str = "public, max-age=10";

/// A file in the form that this client gets.
struct Representation {
    media_type: String,
    /// Quoted. Differs between the encodings of a file: a range of one is no range of the other.
    etag: String,
    encoding: Encoding,
    bytes: Bytes,
}

pub(super) async fn asset(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Ok(Path((tree, path))) = path else { return unknown() };
    let site = &app.parts().site;
    let Some(file) = site.file(&path).filter(|_| tree == site.digest()) else {
        return unknown();
    };
    let encoding = encoding::choose(headers.get_all("accept-encoding"), file.encodings());
    let etag = etag(&file.digest(), encoding);
    let media_type = file.media_type.to_owned();
    let file = Arc::clone(file);
    // The first request for an encoding makes it, which takes a while for the larger files.
    let mut response = respond(&method, &headers, etag, encoding, media_type, move || {
        Ok(file.encoded(encoding))
    })
    .await;
    if path == FORMAT_WORKER
        && let Ok(policy) = HeaderValue::try_from(Policy::format_worker().to_string())
    {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

pub(super) async fn runtime_file(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Ok(Path((sha256, name))) = path else {
        return unknown();
    };
    let bundle = &app.parts().bundle;
    let Some(file) = bundle.file(&name).filter(|file| file.sha256 == sha256) else {
        return unknown();
    };
    let encoding = encoding::choose(headers.get_all("accept-encoding"), Encoding::of_runtime(file.bytes));
    let etag = etag(&file.sha256, encoding);
    let media_type = file.media_type.clone();
    let bundle = bundle.clone();
    respond(&method, &headers, etag, encoding, media_type, move || {
        bundle.read(&name, encoding)
    })
    .await
}

/// `read` may take its time: it runs outside the threads that serve.
async fn respond(
    method: &Method,
    headers: &HeaderMap,
    etag: String,
    encoding: Encoding,
    media_type: String,
    read: impl FnOnce() -> Result<Bytes, Failure> + Send + 'static,
) -> Response {
    if range::is_known(headers, &etag) {
        return (
            StatusCode::NOT_MODIFIED,
            [
                (ETAG, etag),
                (CACHE_CONTROL, FOR_EVER.into()),
                (VARY, "accept-encoding".into()),
            ],
        )
            .into_response();
    }
    let bytes = match tokio::task::spawn_blocking(read).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(failure)) => return failure.into_response(),
        Err(panic) => return Failure::Panic(panic.to_string()).into_response(),
    };
    Representation {
        media_type,
        etag,
        encoding,
        bytes,
    }
    .respond(method, headers)
}

impl Representation {
    fn respond(self, method: &Method, headers: &HeaderMap) -> Response {
        let whole = self.bytes.len();
        let part = if *method == Method::GET {
            range::part(headers, &self.etag, whole)
        } else {
            Part::Whole
        };
        let (status, bytes, content_range) = match part {
            Part::Whole => (StatusCode::OK, self.bytes, None),
            Part::Of(range) => {
                let said = format!("bytes {}-{}/{whole}", range.start, range.end - 1);
                (StatusCode::PARTIAL_CONTENT, self.bytes.slice(range), Some(said))
            }
            Part::Outside => {
                let said = format!("bytes */{whole}");
                let headers = [(CONTENT_RANGE, said), (CACHE_CONTROL, "no-store".into())];
                return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
            }
        };
        let mut response = (status, [(ETAG, self.etag), (CONTENT_TYPE, self.media_type)]).into_response();
        let mut set = |name: HeaderName, value: &'static str| {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        };
        set(CACHE_CONTROL, FOR_EVER);
        set(VARY, "accept-encoding");
        set(ACCEPT_RANGES, "bytes");
        if let Some(name) = self.encoding.name() {
            set(CONTENT_ENCODING, name);
        }
        response.headers_mut().insert(CONTENT_LENGTH, bytes.len().into());
        if let Some(Ok(value)) = content_range.map(HeaderValue::try_from) {
            response.headers_mut().insert(CONTENT_RANGE, value);
        }
        *response.body_mut() = Body::from(bytes);
        response
    }
}

fn etag(sha256: &str, encoding: Encoding) -> String {
    format!("\"{sha256}{}\"", encoding.suffix())
}

fn unknown() -> Response {
    ([(CACHE_CONTROL, BRIEFLY)], Failure::NoSuchPage).into_response()
}
