//! One line and one count for each request, written when its response has been sent or given up: so the time and the bytes are
//! those of the whole, also of a stream. Around the handlers, it is also where a request gets its id and a failure its body.
//!
//! Never in the line: a question, a program, a query string, an address of the reader. The path is that of the route.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::App;
use super::assets::hexadecimal;
use super::error::{self, Failure};
use super::words::Reader;
use crate::telemetry;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where a stream leaves the failure that it ended with, long after the status was sent.
#[derive(Clone, Default)]
pub(super) struct LateFailure(Arc<OnceLock<Arc<Failure>>>);

impl LateFailure {
    pub(super) fn set(&self, failure: Arc<Failure>) {
        // A stream ends once; a second failure would have nowhere to be read.
        let _ = self.0.set(failure);
    }
}

pub(super) async fn requests(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method(&request);
    let route: Arc<str> = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .into();
    let path = request.uri().path().to_owned();
    let reader = Reader::of(request.uri(), request.headers());
    // One from outside is not taken over: it could be anything, and would be in the log.
    let id = request_id();
    let mut response = next.run(request).await;
    let mut failure = response.extensions_mut().remove::<Arc<Failure>>();
    if let Some(failure) = &failure {
        response = error::render(failure, response, &path, reader, &id, &app);
    }
    let late = response.extensions_mut().remove::<LateFailure>();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let line = Line {
        id,
        method,
        route,
        status: response.status(),
        started,
        failure: failure.take(),
        late,
    };
    response.map(|body| {
        Body::new(LoggedBody {
            body,
            bytes: 0,
            ended: false,
            line,
        })
    })
}

/// 64 random bits: enough to find a line in a log. If the system gives none, the log is the least of its troubles.
fn request_id() -> String {
    let mut bytes = [0; 8];
    let _ = getrandom::fill(&mut bytes);
    hexadecimal(&bytes)
}

/// A method is whatever a client writes, and no label of a metric may be that.
fn method(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "OPTIONS" => "OPTIONS",
        "PUT" | "PATCH" | "DELETE" => "PUT|PATCH|DELETE",
        _ => "other",
    }
}

struct Line {
    id: String,
    method: &'static str,
    route: Arc<str>,
    status: StatusCode,
    started: Instant,
    failure: Option<Arc<Failure>>,
    late: Option<LateFailure>,
}

impl Line {
    fn write(&self, bytes: u64, left: bool) {
        let late = self.late.as_ref().and_then(|late| late.0.get());
        let failure = self.failure.as_ref().or(late);
        if let Some(Failure::Quota(exceeded)) = failure.map(Arc::as_ref) {
            exceeded.count();
        }
        let code = failure.map(|failure| failure.said().code.name());
        let cause = failure.and_then(|failure| failure.cause());
        let (id, method, route, status) = (self.id.as_str(), self.method, &*self.route, self.status.as_u16());
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        // The level is part of the macro's name, so the fields stand twice.
        if cause.is_some() {
            tracing::error!(
                method,
                route,
                status,
                duration_ms,
                bytes,
                left,
                request.id = id,
                error.code = code,
                error.cause = cause,
                "{method} {route} {status}"
            );
        } else {
            tracing::info!(
                method,
                route,
                status,
                duration_ms,
                bytes,
                left,
                request.id = id,
                error.code = code,
                "{method} {route} {status}"
            );
        }
        let labels = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.to_string()),
        ];
        metrics::counter!(telemetry::REQUESTS, &labels).increment(1);
    }
}

/// A body that counts what is taken from it and writes the line when it is dropped, sent or not.
struct LoggedBody {
    body: Body,
    bytes: u64,
    ended: bool,
    line: Line,
}

impl HttpBody for LoggedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
            Poll::Ready(None) => self.ended = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for LoggedBody {
    fn drop(&mut self) {
        // The reader left before the end.
        let left = !self.ended && !self.body.is_end_stream() && self.line.method != "HEAD";
        self.line.write(self.bytes, left);
    }
}
