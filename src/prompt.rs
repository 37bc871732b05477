//! The words for the model: a question, what is known of the tables, and what the runtime can do, made into messages.
//!
//! Pure: nothing is read, sent or remembered here. The wording lives in the Markdown files beside the parts of this module, and
//! the snapshots show a change of it as a diff. Rows never come here; `Profile` has no place for them. Sending the messages
//! is the business of `llm`, finding the program in the reply that of `program`.
//!
//! Names and kinds come out of a stranger's file, so they are quoted as JSON strings, which are Python strings as well: a column
//! that is called like an instruction stays a quoted name on its own line. The system message depends only on the runtime, so
//! that a server can keep its evaluated state from question to question.

mod figure;
mod profile;
mod tables;

use crate::runtime::Runtime;

pub use figure::{Facts, Panel};
pub use profile::{Bound, Column, Kind, Privacy, Profile, ProfileError, Purpose, Table};
use tables::Detail;
pub(crate) use tables::quoted;

const SYSTEM: &str = include_str!("prompt/system.md");
const QUESTION: &str = include_str!("prompt/question.md");
const NO_TABLE: &str = include_str!("prompt/no_table.md");
const FOLLOW_UP: &str = include_str!("prompt/follow_up.md");
const PLAN: &str = include_str!("prompt/plan.md");
const REPAIR: &str = include_str!("prompt/repair.md");
const MISSING: &str = include_str!("prompt/missing.md");
const EXPLAIN: &str = include_str!("prompt/explain.md");
const EXPLAIN_PROGRAM: &str = include_str!("prompt/explain_program.md");
const EXPLAIN_PART: &str = include_str!("prompt/explain_part.md");
const EXPLAIN_FIGURE: &str = include_str!("prompt/explain_figure.md");

/// Beginning and end of a traceback say most: what was called, and what went wrong.
const TRACEBACK_LIMIT: usize = 3000;

/// Libraries a chart is likely to be made with, named first and in this order if the runtime has them.
const FAMILIAR: [&str; 8] = [
    "pandas",
    "numpy",
    "matplotlib",
    "seaborn",
    "scipy",
    "scikit-learn",
    "plotly",
    "altair",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// The chart that a follow-up starts from.
#[derive(Debug, Clone, Copy)]
pub struct Previous<'a> {
    pub question: &'a str,
    pub program: &'a str,
}

/// What is to be put into plain words.
#[derive(Debug, Clone, Copy)]
pub enum Unclear<'a> {
    Program,
    /// Some lines of it.
    Part(&'a str),
    Figure(&'a Facts),
}

/// The messages that ask for a program, or for a change of the previous one.
pub fn question(question: &str, profile: &Profile, previous: Option<Previous<'_>>, runtime: &Runtime) -> Vec<Message> {
    match previous {
        None => vec![system(runtime), first(question, profile)],
        Some(previous) => vec![
            system(runtime),
            first(previous.question, profile),
            message(Role::Assistant, fenced("python", previous.program)),
            message(Role::User, fill(FOLLOW_UP, &[("question", question.trim())])),
        ],
    }
}

/// The messages that ask for a plan in place of a program. What it may say is held by its grammar; see `plan`. `named` are the
/// columns whose names the question says.
pub fn plan(question: &str, profile: &Profile, named: &[&str]) -> Vec<Message> {
    let tables = tables::describe(&profile.tables, Detail::Outline);
    let names = match profile.tables.len() {
        0 | 1 => "",
        _ => "\n\nA column is named with its table here: \"table.column\". Tables are joined by themselves.",
    };
    let named: Vec<String> = named.iter().map(|name| quoted(name)).collect();
    let named = match named.as_slice() {
        [] => String::new(),
        names => format!("\nColumns named in the request: {}", names.join(", ")),
    };
    vec![
        message(Role::System, PLAN.trim_end().to_owned()),
        message(
            Role::User,
            format!("{tables}{names}\n\nRequest: {}{named}", question.trim()),
        ),
    ]
}

/// The messages that ask to mend a program which failed.
pub fn repair(question: &str, profile: &Profile, program: &str, traceback: &str, runtime: &Runtime) -> Vec<Message> {
    let traceback = fenced("text", &without_middle(traceback.trim(), TRACEBACK_LIMIT));
    vec![
        system(runtime),
        first(question, profile),
        message(Role::Assistant, fenced("python", program)),
        message(Role::User, fill(REPAIR, &[("traceback", &traceback)])),
    ]
}

/// `asked`, and after it the program that came of it, with what it may use in place of an import that nobody has.
pub fn without(
    mut asked: Vec<Message>,
    program: &str,
    import: &str,
    instead: Option<&str>,
    runtime: &Runtime,
) -> Vec<Message> {
    let instead = instead.map_or(String::new(), |instead| format!(" Instead: {instead}."));
    let values = [
        ("import", import),
        ("instead", &instead),
        ("libraries", &libraries(runtime)),
    ];
    asked.push(message(Role::Assistant, fenced("python", program)));
    asked.push(message(Role::User, fill(MISSING, &values)));
    asked
}

/// The messages that ask for words about a chart in place of a program.
pub fn explain(question: &str, profile: &Profile, program: &str, unclear: Unclear<'_>) -> Vec<Message> {
    let wanted = match unclear {
        Unclear::Program => EXPLAIN_PROGRAM.trim_end().to_owned(),
        Unclear::Part(part) => fill(EXPLAIN_PART, &[("part", &fenced("python", part))]),
        Unclear::Figure(facts) => fill(EXPLAIN_FIGURE, &[("facts", &figure::describe(facts))]),
    };
    vec![
        message(Role::System, EXPLAIN.trim_end().to_owned()),
        first(question, profile),
        message(Role::Assistant, fenced("python", program)),
        message(Role::User, wanted),
    ]
}

fn system(runtime: &Runtime) -> Message {
    message(Role::System, fill(SYSTEM, &[("libraries", &libraries(runtime))]))
}

fn first(question: &str, profile: &Profile) -> Message {
    let tables = match profile.tables.as_slice() {
        [] => NO_TABLE.trim_end().to_owned(),
        tables => tables::describe(tables, Detail::Full),
    };
    // A program of the person's own may have been stored without a question; a follow-up still needs something to follow.
    let question = match question.trim() {
        "" => "a chart of this data",
        question => question,
    };
    message(
        Role::User,
        fill(QUESTION, &[("tables", &tables), ("question", question)]),
    )
}

fn message(role: Role, content: String) -> Message {
    Message { role, content }
}

/// What may be imported, under the names that stand after `import`. What only supports another library is left out: nobody
/// plots with it, and every word costs a small model attention.
fn libraries(runtime: &Runtime) -> String {
    let supports_another = |name: &str| {
        runtime
            .packages()
            .any(|(_, other)| other.depends.iter().any(|needed| needed == name))
    };
    let mut names: Vec<&str> = runtime
        .packages()
        .map(|(name, _)| name)
        .filter(|name| FAMILIAR.contains(name) || !supports_another(name))
        .collect();
    let rank = |name: &str| FAMILIAR.iter().position(|familiar| *familiar == name);
    names.sort_by_key(|name| (rank(name).unwrap_or(FAMILIAR.len()), *name));
    // The module is what the program writes: `sklearn`, not `scikit-learn`.
    let imported = |name: &&str| {
        let modules = || {
            runtime
                .imports()
                .filter(|(_, package)| package == name)
                .map(|(module, _)| module)
        };
        modules()
            .find(|module| module == name)
            .or_else(|| modules().next())
            .unwrap_or(*name)
            .to_owned()
    };
    names.iter().map(imported).collect::<Vec<_>>().join(", ")
}

/// Puts values in place of `{{name}}`, in one pass: a value that looks like a placeholder is left as it is.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template.trim_end();
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let value = after.split_once("}}").and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        match value {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A fenced block whose fence is longer than any inside it.
fn fenced(language: &str, text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// At most about `limit` characters, the middle left out at line ends where there are any.
fn without_middle(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let half = limit / 2;
    let head: String = text.chars().take(half).collect();
    let from_end = text
        .char_indices()
        .rev()
        .nth(half.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    let tail = &text[from_end..];
    let head = head
        .rsplit_once('\n')
        .map_or(head.as_str(), |(whole_lines, _)| whole_lines);
    let tail = tail.split_once('\n').map_or(tail, |(_, whole_lines)| whole_lines);
    format!("{head}\n[...]\n{tail}")
}

#[cfg(test)]
mod tests;
