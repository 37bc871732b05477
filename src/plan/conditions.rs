//! What rows a question keeps, as far as its words say so by themselves: "salary between 8000 and 12000", "founded after 1900", "not
//! 'Boril'". What they leave open (which column a name belongs to) is for the model to fill in.

mod gaps;
mod numbers;
mod texts;

use serde_json::Value;

use super::clauses::Clauses;
use super::mentions::{Mention, Mentions};
use super::quotes::quotes;
use super::schema::is_numeric;
use super::words::Words;
use super::{Columns, Filter, Test};
use crate::prompt::Column;
use numbers::COMPARED;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Conditions {
    pub(super) filters: Vec<Filter>,
    /// Nothing else in the question seems to leave rows out.
    pub(super) are_all: bool,
    /// The only filter is of values that are known by their capital letters alone.
    pub(super) are_shouted: bool,
    /// The words that say them.
    covered: Vec<bool>,
}

impl Conditions {
    pub(super) fn cover(&self, at: usize) -> bool {
        self.covered.get(at).copied().unwrap_or_default()
    }
}

/// A column is looked for in so many words before what it is compared with.
const NEAR: usize = 7;

/// `taken` are numbers that mean something else, and `has_names` that some value is named without quotes.
pub(super) fn find(
    question: &str,
    words: &Words,
    columns: &Columns<'_>,
    mentions: &Mentions<'_>,
    clauses: &Clauses,
    taken: &[Option<u32>],
    shouted: &[String],
) -> Conditions {
    let mut reader = Reader {
        words,
        columns,
        mentions,
        clauses,
        found: Vec::new(),
        covered: vec![false; words.list.len()],
        is_open: false,
        are_shouted: false,
    };
    reader.averages();
    reader.known();
    reader.letters();
    reader.texts(&quotes(question));
    reader.numbers(&numbers::said(question, taken));
    reader.kinds();
    reader.shouted(shouted);
    reader.conditions()
}

struct Reader<'a> {
    words: &'a Words,
    columns: &'a Columns<'a>,
    mentions: &'a Mentions<'a>,
    clauses: &'a Clauses,
    /// With the first and the last word of each.
    found: Vec<(usize, usize, Filter)>,
    covered: Vec<bool>,
    is_open: bool,
    are_shouted: bool,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.list.get(at).map_or("", String::as_str)
    }

    /// Whether one of these is among so many words before this one.
    fn said_before(&self, at: usize, far: usize, words: &[&str]) -> bool {
        (1..=far).any(|back| at >= back && words.contains(&self.word(at - back)))
    }

    /// The only column that fits.
    fn only(&self, fits: impl Fn(&Column) -> bool) -> Option<&str> {
        let mut all = self.columns.names.iter().filter(|(_, place)| fits(place.column));
        let (name, _) = all.next()?;
        all.next().is_none().then_some(name)
    }

    /// The longest of these phrases that ends before this word, and where it begins.
    fn phrase_before<'b>(&self, at: usize, phrases: &[&'b str]) -> Option<(usize, &'b str)> {
        let fits = |phrase: &&&str| {
            let parts: Vec<&str> = phrase.split(' ').collect();
            parts.len() <= at
                && parts
                    .iter()
                    .enumerate()
                    .all(|(index, part)| self.word(at - parts.len() + index) == *part)
        };
        let phrase = phrases
            .iter()
            .filter(fits)
            .max_by_key(|phrase| phrase.split(' ').count())?;
        Some((at - phrase.split(' ').count(), phrase))
    }

    /// The nearest column before this word, and where it is named.
    fn column_before(&self, at: usize, fits: impl Fn(&Column) -> bool) -> Option<Mention> {
        let near = self
            .mentions
            .all()
            .iter()
            .filter(|mention| mention.end() <= at && at - mention.end() < NEAR && !self.covered[mention.at]);
        near.filter(|mention| fits(self.mentions.column(mention)))
            .max_by_key(|mention| (mention.is_whole, mention.end(), mention.length))
            .copied()
    }

    fn column_after(&self, at: usize, near: usize, fits: impl Fn(&Column) -> bool) -> Option<Mention> {
        let after = self
            .mentions
            .all()
            .iter()
            .filter(|mention| mention.at >= at && mention.at - at < near);
        after
            .filter(|mention| fits(self.mentions.column(mention)))
            .min_by_key(|mention| (mention.at, !mention.is_whole))
            .copied()
    }

    fn keep(&mut self, column: &str, test: Test, values: Vec<Value>, [from, to]: [usize; 2]) {
        // The nearest place where the column is named belongs to it.
        let near = self
            .mentions
            .all()
            .iter()
            .filter(|mention| self.mentions.name(mention) == column && mention.at < to);
        if let Some(mention) = near.max_by_key(|mention| mention.at) {
            self.covered
                .iter_mut()
                .take(mention.end())
                .skip(mention.at)
                .for_each(|covered| *covered = true);
        }
        let filter = Filter {
            column: column.to_owned(),
            test,
            values,
            is_alternative: false,
        };
        self.covered
            .iter_mut()
            .take(to)
            .skip(from)
            .for_each(|covered| *covered = true);
        self.found.push((from, to, filter));
    }

    /// "Larger than the average".
    fn averages(&mut self) {
        for at in 0..self.words.list.len() {
            if !matches!(self.word(at), "average" | "avg" | "mean") {
                continue;
            }
            let mut before = at;
            while before > 0
                && matches!(
                    self.word(before - 1),
                    "the" | "its" | "their" | "overall" | "an" | "of" | "all"
                )
            {
                before -= 1;
            }
            let sides = [(3, Test::AboveAverage), (4, Test::BelowAverage)];
            let found = sides
                .into_iter()
                .find_map(|(side, test)| Some((self.phrase_before(before, COMPARED[side].0)?.0, test)));
            let Some((begin, test)) = found else { continue };
            let column = self
                .column_after(at + 1, 2, is_numeric)
                .or_else(|| self.column_before(begin, is_numeric));
            match column {
                Some(mention) => {
                    let name = self.mentions.name(&mention).to_owned();
                    let to = (at + 1).max(if mention.at > at { mention.end() } else { 0 });
                    self.keep(&name, test, vec![], [begin, to]);
                }
                None => self.is_open = true,
            }
        }
    }

    fn is_in_name(&self, at: usize) -> bool {
        let mut whole = self.mentions.all().iter().filter(|mention| mention.is_whole);
        whole.any(|mention| (mention.at..mention.end()).contains(&at))
    }

    fn conditions(mut self) -> Conditions {
        self.found.sort_by_key(|(from, ..)| *from);
        let mut filters: Vec<Filter> = Vec::new();
        let mut end = None;
        for (from, to, filter) in &self.found {
            let mut filter = filter.clone();
            filter.is_alternative = end.is_some_and(|end| (end..*from).any(|at| self.word(at) == "or"));
            end = Some(*to);
            filters.push(filter);
        }
        // Words that compare, beside what was found.
        const BOUNDS: &[&str] = &[
            "than",
            "above",
            "below",
            "after",
            "before",
            "since",
            "until",
            "equal",
            "equals",
            "except",
            "excluding",
            "without",
        ];
        let is_left = |at: &usize| !self.covered[*at] && !self.is_in_name(*at) && BOUNDS.contains(&self.word(*at));
        let is_open = self.is_open || (0..self.words.list.len()).any(|at| is_left(&at));
        Conditions {
            filters,
            are_all: !is_open,
            are_shouted: self.are_shouted,
            covered: self.covered,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(question: &str) -> (Vec<(String, Test, Vec<Value>)>, bool) {
        let column = |(name, kind): (&str, &str)| {
            let top = (name == "STAFF_STATUS").then_some(["Active", "Retired"]);
            json!({"name": name, "type": kind, "missing": u8::from(name == "BONUS_PCT"), "top": top})
        };
        let columns = [
            ("STAFF_ID", "integer"),
            ("FIRST_NAME", "text"),
            ("TEAM", "text"),
            ("HIRE_DATE", "date"),
            ("SALARY", "integer"),
            ("BONUS_PCT", "number"),
            ("DEPARTMENT_ID", "integer"),
            ("STAFF_STATUS", "text"),
            ("City", "text"),
        ]
        .map(column);
        let profile = json!({"tables": [{"name": "t", "file": "t.csv", "columns": columns}]});
        let profile: crate::prompt::Profile = serde_json::from_value(profile).unwrap();
        let columns = Columns::new(&profile);
        let words = Words::new(question);
        let mentions = Mentions::find(&words, &columns);
        let found = find(
            question,
            &words,
            &columns,
            &mentions,
            &Clauses::new(question),
            &[None, None],
            &[],
        );
        let filters = found
            .filters
            .into_iter()
            .map(|filter| (filter.column, filter.test, filter.values));
        (filters.collect(), found.are_all)
    }

    #[test]
    fn words_say_what_is_left_out() {
        let cases: &[(&str, &str, Test, Value)] = &[
            (
                "the salary of those whose bonus pct is not 0? Show it",
                "BONUS_PCT",
                Test::IsNot,
                json!([0]),
            ),
            (
                "salary in the range of 8000 and 12000",
                "SALARY",
                Test::Between,
                json!([8000, 12000]),
            ),
            (
                "with a salary of at least 1,500.5 please",
                "SALARY",
                Test::AtLeast,
                json!([1500.5]),
            ),
            ("a salary above 2 thousand", "SALARY", Test::Above, json!([2000.0])),
            (
                "hired before 1999-06-01, by team",
                "HIRE_DATE",
                Test::Below,
                json!(["1999-06-01"]),
            ),
            ("salaries by team in 1999", "HIRE_DATE", Test::Is, json!([1999])),
            (
                "who do not work in departments with department id 10 or 20",
                "DEPARTMENT_ID",
                Test::IsNot,
                json!([10, 20]),
            ),
            (
                "with the letters D or S in their first name",
                "FIRST_NAME",
                Test::Contains,
                json!(["d", "s"]),
            ),
            (
                "first name does not contain the letter M",
                "FIRST_NAME",
                Test::ContainsNot,
                json!(["m"]),
            ),
            (
                "whose team is not 'Red' or \"Blue\"",
                "TEAM",
                Test::IsNot,
                json!(["Red", "Blue"]),
            ),
            (
                "whose salary is larger than the average",
                "SALARY",
                Test::AboveAverage,
                json!([]),
            ),
            ("whose bonus pct is not null", "BONUS_PCT", Test::IsKnown, json!([])),
            ("whose bonus pct is null", "BONUS_PCT", Test::IsMissing, json!([])),
            ("with a missing bonus pct", "BONUS_PCT", Test::IsMissing, json!([])),
            (
                "only those that have no bonus pct",
                "BONUS_PCT",
                Test::IsMissing,
                json!([]),
            ),
            (
                "by team, without those that have no bonus pct",
                "BONUS_PCT",
                Test::IsKnown,
                json!([]),
            ),
            ("staff without a bonus pct", "BONUS_PCT", Test::IsMissing, json!([])),
            (
                "whose first name is like '%an%'",
                "FIRST_NAME",
                Test::Contains,
                json!(["an"]),
            ),
            (
                "whose first name is like 'An%'",
                "FIRST_NAME",
                Test::StartsWith,
                json!(["An"]),
            ),
            ("staff that are not in 'Rome'", "City", Test::IsNot, json!(["Rome"])),
            ("more than 1000 in salary", "SALARY", Test::Above, json!([1000])),
            (
                "average salary by first name, whose status is not 'retired'",
                "STAFF_STATUS",
                Test::IsNot,
                json!(["retired"]),
            ),
        ];
        for (question, column, test, values) in cases {
            let (found, are_all) = of(question);
            let expected = ((*column).to_owned(), *test, values.as_array().unwrap().clone());
            assert_eq!((found, are_all), (vec![expected], true), "{question}");
        }
    }

    #[test]
    fn what_words_do_not_settle_stays_open() {
        assert!(!of("those of 'Visa'").1 && !of("more than 3 of them").1);
        assert_eq!(
            of("the average salary of the three teams, sorted by salary"),
            (vec![], true)
        );
    }
}
