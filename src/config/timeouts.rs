//! How long a model may take: what is usual for one far away or nearby, and what the operator says for all or for a provider.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::ConfigError;
use crate::llm::{Deadlines, Provider, is_nearby};

/// A reply of a service is written faster than it can be read; the first word of a small model on a slow processor may take as
/// long as the whole of it.
const TOTAL: Duration = Duration::from_secs(600);
const TOTAL_NEARBY: Duration = Duration::from_secs(1800);
const IDLE_NEARBY: Duration = Duration::from_secs(120);
/// Seconds. A day is longer than anybody waits.
const ALLOWED: RangeInclusive<u64> = 1..=86_400;

#[derive(Debug, Default)]
pub(super) struct Timeouts {
    usual: Option<Duration>,
    /// By what the names of a provider's models begin with.
    of: HashMap<String, Duration>,
}

impl Timeouts {
    /// Seconds for all providers, `PROVIDER=SECONDS` for one of those that are `known`, with commas between them.
    pub(super) fn new(list: &str, known: &[&str]) -> Result<Timeouts, ConfigError> {
        let mut timeouts = Timeouts::default();
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (provider, seconds) = entry.split_once('=').unwrap_or(("", entry));
            let provider = provider.trim();
            let wrong = || ConfigError::Timeout {
                value: entry.to_owned(),
                known: known.join(", "),
            };
            let seconds = seconds.trim().parse().ok().filter(|seconds| ALLOWED.contains(seconds));
            let total = Duration::from_secs(seconds.ok_or_else(wrong)?);
            if provider.is_empty() && !entry.contains('=') {
                timeouts.usual = Some(total);
            } else if known.contains(&provider) {
                timeouts.of.insert(provider.to_owned(), total);
            } else {
                return Err(wrong());
            }
        }
        Ok(timeouts)
    }

    pub(super) fn deadlines(&self, provider: &Provider) -> Deadlines {
        let usual = Deadlines::default();
        let is_nearby = match provider {
            Provider::OpenAi { base_url, .. } | Provider::Anthropic { base_url, .. } => is_nearby(base_url),
            Provider::Ollama { .. } | Provider::Embedded { .. } => true,
            Provider::Scripted { .. } => false,
        };
        let said = self.of.get(provider.prefix()).copied().or(self.usual);
        let total = said.unwrap_or(if is_nearby { TOTAL_NEARBY } else { TOTAL });
        let (first_token, idle) = match is_nearby {
            true => (total, IDLE_NEARBY),
            false => (total.mul_f64(0.3).max(Duration::from_secs(1)), usual.idle),
        };
        Deadlines {
            connect: usual.connect.min(total),
            first_token,
            idle: idle.min(total),
            total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOME, config};

    /// To the first word and to the end, of each model.
    fn seconds(words: &[&str]) -> Vec<[u64; 2]> {
        let settings = config(words, &[HOME]).unwrap().models.settings;
        let of = |deadlines: crate::llm::Deadlines| [deadlines.first_token.as_secs(), deadlines.total.as_secs()];
        settings.iter().map(|entry| of(entry.deadlines)).collect()
    }

    #[test]
    fn a_model_nearby_has_more_time_before_its_first_word() {
        assert_eq!(
            seconds(&["--model=openai:m,anthropic:m,ollama:m"]),
            [[180, 600], [180, 600], [1800, 1800]]
        );
        let local = "--openai-base-url=http://192.168.1.9:8000/v1";
        assert_eq!(seconds(&["--model=openai:m", local]), [[1800, 1800]]);
        assert_eq!(
            seconds(&["--model=openai:m", local, "--model-timeout=100"]),
            [[100, 100]]
        );
        assert_eq!(seconds(&["--model=openai:m", "--model-timeout=100"]), [[30, 100]]);
    }

    #[test]
    fn a_provider_or_a_server_may_have_a_time_of_its_own() {
        let words = [
            "--servers=gpu1=http://gpu1:8000/v1",
            "--model=openai:m,ollama:a,ollama:b,gpu1:m,anthropic:m",
        ];
        let with = |timeout: &str| seconds(&[&words[..], &[timeout]].concat());
        assert_eq!(
            with("--model-timeout=60, ollama=600 ,gpu1=900"),
            [[18, 60], [600, 600], [600, 600], [900, 900], [18, 60]]
        );
        assert_eq!(
            with("--model-timeout=anthropic=10"),
            [[180, 600], [1800, 1800], [1800, 1800], [1800, 1800], [3, 10]]
        );
        assert_eq!(
            with("--model-timeout="),
            with("--model-timeout=,"),
            "set to nothing is not set"
        );
    }

    #[test]
    fn a_wrong_time_is_named_with_what_would_do() {
        for wrong in [
            "x",
            "0",
            "86401",
            "-1",
            "1.5",
            "60s",
            "=60",
            "gpu2=60",
            "ollama",
            "ollama=",
            "ollama:m=60",
            "60,gpu1=0",
        ] {
            let timeout = format!("--model-timeout={wrong}");
            let words = ["--servers=gpu1=http://gpu1:8000/v1", &timeout];
            let error = config(&words, &[HOME]).unwrap_err().to_string();
            let entry = wrong.rsplit(',').next().unwrap();
            for part in [
                "--model-timeout (SANDPLOT_MODEL_TIMEOUT)",
                &*format!("{entry:?}"),
                "60,ollama=600",
                "gpu1",
            ] {
                assert!(error.contains(part), "{wrong}: {error}");
            }
        }
    }
}
