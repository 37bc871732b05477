//! The model itself: weights in memory, and a reply to a question token by token. Blocks its thread; `worker` gives it one.
//!
//! What was read stays in the model's memory (`slots`), so the rules that every prompt begins with are read once. A reply that
//! nobody waits for any more ends at the next token, or while the question is read at the next [`BATCH`].

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};

use super::chat;
use super::grammar::{Grammar, Grammars};
use super::slots::{SLOTS, Slots};
use super::worker::{Job, Said};
use crate::llm::call::temperature;
use crate::llm::{BrokenStream, LlmError, Schema, Usage};

/// Of a question and its reply together, in tokens.
const CONTEXT: usize = 8192;
/// All that is kept in memory, of which [`CONTEXT`] is at most one conversation: 28 KB each for the model of 1.5 billion parameters.
const CELLS: usize = CONTEXT + 2048;
/// A question that leaves less room has none for a program.
const LEAST_REPLY: usize = 512;
/// A program of such a model takes a few hundred. One that goes on repeats itself, and others wait.
const MOST_REPLY: u32 = 2048;
/// Tokens that are read at once: more are hardly faster on a processor, and it is the longest that a question which nobody waits for
/// any more goes on being read.
const BATCH: usize = 128;

/// Tokens among which one is drawn: as llama.cpp's own server does by default.
const TOP_K: i32 = 40;
const TOP_P: f32 = 0.95;
const MIN_P: f32 = 0.05;

pub(super) struct Engine<'a> {
    model: &'a Arc<LlamaModel>,
    context: LlamaContext<'a>,
    batch: LlamaBatch<'static>,
    slots: Slots,
    /// Made when the first form is to be filled in.
    grammars: Option<Grammars>,
}

/// A reply's end, where it is one.
enum Ended {
    Complete,
    TooLong,
    /// Nobody waits for it any more.
    Left,
}

pub(super) fn load(weights: &Path) -> Result<Arc<LlamaModel>, LlmError> {
    let parameters = LlamaModelParams::default().with_n_gpu_layers(0);
    let model = LlamaModel::load_from_file(backend()?, weights, &parameters);
    model
        .map(Arc::new)
        .map_err(|error| failed("loading the weights", &error))
}

fn backend() -> Result<&'static LlamaBackend, LlmError> {
    static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();
    if !has_instructions() {
        return Err(LlmError::Engine {
            message: "this machine's processor lacks AVX2, FMA, F16C or BMI2, which the model's arithmetic needs"
                .into(),
        });
    }
    let backend = BACKEND.get_or_init(|| {
        send_logs_to_tracing(LogOptions::default());
        LlamaBackend::init().map_err(|error| error.to_string())
    });
    backend.as_ref().map_err(|message| LlmError::Engine {
        message: message.clone(),
    })
}

/// Those that llama.cpp is compiled for; the rest of this program is compiled for any processor.
#[cfg(target_arch = "x86_64")]
fn has_instructions() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("bmi2")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_instructions() -> bool {
    true
}

impl<'a> Engine<'a> {
    pub(super) fn new(model: &'a Arc<LlamaModel>, threads: i32) -> Result<Engine<'a>, LlmError> {
        let cells = u32::try_from(CELLS).unwrap_or(u32::MAX);
        let batch = u32::try_from(BATCH).unwrap_or(u32::MAX);
        let sequences = u32::try_from(SLOTS).unwrap_or(u32::MAX);
        let parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(cells))
            .with_n_batch(batch)
            .with_n_ubatch(batch)
            .with_n_seq_max(sequences)
            // The sequences share one memory: a short one leaves its room to the other.
            .with_kv_unified(true)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = model.new_context(backend()?, parameters);
        Ok(Engine {
            model,
            context: context.map_err(|error| failed("making room for the model's memory", &error))?,
            batch: LlamaBatch::new(BATCH, 1),
            slots: Slots::default(),
            grammars: None,
        })
    }

    /// Writes the reply to `job.said`, its end excepted.
    pub(super) fn answer(&mut self, job: &Job) -> Result<(), LlmError> {
        let prompt = chat::tokens(&self.model.vocab(), &job.messages);
        let limit = CONTEXT - LEAST_REPLY;
        if prompt.len() > limit {
            return Err(LlmError::TooLong {
                tokens: prompt.len(),
                limit,
            });
        }
        let mut grammar = job.schema.as_ref().map(|schema| self.grammar(schema)).transpose()?;
        let most = job.most_tokens.map_or(MOST_REPLY, |most| most.get().min(MOST_REPLY));
        let most = (CONTEXT - prompt.len()).min(most as usize);
        let ids: Vec<i32> = prompt.iter().map(|token| token.0).collect();
        let start = self.slots.begin(&ids);
        self.forget(start.slot, start.read)?;
        while self.slots.total() + prompt.len() - start.read + most > CELLS {
            match self.slots.forget_another(start.slot) {
                Some(other) => self.forget(other, 0)?,
                None => break,
            }
        }
        let mut written = 0;
        let ended = match self.read(start.slot, &prompt[start.read..], job)? {
            false => Ended::Left,
            true => self.write(start.slot, job, grammar.as_mut(), most, &mut written)?,
        };
        job.say(Said::Usage(Usage {
            input_tokens: prompt.len() as u64,
            output_tokens: written as u64,
            cost: None,
        }));
        match ended {
            Ended::Complete | Ended::Left => Ok(()),
            Ended::TooLong => Err(LlmError::StreamBroken(BrokenStream::LengthLimit)),
        }
    }

    fn grammar(&mut self, schema: &Schema) -> Result<Grammar, LlmError> {
        let no_schema = |error: super::grammar::GrammarError| LlmError::NoSchema {
            status: 501,
            message: error.to_string(),
        };
        let grammars = match &mut self.grammars {
            Some(grammars) => grammars,
            none => none.insert(Grammars::new(self.model).map_err(no_schema)?),
        };
        grammars.of(schema).map_err(no_schema)
    }

    /// Puts these after what the sequence holds. False if nobody waits for the reply any more.
    fn read(&mut self, slot: usize, tokens: &[LlamaToken], job: &Job) -> Result<bool, LlmError> {
        for some in tokens.chunks(BATCH) {
            if job.is_left() {
                return Ok(false);
            }
            self.batch.clear();
            let sequence = [i32::try_from(slot).unwrap_or_default()];
            let position = i32::try_from(self.slots.len(slot)).unwrap_or(i32::MAX);
            for (at, token) in (position..).zip(some) {
                let is_last = self.batch.n_tokens() + 1 == i32::try_from(some.len()).unwrap_or(i32::MAX);
                let added = self.batch.add(*token, at, &sequence, is_last);
                added.map_err(|error| failed("reading the question", &error))?;
            }
            if let Err(error) = self.context.decode(&mut self.batch) {
                // What the sequence holds now is not known.
                self.slots.clear(slot);
                self.forget(slot, 0)?;
                return Err(failed("computing the next token", &error));
            }
            let ids: Vec<i32> = some.iter().map(|token| token.0).collect();
            self.slots.add(slot, &ids);
        }
        Ok(true)
    }

    fn write(
        &mut self,
        slot: usize,
        job: &Job,
        mut grammar: Option<&mut Grammar>,
        most: usize,
        written: &mut usize,
    ) -> Result<Ended, LlmError> {
        let mut sampler = sampler(temperature(job.schema.as_ref()));
        let mut text = Text::default();
        let reported =
            |error: super::grammar::GrammarError| LlmError::StreamBroken(BrokenStream::Reported(error.to_string()));
        loop {
            if job.is_left() {
                return Ok(Ended::Left);
            }
            let mut next = grammar.as_mut().map(|grammar| grammar.forced()).unwrap_or_default();
            if next.is_empty() {
                let admitted = grammar.as_mut().map(|grammar| grammar.admits()).transpose();
                let admitted = admitted.map_err(reported)?;
                next.push(self.draw(&mut sampler, |candidate| {
                    admitted.as_ref().is_none_or(|admitted| admitted.has(candidate))
                })?);
            }
            *written += next.len();
            let vocab = self.model.vocab();
            let is_end = next.iter().any(|token| vocab.is_eog(*token));
            for token in next.iter().filter(|token| !vocab.is_eog(**token)) {
                text.push(&vocab.token_to_piece(*token, false, None));
            }
            if let Some(text) = text.take() {
                job.say(Said::Text(text));
            }
            if let (Some(grammar), false) = (&mut grammar, is_end) {
                grammar.take(&next).map_err(reported)?;
            }
            if is_end || grammar.as_ref().is_some_and(|grammar| grammar.is_over()) {
                return Ok(Ended::Complete);
            }
            if *written >= most {
                return Ok(Ended::TooLong);
            }
            if !self.read(slot, &next, job)? {
                return Ok(Ended::Left);
            }
        }
    }

    /// The next token, among those that may come.
    fn draw(
        &self,
        sampler: &mut LlamaSampler,
        may_come: impl Fn(&LlamaTokenData) -> bool,
    ) -> Result<LlamaToken, LlmError> {
        let candidates = self.context.candidates_ith(self.batch.n_tokens() - 1);
        let mut candidates = LlamaTokenDataArray::from_iter(candidates.filter(may_come), false);
        if candidates.data.is_empty() {
            return Err(LlmError::StreamBroken(BrokenStream::Reported(
                "the form admits no token".into(),
            )));
        }
        candidates.apply_sampler(sampler);
        candidates.selected_token().ok_or_else(|| LlmError::Engine {
            message: "no token was drawn".into(),
        })
    }

    /// Empties a sequence from there on.
    fn forget(&mut self, slot: usize, from: usize) -> Result<(), LlmError> {
        let number = |size: usize| Some(u32::try_from(size).unwrap_or(u32::MAX));
        let emptied = self.context.clear_kv_cache_seq(number(slot), number(from), None);
        match emptied {
            Ok(true) => Ok(()),
            Ok(false) => Err(LlmError::Engine {
                message: "a part of the model's memory cannot be emptied".into(),
            }),
            Err(error) => Err(failed("emptying the model's memory", &error)),
        }
    }
}

/// At no temperature the likeliest token is taken, so that the same question fills in a form the same way each time.
fn sampler(temperature: f64) -> LlamaSampler {
    if temperature <= 0.0 {
        return LlamaSampler::greedy();
    }
    // If the system gives no random number, any will do: the reply is then the same as another time.
    let seed = getrandom::u32().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "a temperature needs no double")]
    let temperature = temperature as f32;
    let samplers = [
        LlamaSampler::top_k(TOP_K),
        LlamaSampler::top_p(TOP_P, 1),
        LlamaSampler::min_p(MIN_P, 1),
        LlamaSampler::temp(temperature),
        LlamaSampler::dist(seed),
    ];
    LlamaSampler::chain(samplers, true)
}

fn failed(doing: &str, error: &dyn std::error::Error) -> LlmError {
    LlmError::Engine {
        message: format!("{doing} failed ({error})"),
    }
}

/// Bytes of tokens, given out as whole characters: a token may end in the middle of one.
#[derive(Default)]
struct Text(Vec<u8>);

impl Text {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn take(&mut self) -> Option<String> {
        let end = match std::str::from_utf8(&self.0) {
            Ok(_) => self.0.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            // Never part of a character, so it is replaced rather than waited for.
            Err(_) => self.0.len(),
        };
        let rest = self.0.split_off(end);
        let whole = std::mem::replace(&mut self.0, rest);
        (!whole.is_empty()).then(|| String::from_utf8_lossy(&whole).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tokens that are nearly as likely as each other, drawn many times.
    fn drawn(schema: Option<&Schema>) -> Vec<i32> {
        let mut drawn: Vec<i32> = (0..200)
            .map(|_| {
                let likely =
                    [(7, 1.0), (3, 1.01)].map(|(token, logit)| LlamaTokenData::new(LlamaToken(token), logit, 0.0));
                let mut candidates = LlamaTokenDataArray::from_iter(likely, false);
                candidates.apply_sampler(&mut sampler(temperature(schema)));
                candidates.selected_token().unwrap().0
            })
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        drawn
    }

    #[test]
    fn a_form_is_filled_in_the_same_way_each_time_and_a_program_is_not() {
        let form = Schema::new(serde_json::json!({}));
        assert_eq!(drawn(Some(&form)), [3]);
        assert_eq!(drawn(None), [3, 7]);
    }

    #[test]
    fn text_is_given_out_in_whole_characters() {
        let mut text = Text::default();
        let mut given = String::new();
        for byte in "aé€😀b".as_bytes() {
            text.push(&[*byte]);
            given.extend(text.take());
        }
        assert_eq!(given, "aé€😀b");
        text.push(b"x\xff");
        assert_eq!(text.take().as_deref(), Some("x\u{fffd}"));
        assert_eq!(text.take(), None);
    }
}
