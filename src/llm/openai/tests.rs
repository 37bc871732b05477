//! What each fault on the way to a model gives, over real connections.

use futures_util::StreamExt;
use tokio::net::TcpSocket;

use super::reply::REPLY_LIMIT;
use super::*;
use crate::llm::replay::{self, Act};
use crate::llm::{Llm, Message, Provider, Role, Settings};

const KEY: &str = "sk-test-0123456789abcdef";
const REPLY: &str = "```python\nimport matplotlib.pyplot as plt\n\nplt.bar([\"Äpfel\", \"柿\"], [3, 5])\n\
    plt.title(\"Früchte 🍎\")\nplt.show()\n```";

/// Long enough for a loopback connection on a busy machine.
const AMPLE: Duration = Duration::from_secs(20);
/// For what is meant to run out.
const BRIEF: Duration = Duration::from_millis(80);

fn ample() -> Deadlines {
    Deadlines {
        connect: AMPLE,
        first_token: AMPLE,
        idle: AMPLE,
        total: AMPLE,
    }
}

fn connect(base_url: &str, deadlines: Deadlines) -> Llm {
    let provider = Provider::OpenAi {
        base_url: base_url.into(),
        api_key: Some(SecretString::from(KEY)),
        model: "m".into(),
    };
    Llm::new(Settings {
        provider,
        deadlines,
        most_tokens: NonZeroU32::new(500),
    })
    .unwrap()
}

fn question() -> Vec<Message> {
    let content = "Draw \"bars\".".to_owned();
    vec![Message {
        role: Role::User,
        content,
    }]
}

async fn ask(llm: &Llm) -> (String, Option<LlmError>) {
    let (mut text, mut error) = (String::new(), None);
    let mut stream = std::pin::pin!(llm.stream(question()));
    while let Some(item) = stream.next().await {
        assert!(error.is_none(), "nothing follows an error");
        match item {
            Ok(piece) => text.push_str(&piece),
            Err(failure) => error = Some(failure),
        }
    }
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
async fn every_dialect_gives_the_same_reply() {
    for name in ["openai", "vllm-reasoning", "ollama", "openrouter", "plain-json"] {
        for piece in [1, 3, 4096] {
            let (text, error) = ask_server(vec![Act::Dribble(replay::read(name), piece)]).await;
            assert!(error.is_none(), "{name}: {error:?}");
            assert_eq!(text, REPLY, "{name} in pieces of {piece}");
        }
    }
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
async fn the_request_is_what_the_dialect_wants() {
    let server = replay::serve(vec![Act::Answer(replay::read("openai"))]);
    ask(&connect(&format!("{}/", server.base_url), ample())).await;
    let request = server.requests.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
    assert!(
        head.to_lowercase().contains(&format!("authorization: bearer {KEY}")),
        "{head}"
    );
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let messages = serde_json::json!([{"role": "user", "content": "Draw \"bars\"."}]);
    assert_eq!(body["messages"], messages);
    assert_eq!((&body["model"], &body["stream"]), (&"m".into(), &true.into()));
    assert!(body["temperature"].as_f64().unwrap() < 0.5);
}

#[tokio::test]
async fn without_a_key_nothing_is_said_of_one() {
    for api_key in [None, Some(SecretString::from(" \n"))] {
        let server = replay::serve(vec![Act::Answer(replay::read("ollama"))]);
        let (base_url, model) = (server.base_url.clone(), "m".to_owned());
        let provider = Provider::OpenAi {
            base_url,
            api_key,
            model,
        };
        let llm = Llm::new(Settings {
            provider,
            deadlines: ample(),
            most_tokens: None,
        })
        .unwrap();
        assert_eq!(ask(&llm).await.0, REPLY);
        assert!(!server.requests.recv().unwrap().to_lowercase().contains("authorization"));
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_and_not_tried_again() {
    for (name, expected) in [("openai-wrong-key", 401), ("nim-forbidden", 403)] {
        let error = failure(vec![Act::Answer(replay::read(name))]).await;
        let LlmError::KeyRejected { status, message } = &error else {
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
    let provider = Provider::OpenAi {
        base_url: "http://user:secret-word@host/v1".into(),
        api_key: Some(SecretString::from(KEY)),
        model: "m".into(),
    };
    let settings = format!(
        "{:?}",
        Settings {
            provider,
            deadlines: ample(),
            most_tokens: None,
        }
    );
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
async fn what_may_pass_is_tried_once_more() {
    for name in ["rate-limit-brief", "llama-cpp-loading", "openrouter-early-error"] {
        let again = [name, "openai"].map(|name| Act::Answer(replay::read(name)));
        let (text, error) = ask_server(again.into()).await;
        assert_eq!((text.as_str(), error.is_none()), (REPLY, true), "{name}: {error:?}");
    }
    let thrice = ["rate-limit-brief", "llama-cpp-loading", "openai"];
    let error = failure(thrice.map(|name| Act::Answer(replay::read(name))).into()).await;
    assert_eq!(error.code(), "model_unavailable", "the second failure is given");
    assert_eq!(error.upstream_message(), Some("Loading model"));
}

#[tokio::test]
async fn a_failing_server_is_told() {
    let twice = ["bad-gateway", "bad-gateway"].map(|name| Act::Answer(replay::read(name)));
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

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let (_, error) = ask(&connect(&replay::refused(), ample())).await;
    assert!(matches!(error, Some(LlmError::Unreachable(_))), "{error:?}");
}

#[tokio::test]
async fn a_host_that_does_not_even_refuse_runs_into_the_deadline() {
    // Nothing is accepted and the queue is short, so that the kernel leaves further connections unanswered.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    let mut waiting = Vec::new();
    while let Ok(connection) = tokio::time::timeout(BRIEF, tokio::net::TcpStream::connect(address)).await {
        waiting.push(connection);
        assert!(waiting.len() < 64, "the queue does not fill");
    }
    let deadlines = Deadlines {
        connect: BRIEF,
        ..ample()
    };
    let (_, error) = ask(&connect(&format!("http://{address}/v1"), deadlines)).await;
    let timeout = matches!(
        error,
        Some(LlmError::Timeout {
            phase: Phase::Connect,
            after: BRIEF
        })
    );
    assert!(timeout, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_before_the_first_word_has_an_end() {
    let comments = replay::made("HTTP/1.1 200 OK\ncontent-type: text/event-stream", ": wait\n\n");
    for act in [Act::Silence, Act::Stall(comments, 8)] {
        let server = replay::serve(vec![act]);
        let deadlines = Deadlines {
            first_token: BRIEF,
            ..ample()
        };
        let (_, error) = ask(&connect(&server.base_url, deadlines)).await;
        let phase = Phase::FirstToken;
        let expected = LlmError::Timeout { phase, after: BRIEF };
        assert_eq!(format!("{error:?}"), format!("{:?}", Some(expected)));
        server
            .hung_up
            .recv_timeout(AMPLE)
            .expect("the upstream call is cancelled");
    }
}

/// Some bytes of the transcript `openai`: several words of the reply, not its end.
const MIDDLE: usize = 1200;

#[tokio::test(flavor = "multi_thread")]
async fn silence_in_the_middle_has_an_end() {
    let server = replay::serve(vec![Act::Stall(replay::read("openai"), MIDDLE)]);
    let deadlines = Deadlines { idle: BRIEF, ..ample() };
    let (text, error) = ask(&connect(&server.base_url, deadlines)).await;
    assert!(!text.is_empty() && REPLY.starts_with(&text), "{text}");
    assert!(
        matches!(error, Some(LlmError::Timeout { phase: Phase::Idle, .. })),
        "{error:?}"
    );
    server
        .hung_up
        .recv_timeout(AMPLE)
        .expect("the upstream call is cancelled");
}

#[tokio::test]
async fn the_whole_call_has_an_end() {
    let server = replay::serve(vec![Act::Stall(replay::read("openai"), MIDDLE)]);
    let deadlines = Deadlines {
        total: 3 * BRIEF,
        ..ample()
    };
    let (_, error) = ask(&connect(&server.base_url, deadlines)).await;
    assert!(
        matches!(
            error,
            Some(LlmError::Timeout {
                phase: Phase::Total,
                ..
            })
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stream_cut_anywhere_before_its_end_is_broken() {
    let whole = replay::read("openai").body;
    let end = String::from_utf8_lossy(&whole)
        .find("\"finish_reason\":\"stop\"")
        .unwrap();
    for size in [0, 1, 40, MIDDLE, end - 1] {
        let (text, error) = ask_server(vec![Act::Cut(replay::read("openai"), size)]).await;
        assert!(REPLY.starts_with(&text), "{text}");
        assert!(matches!(error, Some(LlmError::StreamBroken(_))), "{size}: {error:?}");
    }
    // Closed in good order, but the reply was not at its end.
    let head = "HTTP/1.1 200 OK\ncontent-type: text/event-stream";
    let part = String::from_utf8(whole[..end].to_vec()).unwrap();
    let (_, error) = ask_server(vec![Act::Answer(replay::made(head, &part))]).await;
    let cut = matches!(error, Some(LlmError::StreamBroken(BrokenStream::Cut)));
    assert!(cut, "{error:?}");
    let (_, error) = ask_server(vec![Act::HangUp]).await;
    assert!(matches!(error, Some(LlmError::StreamBroken(_))), "{error:?}");
}

#[tokio::test]
async fn a_reply_that_is_complete_survives_the_loss_of_what_follows() {
    let body = replay::read("openai").body;
    let text = String::from_utf8_lossy(&body).into_owned();
    let reason = text.find("\"finish_reason\":\"stop\"").unwrap();
    let size = reason + text[reason..].find("\n\n").unwrap() + 2;
    for act in [
        Act::Cut(replay::read("openai"), size),
        Act::Stall(replay::read("openai"), size),
    ] {
        let (text, error) = ask_server(vec![act]).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(text, REPLY);
    }
}

#[tokio::test]
async fn what_is_no_reply_is_told_apart() {
    let cases = [
        ("rubbish", "model_stream_broken"),
        ("web-page", "model_stream_broken"),
        ("openai-server-error", "model_stream_broken"),
        ("openrouter-error", "model_stream_broken"),
        ("openai-length", "model_stream_broken"),
        ("empty", "model_empty"),
        ("openai-refusal", "model_refused"),
        ("openai-content-filter", "model_refused"),
    ];
    for (name, code) in cases {
        let (_, error) = answered(name).await;
        assert_eq!(error.as_ref().map(LlmError::code), Some(code), "{name}: {error:?}");
    }
    let error = answered("openrouter-error").await.1.unwrap();
    assert_eq!(error.upstream_message(), Some("Provider disconnected unexpectedly"));
    let error = answered("openai-refusal").await.1.unwrap();
    assert_eq!(error.upstream_message(), Some("I'm sorry, but I can't help with that."));
}

#[tokio::test]
async fn a_reply_without_end_is_stopped() {
    let head = "HTTP/1.1 200 OK\ncontent-type: text/event-stream";
    let word = "x".repeat(1000);
    let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{word}\"}}}}]}}\n\n");
    let events = event.repeat(REPLY_LIMIT / word.len() + 2);
    let (text, error) = ask_server(vec![Act::Answer(replay::made(head, &events))]).await;
    assert!(text.len() <= REPLY_LIMIT);
    let stopped = matches!(error, Some(LlmError::StreamBroken(BrokenStream::TooLong { .. })));
    assert!(stopped, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_leaves_cancels_the_upstream_call() {
    let server = replay::serve(vec![Act::Stall(replay::read("openai"), MIDDLE)]);
    let llm = connect(&server.base_url, ample());
    let mut stream = Box::pin(llm.stream(question()));
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    server
        .hung_up
        .recv_timeout(AMPLE)
        .expect("the upstream call is cancelled");
}

#[test]
fn settings_that_cannot_work_are_told_at_the_start() {
    let with = |base_url: &str, key: &str| {
        let provider = Provider::OpenAi {
            base_url: base_url.into(),
            api_key: Some(SecretString::from(key)),
            model: "m".into(),
        };
        Llm::new(Settings {
            provider,
            deadlines: Deadlines::default(),
            most_tokens: None,
        })
    };
    for base_url in ["", "api.openai.com/v1", "ftp://host/v1", "http://"] {
        assert!(matches!(with(base_url, KEY), Err(SetupError::BaseUrl)), "{base_url}");
    }
    assert!(matches!(with("http://host/v1", "a\nb"), Err(SetupError::Key)));
    assert_eq!(with("http://host/v1", KEY).unwrap().name(), "openai:m");
}

#[test]
fn the_call_stands_below_the_base() {
    for (base_url, expected) in [
        (
            "https://api.openai.com/v1",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            " http://localhost:11434/v1/ ",
            "http://localhost:11434/v1/chat/completions",
        ),
        ("http://host", "http://host/chat/completions"),
        (
            "https://host/openai/x?api-version=1",
            "https://host/openai/x/chat/completions?api-version=1",
        ),
    ] {
        assert_eq!(endpoint(base_url).unwrap().as_str(), expected);
    }
}
