//! Whatever is sent, there is an answer, and it is not that the server failed.

use axum::body::Body;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Answer, JSON, PROFILE, TestApp, no_chart, request};

/// Anything but a failure of our own.
fn is_sound(answer: &Answer) -> Result<(), TestCaseError> {
    let status = answer.status.as_u16();
    // 503 is `no_model`, a plain answer to a sound question.
    prop_assert!(
        status < 500 || status == 503,
        "{} {}",
        status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(serde_json::from_str(PROFILE).unwrap()),
        Just(Value::from("a".repeat(26))),
    ];
    let names = [
        "question",
        "profile",
        "parent",
        "program",
        "traceback",
        "tables",
        "name",
        "x",
    ];
    leaf.prop_recursive(4, 30, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(names.to_vec()), inner, 0..4).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// One for all cases: what one leaves must not harm the next.
fn on_one_app(check: impl AsyncFn(&TestApp) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    thread_local! {
        static APP: (tokio::runtime::Runtime, TestApp) =
            (tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), TestApp::with(None));
    }
    APP.with(|(runtime, app)| runtime.block_on(check(app)))
}

proptest! {
    #[test]
    fn whatever_is_sent_as_json_is_answered(body in any_json(), repair in any::<bool>(), events in any::<bool>()) {
        let path = if repair { format!("{}/repair", no_chart()) } else { "/api/v1/charts".to_owned() };
        let accept = if events { "text/event-stream" } else { "application/json" };
        on_one_app(async |app| is_sound(&app.post_with(&path, &[JSON, ("accept", accept)], &body.to_string()).await))?;
    }

    #[test]
    fn whatever_is_sent_at_all_is_answered(
        body in prop::collection::vec(any::<u8>(), 0..300),
        path in prop::sample::select(vec!["/api/v1/charts", "/api/v1/charts/x/repair", "/login", "/logout", "/", "/metrics"]),
        form in any::<bool>(),
    ) {
        let media_type = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        on_one_app(async |app| {
            let mut request = request("POST", path, &[("content-type", media_type)], "");
            *request.body_mut() = Body::from(body.clone());
            is_sound(&app.send(request).await)
        })?;
    }

    #[test]
    fn whatever_the_address_and_the_headers_are_there_is_an_answer(
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X-ODD"]),
        start in prop::sample::select(vec!["/", "/charts/", "/api/v1/charts/", "/assets/", "/runtime/", "/login?next=", "/sandbox/"]),
        path in "[!-~]{0,40}",
        headers in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "accept", "accept-encoding", "range", "if-range", "if-none-match", "cookie", "authorization", "origin", "host",
                    "sec-fetch-site", "content-type", "content-length", "x-forwarded-host",
                ]),
                prop::collection::vec(prop_oneof![32_u8..127, 128_u8..=255], 0..30),
            ),
            0..4,
        ),
    ) {
        let Ok(uri) = format!("{start}{path}").parse::<axum::http::Uri>() else { return Ok(()) };
        on_one_app(async |app| {
            let mut request = request(method, "/", &[], "");
            *request.uri_mut() = uri.clone();
            for (name, value) in &headers {
                request.headers_mut().append(*name, value.as_slice().try_into().unwrap());
            }
            is_sound(&app.send(request).await)
        })?;
    }
}
