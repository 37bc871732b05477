//! Numbers, years and days that columns are compared with.

use serde_json::{Number, Value, json};

use super::super::Test;
use super::super::mentions::{Mention, is_calendar, is_identifier};
use super::super::schema::is_numeric;
use super::super::words::{Words, number};
use super::{NEAR, Reader};
use crate::prompt::{Column, Kind};

/// What a number is compared by, the longest first; the number follows.
pub(super) const COMPARED: &[(&[&str], Test)] = &[
    (
        &[
            "is not equal to",
            "does not equal to",
            "not equal to",
            "not equals to",
            "not equal",
            "is not",
            "are not",
            "was not",
            "other than",
        ],
        Test::IsNot,
    ),
    (
        &[
            "greater than or equal to",
            "more than or equal to",
            "larger than or equal to",
            "higher than or equal to",
            "at least",
            "no less than",
            "not less than",
            "no fewer than",
            "minimum of",
            "since",
            "starting from",
            "starting in",
        ],
        Test::AtLeast,
    ),
    (
        &[
            "less than or equal to",
            "smaller than or equal to",
            "lower than or equal to",
            "at most",
            "no more than",
            "not more than",
            "up to",
            "until",
            "maximum of",
        ],
        Test::AtMost,
    ),
    (
        &[
            "more than",
            "greater than",
            "larger than",
            "higher than",
            "bigger than",
            "longer than",
            "older than",
            "later than",
            "heavier than",
            "taller than",
            "newer than",
            "above",
            "over",
            "exceeding",
            "exceeds",
            "exceed",
            "exceeded",
            "after",
            "beyond",
        ],
        Test::Above,
    ),
    (
        &[
            "less than",
            "smaller than",
            "lower than",
            "fewer than",
            "younger than",
            "earlier than",
            "shorter than",
            "lighter than",
            "cheaper than",
            "below",
            "under",
            "before",
            "prior to",
        ],
        Test::Below,
    ),
    (
        &[
            "equal to",
            "equals to",
            "equals",
            "equal",
            "exactly",
            "is",
            "are",
            "was",
        ],
        Test::Is,
    ),
];

const OF_A_YEAR: &[&str] = &[
    "in the year",
    "in year",
    "for the year",
    "of the year",
    "of year",
    "the year",
    "in",
    "during",
    "for",
    "of",
    "year",
];

const RANGES: &[&str] = &[
    "between",
    "in the range of",
    "range of",
    "range from",
    "ranging from",
    "ranges from",
    "from",
    "range",
];

/// What a question says of one number or day.
pub(super) struct Said {
    at: usize,
    length: usize,
    value: Value,
    is_year: bool,
    is_day: bool,
}

impl Reader<'_> {
    pub(super) fn numbers(&mut self, said: &[Said]) {
        let mut index = 0;
        while let Some(one) = said.get(index) {
            index += 1;
            if (one.at..one.at + one.length).any(|at| self.covered[at])
                || self.is_in_name(one.at)
                || self.clauses.is_about_order(one.at)
            {
                continue;
            }
            if let Some(two) = said.get(index)
                && two.at == one.at + one.length + 1
                && matches!(self.word(two.at - 1), "and" | "to")
                && let Some((begin, _)) = self.phrase_before(one.at, RANGES)
                && let Some(column) = self.column_for(begin, two.at + two.length, one, true)
            {
                self.keep(
                    &column,
                    Test::Between,
                    vec![one.value.clone(), two.value.clone()],
                    [begin, two.at + two.length],
                );
                index += 1;
                continue;
            }
            let end = one.at + one.length;
            // "5 or more"
            let after = (self.word(end) == "or").then(|| match self.word(end + 1) {
                "more" | "higher" | "above" | "later" | "greater" | "older" | "newer" => Some(Test::AtLeast),
                "less" | "lower" | "below" | "earlier" | "fewer" | "younger" => Some(Test::AtMost),
                _ => None,
            });
            let compared = COMPARED
                .iter()
                .find_map(|(phrases, test)| Some((self.phrase_before(one.at, phrases)?.0, *test)));
            let compared = match after.flatten() {
                Some(test) => Some((one.at, test)),
                None => compared,
            };
            let of_year = self
                .phrase_before(one.at, OF_A_YEAR)
                .filter(|_| one.is_year || one.is_day);
            let (begin, test, is_compared) = match (compared, of_year) {
                (Some((begin, test)), _) => (begin, test, true),
                (None, Some((begin, _))) => (begin, Test::Is, false),
                // "department id 10 or 20"
                (None, None) if self.mentions.all().iter().any(|mention| mention.end() == one.at) => {
                    (one.at, Test::Is, true)
                }
                // "The three species", "with two decimals": none is left out.
                (None, None) => continue,
            };
            let column = if is_compared {
                self.column_for(begin, end, one, false)
            } else {
                self.year_column(one)
            };
            let Some(column) = column else {
                self.is_open = true;
                continue;
            };
            let mut values = vec![one.value.clone()];
            let mut end = end;
            while let Some(next) = said.get(index)
                && matches!(test, Test::Is | Test::IsNot)
                && (next.at == end || (next.at == end + 1 && matches!(self.word(end), "or" | "and")))
            {
                values.push(next.value.clone());
                end = next.at + next.length;
                index += 1;
            }
            let has_not = test == Test::Is && is_compared && self.said_before(begin, NEAR + 2, &["not"]);
            self.keep(&column, if has_not { Test::IsNot } else { test }, values, [begin, end]);
        }
    }

    /// The column that a number is compared with.
    pub(super) fn column_for(&self, begin: usize, end: usize, said: &Said, is_range: bool) -> Option<String> {
        let is_date = |column: &Column| column.kind == Kind::Date;
        let fits = |column: &Column| {
            if said.is_day {
                is_date(column)
            } else {
                is_numeric(column) || (said.is_year && is_date(column))
            }
        };
        let by_age = matches!(self.word(begin), "older" | "younger");
        let aged = || {
            self.columns
                .names
                .iter()
                .find(|(_, place)| is_numeric(place.column) && place.column.name.to_lowercase().ends_with("age"))
        };
        if by_age && let Some((name, _)) = aged() {
            return Some(name.clone());
        }
        // "In 1940 to 1980": the time is meant, whatever is named before.
        if is_range
            && said.is_year
            && self.word(begin) == "from"
            && let Some(year) = self.year_column(said)
        {
            return Some(year);
        }
        let is_beside = |mention: &Mention| begin - mention.end() < 2;
        if !self.column_before(begin, fits).as_ref().is_some_and(is_beside)
            && let Some(column) = self.measured_in(end)
        {
            return Some(column);
        }
        let after = self
            .column_after(end, 1, fits)
            .filter(|mention| !said.is_year && mention.at == end);
        // A part of the name of a number that tells rows apart says little: "orders" are no `order_id`.
        let speaks = |column: &Column| fits(column) && !is_identifier(column);
        let before = || {
            let whole = self.column_before(begin, fits).filter(|mention| mention.is_whole);
            whole.or_else(|| self.column_before(begin, speaks))
        };
        let of_year = || {
            let beside = before()
                .filter(is_beside)
                .map(|mention| self.mentions.name(&mention).to_owned());
            beside.or_else(|| self.year_column(said))
        };
        let name = |mention: Mention| self.mentions.name(&mention).to_owned();
        if said.is_year
            && let Some(year) = of_year()
        {
            return Some(year);
        }
        after.or_else(before).map(name).or_else(|| self.year_column(said))
    }

    /// "More than 1000 in distance": the number is of what follows.
    fn measured_in(&self, end: usize) -> Option<String> {
        let at = end + 1 + usize::from(self.word(end + 1) == "the");
        let fits = |column: &Column| is_numeric(column) && !is_calendar(column) && !is_identifier(column);
        let mention = self.column_after(at, 1, fits)?;
        (matches!(self.word(end), "in" | "of") && mention.is_whole).then(|| self.mentions.name(&mention).to_owned())
    }

    /// The only column that a year or a day can be of.
    pub(super) fn year_column(&self, said: &Said) -> Option<String> {
        if !(said.is_year || said.is_day) {
            return None;
        }
        let names = |fits: &dyn Fn(&Column) -> bool| {
            let all = self.columns.names.iter().filter(|(_, place)| fits(place.column));
            all.map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let years = if said.is_day {
            vec![]
        } else {
            names(&|column| {
                is_calendar(column) && column.name.to_lowercase().contains("year") && column.kind == Kind::Integer
            })
        };
        let dates = names(&|column| column.kind == Kind::Date);
        match (years.as_slice(), dates.as_slice()) {
            ([one], _) | ([], [one]) => Some(one.clone()),
            _ => None,
        }
    }
}

/// The numbers, years and days of a question, in their order.
pub(super) fn said(question: &str, taken: &[Option<u32>]) -> Vec<Said> {
    let mut taken: Vec<u32> = taken.iter().flatten().copied().collect();
    let mut said = Vec::new();
    let mut at = 0;
    let texts: Vec<&str> = question.split_whitespace().collect();
    for (index, text) in texts.iter().enumerate() {
        let length = Words::new(text).list.len();
        let here = at;
        at += length;
        let bare = text.trim_matches(|character: char| !character.is_alphanumeric() && character != '-');
        let plain = bare.trim_end_matches('-').replace(',', "");
        let parts: Vec<&str> = plain.split(['-', '/']).collect();
        let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if parts.len() == 3 && parts.iter().all(is_digits) && parts[0].len() == 4 {
            said.push(Said {
                at: here,
                length,
                value: json!(plain.replace('/', "-")),
                is_year: false,
                is_day: true,
            });
            continue;
        }
        let factor = match texts.get(index + 1).map(|next| next.to_lowercase()) {
            Some(next) if next.starts_with("thousand") => 1e3,
            Some(next) if next.starts_with("million") => 1e6,
            Some(next) if next.starts_with("billion") => 1e9,
            _ => 1.0,
        };
        let value: Option<Number> = plain.parse().ok();
        let value = value.or_else(|| {
            number(&plain.to_lowercase())
                .filter(|number| *number > 1)
                .map(Number::from)
        });
        let Some(value) = value.filter(|_| length > 0) else {
            continue;
        };
        let whole = value.as_u64().and_then(|whole| u32::try_from(whole).ok());
        if let Some(place) = taken.iter().position(|taken| Some(*taken) == whole) {
            taken.remove(place);
            continue;
        }
        let is_year = factor == 1.0 && plain.len() == 4 && whole.is_some_and(|year| (1000..=2999).contains(&year));
        let value = if factor == 1.0 {
            json!(value)
        } else {
            json!(value.as_f64().unwrap_or_default() * factor)
        };
        let length = if factor == 1.0 { length } else { length + 1 };
        said.push(Said {
            at: here,
            length,
            value,
            is_year,
            is_day: false,
        });
    }
    said
}
