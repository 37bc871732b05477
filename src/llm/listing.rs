//! What a provider's list says of a model, and which models in it can write a program at all: the lists of most providers also have
//! those that embed, draw, speak, listen or judge.

/// Words of which one makes a name that of a model for something else.
const OTHER: [&str; 13] = [
    "whisper",
    "tts",
    "dall",
    "moderation",
    "realtime",
    "transcribe",
    "audio",
    "image",
    "sora",
    "davinci",
    "babbage",
    "bge",
    "minilm",
];
/// Beginnings of such words: `embeddings`, `reranker`.
const OTHER_BEGIN: [&str; 2] = ["embed", "rerank"];
/// It completes texts and does not answer messages; its name has no other word that would say so.
const COMPLETES: &str = "gpt-3.5-turbo-instruct";

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listing {
    pub(super) name: String,
    /// How large it is, in billions of parameters, where the list says so.
    pub(super) billions: Option<f64>,
}

impl Listing {
    /// None of a model that cannot chat, as far as its name says.
    pub(super) fn new(name: &str, billions: Option<f64>) -> Option<Listing> {
        may_chat(name).then(|| Listing {
            name: name.to_owned(),
            billions,
        })
    }
}

fn may_chat(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let is_other = |word: &str| OTHER.contains(&word) || OTHER_BEGIN.iter().any(|begin| word.starts_with(begin));
    !words.any(is_other) && !name.starts_with(COMPLETES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_for_something_else_is_told_by_its_name() {
        for other in [
            "text-embedding-3-small",
            "nomic-embed-text:latest",
            "mxbai-embed-large",
            "qwen3-embedding:0.6b",
            "jinaai/jina-embeddings-v2-base-code",
            "Qwen/Qwen3-Reranker-4B",
            "bge-m3:567m",
            "all-minilm:22m",
            "whisper-1",
            "tts-1-hd",
            "gpt-4o-mini-tts",
            "dall-e-3",
            "omni-moderation-latest",
            "gpt-4o-realtime-preview",
            "gpt-4o-transcribe",
            "gpt-4o-audio-preview",
            "gpt-image-1-mini",
            "sora-2-pro",
            "davinci-002",
            "text-davinci-003",
            "babbage-002",
            "gpt-3.5-turbo-instruct-0914",
        ] {
            assert_eq!(Listing::new(other, None), None, "{other}");
        }
        for chats in [
            "gpt-4.1-mini",
            "gpt-5",
            "o4-mini",
            "chatgpt-4o-latest",
            "gpt-3.5-turbo",
            "qwen2.5-coder:7b",
            "meta/llama-3.3-70b-instruct",
            "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf",
            "deepseek-r1:8b",
            "gemma3n:e4b",
            "default",
            "imagine-code",
        ] {
            assert!(Listing::new(chats, None).is_some(), "{chats}");
        }
    }
}
