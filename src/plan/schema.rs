//! The grammar of a plan as JSON Schema: every column by its name, every value of a filter as the question or the table says it, every
//! field narrowed to what the question leaves open. Fields that nothing in the question asks for are left out; the model fills in
//! the rest in the order in which a person would decide.

mod axes;
mod measures;

use serde_json::{Map, Value, json};

use super::hints::Hints;
use super::mentions::is_kind;
use super::{Aggregate, ChartKind, Columns, Unit};
use axes::{across, is_raw_scatter, series};
pub(super) use measures::settled;
use measures::{measures, only_measures};

use crate::prompt::{Bound, Column, Kind, Purpose};

/// With more, the grammar takes longer to read than the question.
pub(super) const MOST_COLUMNS: usize = 150;
const MOST_FILTERS: usize = 3;
const MOST_VALUES: usize = 6;

pub(super) fn of(columns: &Columns<'_>, hints: &Hints) -> Value {
    let names = names(columns, |_| true);
    let mut fields = Map::new();
    let mut field = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    let title = json!({ "type": "string", "maxLength": 80 });
    if hints.correlates {
        field("chart", json!({ "enum": [ChartKind::Heatmap] }));
        field(
            "x",
            json!({ "enum": self::names(columns, is_numeric).first() .into_iter().collect::<Vec<_>>() }),
        );
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
        // Values that are shown as they are stand at their own days.
        let measured = settled(columns, hints);
        let are_raw = !measured.is_empty() && measured.iter().all(|(aggregate, _)| *aggregate == Aggregate::None);
        let units = if are_raw && hints.units.is_empty() {
            &[Unit::None]
        } else {
            units(hints)
        };
        field("x_unit", json!({ "enum": units }));
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
    if !hints.roles.panels.is_empty() {
        field("panels", json!({ "enum": hints.roles.panels }));
    } else if hints.has_panels && !hints.roles.series.is_empty() {
        field("panels", json!({ "enum": hints.roles.series }));
    } else if hints.has_panels {
        let kinds = self::names(columns, is_kind);
        field("panels", or_null(if kinds.is_empty() { &names } else { &kinds }));
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
    if hints.log_axes != [false, false] {
        field("log_x", json!({ "enum": [hints.log_axes[0]] }));
        field("log_y", json!({ "enum": [hints.log_axes[1]] }));
    } else if hints.has_log {
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
        way(
            json!(all),
            &["is known", "is missing"],
            json!({ "type": "null" }),
            [0, 0],
        );
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

/// Of the two values yes and no, or 1 and 0.
pub(super) fn is_yes_or_no(column: &Column) -> bool {
    let is = |bound: &Option<Bound>, value: f64| match bound {
        Some(Bound::Number(number)) => number.as_f64() == Some(value),
        _ => false,
    };
    column.kind == Kind::Boolean
        || (column.role == Some(Purpose::YesNo) && is_numeric(column))
        || (column.kind == Kind::Integer && column.distinct == Some(2) && is(&column.min, 0.0) && is(&column.max, 1.0))
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
