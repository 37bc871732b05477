//! Where a model is served: what is an address, and whose machine it names.

use std::net::IpAddr;

use reqwest::Url;

pub(super) fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && !url.cannot_be_a_base()).then_some(url)
}

/// Whether a model's server can be called at it.
pub fn is_address(text: &str) -> bool {
    parse(text).is_some()
}

/// This machine, and the one that a container runs on.
pub(super) fn is_at_home(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "host.docker.internal")
}

/// Whether a model there runs on a machine of one's own rather than in somebody's data centre: by its address, or by a name that
/// only a home or a company has.
pub fn is_nearby(base_url: &str) -> bool {
    let Some(url) = parse(base_url) else { return false };
    let Some(host) = url.host_str() else { return false };
    match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => {
            let endings = [".local", ".localhost", ".lan", ".internal", ".home.arpa"];
            !host.contains('.') || endings.iter().any(|ending| host.ends_with(ending))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearby() {
        for near in [
            "http://localhost:8091/v1",
            "http://127.0.0.1",
            "http://10.1.2.3/v1",
            "http://[::1]:1",
            "http://[fd00::1]",
            "http://gpu-box:8000/v1",
            "http://nas.local/v1",
            "http://host.docker.internal:11434",
        ] {
            assert!(is_nearby(near), "{near}");
        }
        for far in [
            "https://api.openai.com/v1",
            "https://8.8.8.8",
            "https://[2001:db8::1]",
            "nonsense",
        ] {
            assert!(!is_nearby(far), "{far}");
        }
    }
}
