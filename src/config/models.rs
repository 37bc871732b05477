//! Which models are asked, with what key, where, and for how long: what `--model` and the vendors' own variables mean.
//!
//! With nothing chosen an Ollama is looked for on this machine and on the one a container runs on; without one there is the model in
//! this process. A key alone chooses nothing:
//! it may be there for something else, and questions shall go only where the operator sent them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::Path;

use secrecy::SecretString;

use super::servers::Servers;
use super::timeouts::Timeouts;
use super::{ConfigError, embedded, path};
use crate::args::Args;
use crate::llm::{ALL, EmbeddedPlace, HAS_EMBEDDED, Price, Provider, Settings};
use crate::plan::{Plans, When};
use clap::ValueEnum as _;

/// What an entry begins with, beside the names of servers.
pub(super) const PROVIDERS: [&str; 5] = ["openai", "anthropic", "ollama", "embedded", "scripted"];
const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";
const ANTHROPIC_BASE_URL: &str = "https://api.anthropic.com";
const OLLAMA_BASE_URLS: [&str; 2] = ["http://localhost:11434", "http://host.docker.internal:11434"];
const OLLAMA_PORT: u16 = 11434;

#[derive(Debug)]
pub struct Models {
    pub settings: Vec<Settings>,
    pub prices: HashMap<String, Price>,
    /// Something that is set but does nothing, for the log.
    pub hint: Option<String>,
}

impl Models {
    pub(super) fn new(
        args: &Args,
        data_dir: &Path,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<Models, ConfigError> {
        let place = embedded::place(args, data_dir, variable);
        let servers = Servers::new(args.servers.as_deref().unwrap_or_default())?;
        let known: Vec<&str> = PROVIDERS.into_iter().chain(servers.names()).collect();
        let timeouts = Timeouts::new(args.model_timeout.as_deref().unwrap_or_default(), &known)?;
        let given = args.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
        let providers: Vec<Provider> = match given {
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
            Some(list) => entries(list, &known)?
                .iter()
                .map(|entry| provider(entry, args, &place, &servers, variable))
                .collect::<Result<_, _>>()?,
        };
        let settings = |provider| Settings {
            deadlines: timeouts.deadlines(&provider),
            provider,
            most_tokens: NonZeroU32::new(args.model_tokens),
        };
        let key_is_given = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"]
            .iter()
            .any(|name| variable(name).is_some())
            || path(args.openai_api_key_file.as_deref()).is_some()
            || path(args.anthropic_api_key_file.as_deref()).is_some();
        let hint = match given {
            None => unused(args, key_is_given, &servers),
            Some(_) => unasked(&servers, &providers),
        };
        Ok(Models {
            settings: providers.into_iter().map(settings).collect(),
            prices: prices(args.prices.as_deref().unwrap_or_default())?,
            hint,
        })
    }
}

/// What is set but does nothing where no model is chosen.
fn unused(args: &Args, key_is_given: bool, servers: &Servers) -> Option<String> {
    if key_is_given {
        let hint = "a key of a model's vendor is given, but no model is chosen, so it is not used: set SANDPLOT_MODEL=openai:NAME or \
                    SANDPLOT_MODEL=anthropic:NAME";
        return Some(hint.into());
    }
    let is_given = |url: Option<&str>| url.is_some_and(|url| !url.trim().is_empty());
    let vendors = [
        ("OPENAI_BASE_URL", "openai", is_given(args.openai_base_url.as_deref())),
        (
            "ANTHROPIC_BASE_URL",
            "anthropic",
            is_given(args.anthropic_base_url.as_deref()),
        ),
    ];
    if let Some((variable, provider, _)) = vendors.into_iter().find(|(.., is_given)| *is_given) {
        return Some(format!(
            "{variable} is set, but no model is chosen, so the server there is not asked: set SANDPLOT_MODEL={provider}:NAME, or \
             SANDPLOT_MODEL={provider}:* for all that it lists"
        ));
    }
    let all: Vec<String> = servers.names().map(|name| format!("{name}:{ALL}")).collect();
    (!all.is_empty()).then(|| {
        let all = all.join(",");
        format!("SANDPLOT_SERVERS is set, but no model is chosen, so none of them is asked: set SANDPLOT_MODEL={all} for all that they list")
    })
}

/// A server that is there, but not in what was chosen.
fn unasked(servers: &Servers, providers: &[Provider]) -> Option<String> {
    let mut names = servers.names();
    let name = names.find(|name| providers.iter().all(|provider| provider.prefix() != *name))?;
    Some(format!(
        "SANDPLOT_SERVERS has {name}, but SANDPLOT_MODEL has no model of it, so it is not asked: add {name}:NAME, or {name}:{ALL} for all \
         that it lists"
    ))
}

/// What stands between the commas. A file of scripted replies may have a comma in its name.
fn entries(list: &str, providers: &[&str]) -> Result<Vec<String>, ConfigError> {
    let mut entries: Vec<String> = Vec::new();
    for part in list.split(',') {
        let known = part.trim().split_once(':');
        let known = known.filter(|(provider, name)| providers.contains(provider) && !name.is_empty());
        match (known, entries.last_mut()) {
            (Some(_), _) => entries.push(part.trim().to_owned()),
            (None, Some(file)) if file.starts_with("scripted:") => {
                file.push(',');
                file.push_str(part);
            }
            _ => {
                return Err(ConfigError::Model {
                    value: part.to_owned(),
                    servers: of_servers(providers),
                });
            }
        }
    }
    Ok(entries)
}

/// What an entry can be beside the providers', for whoever mistyped one.
fn of_servers(providers: &[&str]) -> String {
    let servers: Vec<String> = providers
        .iter()
        .filter(|name| !PROVIDERS.contains(name))
        .map(|name| format!("{name}:NAME"))
        .collect();
    match servers.as_slice() {
        [] => "or SERVER:NAME of a server in --servers (SANDPLOT_SERVERS)".into(),
        servers => format!(
            "or {} of the servers in --servers (SANDPLOT_SERVERS)",
            servers.join(", ")
        ),
    }
}

fn provider(
    entry: &str,
    args: &Args,
    place: &EmbeddedPlace,
    servers: &Servers,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Provider, ConfigError> {
    let (kind, name) = entry.split_once(':').unwrap_or((entry, ""));
    if let Some((name, _)) = name.split_once("@http://").or_else(|| name.split_once("@https://")) {
        let variable = match kind {
            "openai" => "OPENAI_BASE_URL, or into SANDPLOT_SERVERS if it is one of several",
            "anthropic" => "ANTHROPIC_BASE_URL",
            "ollama" => "OLLAMA_HOST",
            "embedded" | "scripted" => "SANDPLOT_MODEL_FILE",
            _ => "SANDPLOT_SERVERS",
        };
        // The address is not repeated: a password may be in it.
        return Err(ConfigError::AddressInModel {
            model: format!("{kind}:{name}"),
            variable,
        });
    }
    if let Some(provider) = servers.provider(kind, name, variable)? {
        return Ok(provider);
    }
    Ok(match kind {
        "openai" => Provider::OpenAi {
            server: None,
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
pub(super) fn key(value: Option<String>, file: Option<&Path>, flag: &str) -> Result<Option<SecretString>, ConfigError> {
    if let Some(value) = value {
        return Ok(Some(value.into()));
    }
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::KeyFile {
        flag: flag.to_owned(),
        path: path.to_owned(),
        source,
    })?;
    match text.trim() {
        "" => Err(ConfigError::KeyFileEmpty {
            flag: flag.to_owned(),
            path: path.to_owned(),
        }),
        key => Ok(Some(key.into())),
    }
}

#[cfg(test)]
mod tests;
