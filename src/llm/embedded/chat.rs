//! Messages as the tokens that the model was trained on (ChatML). The marks between messages are special tokens; inside a message
//! nothing is, so that a column named like a mark cannot end the message it stands in.

use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::vocab::LlamaVocab;

use crate::llm::{Message, Role};

const BEGIN: &str = "<|im_start|>";
const END: &str = "<|im_end|>";

pub(super) fn tokens(vocab: &LlamaVocab<'_>, messages: &[Message]) -> Vec<LlamaToken> {
    let mut tokens = Vec::new();
    let mut add = |text: &str, has_marks: bool| vocab.tokenize_into(text.as_bytes(), &mut tokens, false, has_marks);
    for message in messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        add(BEGIN, true);
        add(&format!("{role}\n{}", message.content), false);
        add(END, true);
        add("\n", false);
    }
    add(BEGIN, true);
    add("assistant\n", false);
    tokens
}
