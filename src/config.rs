//! What the arguments and the environment mean, checked once, before anything starts.
//!
//! Secrets come from the environment or a file and go straight into a `SecretString`. A failure names the flag or variable, the
//! value (unless it is a secret), and what would be accepted. A model, an address, a path or a key that is set to nothing counts
//! as not set: that is how a compose file writes a variable it has no value for.

mod access;
mod embedded;
mod models;
mod servers;
mod timeouts;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::args::Args;
use crate::plan::Plans;
use crate::prompt::Privacy;

pub use access::{Access, PublicUrl};
pub use models::Models;

#[derive(Debug)]
pub struct Config {
    pub listen: String,
    pub access: Access,
    pub data_dir: PathBuf,
    pub models: Models,
    /// Of one client, and of all together; 0 is no limit.
    pub requests_per_minute: [u64; 2],
    pub tokens_per_day: [u64; 2],
    pub run_seconds: u64,
    /// Open at the same time.
    pub connections: usize,
    pub memory_bytes: u64,
    pub privacy: Privacy,
    pub plans: Plans,
}

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error(
        "--listen (SANDPLOT_LISTEN) is {value:?}; it must be an address and a port such as 127.0.0.1:8080 or [::]:80"
    )]
    Listen { value: String },
    #[error(
        "--model (SANDPLOT_MODEL) has {value:?}; each entry must be openai:NAME (any server that speaks that dialect), \
         anthropic:NAME, ollama:NAME, embedded:NAME, scripted:FILE, {servers}, with commas between them; * as NAME means all that the \
         server lists, and `none` alone no model at all"
    )]
    Model { value: String, servers: String },
    #[error(
        "--servers (SANDPLOT_SERVERS) has {entry:?}; each entry must be a name and an http or https address, such as \
         gpu1=http://gpu1:8000/v1, with commas between them; a name has small letters and digits, begins with a letter, stands once, and \
         is none of openai, anthropic, ollama, embedded, scripted and none"
    )]
    Server { entry: String },
    #[error(
        "--model-timeout (SANDPLOT_MODEL_TIMEOUT) has {value:?}; it must be seconds from 1 to 86400, or for one provider its name and \
         seconds, with commas between them, such as 60,ollama=600; the providers are {known}"
    )]
    Timeout { value: String, known: String },
    #[error(
        "--model (SANDPLOT_MODEL) has {model:?} with an address behind its name, where none is read: put the address into {variable}, and \
         leave the name alone"
    )]
    AddressInModel { model: String, variable: &'static str },
    #[error(
        "--prices (SANDPLOT_PRICES) has {value:?}; each entry must be a model and its dollars for a million tokens in and out, \
         such as openai:gpt-5=1.25/10"
    )]
    Price { value: String },
    #[error(
        "--plan (SANDPLOT_PLAN) has {value:?}; it must be auto, always or never, or for one model its name and one of them, such as \
         openai:gpt-5=never, with commas between them"
    )]
    Plan { value: String },
    #[error(
        "no folder for the charts can be derived, because neither HOME nor XDG_DATA_HOME is set: set --data-dir (SANDPLOT_DATA_DIR)"
    )]
    DataDir,
    #[error("{flag} is {}; it must be a text file with the key in it", path.display())]
    KeyFile {
        flag: String,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{flag} is {}, which is empty; the key must be in it", path.display())]
    KeyFileEmpty { flag: String, path: PathBuf },
    #[error(
        "{setting} is {value:?}, which others can reach: set SANDPLOT_ACCESS_TOKEN or --access-token-file to a \
         secret that they must show (`openssl rand -hex 16` makes one), or say --no-auth (SANDPLOT_NO_AUTH=1) if whoever reaches \
         the server may use it"
    )]
    Exposed { setting: &'static str, value: String },
    #[error(
        "the access token (SANDPLOT_ACCESS_TOKEN or --access-token-file) must have at least {} characters, all of them visible \
         ASCII: `openssl rand -hex 16` makes one",
        access::SHORTEST_TOKEN
    )]
    Token,
    #[error(
        "--no-auth (SANDPLOT_NO_AUTH) is given together with an access token (SANDPLOT_ACCESS_TOKEN or --access-token-file); \
         it must be one of them"
    )]
    TokenAndNone,
    #[error(
        "--allowed-host (SANDPLOT_ALLOWED_HOSTS) has {value:?}; each must be a name or an IP address without scheme, port and \
         path, such as charts.example"
    )]
    AllowedHost { value: String },
    #[error(
        "--embed (SANDPLOT_EMBED) has {value:?}; it must be none, any, or the origins of the sites that may show charts, with commas \
         between them, such as https://blog.example"
    )]
    Embed { value: String },
    #[error(
        "--embed (SANDPLOT_EMBED) lets other sites show charts, but whoever reads those has no access token: say --links anyone \
         (SANDPLOT_LINKS=anyone) as well, or leave --embed out"
    )]
    EmbedLocked,
    #[error(
        "--public-url (SANDPLOT_PUBLIC_URL) is {value:?}; it must be http:// or https:// with a name and perhaps a port, such as \
         https://charts.example, and no path: the server must be at the root of its address"
    )]
    PublicUrl { value: String },
    #[error(
        "--trusted-proxy (SANDPLOT_TRUSTED_PROXIES) has {value:?}; it must be IP addresses with commas between them, such as 127.0.0.1"
    )]
    TrustedProxy { value: String },
}

impl Config {
    /// `variable` reads the environment; only what cannot be a flag is read through it.
    pub fn new(args: &Args, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let data_dir = data_dir(args, &variable)?;
        Ok(Config {
            listen: listen(&args.listen)?,
            access: Access::new(args, &variable)?,
            models: Models::new(args, &data_dir, &variable)?,
            data_dir,
            requests_per_minute: [args.client_requests_per_minute, args.requests_per_minute],
            tokens_per_day: [args.client_tokens_per_day, args.tokens_per_day],
            run_seconds: args.run_seconds,
            connections: args.connections as usize,
            memory_bytes: args.memory_mb << 20,
            privacy: args.privacy,
            plans: models::plans(&args.plan)?,
        })
    }

    /// Whether it may listen at what its address turned out to be: a name can stand for any. Behind a proxy others reach it at
    /// any address.
    pub fn may_listen_at(&self, address: IpAddr) -> Result<(), ConfigError> {
        if self.access.token.is_some() || self.access.no_auth {
            return Ok(());
        }
        let exposed = |setting, value: &str| {
            Err(ConfigError::Exposed {
                setting,
                value: value.to_owned(),
            })
        };
        match &self.access.public_url {
            Some(url) => exposed("--public-url (SANDPLOT_PUBLIC_URL)", &url.host),
            None if address.to_canonical().is_loopback() => Ok(()),
            None => exposed("--listen (SANDPLOT_LISTEN)", &self.listen),
        }
    }
}

/// Names are resolved when the server binds; here only what can never be an address is refused.
fn listen(value: &str) -> Result<String, ConfigError> {
    let well_formed = value.rsplit_once(':').is_some_and(|(host, port)| {
        let bracketed = host.starts_with('[') && host.ends_with(']');
        !host.is_empty() && (bracketed || !host.contains(':')) && port.parse::<u16>().is_ok()
    });
    if well_formed {
        Ok(value.to_owned())
    } else {
        Err(ConfigError::Listen {
            value: value.to_owned(),
        })
    }
}

fn data_dir(args: &Args, variable: &impl Fn(&str) -> Option<String>) -> Result<PathBuf, ConfigError> {
    if let Some(given) = path(args.data_dir.as_deref()) {
        return Ok(given.to_owned());
    }
    // The base directory specification says that a relative path in it is invalid and to be ignored.
    let xdg = variable("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = xdg.or_else(|| variable("HOME").map(|home| Path::new(&home).join(".local/share")));
    base.map(|base| base.join("sandplot")).ok_or(ConfigError::DataDir)
}

fn path(given: Option<&Path>) -> Option<&Path> {
    given.filter(|path| !path.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// Every flag that has a variable is given, so that the environment of the test run changes nothing.
    pub(super) fn config(words: &[&str], environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let usual = [
            "--listen=127.0.0.1:0",
            "--data-dir=",
            "--model=",
            "--openai-base-url=",
            "--openai-api-key-file=",
            "--anthropic-base-url=",
            "--anthropic-api-key-file=",
            "--ollama-host=",
            "--servers=",
            "--model-timeout=",
            "--model-file=",
            "--model-hub=",
            "--model-index=",
            "--prices=",
            "--plan=",
            "--access-token-file=",
            "--allowed-host=",
            "--public-url=",
            "--links=members",
            "--embed=none",
        ];
        let name = |word: &str| word.split('=').next().unwrap().to_owned();
        let kept = usual
            .into_iter()
            .filter(|flag| words.iter().all(|word| name(word) != name(flag)));
        let args = Args::try_parse_from(std::iter::once("sandplot").chain(kept).chain(words.iter().copied())).unwrap();
        Config::new(&args, |wanted| {
            environment
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    pub(super) const HOME: (&str, &str) = ("HOME", "/home/ada");

    #[test]
    fn with_nothing_said_there_is_a_folder() {
        let config = config(&[], &[HOME]).unwrap();
        assert_eq!(config.data_dir, Path::new("/home/ada/.local/share/sandplot"));
        assert_eq!((config.run_seconds, config.memory_bytes), (60, 2 << 30));
    }

    #[test]
    fn the_folder_follows_the_flag_then_xdg_then_home() {
        let xdg = ("XDG_DATA_HOME", "/data");
        assert_eq!(
            config(&["--data-dir=here"], &[HOME, xdg]).unwrap().data_dir,
            Path::new("here")
        );
        assert_eq!(config(&[], &[HOME, xdg]).unwrap().data_dir, Path::new("/data/sandplot"));
        let relative = ("XDG_DATA_HOME", "data");
        assert_eq!(
            config(&[], &[HOME, relative]).unwrap().data_dir,
            Path::new("/home/ada/.local/share/sandplot")
        );
        assert!(matches!(config(&[], &[("HOME", "")]), Err(ConfigError::DataDir)));
    }

    /// Each row: what was typed, and what the message must hold: the flag, the value, and what would be accepted.
    #[test]
    fn a_wrong_setting_is_named_with_its_value_and_what_would_do() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let empty = format!("--openai-api-key-file={}", empty.path().display());
        let rows: [(&[&str], [&str; 3]); 12] = [
            (&["--listen=8080"], ["--listen", "\"8080\"", "127.0.0.1:8080"]),
            (&["--listen=:8080"], ["--listen", "\":8080\"", "[::]:80"]),
            (&["--listen=localhost:99999"], ["--listen", "99999", "127.0.0.1:8080"]),
            (&["--listen=::1:80"], ["SANDPLOT_LISTEN", "::1:80", "[::]:80"]),
            (&["--model=gpt-5"], ["--model", "\"gpt-5\"", "openai:NAME"]),
            (&["--model=openai:"], ["--model", "\"openai:\"", "openai:NAME"]),
            (&["--model=llama:x"], ["SANDPLOT_MODEL", "\"llama:x\"", "scripted:FILE"]),
            (&["--model=scripted:"], ["--model", "\"scripted:\"", "scripted:FILE"]),
            (&["--model=openai:a,b"], ["--model", "\"b\"", "anthropic:NAME"]),
            (
                &["--model=anthropic:m", "--anthropic-api-key-file=/nowhere/key"],
                ["--anthropic-api-key-file", "/nowhere/key", "text file"],
            ),
            (
                &["--model=openai:m", "--openai-api-key-file=/nowhere/key"],
                ["--openai-api-key-file", "/nowhere/key", "text file"],
            ),
            (
                &["--model=openai:m", &empty],
                ["OPENAI_API_KEY_FILE", "empty", "key must be in it"],
            ),
        ];
        for (words, said) in rows {
            let error = config(words, &[HOME]).unwrap_err().to_string();
            for part in said {
                assert!(error.contains(part), "{words:?}: {error}");
            }
        }
    }
}
