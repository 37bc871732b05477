//! Which models are asked, with what key, where, and for how long: what `--model` and the vendors' own variables mean.
//!
//! With nothing chosen an Ollama is looked for on this machine and on the one a container runs on; without one there is the model in
//! this process. A key alone chooses nothing:
//! it may be there for something else, and questions shall go only where the operator sent them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use super::{ConfigError, embedded, path};
use crate::args::Args;
use crate::llm::{ALL, Deadlines, EmbeddedPlace, HAS_EMBEDDED, Price, Provider, Settings, is_nearby};
use crate::plan::{Plans, When};
use clap::ValueEnum as _;

const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";
const ANTHROPIC_BASE_URL: &str = "https://api.anthropic.com";
const OLLAMA_BASE_URLS: [&str; 2] = ["http://localhost:11434", "http://host.docker.internal:11434"];
const OLLAMA_PORT: u16 = 11434;

/// A reply of a service is written faster than it can be read; the first word of a small model on a slow processor may take as
/// long as the whole of it.
const TOTAL: Duration = Duration::from_secs(600);
const TOTAL_NEARBY: Duration = Duration::from_secs(1800);
const IDLE_NEARBY: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub struct Models {
    pub settings: Vec<Settings>,
    pub prices: HashMap<String, Price>,
    /// Something that is set but does nothing, for the log.
    pub hint: Option<&'static str>,
}

impl Models {
    pub(super) fn new(
        args: &Args,
        data_dir: &Path,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<Models, ConfigError> {
        let place = embedded::place(args, data_dir, variable);
        let given = args.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
        let providers = match given {
            None => {
                let embedded = HAS_EMBEDDED.then(|| Provider::Embedded {
                    model: embedded::USUAL.to_owned(),
                    place: place.clone(),
                    is_fallback: true,
                });
                [Some(ollama(args, ALL, true)), embedded]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Some("none") => Vec::new(),
            Some(list) => entries(list)?
                .iter()
                .map(|entry| provider(entry, args, &place, variable))
                .collect::<Result<_, _>>()?,
        };
        let settings = |provider| Settings {
            deadlines: deadlines(&provider, args.model_timeout.map(Duration::from_secs)),
            provider,
            most_tokens: NonZeroU32::new(args.model_tokens),
        };
        let key_is_given = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"]
            .iter()
            .any(|name| variable(name).is_some())
            || path(args.openai_api_key_file.as_deref()).is_some()
            || path(args.anthropic_api_key_file.as_deref()).is_some();
        Ok(Models {
            settings: providers.into_iter().map(settings).collect(),
            prices: prices(args.prices.as_deref().unwrap_or_default())?,
            hint: (given.is_none() && key_is_given).then_some(
                "a key of a model's vendor is given, but no model is chosen, so it is not used: set \
                 SANDPLOT_MODEL=openai:NAME or SANDPLOT_MODEL=anthropic:NAME",
            ),
        })
    }
}

/// What stands between the commas. A file of scripted replies may have a comma in its name.
fn entries(list: &str) -> Result<Vec<String>, ConfigError> {
    let mut entries: Vec<String> = Vec::new();
    for part in list.split(',') {
        let known = part.trim().split_once(':').filter(|(provider, name)| {
            ["openai", "anthropic", "ollama", "embedded", "scripted"].contains(provider) && !name.is_empty()
        });
        match (known, entries.last_mut()) {
            (Some(_), _) => entries.push(part.trim().to_owned()),
            (None, Some(file)) if file.starts_with("scripted:") => {
                file.push(',');
                file.push_str(part);
            }
            _ => return Err(ConfigError::Model { value: part.to_owned() }),
        }
    }
    Ok(entries)
}

fn provider(
    entry: &str,
    args: &Args,
    place: &EmbeddedPlace,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Provider, ConfigError> {
    let (kind, name) = entry.split_once(':').unwrap_or((entry, ""));
    Ok(match kind {
        "openai" => Provider::OpenAi {
            base_url: given_or(args.openai_base_url.as_deref(), OPENAI_BASE_URL),
            api_key: key(
                variable("OPENAI_API_KEY"),
                path(args.openai_api_key_file.as_deref()),
                "--openai-api-key-file (OPENAI_API_KEY_FILE)",
            )?,
            model: name.to_owned(),
        },
        "anthropic" => Provider::Anthropic {
            base_url: given_or(args.anthropic_base_url.as_deref(), ANTHROPIC_BASE_URL),
            api_key: key(
                variable("ANTHROPIC_API_KEY"),
                path(args.anthropic_api_key_file.as_deref()),
                "--anthropic-api-key-file (ANTHROPIC_API_KEY_FILE)",
            )?,
            model: name.to_owned(),
        },
        "ollama" => ollama(args, name, false),
        "embedded" => Provider::Embedded {
            model: name.to_owned(),
            place: place.clone(),
            is_fallback: false,
        },
        _ => Provider::Scripted { file: name.into() },
    })
}

fn ollama(args: &Args, model: &str, is_guess: bool) -> Provider {
    let host = args
        .ollama_host
        .as_deref()
        .map(str::trim)
        .filter(|host| !host.is_empty());
    Provider::Ollama {
        base_urls: match host {
            Some(host) => vec![ollama_url(host)],
            None => OLLAMA_BASE_URLS.map(str::to_owned).to_vec(),
        },
        model: model.to_owned(),
        is_guess,
    }
}

/// As Ollama's own client reads it: scheme and port may be missing, and the address that a server listens at everywhere stands
/// for this machine.
fn ollama_url(host: &str) -> String {
    let (scheme, rest) = host.split_once("://").unwrap_or(("", host));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let after_address = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    let (name, port) = match after_address.rsplit_once(':') {
        Some((_, port)) => (&authority[..authority.len() - port.len() - 1], port.to_owned()),
        None if scheme.is_empty() => (authority, OLLAMA_PORT.to_string()),
        None => (authority, String::new()),
    };
    let name = match name {
        "" | "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        name => name,
    };
    let scheme = if scheme.is_empty() { "http" } else { scheme };
    let colon = if port.is_empty() { "" } else { ":" };
    format!("{scheme}://{name}{colon}{port}/{path}")
}

fn given_or(given: Option<&str>, usual: &str) -> String {
    given.filter(|url| !url.is_empty()).unwrap_or(usual).to_owned()
}

fn deadlines(provider: &Provider, total: Option<Duration>) -> Deadlines {
    let usual = Deadlines::default();
    let is_nearby = match provider {
        Provider::OpenAi { base_url, .. } | Provider::Anthropic { base_url, .. } => is_nearby(base_url),
        Provider::Ollama { .. } | Provider::Embedded { .. } => true,
        Provider::Scripted { .. } => false,
    };
    let total = total.unwrap_or(if is_nearby { TOTAL_NEARBY } else { TOTAL });
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

/// `NAME=INPUT/OUTPUT`, with commas between them.
fn prices(list: &str) -> Result<HashMap<String, Price>, ConfigError> {
    let price = |entry: &str| {
        let (name, price) = entry.rsplit_once('=')?;
        let (input, output) = price.split_once('/')?;
        let dollars = |text: &str| {
            let number = text.trim().parse::<f64>().ok()?;
            (number.is_finite() && number >= 0.0).then_some(number)
        };
        let price = Price {
            input: dollars(input)?,
            output: dollars(output)?,
        };
        name.contains(':').then(|| (name.trim().to_owned(), price))
    };
    list.split(',')
        .filter(|entry| !entry.trim().is_empty())
        .map(|entry| {
            price(entry).ok_or_else(|| ConfigError::Price {
                value: entry.trim().to_owned(),
            })
        })
        .collect()
}

/// A word for all models, `NAME=WORD` for one, with commas between them.
pub(super) fn plans(list: &str) -> Result<Plans, ConfigError> {
    let mut plans = Plans::default();
    for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (name, word) = entry.rsplit_once('=').unwrap_or(("", entry));
        let when = When::from_str(word.trim(), true).map_err(|_| ConfigError::Plan { value: entry.into() })?;
        match name.trim() {
            "" => plans.usually = when,
            name => {
                plans.of.insert(name.into(), when);
            }
        }
    }
    Ok(plans)
}

/// The environment wins over the file, so that one run can use another key without a change to what is deployed.
pub(super) fn key(
    value: Option<String>,
    file: Option<&Path>,
    flag: &'static str,
) -> Result<Option<SecretString>, ConfigError> {
    if let Some(value) = value {
        return Ok(Some(value.into()));
    }
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::KeyFile {
        flag,
        path: path.to_owned(),
        source,
    })?;
    match text.trim() {
        "" => Err(ConfigError::KeyFileEmpty {
            flag,
            path: path.to_owned(),
        }),
        key => Ok(Some(key.into())),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::super::tests::{HOME, config};
    use super::*;

    fn settings(words: &[&str], environment: &[(&str, &str)]) -> Vec<Settings> {
        let environment = [&[HOME], environment].concat();
        config(words, &environment).unwrap().models.settings
    }

    fn key_of(settings: &[Settings]) -> Option<&str> {
        match &settings[0].provider {
            Provider::OpenAi { api_key, .. } | Provider::Anthropic { api_key, .. } => {
                api_key.as_ref().map(|key| key.expose_secret())
            }
            Provider::Ollama { .. } | Provider::Embedded { .. } | Provider::Scripted { .. } => None,
        }
    }

    fn names(list: &str) -> Vec<String> {
        settings(&[&format!("--model={list}")], &[])
            .iter()
            .map(|entry| format!("{:?}", entry.provider))
            .collect()
    }

    #[test]
    fn with_nothing_chosen_an_ollama_is_looked_for_at_home() {
        let found = settings(&[], &[]);
        assert_eq!(found.len(), 1 + usize::from(HAS_EMBEDDED));
        let [
            Settings {
                provider:
                    Provider::Ollama {
                        base_urls,
                        model,
                        is_guess,
                    },
                ..
            },
            ..,
        ] = found.as_slice()
        else {
            panic!("{found:?}")
        };
        assert_eq!(base_urls, &OLLAMA_BASE_URLS);
        assert_eq!((model.as_str(), *is_guess), ("*", true));
        assert!(settings(&["--model=none"], &[]).is_empty());
    }

    #[test]
    fn one_model_or_several() {
        assert_eq!(names("openai:qwen/qwen3:4b"), ["OpenAi(qwen/qwen3:4b)"]);
        assert_eq!(
            names("anthropic:a, ollama:b:7b ,openai:*"),
            ["Anthropic(a)", "Ollama(b:7b)", "OpenAi(*)"]
        );
        assert_eq!(
            names("scripted:/a,b.json,openai:m"),
            ["Scripted(/a,b.json)", "OpenAi(m)"]
        );
    }

    #[test]
    fn each_vendor_has_its_address_and_its_key() {
        let environment = [("OPENAI_API_KEY", "sk-1"), ("ANTHROPIC_API_KEY", "sk-ant-2")];
        let all = settings(&["--model=openai:m,anthropic:c"], &environment);
        let address = |entry: &Settings| match &entry.provider {
            Provider::OpenAi { base_url, .. } | Provider::Anthropic { base_url, .. } => base_url.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            [address(&all[0]), address(&all[1])],
            [OPENAI_BASE_URL, ANTHROPIC_BASE_URL]
        );
        assert_eq!((key_of(&all[..1]), key_of(&all[1..])), (Some("sk-1"), Some("sk-ant-2")));
        let printed = format!("{all:?}");
        assert!(!printed.contains("sk-"), "{printed}");
    }

    #[test]
    fn a_key_alone_chooses_no_model_and_says_so() {
        for name in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"] {
            let models = config(&[], &[HOME, (name, "sk-1")]).unwrap().models;
            assert!(models.hint.unwrap().contains("SANDPLOT_MODEL=openai:NAME"));
            assert!(matches!(models.settings[0].provider, Provider::Ollama { .. }));
        }
        assert_eq!(config(&[], &[HOME]).unwrap().models.hint, None);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_neither_is_ever_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "sk-file\n").unwrap();
        for (model, flag, variable) in [
            ("--model=openai:m", "--openai-api-key-file", "OPENAI_API_KEY"),
            ("--model=anthropic:m", "--anthropic-api-key-file", "ANTHROPIC_API_KEY"),
        ] {
            let flag = format!("{flag}={}", file.path().display());
            let words = [model, flag.as_str()];
            let from_file = settings(&words, &[]);
            assert_eq!(key_of(&from_file), Some("sk-file"));
            assert!(!format!("{from_file:?}").contains("sk-file"));
            assert_eq!(key_of(&settings(&words, &[(variable, "sk-env")])), Some("sk-env"));
            assert_eq!(key_of(&settings(&[model], &[])), None);
        }
    }

    #[test]
    fn an_ollama_is_found_as_its_own_client_finds_it() {
        for (host, url) in [
            ("127.0.0.1:11434", "http://127.0.0.1:11434/"),
            ("box", "http://box:11434/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            (":5000", "http://127.0.0.1:5000/"),
            ("[::]:5000", "http://[::1]:5000/"),
            ("[fd00::1]", "http://[fd00::1]:11434/"),
            ("http://box", "http://box/"),
            ("https://box:8443/ollama", "https://box:8443/ollama"),
        ] {
            assert_eq!(ollama_url(host), url, "{host}");
        }
        let told = settings(&["--ollama-host=box"], &[]);
        let Provider::Ollama {
            base_urls, is_guess, ..
        } = &told[0].provider
        else {
            panic!("{told:?}")
        };
        assert_eq!((base_urls.len(), *is_guess), (1, true));
    }

    #[test]
    fn a_model_nearby_has_more_time_before_its_first_word() {
        let seconds = |words: &[&str]| {
            let deadlines = settings(words, &[])[0].deadlines;
            [deadlines.first_token.as_secs(), deadlines.total.as_secs()]
        };
        assert_eq!(seconds(&["--model=openai:m"]), [180, 600]);
        assert_eq!(seconds(&["--model=anthropic:m"]), [180, 600]);
        assert_eq!(seconds(&["--model=ollama:m"]), [1800, 1800]);
        let local = "--openai-base-url=http://192.168.1.9:8000/v1";
        assert_eq!(seconds(&["--model=openai:m", local]), [1800, 1800]);
        assert_eq!(seconds(&["--model=openai:m", local, "--model-timeout=100"]), [100, 100]);
        assert_eq!(seconds(&["--model=openai:m", "--model-timeout=100"]), [30, 100]);
    }

    #[test]
    fn a_form_is_for_all_models_or_for_single_ones() {
        let plans = |word: &str| config(&[&format!("--plan={word}")], &[HOME]).unwrap().plans;
        assert!(plans("auto").are_for("ollama:m:1b", true) && !plans("").are_for("openai:m", false));
        assert!(plans("always").are_for("openai:m", false));
        let mixed = plans("never, openai:m=always");
        assert!(mixed.are_for("openai:m", false) && !mixed.are_for("ollama:m:1b", true));
        let error = config(&["--plan=sometimes"], &[HOME]).unwrap_err().to_string();
        assert!(error.contains("--plan") && error.contains("sometimes"), "{error}");
    }

    #[test]
    fn prices_are_dollars_for_a_million_tokens() {
        let list = "--prices=openai:gpt-5=1.25/10, anthropic:a/b:c=3/15";
        let prices = config(&[list], &[HOME]).unwrap().models.prices;
        assert_eq!(
            prices["openai:gpt-5"],
            Price {
                input: 1.25,
                output: 10.0
            }
        );
        assert_eq!(
            prices["anthropic:a/b:c"],
            Price {
                input: 3.0,
                output: 15.0
            }
        );
        for wrong in [
            "gpt-5=1/2",
            "openai:a=1",
            "openai:a=1/x",
            "openai:a=-1/2",
            "openai:a=1/inf",
            "openai:a",
        ] {
            let error = config(&[&format!("--prices={wrong}")], &[HOME])
                .unwrap_err()
                .to_string();
            assert!(error.contains("--prices") && error.contains(wrong), "{error}");
        }
    }
}
