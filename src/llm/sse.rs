//! The framing of server-sent events: bytes in, the `data` of each event out.
//!
//! Only the framing of <https://html.spec.whatwg.org/multipage/server-sent-events.html> lives here; what the data means is
//! the dialect's business. Event names, ids and retry hints are dropped: no chat dialect has a meaning there that its data lacks.
//! Memory is bounded: a peer that never ends a line or an event is an error, not a growing buffer.

use thiserror::Error;

/// The longest event that is still believable: a whole reply in one event is some tens of kilobytes.
pub(super) const EVENT_LIMIT: usize = 1024 * 1024;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum SseError {
    #[error("an event of the stream is longer than {EVENT_LIMIT} bytes")]
    TooLong,
    #[error("the stream is not UTF-8 text")]
    NotText,
}

/// Holds what has arrived of the line and of the event that are not complete yet.
#[derive(Default)]
pub(super) struct Decoder {
    line: Vec<u8>,
    data: String,
    /// An event with an empty `data:` line differs from an event without data.
    has_data: bool,
    /// The last byte was a carriage return: a line feed that follows belongs to the same line end.
    after_return: bool,
    /// A byte order mark is allowed once, at the very start.
    started: bool,
}

impl Decoder {
    /// Takes the next bytes, however they were cut, and returns the data of every event that they complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, SseError> {
        let mut events = Vec::new();
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() + self.data.len() >= EVENT_LIMIT => {
                    return Err(SseError::TooLong);
                }
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    /// The data of an event that the peer did not close with an empty line before it closed the stream. The specification
    /// would drop it; several servers end their last event that way, so the caller may look whether it is whole.
    pub(super) fn finish(mut self) -> Option<String> {
        self.end_line().ok()?;
        self.end_event()
    }

    fn end_line(&mut self) -> Result<Option<String>, SseError> {
        let line = std::mem::take(&mut self.line);
        let mut line = std::str::from_utf8(&line).map_err(|_| SseError::NotText)?;
        if !std::mem::replace(&mut self.started, true) {
            line = line.trim_start_matches('\u{feff}');
        }
        if line.is_empty() {
            return Ok(self.end_event());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            if self.has_data {
                self.data.push('\n');
            }
            self.has_data = true;
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
        }
        Ok(None)
    }

    fn end_event(&mut self) -> Option<String> {
        let data = std::mem::take(&mut self.data);
        std::mem::take(&mut self.has_data).then_some(data)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::llm::replay;

    /// What was decoded, and what stood open at the end; the same failure counts as the same result.
    type Decoded = Result<(Vec<String>, Option<String>), SseError>;

    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for piece in pieces {
            events.extend(decoder.push(piece)?);
        }
        Ok((events, decoder.finish()))
    }

    fn events(text: &str) -> Vec<String> {
        decode([text.as_bytes()]).unwrap().0
    }

    #[test]
    fn the_forms_of_the_specification() {
        assert_eq!(events("data: a\n\ndata:b\r\n\r\ndata:  c\r\r"), ["a", "b", " c"]);
        assert_eq!(events("data: a\ndata: b\ndata\n\n"), ["a\nb\n"]);
        assert_eq!(
            events(": keep-alive\n\n:\n\nevent: x\nid: 1\nretry: 5\ndata: a\n\n"),
            ["a"]
        );
        assert_eq!(events("\u{feff}data: a\n\n"), ["a"]);
        assert_eq!(events("data:\n\n"), [""]);
        assert_eq!(events("event: x\n\nnonsense\n\ndatax: 1\n\n"), [""; 0]);
    }

    #[test]
    fn an_event_without_its_empty_line_is_kept_apart() {
        let open = |text: &str| decode([text.as_bytes()]).unwrap().1;
        assert_eq!(open("data: a\n\ndata: b").as_deref(), Some("b"));
        assert_eq!(open("data: a\n\n: bye"), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut decoder = Decoder::default();
        let piece = vec![b'x'; 64 * 1024];
        let lines = (0..=EVENT_LIMIT / piece.len())
            .map(|_| decoder.push(&piece))
            .collect::<Vec<_>>();
        assert_eq!(lines.last(), Some(&Err(SseError::TooLong)));

        let mut decoder = Decoder::default();
        let line = format!("data: {}\n", "x".repeat(64 * 1024));
        let error = (0..64).find_map(|_| decoder.push(line.as_bytes()).err());
        assert_eq!(error, Some(SseError::TooLong));
    }

    #[test]
    fn text_that_is_no_text_is_an_error() {
        assert_eq!(Decoder::default().push(b"data: \xff\n"), Err(SseError::NotText));
    }

    #[test]
    fn every_split_point_of_every_transcript_yields_the_same_events() {
        for (name, transcript) in replay::all() {
            let whole = decode([transcript.body.as_slice()]);
            for split in 0..=transcript.body.len() {
                let (head, tail) = transcript.body.split_at(split);
                assert_eq!(decode([head, tail]), whole, "{name} split at byte {split}");
            }
            assert_eq!(decode(transcript.body.chunks(1)), whole, "{name} byte by byte");
            assert_eq!(decode(transcript.body.chunks(7)), whole, "{name} in sevens");
        }
    }

    fn stream_of_parts() -> impl Strategy<Value = Vec<u8>> {
        let known: [&[u8]; 14] = [
            b"data: ",
            b"data",
            b"data:",
            b": ",
            b"event: x",
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b"\xef\xbb\xbf",
            b"\xf0\x9f",
            b"\xff",
            b"{\"a\":1}",
            b"[DONE]",
        ];
        let part = prop_oneof![
            prop::sample::select(known.map(<[u8]>::to_vec).to_vec()),
            prop::collection::vec(any::<u8>(), 0..6),
        ];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_they_are_the_same_events(
            bytes in stream_of_parts(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
            prop_assert_eq!(decode(pieces), decode([bytes.as_slice()]));
        }
    }

    proptest! {
        // Each case is megabytes.
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 32, ..ProptestConfig::default() })]

        /// Nothing is held beyond the limit, whatever comes, however much of it.
        #[test]
        fn what_is_held_is_bounded(part in prop::collection::vec(any::<u8>(), 1..64), line in any::<bool>()) {
            let mut decoder = Decoder::default();
            let part = if line { [b"data:", part.as_slice(), b"\n"].concat() } else { part };
            let chunk = part.repeat(EVENT_LIMIT / 8 / part.len() + 1);
            for _ in 0..9 {
                if decoder.push(&chunk).is_err() {
                    break;
                }
                prop_assert!(decoder.line.len() + decoder.data.len() <= EVENT_LIMIT + 1);
            }
        }
    }
}
