//! For whoever runs the server: is it alive, is it ready, what does it measure. And the other end of the first question, for
//! containers that have no curl.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::App;
use super::error::Failure;
use super::wire::Ready;

pub(super) async fn alive() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], "ok\n")
}

/// Ready is who can read and write charts. A model that is away makes asking fail, with a sentence, and nothing else; a server
/// taken out of service for that would help nobody.
pub(super) async fn ready(State(app): State<App>) -> Result<impl IntoResponse, Failure> {
    let parts = app.parts();
    parts.store.check().await?;
    let runtime = parts.bundle.runtime();
    let models = parts.models.known();
    let ready = Ready {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        runtime: &runtime.runtime,
        digest: &runtime.digest,
        model: models.first().map(|llm| llm.name()),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(ready)).into_response())
}

/// What runs in the browsers of those who come here: every file with its digest, and every file they were made from, with the
/// digests that others publish.
pub(super) async fn runtime(State(app): State<App>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    (headers, app.parts().bundle.full_description())
}

pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, app.parts().metrics.render())
}

/// Whether the server that listens at `listen` is alive. Blocks for at most a few seconds.
pub fn check(listen: &str) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(3);
    // To listen at every address is to listen at this one too.
    let address = listen
        .replacen("0.0.0.0:", "127.0.0.1:", 1)
        .replacen("[::]:", "[::1]:", 1);
    let address = address
        .to_socket_addrs()?
        .next()
        .ok_or(io::ErrorKind::AddrNotAvailable)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    if answer.ends_with(b" 200") {
        Ok(())
    } else {
        Err(io::Error::other("the server answers, but not that it is alive"))
    }
}
