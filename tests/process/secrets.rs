//! Keys and tokens are canaries here: whatever goes wrong, they are in nothing that the server writes, sends or keeps.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;

use super::{Server, command};

const KEY: &str = "sk-canary-of-the-model-0123456789";
const OTHER_KEY: &str = "sk-ant-canary-of-the-other-0123456789";
const SERVERS_KEY: &str = "gpu-canary-of-the-server-0123456789";
const TOKEN: &str = "canary-of-the-door-0123456789";
/// In the address of the model.
const PASSWORD: &str = "canary-of-the-address";

fn assert_none(place: &str, text: &[u8]) {
    for canary in [KEY, OTHER_KEY, SERVERS_KEY, TOKEN, PASSWORD] {
        // A part is enough to go on from.
        let part = &canary.as_bytes()[..14];
        let found = text.windows(part.len()).position(|window| window == part);
        if let Some(at) = found {
            let around = &text[at.saturating_sub(200)..(at + 60).min(text.len())];
            panic!("{place} has {canary}: {}", String::from_utf8_lossy(around));
        }
    }
}

/// A model's server that repeats in every way it can what it was sent; it answers as the question says. Its address ends in `path`.
fn echo(key: &'static str, path: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that has left is no concern of this one.
            let _ = stream.and_then(|stream| repeat(stream, key));
        }
    });
    format!("http://user:{PASSWORD}@{address}{path}")
}

fn repeat(mut stream: TcpStream, key: &str) -> std::io::Result<()> {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    let is_whole = |request: &str| match request.starts_with("GET") {
        true => request.contains("\r\n\r\n"),
        false => request.contains("\"stream\":"),
    };
    while !is_whole(&request) {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        request.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    let said = format!("you sent {key}, that is, Bearer {key} to {PASSWORD}, {}", &key[..16]);
    let said = said.replace(PASSWORD, "us");
    let wish = request.split("wish:").nth(1).unwrap_or_default();
    let wish: String = wish.chars().take_while(char::is_ascii_alphanumeric).collect();
    let error = format!(r#"{{"type":"error","error":{{"type":"api_error","message":"{said}"}}}}"#);
    let (status, media_type, body) = match wish.as_str() {
        "rubbish" => ("200 OK", "text/event-stream", format!("data: {said}\n\n")),
        "reported" => ("200 OK", "text/event-stream", format!("data: {error}\n\n")),
        "late" => {
            let begun = r#"data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"},
data: "choices":[{"index":0,"delta":{"content":"a"}}]}"#;
            ("200 OK", "text/event-stream", format!("{begun}\n\ndata: {error}\n\n"))
        }
        "refused" => {
            let refusal = format!(r#"data: {{"choices":[{{"index":0,"delta":{{"refusal":"{said}"}}}}]}}"#);
            ("200 OK", "text/event-stream", format!("{refusal}\n\ndata: [DONE]\n\n"))
        }
        "document" => ("200 OK", "application/json", format!("{{\"choices\": \"{said}\"}}")),
        "page" => ("200 OK", "text/html", format!("<html>{said}")),
        "cut" => ("200 OK", "text/event-stream", "data: {\"choices\":[]}\n\n".to_owned()),
        status => (status, "application/json", error),
    };
    write!(
        stream,
        "HTTP/1.1 {status} {key}\r\ncontent-type: {media_type}\r\nx-echo: {key}\r\nwww-authenticate: {key}\r\nlocation: http://{key}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn no_key_and_no_token_is_in_anything_that_is_written_sent_or_kept() {
    let data = tempfile::tempdir().unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let models = "--model=openai:m,anthropic:m,ollama:m,gpu1:m,openai:*,anthropic:*,ollama:*,gpu1:*";
    let mut command = command(data.path(), &[models, "--log=trace"]);
    command
        .env("OPENAI_API_KEY", KEY)
        .env("ANTHROPIC_API_KEY", OTHER_KEY)
        .env("SANDPLOT_ACCESS_TOKEN", TOKEN)
        .env("OPENAI_BASE_URL", echo(KEY, "/v1"))
        .env("ANTHROPIC_BASE_URL", echo(OTHER_KEY, ""))
        .env("SANDPLOT_SERVERS", format!("gpu1={}", echo(SERVERS_KEY, "/v1")))
        .env("SANDPLOT_KEY_GPU1", SERVERS_KEY)
        .env("OLLAMA_HOST", echo("nothing-that-is-secret", ""));
    command.stderr(Stdio::from(File::create(log.path()).unwrap()));
    let server = Server::spawn(&mut command);

    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let json = format!("{bearer}content-type: application/json\r\n");
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{bearer}\r\n");
    let mut requests = vec![
        post("/login", form, &format!("token={TOKEN}")),
        post("/login", form, &format!("token={TOKEN}x")),
        post("/logout", &bearer, ""),
        post("/login", &json, &format!("token={TOKEN}")),
        post("/api/v1/charts", &json, "{"),
        post("/api/v1/charts", &json, r#"{"program": "1"}"#),
        post("/api/v1/charts", &json.replace(TOKEN, "wrong"), r#"{"program": "1"}"#),
        post(
            "/api/v1/charts",
            &format!("{json}sec-fetch-site: cross-site\r\n"),
            r#"{"program": "1"}"#,
        ),
        post("/api/v1/charts", &bearer, "x"),
        post("/api/v1/charts/x/repair", &json, r#"{"traceback": "x"}"#),
        get("/").replace("localhost", "evil.example"),
        get("/").replace("HTTP/1.1", "HTTP/7.7"),
        get(&format!("/{}", "x".repeat(9000))),
        get("/").replace("authorization", &"x".repeat(40_000)),
        get("/").replace("GET", "BREW"),
    ];
    for path in [
        "/",
        "/login",
        "/charts/x",
        "/api/v1/charts/x",
        "/metrics",
        "/readyz",
        "/healthz",
        "/nothing",
        "/sandbox/worker",
    ] {
        requests.push(get(path));
        requests.push(get(path).replace(TOKEN, "wrong"));
        requests.push(get(path).replace(&bearer, ""));
    }
    let wishes = [
        "400", "401", "403", "404", "408", "422", "429", "500", "503", "301", "rubbish", "reported", "late", "refused",
        "document", "page", "cut",
    ];
    let ask = |model: &str, wish: &str, accept: &str| {
        let body = format!(r#"{{"question": "wish:{wish} ", "model": "{model}"}}"#);
        post("/api/v1/charts", &format!("{json}accept: {accept}\r\n"), &body)
    };
    for wish in wishes {
        requests.push(ask("openai:m", wish, "application/json"));
        requests.push(ask("openai:m", wish, "text/event-stream"));
    }
    // What is the same in all dialects is not asked again: it takes the time of the retries.
    for wish in [
        "400", "401", "404", "429", "rubbish", "reported", "late", "document", "page", "cut",
    ] {
        requests.push(ask("anthropic:m", wish, "text/event-stream"));
        requests.push(ask("ollama:m", wish, "text/event-stream"));
        requests.push(ask("gpu1:m", wish, "text/event-stream"));
    }
    requests.push(ask("anthropic:none", "400", "text/event-stream"));
    for request in &requests {
        let answer = server.ask(request);
        assert_none(request.lines().next().unwrap(), answer.as_bytes());
    }
    server.signal("-TERM");
    server.log();
    let written = fs::read(log.path()).unwrap();
    assert!(
        written.windows(6).any(|window| window == b" TRACE"),
        "the log has everything"
    );
    assert_none("the log", &written);
    for entry in fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_none(&path.display().to_string(), &fs::read(&path).unwrap());
    }
}

#[test]
fn what_is_said_before_it_starts_has_no_secret_in_it() {
    let data = tempfile::tempdir().unwrap();
    let said = |words: &[&str], environment: &[(&str, &str)], data: &Path| {
        let output = command(data, words).envs(environment.iter().copied()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(!said.is_empty());
        assert_none(&format!("{words:?}"), &said);
    };
    let address = format!("ftp://user:{PASSWORD}@host/v1");
    let servers = format!("gpu1=http://user:{PASSWORD}@host/v1");
    let secrets = [
        ("OPENAI_API_KEY", KEY),
        ("SANDPLOT_ACCESS_TOKEN", TOKEN),
        ("OPENAI_BASE_URL", &address),
        ("ANTHROPIC_API_KEY", OTHER_KEY),
        ("ANTHROPIC_BASE_URL", &address),
        ("OLLAMA_HOST", &address),
        ("HF_ENDPOINT", &address),
        ("SANDPLOT_MODEL_INDEX", &address),
        ("SANDPLOT_SERVERS", &servers),
        ("SANDPLOT_KEY_GPU1", SERVERS_KEY),
        ("PIP_INDEX_URL", &address),
    ];
    for words in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["healthcheck"],
        &["--model=gpt"],
        &["--model=openai:m"],
        &["--model=anthropic:m"],
        &["--model=ollama:m"],
        &["--model=embedded:1.5b"],
        &["--model=embedded:1.5b", "--model-hub=http://hub.example"],
        &["--prices=x"],
        &["--no-auth"],
        &["--unknown"],
        &["--listen=x"],
        &["--model-timeout=x"],
        &["--model=gpu2:m"],
        &["--model=gpu1:m@http://host"],
        &["--model-timeout=gpu2=5"],
        &["--servers=gpu1"],
    ] {
        said(words, &secrets, data.path());
    }
    said(&[], &[("SANDPLOT_SERVERS", &format!("gpu1={address}"))], data.path());
    said(&[], &[("SANDPLOT_SERVERS", &address)], data.path());
    let broken_server = [
        ("SANDPLOT_SERVERS", servers.as_str()),
        ("SANDPLOT_KEY_GPU1", &format!("{SERVERS_KEY}\nx")),
    ];
    said(&["--model=gpu1:m"], &broken_server, data.path());
    let (broken_key, broken_token) = (format!("{KEY}\nx"), format!("{TOKEN} x"));
    said(&["--model=openai:m"], &[("OPENAI_API_KEY", &broken_key)], data.path());
    let broken_other = format!("{OTHER_KEY}\nx");
    said(
        &["--model=anthropic:m"],
        &[("ANTHROPIC_API_KEY", &broken_other)],
        data.path(),
    );
    said(&[], &[("SANDPLOT_ACCESS_TOKEN", &broken_token)], data.path());
    said(&[], &secrets, &data.path().join("\0").with_file_name("/dev/null/x"));
}
