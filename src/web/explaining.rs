//! Words about a chart in place of a program: what its program does, or how its figure is read.
//!
//! A call of the model like any other, with the same limits and measures. Nothing is stored: the words belong to whoever asked. What is
//! sent to the model is the program, its question, the profile that the person tells now, and facts of a figure without its values.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{StreamExt as _, stream};

use super::App;
use super::asking::Step;
use super::calling::{Call, Purpose, used};
use super::charts::{ChartPath, answer, read_profile, writer_or};
use super::error::Failure;
use super::limit::Json;
use super::quota::Client;
use super::wire::{Doing, Explain, Explanation};
use crate::llm::{Llm, LlmError, Piece, Waiting};
use crate::program;
use crate::prompt::{self, Unclear};

const PURPOSE: Purpose = Purpose {
    kind: "explanation",
    round: 0,
};

pub(super) async fn explain(
    State(app): State<App>,
    ChartPath(id): ChartPath,
    client: Client,
    headers: HeaderMap,
    Json(wanted): Json<Explain>,
) -> Result<Response, Failure> {
    let chart = app.parts().store.chart(&id).await?.ok_or(Failure::NoSuchChart)?;
    let told = wanted.profile.as_ref().map(|profile| profile.get());
    let profile = told
        .or(chart.profile.as_deref())
        .map(read_profile)
        .transpose()?
        .unwrap_or_default();
    let unclear = match (&wanted.facts, wanted.selection.as_deref().map(str::trim)) {
        (Some(_), Some(_)) => {
            let sentence = "Either the facts of a figure or a part of the program can be explained at a time: leave out the other.";
            return Err(Failure::BadRequest(sentence.into()));
        }
        (Some(facts), None) if !facts.is_bounded() => {
            return Err(Failure::BadRequest(
                "The facts of the figure are larger than any figure's.".into(),
            ));
        }
        (Some(facts), None) => Unclear::Figure(facts),
        (None, None | Some("")) => Unclear::Program,
        (None, Some(part)) if chart.program.contains(part) => Unclear::Part(part),
        (None, Some(_)) => {
            let sentence =
                "The selection is no part of this chart's program: run the program as it is now, then select again.";
            return Err(Failure::BadRequest(sentence.into()));
        }
    };
    let messages = prompt::explain(&chart.question, &profile, &chart.program, unclear);
    let llm = writer_or(&app, wanted.model.as_deref(), chart.model.as_deref()).await?;
    let call = Call::start(&app, client, &llm, PURPOSE, &messages, None, None)?;
    let steps = stream::unfold(Some(call), move |call| {
        let llm = llm.clone();
        async move { next(call?, &llm).await }
    });
    Ok(answer(app, &headers, steps.boxed()).await)
}

/// The next step, and the call if it goes on.
async fn next(mut call: Call, llm: &Llm) -> Option<(Step, Option<Call>)> {
    loop {
        match call.pieces.next().await {
            Some(Ok(Piece::Text(text))) => {
                call.measured.piece(&text);
                call.reply.push_str(&text);
                return Some((Step::Delta(text), Some(call)));
            }
            Some(Ok(Piece::Usage(usage))) => call.measured.usage = Some(usage),
            Some(Ok(Piece::Waiting(waiting))) => {
                if waiting == Waiting::Over {
                    call.measured.begins();
                }
                return Some((Step::Doing(Doing::waiting(waiting, false)), Some(call)));
            }
            Some(Err(error)) => return Some((failed(call, error), None)),
            None => break,
        }
    }
    let Some(text) = program::words(&call.reply) else {
        return Some((failed(call, LlmError::Empty), None));
    };
    call.measured.outcome = "ok";
    let explanation = Explanation {
        text,
        model: llm.name().to_owned(),
        usage: call.measured.usage.map(|usage| used(llm, usage)),
    };
    Some((Step::Explained(Box::new(explanation)), None))
}

fn failed(mut call: Call, error: LlmError) -> Step {
    let failure = Failure::Model(error);
    call.measured.outcome = failure.said().code.name();
    Step::Failed(std::sync::Arc::new(failure))
}
