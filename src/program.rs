//! The way from a reply to one program that the runtime can be asked to run.
//!
//! Pure: text in, text or a reason out. What stands around the program is taken off in `reply`; what the program imports is
//! held against the runtime in `imports`, through the same map that named the libraries to the model; imports of the usual libraries
//! that it forgot are added in `aliases`. Whether the program is right, or even Python, is not judged here: the sandbox runs it, and its traceback says more than a guess.

mod aliases;
mod imports;
mod reply;
mod tokens;

use thiserror::Error;

use crate::runtime::Runtime;

/// Far beyond any chart; what is longer was not written to be run.
pub const LONGEST_PROGRAM: usize = 100_000;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Program {
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProgramError {
    #[error("the reply is empty")]
    Empty,
    #[error("the reply has no program in it")]
    NoProgram,
    #[error("the model declined to write a program")]
    Refused,
    #[error("the program is longer than {LONGEST_PROGRAM} bytes")]
    TooLarge,
    #[error("the program imports {import}, which is not part of the runtime")]
    PackageMissing {
        /// The top-level module.
        import: String,
        /// What the runtime has for the same purpose, as the end of a sentence.
        instead: Option<String>,
    },
}

/// The one program of a model's reply, with its imports checked.
pub fn from_reply(reply: &str, runtime: &Runtime) -> Result<Program, ProgramError> {
    let Some(source) = reply::program(reply) else {
        return Err(match () {
            () if reply::is_empty(reply) => ProgramError::Empty,
            () if reply::is_refusal(reply) => ProgramError::Refused,
            () => ProgramError::NoProgram,
        });
    };
    if source.len() > LONGEST_PROGRAM {
        return Err(ProgramError::TooLarge);
    }
    check_imports(&source, runtime)?;
    let source = aliases::with_imports(source, runtime);
    Ok(Program { source: source + "\n" })
}

/// The program of a reply as the model wrote it, whether it can run or not.
pub fn as_written(reply: &str) -> Option<String> {
    reply::program(reply)
}

/// A reply that was to be words: without the model's thoughts. None if nothing else is in it.
pub fn words(reply: &str) -> Option<String> {
    let words = reply::without_thoughts(reply);
    let words = words.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    (!words.is_empty()).then(|| words.to_owned())
}

/// Holds every import of a program against the runtime.
pub fn check_imports(source: &str, runtime: &Runtime) -> Result<(), ProgramError> {
    imports::check(source, runtime)
}

#[cfg(test)]
mod tests;
