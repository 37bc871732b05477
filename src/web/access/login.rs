//! Where people type the token, and where they say that they are done.
//!
//! Whoever comes from a link on another site arrives without the cookie, since it is sent to our own pages only. So the login page
//! first sends them on to where they wanted, as a page of ours; only who is still unknown then is asked.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::super::error::{Failure, seconds};
use super::super::pages::{VERSION, rendered};
use super::super::words::{LanguageLink, Phrase, Reader, Words};
use super::super::{App, limit};
use super::session::{Cookie, Session};
use super::{Admitted, admit, peer, see};

const FORM_BYTES: usize = 16 << 10;
/// Of an address to come back to.
const NEXT_BYTES: usize = 512;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    words: &'a Words,
    languages: Vec<LanguageLink>,
    assets: &'a str,
    next: &'a str,
    /// Not asked yet: on the way to `next` as from a page of ours.
    is_passing: bool,
    problem: Option<String>,
    version: &'static str,
}

/// Of the login page, for somebody who wanted to see `uri`.
pub(super) fn address(uri: &Uri) -> String {
    let wanted = uri.path_and_query().map_or("/", |wanted| wanted.as_str());
    match own(wanted) {
        "/" => "/login".into(),
        next => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("/login?next={next}")
        }
    }
}

/// An address of this server: anything that a browser could read as that of another is none. Browsers take a backslash for a
/// slash, and leave out tabs and line ends wherever they stand.
fn own(next: &str) -> &str {
    let leads_here = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_round_trip = matches!(next.split('?').next(), Some("/login" | "/logout"));
    if leads_here && is_plain && !is_round_trip && next.len() <= NEXT_BYTES {
        next
    } else {
        "/"
    }
}

pub(in crate::web) async fn page(State(app): State<App>, request: Request) -> Result<Response, Failure> {
    let query = request.uri().query().unwrap_or_default();
    let next = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    let next = next.map(|(_, next)| next.into_owned()).unwrap_or_default();
    let reader = Reader::of(request.uri(), request.headers());
    // Also where there is no token: then everybody is let in.
    match admit(&app, request.headers(), peer(&request)).await {
        Ok(_) => return Ok(see(own(&next))),
        Err(Failure::Unauthorized) => {}
        Err(failure) => return Err(failure),
    }
    let site = request.headers().get("sec-fetch-site").map(|site| site.as_bytes());
    let is_passing = matches!(site, Some(b"cross-site" | b"same-site"));
    ask(&app, reader, StatusCode::OK, own(&next), is_passing, None)
}

pub(in crate::web) async fn log_in(State(app): State<App>, request: Request) -> Result<Response, Failure> {
    if !is_form(request.headers()) {
        return Err(Failure::NotAForm);
    }
    let peer = peer(&request);
    let reader = Reader::of(request.uri(), request.headers());
    let cookie = Cookie::of(&app, request.headers());
    let (token, next) = read_form(&limit::body(request, FORM_BYTES).await?);
    let next = own(&next);
    let Some(gate) = app.gate() else { return Ok(see(next)) };
    // What stands around it was pasted along.
    match gate.opens_with(token.trim().as_bytes(), peer) {
        Ok(true) => {
            let session = Session::begin(&app, gate).await?;
            let mut response = see(next);
            response.headers_mut().insert(SET_COOKIE, cookie.holding(&session));
            Ok(response)
        }
        // Not 401, which would have to name a scheme by which the browser itself could ask.
        Ok(false) => ask(
            &app,
            reader,
            StatusCode::FORBIDDEN,
            next,
            false,
            Some(&Phrase::new("login.wrong")),
        ),
        Err(wait) => {
            let problem = Phrase::new("login.too_many").with("n", seconds(wait));
            ask(&app, reader, StatusCode::TOO_MANY_REQUESTS, next, false, Some(&problem))
        }
    }
}

pub(in crate::web) async fn log_out(State(app): State<App>, request: Request) -> Result<Response, Failure> {
    if let (Ok(Admitted::By(session)), Some(gate)) = (admit(&app, request.headers(), peer(&request)).await, app.gate())
    {
        session.end(&app, gate).await?;
    }
    let mut response = see("/login");
    let cookie = Cookie::of(&app, request.headers());
    response.headers_mut().insert(SET_COOKIE, cookie.emptied());
    Ok(response)
}

fn ask(
    app: &App,
    reader: Reader,
    status: StatusCode,
    next: &str,
    is_passing: bool,
    problem: Option<&Phrase>,
) -> Result<Response, Failure> {
    let words = app.pages().words(reader.language);
    let kept: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let page = LoginPage {
        words,
        languages: reader.links(&format!("next={kept}&")),
        assets: app.pages().assets(),
        next,
        is_passing,
        problem: problem.map(|problem| words.say(problem)),
        version: VERSION,
    };
    Ok((status, rendered(app, reader, &page, "no-store")?).into_response())
}

fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = given.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The token and where to go then. What is missing is empty.
fn read_form(body: &[u8]) -> (String, String) {
    let field = |wanted: &str| {
        let found = form_urlencoded::parse(body).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    (field("token"), field("next"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_way_back_never_leads_to_another_server() {
        for good in ["/", "/charts/abc", "/charts/abc?x=1&y=%2F", "/a//b"] {
            assert_eq!(own(good), good);
        }
        for bad in [
            "",
            "/login",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "evil.example",
            " /x",
            "/é",
            "/login?next=/login",
            "/logout",
        ] {
            assert_eq!(own(bad), "/", "{bad:?}");
        }
        assert_eq!(own(&format!("/{}", "x".repeat(NEXT_BYTES))), "/");
    }

    #[test]
    fn the_login_page_is_told_where_somebody_wanted_to_go() {
        let of = |uri: &str| address(&uri.parse().unwrap());
        assert_eq!(of("/"), "/login");
        assert_eq!(of("/charts/a?b=c&d"), "/login?next=%2Fcharts%2Fa%3Fb%3Dc%26d");
        assert_eq!(of("//evil.example/x"), "/login");
    }

    proptest! {
        #[test]
        fn a_form_is_read_whatever_it_is(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (_, next) = read_form(&body);
            let next = own(&next);
            prop_assert!(next.starts_with('/') && !next.starts_with("//"));
            // As a browser would resolve it.
            let base = reqwest::Url::parse("http://here.example/login").unwrap();
            let there = base.join(next).unwrap();
            prop_assert_eq!(there.host_str(), Some("here.example"));
        }

        #[test]
        fn an_own_address_stays_on_this_server(next in "[/\\\\.@:?#a-z\t ]{0,12}") {
            let base = reqwest::Url::parse("http://here.example/login").unwrap();
            let there = base.join(own(&next)).unwrap();
            prop_assert_eq!(there.host_str(), Some("here.example"));
        }
    }
}
