//! What may stand along the x axis, and what may be told apart by colours.

use serde_json::{Value, json};

use super::super::hints::Hints;
use super::super::mentions::{is_identifier, is_kind, is_time};
use super::super::{ChartKind, Columns};
use super::{is_numeric, names, names_of_dates, or_null};
use crate::prompt::Kind;

/// A table with so many columns of numbers may have one for each series.
const WIDE: usize = 4;

/// What may stand along the x axis. Points stand at numbers, and what is grouped by a month is a date.
pub(in crate::plan) fn across(columns: &Columns<'_>, hints: &Hints) -> Vec<String> {
    let roles = &hints.roles;
    if is_raw_scatter(hints) {
        if let Some(points) = &roles.points {
            return vec![points.x.clone()];
        }
        let numbers = names(columns, |column| is_numeric(column) || column.kind == Kind::Date);
        return if numbers.len() > 1 {
            numbers
        } else {
            names(columns, |_| true)
        };
    }
    let dates = names_of_dates(columns);
    if !hints.units.is_empty() && !dates.is_empty() && hints.charts != [ChartKind::Scatter] {
        let said: Vec<String> = dates.iter().filter(|name| roles.x.contains(name)).cloned().collect();
        let named: Vec<String> = dates
            .iter()
            .filter(|name| hints.mentioned.contains(name))
            .cloned()
            .collect();
        return [said, named]
            .into_iter()
            .find(|names| !names.is_empty())
            .unwrap_or(dates);
    }
    if stacks_over_time(columns, hints) {
        return names(columns, is_time);
    }
    if !roles.x.is_empty() {
        return roles.x.clone();
    }
    let all = names(columns, |_| true);
    let is_free = |name: &String| {
        !roles.counted.contains(name) && roles.measured.iter().all(|(_, column)| column.as_ref() != Some(name))
    };
    let kinds = |from: &[String]| {
        let may_be = |name: &&String| is_free(name) && columns.find(name).is_ok_and(|place| is_kind(place.column));
        let all: Vec<String> = from.iter().filter(may_be).cloned().collect();
        // A number that tells rows apart only where nothing else does.
        let is_speaking = |name: &&String| columns.find(name).is_ok_and(|place| !is_identifier(place.column));
        let speaking: Vec<String> = all.iter().filter(is_speaking).cloned().collect();
        if speaking.is_empty() { all } else { speaking }
    };
    match hints.charts.as_slice() {
        // Of a line each may be one, of a histogram each may be a colour.
        [
            ChartKind::Bar
            | ChartKind::HorizontalBar
            | ChartKind::StackedBar
            | ChartKind::GroupedBar
            | ChartKind::Pie
            | ChartKind::Box,
        ] => {
            let others: Vec<String> = all.iter().filter(|name| is_free(name)).cloned().collect();
            let counted: Vec<String> = roles
                .counted
                .iter()
                .filter(|name| hints.named.contains(name))
                .cloned()
                .collect();
            let choices = [kinds(&hints.named), counted, kinds(&hints.mentioned), others, all];
            choices.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
        }
        [ChartKind::Line | ChartKind::Area] => {
            // A line of one column alone goes along its rows.
            let no_time = !columns.names.iter().any(|(_, place)| is_time(place.column));
            if let ([one], true) = (hints.named.as_slice(), no_time)
                && columns.find(one).is_ok_and(|place| is_numeric(place.column))
            {
                return vec![one.clone()];
            }
            let time = names(columns, is_time);
            let named: Vec<String> = time
                .iter()
                .filter(|name| hints.mentioned.contains(name))
                .cloned()
                .collect();
            let choices = [named, time, all];
            choices.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
        }
        [ChartKind::Histogram] => {
            let numbers = names(columns, |column| is_numeric(column) || column.kind == Kind::Date);
            let among = |from: &[String]| {
                numbers
                    .iter()
                    .filter(|name| from.contains(name))
                    .cloned()
                    .collect::<Vec<_>>()
            };
            let choices = [among(&hints.named), among(&hints.mentioned), numbers.clone(), all];
            choices.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
        }
        _ => all,
    }
}

/// Of the values as they are.
pub(in crate::plan) fn is_raw_scatter(hints: &Hints) -> bool {
    hints.charts == [ChartKind::Scatter] && hints.aggregates.is_empty()
}

/// None where nothing in the question may be one.
pub(in crate::plan) fn series(columns: &Columns<'_>, hints: &Hints) -> Option<Value> {
    let roles = &hints.roles;
    let is_only = |kind| hints.charts == [kind];
    if is_only(ChartKind::Pie) || hints.has_second_axis {
        return None;
    }
    let said = match &roles.points {
        Some(points) if is_raw_scatter(hints) => &points.series,
        _ if is_of_time(columns, hints) && roles.series.is_empty() => &roles.x,
        _ => &roles.series,
    };
    let dates = names_of_dates(columns);
    let said: Vec<String> = said.iter().filter(|name| !dates.contains(name)).cloned().collect();
    if !said.is_empty() {
        return Some(json!({ "enum": said }));
    }
    let across = across(columns, hints);
    let is_taken = |name: &String| {
        across == [name.clone()]
            || roles.counted.contains(name)
            || roles.measured.iter().any(|(_, column)| column.as_ref() == Some(name))
    };
    let free = |names: &[String]| names.iter().filter(|name| !is_taken(name)).cloned().collect::<Vec<_>>();
    let named: Vec<String> = free(&hints.named)
        .into_iter()
        .filter(|name| !is_measured(columns, name))
        .collect();
    let needs = is_only(ChartKind::StackedBar) || is_only(ChartKind::Heatmap);
    let is_wide = names(columns, is_numeric).len() >= WIDE;
    // Points may have a colour for each number; lines and bars are not told apart by what is measured.
    let told_apart = |mut names: Vec<String>| {
        let tells_apart = |name: &String| {
            let place = columns.find(name);
            let is_key = |column| is_identifier(column) && !hints.named.contains(name);
            place.is_ok_and(|place| {
                place.column.kind != Kind::Number && place.column.kind != Kind::Date && !is_key(place.column)
            })
        };
        names.retain(|name| is_only(ChartKind::Scatter) || tells_apart(name));
        names
    };
    let mentioned = told_apart(free(&hints.mentioned));
    match named.as_slice() {
        [_, ..] if needs && !is_wide => Some(json!({ "enum": named })),
        [] if needs && !is_wide => Some(json!({ "enum": free(&names(columns, |_| true)) })),
        _ if needs || hints.has_colours => Some(or_null(&told_apart(free(&names(columns, |_| true))))),
        _ if hints.has_series && !mentioned.is_empty() => Some(or_null(&mentioned)),
        _ => None,
    }
}

/// Dates are grouped along the x axis.
pub(in crate::plan) fn is_of_time(columns: &Columns<'_>, hints: &Hints) -> bool {
    let dates = names_of_dates(columns);
    let is_grouped =
        !hints.units.is_empty() && !dates.is_empty() && !hints.roles.x.iter().any(|name| dates.contains(name));
    is_grouped || stacks_over_time(columns, hints)
}

/// "An area chart of the output per source": what is named first is stacked, and time goes along the axis, named or not.
fn stacks_over_time(columns: &Columns<'_>, hints: &Hints) -> bool {
    let is_of_time = |name: &String| columns.find(name).is_ok_and(|place| is_time(place.column));
    let x = &hints.roles.x;
    hints.charts == [ChartKind::Area]
        && !x.is_empty()
        && !x.iter().any(is_of_time)
        && !names(columns, is_time).is_empty()
}

pub(in crate::plan) fn is_measured(columns: &Columns<'_>, name: &str) -> bool {
    let found = columns.find(name);
    found.is_ok_and(|place| place.column.kind == Kind::Number)
}
