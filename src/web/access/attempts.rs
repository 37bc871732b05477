//! Counts wrong tokens, so that nobody can try many.
//!
//! By address, since one person's mistakes should not keep others out; behind a proxy all share its address. Whoever is logged in
//! is not asked for the token again, so they are never kept out. While somebody has to wait the right token is refused as well:
//! otherwise the wait would be no limit.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// In one [`WINDOW`].
const MOST_WRONG: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at a time. When more are wrong at once the oldest are forgotten first.
const MOST_ADDRESSES: usize = 4096;

#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<Option<IpAddr>, Wrong>>);

struct Wrong {
    count: u32,
    since: Instant,
}

impl Attempts {
    /// What `is_right` says, or how long to wait before asking it again. One at a time, so that attempts in parallel count as well.
    pub(super) fn attempt(
        &self,
        from: Option<IpAddr>,
        now: Instant,
        is_right: impl FnOnce() -> bool,
    ) -> Result<bool, Duration> {
        let from = from.map(network);
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|_, wrong| now.saturating_duration_since(wrong.since) < WINDOW);
        if let Some(wrong) = wrong.get(&from)
            && wrong.count >= MOST_WRONG
        {
            return Err(WINDOW.saturating_sub(now.saturating_duration_since(wrong.since)));
        }
        if is_right() {
            return Ok(true);
        }
        if wrong.len() >= MOST_ADDRESSES
            && !wrong.contains_key(&from)
            && let Some(oldest) = wrong.iter().min_by_key(|(_, wrong)| wrong.since).map(|(from, _)| *from)
        {
            wrong.remove(&oldest);
        }
        wrong.entry(from).or_insert(Wrong { count: 0, since: now }).count += 1;
        Ok(false)
    }
}

/// What one person can choose freely: an address of version 4, the lower half of one of version 6.
pub(in crate::web) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    #[test]
    fn after_ten_wrong_ones_even_the_right_one_waits_and_others_do_not() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for second in 0..10 {
            let at = now + Duration::from_secs(second);
            assert_eq!(attempts.attempt(from("10.0.0.1"), at, || false), Ok(false));
        }
        let later = now + Duration::from_secs(20);
        let asked = || panic!("the token is not even looked at");
        assert_eq!(
            attempts.attempt(from("10.0.0.1"), later, asked),
            Err(Duration::from_secs(40))
        );
        assert_eq!(attempts.attempt(from("10.0.0.2"), later, || true), Ok(true));
        assert_eq!(attempts.attempt(from("10.0.0.1"), now + WINDOW, || true), Ok(true));
    }

    #[test]
    fn right_ones_do_not_count() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        assert!((0..100).all(|_| attempts.attempt(None, now, || true) == Ok(true)));
    }

    #[test]
    fn a_network_of_version_six_counts_as_one_and_a_mapped_address_as_itself() {
        assert_eq!(
            network("2001:db8:1:2::1".parse().unwrap()),
            network("2001:db8:1:2:ffff::9".parse().unwrap())
        );
        assert_ne!(
            network("2001:db8:1:2::1".parse().unwrap()),
            network("2001:db8:1:3::1".parse().unwrap())
        );
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), from("10.0.0.1").unwrap());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for number in 0..(MOST_ADDRESSES as u32 + 10) {
            let at = now + Duration::from_millis(number.into());
            let _ = attempts.attempt(Some(IpAddr::from(number.to_be_bytes())), at, || false);
        }
        assert_eq!(attempts.0.lock().unwrap().len(), MOST_ADDRESSES);
    }
}
