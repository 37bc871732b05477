//! The grammar of a plan as JSON Schema: every column by its name, every value of a filter of its column's kind, every field narrowed
//! to what the question leaves open. Fields that nothing in the question asks for are left out; the model fills in the rest in
//! the order in which a person would decide.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::hints::Hints;
use super::{Aggregate, ChartKind, Columns, Unit};
use crate::prompt::{Column, Kind};

/// With more, the grammar takes longer to read than the question.
pub(super) const MOST_COLUMNS: usize = 150;
const MOST_FILTERS: usize = 3;
const MOST_VALUES: usize = 6;
const MOST_MEASURES: usize = 6;
const LONGEST_TEXT: usize = 60;

/// None only if JSON cannot be written.
pub(super) fn of(columns: &Columns<'_>, hints: &Hints, may_filter: bool) -> Option<Box<RawValue>> {
    let names = names(columns, |_| true);
    let may_scatter = hints.charts.is_empty() || hints.charts.contains(&ChartKind::Scatter);
    let mut fields: Vec<(&str, Value)> = vec![("chart", json!({ "enum": charts(hints) }))];
    if may_filter {
        fields.push(("filters", filters(columns)));
        if hints.has_or {
            fields.push(("any_filter", json!({ "type": "boolean" })));
        }
    }
    fields.push(("x", json!({ "enum": names })));
    if !names_of_dates(columns).is_empty() {
        fields.push(("x_unit", json!({ "enum": units(hints) })));
    }
    if may_scatter && hints.has_groups && hints.aggregates.len() > 2 {
        fields.push(("points", or_null(&names)));
        fields.push(("x_aggregate", json!({ "enum": aggregates(hints) })));
    }
    fields.push(("measures", measures(columns, hints, may_scatter)));
    fields.push(("series", or_null(&names)));
    if hints.has_size {
        fields.push(("size", or_null(&self::names(columns, is_numeric))));
    }
    if hints.has_panels {
        fields.push(("panels", or_null(&names)));
    }
    if hints.has_second_axis {
        fields.push(("second_axis", json!({ "type": "boolean" })));
    }
    if !hints.sorts.is_empty() {
        fields.push(("sort", json!({ "enum": hints.sorts })));
    }
    if let Some(top) = hints.top {
        fields.push(("top", json!({ "enum": [top] })));
    }
    if let Some(bins) = hints.bins {
        fields.push(("bins", json!({ "enum": [bins] })));
    }
    if hints.has_log {
        fields.push(("log_x", json!({ "type": "boolean" })));
        fields.push(("log_y", json!({ "type": "boolean" })));
    }
    fields.push(("title", json!({ "type": "string", "maxLength": 80 })));
    object(&fields)
}

/// With its properties in this order, which a map of `serde_json` would not keep.
fn object(fields: &[(&str, Value)]) -> Option<Box<RawValue>> {
    let properties: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    let required = to_raw_value(&fields.iter().map(|(name, _)| *name).collect::<Vec<_>>()).ok()?;
    RawValue::from_string(format!(
        "{{\"type\":\"object\",\"additionalProperties\":false,\"required\":{required},\"properties\":{{{}}}}}",
        properties.join(",")
    ))
    .ok()
}

fn names(columns: &Columns<'_>, wanted: impl Fn(&Column) -> bool) -> Vec<String> {
    let all = columns.names.iter();
    all.filter(|(_, place)| wanted(place.column))
        .map(|(name, _)| name.clone())
        .collect()
}

fn names_of_dates(columns: &Columns<'_>) -> Vec<String> {
    names(columns, |column| column.kind == Kind::Date)
}

fn is_numeric(column: &Column) -> bool {
    matches!(column.kind, Kind::Integer | Kind::Number | Kind::Duration)
}

fn or_null(names: &[String]) -> Value {
    json!({ "anyOf": [{ "enum": names }, { "type": "null" }] })
}

fn charts(hints: &Hints) -> &[ChartKind] {
    const ALL: [ChartKind; 12] = [
        ChartKind::Bar,
        ChartKind::HorizontalBar,
        ChartKind::StackedBar,
        ChartKind::GroupedBar,
        ChartKind::Line,
        ChartKind::Scatter,
        ChartKind::Pie,
        ChartKind::Histogram,
        ChartKind::Box,
        ChartKind::Area,
        ChartKind::Heatmap,
        ChartKind::Other,
    ];
    if hints.charts.is_empty() { &ALL } else { &hints.charts }
}

fn units(hints: &Hints) -> Vec<Unit> {
    const ALL: [Unit; 7] = [
        Unit::None,
        Unit::Year,
        Unit::Quarter,
        Unit::Month,
        Unit::Day,
        Unit::Weekday,
        Unit::Hour,
    ];
    if hints.units.is_empty() {
        return ALL.to_vec();
    }
    // "None" stays for a question whose "year" is a column of its own.
    [&hints.units[..], &[Unit::None]].concat()
}

fn aggregates(hints: &Hints) -> &[Aggregate] {
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

/// What is measured: rows are counted, and only numbers are added up.
fn measures(columns: &Columns<'_>, hints: &Hints, may_scatter: bool) -> Value {
    let all = names(columns, |_| true);
    let numbers = names(columns, is_numeric);
    let open = aggregates(hints);
    let mut ways = Vec::new();
    let measure = |aggregates: &[Aggregate], column: Value| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["aggregate", "column"],
            "properties": { "aggregate": { "enum": aggregates }, "column": column },
        })
    };
    if open.contains(&Aggregate::Count) {
        // Which table's rows, where there are several, is said by one of its columns.
        let column = if columns.tables.len() > 1 {
            or_null(&all)
        } else {
            json!({ "type": "null" })
        };
        ways.push(measure(&[Aggregate::Count], column));
    }
    if open.contains(&Aggregate::CountDistinct) {
        ways.push(measure(&[Aggregate::CountDistinct], json!({ "enum": all })));
    }
    let of_numbers: Vec<Aggregate> = open
        .iter()
        .copied()
        .filter(|aggregate| !matches!(aggregate, Aggregate::Count | Aggregate::CountDistinct | Aggregate::None))
        .collect();
    if !(numbers.is_empty() || of_numbers.is_empty()) {
        ways.push(measure(&of_numbers, json!({ "enum": numbers })));
    }
    if open.contains(&Aggregate::None) {
        let shown = if may_scatter || numbers.is_empty() {
            &all
        } else {
            &numbers
        };
        ways.push(measure(&[Aggregate::None], json!({ "enum": shown })));
    }
    json!({ "type": "array", "minItems": 1, "maxItems": MOST_MEASURES, "items": { "anyOf": ways } })
}

fn filters(columns: &Columns<'_>) -> Value {
    let mut ways = Vec::new();
    let filter = |names: Value, tests: &[&str], values: Value, least: usize| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["column", "test", "values"],
            "properties": {
                "column": { "enum": names },
                "test": { "enum": tests },
                "values": { "type": "array", "minItems": least, "maxItems": MOST_VALUES, "items": values },
            },
        })
    };
    const COMPARED: [&str; 7] = ["is", "is not", "above", "at least", "below", "at most", "between"];
    let numbers = names(columns, is_numeric);
    if !numbers.is_empty() {
        ways.push(filter(json!(numbers), &COMPARED, json!({ "type": "number" }), 1));
        // No value may follow, and the grammar says so: an empty list is of any kind.
        let of_all = ["above average", "below average"];
        ways.push(filter(json!(numbers), &of_all, json!({ "type": "number" }), 0));
    }
    let dates = names_of_dates(columns);
    if !dates.is_empty() {
        let day = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
        ways.push(filter(json!(dates), &COMPARED, day, 1));
    }
    for (name, place) in &columns.names {
        if let Some(kinds) = all_kinds(place.column) {
            ways.push(filter(json!([name]), &["is", "is not"], json!({ "enum": kinds }), 1));
        }
    }
    let texts = names(columns, |column| {
        matches!(column.kind, Kind::Text | Kind::Mixed) && all_kinds(column).is_none()
    });
    if !texts.is_empty() {
        let text = json!({ "type": "string", "maxLength": LONGEST_TEXT });
        ways.push(filter(
            json!(texts),
            &["is", "is not", "contains", "starts with"],
            text,
            1,
        ));
    }
    json!({ "type": "array", "maxItems": MOST_FILTERS, "items": { "anyOf": ways } })
}

/// Every value of a column that has few.
fn all_kinds(column: &Column) -> Option<Vec<Value>> {
    let top = column.top.as_deref()?;
    let is_all = column.distinct.is_some_and(|distinct| distinct as usize <= top.len());
    let is_whole = top.iter().all(|kind| !kind.ends_with('…'));
    match column.kind {
        Kind::Text if is_all && is_whole => Some(top.iter().map(|kind| json!(kind)).collect()),
        Kind::Boolean => Some(vec![json!(true), json!(false)]),
        _ => None,
    }
}
