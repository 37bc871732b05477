//! The dialect: what stands in the JSON of OpenAI's chat completions and of those who imitate it. Pure, no connection.
//!
//! Read leniently, since every server has its own extras: a field that is not known is passed over, a field that may be
//! missing is. What is not JSON, or JSON of another kind, is no part of a reply and is said to be so.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::llm::{BrokenStream, Message};

/// An upstream message is for reading, so it is kept this short.
const MESSAGE_LIMIT: usize = 300;

#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    pub(super) model: &'a str,
    pub(super) messages: &'a [Message],
    pub(super) stream: bool,
    /// Left out for models that accept only their own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) temperature: Option<f32>,
    #[serde(flatten)]
    pub(super) bound: Option<Bound>,
}

/// How a server is told the longest reply.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bound {
    /// What everybody but OpenAI's newer models takes.
    MaxTokens(NonZeroU32),
    /// What these take instead.
    MaxCompletionTokens(NonZeroU32),
}

impl Bound {
    /// In the order in which they are tried; after the last it goes without. A server whose whole context is smaller than the bound
    /// refuses both.
    pub(super) const FORMS: [fn(NonZeroU32) -> Bound; 2] = [Bound::MaxTokens, Bound::MaxCompletionTokens];
}

/// One thing that a piece of the stream, or a whole answer, says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// The model thinks aloud in a field of its own: a sign of life, but no part of the reply.
    Thinking,
    Refusal(String),
    Finished(Finish),
    /// An error after the status line said that all is well.
    Failed {
        status: Option<u16>,
        message: String,
    },
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Finish {
    Complete,
    LengthLimit,
    ContentFilter,
    Error,
}

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
    /// In a whole answer.
    #[serde(default)]
    message: Option<Content>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    /// A text, or a list of typed parts as some gateways pass on.
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
pub(super) fn parts(data: &str) -> Result<Vec<Part>, BrokenStream> {
    let data = data.trim();
    if data == "[DONE]" {
        return Ok(vec![Part::Finished(Finish::Complete)]);
    }
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let rubbish = || BrokenStream::Rubbish(shorten(data, 60));
    let value: Value = serde_json::from_str(data).map_err(|_| rubbish())?;
    if !value.is_object() {
        return Err(rubbish());
    }
    if let Some(failed) = failure(&value) {
        return Ok(vec![failed]);
    }
    let answer = Answer::deserialize(value).map_err(|_| rubbish())?;
    let mut parts = Vec::new();
    for choice in answer.choices.into_iter().flatten().filter(|choice| choice.index == 0) {
        for content in [choice.delta, choice.message].into_iter().flatten() {
            let thinks = [&content.reasoning_content, &content.reasoning];
            if thinks
                .iter()
                .any(|thought| thought.as_str().is_some_and(|text| !text.is_empty()))
            {
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

/// The sentence in an error body, whichever of the usual places it stands in.
pub(super) fn error_message(body: &str) -> String {
    let message = match serde_json::from_str::<Value>(body) {
        Ok(value) => message_in(&value).unwrap_or_default(),
        // A proxy's HTML page says nothing that its status does not.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => body.to_owned(),
    };
    shorten(&message, MESSAGE_LIMIT)
}

/// The request's field that a server says it does not take in this form.
pub(super) fn names_parameter(body: &str, parameter: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(body) else {
        return false;
    };
    value["error"]["param"] == parameter || message_in(&value).is_some_and(|message| message.contains(parameter))
}

/// Whether a refusal speaks of the longest reply: by the field's name or, as older vLLM does, by what it adds up to.
pub(super) fn is_about_the_bound(body: &str) -> bool {
    ["max_tokens", "max_completion_tokens", "maximum context length"]
        .iter()
        .any(|words| body.contains(words))
}

/// One line of at most `limit` characters.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
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
    let message = shorten(&message_in(value).unwrap_or_default(), MESSAGE_LIMIT);
    Some(Part::Failed { status, message })
}

fn message_in(value: &Value) -> Option<String> {
    // `detail` is what FastAPI servers and NIM say, a list of objects if the request was malformed.
    let places = [
        "/error/message",
        "/error",
        "/message",
        "/detail/0/msg",
        "/detail",
        "/title",
    ];
    places
        .iter()
        .find_map(|place| value.pointer(place)?.as_str().map(str::to_owned))
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(data: &str) -> Vec<Part> {
        parts(data).unwrap()
    }

    #[test]
    fn what_each_piece_says() {
        let text = |text: &str| vec![Part::Text(text.into())];
        let cases: Vec<(&str, Vec<Part>)> = vec![
            (
                r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"#,
                text("a"),
            ),
            (r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#, vec![]),
            (
                r#"{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"x"}]}}]}"#,
                text("a"),
            ),
            (r#"{"choices":[{"index":1,"delta":{"content":"other"}}]}"#, vec![]),
            (r#"{"choices":[],"usage":{"total_tokens":3}}"#, vec![]),
            (r#"{"id":"x","object":"ping"}"#, vec![]),
            (
                r#"{"choices":[{"delta":{"reasoning_content":"hm"}}]}"#,
                vec![Part::Thinking],
            ),
            (
                r#"{"choices":[{"delta":{"content":"","reasoning":"hm"}}]}"#,
                vec![Part::Thinking],
            ),
            (
                r#"{"choices":[{"delta":{"refusal":"no"}}]}"#,
                vec![Part::Refusal("no".into())],
            ),
            (
                r#"{"choices":[{"message":{"content":"a"},"finish_reason":"length"}]}"#,
                vec![Part::Text("a".into()), Part::Finished(Finish::LengthLimit)],
            ),
            (
                r#"{"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#,
                vec![Part::Finished(Finish::ContentFilter)],
            ),
            ("[DONE]", vec![Part::Finished(Finish::Complete)]),
            ("", vec![]),
        ];
        for (data, expected) in cases {
            assert_eq!(read(data), expected, "{data}");
        }
    }

    #[test]
    fn an_error_object_is_found_in_every_dialect() {
        let failed = |status, message: &str| {
            vec![Part::Failed {
                status,
                message: message.into(),
            }]
        };
        assert_eq!(
            read(r#"{"error":{"code":502,"message":"down"}}"#),
            failed(Some(502), "down")
        );
        assert_eq!(
            read(r#"{"error":{"code":"server_error","message":"down"},"choices":[]}"#),
            failed(None, "down")
        );
        assert_eq!(read(r#"{"error":"down"}"#), failed(None, "down"));
        assert_eq!(
            read(r#"{"object":"error","message":"down","code":400}"#),
            failed(Some(400), "down")
        );
        assert_eq!(read(r#"{"error":null,"choices":[]}"#), vec![]);
    }

    #[test]
    fn what_is_no_piece_is_rubbish() {
        for data in ["<html>", "{\"choices\":", "[1]", "\"text\"", r#"{"choices":"x"}"#] {
            assert!(matches!(parts(data), Err(BrokenStream::Rubbish(_))), "{data}");
        }
    }

    #[test]
    fn the_sentence_of_an_error_body() {
        assert_eq!(error_message(r#"{"error":{"message":"a\n b"}}"#), "a b");
        assert_eq!(error_message(r#"{"detail":"Not Found"}"#), "Not Found");
        assert_eq!(
            error_message(r#"{"detail":[{"msg":"field required"}]}"#),
            "field required"
        );
        assert_eq!(error_message("<html>Bad gateway</html>"), "");
        assert_eq!(error_message("upstream connect error"), "upstream connect error");
        assert_eq!(error_message(""), "");
        assert_eq!(error_message(&"é".repeat(400)), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn the_parameter_that_a_server_does_not_take() {
        let body = r#"{"error":{"message":"Unsupported value","param":"temperature"}}"#;
        assert!(names_parameter(body, "temperature"));
        assert!(names_parameter(
            r#"{"error":{"message":"temperature must be 1"}}"#,
            "temperature"
        ));
        assert!(!names_parameter(
            r#"{"error":{"message":"no such model"}}"#,
            "temperature"
        ));
        assert!(!names_parameter("temperature", "temperature"));
    }

    /// JSON that is nearly what a server says.
    fn answer_of_parts() -> impl Strategy<Value = Value> {
        let names = [
            "choices",
            "delta",
            "message",
            "content",
            "refusal",
            "index",
            "finish_reason",
            "error",
            "code",
            "detail",
            "msg",
            "object",
            "reasoning",
            "text",
            "title",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            prop::sample::select(vec!["error", "stop", "length", "[DONE]"]).prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(prop::sample::select(names.to_vec()), inner, 0..5).prop_map(|fields| fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_is_read_or_refused(answer in answer_of_parts(), cut in any::<prop::sample::Index>()) {
            let text = answer.to_string();
            let _ = parts(&text);
            prop_assert!(error_message(&text).chars().count() <= MESSAGE_LIMIT + 1);
            let cut = text.char_indices().map(|(at, _)| at).nth(cut.index(text.len()) / 2).unwrap_or(0);
            let _ = (parts(&text[..cut]), error_message(&text[cut..]), names_parameter(&text, "temperature"));
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,200}") {
            let _ = (parts(&text), error_message(&text), is_about_the_bound(&text));
        }
    }
}
