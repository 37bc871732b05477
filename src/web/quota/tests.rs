//! Counting, with the clock in hand.

use super::*;
use crate::web::words::{Language, Words};

fn client(address: &str) -> Client {
    Client::of(Some(&Peer(address.parse().unwrap())))
}

fn requests(meters: &Meters, from: &str, now: Instant) -> Result<(), Exceeded> {
    meters.take(Unit::Requests, client(from), 1, now)
}

#[test]
fn one_client_has_so_many_a_minute_and_all_together_so_many() {
    let now = Instant::now();
    let meters = Meters::new(Quotas {
        requests_per_minute: 3,
        client_requests_per_minute: 2,
        ..Quotas::default()
    });
    for _ in 0..2 {
        assert_eq!(requests(&meters, "10.0.0.1", now), Ok(()));
    }
    let later = now + Duration::from_secs(20);
    let own = requests(&meters, "10.0.0.1", later).unwrap_err();
    assert_eq!((own.is_own, own.most, own.wait), (true, 2, Duration::from_secs(40)));
    assert_eq!(requests(&meters, "10.0.0.2", later), Ok(()));
    let all = requests(&meters, "10.0.0.3", later).unwrap_err();
    assert_eq!((all.is_own, all.wait), (false, Duration::from_secs(40)));
    assert_eq!(requests(&meters, "10.0.0.1", now + MINUTE), Ok(()));
}

#[test]
fn a_refused_request_uses_nothing_up() {
    let now = Instant::now();
    let meters = Meters::new(Quotas {
        requests_per_minute: 5,
        client_requests_per_minute: 1,
        ..Quotas::default()
    });
    for _ in 0..9 {
        let _ = requests(&meters, "10.0.0.1", now);
    }
    assert!((2..=5).all(|number| requests(&meters, &format!("10.0.0.{number}"), now) == Ok(())));
}

#[test]
fn tokens_are_charged_before_and_corrected_after() {
    let now = Instant::now();
    let meters = Meters::new(Quotas {
        client_tokens_per_day: 1000,
        ..Quotas::default()
    });
    let ask = |estimate| meters.take(Unit::Tokens, client("10.0.0.1"), estimate, now);
    assert_eq!(ask(600), Ok(()));
    assert_eq!(ask(600), Ok(()), "there is something left");
    let wait = ask(1).unwrap_err().wait;
    assert_eq!(wait, DAY);
    // The second was never answered; the first took less than was thought.
    meters.correct_tokens(client("10.0.0.1"), 600, 0, now);
    meters.correct_tokens(client("10.0.0.1"), 600, 500, now);
    let left = meters.fields(client("10.0.0.1"), now).unwrap();
    assert_eq!(left[1], "\"client-tokens\";r=500;t=86400");
    assert_eq!(ask(1), Ok(()));
    assert_eq!(meters.take(Unit::Tokens, client("10.0.0.2"), 1, now), Ok(()));
}

#[test]
fn what_stands_is_told_as_the_draft_says() {
    let now = Instant::now();
    let meters = Meters::new(Quotas {
        client_requests_per_minute: 6,
        tokens_per_day: 50_000,
        ..Quotas::default()
    });
    requests(&meters, "10.0.0.1", now).unwrap();
    let [policy, state] = meters
        .fields(client("10.0.0.1"), now + Duration::from_secs(15))
        .unwrap();
    assert_eq!(
        policy,
        "\"client-requests\";q=6;w=60, \"tokens\";q=50000;qu=\"tokens\";w=86400"
    );
    assert_eq!(state, "\"client-requests\";r=5;t=45, \"tokens\";r=50000;t=86400");
    assert_eq!(Meters::new(Quotas::default()).fields(client("10.0.0.1"), now), None);
}

#[test]
fn what_is_remembered_is_bounded() {
    let now = Instant::now();
    let meters = Meters::new(Quotas {
        client_requests_per_minute: 1,
        ..Quotas::default()
    });
    for number in 0..(MOST_CLIENTS as u32 + 10) {
        let from = Client(Some(IpAddr::from(number.to_be_bytes())));
        meters.take(Unit::Requests, from, 1, now).unwrap();
    }
    assert_eq!(meters.with(|meters| meters[0].counts.len()), MOST_CLIENTS);
}

#[test]
fn a_wait_is_told_as_exactly_as_one_plans_by_it() {
    let words = Words::test(Language::English);
    let told = [1, 90, 91, 3600, 5401, 86_400].map(|seconds| words.say(&wait(Duration::from_secs(seconds))));
    assert_eq!(
        told,
        [
            "1 second",
            "90 seconds",
            "2 minutes",
            "60 minutes",
            "2 hours",
            "24 hours"
        ]
    );
}

#[test]
fn who_has_limits_of_their_own_has_turns_of_their_own() {
    let person = |address: &str| client(address).person();
    assert_eq!(person("10.0.0.1"), person("::ffff:10.0.0.1"));
    assert_eq!(person("2001:db8:1:2::1"), person("2001:db8:1:2:ffff::9"));
    assert_ne!(person("2001:db8:1:2::1"), person("2001:db8:1:3::1"));
    assert_ne!(person("10.0.0.1"), person("10.0.0.2"));
    assert_ne!(person("10.0.0.1"), Client::of(None).person());
}
