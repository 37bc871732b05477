//! A server that demands a token: what there is without it, and every way in and out.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Answer, TOKEN, TestApp, core_url, request};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn log_in(app: &TestApp, token: &str, next: &str) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", token)
        .append_pair("next", next)
        .finish();
    app.post_with("/login", &[FORM], &body).await
}

/// What a browser would send back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

#[tokio::test]
async fn without_the_token_there_is_only_the_way_in() {
    let app = TestApp::locked(None);
    let chart = format!("/charts/{}", "a".repeat(26));
    for (path, login) in [
        ("/", "/login".to_owned()),
        (&chart, format!("/login?next={}", chart.replace('/', "%2F"))),
        ("/nothing?x=1", "/login?next=%2Fnothing%3Fx%3D1".to_owned()),
    ] {
        let answer = app.get(path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, login.as_str())
        );
        assert_eq!((answer.header("cache-control"), answer.body.len()), ("no-store", 0));
    }
    for path in ["/api/v1/charts/x", "/api/v1/nothing"] {
        let answer = app.get(path).await;
        answer.refused(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"Sandplot\"");
    }
    for path in ["/api/v1/charts", "/api/v1/charts/x/repair"] {
        app.post(path, &json!({"program": "1"}))
            .await
            .refused(401, "unauthorized");
    }
    assert_eq!(app.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.stored_charts(), 0);
    let script = format!("{}/app/main.js", TestApp::new().assets().await);
    for path in [
        "/login",
        "/sandbox/worker",
        "/sandbox/figure",
        &script,
        &core_url(),
        "/healthz",
        "/readyz",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_program_shows_the_token_with_every_request() {
    let app = TestApp::locked(None);
    let json = ("content-type", "application/json");
    for header in [bearer(), format!("bearer {TOKEN}")] {
        let stored = app
            .post_with(
                "/api/v1/charts",
                &[json, ("authorization", &header)],
                r#"{"program": "1"}"#,
            )
            .await;
        assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
        for path in ["/", stored.header("location"), "/metrics"] {
            assert_eq!(
                app.get_with(path, &[("authorization", &header)]).await.status,
                StatusCode::OK,
                "{path}"
            );
        }
    }
    for wrong in [
        "Bearer wrong",
        "Bearer ",
        &format!("Bearer {TOKEN}x"),
        &format!("Basic {TOKEN}"),
        TOKEN,
    ] {
        app.get_with("/api/v1/charts/x", &[("authorization", wrong)])
            .await
            .refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_person_logs_in_once_comes_back_to_where_they_wanted_and_logs_out() {
    let app = TestApp::locked(None);
    let page = app.get("/login?next=%2Fcharts%2Fabc").await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    assert!(
        page.text().contains(r#"name="next" value="/charts/abc""#),
        "{}",
        page.text()
    );

    let entered = log_in(&app, TOKEN, "/charts/abc").await;
    assert_eq!(
        (entered.status, entered.header("location")),
        (StatusCode::SEE_OTHER, "/charts/abc")
    );
    let line = entered.header("set-cookie");
    assert!(
        line.starts_with("sandplot-session-8080=") && !line.contains(TOKEN),
        "{line}"
    );
    assert!(
        line.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"),
        "{line}"
    );

    let cookie = cookie(&entered);
    let held = [("cookie", cookie.as_str())];
    let home = app.get_with("/", &held).await;
    assert_eq!((home.status, home.header("set-cookie")), (StatusCode::OK, line));
    assert!(home.text().contains(r#"action="/logout""#));
    let json = ("content-type", "application/json");
    let stored = app
        .post_with("/api/v1/charts", &[json, held[0]], r#"{"program": "1"}"#)
        .await;
    assert_eq!((stored.status, stored.header("set-cookie")), (StatusCode::CREATED, ""));
    assert_eq!(
        app.get_with("/login?next=/charts/abc", &held).await.header("location"),
        "/charts/abc"
    );

    let left = app.send(request("POST", "/logout", &held, "")).await;
    assert_eq!(
        (left.status, left.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(
        left.header("set-cookie")
            .starts_with("sandplot-session-8080=; Path=/; Max-Age=0;")
    );
    assert_eq!(app.get_with("/", &held).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_many_make_everybody_at_that_address_wait() {
    let app = TestApp::locked(None);
    for number in 0..10 {
        let answer = log_in(&app, &format!("guess-{number}<b>"), "/").await;
        assert_eq!(
            (answer.status, answer.header("set-cookie")),
            (StatusCode::FORBIDDEN, "")
        );
        assert!(answer.text().contains("not the access token") && !answer.text().contains("guess"));
    }
    for token in ["another", TOKEN] {
        let answer = log_in(&app, token, "/").await;
        assert_eq!(
            (answer.status, answer.header("set-cookie")),
            (StatusCode::TOO_MANY_REQUESTS, "")
        );
    }
    let answer = app.get_with("/api/v1/charts/x", &[("authorization", &bearer())]).await;
    answer.refused(429, "too_many_attempts");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
}

#[tokio::test]
async fn nobody_is_sent_to_another_server() {
    let app = TestApp::locked(None);
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        assert_eq!(log_in(&app, TOKEN, next).await.header("location"), "/", "{next}");
        let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = app.get(&format!("/login?next={query}")).await;
        assert!(
            !page.text().contains("evil") && !page.text().contains("alert"),
            "{next}"
        );
    }
    // A path that begins with two slashes is no way back either.
    assert_eq!(app.get("//evil.example/x").await.header("location"), "/login");
}

/// The cookie is not sent along a link on another site, so who comes by one is sent on as by a page of ours, once.
#[tokio::test]
async fn a_link_on_another_site_does_not_ask_who_is_logged_in() {
    let app = TestApp::locked(None);
    let passing = app
        .get_with("/login?next=%2Fcharts%2Fabc", &[("sec-fetch-site", "cross-site")])
        .await;
    assert!(
        passing
            .text()
            .contains(r#"http-equiv="refresh" content="0; url=/charts/abc""#),
        "{}",
        passing.text()
    );
    assert!(!passing.text().contains("<form"));
    for ours in ["same-origin", "none"] {
        let asked = app
            .get_with("/login?next=%2Fcharts%2Fabc", &[("sec-fetch-site", ours)])
            .await;
        assert!(asked.text().contains("<form") && !asked.text().contains("http-equiv=\"refresh\""));
    }
}

#[tokio::test]
async fn behind_https_the_cookie_and_the_browser_keep_to_it() {
    let app = TestApp::locked(Some("charts.example"));
    let entered = log_in(&app, TOKEN, "/").await;
    let line = entered.header("set-cookie");
    assert!(
        line.starts_with("__Host-sandplot-session=") && line.ends_with("; SameSite=Strict; Secure"),
        "{line}"
    );
    for path in ["/login", "/healthz", "/nothing"] {
        assert_eq!(
            app.get(path).await.header("strict-transport-security"),
            "max-age=31536000"
        );
    }
    let home = app.get_with("/", &[("cookie", &cookie(&entered))]).await;
    assert_eq!(home.status, StatusCode::OK);
    // What anybody can send changes nothing.
    let plain = TestApp::locked(None);
    let proxied = [FORM, ("x-forwarded-proto", "https"), ("forwarded", "proto=https")];
    let entered = plain.post_with("/login", &proxied, &format!("token={TOKEN}")).await;
    assert!(!entered.header("set-cookie").contains("Secure"));
    assert_eq!(entered.header("strict-transport-security"), "");
}

#[tokio::test]
async fn another_site_neither_logs_in_nor_out() {
    let app = TestApp::locked(None);
    let body = format!("token={TOKEN}");
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for path in ["/login", "/logout"] {
            let answer = app.post_with(path, &[FORM, foreign], &body).await;
            assert_eq!(
                (answer.status, answer.header("set-cookie")),
                (StatusCode::FORBIDDEN, ""),
                "{foreign:?}"
            );
        }
    }
    for other in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let answer = app.post_with("/login", &[("content-type", other)], &body).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{other}");
    }
    let long = format!("token={}", "x".repeat(17 << 10));
    assert_eq!(
        app.post_with("/login", &[FORM], &long).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn a_session_of_one_token_is_none_of_another() {
    let app = TestApp::locked(None);
    let held = cookie(&log_in(&app, TOKEN, "/").await);
    assert_eq!(app.get_with("/", &[("cookie", &held)]).await.status, StatusCode::OK);
    let again = app.with_token("another-token");
    assert_eq!(
        again.get_with("/", &[("cookie", &held)]).await.status,
        StatusCode::SEE_OTHER
    );
    let file = std::fs::read(app.data.path().join("charts.sqlite3-wal")).unwrap();
    for secret in [TOKEN, held.split_once('=').unwrap().1] {
        assert!(!file.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[tokio::test]
async fn where_nobody_has_to_log_in_nobody_can() {
    let app = TestApp::new();
    assert_eq!(
        app.get("/login?next=/charts/abc").await.header("location"),
        "/charts/abc"
    );
    let entered = log_in(&app, "anything", "/").await;
    assert_eq!((entered.header("location"), entered.header("set-cookie")), ("/", ""));
    assert!(!app.get("/").await.text().contains("/logout"));
}
