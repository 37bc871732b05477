//! Anthropic's Messages, as <https://docs.anthropic.com/en/api/messages-streaming> describes them.
//!
//! Every event's data names its own kind in `type`. Kinds that are not known are passed over, as the vendor asks. Thinking is not
//! asked for; a model that thinks all the same shows life by it and nothing else.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};

use super::call::{Dialect, temperature};
use super::listing::Listing;
use super::part::{self, Finish, MESSAGE_LIMIT, Part, Used};
use super::{BrokenStream, Message, Role, Schema};

/// The version of the interface, which has been the same since 2023; what is new comes beside it.
pub(super) const VERSION: &str = "2023-06-01";
/// The dialect has no request without a bound.
const MOST_TOKENS: u32 = 16_384;
const REPLY_TOOL: &str = "reply";

pub(super) struct Anthropic {
    model: String,
    most_tokens: AtomicU32,
    /// The model takes no temperature: learnt from its first answer, not from a list of names.
    own_temperature: AtomicBool,
}

impl Anthropic {
    pub(super) fn new(model: String, most_tokens: Option<NonZeroU32>) -> Anthropic {
        Anthropic {
            model,
            most_tokens: AtomicU32::new(most_tokens.map_or(MOST_TOKENS, NonZeroU32::get)),
            own_temperature: AtomicBool::new(false),
        }
    }
}

impl Dialect for Anthropic {
    fn path(&self) -> &'static [&'static str] {
        &["v1", "messages"]
    }

    /// What the system says stands apart from the messages here.
    fn body(&self, messages: &[Message], schema: Option<&Schema>) -> serde_json::Result<Value> {
        let (system, messages): (Vec<&Message>, Vec<&Message>) =
            messages.iter().partition(|message| message.role == Role::System);
        let mut body = json!({
            "model": self.model,
            "max_tokens": self.most_tokens.load(Ordering::Relaxed),
            "messages": messages,
            "stream": true,
        });
        if !system.is_empty() {
            let texts: Vec<&str> = system.iter().map(|message| message.content.as_str()).collect();
            body["system"] = texts.join("\n\n").into();
        }
        if !self.own_temperature.load(Ordering::Relaxed) {
            body["temperature"] = temperature(schema).into();
        }
        // A reply of a given form is a call of the one tool that takes it.
        if let Some(schema) = schema {
            body["tools"] = json!([{
                "name": REPLY_TOOL,
                "description": "Takes the reply.",
                "input_schema": schema.value(),
            }]);
            body["tool_choice"] = json!({"type": "tool", "name": REPLY_TOOL});
        }
        Ok(body)
    }

    fn parts(&self, data: &str) -> Result<Vec<Part>, BrokenStream> {
        parts(data)
    }

    fn learn(&self, status: u16, said: &str, sent: &Value) -> bool {
        if status != 400 {
            return false;
        }
        if sent.get("temperature").is_some() && part::names_parameter(said, "temperature") {
            self.own_temperature.store(true, Ordering::Relaxed);
            return true;
        }
        let Some(most) = most_allowed(&part::error_message(said)) else {
            return false;
        };
        let learnt = sent["max_tokens"].as_u64().is_some_and(|sent| sent > most.into());
        if learnt {
            self.most_tokens.fetch_min(most, Ordering::Relaxed);
        }
        learnt
    }
}

/// What the answer to `GET /v1/models` lists, the newest first.
pub(super) fn listed(answer: &Value) -> Vec<Listing> {
    let models = answer["data"].as_array().into_iter().flatten();
    models
        .filter_map(|model| Listing::new(model["id"].as_str()?, None))
        .collect()
}

/// From "max_tokens: 16384 > 4096, which is the maximum allowed number of output tokens for MODEL".
fn most_allowed(message: &str) -> Option<u32> {
    let (_, rest) = message.strip_prefix("max_tokens: ")?.split_once(" > ")?;
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    number.parse().ok().filter(|most| *most > 0)
}

fn parts(data: &str) -> Result<Vec<Part>, BrokenStream> {
    if data.trim().is_empty() {
        return Ok(Vec::new());
    }
    let event = part::object(data)?;
    let mut parts = Vec::new();
    match event["type"].as_str() {
        Some("message_start") => parts.extend(used(&event["message"]["usage"])),
        Some("content_block_start") => parts.extend(content(&event["content_block"])),
        Some("content_block_delta") => parts.extend(content(&event["delta"])),
        Some("message_delta") => {
            parts.extend(used(&event["usage"]));
            parts.extend(end(&event["delta"]));
        }
        Some("message_stop") => parts.push(Part::Finished(Finish::Complete)),
        // A whole message, from a gateway that does not stream.
        Some("message") => {
            parts.extend(used(&event["usage"]));
            let blocks = event["content"].as_array().into_iter().flatten();
            parts.extend(blocks.filter_map(|block| content(block).or_else(|| called(block))));
            parts.extend(end(&event));
        }
        Some("error") => parts.push(failure(&event)),
        Some(_) => {}
        None => return Err(part::rubbish(data)),
    }
    Ok(parts)
}

/// A block of content, or a piece that is added to one.
fn content(block: &Value) -> Option<Part> {
    match block["type"].as_str()? {
        "text" | "text_delta" => {
            let text = block["text"].as_str().filter(|text| !text.is_empty())?;
            Some(Part::Text(text.to_owned()))
        }
        "input_json_delta" => {
            let text = block["partial_json"].as_str().filter(|text| !text.is_empty())?;
            Some(Part::Text(text.to_owned()))
        }
        "thinking" | "thinking_delta" | "signature_delta" | "redacted_thinking" => Some(Part::Thinking),
        _ => None,
    }
}

/// The call of a tool, whole: in a stream its block comes empty and is filled by pieces.
fn called(block: &Value) -> Option<Part> {
    let input = (block["type"] == "tool_use").then(|| block.get("input"))??;
    Some(Part::Text(input.to_string()))
}

/// What is read from the cache or written to it is not in `input_tokens`, but was said to the model as well.
fn used(usage: &Value) -> Option<Part> {
    let places = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
    let input: Vec<u64> = places.iter().filter_map(|place| usage[place].as_u64()).collect();
    let used = Used {
        input: (!input.is_empty()).then(|| input.iter().fold(0, |sum, tokens| tokens.saturating_add(sum))),
        output: usage["output_tokens"].as_u64(),
        cost: None,
    };
    (used != Used::default()).then_some(Part::Used(used))
}

/// Why a message ends, once it does. Of a refusal the vendor may say the reason as well.
fn end(message: &Value) -> Vec<Part> {
    let finish = match message["stop_reason"].as_str() {
        None => return Vec::new(),
        Some("max_tokens" | "model_context_window_exceeded") => Finish::LengthLimit,
        Some("refusal") => Finish::ContentFilter,
        // `end_turn`, `stop_sequence`, and what may be added: the model said that it is done.
        Some(_) => Finish::Complete,
    };
    let reason = message["stop_details"]["explanation"].as_str();
    let reason = reason.filter(|_| finish == Finish::ContentFilter);
    let refusal = reason.map(|reason| Part::Refusal(reason.to_owned()));
    refusal.into_iter().chain([Part::Finished(finish)]).collect()
}

/// An error in the stream has no status; its kind stands for one.
fn failure(event: &Value) -> Part {
    let status = match event["error"]["type"].as_str() {
        Some("invalid_request_error") => Some(400),
        Some("authentication_error") => Some(401),
        Some("billing_error") => Some(402),
        Some("permission_error") => Some(403),
        Some("not_found_error") => Some(404),
        Some("request_too_large") => Some(413),
        Some("rate_limit_error") => Some(429),
        Some("api_error") => Some(500),
        Some("timeout_error") => Some(504),
        Some("overloaded_error") => Some(529),
        _ => None,
    };
    let message = part::shorten(&part::message_in(event).unwrap_or_default(), MESSAGE_LIMIT);
    Part::Failed { status, message }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    #[test]
    fn what_each_event_says() {
        let input = |input, output| {
            Part::Used(Used {
                input,
                output,
                cost: None,
            })
        };
        let failed = |status, message: &str| Part::Failed {
            status,
            message: message.into(),
        };
        let rows: Vec<(&str, Vec<Part>)> = vec![
            (r#"{"type":"ping"}"#, vec![]),
            (
                r#"{"type":"message_start","message":{"content":[],"usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1}}}"#,
                vec![input(Some(30), Some(1))],
            ),
            (
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                vec![],
            ),
            (
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
                vec![Part::Thinking],
            ),
            (
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#,
                vec![text("a")],
            ),
            (
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
                vec![text("{")],
            ),
            (r#"{"type":"content_block_stop","index":0}"#, vec![]),
            (
                r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":15}}"#,
                vec![input(None, Some(15)), Part::Finished(Finish::LengthLimit)],
            ),
            (
                r#"{"type":"message_delta","delta":{"stop_reason":"refusal"}}"#,
                vec![Part::Finished(Finish::ContentFilter)],
            ),
            (
                r#"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"explanation":"a reason"}}}"#,
                vec![Part::Refusal("a reason".into()), Part::Finished(Finish::ContentFilter)],
            ),
            (
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_details":{"explanation":"a reason"}}}"#,
                vec![Part::Finished(Finish::Complete)],
            ),
            (r#"{"type":"message_delta","delta":{"stop_reason":null}}"#, vec![]),
            (r#"{"type":"message_stop"}"#, vec![Part::Finished(Finish::Complete)]),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                vec![failed(Some(529), "Overloaded")],
            ),
            (
                r#"{"type":"error","error":{"type":"new_error","message":"x"}}"#,
                vec![failed(None, "x")],
            ),
            (r#"{"type":"something_new","a":1}"#, vec![]),
            (
                r#"{"type":"message","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn"}"#,
                vec![text("a"), Part::Finished(Finish::Complete)],
            ),
            ("", vec![]),
        ];
        for (data, expected) in rows {
            assert_eq!(parts(data).unwrap(), expected, "{data}");
        }
        for data in ["<html>", "[1]", "{}", r#"{"choices":[]}"#] {
            assert!(matches!(parts(data), Err(BrokenStream::Rubbish(_))), "{data}");
        }
    }

    #[test]
    fn the_system_stands_apart_and_a_refused_setting_is_left_out_from_then_on() {
        let model = Anthropic::new("m".into(), NonZeroU32::new(9000));
        let message = |role, content: &str| Message {
            role,
            content: content.into(),
        };
        let messages = [message(Role::System, "rules"), message(Role::User, "question")];
        let body = model.body(&messages, None).unwrap();
        assert_eq!(
            body,
            json!({"model": "m", "max_tokens": 9000, "system": "rules", "stream": true, "temperature": temperature(None),
                "messages": [{"role": "user", "content": "question"}]})
        );
        let said =
            |message: &str| json!({"type": "error", "error": {"type": "invalid_request_error", "message": message}});
        let limit =
            said("max_tokens: 9000 > 4096, which is the maximum allowed number of output tokens for m").to_string();
        assert!(model.learn(400, &limit, &body));
        let own = said("`temperature` is deprecated for this model.").to_string();
        assert!(model.learn(400, &own, &body));
        let body = model.body(&messages, None).unwrap();
        assert_eq!((&body["max_tokens"], body.get("temperature")), (&json!(4096), None));
        for refusal in [limit, own, said("messages: roles must alternate").to_string()] {
            assert!(!model.learn(400, &refusal, &body), "{refusal}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".{0,200}", kind in "(message_start|message_delta|error|message|content_block_delta)") {
            let _ = parts(&text);
            let _ = parts(&format!("{{\"type\":\"{kind}\",\"delta\":{text:?}}}"));
            let _ = most_allowed(&text);
        }
    }
}
