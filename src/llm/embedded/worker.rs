//! The one thread that a model has: it gets the weights when the first question comes, loads them, and answers one question after
//! the other. Whoever asks sends a [`Job`] and reads from its other end; to drop that end is to leave.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::engine::{self, Engine};
use super::fetch::{Fetcher, Progress};
use crate::llm::{LlmError, Message, Schema, Usage};

pub(super) struct Job {
    pub(super) messages: Vec<Message>,
    pub(super) schema: Option<Schema>,
    pub(super) most_tokens: Option<NonZeroU32>,
    pub(super) said: UnboundedSender<Said>,
}

/// What comes of a job, in order.
pub(super) enum Said {
    /// The model is there and begins to read.
    Begun,
    Text(String),
    /// After all text.
    Usage(Usage),
    End(Result<(), LlmError>),
}

/// How far the model is on its way to answer anything; for all who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Idle,
    Fetching(Progress),
    Checking,
    Loading,
    Ready,
}

impl Job {
    /// Nobody waits for it any more.
    pub(super) fn is_left(&self) -> bool {
        self.said.is_closed()
    }

    /// Whether anybody hears it is for `is_left` to say.
    pub(super) fn say(&self, said: Said) {
        let _ = self.said.send(said);
    }
}

/// Until there are no more who could ask.
pub(super) fn run(jobs: &Receiver<Job>, fetcher: &Fetcher, stage: &watch::Sender<Stage>, threads: i32) {
    // Until the model is there, each question tries anew.
    while let Ok(job) = jobs.recv() {
        let model = match weights(&job, fetcher, stage) {
            Some(Ok(weights)) => {
                stage.send_replace(Stage::Loading);
                engine::load(&weights)
            }
            Some(Err(error)) => Err(error),
            None => {
                stage.send_replace(Stage::Idle);
                continue;
            }
        };
        let ended = match model {
            Ok(model) => match Engine::new(&model, threads) {
                Ok(engine) => {
                    stage.send_replace(Stage::Ready);
                    return serve(engine, job, jobs);
                }
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        stage.send_replace(Stage::Idle);
        job.say(Said::End(ended));
    }
}

fn serve(mut engine: Engine<'_>, first: Job, jobs: &Receiver<Job>) {
    for job in std::iter::once(first).chain(jobs.iter()) {
        if job.is_left() {
            continue;
        }
        job.say(Said::Begun);
        let ended = engine.answer(&job);
        job.say(Said::End(ended));
    }
}

/// None if nobody waits for them any more.
fn weights(job: &Job, fetcher: &Fetcher, stage: &watch::Sender<Stage>) -> Option<Result<PathBuf, LlmError>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return Some(Err(LlmError::Engine {
                message: format!("no runtime for the download ({error})"),
            }));
        }
    };
    runtime.block_on(async {
        tokio::select! {
            () = job.said.closed() => None,
            weights = fetcher.weights(|at| { stage.send_replace(at); }) => Some(weights.map_err(LlmError::Weights)),
        }
    })
}

/// One core is left to the browser, where it is on the same machine.
pub(super) fn usual_threads() -> i32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    i32::try_from(cores.saturating_sub(1).max(1)).unwrap_or(1)
}

/// The name of a thread is at most fifteen bytes on Linux.
pub(super) fn start(
    jobs: Receiver<Job>,
    fetcher: Arc<Fetcher>,
    stage: watch::Sender<Stage>,
    threads: i32,
) -> std::io::Result<()> {
    let thread = std::thread::Builder::new().name("model".into());
    thread.spawn(move || run(&jobs, &fetcher, &stage, threads)).map(|_| ())
}
