//! Which part of a representation a request is for: conditions and a single range (RFC 9110, sections 13 and 14).
//!
//! Several ranges at once are answered with the whole, as the RFC allows: no browser asks for them, and they have been used to
//! make servers work hard.

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Of(Range<usize>),
    /// The range lies outside.
    Outside,
}

/// Whether the client has this representation already.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .any(|line| line.trim() == "*" || line.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
}

pub(super) fn part(headers: &HeaderMap, etag: &str, length: usize) -> Part {
    let mut ranges = headers.get_all(RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return Part::Whole;
    };
    // Compared strongly; a date never matches, because no file here has one.
    if headers
        .get(IF_RANGE)
        .is_some_and(|condition| condition.as_bytes() != etag.as_bytes())
    {
        return Part::Whole;
    }
    let Ok(range) = range.to_str() else { return Part::Whole };
    parse(range, length).unwrap_or(Part::Whole)
}

/// `None` if it is not one well-formed range of bytes, which is then as good as not there.
fn parse(range: &str, length: usize) -> Option<Part> {
    let (unit, range) = range.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (start, end) = match (number(first), number(last)) {
        (Some(first), Some(last)) if last < first => return None,
        (Some(first), Some(last)) => (first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.is_empty() => (first, length),
        (None, Some(last)) if first.is_empty() => (length.saturating_sub(last), length),
        _ => return None,
    };
    Some(if start < end {
        Part::Of(start..end)
    } else {
        Part::Outside
    })
}

/// Digits only: `parse` alone would take a sign. More than any file has is as good as the largest number.
fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::HeaderName;
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn one_range_is_understood_and_anything_else_is_the_whole() {
        let rows: [(&str, Part); 20] = [
            ("bytes=0-0", Part::Of(0..1)),
            ("bytes=2-4", Part::Of(2..5)),
            ("bytes=2-", Part::Of(2..10)),
            ("bytes=-3", Part::Of(7..10)),
            ("bytes=-30", Part::Of(0..10)),
            ("bytes=9-99", Part::Of(9..10)),
            ("bytes=0-18446744073709551615", Part::Of(0..10)),
            ("Bytes = 1-2", Part::Of(1..3)),
            ("bytes=10-", Part::Outside),
            ("bytes=10-20", Part::Outside),
            ("bytes=99999999999999999999999-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=4-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=1", Part::Whole),
            ("lines=1-2", Part::Whole),
            ("", Part::Whole),
        ];
        for (range, expected) in rows {
            assert_eq!(part(&headers(&[(RANGE, range)]), "\"a\"", 10), expected, "{range}");
        }
        assert_eq!(part(&headers(&[]), "\"a\"", 10), Part::Whole);
        assert_eq!(part(&headers(&[(RANGE, "bytes=0-")]), "\"a\"", 0), Part::Outside);
    }

    #[test]
    fn a_range_of_another_representation_is_the_whole_of_this_one() {
        let given = |condition| part(&headers(&[(RANGE, "bytes=1-2"), (IF_RANGE, condition)]), "\"a\"", 10);
        assert_eq!(given("\"a\""), Part::Of(1..3));
        for other in ["\"b\"", "W/\"a\"", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(given(other), Part::Whole, "{other}");
        }
    }

    #[test]
    fn a_tag_is_known_in_a_list_weakly_or_by_a_star() {
        for known in ["\"a\"", "W/\"a\"", "\"x\", \"a\"", "*"] {
            assert!(is_known(&headers(&[(IF_NONE_MATCH, known)]), "\"a\""), "{known}");
        }
        for unknown in ["\"b\"", "a", "\"a-br\"", ""] {
            assert!(!is_known(&headers(&[(IF_NONE_MATCH, unknown)]), "\"a\""), "{unknown}");
        }
        assert!(!is_known(&headers(&[]), "\"a\""));
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_whole(range in "(bytes)?[=, 0-9+-]{0,30}[0-9-]{0,25}", length in 0_usize..100) {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_str(&range).unwrap())]);
            if let Part::Of(part) = part(&headers, "\"a\"", length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }

        #[test]
        fn no_condition_is_too_odd(line in prop::collection::vec(prop_oneof![32_u8..127, 128_u8..=255], 0..60)) {
            let value = HeaderValue::from_bytes(&line).unwrap();
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, value.clone()), (IF_RANGE, value.clone()), (RANGE, value)]);
            let _ = (is_known(&headers, "\"a\""), part(&headers, "\"a\"", 9));
        }
    }
}
