//! From what was typed to a server that runs until it is told to end.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use sandplot::args::{Args, Command};
use sandplot::web::{self, Access, App, Bundle, Parts, Proxies, Public, Quotas, RunLimits, Sharing, Site};
use sandplot::{config::Config, llm::Models, store::Store, telemetry};
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
        return Ok(telemetry::say(&bundle.version())?);
    }
    telemetry::start_logging(args.log_format, &args.log)?;
    let config = Config::new(args, |name| std::env::var(name).ok())?;
    config.models.hint.iter().for_each(|hint| tracing::warn!("{hint}"));
    let metrics = telemetry::start_metrics()?;
    let at = &config.listen;
    let listener = TcpListener::bind(at).await.with_context(|| format!("--listen {at}"))?;
    let address = listener.local_addr()?;
    config.may_listen_at(address.ip())?;
    let (seconds, memory_bytes, access) = (config.run_seconds, config.memory_bytes, config.access);
    let proxies = Proxies::new(access.trusted_proxies);
    let public = access.public_url.map(|url| Public::new(url.https, url.host));
    let app = App::new(Parts {
        bundle,
        site: Site::embedded(),
        store: Store::open(&config.data_dir)?,
        models: Models::new(config.models.settings, config.models.prices).context("--model (SANDPLOT_MODEL)")?,
        quotas: Quotas::new(config.requests_per_minute, config.tokens_per_day),
        access: Access::new(access.token, access.allowed_hosts, public, at, address.ip()).behind(proxies),
        sharing: Sharing::new(access.links_for_anyone, access.embed),
        run: RunLimits { seconds, memory_bytes },
        plans: config.plans,
        privacy: config.privacy,
        metrics: metrics.clone(),
        now: jiff::Timestamp::now,
    })?;
    telemetry::say(&format!("listening on http://{address}"))?;
    tokio::select! {
        served = web::serve(listener, app, config.connections) => served.context("serving"),
        () = telemetry::keep_metrics(&metrics) => Ok(()),
    }
}
