//! Several models: which one is asked, and what is said of its work.

use axum::http::StatusCode;
use sandplot::llm::{ALL, Provider};
use serde_json::{Value, json};

use crate::support::TestApp;

const CHARTS: &str = "/api/v1/charts";

const ONE: &str = r#"{"replies": [{"reply": "```python\nx = 1\n```"}]}"#;
const TWO: &str = r#"{"replies": [{"reply": "```python\nx = 2\n```",
    "usage": {"input": 1200, "output": 34, "cost": 0.0021}}]}"#;

fn app() -> TestApp {
    TestApp::with_models(&[("one", ONE), ("two", TWO)])
}

async fn written(app: &TestApp, body: Value) -> (Value, Value) {
    let answer = app.post(CHARTS, &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let chart = answer.json();
    (chart["model"].clone(), chart["program"].clone())
}

#[tokio::test]
async fn the_named_model_is_asked_and_the_first_if_none_is_named() {
    let app = app();
    let of = |model: &str, program: &str| (json!(model), json!(program));
    assert_eq!(
        written(&app, json!({"question": "x"})).await,
        of("scripted:one", "x = 1\n")
    );
    for (model, program) in [("scripted:one", "x = 1\n"), ("scripted:two", "x = 2\n")] {
        let body = json!({"question": "x", "model": model});
        assert_eq!(written(&app, body).await, of(model, program));
    }
}

#[tokio::test]
async fn a_model_that_is_not_there_is_answered_with_those_that_are() {
    let app = app();
    let program = app.post(CHARTS, &json!({"program": "1"})).await.json();
    let repair = format!("{CHARTS}/{}/repair", program["id"].as_str().unwrap());
    for name in ["scripted", "scripted:three", "", "*", "\u{202e}</script>\n"] {
        for (url, body) in [
            (CHARTS, json!({"question": "x", "model": name})),
            (&*repair, json!({"traceback": "x", "model": name})),
        ] {
            let sentence = app.post(url, &body).await.refused(422, "unknown_model");
            assert!(sentence.contains("scripted:one, scripted:two"), "{sentence}");
        }
    }
    app.post(CHARTS, &json!({"question": "x", "model": 1}))
        .await
        .refused(400, "bad_request");
    let none = TestApp::with(None);
    none.post(CHARTS, &json!({"question": "x", "model": "a"}))
        .await
        .refused(422, "unknown_model");
}

#[tokio::test]
async fn who_wrote_a_program_repairs_it_unless_another_is_wanted() {
    let app = app();
    let chart = app
        .post(CHARTS, &json!({"question": "x", "model": "scripted:two"}))
        .await
        .json();
    let url = format!("{CHARTS}/{}/repair", chart["id"].as_str().unwrap());
    let repaired = async |body: Value| app.post(&url, &body).await.json()["model"].clone();
    assert_eq!(repaired(json!({"traceback": "x"})).await, "scripted:two");
    assert_eq!(
        repaired(json!({"traceback": "x", "model": "scripted:one"})).await,
        "scripted:one"
    );
    let own = app.post(CHARTS, &json!({"program": "1"})).await.json();
    let url = format!("{CHARTS}/{}/repair", own["id"].as_str().unwrap());
    let by_default = app.post(&url, &json!({"traceback": "x"})).await.json();
    assert_eq!(by_default["model"], "scripted:one");
}

#[tokio::test]
async fn what_a_call_took_is_in_its_answer_and_not_kept() {
    let app = app();
    let body = json!({"question": "x", "model": "scripted:two"});
    let chart = app.post(CHARTS, &body).await.json();
    let usage = json!({"inputTokens": 1200, "outputTokens": 34, "dollars": 0.0021, "isEstimate": false});
    assert_eq!(chart["usage"], usage);
    let events = app.events(CHARTS, &body).await;
    assert_eq!(events[events.len() - 2].1["usage"], usage);
    let read = app.get(&format!("{CHARTS}/{}", chart["id"].as_str().unwrap())).await;
    assert_eq!(read.json().get("usage"), None);
    let silent = app.post(CHARTS, &json!({"question": "x"})).await.json();
    assert_eq!(silent.get("usage"), None, "this provider says nothing of it");
}

/// A list that is closed shows no heading, so the name itself has to say it.
#[tokio::test]
async fn models_of_the_same_name_are_told_apart_by_their_server() {
    let model = |server: Option<&str>, model: &str| Provider::OpenAi {
        server: server.map(str::to_owned),
        base_url: "http://127.0.0.1:9/v1".into(),
        api_key: None,
        model: model.into(),
    };
    let app = TestApp::with([
        model(Some("gpu1"), "/models/qwen.gguf"),
        model(Some("lab"), "qwen.gguf"),
        model(Some("lab"), "phi"),
        model(None, "qwen.gguf"),
    ]);
    let page = app.get("/").await.text();
    for part in [
        r#"<optgroup label="gpu1"><option value="gpu1:/models/qwen.gguf">qwen.gguf (gpu1)</option></optgroup>"#,
        r#"<option value="lab:qwen.gguf">qwen.gguf (lab)</option><option value="lab:phi">phi</option>"#,
        r#"<option value="openai:qwen.gguf">qwen.gguf (OpenAI-compatible)</option>"#,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

/// Not the same as no model: nothing is to be set, it is to be waited for.
#[tokio::test]
async fn a_server_that_does_not_list_its_models_is_told_apart() {
    let app = TestApp::with(Some(Provider::Ollama {
        base_urls: vec!["http://127.0.0.1:9".into()],
        model: ALL.into(),
        is_guess: false,
    }));
    let sentence = app
        .post(CHARTS, &json!({"question": "x"}))
        .await
        .refused(503, "no_model");
    assert!(sentence.contains("may still be starting"), "{sentence}");
    let page = app.get("/").await.text();
    assert!(page.contains("does not say which models it has") && !page.contains(r#"<select id="model""#));
}

#[tokio::test]
async fn the_page_has_a_picker_where_there_is_something_to_pick() {
    let page = app().get("/").await.text();
    assert!(page.contains(r#"<label for="model">Model</label>"#), "{page}");
    assert!(page.contains(r#"<option value="scripted:one">one</option><option value="scripted:two">two</option>"#));
    assert!(page.contains(r#""models":[{"name":"scripted:one"},{"name":"scripted:two"}]"#));
    let one = TestApp::new().get("/").await.text();
    assert!(one.contains("scripted writes the program.") && !one.contains(r#"<select id="model""#));
    assert!(one.contains(r#"<select id="method""#));
    let none = TestApp::with(None).get("/").await.text();
    assert!(none.contains("No model is connected") && !none.contains("<select id=\"m"));
}
