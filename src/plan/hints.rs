//! What the words of a question settle before any model is asked: a small model overlooks "stacked" or "from high to low", so the
//! grammar leaves it no choice there. Where no word is found, everything stays open.

mod charts;
mod measured;
mod order;

use super::clauses::Clauses;
use super::conditions::{self, Conditions};
use super::mentions::{Mentions, is_kind, is_time};
use super::modifiers;
use super::roles::{self, Reader, Roles};
use super::schema::is_numeric;
use super::values::{self, Values};
use super::words::Words;
use super::{Aggregate, ChartKind, Columns, Errors, Filter, Sort, Unit};
use crate::prompt::Kind;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Hints {
    /// Empty where the question names none.
    pub(super) charts: Vec<ChartKind>,
    pub(super) units: Vec<Unit>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) sorts: Vec<Sort>,
    /// The words that say by what is sorted.
    pub(super) sorted_by: Vec<String>,
    pub(super) top: Option<u32>,
    /// The few that are asked for are the smallest.
    pub(super) is_low_end: bool,
    pub(super) bins: Option<u32>,
    pub(super) has_log: bool,
    /// Which of x and y are said to be so.
    pub(super) log_axes: [bool; 2],
    pub(super) has_size: bool,
    pub(super) has_panels: bool,
    pub(super) has_second_axis: bool,
    /// Something may get a colour, a line or a part of the stack each.
    pub(super) has_series: bool,
    /// The question says so.
    pub(super) has_colours: bool,
    pub(super) has_or: bool,
    /// Each column of numbers with each other.
    pub(super) correlates: bool,
    /// The bars of a histogram have an area of 1 in all.
    pub(super) is_density: bool,
    /// The word for it, and what is divided by.
    pub(super) scale: Option<(&'static str, u32)>,
    pub(super) has_percent: bool,
    pub(super) errors: Option<Errors>,
    /// A line of its own shows this of all values.
    pub(super) marked: Option<Aggregate>,
    pub(super) money: Option<&'static str>,
    pub(super) has_running_total: bool,
    pub(super) compares_with_average: bool,
    pub(super) has_unknown: bool,
    pub(super) has_part_of_text: bool,
    /// Something in it may leave rows out, or must.
    pub(super) leaves_out: bool,
    pub(super) must_leave_out: bool,
    /// What filters can compare with.
    pub(super) values: Vec<String>,
    pub(super) numbers: Vec<serde_json::Number>,
    pub(super) years: Vec<u32>,
    pub(super) has_day: bool,
    pub(super) roles: Roles,
    pub(super) conditions: Conditions,
    /// Filters by values that stand beside the name of a column, if it plays no other part.
    pub(super) modifiers: Vec<Filter>,
    /// Columns that are named in whole, and those that are named in part besides.
    pub(super) named: Vec<String>,
    pub(super) mentioned: Vec<String>,
    /// Columns of which a value is named.
    pub(super) named_kinds: Vec<String>,
}

pub(super) fn find(question: &str, columns: &Columns<'_>) -> Hints {
    let words = Words::new(question);
    let mentions = Mentions::find(&words, columns);
    let clauses = Clauses::new(question);
    // The name of a date says how it is written down rather than how it is grouped, so it stays.
    let names = columns
        .names
        .iter()
        .filter(|(_, place)| place.column.kind != Kind::Date);
    let rest = words.without(names.map(|(_, place)| place.column.name.as_str()));
    let (top, bins) = (order::top(&words), order::bins(&words));
    let shouted = values::shouted(question, columns);
    let conditions = conditions::find(question, &words, columns, &mentions, &clauses, &[top, bins], &shouted);
    let mut charts = charts::charts(&words, bins.is_some());
    let is_line = matches!(charts.as_slice(), [ChartKind::Line | ChartKind::Area]);
    let mut roles = Reader::new(&words, &clauses, &mentions, &conditions).roles(is_line);
    // "The price of AAPL and IBM": a line each.
    if conditions.are_shouted && shouted.len() > 1 && is_line && roles.series.is_empty() {
        roles.series = conditions.filters.iter().map(|filter| filter.column.clone()).collect();
    }
    if roles.points.is_none() {
        roles.points = roles::only_points(columns, &roles.series);
    }
    let is_apart = |at: usize| clauses.is_about_order(at) || conditions.cover(at);
    let modifiers = modifiers::find(&words, &mentions, &roles, is_apart);
    let Values {
        texts,
        numbers,
        years,
        has_day,
        is_quoted,
        has_name,
    } = values::find(question, columns, &[top, bins], |at| conditions.cover(at));
    let has_text = columns
        .names
        .iter()
        .any(|(_, place)| matches!(place.column.kind, Kind::Text | Kind::Mixed));
    let names_one = has_text && !shouted.is_empty() && conditions.filters.is_empty();
    let texts = if names_one { shouted } else { texts };
    let has_name = has_name && !conditions.are_shouted;
    let named_kinds = values::columns_of_named_kinds(question, columns);
    let compares = words.any(BOUNDS) || words.any(COMPARISONS);
    let compares_with_average = compares && words.any(&["average", "mean", "avg"]);
    let has_unknown = words.any(&["null", "missing", "known", "unknown", "blank", "empty", "available"]);
    let has_value = !(numbers.is_empty() && years.is_empty()) || has_day;
    let has_condition = rest.any(BOUNDS) || rest.any(CONDITIONS);
    let about = words.masked(|at| !clauses.is_about_order(at));
    let sorts = order::sorts(&words, &about);
    let mut numbers_named = columns.names.iter().filter(|(_, place)| is_numeric(place.column));
    let names_number = numbers_named.any(|(_, place)| words.says(&place.column.name));
    let is_selection = top.is_some() || !sorts.is_empty();
    // What the order is by is measured as well, where nothing else is.
    let outside = rest.masked(is_apart);
    let mut aggregates = measured::aggregates(&outside, is_selection, names_number);
    if aggregates.is_empty() {
        aggregates = measured::aggregates(&rest, is_selection, names_number);
    }
    let has_second_axis = has_second_axis(&words);
    let correlates = words.any(&["correlation", "correlations"])
        && words.any(&[
            "matrix",
            "heatmap",
            "heat map",
            "all numeric",
            "all numerical",
            "pairwise",
        ]);
    if correlates {
        charts = vec![ChartKind::Heatmap];
    } else if charts.is_empty() && has_second_axis {
        charts = vec![ChartKind::Line];
    }
    let named = mentions.named(true, is_apart);
    let has_panels = words.any(PANELS) || !roles.panels.is_empty();
    let mut errors = None;
    if charts::says_errors(&words) {
        charts = vec![ChartKind::Other];
        if let Some((points, found)) = charts::errors(&words, columns, &named) {
            charts = vec![ChartKind::Scatter];
            aggregates = vec![];
            (roles.points, errors) = (Some(points), Some(found));
        }
    }
    // A panel for each of several columns is no form.
    if has_panels
        && named.len() > 1
        && columns
            .names
            .iter()
            .all(|(_, place)| !is_kind(place.column) || is_time(place.column))
    {
        charts = vec![ChartKind::Other];
    }
    let mentioned = mentions.named(false, is_apart);
    Hints {
        units: measured::units(&rest, &years),
        aggregates,
        sorted_by: about.list.iter().filter(|word| *word != "_").cloned().collect(),
        sorts,
        is_low_end: words.any(&[
            "bottom", "smallest", "lowest", "least", "fewest", "cheapest", "worst", "shortest", "youngest",
        ]),
        top,
        bins,
        has_log: words.any(&["log", "logarithmic", "log10"]),
        log_axes: [log_axis(&words, "x"), log_axis(&words, "y")],
        has_size: words.any(&["bubble", "bubbles", "size", "sized", "sizes"]),
        has_panels,
        has_second_axis,
        has_colours: charts::has_colours(&rest),
        has_series: charts::has_series(&rest, &charts),
        has_or: words.any(&["or", "either"]),
        correlates,
        is_density: words.any(&["density", "densities"]),
        scale: [
            ("thousands", 1_000),
            ("millions", 1_000_000),
            ("billions", 1_000_000_000),
        ]
        .into_iter()
        .find(|(word, _)| words.any(&[format!("in {word}").as_str()])),
        has_percent: rest.any(&[
            "percent",
            "percentage",
            "percentages",
            "share",
            "shares",
            "proportion",
            "proportions",
        ]) || question.contains('%'),
        errors,
        marked: measured::marked(&words),
        money: measured::money(&words),
        has_running_total: rest.any(&["cumulative", "cumulated", "running total", "running sum"]),
        compares_with_average,
        has_unknown,
        has_part_of_text: words.any(PARTS_OF_TEXT),
        leaves_out: !conditions.are_all || (has_name && has_text) || (has_condition && conditions.filters.is_empty()),
        must_leave_out: names_one
            || !conditions.are_all && conditions.filters.is_empty() && (is_quoted || (has_value && compares)),
        values: texts,
        numbers,
        years,
        has_day,
        named_kinds,
        named,
        mentioned,
        roles,
        charts,
        conditions,
        modifiers,
    }
}

/// "A log x axis", "the y axis on a log scale".
fn log_axis(words: &Words, axis: &str) -> bool {
    let list = &words.list;
    let is_log = |word: &String| matches!(word.as_str(), "log" | "logarithmic" | "log10");
    let other = if axis == "x" { "y" } else { "x" };
    let mut places = list.iter().enumerate().filter(|(_, word)| is_log(word));
    places.any(|(at, _)| {
        let behind = list[at + 1..]
            .iter()
            .take(4)
            .find(|word| *word == axis || *word == other);
        let before = list[..at]
            .iter()
            .rev()
            .take(5)
            .find(|word| *word == axis || *word == other);
        behind.or(before).is_some_and(|word| word == axis)
    })
}

fn has_second_axis(words: &Words) -> bool {
    let says_so = words.any(&[
        "second axis",
        "second y axis",
        "secondary",
        "right axis",
        "right y axis",
        "twin",
        "two y axes",
    ]);
    says_so || (words.any(&["left"]) && words.any(&["right"]) && words.any(&["axis", "axes"]))
}

const PANELS: &[&str] = &[
    "panel",
    "panels",
    "facet",
    "facets",
    "facetted",
    "faceted",
    "subplot",
    "subplots",
    "multiples",
    "grid of",
    "x2 grid",
    "x3 grid",
];

/// Words that compare, and hardly mean anything else.
const BOUNDS: &[&str] = &[
    "than", "above", "below", "between", "after", "before", "since", "until", "at least", "at most", "equal", "equals",
];

/// Words that compare, beside those: where a value is said as well.
const COMPARISONS: &[&str] = &[
    "over",
    "under",
    "exceeding",
    "exceeds",
    "exceed",
    "greater",
    "less",
    "later",
    "earlier",
];

const PARTS_OF_TEXT: &[&str] = &[
    "contain",
    "contains",
    "containing",
    "start",
    "starts",
    "starting",
    "begin",
    "begins",
    "beginning",
    "end",
    "ends",
    "ending",
    "letter",
    "like",
    "include",
    "includes",
];

/// Words that often leave rows out, beside those that compare.
const CONDITIONS: &[&str] = &[
    "not",
    "without",
    "except",
    "excluding",
    "exclude",
    "only",
    "whose",
    "starting",
    "starts with",
    "start with",
    "containing",
    "contains",
    "contain",
    "letter",
    "named",
    "called",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::Profile;

    fn of(question: &str) -> Hints {
        find(question, &Columns::new(&Profile::default()))
    }

    #[test]
    fn words_settle_what_they_name() {
        let hints = of("Stacked bar chart of orders by weekday, top 5, Y-axis from high to low");
        assert_eq!(hints.charts, [ChartKind::StackedBar]);
        assert_eq!(hints.units, [Unit::Weekday]);
        assert_eq!(hints.sorts, [Sort::YDescending]);
        assert_eq!(hints.top, Some(5));
        assert_eq!(of("a histogram with 20 bins").bins, Some(20));
        assert_eq!(of("the five most populous countries").top, Some(5));
    }

    #[test]
    fn what_is_not_named_stays_open() {
        let hints = of("How do prices look?");
        assert!(hints.charts.is_empty() && hints.aggregates.is_empty() && hints.sorts.is_empty() && !hints.leaves_out);
        // A year in the text is no number of bars, and what happened in it is not grouped by it.
        let hints = of("countries in the year 2007");
        assert_eq!((hints.top, hints.years.as_slice()), (None, &[2007][..]));
        assert!(hints.units.is_empty() && hints.leaves_out);
    }
}
