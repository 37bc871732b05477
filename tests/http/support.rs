//! The app under test, and what one asks of a response.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use sandplot::llm::{Deadlines, Models, Provider, Settings};
use sandplot::plan::{Plans, When};
use sandplot::prompt::Privacy;
use sandplot::store::Store;
use sandplot::web::{Access, App, Bundle, Parts, Public, Quotas, RunLimits, Sharing, Site};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub struct TestApp {
    pub router: Router,
    pub data: TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// The script of the model: the first reply whose `when` is in the last message.
const SCRIPT: &str = r#"{"replies": [
    {"when": "asked too often", "fault": "429", "retryAfter": 7},
    {"when": "out of order", "fault": "500"},
    {"when": "in the middle", "reply": "half of it and no more", "fault": "cut"},
    {"when": "only words", "reply": "I would draw a line."},
    {"when": "unknown package", "reply": "```python\nimport tensorflow\n```"},
    {"when": "imports tensorflow", "reply": "```python\nimport tensorflow\n```"},
    {"when": "a package too many", "reply": "```python\nimport polars\n```"},
    {"when": "imports polars", "reply": "```python\nx = 2\n```"},
    {"when": "NameError", "reply": "```python\nx = 1\n```"},
    {"reply": "Here you are:\n```python\nprint('<b>')\n```\nDone."}
]}"#;

pub const JSON: (&str, &str) = ("content-type", "application/json");

pub const TOKEN: &str = "correct-horse-battery";

pub const PROFILE: &str = r#"{"tables":[{"name":"orders","file":"orders.csv","rows":3,"columns":[
    {"name":"price","type":"number","missing":0,"distinct":3,"min":1,"max":9.5}]}]}"#;

/// What the small runtime's `core.js` holds before compression.
pub fn core_script() -> String {
    "const core = 1;\n".repeat(200)
}

/// Where a chart would be that nobody stored.
pub fn no_chart() -> String {
    format!("/api/v1/charts/{}", "a".repeat(26))
}

pub fn core_url() -> String {
    format!("/runtime/{}/core.js", sha256(core_script().as_bytes()))
}

fn file(name: &str) -> Vec<u8> {
    if name == "core.js" {
        core_script().into_bytes()
    } else {
        format!("bytes of {name}").into_bytes()
    }
}

fn read(path: &str) -> Option<Cow<'static, [u8]>> {
    let (name, ending) = path.rsplit_once('.')?;
    let mut compressed = Vec::new();
    match ending {
        "zst" => compressed = zstd::bulk::compress(&file(name), 3).ok()?,
        _ => drop(brotli::BrotliCompress(&mut file(name).as_slice(), &mut compressed, &Default::default()).ok()?),
    }
    Some(compressed.into())
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bundle() -> Bundle {
    let names = [
        "core.js",
        "core.wasm",
        "stdlib.zip",
        "harness.pack",
        "numpy.pack",
        "plotly.js",
        "vega.js",
    ];
    let files = names.map(|name| {
        let bytes = file(name);
        json!({"name": name, "bytes": bytes.len(), "sha256": sha256(&bytes), "type": "text/javascript"})
    });
    let description = json!({
        "runtime": "314.0.3", "python": "3.14.0", "abi": "2026_0", "distribution": "https://example.org/",
        "digest": "0123456789abcdef", "files": files,
        "core": {"script": "core.js", "wasm": "core.wasm", "stdlib": "stdlib.zip", "harness": "harness.pack"},
        "base": {"libraries": "harness.pack", "rest": "harness.pack", "imported": "harness.pack", "modules": ["numpy"], "snapshot": {
            "metadata": "harness.pack", "memory": ["harness.pack"], "wasm": "harness.pack", "libraries": "harness.pack",
            "uncalled": "harness.pack", "later": "harness.pack", "standIns": "harness.pack", "data": "harness.pack"}},
        "inputs": [{"name": "numpy.whl", "bytes": 1, "sha256": "ab".repeat(32), "published": true}],
        "packages": {"numpy": {"version": "2.4.3", "file": "numpy.pack", "depends": []}},
        "imports": {"numpy": "numpy"}, "hints": [], "stdlib": ["math"],
        "renderers": {"plotly": {"file": "plotly.js", "version": "4.1.1", "package": "plotly"},
            "vega": {"file": "vega.js", "version": "6.1.0", "package": "altair"}},
        "readers": {"parquet": "plotly.js"},
        "fonts": {"latin": "plotly.js", "han": "plotly.js", "kana": "plotly.js", "hangul": "plotly.js"},
    });
    Bundle::new(description.to_string().as_bytes(), read).unwrap()
}

fn router(data: &Path, providers: impl IntoIterator<Item = Provider>, access: Access, quotas: Quotas) -> Router {
    sharing_router(data, providers, access, quotas, Sharing::default())
}

fn sharing_router(
    data: &Path,
    providers: impl IntoIterator<Item = Provider>,
    access: Access,
    quotas: Quotas,
    sharing: Sharing,
) -> Router {
    let deadlines = Deadlines {
        first_token: Duration::from_secs(20),
        ..Deadlines::default()
    };
    let settings = |provider| Settings {
        provider,
        deadlines,
        most_tokens: None,
    };
    let app = App::new(Parts {
        bundle: bundle(),
        site: Site::embedded(),
        store: Store::open(data).unwrap(),
        models: Models::new(providers.into_iter().map(settings).collect(), HashMap::new()).unwrap(),
        access,
        quotas,
        sharing,
        run: RunLimits {
            seconds: 60,
            memory_bytes: 1 << 31,
        },
        plans: Plans {
            usually: When::Auto,
            of: HashMap::from([("scripted:planner".into(), When::Always)]),
        },
        privacy: Privacy::Statistics,
        metrics: sandplot::telemetry::no_metrics(),
        now: || "2026-01-02T03:04:05.678901Z".parse().unwrap(),
    });
    sandplot::app(app.unwrap())
}

fn local() -> Access {
    Access::new(None, Vec::new(), None, "127.0.0.1:8080", Ipv4Addr::LOCALHOST.into())
}

/// A file of replies, which is read when the app is made.
struct Script(TempDir, String);

fn script(name: &str, text: &str) -> Script {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("{name}.json");
    std::fs::write(folder.path().join(&file), text).unwrap();
    Script(folder, file)
}

impl Script {
    fn provider(&self) -> Provider {
        Provider::Scripted {
            file: self.0.path().join(&self.1),
        }
    }
}

impl TestApp {
    pub fn new() -> TestApp {
        TestApp::limited(Quotas::default())
    }

    /// With limits on what may be asked.
    pub fn limited(quotas: Quotas) -> TestApp {
        let (script, data) = (script("script", SCRIPT), tempfile::tempdir().unwrap());
        TestApp {
            router: router(data.path(), [script.provider()], local(), quotas),
            data,
        }
    }

    /// With several models, `scripted:one` and so on.
    pub fn with_models(scripts: &[(&str, &str)]) -> TestApp {
        let scripts: Vec<Script> = scripts.iter().map(|(name, text)| script(name, text)).collect();
        let data = tempfile::tempdir().unwrap();
        TestApp {
            router: router(
                data.path(),
                scripts.iter().map(Script::provider),
                local(),
                Quotas::default(),
            ),
            data,
        }
    }

    pub fn with(providers: impl IntoIterator<Item = Provider>) -> TestApp {
        TestApp::reached(providers, local())
    }

    /// With a token; and behind a proxy that people reach by https, if it has a name.
    pub fn locked(public: Option<&str>) -> TestApp {
        let public = public.map(|host| Public::new(true, host.into()));
        let token = Some(TOKEN.into());
        let access = Access::new(token, Vec::new(), public, "0.0.0.0:8080", Ipv4Addr::UNSPECIFIED.into());
        TestApp::reached(None, access)
    }

    /// With a token or without, shared as the operator says: links for anyone, and frames on these sites.
    pub fn sharing(has_token: bool, links_for_anyone: bool, sites: &[&str]) -> TestApp {
        let data = tempfile::tempdir().unwrap();
        let access = if has_token {
            Access::new(
                Some(TOKEN.into()),
                Vec::new(),
                None,
                "0.0.0.0:8080",
                Ipv4Addr::UNSPECIFIED.into(),
            )
        } else {
            local()
        };
        let sites = sites.iter().map(|site| (*site).to_owned()).collect();
        let sharing = Sharing::new(links_for_anyone, sites);
        TestApp {
            router: sharing_router(data.path(), None, access, Quotas::default(), sharing),
            data,
        }
    }

    /// The same charts and sessions behind another token.
    pub fn with_token(&self, token: &str) -> TestApp {
        let access = Access::new(
            Some(token.into()),
            Vec::new(),
            None,
            "0.0.0.0:80",
            Ipv4Addr::UNSPECIFIED.into(),
        );
        TestApp {
            router: router(self.data.path(), None, access, Quotas::default()),
            data: tempfile::tempdir().unwrap(),
        }
    }

    pub fn reached(providers: impl IntoIterator<Item = Provider>, access: Access) -> TestApp {
        let data = tempfile::tempdir().unwrap();
        TestApp {
            router: router(data.path(), providers, access, Quotas::default()),
            data,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().into(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers, "")).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, &[("content-type", "application/json")], &body.to_string())
            .await
    }

    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(request("POST", path, headers, body)).await
    }

    /// The events of an answer, each with its name and its data.
    pub async fn events(&self, path: &str, body: &Value) -> Vec<(String, Value)> {
        let headers = [("content-type", "application/json"), ("accept", "text/event-stream")];
        let answer = self.post_with(path, &headers, &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "text/event-stream");
        assert_eq!(answer.header("cache-control"), "no-store, no-transform");
        answer
            .text()
            .split_terminator("\n\n")
            .filter(|event| !event.starts_with(':'))
            .map(event)
            .collect()
    }

    /// Where the page's own files are today.
    pub async fn assets(&self) -> String {
        let page = self.get("/").await.text();
        let start = page.find("/assets/").expect("a page that names its files");
        let digest: String = page[start + "/assets/".len()..]
            .chars()
            .take_while(char::is_ascii_hexdigit)
            .collect();
        format!("/assets/{digest}")
    }

    pub fn stored_charts(&self) -> u32 {
        let file = rusqlite::Connection::open(self.data.path().join("charts.sqlite3")).unwrap();
        file.query_row("SELECT count(*) FROM charts", [], |row| row.get(0))
            .unwrap()
    }
}

fn event(text: &str) -> (String, Value) {
    let (name, data) = text.split_once('\n').unwrap();
    let data = data.strip_prefix("data: ").unwrap();
    (
        name.strip_prefix("event: ").unwrap().to_owned(),
        serde_json::from_str(data).unwrap(),
    )
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8080");
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(body.to_owned())).unwrap()
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// All that it varies by, whoever has said so.
    pub fn vary(&self) -> String {
        let lines = self.headers.get_all("vary").iter().map(|line| line.to_str().unwrap());
        lines.collect::<Vec<_>>().join(", ").to_lowercase()
    }

    /// Checks that this says no in the form of the API, and gives the sentence.
    pub fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(
            (self.status.as_u16(), self.json()["error"]["code"].as_str().unwrap()),
            (status, code),
            "{}",
            self.text()
        );
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(
            self.json()["error"]["requestId"].as_str().unwrap(),
            self.header("x-request-id")
        );
        assert_eq!(self.header("cache-control"), "no-store");
        let sentence = self.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(
            sentence.ends_with(['.', '?']) || sentence.contains("It said:"),
            "{sentence}"
        );
        sentence
    }

    /// Headers and body, for what must not be in either.
    pub fn everything(&self) -> String {
        format!("{:?}\n{}", self.headers, String::from_utf8_lossy(&self.body))
    }

    /// Headers and body without the number of the request, which a page of a failure shows as well.
    pub fn without_id(&self) -> String {
        self.everything().replace(self.header("x-request-id"), "")
    }

    /// All headers but those that differ every time, one a line.
    pub fn stable_headers(&self) -> String {
        let mut lines: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id")
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        format!("{}\n{}", self.status, lines.join("\n"))
    }
}
