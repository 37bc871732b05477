//! What rows a question keeps, as far as its words say so by themselves: "salary between 8000 and 12000", "founded after 1900", "not
//! 'Boril'". What they leave open (which column a name belongs to) is for the model to fill in.

use serde_json::{Number, Value, json};

use super::clauses::Clauses;
use super::mentions::{Mention, Mentions, is_calendar, is_identifier};
use super::quotes::{Quote, quotes};
use super::schema::is_numeric;
use super::words::{Words, number};
use super::{Columns, Filter, Test};
use crate::prompt::{Column, Kind};

#[derive(Debug, Default, PartialEq)]
pub(super) struct Conditions {
    pub(super) filters: Vec<Filter>,
    /// Nothing else in the question seems to leave rows out.
    pub(super) are_all: bool,
    /// The words that say them.
    covered: Vec<bool>,
}

impl Conditions {
    pub(super) fn cover(&self, at: usize) -> bool {
        self.covered.get(at).copied().unwrap_or_default()
    }
}

/// What a number is compared by, the longest first; the number follows.
const COMPARED: &[(&[&str], Test)] = &[
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
/// A column is looked for in so many words before what it is compared with.
const NEAR: usize = 7;

/// What a question says of one number or day.
struct Said {
    at: usize,
    length: usize,
    value: Value,
    is_year: bool,
    is_day: bool,
}

/// `taken` are numbers that mean something else, and `has_names` that some value is named without quotes.
pub(super) fn find(
    question: &str,
    words: &Words,
    columns: &Columns<'_>,
    mentions: &Mentions<'_>,
    clauses: &Clauses,
    taken: &[Option<u32>],
) -> Conditions {
    let mut reader = Reader {
        words,
        columns,
        mentions,
        clauses,
        found: Vec::new(),
        covered: vec![false; words.list.len()],
        is_open: false,
    };
    reader.averages();
    reader.known();
    reader.letters();
    reader.texts(&quotes(question));
    reader.numbers(&numbers(question, taken));
    reader.kinds();
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
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.list.get(at).map_or("", String::as_str)
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

    /// "The commission is not null".
    fn known(&mut self) {
        for at in 0..self.words.list.len() {
            if !matches!(self.word(at), "null" | "missing" | "blank" | "empty" | "unknown") {
                continue;
            }
            let has_not =
                (1..=3).any(|back| at >= back && matches!(self.word(at - back), "not" | "isn" | "without" | "no"));
            match self.column_before(at, |_| true) {
                Some(mention) if has_not => {
                    let name = self.mentions.name(&mention).to_owned();
                    self.keep(&name, Test::IsKnown, vec![], [mention.end(), at + 1]);
                }
                _ => self.is_open = true,
            }
        }
    }

    /// "The letters D or S in their first name".
    fn letters(&mut self) {
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
            let has_not =
                (1..=6).any(|back| at >= back && matches!(self.word(at - back), "not" | "without" | "doesn" | "don"));
            let test = if has_not { Test::ContainsNot } else { Test::Contains };
            let to = if mention.at >= end { mention.end() } else { end };
            self.keep(&name, test, values, [at, to]);
        }
    }

    fn texts(&mut self, quotes: &[Quote]) {
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
            let column = self
                .column_before(quote.at, is_text)
                .or_else(|| self.column_after(quote.at + quote.length, 2, is_text));
            let Some(mention) = column else {
                self.is_open = true;
                continue;
            };
            let name = self.mentions.name(&mention).to_owned();
            let near = |far: usize, names: &[&str]| {
                (1..=far).any(|back| quote.at >= back && names.contains(&self.word(quote.at - back)))
            };
            let has_not = near(
                NEAR + 2,
                &["not", "except", "excluding", "other", "isn", "doesn", "without"],
            );
            let test = if near(
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
            let from = if mention.at < quote.at { mention.at } else { quote.at };
            self.keep(&name, test, vec![json!(quote.text)], [from, quote.at + quote.length]);
            last = Some((quote.at + quote.length, self.found.len() - 1));
        }
    }

    fn numbers(&mut self, said: &[Said]) {
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
                (None, None) => {
                    // "The three species" leaves none out.
                    self.is_open |= self.word(one.at).parse::<f64>().is_ok();
                    continue;
                }
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
            let has_not = test == Test::Is
                && is_compared
                && (1..=NEAR + 2).any(|back| begin >= back && self.word(begin - back) == "not");
            self.keep(&column, if has_not { Test::IsNot } else { test }, values, [begin, end]);
        }
    }

    fn is_in_name(&self, at: usize) -> bool {
        let mut whole = self.mentions.all().iter().filter(|mention| mention.is_whole);
        whole.any(|mention| (mention.at..mention.end()).contains(&at))
    }

    /// The column that a number is compared with.
    fn column_for(&self, begin: usize, end: usize, said: &Said, is_range: bool) -> Option<String> {
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
        let after = self
            .column_after(end, 1, fits)
            .filter(|mention| !said.is_year && mention.at == end);
        // A part of the name of a number that tells rows apart says little: "orders" are no `order_id`.
        let speaks = |column: &Column| fits(column) && !is_identifier(column);
        let before = || {
            let whole = self.column_before(begin, fits).filter(|mention| mention.is_whole);
            whole.or_else(|| self.column_before(begin, speaks))
        };
        let is_beside = |mention: &Mention| begin - mention.end() < 2;
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

    /// The only column that a year or a day can be of.
    fn year_column(&self, said: &Said) -> Option<String> {
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

    /// Values that the question names, of columns all of whose values are known.
    fn kinds(&mut self) {
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
            let has_not = (1..=3).any(|back| {
                first.0 >= back && matches!(self.word(first.0 - back), "not" | "except" | "excluding" | "without")
            });
            let test = if has_not { Test::IsNot } else { Test::Is };
            let span = [first.0, last.1];
            let values = said.iter().map(|(_, _, kind)| json!(kind)).collect();
            self.keep(name, test, values, span);
        }
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
            covered: self.covered,
        }
    }
}

/// The numbers, years and days of a question, in their order.
fn numbers(question: &str, taken: &[Option<u32>]) -> Vec<Said> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(question: &str) -> (Vec<(String, Test, Vec<Value>)>, bool) {
        let column = |(name, kind): (&str, &str)| json!({"name": name, "type": kind});
        let columns = [
            ("STAFF_ID", "integer"),
            ("FIRST_NAME", "text"),
            ("TEAM", "text"),
            ("HIRE_DATE", "date"),
            ("SALARY", "integer"),
            ("BONUS_PCT", "number"),
            ("DEPARTMENT_ID", "integer"),
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
