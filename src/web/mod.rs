//! HTTP: every URL and every layer on this screen.
//!
//! Each part answers for one family of routes and leaves the rest alone: `pages` (what people see), `charts`, `asking` and `explaining` (the API), `calling` (each call of a model), `assets`
//! (files), `sharing` (short links, frames on other sites) with `player` (what draws a chart there), `health` (for whoever runs the server), `access` (who may come in, and the login page). `wire` is the shape of what is
//! sent, `error` the only way to say no, `hosts` and `limit` what a request may be, `quota` how many there may be, `csp` what a page may do, `log` the line each
//! request leaves, `words` what people read in their language, `serve` what a connection may take.

mod access;
mod asking;
mod assets;
mod calling;
mod charts;
mod csp;
mod error;
mod explaining;
mod health;
mod hosts;
mod limit;
mod log;
mod pages;
mod player;
mod quota;
mod serve;
mod sharing;
mod wire;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use thiserror::Error;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::llm::Models;
use crate::plan::Plans;
use crate::prompt::Privacy;
use crate::store::Store;

use access::Gate;
pub use access::{Access, Proxies, Public};
pub use assets::{Bundle, BundleError, Site};
pub use health::check;
use pages::Pages;
use quota::Meters;
pub use quota::Quotas;
pub use serve::{Patience, serve, serve_until};
pub use sharing::Sharing;

/// What all requests share. Cloning it is cloning a reference.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    parts: Parts,
    pages: Pages,
    gate: Option<Gate>,
    meters: Meters,
}

/// What an [`App`] is made of; tests put their own in.
pub struct Parts {
    pub bundle: Bundle,
    pub site: Site,
    pub store: Store,
    /// Without any, everything but asking works.
    pub models: Models,
    pub access: Access,
    pub sharing: Sharing,
    pub quotas: Quotas,
    /// Limits of a program in the browser.
    pub run: RunLimits,
    /// Which models fill in a form before they write a program.
    pub plans: Plans,
    /// What the model is told of a table unless the person chooses otherwise.
    pub privacy: Privacy,
    pub metrics: PrometheusHandle,
    pub now: fn() -> jiff::Timestamp,
}

#[derive(Debug, Clone, Copy)]
pub struct RunLimits {
    pub seconds: u64,
    pub memory_bytes: u64,
}

/// Files that belong to the server but do not fit it. They are built in, so each of these is a failed build.
#[derive(Debug, Error)]
pub enum AppError {
    #[error("static/{path} is missing")]
    FileMissing { path: &'static str },
    #[error("static/{path} has {found:?} in it, which would end or change the script element it is put into")]
    Bootstrap { path: &'static str, found: &'static str },
    #[error("static/samples/samples.json is not what this version expects")]
    Samples(#[source] serde_json::Error),
    #[error("static/{path} is not what this version expects")]
    Words {
        path: &'static str,
        source: serde_json::Error,
    },
    #[error("a page cannot be rendered")]
    Template(#[from] askama::Error),
}

impl App {
    pub fn new(parts: Parts) -> Result<App, AppError> {
        let pages = Pages::new(&parts)?;
        let gate = parts.access.token.as_ref().map(Gate::new);
        let meters = Meters::new(parts.quotas);
        Ok(App(Arc::new(Shared {
            parts,
            pages,
            gate,
            meters,
        })))
    }

    fn parts(&self) -> &Parts {
        &self.0.parts
    }

    fn pages(&self) -> &Pages {
        &self.0.pages
    }

    /// `None` if everybody is let in.
    fn gate(&self) -> Option<&Gate> {
        self.0.gate.as_ref()
    }

    fn meters(&self) -> &Meters {
        &self.0.meters
    }
}

pub fn app(app: App) -> Router {
    let metered = || from_fn_with_state(app.clone(), quota::metered);
    // What belongs to somebody, or costs something: with a token configured, for those who have it. What is not there is not for
    // others to find out either.
    let guarded = Router::new()
        .route("/", get(pages::home))
        .route("/api/v1/charts", post(charts::create).route_layer(metered()))
        .route("/api/v1/charts/{id}/link", post(sharing::shorten))
        .route("/api/v1/charts/{id}/versions", get(charts::versions))
        .route(
            "/api/v1/charts/{id}/repair",
            post(charts::repair).route_layer(metered()),
        )
        .route(
            "/api/v1/charts/{id}/explain",
            post(explaining::explain).route_layer(metered()),
        )
        .route("/metrics", get(health::metrics))
        .fallback(error::no_such_page)
        .layer(from_fn_with_state(app.clone(), access::guard));
    // What has the address of a chart in it: for whoever knows that, if the operator said so.
    let linked = Router::new()
        .route("/charts/{id}", get(pages::chart))
        .route("/c/{name}", get(sharing::short))
        .route("/embed/{id}", get(sharing::embed))
        .route("/oembed", get(sharing::oembed))
        .route("/api/v1/charts/{id}", get(charts::read))
        .layer(from_fn_with_state(app.clone(), access::guard_links));
    let open = Router::new()
        .route("/login", get(access::page).post(access::log_in))
        .route("/logout", post(access::log_out))
        .route("/runtime.json", get(health::runtime))
        .route("/player.json", get(player::parts))
        .route("/sandbox/worker", get(pages::worker_frame))
        .route("/sandbox/figure", get(pages::figure_frame));
    // Rendered for each request, so compressed for each; a stream of events never is.
    let rendered = guarded
        .merge(linked)
        .merge(open)
        .layer(from_fn_with_state(app.clone(), limit::same_site))
        .layer(CompressionLayer::new());
    // Stored compressed.
    let files = Router::new().route("/assets/{tree}/{*path}", get(assets::asset)).route(
        "/runtime/{sha256}/{name}",
        get(assets::runtime_file).layer(from_fn(csp::for_any_origin)),
    );
    // Asked by whatever watches over the server, under whatever name.
    let health = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));

    rendered
        .merge(files)
        .layer(from_fn_with_state(app.clone(), hosts::known))
        .merge(health)
        .method_not_allowed_fallback(error::method_not_allowed)
        // From here on outermost last.
        .layer(from_fn(limit::address))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(app.clone(), csp::headers))
        .layer(from_fn_with_state(app.clone(), log::requests))
        .layer(from_fn_with_state(app.clone(), access::client))
        .with_state(app)
}
