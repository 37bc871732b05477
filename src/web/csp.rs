//! What a page may do: the policies, and the headers that every response carries.
//!
//! The host page runs our own script only and inserts no markup. The sealed frames run one script each, named by the hash of its
//! text, and reach nothing: their documents have an origin of their own (`sandbox`) and no network. Which alternative leaked
//! where was measured in three browsers; SECURITY.md has it.

use std::fmt;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_DNS_PREFETCH_CONTROL, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::App;
use super::access::Access;

/// Chromium's second lock beside the policy: which origins a document may connect to at all. Others ignore it.
pub(super) const CONNECTION_ALLOWLIST: HeaderName = HeaderName::from_static("connection-allowlist");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A year, and this host only: what else is under its name is not this server's to decide.
const ONLY_HTTPS: &str = "max-age=31536000";

/// The features that browsers know by this header today. One that none knows would be a warning on every page.
const DENIED: [&str; 29] = [
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "window-management",
    "xr-spatial-tracking",
];

/// Granted to the host page, never to a frame: a figure on the whole screen, and copying one.
const OWN: [&str; 2] = ["clipboard-write", "fullscreen"];

/// What a policy in a document cannot say (HTML, section 4.2.5.3), and the element around the document says instead.
const ONLY_IN_HEADERS: [&str; 2] = ["frame-ancestors", "sandbox"];

/// Marks a response that sites may show in a frame, as its policy says: the older header, which knows no list, is left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Framable;

/// A content security policy: directives with their sources, in order.
#[derive(Debug, Clone)]
pub(super) struct Policy(Vec<(&'static str, String)>);

impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (directive, sources)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let space = if sources.is_empty() { "" } else { " " };
            write!(formatter, "{separator}{directive}{space}{sources}")?;
        }
        Ok(())
    }
}

impl Policy {
    /// Of everything but the sealed frames. `hosts` is the server as browsers address it.
    fn page(hosts: &[&str]) -> Policy {
        // The path is what keeps a frame from navigating itself to another page of this server; `'self'` has no path. Without a
        // scheme a source has that of the page.
        let frames = hosts.iter().map(|host| format!("{host}/sandbox/"));
        let frames = match hosts {
            [] => "'self'".into(),
            _ => frames.collect::<Vec<_>>().join(" "),
        };
        Policy(vec![
            ("default-src", "'none'".into()),
            ("script-src", "'self'".into()),
            ("style-src", "'self'".into()),
            ("img-src", "'self' blob:".into()),
            ("connect-src", "'self'".into()),
            ("frame-src", frames),
            ("object-src", "'none'".into()),
            ("base-uri", "'none'".into()),
            ("form-action", "'self'".into()),
            ("frame-ancestors", "'none'".into()),
            ("require-trusted-types-for", "'script'".into()),
            // The one policy there may be, app/own-workers.js's, makes the addresses of the page's own workers and no other.
            ("trusted-types", "sandplot".into()),
        ])
    }

    /// Of the page's worker that formats programs: it runs a formatter's WebAssembly, which the page itself may not, and can connect to
    /// nothing. The page hands it the bytes. Whether a worker goes by its own policy is its browser's to hold: all three do.
    pub(super) fn format_worker() -> Policy {
        Policy(vec![
            ("default-src", "'none'".into()),
            ("script-src", "'self' 'wasm-unsafe-eval'".into()),
            ("connect-src", "'none'".into()),
            ("frame-ancestors", "'none'".into()),
        ])
    }

    /// Of the frame that owns the worker; the worker inherits it.
    pub(super) fn worker_frame(bootstrap: &str) -> Policy {
        Policy(vec![
            ("default-src", "'none'".into()),
            ("script-src", format!("{} 'wasm-unsafe-eval'", hash(bootstrap))),
            ("worker-src", "blob:".into()),
            ("connect-src", "'none'".into()),
            ("form-action", "'none'".into()),
            ("base-uri", "'none'".into()),
            ("frame-ancestors", "'self'".into()),
            ("sandbox", "allow-scripts".into()),
        ])
    }

    /// Of the frame that draws interactive figures, with scripts whose text it is given. `renderers` are hashes.
    pub(super) fn figure_frame(bootstrap: &str, renderers: &[String]) -> Policy {
        Policy(vec![
            ("default-src", "'none'".into()),
            ("script-src", [&[hash(bootstrap)], renderers].concat().join(" ")),
            ("style-src", "'unsafe-inline'".into()),
            ("img-src", "data: blob:".into()),
            ("font-src", "data:".into()),
            ("form-action", "'none'".into()),
            ("base-uri", "'none'".into()),
            ("frame-ancestors", "'self'".into()),
            ("sandbox", "allow-scripts".into()),
        ])
    }

    /// Of a document that draws a chart outside of the app; the sealed frames in it inherit it, so it names what they run and need.
    /// What it may connect to is added where that is known.
    pub(super) fn player(scripts: &[String]) -> Policy {
        Policy(vec![
            ("default-src", "'none'".into()),
            ("script-src", format!("{} 'wasm-unsafe-eval'", scripts.join(" "))),
            ("worker-src", "blob:".into()),
            ("style-src", "'unsafe-inline'".into()),
            ("img-src", "data: blob:".into()),
            ("font-src", "data:".into()),
            // Neither a frame of another address nor one of ours that goes to another.
            ("frame-src", "'none'".into()),
            ("object-src", "'none'".into()),
            ("base-uri", "'none'".into()),
            ("form-action", "'none'".into()),
        ])
    }

    /// The same where it stands in the document itself.
    pub(super) fn in_document(mut self) -> Policy {
        self.0.retain(|(directive, _)| !ONLY_IN_HEADERS.contains(directive));
        self
    }
}

/// A text as a source of scripts.
pub(super) fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// A hash in hexadecimal, as the runtime's description has it, as a source of scripts. `None` if it is none.
pub(super) fn source_of_hexadecimal(sha256: &str) -> Option<String> {
    if sha256.len() != 64 || !sha256.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(sha256.get(at..at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..64).step_by(2).filter_map(byte).collect();
    Some(format!("'sha256-{}'", STANDARD.encode(bytes)))
}

/// The runtime's files are published by others and the same everywhere, so any page may have them: a chart that somebody saved as a
/// file draws itself with them. Not with cookies, and nothing else of this server.
pub(super) async fn for_any_origin(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    response
}

/// Gives every response what it does not have yet; only the sealed frames bring a policy of their own.
pub(super) async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let access = &app.parts().access;
    let policy = Policy::page(&hosts(request.headers(), access)).to_string();
    let mut response = next.run(request).await;
    let framable = response.extensions().get::<Framable>().is_some();
    let headers = response.headers_mut();
    let sealed = headers.contains_key(CONTENT_SECURITY_POLICY);
    let own = if sealed { "()" } else { "(self)" };
    let denied = DENIED.iter().map(|feature| format!("{feature}=()"));
    let permissions = denied
        .chain(OWN.iter().map(|feature| format!("{feature}={own}")))
        .collect::<Vec<_>>()
        .join(", ");
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        // The way in and out leads over redirects of ours, which it would refuse from one page to another.
        (
            CONNECTION_ALLOWLIST,
            if app.gate().is_some() {
                "(response-origin);redirects=allow"
            } else {
                "(response-origin)"
            },
        ),
        (PERMISSIONS_POLICY, permissions.as_str()),
        // A form of a page that sends no referrer has no origin either, and then cannot be told from a foreign one.
        (REFERRER_POLICY, if sealed { "no-referrer" } else { "same-origin" }),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A name is looked up for a link that nobody follows, and no policy holds that: a figure may have links.
        (X_DNS_PREFETCH_CONTROL, "off"),
        // For browsers that do not know `frame-ancestors`.
        (X_FRAME_OPTIONS, if sealed { "SAMEORIGIN" } else { "DENY" }),
        (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ] {
        if framable && name == X_FRAME_OPTIONS {
            continue;
        }
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.entry(name).or_insert(value);
        }
    }
    if access.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_HTTPS));
    }
    response
}

/// The server as the operator says that people call it, and as this request does, if that is allowed. A header that only proxies
/// set is not read: a cache before the server does not tell responses apart by it.
pub(super) fn hosts<'a>(headers: &'a HeaderMap, access: &'a Access) -> Vec<&'a str> {
    let called = headers.get(HOST).and_then(|host| host.to_str().ok());
    let mut hosts: Vec<&str> = access.public_host().into_iter().collect();
    hosts.extend(called.filter(|host| access.hosts.know(host) && access.public_host() != Some(host)));
    hosts.retain(|host| fits_policy(host));
    hosts
}

/// Only forms that a policy can hold: IP addresses of version 6 are none (CSP 3, section 2.3.1).
fn fits_policy(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && port.parse::<u16>().is_ok()
        && !port.starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_the_page() {
        assert_eq!(
            Policy::page(&["localhost:8080"]).to_string(),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
             frame-src localhost:8080/sandbox/; object-src 'none'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sandplot"
        );
        assert!(Policy::page(&[]).to_string().contains("; frame-src 'self'; "));
        let both = Policy::page(&["a.example", "b:1"]).to_string();
        assert!(both.contains("; frame-src a.example/sandbox/ b:1/sandbox/; "), "{both}");
    }

    #[test]
    fn the_policy_of_the_formatters_worker() {
        assert_eq!(
            Policy::format_worker().to_string(),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'; frame-ancestors 'none'"
        );
    }

    #[test]
    fn the_policy_of_the_workers_frame() {
        assert_eq!(
            Policy::worker_frame("start()").to_string(),
            "default-src 'none'; script-src 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00=' 'wasm-unsafe-eval'; \
             worker-src blob:; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; \
             sandbox allow-scripts"
        );
    }

    #[test]
    fn the_policy_of_the_figures_frame() {
        let renderers = [
            source_of_hexadecimal(&"00".repeat(32)).unwrap(),
            source_of_hexadecimal(&"ff".repeat(32)).unwrap(),
        ];
        assert_eq!(
            Policy::figure_frame("start()", &renderers).to_string(),
            "default-src 'none'; script-src 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00=' \
             'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' 'sha256-//////////////////////////////////////////8='; \
             style-src 'unsafe-inline'; img-src data: blob:; font-src data:; form-action 'none'; base-uri 'none'; \
             frame-ancestors 'self'; sandbox allow-scripts"
        );
    }

    /// Of one script and one renderer, for shortness.
    #[test]
    fn the_policy_of_a_chart_outside_the_app() {
        let scripts = ["'sha256-a'".to_owned(), "'sha256-b'".to_owned()];
        assert_eq!(
            Policy::player(&scripts).to_string(),
            "default-src 'none'; script-src 'sha256-a' 'sha256-b' 'wasm-unsafe-eval'; worker-src blob:; \
             style-src 'unsafe-inline'; img-src data: blob:; font-src data:; frame-src 'none'; object-src 'none'; \
             base-uri 'none'; form-action 'none'"
        );
        let inside = Policy::worker_frame("start()").in_document().to_string();
        assert!(
            inside.ends_with("connect-src 'none'; form-action 'none'; base-uri 'none'"),
            "{inside}"
        );
    }

    #[test]
    fn a_hash_that_is_none_is_no_source() {
        for wrong in [
            "",
            "ab",
            &"0".repeat(63),
            &"zz".repeat(32),
            &"ab".repeat(33),
            &"é".repeat(32),
        ] {
            assert_eq!(source_of_hexadecimal(wrong), None, "{wrong}");
        }
    }

    /// What a header says is written into the policy, so it must not be able to add to it.
    #[test]
    fn only_a_plain_host_gets_into_the_policy() {
        for good in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:80",
            "a-b.example.com",
            "my_box:1",
        ] {
            assert!(fits_policy(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "a b",
            "a;script-src",
            "a/b",
            "a,b",
            "[::1]:80",
            "::1",
            "a:b",
            "a:99999",
            ":80",
            "a:",
            "a:+1",
            "a'",
            "a\"b",
        ] {
            assert!(!fits_policy(bad), "{bad}");
        }
    }
}
