//! Charts for others: short links, frames on other sites, and who may read a chart by its link.
//!
//! A chart in a frame is a document of no origin (`sandbox` in its policy), wherever it is opened: it has no cookies, no request of
//! its script is taken for one of our pages, and it holds nothing that could be clicked to change something. Which sites may show it
//! the operator says. The rows of a person's tables are in none of this, since they are not here.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::App;
use super::access::see;
use super::charts::ChartPath;
use super::csp::{self, Framable};
use super::error::Failure;
use super::limit::Json;
use super::pages::inert;
use super::wire::{Embed, Given, Link, PlayerData};
use super::words::{Reader, Words};
use crate::prompt::Profile;
use crate::store::{Chart, ChartId, ShortName};

/// What a chart in a frame may do: run its scripts, and open the page of the chart as that page is otherwise.
pub(super) const SANDBOX: &str = "allow-scripts allow-popups allow-popups-to-escape-sandbox";

/// Of a frame, in CSS pixels, unless the other site has less room.
const FRAME: (u32, u32) = (800, 600);

/// How charts are shared, as the operator set it.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    links_for_anyone: bool,
    /// Sources of `frame-ancestors`.
    ancestors: Vec<String>,
}

impl Sharing {
    /// `links_for_anyone`: no token is needed to read a chart whose link is known. `sites` may show charts in frames: origins, or
    /// `*` for any.
    pub fn new(links_for_anyone: bool, sites: Vec<String>) -> Sharing {
        Sharing {
            links_for_anyone,
            ancestors: sites,
        }
    }

    pub(super) fn is_for_anyone(&self) -> bool {
        self.links_for_anyone
    }

    pub(super) fn embeds(&self) -> bool {
        !self.ancestors.is_empty()
    }
}

/// Whether somebody reads a chart by its link alone, without the token that the server demands for everything else.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByLink(pub(super) bool);

impl<S: Send + Sync> FromRequestParts<S> for ByLink {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<ByLink, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(ByLink(false)))
    }
}

/// The body of a request that says nothing: JSON all the same, which no form of another site can send.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn shorten(
    State(app): State<App>,
    ChartPath(id): ChartPath,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, Failure> {
    let name = app.parts().store.shorten(&id).await?.ok_or(Failure::NoSuchChart)?;
    let link = Link {
        url: format!("/c/{name}"),
    };
    Ok(([(CACHE_CONTROL, "no-store")], axum::Json(link)).into_response())
}

pub(super) async fn short(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let Path(name) = name.map_err(|_| Failure::NoSuchChart)?;
    Ok(see(&format!("/charts/{}", chart_of(&app, &name).await?)))
}

async fn chart_of(app: &App, name: &str) -> Result<ChartId, Failure> {
    let name: ShortName = name.parse().map_err(|_| Failure::NoSuchChart)?;
    app.parts().store.chart_of(&name).await?.ok_or(Failure::NoSuchChart)
}

#[derive(Template)]
#[template(path = "embed.html")]
struct EmbedPage<'a> {
    words: &'a Words,
    title: &'a str,
    style: &'a str,
    script: &'a str,
    /// JSON that is safe inside a script element.
    page_data: String,
    /// In base64.
    tables: Vec<(String, String)>,
}

pub(super) async fn embed(
    State(app): State<App>,
    reader: Reader,
    ChartPath(id): ChartPath,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let parts = app.parts();
    if !parts.sharing.embeds() {
        return Err(Failure::EmbeddingOff);
    }
    let player = app.pages().player()?;
    let chart = parts.store.chart(&id).await?.ok_or(Failure::NoSuchChart)?;
    let wanted = files_of(&chart)?;
    // The samples are the server's own; whatever else the chart needs is in nobody's hands but the person's.
    let samples = app.pages().samples_among(&wanted);
    let given = (0..)
        .zip(samples)
        .map(|(number, sample)| (Given::new(&sample.name, number), sample))
        .collect::<Vec<_>>();
    let tables = given.iter().map(|(given, sample)| {
        let path = format!("samples/{}", sample.file);
        let bytes = parts.site.file(&path).map(|file| STANDARD.encode(file.bytes()));
        Ok((given.element.clone(), bytes.ok_or(Failure::File(path))?))
    });
    let tables = tables.collect::<Result<Vec<_>, Failure>>()?;
    let source = format!("{}/charts/{id}", base(&app, &headers));
    let data = PlayerData {
        title: title(&chart),
        program: &chart.program,
        source: Some(&source),
        runtime: parts.bundle.description(),
        runtime_base: "/runtime",
        sandbox: player.frames(),
        limits: app.pages().limits(),
        edits: "{}",
        wanted: &wanted,
        given: given.into_iter().map(|(given, _)| given).collect(),
        packed: Vec::new(),
        is_embed: true,
    };
    let json = serde_json::to_string(&data).map_err(|error| Failure::Render(error.into()))?;
    let page = EmbedPage {
        words: app.pages().words(reader.language),
        title: title(&chart),
        style: player.style(),
        script: player.script(),
        page_data: inert(&json),
        tables,
    };
    let html = page.render().map_err(|error| Failure::Render(error.into()))?;
    let hosts = csp::hosts(&headers, &parts.access);
    let runtime = match hosts.as_slice() {
        [] => "'self'".into(),
        hosts => hosts
            .iter()
            .map(|host| format!("{host}/runtime/"))
            .collect::<Vec<_>>()
            .join(" "),
    };
    let policy = player.policy(&runtime, &parts.sharing.ancestors);
    let headers = [
        (CACHE_CONTROL, "private, no-cache"),
        (CONTENT_SECURITY_POLICY, policy.as_str()),
    ];
    let mut response = (headers, Html(html)).into_response();
    response.extensions_mut().insert(Framable);
    reader.mark(&app, response.headers_mut());
    Ok(response)
}

/// What a consumer of oEmbed says it wants.
struct Wanted {
    url: String,
    /// None but JSON is there.
    is_json: bool,
    most_width: u32,
    most_height: u32,
}

impl Wanted {
    /// `None` if it cannot be understood.
    fn parse(query: &str) -> Option<Wanted> {
        let mut wanted = Wanted {
            url: String::new(),
            is_json: true,
            most_width: FRAME.0,
            most_height: FRAME.1,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "url" => wanted.url = value.into_owned(),
                "format" => wanted.is_json = value == "json",
                "maxwidth" => wanted.most_width = value.parse().ok()?,
                "maxheight" => wanted.most_height = value.parse().ok()?,
                _ => {}
            }
        }
        (!wanted.url.is_empty()).then_some(wanted)
    }
}

#[derive(Template)]
#[template(path = "embed-frame.html")]
struct Frame<'a> {
    url: String,
    title: &'a str,
    width: u32,
    height: u32,
    sandbox: &'static str,
}

/// <https://oembed.com>, of the addresses of charts: by their ids and by their short names.
pub(super) async fn oembed(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Failure> {
    if !app.parts().sharing.embeds() {
        return Err(Failure::EmbeddingOff);
    }
    let unclear =
        "Say which chart in the parameter url, by its whole address, and perhaps maxwidth and maxheight in pixels.";
    let wanted = Wanted::parse(uri.query().unwrap_or_default()).ok_or_else(|| Failure::BadRequest(unclear.into()))?;
    if !wanted.is_json {
        return Err(Failure::OnlyJson);
    }
    let base = base(&app, &headers);
    let path = wanted
        .url
        .split(['?', '#'])
        .next()
        .and_then(|url| url.strip_prefix(&base));
    let id = match path.unwrap_or_default().split('/').collect::<Vec<_>>().as_slice() {
        ["", "charts" | "embed", id] => id.parse().map_err(|_| Failure::NoSuchChart)?,
        ["", "c", name] => chart_of(&app, name).await?,
        _ => return Err(Failure::NoSuchChart),
    };
    let chart = app.parts().store.chart(&id).await?.ok_or(Failure::NoSuchChart)?;
    let frame = Frame {
        url: format!("{base}/embed/{id}"),
        title: title(&chart),
        width: FRAME.0.min(wanted.most_width),
        height: FRAME.1.min(wanted.most_height),
        sandbox: SANDBOX,
    };
    let html = frame.render().map_err(|error| Failure::Render(error.into()))?;
    let answer = Embed {
        version: "1.0",
        kind: "rich",
        title: frame.title,
        provider_name: "Sandplot",
        provider_url: &base,
        width: frame.width,
        height: frame.height,
        html: html.trim(),
    };
    Ok(([(CACHE_CONTROL, "private, no-cache")], axum::Json(answer)).into_response())
}

/// Where those who make a frame of a link ask what it is.
pub(super) fn oembed_address(app: &App, headers: &HeaderMap, id: &str) -> Option<String> {
    let base = base(app, headers);
    let chart: String = form_urlencoded::byte_serialize(format!("{base}/charts/{id}").as_bytes()).collect();
    let embeds = app.parts().sharing.embeds();
    embeds.then(|| format!("{base}/oembed?url={chart}&format=json"))
}

/// The server's own address, as people type it, else as this request does. `hosts` has let its name in.
fn base(app: &App, headers: &HeaderMap) -> String {
    let access = &app.parts().access;
    let called = headers.get("host").and_then(|host| host.to_str().ok());
    let host = access.public_host().or(called).unwrap_or("localhost");
    let scheme = if access.is_https() { "https" } else { "http" };
    format!("{scheme}://{host}")
}

pub(super) fn title(chart: &Chart) -> &str {
    match chart.question.as_str() {
        "" => "Chart",
        question => question,
    }
}

fn files_of(chart: &Chart) -> Result<Vec<String>, Failure> {
    let Some(profile) = chart.profile.as_deref() else {
        return Ok(Vec::new());
    };
    let profile: Profile = serde_json::from_str(profile).map_err(|error| Failure::Render(error.into()))?;
    Ok(profile.tables.into_iter().map(|table| table.file).collect())
}
