//! Where a question names columns, in whole or in part: "the hire date" is all of `HIRE_DATE`, "each county" a part of `County_Name`.

use super::Columns;
use super::schema::is_numeric;
use super::words::{Words, stems_of_name};
use crate::prompt::{Column, Kind, Purpose};

/// Parts of names that say nothing alone.
const GENERIC: &[&str] = &[
    "id", "cod", "nam", "number", "typ", "key", "count", "valu", "total", "amount", "dat", "year", "month", "percent",
    "averag", "minimum", "maximum", "of", "the", "in", "per", "and", "a", "is", "x", "y", "g", "kg", "mm", "m", "c",
    "s", "by", "to", "first", "last", "high", "low", "data", "column", "index",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mention {
    /// Its place in [`Columns::names`].
    pub(super) column: usize,
    /// The first word, and how many there are.
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) is_whole: bool,
}

impl Mention {
    pub(super) const fn end(&self) -> usize {
        self.at + self.length
    }

    const fn lies_in(&self, other: &Mention) -> bool {
        other.at <= self.at && self.end() <= other.end() && other.length > self.length
    }
}

pub(super) struct Mentions<'a> {
    columns: &'a Columns<'a>,
    list: Vec<Mention>,
}

impl<'a> Mentions<'a> {
    pub(super) fn find(words: &Words, columns: &'a Columns<'a>) -> Mentions<'a> {
        let mut all = Vec::new();
        for (column, (_, place)) in columns.names.iter().enumerate() {
            let stems = stems_of_name(&place.column.name);
            for at in 0..words.stems.len() {
                let rest = &words.stems[at..];
                if let Some(length) = whole(&stems, rest) {
                    all.push(Mention {
                        column,
                        at,
                        length,
                        is_whole: true,
                    });
                } else if let Some(length) = part(&stems, rest) {
                    all.push(Mention {
                        column,
                        at,
                        length,
                        is_whole: false,
                    });
                }
            }
        }
        all.extend(names_of_tables(words, columns));
        all.extend(its(words, columns));
        // What is a word of a longer name is no name of its own.
        let is_hidden = |one: &Mention| {
            all.iter().any(|other| {
                let covers = other.is_whole
                    && (one.lies_in(other) || (!one.is_whole && one.at >= other.at && one.end() <= other.end()));
                let longer = !other.is_whole && !one.is_whole && one.lies_in(other);
                covers || longer
            })
        };
        let list = all.iter().filter(|one| !is_hidden(one)).copied().collect();
        Mentions { columns, list }
    }

    pub(super) fn column(&self, mention: &Mention) -> &'a Column {
        self.columns.names[mention.column].1.column
    }

    pub(super) fn name(&self, mention: &Mention) -> &'a str {
        &self.columns.names[mention.column].0
    }

    /// Whether each row of its table has a value of its own.
    pub(super) fn is_unique(&self, mention: &Mention) -> bool {
        let place = self.columns.names[mention.column].1;
        let rows = self.columns.tables[place.table].rows;
        rows.is_some() && rows == place.column.distinct
    }

    /// Every column that measures something.
    pub(super) fn numbers(&self) -> Vec<String> {
        let all = self.columns.names.iter();
        all.filter(|(_, place)| is_numeric(place.column) && !is_kind(place.column))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The likeliest ones that begin at this word: whole names before parts, and names of things before their numbers.
    pub(super) fn at(&self, at: usize) -> Vec<Mention> {
        self.likeliest(self.list.iter().filter(|mention| mention.at == at))
    }

    /// The likeliest ones that end before this word.
    pub(super) fn before(&self, at: usize) -> Vec<Mention> {
        self.likeliest(self.list.iter().filter(|mention| mention.end() == at))
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (&'a str, &'a Column)> {
        let all = self.columns.names.iter();
        all.map(|(name, place)| (name.as_str(), place.column))
    }

    pub(super) fn are_of_several_tables(&self) -> bool {
        self.columns.tables.len() > 1
    }

    pub(super) fn all(&self) -> &[Mention] {
        &self.list
    }

    /// The columns that are named, `in_whole` or anyhow, elsewhere than at words that are `apart`.
    pub(super) fn named(&self, in_whole: bool, is_apart: impl Fn(usize) -> bool) -> Vec<String> {
        let named = |column: &usize| {
            let mut all = self.list.iter();
            all.any(|mention| mention.column == *column && (mention.is_whole || !in_whole) && !is_apart(mention.at))
        };
        let mut columns: Vec<usize> = (0..self.columns.names.len()).filter(named).collect();
        // In the order of the question.
        columns.sort_by_key(|column| {
            self.list
                .iter()
                .filter(|mention| mention.column == *column)
                .map(|mention| mention.at)
                .min()
        });
        columns
            .into_iter()
            .map(|column| self.columns.names[column].0.clone())
            .collect()
    }

    fn likeliest<'b>(&self, mentions: impl Iterator<Item = &'b Mention>) -> Vec<Mention> {
        let mut found: Vec<Mention> = mentions.copied().collect();
        let rank = |mention: &Mention| {
            let column = self.column(mention);
            let points = u8::from(!is_identifier(column)) + u8::from(is_name(column));
            (
                mention.is_whole,
                mention.length,
                if mention.is_whole { 0 } else { points },
            )
        };
        let best = found.iter().map(rank).max();
        found.retain(|mention| Some(rank(mention)) == best);
        found
    }
}

/// "Each charge type and its amount": where one column of numbers has the word, it is that.
fn its(words: &Words, columns: &Columns<'_>) -> Vec<Mention> {
    let mut found = Vec::new();
    for at in 1..words.list.len() {
        if !matches!(words.list[at - 1].as_str(), "its" | "their")
            || words.list.get(at + 1).is_some_and(|next| next == "of")
        {
            continue;
        }
        let has_it = |(_, (_, place)): &(usize, &(String, super::Place<'_>))| {
            is_numeric(place.column)
                && !is_identifier(place.column)
                && stems_of_name(&place.column.name).contains(&words.stems[at])
        };
        let all: Vec<usize> = columns
            .names
            .iter()
            .enumerate()
            .filter(has_it)
            .map(|(column, _)| column)
            .collect();
        if let [column] = all.as_slice() {
            found.push(Mention {
                column: *column,
                at,
                length: 1,
                is_whole: true,
            });
        }
    }
    found
}

/// "The names of the customers" is the column `customer_name` of the table `customers`; of several tables, "each customer" is likelier
/// that one than a number.
fn names_of_tables(words: &Words, columns: &Columns<'_>) -> Vec<Mention> {
    let mut found = Vec::new();
    let are_several = columns.tables.len() > 1;
    for (table, of) in columns.tables.iter().enumerate() {
        let stems = stems_of_name(&of.name);
        let mut names = columns.names.iter().enumerate();
        let name = names.find(|(_, (_, place))| {
            place.table == table && is_name(place.column) && matches!(place.column.kind, Kind::Text | Kind::Mixed)
        });
        let Some((column, _)) = name.filter(|_| !stems.is_empty()) else {
            continue;
        };
        for (at, _) in words
            .stems
            .windows(stems.len())
            .enumerate()
            .filter(|(_, said)| *said == stems)
        {
            let mention = |from: usize, to: usize, is_whole: bool| Mention {
                column,
                at: from,
                length: to - from,
                is_whole,
            };
            let end = at + stems.len();
            let is_word =
                |at: usize, known: &[&str]| words.list.get(at).is_some_and(|word| known.contains(&word.as_str()));
            let is_named = |at: usize| is_word(at, &["name", "names", "title", "titles"]);
            let mut of = at;
            while of > 0 && is_word(of - 1, &["the", "each", "every", "all", "these", "those"]) {
                of -= 1;
            }
            // "Customer's name" is two words and a letter.
            let behind = end + usize::from(is_word(end, &["s"]));
            if of > 1 && is_word(of - 1, &["of"]) && is_named(of - 2) {
                found.push(mention(of - 2, end, true));
            } else if is_named(behind) {
                found.push(mention(at, behind + 1, true));
            } else if are_several {
                found.push(mention(at, end, false));
            }
        }
    }
    found
}

/// Whether it tells things apart rather than measures them: a year does, though it is a number.
pub(super) fn is_kind(column: &Column) -> bool {
    !is_numeric(column) || is_identifier(column) || (column.kind == Kind::Integer && is_calendar(column))
}

/// A year, a month, a day as a number.
pub(super) fn is_calendar(column: &Column) -> bool {
    let stems = stems_of_name(&column.name);
    stems.iter().any(|stem| {
        matches!(
            stem.as_str(),
            "year" | "month" | "day" | "season" | "quarter" | "week" | "hour" | "decad"
        )
    })
}

/// Along which time goes.
pub(super) fn is_time(column: &Column) -> bool {
    column.kind == Kind::Date || (is_calendar(column) && column.kind != Kind::Number)
}

pub(super) fn is_identifier(column: &Column) -> bool {
    column.role == Some(Purpose::Identifier) || stems_of_name(&column.name).last().is_some_and(|last| last == "id")
}

fn is_name(column: &Column) -> bool {
    stems_of_name(&column.name)
        .last()
        .is_some_and(|last| matches!(last.as_str(), "nam" | "titl"))
}

/// What its values are measured in, at the end of a name: "flipper length" is all of `flipper_length_mm`.
const UNITS: &[&str] = &[
    "mm", "cm", "m", "km", "g", "kg", "c", "f", "s", "ms", "h", "mw", "gw", "gwh", "kwh", "mwh", "ppm", "usd", "eur",
    "thousand", "million", "billion", "percent", "deg", "mph", "kmh", "lb", "lbs", "ft", "sec", "hour", "minut",
];

/// How many words at the beginning of these are the name.
fn whole(name: &[String], words: &[String]) -> Option<usize> {
    let units = name
        .iter()
        .rev()
        .take_while(|word| UNITS.contains(&word.as_str()))
        .count();
    let bare = &name[..name.len() - units];
    all_of(name, words).or_else(|| {
        if units > 0 && bare.concat().len() > 2 {
            all_of(bare, words)
        } else {
            None
        }
    })
}

fn all_of(name: &[String], words: &[String]) -> Option<usize> {
    // "The maximum temperature" for `temp_max`.
    if let Some(first) = words.get(..name.len()).filter(|_| name.len() > 1) {
        let (mut one, mut other) = (name.to_vec(), first.to_vec());
        one.sort_unstable();
        other.sort_unstable();
        if one == other && one.concat().len() > 2 {
            return Some(name.len());
        }
    }
    if name.is_empty() || name.concat().len() < 2 {
        return None;
    }
    let mut used = 0;
    for stem in name {
        let rest = &words[used..];
        let step = one(stem, rest, name.len() > 1 && used > 0).or_else(|| {
            // "The amount of payment" for `amount_payment`, but "the number of players" are no `player_number`.
            let passes = used > 0 && !is_of_many(&name[0]) && rest.first().is_some_and(|word| word == "of");
            if passes {
                Some(one(stem, &rest[1..], true)? + 1)
            } else {
                None
            }
        });
        used += step?;
    }
    Some(used)
}

fn is_of_many(stem: &str) -> bool {
    matches!(stem, "number" | "count" | "id" | "cod" | "nam")
}

/// A word, or two that are written as one: "born state" for `BornState` is one name, and "per capita" begins `percap`.
fn one(stem: &str, words: &[String], may_be_short: bool) -> Option<usize> {
    let first = words.first()?;
    if first == stem || (may_be_short && stem.len() > 2 && first.starts_with(stem)) {
        return Some(1);
    }
    let both = format!("{first}{}", words.get(1)?);
    (stem.len() > 4 && (both == *stem || (may_be_short && both.starts_with(stem)))).then_some(2)
}

/// How many words at the beginning of these are parts of the name, of which one must mean something.
fn part(name: &[String], words: &[String]) -> Option<usize> {
    // "Directors" for `directed_by`.
    let is_from = |word: &str, stem: &str| stem.len() > 4 && word.len() == stem.len() + 2 && word.starts_with(stem);
    let is_of = |word: &&String| name.contains(word) || name.iter().any(|stem| is_from(word, stem));
    let length = words.iter().take(name.len()).take_while(is_of).count();
    let says = words[..length]
        .iter()
        .any(|word| word.len() > 2 && !GENERIC.contains(&word.as_str()));
    (says || length > 1).then_some(length)
}
