//! What stands in quotes in a question.

use super::words::Words;

const QUOTES: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’'), ('`', '`')];
const LONGEST: usize = 80;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Of the text in the question, in bytes.
    pub(super) begin: usize,
    /// Its first word and how many there are.
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) text: String,
}

/// In the order in which they stand.
pub(super) fn quotes(question: &str) -> Vec<Quote> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (open, close) in QUOTES {
        let mut from = 0;
        while let Some(at) = question[from..].find(open) {
            let begin = from + at + open.len_utf8();
            // An apostrophe stands in a word.
            let begins = question[..from + at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric());
            let after = &question[begin..];
            let end = after.char_indices().find(|(at, character)| {
                let next = after[at + character.len_utf8()..].chars().next();
                *character == close && next.is_none_or(|next| !next.is_alphanumeric())
            });
            let Some((end, _)) = end.filter(|_| begins) else {
                from = begin;
                continue;
            };
            let text = after[..end].trim();
            if !text.is_empty() && text.len() <= LONGEST {
                found.push((begin + after.find(text).unwrap_or_default(), text));
            }
            from = begin + end + close.len_utf8();
        }
    }
    found.sort_unstable();
    let places = found.into_iter().map(|(begin, text)| Quote {
        begin,
        at: Words::new(&question[..begin]).list.len(),
        length: Words::new(text).list.len(),
        text: text.to_owned(),
    });
    places.collect()
}
