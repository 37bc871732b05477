//! What the words of a question settle before any model is asked: a small model overlooks "stacked" or "from high to low", so the
//! grammar leaves it no choice there. Where no word is found, everything stays open.

use super::{Aggregate, ChartKind, Sort, Unit};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Empty where the question names none.
    pub(super) charts: Vec<ChartKind>,
    pub(super) units: Vec<Unit>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) sorts: Vec<Sort>,
    pub(super) top: Option<u32>,
    pub(super) bins: Option<u32>,
    pub(super) has_log: bool,
    pub(super) has_size: bool,
    pub(super) has_panels: bool,
    pub(super) has_second_axis: bool,
    pub(super) has_groups: bool,
    pub(super) has_or: bool,
    /// Something in it leaves rows out, apart from a value that a column has.
    pub(super) has_condition: bool,
}

pub(super) fn find(question: &str) -> Hints {
    let words = Words::new(question);
    Hints {
        charts: charts(&words),
        units: units(&words),
        aggregates: aggregates(&words),
        sorts: sorts(&words),
        top: top(&words),
        bins: bins(&words),
        has_log: words.any(&["log", "logarithmic", "log10"]),
        has_size: words.any(&["bubble", "bubbles", "size", "sized"]),
        has_panels: words.any(&[
            "panel",
            "panels",
            "facet",
            "facets",
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
        ]),
        has_groups: words.any(&["group", "grouped", "grouping", "each", "per", "for every"]),
        has_or: words.any(&["or", "either"]),
        has_condition: has_condition(question, &words),
    }
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
        found.extend([ChartKind::Bar, ChartKind::GroupedBar]);
        // "Bars" of several series stand beside or on each other: the question has to say the second.
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

fn units(words: &Words) -> Vec<Unit> {
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
        .collect()
}

fn aggregates(words: &Words) -> Vec<Aggregate> {
    let table: [(Aggregate, &[&str]); 7] = [
        (
            Aggregate::Count,
            &["how many", "number", "count", "counts", "frequency", "amount of"],
        ),
        (Aggregate::CountDistinct, &["distinct", "different", "unique"]),
        (Aggregate::Sum, &["total", "sum", "totals", "in all", "combined"]),
        (Aggregate::Mean, &["average", "avg", "mean", "averages", "means"]),
        (Aggregate::Median, &["median", "medians"]),
        (
            Aggregate::Min,
            &["minimum", "min", "minimal", "lowest", "smallest", "cheapest"],
        ),
        (Aggregate::Max, &["maximum", "max", "maximal", "highest", "largest"]),
    ];
    let mut found: Vec<Aggregate> = table
        .into_iter()
        .filter(|(_, names)| words.any(names))
        .map(|(aggregate, _)| aggregate)
        .collect();
    // "The total number of": rows are counted, or a column of numbers is added up.
    if found.contains(&Aggregate::CountDistinct) && !found.contains(&Aggregate::Count) {
        found.push(Aggregate::Count);
    }
    // "From high to low" is an order, not a measure.
    if !found.is_empty() {
        found.push(Aggregate::None);
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
        return vec![];
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

/// Whether the question names one of these values.
pub(super) fn names_value<'a>(question: &str, values: impl IntoIterator<Item = &'a str>) -> bool {
    let words = Words::new(question);
    values.into_iter().any(|value| {
        let value = Words::new(value);
        !value.list.is_empty() && words.line.contains(&value.line)
    })
}

fn has_condition(question: &str, words: &Words) -> bool {
    const CONDITIONS: [&str; 36] = [
        "than",
        "above",
        "below",
        "between",
        "after",
        "before",
        "since",
        "until",
        "not",
        "without",
        "except",
        "excluding",
        "exclude",
        "only",
        "whose",
        "where",
        "who",
        "over",
        "under",
        "at least",
        "at most",
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
        "which",
        "that",
        "equal",
        "equals",
    ];
    let is_quoted = |mark: char| question.matches(mark).count() >= 2;
    let has_number = words
        .list
        .iter()
        .any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    words.any(&CONDITIONS) || is_quoted('"') || is_quoted('\'') || question.contains('“') || has_number
}

fn number(word: &str) -> Option<u32> {
    const NAMES: [&str; 11] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    let named = NAMES.iter().position(|name| *name == word);
    word.parse()
        .ok()
        .or_else(|| named.and_then(|at| u32::try_from(at).ok()))
}

/// The words of a text, in small letters and without what stands between them.
struct Words {
    list: Vec<String>,
    /// All of them with one space around each.
    line: String,
}

impl Words {
    fn new(text: &str) -> Words {
        let list: Vec<String> = text
            .to_lowercase()
            .split(|character: char| !character.is_alphanumeric() && character != '_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let line = format!(" {} ", list.join(" "));
        Words { list, line }
    }

    fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.line.contains(&format!(" {name} ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_settle_what_they_name() {
        let hints = find("Stacked bar chart of orders by weekday, top 5, Y-axis from high to low");
        assert_eq!(hints.charts, [ChartKind::StackedBar]);
        assert_eq!(hints.units, [Unit::Weekday]);
        assert_eq!(hints.sorts, [Sort::YDescending]);
        assert_eq!(hints.top, Some(5));
        assert_eq!(find("a histogram with 20 bins").bins, Some(20));
        assert_eq!(find("the five most populous countries").top, Some(5));
    }

    #[test]
    fn what_is_not_named_stays_open() {
        assert_eq!(find("How do prices compare?"), Hints::default());
        // A year in the text is no number of bars.
        assert_eq!(find("countries in 2007").top, None);
    }
}
