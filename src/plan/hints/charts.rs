//! Which kind of chart the words name, and whether they speak of series.

use super::super::roles::Points;
use super::super::schema::is_numeric;
use super::super::words::Words;
use super::super::{ChartKind, Columns, Errors};

/// Whether the words speak of colours, lines or parts of a stack.
pub(super) fn has_colours(words: &Words) -> bool {
    // "In green colour" says how, "coloured by team" says by what.
    const COLOURS: [&str; 8] = [
        "color",
        "colour",
        "colored",
        "coloured",
        "colors",
        "colours",
        "coloring",
        "colouring",
    ];
    const LINKS: [&str; 6] = ["by", "per", "each", "according", "different", "for"];
    let is_link = |word: &String| LINKS.contains(&word.as_str());
    let colours = words
        .list
        .iter()
        .enumerate()
        .filter(|(_, word)| COLOURS.contains(&word.as_str()));
    let mut near = colours.map(|(at, _)| &words.list[at.saturating_sub(2)..words.list.len().min(at + 4)]);
    near.any(|near| near.iter().any(is_link))
        || words.any(&[
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
        ])
}

/// Whether the question may want a series. "By" alone says what stands on the x axis; the second one is for the series.
pub(super) fn has_series(words: &Words, charts: &[ChartKind]) -> bool {
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
    has_colours(words)
        || words.any(&["group", "grouped", "grouping"])
        || links > 1
        || (needs && links > 0)
        || charts.is_empty()
}

pub(super) fn charts(words: &Words, has_bins: bool) -> Vec<ChartKind> {
    let mut found = Vec::new();
    let bars = words.any(&["bar", "bars", "barplot", "column chart"]);
    let stacked = words.any(&["stack", "stacked", "stacks"]);
    // "The horizontal axis" is none of bars.
    let horizontal = words.without_phrases(&["horizontal axis", "horizontal line", "horizontal lines"]);
    let horizontal = horizontal.any(&["horizontal", "horizontally", "barh"]);
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
    if found.contains(&ChartKind::Histogram) && has_bins {
        found = vec![ChartKind::Histogram];
    } else if found.contains(&ChartKind::Histogram) && !found.contains(&ChartKind::Bar) {
        found.push(ChartKind::Bar);
    }
    if found.is_empty() {
        found.extend(implied(words));
    }
    // Where lines and marks of another kind are named together, "line" is often part of a description, so all stay possible.
    if words.any(&[
        "polar", "radar", "map", "sankey", "treemap", "violin", "contour", "3d", "network",
    ]) {
        return vec![ChartKind::Other];
    }
    found
}

/// "Error bars from the column `std_error`": the two axes, and how far what is measured may be off. None where no column says that.
pub(super) fn errors(words: &Words, columns: &Columns<'_>, named: &[String]) -> Option<(Points, Errors)> {
    const PARTS: &[&str] = &[
        "err",
        "error",
        "std",
        "sd",
        "sem",
        "stderr",
        "stdev",
        "uncertainty",
        "sigma",
        "ci",
    ];
    let column = |name: &str| columns.find(name).ok().map(|place| place.column);
    let is_off = |name: &str| {
        let parts = Words::new(column(name).map_or("", |column| &column.name)).list;
        parts.iter().any(|part| PARTS.contains(&part.as_str()))
    };
    let numbers = || named.iter().filter(|name| column(name).is_some_and(is_numeric));
    let off = numbers().find(|name| is_off(name))?;
    let mut others = numbers().filter(|name| *name != off);
    let (first, second) = (others.next()?, others.next()?);
    // "The response against the dose": that is over doses.
    let is_last = ["against", "versus", "vs", "over", "by", "as a function of"]
        .iter()
        .any(|link| {
            ["", "the "]
                .iter()
                .any(|the| words.any(&[format!("{link} {the}{}", Words::new(second).list.join(" ")).as_str()]))
        });
    let (x, y) = if is_last { (second, first) } else { (first, second) };
    let points = Points {
        x: x.clone(),
        y: y.clone(),
        series: vec![],
    };
    let errors = Errors {
        column: off.clone(),
        are_joined: words.any(&["line", "lines", "joined", "connected"]),
    };
    Some((points, errors))
}

pub(super) fn says_errors(words: &Words) -> bool {
    words.any(&["error bar", "error bars", "errorbar", "errorbars"])
}

/// The kind that goes without saying.
fn implied(words: &Words) -> Option<ChartKind> {
    const RELATIONS: &[&str] = &[
        "against",
        "versus",
        "vs",
        "correlation",
        "relationship",
        "relation",
        "relate",
        "relates",
        "correlate",
        "correlates",
    ];
    if words.any(RELATIONS) {
        return Some(ChartKind::Scatter);
    }
    words
        .any(&["over the years", "over the months", "over the days"])
        .then_some(ChartKind::Line)
}
