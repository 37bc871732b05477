//! Words about a chart: what the model is sent, both forms of the answer, and what counts.

use axum::http::StatusCode;
use sandplot::web::Quotas;
use serde_json::{Value, json};

use crate::support::{PROFILE, TestApp, no_chart};

const CHARTS: &str = "/api/v1/charts";

/// What it is sent decides what it says, so an answer shows what was in the last message.
const WORDS: &str = r#"{"replies": [
    {"when": "kind \"bar\"; title \"Prices\"; marks 3;\npanel 1: drawn as \"bar\"; x axis \"price\"; y scale \"log\";",
     "reply": "<think>\nA figure.\n</think>\nBars of prices.\n\nTheir axis is logarithmic.", "usage": {"input": 90, "output": 9, "cost": 0.001}},
    {"when": "part of the program above, and what it is for in the whole:\n\n```python\nx = 1\n```", "reply": "A name for one."},
    {"when": "Explain the program above", "reply": "It makes two numbers.\n"},
    {"when": "a thought only", "reply": "<think>\nHm.\n</think>"},
    {"when": "too often", "fault": "429", "retryAfter": 7},
    {"when": "in the middle", "reply": "half of it and no more", "fault": "cut"},
    {"reply": "```python\nx = 1\ny = 2\n```"}
]}"#;
const OTHER: &str = r#"{"replies": [{"when": "Explain", "reply": "In other words."}]}"#;

async fn chart(app: &TestApp) -> String {
    let profile: Value = serde_json::from_str(PROFILE).unwrap();
    let asked = json!({"question": "two numbers", "profile": profile});
    let stored = app.post(CHARTS, &asked).await.json();
    format!("{CHARTS}/{}/explain", stored["id"].as_str().unwrap())
}

fn app() -> TestApp {
    TestApp::with_models(&[("words", WORDS), ("other", OTHER)])
}

fn figure() -> Value {
    json!({"facts": {"kind": "bar", "title": "Prices", "points": 3,
        "panels": [{"kinds": ["bar"], "xLabel": "price", "yScale": "log"}]}})
}

#[tokio::test]
async fn a_program_a_part_of_it_and_a_figure_are_explained_and_nothing_is_stored() {
    let app = app();
    let url = chart(&app).await;
    for (body, text) in [
        (json!({}), "It makes two numbers."),
        (json!({"selection": " "}), "It makes two numbers."),
        (json!({"selection": "x = 1\n"}), "A name for one."),
        (figure(), "Bars of prices.\n\nTheir axis is logarithmic."),
        (json!({"model": "scripted:other"}), "In other words."),
    ] {
        let whole = app.post(&url, &body).await;
        assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
        assert_eq!(whole.header("cache-control"), "no-store");
        assert_eq!(whole.json()["text"], text, "{body}");

        let events = app.events(&url, &body).await;
        let (pieces, ends) = events.split_at(events.len() - 2);
        assert!(pieces.iter().all(|(name, _)| name == "delta"));
        assert_eq!(
            ends,
            [("explanation".to_owned(), whole.json()), ("done".to_owned(), json!({}))]
        );
    }
    let figured = app.post(&url, &figure()).await.json();
    assert_eq!(
        (&figured["model"], &figured["usage"]["outputTokens"]),
        (&json!("scripted:words"), &json!(9))
    );
    assert_eq!(app.stored_charts(), 1);
}

#[tokio::test]
async fn what_is_no_part_of_the_chart_is_refused_before_the_model_is_asked() {
    let app = app();
    let url = chart(&app).await;
    let long = "x".repeat(500);
    for body in [
        json!({"selection": "import os"}),
        json!({"selection": "x = 1", "facts": {}}),
        json!({"facts": {"kind": long}}),
        json!({"facts": {"series": vec!["a"; 31]}}),
        json!({"facts": {"panels": [{"kinds": vec!["a"; 31]}]}}),
        json!({"facts": {"trends": [{"low": 1}]}}),
        json!({"facts": {"panels": [{"rows": [[1]]}]}}),
        json!({"rows": [[1]]}),
        json!({"profile": {"tables": [], "rows": []}}),
    ] {
        app.post(&url, &body).await.refused(400, "bad_request");
    }
    app.post(&format!("{}/explain", no_chart()), &json!({}))
        .await
        .refused(404, "not_found");
    app.post(&url, &json!({"model": "scripted:none"}))
        .await
        .refused(422, "unknown_model");
    let foreign = [("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    app.post_with(&url, &foreign, "{}").await.refused(403, "cross_site");
}

#[tokio::test]
async fn without_a_model_the_page_learns_why() {
    let app = TestApp::with(None);
    let stored = app.post(CHARTS, &json!({"program": "x = 1"})).await.json();
    let url = format!("{CHARTS}/{}/explain", stored["id"].as_str().unwrap());
    app.post(&url, &json!({})).await.refused(503, "no_model");
}

#[tokio::test]
async fn a_fault_of_the_model_is_said_with_its_code() {
    let app = app();
    let url = chart(&app).await;
    for (title, status, code) in [
        ("a thought only", 502, "model_empty"),
        ("too often", 429, "model_rate_limited"),
        ("in the middle", 502, "model_stream_broken"),
    ] {
        let body = json!({"facts": {"title": title}});
        let sentence = app.post(&url, &body).await.refused(status, code);
        let events = app.events(&url, &body).await;
        let [.., (error, said), (done, _)] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!((error.as_str(), done.as_str()), ("error", "done"));
        assert_eq!((&said["code"], &said["message"]), (&json!(code), &json!(sentence)));
    }
}

#[tokio::test]
async fn an_explanation_counts_as_a_question() {
    let app = TestApp::limited(Quotas {
        client_requests_per_minute: 2,
        ..Quotas::default()
    });
    let url = chart(&app).await;
    assert_eq!(app.post(&url, &json!({})).await.status, StatusCode::OK);
    app.post(&url, &json!({})).await.refused(429, "request_limit");

    let app = TestApp::limited(Quotas {
        tokens_per_day: 200,
        ..Quotas::default()
    });
    let stored = app.post(CHARTS, &json!({"program": "x = 1"})).await.json();
    let url = format!("{CHARTS}/{}/explain", stored["id"].as_str().unwrap());
    assert_eq!(app.post(&url, &json!({})).await.status, StatusCode::OK);
    app.post(&url, &json!({})).await.refused(429, "token_limit");
}
