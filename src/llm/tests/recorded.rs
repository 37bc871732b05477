//! The contract with each dialect as it is really spoken: answers that the vendors' servers gave, and what must come of each.

use super::dialects::{body, spoken};
use super::*;

/// The name of a reply, its text, the tokens that went in and came out, the dollars that the vendor says it cost.
type Whole = (&'static str, &'static str, Option<(u64, u64)>, Option<f64>);

const REPLIES: [Whole; 15] = [
    ("openai-stream", "The capital of the UK is London.", Some((78, 9)), None),
    (
        "openai-form",
        r#"{"city":"Mexico City","country":"Mexico"}"#,
        Some((100, 15)),
        None,
    ),
    ("azure-stream", "South Atlantic Ocean.", None, None),
    ("anthropic-stream", "1\n2\n3", Some((15, 9)), None),
    ("anthropic-thinking", "Scoop and Beaky", Some((45, 94)), None),
    (
        "anthropic-form",
        r#"{"elements": [{"location": "San Francisco", "temperature": 58, "condition": "sunny"}]}"#,
        Some((849, 47)),
        None,
    ),
    ("openrouter-stream", "1\n2\n3", Some((15, 9)), Some(0.000_06)),
    (
        "mistral-stream",
        "Sure, here is the count from 1 to 3:\n\n1\n2\n3",
        Some((10, 19)),
        None,
    ),
    ("mistral-thinking", "323", Some((28, 277)), None),
    (
        "deepseek-thinking",
        "The product of 17 and 23 is 391.",
        Some((17, 47)),
        None,
    ),
    // Two tokens of words and 340 of thoughts, which the vendor's own sum shows to be paid for.
    ("xai-thinking", "Grok", Some((12, 342)), Some(0.000_172_125)),
    // It was not asked for the usage, and says it only in a field of its own.
    ("groq-stream", "A joke about OpenTelemetry!\n\n", None, None),
    ("ollama-stream", "Atlantic Sea.", None, None),
    (
        "ollama-chat-stream",
        "Okay, here we go!\n\n1, 2, 3, 4, 5\n",
        Some((16, 22)),
        None,
    ),
    ("ollama-chat-form", r#"{"feet": 6076}"#, Some((25, 10)), None),
];

/// What an answer that is no reply amounts to.
struct Fault {
    name: &'static str,
    code: &'static str,
    status: Option<u16>,
    /// How the words begin that the reader is told.
    said: Option<&'static str>,
    tokens: Option<(u64, u64)>,
    /// How often the server is asked if it goes on saying the same.
    requests: usize,
}

/// With nothing used, and no second try.
const fn fault(name: &'static str, code: &'static str, status: u16, said: &'static str) -> Fault {
    Fault {
        name,
        code,
        status: Some(status),
        said: Some(said),
        tokens: None,
        requests: 1,
    }
}

const FAULTS: [Fault; 14] = [
    fault(
        "openai-wrong-key",
        "model_key",
        401,
        "Incorrect API key provided: <not-a-r****key>. You can find your API key at https://",
    ),
    fault(
        "openai-no-model",
        "model_rejected",
        404,
        "The model `this-model-does-not-exist` does not exist or you do not have access to it.",
    ),
    Fault {
        requests: 3,
        ..fault(
            "openai-too-large",
            "model_rate_limited",
            429,
            "Request too large for gpt-4.1-nano-long-context in organization org-",
        )
    },
    fault("anthropic-wrong-key", "model_key", 401, "invalid x-api-key"),
    fault("anthropic-no-model", "model_rejected", 404, "model: invalid-model-name"),
    fault(
        "anthropic-no-credit",
        "model_rejected",
        400,
        "Your credit balance is too low to access the Anthropic API.",
    ),
    // The vendor says that another try would be in vain.
    fault(
        "anthropic-rate-limit",
        "model_rate_limited",
        429,
        "This request would exceed your organization's rate limit of 450,000 input tokens per minute",
    ),
    Fault {
        status: None,
        tokens: Some((97, 0)),
        ..fault(
            "anthropic-refusal",
            "model_refused",
            0,
            "This request was blocked as it seems to violate Anthropic's Terms of Service",
        )
    },
    // Most of the question was read from the vendor's cache.
    Fault {
        status: None,
        said: None,
        tokens: Some((1042, 100)),
        ..fault("anthropic-length", "model_stream_broken", 0, "")
    },
    // The end is said first, then an error, and with that what it cost.
    Fault {
        status: None,
        said: None,
        tokens: Some((43, 10)),
        ..fault("openrouter-token-limit", "model_stream_broken", 0, "")
    },
    fault(
        "openrouter-too-long",
        "model_rejected",
        400,
        "This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens",
    ),
    fault(
        "openrouter-no-model",
        "model_rejected",
        404,
        "No endpoints found for google/gemini-2.5-flash:free.",
    ),
    fault(
        "deepseek-too-long",
        "model_rejected",
        400,
        "This model's maximum context length is 131072 tokens. However, you requested 1250025 tokens",
    ),
    fault("mistral-wrong-key", "model_key", 401, "Unauthorized"),
];

fn recorded(name: &str) -> replay::Transcript {
    replay::read(&format!("{}/{name}", replay::RECORDED))
}

/// What comes of an answer that arrives in pieces of so many bytes, and how often it was asked for.
async fn read(name: &str, piece: usize) -> (Told, usize) {
    let again = || Act::Dribble(recorded(name), piece);
    let server = replay::serve(vec![again(), again(), again(), again()]);
    let schema = serde_json::json!({"type": "object"});
    let schema = name.ends_with("-form").then(|| Schema::new(schema));
    let told = told_in(&only(spoken(name, &server.base_url), ample()), schema).await;
    (told, server.requests.try_iter().count())
}

fn tokens(told: &Told) -> Option<(u64, u64)> {
    told.usage.map(|usage| (usage.input_tokens, usage.output_tokens))
}

#[test]
fn every_recording_has_its_expectation() {
    let replies = REPLIES.iter().map(|(name, ..)| *name);
    let faults = FAULTS.iter().map(|fault| fault.name);
    let mut expected: Vec<&str> = replies
        .chain(faults)
        .chain(["openai-models", "mistral-failed"])
        .collect();
    expected.sort_unstable();
    assert_eq!(replay::names(replay::RECORDED), expected);
}

#[tokio::test]
async fn each_reply_is_its_words_and_what_was_used() {
    for (name, text, used, dollars) in REPLIES {
        for piece in [1, 7, 4096] {
            let (told, requests) = read(name, piece).await;
            assert!(told.error.is_none(), "{name}: {:?}", told.error);
            assert_eq!(told.text, text, "{name} in pieces of {piece}");
            assert_eq!(tokens(&told), used, "{name} in pieces of {piece}");
            let cost = told.usage.and_then(|usage| usage.cost);
            assert_eq!(cost.map(|cost| cost.dollars), dollars, "{name}");
            assert!(cost.is_none_or(|cost| !cost.is_estimate), "{name}");
            assert_eq!(requests, 1, "{name}");
        }
    }
}

#[tokio::test]
async fn each_failure_is_what_it_says_however_it_arrives() {
    for fault in FAULTS {
        let name = fault.name;
        for piece in [1, 4096].into_iter().skip(usize::from(fault.requests > 1)) {
            let (told, requests) = read(name, piece).await;
            let error = told.error.as_ref().expect(name);
            assert_eq!((error.code(), error.status()), (fault.code, fault.status), "{name}");
            let said = error.upstream_message();
            assert_eq!(said.is_some(), fault.said.is_some(), "{name}: {said:?}");
            let begins = said.unwrap_or_default().starts_with(fault.said.unwrap_or_default());
            assert!(begins, "{name}: {said:?}");
            assert_eq!(tokens(&told), fault.tokens, "{name} in pieces of {piece}");
            assert_eq!(requests, fault.requests, "{name}");
        }
    }
}

#[tokio::test]
async fn a_reply_that_reached_its_longest_is_told_as_such() {
    for name in ["anthropic-length", "openrouter-token-limit"] {
        let error = read(name, 4096).await.0.error;
        let reached = matches!(error, Some(LlmError::StreamBroken(BrokenStream::LengthLimit)));
        assert!(reached, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_server_that_failed_is_asked_again() {
    let acts = ["mistral-failed", "mistral-stream"].map(|name| Act::Answer(recorded(name)));
    let (text, error) = ask_server(acts.into()).await;
    assert!(
        error.is_none() && text.starts_with("Sure, here is the count"),
        "{text} {error:?}"
    );
    let acts = ["mistral-failed"; 3].map(|name| Act::Answer(recorded(name)));
    let error = failure(acts.into()).await;
    assert!(matches!(error, LlmError::Unavailable { status: 500, .. }), "{error:?}");
    assert_eq!(error.upstream_message(), Some("Service unavailable."));
}

/// A model may think for longer than anybody waits for a first word.
#[tokio::test(flavor = "multi_thread")]
async fn thoughts_are_a_sign_of_life() {
    let rows = [
        ("anthropic-thinking", "text_delta"),
        ("openrouter-token-limit", "\"finish_reason\":\"length\""),
        ("mistral-thinking", "{\"type\":\"text\",\"text\":\"3\"}"),
        ("deepseek-thinking", "\"content\":\"The\""),
        ("xai-thinking", "\"content\":\"G\""),
    ];
    for (name, word) in rows {
        let transcript = recorded(name);
        let thoughts = String::from_utf8_lossy(&transcript.body).find(word).expect(name);
        let server = replay::serve(vec![Act::Stall(transcript, thoughts)]);
        let deadlines = Deadlines {
            idle: Duration::from_millis(80),
            ..ample()
        };
        let (text, error) = ask(&only(spoken(name, &server.base_url), deadlines)).await;
        assert_eq!(text, "", "{name}");
        let is_idle = matches!(error, Some(LlmError::Timeout { phase: Phase::Idle, .. }));
        assert!(is_idle, "{name}: {error:?}");
    }
}

/// The bound is the operator's, and the next question may be shorter.
#[tokio::test]
async fn a_question_that_is_too_long_leaves_the_bound() {
    for name in ["deepseek-too-long", "openrouter-too-long"] {
        let acts = [name, "deepseek-thinking"].map(|name| Act::Answer(recorded(name)));
        let server = replay::serve(acts.into());
        let llm = connect(&server.base_url, ample());
        assert!(ask(&llm).await.1.is_some(), "{name}");
        assert_eq!(ask(&llm).await.0, "The product of 17 and 23 is 391.", "{name}");
        let bounds = server
            .requests
            .iter()
            .map(|request| body(&request)["max_tokens"].clone());
        assert_eq!(bounds.collect::<Vec<_>>(), [500, 500], "{name}");
    }
}

#[tokio::test]
async fn the_models_of_a_list_that_can_chat() {
    let server = replay::serve(vec![Act::Answer(recorded("openai-models"))]);
    let provider = Provider::OpenAi {
        server: None,
        base_url: server.base_url.clone(),
        api_key: None,
        model: ALL.into(),
    };
    let models = models(provider, ample()).unwrap().offered().await;
    let names: Vec<&str> = models.iter().map(|llm| llm.name()).collect();
    assert_eq!(names, ["openai:gpt-3.5-turbo-0301", "openai:gpt-3.5-turbo"]);
}
