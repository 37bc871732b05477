//! What a client can try with a connection: slowness, floods, heads beyond measure, several requests that look like one. Over real
//! sockets, with less patience than people get.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use proptest::prelude::*;
use sandplot::llm::Provider;
use sandplot::web::{Patience, serve_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::TestApp;

/// For what is meant to happen.
const AMPLE: Duration = Duration::from_secs(30);
/// For what is meant to run out.
const BRIEF: Duration = Duration::from_millis(200);

fn patience() -> Patience {
    Patience {
        head: AMPLE,
        stall: AMPLE,
        ..Patience::default()
    }
}

/// Runs `client` against a server, both on this thread, and ends with it.
async fn against<T>(router: Router, patience: Patience, client: impl AsyncFnOnce(Client) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = serve_until(listener, router, patience, std::future::pending());
    tokio::select! {
        () = serving => panic!("the server ended by itself"),
        result = timeout(AMPLE, client(Client { address })) => result.expect("an end"),
    }
}

#[derive(Clone, Copy)]
struct Client {
    address: std::net::SocketAddr,
}

impl Client {
    async fn open(self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may hang up while it is still being written to.
        let _ = stream.write_all(bytes).await;
        stream
    }

    /// What comes until the server hangs up.
    async fn ask(self, bytes: impl AsRef<[u8]>) -> String {
        rest(&mut self.open(bytes.as_ref()).await).await
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is as much of an end as any.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LAST: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_head_that_does_not_come_and_a_connection_without_a_request_are_hung_up_on() {
    let impatient = Patience {
        head: BRIEF,
        ..patience()
    };
    against(TestApp::new().router, impatient, async |client| {
        for beginning in ["", "GET", "GET / HTTP/1.1\r\nhost: localhost\r\nx: "] {
            assert_eq!(client.ask(beginning).await, "", "{beginning:?}");
        }
        // One that drips is not given more time.
        let mut dripping = client.open(b"GET / HTTP/1.1\r\n").await;
        while dripping.write_all(b"x-drip: 1\r\n").await.is_ok() {
            tokio::time::sleep(BRIEF / 4).await;
        }
        // After a reply the next head has its time as well, and no more.
        assert!(client.ask(GET).await.ends_with("ok\n"));
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_takes_long_is_no_slow_client() {
    let script = tempfile::NamedTempFile::new().unwrap();
    let reply = r#"{"replies":[{"reply":"```python\nprint(1)\n```","chunks":6,"delayMs":150}]}"#;
    std::fs::write(&script, reply).unwrap();
    let file = script.path().to_owned();
    let impatient = Patience {
        head: BRIEF,
        stall: BRIEF,
        ..patience()
    };
    let app = TestApp::with(Some(Provider::Scripted { file }));
    against(app.router.clone(), impatient, async |client| {
        for accept in ["text/event-stream", "application/json"] {
            let body = r#"{"question":"x"}"#;
            let length = body.len();
            let head = format!(
                "POST /api/v1/charts HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: {accept}\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            let answer = client.ask(head).await;
            assert!(answer.contains("\"program\":\"print(1)"), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_takes_nothing_of_a_reply_is_hung_up_on() {
    const LENGTH: usize = 64 << 20;
    let router = Router::new().route("/", get(async || vec![b'x'; LENGTH]));
    let impatient = Patience {
        stall: BRIEF,
        connections: 1,
        ..patience()
    };
    against(router, impatient, async |client| {
        let mut stalled = client.open(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        // There is one place, so this is served once the stalled client has lost it.
        let whole = client
            .ask("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await;
        assert!(whole.len() > LENGTH);
        assert!(rest(&mut stalled).await.len() < LENGTH);
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_connections_waits_and_is_served_in_its_turn() {
    let few = Patience {
        connections: 2,
        ..patience()
    };
    against(TestApp::new().router, few, async |client| {
        let held = [client.open(b"").await, client.open(b"").await];
        let mut waiting = client.open(LAST.as_bytes()).await;
        let early = timeout(BRIEF, waiting.read_u8()).await;
        assert!(early.is_err(), "served beyond the limit");
        drop(held);
        assert!(rest(&mut waiting).await.ends_with("ok\n"));
    })
    .await;
}

#[tokio::test]
async fn a_head_beyond_measure_is_refused_as_such() {
    against(TestApp::new().router, patience(), async |client| {
        let head =
            |middle: &str| format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{middle}\r\n");
        let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
        for (middle, status) in [
            (format!("x: {}\r\n", "y".repeat(20 << 10)), "200"),
            (format!("x: {}\r\n", "y".repeat(40 << 10)), "431"),
            (format!("x: {}\r\n", "y".repeat(1 << 20)), "431"),
            (many, "431"),
            (format!("{}: 1\r\n", "y".repeat(70 << 10)), "431"),
        ] {
            let answer = client.ask(head(&middle)).await;
            // What is still on its way when the server hangs up can cost the answer itself.
            let refused = status == "431" && answer.is_empty();
            assert!(
                refused || answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{status}: {answer}"
            );
        }
        let long = client
            .ask(format!(
                "GET /{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
                "a".repeat(9000)
            ))
            .await;
        assert!(long.starts_with("HTTP/1.1 414 "), "{long}");
    })
    .await;
}

/// Where two servers in a row read the same bytes differently, one request can hide in the body of another. Each of these is refused,
/// or read in the one way that the standard allows; the hidden request is never answered.
#[tokio::test]
async fn no_request_hides_in_another() {
    let hidden = "GET /hidden HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let length = hidden.len();
    let post = |headers: &str, body: &str| {
        format!(
            "POST /api/v1/charts HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}\r\n\r\n{body}"
        )
    };
    let requests = [
        post("content-length: 0\r\ncontent-length: 5", hidden),
        post(&format!("content-length: {length}\r\ncontent-length: 0"), hidden),
        post(&format!("content-length: +{length}"), hidden),
        post("content-length: 0x10", hidden),
        post("content-length: -1", hidden),
        post("content-length: 99999999999999999999999", hidden),
        post(
            "content-length: 4\r\ntransfer-encoding: chunked",
            &format!("0\r\n\r\n{hidden}"),
        ),
        post("transfer-encoding: xchunked", hidden),
        post("transfer-encoding: chunked, identity", &format!("0\r\n\r\n{hidden}")),
        post("transfer-encoding : chunked", &format!("0\r\n\r\n{hidden}")),
        post(" transfer-encoding: chunked", &format!("0\r\n\r\n{hidden}")),
        post("transfer-encoding: chunked", &format!("fffffffffffffffff\r\n{hidden}")),
        post("transfer-encoding: chunked", &format!("-1\r\n{hidden}")),
        post(
            "transfer-encoding: chunked",
            &format!("0;{}\r\n\r\n", "x".repeat(1 << 20)),
        ),
        format!("GET / HTTP/1.1\r\nhost: localhost\r\n folded: {hidden}"),
        format!("GET / HTTP/1.1\nhost: localhost\0\n\n{hidden}"),
        format!("GET / HTTP/9.9\r\nhost: localhost\r\n\r\n{hidden}"),
        format!("GET  /  HTTP/1.1\r\nhost: localhost\r\n\r\n{hidden}"),
        format!("CONNECT evil.example:80 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n{hidden}"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "GET /\\..\\x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".to_owned(),
        "GET /\0 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}".to_owned(),
    ];
    let impatient = Patience {
        head: BRIEF,
        ..patience()
    };
    against(TestApp::new().router, impatient, async |client| {
        for request in requests {
            let answer = client.ask(&request).await;
            let answers = answer.matches("HTTP/1.1 ").count();
            assert!(answers <= 1, "{request:?}: {answer}");
            let refused = [
                "",
                "HTTP/1.1 400 ",
                "HTTP/1.1 404 ",
                "HTTP/1.1 405 ",
                "HTTP/1.1 421 ",
                "HTTP/1.1 431 ",
            ];
            assert!(
                refused.iter().any(|start| answer.starts_with(start)),
                "{request:?}: {answer}"
            );
            assert!(
                client.ask(LAST).await.ends_with("ok\n"),
                "the server is as well as before"
            );
        }
    })
    .await;
}

proptest! {
    // Each case is a connection.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_over_a_connection_the_server_stays_well(
        streams in prop::collection::vec(
            prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        &b"GET / HTTP/1.1\r\n"[..], b"POST /login HTTP/1.1\r\n", b"host: localhost\r\n", b"content-length: 9\r\n",
                        b"transfer-encoding: chunked\r\n", b"expect: 100-continue\r\n", b"connection: close\r\n", b"\r\n", b"\r\n\r\n",
                        b"5\r\nabcde\r\n", b"0\r\n\r\n", b"\0", b"\n", b" ", b":",
                    ]).prop_map(<[u8]>::to_vec),
                    prop::collection::vec(any::<u8>(), 0..30),
                ],
                0..12,
            ),
            1..4,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let last = runtime.block_on(against(TestApp::with(None).router, patience(), async |client| {
            for stream in streams {
                let mut stream = client.open(&stream.concat()).await;
                let _ = stream.shutdown().await;
                rest(&mut stream).await;
            }
            client.ask(LAST).await
        }));
        prop_assert!(last.ends_with("ok\n"));
    }
}
