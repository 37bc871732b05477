//! A model that runs in the server itself, through llama.cpp, for who has no other. Its weights are fetched at the first question,
//! checked (`weights`, `fetch`) and kept; one question is answered at a time, and persons take turns (`queue`).
//!
//! The deadlines of a call hold from the moment when the model begins with it. What comes before is shown to whoever waits: the
//! download, which ends when its sources fall silent, and the questions before, each of which has its own deadlines.

mod chat;
mod engine;
mod fetch;
mod grammar;
mod index;
mod partial;
mod queue;
mod slots;
#[cfg(test)]
mod tests;
mod weights;
mod worker;

use std::num::NonZeroU32;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{Stream, stream};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use fetch::{Fetcher, Progress};
pub(super) use queue::{Place, Queue};
use weights::Weights;
use worker::{Job, Said, Stage};

use super::{Deadlines, EmbeddedPlace, LlmError, Message, Phase, Piece, Request, Schema, SetupError, Turn, Waiting};
use crate::telemetry;

/// The name under which the model is offered, of the one that is meant by `name`.
pub(super) fn canonical(name: &str) -> Option<&'static str> {
    Weights::named(name).map(|weights| weights.name)
}

pub(super) fn names() -> Vec<&'static str> {
    weights::ALL.iter().map(|weights| weights.name).collect()
}

/// One model. Cheap to share.
#[derive(Clone)]
pub(super) struct Embedded {
    shared: Arc<Shared>,
    deadlines: Deadlines,
    most_tokens: Option<NonZeroU32>,
}

struct Shared {
    fetcher: Arc<Fetcher>,
    queue: Arc<Queue>,
    stage: watch::Sender<Stage>,
    /// Of the model's thread, which begins at the first question.
    jobs: Mutex<Option<Sender<Job>>>,
    threads: i32,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Embedded")
    }
}

impl Embedded {
    pub(super) fn new(
        name: &str,
        place: EmbeddedPlace,
        deadlines: Deadlines,
        most_tokens: Option<NonZeroU32>,
    ) -> Result<Embedded, SetupError> {
        let weights = Weights::named(name).ok_or_else(|| SetupError::NoSuchEmbedded {
            name: name.to_owned(),
            known: names().join(", "),
        })?;
        let threads = place.threads.map_or_else(worker::usual_threads, |threads| {
            i32::try_from(threads.get()).unwrap_or(i32::MAX)
        });
        Ok(Embedded {
            shared: Arc::new(Shared {
                fetcher: Arc::new(Fetcher::new(weights, place)?),
                queue: Arc::new(Queue::new(|length| {
                    // Far fewer than a double can count.
                    metrics::gauge!(telemetry::EMBEDDED_QUEUE).set(length as f64);
                })),
                stage: watch::Sender::new(Stage::Idle),
                jobs: Mutex::default(),
                threads,
            }),
            deadlines,
            most_tokens,
        })
    }

    /// Bytes that the first question will have to fetch.
    pub(super) fn missing_bytes(&self) -> u64 {
        self.shared.fetcher.missing()
    }

    pub(super) fn stream(&self, request: Request) -> impl Stream<Item = Result<Piece, LlmError>> + Send + use<> {
        let Request { messages, schema, turn } = request;
        let call = Call {
            stage: self.shared.stage.subscribe(),
            embedded: self.clone(),
            turn,
            last: None,
            state: State::New { messages, schema },
        };
        stream::unfold(call, |mut call| async move {
            let item = call.next().await?;
            if item.is_err() {
                call.state = State::Over;
            }
            Some((item, call))
        })
    }

    fn submit(&self, messages: Vec<Message>, schema: Option<Schema>) -> Result<UnboundedReceiver<Said>, LlmError> {
        let (said, hears) = mpsc::unbounded_channel();
        let job = Job {
            messages,
            schema,
            most_tokens: self.most_tokens,
            said,
        };
        let mut jobs = self.shared.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match jobs.as_ref() {
            // A thread that ended in a panic gets a successor.
            Some(running) => match running.send(job) {
                Ok(()) => return Ok(hears),
                Err(unsent) => unsent.0,
            },
            None => job,
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        let shared = &self.shared;
        worker::start(receiver, shared.fetcher.clone(), shared.stage.clone(), shared.threads).map_err(|error| {
            LlmError::Engine {
                message: format!("the model's thread cannot be started ({error})"),
            }
        })?;
        // The thread that was just started holds the other end.
        let _ = sender.send(job);
        *jobs = Some(sender);
        Ok(hears)
    }
}

/// A question from the first poll to the end of its reply.
struct Call {
    embedded: Embedded,
    stage: watch::Receiver<Stage>,
    turn: Turn,
    /// What was said last of the waiting.
    last: Option<Waiting>,
    state: State,
}

enum State {
    New {
        messages: Vec<Message>,
        schema: Option<Schema>,
    },
    Queued {
        place: Place,
        messages: Vec<Message>,
        schema: Option<Schema>,
    },
    /// The place is kept for as long as the model is at work, and beyond by the turn.
    Asked {
        place: Place,
        hears: UnboundedReceiver<Said>,
        begun: Option<Begun>,
    },
    Over,
}

#[derive(Clone, Copy)]
struct Begun {
    at: Instant,
    /// When the last text came.
    text: Option<Instant>,
}

impl Call {
    async fn next(&mut self) -> Option<Result<Piece, LlmError>> {
        loop {
            let state = std::mem::replace(&mut self.state, State::Over);
            match state {
                State::New { messages, schema } => {
                    let place = self.turn.place(&self.embedded.shared.queue);
                    self.state = State::Queued {
                        place,
                        messages,
                        schema,
                    };
                }
                State::Queued {
                    mut place,
                    messages,
                    schema,
                } => {
                    let ahead = place.ahead();
                    if ahead == 0 {
                        if let Some(waited) = place.waited() {
                            metrics::histogram!(telemetry::EMBEDDED_WAIT_SECONDS).record(waited);
                        }
                        match self.embedded.submit(messages, schema) {
                            Ok(hears) => {
                                self.state = State::Asked {
                                    place,
                                    hears,
                                    begun: None,
                                };
                            }
                            Err(error) => return self.over(place, Some(Err(error))),
                        }
                        continue;
                    }
                    let waiting = on_the_way(*self.stage.borrow_and_update()).unwrap_or(Waiting::Queued { ahead });
                    if self.last == Some(waiting) {
                        tokio::select! {
                            () = place.changed() => {}
                            _ = self.stage.changed() => {}
                        }
                    }
                    self.state = State::Queued {
                        place,
                        messages,
                        schema,
                    };
                    if self.last != Some(waiting) {
                        return Some(Ok(self.waits(waiting)));
                    }
                }
                State::Asked {
                    place,
                    mut hears,
                    begun: None,
                } => {
                    let waiting = on_the_way(*self.stage.borrow_and_update()).filter(|now| self.last != Some(*now));
                    if let Some(waiting) = waiting {
                        self.state = State::Asked {
                            place,
                            hears,
                            begun: None,
                        };
                        return Some(Ok(self.waits(waiting)));
                    }
                    let mut begun = None;
                    tokio::select! {
                        said = hears.recv() => match said {
                            Some(Said::Begun) => begun = Some(Begun { at: Instant::now(), text: None }),
                            Some(Said::End(Err(error))) => return self.over(place, Some(Err(error))),
                            _ => return self.over(place, Some(Err(ended()))),
                        },
                        _ = self.stage.changed() => {}
                    }
                    self.state = State::Asked { place, hears, begun };
                    if begun.is_some() && self.last.is_some() {
                        return Some(Ok(self.waits(Waiting::Over)));
                    }
                }
                State::Asked {
                    place,
                    mut hears,
                    begun: Some(mut begun),
                } => {
                    let (by, phase, after) = begun.deadline(self.embedded.deadlines);
                    let Ok(said) = timeout_at(by, hears.recv()).await else {
                        return self.over(place, Some(Err(LlmError::Timeout { phase, after })));
                    };
                    let piece = match said {
                        Some(Said::Text(text)) => {
                            begun.text = Some(Instant::now());
                            Piece::Text(text)
                        }
                        Some(Said::Usage(usage)) => Piece::Usage(usage),
                        Some(Said::End(Ok(()))) if begun.text.is_none() => {
                            return self.over(place, Some(Err(LlmError::Empty)));
                        }
                        Some(Said::End(Ok(()))) => return self.over(place, None),
                        Some(Said::End(Err(error))) => return self.over(place, Some(Err(error))),
                        Some(Said::Begun) | None => return self.over(place, Some(Err(ended()))),
                    };
                    self.state = State::Asked {
                        place,
                        hears,
                        begun: Some(begun),
                    };
                    return Some(Ok(piece));
                }
                State::Over => return None,
            }
        }
    }

    /// This call is; its question may have another.
    fn over(&self, place: Place, last: Option<Result<Piece, LlmError>>) -> Option<Result<Piece, LlmError>> {
        self.turn.keep(place);
        last
    }

    fn waits(&mut self, waiting: Waiting) -> Piece {
        self.last = Some(waiting);
        Piece::Waiting(waiting)
    }
}

impl Begun {
    fn deadline(self, deadlines: Deadlines) -> (Instant, Phase, Duration) {
        let (from, phase, after) = match self.text {
            Some(last) => (last, Phase::Idle, deadlines.idle),
            None => (self.at, Phase::FirstToken, deadlines.first_token),
        };
        let (by, end) = (from + after, self.at + deadlines.total);
        match end < by {
            true => (end, Phase::Total, deadlines.total),
            false => (by, phase, after),
        }
    }
}

/// What is to be waited for before any question can be answered.
fn on_the_way(stage: Stage) -> Option<Waiting> {
    match stage {
        Stage::Idle | Stage::Ready => None,
        Stage::Fetching(Progress { done, total }) => Some(Waiting::Fetching { done, total }),
        Stage::Checking => Some(Waiting::Checking),
        Stage::Loading => Some(Waiting::Loading),
    }
}

fn ended() -> LlmError {
    LlmError::Engine {
        message: "the model's thread ended; it is started again at the next question".into(),
    }
}
