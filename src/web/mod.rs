//! HTTP: every URL and every layer on this screen.
//!
//! Each part answers for one family of routes and leaves the rest alone: `pages` (what people see), `charts` (the API), `assets`
//! (files), `health` (for whoever runs the server). `wire` is the shape of what is sent, `error` the only way to say no, `limit`
//! what a request may be, `csp` what a page may do, `log` the line each request leaves.

mod assets;
mod charts;
mod csp;
mod error;
mod health;
mod limit;
mod log;
mod pages;
mod serve;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use thiserror::Error;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::llm::Llm;
use crate::store::Store;

pub use assets::{Bundle, BundleError, Site};
pub use health::check;
use pages::Pages;
pub use serve::serve;

/// What all requests share. Cloning it is cloning a reference.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    parts: Parts,
    pages: Pages,
}

/// What an [`App`] is made of; tests put their own in.
pub struct Parts {
    pub bundle: Bundle,
    pub site: Site,
    pub store: Store,
    /// `None` if no model is configured: everything but asking works.
    pub llm: Option<Llm>,
    /// Limits of a program in the browser.
    pub run: RunLimits,
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
    #[error("a page cannot be rendered")]
    Template(#[from] askama::Error),
}

impl App {
    pub fn new(parts: Parts) -> Result<App, AppError> {
        let pages = Pages::new(&parts)?;
        Ok(App(Arc::new(Shared { parts, pages })))
    }

    fn parts(&self) -> &Parts {
        &self.0.parts
    }

    fn pages(&self) -> &Pages {
        &self.0.pages
    }
}

pub fn app(app: App) -> Router {
    // Rendered for each request, so compressed for each; a stream of events never is.
    let rendered = Router::new()
        .route("/", get(pages::home))
        .route("/charts/{id}", get(pages::chart))
        .route("/sandbox/worker", get(pages::worker_frame))
        .route("/sandbox/figure", get(pages::figure_frame))
        .route("/api/v1/charts", post(charts::create))
        .route("/api/v1/charts/{id}", get(charts::read))
        .route("/api/v1/charts/{id}/repair", post(charts::repair))
        .layer(from_fn(limit::same_site))
        .layer(CompressionLayer::new());
    // Stored compressed.
    let files = Router::new()
        .route("/assets/{tree}/{*path}", get(assets::asset))
        .route("/runtime/{sha256}/{name}", get(assets::runtime_file));
    let health = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics));

    rendered
        .merge(files)
        .merge(health)
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::method_not_allowed)
        // From here on outermost last.
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(csp::headers))
        .layer(from_fn_with_state(app.clone(), log::requests))
        .with_state(app)
}
