//! The contract with each dialect: what is sent, and what the vendors' documented answers give.

use super::*;

pub(super) fn anthropic(base_url: &str) -> Provider {
    Provider::Anthropic {
        base_url: base_url.trim_end_matches("/v1").into(),
        api_key: Some(SecretString::from(KEY)),
        model: "m".into(),
    }
}

pub(super) fn ollama(base_url: &str, model: &str) -> Provider {
    Provider::Ollama {
        base_urls: vec![base_url.trim_end_matches("/v1").into()],
        model: model.into(),
        is_guess: false,
    }
}

/// The dialect that a transcript is in, by its name.
pub(super) fn spoken(name: &str, base_url: &str) -> Provider {
    match name {
        name if name.starts_with("anthropic") => anthropic(base_url),
        name if name.starts_with("ollama-chat") => ollama(base_url, "m"),
        _ => open_ai(base_url),
    }
}

async fn answer(names: &[&str]) -> Told {
    let acts = names.iter().map(|name| Act::Answer(replay::read(name))).collect();
    let server = replay::serve(acts);
    told(&only(spoken(names[0], &server.base_url), ample())).await
}

const GOOD: [&str; 9] = [
    "openai",
    "vllm-reasoning",
    "ollama",
    "openrouter",
    "plain-json",
    "anthropic",
    "anthropic-thinking",
    "ollama-chat",
    "ollama-chat-thinking",
];

#[tokio::test]
async fn every_dialect_gives_the_same_reply() {
    for name in GOOD {
        for piece in [1, 3, 4096] {
            let server = replay::serve(vec![Act::Dribble(replay::read(name), piece)]);
            let Told { text, error, .. } = told(&only(spoken(name, &server.base_url), ample())).await;
            assert!(error.is_none(), "{name}: {error:?}");
            assert_eq!(text, REPLY, "{name} in pieces of {piece}");
        }
    }
}

#[tokio::test]
async fn what_was_used_is_said_where_the_provider_says_it() {
    let rows = [
        ("openai", Some((9, 5)), None),
        ("openrouter", Some((31, 92)), Some(0.000_217_15)),
        ("anthropic", Some((25, 64)), None),
        ("anthropic-thinking", Some((25, 80)), None),
        ("ollama-chat", Some((26, 64)), None),
        ("ollama", None, None),
        // A reply that is cut off has cost as much as a whole one.
        ("anthropic-length", Some((25, 500)), None),
        ("ollama-chat-length", Some((26, 64)), None),
    ];
    for (name, tokens, dollars) in rows {
        let usage = answer(&[name]).await.usage;
        assert_eq!(
            usage.map(|usage| (usage.input_tokens, usage.output_tokens)),
            tokens,
            "{name}"
        );
        let cost = usage.and_then(|usage| usage.cost);
        assert_eq!(cost.map(|cost| cost.dollars), dollars, "{name}");
    }
}

#[tokio::test]
async fn each_failure_has_its_name_in_every_dialect() {
    let rows = [
        ("anthropic-wrong-key", "model_key", Some("invalid x-api-key")),
        (
            "anthropic-rate-limit",
            "model_rate_limited",
            Some("This request would exceed the rate limit for your organization of 50 requests per minute."),
        ),
        ("anthropic-no-model", "model_rejected", Some("model: claude-nine")),
        ("anthropic-late-overload", "model_stream_broken", Some("Overloaded")),
        (
            "anthropic-refusal",
            "model_refused",
            Some("the provider's content filter stopped it"),
        ),
        ("anthropic-length", "model_stream_broken", None),
        ("anthropic-context", "model_stream_broken", None),
        ("anthropic-empty", "model_empty", None),
        (
            "ollama-chat-no-model",
            "model_rejected",
            Some("model 'qwen9' not found"),
        ),
        ("ollama-chat-length", "model_stream_broken", None),
        ("ollama-chat-load", "model_empty", None),
        (
            "ollama-chat-failed",
            "model_stream_broken",
            Some("an error was encountered while running the model: CUDA error: out of memory"),
        ),
    ];
    for (name, code, said) in rows {
        let error = answer(&[name]).await.error.expect(name);
        assert_eq!((error.code(), error.upstream_message()), (code, said), "{name}");
    }
    let limited = answer(&["anthropic-rate-limit"]).await.error.unwrap();
    assert_eq!(limited.retry_after(), Some(Duration::from_secs(23)));
    let key = answer(&["anthropic-wrong-key"]).await.error.unwrap();
    assert!(matches!(key, LlmError::KeyRejected { variable, .. } if variable == "ANTHROPIC_API_KEY"));
}

/// With a status, or as an event after the server had begun: both are before the first word.
#[tokio::test]
async fn an_overloaded_server_is_asked_again() {
    for names in [
        ["anthropic-overloaded", "anthropic"],
        ["anthropic-early-overload", "anthropic"],
        ["ollama-chat-busy", "ollama-chat"],
    ] {
        let Told { text, error, .. } = answer(&names).await;
        assert_eq!((text.as_str(), error.is_none()), (REPLY, true), "{names:?}: {error:?}");
    }
    let error = answer(&["anthropic-overloaded"; 3]).await.error.unwrap();
    assert!(matches!(error, LlmError::Unavailable { status: 529, .. }), "{error:?}");
}

#[tokio::test]
async fn what_anthropic_does_not_take_is_left_out_from_then_on() {
    let names = ["anthropic-own-temperature", "anthropic-bound", "anthropic", "anthropic"];
    let server = replay::serve(names.map(|name| Act::Answer(replay::read(name))).into());
    let llm = only(anthropic(&server.base_url), ample());
    for _ in 0..2 {
        assert_eq!(ask(&llm).await.0, REPLY);
    }
    let said = |request: String| {
        let body = body(&request);
        (body.get("temperature").is_some(), body["max_tokens"].as_u64().unwrap())
    };
    let requests: Vec<_> = server.requests.iter().map(said).collect();
    assert_eq!(requests, [(true, 500), (false, 500), (false, 400), (false, 400)]);
}

/// Some servers refuse what they do not know.
#[tokio::test]
async fn a_server_that_knows_no_usage_is_not_asked_for_it_again() {
    let refusal = r#"{"error":{"message":"Unrecognized request argument supplied: stream_options"}}"#;
    let refusal = replay::made("HTTP/1.1 400 Bad Request\ncontent-type: application/json", refusal);
    let good = || Act::Answer(replay::read("ollama"));
    let server = replay::serve(vec![Act::Answer(refusal), good(), good()]);
    let llm = connect(&server.base_url, ample());
    for _ in 0..2 {
        assert_eq!(ask(&llm).await.0, REPLY);
    }
    let asks = |request: String| body(&request).get("stream_options").is_some();
    assert_eq!(
        server.requests.iter().map(asks).collect::<Vec<_>>(),
        [true, false, false]
    );
}

pub(super) fn body(request: &str) -> serde_json::Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The request of one question, with its head in lower case.
async fn sent(name: &str) -> (String, serde_json::Value) {
    let server = replay::serve(vec![Act::Answer(replay::read(name))]);
    assert_eq!(
        ask(&only(spoken(name, &format!("{}/", server.base_url)), ample()))
            .await
            .0,
        REPLY
    );
    let request = server.requests.recv().unwrap();
    let head = request.split_once("\r\n\r\n").unwrap().0.to_lowercase();
    (head, body(&request))
}

#[tokio::test]
async fn the_request_is_what_each_dialect_wants() {
    let messages = serde_json::json!([{"role": "user", "content": "Draw \"bars\"."}]);
    let (head, body) = sent("openai").await;
    assert!(head.starts_with("post /v1/chat/completions http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: bearer {KEY}")), "{head}");
    assert_eq!(body["messages"], messages);
    assert_eq!((&body["model"], &body["stream"]), (&"m".into(), &true.into()));
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert!(body["temperature"].as_f64().unwrap() < 0.5);

    let server = replay::serve(vec![Act::Answer(replay::read("anthropic"))]);
    ask(&only(anthropic(&server.base_url), ample())).await;
    let request = server.requests.recv().unwrap().to_lowercase();
    assert!(request.starts_with("post /v1/messages http/1.1\r\n"), "{request}");
    for header in [&format!("x-api-key: {KEY}"), "anthropic-version: 2023-06-01"] {
        assert!(request.contains(header), "{request}");
    }
    assert!(!request.contains("authorization"), "{request}");

    let server = replay::serve(vec![Act::Answer(replay::read("ollama-chat"))]);
    ask(&only(ollama(&server.base_url, "m"), ample())).await;
    let request = server.requests.recv().unwrap();
    assert!(request.starts_with("POST /api/chat HTTP/1.1\r\n"), "{request}");
    let body = self::body(&request);
    assert_eq!((&body["messages"], &body["model"]), (&messages, &"m".into()));
    assert_eq!(
        (&body["options"]["num_ctx"], &body["options"]["num_predict"]),
        (&8192.into(), &500.into())
    );
}

#[tokio::test]
async fn without_a_key_nothing_is_said_of_one() {
    for api_key in [None, Some(SecretString::from(" \n"))] {
        let server = replay::serve(vec![Act::Answer(replay::read("ollama"))]);
        let (base_url, model) = (server.base_url.clone(), "m".to_owned());
        let provider = Provider::OpenAi {
            server: None,
            base_url,
            api_key,
            model,
        };
        assert_eq!(ask(&only(provider, ample())).await.0, REPLY);
        assert!(!server.requests.recv().unwrap().to_lowercase().contains("authorization"));
    }
}

#[tokio::test]
async fn the_cost_is_what_the_provider_says_or_else_by_the_operators_price() {
    let priced = |provider| {
        let settings = Settings {
            provider,
            deadlines: ample(),
            most_tokens: None,
        };
        let price = Price {
            input: 2.0,
            output: 10.0,
        };
        let prices = HashMap::from([("openai:m".to_owned(), price)]);
        Models::new(vec![settings], prices).unwrap().known().remove(0)
    };
    for (name, dollars, is_estimate) in [("openai", 0.000_068, true), ("openrouter", 0.000_217_15, false)] {
        let server = replay::serve(vec![Act::Answer(replay::read(name))]);
        let llm = priced(open_ai(&server.base_url));
        let cost = llm.cost(told(&llm).await.usage.unwrap()).unwrap();
        assert!((cost.dollars - dollars).abs() < 1e-9, "{cost:?}");
        assert_eq!(cost.is_estimate, is_estimate);
    }
    let server = replay::serve(vec![Act::Answer(replay::read("ollama-chat"))]);
    let llm = only(ollama(&server.base_url, "m"), ample());
    assert_eq!(llm.cost(told(&llm).await.usage.unwrap()), None);
}
