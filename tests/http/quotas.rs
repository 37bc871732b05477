//! Limits on what may be asked: how they are said, and what counts.

use axum::http::StatusCode;
use sandplot::web::Quotas;
use serde_json::json;

use crate::support::TestApp;

const CHARTS: &str = "/api/v1/charts";

#[tokio::test]
async fn requests_beyond_the_limit_are_refused_with_the_wait_and_counted_down_before() {
    let app = TestApp::limited(Quotas {
        client_requests_per_minute: 3,
        requests_per_minute: 50,
        ..Quotas::default()
    });
    for left in [2, 1, 0] {
        let stored = app.post(CHARTS, &json!({"program": "1"})).await;
        assert_eq!(stored.status, StatusCode::CREATED);
        assert_eq!(
            stored.header("ratelimit-policy"),
            "\"client-requests\";q=3;w=60, \"requests\";q=50;w=60"
        );
        let said = stored.header("ratelimit");
        assert!(said.starts_with(&format!("\"client-requests\";r={left};t=")), "{said}");
    }
    let refused = app.post(CHARTS, &json!({"question": "x"})).await;
    let sentence = refused.refused(429, "request_limit");
    assert!(
        sentence.starts_with("This server takes 3 requests a minute from one person. Ask again in "),
        "{sentence}"
    );
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert!(refused.header("ratelimit").starts_with("\"client-requests\";r=0;t="));
    // What was stored can be read, and pages can be seen.
    assert_eq!(app.get("/").await.status, StatusCode::OK);
    assert_eq!(app.get("/").await.header("ratelimit"), "");
}

#[tokio::test]
async fn tokens_beyond_the_limit_leave_programs_of_ones_own() {
    let app = TestApp::limited(Quotas {
        tokens_per_day: 300,
        ..Quotas::default()
    });
    let events = app.events(CHARTS, &json!({"question": "x"})).await;
    assert_eq!(events.last().unwrap().0, "done");
    let refused = app.post(CHARTS, &json!({"question": "x"})).await;
    let sentence = refused.refused(429, "token_limit");
    assert!(
        sentence.contains("300 tokens") && sentence.contains("24 hours"),
        "{sentence}"
    );
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 86_000);
    assert!(refused.header("ratelimit").starts_with("\"tokens\";r=0;t="));
    let stored = app.post(CHARTS, &json!({"program": "1"})).await;
    assert_eq!(stored.status, StatusCode::CREATED);
    let url = format!("{CHARTS}/{}/repair", stored.json()["id"].as_str().unwrap());
    app.post(&url, &json!({"traceback": "x"}))
        .await
        .refused(429, "token_limit");
}

/// The model was not reached, so nothing was used up.
#[tokio::test]
async fn a_refused_call_takes_no_tokens() {
    let app = TestApp::limited(Quotas {
        client_tokens_per_day: 300,
        ..Quotas::default()
    });
    for _ in 0..5 {
        app.post(CHARTS, &json!({"question": "out of order"}))
            .await
            .refused(502, "model_unavailable");
    }
}

#[tokio::test]
async fn without_limits_nothing_is_said_of_them() {
    let stored = TestApp::new().post(CHARTS, &json!({"program": "1"})).await;
    assert_eq!(
        (stored.header("ratelimit"), stored.header("ratelimit-policy")),
        ("", "")
    );
}
