//! What a piece of the dialect says, in every form that some server gives it.

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
        (
            r#"{"choices":[{"index":0,"message":{"content":"**1"},"delta":{"content":"1"}}]}"#,
            text("1"),
        ),
        (
            r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]}}]}"#,
            vec![Part::Thinking, Part::Text("a".into())],
        ),
        (r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#, vec![]),
        (
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"x"}]}}]}"#,
            text("a"),
        ),
        (r#"{"choices":[{"index":1,"delta":{"content":"other"}}]}"#, vec![]),
        (r#"{"choices":[],"usage":{"total_tokens":3}}"#, vec![]),
        (r#"{"choices":[],"usage":null}"#, vec![]),
        (
            r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"cost":0.001}}"#,
            vec![Part::Used(Used {
                input: Some(9),
                output: Some(5),
                cost: Some(0.001),
            })],
        ),
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
fn a_question_that_is_too_long_by_itself_says_nothing_about_the_bound() {
    let rows = [
        ("is 4096 tokens.", true),
        (
            "is 4096 tokens. However, you requested 4500 tokens (4000 in the messages, 500 in the completion).",
            true,
        ),
        (
            "is 4096 tokens. However, you requested 4700 tokens (4200 in the messages, 500 in the completion).",
            false,
        ),
        ("is 4096 tokens. However, your messages resulted in 9000 tokens.", false),
    ];
    for (sum, expected) in rows {
        let said = serde_json::json!({"error": {"message": format!("This model's maximum context length {sum}")}});
        assert_eq!(is_about_the_bound(&said.to_string(), 500), expected, "{sum}");
    }
    assert!(is_about_the_bound(
        r#"{"error":{"message":"no","param":"max_tokens"}}"#,
        500
    ));
    assert!(!is_about_the_bound(r#"{"error":{"message":"no such model"}}"#, 500));
}

#[test]
fn what_is_no_piece_is_rubbish() {
    for data in ["<html>", "{\"choices\":", "[1]", "\"text\"", r#"{"choices":"x"}"#] {
        assert!(matches!(parts(data), Err(BrokenStream::Rubbish(_))), "{data}");
    }
}

#[test]
fn the_models_of_a_server() {
    let answer = serde_json::json!({"object": "list", "data": [
        {"id": "a", "object": "model"},
        {"id": "picture", "architecture": {"output_modalities": ["image"]}},
        {"id": "b/c", "architecture": {"output_modalities": ["text"]}},
        {"object": "model"}
    ]});
    let names = |answer: &Value| -> Vec<String> { listed(answer).into_iter().map(|one| one.name).collect() };
    assert_eq!(names(&answer), ["a", "b/c"]);
    assert_eq!(names(&serde_json::json!(["a"])), [""; 0]);
    let vendor = [
        "gpt-5",
        "dall-e-3",
        "whisper-1",
        "tts-1",
        "text-embedding-3-large",
        "omni-moderation-latest",
        "gpt-4o-realtime-preview",
        "gpt-4o-mini-transcribe",
        "gpt-image-1",
        "sora-2",
        "davinci-002",
        "babbage-002",
        "gpt-4o-audio-preview",
        "gpt-4.1-mini",
    ];
    let vendor: Vec<Value> = vendor
        .iter()
        .map(|id| serde_json::json!({"id": id, "object": "model"}))
        .collect();
    assert_eq!(names(&serde_json::json!({"data": vendor})), ["gpt-5", "gpt-4.1-mini"]);
    // As llama.cpp's own server has it.
    let local = serde_json::json!({"object": "list", "data": [{"id": "default", "object": "model", "owned_by": "llamacpp",
        "meta": {"vocab_type": 2, "n_vocab": 151_936, "n_ctx_train": 32_768, "n_embd": 1536, "n_params": 1_543_714_304_u64}}]});
    assert_eq!(listed(&local)[0].billions, Some(1.543_714_304));
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
        "usage",
        "prompt_tokens",
        "cost",
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
        prop_assert!(part::error_message(&text).chars().count() <= MESSAGE_LIMIT + 1);
        let cut = text.char_indices().map(|(at, _)| at).nth(cut.index(text.len()) / 2).unwrap_or(0);
        let _ = (parts(&text[..cut]), part::error_message(&text[cut..]), part::names_parameter(&text, "temperature"));
    }

    #[test]
    fn no_text_is_too_odd(text in ".{0,200}") {
        let _ = (parts(&text), part::error_message(&text), is_about_the_bound(&text, 500));
    }
}
