//! What each way to name a model gives, and what is refused.

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

#[test]
fn an_address_behind_a_name_is_refused_with_the_variable_that_takes_it() {
    for (model, name, variable) in [
        (
            "openai:qwen3@http://ada:secret@box:8000/v1",
            "openai:qwen3",
            "OPENAI_BASE_URL",
        ),
        ("anthropic:m@https://box", "anthropic:m", "ANTHROPIC_BASE_URL"),
        ("ollama:m:7b@http://box:11434", "ollama:m:7b", "OLLAMA_HOST"),
        ("openai:m@http://box", "openai:m", "SANDPLOT_SERVERS"),
    ] {
        let error = config(&[&format!("--model={model}")], &[HOME]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(variable), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    assert_eq!(names("openai:team/model@v2"), ["OpenAi(team/model@v2)"]);
}

#[test]
fn an_address_without_a_model_is_said_in_the_log() {
    let hint = |words: &[&str]| config(words, &[HOME]).unwrap().models.hint;
    let address = "--openai-base-url=http://box:8000/v1";
    assert!(
        hint(&[address])
            .unwrap()
            .starts_with("OPENAI_BASE_URL is set, but no model")
    );
    let other = hint(&["--anthropic-base-url=http://box"]).unwrap();
    assert!(other.starts_with("ANTHROPIC_BASE_URL is set"), "{other}");
    assert_eq!(hint(&[address, "--model=openai:m"]), None);
    assert_eq!(hint(&[]), None);
}
