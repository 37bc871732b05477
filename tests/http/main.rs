//! HTTP over `app()`, without a socket where none is needed, with a model from a script and a runtime of a few bytes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod assets;
mod attacks;
mod charts;
mod connections;
mod explain;
mod models;
mod pages;
mod plans;
mod properties;
mod quotas;
mod sharing;
mod support;
mod upstream;
