//! A reader who leaves: the call to the model ends, and nothing is stored. Over real sockets, because only they can be closed.

use std::time::Duration;

use sandplot::llm::Provider;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::TestApp;

const PATIENCE: Duration = Duration::from_secs(20);

/// A model that says one word and then nothing, until it is hung up on.
async fn one_word(listener: TcpListener) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 64 << 10];
    let mut length = 0;
    while !request[..length].windows(4).any(|window| window == b"\r\n\r\n") {
        length += stream.read(&mut request[length..]).await.unwrap();
    }
    let event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"first word\"},\"finish_reason\":null}]}\n\n";
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    stream
        .write_all(format!("{head}{:x}\r\n{event}\r\n", event.len()).as_bytes())
        .await
        .unwrap();
    // What is left of the request's body comes first; then only the end of the connection.
    while !matches!(stream.read(&mut request).await, Ok(0) | Err(_)) {}
}

async fn connect(accept: &str) -> (TestApp, TcpStream, impl Future<Output = ()>) {
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", upstream.local_addr().unwrap());
    let app = TestApp::with(Some(Provider::OpenAi {
        server: None,
        base_url,
        api_key: None,
        model: "m".into(),
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut reader = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let body = r#"{"question":"x"}"#;
    let length = body.len();
    let request = format!(
        "POST /api/v1/charts HTTP/1.1\r\nhost: localhost\r\naccept: {accept}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    reader.write_all(request.as_bytes()).await.unwrap();
    let router = app.router.clone();
    let both = async move {
        tokio::select! {
            served = axum::serve(listener, router) => served.unwrap(),
            () = one_word(upstream) => {}
        }
    };
    (app, reader, both)
}

#[tokio::test]
async fn leaving_in_the_middle_of_the_stream_hangs_up_on_the_model() {
    let (app, mut reader, until_hung_up) = connect("text/event-stream").await;
    let read_and_leave = async move {
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("first word") {
            let mut buffer = vec![0; 4096];
            let length = reader.read(&mut buffer).await.unwrap();
            assert!(length > 0, "the server hung up: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..length]);
        }
    };
    timeout(PATIENCE, async { tokio::join!(until_hung_up, read_and_leave) })
        .await
        .expect("the model is hung up on");
    assert_eq!(app.stored_charts(), 0);
}

#[tokio::test]
async fn leaving_while_the_one_answer_is_awaited_hangs_up_on_the_model() {
    let (app, reader, until_hung_up) = connect("application/json").await;
    let leave = async move {
        // The request is on its way; the answer will not come. Half a second is enough for it to reach the model, and if it
        // does not, the test is weaker, not wrong.
        tokio::time::sleep(Duration::from_millis(500)).await;
        drop(reader);
    };
    timeout(PATIENCE, async { tokio::join!(until_hung_up, leave) })
        .await
        .expect("the model is hung up on");
    assert_eq!(app.stored_charts(), 0);
}
