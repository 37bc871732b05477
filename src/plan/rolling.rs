//! "Its 20-day moving average": a second line over the first, which is taken out of the question, since its words combine nothing else.

use std::ops::Range;

use super::words::{Words, number};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rolling {
    /// How many of the points before it, with its own, make one of the line.
    pub(super) window: u32,
    /// As the question has it.
    pub(super) name: String,
}

const PHRASES: &[&str] = &[
    "moving average",
    "rolling average",
    "rolling mean",
    "moving mean",
    "running average",
    "running mean",
];
const STEPS: &[&str] = &[
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "point", "points", "row",
    "rows", "period", "periods",
];

/// With the question as it is without it. None where it is not said of how many points.
pub(super) fn find(question: &str) -> (Option<Rolling>, String) {
    let found = said(question);
    let mut rest = question.to_owned();
    let rolling = found.map(|(rolling, place)| {
        rest.replace_range(place, " ");
        rolling
    });
    (rolling, rest)
}

fn said(question: &str) -> Option<(Rolling, Range<usize>)> {
    // Of one byte for each, so that places in it are places in the question.
    let small = question.to_ascii_lowercase();
    let (at, phrase) = PHRASES.iter().find_map(|phrase| Some((small.find(phrase)?, *phrase)))?;
    let end = at + phrase.len();
    let (before, after) = (Words::new(&small[..at]).list, Words::new(&small[end..]).list);
    let is_step = |word: &&String| STEPS.contains(&word.as_str());
    let count = |word: &String| number(word).filter(|number| *number > 1);
    let ahead = || {
        let step = before.last().filter(is_step);
        let kept = before.len().checked_sub(1 + usize::from(step.is_some()))?;
        Some((count(before.get(kept)?)?, step, end_of_word(question, kept)..end))
    };
    // "A moving average of 7 days", "over 12 months".
    let behind = || {
        let place = after.iter().take(4).position(|word| count(word).is_some())?;
        let step = after.get(place + 1).filter(|word| place < 3 && is_step(word))?;
        let words = before.len() + Words::new(phrase).list.len() + place + 2;
        Some((count(&after[place])?, Some(step), at..end_of_word(question, words)))
    };
    let (window, step, place) = ahead().or_else(behind)?;
    let step = step.map_or_else(String::new, |step| format!("-{}", step.trim_end_matches('s')));
    let name = format!("{window}{step} {phrase}");
    Some((Rolling { window, name }, place))
}

/// Where so many words of it have ended.
fn end_of_word(text: &str, count: usize) -> usize {
    let mut ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    let whole = |end: &usize| {
        let next_is_word = text[*end..].chars().next().is_some_and(char::is_alphanumeric);
        let last_is_word = text[..*end].chars().next_back().is_some_and(char::is_alphanumeric);
        !(next_is_word && last_is_word) && Words::new(&text[..*end]).list.len() >= count
    };
    if count == 0 {
        0
    } else {
        ends.find(whole).unwrap_or(text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_with_its_window() {
        let cases: &[(&str, Option<&str>, &str)] = &[
            (
                "Price over time, together with its 20-day moving average, in one chart",
                Some("20-day moving average"),
                "Price over time, together with its , in one chart",
            ),
            (
                "sales per day and a rolling mean of 7 days",
                Some("7-day rolling mean"),
                "sales per day and a  ",
            ),
            (
                "12 month moving average of sales",
                Some("12-month moving average"),
                "  of sales",
            ),
            ("the moving average of sales", None, "the moving average of sales"),
            ("average sales by month", None, "average sales by month"),
        ];
        for (question, expected, without) in cases {
            let (found, rest) = find(question);
            let found = found.map(|found| {
                assert!(found.name.starts_with(&found.window.to_string()));
                found.name
            });
            assert_eq!(found.as_deref(), *expected, "{question}");
            let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(bare(&rest), bare(without), "{question}");
        }
    }
}
