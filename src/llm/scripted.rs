//! Replies from a file instead of a model, so that tests of the page run without one and always the same way.
//!
//! ```json
//! {"replies": [
//!   {"when": "by month", "reply": "```python\n…```", "chunks": 12, "delayMs": 5},
//!   {"when": "a plan", "form": true, "reply": "{\"chart\": …}"},
//!   {"when": "too many", "fault": "429", "retryAfter": 7},
//!   {"when": "in line", "waits": [{"queued": 2}, {"fetching": [3, 10]}, "checking", "loading"], "reply": "…"},
//!   {"when": "a bill", "reply": "…", "usage": {"input": 900, "output": 40, "cost": 0.002}},
//!   {"reply": "what everything else is answered with"}
//! ]}
//! ```
//!
//! The first reply whose `when` is part of the last message is given; one without `when` fits all. Where a form is demanded, only
//! those are given that say `form`, and where there is none, the script takes no form. Nothing is remembered
//! between calls, so that tests may run side by side. The faults end as the same [`LlmError`] that a real provider gives.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use serde::Deserialize;

use super::part::Used;
use super::{BrokenStream, Deadlines, LlmError, Message, Phase, Piece, SetupError, Waiting};

/// Small enough to be seen being written, large enough not to take long.
const CHUNK_CHARS: usize = 24;

#[derive(Debug, Clone)]
pub(super) struct Script {
    replies: Arc<[Reply]>,
    deadlines: Deadlines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    replies: Vec<Reply>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Reply {
    #[serde(default)]
    when: Option<String>,
    /// It answers calls that demand a form, and no others.
    #[serde(default)]
    form: bool,
    #[serde(default)]
    reply: String,
    /// In how many pieces it comes; by default in pieces of a few words.
    #[serde(default)]
    chunks: Option<usize>,
    /// The pause before each piece.
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    fault: Fault,
    /// Seconds, for the faults `429` and `500`.
    #[serde(default)]
    retry_after: Option<u64>,
    /// What the call is said to have used.
    #[serde(default)]
    usage: Option<Usage>,
    /// What is waited for before it begins, each after the pause of a piece.
    #[serde(default)]
    waits: Vec<Wait>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Wait {
    Queued(usize),
    /// So many bytes of so many.
    Fetching(u64, u64),
    Checking,
    Loading,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Usage {
    input: u64,
    output: u64,
    #[serde(default)]
    cost: Option<f64>,
}

/// What happens instead of, or in the middle of, the reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fault {
    #[default]
    None,
    /// Half of the reply, then silence until the deadline.
    Stall,
    /// Half of the reply, then the connection is gone.
    Cut,
    /// Half of the reply, then something that is no reply.
    Rubbish,
    /// Nothing until the deadline.
    Silence,
    Empty,
    Refuse,
    #[serde(rename = "401")]
    Key,
    #[serde(rename = "429")]
    RateLimit,
    #[serde(rename = "500")]
    Server,
}

impl Script {
    pub(super) fn read(file: &Path, deadlines: Deadlines) -> Result<Script, SetupError> {
        let bytes = std::fs::read(file).map_err(|source| SetupError::ScriptRead {
            file: file.to_owned(),
            source,
        })?;
        let File { replies } = serde_json::from_slice(&bytes).map_err(|source| SetupError::ScriptForm {
            file: file.to_owned(),
            source,
        })?;
        Ok(Script {
            replies: replies.into(),
            deadlines,
        })
    }

    pub(super) fn stream(
        &self,
        messages: &[Message],
        wants_form: bool,
    ) -> impl Stream<Item = Result<Piece, LlmError>> + Send + use<> {
        let last = messages.last().map_or("", |message| message.content.as_str());
        let fits =
            |reply: &&Reply| reply.form == wants_form && reply.when.as_deref().is_none_or(|when| last.contains(when));
        let steps = match self.replies.iter().find(fits) {
            Some(reply) => steps(reply, &self.deadlines),
            None => vec![(Duration::ZERO, Err(no_reply(wants_form)))],
        };
        stream::unfold(steps.into_iter(), |mut steps| async move {
            let (pause, item) = steps.next()?;
            tokio::time::sleep(pause).await;
            Some((item, steps))
        })
    }
}

/// A pause and what follows it.
type Step = (Duration, Result<Piece, LlmError>);

fn steps(reply: &Reply, deadlines: &Deadlines) -> Vec<Step> {
    let pieces = pieces(&reply.reply, reply.chunks);
    let shown = match reply.fault {
        Fault::None => pieces.len(),
        Fault::Stall | Fault::Cut | Fault::Rubbish => pieces.len() / 2,
        _ => 0,
    };
    let delay = Duration::from_millis(reply.delay_ms);
    let waits = reply.waits.iter().map(|wait| match *wait {
        Wait::Queued(ahead) => Waiting::Queued { ahead },
        Wait::Fetching(done, total) => Waiting::Fetching { done, total },
        Wait::Checking => Waiting::Checking,
        Wait::Loading => Waiting::Loading,
    });
    let over = (!reply.waits.is_empty()).then_some(Waiting::Over);
    let waits = waits.chain(over).map(|waiting| (delay, Ok(Piece::Waiting(waiting))));
    let text = pieces
        .into_iter()
        .take(shown)
        .map(|text| (delay, Ok(Piece::Text(text))));
    let used = reply.usage.and_then(|Usage { input, output, cost }| {
        let (input, output) = (Some(input), Some(output));
        Used { input, output, cost }.usage()
    });
    let used = used.map(|usage| (Duration::ZERO, Ok(Piece::Usage(usage))));
    let end = fault(reply, deadlines).map(|(pause, error)| (pause.unwrap_or(delay), Err(error)));
    waits.chain(text).chain(used).chain(end).collect()
}

/// The failure that ends the reply, and the pause before it if it is a failure by waiting.
fn fault(reply: &Reply, deadlines: &Deadlines) -> Option<(Option<Duration>, LlmError)> {
    let retry_after = reply.retry_after.map(Duration::from_secs);
    let message = "as the script says".to_owned();
    let waited = |phase, after| (Some(after), LlmError::Timeout { phase, after });
    let broken = |how| (None, LlmError::StreamBroken(how));
    Some(match reply.fault {
        Fault::None if reply.reply.trim().is_empty() => (None, LlmError::Empty),
        Fault::None => return None,
        Fault::Stall => waited(Phase::Idle, deadlines.idle),
        Fault::Silence => waited(Phase::FirstToken, deadlines.first_token),
        Fault::Cut => broken(BrokenStream::Cut),
        Fault::Rubbish => broken(BrokenStream::Rubbish(message)),
        Fault::Empty => (None, LlmError::Empty),
        Fault::Refuse => {
            let message = match reply.reply.trim() {
                "" => message,
                words => words.to_owned(),
            };
            (None, LlmError::Refused { message })
        }
        Fault::Key => {
            let (status, variable) = (401, "OPENAI_API_KEY".into());
            (
                None,
                LlmError::KeyRejected {
                    status,
                    message,
                    variable,
                },
            )
        }
        Fault::RateLimit => (None, LlmError::RateLimited { retry_after, message }),
        Fault::Server => (
            None,
            LlmError::Unavailable {
                status: 500,
                retry_after,
                message,
            },
        ),
    })
}

fn no_reply(wants_form: bool) -> LlmError {
    let message = "the script has no reply for this question".to_owned();
    if wants_form {
        LlmError::NoSchema { status: 404, message }
    } else {
        LlmError::Rejected { status: 404, message }
    }
}

fn pieces(text: &str, count: Option<usize>) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let size = match count {
        Some(count) => characters.len().div_ceil(count.max(1)),
        None => CHUNK_CHARS,
    };
    characters
        .chunks(size.max(1))
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures_util::StreamExt;

    use super::*;
    use crate::llm::Role;

    fn script(json: &str) -> Result<Script, SetupError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(json.as_bytes()).unwrap();
        let brief = Duration::from_millis(1);
        let deadlines = Deadlines {
            connect: brief,
            first_token: brief,
            idle: brief,
            total: brief,
        };
        Script::read(file.path(), deadlines)
    }

    async fn ask(script: &Script, question: &str) -> (Vec<String>, Option<&'static str>) {
        let message = Message {
            role: Role::User,
            content: question.into(),
        };
        let items: Vec<_> = script.stream(&[message], false).collect().await;
        let (mut texts, mut code) = (Vec::new(), None);
        for item in items {
            assert_eq!(code, None, "nothing follows an error");
            match item {
                Ok(Piece::Text(text)) => texts.push(text),
                Ok(piece) => panic!("{piece:?}"),
                Err(error) => code = Some(error.code()),
            }
        }
        (texts, code)
    }

    #[tokio::test]
    async fn the_first_reply_that_fits_is_given_in_pieces() {
        let script = script(
            r#"{"replies": [
                {"when": "month", "reply": "abcdefg", "chunks": 3},
                {"when": "month", "reply": "never"},
                {"reply": "else"}
            ]}"#,
        )
        .unwrap();
        let pieces = ["abc", "def", "g"].map(String::from).to_vec();
        assert_eq!(ask(&script, "sales by month").await, (pieces.clone(), None));
        assert_eq!(ask(&script, "sales by month").await, (pieces, None));
        assert_eq!(ask(&script, "sales").await, (vec!["else".to_owned()], None));
    }

    #[tokio::test]
    async fn each_fault_ends_as_the_error_of_a_real_provider() {
        for (fault, texts, code) in [
            ("stall", 1, "model_timeout"),
            ("cut", 1, "model_stream_broken"),
            ("rubbish", 1, "model_stream_broken"),
            ("silence", 0, "model_timeout"),
            ("empty", 0, "model_empty"),
            ("refuse", 0, "model_refused"),
            ("401", 0, "model_key"),
            ("429", 0, "model_rate_limited"),
            ("500", 0, "model_unavailable"),
        ] {
            let json = format!(r#"{{"replies": [{{"reply": "abcd", "chunks": 2, "fault": "{fault}"}}]}}"#);
            let (given, error) = ask(&script(&json).unwrap(), "x").await;
            assert_eq!((given.len(), error), (texts, Some(code)), "{fault}");
        }
        let none = script(r#"{"replies": [{"when": "a", "reply": "b"}]}"#).unwrap();
        assert_eq!(ask(&none, "x").await, (vec![], Some("model_rejected")));
        let empty = script(r#"{"replies": [{"reply": " "}]}"#).unwrap();
        assert_eq!(ask(&empty, "x").await.1, Some("model_empty"));
    }

    #[tokio::test]
    async fn what_a_call_used_is_said_after_its_text() {
        let script =
            script(r#"{"replies": [{"reply": "ab", "usage": {"input": 9, "output": 2, "cost": 0.5}}]}"#).unwrap();
        let items: Vec<_> = script.stream(&[], false).map(Result::unwrap).collect().await;
        let [Piece::Text(_), Piece::Usage(usage)] = items.as_slice() else {
            panic!("{items:?}")
        };
        assert_eq!((usage.input_tokens, usage.output_tokens), (9, 2));
        assert_eq!(usage.cost.map(|cost| cost.dollars), Some(0.5));
    }

    #[test]
    fn a_script_that_cannot_be_used_is_told_at_the_start() {
        assert!(matches!(script("{"), Err(SetupError::ScriptForm { .. })));
        let typo = script(r#"{"replies": [{"wen": "a"}]}"#);
        assert!(matches!(typo, Err(SetupError::ScriptForm { .. })));
        let missing = Script::read(Path::new("/nonexistent.json"), Deadlines::default());
        assert!(matches!(missing, Err(SetupError::ScriptRead { .. })));
    }
}
