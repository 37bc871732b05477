//! Finds the program in what a model wrote around it: thoughts, prose, fences, several blocks.
//!
//! How one of several blocks is chosen: a block that imports again what an earlier one imported is a new program, an
//! alternative; one that does not carries on with the program before it, a fragment, and is joined to it. A fragment that
//! neither draws nor comes before the drawing is a remark ("add this for a grid") and is left out. Of the programs that
//! result, those that draw are preferred, and of these the longest.

use std::collections::HashSet;

use super::tokens::{Token, tokens};

/// The program's text, if there is one.
pub(super) fn program(reply: &str) -> Option<String> {
    let text = reply
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    // A model that forgot to close its thoughts has its program in them: better found there than not at all.
    [without_thoughts(&text), without_thought_tags(&text)]
        .iter()
        .find_map(|text| {
            let fenced = fenced_blocks(text);
            let blocks = if fenced.is_empty() { bare_blocks(text) } else { fenced };
            choose(blocks)
        })
}

/// Whether the model says that it will not, rather than something else that is no program.
pub(super) fn is_refusal(reply: &str) -> bool {
    const SIGNS: [&str; 14] = [
        "i can't",
        "i cannot",
        "i can not",
        "i won't",
        "i will not",
        "i'm sorry",
        "i am sorry",
        "i'm unable",
        "i am unable",
        "i'm not able",
        "i am not able",
        "can't assist",
        "cannot assist",
        "as an ai",
    ];
    let beginning: String = without_thoughts(reply).trim().chars().take(400).collect();
    let beginning = beginning.to_lowercase().replace('’', "'");
    SIGNS.iter().any(|sign| beginning.contains(sign))
}

/// Whether nothing is left beside thoughts.
pub(super) fn is_empty(reply: &str) -> bool {
    without_thoughts(reply)
        .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .is_empty()
}

const THOUGHT_TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// Drops what stands between the tags, after an unclosed one, and before a lone closing one: chat templates often put the
/// opening tag into the prompt, so that only the end of the thoughts is seen.
pub(super) fn without_thoughts(text: &str) -> String {
    let mut text = text.to_owned();
    for (open, close) in THOUGHT_TAGS {
        text = without_between(&text, open, close);
        if let Some(end) = text.rfind(close) {
            text.replace_range(..end + close.len(), "");
        }
    }
    text
}

/// In one pass, since a reply can be made of nothing but tags.
fn without_between(text: &str, open: &str, close: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(start) = line_that_starts_with(rest, open) {
        kept.push_str(&rest[..start]);
        // What follows the closing tag begins a line again: before the opening one there was nothing on it.
        match rest[start..].find(close) {
            Some(length) => rest = &rest[start + length + close.len()..],
            None => return kept,
        }
    }
    kept + rest
}

fn without_thought_tags(text: &str) -> String {
    THOUGHT_TAGS.iter().fold(text.to_owned(), |text, (open, close)| {
        text.replace(open, "").replace(close, "")
    })
}

/// Only at the beginning of a line is a tag one; elsewhere it may be part of a string.
fn line_that_starts_with(text: &str, tag: &str) -> Option<usize> {
    text.match_indices(tag).map(|(at, _)| at).find(|at| {
        let before = text[..*at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    })
}

/// The Python blocks; those without a language only if they look like Python.
fn fenced_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        let fence = Fence::of(line);
        match (&mut open, fence) {
            (None, Some(fence)) => {
                open = Some(Block {
                    fence,
                    lines: Vec::new(),
                })
            }
            (Some(block), Some(fence)) if fence.closes(&block.fence) => blocks.extend(open.take()),
            // An opening fence inside a block is the next block: the end of the last one was forgotten.
            (Some(block), Some(fence)) if fence.starts_another(&block.fence) => {
                blocks.extend(open.replace(Block {
                    fence,
                    lines: Vec::new(),
                }));
            }
            (Some(block), _) => block.lines.push(line),
            (None, None) => {}
        }
    }
    blocks.extend(open);
    blocks.into_iter().filter_map(Block::into_python).collect()
}

struct Block<'a> {
    fence: Fence<'a>,
    lines: Vec<&'a str>,
}

struct Fence<'a> {
    indent: usize,
    mark: char,
    length: usize,
    language: &'a str,
}

impl<'a> Fence<'a> {
    fn of(line: &'a str) -> Option<Fence<'a>> {
        let content = line.trim_start();
        let mark = content.chars().next().filter(|mark| "`~".contains(*mark))?;
        let after = content.trim_start_matches(mark);
        let length = content.len() - after.len();
        let language = after.trim();
        // Backticks later in the line make it inline text.
        if length < 3 || (mark == '`' && after.contains('`')) {
            return None;
        }
        Some(Fence {
            indent: line.len() - content.len(),
            mark,
            length,
            language,
        })
    }

    fn closes(&self, opening: &Fence<'_>) -> bool {
        self.mark == opening.mark && self.length >= opening.length && self.language.is_empty()
    }

    fn starts_another(&self, opening: &Fence<'_>) -> bool {
        self.mark == opening.mark && self.length == opening.length && !self.language.is_empty()
    }
}

impl Block<'_> {
    fn into_python(self) -> Option<String> {
        let language = self.fence.language.trim_matches(['{', '}', '.']).to_lowercase();
        let language = language.split([' ', ',', '{', ':', '=']).next().unwrap_or_default();
        let tagged = matches!(
            language,
            "python" | "py" | "python3" | "py3" | "ipython" | "pycon" | "jupyter" | "tool_code"
        );
        if !tagged && !language.is_empty() {
            return None;
        }
        // A fence inside a list is indented together with its block.
        let lines = self.lines.iter().map(|line| {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            &line[blank.min(self.fence.indent)..]
        });
        let source = cleaned(&lines.collect::<Vec<_>>().join("\n"));
        let program = if tagged {
            has_statement(&source)
        } else {
            looks_like_python(&source)
        };
        program.then_some(source)
    }
}

/// Runs of lines that are no prose, for a model that left the fences out.
fn bare_blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut last_end = 0;
    for (start, end) in logical_lines(text) {
        let line = &text[start..end];
        if is_prose(line) {
            blocks.push(String::new());
        } else if let Some(block) = blocks.last_mut() {
            // Comments and empty lines between two lines of a program belong to it.
            if !block.is_empty() {
                block.push_str(&text[last_end..start]);
            }
            block.push_str(line);
        }
        last_end = end;
    }
    let blocks = blocks.into_iter().map(|block| cleaned(&block));
    blocks.filter(|block| looks_like_python(block)).collect()
}

/// Where each logical line begins and ends.
fn logical_lines(text: &str) -> Vec<(usize, usize)> {
    let start = |token| match token {
        Token::Line { start, .. } => Some(start),
        _ => None,
    };
    let starts: Vec<usize> = tokens(text).into_iter().filter_map(start).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).collect()
}

/// Python never puts two names side by side unless one is a keyword; prose does nothing else.
fn is_prose(line: &str) -> bool {
    const KEYWORDS: [&str; 38] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def",
        "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
        "match", "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with", "yield",
    ];
    let is_keyword = |name: &str| KEYWORDS.contains(&name);
    let tokens = tokens(line);
    tokens.windows(2).any(|pair| match pair {
        [Token::Name(first), Token::Name(second)] => !is_keyword(first) && !is_keyword(second),
        _ => false,
    })
}

/// Takes out what only a notebook or a terminal understands: magics, shell lines, prompts.
fn cleaned(source: &str) -> String {
    let source = without_prompts(source);
    let indent = common_indent(&source);
    let source: Vec<&str> = source
        .lines()
        .map(|line| line.get(indent..).unwrap_or_default().trim_end())
        .collect();
    let source = source.join("\n");
    let mut kept = String::new();
    let mut last_end = 0;
    for (start, end) in logical_lines(&source) {
        kept.push_str(&source[last_end..start]);
        let line = &source[start..end];
        let begins = line.trim_start();
        let is_shell = ["%", "!", "pip install ", "pip3 install ", "python -m pip "]
            .iter()
            .any(|sign| begins.starts_with(sign));
        if !is_shell {
            kept.push_str(line);
        }
        last_end = end;
    }
    kept.push_str(&source[last_end..]);
    kept.trim_end().trim_start_matches('\n').to_owned()
}

fn without_prompts(source: &str) -> String {
    let typed = |line: &str| {
        let line = line.trim_start();
        [">>> ", "... "]
            .iter()
            .find_map(|prompt| line.strip_prefix(prompt))
            .map(str::to_owned)
    };
    if !source.lines().any(|line| line.trim_start().starts_with(">>> ")) {
        return source.to_owned();
    }
    source.lines().filter_map(typed).collect::<Vec<_>>().join("\n")
}

fn common_indent(source: &str) -> usize {
    let lines = source.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0)
}

fn has_statement(source: &str) -> bool {
    !tokens(source).is_empty()
}

/// For text that nobody marked as Python: an import, a call on what charts are made with, and no prose in it.
fn looks_like_python(source: &str) -> bool {
    let lines = logical_lines(source);
    let prose = lines
        .iter()
        .filter(|(start, end)| is_prose(&source[*start..*end]))
        .count();
    prose == 0 && !lines.is_empty() && (!super::imports::modules(source).is_empty() || draws(source))
}

/// Whether a figure, or a table as the last expression, can come of it.
fn draws(source: &str) -> bool {
    const SIGNS: [&str; 12] = [
        "plt", "sns", "px", "go", "alt", "fig", "ax", "plot", "figure", "df", "tables", "chart",
    ];
    let tokens = tokens(source);
    tokens
        .windows(2)
        .any(|pair| matches!(pair, [Token::Name(name), Token::Symbol('.' | '(' | '[')] if SIGNS.contains(name)))
}

/// The figure has been given out; what comes after it and draws nothing of its own is a remark.
fn shows(source: &str) -> bool {
    tokens(source)
        .windows(2)
        .any(|pair| matches!(pair, [Token::Name("show" | "savefig"), Token::Symbol('(')]))
}

/// No answer explains itself in more; the bound keeps the joining cheap.
const MOST_BLOCKS: usize = 64;

fn choose(blocks: Vec<String>) -> Option<String> {
    let mut programs: Vec<String> = Vec::new();
    for block in blocks.into_iter().take(MOST_BLOCKS) {
        let imports = super::imports::modules(&block);
        match programs.last_mut() {
            Some(program) if !imports_again(program, &imports) => {
                if !shows(program) || shows(&block) {
                    program.push_str("\n\n");
                    program.push_str(&block);
                }
            }
            _ => programs.push(block),
        }
    }
    let longest = |programs: Vec<String>| {
        // The first of the longest: `max_by_key` would take the last.
        programs.into_iter().rev().max_by_key(String::len)
    };
    let (drawing, other): (Vec<_>, Vec<_>) = programs.into_iter().partition(|program| draws(program));
    longest(drawing).or_else(|| longest(other))
}

fn imports_again(program: &str, imports: &[String]) -> bool {
    let before: HashSet<String> = super::imports::modules(program).into_iter().collect();
    imports.iter().any(|module| before.contains(module))
}
