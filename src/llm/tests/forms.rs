//! A reply of a given form: how each dialect demands it, what comes of it, and what a server that holds to none gives.

use serde_json::{Value, json};

use super::dialects::{anthropic, body, ollama};
use super::*;

const FORM: &str = r#"{"z":"bar","a":1}"#;

/// The later letter first: what is decided first stands first.
fn schema() -> Schema {
    Schema::new(json!({"type": "object", "properties": {"z": {"enum": ["bar"]}, "a": {"type": "integer"}}}))
}

/// What is said to a demand for a form, and the bodies of the requests that were sent.
async fn filled(provider: impl Fn(&str) -> Provider, acts: Vec<Act>) -> (Told, Vec<Value>) {
    let server = replay::serve(acts);
    let told = told_in(&only(provider(&server.base_url), ample()), Some(schema())).await;
    (told, server.requests.try_iter().map(|request| body(&request)).collect())
}

fn named(name: &str) -> Vec<Act> {
    vec![Act::Answer(replay::read(name))]
}

#[tokio::test]
async fn each_dialect_demands_a_form_in_its_own_way() {
    let (told, sent) = filled(open_ai, named("openai-form")).await;
    assert_eq!(
        (told.text.as_str(), told.error.is_none()),
        (FORM, true),
        "{:?}",
        told.error
    );
    let format = &sent[0]["response_format"];
    assert_eq!(
        (&format["type"], &format["json_schema"]["strict"]),
        (&json!("json_schema"), &json!(true))
    );
    // In that part of JSON Schema which the vendor takes.
    assert_eq!(
        format["json_schema"]["schema"]["properties"]["z"],
        json!({"type": "string", "enum": ["bar"]})
    );

    let (told, sent) = filled(|url| ollama(url, "m"), named("ollama-chat-form")).await;
    assert_eq!(
        (told.text.as_str(), told.error.is_none()),
        (FORM, true),
        "{:?}",
        told.error
    );
    assert_eq!(sent[0]["format"], *schema().value());

    for name in ["anthropic-form", "anthropic-form-whole"] {
        let (told, sent) = filled(anthropic, named(name)).await;
        assert_eq!(
            (told.text.as_str(), told.error.is_none()),
            (FORM, true),
            "{name}: {:?}",
            told.error
        );
        assert_eq!(told.usage.map(|usage| usage.output_tokens), Some(12), "{name}");
        let tool = &sent[0]["tools"][0];
        assert_eq!(tool["input_schema"], *schema().value());
        assert_eq!(sent[0]["tool_choice"], json!({"type": "tool", "name": tool["name"]}));
    }
}

#[tokio::test]
async fn the_fields_of_a_form_are_demanded_in_their_order() {
    let server = replay::serve(named("openai-form"));
    told_in(&connect(&server.base_url, ample()), Some(schema())).await;
    let request = server.requests.recv().unwrap();
    let place = |text: &str| request.find(text).unwrap();
    assert!(place(r#""z":{"type""#) < place(r#""a":{"type""#), "{request}");
}

#[tokio::test]
async fn without_a_form_nothing_is_said_of_one() {
    let server = replay::serve(named("openai"));
    told(&connect(&server.base_url, ample())).await;
    assert_eq!(body(&server.requests.recv().unwrap()).get("response_format"), None);
}

#[tokio::test]
async fn a_server_that_holds_to_no_form_says_so_by_a_failure_of_its_own() {
    let refusals = [
        (
            "400 Bad Request",
            r#"{"error":{"message":"This response_format type is unavailable now"}}"#,
        ),
        (
            "422 Unprocessable Entity",
            r#"{"detail":[{"msg":"Extra inputs are not permitted"}]}"#,
        ),
        (
            "500 Internal Server Error",
            r#"{"error":{"code":500,"message":"failed to parse grammar"}}"#,
        ),
        ("501 Not Implemented", r#"{"error":{"message":"no"}}"#),
    ];
    for (status, said) in refusals {
        let refusal = replay::made(&format!("HTTP/1.1 {status}\ncontent-type: application/json"), said);
        let (told, sent) = filled(open_ai, vec![Act::Answer(refusal)]).await;
        assert!(
            matches!(told.error, Some(LlmError::NoSchema { .. })),
            "{status}: {:?}",
            told.error
        );
        assert_eq!(sent.len(), 1, "it is not asked again");
    }
    // A key that is wrong is wrong for programs too.
    let (told, _) = filled(open_ai, named("openai-wrong-key")).await;
    assert!(
        matches!(told.error, Some(LlmError::KeyRejected { .. })),
        "{:?}",
        told.error
    );
}

#[tokio::test]
async fn a_refusal_of_a_form_is_remembered_if_the_same_server_accepts_a_question_without_one() {
    let refusal = |status: &str, said: &str| {
        let said = json!({"error": {"message": said}}).to_string();
        let head = format!("HTTP/1.1 {status}\ncontent-type: application/json");
        Act::Answer(replay::made(&head, &said))
    };
    let accepted = || Act::Answer(replay::read("openai"));
    let schema_refused = || refusal("400 Bad Request", "Invalid schema for response_format 'reply'");
    let rows = [
        (vec![schema_refused(), accepted()], false),
        // What is wrong with the account or the model is wrong without a form too.
        (
            vec![
                refusal("400 Bad Request", "no credit"),
                refusal("400 Bad Request", "no credit"),
            ],
            true,
        ),
        (
            vec![
                refusal("404 Not Found", "no such model"),
                refusal("404 Not Found", "no such model"),
            ],
            true,
        ),
        (
            vec![refusal("400 Bad Request", "The prompt is too long."), accepted()],
            true,
        ),
    ];
    for (at, (acts, takes_forms)) in rows.into_iter().enumerate() {
        let server = replay::serve(acts);
        let llm = connect(&server.base_url, ample());
        let told = told_in(&llm, Some(schema())).await;
        assert!(
            matches!(told.error, Some(LlmError::NoSchema { .. })),
            "{at}: {:?}",
            told.error
        );
        assert!(llm.takes_forms(), "{at}: it may be something else");
        told_in(&llm, None).await;
        assert_eq!(llm.takes_forms(), takes_forms, "{at}");
    }
}
