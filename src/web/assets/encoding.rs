//! Which encoding of a file a client gets, by `Accept-Encoding` (RFC 9110, section 12.5.3).

use axum::http::HeaderValue;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Zstd,
    Brotli,
    Identity,
}

impl Encoding {
    /// In the order of preference between those a client likes equally.
    pub(super) const ALL: &'static [Encoding] = &[Encoding::Zstd, Encoding::Brotli, Encoding::Identity];
    const SMALLEST_FIRST: &'static [Encoding] = &[Encoding::Brotli, Encoding::Zstd, Encoding::Identity];

    /// For a file of the runtime, in the order of preference. Brotli is a few percent smaller, Zstandard decodes several times as
    /// fast: what counts is the wait for few bytes, and the decoding of many.
    pub(super) fn of_runtime(bytes: u64) -> &'static [Encoding] {
        const MANY: u64 = 32 << 20;
        if bytes < MANY {
            Encoding::SMALLEST_FIRST
        } else {
            Encoding::ALL
        }
    }

    /// As in `Content-Encoding`.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Zstd => Some("zstd"),
            Encoding::Brotli => Some("br"),
            Encoding::Identity => None,
        }
    }

    /// What tells the entity tags of a file apart.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Encoding::Zstd => "-zstd",
            Encoding::Brotli => "-br",
            Encoding::Identity => "",
        }
    }
}

/// The one of `available` (in order of preference) that the client likes best. Without the header it is the identity: who does
/// not name an encoding, such as curl, seldom decodes one. Whoever refuses everything gets the identity as well, which the RFC
/// allows and which is of more use than an error.
pub(super) fn choose<'a>(accepted: impl IntoIterator<Item = &'a HeaderValue>, available: &[Encoding]) -> Encoding {
    let lines: Vec<&str> = accepted.into_iter().filter_map(|line| line.to_str().ok()).collect();
    let weights: Vec<(&str, f32)> = lines.iter().flat_map(|line| line.split(',')).map(weight).collect();
    let of = |name: &str| {
        weights
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, weight)| *weight)
    };
    let any = of("*");
    let mut best = (Encoding::Identity, 0.0);
    for &encoding in available {
        let weight = match encoding.name() {
            Some(name) => of(name).or(any).unwrap_or(0.0),
            // Acceptable unless it is refused, but not what somebody who named another encoding hopes for.
            None => of("identity").or(any).unwrap_or(f32::MIN_POSITIVE),
        };
        if weight > best.1 {
            best = (encoding, weight);
        }
    }
    best.0
}

/// `br;q=0.5` is `("br", 0.5)`; a weight that cannot be read is 0, so that nothing is sent that may not be understood.
fn weight(element: &str) -> (&str, f32) {
    let mut parts = element.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (
        name,
        weight.map_or(1.0, |weight| {
            weight
                .parse()
                .ok()
                .filter(|weight| (0.0..=1.0).contains(weight))
                .unwrap_or(0.0)
        }),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Encoding::{Brotli, Identity, Zstd};
    use super::*;

    #[test]
    fn what_is_large_is_decoded_fast_and_what_is_not_is_small() {
        let browser = [HeaderValue::from_static("gzip, deflate, br, zstd")];
        assert_eq!(choose(&browser, Encoding::of_runtime(20 << 20)), Brotli);
        assert_eq!(choose(&browser, Encoding::of_runtime(70 << 20)), Zstd);
    }

    #[test]
    fn the_best_of_what_is_accepted_and_there_is_chosen() {
        let rows: [(&[&str], Encoding); 18] = [
            (&[], Identity),
            (&[""], Identity),
            (&["gzip, deflate, br, zstd"], Zstd),
            (&["gzip, deflate, br"], Brotli),
            (&["gzip"], Identity),
            (&["gzip", "br"], Brotli),
            (&["*"], Zstd),
            (&["*;q=0"], Identity),
            (&["zstd;q=0, *"], Brotli),
            (&["br;q=1.0, zstd;q=0.9"], Brotli),
            (&["br;q=0.5,zstd;q=0.5"], Zstd),
            (&["br ; q=0.2 , zstd ; q=0"], Brotli),
            (&["identity, br;q=0.9"], Identity),
            (&["identity;q=0.1, br;q=0.9"], Brotli),
            (&["identity;q=0, br"], Brotli),
            (&["BR"], Brotli),
            (&["br;q=x"], Identity),
            (&["br;q=7, zstd;q=-1"], Identity),
        ];
        for (lines, expected) in rows {
            let lines: Vec<HeaderValue> = lines.iter().map(|line| HeaderValue::from_static(line)).collect();
            assert_eq!(choose(&lines, Encoding::ALL), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_chosen() {
        let all = [HeaderValue::from_static("zstd, br")];
        assert_eq!(choose(&all, &[Identity]), Identity);
        assert_eq!(
            choose(&[HeaderValue::from_static("*, identity;q=0")], &[Identity]),
            Identity
        );
    }

    proptest! {
        #[test]
        fn only_what_is_there_is_chosen(line in prop::collection::vec(prop_oneof![32_u8..127, 128_u8..=255], 0..60)) {
            let value = HeaderValue::from_bytes(&line).unwrap();
            prop_assert_eq!(choose([&value], &[Identity]), Identity);
            prop_assert_eq!(choose([&value], &[]), Identity);
        }

        #[test]
        fn nothing_is_chosen_that_was_not_named(line in "(gzip|identity|zst|x-br|;q=1|,|=| ){0,9}") {
            prop_assert_eq!(choose([&HeaderValue::from_str(&line).unwrap()], Encoding::ALL), Identity);
        }
    }
}
