//! Files: addresses with a digest, encodings, conditions and ranges.

use std::io::Read as _;

use axum::http::StatusCode;

use crate::support::{Answer, TestApp, core_script, core_url, request};

fn decoded(answer: &Answer) -> String {
    let mut text = String::new();
    match answer.header("content-encoding") {
        "zstd" => drop(
            zstd::stream::Decoder::new(answer.body.as_slice())
                .unwrap()
                .read_to_string(&mut text)
                .unwrap(),
        ),
        "br" => drop(
            brotli::Decompressor::new(answer.body.as_slice(), 4096)
                .read_to_string(&mut text)
                .unwrap(),
        ),
        "" => text = answer.text(),
        other => panic!("{other}"),
    }
    text
}

#[tokio::test]
async fn a_file_of_the_runtime_comes_in_every_encoding_and_for_ever() {
    let app = TestApp::new();
    let mut tags = Vec::new();
    for (accepted, encoding) in [
        ("gzip, zstd", "zstd"),
        ("gzip, br, zstd", "br"),
        ("gzip", ""),
        ("br;q=0.1, zstd;q=0", "br"),
    ] {
        let answer = app.get_with(&core_url(), &[("accept-encoding", accepted)]).await;
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (StatusCode::OK, encoding),
            "{accepted}"
        );
        assert_eq!(decoded(&answer), core_script());
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("vary"), "accept-encoding");
        tags.push(answer.header("etag").to_owned());
    }
    assert_eq!(tags[1], tags[3]);
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2],
        "{tags:?}"
    );
    assert_eq!(decoded(&app.get(&core_url()).await), core_script());
}

/// It may run WebAssembly, which the page may not, and can connect to nothing.
#[tokio::test]
async fn the_formatters_worker_alone_has_a_policy_of_its_own() {
    let app = TestApp::new();
    let base = app.assets().await;
    let policy = |answer: &Answer| answer.header("content-security-policy").to_owned();
    let formatter = app.get(&format!("{base}/app/format-worker.js")).await;
    assert_eq!(formatter.status, StatusCode::OK);
    assert_eq!(
        policy(&formatter),
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'; frame-ancestors 'none'"
    );
    for other in ["runtime-worker.js", "main.js"] {
        let answer = app.get(&format!("{base}/app/{other}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!policy(&answer).contains("wasm"), "{other}");
    }
}

#[tokio::test]
async fn the_headers_of_a_file() {
    let app = TestApp::new();
    let answer = app
        .get_with(&core_url(), &[("accept-encoding", "zstd"), ("range", "bytes=0-3")])
        .await;
    insta::assert_snapshot!(answer.stable_headers());
}

#[tokio::test]
async fn a_file_under_another_digest_is_not_there_and_not_for_long() {
    let app = TestApp::new();
    let assets = app.assets().await;
    assert_eq!(app.get(&format!("{assets}/app/main.js")).await.status, StatusCode::OK);
    let wrong = [
        core_url().replace("core.js", "core.wasm"),
        core_url().replace("core.js", "gone.js"),
        core_url()
            .to_uppercase()
            .replace("/RUNTIME", "/runtime")
            .replace("CORE.JS", "core.js"),
        "/runtime/0000/core.js".into(),
        "/assets/0000000000000000/app/main.js".into(),
        format!("{assets}/app/gone.js"),
        format!("{assets}/app/"),
        format!("{assets}/../Cargo.toml"),
        format!("{assets}/..%2FCargo.toml"),
        format!("{assets}/%2e%2e/%2e%2e/Cargo.toml"),
        format!("{assets}/app/%FF"),
        format!("{assets}/app/wire.d.ts"),
    ];
    for url in wrong {
        let answer = app.get(&url).await;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (StatusCode::NOT_FOUND, "public, max-age=10"),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_known_file_is_not_sent_again() {
    let app = TestApp::new();
    let zstd = ("accept-encoding", "zstd");
    let first = app.get_with(&core_url(), &[zstd]).await;
    let tag = first.header("etag").to_owned();
    let again = app.get_with(&core_url(), &[zstd, ("if-none-match", &tag)]).await;
    assert_eq!(
        (again.status, again.body.len(), again.header("etag")),
        (StatusCode::NOT_MODIFIED, 0, tag.as_str())
    );
    assert_eq!(again.header("vary"), "accept-encoding");
    // The same tag does not name what another client would get.
    let other = app.get_with(&core_url(), &[("if-none-match", &tag)]).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn a_range_is_a_part_of_the_chosen_encoding() {
    let app = TestApp::new();
    for accepted in ["zstd", "br", "identity"] {
        let encoding = ("accept-encoding", accepted);
        let whole = app.get_with(&core_url(), &[encoding]).await;
        let (length, tag) = (whole.body.len(), whole.header("etag").to_owned());

        let part = app.get_with(&core_url(), &[encoding, ("range", "bytes=5-9")]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.body, whole.body[5..10]);
        assert_eq!(part.header("content-range"), format!("bytes 5-9/{length}"));
        assert_eq!(part.header("content-encoding"), whole.header("content-encoding"));

        let rest = app
            .get_with(&core_url(), &[encoding, ("range", "bytes=5-"), ("if-range", &tag)])
            .await;
        assert_eq!(
            (rest.status, rest.body.as_slice()),
            (StatusCode::PARTIAL_CONTENT, &whole.body[5..])
        );
        let other = app
            .get_with(&core_url(), &[encoding, ("range", "bytes=5-"), ("if-range", "\"old\"")])
            .await;
        assert_eq!((other.status, other.body), (StatusCode::OK, whole.body.clone()));

        let outside = app
            .get_with(&core_url(), &[encoding, ("range", &format!("bytes={length}-"))])
            .await;
        assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(outside.header("content-range"), format!("bytes */{length}"));
        assert_eq!(outside.header("content-encoding"), "");
    }
}

#[tokio::test]
async fn head_says_what_get_would_send() {
    let app = TestApp::new();
    let get = app.get_with(&core_url(), &[("accept-encoding", "br")]).await;
    let head = app
        .send(request(
            "HEAD",
            &core_url(),
            &[("accept-encoding", "br"), ("range", "bytes=0-1")],
            "",
        ))
        .await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    for name in ["content-length", "etag", "content-encoding", "content-type"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test]
async fn a_file_of_the_page_has_its_type_and_every_encoding() {
    let app = TestApp::new();
    let assets = app.assets().await;
    let types = [
        ("app/main.js", "text/javascript; charset=utf-8"),
        ("css/base.css", "text/css; charset=utf-8"),
        ("samples/penguins.csv", "text/csv; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
    ];
    for (path, media_type) in types {
        let plain = app.get(&format!("{assets}/{path}")).await;
        assert_eq!(
            (plain.status, plain.header("content-type")),
            (StatusCode::OK, media_type),
            "{path}"
        );
        assert_eq!(plain.header("x-content-type-options"), "nosniff");
        for accepted in ["zstd", "br"] {
            let answer = app
                .get_with(&format!("{assets}/{path}"), &[("accept-encoding", accepted)])
                .await;
            assert_eq!(decoded(&answer), plain.text(), "{path} {accepted}");
        }
    }
}
