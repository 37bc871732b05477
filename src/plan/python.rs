//! Lines of Python, one after the other, and values as Python writes them.

use std::fmt::Write as _;

use crate::prompt::quoted;

#[derive(Default)]
pub(super) struct Code {
    text: String,
}

impl Code {
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.text, "{}", line.as_ref());
    }

    /// Between two steps of the program.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    pub(super) fn finish(self, imports: &[&str]) -> String {
        let mut whole = imports.join("\n");
        whole.push_str("\n\n");
        whole.push_str(&self.text);
        whole
    }
}

/// A value of a filter; numbers as they are, all else as text.
pub(super) fn literal(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(true) => "True".into(),
        serde_json::Value::Bool(false) => "False".into(),
        serde_json::Value::String(text) => quoted(text),
        _ => "None".into(),
    }
}

/// `["a", "b"]`
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    format!("[{}]", names.join(", "))
}
