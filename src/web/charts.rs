//! The API of charts: ask, store, repair, read.
//!
//! Asking is a stream in any case (`asking` and `explaining` make it): pieces of the reply, then the stored chart or a failure. With `Accept: text/event-stream` the
//! reader gets it as it comes, otherwise its end as one answer. When the reader leaves, the stream is dropped and with it the
//! call to the model; a chart is stored only when its program is whole.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, LOCATION};
use axum::http::request::Parts as RequestParts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _, future, stream};
use serde::Serialize;

use super::App;
use super::asking::{Draft, Origin, Request, Step};
use super::error::{Failure, seconds};
use super::limit::{Json, MOST_REPAIRS, PROFILE_BYTES, PROGRAM_BYTES, QUESTION_CHARS, TRACEBACK_BYTES};
use super::log::LateFailure;
use super::quota::Client;
use super::sharing::ByLink;
use super::wire::{Answer, Ask, Delta, Repair, StreamError, Version, Versions};
use super::words::Language;
use crate::llm::Llm;
use crate::plan;
use crate::prompt::{self, Previous, Profile};
use crate::store::ChartId;

/// Shorter than the silence after which proxies give up on a connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A chart is written once and never changed.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// More than anybody looks back.
const MOST_VERSIONS: u32 = 200;

/// The chart in the path. What cannot be the name of a chart is the name of no chart.
pub(super) struct ChartPath(pub(super) ChartId);

impl<S: Send + Sync> FromRequestParts<S> for ChartPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut RequestParts, state: &S) -> Result<ChartPath, Failure> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::NoSuchChart)?;
        id.parse().map(ChartPath).map_err(|_| Failure::NoSuchChart)
    }
}

pub(super) async fn read(
    State(app): State<App>,
    ChartPath(id): ChartPath,
    reader: ByLink,
) -> Result<Response, Failure> {
    let answer = stored(&app, &id, reader).await?;
    // Who has logged in meanwhile gets more.
    let kept = if reader.0 { "no-store" } else { FOR_EVER };
    Ok(([(CACHE_CONTROL, kept)], axum::Json(answer)).into_response())
}

/// A chart as it is shown to its reader: who came by a link alone learns which files it needs, and nothing else of what was sent
/// with the question, nor what the chart came from.
pub(super) async fn stored(app: &App, id: &ChartId, ByLink(by_link): ByLink) -> Result<Answer, Failure> {
    let mut chart = app.parts().store.chart(id).await?.ok_or(Failure::NoSuchChart)?;
    let render = |error: serde_json::Error| Failure::Render(error.into());
    if by_link {
        chart.parent = None;
        if let Some(json) = chart.profile {
            let profile: Profile = serde_json::from_str(&json).map_err(render)?;
            chart.profile = Some(serde_json::to_string(&profile.names_of_files()).map_err(render)?);
        }
    }
    Answer::new(chart).map_err(render)
}

pub(super) async fn versions(State(app): State<App>, ChartPath(id): ChartPath) -> Result<Response, Failure> {
    let line = app.parts().store.line(&id, MOST_VERSIONS).await?;
    if line.is_empty() {
        return Err(Failure::NoSuchChart);
    }
    // Nothing that came before a chart ever changes.
    let versions = line.into_iter().map(Version::from).collect();
    Ok(([(CACHE_CONTROL, FOR_EVER)], axum::Json(Versions { versions })).into_response())
}

pub(super) async fn create(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Json(ask): Json<Ask>,
) -> Result<Response, Failure> {
    let question = ask.question.unwrap_or_default().trim().to_owned();
    let characters = question.chars().count();
    if characters > QUESTION_CHARS {
        return Err(Failure::QuestionTooLong(characters));
    }
    let profile = ask.profile.map(|profile| read_profile(profile.get())).transpose()?;
    let parent = match ask.parent {
        Some(parent) => {
            let id: ChartId = parent.parse().map_err(|_| Failure::NoSuchParent)?;
            Some(app.parts().store.chart(&id).await?.ok_or(Failure::NoSuchParent)?)
        }
        None => None,
    };
    // What follows a chart is about the same tables, unless it says otherwise.
    let profile = match (profile, parent.as_ref().and_then(|parent| parent.profile.as_deref())) {
        (Some(profile), _) => Some(profile),
        (None, Some(stored)) => Some(read_profile(stored)?),
        (None, None) => None,
    };
    let draft = Draft {
        question: question.clone(),
        profile: profile
            .as_ref()
            .map(serde_json::to_string)
            .transpose()
            .map_err(|error| Failure::Render(error.into()))?,
        parent: parent.as_ref().map(|parent| parent.id.clone()),
        repairs: 0,
    };
    if let Some(program) = ask.program {
        if program.len() > PROGRAM_BYTES {
            return Err(Failure::ProgramTooLarge(program.len()));
        }
        if program.trim().is_empty() {
            return Err(Failure::BadRequest("The program is empty.".into()));
        }
        let stored = draft.store(&app, program, Origin::default()).await?;
        return Ok(answer(app, &headers, stream::iter([Step::Done(Box::new(stored))])).await);
    }
    if question.is_empty() {
        return Err(Failure::QuestionEmpty);
    }
    let previous = parent.as_ref().map(|parent| Previous {
        question: &parent.question,
        program: &parent.program,
    });
    let runtime = app.parts().bundle.runtime();
    let profile = profile.unwrap_or_default();
    let program = prompt::question(&question, &profile, previous, runtime);
    let llm = model(&app, ask.model.as_deref()).await?;
    let plans = ask
        .plan
        .unwrap_or_else(|| app.parts().plans.are_for(llm.name(), llm.is_small()));
    // A form says a chart from nothing; a change of one is said best in the program that is there.
    let form = (previous.is_none() && plans)
        .then(|| plan::form(&question, profile))
        .flatten();
    let steps = draft.ask(&app, client, llm, Request { form, program })?;
    Ok(answer(app, &headers, steps).await)
}

pub(super) async fn repair(
    State(app): State<App>,
    ChartPath(id): ChartPath,
    client: Client,
    headers: HeaderMap,
    Json(Repair { traceback, model }): Json<Repair>,
) -> Result<Response, Failure> {
    if traceback.len() > TRACEBACK_BYTES {
        return Err(Failure::TracebackTooLarge);
    }
    if traceback.trim().is_empty() {
        return Err(Failure::BadRequest(
            "The traceback is empty; without it there is nothing to repair by.".into(),
        ));
    }
    let failed = app.parts().store.chart(&id).await?.ok_or(Failure::NoSuchChart)?;
    if failed.repairs >= MOST_REPAIRS {
        return Err(Failure::RepairLimit);
    }
    let profile = failed
        .profile
        .as_deref()
        .map(read_profile)
        .transpose()?
        .unwrap_or_default();
    let runtime = app.parts().bundle.runtime();
    let program = prompt::repair(&failed.question, &profile, &failed.program, &traceback, runtime);
    let llm = writer_or(&app, model.as_deref(), failed.model.as_deref()).await?;
    let draft = Draft {
        question: failed.question,
        profile: failed.profile,
        parent: Some(failed.id),
        repairs: failed.repairs + 1,
    };
    let steps = draft.ask(&app, client, llm, Request { form: None, program })?;
    Ok(answer(app, &headers, steps).await)
}

/// The model of this name, or the one that is asked if nobody chooses.
async fn model(app: &App, name: Option<&str>) -> Result<Arc<Llm>, Failure> {
    let models = &app.parts().models;
    match (models.find(name).await, name) {
        (Some(llm), _) => Ok(llm),
        (None, Some(name)) => Err(Failure::NoSuchModel {
            name: name.to_owned(),
            known: models.known().iter().map(|llm| llm.name().to_owned()).collect(),
        }),
        (None, None) if models.are_incomplete() => Err(Failure::NoModelListed),
        (None, None) => Err(Failure::NoModel),
    }
}

/// Whoever wrote the program repairs and explains it, unless another is wanted or the writer is gone.
pub(super) async fn writer_or(app: &App, wanted: Option<&str>, writer: Option<&str>) -> Result<Arc<Llm>, Failure> {
    if wanted.is_none()
        && let Some(llm) = app.parts().models.find(writer).await
    {
        return Ok(llm);
    }
    model(app, wanted).await
}

pub(super) fn read_profile(json: &str) -> Result<Profile, Failure> {
    if json.len() > PROFILE_BYTES {
        return Err(Failure::ProfileTooLarge(json.len()));
    }
    let wrong = |error: &dyn std::error::Error| Failure::BadRequest(format!("The profile cannot be used: {error}."));
    let profile: Profile = serde_json::from_str(json).map_err(|error| wrong(&error))?;
    profile.validate().map_err(|error| wrong(&error))?;
    Ok(profile)
}

pub(super) async fn answer(
    app: App,
    headers: &HeaderMap,
    steps: impl Stream<Item = Step> + Send + 'static,
) -> Response {
    if wants_events(headers) {
        events(app, steps)
    } else {
        once(steps).await
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    accepted
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|range| range == "text/event-stream")
}

/// The end of the stream as one answer.
async fn once(steps: impl Stream<Item = Step>) -> Response {
    let mut steps = std::pin::pin!(steps);
    while let Some(step) = steps.next().await {
        match step {
            Step::Doing(_) | Step::Delta(_) => {}
            Step::Done(stored) => {
                let headers = [(LOCATION, stored.url.clone()), (CACHE_CONTROL, "no-store".into())];
                return (StatusCode::CREATED, headers, axum::Json(stored)).into_response();
            }
            Step::Explained(explanation) => {
                return ([(CACHE_CONTROL, "no-store")], axum::Json(explanation)).into_response();
            }
            Step::Failed(failure) => return failed(failure),
        }
    }
    Failure::Render("a stream of steps without an end".into()).into_response()
}

fn failed(failure: Arc<Failure>) -> Response {
    match Arc::try_unwrap(failure) {
        Ok(failure) => failure.into_response(),
        Err(_) => Failure::Render("a failure that somebody else holds".into()).into_response(),
    }
}

fn events(app: App, steps: impl Stream<Item = Step> + Send + 'static) -> Response {
    let late = LateFailure::default();
    let of_steps = {
        let late = late.clone();
        steps.map(move |step| match step {
            Step::Doing(what) => event("doing", &what),
            Step::Delta(text) => event("delta", &Delta { text: &text }),
            Step::Done(stored) => event("program", &stored),
            Step::Explained(explanation) => event("explanation", &explanation),
            Step::Failed(failure) => {
                let said = failure.said();
                let message = said.sentence.text(app.pages().words(Language::English));
                late.set(failure);
                let retry_after = said.retry_after.map(seconds);
                event(
                    "error",
                    &StreamError {
                        code: said.code,
                        message: &message,
                        words: said.sentence.phrases(),
                        retry_after,
                    },
                )
            }
        })
    };
    let done = stream::once(future::ready(event("done", &serde_json::Map::new())));
    let events = of_steps.chain(done).map(Ok::<Event, Infallible>);
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    response.extensions_mut().insert(late);
    // Proxies that collect a response before they pass it on know one of these two.
    let headers = [
        (CACHE_CONTROL, "no-store, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, response).into_response()
}

/// What is sent always has a form as JSON; if it ever had none, the reader would get an event without data.
fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default()
        .event(name)
        .data(serde_json::to_string(data).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn events_are_for_those_who_ask_for_them() {
        let wants =
            |accept: &'static str| wants_events(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]));
        assert!(wants("text/event-stream"));
        assert!(wants("application/json;q=0.5, text/event-stream;q=0.9"));
        assert!(!wants("*/*"));
        assert!(!wants("application/json"));
        assert!(!wants_events(&HeaderMap::new()));
    }
}
