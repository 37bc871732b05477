//! Charts for others: short links, frames on other sites, and what is open to whoever knows a chart's link.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, JSON, PROFILE, TOKEN, TestApp, core_url, request};

fn bearer() -> (&'static str, String) {
    ("authorization", format!("Bearer {TOKEN}"))
}

/// As somebody who has the token, or on a server without one.
async fn store(app: &TestApp, body: &Value) -> Value {
    let (name, value) = bearer();
    let answer = app
        .post_with("/api/v1/charts", &[JSON, (name, &value)], &body.to_string())
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

async fn shorten(app: &TestApp, id: &str) -> Answer {
    let (name, value) = bearer();
    app.post_with(&format!("/api/v1/charts/{id}/link"), &[JSON, (name, &value)], "{}")
        .await
}

fn id_of(chart: &Value) -> &str {
    chart["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_short_link_leads_to_its_chart_and_stays_the_same() {
    let app = TestApp::new();
    let chart = store(&app, &json!({"program": "1"})).await;
    let answer = shorten(&app, id_of(&chart)).await;
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("/c/") && url.len() == "/c/".len() + 13, "{url}");
    assert_eq!(shorten(&app, id_of(&chart)).await.json()["url"], url.as_str());
    let led = app.get(&url).await;
    assert_eq!(
        (led.status, led.header("location"), led.header("cache-control")),
        (StatusCode::SEE_OTHER, chart["url"].as_str().unwrap(), "no-store")
    );
    for wrong in ["/c/aaaaaaaaaaaaa", "/c/A", "/c/..%2Fcharts", "/c/", &url.to_uppercase()] {
        assert_eq!(app.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    shorten(&app, &"a".repeat(26)).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_short_link_is_made_for_pages_of_this_server_only() {
    let app = TestApp::sharing(true, true, &["*"]);
    let chart = store(&app, &json!({"program": "1"})).await;
    let path = format!("/api/v1/charts/{}/link", id_of(&chart));
    app.post_with(&path, &[JSON], "{}").await.refused(401, "unauthorized");
    let (name, value) = bearer();
    for foreign in [("sec-fetch-site", "cross-site"), ("origin", "null")] {
        app.post_with(&path, &[JSON, (name, &value), foreign], "{}")
            .await
            .refused(403, "cross_site");
    }
    app.post_with(&path, &[(name, &value), ("content-type", "text/plain")], "{}")
        .await
        .refused(415, "unsupported_media_type");
    app.post_with(&path, &[JSON, (name, &value)], r#"{"name": "mine"}"#)
        .await
        .refused(400, "bad_request");
}

/// Every address that has a chart's in it, by who may open it.
#[tokio::test]
async fn who_may_read_a_link_is_the_operators_to_say() {
    for (links_for_anyone, status) in [(false, StatusCode::SEE_OTHER), (true, StatusCode::OK)] {
        let sites: &[&str] = if links_for_anyone { &["*"] } else { &[] };
        let app = TestApp::sharing(true, links_for_anyone, sites);
        let chart = store(&app, &json!({"program": "1", "question": "Who sees this?"})).await;
        let short = shorten(&app, id_of(&chart)).await.json()["url"]
            .as_str()
            .unwrap()
            .to_owned();
        let page = app.get(chart["url"].as_str().unwrap()).await;
        assert_eq!(page.status, status);
        let api = app.get(&format!("/api/v1/charts/{}", id_of(&chart))).await;
        let led = app.get(&short).await;
        if links_for_anyone {
            assert!(page.text().contains("Who sees this?"));
            assert_eq!(api.status, StatusCode::OK);
            assert_eq!(led.header("location"), chart["url"].as_str().unwrap());
            assert_eq!(
                app.get(&format!("/embed/{}", id_of(&chart))).await.status,
                StatusCode::OK
            );
        } else {
            assert!(page.header("location").starts_with("/login?next=%2Fcharts%2F"));
            api.refused(401, "unauthorized");
            assert!(
                led.header("location").starts_with("/login?next=%2Fc%2F"),
                "{}",
                led.header("location")
            );
        }
    }
}

#[tokio::test]
async fn whoever_reads_a_link_gets_the_chart_and_nothing_else_of_the_server() {
    let app = TestApp::sharing(true, true, &["*"]);
    let profile: Value = serde_json::from_str(PROFILE).unwrap();
    let first = store(&app, &json!({"program": "1", "question": "An earlier one"})).await;
    let body = json!({"program": "2", "question": "This one", "profile": profile, "parent": first["id"]});
    let chart = store(&app, &body).await;
    let (url, id) = (chart["url"].as_str().unwrap(), id_of(&chart));

    let page = app.get(url).await;
    let api = app.get(&format!("/api/v1/charts/{id}")).await;
    assert_eq!(api.header("cache-control"), "no-store");
    assert_eq!(
        api.json()["profile"],
        json!({"tables": [{"name": "orders", "file": "orders.csv", "columns": []}]})
    );
    for text in [page.text(), api.text()] {
        // Names of columns, and what the chart came from.
        assert!(!text.contains("\"price\"") && !text.contains("9.5"), "{text}");
        assert!(!text.contains(id_of(&first)), "{text}");
    }
    let html = page.text();
    assert!(html.contains(r#"data-hook="ask-form" hidden"#));
    assert!(html.contains(r#""isReader":true"#) && html.contains(r#""models":[]"#));
    assert!(html.contains(&format!("/login?next={url}")) && !html.contains("/logout"));

    assert_eq!(app.get("/").await.header("location"), "/login");
    assert_eq!(app.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    app.get(&format!("/api/v1/charts/{id}/versions"))
        .await
        .refused(401, "unauthorized");
    for (path, body) in [
        ("/api/v1/charts".to_owned(), r#"{"program": "1"}"#),
        ("/api/v1/charts".to_owned(), r#"{"question": "More?"}"#),
        (format!("/api/v1/charts/{id}/repair"), r#"{"traceback": "NameError"}"#),
        (format!("/api/v1/charts/{id}/link"), "{}"),
    ] {
        app.post_with(&path, &[JSON], body).await.refused(401, "unauthorized");
    }
    assert_eq!(app.stored_charts(), 2);

    // Who has the token gets all of it, and who shows a wrong one is told so.
    let (name, value) = bearer();
    let whole = app.get_with(&format!("/api/v1/charts/{id}"), &[(name, &value)]).await;
    assert_eq!(whole.json()["profile"], profile);
    assert_eq!(whole.json()["parent"], first["id"]);
    for path in [url.to_owned(), format!("/api/v1/charts/{id}")] {
        let wrong = app.get_with(&path, &[(name, "Bearer a-guess")]).await;
        assert_ne!(wrong.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_chart_in_a_frame_has_no_origin_and_is_shown_by_the_named_sites_only() {
    let chart = json!({"program": "print('</script>')", "question": "<b>Who?</b>"});
    for (sites, ancestors) in [
        (&["*"][..], "frame-ancestors *;"),
        (
            &["https://blog.example", "http://box:1"],
            "frame-ancestors https://blog.example http://box:1;",
        ),
    ] {
        let app = TestApp::sharing(false, false, sites);
        let stored = store(&app, &chart).await;
        let page = app.get(&format!("/embed/{}", id_of(&stored))).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'sha256-"),
            "{policy}"
        );
        assert!(policy.contains(ancestors), "{policy}");
        assert!(policy.contains("; connect-src localhost:8080/runtime/; "), "{policy}");
        assert!(policy.contains("; frame-src 'none'; "), "{policy}");
        let sandbox = policy.rsplit_once("; sandbox ").unwrap().1;
        assert_eq!(sandbox, "allow-scripts allow-popups allow-popups-to-escape-sandbox");
        // The older header knows no list of sites, and would be the stricter.
        assert_eq!(page.header("x-frame-options"), "");
        assert!(page.header("set-cookie").is_empty());
        let html = page.text();
        assert!(html.contains("<title>&#60;b&#62;Who?&#60;/b&#62;</title>"), "{html}");
        // No form, and no link but to the chart's own page.
        assert!(!html.contains("<form") && !html.contains("<a "));
        // Every other page is as it was.
        for path in [stored["url"].as_str().unwrap(), "/", "/sandbox/worker", "/login"] {
            let other = app.get(path).await;
            assert!(!other.header("x-frame-options").is_empty(), "{path}");
            assert!(!other.header("content-security-policy").contains(ancestors), "{path}");
        }
    }
}

/// The browser computes the hash over the text between the tags, so that is what is compared: of the document and of its frames.
#[tokio::test]
async fn the_scripts_of_a_chart_in_a_frame_are_those_its_policy_names() {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    let app = TestApp::sharing(false, false, &["*"]);
    let stored = store(&app, &json!({"program": "1"})).await;
    let page = app.get(&format!("/embed/{}", id_of(&stored))).await;
    let html = page.text();
    let policy = page.header("content-security-policy");
    let hash = |text: &str| {
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
        format!("'sha256-{digest}'")
    };
    let script_in = |text: &str| {
        let start = text.rfind("<script>").unwrap() + "<script>".len();
        text[start..start + text[start..].find("</script>").unwrap()].to_owned()
    };
    assert!(policy.contains(&hash(&script_in(&html))));
    let data = html.split_once(r#"id="page-data">"#).unwrap().1;
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    for frame in ["workerFrame", "figureFrame"] {
        let document = data["sandbox"][frame]["html"].as_str().unwrap();
        let script = hash(&script_in(document));
        assert!(policy.contains(&script), "{frame}");
        // Its own policy comes first, and lets it fetch nothing.
        let (head, _) = document.split_once("<script>").unwrap();
        assert!(
            head.starts_with(
                "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;;"
            ),
            "{head}"
        );
        assert!(head.contains(&script.replace('\'', "&#39;")), "{head}");
        assert!(!head.contains("frame-ancestors") && !head.contains("sandbox"), "{head}");
    }
    assert!(data["program"] == "1" && data["isEmbed"] == true && data["runtimeBase"] == "/runtime");
}

#[tokio::test]
async fn a_chart_in_a_frame_has_the_samples_and_names_what_else_it_lacks() {
    let app = TestApp::sharing(false, false, &["*"]);
    let profile = json!({"tables": [
        {"name": "penguins", "file": "penguins.csv", "columns": [{"name": "species", "type": "text"}]},
        {"name": "orders", "file": "orders.csv", "columns": [{"name": "secret_column", "type": "text", "top": ["secret kind"]}]},
    ]});
    let stored = store(&app, &json!({"program": "df", "profile": profile})).await;
    let html = app.get(&format!("/embed/{}", id_of(&stored))).await.text();
    assert!(
        html.contains(r#""wanted":["penguins.csv","orders.csv"]"#),
        "the files are named"
    );
    assert!(html.contains(r#""given":[{"name":"penguins.csv","element":"table-0"}]"#));
    assert_eq!(html.matches("<script type=\"text/plain\"").count(), 1);
    assert!(!html.contains("secret_column") && !html.contains("secret kind"));
}

#[tokio::test]
async fn where_charts_are_not_for_other_sites_that_is_said() {
    let app = TestApp::new();
    let stored = store(&app, &json!({"program": "1"})).await;
    let page = app.get(&format!("/embed/{}", id_of(&stored))).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text().contains("SANDPLOT_EMBED") && page.header("x-frame-options") == "DENY");
    let asked = app
        .get(&format!(
            "/oembed?url=http://localhost:8080{}",
            stored["url"].as_str().unwrap()
        ))
        .await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(!app.get(stored["url"].as_str().unwrap()).await.text().contains("oembed"));
}

#[tokio::test]
async fn oembed_gives_the_frame_of_a_chart_by_any_of_its_addresses() {
    let app = TestApp::sharing(true, true, &["https://blog.example"]);
    let stored = store(&app, &json!({"program": "1", "question": "A \"line\" & <more>"})).await;
    let id = id_of(&stored);
    let short = shorten(&app, id).await.json()["url"].as_str().unwrap().to_owned();
    let page = app.get(stored["url"].as_str().unwrap()).await.text();
    let discovery =
        format!("http://localhost:8080/oembed?url=http%3A%2F%2Flocalhost%3A8080%2Fcharts%2F{id}&#38;format=json");
    assert!(
        page.contains(&format!(
            r#"<link rel="alternate" type="application/json+oembed" href="{discovery}""#
        )),
        "{page}"
    );
    for path in [
        stored["url"].as_str().unwrap(),
        &short,
        &format!("/embed/{id}"),
        &format!("/charts/{id}?a=b#c"),
    ] {
        let url: String = form_urlencoded::byte_serialize(format!("http://localhost:8080{path}").as_bytes()).collect();
        let answer = app.get(&format!("/oembed?url={url}&format=json&maxwidth=500")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json");
        let html = format!(
            "<iframe src=\"http://localhost:8080/embed/{id}\" title=\"A &#34;line&#34; &#38; &#60;more&#62;\" width=\"500\" height=\"600\" \
             sandbox=\"allow-scripts allow-popups allow-popups-to-escape-sandbox\" loading=\"lazy\" frameborder=\"0\"></iframe>"
        );
        assert_eq!(
            answer.json(),
            json!({"version": "1.0", "type": "rich", "title": "A \"line\" & <more>", "provider_name": "Sandplot",
                "provider_url": "http://localhost:8080", "width": 500, "height": 600, "html": html})
        );
    }
    let ours = format!("http://localhost:8080{}", stored["url"].as_str().unwrap());
    for (query, status) in [
        (format!("url={ours}&format=xml"), StatusCode::NOT_IMPLEMENTED),
        ("".to_owned(), StatusCode::BAD_REQUEST),
        (format!("url={ours}&maxwidth=wide"), StatusCode::BAD_REQUEST),
        (format!("url=http://evil.example/charts/{id}"), StatusCode::NOT_FOUND),
        (
            format!("url=http://localhost:8080.evil.example/charts/{id}"),
            StatusCode::NOT_FOUND,
        ),
        (
            format!("url=http://localhost:8080/charts/{}", "a".repeat(26)),
            StatusCode::NOT_FOUND,
        ),
        ("url=http://localhost:8080/login".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(app.get(&format!("/oembed?{query}")).await.status, status, "{query}");
    }
}

/// The one thing that any page may fetch, and only without anybody's cookies: the published runtime.
#[tokio::test]
async fn any_origin_may_have_the_runtime_and_nothing_else() {
    let app = TestApp::sharing(false, true, &["*"]);
    let stored = store(&app, &json!({"program": "1"})).await;
    let foreign = ("origin", "https://evil.example");
    for path in [core_url(), "/runtime/0000/core.js".to_owned()] {
        let file = app.get_with(&path, &[foreign]).await;
        assert_eq!(file.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(file.header("access-control-allow-credentials"), "");
        assert_eq!(file.header("cross-origin-resource-policy"), "cross-origin");
        assert!(file.header("set-cookie").is_empty());
    }
    let id = id_of(&stored);
    let script = format!("{}/app/main.js", app.assets().await);
    let paths = [
        "/",
        stored["url"].as_str().unwrap(),
        &format!("/api/v1/charts/{id}"),
        &format!("/api/v1/charts/{id}/versions"),
        &format!("/embed/{id}"),
        &format!("/oembed?url=http://localhost:8080/charts/{id}"),
        "/runtime.json",
        "/player.json",
        &script,
        "/sandbox/worker",
        "/healthz",
        "/nothing",
        "/runtime/",
    ];
    for path in paths {
        let answer = app.get_with(path, &[foreign]).await;
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control-")),
            "{path}"
        );
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
    let preflight = [foreign, ("access-control-request-method", "POST")];
    let asked = app.send(request("OPTIONS", &core_url(), &preflight, "")).await;
    assert_eq!(asked.header("access-control-allow-methods"), "");
}
