//! What is measured: said by the words of the question, or left to be chosen.

use serde_json::{Value, json};

use super::super::hints::Hints;
use super::super::mentions::is_kind;
use super::super::words::stems_of_name;
use super::super::{Aggregate, ChartKind, Columns};
use super::axes::{across, is_raw_scatter};
use super::{is_numeric, names, or_null};

const MOST_MEASURES: usize = 6;

pub(in crate::plan) fn only_measures(field: &Value) -> Option<Value> {
    let ways = field["items"]["anyOf"].as_array().cloned();
    let ways = ways.unwrap_or_else(|| vec![field["items"].clone()]);
    let number = ways.len();
    if field["minItems"] != json!(number) || field["maxItems"] != json!(number) {
        return None;
    }
    let only = |way: &Value| {
        let aggregate = match way["properties"]["aggregate"]["enum"].as_array()?.as_slice() {
            [one] => one.clone(),
            _ => return None,
        };
        let column = &way["properties"]["column"];
        let column = match column["enum"].as_array().map(Vec::as_slice) {
            Some([one]) => one.clone(),
            None if column["type"] == json!("null") => Value::Null,
            _ => return None,
        };
        Some(json!({ "aggregate": aggregate, "column": column }))
    };
    ways.iter().map(only).collect::<Option<Vec<Value>>>().map(Value::Array)
}

pub(in crate::plan) fn aggregates(hints: &Hints) -> &[Aggregate] {
    const ALL: [Aggregate; 8] = [
        Aggregate::None,
        Aggregate::Count,
        Aggregate::CountDistinct,
        Aggregate::Sum,
        Aggregate::Mean,
        Aggregate::Median,
        Aggregate::Min,
        Aggregate::Max,
    ];
    if hints.aggregates.is_empty() {
        &ALL
    } else {
        &hints.aggregates
    }
}

/// What is measured, where the words leave no choice.
pub(in crate::plan) fn settled(columns: &Columns<'_>, hints: &Hints) -> Vec<(Aggregate, Option<String>)> {
    let roles = &hints.roles;
    let is_one_table = columns.tables.len() == 1;
    if hints.charts == [ChartKind::Histogram] {
        return vec![(Aggregate::Count, None)];
    }
    if is_raw_scatter(hints) {
        return vec![];
    }
    let x = across(columns, hints);
    let is_value = |name: &&String| {
        !x.contains(name)
            && columns
                .find(name)
                .is_ok_and(|place| is_numeric(place.column) && !is_kind(place.column))
    };
    let named: Vec<&String> = hints.named.iter().filter(is_value).collect();
    // "The rate on the left and the number of cases on the right": both are named.
    if hints.has_second_axis && named.len() > 1 && roles.measured.len() < 2 {
        let all = named.into_iter();
        return all.map(|name| (Aggregate::None, Some(name.clone()))).collect();
    }
    if !roles.measured.is_empty() {
        let table = counted(columns, hints);
        let is_said = roles
            .measured
            .iter()
            .all(|(_, column)| is_one_table || column.is_some() || table.is_some());
        if roles.measures_more || !is_said {
            return vec![];
        }
        let said = roles.measured.iter().cloned();
        return said
            .map(|(aggregate, column)| (aggregate, column.or_else(|| table.clone())))
            .collect();
    }
    if hints.aggregates == [Aggregate::Count] {
        let table = counted(columns, hints);
        return if is_one_table || table.is_some() {
            vec![(Aggregate::Count, table)]
        } else {
            vec![]
        };
    }
    if !hints.aggregates.is_empty() {
        return vec![];
    }
    if let [shown] = roles.shown.as_slice() {
        return vec![(Aggregate::None, Some(shown.clone()))];
    }
    let is_shown_as_is = matches!(
        hints.charts.as_slice(),
        [ChartKind::Line
            | ChartKind::Area
            | ChartKind::Bar
            | ChartKind::GroupedBar
            | ChartKind::HorizontalBar
            | ChartKind::Pie
            | ChartKind::StackedBar
            | ChartKind::Box]
    );
    if !named.is_empty() && is_shown_as_is {
        return named
            .into_iter()
            .map(|name| (Aggregate::None, Some(name.clone())))
            .collect();
    }
    if hints.charts == [ChartKind::Line] && x == hints.named && x.len() == 1 {
        return vec![(Aggregate::None, Some(x[0].clone()))];
    }
    let mentions_value = hints.mentioned.iter().any(|name| is_value(&name));
    let counts = matches!(
        hints.charts.as_slice(),
        [ChartKind::Bar | ChartKind::HorizontalBar | ChartKind::Pie | ChartKind::StackedBar | ChartKind::GroupedBar]
    );
    if counts && !mentions_value && !hints.mentioned.is_empty() && is_one_table && hints.top.is_none() {
        return vec![(Aggregate::Count, None)];
    }
    vec![]
}

/// Of several tables, a column of the one whose rows are counted: the one that is named, or the one whose rows belong to what
/// stands on the x axis.
pub(in crate::plan) fn counted(columns: &Columns<'_>, hints: &Hints) -> Option<String> {
    if columns.tables.len() < 2 {
        return None;
    }
    let first_of = |table: usize| {
        let mut names = columns.names.iter();
        names
            .find(|(_, place)| place.table == table)
            .map(|(name, _)| name.clone())
    };
    let tables = || columns.tables.iter().enumerate();
    for thing in &hints.roles.things {
        let named = tables().find(|(_, table)| stems_of_name(&table.name).contains(thing));
        if let Some((table, _)) = named {
            return first_of(table);
        }
    }
    let x = across(columns, hints);
    let place = columns.find(x.first()?).ok()?;
    let is_unique = columns.tables[place.table].rows == place.column.distinct;
    let others: Vec<usize> = tables()
        .map(|(table, _)| table)
        .filter(|table| *table != place.table)
        .collect();
    match others.as_slice() {
        [other] if is_unique => first_of(*other),
        _ if is_unique => None,
        _ => first_of(place.table),
    }
}

/// What is measured: rows are counted, and only numbers are added up.
pub(in crate::plan) fn measures(columns: &Columns<'_>, hints: &Hints) -> Value {
    let all = names(columns, |_| true);
    let numbers = names(columns, is_numeric);
    let open = aggregates(hints);
    let measure = |aggregates: &[Aggregate], column: Value| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["aggregate", "column"],
            "properties": { "aggregate": { "enum": aggregates }, "column": column },
        })
    };
    let mut ways = Vec::new();
    let is_raw_scatter = is_raw_scatter(hints);
    if let Some(points) = hints.roles.points.as_ref().filter(|_| is_raw_scatter) {
        return json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": measure(&[Aggregate::None], json!({ "enum": [points.y] })) });
    }
    let said = settled(columns, hints);
    if !said.is_empty() {
        let ways: Vec<Value> = said
            .iter()
            .map(|(aggregate, column)| match column {
                Some(column) => measure(&[*aggregate], json!({ "enum": [column] })),
                None => measure(&[*aggregate], json!({ "type": "null" })),
            })
            .collect();
        return json!({ "type": "array", "minItems": said.len(), "maxItems": said.len(), "items": { "anyOf": ways } });
    }
    if open.contains(&Aggregate::Count) && !is_raw_scatter {
        // Which table's rows, where there are several, is said by one of its columns.
        let column = if columns.tables.len() > 1 {
            or_null(&all)
        } else {
            json!({ "type": "null" })
        };
        ways.push(measure(&[Aggregate::Count], column));
    }
    if open.contains(&Aggregate::CountDistinct) && !is_raw_scatter {
        ways.push(measure(&[Aggregate::CountDistinct], json!({ "enum": all })));
    }
    let of_numbers: Vec<Aggregate> = open
        .iter()
        .copied()
        .filter(|aggregate| !matches!(aggregate, Aggregate::Count | Aggregate::CountDistinct | Aggregate::None))
        .collect();
    if !(numbers.is_empty() || of_numbers.is_empty() || is_raw_scatter) {
        ways.push(measure(&of_numbers, json!({ "enum": numbers })));
    }
    if open.contains(&Aggregate::None) || ways.is_empty() {
        let shown = if numbers.is_empty() { &all } else { &numbers };
        ways.push(measure(&[Aggregate::None], json!({ "enum": shown })));
    }
    let measured = hints
        .aggregates
        .iter()
        .filter(|aggregate| **aggregate != Aggregate::None);
    let [least, most] = match hints.charts.as_slice() {
        [ChartKind::Pie | ChartKind::Histogram] => [1, 1],
        // Both axes are measured, and x is what each point stands for.
        [ChartKind::Scatter] => [measured.count().clamp(1, 2), 2],
        _ => [1, MOST_MEASURES],
    };
    json!({ "type": "array", "minItems": least, "maxItems": most, "items": { "anyOf": ways } })
}
