//! Holds what a model has filled in against the question once more: what the words settle only together with the columns that
//! were chosen, and what a small model mixes up.

use super::compile::{sentence, words as words_of};
use super::hints::Hints;
use super::schema::{is_numeric, is_yes_or_no};
use super::words::{Words, stems_of_name};
use super::{Aggregate, ChartKind, Columns, Filter, Measure, Plan, PlanError, Sort, Unit, schema};
use crate::prompt::Kind;

pub(super) fn settle(plan: &mut Plan, hints: &Hints, columns: &Columns<'_>) -> Result<(), PlanError> {
    filters(plan, hints);
    measures(plan, hints, columns);
    let x = columns.find(&plan.x)?.column;
    if x.kind == Kind::Date && plan.x_unit == Unit::None && plan.chart != ChartKind::Scatter {
        plan.x_unit = hints.units.first().copied().unwrap_or(Unit::None);
    }
    plan.percent = hints.has_percent && plan.chart != ChartKind::Pie;
    rates(plan, hints, columns);
    plan.correlates = hints.correlates;
    plan.errors.clone_from(&hints.errors);
    plan.marked = hints.marked;
    plan.money = hints.money;
    plan.density = hints.is_density;
    // What is kept in thousands is not divided again.
    let is_kept_so = |word: &str| {
        let measured = plan.measures.iter().filter_map(|measure| measure.column.as_deref());
        measured
            .chain([plan.x.as_str()])
            .any(|name| name.to_lowercase().contains(word.trim_end_matches('s')))
    };
    plan.scale = hints.scale.filter(|(word, _)| !is_kept_so(word));
    plan.running_total = hints.has_running_total;
    plan.lowest = hints.is_low_end;
    if plan.chart == ChartKind::Scatter {
        points(plan, columns)?;
    }
    // Bars of several series that were not asked to stand on each other.
    if plan.chart == ChartKind::StackedBar && plan.series.is_none() && plan.measures.len() < 2 {
        plan.chart = ChartKind::Bar;
    }
    let are_bars = matches!(
        plan.chart,
        ChartKind::Bar | ChartKind::HorizontalBar | ChartKind::StackedBar | ChartKind::GroupedBar
    );
    // Bars are put in order by their length, unless something else is said.
    if hints.sorts.len() > 1
        && let Some(by_x) = sorts_by_x(plan, hints).or_else(|| are_bars.then_some(false))
    {
        let is_x = |sort: &Sort| matches!(sort, Sort::XAscending | Sort::XDescending);
        plan.sort = hints
            .sorts
            .iter()
            .copied()
            .find(|sort| is_x(sort) == by_x)
            .unwrap_or(plan.sort);
    }
    if plan.title.trim().is_empty() {
        plan.title = title(plan);
    }
    Ok(())
}

/// For a plan without one: what is shown, and of what.
fn title(plan: &Plan) -> String {
    let bare = |name: &str| words_of(name.rsplit_once('.').map_or(name, |(_, column)| column));
    let x = match plan.x_unit {
        Unit::None => bare(&plan.x),
        unit => format!("{unit:?}").to_lowercase(),
    };
    let shown: Vec<String> = plan
        .measures
        .iter()
        .map(|measure| {
            let column = measure.column.as_deref().map(bare).unwrap_or_default();
            match measure.aggregate {
                Aggregate::Count => "count".into(),
                Aggregate::CountDistinct => format!("number of different {column}"),
                Aggregate::None => column,
                Aggregate::Sum => format!("total {column}"),
                Aggregate::Mean => format!("average {column}"),
                Aggregate::Median => format!("median {column}"),
                Aggregate::Min => format!("lowest {column}"),
                Aggregate::Max => format!("highest {column}"),
            }
        })
        .collect();
    let series = plan.series.as_deref().map(|series| format!(" and {}", bare(series)));
    let link = if plan.chart == ChartKind::Scatter && plan.measures.len() == 1 {
        "against"
    } else {
        "by"
    };
    let text = match plan.chart {
        ChartKind::Histogram => format!("distribution of {x}"),
        ChartKind::Heatmap if plan.correlates => "correlations".into(),
        _ => format!("{} {link} {x}{}", shown.join(" and "), series.unwrap_or_default()),
    };
    sentence(&text)
}

/// What the question says by itself is kept in any case, and is all where nothing is left open.
fn filters(plan: &mut Plan, hints: &Hints) {
    let is_used = |name: &String| {
        let measured = plan.measures.iter().filter_map(|measure| measure.column.as_ref());
        let others = [plan.series.as_ref(), plan.panels.as_ref(), Some(&plan.x)]
            .into_iter()
            .flatten();
        measured.chain(others).any(|used| used == name)
    };
    let modifiers = hints.modifiers.iter().filter(|filter| !is_used(&filter.column));
    let mut said = hints.conditions.filters.clone();
    said.extend(modifiers.cloned());
    if hints.leaves_out {
        let is_said = |filter: &&Filter| said.iter().any(|said| said.column == filter.column);
        let others: Vec<Filter> = plan.filters.iter().filter(|filter| !is_said(filter)).cloned().collect();
        said.extend(others);
    }
    plan.filters = said;
}

fn measures(plan: &mut Plan, hints: &Hints, columns: &Columns<'_>) {
    let said = schema::settled(columns, hints);
    if !said.is_empty() {
        plan.measures = said
            .into_iter()
            .map(|(aggregate, column)| Measure { aggregate, column })
            .collect();
        return;
    }
    // Rows are counted besides where that is asked for, and not to fill a form.
    let is_count = |measure: &Measure| measure.aggregate == Aggregate::Count;
    if !hints.aggregates.contains(&Aggregate::Count) && !plan.measures.iter().all(is_count) {
        plan.measures.retain(|measure| !is_count(measure));
    }
}

/// Of a column of yes and no, written as 0 and 1 or not, a percentage is how often it is yes.
fn rates(plan: &mut Plan, hints: &Hints, columns: &Columns<'_>) {
    let [measure] = plan.measures.as_slice() else { return };
    let is_rated = |name: &&String| {
        let is_other = plan.x == **name || plan.series.as_ref() == Some(name);
        !is_other && columns.find(name).is_ok_and(|place| is_yes_or_no(place.column))
    };
    let is_kept = |name: &&String| plan.filters.iter().all(|filter| filter.column != **name);
    let rated = match (measure.aggregate, &measure.column) {
        (Aggregate::CountDistinct, _) => None,
        // "What percentage of the orders is express": not how many orders of all there are.
        (Aggregate::Count, _) => hints.named.iter().filter(is_kept).find(is_rated),
        (_, column) => column.as_ref().filter(is_rated),
    };
    if let (Some(name), true) = (rated.cloned(), plan.percent) {
        plan.measures = vec![Measure {
            aggregate: Aggregate::Mean,
            column: Some(name),
        }];
    }
}

/// Two measures of points whose x is a name are the two axes, and the names are what the points stand for.
fn points(plan: &mut Plan, columns: &Columns<'_>) -> Result<(), PlanError> {
    let x = columns.find(&plan.x)?.column;
    let is_raw = |measure: &Measure| measure.aggregate == Aggregate::None && measure.column.is_some();
    if !plan.measures.iter().all(is_raw) {
        return Ok(());
    }
    let others = plan
        .measures
        .iter()
        .filter(|measure| measure.column.as_ref() != Some(&plan.x));
    let others: Vec<Measure> = others.cloned().collect();
    match others.as_slice() {
        [first, second, ..] if !is_numeric(x) && x.kind != Kind::Date => {
            plan.x = first.column.clone().unwrap_or_default();
            plan.measures = vec![second.clone()];
        }
        [first, ..] => plan.measures = vec![first.clone()],
        [] => {}
    }
    Ok(())
}

/// Whether the words about the order name what stands on the x axis, or what is measured; None where they do not tell.
fn sorts_by_x(plan: &Plan, hints: &Hints) -> Option<bool> {
    let said = Words::new(&hints.sorted_by.join(" "));
    let says = |name: &str| {
        let bare = name.rsplit_once('.').map_or(name, |(_, column)| column);
        said.says(bare)
            || stems_of_name(bare)
                .last()
                .is_some_and(|last| last.len() > 2 && said.says(last))
    };
    let unit_names: &[&str] = match plan.x_unit {
        Unit::None => &[],
        Unit::Year => &["year", "years", "date", "time"],
        Unit::Quarter => &["quarter", "quarters"],
        Unit::Month => &["month", "months"],
        Unit::Day => &["day", "days", "date"],
        Unit::Weekday => &["weekday", "weekdays", "day", "days"],
        Unit::Hour => &["hour", "hours"],
    };
    let by_x = says(&plan.x)
        || said.any(unit_names)
        || said.any(&[
            "x",
            "x axis",
            "alphabetical",
            "alphabetically",
            "name",
            "names",
            "a to z",
            "z to a",
        ]);
    let measured = plan.measures.iter().filter_map(|measure| measure.column.as_deref());
    let by_y = measured.filter(|column| *column != plan.x).any(says)
        || said.any(&[
            "y",
            "y axis",
            "number",
            "count",
            "total",
            "sum",
            "average",
            "mean",
            "amount",
            "how many",
            "frequency",
            "value",
            "values",
            "size",
            "height",
            "minimum",
            "maximum",
            "min",
            "max",
            "records",
        ]);
    match (by_x, by_y) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        // "Sort by the number of X": the measure is named with what is counted.
        (true, true)
            if said.any(&[
                "number of",
                "count of",
                "total number",
                "how many",
                "y axis",
                "amount of",
            ]) =>
        {
            Some(false)
        }
        _ => None,
    }
}
