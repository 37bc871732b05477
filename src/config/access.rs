//! Who may reach the server and by which name.

use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};

use super::models::key;
use super::{ConfigError, path};
use crate::args::{Args, Readers};

/// Together with the limit on wrong attempts too long to be guessed, and short enough for what people set by hand at home.
pub(super) const SHORTEST_TOKEN: usize = 8;

const TOKEN_FILE: &str = "--access-token-file (SANDPLOT_ACCESS_TOKEN_FILE)";

#[derive(Debug)]
pub struct Access {
    /// What everybody must show; `None` if nobody has to.
    pub token: Option<SecretString>,
    /// Said, not only left out: that decides where the server may listen.
    pub no_auth: bool,
    /// In lower case.
    pub allowed_hosts: Vec<String>,
    pub public_url: Option<PublicUrl>,
    /// What they say of where a request comes from is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whoever knows the link of a chart may read it, token or not.
    pub links_for_anyone: bool,
    /// Sites that may show charts in a frame, as their origins; `*` is any.
    pub embed: Vec<String>,
}

/// The address of the server as people type it, where that is not where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    pub https: bool,
    /// As browsers send it in `Host`: in lower case, with the port if it is not the usual one.
    pub host: String,
}

impl Access {
    pub(super) fn new(args: &Args, variable: &impl Fn(&str) -> Option<String>) -> Result<Access, ConfigError> {
        let token = key(
            variable("SANDPLOT_ACCESS_TOKEN"),
            path(args.access_token_file.as_deref()),
            TOKEN_FILE,
        )?;
        if token.is_some() && args.no_auth {
            return Err(ConfigError::TokenAndNone);
        }
        let public_url = args.public_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        let links_for_anyone = args.links == Readers::Anyone;
        let embed = parse_embed(&args.embed)?;
        if !embed.is_empty() && token.is_some() && !links_for_anyone {
            return Err(ConfigError::EmbedLocked);
        }
        Ok(Access {
            token: token.map(check_token).transpose()?,
            links_for_anyone,
            embed,
            no_auth: args.no_auth,
            allowed_hosts: given(&args.allowed_hosts)
                .map(|name| {
                    is_host(name)
                        .then(|| name.to_ascii_lowercase())
                        .ok_or_else(|| ConfigError::AllowedHost { value: name.to_owned() })
                })
                .collect::<Result<_, _>>()?,
            public_url: public_url.map(parse_public_url).transpose()?,
            trusted_proxies: parse_proxies(&args.trusted_proxies)?,
        })
    }
}

/// It has to fit into a header and into a field that people paste it into; what stands around it is the file's or the shell's.
fn check_token(token: SecretString) -> Result<SecretString, ConfigError> {
    let text = token.expose_secret().trim();
    if text.len() < SHORTEST_TOKEN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::Token);
    }
    Ok(text.into())
}

fn is_host(name: &str) -> bool {
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && name.len() <= 253 && !name.starts_with('.') && name.bytes().all(plain)
}

fn parse_embed(said: &str) -> Result<Vec<String>, ConfigError> {
    match said.trim() {
        "" | "none" => return Ok(Vec::new()),
        "any" => return Ok(vec!["*".into()]),
        _ => {}
    }
    let origins = said.split(',').map(|origin| {
        let PublicUrl { https, host } = parse_origin(origin.trim()).ok_or_else(|| ConfigError::Embed {
            value: origin.trim().to_owned(),
        })?;
        Ok(format!("{}://{host}", if https { "https" } else { "http" }))
    });
    origins.collect()
}

/// What stands between the commas.
fn given(said: &[String]) -> impl Iterator<Item = &str> {
    said.iter().map(|one| one.trim()).filter(|one| !one.is_empty())
}

fn parse_proxies(said: &[String]) -> Result<Vec<IpAddr>, ConfigError> {
    let parsed = given(said).map(|one| {
        one.parse()
            .map_err(|_| ConfigError::TrustedProxy { value: one.to_owned() })
    });
    parsed.collect()
}

fn parse_public_url(url: &str) -> Result<PublicUrl, ConfigError> {
    parse_origin(url).ok_or_else(|| ConfigError::PublicUrl { value: url.to_owned() })
}

/// A scheme, a host and perhaps a port, in the form in which browsers write them.
fn parse_origin(url: &str) -> Option<PublicUrl> {
    let (scheme, rest) = url.split_once("://")?;
    let https = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port.parse::<u16>().ok()?)),
        _ => (host, None),
    };
    if !is_host(name) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let usual = if https { 443 } else { 80 };
    let host = match port.filter(|port| *port != usual) {
        Some(port) => format!("{name}:{port}"),
        None => name,
    };
    Some(PublicUrl { https, host })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOME, config};
    use super::*;

    const TOKEN: (&str, &str) = ("SANDPLOT_ACCESS_TOKEN", "correct-horse");

    #[test]
    fn proxies_are_addresses() {
        let of = |words: &[&str]| config(words, &[HOME]).map(|config| config.access.trusted_proxies);
        assert!(of(&[]).unwrap().is_empty() && of(&["--trusted-proxy="]).unwrap().is_empty());
        let two = of(&["--trusted-proxy=127.0.0.1, ::1"]).unwrap();
        assert_eq!(two, ["127.0.0.1", "::1"].map(|one| one.parse::<IpAddr>().unwrap()));
        for wrong in ["localhost", "10.0.0.0/8", "any"] {
            let error = of(&[&format!("--trusted-proxy={wrong}")]).unwrap_err().to_string();
            assert!(error.contains("SANDPLOT_TRUSTED_PROXIES"), "{error}");
        }
    }

    #[test]
    fn anything_but_loopback_demands_a_token_or_a_word() {
        let at = |words: &[&str], environment: &[(&str, &str)], address: &str| {
            config(words, environment)
                .unwrap()
                .may_listen_at(address.parse().unwrap())
        };
        for local in ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"] {
            assert!(at(&[], &[HOME], local).is_ok(), "{local}");
        }
        for exposed in ["0.0.0.0", "::", "192.168.1.5", "8.8.8.8", "::ffff:10.0.0.1", "fe80::1"] {
            let error = at(&["--listen=box:1"], &[HOME], exposed).unwrap_err().to_string();
            for part in ["\"box:1\"", "SANDPLOT_ACCESS_TOKEN", "--access-token-file", "--no-auth"] {
                assert!(error.contains(part), "{error}");
            }
            assert!(at(&["--no-auth"], &[HOME], exposed).is_ok(), "{exposed}");
            assert!(at(&[], &[HOME, TOKEN], exposed).is_ok(), "{exposed}");
        }
        let proxied = ["--public-url=https://charts.example"];
        let error = at(&proxied, &[HOME], "127.0.0.1").unwrap_err().to_string();
        assert!(
            error.contains("--public-url") && error.contains("charts.example"),
            "{error}"
        );
        assert!(at(&proxied, &[HOME, TOKEN], "127.0.0.1").is_ok());
    }

    #[test]
    fn the_token_comes_from_the_environment_or_a_file_and_is_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "  from-the-file\n").unwrap();
        let flag = format!("--access-token-file={}", file.path().display());
        let token = |config: &super::super::Config| config.access.token.as_ref().unwrap().expose_secret().to_owned();
        let from_file = config(&[&flag], &[HOME]).unwrap();
        assert_eq!(token(&from_file), "from-the-file");
        assert!(!format!("{from_file:?}").contains("from-the-file"));
        assert_eq!(token(&config(&[&flag], &[HOME, TOKEN]).unwrap()), TOKEN.1);
        assert!(
            config(&[], &[HOME, ("SANDPLOT_ACCESS_TOKEN", "")])
                .unwrap()
                .access
                .token
                .is_none()
        );
    }

    #[test]
    fn a_token_that_cannot_do_is_refused_without_being_said() {
        for wrong in [
            "short",
            "1234567",
            "two words here",
            "größer-als-acht",
            "tab\tinside-it",
        ] {
            let error = config(&[], &[HOME, ("SANDPLOT_ACCESS_TOKEN", wrong)]).unwrap_err();
            assert!(matches!(error, ConfigError::Token), "{error}");
            assert!(!format!("{error} {error:?}").contains(wrong));
        }
        assert!(matches!(
            config(&["--no-auth"], &[HOME, TOKEN]),
            Err(ConfigError::TokenAndNone)
        ));
        let error = config(&["--access-token-file=/nowhere/token"], &[HOME])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("SANDPLOT_ACCESS_TOKEN_FILE") && error.contains("/nowhere/token"),
            "{error}"
        );
    }

    #[test]
    fn names_are_names() {
        let hosts = |list: &str| {
            config(&[&format!("--allowed-host={list}")], &[HOME]).map(|config| config.access.allowed_hosts)
        };
        assert_eq!(
            hosts("Charts.example, box,,10.0.0.1,[fd00::1]").unwrap(),
            ["charts.example", "box", "10.0.0.1", "[fd00::1]"]
        );
        for wrong in [
            "https://a.example",
            "a.example:80",
            "a.example/",
            "*",
            "*.example",
            ".example",
            "a b",
            "[::1",
            "é",
        ] {
            let error = hosts(wrong).unwrap_err().to_string();
            assert!(error.contains("--allowed-host") && error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn embedding_is_off_unless_it_is_said_and_then_needs_readable_links() {
        let of = |words: &[&str]| config(words, &[HOME]).map(|config| config.access.embed);
        assert!(of(&[]).unwrap().is_empty());
        assert!(of(&["--embed="]).unwrap().is_empty());
        assert_eq!(of(&["--embed=any"]).unwrap(), ["*"]);
        assert_eq!(
            of(&["--embed=https://Blog.example, http://box:8081"]).unwrap(),
            ["https://blog.example", "http://box:8081"]
        );
        for wrong in [
            "*",
            "blog.example",
            "https://a/b",
            "https://a; script-src *",
            "https://*.a",
            "any,none",
        ] {
            let error = of(&[&format!("--embed={wrong}")]).unwrap_err().to_string();
            assert!(error.contains("SANDPLOT_EMBED"), "{error}");
        }
        let locked = config(&["--embed=any"], &[HOME, TOKEN]).unwrap_err();
        assert!(matches!(locked, ConfigError::EmbedLocked), "{locked}");
        let open = config(&["--embed=any", "--links=anyone"], &[HOME, TOKEN]).unwrap();
        assert!(open.access.links_for_anyone);
    }

    #[test]
    fn the_public_address_is_a_scheme_and_a_host() {
        let of = |url: &str| config(&[&format!("--public-url={url}")], &[HOME]).map(|config| config.access.public_url);
        let is = |https, host: &str| {
            Some(PublicUrl {
                https,
                host: host.into(),
            })
        };
        for (url, expected) in [
            ("", None),
            ("https://Charts.example", is(true, "charts.example")),
            ("HTTPS://charts.example:443/", is(true, "charts.example")),
            ("https://charts.example:8443", is(true, "charts.example:8443")),
            ("http://box:80", is(false, "box")),
            ("http://[fd00::1]:8080", is(false, "[fd00::1]:8080")),
            ("http://[fd00::1]", is(false, "[fd00::1]")),
        ] {
            assert_eq!(of(url).unwrap(), expected, "{url}");
        }
        for wrong in [
            "charts.example",
            "ftp://a",
            "https://a/b",
            "https://",
            "https://a:x",
            "https://u:p@a",
            "https://a?b",
        ] {
            assert!(matches!(of(wrong), Err(ConfigError::PublicUrl { .. })), "{wrong}");
        }
    }
}
