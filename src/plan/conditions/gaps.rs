//! Whether a column has a value at all: "the commission is not null", "those that have no grade".

use super::super::Test;
use super::super::mentions::Mention;
use super::{NEAR, Reader};

const WITHOUT: &[&str] = &["without", "except", "excluding"];
const LEAVES_OUT: &[&str] = &[
    "exclude", "not", "ignoring", "ignore", "omit", "omitting", "skip", "remove", "drop",
];

impl Reader<'_> {
    /// "The commission is not null", "with a missing age", "those that have no grade".
    pub(super) fn known(&mut self) {
        for at in 0..self.words.list.len() {
            if self.covered[at] {
                continue;
            }
            match self.word(at) {
                "null" | "missing" | "blank" | "empty" | "unknown" => self.said_empty(at),
                "no" | "without" | "lack" | "lacks" | "lacking" => self.has_none(at),
                _ => {}
            }
        }
    }

    fn said_empty(&mut self, at: usize) {
        let has_not = self.said_before(at, 3, &["not", "isn", "without", "no"]);
        let before = self.column_before(at, |_| true);
        let column = match before {
            Some(mention) if has_not || at - mention.end() < 2 => Some(mention),
            _ => self.column_after(at + 1, 2, |_| true).or(before),
        };
        let Some(mention) = column else {
            self.is_open = true;
            return;
        };
        let name = self.mentions.name(&mention).to_owned();
        let test = if has_not { Test::IsKnown } else { Test::IsMissing };
        let span = if mention.at > at {
            [at, mention.end()]
        } else {
            [mention.end(), at + 1]
        };
        self.keep(&name, test, vec![], span);
    }

    /// Of a column that has gaps: where it has none, the words mean something else.
    fn has_none(&mut self, at: usize) {
        let has = |word: &str| matches!(word, "has" | "have" | "having" | "had" | "with" | "of" | "is" | "are");
        if self.word(at) == "no" && !(at > 0 && has(self.word(at - 1))) {
            return;
        }
        let mut first = at + 1;
        while matches!(
            self.word(first),
            "a" | "an" | "any" | "the" | "its" | "their" | "known" | "recorded"
        ) {
            first += 1;
        }
        let has_gaps = |mention: &&Mention| {
            let missing = self.mentions.column(mention).missing;
            mention.at == first && missing.is_some_and(|missing| missing > 0)
        };
        let found: Vec<Mention> = self.mentions.all().iter().filter(has_gaps).copied().collect();
        let [mention] = found.as_slice() else { return };
        let name = self.mentions.name(mention).to_owned();
        // "Without those that have no grade".
        let is_left_out = self.said_before(at, NEAR, WITHOUT) || self.said_before(at, NEAR, LEAVES_OUT);
        let test = if is_left_out { Test::IsKnown } else { Test::IsMissing };
        // What says so leaves out nothing else.
        let back = (1..=NEAR)
            .rev()
            .find(|back| at >= *back && WITHOUT.contains(&self.word(at - back)));
        self.keep(&name, test, vec![], [at - back.unwrap_or_default(), mention.end()]);
    }
}
