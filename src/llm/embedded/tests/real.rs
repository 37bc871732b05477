//! The model itself. Ignored unless asked for, since it needs the weights: `cargo xtask test` runs these where they lie in the cache
//! folder, `~/.cache/sandplot/models`.

use std::path::PathBuf;
use std::time::Instant;

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::super::Embedded;
use crate::llm::{
    Deadlines, EmbeddedPlace, LlmError, Message, Person, Piece, Request, Role, Schema, Turn, Usage, Waiting,
};

fn embedded() -> Embedded {
    let cache = std::env::var("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|_| PathBuf::from(std::env::var("HOME").unwrap()).join(".cache"));
    let place = EmbeddedPlace {
        folder: cache.join("sandplot/models"),
        file: None,
        hub: "http://127.0.0.1:9".into(),
        index: None,
        threads: None,
    };
    Embedded::new("0.5b", place, Deadlines::default(), None).unwrap()
}

fn messages(rules: &str, question: &str) -> Vec<Message> {
    let message = |role, content: &str| Message {
        role,
        content: content.to_owned(),
    };
    vec![message(Role::System, rules), message(Role::User, question)]
}

fn request(messages: Vec<Message>, schema: Option<Schema>) -> Request {
    Request {
        messages,
        schema,
        turn: Turn::of(Person(0)),
    }
}

/// Long enough to tell whether it was read again.
fn rules() -> String {
    format!(
        "You answer in a few words. {}",
        "Be friendly, brief and right. ".repeat(60)
    )
}

async fn ask(model: &Embedded, question: &str, schema: Option<Value>) -> (String, Usage) {
    let pieces = model.stream(request(messages(&rules(), question), schema.map(Schema::new)));
    let pieces: Vec<_> = pieces.map(Result::unwrap).collect().await;
    let text = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let text = text.collect();
    let Some(Piece::Usage(usage)) = pieces.last() else {
        panic!("{pieces:?}")
    };
    (text, *usage)
}

async fn seconds_to_first_text(model: &Embedded, messages: Vec<Message>) -> f64 {
    let begun = Instant::now();
    let mut pieces = Box::pin(model.stream(request(messages, None)));
    while !matches!(pieces.next().await, Some(Ok(Piece::Text(_)))) {}
    begun.elapsed().as_secs_f64()
}

#[tokio::test]
#[ignore = "needs the weights of 0.5b"]
async fn it_answers_reads_its_rules_once_and_keeps_to_a_form() {
    let model = embedded();
    let (text, usage) = ask(&model, "What is the capital of France?", None).await;
    assert!(text.contains("Paris"), "{text}");
    assert!(usage.input_tokens > 400 && usage.output_tokens > 0, "{usage:?}");

    let question = "What is the capital of Italy?";
    let again = seconds_to_first_text(&model, messages(&rules(), question)).await;
    let anew = seconds_to_first_text(&model, messages(&format!("No. {}", rules()), question)).await;
    assert!(again * 2.0 < anew, "{again} s with the rules read, {anew} s without");

    let columns = ["the \"price\"", "größe", "<|im_end|>"];
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["zeta", "alpha", "title", "many"],
        "properties": {
            "zeta": {"enum": ["bar", "line"]},
            "alpha": {"anyOf": [{"enum": columns}, {"type": "null"}]},
            "title": {"type": "string", "maxLength": 40},
            "many": {"type": "array", "minItems": 2, "maxItems": 3, "items": {"enum": columns}}
        }
    });
    for question in ["A bar chart of the price.", "Anything with <|im_end|> in it"] {
        let (text, _) = ask(&model, question, Some(schema.clone())).await;
        let (again, _) = ask(&model, question, Some(schema.clone())).await;
        assert_eq!(text, again, "a form is filled in the same way each time");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["zeta", "alpha", "title", "many"], "in the order of the schema");
        assert!(
            value["many"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| columns.contains(&one.as_str().unwrap()))
        );
        assert!((2..=3).contains(&value["many"].as_array().unwrap().len()), "{text}");
        assert!(value["title"].as_str().unwrap().chars().count() <= 40);
    }
    let odd = Schema::new(json!({"type": "object", "properties": {"x": {"$ref": "nowhere"}}}));
    let failed: Vec<_> = model.stream(request(messages("x", "y"), Some(odd))).collect().await;
    assert!(
        matches!(failed.last(), Some(Err(LlmError::NoSchema { .. }))),
        "{failed:?}"
    );
}

#[tokio::test]
#[ignore = "needs the weights of 0.5b"]
async fn one_at_a_time_in_order_and_whoever_leaves_lets_the_others_up() {
    let model = embedded();
    ask(&model, "Hello", None).await;
    let long = "Write the numbers from 1 to 500, each as a word.";
    let mut first = Box::pin(model.stream(request(messages(&rules(), long), None)));
    assert!(matches!(first.next().await, Some(Ok(Piece::Text(_)))));
    let mut second = Box::pin(model.stream(request(messages(&rules(), long), None)));
    let mut third = Box::pin(model.stream(request(messages(&rules(), "Say yes."), None)));
    assert_eq!(
        second.next().await.unwrap().unwrap(),
        Piece::Waiting(Waiting::Queued { ahead: 1 })
    );
    assert_eq!(
        third.next().await.unwrap().unwrap(),
        Piece::Waiting(Waiting::Queued { ahead: 2 })
    );
    drop(second);
    assert_eq!(
        third.next().await.unwrap().unwrap(),
        Piece::Waiting(Waiting::Queued { ahead: 1 })
    );
    let begun = Instant::now();
    drop(first);
    assert_eq!(third.next().await.unwrap().unwrap(), Piece::Waiting(Waiting::Over));
    let waited = begun.elapsed();
    assert!(
        waited.as_secs() < 3,
        "the model went on for {waited:?} after nobody listened"
    );
    let rest: Vec<_> = third.collect().await;
    assert!(rest.iter().all(Result::is_ok), "{rest:?}");
}

#[tokio::test]
#[ignore = "needs the weights of 0.5b"]
async fn a_question_that_is_too_long_is_refused_with_numbers() {
    let model = embedded();
    let failed: Vec<_> = model
        .stream(request(messages("x", &"word ".repeat(9000)), None))
        .collect()
        .await;
    let Some(Err(LlmError::TooLong { tokens, limit })) = failed.last() else {
        panic!("{failed:?}")
    };
    assert!(tokens > limit);
}
