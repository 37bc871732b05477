//! The binary itself, with the real runtime in it: how it starts, what survives it, how it ends.
//!
//! Needs `pyodide-bundle/dist`, which `cargo xtask bundle` makes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_types, reason = "these tests are about a process")]

mod secrets;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

struct Server {
    process: Child,
    address: String,
}

fn command(data: &Path, words: &[&str]) -> Command {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("pyodide-bundle/dist/runtime.json");
    assert!(
        dist.exists(),
        "these tests need the Python runtime: run `cargo xtask bundle`"
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandplot"));
    command
        .env_clear()
        .env("SANDPLOT_LISTEN", "127.0.0.1:0")
        .env("SANDPLOT_DATA_DIR", data)
        // An Ollama on the machine of the tests is none of their business.
        .env("OLLAMA_HOST", "127.0.0.1:9")
        .env("SANDPLOT_MODEL", "none")
        .args(words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(data: &Path, words: &[&str]) -> Output {
    command(data, words).output().unwrap()
}

impl Server {
    fn start(data: &Path, words: &[&str]) -> Server {
        Server::spawn(&mut command(data, words))
    }

    fn spawn(command: &mut Command) -> Server {
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        match line.trim_end().strip_prefix("listening on http://") {
            Some(address) => Server {
                address: address.to_owned(),
                process,
            },
            None => panic!(
                "{line:?} {}",
                Server {
                    address: String::new(),
                    process
                }
                .log()
            ),
        }
    }

    /// Reached from this machine, wherever it listens.
    fn at_loopback(mut self) -> Server {
        let port = self.address.rsplit_once(':').unwrap().1;
        self.address = format!("127.0.0.1:{port}");
        self
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, request: &str) -> String {
        let mut answer = String::new();
        self.send(request).read_to_string(&mut answer).unwrap();
        answer
    }

    fn post(accept: &str, body: &str) -> String {
        let length = body.len();
        format!(
            "POST /api/v1/charts HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: {accept}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    }

    fn get(path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// What the process wrote to standard error until its end.
    fn log(mut self) -> String {
        let mut log = String::new();
        // A test may have sent it elsewhere.
        if let Some(mut written) = self.process.stderr.take() {
            written.read_to_string(&mut log).unwrap();
        }
        self.process.wait().unwrap();
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
}

#[test]
fn behind_a_proxy_that_is_believed_each_person_has_limits_of_their_own() {
    let stored = |server: &Server, who: &str| {
        let plain = Server::post("application/json", r#"{"program":"1"}"#);
        let request = plain.replacen(
            "host: localhost",
            &format!("host: localhost\r\nx-forwarded-for: {who}"),
            1,
        );
        server.ask(&request).starts_with("HTTP/1.1 201")
    };
    let data = tempfile::tempdir().unwrap();
    let limit = "--client-requests-per-minute=1";
    let server = Server::start(data.path(), &[limit, "--trusted-proxy=127.0.0.1"]);
    assert!(stored(&server, "192.0.2.7") && !stored(&server, "192.0.2.7"));
    assert!(stored(&server, "192.0.2.8"));
    assert!(
        !stored(&server, "192.0.2.9, 192.0.2.8"),
        "what a client says of itself does not count"
    );
    drop(server);
    let server = Server::start(data.path(), &[limit]);
    assert!(
        stored(&server, "192.0.2.7") && !stored(&server, "192.0.2.8"),
        "nobody is believed unasked"
    );
}

#[test]
fn an_answered_chart_survives_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let stored = server.ask(&Server::post(
        "application/json",
        r#"{"program":"print(1)","question":"one?"}"#,
    ));
    assert!(stored.starts_with("HTTP/1.1 201"), "{stored}");
    server.signal("-KILL");
    drop(server);

    let server = Server::start(data.path(), &[]);
    let chart = body(&stored);
    let read = server.ask(&Server::get(&format!(
        "/api/v1/charts/{}",
        chart["id"].as_str().unwrap()
    )));
    assert_eq!(body(&read), chart);
}

#[test]
fn told_to_end_it_lets_a_reply_end_and_takes_no_new_request() {
    let data = tempfile::tempdir().unwrap();
    let script = data.path().join("script.json");
    std::fs::write(
        &script,
        r#"{"replies":[{"reply":"```python\nprint(1)\n```","chunks":10,"delayMs":150}]}"#,
    )
    .unwrap();
    let server = Server::start(data.path(), &[&format!("--model=scripted:{}", script.display())]);
    let mut stream = server.send(&Server::post("text/event-stream", r#"{"question":"one?"}"#));
    let mut beginning = [0; 512];
    let length = stream.read(&mut beginning).unwrap();
    assert!(length > 0);
    server.signal("-TERM");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("event: program") && rest.contains("event: done"),
        "{rest}"
    );
    assert!(TcpStream::connect(&server.address).is_err());
    let mut server = server;
    assert!(server.process.wait().unwrap().success());
}

#[test]
fn a_request_leaves_one_line_that_says_nothing_of_its_content() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--log-format=json"]);
    server.ask(&Server::post(
        "application/json",
        r#"{"program":"SECRET1","question":"SECRET2"}"#,
    ));
    server.ask(&Server::get("/charts/SECRET3?SECRET4"));
    server.signal("-TERM");
    let log = server.log();
    assert!(!log.contains("SECRET"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: Vec<&Value> = lines.iter().filter(|line| line["request.id"].is_string()).collect();
    assert_eq!(requests.len(), 2, "{log}");
    assert_eq!(
        (&requests[0]["route"], &requests[0]["status"]),
        (&"/api/v1/charts".into(), &201.into())
    );
    assert_eq!(
        (&requests[1]["route"], &requests[1]["error.code"]),
        (&"/charts/{id}".into(), &"not_found".into())
    );
    for field in ["duration_ms", "bytes"] {
        assert!(requests.iter().all(|line| line[field].is_u64()), "{log}");
    }
}

#[test]
fn the_real_runtime_is_served_by_its_description() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let page = server.ask(&Server::get("/"));
    let json = page
        .split_once("id=\"page-data\">")
        .unwrap()
        .1
        .split_once("</script>")
        .unwrap()
        .0;
    let runtime = &serde_json::from_str::<Value>(json).unwrap()["runtime"];
    let files = runtime["files"].as_array().unwrap();
    assert!(files.len() > 20);
    for file in files {
        let url = format!(
            "/runtime/{}/{}",
            file["sha256"].as_str().unwrap(),
            file["name"].as_str().unwrap()
        );
        for encoding in ["zstd", "br"] {
            let head = format!(
                "HEAD {url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept-encoding: {encoding}\r\n\r\n"
            );
            let answer = server.ask(&head);
            assert!(
                answer.starts_with("HTTP/1.1 200") && answer.contains(&format!("content-encoding: {encoding}")),
                "{answer}"
            );
        }
    }
    // The whole of one file, as a client without any encoding gets it.
    let harness = files
        .iter()
        .find(|file| file["name"] == runtime["core"]["harness"])
        .unwrap();
    let url = format!(
        "/runtime/{}/{}",
        harness["sha256"].as_str().unwrap(),
        harness["name"].as_str().unwrap()
    );
    let mut answer = Vec::new();
    server.send(&Server::get(&url)).read_to_end(&mut answer).unwrap();
    let start = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    use sha2::Digest as _;
    let hash: String = sha2::Sha256::digest(&answer[start..])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(harness["sha256"], hash.as_str());
}

#[test]
fn the_version_names_the_server_and_the_runtime() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["--version"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with(concat!(
            "sandplot ",
            env!("CARGO_PKG_VERSION"),
            " (pyodide 314.0.3, python 3.14"
        )),
        "{text}"
    );
    assert!(output.status.success());
}

/// One digest of everything the sandbox is given, wherever one looks.
#[test]
fn the_version_the_readiness_and_the_page_show_the_same_root_digest() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let ready = body(&server.ask(&Server::get("/readyz")));
    let digest = ready["digest"].as_str().unwrap();
    assert!(
        digest.len() >= 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{digest}"
    );
    let version = String::from_utf8(run(data.path(), &["--version"]).stdout).unwrap();
    assert!(version.contains(digest), "{version}");
    let page = server.ask(&Server::get("/"));
    assert!(page.contains(&format!("\"digest\":\"{digest}\"")));
}

#[test]
fn where_others_can_reach_it_it_starts_with_a_token_or_a_word() {
    let data = tempfile::tempdir().unwrap();
    let open = |environment: &[(&str, &str)]| {
        let mut command = command(data.path(), &["--listen=0.0.0.0:0"]);
        let server = Server::spawn(command.envs(environment.iter().copied()));
        server.at_loopback()
    };
    let locked = open(&[("SANDPLOT_ACCESS_TOKEN", "correct-horse")]);
    let refused = locked.ask(&Server::get("/api/v1/charts/x"));
    assert_eq!(body(&refused)["error"]["code"], "unauthorized");
    let free = open(&[("SANDPLOT_NO_AUTH", "1")]);
    assert!(free.ask(&Server::get("/")).starts_with("HTTP/1.1 200"));
    let named = free.ask(&Server::get("/api/v1/charts/x").replace("localhost", "evil.example"));
    assert_eq!(body(&named)["error"]["code"], "unknown_host");
    // Set to nothing is not set.
    let mut command = command(data.path(), &["--listen=0.0.0.0:0"]);
    let unset = command
        .envs([("SANDPLOT_NO_AUTH", ""), ("SANDPLOT_ACCESS_TOKEN", "")])
        .output()
        .unwrap();
    assert!(!unset.status.success());
}

#[test]
fn the_metrics_say_what_was_asked_of_which_model_and_what_it_took() {
    let data = tempfile::tempdir().unwrap();
    let script = data.path().join("script.json");
    let replies = r#"{"replies": [{"when": "busy", "fault": "429", "retryAfter": 30},
        {"when": "in line", "waits": [{"queued": 1}], "delayMs": 400, "chunks": 1, "reply": "```python\nx = 1\n```"},
        {"reply": "```python\nx = 1\n```", "usage": {"input": 900, "output": 40}}]}"#;
    std::fs::write(&script, replies).unwrap();
    let model = format!("--model=scripted:{}", script.display());
    let server = Server::start(data.path(), &[&model, "--client-requests-per-minute=4"]);
    let asked = server.ask(&Server::post("application/json", r#"{"question":"one?"}"#));
    assert!(asked.starts_with("HTTP/1.1 201"), "{asked}");
    let id = body(&asked)["id"].as_str().unwrap().to_owned();
    let repair = Server::post("application/json", r#"{"traceback":"NameError"}"#).replacen(
        "/api/v1/charts",
        &format!("/api/v1/charts/{id}/repair"),
        1,
    );
    assert!(server.ask(&repair).starts_with("HTTP/1.1 201"));
    let waited = server.ask(&Server::post("application/json", r#"{"question":"in line"}"#));
    assert!(waited.starts_with("HTTP/1.1 201"), "{waited}");
    for status in ["HTTP/1.1 429", "HTTP/1.1 429"] {
        let busy = server.ask(&Server::post("application/json", r#"{"question":"busy"}"#));
        assert!(busy.starts_with(status), "{busy}");
    }
    let metrics = server.ask(&Server::get("/metrics"));
    for line in [
        r#"sandplot_asked_total{kind="question",model="scripted",outcome="ok"} 2"#,
        r#"sandplot_asked_total{kind="repair",model="scripted",outcome="ok"} 1"#,
        r#"sandplot_repairs_total{round="1",model="scripted",outcome="ok"} 1"#,
        r#"sandplot_asked_total{kind="question",model="scripted",outcome="model_rate_limited"} 1"#,
        r#"sandplot_model_first_token_seconds_count{model="scripted"} 3"#,
        r#"sandplot_model_reply_seconds_count{model="scripted"} 3"#,
        // Of the 1200 ms that one took, the 800 until its turn are not the model's.
        r#"sandplot_model_first_token_seconds_bucket{model="scripted",le="1"} 3"#,
        r#"sandplot_model_reply_seconds_bucket{model="scripted",le="1"} 3"#,
        r#"sandplot_question_seconds_bucket{model="scripted",way="program",le="1"} 2"#,
        r#"sandplot_question_seconds_count{model="scripted",way="program"} 3"#,
        r#"sandplot_model_tokens_total{model="scripted",direction="input"} 1800"#,
        r#"sandplot_model_tokens_total{model="scripted",direction="output"} 80"#,
        r#"sandplot_limited_total{limit="requests",of="client"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

/// Loses the first connection, answers the second.
fn lossy(listener: &TcpListener) -> std::io::Result<()> {
    let answer = r#"{"choices":[{"message":{"content":"```python\nx = 1\n```"}}]}"#;
    for (at, stream) in listener.incoming().take(2).enumerate() {
        let mut stream = stream?;
        let mut request = String::new();
        while !request.contains("\"stream\":") {
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer)?;
            request.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
        if at > 0 {
            let length = answer.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}"
            )?;
        }
    }
    Ok(())
}

#[test]
fn a_retry_leaves_a_line_that_says_nothing_of_the_question() {
    let data = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("--openai-base-url=http://{}/v1", listener.local_addr().unwrap());
    let upstream = std::thread::spawn(move || lossy(&listener));
    let mut command = command(data.path(), &["--model=openai:m", &address, "--log-format=json"]);
    let server = Server::spawn(command.env("OPENAI_API_KEY", "SECRET-KEY-0123456789"));
    let answer = server.ask(&Server::post("application/json", r#"{"question":"SECRET?"}"#));
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    upstream.join().unwrap().unwrap();
    server.signal("-TERM");
    let log = server.log();
    assert!(!log.contains("SECRET"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let retries: Vec<&Value> = lines.iter().filter(|line| line["llm.failures"] == 1).collect();
    let [retry] = retries.as_slice() else { panic!("{log}") };
    assert_eq!(
        (&retry["llm.model"], &retry["error.code"], retry["pause_ms"].is_u64()),
        (&"openai:m".into(), &"model_stream_broken".into(), true)
    );
}

#[test]
fn a_health_check_answers_with_its_exit_code() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert!(
        run(data.path(), &["healthcheck", "--listen", &server.address])
            .status
            .success()
    );
    let address = server.address.clone();
    drop(server);
    let output = run(data.path(), &["healthcheck", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains(&address));
}

#[test]
fn what_cannot_start_says_why_in_one_line_and_at_once() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let rows: [(&[&str], &str); 9] = [
        (
            &["--listen=0.0.0.0:0"],
            "is \"0.0.0.0:0\", which others can reach: set SANDPLOT_ACCESS_TOKEN",
        ),
        (&["--listen=[::]:0"], "or say --no-auth (SANDPLOT_NO_AUTH=1)"),
        (
            &["--public-url=https://charts.example"],
            "is \"charts.example\", which others can reach",
        ),
        (
            &["--allowed-host=a:1"],
            "--allowed-host (SANDPLOT_ALLOWED_HOSTS) has \"a:1\"",
        ),
        (&["--listen=8080"], "--listen (SANDPLOT_LISTEN) is \"8080\""),
        (&["--model=gpt"], "--model (SANDPLOT_MODEL) has \"gpt\""),
        (
            &["--model=scripted:/nowhere"],
            "--model (SANDPLOT_MODEL): the script /nowhere cannot be read: No such file",
        ),
        (&["--log=a=b=c"], "--log (SANDPLOT_LOG) is \"a=b=c\""),
        (&["--run-seconds=0"], "--run-seconds"),
    ];
    for (words, said) in rows {
        let begun = Instant::now();
        let output = run(data.path(), words);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(said), "{words:?}: {text}");
        assert!(output.stdout.is_empty() && begun.elapsed() < Duration::from_secs(10));
    }
    let output = run(&file.join("data"), &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("file/data cannot be created"), "{text}");
}
