//! What a browser holds instead of the token: a random value in a cookie that no script sees and no other site can have sent.
//!
//! The database has only a digest of that value and the token together: with another token every session ends. A session lasts a
//! month from the last visit.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};
use sha2::{Digest as _, Sha256};

use super::super::assets::hexadecimal;
use super::super::error::Failure;
use super::super::{App, hosts};
use super::Gate;
use crate::store::{SessionDigest, StoreError};

const LIFETIME: i64 = 30 * 24 * 60 * 60;
/// How much of it may pass before a visit is written down.
const LATEST_RENEWAL: i64 = LIFETIME - 24 * 60 * 60;
/// A browser can hold several of the same name, set for other paths or by another host of the domain.
const MOST_COOKIES: usize = 4;

/// The value that the browser holds.
pub(super) struct Session {
    value: String,
}

impl Session {
    pub(super) async fn begin(app: &App, gate: &Gate) -> Result<Session, Failure> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        let session = Session {
            value: hexadecimal(&bytes),
        };
        let now = now(app);
        let store = &app.parts().store;
        store.begin_session(session.digest(gate), now, now + LIFETIME).await?;
        Ok(session)
    }

    /// The session that one of the request's cookies opens.
    pub(super) async fn find(app: &App, gate: &Gate, headers: &HeaderMap) -> Result<Option<Session>, Failure> {
        let (now, store) = (now(app), &app.parts().store);
        for session in Cookie::of(app, headers).held(headers) {
            let digest = session.digest(gate);
            if let Some(expires) = store.session(digest, now).await? {
                if expires - now < LATEST_RENEWAL {
                    store.extend_session(digest, now + LIFETIME).await?;
                }
                return Ok(Some(session));
            }
        }
        Ok(None)
    }

    pub(super) async fn end(self, app: &App, gate: &Gate) -> Result<(), Failure> {
        Ok(app.parts().store.end_session(self.digest(gate)).await?)
    }

    fn digest(&self, gate: &Gate) -> SessionDigest {
        let parts = Sha256::new()
            .chain_update("sandplot session\0")
            .chain_update(gate.token);
        parts.chain_update(&self.value).finalize().into()
    }
}

fn now(app: &App) -> i64 {
    (app.parts().now)().as_second()
}

/// The cookie's name and manner, which depend on how the browser reaches the server.
pub(super) struct Cookie {
    name: String,
    https: bool,
}

impl Cookie {
    pub(super) fn of(app: &App, headers: &HeaderMap) -> Cookie {
        let https = app.parts().access.is_https();
        let name = match hosts::port(headers) {
            // Browsers hold this prefix to what stands below, and to having been set by this very host.
            _ if https => "__Host-sandplot-session".into(),
            // Cookies are the same for all ports of a host, sessions are not.
            Some(port) => format!("sandplot-session-{port}"),
            None => "sandplot-session".into(),
        };
        Cookie { name, https }
    }

    pub(super) fn holding(&self, session: &Session) -> HeaderValue {
        self.line(&session.value, LIFETIME)
    }

    pub(super) fn emptied(&self) -> HeaderValue {
        self.line("", 0)
    }

    fn line(&self, value: &str, seconds: i64) -> HeaderValue {
        let secure = if self.https { "; Secure" } else { "" };
        let name = &self.name;
        let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        // Letters, digits and punctuation are always a header's value.
        HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static(""))
    }

    fn held(&self, headers: &HeaderMap) -> Vec<Session> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let values = pairs.filter(|(name, _)| *name == self.name).map(|(_, value)| value);
        values
            .filter(|value| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .take(MOST_COOKIES)
            .map(|value| Session {
                value: value.to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_only_in_its_form() {
        let cookie = Cookie {
            name: "s".into(),
            https: false,
        };
        let (one, other) = ("a".repeat(64), "b".repeat(64));
        let held = |lines: &[String]| {
            let lines = lines.iter().map(|line| (COOKIE, HeaderValue::try_from(line).unwrap()));
            let held = cookie.held(&lines.collect());
            held.into_iter().map(|session| session.value).collect::<Vec<_>>()
        };
        assert_eq!(held(&[format!("x=1; s={one};s={other}")]), [one.clone(), other.clone()]);
        assert_eq!(held(&[format!("ss={one}"), format!("s={other}")]), [other]);
        for wrong in [
            "",
            "s",
            "s=",
            "s=abc",
            &format!("s={one}0"),
            &format!("s=\"{one}\""),
            &format!("s ={one}"),
        ] {
            assert_eq!(held(&[wrong.to_owned()]), [""; 0], "{wrong}");
        }
        assert_eq!(held(&[format!("s={one};").repeat(100)]).len(), MOST_COOKIES);
    }

    #[test]
    fn the_cookie_is_for_this_server_alone() {
        let session = Session { value: "f00".into() };
        let line = |https| {
            Cookie {
                name: "s".into(),
                https,
            }
            .holding(&session)
        };
        assert_eq!(line(false), "s=f00; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict");
        assert_eq!(
            line(true),
            "s=f00; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure"
        );
    }
}
