//! What a filter can compare with: the values that the question itself says. A small model would invent others.

mod common;

use super::Columns;
use super::quotes::{Quote, quotes};
use super::words::{Words, number, stems_of_name};
use crate::prompt::Kind;
pub(super) use common::is_common;

/// More of them would be a long grammar for a long question, whose values stand in quotes or begin with a capital letter.
const MOST_TEXTS: usize = 80;
const LONGEST: usize = 4;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Values {
    pub(super) texts: Vec<String>,
    pub(super) numbers: Vec<serde_json::Number>,
    pub(super) years: Vec<u32>,
    /// A day or a month is named, so a date is more than a year.
    pub(super) has_day: bool,
    /// Some text stands in quotes that is no column.
    pub(super) is_quoted: bool,
    /// Some word begins with a capital letter that is no column.
    pub(super) has_name: bool,
}

/// `taken` are numbers that mean something else, and words that are settled say no value besides.
pub(super) fn find(
    question: &str,
    columns: &Columns<'_>,
    taken: &[Option<u32>],
    is_settled: impl Fn(usize) -> bool,
) -> Values {
    let mut values = Values::default();
    let quoted = quoted(question, columns);
    values.is_quoted = !quoted.is_empty();
    values.texts = if quoted.is_empty() {
        pieces(question, columns, is_settled)
    } else {
        quoted
    };
    values.has_name = values.texts.iter().any(|text| has_capital(text));
    let mut taken: Vec<u32> = taken.iter().flatten().copied().collect();
    for word in question.split_whitespace() {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric() && character != '-');
        let plain = bare.trim_end_matches('-').replace(',', "");
        if is_day(&plain) {
            values.has_day = true;
            continue;
        }
        let plain = plain.trim_end_matches("th").trim_start_matches('-');
        let sign = if bare.starts_with('-') { "-" } else { "" };
        let Ok(number) = format!("{sign}{plain}").parse::<serde_json::Number>() else {
            continue;
        };
        let whole = plain.parse::<u32>().ok();
        if let Some(at) = taken.iter().position(|taken| Some(*taken) == whole) {
            taken.remove(at);
            continue;
        }
        if let Some(year) = whole.filter(|year| (1000..=2999).contains(year) && plain.len() == 4) {
            values.years.push(year);
        }
        if !values.numbers.contains(&number) {
            values.numbers.push(number);
        }
    }
    let words = Words::new(question);
    // "Two curves" are no number that anything is compared with.
    const COMPARES: &[&str] = &[
        "than", "least", "most", "above", "over", "below", "under", "exactly", "is", "are", "equal", "equals", "to",
        "between", "and", "not", "of",
    ];
    for (at, word) in words.list.iter().enumerate() {
        let is_compared = at
            .checked_sub(1)
            .is_some_and(|before| COMPARES.contains(&words.list[before].as_str()));
        let named = number(word).filter(|_| is_compared && word.parse::<u32>().is_err());
        // "One" is said of anything.
        if let Some(named) = named.filter(|named| *named > 1 && !taken.contains(named)) {
            let number = serde_json::Number::from(named);
            if !values.numbers.contains(&number) {
                values.numbers.push(number);
            }
        }
    }
    const MONTHS: [&str; 11] = [
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    values.has_day |= words.any(&MONTHS);
    values
}

/// "The closing price of ORCA": behind such a word, in capital letters and no part of a column's name, it can only be a value.
pub(super) fn shouted(question: &str, columns: &Columns<'_>) -> Vec<String> {
    const NO_VALUES: &[&str] = &[
        "USD", "EUR", "GBP", "CHF", "JPY", "KM", "KG", "KWH", "MWH", "GWH", "TWH", "UTC", "ID", "CSV", "PDF", "PNG",
        "SVG", "HTML",
    ];
    const BEFORE: &[&str] = &["of", "for", "from", "in", "at", "with", "only"];
    let is_capital = |word: &str| word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    let list: Vec<&str> = question
        .split_whitespace()
        .map(|word| word.trim_matches(|character: char| !character.is_alphanumeric()))
        .collect();
    let of_names = |word: &str| {
        let stems = Words::new(word).stems;
        columns.names.iter().any(|(_, place)| {
            stems_of_name(&place.column.name)
                .iter()
                .any(|stem| stems.contains(stem))
        })
    };
    // Who writes all of it so says nothing by it.
    if list.iter().filter(|word| is_capital(word)).count() * 2 > list.len() {
        return vec![];
    }
    let is_value = |word: &str| {
        is_capital(word) && !NO_VALUES.contains(&word) && !of_names(word) && !is_common(&word.to_lowercase())
    };
    let mut found: Vec<String> = Vec::new();
    let mut last = None;
    for (at, pair) in list.windows(2).enumerate() {
        // "Of AAPL and IBM", "of AAPL, IBM".
        let follows = last == Some(at) || (last.is_some_and(|last| last + 1 == at) && matches!(pair[0], "and" | "or"));
        if (BEFORE.contains(&pair[0].to_lowercase().as_str()) || follows) && is_value(pair[1]) {
            found.push(pair[1].to_owned());
            last = Some(at + 1);
        }
    }
    found
}

fn is_day(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '/']).collect();
    parts.len() >= 2
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The columns of which the question names a value, where their values are known.
pub(super) fn columns_of_named_kinds(question: &str, columns: &Columns<'_>) -> Vec<String> {
    let words = Words::new(question);
    let is_named = |kinds: &[String]| {
        let mut kinds = kinds.iter().filter(|kind| kind.chars().count() > 1);
        kinds.any(|kind| words.any(&[Words::new(kind).list.join(" ").as_str()]))
    };
    let of_texts = columns
        .names
        .iter()
        .filter(|(_, place)| place.column.kind == Kind::Text);
    of_texts
        .filter(|(_, place)| place.column.top.as_deref().is_some_and(is_named))
        .map(|(name, _)| name.clone())
        .collect()
}

fn quoted(question: &str, columns: &Columns<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for Quote { text, .. } in quotes(question) {
        let is_column = columns
            .names
            .iter()
            .any(|(_, place)| stems_of_name(&place.column.name) == stems_of_name(&text));
        if !(is_column || found.contains(&text)) {
            found.push(text);
        }
    }
    found
}

/// Runs of a few words that can be a value: those with a capital letter first, without words that only say what is to be drawn.
fn pieces(question: &str, columns: &Columns<'_>, is_settled: impl Fn(usize) -> bool) -> Vec<String> {
    let covered = Words::new(question).without(columns.names.iter().map(|(_, place)| place.column.name.as_str()));
    let mut covered = covered.list.iter().enumerate();
    let mut runs: Vec<Vec<&str>> = vec![vec![]];
    let mut begins = true;
    for word in question.split_whitespace() {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
        let parts = Words::new(word).list.len();
        let is_free = (0..parts)
            .map(|_| covered.next())
            .all(|word| word.is_some_and(|(at, word)| word != "_" && !is_settled(at)));
        let small = bare.to_lowercase();
        let ends = word.ends_with(['.', ',', ';', ':', '?', '!']);
        // The first word of a sentence begins with a capital letter because it is the first.
        let is_first = std::mem::replace(&mut begins, word.ends_with(['.', '?', '!', ':']));
        let is_common = is_common(&small) || (is_first && bare != bare.to_uppercase()) || small.ends_with("axis");
        if bare.is_empty() || !is_free || is_common {
            runs.push(vec![]);
            continue;
        }
        if let Some(run) = runs.last_mut() {
            run.push(bare);
        }
        if ends {
            runs.push(vec![]);
        }
    }
    let mut found: Vec<String> = Vec::new();
    for run in runs {
        for length in 1..=LONGEST {
            for words in run.windows(length) {
                let text = words.join(" ");
                if !found.contains(&text) {
                    found.push(text);
                }
            }
        }
    }
    found.sort_by_key(|text| !has_capital(text));
    found.truncate(MOST_TEXTS);
    found
}

fn has_capital(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::Profile;

    fn of(question: &str) -> Values {
        find(question, &Columns::new(&Profile::default()), &[Some(5)], |_| false)
    }

    #[test]
    fn a_question_says_its_values() {
        let values = of("Top 5 of payments processed with Visa, above 1,500.5 and between two and -3 since 2007");
        assert_eq!(values.texts[0], "Visa");
        assert_eq!(values.years, [2007]);
        let numbers: Vec<String> = values.numbers.iter().map(ToString::to_string).collect();
        assert_eq!(numbers, ["1500.5", "-3", "2007", "2"]);
        assert!(!values.has_day && !values.is_quoted);
        assert!(of("since 2020-01-05").has_day && of("in March 2020").has_day);
    }

    #[test]
    fn a_word_in_capitals_is_a_value() {
        let shouted = |question: &str| shouted(question, &Columns::new(&Profile::default()));
        assert_eq!(shouted("Closing price of ORCA over time, in USD"), ["ORCA"]);
        assert_eq!(
            shouted("Price of AAPL, MSFT and IBM over time"),
            ["AAPL", "MSFT", "IBM"]
        );
        assert!(shouted("The X axis OF ALL THINGS").is_empty() && shouted("sales in Ohio, show the ID").is_empty());
    }

    #[test]
    fn what_stands_in_quotes_is_a_value() {
        let values = of("Bob's orders whose state is \"New York\" or 'Ohio', don't draw others");
        assert_eq!(values.texts, ["New York", "Ohio"]);
        assert!(values.is_quoted);
    }
}
