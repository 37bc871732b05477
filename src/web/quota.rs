//! How much may be asked: requests a minute and tokens a day, of each client and of all together, as far as the operator set it.
//!
//! Counted in windows that begin with the first thing counted. A window of tokens is charged with the size of the question when
//! the model is asked and corrected when it has answered, so that many questions at once cannot all slip through the last token.
//! It is kept in memory: a restart begins a new day. What stands is told with every answer, in the fields of
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::App;
use super::access::{Peer, network};
use super::error::{Failure, seconds};
use super::words::Phrase;
use crate::llm::Person;
use crate::telemetry;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Remembered at a time. When there are more, the one whose window began first is forgotten.
const MOST_CLIENTS: usize = 16_384;

/// As the operator set it; 0 is no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quotas {
    pub requests_per_minute: u64,
    pub client_requests_per_minute: u64,
    pub tokens_per_day: u64,
    pub client_tokens_per_day: u64,
}

impl Quotas {
    /// Each of one client, then of all together.
    pub fn new(requests_per_minute: [u64; 2], tokens_per_day: [u64; 2]) -> Quotas {
        let [client_requests_per_minute, requests_per_minute] = requests_per_minute;
        let [client_tokens_per_day, tokens_per_day] = tokens_per_day;
        Quotas {
            requests_per_minute,
            client_requests_per_minute,
            tokens_per_day,
            client_tokens_per_day,
        }
    }
}

/// Who asks: the address, or the network of one that can have billions. `None` in tests, which come from nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client(Option<IpAddr>);

impl FromRequestParts<App> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Client, Self::Rejection> {
        Ok(Client::of(parts.extensions.get::<Peer>()))
    }
}

impl Client {
    fn of(peer: Option<&Peer>) -> Client {
        Client(peer.map(|peer| network(peer.0)))
    }

    /// In the line before a model.
    pub(super) fn person(self) -> Person {
        let address = self.0.map(|address| match address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        });
        Person(address.map_or(0, |address| address.to_bits()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Requests,
    Tokens,
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exceeded {
    pub(super) unit: Unit,
    pub(super) most: u64,
    /// Of this client, not of all together.
    pub(super) is_own: bool,
    pub(super) wait: Duration,
}

/// What has been counted so far.
pub(super) struct Meters(Mutex<Vec<Meter>>);

struct Meter {
    /// As it stands in the header fields.
    name: &'static str,
    unit: Unit,
    window: Duration,
    most: u64,
    is_own: bool,
    /// One entry if it is not each client's own.
    counts: HashMap<Option<IpAddr>, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    used: u64,
    since: Instant,
}

impl Meters {
    pub(super) fn new(quotas: Quotas) -> Meters {
        let meter = |name, unit, window, is_own, most| Meter {
            name,
            unit,
            window,
            most,
            is_own,
            counts: HashMap::new(),
        };
        let all = [
            meter(
                "client-requests",
                Unit::Requests,
                MINUTE,
                true,
                quotas.client_requests_per_minute,
            ),
            meter("requests", Unit::Requests, MINUTE, false, quotas.requests_per_minute),
            meter("client-tokens", Unit::Tokens, DAY, true, quotas.client_tokens_per_day),
            meter("tokens", Unit::Tokens, DAY, false, quotas.tokens_per_day),
        ];
        Meters(Mutex::new(all.into_iter().filter(|meter| meter.most > 0).collect()))
    }

    /// Counts `amount` with all meters of the unit, or with none if one of them is full.
    pub(super) fn take(&self, unit: Unit, client: Client, amount: u64, now: Instant) -> Result<(), Exceeded> {
        self.with(|meters| {
            for meter in meters.iter().filter(|meter| meter.unit == unit) {
                let count = meter.count(client, now);
                if count.used >= meter.most {
                    return Err(Exceeded {
                        unit,
                        most: meter.most,
                        is_own: meter.is_own,
                        wait: meter.rest(count, now),
                    });
                }
            }
            for meter in meters.iter_mut().filter(|meter| meter.unit == unit) {
                meter.change(client, now, |used| used.saturating_add(amount));
            }
            Ok(())
        })
    }

    /// Counts tokens as `actual` that were counted as `estimate` before.
    pub(super) fn correct_tokens(&self, client: Client, estimate: u64, actual: u64, now: Instant) {
        self.with(|meters| {
            for meter in meters.iter_mut().filter(|meter| meter.unit == Unit::Tokens) {
                meter.change(client, now, |used| used.saturating_sub(estimate).saturating_add(actual));
            }
        });
    }

    /// The two header fields: what is allowed, and what is left of it. `None` if everything is allowed.
    fn fields(&self, client: Client, now: Instant) -> Option<[String; 2]> {
        self.with(|meters| {
            let (mut policy, mut state) = (String::new(), String::new());
            for meter in meters.iter() {
                let comma = if policy.is_empty() { "" } else { ", " };
                let unit = match meter.unit {
                    Unit::Requests => "",
                    Unit::Tokens => ";qu=\"tokens\"",
                };
                let count = meter.count(client, now);
                let left = meter.most.saturating_sub(count.used);
                let window = meter.window.as_secs();
                // Writing into a text cannot fail.
                let _ = write!(policy, "{comma}\"{}\";q={}{unit};w={window}", meter.name, meter.most);
                let _ = write!(
                    state,
                    "{comma}\"{}\";r={left};t={}",
                    meter.name,
                    seconds(meter.rest(count, now))
                );
            }
            (!policy.is_empty()).then_some([policy, state])
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Meter>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Meter {
    fn key(&self, client: Client) -> Option<IpAddr> {
        client.0.filter(|_| self.is_own)
    }

    /// What counts now; nothing if the window is over.
    fn count(&self, client: Client, now: Instant) -> Count {
        let fresh = Count { used: 0, since: now };
        let count = self.counts.get(&self.key(client)).copied().unwrap_or(fresh);
        if now.saturating_duration_since(count.since) < self.window {
            count
        } else {
            fresh
        }
    }

    fn rest(&self, count: Count, now: Instant) -> Duration {
        self.window.saturating_sub(now.saturating_duration_since(count.since))
    }

    fn change(&mut self, client: Client, now: Instant, change: impl FnOnce(u64) -> u64) {
        let mut count = self.count(client, now);
        count.used = change(count.used);
        let key = self.key(client);
        if self.counts.len() >= MOST_CLIENTS && !self.counts.contains_key(&key) {
            let oldest = self.counts.iter().min_by_key(|(_, count)| count.since);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                self.counts.remove(&oldest);
            }
        }
        self.counts.insert(key, count);
    }
}

/// Counts a request that asks or stores, or refuses it; and tells what stands with the answer.
pub(super) async fn metered(State(app): State<App>, request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions().get::<Peer>());
    let mut response = match app.meters().take(Unit::Requests, client, 1, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(exceeded) => Failure::Quota(exceeded).into_response(),
    };
    for (name, value) in fields(&app, client) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn fields(app: &App, client: Client) -> Vec<(HeaderName, HeaderValue)> {
    let names = ["ratelimit-policy", "ratelimit"].map(HeaderName::from_static);
    let values = app.meters().fields(client, Instant::now());
    let pairs = names.into_iter().zip(values.into_iter().flatten());
    pairs
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
        .collect()
}

impl Exceeded {
    pub(super) fn count(self) {
        let limit = match self.unit {
            Unit::Requests => "requests",
            Unit::Tokens => "tokens",
        };
        let of = if self.is_own { "client" } else { "all" };
        metrics::counter!(telemetry::LIMITED, "limit" => limit, "of" => of).increment(1);
    }

    pub(super) fn phrase(self) -> Phrase {
        let key = match (self.unit, self.is_own) {
            (Unit::Requests, true) => "error.requests_own",
            (Unit::Requests, false) => "error.requests_all",
            (Unit::Tokens, true) => "error.tokens_own",
            (Unit::Tokens, false) => "error.tokens_all",
        };
        Phrase::new(key).with("n", self.most).with("wait", wait(self.wait))
    }
}

fn wait(wait: Duration) -> Phrase {
    let (key, number) = match seconds(wait) {
        few @ ..=90 => ("wait.seconds", few),
        some @ ..=5400 => ("wait.minutes", some.div_ceil(60)),
        many => ("wait.hours", many.div_ceil(3600)),
    };
    Phrase::new(key).with("n", number)
}

#[cfg(test)]
mod tests;
