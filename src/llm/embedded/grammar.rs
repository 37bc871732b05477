//! Holds a reply to its form. Of the model's tokens only those are admitted that a JSON document of the schema can go on with; where
//! there is only one way to go on, it is taken without asking the model.
//!
//! llguidance rather than llama.cpp's own grammars: those are walked for each of 150,000 tokens, and throw C++ exceptions that no
//! Rust program can catch.

use std::sync::Arc;

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llguidance::api::TopLevelGrammar;
use llguidance::earley::SlicedBiasComputer;
use llguidance::toktrie::{InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie, TokenId, TokenizerEnv};
use llguidance::{JsonCompileOptions, Matcher, ParserFactory};

use crate::llm::Schema;

/// What every grammar of one model shares; making it takes a second.
pub(super) struct Grammars {
    factory: ParserFactory,
}

/// The state of one reply.
pub(super) struct Grammar {
    matcher: Matcher,
}

/// Why a schema cannot be held, or a reply cannot be held to it any more.
#[derive(Debug, thiserror::Error)]
#[error("no grammar can be made of the form: {0}")]
pub(super) struct GrammarError(String);

/// The model's own tokenizer, as llguidance wants to see it.
struct Tokens {
    model: Arc<LlamaModel>,
    trie: TokTrie,
}

impl TokenizerEnv for Tokens {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }

    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<TokenId> {
        let tokens = self.model.vocab().tokenize(bytes, false, false);
        tokens.into_iter().map(|token| token.0.cast_unsigned()).collect()
    }
}

impl Grammars {
    pub(super) fn new(model: &Arc<LlamaModel>) -> Result<Grammars, GrammarError> {
        Grammars::over(
            &(Arc::new(Tokens {
                model: model.clone(),
                trie: trie(model),
            }) as TokEnv),
        )
    }

    fn over(tokens: &TokEnv) -> Result<Grammars, GrammarError> {
        let capabilities = InferenceCapabilities {
            ff_tokens: true,
            ..InferenceCapabilities::default()
        };
        let mut factory = ParserFactory::new(tokens, capabilities, &SlicedBiasComputer::json_slices())
            .map_err(|error| GrammarError(error.to_string()))?;
        factory.quiet();
        Ok(Grammars { factory })
    }

    pub(super) fn of(&self, schema: &Schema) -> Result<Grammar, GrammarError> {
        let mut schema = schema.value().clone();
        if !schema.is_object() {
            return Err(GrammarError("it is no object".into()));
        }
        // On one line with a blank after each mark: as the examples in the prompts are written.
        let options = JsonCompileOptions {
            item_separator: ", ".into(),
            key_separator: ": ".into(),
            whitespace_flexible: false,
            ..JsonCompileOptions::default()
        };
        options.apply_to(&mut schema);
        let parser = self.factory.create_parser(TopLevelGrammar::from_json_schema(schema));
        let matcher = Matcher::new(parser);
        match matcher.get_error() {
            Some(error) => Err(GrammarError(error)),
            None => Ok(Grammar { matcher }),
        }
    }
}

impl Grammar {
    /// What the reply can only go on with, perhaps nothing.
    pub(super) fn forced(&mut self) -> Vec<LlamaToken> {
        let forced = self.matcher.compute_ff_tokens();
        forced
            .into_iter()
            .map(|token| LlamaToken(token.cast_signed()))
            .collect()
    }

    pub(super) fn admits(&mut self) -> Result<Admitted, GrammarError> {
        let mask = self.matcher.compute_mask_or_eos();
        mask.map(Admitted).map_err(|error| GrammarError(error.to_string()))
    }

    /// Goes on with these.
    pub(super) fn take(&mut self, tokens: &[LlamaToken]) -> Result<(), GrammarError> {
        let tokens: Vec<TokenId> = tokens.iter().map(|token| token.0.cast_unsigned()).collect();
        let taken = self.matcher.consume_tokens(&tokens);
        taken.map_err(|error| GrammarError(error.to_string()))
    }

    /// Whether the document is whole.
    pub(super) fn is_over(&self) -> bool {
        self.matcher.is_stopped()
    }
}

/// The tokens that may come next.
pub(super) struct Admitted(SimpleVob);

impl Admitted {
    pub(super) fn has(&self, candidate: &LlamaTokenData) -> bool {
        self.0.is_allowed(candidate.id().0.cast_unsigned())
    }
}

fn trie(model: &LlamaModel) -> TokTrie {
    let vocab = model.vocab();
    let words: Vec<Vec<u8>> = (0..vocab.n_tokens())
        .map(|id| match vocab.token_to_piece(LlamaToken(id), false, None) {
            // A special token stands for no text; its name is kept apart from text by a byte that no text has.
            empty if empty.is_empty() => {
                let name = vocab.token_to_piece(LlamaToken(id), true, None);
                match name.is_empty() {
                    true => name,
                    false => [&[TokTrie::SPECIAL_TOKEN_MARKER], name.as_slice()].concat(),
                }
            }
            text => text,
        })
        .collect();
    let end = vocab.eot().0.cast_unsigned();
    let size = u32::try_from(words.len()).unwrap_or(u32::MAX);
    TokTrie::from(&TokRxInfo::new(size, end), &words)
}

#[cfg(test)]
mod tests {
    use llguidance::toktrie::ApproximateTokEnv;
    use serde_json::json;

    use super::*;

    /// Of a model whose tokens are single bytes.
    fn grammar(schema: serde_json::Value) -> Result<Grammar, GrammarError> {
        Grammars::over(&ApproximateTokEnv::single_byte_env())
            .unwrap()
            .of(&Schema::new(schema))
    }

    fn plan() -> serde_json::Value {
        json!({
            "type": "object", "additionalProperties": false, "required": ["zeta", "alpha", "most"],
            "properties": {
                "zeta": {"enum": ["bar", "line"]},
                "alpha": {"anyOf": [{"enum": ["a \"b\"", "gr\u{f6}\u{df}e"]}, {"type": "null"}]},
                "most": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"enum": [1, 2]}},
            }
        })
    }

    /// How much of the text the grammar takes, and whether the document is whole then.
    fn taken(text: &str) -> (usize, bool) {
        let mut grammar = grammar(plan()).unwrap();
        let mut is_taken = |byte: &u8| {
            let token = LlamaToken(i32::from(*byte));
            let admitted = grammar
                .admits()
                .is_ok_and(|admitted| admitted.has(&LlamaTokenData::new(token, 0.0, 0.0)));
            admitted && grammar.take(&[token]).is_ok()
        };
        let count = text
            .as_bytes()
            .iter()
            .map_while(|byte| is_taken(byte).then_some(()))
            .count();
        (count, grammar.is_over())
    }

    #[test]
    fn a_document_of_the_schema_is_taken_in_the_order_of_its_properties() {
        for text in [
            r#"{"zeta": "line", "alpha": "a \"b\"", "most": [2, 1]}"#,
            "{\"zeta\": \"bar\", \"alpha\": \"gr\u{f6}\u{df}e\", \"most\": [1]}",
            r#"{"zeta": "bar", "alpha": null, "most": [1]}"#,
        ] {
            assert_eq!(taken(text), (text.len(), true), "{text}");
        }
        for (text, good) in [
            (r#"{"alpha": null"#, r#"{""#),
            (r#"{"zeta": "pie""#, r#"{"zeta": ""#),
            (r#"{"zeta": "bar", "alpha": "c""#, r#"{"zeta": "bar", "alpha": ""#),
            (
                r#"{"zeta": "bar", "alpha": null, "most": []"#,
                r#"{"zeta": "bar", "alpha": null, "most": ["#,
            ),
            (
                r#"{"zeta": "bar", "alpha": null, "most": [1, 1, 1]"#,
                r#"{"zeta": "bar", "alpha": null, "most": [1, 1"#,
            ),
            (r#"{"zeta": "bar"}"#, r#"{"zeta": "bar""#),
            ("{\n", "{"),
            ("Sure", ""),
        ] {
            assert_eq!(taken(text), (good.len(), false), "{text}");
        }
    }

    #[test]
    fn what_can_only_be_so_is_not_asked_for() {
        let mut grammar = grammar(plan()).unwrap();
        let forced: Vec<u8> = grammar.forced().iter().map(|token| token.0 as u8).collect();
        assert_eq!(String::from_utf8(forced).unwrap(), r#"{"zeta": ""#);
    }

    #[test]
    fn a_schema_that_no_grammar_can_hold_is_an_error() {
        for schema in [
            json!({"$ref": "nowhere"}),
            json!([]),
            json!({"type": "string", "pattern": "("}),
        ] {
            assert!(grammar(schema.clone()).is_err(), "{schema}");
        }
    }
}
