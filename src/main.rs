//! From what was typed to a server that runs until it is told to end.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use sandplot::args::{Args, Command};
use sandplot::web::{self, App, Bundle, Parts, RunLimits, Site};
use sandplot::{config::Config, llm::Llm, store::Store, telemetry};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandplot: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> anyhow::Result<()> {
    if args.command == Some(Command::Healthcheck) {
        return web::check(&args.listen).with_context(|| format!("asking {}", args.listen));
    }
    let bundle = Bundle::embedded()?;
    if args.version {
        return say(&bundle.version());
    }
    telemetry::start_logging(args.log_format, &args.log)?;
    let config = Config::new(args, |name| std::env::var(name).ok())?;
    config.hint.inspect(|hint| tracing::warn!("{hint}"));
    let metrics = telemetry::start_metrics()?;
    let llm = config.model.map(Llm::new).transpose();
    let (seconds, memory_bytes) = (config.run_seconds, config.memory_bytes);
    let app = App::new(Parts {
        bundle,
        site: Site::embedded(),
        store: Store::open(&config.data_dir)?,
        llm: llm.context("--model (SANDPLOT_MODEL)")?,
        run: RunLimits { seconds, memory_bytes },
        metrics: metrics.clone(),
        now: jiff::Timestamp::now,
    })?;
    let at = &config.listen;
    let listener = TcpListener::bind(at).await.with_context(|| format!("--listen {at}"))?;
    say(&format!("listening on http://{}", listener.local_addr()?))?;
    tokio::select! {
        served = web::serve(listener, app) => served.context("serving"),
        () = telemetry::keep_metrics(&metrics) => Ok(()),
    }
}

/// For whoever started the process; all else that is written goes to the log.
fn say(line: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{line}").context("writing to standard output")
}
