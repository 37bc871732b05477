//! The grammar of a plan as JSON Schema: every column by its name, every value of a filter as the question or the table says it, every
//! field narrowed to what the question leaves open. Fields that nothing in the question asks for are left out; the model fills in
//! the rest in the order in which a person would decide.

use serde_json::{Map, Value, json};

use super::hints::Hints;
use super::mentions::{is_identifier, is_kind, is_time};
use super::words::stems_of_name;
use super::{Aggregate, ChartKind, Columns, Unit};
use crate::prompt::{Column, Kind};

/// With more, the grammar takes longer to read than the question.
pub(super) const MOST_COLUMNS: usize = 150;
const MOST_FILTERS: usize = 3;
const MOST_VALUES: usize = 6;
const MOST_MEASURES: usize = 6;
/// A table with so many columns of numbers may have one for each series.
const WIDE: usize = 4;

pub(super) fn of(columns: &Columns<'_>, hints: &Hints) -> Value {
    let names = names(columns, |_| true);
    let mut fields = Map::new();
    let mut field = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    let title = json!({ "type": "string", "maxLength": 80 });
    if hints.correlates {
        field("chart", json!({ "enum": [ChartKind::Heatmap] }));
        field("x", json!({ "enum": self::names(columns, is_numeric) }));
        field("title", title);
        return object(fields);
    }
    field("chart", json!({ "enum": charts(hints) }));
    if let Some(filters) = filters(columns, hints) {
        field("filters", filters);
        if hints.has_or {
            field("any_filter", json!({ "type": "boolean" }));
        }
    }
    field("x", json!({ "enum": across(columns, hints) }));
    let dates = names_of_dates(columns);
    if across(columns, hints).iter().any(|name| dates.contains(name)) && !is_raw_scatter(hints) {
        field("x_unit", json!({ "enum": units(hints) }));
    }
    field("measures", measures(columns, hints));
    if let Some(series) = series(columns, hints) {
        field("series", series);
    }
    if !hints.roles.size.is_empty() {
        field("size", json!({ "enum": hints.roles.size }));
    } else if hints.has_size {
        field("size", or_null(&self::names(columns, is_numeric)));
    }
    if hints.has_panels {
        field("panels", or_null(&names));
    }
    if hints.has_second_axis {
        field("second_axis", json!({ "enum": [true] }));
    }
    if !hints.sorts.is_empty() {
        field("sort", json!({ "enum": hints.sorts }));
    }
    if let Some(top) = hints.top {
        field("top", json!({ "enum": [top] }));
    }
    if let Some(bins) = hints.bins {
        field("bins", json!({ "enum": [bins] }));
    }
    if hints.has_log {
        field("log_x", json!({ "type": "boolean" }));
        field("log_y", json!({ "type": "boolean" }));
    }
    field("title", title);
    object(fields)
}

/// What a reply of this grammar says in any case, but for its title and for the order, which is settled afterwards. None where there
/// is a choice.
pub(super) fn only_reply(schema: &Value) -> Option<Value> {
    let fields = schema["properties"].as_object()?;
    let mut reply = Map::new();
    for (name, field) in fields {
        let choices = field["enum"].as_array();
        let value = match (name.as_str(), choices.map(Vec::as_slice)) {
            ("title", _) => json!(""),
            ("measures", _) => only_measures(field)?,
            (_, Some([one])) | ("sort", Some([one, ..])) => one.clone(),
            _ => return None,
        };
        reply.insert(name.clone(), value);
    }
    Some(Value::Object(reply))
}

fn only_measures(field: &Value) -> Option<Value> {
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

fn object(fields: Map<String, Value>) -> Value {
    let required: Vec<&String> = fields.keys().collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": fields })
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

pub(super) fn is_numeric(column: &Column) -> bool {
    matches!(column.kind, Kind::Integer | Kind::Number | Kind::Duration)
}

fn or_null(names: &[String]) -> Value {
    json!({ "anyOf": [{ "enum": names }, { "type": "null" }] })
}

/// What may stand along the x axis. Points stand at numbers, and what is grouped by a month is a date.
fn across(columns: &Columns<'_>, hints: &Hints) -> Vec<String> {
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
pub(super) fn is_raw_scatter(hints: &Hints) -> bool {
    hints.charts == [ChartKind::Scatter] && hints.aggregates.is_empty()
}

/// None where nothing in the question may be one.
fn series(columns: &Columns<'_>, hints: &Hints) -> Option<Value> {
    let roles = &hints.roles;
    let is_only = |kind| hints.charts == [kind];
    if is_only(ChartKind::Pie) {
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
        across == [name.clone()] || roles.measured.iter().any(|(_, column)| column.as_ref() == Some(name))
    };
    let free = |names: &[String]| names.iter().filter(|name| !is_taken(name)).cloned().collect::<Vec<_>>();
    let named: Vec<String> = free(&hints.named)
        .into_iter()
        .filter(|name| !is_measured(columns, name))
        .collect();
    let needs = is_only(ChartKind::StackedBar) || is_only(ChartKind::Heatmap);
    let is_wide = names(columns, is_numeric).len() >= WIDE;
    let mentioned = free(&hints.mentioned);
    match named.as_slice() {
        [_, ..] if needs && !is_wide => Some(json!({ "enum": named })),
        [] if needs && !is_wide => Some(json!({ "enum": free(&names(columns, |_| true)) })),
        _ if needs || hints.has_colours => Some(or_null(&names(columns, |_| true))),
        _ if hints.has_series && !mentioned.is_empty() => Some(or_null(&mentioned)),
        _ => None,
    }
}

/// Dates are grouped along the x axis.
fn is_of_time(columns: &Columns<'_>, hints: &Hints) -> bool {
    let dates = names_of_dates(columns);
    !hints.units.is_empty() && !dates.is_empty() && !hints.roles.x.iter().any(|name| dates.contains(name))
}

fn is_measured(columns: &Columns<'_>, name: &str) -> bool {
    let found = columns.find(name);
    found.is_ok_and(|place| place.column.kind == Kind::Number)
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

fn units(hints: &Hints) -> &[Unit] {
    const ALL: [Unit; 7] = [
        Unit::None,
        Unit::Year,
        Unit::Quarter,
        Unit::Month,
        Unit::Day,
        Unit::Weekday,
        Unit::Hour,
    ];
    if hints.units.is_empty() { &ALL } else { &hints.units }
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

/// What is measured, where the words leave no choice.
pub(super) fn settled(columns: &Columns<'_>, hints: &Hints) -> Vec<(Aggregate, Option<String>)> {
    let roles = &hints.roles;
    let is_one_table = columns.tables.len() == 1;
    if is_raw_scatter(hints) || hints.charts == [ChartKind::Histogram] {
        return vec![];
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
    let x = across(columns, hints);
    let is_value = |name: &&String| {
        !x.contains(name)
            && columns
                .find(name)
                .is_ok_and(|place| is_numeric(place.column) && !is_kind(place.column))
    };
    let named: Vec<&String> = hints.named.iter().filter(is_value).collect();
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
fn counted(columns: &Columns<'_>, hints: &Hints) -> Option<String> {
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
fn measures(columns: &Columns<'_>, hints: &Hints) -> Value {
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

/// None where the question leaves no row out. A value is one that the question says or that the table is known to have: a small
/// model would invent one.
fn filters(columns: &Columns<'_>, hints: &Hints) -> Option<Value> {
    let mut ways = Vec::new();
    let mut way = |names: Value, tests: &[&str], values: Value, [least, most]: [usize; 2]| {
        ways.push(json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["column", "test", "values"],
            "properties": {
                "column": { "enum": names },
                "test": { "enum": tests },
                "values": { "type": "array", "minItems": least, "maxItems": most, "items": values },
            },
        }));
    };
    const COMPARED: [&str; 6] = ["is", "is not", "above", "at least", "below", "at most"];
    let mut compared = |names: &[String], value: Value, has_two: bool| {
        way(json!(names), &COMPARED, value.clone(), [1, 1]);
        if has_two {
            way(json!(names), &["between"], value, [2, 2]);
        }
    };
    let numbers = names(columns, is_numeric);
    if !(numbers.is_empty() || hints.numbers.is_empty()) {
        let value = json!({ "enum": hints.numbers });
        compared(&numbers, value, hints.numbers.len() > 1);
    }
    let dates = names_of_dates(columns);
    if !dates.is_empty() && hints.has_day {
        let day = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
        compared(&dates, day, true);
    } else if !(dates.is_empty() || hints.years.is_empty()) {
        compared(&dates, json!({ "enum": hints.years }), hints.years.len() > 1);
    }
    if !numbers.is_empty() && hints.compares_with_average {
        way(
            json!(numbers),
            &["above average", "below average"],
            json!({ "type": "number" }),
            [0, 0],
        );
    }
    if hints.has_unknown {
        let all = names(columns, |_| true);
        way(json!(all), &["is known"], json!({ "type": "null" }), [0, 0]);
    }
    for (name, place) in &columns.names {
        let Some(kinds) = all_kinds(place.column) else { continue };
        if hints.leaves_out || hints.named_kinds.contains(name) {
            way(
                json!([name]),
                &["is", "is not"],
                json!({ "enum": kinds }),
                [1, MOST_VALUES],
            );
        }
    }
    let texts = names(columns, |column| {
        matches!(column.kind, Kind::Text | Kind::Mixed) && all_kinds(column).is_none()
    });
    if !(texts.is_empty() || hints.values.is_empty()) {
        let value = json!({ "enum": hints.values });
        way(json!(texts), &["is", "is not"], value.clone(), [1, MOST_VALUES]);
        if hints.has_part_of_text {
            way(json!(texts), &["contains", "starts with", "ends with"], value, [1, 1]);
        }
    }
    let least = usize::from(hints.must_leave_out);
    (!ways.is_empty() && hints.leaves_out)
        .then(|| json!({ "type": "array", "minItems": least, "maxItems": MOST_FILTERS, "items": { "anyOf": ways } }))
}

/// Every value of a column that has few.
pub(super) fn all_kinds(column: &Column) -> Option<Vec<Value>> {
    if column.kind == Kind::Boolean {
        return Some(vec![json!(true), json!(false)]);
    }
    let top = column.top.as_deref()?;
    let is_all = column.distinct.is_some_and(|distinct| distinct as usize <= top.len());
    let is_whole = top.iter().all(|kind| !kind.ends_with('…'));
    (column.kind == Kind::Text && is_all && is_whole).then(|| top.iter().map(|kind| json!(kind)).collect())
}
