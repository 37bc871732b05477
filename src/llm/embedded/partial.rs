//! The beginning of a file that is still being fetched, on the disk and hashed as it grows. It survives the process: the next one
//! goes on where it ends. Only a file with the pinned digest ever gets its real name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::weights::Weights;
use crate::llm::WeightsError;

const BUFFER: usize = 1 << 20;
/// What every file of weights begins with.
const MAGIC: &[u8] = b"GGUF";

pub(super) struct Partial {
    file: File,
    path: PathBuf,
    weights: &'static Weights,
    hasher: Sha256,
    length: u64,
}

/// Whether a file is the pinned one.
pub(super) fn check(path: &Path, weights: &'static Weights) -> Result<(), WeightsError> {
    let mut file = File::open(path).map_err(|source| at(path, "opened", source))?;
    let found = file.metadata().map_err(|source| at(path, "read", source))?.len();
    let wrong = |found: String, wanted: String| WeightsError::WrongFile {
        path: path.to_owned(),
        file: weights.file,
        found,
        wanted,
    };
    if found != weights.bytes {
        return Err(wrong(format!("{found} bytes"), weights.bytes.to_string()));
    }
    let (hasher, _) = hashed(&mut file).map_err(|source| at(path, "read", source))?;
    let digest = hexadecimal(hasher);
    match digest == weights.sha256 {
        true => Ok(()),
        false => Err(wrong(format!("the SHA-256 {digest}"), weights.sha256.to_owned())),
    }
}

impl Partial {
    /// Opens what is there of the file, or begins it. Others are kept out until it is dropped.
    pub(super) fn open(folder: &Path, weights: &'static Weights) -> Result<Partial, WeightsError> {
        std::fs::create_dir_all(folder).map_err(|source| at(folder, "created", source))?;
        let path = folder.join(format!("{}.partial", weights.file));
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(&path);
        let mut file = file.map_err(|source| at(&path, "opened", source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WeightsError::Busy { path }),
            // A file system without locks has nobody to keep out either.
            Err(TryLockError::Error(error)) => tracing::debug!(error.cause = %error, "no lock on what is fetched"),
        }
        let (hasher, length) = hashed(&mut file).map_err(|source| at(&path, "read", source))?;
        let mut partial = Partial {
            file,
            path,
            weights,
            hasher,
            length,
        };
        let begin = beginning(&mut partial.file).map_err(|source| at(&partial.path, "read", source))?;
        if partial.length > weights.bytes || !MAGIC.starts_with(&begin) {
            partial.empty()?;
        }
        Ok(partial)
    }

    /// Whether these bytes, coming next, leave it a file of weights as far as its first bytes tell: a page in place of the file
    /// shows there, and not after a gigabyte.
    pub(super) fn admits(&self, bytes: &[u8]) -> bool {
        let due = usize::try_from(self.length).ok().and_then(|length| MAGIC.get(length..));
        due.is_none_or(|due| due.iter().zip(bytes).all(|(due, byte)| due == byte))
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn is_whole(&self) -> bool {
        self.length == self.weights.bytes
    }

    /// Adds what comes next; what is beyond the end of the file is left out.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), WeightsError> {
        let room = usize::try_from(self.weights.bytes - self.length).unwrap_or(usize::MAX);
        let bytes = &bytes[..bytes.len().min(room)];
        self.file
            .write_all(bytes)
            .map_err(|source| at(&self.path, "written", source))?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn empty(&mut self) -> Result<(), WeightsError> {
        self.file
            .set_len(0)
            .map_err(|source| at(&self.path, "emptied", source))?;
        self.hasher = Sha256::new();
        self.length = 0;
        Ok(())
    }

    /// Gives a whole file its name if it is the pinned one; what is not is thrown away, since nothing tells which part of it is wrong.
    pub(super) fn finish(&mut self, whole: &Path) -> Result<(), WeightsError> {
        if hexadecimal(self.hasher.clone()) != self.weights.sha256 {
            self.empty()?;
            return Err(WeightsError::Digest {
                file: self.weights.file,
            });
        }
        self.file
            .sync_all()
            .map_err(|source| at(&self.path, "written", source))?;
        std::fs::rename(&self.path, whole).map_err(|source| at(whole, "written", source))
    }
}

/// As many of the first bytes as tell what it is.
fn beginning(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    file.rewind()?;
    file.take(MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(begin)
}

pub(super) fn at(path: &Path, done: &'static str, source: std::io::Error) -> WeightsError {
    WeightsError::File {
        path: path.to_owned(),
        done,
        source,
    }
}

/// The state after all of the file, and its length.
pub(super) fn hashed(file: &mut File) -> std::io::Result<(Sha256, u64)> {
    let (mut hasher, mut length) = (Sha256::new(), 0);
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hasher, length)),
            read => {
                hasher.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
}

pub(super) fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::WEIGHTS;
    use super::*;

    #[test]
    fn what_was_fetched_is_there_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join(WEIGHTS.file);
        let mut partial = Partial::open(folder.path(), &WEIGHTS).unwrap();
        partial.add(&super::super::tests::content()[..1000]).unwrap();
        assert!(matches!(
            Partial::open(folder.path(), &WEIGHTS),
            Err(WeightsError::Busy { .. })
        ));
        drop(partial);
        let mut partial = Partial::open(folder.path(), &WEIGHTS).unwrap();
        assert_eq!((partial.length(), partial.is_whole()), (1000, false));
        let rest = [&super::super::tests::content()[1000..], b"more than there is"].concat();
        partial.add(&rest).unwrap();
        assert!(partial.is_whole() && !whole.exists());
        partial.finish(&whole).unwrap();
        check(&whole, &WEIGHTS).unwrap();
    }

    #[test]
    fn what_does_not_begin_as_weights_do_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("{}.partial", WEIGHTS.file));
        let rows: [(&[u8], u64); 4] = [(b"<!DOCTYPE html>", 0), (b"GG", 2), (b"GX", 0), (b"GGUF and more", 13)];
        for (there, left) in rows {
            std::fs::write(&path, there).unwrap();
            assert_eq!(
                Partial::open(folder.path(), &WEIGHTS).unwrap().length(),
                left,
                "{there:?}"
            );
        }
        std::fs::write(&path, b"GG").unwrap();
        let partial = Partial::open(folder.path(), &WEIGHTS).unwrap();
        assert!(
            partial.admits(b"") && partial.admits(b"U") && partial.admits(b"UF anything") && !partial.admits(b"GGUF")
        );
    }

    #[test]
    fn what_is_not_the_pinned_file_never_gets_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join(WEIGHTS.file);
        let mut content = super::super::tests::content();
        content[500] ^= 1;
        let mut partial = Partial::open(folder.path(), &WEIGHTS).unwrap();
        partial.add(&content).unwrap();
        assert!(matches!(partial.finish(&whole), Err(WeightsError::Digest { .. })));
        assert!(!whole.exists() && partial.length() == 0);
        std::fs::write(&whole, &content).unwrap();
        let error = check(&whole, &WEIGHTS).unwrap_err().to_string();
        assert!(error.contains("SHA-256") && error.contains(WEIGHTS.sha256), "{error}");
        std::fs::write(&whole, &content[1..]).unwrap();
        assert!(check(&whole, &WEIGHTS).unwrap_err().to_string().contains("2499 bytes"));
    }
}
