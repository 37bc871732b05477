//! Where the bytes of files are: built into a release binary, read from the disk by a debug build.
//!
//! [`Site`] is `static/`, read once at the start so that the digest in its addresses always describes what is served; each file
//! is compressed when it is first asked for. [`Bundle`] is the runtime, stored compressed; nothing of its tens of megabytes is
//! touched before somebody asks for it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rust_embed::RustEmbed;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::encoding::Encoding;
use crate::runtime::{File, Runtime, RuntimeError};
use crate::web::error::Failure;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "*.d.ts"]
#[exclude = "*.md"]
struct StaticFolder;

// The folder is an output of `cargo xtask bundle`. Without it the server still compiles, and says so when it starts.
#[derive(RustEmbed)]
#[folder = "pyodide-bundle/dist/"]
#[allow_missing = true]
struct BundleFolder;

/// The page's own files.
pub struct Site {
    files: BTreeMap<String, Arc<Asset>>,
    digest: String,
}

pub(in crate::web) struct Asset {
    pub(super) media_type: &'static str,
    bytes: Bytes,
    sha256: [u8; 32],
    zstd: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

/// The runtime: its description and its compressed files.
#[derive(Clone)]
pub struct Bundle(Arc<BundleParts>);

struct BundleParts {
    runtime: Runtime,
    /// For the page: without what it was made from, and without the white space of the file.
    description: Box<RawValue>,
    /// For whoever checks it: all of it.
    full_description: Bytes,
    /// Finds `NAME.zst` and `NAME.br`.
    read: fn(&str) -> Option<Cow<'static, [u8]>>,
    /// Decoded files that are being sent. Few clients want them, so they are not kept; those that want the same at the same
    /// time share it, so no number of clients takes more memory than the bundle has bytes.
    decoded: BTreeMap<String, Mutex<Weak<Vec<u8>>>>,
}

#[derive(Debug, Error)]
pub enum BundleError {
    #[error("the Python runtime is missing from this build: run `cargo xtask bundle`, then build again")]
    Missing,
    #[error("the Python runtime in this build does not fit it: run `cargo xtask bundle`, then build again")]
    Description(#[from] RuntimeError),
    #[error("runtime.json is not JSON")]
    Json(#[from] serde_json::Error),
}

impl Site {
    pub fn embedded() -> Site {
        let files = StaticFolder::iter().filter_map(|path| {
            let file = StaticFolder::get(&path)?;
            Some((path.into_owned(), file.data, file.metadata.sha256_hash()))
        });
        Site::new(files.collect())
    }

    fn new(files: Vec<(String, Cow<'static, [u8]>, [u8; 32])>) -> Site {
        let files: BTreeMap<String, Arc<Asset>> = files
            .into_iter()
            .map(|(path, data, sha256)| {
                let media_type = media_type(&path);
                let asset = Asset {
                    media_type,
                    bytes: shared(data),
                    sha256,
                    zstd: OnceLock::new(),
                    brotli: OnceLock::new(),
                };
                (path, Arc::new(asset))
            })
            .collect();
        let mut tree = Sha256::new();
        for (path, file) in &files {
            tree.update(path);
            tree.update([0]);
            tree.update(file.sha256);
        }
        // 64 bits tell versions apart; nobody gains from two trees with the same digest.
        let digest = hexadecimal(&tree.finalize()[..8]);
        Site { files, digest }
    }

    pub(in crate::web) fn digest(&self) -> &str {
        &self.digest
    }

    pub(in crate::web) fn file(&self, path: &str) -> Option<&Arc<Asset>> {
        self.files.get(path)
    }
}

impl Asset {
    pub(in crate::web) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As in the attribute `integrity`.
    pub(in crate::web) fn integrity(&self) -> String {
        format!("sha256-{}", STANDARD.encode(self.sha256))
    }

    pub(super) fn digest(&self) -> String {
        hexadecimal(&self.sha256)
    }

    pub(super) fn encodings(&self) -> &'static [Encoding] {
        let compresses = self.media_type.starts_with("text/")
            || matches!(
                self.media_type,
                "application/json" | "image/svg+xml" | "application/wasm"
            );
        // Below this the headers of a response weigh more than what could be saved.
        if compresses && self.bytes.len() > 512 {
            Encoding::ALL
        } else {
            &[Encoding::Identity]
        }
    }

    /// Slow the first time, so not for the threads that serve.
    pub(super) fn encoded(&self, encoding: Encoding) -> Bytes {
        match encoding {
            Encoding::Zstd => self.zstd.get_or_init(|| zstd(&self.bytes)).clone(),
            Encoding::Brotli => self.brotli.get_or_init(|| brotli(&self.bytes)).clone(),
            Encoding::Identity => self.bytes.clone(),
        }
    }
}

impl Bundle {
    pub fn embedded() -> Result<Bundle, BundleError> {
        let description = BundleFolder::get("runtime.json").ok_or(BundleError::Missing)?.data;
        Bundle::new(&description, |path| {
            Some(BundleFolder::get(&format!("files/{path}"))?.data)
        })
    }

    /// `read` finds a compressed file by `NAME.zst` or `NAME.br`.
    pub fn new(description: &[u8], read: fn(&str) -> Option<Cow<'static, [u8]>>) -> Result<Bundle, BundleError> {
        let runtime = Runtime::parse(description)?;
        let mut for_page = serde_json::from_slice::<serde_json::Value>(description)?;
        if let Some(fields) = for_page.as_object_mut() {
            fields.remove("inputs");
        }
        let decoded = runtime
            .files
            .iter()
            .map(|file| (file.name.clone(), Mutex::default()))
            .collect();
        let parts = BundleParts {
            runtime,
            description: RawValue::from_string(for_page.to_string())?,
            full_description: Bytes::copy_from_slice(description),
            read,
            decoded,
        };
        Ok(Bundle(Arc::new(parts)))
    }

    /// The server and what is in it, in one line.
    pub fn version(&self) -> String {
        let Runtime {
            runtime,
            python,
            digest,
            ..
        } = self.runtime();
        format!(
            "sandplot {} (pyodide {runtime}, python {python}, bundle {digest}; {})",
            env!("CARGO_PKG_VERSION"),
            if crate::llm::HAS_EMBEDDED {
                "runs a model itself"
            } else {
                "without a model"
            }
        )
    }

    pub fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    pub(in crate::web) fn description(&self) -> &RawValue {
        &self.0.description
    }

    pub(in crate::web) fn full_description(&self) -> Bytes {
        self.0.full_description.clone()
    }

    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.0.runtime.file(name)
    }

    /// Slow for the identity, so not for the threads that serve.
    pub(super) fn read(&self, name: &str, encoding: Encoding) -> Result<Bytes, Failure> {
        match encoding {
            Encoding::Zstd => self.stored(name, "zst"),
            Encoding::Brotli => self.stored(name, "br"),
            Encoding::Identity => self.decoded(name),
        }
    }

    fn stored(&self, name: &str, ending: &str) -> Result<Bytes, Failure> {
        let path = format!("{name}.{ending}");
        (self.0.read)(&path).map(shared).ok_or(Failure::File(path))
    }

    fn decoded(&self, name: &str) -> Result<Bytes, Failure> {
        let unknown = || Failure::File(name.to_owned());
        let slot = self.0.decoded.get(name).ok_or_else(unknown)?;
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match slot.upgrade() {
            Some(bytes) => bytes,
            None => {
                let expected = self.file(name).ok_or_else(unknown)?.bytes;
                let bytes = Arc::new(unzstd(&self.stored(name, "zst")?, expected).ok_or_else(unknown)?);
                *slot = Arc::downgrade(&bytes);
                bytes
            }
        };
        Ok(Bytes::from_owner(SharedVec(bytes)))
    }
}

struct SharedVec(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedVec {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn shared(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}

/// The types of what is in `static/`; the runtime's are in its description.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "tsv" => "text/tab-separated-values; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

/// Compressing into memory has no way to fail; an empty answer would be noticed by every test that decodes one.
fn zstd(bytes: &[u8]) -> Bytes {
    zstd::bulk::compress(bytes, 15).unwrap_or_default().into()
}

fn brotli(mut bytes: &[u8]) -> Bytes {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 9,
        lgwin: 22,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    match brotli::BrotliCompress(&mut bytes, &mut compressed, &parameters) {
        Ok(_) => compressed.into(),
        Err(_) => Bytes::new(),
    }
}

/// `None` unless it decodes to exactly as many bytes as it must.
fn unzstd(compressed: &[u8], expected: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(expected.try_into().ok()?);
    let decoder = zstd::stream::Decoder::new(compressed).ok()?;
    decoder.take(expected + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == expected).then_some(bytes)
}

pub(in crate::web) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &'static str)]) -> Site {
        let file = |(path, text): &(&str, &'static str)| {
            (
                (*path).to_owned(),
                Cow::Borrowed(text.as_bytes()),
                Sha256::digest(text).into(),
            )
        };
        Site::new(files.iter().map(file).collect())
    }

    #[test]
    fn the_digest_of_the_tree_follows_every_name_and_every_byte() {
        let digests = [
            site(&[("a.js", "1"), ("b.js", "2")]).digest,
            site(&[("a.js", "2"), ("b.js", "1")]).digest,
            site(&[("a.js", "1"), ("c.js", "2")]).digest,
            site(&[("a.js", "1")]).digest,
        ];
        for (index, digest) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(digest));
        }
        assert_eq!(site(&[("b.js", "2"), ("a.js", "1")]).digest, digests[0]);
    }

    #[test]
    fn a_compressed_file_decodes_to_itself() {
        let text: &'static str = Box::leak("let a = 1;\n".repeat(500).into_boxed_str());
        let site = site(&[("a.js", text)]);
        let file = site.file("a.js").unwrap();
        let zstd = file.encoded(Encoding::Zstd);
        assert_eq!(unzstd(&zstd, text.len() as u64).unwrap(), text.as_bytes());
        let mut decoded = Vec::new();
        brotli::BrotliDecompress(&mut file.encoded(Encoding::Brotli).as_ref(), &mut decoded).unwrap();
        assert_eq!(decoded, text.as_bytes());
        assert!(zstd.len() < text.len() / 10);
        assert_eq!(unzstd(&zstd, text.len() as u64 - 1), None);
        assert_eq!(unzstd(&zstd, text.len() as u64 + 1), None);
    }

    #[test]
    fn what_is_small_or_compressed_already_is_sent_as_it_is() {
        let long: &'static str = Box::leak("x".repeat(1000).into_boxed_str());
        let site = site(&[("a.js", "1"), ("b.png", long), ("c.csv", long), ("d.svg", long)]);
        let encodings = |path: &str| site.file(path).unwrap().encodings().len();
        assert_eq!(
            [
                encodings("a.js"),
                encodings("b.png"),
                encodings("c.csv"),
                encodings("d.svg")
            ],
            [1, 1, 3, 3]
        );
    }

    #[test]
    fn everything_in_static_has_a_type() {
        let unknown: Vec<_> = StaticFolder::iter()
            .filter(|path| media_type(path).ends_with("octet-stream"))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
