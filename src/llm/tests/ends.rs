//! Every call ends: where nobody answers, where somebody falls silent, where the connection is cut, where the reader leaves.

use tokio::net::TcpSocket;

use super::*;

/// For what is meant to run out.
const BRIEF: Duration = Duration::from_millis(80);

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let (_, error) = ask(&connect(&replay::refused(), ample())).await;
    assert!(matches!(error, Some(LlmError::Unreachable { .. })), "{error:?}");
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
        // Before the first word it is tried again, in vain.
        let acts = (0..3).map(|_| Act::Cut(replay::read("openai"), size)).collect();
        let (text, error) = ask_server(acts).await;
        assert!(REPLY.starts_with(&text), "{text}");
        assert!(matches!(error, Some(LlmError::StreamBroken(_))), "{size}: {error:?}");
    }
    // Closed in good order, but the reply was not at its end.
    let head = "HTTP/1.1 200 OK\ncontent-type: text/event-stream";
    let part = String::from_utf8(whole[..end].to_vec()).unwrap();
    let (_, error) = ask_server(vec![Act::Answer(replay::made(head, &part))]).await;
    let cut = matches!(error, Some(LlmError::StreamBroken(BrokenStream::Cut)));
    assert!(cut, "{error:?}");
    let (_, error) = ask_server(vec![Act::HangUp, Act::HangUp, Act::HangUp]).await;
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
    let mut stream = llm.stream(request(question(), None));
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    server
        .hung_up
        .recv_timeout(AMPLE)
        .expect("the upstream call is cancelled");
}
