//! What draws a chart outside of the app: in a file that somebody saved, and in a frame on another site's page (`sharing`).
//!
//! The script is `static/app/player.js` with the modules of the page that it shares, bundled by the build. Both documents hold
//! everything but the runtime's files: they have no origin that could fetch a page of ours. So their sealed frames come in the
//! document too, each with its policy in it, and inherit the policy around them, which therefore names all scripts by hash.

use std::fmt::Write as _;

use askama::Template as _;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};

use super::assets::Site;
use super::csp::{self, Policy};
use super::error::Failure;
use super::pages::{SandboxPage, WORKER_SCRIPT};
use super::wire::{Document, PlayerFrames, PlayerParts, ScriptText};
use super::{App, AppError};

/// Made by `cargo xtask bundle`.
const SCRIPT: &str = "built/player.js";
const STYLE: &str = "built/player.css";

pub(super) struct Player {
    script: String,
    style: String,
    worker_frame: String,
    figure_frame: String,
    worker_script: String,
    worker_integrity: String,
    /// Of the document, but for what it may connect to.
    policy: String,
}

impl Player {
    /// `None` in a build without the bundled script: everything else works there.
    pub(super) fn new(
        site: &Site,
        worker: &str,
        figure: &str,
        renderers: &[String],
    ) -> Result<Option<Player>, AppError> {
        let text = |path: &str| Some(std::str::from_utf8(site.file(path)?.bytes()).ok()?.to_owned());
        let (Some(script), Some(style), Some(worker_script), Some(file)) =
            (text(SCRIPT), text(STYLE), text(WORKER_SCRIPT), site.file(WORKER_SCRIPT))
        else {
            return Ok(None);
        };
        if let Some(found) = super::pages::ends_script(&script) {
            return Err(AppError::Bootstrap { path: SCRIPT, found });
        }
        if style.contains("</") {
            return Err(AppError::Bootstrap {
                path: STYLE,
                found: "</",
            });
        }
        let frame = |bootstrap, policy: Policy| {
            let policy = policy.in_document().to_string();
            SandboxPage {
                bootstrap,
                policy: Some(&policy),
            }
            .render()
        };
        let scripts = [script.as_str(), worker, figure].map(csp::hash);
        Ok(Some(Player {
            worker_frame: frame(worker, Policy::worker_frame(worker))?,
            figure_frame: frame(figure, Policy::figure_frame(figure, renderers))?,
            worker_integrity: file.integrity(),
            policy: Policy::player(&[&scripts, renderers].concat()).to_string(),
            worker_script,
            script,
            style,
        }))
    }

    pub(super) fn script(&self) -> &str {
        &self.script
    }

    pub(super) fn style(&self) -> &str {
        &self.style
    }

    /// Of a document that fetches the runtime from `runtime`, a source or several, and is shown by `ancestors`.
    pub(super) fn policy(&self, runtime: &str, ancestors: &[String]) -> String {
        let mut policy = self.policy.clone();
        let _ = write!(
            policy,
            "; connect-src {runtime}; frame-ancestors {}; sandbox {}",
            ancestors.join(" "),
            super::sharing::SANDBOX
        );
        policy
    }

    pub(super) fn frames(&self) -> PlayerFrames<'_> {
        PlayerFrames {
            worker_frame: Document {
                html: &self.worker_frame,
            },
            figure_frame: Document {
                html: &self.figure_frame,
            },
            worker_script: ScriptText {
                text: &self.worker_script,
                integrity: &self.worker_integrity,
            },
        }
    }
}

/// For the page, which writes files: see `static/app/chart-file.js`.
pub(super) async fn parts(State(app): State<App>) -> Result<Response, Failure> {
    let player = app.pages().player()?;
    let parts = PlayerParts {
        script: &player.script,
        style: &player.style,
        policy: &player.policy,
        sandbox: player.frames(),
    };
    Ok(([(CACHE_CONTROL, "private, no-cache")], axum::Json(parts)).into_response())
}
