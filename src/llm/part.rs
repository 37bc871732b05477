//! What a server may say in a reply, whatever its dialect, and how its words are made fit to be read. Pure, no connection.

use serde_json::Value;

use super::{BrokenStream, Cost, Usage};

/// An upstream message is for reading, so it is kept this short.
pub(super) const MESSAGE_LIMIT: usize = 300;

/// One thing that a piece of the stream, or a whole answer, says.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// The model thinks aloud in a field of its own: a sign of life, but no part of the reply.
    Thinking,
    Refusal(String),
    /// Of the call so far; a later one adds to it and corrects it.
    Used(Used),
    Finished(Finish),
    /// An error after the status line said that all is well.
    Failed {
        status: Option<u16>,
        message: String,
    },
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Finish {
    Complete,
    LengthLimit,
    ContentFilter,
    Error,
}

/// What a server says of tokens and money; most say it in parts, or not at all.
#[derive(Debug, Default, PartialEq, Clone, Copy)]
pub(super) struct Used {
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
    /// In US dollars.
    pub(super) cost: Option<f64>,
}

impl Used {
    pub(super) fn take(&mut self, later: Used) {
        self.input = later.input.or(self.input);
        self.output = later.output.or(self.output);
        self.cost = later.cost.or(self.cost);
    }

    /// `None` if the server said nothing of tokens, which is not the same as none.
    pub(super) fn usage(self) -> Option<Usage> {
        let counted = self.input.is_some() || self.output.is_some();
        counted.then_some(Usage {
            input_tokens: self.input.unwrap_or_default(),
            output_tokens: self.output.unwrap_or_default(),
            cost: self
                .cost
                .filter(|dollars| dollars.is_finite() && *dollars >= 0.0)
                .map(|dollars| Cost {
                    dollars,
                    is_estimate: false,
                }),
        })
    }
}

/// An event's data as an object; anything else is no part of a reply and said to be so.
pub(super) fn object(data: &str) -> Result<Value, BrokenStream> {
    serde_json::from_str(data)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| rubbish(data))
}

pub(super) fn rubbish(data: &str) -> BrokenStream {
    BrokenStream::Rubbish(shorten(data, 60))
}

/// The sentence in an error body, whichever of the usual places it stands in.
pub(super) fn error_message(body: &str) -> String {
    let message = match serde_json::from_str::<Value>(body) {
        Ok(value) => message_in(&value).unwrap_or_default(),
        // A proxy's HTML page says nothing that its status does not.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => body.to_owned(),
    };
    shorten(&message, MESSAGE_LIMIT)
}

pub(super) fn message_in(value: &Value) -> Option<String> {
    // `detail` is what FastAPI servers and NIM say, a list of objects if the request was malformed.
    let places = [
        "/error/message",
        "/error",
        "/message",
        "/detail/0/msg",
        "/detail",
        "/title",
    ];
    places
        .iter()
        .find_map(|place| value.pointer(place)?.as_str().map(str::to_owned))
}

/// The request's field that a server says it does not take in this form.
pub(super) fn names_parameter(body: &str, parameter: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(body) else {
        return false;
    };
    value["error"]["param"] == parameter || message_in(&value).is_some_and(|message| message.contains(parameter))
}

/// One line of at most `limit` characters.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_of_an_error_body() {
        assert_eq!(error_message(r#"{"error":{"message":"a\n b"}}"#), "a b");
        assert_eq!(error_message(r#"{"detail":"Not Found"}"#), "Not Found");
        assert_eq!(
            error_message(r#"{"detail":[{"msg":"field required"}]}"#),
            "field required"
        );
        assert_eq!(error_message("<html>Bad gateway</html>"), "");
        assert_eq!(error_message("upstream connect error"), "upstream connect error");
        assert_eq!(error_message(""), "");
        assert_eq!(error_message(&"é".repeat(400)), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn the_parameter_that_a_server_does_not_take() {
        let body = r#"{"error":{"message":"Unsupported value","param":"temperature"}}"#;
        assert!(names_parameter(body, "temperature"));
        assert!(names_parameter(
            r#"{"error":{"message":"temperature must be 1"}}"#,
            "temperature"
        ));
        assert!(!names_parameter(
            r#"{"error":{"message":"no such model"}}"#,
            "temperature"
        ));
        assert!(!names_parameter("temperature", "temperature"));
    }

    #[test]
    fn what_was_used_is_put_together_and_nothing_said_is_not_none_used() {
        let said = |input, output, cost| Used { input, output, cost };
        let mut used = Used::default();
        assert_eq!(used.usage(), None);
        used.take(said(Some(20), Some(1), None));
        used.take(said(None, Some(300), Some(0.25)));
        let usage = used.usage().unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (20, 300));
        assert_eq!(
            usage.cost.map(|cost| (cost.dollars, cost.is_estimate)),
            Some((0.25, false))
        );
        for odd in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(said(Some(1), None, Some(odd)).usage().unwrap().cost, None);
        }
    }
}
