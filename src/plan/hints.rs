//! What the words of a question settle before any model is asked: a small model overlooks "stacked" or "from high to low", so the
//! grammar leaves it no choice there. Where no word is found, everything stays open.

use super::roles;
use super::schema::is_numeric;
use super::values::{self, Values};
use super::words::Words;
use super::{Aggregate, ChartKind, Columns, Sort, Unit};
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
    pub(super) has_size: bool,
    pub(super) has_panels: bool,
    pub(super) has_second_axis: bool,
    /// Something may get a colour, a line or a part of the stack each.
    pub(super) has_series: bool,
    pub(super) has_or: bool,
    pub(super) has_percent: bool,
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
    /// Columns that are said to be grouped by, and those that are said to be counted.
    pub(super) grouped: Vec<String>,
    pub(super) counted: Vec<String>,
    /// Columns of which a value is named.
    pub(super) named_kinds: Vec<String>,
}

pub(super) fn find(question: &str, columns: &Columns<'_>) -> Hints {
    let words = Words::new(question);
    // The name of a date says how it is written down rather than how it is grouped, so it stays.
    let names = columns
        .names
        .iter()
        .filter(|(_, place)| place.column.kind != Kind::Date);
    let rest = words.without(names.map(|(_, place)| place.column.name.as_str()));
    let (top, bins) = (top(&words), bins(&words));
    let charts = charts(&words);
    let Values {
        texts,
        numbers,
        years,
        has_day,
        is_quoted,
        has_name,
    } = values::find(question, columns, &[top, bins]);
    let named_kinds = values::columns_of_named_kinds(question, columns);
    let compares = words.any(BOUNDS) || words.any(COMPARISONS);
    let compares_with_average = compares && words.any(&["average", "mean", "avg"]);
    let has_unknown = words.any(&["null", "missing", "known", "unknown", "blank", "empty", "available"]);
    let has_value = !(numbers.is_empty() && years.is_empty()) || has_day;
    let has_condition = rest.any(BOUNDS) || rest.any(CONDITIONS);
    let sorts = sorts(&words);
    let mut numbers_named = columns.names.iter().filter(|(_, place)| is_numeric(place.column));
    let names_number = numbers_named.any(|(_, place)| words.says(&place.column.name));
    Hints {
        units: units(&rest, &years),
        aggregates: aggregates(&rest, top.is_some() || !sorts.is_empty(), names_number),
        sorted_by: if sorts.is_empty() { vec![] } else { sorted_by(question) },
        sorts,
        is_low_end: words.any(&[
            "bottom", "smallest", "lowest", "least", "fewest", "cheapest", "worst", "shortest", "youngest",
        ]),
        top,
        bins,
        has_log: words.any(&["log", "logarithmic", "log10"]),
        has_size: words.any(&["bubble", "bubbles", "size", "sized", "sizes"]),
        has_panels: words.any(&[
            "panel",
            "panels",
            "facet",
            "facets",
            "facetted",
            "faceted",
            "subplot",
            "subplots",
            "multiples",
            "grid",
        ]),
        has_second_axis: words.any(&[
            "second axis",
            "second y axis",
            "secondary",
            "right axis",
            "right y axis",
            "twin",
            "two y axes",
        ]),
        has_series: has_series(&rest, &charts),
        has_or: words.any(&["or", "either"]),
        has_percent: rest.any(&[
            "percent",
            "percentage",
            "percentages",
            "share",
            "shares",
            "proportion",
            "proportions",
        ]) || question.contains('%'),
        has_running_total: rest.any(&["cumulative", "cumulated", "running total", "running sum"]),
        compares_with_average,
        has_unknown,
        has_part_of_text: words.any(PARTS_OF_TEXT),
        leaves_out: is_quoted || has_name || has_value || has_condition || has_unknown || !named_kinds.is_empty(),
        must_leave_out: is_quoted || (has_value && compares),
        values: texts,
        numbers,
        years,
        has_day,
        named_kinds,
        grouped: roles::grouped(&words, columns),
        counted: roles::counted(&words, columns),
        charts,
    }
}

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
    "where",
    "who",
    "starting",
    "starts with",
    "start with",
    "containing",
    "contains",
    "contain",
    "letter",
    "having",
    "have",
    "has",
    "had",
    "named",
    "called",
    "those",
    "belong",
];

/// Whether the question may want colours, lines or parts of a stack. "By" alone says what stands on the x axis; the second one is
/// for the series.
fn has_series(words: &Words, charts: &[ChartKind]) -> bool {
    let says_so = words.any(&[
        "group",
        "grouped",
        "grouping",
        "group by",
        "color",
        "colour",
        "colored",
        "coloured",
        "colors",
        "colours",
        "coloring",
        "colouring",
        "split",
        "stack",
        "stacked",
        "stacking",
        "segment",
        "segmented",
        "separate",
        "separately",
        "series",
        "legend",
        "broken down",
        "divided",
        "side by side",
        "versus",
        "vs",
        "compare",
        "compared",
        "comparing",
        "comparison",
        "line for",
        "lines for",
        "one line",
        "both",
        "dodge",
        "dodged",
        "hue",
        "clustered",
        "categorized",
        "differentiated",
        "distinguish",
        "distinguished",
        "marked",
        "respectively",
    ]);
    let links = words.count(&[
        "by",
        "each",
        "per",
        "every",
        "across",
        "over",
        "different",
        "among",
        "according",
    ]);
    let needs = charts.iter().any(|kind| {
        matches!(
            kind,
            ChartKind::StackedBar | ChartKind::GroupedBar | ChartKind::Line | ChartKind::Area | ChartKind::Heatmap
        )
    });
    says_so || links > 1 || (needs && links > 0) || charts.is_empty()
}

fn charts(words: &Words) -> Vec<ChartKind> {
    let mut found = Vec::new();
    let bars = words.any(&["bar", "bars", "barplot", "column chart"]);
    let stacked = words.any(&["stack", "stacked", "stacks"]);
    let horizontal = words.any(&["horizontal", "horizontally", "barh"]);
    if stacked && words.any(&["area", "areas"]) {
        found.push(ChartKind::Area);
    } else if stacked {
        found.push(ChartKind::StackedBar);
    } else if horizontal {
        found.push(ChartKind::HorizontalBar);
    } else if bars {
        // "Bars" of several series stand beside or on each other: the question has to say which.
        let beside = words.any(&[
            "grouped",
            "side by side",
            "clustered",
            "dodged",
            "multiple bar",
            "group by",
            "grouping",
        ]);
        found.push(if beside { ChartKind::GroupedBar } else { ChartKind::Bar });
    }
    let others: [(ChartKind, &[&str]); 7] = [
        (ChartKind::Line, &["line", "lines", "trend", "over time", "time series"]),
        (ChartKind::Scatter, &["scatter", "scatterplot", "bubble", "bubbles"]),
        (ChartKind::Pie, &["pie", "donut", "doughnut"]),
        (ChartKind::Histogram, &["histogram", "hist"]),
        (ChartKind::Box, &["box", "boxplot", "boxplots", "boxes"]),
        (ChartKind::Area, &["area chart", "area plot"]),
        (ChartKind::Heatmap, &["heatmap", "heat map"]),
    ];
    for (kind, names) in others {
        if words.any(names) && !found.contains(&kind) {
            found.push(kind);
        }
    }
    // People say "histogram" of counted kinds too.
    if found.contains(&ChartKind::Histogram) && !found.contains(&ChartKind::Bar) {
        found.push(ChartKind::Bar);
    }
    // Where lines and marks of another kind are named together, "line" is often part of a description, so all stay possible.
    if words.any(&[
        "polar",
        "radar",
        "map",
        "sankey",
        "treemap",
        "violin",
        "contour",
        "3d",
        "network",
        "correlation matrix",
    ]) {
        return vec![ChartKind::Other];
    }
    found
}

/// "In the year 2007" groups nothing.
fn units(words: &Words, years: &[u32]) -> Vec<Unit> {
    let is_of_filter = !years.is_empty()
        && !words.any(&[
            "each year",
            "per year",
            "by year",
            "every year",
            "over the years",
            "years",
            "yearly",
        ]);
    let table: [(Unit, &[&str]); 6] = [
        (
            Unit::Weekday,
            &[
                "weekday",
                "weekdays",
                "day of week",
                "day of the week",
                "days of the week",
            ],
        ),
        (Unit::Year, &["year", "years", "yearly", "annual", "annually"]),
        (Unit::Quarter, &["quarter", "quarters", "quarterly"]),
        (Unit::Month, &["month", "months", "monthly"]),
        (Unit::Day, &["per day", "each day", "by day", "daily", "every day"]),
        (Unit::Hour, &["hour", "hours", "hourly", "time of day"]),
    ];
    table
        .into_iter()
        .filter(|(_, names)| words.any(names))
        .map(|(unit, _)| unit)
        .filter(|unit| !(is_of_filter && *unit == Unit::Year))
        .collect()
}

/// `is_selection`: words such as "largest" are about an order or about the few that are shown. `names_number`: a column of numbers
/// is named, which may be shown as it is.
fn aggregates(words: &Words, is_selection: bool, names_number: bool) -> Vec<Aggregate> {
    let table: [(Aggregate, &[&str]); 7] = [
        (
            Aggregate::Count,
            &[
                "how many",
                "number",
                "numbers",
                "count",
                "counts",
                "frequency",
                "amount of",
            ],
        ),
        (Aggregate::CountDistinct, &["distinct", "unique"]),
        (Aggregate::Sum, &["total", "sum", "totals", "in all", "combined"]),
        (
            Aggregate::Mean,
            &["average", "avg", "mean", "averages", "means", "averaged"],
        ),
        (Aggregate::Median, &["median", "medians"]),
        (Aggregate::Min, &["minimum", "min", "minimal", "minima"]),
        (Aggregate::Max, &["maximum", "max", "maximal", "maxima"]),
    ];
    let mut found: Vec<Aggregate> = table
        .into_iter()
        .filter(|(_, names)| words.any(names))
        .map(|(aggregate, _)| aggregate)
        .collect();
    let add = |found: &mut Vec<Aggregate>, aggregate| {
        if !found.contains(&aggregate) {
            found.push(aggregate);
        }
    };
    let combined = ["average", "mean", "avg", "median", "minimum", "maximum", "min", "max"];
    let is_of_number = combined.iter().any(|word| {
        let mut phrases = ["number", "of number", "of the number"]
            .map(|rest| format!("{word} {rest}"))
            .into_iter();
        phrases.any(|phrase| words.any(&[phrase.as_str()]))
    });
    if is_of_number {
        found.retain(|aggregate| *aggregate != Aggregate::Count);
    }
    // Rows are counted in all, unless what follows is a column.
    if words.any(&["total number of", "total number"]) && !words.any(&["total number of _", "total number _"]) {
        found.retain(|aggregate| *aggregate != Aggregate::Sum);
    }
    if found.contains(&Aggregate::CountDistinct) {
        add(&mut found, Aggregate::Count);
    }
    // "The number of" may also be the name of a column in other words.
    if found.contains(&Aggregate::Count) && names_number && !words.any(&["how many", "count", "counts", "frequency"]) {
        add(&mut found, Aggregate::None);
        add(&mut found, Aggregate::Sum);
    }
    let softly: [(Aggregate, &[&str]); 2] = [
        (Aggregate::Min, &["lowest", "smallest", "cheapest"]),
        (Aggregate::Max, &["highest", "largest", "biggest"]),
    ];
    for (aggregate, names) in softly {
        if !is_selection && words.any(names) {
            add(&mut found, aggregate);
            add(&mut found, Aggregate::None);
        }
    }
    found
}

fn sorts(words: &Words) -> Vec<Sort> {
    let down = words.any(&[
        "desc",
        "descending",
        "high to low",
        "highest to lowest",
        "largest to smallest",
        "decreasing",
        "most to least",
        "z to a",
        "largest first",
        "highest first",
    ]);
    let up = words.any(&[
        "asc",
        "ascending",
        "low to high",
        "lowest to highest",
        "smallest to largest",
        "increasing",
        "least to most",
        "a to z",
        "alphabetical",
        "alphabetically",
        "smallest first",
        "lowest first",
    ]);
    if !(down || up) {
        // "Sorted by X" without a word for the direction.
        let sorts = words.any(&["sort", "sorted", "order by", "ordered by", "rank", "ranked"]);
        return if sorts {
            vec![Sort::XAscending, Sort::YDescending]
        } else {
            vec![]
        };
    }
    let by_x = words.any(&[
        "x",
        "x axis",
        "by the bars",
        "alphabetical",
        "alphabetically",
        "a to z",
        "z to a",
    ]);
    let by_y = words.any(&["y", "y axis"]);
    let mut found = Vec::new();
    for (wanted, x, y) in [
        (up, Sort::XAscending, Sort::YAscending),
        (down, Sort::XDescending, Sort::YDescending),
    ] {
        if wanted && (by_x || !by_y) {
            found.push(x);
        }
        if wanted && (by_y || !by_x) {
            found.push(y);
        }
    }
    found
}

fn top(words: &Words) -> Option<u32> {
    const BEFORE: [&str; 4] = ["top", "first", "best", "bottom"];
    const AFTER: [&str; 14] = [
        "most", "largest", "biggest", "highest", "best", "longest", "oldest", "smallest", "lowest", "least", "worst",
        "top", "cheapest", "fewest",
    ];
    let list = &words.list;
    list.iter().enumerate().find_map(|(at, word)| {
        let number = number(word)?;
        let before = at.checked_sub(1).and_then(|before| list.get(before));
        let is_before = before.is_some_and(|word| BEFORE.contains(&word.as_str()));
        let is_after = list.get(at + 1).is_some_and(|word| AFTER.contains(&word.as_str()));
        ((is_before || is_after) && (1..=100).contains(&number)).then_some(number)
    })
}

fn bins(words: &Words) -> Option<u32> {
    let list = &words.list;
    let at = list
        .iter()
        .position(|word| matches!(word.as_str(), "bins" | "bin" | "buckets" | "intervals"))?;
    let near = [at.checked_sub(1), Some(at + 2)].into_iter().flatten();
    near.filter_map(|at| number(list.get(at)?))
        .find(|number| (2..=500).contains(number))
}

pub(super) fn number(word: &str) -> Option<u32> {
    const NAMES: [&str; 11] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    let named = NAMES.iter().position(|name| *name == word);
    word.parse()
        .ok()
        .or_else(|| named.and_then(|at| u32::try_from(at).ok()))
}

/// The words about the order, which say what is sorted.
fn sorted_by(question: &str) -> Vec<String> {
    const VERBS: [&str; 16] = [
        "sort",
        "sorted",
        "sorting",
        "order",
        "ordered",
        "ordering",
        "rank",
        "ranked",
        "ranking",
        "arrange",
        "arranged",
        "list",
        "listed",
        "asc",
        "desc",
        "alphabetical",
    ];
    const DIRECTIONS: [&str; 6] = ["ascending", "descending", "asc", "desc", "high", "low"];
    let clauses = question
        .split(['.', ',', ';', '?', '!'])
        .map(|clause| Words::new(clause).list);
    clauses
        .filter_map(|clause| {
            let at = |names: &[&str]| clause.iter().position(|word| names.contains(&word.as_str()));
            let begin = at(&VERBS).or_else(|| at(&DIRECTIONS).map(|at| at.saturating_sub(6)))?;
            Some(clause[begin..].to_vec())
        })
        .flatten()
        .collect()
}

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
