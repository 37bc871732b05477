//! What hostile clients and hostile sites try, request by request. What they try with a connection is in `connections`,
//! what comes of anything at all in `properties`.

use axum::body::Body;
use axum::http::{Request, StatusCode, Version};
use serde_json::json;

use crate::support::{JSON, TestApp, core_url, no_chart, request};

/// The name of another site leads here: its page must get nothing of this server.
#[tokio::test]
async fn dns_rebinding_gets_nothing() {
    let app = TestApp::new();
    let ask = async |method: &str, path: &str, host: &str| {
        let mut request = request(method, path, &[JSON], r#"{"program": "1"}"#);
        request.headers_mut().insert("host", host.parse().unwrap());
        app.send(request).await
    };
    for host in [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "192.168.1.5:8080",
        "localhost:8080:1",
        "",
    ] {
        for (method, path) in [
            ("GET", "/"),
            ("POST", "/api/v1/charts"),
            ("GET", &no_chart()),
            ("GET", "/metrics"),
            ("GET", "/login"),
            ("GET", "/sandbox/worker"),
            ("GET", &core_url()),
            ("GET", "/nothing"),
        ] {
            let answer = ask(method, path, host).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            assert!(!answer.everything().contains("evil"), "{}", answer.everything());
        }
        ask("POST", "/api/v1/charts", host).await.refused(421, "unknown_host");
        // Whoever watches over the server calls it what they like, and learns no more than that it is there.
        assert_eq!(ask("GET", "/healthz", host).await.text(), "ok\n");
    }
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"] {
        assert_eq!(ask("GET", "/", host).await.status, StatusCode::OK, "{host}");
    }
    assert_eq!(app.stored_charts(), 0);
}

#[tokio::test]
async fn a_request_is_for_one_host() {
    let app = TestApp::new();
    let with = |hosts: &[&str], uri: &str, version: Version| {
        let mut request = Request::builder().uri(uri).version(version);
        for host in hosts {
            request = request.header("host", *host);
        }
        app.send(request.body(Body::empty()).unwrap())
    };
    let http1 = Version::HTTP_11;
    for hosts in [&["localhost", "localhost"][..], &["localhost", "evil.example"], &[]] {
        assert_eq!(
            with(hosts, "/", http1).await.status,
            StatusCode::BAD_REQUEST,
            "{hosts:?}"
        );
    }
    let absolute = with(&["localhost"], "http://evil.example/", http1).await;
    assert_eq!(absolute.status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(
        with(&["localhost"], "http://localhost/", http1).await.status,
        StatusCode::OK
    );
    assert_eq!(with(&[], "/", Version::HTTP_10).await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_page_of_another_site_can_frame_ours() {
    let app = TestApp::new();
    let stored = app.post("/api/v1/charts", &json!({"program": "1"})).await.json();
    let locked = TestApp::locked(None);
    let pages = [
        app.get("/").await,
        app.get(stored["url"].as_str().unwrap()).await,
        app.get("/nothing").await,
        app.get(&no_chart()).await,
        app.get("/healthz").await,
        app.get(&core_url()).await,
        locked.get("/").await,
        locked.get("/login").await,
    ];
    for page in pages {
        assert!(
            page.header("content-security-policy")
                .contains("; frame-ancestors 'none';")
        );
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        // The runtime's files are for anybody, and nobody's.
        let runtime = page.header("cross-origin-resource-policy") == "cross-origin";
        assert_eq!(runtime, page.header("access-control-allow-origin") == "*");
        assert!(runtime || page.header("cross-origin-resource-policy") == "same-origin");
    }
    for path in ["/sandbox/worker", "/sandbox/figure"] {
        let frame = app.get(path).await;
        assert!(
            frame
                .header("content-security-policy")
                .contains("; frame-ancestors 'self';")
        );
        assert_eq!(frame.header("x-frame-options"), "SAMEORIGIN");
    }
}

/// Every form in which a browser sends something to us for another site: by what it says of itself, and by the types that need no
/// permission first.
#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let app = TestApp::new();
    let own = app.post("/api/v1/charts", &json!({"program": "1"})).await.json();
    let repair = format!("/api/v1/charts/{}/repair", own["id"].as_str().unwrap());
    let requests = [
        ("/api/v1/charts", r#"{"program": "1"}"#),
        (&repair, r#"{"traceback": "NameError"}"#),
    ];
    for (path, body) in requests {
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8080")],
            &[("sec-fetch-site", "SAME-ORIGIN")],
            &[("sec-fetch-site", "")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://localhost")],
            &[("origin", "http://localhost:8081")],
            &[("origin", "http://localhost:8080.evil.example")],
            &[("origin", "http://evil.example"), ("x-forwarded-host", "evil.example")],
            &[("origin", "null")],
            &[("origin", "localhost:8080")],
        ] {
            let headers = [&[JSON], foreign].concat();
            app.post_with(path, &headers, body).await.refused(403, "cross_site");
        }
        for media_type in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain;application/json",
        ] {
            app.post_with(path, &[("content-type", media_type)], body)
                .await
                .refused(415, "unsupported_media_type");
        }
        let preflight = [
            ("origin", "https://evil.example"),
            ("access-control-request-method", "POST"),
        ];
        let answer = app.send(request("OPTIONS", path, &preflight, "")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control-"))
        );
    }
    for trick in ["x-http-method-override", "x-method-override"] {
        assert_eq!(
            app.get_with("/api/v1/charts", &[(trick, "POST"), JSON]).await.status,
            StatusCode::METHOD_NOT_ALLOWED
        );
    }
    assert_eq!(app.stored_charts(), 1);
}

/// A cache tells responses apart by the address, and by what `Vary` names. Nothing else that a client can send may change them.
#[tokio::test]
async fn a_cache_cannot_be_poisoned() {
    let app = TestApp::new();
    let canary = "canary.example";
    let unkeyed = [
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-for",
        "x-forwarded-prefix",
        "x-forwarded-scheme",
        "x-forwarded-server",
        "forwarded",
        "x-host",
        "x-original-url",
        "x-rewrite-url",
        "x-original-host",
        "x-http-host-override",
        "true-client-ip",
        "x-real-ip",
        "via",
        "origin",
        "referer",
        "user-agent",
        "cookie",
        "accept",
        "accept-language",
        "authorization",
        "x-request-id",
        "traceparent",
        "x-http-method-override",
        "transfer-encoding",
        "te",
        "upgrade",
        "expect",
        "range",
        "if-range",
        "if-none-match",
        "if-modified-since",
    ];
    let script = format!("{}/app/main.js", app.assets().await);
    for path in [
        "/",
        &script,
        &core_url(),
        "/sandbox/worker",
        "/sandbox/figure",
        "/runtime/0000/core.js",
        "/player.json",
        "/login",
    ] {
        let plain = app.get(path).await;
        for name in unkeyed {
            let tried = app.get_with(path, &[(name, canary)]).await;
            assert!(!tried.everything().contains(canary), "{path} {name}");
            assert_eq!(tried.without_id(), plain.without_id(), "{path} {name}");
        }
        let varied = app.get_with(path, &[("accept-encoding", "br")]).await;
        let differs = varied.header("content-encoding") != plain.header("content-encoding");
        assert!(!differs || varied.vary().contains("accept-encoding"), "{path}");
        assert_eq!(varied.vary(), plain.vary(), "{path}");
    }
    for (path, kept) in [
        ("/", "private, no-cache"),
        ("/nothing", "no-store"),
        ("/charts/x", "no-store"),
        ("/api/v1/nothing", "no-store"),
        ("/metrics", "no-store"),
        ("/readyz", "no-store"),
    ] {
        assert_eq!(app.get(path).await.header("cache-control"), kept, "{path}");
    }
    let outside = app.get_with(&core_url(), &[("range", "bytes=999999-")]).await;
    assert_eq!(
        (outside.status, outside.header("cache-control")),
        (StatusCode::RANGE_NOT_SATISFIABLE, "no-store")
    );
}

#[tokio::test]
async fn no_way_of_writing_a_path_leads_out_or_round() {
    let app = TestApp::new();
    let assets = app.assets().await;
    let ups = [
        "..",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "%252e%252e",
        "..%00",
        "..;",
        "%c0%ae%c0%ae",
        "%ff%ff",
        "..%5c..",
        "..\\..",
        "....",
        "%2f..",
        "..%2f..%2f..",
        "%u002e%u002e",
        "..%20",
        ".%00.",
    ];
    let mut paths = Vec::new();
    for up in ups {
        for base in [
            assets.as_str(),
            "/runtime",
            "/charts",
            "/api/v1/charts",
            "/c",
            "/embed",
            "/sandbox",
            "",
            &core_url(),
        ] {
            for end in [
                "Cargo.toml",
                "Cargo.toml/",
                "etc/passwd",
                "",
                "static/app/main.js",
                "%00",
            ] {
                paths.push(format!("{base}/{up}/{up}/{end}"));
            }
        }
    }
    paths.extend(
        [
            "/.git/config",
            "/.env",
            "/%00",
            "/%",
            "/%zz",
            "/%2",
            "//",
            "///etc/passwd",
            "/\u{7f}",
        ]
        .map(str::to_owned),
    );
    paths.push(format!("/{}", "a/".repeat(4000)));
    paths.push(format!("{assets}//app/main.js"));
    paths.push(format!("{assets}/app/main.js/"));
    paths.push(format!("{assets}/app/main.js%00.css"));
    paths.push(format!("{assets}/APP/MAIN.JS"));
    paths.push(format!("{assets}%2Fapp%2Fmain.js"));
    let mut tried = 0;
    for path in paths {
        // What is no URI never gets past the parser of requests.
        if path.parse::<axum::http::Uri>().is_err() {
            continue;
        }
        let answer = app.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            !answer.text().contains("[package]") && !answer.text().contains("root:"),
            "{path}"
        );
        tried += 1;
    }
    assert!(tried > 500);
    // An encoded address is the same address, not another file.
    assert_eq!(app.get(&format!("{assets}/app/%6dain.js")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_beyond_measure_is_refused_as_such() {
    let app = TestApp::new();
    app.get(&format!("/api/v1/charts/{}", "a".repeat(9000)))
        .await
        .refused(414, "address_too_long");
    assert_eq!(
        app.get(&format!("/?{}", "a".repeat(9000))).await.status,
        StatusCode::URI_TOO_LONG
    );
    assert_eq!(app.get(&format!("/?{}", "a".repeat(8000))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_range_makes_more_of_a_file_than_it_is() {
    let app = TestApp::new();
    let whole = app.get(&core_url()).await;
    let many = (0..2000).map(|start| format!("{start}-")).collect::<Vec<_>>().join(",");
    let overlapping = vec!["0-"; 2000].join(",");
    for range in [
        many.as_str(),
        &overlapping,
        "0-0,0-0",
        "5-4",
        "-0",
        "0--1",
        "-18446744073709551616",
        "18446744073709551615-",
        "0-18446744073709551615",
        "99999999999999999999999999-99999999999999999999999999",
        "1e3-",
        "0x1-",
        " 1 - 2 ",
        "\u{661}-",
        "0-1;2-3",
        "",
    ] {
        let Ok(value) = axum::http::HeaderValue::from_str(&format!("bytes={range}")) else {
            continue;
        };
        let answer = app
            .get_with(&core_url(), &[("range", value.to_str().unwrap_or("bytes=a"))])
            .await;
        match answer.status {
            StatusCode::OK => assert_eq!(answer.body, whole.body, "{range}"),
            StatusCode::PARTIAL_CONTENT => assert!(!answer.body.is_empty() && answer.body.len() <= whole.body.len()),
            status => assert_eq!(
                (status, answer.body.len()),
                (StatusCode::RANGE_NOT_SATISFIABLE, 0),
                "{range}"
            ),
        }
        assert!(!answer.header("content-type").starts_with("multipart/"));
    }
}

/// A body that never ends coming; the clock of this test runs by itself.
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let app = TestApp::new();
    for path in ["/api/v1/charts", &format!("{}/repair", no_chart())] {
        let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let mut request = request("POST", path, &[JSON], "");
        *request.body_mut() = never;
        app.send(request).await.refused(408, "request_timeout");
    }
}
