//! What travels between the server and the page, as JSON. `static/app/wire.d.ts` is generated from here by the test below.
//!
//! Only shapes: what a value must fulfil is checked in `limit` and `charts`.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::words::Phrase;
use crate::prompt::{Facts, Privacy};
use crate::store::Chart;

/// The body of `POST /api/v1/charts`: a question for the model, or a program to be stored as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub(super) struct Ask {
    pub(super) question: Option<String>,
    #[cfg_attr(test, ts(optional, as = "Option<crate::prompt::Profile>"))]
    pub(super) profile: Option<Box<RawValue>>,
    /// The chart that this one follows or edits.
    pub(super) parent: Option<String>,
    pub(super) program: Option<String>,
    /// One of those that the server offers; the first of them if it is left out.
    pub(super) model: Option<String>,
    /// Whether the model fills in a form first, of which the server writes the program; as the operator set it if it is left out. A chart
    /// that follows another is written in any case.
    pub(super) plan: Option<bool>,
}

/// The body of `POST /api/v1/charts/{id}/repair`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub(super) struct Repair {
    pub(super) traceback: String,
    /// The one that wrote the program if it is left out.
    pub(super) model: Option<String>,
}

/// The body of `POST /api/v1/charts/{id}/explain`: what of the chart is to be put into plain words. The figure, if its facts are
/// given; a part of the program, if one is selected; else the whole program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub(super) struct Explain {
    pub(super) facts: Option<Facts>,
    /// As it stands in the program.
    pub(super) selection: Option<String>,
    /// In place of the one that was told when the chart was made.
    #[cfg_attr(test, ts(optional, as = "Option<crate::prompt::Profile>"))]
    pub(super) profile: Option<Box<RawValue>>,
    /// The one that wrote the program if it is left out.
    pub(super) model: Option<String>,
}

/// The answer to it, also the data of the event `explanation`, which comes before `done`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Explanation {
    /// In paragraphs with blank lines between them.
    pub(super) text: String,
    pub(super) model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) usage: Option<Usage>,
}

/// A stored chart.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) question: String,
    pub(super) program: String,
    #[cfg_attr(test, ts(type = "Profile | null"))]
    pub(super) profile: Option<Box<RawValue>>,
    pub(super) parent: Option<String>,
    pub(super) repairs: u32,
    /// RFC 3339, UTC.
    pub(super) created: String,
    /// Null if a person wrote the program.
    pub(super) model: Option<String>,
    /// The question left that model nothing to choose, so it was not asked.
    pub(super) settled: bool,
    /// Of the call that wrote it, in the answer to that call only, if the provider says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) usage: Option<Usage>,
}

/// The answer of `GET /api/v1/charts/{id}/versions`: the chart and those it came from, the first of them first.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Versions {
    pub(super) versions: Vec<Version>,
}

/// A stored chart without its tables.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) question: String,
    pub(super) program: String,
    pub(super) parent: Option<String>,
    pub(super) repairs: u32,
    /// RFC 3339, UTC.
    pub(super) created: String,
    pub(super) model: Option<String>,
    pub(super) settled: bool,
}

/// What a call took.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Usage {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    /// What it cost, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) dollars: Option<f64>,
    /// That is computed from prices which the operator gave, not said by the provider.
    pub(super) is_estimate: bool,
}

/// The data of the event `delta`: a piece of the model's reply as it is written.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Delta<'a> {
    pub(super) text: &'a str,
}

/// The data of the event `doing`: what the model has begun to do, or what it waits for.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Doing {
    pub(super) what: Activity,
    /// What the program has to do without.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) import: Option<String>,
    /// Which repair that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) repair: Option<u32>,
    /// How many questions are answered before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) ahead: Option<usize>,
    /// Bytes that are here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) done: Option<u64>,
    /// Of so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) total: Option<u64>,
}

impl From<Activity> for Doing {
    fn from(what: Activity) -> Doing {
        Doing {
            what,
            import: None,
            repair: None,
            ahead: None,
            done: None,
            total: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) enum Activity {
    /// It fills in the form of which the program is made.
    Planning,
    /// No form fits, so it writes a program.
    Writing,
    /// It writes the program again without what the runtime does not have; what it has written so far is void.
    Replacing,
    /// Others are answered first.
    Queued,
    /// The model is being fetched.
    Fetching,
    /// What was fetched is being checked.
    Checking,
    /// The model is being loaded.
    Loading,
    /// It reads the question.
    Reading,
}

/// The data of the event `error`. The event `program` carries an [`Answer`], `done` an empty object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct StreamError<'a> {
    pub(super) code: ErrorCode,
    pub(super) message: &'a str,
    /// The same by its keys, for people who read another language than English.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<&[Phrase]>"))]
    pub(super) words: &'a [Phrase],
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub(super) retry_after: Option<u64>,
}

/// The body of a failed request to the API.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct ErrorBody<'a> {
    pub(super) error: ErrorDetail<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct ErrorDetail<'a> {
    pub(super) code: ErrorCode,
    pub(super) message: &'a str,
    /// The same by its keys, for people who read another language than English.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<&[Phrase]>"))]
    pub(super) words: &'a [Phrase],
    pub(super) request_id: &'a str,
}

/// The stable names of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "snake_case"))]
pub(super) enum ErrorCode {
    BadRequest,
    CrossSite,
    EmbeddingOff,
    UnknownHost,
    Unauthorized,
    TooManyAttempts,
    AddressTooLong,
    RequestTimeout,
    TooLarge,
    QuestionEmpty,
    QuestionTooLong,
    ProfileTooLarge,
    ProgramTooLarge,
    NotFound,
    MethodNotAllowed,
    UnsupportedMediaType,
    RepairLimit,
    RequestLimit,
    TokenLimit,
    NoModel,
    UnknownModel,
    ModelKey,
    ModelRateLimited,
    ModelUnavailable,
    ModelUnreachable,
    ModelTimeout,
    ModelStreamBroken,
    ModelEmpty,
    ModelNoProgram,
    ModelRefused,
    ModelRejected,
    ModelWeights,
    PackageMissing,
    Internal,
}

/// The answer of `GET /readyz`.
#[derive(Serialize)]
pub(super) struct Ready<'a> {
    pub(super) status: &'static str,
    pub(super) version: &'static str,
    pub(super) runtime: &'a str,
    pub(super) digest: &'a str,
    pub(super) model: Option<&'a str>,
}

/// What the server writes into a page for its script.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct PageData<'a> {
    pub(super) version: &'static str,
    #[cfg_attr(test, ts(type = "Runtime"))]
    pub(super) runtime: &'a RawValue,
    /// A file of the runtime is at `{runtimeBase}/{sha256}/{name}`.
    pub(super) runtime_base: &'static str,
    pub(super) sandbox: Sandbox<'a>,
    /// Those that can be asked; the first is if nobody chooses.
    pub(super) models: Vec<Model<'a>>,
    pub(super) limits: Limits,
    pub(super) privacy: Privacy,
    pub(super) samples: &'a [Sample],
    pub(super) chart: Option<&'a Answer>,
    /// Whoever has the page came by the chart's link alone: nothing is asked and nothing stored.
    pub(super) is_reader: bool,
    /// Other sites may show charts of this server.
    pub(super) embeds: bool,
}

/// The answer of `POST /api/v1/charts/{id}/link`.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Link {
    /// A path of this server.
    pub(super) url: String,
}

/// The answer of `GET /oembed`, as <https://oembed.com> has it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Embed<'a> {
    pub(super) version: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) title: &'a str,
    pub(super) provider_name: &'static str,
    pub(super) provider_url: &'a str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) html: &'a str,
}

/// The answer of `GET /player.json`: what a document needs that draws a chart outside of the app.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct PlayerParts<'a> {
    pub(super) script: &'a str,
    pub(super) style: &'a str,
    /// But for what it may connect to.
    pub(super) policy: &'a str,
    pub(super) sandbox: PlayerFrames<'a>,
}

/// What of it is in a [`PlayerData`]: frames as whole documents, with their policies in them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct PlayerFrames<'a> {
    pub(super) worker_frame: Document<'a>,
    pub(super) figure_frame: Document<'a>,
    pub(super) worker_script: ScriptText<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Document<'a> {
    pub(super) html: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct ScriptText<'a> {
    pub(super) text: &'a str,
    /// As in the attribute of that name.
    pub(super) integrity: &'a str,
}

/// What a document that draws one chart outside of the app holds for its script.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct PlayerData<'a> {
    pub(super) title: &'a str,
    pub(super) program: &'a str,
    /// Address of the chart's page.
    pub(super) source: Option<&'a str>,
    #[cfg_attr(test, ts(type = "Runtime"))]
    pub(super) runtime: &'a RawValue,
    /// As in [`PageData`], perhaps of another server.
    pub(super) runtime_base: &'a str,
    pub(super) sandbox: PlayerFrames<'a>,
    pub(super) limits: Limits,
    /// JSON of what the person says about columns.
    pub(super) edits: &'a str,
    /// Names of the files that the chart needs.
    pub(super) wanted: &'a [String],
    /// Those of them that are in the document.
    pub(super) given: Vec<Given>,
    /// Files of the runtime that are, compressed with gzip.
    pub(super) packed: Vec<Given>,
    /// In a frame of another site.
    pub(super) is_embed: bool,
}

/// A file in a document, in base64.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Given {
    pub(super) name: String,
    /// The id of the element that holds it.
    pub(super) element: String,
}

impl Given {
    pub(super) fn new(name: &str, number: u32) -> Given {
        Given {
            name: name.to_owned(),
            element: format!("table-{number}"),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Sandbox<'a> {
    pub(super) worker_frame: &'a str,
    pub(super) figure_frame: &'a str,
    pub(super) worker_script: Script<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Script<'a> {
    pub(super) url: &'a str,
    /// As in the attribute of that name: `sha256-` and base64.
    pub(super) integrity: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Model<'a> {
    pub(super) name: &'a str,
}

#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Limits {
    pub(super) run_seconds: u64,
    pub(super) memory_bytes: u64,
    pub(super) question_chars: usize,
    pub(super) data_bytes: u64,
    pub(super) profile_bytes: usize,
}

/// A table to try things with. `static/samples/samples.json` holds these; the URL, and what is said in words, are added here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Sample {
    pub(super) name: String,
    #[serde(skip_deserializing)]
    pub(super) url: String,
    /// Under `static/samples/`.
    #[serde(skip_serializing)]
    #[cfg_attr(test, ts(skip))]
    pub(super) file: String,
    #[serde(skip_deserializing)]
    pub(super) title: String,
    #[serde(skip_deserializing)]
    pub(super) description: String,
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) source: String,
    pub(super) licence: String,
    #[serde(skip_deserializing)]
    pub(super) questions: Vec<String>,
}

impl ErrorCode {
    /// As it is on the wire; also its name in the log and the metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            ErrorCode::BadRequest => "bad_request",
            ErrorCode::CrossSite => "cross_site",
            ErrorCode::EmbeddingOff => "embedding_off",
            ErrorCode::UnknownHost => "unknown_host",
            ErrorCode::Unauthorized => "unauthorized",
            ErrorCode::TooManyAttempts => "too_many_attempts",
            ErrorCode::AddressTooLong => "address_too_long",
            ErrorCode::RequestTimeout => "request_timeout",
            ErrorCode::TooLarge => "too_large",
            ErrorCode::QuestionEmpty => "question_empty",
            ErrorCode::QuestionTooLong => "question_too_long",
            ErrorCode::ProfileTooLarge => "profile_too_large",
            ErrorCode::ProgramTooLarge => "program_too_large",
            ErrorCode::NotFound => "not_found",
            ErrorCode::MethodNotAllowed => "method_not_allowed",
            ErrorCode::UnsupportedMediaType => "unsupported_media_type",
            ErrorCode::RepairLimit => "repair_limit",
            ErrorCode::RequestLimit => "request_limit",
            ErrorCode::TokenLimit => "token_limit",
            ErrorCode::NoModel => "no_model",
            ErrorCode::UnknownModel => "unknown_model",
            ErrorCode::ModelKey => "model_key",
            ErrorCode::ModelRateLimited => "model_rate_limited",
            ErrorCode::ModelUnavailable => "model_unavailable",
            ErrorCode::ModelUnreachable => "model_unreachable",
            ErrorCode::ModelTimeout => "model_timeout",
            ErrorCode::ModelStreamBroken => "model_stream_broken",
            ErrorCode::ModelEmpty => "model_empty",
            ErrorCode::ModelNoProgram => "model_no_program",
            ErrorCode::ModelRefused => "model_refused",
            ErrorCode::ModelRejected => "model_rejected",
            ErrorCode::ModelWeights => "model_weights",
            ErrorCode::PackageMissing => "package_missing",
            ErrorCode::Internal => "internal",
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Answer {
    pub(super) fn new(chart: Chart) -> Result<Answer, serde_json::Error> {
        Ok(Answer {
            url: format!("/charts/{}", chart.id),
            id: chart.id.to_string(),
            question: chart.question,
            program: chart.program,
            profile: chart.profile.map(RawValue::from_string).transpose()?,
            parent: chart.parent.map(|parent| parent.to_string()),
            repairs: chart.repairs,
            created: chart.created,
            model: chart.model,
            settled: chart.settled,
            usage: None,
        })
    }
}

impl From<Chart> for Version {
    fn from(chart: Chart) -> Version {
        Version {
            url: format!("/charts/{}", chart.id),
            id: chart.id.to_string(),
            question: chart.question,
            program: chart.program,
            parent: chart.parent.map(|parent| parent.to_string()),
            repairs: chart.repairs,
            created: chart.created,
            model: chart.model,
            settled: chart.settled,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ts_rs::{Config, TS};

    use super::*;
    use crate::prompt::{Bound, Column, Kind, Panel, Profile, Purpose, Table};
    use crate::runtime::{
        Base, Core, File, Fonts, Hint, Package, Pieces, Readers, Renderer, Renderers, Runtime, Snapshot,
    };

    /// Writes the types the page works with, and fails if they were not up to date: so a change is seen, and the next run passes.
    #[test]
    fn the_types_of_the_page_are_these() {
        fn declaration<T: TS>() -> String {
            let config = Config::new().with_large_int("number");
            let documentation = T::docs().unwrap_or_default();
            format!("\n{documentation}export {}\n", T::decl(&config))
        }
        let declarations = [
            declaration::<Ask>(),
            declaration::<Repair>(),
            declaration::<Explain>(),
            declaration::<Explanation>(),
            declaration::<Facts>(),
            declaration::<Panel>(),
            declaration::<Answer>(),
            declaration::<Version>(),
            declaration::<Versions>(),
            declaration::<Usage>(),
            declaration::<Delta<'_>>(),
            declaration::<Doing>(),
            declaration::<Activity>(),
            declaration::<StreamError<'_>>(),
            declaration::<ErrorBody<'_>>(),
            declaration::<ErrorDetail<'_>>(),
            declaration::<ErrorCode>(),
            declaration::<Phrase>(),
            declaration::<Profile>(),
            declaration::<Table>(),
            declaration::<Column>(),
            declaration::<Kind>(),
            declaration::<Purpose>(),
            declaration::<Bound>(),
            declaration::<Privacy>(),
            declaration::<PageData<'_>>(),
            declaration::<Sandbox<'_>>(),
            declaration::<Script<'_>>(),
            declaration::<Link>(),
            declaration::<Embed<'_>>(),
            declaration::<PlayerParts<'_>>(),
            declaration::<PlayerFrames<'_>>(),
            declaration::<Document<'_>>(),
            declaration::<ScriptText<'_>>(),
            declaration::<PlayerData<'_>>(),
            declaration::<Given>(),
            declaration::<Model<'_>>(),
            declaration::<Limits>(),
            declaration::<Sample>(),
            declaration::<Runtime>(),
            declaration::<File>(),
            declaration::<Pieces>(),
            declaration::<Core>(),
            declaration::<Base>(),
            declaration::<Snapshot>(),
            declaration::<Package>(),
            declaration::<Hint>(),
            declaration::<Renderers>(),
            declaration::<Renderer>(),
            declaration::<Readers>(),
            declaration::<Fonts>(),
        ];
        let text = format!(
            "// What travels between the server and the page. Generated from src/web/wire.rs by `cargo test`; do not edit.\n{}",
            declarations.concat()
        );
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/app/wire.d.ts");
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        if before != text {
            std::fs::write(&path, text).unwrap();
            panic!("static/app/wire.d.ts was not up to date; it is now");
        }
    }
}
