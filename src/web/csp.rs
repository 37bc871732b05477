//! What a page may do: the policies, and the headers that every response carries.
//!
//! The host page runs our own script only and inserts no markup. The sealed frames run one script each, named by the hash of its
//! text, and reach nothing: their documents have an origin of their own (`sandbox`) and no network. Which alternative leaked
//! where was measured in three browsers; SECURITY.md has it.

use std::fmt;

use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Chromium's second lock beside the policy: which origins a document may connect to at all. Others ignore it.
pub(super) const CONNECTION_ALLOWLIST: HeaderName = HeaderName::from_static("connection-allowlist");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

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
    /// Of everything but the sealed frames. `host` is the server as the browser addressed it.
    fn page(host: Option<&str>) -> Policy {
        // The path is what keeps a frame from navigating itself to another page of this server; `'self'` has no path. A source
        // that begins with http also matches https.
        let frames = host.map_or_else(|| "'self'".into(), |host| format!("http://{host}/sandbox/"));
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
            ("trusted-types", "'none'".into()),
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
}

/// A text as a source of scripts.
fn hash(text: &str) -> String {
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

/// Gives every response what it does not have yet; only the sealed frames bring a policy of their own.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let policy = Policy::page(host(request.headers())).to_string();
    let mut response = next.run(request).await;
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
        (CONNECTION_ALLOWLIST, "(response-origin)"),
        (PERMISSIONS_POLICY, permissions.as_str()),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.entry(name).or_insert(value);
        }
    }
    response
}

/// The server as the browser addressed it, which a proxy may have moved to another header. Only forms that a policy can hold:
/// IP addresses of version 6 are none (CSP 3, section 2.3.1).
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers
        .get("x-forwarded-host")
        .or_else(|| headers.get(HOST))?
        .to_str()
        .ok()?;
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let well_formed = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && port.parse::<u16>().is_ok();
    well_formed.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_the_page() {
        assert_eq!(
            Policy::page(Some("localhost:8080")).to_string(),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
             frame-src http://localhost:8080/sandbox/; object-src 'none'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        );
        assert!(Policy::page(None).to_string().contains("; frame-src 'self'; "));
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
        let of = |name: &'static str, value: &'static str| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            host(&headers).map(str::to_owned)
        };
        for good in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:80",
            "a-b.example.com",
            "my_box:1",
        ] {
            assert_eq!(of("host", good).as_deref(), Some(good));
            assert_eq!(of("x-forwarded-host", good).as_deref(), Some(good));
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
            "a'",
            "a\"b",
        ] {
            assert_eq!(of("host", bad), None, "{bad}");
        }
    }
}
