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
            hint: given.is_none().then(|| unused(args, key_is_given)).flatten(),
        })
    }
}

/// What is set but does nothing where no model is chosen.
fn unused(args: &Args, key_is_given: bool) -> Option<&'static str> {
    if key_is_given {
        return Some(
            "a key of a model's vendor is given, but no model is chosen, so it is not used: set \
             SANDPLOT_MODEL=openai:NAME or SANDPLOT_MODEL=anthropic:NAME",
        );
    }
    let is_given = |url: Option<&str>| url.is_some_and(|url| !url.trim().is_empty());
    if is_given(args.openai_base_url.as_deref()) {
        return Some(
            "OPENAI_BASE_URL is set, but no model is chosen, so the server there is not asked: set SANDPLOT_MODEL=openai:NAME, \
             or SANDPLOT_MODEL=openai:* for all that it lists",
        );
    }
    is_given(args.anthropic_base_url.as_deref()).then_some(
        "ANTHROPIC_BASE_URL is set, but no model is chosen, so the server there is not asked: set SANDPLOT_MODEL=anthropic:NAME, \
         or SANDPLOT_MODEL=anthropic:* for all that it lists",
    )
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
    if let Some((name, _)) = name.split_once("@http://").or_else(|| name.split_once("@https://")) {
        let variable = match kind {
            "openai" => "OPENAI_BASE_URL",
            "anthropic" => "ANTHROPIC_BASE_URL",
            "ollama" => "OLLAMA_HOST",
            _ => "SANDPLOT_MODEL_FILE",
        };
        // The address is not repeated: a password may be in it.
        return Err(ConfigError::AddressInModel {
            model: format!("{kind}:{name}"),
            variable,
        });
    }
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
mod tests;
