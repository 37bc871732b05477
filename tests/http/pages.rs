//! What people see, the sealed frames, and what whoever runs the server asks.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{TestApp, request};

/// What the page gives to its script.
fn page_data(html: &str) -> Value {
    let marker = r#"<script type="application/json" id="page-data">"#;
    let start = html.find(marker).expect("page data") + marker.len();
    let length = html[start..].find("</script>").unwrap();
    serde_json::from_str(&html[start..start + length]).unwrap()
}

#[tokio::test]
async fn the_headers_of_every_kind_of_page() {
    let app = TestApp::new();
    for (name, path) in [
        ("home", "/"),
        ("missing", "/nothing"),
        ("worker_frame", "/sandbox/worker"),
        ("health", "/healthz"),
    ] {
        let mut headers = app.get(path).await.stable_headers();
        if name == "worker_frame" {
            // Its hash changes with the bootstrap; that it fits is the business of another test.
            let start = headers.find("'sha256-").unwrap();
            let end = start + 1 + headers[start + 1..].find('\'').unwrap() + 1;
            headers.replace_range(start..end, "'sha256-BOOTSTRAP'");
        }
        let headers = headers
            .lines()
            .filter(|line| !line.starts_with("content-length"))
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(name, headers);
    }
}

#[tokio::test]
async fn the_page_carries_what_its_script_needs() {
    let app = TestApp::new();
    let data = page_data(&app.get("/").await.text());
    let assets = app.assets().await;
    assert_eq!(data["runtime"]["core"]["script"], "core.js");
    assert_eq!(data["runtimeBase"], "/runtime");
    assert_eq!(data["models"], json!([{"name": "scripted"}]));
    assert_eq!(data["chart"], Value::Null);
    assert_eq!(
        data["limits"],
        json!({"runSeconds": 60, "memoryBytes": 2_147_483_648_u64, "questionChars": 4000, "dataBytes": 268_435_456,
            "profileBytes": 262_144})
    );
    let worker = &data["sandbox"]["workerScript"];
    let script = app.get(worker["url"].as_str().unwrap()).await;
    assert_eq!(
        worker["integrity"],
        format!("sha256-{}", STANDARD.encode(Sha256::digest(&script.body)))
    );
    for sample in data["samples"].as_array().unwrap() {
        let url = sample["url"].as_str().unwrap();
        assert!(url.starts_with(&assets));
        assert_eq!(app.get(url).await.status, StatusCode::OK, "{url}");
    }
    assert_eq!(
        page_data(&TestApp::with(None).get("/").await.text())["models"],
        json!([])
    );
}

#[tokio::test]
async fn the_policy_names_the_host_that_the_browser_used() {
    let app = TestApp::new();
    let home = app.get("/").await;
    assert!(
        home.header("content-security-policy")
            .contains("frame-src localhost:8080/sandbox/;")
    );
    let behind_proxy = TestApp::locked(Some("charts.example")).get("/login").await;
    assert!(
        behind_proxy
            .header("content-security-policy")
            .contains("frame-src charts.example/sandbox/ localhost:8080/sandbox/;")
    );
}

/// Markup in the question and the program, and the ends of the elements they stand in, stay text.
#[tokio::test]
async fn a_chart_is_in_its_page_as_inert_text() {
    let app = TestApp::new();
    let hostile = "</script></pre></title><script>alert(1)</script><img src=x onerror=alert(2)> & \u{2028}";
    let profile = json!({"tables": [{"name": "t", "file": hostile, "rows": 1, "columns": []}]});
    let chart = app
        .post(
            "/api/v1/charts",
            &json!({"program": hostile, "question": hostile, "profile": profile}),
        )
        .await
        .json();
    let page = app.get(chart["url"].as_str().unwrap()).await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (StatusCode::OK, "private, no-cache")
    );
    let html = page.text();
    assert!(
        !html.contains("<script>alert") && !html.contains("<img src=x"),
        "{html}"
    );
    assert_eq!(page_data(&html)["chart"], chart);
    let program = html.split_once("data-testid=\"program\"").unwrap().1;
    assert!(program.contains("&#60;/script&#62;&#60;/pre&#62;"), "{program}");
}

#[tokio::test]
async fn a_chart_that_is_not_there_is_a_page_with_a_way_back() {
    let app = TestApp::new();
    for path in [
        "/charts/x",
        "/charts/%FF",
        "/nothing",
        &format!("/charts/{}", "a".repeat(26)),
    ] {
        let page = app.get(path).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (StatusCode::NOT_FOUND, "text/html; charset=utf-8"),
            "{path}"
        );
        let html = page.text();
        assert!(
            html.contains("href=\"/\"") && html.contains(page.header("x-request-id")),
            "{html}"
        );
    }
    let html = app.get("/charts/x").await.text();
    assert!(html.contains("no chart at this address"), "{html}");
    let posted = app.send(request("POST", "/", &[], "")).await;
    assert_eq!(
        (posted.status, posted.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD")
    );
    assert_eq!(posted.header("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_page_is_in_the_language_of_who_reads_it_and_caches_know() {
    let app = TestApp::new();
    for (headers, code, label) in [
        (vec![], "en", "Your question"),
        (vec![("accept-language", "de-CH, en;q=0.5")], "de", "Ihre Frage"),
        (
            vec![("accept-language", "de"), ("cookie", "x=y; sandplot-language=fr")],
            "fr",
            "Votre question",
        ),
    ] {
        let page = app.get_with("/", &headers).await;
        let html = page.text();
        assert!(html.contains(&format!("<html lang=\"{code}\">")), "{code}");
        assert!(html.contains(&format!(">{label}</label>")), "{code}");
        let vary = page.vary();
        assert!(vary.contains("accept-language") && vary.contains("cookie"), "{vary}");
        assert_eq!(page.header("set-cookie"), "", "nobody has chosen");
        let first = &page_data(&html)["samples"][0];
        assert_eq!(
            first["title"],
            json!({"en": "Penguins of Palmer Station", "de": "Pinguine der Palmer-Station",
            "fr": "Manchots de la station Palmer"})[code]
        );
        assert_eq!(first["questions"].as_array().unwrap().len(), 3);
    }
    let chosen = app.get("/?lang=de").await;
    assert!(chosen.text().contains("<html lang=\"de\">"));
    let cookie = chosen.header("set-cookie");
    assert!(
        cookie.starts_with("sandplot-language=de; Path=/; ") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(app.get("/?lang=xx").await.header("set-cookie"), "");
    assert_eq!(app.get("/sandbox/worker?lang=de").await.header("set-cookie"), "");
}

/// The message of the API is for programs; its page tells people the same by its keys.
#[tokio::test]
async fn a_failure_is_told_in_english_and_by_its_words() {
    let app = TestApp::new();
    let german = ("accept-language", "de");
    let error = &app.get_with("/api/v1/charts/x", &[german]).await.json()["error"];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("There is no chart at this address."),
        "{error}"
    );
    assert_eq!(error["words"], json!([{"key": "error.no_such_chart"}]));
    let page = app.get_with("/charts/x", &[german]).await.text();
    assert!(
        page.contains("Unter dieser Adresse gibt es kein Diagramm.") && page.contains("<h1>Nicht gefunden</h1>"),
        "{page}"
    );
}

/// The browser computes the hash over the text between the tags, so that is what is compared.
#[tokio::test]
async fn the_script_of_a_sealed_frame_is_the_one_its_policy_names() {
    let app = TestApp::new();
    for (path, source) in [("/sandbox/worker", "frame.js"), ("/sandbox/figure", "render/figure.js")] {
        let page = app.get(path).await;
        let html = page.text();
        assert_eq!(html.matches("<script").count(), 1);
        let script = html
            .split_once("<script>")
            .unwrap()
            .1
            .split_once("</script>")
            .unwrap()
            .0;
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("static/sandbox")
            .join(source);
        assert_eq!(script, std::fs::read_to_string(file).unwrap());
        let hash = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)));
        assert!(
            page.header("content-security-policy")
                .contains(&format!("script-src {hash} ")),
            "{path}"
        );
        assert_eq!(page.header("connection-allowlist"), "()");
        assert!(
            page.header("content-security-policy")
                .ends_with("sandbox allow-scripts")
        );
    }
    let figure = app.get("/sandbox/figure").await;
    for renderer in ["bytes of plotly.js", "bytes of vega.js"] {
        let hash = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(renderer)));
        assert!(figure.header("content-security-policy").contains(&hash), "{renderer}");
    }
}

/// A frame that is asked for by its digest needs no network the next time, one of another server is not kept.
#[tokio::test]
async fn a_browser_keeps_the_sealed_frames_that_a_page_names() {
    let app = TestApp::new();
    let sandbox = &page_data(&app.get("/").await.text())["sandbox"];
    for (name, path) in [("workerFrame", "/sandbox/worker"), ("figureFrame", "/sandbox/figure")] {
        let url = sandbox[name].as_str().unwrap();
        assert!(url.starts_with(&format!("{path}?digest=")), "{url}");
        let named = app.get(url).await;
        assert_eq!(named.header("cache-control"), "public, max-age=31536000, immutable");
        for other in [path.to_owned(), format!("{path}?digest=0123456789abcdef")] {
            let frame = app.get(&other).await;
            assert_eq!(frame.header("cache-control"), "no-cache", "{other}");
            assert_eq!(frame.body, named.body);
            let policy = "content-security-policy";
            assert_eq!(frame.header(policy), named.header(policy));
        }
    }
}

#[tokio::test]
async fn a_page_is_compressed_on_its_way() {
    let app = TestApp::new();
    let plain = app.get("/").await;
    let answer = app.get_with("/", &[("accept-encoding", "br")]).await;
    assert_eq!(answer.header("content-encoding"), "br");
    assert!(answer.body.len() * 2 < plain.body.len());
}

#[tokio::test]
async fn whoever_runs_the_server_can_ask_how_it_is() {
    let app = TestApp::new();
    assert_eq!(app.get("/healthz").await.text(), "ok\n");
    let ready = app.get("/readyz").await;
    assert_eq!(
        ready.json(),
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "runtime": "314.0.3", "digest": "0123456789abcdef",
            "model": "scripted"})
    );
    let metrics = app.get("/metrics").await;
    assert_eq!(
        (metrics.status, metrics.header("content-type")),
        (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8")
    );
}

/// For whoever compares the digests of what runs in their browser with those that others publish.
#[tokio::test]
async fn the_runtime_is_described_whole_to_whoever_asks() {
    let app = TestApp::new();
    let answer = app.get("/runtime.json").await;
    assert_eq!(answer.status, 200);
    let runtime = answer.json();
    assert_eq!(runtime["inputs"][0]["name"], "numpy.whl");
    let page = app.get("/").await.text();
    assert!(!page.contains("numpy.whl"), "the page does without");
}
