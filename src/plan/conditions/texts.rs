//! Texts that columns are compared with: in quotes, as letters that they contain, or known to be among their values.

use serde_json::{Value, json};

use super::super::Test;
use super::super::mentions::Mention;
use super::super::quotes::Quote;
use super::super::words::{Words, stems_of_name};
use super::{NEAR, Reader};
use crate::prompt::{Column, Kind};

impl Reader<'_> {
    /// "The letters D or S in their first name".
    pub(super) fn letters(&mut self) {
        for at in 0..self.words.list.len() {
            if !matches!(self.word(at), "letter" | "letters") {
                continue;
            }
            let mut end = at + 1;
            let mut values: Vec<Value> = Vec::new();
            while self.word(end).chars().count() == 1 || matches!(self.word(end), "or" | "and") {
                if !matches!(self.word(end), "or" | "and") {
                    values.push(json!(self.word(end)));
                }
                end += 1;
            }
            let is_text = |column: &Column| column.kind == Kind::Text;
            let column = self
                .column_after(end, 5, is_text)
                .or_else(|| self.column_before(at, is_text));
            let column = column.filter(|_| !values.is_empty());
            let Some(mention) = column else {
                self.is_open = true;
                continue;
            };
            let name = self.mentions.name(&mention).to_owned();
            let has_not = self.said_before(at, 6, &["not", "without", "doesn", "don"]);
            let test = if has_not { Test::ContainsNot } else { Test::Contains };
            let to = if mention.at >= end { mention.end() } else { end };
            self.keep(&name, test, values, [at, to]);
        }
    }

    pub(super) fn texts(&mut self, quotes: &[Quote]) {
        let is_column = |quote: &Quote| {
            let mut all = self.mentions.all().iter();
            all.any(|mention| mention.is_whole && mention.at == quote.at && mention.length == quote.length)
        };
        let quotes: Vec<&Quote> = quotes.iter().filter(|quote| !is_column(quote)).collect();
        let is_text = |column: &Column| matches!(column.kind, Kind::Text | Kind::Mixed);
        let mut last: Option<(usize, usize)> = None;
        for quote in quotes {
            // 'A' or 'B': one of the two.
            if let Some((end, index)) = last
                && quote.at <= end + 1
                && (quote.at == end || matches!(self.word(end), "or" | "and"))
                && let Some((_, to, filter)) = self.found.get_mut(index)
            {
                filter.values.push(json!(quote.text));
                *to = quote.at + quote.length;
                self.covered
                    .iter_mut()
                    .take(quote.at + quote.length)
                    .skip(end)
                    .for_each(|covered| *covered = true);
                last = Some((quote.at + quote.length, index));
                continue;
            }
            let named = |mention: Mention| (self.mentions.name(&mention).to_owned(), mention.at);
            let beside = || {
                let before = self.column_before(quote.at, is_text);
                before.or_else(|| self.column_after(quote.at + quote.length, 2, is_text))
            };
            let column = self
                .compared_with(quote.at)
                .map(named)
                .or_else(|| Some((self.place_before(quote.at)?, quote.at)))
                .or_else(|| beside().map(named));
            // Whatever is named beside it: one of the columns is known to have it.
            let owner = self.only(|column| has_kind(column, &quote.text));
            let owner = owner.map(|name| (name.to_owned(), quote.at));
            let has_it = |name: &str| {
                let place = self.columns.find(name);
                place.is_ok_and(|place| has_kind(place.column, &quote.text))
            };
            let column = match column {
                Some((name, at)) if has_it(&name) => Some((name, at)),
                column => owner.or(column),
            };
            let Some((name, at)) = column else {
                self.is_open |= self.columns.names.iter().any(|(_, place)| is_text(place.column));
                continue;
            };
            // As databases write it: "like '%Park%'".
            let (text, test_of_pattern) = pattern(&quote.text);
            let near = |far: usize, names: &[&str]| self.said_before(quote.at, far, names);
            let has_not = near(
                NEAR + 2,
                &["not", "except", "excluding", "other", "isn", "doesn", "without"],
            );
            let test = if let Some(test) = test_of_pattern {
                if has_not && test == Test::Contains {
                    Test::ContainsNot
                } else {
                    test
                }
            } else if near(
                5,
                &["contain", "contains", "containing", "includes", "like", "substring"],
            ) {
                if has_not { Test::ContainsNot } else { Test::Contains }
            } else if near(5, &["start", "starts", "starting", "begin", "begins", "beginning"]) {
                Test::StartsWith
            } else if near(5, &["end", "ends", "ending"]) {
                Test::EndsWith
            } else if has_not {
                Test::IsNot
            } else {
                Test::Is
            };
            let from = at.min(quote.at);
            self.keep(&name, test, vec![json!(text)], [from, quote.at + quote.length]);
            last = Some((quote.at + quote.length, self.found.len() - 1));
        }
    }

    /// "Whose status is not 'x'": the column right before the words that compare, also where only a part of its name stands there.
    fn compared_with(&self, at: usize) -> Option<Mention> {
        const COMPARES: &[&str] = &[
            "is", "are", "was", "were", "isn", "t", "not", "equal", "equals", "to", "other", "than", "either", "named",
            "called", "of", "in",
        ];
        let mut begin = at;
        while begin > 0 && COMPARES.contains(&self.word(begin - 1)) {
            begin -= 1;
        }
        let is_text = |mention: &Mention| matches!(self.mentions.column(mention).kind, Kind::Text | Kind::Mixed);
        let found: Vec<Mention> = self.mentions.before(begin).into_iter().filter(is_text).collect();
        match found.as_slice() {
            [one] if begin < at && !self.covered[one.at] => Some(*one),
            _ => None,
        }
    }

    /// "Which are not in 'London'": the only column that says where something is.
    fn place_before(&self, at: usize) -> Option<String> {
        const PLACES: &[&str] = &[
            "location", "city", "country", "town", "plac", "region", "county", "stat", "address", "stadt", "land",
            "ort", "ville", "pays",
        ];
        let is_place = |column: &Column| {
            let stems = stems_of_name(&column.name);
            column.kind == Kind::Text && stems.iter().any(|stem| PLACES.contains(&stem.as_str()))
        };
        let says_where = at > 0 && matches!(self.word(at - 1), "in" | "from" | "at");
        self.only(is_place).filter(|_| says_where).map(str::to_owned)
    }

    /// Where only one column has texts, words in capital letters can be of no other.
    pub(super) fn shouted(&mut self, said: &[String]) {
        let only = self.only(|column| column.kind == Kind::Text).map(str::to_owned);
        let Some(only) = only.filter(|_| self.found.is_empty()) else {
            return;
        };
        let places: Vec<usize> = (0..self.words.list.len())
            .filter(|at| said.iter().any(|text| text.to_lowercase() == self.word(*at)))
            .collect();
        if let (Some(from), Some(to)) = (places.first(), places.last()) {
            let values = said.iter().map(|text| json!(text)).collect();
            self.keep(&only, Test::Is, values, [*from, to + 1]);
            self.are_shouted = true;
        }
    }

    /// Values that the question names, of columns all of whose values are known.
    pub(super) fn kinds(&mut self) {
        for (name, place) in &self.columns.names {
            let Some(kinds) = place.column.top.as_deref().filter(|_| place.column.kind == Kind::Text) else {
                continue;
            };
            let mut said: Vec<(usize, usize, String)> = Vec::new();
            for kind in kinds.iter().filter(|kind| kind.chars().count() > 1) {
                let parts = Words::new(kind).list;
                let places = self.words.list.windows(parts.len().max(1));
                let free = |at: usize| {
                    (at..at + parts.len())
                        .all(|at| !self.covered[at] && !self.clauses.is_about_order(at) && !self.is_in_name(at))
                };
                if let Some((at, _)) = places.enumerate().find(|(at, words)| *words == parts && free(*at)) {
                    said.push((at, at + parts.len(), kind.clone()));
                }
            }
            said.sort();
            let (Some(first), Some(last)) = (said.first(), said.last()) else {
                continue;
            };
            let has_not = self.said_before(first.0, 3, &["not", "except", "excluding", "without"]);
            let test = if has_not { Test::IsNot } else { Test::Is };
            let span = [first.0, last.1];
            let values = said.iter().map(|(_, _, kind)| json!(kind)).collect();
            self.keep(name, test, values, span);
        }
    }
}

/// Without its marks for what may stand before and behind.
fn pattern(text: &str) -> (&str, Option<Test>) {
    let test = match (text.starts_with('%'), text.ends_with('%')) {
        (true, true) => Some(Test::Contains),
        (true, false) => Some(Test::EndsWith),
        // "100%" is a text of its own.
        (false, true) if !text.starts_with(|first: char| first.is_ascii_digit()) => Some(Test::StartsWith),
        _ => None,
    };
    let bare = text.trim_matches('%');
    if bare.is_empty() || test.is_none() {
        (text, None)
    } else {
        (bare, test)
    }
}

fn has_kind(column: &Column, text: &str) -> bool {
    let kinds = column.top.as_deref().unwrap_or_default();
    column.kind == Kind::Text && kinds.iter().any(|kind| kind.to_lowercase() == text.to_lowercase())
}
