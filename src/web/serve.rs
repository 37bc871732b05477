//! The end of a server as much as its life: it serves until a signal, then stops accepting and lets the replies end that are
//! being written, but not for ever.

use std::io;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::{App, app};

/// How long replies may take to end. Service managers commonly wait for ten seconds before they kill; this leaves them none to
/// wait for.
const DRAIN: Duration = Duration::from_secs(9);

pub async fn serve(listener: TcpListener, state: App) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Pieces of a reply are small, and nothing follows at once that they could travel with. A connection that refuses this is
    // slower, not broken.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let (ending, told_to_end) = oneshot::channel();
    let serving = axum::serve(listener, app(state)).with_graceful_shutdown(async move {
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
        tracing::info!("told to end; replies that are being written have {} s", DRAIN.as_secs());
        let _ = ending.send(());
    });
    let too_late = async {
        // The sender is dropped unsent only with `serving`, which then has ended.
        if told_to_end.await.is_ok() {
            tokio::time::sleep(DRAIN).await;
        }
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = too_late => {
            tracing::warn!("ended before every reply was complete");
            Ok(())
        }
    }
}
