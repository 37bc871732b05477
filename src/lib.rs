//! Sandplot: ask for a chart of your own data in plain words. A model writes a Python program, the server embeds it in a page,
//! and the reader's browser runs it in a sealed sandbox.
//!
//! ```text
//!  question + data profile          static/app/            the rows stay in the browser; only the profile is sent
//!    |  POST /api/v1/charts          web/
//!    v
//!  1 prompt    messages for the model, libraries taken from the runtime manifest      prompt/
//!  2 llm       messages -> stream of text                                             llm/
//!  3 program   text -> one Python program, imports checked against the manifest       program.rs
//!    |  SSE: delta* then program | error                                              web/wire.rs == static/app/wire.d.ts
//!    v
//!  4 page      the program embedded as inert text, editable; runtime manifest + SRI   templates/, static/app/
//!  5 host      fetches runtime bytes with integrity, hands bytes + program + data over a port, holds the clock
//!  ---------------- opaque origin, own CSP, no network at all ----------------        static/shared/protocol.js
//!  6 frame     owns the worker, draws interactive figures                             static/sandbox/
//!  7 worker    Pyodide, booted from given bytes                                       static/sandbox/, pyodide-bundle/
//!  8 harness   runs the program, collects figures, facts, output                      pyodide-bundle/python/
//!    v
//!  figure (svg, png, plotly, vega, table, text) -- or a traceback, which goes back to 1 as a bounded, visible repair
//! ```
//!
//! Direction: `main -> web -> {plan, prompt, llm, program, store, runtime}`, `plan -> {prompt, program}` and `prompt, program ->
//! runtime`; `main` also reads `args`
//! and `config`, which builds the settings of `llm`. Anything may write to `telemetry`. `tests/architecture.rs` fails on any
//! other `use`.
//!
//! Invariants, each held by a test:
//! 1. Only `web` knows HTTP; only `llm` talks to the outside; `prompt`, `program` and `runtime` do no IO.
//! 2. No process is ever started by the server, and no Python exists on it.
//! 3. The server never sees rows: only the profile that the person was shown.
//! 4. A library is named to the model only if the manifest has it; a program's imports are checked through the same map.
//! 5. Everything that comes out of the sandbox is hostile: it passes `protocol.parse()`, and the app page never inserts its
//!    markup.
//! 6. No inline script or style in a template, but for the bootstrap of a sealed frame and a chart in a frame of another site, whose
//!    own policies name them by hash; nothing loads from another host; every runtime byte is checked against a pinned hash before it is used.
//! 7. Every run starts from an interpreter that no earlier program has touched.

pub mod args;
pub mod config;
pub mod llm;
pub mod plan;
pub mod program;
pub mod prompt;
pub mod runtime;
pub mod store;
pub mod telemetry;
pub mod web;

pub use web::{App, app};
