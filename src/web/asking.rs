//! A question on its way: the model's reply piece by piece, then the stored chart or a failure. Each call of the model, and what
//! it took, is `calling`'s.
//!
//! Where the model is to fill in a form first (`plan`), nobody is shown the form: the program that is made of it comes in one
//! piece; where the question leaves nothing to choose, it comes without a call. If no form fits, or the server holds no reply to one, the same model is asked for a program. A program that imports what
//! the runtime does not have goes back to it at once, as one of the repairs that a chart may have.
//!
//! Dropping the stream hangs up on the model.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt as _, stream};

use super::App;
use super::calling::{Call, Purpose, used};
use super::error::Failure;
use super::limit::{MOST_REPAIRS, PROGRAM_BYTES};
use super::quota::Client;
use super::wire::{self, Activity, Answer, Doing, Explanation};
use crate::llm::{BrokenStream, Llm, LlmError, Piece, Turn, Usage, Waiting};
use crate::plan::{self, PlanError};
use crate::program::ProgramError;
use crate::store::{Chart, ChartId};
use crate::{program, prompt, telemetry};

/// A chart without its program.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) question: String,
    pub(super) profile: Option<String>,
    pub(super) parent: Option<ChartId>,
    pub(super) repairs: u32,
}

/// How a program came to be; by a person unless it says otherwise.
#[derive(Default)]
pub(super) struct Origin {
    pub(super) model: Option<String>,
    /// The question left that model nothing to choose.
    pub(super) settled: bool,
    pub(super) usage: Option<wire::Usage>,
}

/// What the model is asked for.
pub(super) struct Request {
    /// What is asked first, where this model is to fill in a form.
    pub(super) form: Option<plan::Form>,
    pub(super) program: Vec<prompt::Message>,
}

/// What comes of asking, in order; one of the last three is the end.
pub(super) enum Step {
    /// What the model has begun to do, where that is not only to write a program.
    Doing(Doing),
    Delta(String),
    Done(Box<Answer>),
    /// In place of a chart, where words about one were asked for.
    Explained(Box<Explanation>),
    Failed(Arc<Failure>),
}

impl Draft {
    pub(super) fn ask(
        self,
        app: &App,
        client: Client,
        llm: Arc<Llm>,
        request: Request,
    ) -> Result<impl Stream<Item = Step> + Send + use<>, Failure> {
        let mut asking = Asking {
            app: app.clone(),
            client,
            llm,
            draft: self,
            ready: VecDeque::new(),
            used: None,
            begun: Instant::now(),
            stage: Stage::Over,
        };
        let settled = request.form.as_ref().and_then(plan::Form::settled);
        match (request.form, settled) {
            (Some(_), Some(program)) => {
                asking.ready.push_back(Step::Doing(Activity::Planning.into()));
                asking.stage = Stage::Settled(program);
            }
            (Some(form), None) if asking.llm.takes_forms() => {
                let call = asking.call("plan", &form.messages, Some(&form.schema), None)?;
                asking.ready.push_back(Step::Doing(Activity::Planning.into()));
                asking.stage = Stage::Plan(call, Box::new(form), request.program);
            }
            _ => asking.ask_for_program(request.program, None)?,
        }
        Ok(stream::unfold(asking, async |mut asking| {
            let step = asking.next().await?;
            Some((step, asking))
        }))
    }

    pub(super) async fn store(
        self,
        app: &App,
        program: String,
        Origin { model, settled, usage }: Origin,
    ) -> Result<Answer, Failure> {
        let chart = Chart {
            id: ChartId::random()?,
            parent: self.parent,
            question: self.question,
            program,
            profile: self.profile,
            repairs: self.repairs,
            created: format!("{:.3}", (app.parts().now)()),
            model,
            settled,
        };
        let chart = app.parts().store.insert(chart).await?;
        let answer = Answer::new(chart).map_err(|error| Failure::Render(error.into()))?;
        Ok(Answer { usage, ..answer })
    }
}

/// A question that is being answered.
struct Asking {
    app: App,
    client: Client,
    llm: Arc<Llm>,
    draft: Draft,
    /// Steps that come before anything that is still to be waited for.
    ready: VecDeque<Step>,
    /// By the calls that have ended.
    used: Option<Usage>,
    begun: Instant,
    stage: Stage,
}

/// What a program came of.
#[derive(Clone, Copy)]
enum Way {
    Settled,
    Plan,
    Program,
}

impl Way {
    /// In the metrics.
    fn name(self) -> &'static str {
        match self {
            Way::Settled => "settled",
            Way::Plan => "plan",
            Way::Program => "program",
        }
    }
}

enum Stage {
    /// The question leaves a model nothing to choose.
    Settled(program::Program),
    /// With what is asked for if no form fits.
    Plan(Call, Box<plan::Form>, Vec<prompt::Message>),
    /// With what was asked for.
    Program(Call, Vec<prompt::Message>),
    Over,
}

impl Asking {
    fn call(
        &self,
        kind: &'static str,
        messages: &[prompt::Message],
        schema: Option<&serde_json::Value>,
        turn: Option<Turn>,
    ) -> Result<Call, Failure> {
        let round = self.draft.repairs;
        Call::start(
            &self.app,
            self.client,
            &self.llm,
            Purpose { kind, round },
            messages,
            schema,
            turn,
        )
    }

    /// None after the last step.
    async fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(step);
            }
            if let Stage::Settled(program) = &mut self.stage {
                let program = std::mem::take(program);
                self.stage = Stage::Over;
                metrics::counter!(telemetry::ASKED, "kind" => "plan", "model" => self.llm.name().to_owned(), "outcome" => "settled")
                    .increment(1);
                match self.compiled(program, Way::Settled).await {
                    Ok(step) => self.ready.push_back(step),
                    Err(failure) => return Some(Step::Failed(Arc::new(failure))),
                }
                continue;
            }
            let (Stage::Plan(call, ..) | Stage::Program(call, _)) = &mut self.stage else {
                return None;
            };
            let end = match call.pieces.next().await {
                Some(Ok(Piece::Text(text))) => {
                    call.measured.piece(&text);
                    call.reply.push_str(&text);
                    if matches!(self.stage, Stage::Program(..)) {
                        return Some(Step::Delta(text));
                    }
                    continue;
                }
                Some(Ok(Piece::Usage(usage))) => {
                    call.measured.usage = Some(usage);
                    continue;
                }
                Some(Ok(Piece::Waiting(waiting))) => {
                    if waiting == Waiting::Over {
                        call.measured.begins();
                    }
                    let is_form = matches!(self.stage, Stage::Plan(..));
                    return Some(Step::Doing(Doing::waiting(waiting, is_form)));
                }
                Some(Err(error)) => Err(error),
                None => Ok(()),
            };
            let step = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Plan(call, form, otherwise) => self.planned(call, &form, otherwise, end).await,
                Stage::Program(call, asked) => self.written(call, asked, end).await.map(Some),
                Stage::Settled(_) | Stage::Over => return None,
            };
            match step {
                Ok(step) => self.ready.extend(step),
                Err(failure) => return Some(Step::Failed(Arc::new(failure))),
            }
        }
    }

    /// Makes the program of a form that was filled in, or asks for one.
    async fn planned(
        &mut self,
        mut call: Call,
        form: &plan::Form,
        otherwise: Vec<prompt::Message>,
        end: Result<(), LlmError>,
    ) -> Result<Option<Step>, Failure> {
        let program = match end {
            Ok(()) => form.program(&call.reply),
            Err(error) if is_about_the_form(&error) => {
                tracing::info!(llm.model = self.llm.name(), error.cause = %error, "the model fills in no form");
                Err(PlanError::Unfilled)
            }
            Err(error) => {
                let failure = Failure::Model(error);
                call.measured.outcome = failure.said().code.name();
                return Err(failure);
            }
        };
        self.used = call.measured.usage;
        match program {
            Ok(program) => {
                call.measured.outcome = "ok";
                drop(call);
                self.compiled(program, Way::Plan).await.map(Some)
            }
            Err(error) => {
                tracing::debug!(llm.model = self.llm.name(), error.cause = %error, "no plan fits");
                call.measured.outcome = "no_plan";
                let turn = call.turn.clone();
                drop(call);
                self.ask_for_program(otherwise, Some(turn))?;
                Ok(Some(Step::Doing(Activity::Writing.into())))
            }
        }
    }

    /// Of a plan.
    async fn compiled(&mut self, program: program::Program, way: Way) -> Result<Step, Failure> {
        // As a model would have written it, for those who watch the reply.
        self.ready
            .push_back(Step::Delta(format!("```python\n{}```\n", program.source)));
        self.store(program, way).await
    }

    fn ask_for_program(&mut self, messages: Vec<prompt::Message>, turn: Option<Turn>) -> Result<(), Failure> {
        let kind = if self.draft.repairs > 0 { "repair" } else { "question" };
        self.stage = Stage::Program(self.call(kind, &messages, None, turn)?, messages);
        Ok(())
    }

    async fn written(
        &mut self,
        mut call: Call,
        asked: Vec<prompt::Message>,
        end: Result<(), LlmError>,
    ) -> Result<Step, Failure> {
        self.used = sum(self.used, call.measured.usage);
        let program = end.map_err(Failure::Model).and_then(|()| {
            let runtime = self.app.parts().bundle.runtime();
            program::from_reply(&call.reply, runtime).map_err(Failure::from)
        });
        let stored = match program {
            Ok(program) => self.store(program, Way::Program).await,
            Err(failure) => Err(failure),
        };
        call.measured.outcome = match &stored {
            Ok(_) => "ok",
            Err(failure) => failure.said().code.name(),
        };
        match stored {
            Err(Failure::Program(ProgramError::PackageMissing { import, instead }))
                if self.draft.repairs < MOST_REPAIRS =>
            {
                let program = program::as_written(&call.reply).unwrap_or_default();
                let turn = call.turn.clone();
                drop(call);
                let runtime = self.app.parts().bundle.runtime();
                let messages = prompt::without(asked, &program, &import, instead.as_deref(), runtime);
                self.draft.repairs += 1;
                self.ask_for_program(messages, Some(turn))?;
                Ok(Step::Doing(Doing {
                    import: Some(import),
                    repair: Some(self.draft.repairs),
                    ..Activity::Replacing.into()
                }))
            }
            stored => stored,
        }
    }

    async fn store(&mut self, program: program::Program, way: Way) -> Result<Step, Failure> {
        if program.source.len() > PROGRAM_BYTES {
            return Err(Failure::ProgramTooLarge(program.source.len()));
        }
        let origin = Origin {
            model: Some(self.llm.name().to_owned()),
            settled: matches!(way, Way::Settled),
            usage: self.used.map(|usage| used(&self.llm, usage)),
        };
        let stored = self.draft.clone().store(&self.app, program.source, origin).await?;
        metrics::histogram!(telemetry::QUESTION_SECONDS, "model" => self.llm.name().to_owned(), "way" => way.name())
            .record(self.begun.elapsed());
        Ok(Step::Done(Box::new(stored)))
    }
}

impl Doing {
    /// `is_form`: what the model does once it begins.
    pub(super) fn waiting(waiting: Waiting, is_form: bool) -> Doing {
        match waiting {
            Waiting::Queued { ahead } => Doing {
                ahead: Some(ahead),
                ..Activity::Queued.into()
            },
            Waiting::Fetching { done, total } => Doing {
                done: Some(done),
                total: Some(total),
                ..Activity::Fetching.into()
            },
            Waiting::Checking => Activity::Checking.into(),
            Waiting::Loading => Activity::Loading.into(),
            Waiting::Over if is_form => Activity::Planning.into(),
            Waiting::Over => Activity::Reading.into(),
        }
    }
}

/// Whether a program may still be had from a model whose reply was to be a form.
fn is_about_the_form(error: &LlmError) -> bool {
    matches!(
        error,
        LlmError::NoSchema { .. }
            | LlmError::Empty
            | LlmError::StreamBroken(
                BrokenStream::LengthLimit | BrokenStream::TooLong { .. } | BrokenStream::Reported(_)
            )
    )
}

fn sum(one: Option<Usage>, other: Option<Usage>) -> Option<Usage> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}
