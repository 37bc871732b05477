//! Which models there are, as each provider's list says, and what happens where there is none.

use super::dialects::ollama;
use super::*;

fn names(models: &[Arc<Llm>]) -> Vec<&str> {
    models.iter().map(|llm| llm.name()).collect()
}

fn lists(name: &str, provider: impl Fn(&str) -> Provider) -> (Models, replay::Server) {
    let server = replay::serve(vec![
        Act::Answer(replay::read(name)),
        Act::Answer(replay::read("ollama-chat")),
    ]);
    (models(provider(&server.base_url), ample()).unwrap(), server)
}

#[tokio::test]
async fn every_provider_lists_its_models() {
    let key = || Some(SecretString::from(KEY));
    let (open, server) = lists("openai-models", |base_url| Provider::OpenAi {
        server: None,
        base_url: base_url.into(),
        api_key: key(),
        model: ALL.into(),
    });
    assert!(open.known().is_empty(), "nobody has asked yet");
    assert_eq!(names(&open.offered().await), ["openai:gpt-4.1-mini", "openai:gpt-4.1"]);
    let request = server.requests.recv().unwrap().to_lowercase();
    assert!(request.starts_with("get /v1/models http/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: bearer {KEY}")), "{request}");

    let (anthropic, server) = lists("anthropic-models", |base_url| Provider::Anthropic {
        base_url: base_url.trim_end_matches("/v1").into(),
        api_key: key(),
        model: ALL.into(),
    });
    assert_eq!(
        names(&anthropic.offered().await),
        [
            "anthropic:claude-sonnet-4-5-20250929",
            "anthropic:claude-haiku-4-5-20251001"
        ]
    );
    let request = server.requests.recv().unwrap();
    assert!(
        request.starts_with("GET /v1/models?limit=1000 HTTP/1.1\r\n"),
        "{request}"
    );

    let (local, server) = lists("ollama-tags", |base_url| ollama(base_url, ALL));
    assert_eq!(
        names(&local.offered().await),
        ["ollama:qwen2.5-coder:7b", "ollama:gemma3:4b"]
    );
    assert!(
        server
            .requests
            .recv()
            .unwrap()
            .starts_with("GET /api/tags HTTP/1.1\r\n")
    );
    // It is believed for a while: the second connection is the question's.
    let chosen = local.find(Some("ollama:gemma3:4b")).await.unwrap();
    assert_eq!(ask(&chosen).await.0, REPLY);
    assert!(server.requests.recv().unwrap().contains("\"model\":\"gemma3:4b\""));
}

#[tokio::test]
async fn the_first_is_asked_if_nobody_chooses_and_what_is_not_there_is_not_found() {
    let settings = ["a", "b", "a"].map(|model| Settings {
        provider: ollama("http://127.0.0.1:1", model),
        deadlines: ample(),
        most_tokens: None,
    });
    let models = Models::new(settings.into(), HashMap::new()).unwrap();
    assert_eq!(names(&models.known()), ["ollama:a", "ollama:b"]);
    let name = async |wanted| models.find(wanted).await.map(|llm| llm.name().to_owned());
    assert_eq!(name(None).await.as_deref(), Some("ollama:a"));
    assert_eq!(name(Some("ollama:b")).await.as_deref(), Some("ollama:b"));
    for unknown in ["ollama:c", "b", "", "ollama:*"] {
        assert_eq!(name(Some(unknown)).await, None, "{unknown}");
    }
}

#[tokio::test]
async fn the_first_is_the_first_of_the_list_that_stands_first() {
    let server = replay::serve(vec![Act::Answer(replay::read("ollama-tags"))]);
    let settings = [ollama(&server.base_url, ALL), open_ai("http://127.0.0.1:1/v1")].map(|provider| Settings {
        provider,
        deadlines: ample(),
        most_tokens: None,
    });
    let models = Models::new(settings.into(), HashMap::new()).unwrap();
    assert_eq!(
        models.find(None).await.unwrap().name(),
        "ollama:qwen2.5-coder:7b",
        "not the one that needs no list"
    );
}

#[tokio::test]
async fn an_ollama_is_found_at_the_second_place_it_may_be_at() {
    let server = replay::serve(vec![
        Act::Answer(replay::read("ollama-tags")),
        Act::Answer(replay::read("ollama-chat")),
    ]);
    let provider = Provider::Ollama {
        base_urls: [replay::refused(), server.base_url.clone()]
            .map(|url| url.trim_end_matches("/v1").to_owned())
            .into(),
        model: ALL.into(),
        is_guess: true,
    };
    let models = models(provider, ample()).unwrap();
    let llm = models.find(None).await.unwrap();
    assert_eq!(
        (llm.name(), ask(&llm).await.0.as_str()),
        ("ollama:qwen2.5-coder:7b", REPLY)
    );
}

#[tokio::test]
async fn where_nothing_is_listed_there_is_no_model() {
    let nobody = replay::refused();
    let away = models(ollama(&nobody, ALL), ample()).unwrap();
    assert!(!away.are_incomplete(), "nobody has asked yet");
    assert!(away.find(None).await.is_none() && away.are_incomplete());
    let guess = Provider::Ollama {
        base_urls: vec![nobody.trim_end_matches("/v1").into()],
        model: ALL.into(),
        is_guess: true,
    };
    let guess = models(guess, ample()).unwrap();
    assert!(guess.find(None).await.is_none() && !guess.are_incomplete());
    for answer in [
        replay::read("web-page"),
        replay::read("anthropic-wrong-key"),
        replay::read("ollama-chat"),
    ] {
        let server = replay::serve(vec![Act::Answer(answer)]);
        let models = models(ollama(&server.base_url, ALL), ample()).unwrap();
        assert!(models.offered().await.is_empty());
    }
}

#[tokio::test]
async fn a_model_whose_name_says_nothing_is_as_small_as_its_server_says() {
    for (parameters, is_small) in [(1_543_714_304_u64, true), (14_770_033_664, false)] {
        let list = serde_json::json!({"data": [{"id": "default", "meta": {"n_params": parameters}}]});
        let head = "HTTP/1.1 200 OK\ncontent-type: application/json";
        let server = replay::serve(vec![Act::Answer(replay::made(head, &list.to_string()))]);
        let provider = Provider::OpenAi {
            server: None,
            base_url: server.base_url.clone(),
            api_key: None,
            model: ALL.into(),
        };
        let llm = models(provider, ample()).unwrap().find(None).await.unwrap();
        assert_eq!((llm.name(), llm.is_small()), ("openai:default", is_small));
    }
}

fn named(server: &str, base_url: &str, key: Option<&str>, model: &str) -> Provider {
    Provider::OpenAi {
        server: Some(server.into()),
        base_url: base_url.into(),
        api_key: key.map(SecretString::from),
        model: model.into(),
    }
}

#[tokio::test]
async fn of_several_servers_one_that_is_away_leaves_the_others() {
    let list = || Act::Answer(replay::read("openai-models"));
    let (gpu1, lab) = (replay::serve(vec![list()]), replay::serve(vec![list()]));
    let settings = [
        named("gpu1", &gpu1.base_url, None, ALL),
        named("away", &replay::refused(), None, ALL),
        named("lab", &lab.base_url, None, ALL),
    ];
    let settings = settings.map(|provider| Settings {
        provider,
        deadlines: ample(),
        most_tokens: None,
    });
    let models = Models::new(settings.into(), HashMap::new()).unwrap();
    assert_eq!(
        names(&models.offered().await),
        ["gpu1:gpt-4.1-mini", "gpu1:gpt-4.1", "lab:gpt-4.1-mini", "lab:gpt-4.1"]
    );
    assert!(models.are_incomplete());
}

#[tokio::test]
async fn a_key_goes_to_its_own_server_and_a_failure_names_its_own_variable() {
    let acts = || {
        vec![
            Act::Answer(replay::read("openai")),
            Act::Answer(replay::read("openai-wrong-key")),
        ]
    };
    let (vendor, gpu1, lab) = (replay::serve(acts()), replay::serve(acts()), replay::serve(acts()));
    let other_key = "sk-other-9876543210fedcba";
    let rows = [
        (open_ai(&vendor.base_url), &vendor, Some(KEY), "OPENAI_API_KEY"),
        (
            named("gpu1", &gpu1.base_url, Some(other_key), "m"),
            &gpu1,
            Some(other_key),
            "SANDPLOT_KEY_GPU1",
        ),
        (named("lab", &lab.base_url, None, "m"), &lab, None, "SANDPLOT_KEY_LAB"),
    ];
    let settings = rows.iter().map(|(provider, ..)| Settings {
        provider: provider.clone(),
        deadlines: ample(),
        most_tokens: None,
    });
    let models = Models::new(settings.collect(), HashMap::new()).unwrap();
    let known = models.known();
    assert_eq!(names(&known), ["openai:m", "gpu1:m", "lab:m"]);
    for (llm, (_, server, key, variable)) in known.iter().zip(&rows) {
        assert_eq!(ask(llm).await.0, REPLY);
        let request = server.requests.recv().unwrap();
        for other in [KEY, other_key] {
            assert_eq!(
                request.contains(other),
                *key == Some(other),
                "{}: {request}",
                llm.name()
            );
        }
        let refused = ask(llm).await.1.unwrap();
        assert!(
            matches!(&refused, LlmError::KeyRejected { variable: named, .. } if named == variable),
            "{refused:?}"
        );
    }
    let away = only(named("gpu1", &replay::refused(), None, "m"), ample());
    let unreachable = ask(&away).await.1.unwrap();
    assert!(
        matches!(&unreachable, LlmError::Unreachable { variable, .. } if variable == "SANDPLOT_SERVERS (gpu1)"),
        "{unreachable:?}"
    );
}
