//! The API of charts.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{PROFILE, TestApp};

fn profile() -> Value {
    serde_json::from_str(PROFILE).unwrap()
}

const CHARTS: &str = "/api/v1/charts";

#[tokio::test]
async fn a_question_becomes_a_stored_chart() {
    let app = TestApp::new();
    let asked = app
        .post(CHARTS, &json!({"question": "  prices? ", "profile": profile()}))
        .await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    let mut chart = asked.json();
    let id = chart["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.header("location"), format!("/charts/{id}"));
    let read = app.get(&format!("{CHARTS}/{id}")).await;
    assert_eq!((read.status, read.json()), (StatusCode::OK, chart.clone()));
    chart["id"] = "ID".into();
    assert_eq!(
        chart,
        json!({"id": "ID", "url": format!("/charts/{id}"), "question": "prices?", "program": "print('<b>')\n",
            "profile": profile(), "parent": null, "repairs": 0, "created": "2026-01-02T03:04:05.678Z", "model": "scripted",
            "settled": false})
    );
}

#[tokio::test]
async fn the_stream_is_the_reply_then_the_chart_then_done() {
    let app = TestApp::new();
    let events = app.events(CHARTS, &json!({"question": "prices?"})).await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    let (deltas, end) = names.split_at(names.len() - 2);
    assert!(
        deltas.len() > 1 && deltas.iter().all(|name| *name == "delta"),
        "{names:?}"
    );
    assert_eq!(end, ["program", "done"]);
    let reply: String = events.iter().filter_map(|(_, data)| data["text"].as_str()).collect();
    assert_eq!(reply, "Here you are:\n```python\nprint('<b>')\n```\nDone.");
    let (_, chart) = &events[events.len() - 2];
    let read = app.get(&format!("{CHARTS}/{}", chart["id"].as_str().unwrap())).await;
    assert_eq!(read.json(), *chart);
    assert_eq!(events.last().unwrap().1, json!({}));
}

#[tokio::test]
async fn a_program_is_stored_as_given_without_a_model() {
    let app = TestApp::with(None);
    let program = "import tensorflow\r\n  \"odd </script>\"\n\n";
    let stored = app.post(CHARTS, &json!({"program": program})).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let chart = stored.json();
    assert_eq!(
        (&chart["program"], &chart["question"], &chart["model"]),
        (&json!(program), &json!(""), &Value::Null)
    );
    let events = app
        .events(
            CHARTS,
            &json!({"program": "1", "question": "one?", "parent": chart["id"]}),
        )
        .await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["program", "done"]);
    assert_eq!(
        (&events[0].1["parent"], &events[0].1["question"]),
        (&chart["id"], &json!("one?"))
    );
}

#[tokio::test]
async fn a_chart_knows_what_it_came_from_and_not_what_came_of_it() {
    let app = TestApp::with(None);
    let first = app
        .post(CHARTS, &json!({"program": "1", "profile": profile()}))
        .await
        .json();
    let edit = json!({"program": "2", "question": "two?", "parent": first["id"]});
    let second = app.post(CHARTS, &edit).await.json();
    let versions = async |chart: &Value| {
        let path = format!("{CHARTS}/{}/versions", chart["id"].as_str().unwrap());
        app.get(&path).await.json()["versions"].clone()
    };
    let without_tables = |chart: &Value| {
        let mut chart = chart.clone();
        chart.as_object_mut().unwrap().remove("profile");
        chart
    };
    assert_eq!(
        versions(&second).await,
        json!([without_tables(&first), without_tables(&second)])
    );
    assert_eq!(versions(&first).await, json!([without_tables(&first)]));
    let unknown = app.get(&format!("{CHARTS}/aaaaaaaaaaaaaaaaaaaaaaaaaa/versions")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_follow_up_keeps_the_tables_of_what_it_follows() {
    let app = TestApp::new();
    let first = app
        .post(CHARTS, &json!({"question": "prices?", "profile": profile()}))
        .await
        .json();
    let next = app
        .post(CHARTS, &json!({"question": "logarithmic", "parent": first["id"]}))
        .await
        .json();
    assert_eq!(
        (&next["parent"], &next["profile"], &next["repairs"]),
        (&first["id"], &profile(), &json!(0))
    );
    let other = app
        .post(
            CHARTS,
            &json!({"question": "x", "parent": first["id"], "profile": {"tables": []}}),
        )
        .await
        .json();
    assert_eq!(other["profile"], json!({"tables": []}));
}

#[tokio::test]
async fn a_program_is_repaired_twice_and_no_more() {
    let app = TestApp::new();
    let mut chart = app
        .post(CHARTS, &json!({"program": "y = x", "profile": profile()}))
        .await
        .json();
    for repairs in 1..=2 {
        let url = format!("{CHARTS}/{}/repair", chart["id"].as_str().unwrap());
        let next = app.post(&url, &json!({"traceback": "NameError: x"})).await;
        assert_eq!(next.status, StatusCode::CREATED, "{}", next.text());
        let next = next.json();
        assert_eq!(
            (&next["parent"], &next["repairs"], &next["program"]),
            (&chart["id"], &json!(repairs), &json!("x = 1\n"))
        );
        assert_eq!(next["profile"], profile());
        chart = next;
    }
    let url = format!("{CHARTS}/{}/repair", chart["id"].as_str().unwrap());
    app.post(&url, &json!({"traceback": "NameError: x"}))
        .await
        .refused(409, "repair_limit");
    // Its edit by a person begins a new chain.
    let edited = app
        .post(CHARTS, &json!({"program": "y", "parent": chart["id"]}))
        .await
        .json();
    let url = format!("{CHARTS}/{}/repair", edited["id"].as_str().unwrap());
    assert_eq!(
        app.post(&url, &json!({"traceback": "NameError: x"})).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_its_own_code() {
    let app = TestApp::new();
    let long = |length: usize| "é".repeat(length);
    let wide = json!({"tables": (0..4).map(|table| json!({"name": format!("t{table}"), "file": "f", "rows": 1,
        "columns": (0..999).map(|_| json!({"name": "x".repeat(60), "type": "text", "missing": 0, "distinct": 1}))
            .collect::<Vec<_>>()})).collect::<Vec<_>>()});
    let rows: [(Value, u16, &str); 13] = [
        (json!({}), 422, "question_empty"),
        (json!({"question": " \n"}), 422, "question_empty"),
        (json!({"question": long(4001)}), 413, "question_too_long"),
        (
            json!({"question": long(4001), "program": "1"}),
            413,
            "question_too_long",
        ),
        (json!({"program": " "}), 400, "bad_request"),
        (json!({"program": "x".repeat(204_801)}), 413, "program_too_large"),
        (json!({"question": "x", "profile": wide}), 413, "profile_too_large"),
        (
            json!({"question": "x", "profile": {"tables": [], "rows": [[1]]}}),
            400,
            "bad_request",
        ),
        (json!({"question": "x", "rows": [[1]]}), 400, "bad_request"),
        (json!({"question": 1}), 400, "bad_request"),
        (json!(["question"]), 400, "bad_request"),
        (json!({"question": "x", "parent": "no-such"}), 404, "not_found"),
        (json!({"question": "x", "parent": "a".repeat(26)}), 404, "not_found"),
    ];
    for (body, status, code) in rows {
        let answer = app.post(CHARTS, &body).await;
        let sentence = answer.refused(status, code);
        assert!(sentence.len() < 300, "{sentence}");
    }
    assert_eq!(
        app.post(CHARTS, &json!({"question": long(4000)})).await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        app.post(CHARTS, &json!({"program": "x".repeat(204_800)})).await.status,
        StatusCode::CREATED
    );
    assert_eq!(app.stored_charts(), 2);
}

#[tokio::test]
async fn what_cannot_be_repaired_is_refused_with_its_own_code() {
    let app = TestApp::new();
    let chart = app.post(CHARTS, &json!({"program": "1"})).await.json();
    let url = format!("{CHARTS}/{}/repair", chart["id"].as_str().unwrap());
    app.post(&url, &json!({"traceback": ""}))
        .await
        .refused(400, "bad_request");
    app.post(&url, &json!({})).await.refused(400, "bad_request");
    app.post(&url, &json!({"traceback": "x".repeat(20_481)}))
        .await
        .refused(413, "too_large");
    app.post(
        &format!("{CHARTS}/{}/repair", "a".repeat(26)),
        &json!({"traceback": "x"}),
    )
    .await
    .refused(404, "not_found");
    app.post(&format!("{CHARTS}/%FF/repair"), &json!({"traceback": "x"}))
        .await
        .refused(404, "not_found");
    let silent = TestApp::with(None);
    let chart = silent.post(CHARTS, &json!({"program": "1"})).await.json();
    let url = format!("{CHARTS}/{}/repair", chart["id"].as_str().unwrap());
    silent
        .post(&url, &json!({"traceback": "x"}))
        .await
        .refused(503, "no_model");
}

#[tokio::test]
async fn a_body_is_json_by_its_type_and_of_a_size() {
    let app = TestApp::new();
    for headers in [&[][..], &[("content-type", "text/plain")]] {
        app.post_with(CHARTS, headers, r#"{"question": "x"}"#)
            .await
            .refused(415, "unsupported_media_type");
    }
    let json = [("content-type", "application/json; charset=utf-8")];
    app.post_with(CHARTS, &json, "{\"question\": ")
        .await
        .refused(400, "bad_request");
    app.post_with(CHARTS, &json, &" ".repeat((2 << 20) + 1))
        .await
        .refused(413, "too_large");
    let said = [("content-type", "application/json"), ("content-length", "99999999")];
    app.post_with(CHARTS, &said, "{}").await.refused(413, "too_large");
    assert_eq!(
        app.post_with(CHARTS, &json, r#"{"question": "x"}"#).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn a_page_of_another_site_stores_nothing() {
    let app = TestApp::new();
    let json = ("content-type", "application/json");
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        app.post_with(CHARTS, &[json, foreign], r#"{"program": "1"}"#)
            .await
            .refused(403, "cross_site");
    }
    assert_eq!(app.stored_charts(), 0);
    for own in [("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8080")] {
        let answer = app.post_with(CHARTS, &[json, own], r#"{"program": "1"}"#).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    }
}

/// Each row: a question, and what becomes of it in both forms of the answer.
#[tokio::test]
async fn a_fault_of_the_model_is_said_with_its_code_and_stores_nothing() {
    let app = TestApp::new();
    let rows = [
        ("asked too often", 429, "model_rate_limited", Some(7)),
        ("out of order", 502, "model_unavailable", None),
        ("in the middle", 502, "model_stream_broken", None),
        ("only words", 502, "model_no_program", None),
        ("unknown package", 422, "package_missing", None),
    ];
    for (question, status, code, retry_after) in rows {
        let whole = app.post(CHARTS, &json!({"question": question})).await;
        let sentence = whole.refused(status, code);
        let seconds = retry_after.map(|seconds: u64| seconds.to_string()).unwrap_or_default();
        assert_eq!(whole.header("retry-after"), seconds);

        let events = app.events(CHARTS, &json!({"question": question})).await;
        let mut expected = json!({"code": code, "message": sentence});
        if let Some(seconds) = retry_after {
            expected["retryAfter"] = seconds.into();
        }
        let mut end: Vec<_> = events[events.len() - 2..].to_vec();
        // The same once more, for a page in another language.
        let words = end[0].1.as_object_mut().and_then(|error| error.remove("words"));
        assert!(
            words.is_some_and(|words| words.as_array().is_some_and(|words| !words.is_empty())),
            "{code}"
        );
        assert_eq!(end, [("error".to_owned(), expected), ("done".to_owned(), json!({}))]);
    }
    assert_eq!(app.stored_charts(), 0);
    let missing = app.post(CHARTS, &json!({"question": "unknown package"})).await;
    assert!(missing.refused(422, "package_missing").contains("tensorflow"));
}

#[tokio::test]
async fn a_program_with_a_package_nobody_has_goes_back_to_the_model() {
    let app = TestApp::new();
    let asked = json!({"question": "a package too many", "profile": profile()});
    let events = app.events(CHARTS, &asked).await;
    let doing: Vec<_> = events.iter().filter(|(name, _)| name == "doing").collect();
    let said = json!({"what": "replacing", "import": "polars", "repair": 1});
    assert_eq!(doing, [&("doing".to_owned(), said)]);
    let (name, chart) = &events[events.len() - 2];
    assert_eq!(
        (name.as_str(), &chart["program"], &chart["repairs"]),
        ("program", &json!("x = 2\n"), &json!(1))
    );
    let whole = app.post(CHARTS, &asked).await;
    assert_eq!(whole.status, StatusCode::CREATED);

    // Within the same two rounds, of which this leaves one.
    let url = format!("{CHARTS}/{}/repair", chart["id"].as_str().unwrap());
    let traceback = json!({"traceback": "a package too many"});
    app.post(&url, &traceback).await.refused(422, "package_missing");
    let again = app.post(&url, &json!({"traceback": "NameError"})).await.json();
    assert_eq!(again["repairs"], 2);
    let events = app.events(CHARTS, &json!({"question": "unknown package"})).await;
    let rounds: Vec<_> = events.iter().filter_map(|(_, data)| data["repair"].as_u64()).collect();
    assert_eq!(rounds, [1, 2]);
}

#[tokio::test]
async fn without_a_model_a_question_is_told_how_to_connect_one() {
    let app = TestApp::with(None);
    let sentence = app
        .post(CHARTS, &json!({"question": "x"}))
        .await
        .refused(503, "no_model");
    assert!(sentence.contains("SANDPLOT_MODEL=openai:NAME"), "{sentence}");
}

#[tokio::test]
async fn an_unknown_address_or_method_under_the_api_is_said_in_json() {
    let app = TestApp::new();
    app.get("/api/v1/nothing").await.refused(404, "not_found");
    app.get(&format!("{CHARTS}/{}", "a".repeat(26)))
        .await
        .refused(404, "not_found");
    let answer = app.send(crate::support::request("DELETE", CHARTS, &[], "")).await;
    answer.refused(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
}

/// A request id from outside is not taken over: it could be anything, and would be in the log.
#[tokio::test]
async fn every_answer_has_an_id_of_our_own() {
    let app = TestApp::new();
    let first = app.get_with("/healthz", &[("x-request-id", "mine")]).await;
    let second = app.get_with("/healthz", &[("x-request-id", "mine")]).await;
    let ids = [first.header("x-request-id"), second.header("x-request-id")];
    assert!(
        ids.iter()
            .all(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())),
        "{ids:?}"
    );
    assert_ne!(ids[0], ids[1]);
}
