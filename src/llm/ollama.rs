//! Ollama's own chat, as <https://docs.ollama.com/api> describes it.
//!
//! Not its imitation of OpenAI's: only here can a request say how long a context it needs. Ollama cuts a longer one silently, at
//! 4096 tokens on most machines, and what is cut are the rules and the tables at the beginning.

use std::num::NonZeroU32;

use serde_json::{Value, json};

use super::call::{Dialect, Framing, temperature};
use super::listing::Listing;
use super::part::{self, Finish, MESSAGE_LIMIT, Part, Used};
use super::{BrokenStream, Message, Schema, size};

/// The smallest context that is asked for. Another size than last time makes Ollama load the model again, so there are few.
const LEAST_CONTEXT: usize = 8192;
/// For the reply, beside the question.
const REPLY_TOKENS: usize = 4096;
/// Fewer than in English text: column names and numbers take many tokens.
const BYTES_A_TOKEN: usize = 3;

pub(super) struct Ollama {
    model: String,
    most_tokens: Option<NonZeroU32>,
}

impl Ollama {
    pub(super) fn new(model: String, most_tokens: Option<NonZeroU32>) -> Ollama {
        Ollama { model, most_tokens }
    }
}

impl Dialect for Ollama {
    fn path(&self) -> &'static [&'static str] {
        &["api", "chat"]
    }

    fn body(&self, messages: &[Message], schema: Option<&Schema>) -> serde_json::Result<Value> {
        let mut options = json!({"temperature": temperature(schema), "num_ctx": context(messages)});
        if let Some(most) = self.most_tokens {
            options["num_predict"] = most.get().into();
        }
        let mut body = json!({"model": self.model, "messages": messages, "stream": true, "options": options});
        if let Some(schema) = schema {
            body["format"] = schema.value().clone();
        }
        Ok(body)
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn parts(&self, data: &str) -> Result<Vec<Part>, BrokenStream> {
        parts(data)
    }

    fn learn(&self, _: u16, _: &str, _: &Value) -> bool {
        false
    }
}

/// What the answer to `GET /api/tags` lists, what was used last first. Models that only embed text often have an architecture of the
/// BERT family; they cannot chat.
pub(super) fn listed(answer: &Value) -> Vec<Listing> {
    let chats = |model: &&Value| {
        let family = model.pointer("/details/family").and_then(Value::as_str);
        family.is_none_or(|family| !family.ends_with("bert"))
    };
    let models = answer["models"].as_array().into_iter().flatten().filter(chats);
    let listing = |model: &Value| {
        let size = model.pointer("/details/parameter_size").and_then(Value::as_str);
        Listing::new(model["name"].as_str()?, size.and_then(size::billions))
    };
    models.filter_map(listing).collect()
}

fn context(messages: &[Message]) -> usize {
    let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
    (bytes / BYTES_A_TOKEN + REPLY_TOKENS)
        .next_power_of_two()
        .max(LEAST_CONTEXT)
}

fn parts(line: &str) -> Result<Vec<Part>, BrokenStream> {
    let value = part::object(line)?;
    if value.get("error").is_some_and(|error| !error.is_null()) {
        let message = part::shorten(&part::message_in(&value).unwrap_or_default(), MESSAGE_LIMIT);
        return Ok(vec![Part::Failed { status: None, message }]);
    }
    let (message, done) = (&value["message"], value["done"].as_bool());
    if !message.is_object() && done.is_none() {
        return Err(part::rubbish(line));
    }
    let said = |field: &str| message[field].as_str().filter(|text| !text.is_empty());
    let mut parts = Vec::new();
    parts.extend(said("thinking").map(|_| Part::Thinking));
    parts.extend(said("content").map(|text| Part::Text(text.to_owned())));
    if done == Some(true) {
        parts.push(Part::Used(Used {
            input: value["prompt_eval_count"].as_u64(),
            output: value["eval_count"].as_u64(),
            cost: None,
        }));
        parts.push(Part::Finished(match value["done_reason"].as_str() {
            Some("length") => Finish::LengthLimit,
            _ => Finish::Complete,
        }));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::llm::Role;

    #[test]
    fn what_each_line_says() {
        let used = |input, output| {
            Part::Used(Used {
                input,
                output,
                cost: None,
            })
        };
        let rows: Vec<(&str, Vec<Part>)> = vec![
            (
                r#"{"model":"m","message":{"role":"assistant","content":"a"},"done":false}"#,
                vec![Part::Text("a".into())],
            ),
            (
                r#"{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}"#,
                vec![Part::Thinking],
            ),
            (
                r#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"length","prompt_eval_count":26,"eval_count":290}"#,
                vec![used(Some(26), Some(290)), Part::Finished(Finish::LengthLimit)],
            ),
            (
                r#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}"#,
                vec![used(None, None), Part::Finished(Finish::Complete)],
            ),
            (
                r#"{"error":"an error was encountered while running the model"}"#,
                vec![Part::Failed {
                    status: None,
                    message: "an error was encountered while running the model".into(),
                }],
            ),
        ];
        for (line, expected) in rows {
            assert_eq!(parts(line).unwrap(), expected, "{line}");
        }
        for line in ["<html>", "[1]", "{}", r#"{"choices":[]}"#] {
            assert!(matches!(parts(line), Err(BrokenStream::Rubbish(_))), "{line}");
        }
    }

    #[test]
    fn the_context_holds_question_and_reply_and_has_few_sizes() {
        let of = |bytes: usize| {
            context(&[Message {
                role: Role::User,
                content: "x".repeat(bytes),
            }])
        };
        assert_eq!([100, 12_000, 13_000, 60_000].map(of), [8192, 8192, 16_384, 32_768]);
    }

    #[test]
    fn the_models_that_can_chat_and_how_large_they_are() {
        let answer = json!({"models": [
            {"name": "qwen2.5-coder:latest", "details": {"family": "qwen2", "parameter_size": "7.6B"}},
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert", "parameter_size": "137M"}},
            {"name": "one-of-the-family", "details": {"family": "bert"}},
            {"name": "qwen3-embedding:0.6b", "details": {"family": "qwen3", "parameter_size": "595.78M"}},
            {"name": "dengcao/Qwen3-Reranker-4B:Q8_0", "details": {"family": "qwen3"}},
            {"name": "smollm2", "details": {"family": "llama", "parameter_size": "361.82M"}},
            {"name": "own", "details": {}},
            {"name": "odd", "details": {"parameter_size": "many"}},
            {"size": 1}
        ]});
        let found: Vec<_> = listed(&answer)
            .into_iter()
            .map(|one| (one.name, one.billions))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(name, billions)| (name.as_str(), *billions))
            .collect();
        let expected = [
            ("qwen2.5-coder:latest", Some(7.6)),
            ("smollm2", Some(0.36182)),
            ("own", None),
            ("odd", None),
        ];
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".{0,200}") {
            let _ = parts(&text);
            let _ = parts(&format!("{{\"message\":{text:?},\"done\":true}}"));
        }
    }
}
