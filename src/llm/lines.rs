//! The framing of newline-delimited JSON: bytes in, whole lines out. Memory is bounded as in `sse`.

use super::sse::{EVENT_LIMIT, SseError};

#[derive(Default)]
pub(super) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// Takes the next bytes, however they were cut, and returns the lines that they complete, without empty ones.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, SseError> {
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.hold(&rest[..end])?;
            rest = &rest[end + 1..];
            let line = String::from_utf8(std::mem::take(&mut self.open)).map_err(|_| SseError::NotText)?;
            if !line.trim().is_empty() {
                lines.push(line);
            }
        }
        self.hold(rest)?;
        Ok(lines)
    }

    /// A last line without an end.
    pub(super) fn finish(self) -> Option<String> {
        String::from_utf8(self.open).ok().filter(|line| !line.trim().is_empty())
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), SseError> {
        if self.open.len() + bytes.len() > EVENT_LIMIT {
            return Err(SseError::TooLong);
        }
        self.open.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<(Vec<String>, Option<String>), SseError> {
        let mut lines = Lines::default();
        let mut whole = Vec::new();
        for piece in pieces {
            whole.extend(lines.push(piece)?);
        }
        Ok((whole, lines.finish()))
    }

    #[test]
    fn lines_are_whole_and_the_last_may_lack_its_end() {
        let (whole, open) = read([&b"{\"a\":1}\r\n\n{\"b\""[..], &b":2}\n{\"c\":3}"[..]]).unwrap();
        assert_eq!(whole, ["{\"a\":1}\r", "{\"b\":2}"]);
        assert_eq!(open.as_deref(), Some("{\"c\":3}"));
    }

    #[test]
    fn what_is_held_is_bounded_and_text() {
        let piece = vec![b'x'; EVENT_LIMIT / 2 + 1];
        assert_eq!(read([&piece[..], &piece[..]]), Err(SseError::TooLong));
        assert_eq!(read([&b"\xff\n"[..]]), Err(SseError::NotText));
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_they_are_the_same_lines(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'a'), any::<u8>()], 0..60),
            cut in any::<prop::sample::Index>(),
        ) {
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            prop_assert_eq!(read([head, tail]), read([&bytes[..]]));
        }
    }
}
