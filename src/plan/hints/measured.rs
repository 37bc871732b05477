//! How values are combined, and how dates are grouped, as far as words say.

use super::super::words::Words;
use super::super::{Aggregate, Unit};

/// "In the year 2007" groups nothing.
pub(super) fn units(words: &Words, years: &[u32]) -> Vec<Unit> {
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

/// "Values as monetary amounts in US dollars": as matplotlib writes numbers on an axis.
pub(super) fn money(words: &Words) -> Option<&'static str> {
    let is_format = words.any(&["format", "formatted", "tick", "ticks", "monetary", "currency", "sign"]);
    let has_cents = words.any(&["decimal", "decimals", "cents"]);
    let dollars = words.any(&["dollar", "dollars", "usd"]);
    let euros = words.any(&["euro", "euros", "eur"]);
    match (is_format, dollars, euros, has_cents) {
        (true, true, _, true) => Some("${x:,.2f}"),
        (true, true, _, false) => Some("${x:,.0f}"),
        (true, false, true, true) => Some("€{x:,.2f}"),
        (true, false, true, false) => Some("€{x:,.0f}"),
        _ => None,
    }
}

/// "Mark the mean with a vertical line".
pub(super) fn marked(words: &Words) -> Option<Aggregate> {
    let is_line = words.any(&[
        "vertical line",
        "dashed line",
        "dotted line",
        "horizontal line",
        "reference line",
    ]) || (words.any(&["line"]) && words.any(&["mark", "marking", "indicate", "indicating"]));
    let known = [
        (Aggregate::Mean, ["mean", "average"]),
        (Aggregate::Median, ["median", "middle"]),
    ];
    known
        .into_iter()
        .find(|(_, names)| is_line && words.any(names))
        .map(|(aggregate, _)| aggregate)
}

/// `is_selection`: words such as "largest" are about an order or about the few that are shown. `names_number`: a column of numbers
/// is named, which may be shown as it is.
pub(super) fn aggregates(words: &Words, is_selection: bool, names_number: bool) -> Vec<Aggregate> {
    // Of how it looks.
    let words = &words.without_phrases(&[
        "distinct color",
        "distinct colors",
        "distinct colour",
        "distinct colours",
        "unique colors",
        "unique colours",
        "distinct markers",
        "distinct line styles",
    ]);
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
