//! Servers of OpenAI's dialect beside the one of `openai:`, each by a name of the operator's.
//!
//! The name stands where a provider's does (`gpu1:NAME`): so a price, a plan, a deadline, the page and a stored chart mean the same model
//! by it, and none of them has the address. Nor has the address the key: that is in a variable of its own, and goes nowhere else.

use std::path::Path;

use super::models::{PROVIDERS, key};
use super::{ConfigError, path};
use crate::llm::{Provider, is_address, key_variable};

#[derive(Debug, Default)]
pub(super) struct Servers(Vec<Server>);

struct Server {
    name: String,
    base_url: String,
}

/// An address may carry a user and a password, so it is not printed.
impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl Servers {
    /// `NAME=URL`, with commas between them.
    pub(super) fn new(list: &str) -> Result<Servers, ConfigError> {
        let mut servers: Vec<Server> = Vec::new();
        for (at, entry) in list.split(',').map(str::trim).enumerate() {
            if entry.is_empty() {
                continue;
            }
            let (name, address) = entry.split_once('=').unwrap_or(("", entry));
            let (name, address) = (name.trim(), address.trim());
            let is_new = servers.iter().all(|server| server.name != name);
            if !is_name(name) || !is_new || !is_address(address) {
                // Only what is no part of an address.
                let entry = if is_word(name) {
                    name.into()
                } else {
                    format!("entry {}", at + 1)
                };
                return Err(ConfigError::Server { entry });
            }
            servers.push(Server {
                name: name.to_owned(),
                base_url: address.to_owned(),
            });
        }
        Ok(Servers(servers))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|server| server.name.as_str())
    }

    /// None if there is no server of that name.
    pub(super) fn provider(
        &self,
        name: &str,
        model: &str,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Provider>, ConfigError> {
        let Some(server) = self.0.iter().find(|server| server.name == name) else {
            return Ok(None);
        };
        let named = key_variable(name);
        let in_file = format!("{named}_FILE");
        let file = variable(&in_file);
        Ok(Some(Provider::OpenAi {
            server: Some(name.to_owned()),
            base_url: server.base_url.clone(),
            api_key: key(variable(&named), path(file.as_deref().map(Path::new)), &in_file)?,
            model: model.to_owned(),
        }))
    }
}

/// Letters and digits only, so that the name of the key's variable can be told from it, and nothing else can.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_taken = PROVIDERS.contains(&name) || name == "none";
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(is_plain) && !is_taken
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_alphanumeric() || "-_. ".contains(character))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::super::tests::{HOME, config};
    use crate::llm::Provider;

    const SERVERS: &str = "--servers=gpu1=http://ada:secret@gpu1:8000/v1, lab=https://lab.example/v1";

    /// Of each model: its server, address, key and name.
    fn asked(words: &[&str], environment: &[(&str, &str)]) -> Vec<[String; 4]> {
        let environment = [&[HOME], environment].concat();
        let settings = config(&[&[SERVERS], words].concat(), &environment)
            .unwrap()
            .models
            .settings;
        let row = |provider: &Provider| match provider {
            Provider::OpenAi {
                base_url,
                api_key,
                model,
                ..
            } => {
                let key = api_key.as_ref().map(|key| key.expose_secret().to_owned());
                [
                    provider.prefix().into(),
                    base_url.clone(),
                    key.unwrap_or_default(),
                    model.clone(),
                ]
            }
            other => panic!("{other:?}"),
        };
        settings.iter().map(|entry| row(&entry.provider)).collect()
    }

    #[test]
    fn each_server_has_its_own_key_and_nobody_elses() {
        let model = "--model=openai:gpt-5,gpu1:qwen/qwen3:4b,gpu1:*,lab:m";
        let vendor = ("OPENAI_API_KEY", "sk-vendor");
        let gpu1 = "http://ada:secret@gpu1:8000/v1";
        let expected = |gpu1_key: &str, lab_key: &str| {
            [
                ["openai", "https://api.openai.com/v1", "sk-vendor", "gpt-5"],
                ["gpu1", gpu1, gpu1_key, "qwen/qwen3:4b"],
                ["gpu1", gpu1, gpu1_key, "*"],
                ["lab", "https://lab.example/v1", lab_key, "m"],
            ]
            .map(|row| row.map(str::to_owned))
        };
        assert_eq!(asked(&[model], &[vendor]), expected("", ""));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "sk-lab\n").unwrap();
        let file = file.path().display().to_string();
        let keys = [
            vendor,
            ("SANDPLOT_KEY_GPU1", "sk-gpu"),
            ("SANDPLOT_KEY_LAB_FILE", &*file),
        ];
        assert_eq!(asked(&[model], &keys), expected("sk-gpu", "sk-lab"));
        let both = [
            vendor,
            ("SANDPLOT_KEY_LAB_FILE", &*file),
            ("SANDPLOT_KEY_LAB", "sk-env"),
        ];
        assert_eq!(asked(&[model], &both), expected("", "sk-env"), "the environment wins");
    }

    #[test]
    fn neither_an_address_nor_a_key_is_printed() {
        let environment = [HOME, ("SANDPLOT_KEY_GPU1", "sk-gpu")];
        let printed = format!(
            "{:?}",
            config(&[SERVERS, "--model=gpu1:m"], &environment).unwrap().models
        );
        assert!(
            printed.contains("gpu1, m") && !printed.contains("secret") && !printed.contains("sk-gpu"),
            "{printed}"
        );
    }

    #[test]
    fn a_wrong_entry_is_named_and_an_address_is_not() {
        for (wrong, said) in [
            ("gpu1", "\"entry 1\""),
            ("http://ada:secret@gpu1/v1?a=b", "\"entry 1\""),
            ("lab=http://lab/v1,GPU1=http://ada:secret@gpu1/v1", "\"GPU1\""),
            ("gpu-1=http://ada:secret@gpu1/v1", "\"gpu-1\""),
            ("1=http://ada:secret@gpu1/v1", "\"1\""),
            ("openai=http://ada:secret@gpu1/v1", "\"openai\""),
            ("none=http://ada:secret@gpu1/v1", "\"none\""),
            ("a=http://ada:secret@a/v1,a=http://ada:secret@b/v1", "\"a\""),
            ("a=ada:secret@gpu1:8000", "\"a\""),
            ("a=", "\"a\""),
        ] {
            let error = config(&[&format!("--servers={wrong}")], &[HOME])
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("--servers (SANDPLOT_SERVERS)") && error.contains(said),
                "{wrong}: {error}"
            );
            assert!(
                error.contains("gpu1=http://gpu1:8000/v1") && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_model_of_a_server_that_is_not_there_is_refused_with_those_that_are() {
        let error = config(&[SERVERS, "--model=gpu2:m"], &[HOME]).unwrap_err().to_string();
        assert!(
            error.contains("\"gpu2:m\"") && error.contains("gpu1:NAME, lab:NAME"),
            "{error}"
        );
        let error = config(&["--model=gpu2:m"], &[HOME]).unwrap_err().to_string();
        assert!(error.contains("SANDPLOT_SERVERS"), "{error}");
        let file = [HOME, ("SANDPLOT_KEY_GPU1_FILE", "/nowhere/key")];
        let error = config(&[SERVERS, "--model=gpu1:m"], &file).unwrap_err().to_string();
        assert!(error.contains("SANDPLOT_KEY_GPU1_FILE is /nowhere/key"), "{error}");
    }

    #[test]
    fn a_server_that_no_model_is_of_is_said_in_the_log() {
        let hint = |words: &[&str]| config(&[&[SERVERS], words].concat(), &[HOME]).unwrap().models.hint;
        assert_eq!(hint(&["--model=gpu1:*,lab:m"]), None);
        let one = hint(&["--model=lab:m"]).unwrap();
        assert!(one.contains("gpu1:*") && !one.contains("secret"), "{one}");
        let both = hint(&[]).unwrap();
        assert!(both.contains("SANDPLOT_MODEL=gpu1:*,lab:*"), "{both}");
    }
}
