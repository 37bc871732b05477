//! What each provider wants to be called by: where it is, its key in the header that it reads, and the variables by which the operator
//! can change both.
//!
//! A key goes to the one server that it was given for. How a call is made over the connection stands in `call`.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::call::{Connection, Variables};
use super::{Deadlines, SetupError, anthropic};

/// The environment variable with the key of a server that the operator named.
pub fn key_variable(server: &str) -> String {
    format!("SANDPLOT_KEY_{}", server.to_ascii_uppercase())
}

/// OpenAI itself or whoever is in its place, if the server has no name of its own.
pub(super) fn open_ai(
    server: Option<&str>,
    base_url: &str,
    api_key: Option<SecretString>,
    deadlines: Deadlines,
) -> Result<Connection, SetupError> {
    let variables = match server {
        Some(server) => Variables {
            key: key_variable(server).into(),
            address: format!("SANDPLOT_SERVERS ({server})").into(),
        },
        None => Variables {
            key: "OPENAI_API_KEY".into(),
            address: "OPENAI_BASE_URL".into(),
        },
    };
    let key = api_key.filter(is_given);
    let mut headers = HeaderMap::new();
    if let Some(key) = &key {
        let value = format!("Bearer {}", key.expose_secret().trim());
        headers.insert(AUTHORIZATION, secret(&value, &variables)?);
    }
    Connection::new(&[base_url.to_owned()], key.as_ref(), headers, variables, deadlines)
}

pub(super) fn anthropic(
    base_url: &str,
    api_key: Option<SecretString>,
    deadlines: Deadlines,
) -> Result<Connection, SetupError> {
    let variables = Variables {
        key: "ANTHROPIC_API_KEY".into(),
        address: "ANTHROPIC_BASE_URL".into(),
    };
    let key = api_key.filter(is_given);
    let mut headers = HeaderMap::new();
    headers.insert(
        HeaderName::from_static("anthropic-version"),
        HeaderValue::from_static(anthropic::VERSION),
    );
    if let Some(key) = &key {
        headers.insert(
            HeaderName::from_static("x-api-key"),
            secret(key.expose_secret().trim(), &variables)?,
        );
    }
    Connection::new(&[base_url.to_owned()], key.as_ref(), headers, variables, deadlines)
}

pub(super) fn ollama(base_urls: &[String], deadlines: Deadlines) -> Result<Connection, SetupError> {
    let variables = Variables {
        key: "OLLAMA_HOST".into(),
        address: "OLLAMA_HOST".into(),
    };
    Connection::new(base_urls, None, HeaderMap::new(), variables, deadlines)
}

fn is_given(key: &SecretString) -> bool {
    !key.expose_secret().trim().is_empty()
}

/// Marked, so that the HTTP client does not print it either.
fn secret(text: &str, variables: &Variables) -> Result<HeaderValue, SetupError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| SetupError::Key {
        variable: variables.key.clone(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}
