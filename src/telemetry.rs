//! Logs and metrics: how they look, and the name of every metric.
//!
//! What is worth a line is decided where it happens. The rules for all of them: one line a request, a failure once and where it
//! is handled, units in the names of fields; never a question, a program, a traceback, a key or an address of a reader.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Requests by method, route and status.
pub const REQUESTS: &str = "sandplot_requests_total";
/// What was asked of a model, by kind (`question`, `plan`, `repair`, `explanation`), model and how that ended: `ok`, `left` (the reader did not wait) or
/// the code of the error.
pub const ASKED: &str = "sandplot_asked_total";
/// Repairs asked of a model, by round (`1`, `2`), model and how that ended. They are among those above as well.
pub const REPAIRS: &str = "sandplot_repairs_total";
/// From the call of a model to the first piece of its reply, by model. Of the model in this process: from its turn, when its weights
/// are there.
pub const FIRST_TOKEN_SECONDS: &str = "sandplot_model_first_token_seconds";
/// From the same moment to the end of the reply, by model.
pub const REPLY_SECONDS: &str = "sandplot_model_reply_seconds";
/// From a question (or a repair) to its stored program, all that was waited for included: the line, the weights, a form and a program
/// after it. By model and by what the program came of: `settled` (the question left nothing to choose), `plan` or `program`.
pub const QUESTION_SECONDS: &str = "sandplot_question_seconds";
/// As providers count them, by model and direction (`input`, `output`).
pub const TOKENS: &str = "sandplot_model_tokens_total";
/// Questions that wait for the model in this process, beside the one it answers.
pub const EMBEDDED_QUEUE: &str = "sandplot_embedded_queue";
/// From the question until its turn, at the model in this process.
pub const EMBEDDED_WAIT_SECONDS: &str = "sandplot_embedded_wait_seconds";
/// Requests refused for a limit (`requests`, `tokens`) of one client or of all.
pub const LIMITED: &str = "sandplot_limited_total";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Error)]
#[error(
    "--log (SANDPLOT_LOG) is {filter:?}; it must be a level such as info, or levels by module such as warn,sandplot=debug"
)]
pub struct LogError {
    filter: String,
    source: ParseError,
}

/// Writes the log to standard error: standard output is for the line that says where the server listens.
pub fn start_logging(format: LogFormat, filter: &str) -> Result<(), LogError> {
    // llama.cpp tells at the level `info` all that a model's file says of itself.
    let filter = EnvFilter::try_new(format!("llama-cpp-2=warn,{filter}")).map_err(|source| LogError {
        filter: filter.to_owned(),
        source,
    })?;
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_env_filter(filter);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// For whoever started the process, on standard output; all else that is written goes to the log.
pub fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// Collects the metrics of this process from now on. Only one part of a process can.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    builder()?.install_recorder()
}

/// Metrics that nothing is written to: for tests, of which many run in one process.
pub fn no_metrics() -> PrometheusHandle {
    PrometheusBuilder::new().build_recorder().handle()
}

/// Moves what was measured into its buckets, for ever. Without it the measurements pile up until somebody reads them.
pub async fn keep_metrics(metrics: &PrometheusHandle) {
    let mut interval = tokio::time::interval(Duration::from_secs(5));
    loop {
        interval.tick().await;
        metrics.run_upkeep();
    }
}

/// From a small model on a graphics card to a large one on a processor that is busy with something else.
const SECONDS: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0];

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_in_buckets() {
        let recorder = builder().unwrap().build_recorder();
        metrics::with_local_recorder(&recorder, || metrics::histogram!(REPLY_SECONDS).record(0.3));
        let text = recorder.handle().render();
        assert!(
            text.contains(r#"sandplot_model_reply_seconds_bucket{le="0.25"} 0"#),
            "{text}"
        );
        assert!(
            text.contains(r#"sandplot_model_reply_seconds_bucket{le="0.5"} 1"#),
            "{text}"
        );
    }
}
