//! The contract with a real llama.cpp server, if one runs: `SANDPLOT_TEST_SERVER` says where, and without it
//! `http://127.0.0.1:8091/v1` is looked at. Where nobody answers there is nothing to test, and the test says so.

use super::*;

const USUAL: &str = "http://127.0.0.1:8091/v1";

/// A small model on a processor that does other things as well.
const PATIENT: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_real_server_lists_its_model_answers_and_counts() {
    let base_url = std::env::var("SANDPLOT_TEST_SERVER").unwrap_or_else(|_| USUAL.into());
    let provider = Provider::OpenAi {
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
    let Some(llm) = models.find(None).await else {
        eprintln!("not tested: no model's server answers at {base_url}");
        return;
    };
    assert!(llm.name().starts_with("openai:"), "{}", llm.name());
    let message = Message {
        role: Role::User,
        content: "Say only the word: sand".into(),
    };
    let (mut text, mut usage) = (String::new(), None);
    let mut stream = llm.stream(vec![message], None);
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
