//! The contract with a real llama.cpp server. Ignored unless asked for, since it needs one: `cargo xtask test` starts it where the weights of
//! the small model lie in the cache folder. `SANDPLOT_TEST_SERVER` says where it is; otherwise `http://127.0.0.1:8091/v1` is asked.

use serde_json::{Value, json};

use super::*;

const USUAL: &str = "http://127.0.0.1:8091/v1";

/// A small model on a processor that does other things as well.
const PATIENT: Duration = Duration::from_secs(300);

/// The first model that it lists.
async fn real() -> Arc<Llm> {
    let base_url = std::env::var("SANDPLOT_TEST_SERVER").unwrap_or_else(|_| USUAL.into());
    let provider = Provider::OpenAi {
        server: None,
        base_url: base_url.clone(),
        api_key: None,
        model: ALL.into(),
    };
    let deadlines = Deadlines {
        connect: Duration::from_secs(2),
        first_token: PATIENT,
        idle: PATIENT,
        total: PATIENT,
    };
    let settings = Settings {
        provider,
        deadlines,
        most_tokens: NonZeroU32::new(60),
    };
    let models = Models::new(vec![settings], HashMap::new()).unwrap();
    let listed = models.find(None).await;
    listed.unwrap_or_else(|| panic!("no model's server answers at {base_url}"))
}

fn asked(content: &str) -> Vec<Message> {
    vec![Message {
        role: Role::User,
        content: content.into(),
    }]
}

#[tokio::test]
#[ignore = "needs a real server"]
async fn a_real_server_lists_its_model_answers_and_counts() {
    let llm = real().await;
    assert!(llm.name().starts_with("openai:"), "{}", llm.name());
    let (mut text, mut usage) = (String::new(), None);
    let mut stream = llm.stream(request(asked("Say only the word: sand"), None));
    while let Some(piece) = stream.next().await {
        match piece.expect("a real server answers") {
            Piece::Text(piece) => text.push_str(&piece),
            Piece::Usage(said) => usage = Some(said),
            Piece::Waiting(waiting) => panic!("{waiting:?}"),
        }
    }
    assert!(text.to_lowercase().contains("sand"), "{text}");
    let usage = usage.expect("llama.cpp counts tokens");
    assert!(
        usage.input_tokens > 5 && (1..=60).contains(&usage.output_tokens),
        "{usage:?}"
    );
}

#[tokio::test]
#[ignore = "needs a real server"]
async fn a_real_server_holds_a_reply_to_a_form() {
    let form = json!({
        "type": "object", "additionalProperties": false, "required": ["chart", "column", "title"],
        "properties": {
            "chart": {"enum": ["line", "bar"]},
            "column": {"enum": ["zebra_7", "quagga_9"]},
            "title": {"type": "string", "maxLength": 12},
        },
    });
    // Nothing in the question leads to these words.
    let mut stream = real().await.stream(request(
        asked("What is the capital of France?"),
        Some(Schema::new(form)),
    ));
    let mut text = String::new();
    while let Some(piece) = stream.next().await {
        if let Piece::Text(piece) = piece.expect("a real server makes a grammar of the form") {
            text.push_str(&piece);
        }
    }
    let filled: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(["line", "bar"].contains(&filled["chart"].as_str().unwrap()), "{text}");
    assert!(
        ["zebra_7", "quagga_9"].contains(&filled["column"].as_str().unwrap()),
        "{text}"
    );
    assert!(filled["title"].as_str().unwrap().chars().count() <= 12, "{text}");
}

#[tokio::test]
#[ignore = "needs a real server"]
async fn a_reply_that_nobody_wants_any_more_leaves_the_server_free() {
    let llm = real().await;
    let mut endless = Box::pin(llm.stream(request(asked("Count from 1 to 1000, one number a line."), None)));
    while !matches!(endless.next().await, Some(Ok(Piece::Text(_)))) {}
    drop(endless);
    let mut next = Box::pin(llm.stream(request(asked("Say only the word: sand"), None)));
    let first = tokio::time::timeout(PATIENT / 5, next.next()).await;
    assert!(matches!(first, Ok(Some(Ok(Piece::Text(_))))), "{first:?}");
}
