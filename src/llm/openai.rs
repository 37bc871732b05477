//! OpenAI's chat completions and those who imitate them: OpenAI, vLLM, llama.cpp, LM Studio, OpenRouter, NIM.
//!
//! Read leniently, since every server has its own extras: a field that is not known is passed over, a field that may be
//! missing is. What is not JSON, or JSON of another kind, is no part of a reply and is said to be so.

mod strict;

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::{Dialect, temperature};
use super::listing::Listing;
use super::part::{self, Finish, MESSAGE_LIMIT, Part, Used};
use super::{BrokenStream, Message, Schema};

/// One model of such a server, and what it has taught about the form of its requests.
pub(super) struct OpenAi {
    model: String,
    most_tokens: Option<NonZeroU32>,
    /// It is on one's own machine or network: llama.cpp, vLLM and LM Studio take every bound in a form, and small models need them.
    takes_bounds: bool,
    /// The model takes no temperature but its own: learnt from its first answer, not from a list of names.
    own_temperature: AtomicBool,
    /// The server does not know that one can ask for the usage of a stream.
    no_usage: AtomicBool,
    /// Which of [`Bound::FORMS`] the server takes.
    bound: AtomicUsize,
}

impl OpenAi {
    pub(super) fn new(model: String, most_tokens: Option<NonZeroU32>, takes_bounds: bool) -> OpenAi {
        OpenAi {
            model,
            most_tokens,
            takes_bounds,
            own_temperature: AtomicBool::new(false),
            no_usage: AtomicBool::new(false),
            bound: AtomicUsize::new(0),
        }
    }
}

impl Dialect for OpenAi {
    fn path(&self) -> &'static [&'static str] {
        &["chat", "completions"]
    }

    fn body(&self, messages: &[Message], schema: Option<&Schema>) -> serde_json::Result<Value> {
        let own_temperature = self.own_temperature.load(Ordering::Relaxed);
        let no_usage = self.no_usage.load(Ordering::Relaxed);
        let form = Bound::FORMS.get(self.bound.load(Ordering::Relaxed));
        serde_json::to_value(Request {
            model: &self.model,
            messages,
            stream: true,
            temperature: (!own_temperature).then(|| temperature(schema)),
            stream_options: (!no_usage).then_some(StreamOptions { include_usage: true }),
            bound: form.and_then(|form| self.most_tokens.map(form)),
            response_format: schema.map(|schema| ResponseFormat::of(strict::form(schema.value(), self.takes_bounds))),
        })
    }

    fn parts(&self, data: &str) -> Result<Vec<Part>, BrokenStream> {
        parts(data)
    }

    fn learn(&self, status: u16, said: &str, sent: &Value) -> bool {
        if !matches!(status, 400 | 422) {
            return false;
        }
        // Another call may have learnt the same meanwhile, so what counts is what this one had sent.
        if sent.get("temperature").is_some() && part::names_parameter(said, "temperature") {
            self.own_temperature.store(true, Ordering::Relaxed);
            return true;
        }
        if sent.get("stream_options").is_some() && said.contains("stream_options") {
            self.no_usage.store(true, Ordering::Relaxed);
            return true;
        }
        let mut forms = BOUND_NAMES.iter().enumerate();
        match forms.find_map(|(form, name)| Some((form, sent.get(name)?.as_u64()?))) {
            Some((form, most)) if is_about_the_bound(said, most) => {
                self.bound.fetch_max(form + 1, Ordering::Relaxed);
                true
            }
            _ => false,
        }
    }
}

/// What the answer to `GET /models` lists. OpenRouter says of each what comes out of it, llama.cpp how large it is.
pub(super) fn listed(answer: &Value) -> Vec<Listing> {
    let writes = |model: &&Value| {
        let kinds = model
            .pointer("/architecture/output_modalities")
            .and_then(Value::as_array);
        kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == "text"))
    };
    let models = answer["data"].as_array().into_iter().flatten().filter(writes);
    let listing = |model: &Value| {
        let parameters = model.pointer("/meta/n_params").and_then(Value::as_f64);
        Listing::new(model["id"].as_str()?, parameters.map(|number| number / 1e9))
    };
    models.filter_map(listing).collect()
}

#[derive(Debug, Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: &'a [Message],
    stream: bool,
    /// Left out for models that accept only their own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    /// Left out for servers that do not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(flatten)]
    bound: Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
}

#[derive(Debug, Serialize)]
struct ResponseFormat {
    r#type: &'static str,
    json_schema: Form,
}

#[derive(Debug, Serialize)]
struct Form {
    name: &'static str,
    /// Else OpenAI takes the schema for a suggestion.
    strict: bool,
    schema: Value,
}

impl ResponseFormat {
    fn of(schema: Value) -> ResponseFormat {
        ResponseFormat {
            r#type: "json_schema",
            json_schema: Form {
                name: "reply",
                strict: true,
                schema,
            },
        }
    }
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// How a server is told the longest reply.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    /// What everybody but OpenAI's newer models takes.
    MaxTokens(NonZeroU32),
    /// What these take instead.
    MaxCompletionTokens(NonZeroU32),
}

impl Bound {
    /// In the order in which they are tried; after the last it goes without. A server whose whole context is smaller than the bound
    /// refuses both.
    const FORMS: [fn(NonZeroU32) -> Bound; 2] = [Bound::MaxTokens, Bound::MaxCompletionTokens];
}

/// What each of [`Bound::FORMS`] is called.
const BOUND_NAMES: [&str; 2] = ["max_tokens", "max_completion_tokens"];

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    /// In a stream.
    #[serde(default)]
    delta: Option<Content>,
    /// In a whole answer. Perplexity has it in a stream too, where it repeats all that was said so far.
    #[serde(default)]
    message: Option<Content>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    /// A text, or a list of typed parts as some gateways pass on, and Mistral where a model thinks.
    #[serde(default)]
    content: Value,
    #[serde(default)]
    refusal: Option<String>,
    /// DeepSeek's name, which vLLM, llama.cpp and NIM took over.
    #[serde(default)]
    reasoning_content: Value,
    /// OpenRouter's, Ollama's and newer vLLM's name for the same.
    #[serde(default)]
    reasoning: Value,
}

/// What one event's data, or the body of an answer that is no stream, says. The end mark `[DONE]` is a [`Finish`].
fn parts(data: &str) -> Result<Vec<Part>, BrokenStream> {
    let data = data.trim();
    if data == "[DONE]" {
        return Ok(vec![Part::Finished(Finish::Complete)]);
    }
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let value = part::object(data)?;
    let mut parts: Vec<Part> = used(&value["usage"]).map(Part::Used).into_iter().collect();
    if let Some(failed) = failure(&value) {
        parts.push(failed);
        return Ok(parts);
    }
    let answer = Answer::deserialize(value).map_err(|_| part::rubbish(data))?;
    for choice in answer.choices.into_iter().flatten().filter(|choice| choice.index == 0) {
        if let Some(content) = choice.delta.or(choice.message) {
            if thinks(&content) {
                parts.push(Part::Thinking);
            }
            let text = text_of(&content.content);
            if !text.is_empty() {
                parts.push(Part::Text(text));
            }
            parts.extend(content.refusal.filter(|text| !text.is_empty()).map(Part::Refusal));
        }
        parts.extend(choice.finish_reason.as_deref().map(finish).map(Part::Finished));
    }
    Ok(parts)
}

/// In a stream it is in a last piece of its own; some servers repeat it, growing, in every piece, and OpenRouter says it beside an
/// error. OpenRouter adds what it charged, in credits that are US dollars, and xAI in ticks, of which a dollar has ten thousand million.
fn used(usage: &Value) -> Option<Used> {
    let tokens = |field: &str| usage[field].as_u64();
    let input = tokens("prompt_tokens");
    // Thoughts are paid for like words, and xAI counts them in the total alone.
    let all_but_input = tokens("total_tokens")
        .zip(input)
        .map(|(all, input)| all.saturating_sub(input));
    let ticks = || usage["cost_in_usd_ticks"].as_f64().map(|ticks| ticks / 1e10);
    let used = Used {
        input,
        output: tokens("completion_tokens").max(all_but_input),
        cost: usage["cost"].as_f64().or_else(ticks),
    };
    (used != Used::default()).then_some(used)
}

fn thinks(content: &Content) -> bool {
    let says = |thought: &Value| thought.as_str().is_some_and(|text| !text.is_empty());
    let mut parts = content.content.as_array().into_iter().flatten();
    says(&content.reasoning_content) || says(&content.reasoning) || parts.any(|part| part["type"] == "thinking")
}

/// Whether a refusal speaks of the longest reply: by the field's name or, as older vLLM does, by what it adds up to. A question that is
/// too long by itself is refused in the same words; it says nothing about the bound, and without one it would be no shorter.
fn is_about_the_bound(body: &str, most: u64) -> bool {
    if BOUND_NAMES.iter().any(|name| body.contains(name)) {
        return true;
    }
    let message = part::error_message(body);
    let Some((_, sum)) = message.split_once("maximum context length") else {
        return false;
    };
    let mut numbers = sum
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u64>().ok());
    match (numbers.next(), numbers.max()) {
        (Some(limit), Some(asked)) => asked.saturating_sub(most) <= limit,
        _ => true,
    }
}

/// `{"error": …}` of OpenAI, llama.cpp, OpenRouter and Ollama, `{"object": "error", …}` of vLLM.
fn failure(value: &Value) -> Option<Part> {
    let error = match value.get("error") {
        Some(error) if !error.is_null() => error,
        _ if value["object"] == "error" => value,
        _ => return None,
    };
    let status = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let message = part::shorten(&part::message_in(value).unwrap_or_default(), MESSAGE_LIMIT);
    Some(Part::Failed { status, message })
}

fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "length" | "max_tokens" => Finish::LengthLimit,
        "content_filter" => Finish::ContentFilter,
        "error" => Finish::Error,
        // `stop`, and names that only some server knows: the model said that it is done.
        _ => Finish::Complete,
    }
}

#[cfg(test)]
mod tests;
