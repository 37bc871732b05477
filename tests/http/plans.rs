//! A model that fills in a form before it writes a program.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use sandplot::llm::Provider;
use serde_json::{Value, json};

use crate::support::{PROFILE, TestApp};

const CHARTS: &str = "/api/v1/charts";

const PLANNER: &str = r#"{"replies": [
    {"when": "Request: the prices", "form": true, "usage": {"input": 100, "output": 20, "cost": 0.001},
     "reply": "{\"chart\": \"histogram\", \"x\": \"price\", \"measures\": [{\"aggregate\": \"count\", \"column\": null}], \"title\": \"Prices\"}"},
    {"when": "Request: something else", "form": true, "usage": {"input": 100, "output": 5, "cost": 0.001},
     "reply": "{\"chart\": \"other\", \"x\": \"price\", \"measures\": []}"},
    {"when": "Request: half a form", "form": true, "reply": "{\"chart\": \"bar\", \"x\":"},
    {"when": "Request: no end", "form": true, "reply": "{\"chart\"", "fault": "cut"},
    {"when": "Request: a wrong key", "form": true, "fault": "401"},
    {"reply": "```python\nx = 1\n```", "usage": {"input": 300, "output": 40, "cost": 0.002}}
]}"#;
const OTHER: &str = r#"{"replies": [{"reply": "```python\nx = 2\n```"}]}"#;

fn app() -> TestApp {
    TestApp::with_models(&[("planner", PLANNER), ("other", OTHER)])
}

fn asked(question: &str) -> Value {
    let profile: Value = serde_json::from_str(PROFILE).unwrap();
    json!({"question": question, "profile": profile})
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn the_program_of_a_form_is_stored_like_any_other_and_the_form_is_not_shown() {
    let app = app();
    let events = app.events(CHARTS, &asked("the prices")).await;
    assert_eq!(names(&events), ["doing", "delta", "program", "done"]);
    assert_eq!(events[0].1, json!({"what": "planning"}));
    let chart = &events[2].1;
    let program = chart["program"].as_str().unwrap();
    assert!(program.contains(r#"ax.hist(data["price"].dropna()"#), "{program}");
    assert_eq!(events[1].1["text"], format!("```python\n{program}```\n"));
    assert_eq!(
        (&chart["model"], &chart["usage"]["outputTokens"], &chart["settled"]),
        (&json!("scripted:planner"), &json!(20), &json!(false))
    );
    let mut read = app
        .get(
            chart["url"]
                .as_str()
                .map(|url| format!("/api/v1{url}"))
                .unwrap()
                .as_str(),
        )
        .await
        .json();
    read["usage"] = chart["usage"].clone();
    assert_eq!(read, *chart);
}

#[tokio::test]
async fn a_question_that_leaves_nothing_to_choose_is_answered_without_the_model_and_says_so() {
    let app = app();
    let events = app.events(CHARTS, &asked("Histogram of price with 8 bins")).await;
    assert_eq!(names(&events), ["doing", "delta", "program", "done"]);
    let chart = &events[2].1;
    assert_eq!(
        (&chart["model"], &chart["settled"], &chart["usage"]),
        (&json!("scripted:planner"), &json!(true), &Value::Null)
    );
    let url = format!("/api/v1{}", chart["url"].as_str().unwrap());
    assert_eq!(app.get(&url).await.json(), *chart);
    // A person's own program is nobody else's.
    let own = app
        .post(CHARTS, &json!({"program": "x = 1", "question": ""}))
        .await
        .json();
    assert_eq!((&own["model"], &own["settled"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn where_no_plan_fits_the_same_model_writes_the_program() {
    let app = app();
    for (question, output_tokens) in [
        ("something else", json!(45)),
        ("half a form", json!(40)),
        // The script has no form for it, as a server that takes none.
        ("whatever", json!(40)),
    ] {
        let events = app.events(CHARTS, &asked(question)).await;
        let mut kinds = names(&events);
        kinds.dedup();
        assert_eq!(kinds, ["doing", "delta", "program", "done"], "{question}");
        assert_eq!(
            (&events[0].1["what"], &events[1].1["what"]),
            (&json!("planning"), &json!("writing"))
        );
        let chart = &events[events.len() - 2].1;
        assert_eq!(chart["program"], "x = 1\n");
        // What both calls took together.
        assert_eq!(chart["usage"]["outputTokens"], output_tokens, "{question}");
    }
    let once = app.post(CHARTS, &asked("something else")).await;
    assert_eq!(once.status, StatusCode::CREATED, "{}", once.text());
    assert!((once.json()["usage"]["dollars"].as_f64().unwrap() - 0.003).abs() < 1e-9);
}

#[tokio::test]
async fn what_would_fail_without_a_form_too_is_not_tried_again() {
    let app = app();
    app.post(CHARTS, &asked("a wrong key")).await.refused(502, "model_key");
    app.post(CHARTS, &asked("no end"))
        .await
        .refused(502, "model_stream_broken");
    assert_eq!(app.stored_charts(), 0);
}

#[tokio::test]
async fn a_change_of_a_chart_a_question_without_tables_and_other_models_have_no_form() {
    let app = app();
    let first = app.post(CHARTS, &asked("the prices")).await.json();
    let mut next = asked("the prices");
    next["parent"] = first["id"].clone();
    let other = json!({"question": "the prices", "model": "scripted:other", "profile": asked("")["profile"]});
    for body in [next, json!({"question": "the prices"}), other] {
        let events = app.events(CHARTS, &body).await;
        assert_eq!(events[0].0, "delta", "{body}");
    }
}

/// The planner has a form by the operator's setting, the other has none.
#[tokio::test]
async fn whoever_asks_may_choose_whether_there_is_a_form_first() {
    let app = app();
    let ask = |question: &str, model: &str, plan: Value| {
        let mut body = asked(question);
        body["model"] = json!(model);
        body["plan"] = plan;
        body
    };
    let first = async |body: &Value| app.events(CHARTS, body).await.remove(0);
    let settled = "Histogram of price with 8 bins";
    for (body, expected) in [
        (ask("the prices", "scripted:planner", json!(false)), "delta"),
        (ask(settled, "scripted:planner", json!(false)), "delta"),
        (ask("the prices", "scripted:planner", json!(null)), "doing"),
        (ask(settled, "scripted:other", json!(null)), "delta"),
        (ask(settled, "scripted:other", json!(true)), "doing"),
    ] {
        assert_eq!(first(&body).await.0, expected, "{body}");
    }
    let chart = app
        .post(CHARTS, &ask(settled, "scripted:other", json!(true)))
        .await
        .json();
    assert_eq!(
        (&chart["model"], &chart["settled"]),
        (&json!("scripted:other"), &json!(true))
    );
    // A change of a chart is written, whatever is chosen.
    let mut next = ask(settled, "scripted:other", json!(true));
    next["parent"] = chart["id"].clone();
    assert_eq!(first(&next).await.0, "delta");
    let wrong = app.post(CHARTS, &ask(settled, "scripted:other", json!("always"))).await;
    let sentence = wrong.refused(400, "bad_request");
    assert!(sentence.contains("boolean"), "{sentence}");
}

/// A server that takes no form: the bodies of its requests go into `asked`.
fn without_forms(asked: Arc<Mutex<Vec<Value>>>) -> axum::Router {
    let answer = async move |axum::Json(body): axum::Json<Value>| {
        let has_form = body.get("response_format").is_some();
        asked.lock().unwrap().push(body);
        if has_form {
            let error = json!({"error": {"message": "response_format is not supported"}});
            return (StatusCode::BAD_REQUEST, axum::Json(error)).into_response();
        }
        let message = json!({"content": "```python\nx = 1\n```"});
        axum::Json(json!({"choices": [{"message": message, "finish_reason": "stop"}]})).into_response()
    };
    axum::Router::new().route("/v1/chat/completions", axum::routing::post(answer))
}

/// Every schema in it.
fn schemas<'a>(schema: &'a Value, found: &mut Vec<&'a Value>) {
    found.push(schema);
    let properties = schema["properties"].as_object().into_iter().flat_map(|of| of.values());
    let ways = schema["anyOf"].as_array().into_iter().flatten();
    for inner in properties.chain(ways).chain(schema.get("items")) {
        schemas(inner, found);
    }
}

#[tokio::test]
async fn a_server_that_refuses_a_form_is_asked_for_one_once() {
    let asked_of_it = Arc::new(Mutex::new(Vec::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let app = TestApp::with(Some(Provider::OpenAi {
        server: None,
        base_url: format!("http://{}/v1", listener.local_addr().unwrap()),
        api_key: None,
        model: "small-1b".into(),
    }));
    let upstream = without_forms(asked_of_it.clone());
    let questions = async {
        for _ in 0..2 {
            let answer = app.post(CHARTS, &asked("the prices")).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        }
        // What the words settle needs no form to be filled in.
        let settled = app.post(CHARTS, &asked("Histogram of price with 8 bins")).await;
        assert_eq!(settled.json()["settled"], true);
    };
    tokio::select! {
        served = axum::serve(listener, upstream) => served.unwrap(),
        () = questions => {}
    }
    let bodies = asked_of_it.lock().unwrap();
    let have_forms: Vec<bool> = bodies
        .iter()
        .map(|body| body.get("response_format").is_some())
        .collect();
    assert_eq!(have_forms, [true, false, false]);
    // What was sent is what OpenAI itself would take, but for the bounds of texts, which a server nearby gets as well.
    let mut found = Vec::new();
    schemas(&bodies[0]["response_format"]["json_schema"]["schema"], &mut found);
    assert!(found.len() > 5);
    assert!(found.iter().any(|schema| schema.get("maxLength").is_some()));
    for schema in found {
        assert!(
            schema.get("type").is_some() || schema.get("anyOf").is_some(),
            "{schema}"
        );
    }
}
