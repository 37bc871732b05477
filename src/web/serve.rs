//! What a connection may take, and the end of a server as much as its life: it serves until it is told to end, then stops
//! accepting and lets the replies end that are being written, but not for ever.
//!
//! Axum's own loop gives a client as much time and as many connections as it likes; that is the whole reason for this one.

mod places;
mod unstalled;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::places::Places;
use self::unstalled::Unstalled;
use super::access::Peer;
use super::{App, app};

/// How long replies may take to end. Service managers commonly wait for ten seconds before they kill; this leaves them none to
/// wait for.
const DRAIN: Duration = Duration::from_secs(9);
/// A browser sends a kilobyte or two. One byte more is answered with 431.
const HEAD_BYTES: usize = 32 << 10;
const MOST_HEADERS: usize = 100;
/// What is held of a request or a response between the socket and the handlers.
const BUFFER_BYTES: usize = 64 << 10;

/// What a client may take before it is hung up on. How long the body of a request may take stands in `limit`, since only who reads
/// one waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request to be complete, counted from the connection or the end of the last reply.
    pub head: Duration,
    /// Without the client taking anything of what is sent to it. Nothing is sent while a model thinks, so that is no stall.
    pub stall: Duration,
    /// Open at the same time; further ones wait to be accepted.
    pub connections: usize,
    /// Of these from one address that is not this machine's, where a proxy is.
    pub from_one_address: usize,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            head: Duration::from_secs(20),
            stall: Duration::from_secs(60),
            // Half of the files that a process may usually have open.
            connections: 512,
            from_one_address: 128,
        }
    }
}

/// Until the process is told to end.
pub async fn serve(listener: TcpListener, state: App, connections: usize) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let told = async move {
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
        tracing::info!("told to end; replies that are being written have {} s", DRAIN.as_secs());
    };
    let patience = Patience {
        connections,
        ..Patience::default()
    };
    serve_until(listener, app(state), patience, told).await;
    Ok(())
}

pub async fn serve_until(listener: TcpListener, router: Router, patience: Patience, told: impl Future<Output = ()>) {
    let places = Places::new(patience.from_one_address);
    let (ending, end) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut told = std::pin::pin!(told);
    loop {
        tokio::select! {
            () = &mut told => break,
            (stream, peer) = accept(&listener), if connections.len() < patience.connections => {
                let Some(place) = places.take(peer) else { continue };
                let serving = connection(stream, peer, router.clone(), patience, end.clone());
                connections.spawn(async move {
                    serving.await;
                    drop(place);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    ending.send_replace(true);
    let drained = timeout(DRAIN, async { while connections.join_next().await.is_some() {} });
    if drained.await.is_err() {
        tracing::warn!("ended before every reply was complete");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip()),
            // The client has left again.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
                ) => {}
            // No file left, most likely: some will be closed.
            Err(error) => {
                tracing::error!(error.cause = %error, "no connection can be accepted");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: IpAddr,
    router: Router,
    patience: Patience,
    mut end: watch::Receiver<bool>,
) {
    // Pieces of a reply are small, and nothing follows at once that they could travel with. A connection that refuses this is
    // slower, not broken.
    drop(stream.set_nodelay(true));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.call(request)
    });
    let stream = TokioIo::new(Unstalled::new(stream, patience.stall));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_header_size(HEAD_BYTES)
        .max_headers(MOST_HEADERS)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(stream, service);
    let mut serving = std::pin::pin!(serving);
    let ended = async { drop(end.wait_for(|ending| *ending).await) };
    // How a connection ends is the client's business; what it asked for has left its line in the log.
    tokio::select! {
        served = serving.as_mut() => drop(served),
        () = ended => {
            serving.as_mut().graceful_shutdown();
            drop(serving.await);
        }
    }
}
