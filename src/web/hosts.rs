//! By which names the server lets itself be called.
//!
//! A web site can have its own name lead here (DNS rebinding). The browser then takes this server for a part of that site, and
//! the site's scripts may read and ask whatever its reader may. What gives them away is the name in `Host`, which they cannot
//! change. An address made of numbers is never the name of a site, and with a token there is nothing to be had: the browser
//! keeps the cookie for the name it was given under.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::App;
use super::error::Failure;

pub(super) struct Hosts {
    /// In lower case.
    names: Vec<String>,
    others: Others,
}

/// What is answered to beside the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// Addresses of this machine that only this machine can reach.
    Loopback,
    Addresses,
    Any,
}

impl Hosts {
    /// For a server that listens at `listen`, which turned out to be `address`. `allowed` is what the operator listed.
    pub(super) fn new(
        listen: &str,
        address: IpAddr,
        allowed: Vec<String>,
        public: Option<&str>,
        has_token: bool,
    ) -> Hosts {
        let others = match () {
            () if has_token && allowed.is_empty() => Others::Any,
            () if address.to_canonical().is_loopback() => Others::Loopback,
            () => Others::Addresses,
        };
        let implied = [Some("localhost"), name(listen), public.and_then(name)];
        let implied = implied.into_iter().flatten().map(str::to_ascii_lowercase);
        let allowed = allowed.into_iter().map(|host| match name(&host) {
            Some(name) => name.to_owned(),
            None => host,
        });
        Hosts {
            names: implied.chain(allowed).collect(),
            others,
        }
    }

    /// Whether the server may be called `host`, a name or an address with or without a port.
    pub(super) fn know(&self, host: &str) -> bool {
        if self.others == Others::Any {
            return true;
        }
        let Some(name) = name(host) else { return false };
        if self.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return true;
        }
        name.parse::<IpAddr>().is_ok_and(|address| match self.others {
            Others::Loopback => address.to_canonical().is_loopback(),
            Others::Addresses | Others::Any => true,
        })
    }
}

/// Without the port, the brackets of an address, and the full stop that makes a name absolute.
fn name(host: &str) -> Option<&str> {
    let is_port = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|digit| digit.is_ascii_digit());
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        return (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(address);
    }
    let name = match host.split_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return None,
        None => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

/// The port that the browser wrote into `Host`.
pub(super) fn port(headers: &HeaderMap) -> Option<u16> {
    let host = headers.get(HOST)?.to_str().ok()?;
    host.rsplit_once(':')?.1.parse().ok()
}

/// Refuses what is meant for another server, or for several at once.
pub(super) async fn known(State(app): State<App>, request: Request, next: Next) -> Response {
    match check(&request, &app.parts().access.hosts) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn check(request: &Request, hosts: &Hosts) -> Result<(), Failure> {
    let mut said = request.headers().get_all(HOST).iter();
    let given = match (said.next(), said.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| Failure::UnknownHost)?),
        // Browsers have sent it for thirty years; some health checks still do not.
        (None, _) if request.version() < Version::HTTP_11 => None,
        _ => return Err(Failure::BadRequest("The request must have one header Host.".into())),
    };
    // Proxies are sent the whole URL, which then counts instead of the header (RFC 9112, section 3.2.2).
    let authority = request.uri().authority().map(|authority| authority.as_str());
    if [given, authority].into_iter().flatten().all(|host| hosts.know(host)) {
        Ok(())
    } else {
        Err(Failure::UnknownHost)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hosts(listen: &str, address: &str, allowed: &[&str], has_token: bool) -> Hosts {
        let allowed = allowed.iter().map(|name| (*name).to_owned()).collect();
        Hosts::new(
            listen,
            address.parse().unwrap(),
            allowed,
            Some("charts.example:8443"),
            has_token,
        )
    }

    const LOCAL: [&str; 8] = [
        "localhost",
        "LocalHost:8080",
        "localhost.:1",
        "127.0.0.1",
        "127.0.0.1:8080",
        "[::1]",
        "[::1]:8080",
        "charts.example",
    ];
    const NUMBERS: [&str; 3] = ["192.168.1.5:8080", "10.0.0.1", "[fd00::1]:80"];
    const FOREIGN: [&str; 13] = [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.localhost",
        "localhost:8080:80",
        "localhost:+80",
        "[::1",
        "[::1]x",
        "user@localhost",
        "localhost/",
        "",
        ":80",
    ];

    #[test]
    fn a_server_for_this_machine_answers_to_its_own_names() {
        let hosts = hosts("127.0.0.1:8080", "127.0.0.1", &[], false);
        assert!(LOCAL.iter().all(|host| hosts.know(host)));
        for host in NUMBERS.iter().chain(&FOREIGN) {
            assert!(!hosts.know(host), "{host}");
        }
    }

    #[test]
    fn a_server_for_everybody_answers_to_numbers_and_to_the_names_it_was_given() {
        let hosts = hosts("box.lan:80", "0.0.0.0", &["charts", "[fd00::2]"], false);
        for host in LOCAL
            .iter()
            .chain(&NUMBERS)
            .chain(&["Charts:8080", "box.lan", "[fd00::2]"])
        {
            assert!(hosts.know(host), "{host}");
        }
        assert!(FOREIGN.iter().all(|host| !hosts.know(host)));
    }

    #[test]
    fn with_a_token_any_name_will_do_unless_names_were_given() {
        let any = hosts("127.0.0.1:8080", "127.0.0.1", &[], true);
        assert!(any.know("box.lan") && any.know("evil.example"));
        let listed = hosts("0.0.0.0:8080", "0.0.0.0", &["box.lan"], true);
        assert!(listed.know("box.lan:1") && !listed.know("evil.example"));
    }

    proptest! {
        /// As the browser that wrote the header would read it: whatever is let in is this machine.
        #[test]
        fn nothing_is_let_in_that_a_browser_takes_for_a_site(
            host in "(localhost|127\\.0\\.0\\.1|\\[|\\]|::1|[.:@/a-z0-9]){0,8}",
        ) {
            let hosts = Hosts::new("127.0.0.1:8080", "127.0.0.1".parse().unwrap(), Vec::new(), None, false);
            if hosts.know(&host)
                && let Ok(url) = reqwest::Url::parse(&format!("http://{host}/"))
            {
                let name = url.host_str().unwrap_or_default().trim_matches(['[', ']', '.']);
                let is_own = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
                prop_assert!(is_own, "{}", host);
            }
        }

        #[test]
        fn no_host_is_too_odd(host in ".{0,40}") {
            let hosts = Hosts::new(&host, "0.0.0.0".parse().unwrap(), vec![host.clone()], Some(&host), false);
            let _ = hosts.know(&host);
        }
    }
}
