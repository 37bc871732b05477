//! Whether a call that failed before its first token is worth another try, and after which pause.
//!
//! Two retries, by hand: a person is waiting, and a third failure is better told than hidden behind a fourth try. A call that
//! has already given text is never repeated, since the reader would see the reply begin twice.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::{BrokenStream, LlmError};

const MOST_RETRIES: u32 = 2;
/// A longer wait is told to the reader instead of sat out in silence.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Enough for a server that is just being restarted or a burst that has passed; twice as long after each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The pause before the next try after so many `failures`, or `None` if the last one is to be given as it is.
pub(super) fn pause(error: &LlmError, failures: u32) -> Option<Duration> {
    let asked = match error {
        LlmError::RateLimited { retry_after, .. } | LlmError::Unavailable { retry_after, .. } => *retry_after,
        // A server that was restarted, or an idle connection that a proxy had closed meanwhile.
        LlmError::Unreachable { .. } | LlmError::StreamBroken(BrokenStream::Connection(_)) => None,
        _ => return None,
    };
    if failures > MOST_RETRIES {
        return None;
    }
    let pause = asked.unwrap_or_else(|| scattered(FIRST_PAUSE * 2u32.pow(failures.saturating_sub(1))));
    (pause <= LONGEST_PAUSE).then_some(pause)
}

/// From three quarters of the pause to five: those whose calls failed together shall not all come back together.
fn scattered(pause: Duration) -> Duration {
    // If the system gives no random number the middle will do.
    let share = getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX));
    pause.mul_f64(0.75 + share / 2.0)
}

/// `Retry-After` in either of its two forms, or the finer `retry-after-ms` that some vendors send beside it.
pub(super) fn retry_after(headers: &HeaderMap, now: jiff::Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|value| value.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

/// Whether the server said that the same request will fail again. Anthropic does where a status that usually passes is the request's own
/// fault: one that alone exceeds what is allowed in a minute.
pub(super) fn is_in_vain(headers: &HeaderMap) -> bool {
    headers.get("x-should-retry").is_some_and(|value| value == "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let now: jiff::Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let read = |pairs: &[_]| retry_after(&headers(pairs), now);
        assert_eq!(read(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(read(&[("retry-after", "0.25")]), Some(Duration::from_millis(250)));
        assert_eq!(
            read(&[("retry-after", "7"), ("retry-after-ms", "1500")]),
            Some(Duration::from_millis(1500))
        );
        assert_eq!(
            read(&[("retry-after", "Sun, 22 Nov 2026 04:00:09 GMT")]),
            Some(Duration::from_secs(9))
        );
        // A date that has passed means: now.
        assert_eq!(
            read(&[("retry-after", "Sun, 22 Nov 2026 03:00:00 GMT")]),
            Some(Duration::ZERO)
        );
        for nonsense in ["soon", "", "-5", "NaN", "1e300"] {
            assert_eq!(read(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn only_what_may_pass_is_tried_again_and_only_after_a_short_pause() {
        let limited = |seconds: Option<u64>| LlmError::RateLimited {
            retry_after: seconds.map(Duration::from_secs),
            message: String::new(),
        };
        assert_eq!(pause(&limited(Some(10)), 1), Some(Duration::from_secs(10)));
        assert_eq!(pause(&limited(Some(10)), 2), Some(Duration::from_secs(10)));
        assert_eq!(pause(&limited(Some(11)), 1), None);
        let failed = LlmError::Unavailable {
            status: 503,
            retry_after: None,
            message: String::new(),
        };
        for error in [&limited(None), &failed] {
            for (failures, range) in [(1, 375..=625), (2, 750..=1250)] {
                let milliseconds = pause(error, failures).unwrap().as_millis();
                assert!(range.contains(&milliseconds), "{milliseconds}");
            }
            assert_eq!(pause(error, 3), None);
        }
        assert_eq!(pause(&LlmError::Empty, 1), None);
        let key = LlmError::KeyRejected {
            status: 401,
            message: String::new(),
            variable: "K".into(),
        };
        assert_eq!(pause(&key, 1), None);
    }
}
