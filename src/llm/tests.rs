//! What each fault on the way to a model gives, over real connections.

mod dialects;
mod ends;
mod forms;
mod lists;
mod local;
mod recorded;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;

use super::reply::REPLY_LIMIT;
use super::*;
use crate::llm::replay::{self, Act};

const KEY: &str = "sk-test-0123456789abcdef";
const REPLY: &str = "```python\nimport matplotlib.pyplot as plt\n\nplt.bar([\"Äpfel\", \"柿\"], [3, 5])\n\
    plt.title(\"Früchte 🍎\")\nplt.show()\n```";

/// Long enough for a loopback connection on a busy machine.
const AMPLE: Duration = Duration::from_secs(20);

fn ample() -> Deadlines {
    Deadlines {
        connect: AMPLE,
        first_token: AMPLE,
        idle: AMPLE,
        total: AMPLE,
    }
}

fn open_ai(base_url: &str) -> Provider {
    Provider::OpenAi {
        server: None,
        base_url: base_url.into(),
        api_key: Some(SecretString::from(KEY)),
        model: "m".into(),
    }
}

fn models(provider: Provider, deadlines: Deadlines) -> Result<Models, SetupError> {
    let settings = Settings {
        provider,
        deadlines,
        most_tokens: NonZeroU32::new(500),
    };
    Models::new(vec![settings], HashMap::new())
}

fn only(provider: Provider, deadlines: Deadlines) -> Arc<Llm> {
    models(provider, deadlines).unwrap().known().remove(0)
}

fn connect(base_url: &str, deadlines: Deadlines) -> Arc<Llm> {
    only(open_ai(base_url), deadlines)
}

fn question() -> Vec<Message> {
    let content = "Draw \"bars\".".to_owned();
    vec![Message {
        role: Role::User,
        content,
    }]
}

fn request(messages: Vec<Message>, schema: Option<Schema>) -> Request {
    Request {
        messages,
        schema,
        turn: Turn::of(Person(0)),
    }
}

/// What a call gave: its text, its usage, its failure.
#[derive(Debug, Default)]
struct Told {
    text: String,
    usage: Option<Usage>,
    error: Option<LlmError>,
}

async fn told(llm: &Llm) -> Told {
    told_in(llm, None).await
}

async fn told_in(llm: &Llm, schema: Option<Schema>) -> Told {
    let mut told = Told::default();
    let mut stream = llm.stream(request(question(), schema));
    while let Some(item) = stream.next().await {
        assert!(told.error.is_none(), "nothing follows an error");
        match item {
            Ok(Piece::Text(piece)) => {
                assert!(told.usage.is_none(), "no text follows the usage");
                told.text.push_str(&piece);
            }
            Ok(Piece::Usage(usage)) => assert!(told.usage.replace(usage).is_none(), "one usage"),
            Ok(Piece::Waiting(waiting)) => panic!("{waiting:?}"),
            Err(failure) => told.error = Some(failure),
        }
    }
    told
}

async fn ask(llm: &Llm) -> (String, Option<LlmError>) {
    let Told { text, error, .. } = told(llm).await;
    (text, error)
}

async fn ask_server(acts: Vec<Act>) -> (String, Option<LlmError>) {
    let server = replay::serve(acts);
    ask(&connect(&server.base_url, ample())).await
}

async fn answered(name: &str) -> (String, Option<LlmError>) {
    ask_server(vec![Act::Answer(replay::read(name))]).await
}

async fn failure(acts: Vec<Act>) -> LlmError {
    ask_server(acts).await.1.expect("a failure")
}

#[tokio::test]
async fn thoughts_in_the_text_stay_in_it_and_the_end_mark_may_be_missing() {
    let (text, error) = answered("think-crlf").await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(text, format!("<think>\nbars\n</think>\n\n{REPLY}"));
}

#[tokio::test]
async fn the_recorded_server_gives_its_program() {
    let (text, error) = answered("llama-cpp").await;
    assert!(error.is_none(), "{error:?}");
    assert!(
        text.starts_with("```python\nimport ") && text.ends_with("```"),
        "{text}"
    );
}

#[tokio::test]
async fn a_wrong_key_is_told_and_not_tried_again() {
    for (name, expected) in [("openai-wrong-key", 401), ("nim-forbidden", 403)] {
        let error = failure(vec![Act::Answer(replay::read(name))]).await;
        let LlmError::KeyRejected { status, message, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!((*status, error.code()), (expected, "model_key"));
        assert!(!message.is_empty());
    }
}

#[tokio::test]
async fn the_key_is_nowhere_in_what_can_be_printed() {
    let error = failure(vec![Act::Answer(replay::read("nim-forbidden"))]).await;
    let printed = format!("{error} {error:?} {:?}", error.upstream_message());
    assert!(printed.contains("Authorization failed for (key)"), "{printed}");
    let llm = connect("http://user:secret-word@127.0.0.1:1/v1", ample());
    let unreachable = ask(&llm).await.1.unwrap();
    let printed = format!("{printed} {llm:?} {unreachable} {unreachable:?}");
    assert!(
        !printed.contains("sk-test") && !printed.contains("secret-word"),
        "{printed}"
    );
    let provider = open_ai("http://user:secret-word@host/v1");
    let settings = format!("{provider:?} {:?}", models(provider.clone(), ample()).unwrap());
    assert!(
        !settings.contains("sk-test") && !settings.contains("secret-word"),
        "{settings}"
    );
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let error = failure(vec![Act::Answer(replay::read("openai-rate-limit"))]).await;
    assert_eq!(error.code(), "model_rate_limited");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(37)));
    assert!(error.upstream_message().unwrap().contains("try again in 37s"));
}

#[tokio::test]
async fn what_may_pass_is_tried_twice_more() {
    for name in ["rate-limit-brief", "llama-cpp-loading", "openrouter-early-error"] {
        let again = [name, "openai"].map(|name| Act::Answer(replay::read(name)));
        let (text, error) = ask_server(again.into()).await;
        assert_eq!((text.as_str(), error.is_none()), (REPLY, true), "{name}: {error:?}");
    }
    let thrice = ["rate-limit-brief", "openrouter-early-error", "openai"];
    let (text, error) = ask_server(thrice.map(|name| Act::Answer(replay::read(name))).into()).await;
    assert_eq!((text.as_str(), error.is_none()), (REPLY, true), "{error:?}");
    let too_often = ["rate-limit-brief", "rate-limit-brief", "llama-cpp-loading", "openai"];
    let error = failure(too_often.map(|name| Act::Answer(replay::read(name))).into()).await;
    assert_eq!(error.code(), "model_unavailable", "the third failure is given");
    assert_eq!(error.upstream_message(), Some("Loading model"));
}

#[tokio::test]
async fn a_connection_that_is_lost_before_the_first_word_is_made_again() {
    let acts = vec![
        Act::HangUp,
        Act::Cut(replay::read("openai"), 0),
        Act::Answer(replay::read("openai")),
    ];
    let (text, error) = ask_server(acts).await;
    assert_eq!((text.as_str(), error.is_none()), (REPLY, true), "{error:?}");
}

/// The reader would see the reply begin twice.
#[tokio::test]
async fn nothing_is_tried_again_after_the_first_word() {
    let acts = ["openrouter-error", "openai"].map(|name| Act::Answer(replay::read(name)));
    let server = replay::serve(acts.into());
    let (text, error) = ask(&connect(&server.base_url, ample())).await;
    assert!(!text.is_empty() && error.is_some(), "{text}");
    assert_eq!(server.requests.try_iter().count(), 1);
}

/// The pause that the server asks for would outlast the time there is for the first word: so the failure is given at once.
#[tokio::test]
async fn a_pause_does_not_outlast_the_patience() {
    let busy = replay::made("HTTP/1.1 503 Service Unavailable\nretry-after: 9", "");
    let server = replay::serve(vec![Act::Answer(busy)]);
    let deadlines = Deadlines {
        first_token: Duration::from_secs(8),
        ..ample()
    };
    let (_, error) = ask(&connect(&server.base_url, deadlines)).await;
    assert_eq!(error.map(|error| error.code()), Some("model_unavailable"));
}

#[tokio::test]
async fn a_failing_server_is_told() {
    let twice = ["bad-gateway"; 3].map(|name| Act::Answer(replay::read(name)));
    let error = failure(twice.into()).await;
    assert!(matches!(error, LlmError::Unavailable { status: 502, .. }), "{error:?}");
    // The page of a proxy says nothing that the status does not.
    assert_eq!(error.upstream_message(), None);
}

#[tokio::test]
async fn a_request_that_is_not_accepted_is_told_with_the_reason() {
    for (name, expected, reason) in [
        (
            "ollama-no-model",
            404,
            "model \"qwen9\" not found, try pulling it first",
        ),
        ("llama-cpp-bad-request", 400, "Expected 'messages' to be an array"),
        ("vllm-error", 400, "This model's maximum context length is 4096 tokens."),
    ] {
        let error = failure(vec![Act::Answer(replay::read(name))]).await;
        assert_eq!(
            (error.code(), error.upstream_message()),
            ("model_rejected", Some(reason))
        );
        assert!(matches!(error, LlmError::Rejected { status, .. } if status == expected));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let away = replay::made("HTTP/1.1 307 Temporary Redirect\nlocation: http://127.0.0.1:1/", "");
    let error = failure(vec![Act::Answer(away)]).await;
    assert!(matches!(error, LlmError::Rejected { status: 307, .. }), "{error:?}");
}

#[tokio::test]
async fn a_model_with_a_temperature_of_its_own_is_asked_without_one_from_then_on() {
    let answers = ["openai-own-temperature", "openai", "openai"];
    let server = replay::serve(answers.map(|name| Act::Answer(replay::read(name))).into());
    let llm = connect(&server.base_url, ample());
    for _ in 0..2 {
        assert_eq!(ask(&llm).await.0, REPLY);
    }
    let says_temperature = |request: String| request.contains("\"temperature\"");
    let requests: Vec<bool> = server.requests.iter().map(says_temperature).collect();
    assert_eq!(requests, [true, false, false]);
}

/// The refusals are those of OpenAI's newer models, of vLLM and of servers that check the form of a request.
#[tokio::test]
async fn the_longest_reply_is_said_in_the_form_that_the_server_takes() {
    let refuse = |status: &str, message: &str| {
        let body = serde_json::json!({"error": {"message": message}}).to_string();
        Act::Answer(replay::made(
            &format!("HTTP/1.1 {status}\ncontent-type: application/json"),
            &body,
        ))
    };
    let accept = || Act::Answer(replay::read("openai"));
    let unknown =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let rows = [
        (vec![accept()], vec!["max_tokens"]),
        (
            vec![refuse("400 Bad Request", unknown), accept(), accept()],
            vec!["max_tokens", "max_completion_tokens", "max_completion_tokens"],
        ),
        (
            vec![
                refuse("400 Bad Request", "This model's maximum context length is 400 tokens."),
                refuse(
                    "422 Unprocessable Entity",
                    "max_completion_tokens: extra inputs are not permitted",
                ),
                accept(),
            ],
            vec!["max_tokens", "max_completion_tokens", "none"],
        ),
    ];
    for (acts, expected) in rows {
        let questions = acts.len() - acts.iter().filter(|act| is_refusal(act)).count();
        let server = replay::serve(acts);
        let llm = connect(&server.base_url, ample());
        for _ in 0..questions {
            assert_eq!(ask(&llm).await.0, REPLY);
        }
        let said = |request: String| {
            let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
            let names = ["max_tokens", "max_completion_tokens"];
            let given: Vec<_> = names.into_iter().filter(|name| body[*name] == 500).collect();
            given.first().copied().unwrap_or("none")
        };
        assert_eq!(server.requests.iter().map(said).collect::<Vec<_>>(), expected);
    }
}

fn is_refusal(act: &Act) -> bool {
    matches!(act, Act::Answer(transcript) if String::from_utf8_lossy(&transcript.body).contains("\"error\""))
}

/// A hostile server, not a talkative model.
#[tokio::test]
async fn a_refusal_without_an_end_is_cut_off() {
    let piece = serde_json::json!({"choices": [{"delta": {"refusal": "no".repeat(REPLY_LIMIT / 8)}}]});
    let body = format!("data: {piece}\n\n").repeat(6);
    let error = failure(vec![Act::Answer(replay::made(
        "HTTP/1.1 200 OK\ncontent-type: text/event-stream",
        &body,
    ))])
    .await;
    assert!(
        matches!(error, LlmError::StreamBroken(BrokenStream::TooLong { .. })),
        "{error:?}"
    );
}

#[test]
fn settings_that_cannot_work_are_told_at_the_start() {
    for base_url in ["", "api.openai.com/v1", "ftp://host/v1", "http://"] {
        let error = models(open_ai(base_url), ample()).err();
        let expected = SetupError::BaseUrl {
            variable: "OPENAI_BASE_URL".into(),
        };
        assert_eq!(format!("{error:?}"), format!("{:?}", Some(expected)), "{base_url}");
    }
    let broken = || Some(SecretString::from("a\nb"));
    let (base_url, model) = ("http://host/v1".to_owned(), "m".to_owned());
    let open_ai = Provider::OpenAi {
        server: None,
        base_url: base_url.clone(),
        api_key: broken(),
        model: model.clone(),
    };
    let anthropic = Provider::Anthropic {
        base_url,
        api_key: broken(),
        model,
    };
    for (provider, name) in [(open_ai, "OPENAI_API_KEY"), (anthropic, "ANTHROPIC_API_KEY")] {
        let error = models(provider, ample()).err();
        assert!(
            matches!(&error, Some(SetupError::Key { variable }) if *variable == name),
            "{error:?}"
        );
    }
}
