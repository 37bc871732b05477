//! What is drawn of the rows: grouped, measured, put in order. Its index is the x axis, its columns, where there are several, are
//! the series.

use super::super::schema::is_yes_or_no;
use super::super::{Aggregate, ChartKind, Measure, Plan, PlanError, Sort, Unit};
use super::rows::{Rows, taken};
use crate::prompt::{Bound, Column, Kind, quoted};

const WEEKDAYS: &str = r#"["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]"#;
const MONTHS: &str = r#"["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]"#;

pub(super) struct Outcome {
    pub(super) steps: Vec<String>,
    /// Its columns are series, else it is one.
    pub(super) has_series: bool,
    /// How the x axis is to be read.
    pub(super) axis: Axis,
    pub(super) x_label: String,
    pub(super) y_label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Kinds,
    Numbers,
    WholeNumbers,
    Dates,
}

/// One value, or one of each series, for every x.
pub(super) fn compute(plan: &Plan, rows: &Rows<'_>) -> Result<Outcome, PlanError> {
    let (x, column) = rows.find(&plan.x)?;
    let key = Key::new(plan, x, column);
    let mut steps = Vec::new();
    let by = match &key.expression {
        Some(expression) => {
            steps.push(format!("{} = {expression}", key.variable));
            key.variable.to_owned()
        }
        None => quoted(x),
    };
    let measures = measures(plan);
    let has_series = plan.series.is_some() || measures.len() > 1;
    let [first, ..] = measures.as_slice() else {
        return Err(PlanError::Incomplete {
            what: "what is measured",
        });
    };
    let y_label = if measures.len() > 1 {
        in_common(&measures, rows)?
    } else {
        label(first, rows)?
    };
    let is_line = matches!(plan.chart, ChartKind::Line | ChartKind::Area);
    let line = match &plan.series {
        Some(series) => {
            let grouped = format!("data.groupby([{by}, {}])", quoted(rows.name(series)?));
            let fill = if is_line || !adds_up(first.aggregate) {
                ""
            } else {
                "fill_value=0"
            };
            format!("{grouped}{}.unstack({fill})", measured(first, rows, is_line)?)
        }
        None if measures.len() > 1 => several(&by, &key, &measures, rows, is_line)?,
        None if first.aggregate == Aggregate::None && is_unique(column, rows) && key.expression.is_none() => {
            let y = rows.name(first.column.as_deref().unwrap_or(&plan.x))?;
            format!("data.set_index({by}){}", taken(&[y]))
        }
        None => format!("data.groupby({by}){}", measured(first, rows, is_line)?),
    };
    steps.push(format!("result = {line}"));
    let rated = first
        .column
        .as_deref()
        .filter(|_| plan.percent && first.aggregate == Aggregate::Mean);
    let rated = rated.map(|name| rows.find(name)).transpose()?;
    let rated = rated.filter(|(_, column)| is_yes_or_no(column));
    let is_share = plan.percent
        && matches!(
            first.aggregate,
            Aggregate::Count | Aggregate::CountDistinct | Aggregate::Sum
        );
    if is_share && has_series {
        steps.push("result = 100 * result.div(result.sum(axis=1), axis=0)".into());
    } else if is_share {
        steps.push("result = 100 * result / result.sum()".into());
    } else if rated.is_some() {
        steps.push("result = 100 * result".into());
    }
    let y_label = if let Some((name, _)) = rated {
        format!("{} (%)", sentence(name))
    } else if is_share {
        format!("{y_label} (%)").trim().to_owned()
    } else {
        y_label
    };
    let y_label = match plan.scale {
        Some((word, factor)) if !is_share => {
            steps.push(format!("result = result / {}", grouped(factor)));
            format!("{y_label} ({word})").trim().to_owned()
        }
        _ => y_label,
    };
    order(plan, &key, first.aggregate, has_series, &mut steps);
    if plan.running_total {
        steps.push("result = result.cumsum()".into());
    }
    if key.writes_dates && !is_line {
        steps.push("result.index = result.index.strftime(\"%Y-%m-%d\")".into());
    }
    let axis = if key.writes_dates && !is_line {
        Axis::Kinds
    } else {
        key.axis
    };
    Ok(Outcome {
        steps,
        has_series,
        axis,
        x_label: sentence(if key.expression.is_some() { key.variable } else { x }),
        y_label,
    })
}

/// As Python writes a large number that is to be read: `1_000_000`.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join("_")
}

/// Rows are counted where nothing else is said.
fn measures(plan: &Plan) -> Vec<Measure> {
    let count = Measure {
        aggregate: Aggregate::Count,
        column: None,
    };
    let mut measures = Vec::new();
    for measure in &plan.measures {
        // The x axis measured as it is says nothing: its rows are meant.
        let is_x =
            measure.aggregate == Aggregate::None && measure.column.as_deref().is_none_or(|column| column == plan.x);
        let measure = if is_x { count.clone() } else { measure.clone() };
        if !measures.contains(&measure) {
            measures.push(measure);
        }
    }
    if measures.is_empty() {
        measures.push(count);
    }
    if plan.series.is_some() {
        measures.truncate(1);
    }
    measures
}

const fn adds_up(aggregate: Aggregate) -> bool {
    matches!(
        aggregate,
        Aggregate::Count | Aggregate::CountDistinct | Aggregate::Sum | Aggregate::None
    )
}

fn is_unique(column: &Column, rows: &Rows<'_>) -> bool {
    rows.count.is_some() && rows.count == column.distinct
}

/// pandas' name of it. Values that are to be shown as they are, but are several for one x, are added up; on a line their average is
/// shown.
const fn method(aggregate: Aggregate, is_line: bool) -> &'static str {
    match aggregate {
        Aggregate::Count => "count",
        Aggregate::CountDistinct => "nunique",
        Aggregate::None if is_line => "mean",
        Aggregate::Sum | Aggregate::None => "sum",
        Aggregate::Mean => "mean",
        Aggregate::Median => "median",
        Aggregate::Min => "min",
        Aggregate::Max => "max",
    }
}

fn measured(measure: &Measure, rows: &Rows<'_>, is_line: bool) -> Result<String, PlanError> {
    match (measure.aggregate, &measure.column) {
        (Aggregate::Count, _) | (_, None) => Ok(".size()".into()),
        (aggregate, Some(column)) => {
            let column = quoted(rows.name(column)?);
            Ok(format!("[{column}].{}()", method(aggregate, is_line)))
        }
    }
}

/// Several measures side by side.
fn several(by: &str, key: &Key, measures: &[Measure], rows: &Rows<'_>, is_line: bool) -> Result<String, PlanError> {
    let names: Vec<&str> = measures
        .iter()
        .filter_map(|measure| measure.column.as_deref())
        .map(|column| rows.name(column))
        .collect::<Result<_, _>>()?;
    let [first, ..] = measures else {
        return Err(PlanError::Incomplete {
            what: "what is measured",
        });
    };
    let is_same = measures.iter().all(|measure| measure.aggregate == first.aggregate);
    if is_same && names.len() == measures.len() {
        if first.aggregate == Aggregate::None && key.is_unique && key.expression.is_none() {
            return Ok(format!("data.set_index({by}){}", taken(&names)));
        }
        return Ok(format!(
            "data.groupby({by}){}.{}()",
            taken(&names),
            method(first.aggregate, is_line)
        ));
    }
    let named: Vec<String> = measures
        .iter()
        .map(|measure| {
            let column = match &measure.column {
                Some(column) => rows.name(column)?,
                None => key.x.as_str(),
            };
            let how = match measure.aggregate {
                Aggregate::Count => "size",
                other => method(other, is_line),
            };
            Ok(format!(
                "{}: ({}, \"{how}\")",
                quoted(&label(measure, rows)?),
                quoted(column)
            ))
        })
        .collect::<Result<_, PlanError>>()?;
    Ok(format!("data.groupby({by}).agg(**{{{}}})", named.join(", ")))
}

/// What the person asked for, else what reads best: time and numbers in their own order, kinds by size.
fn order(plan: &Plan, key: &Key, aggregate: Aggregate, has_series: bool, steps: &mut Vec<String>) {
    let by_size = |ascending: bool| {
        let order = if ascending { "" } else { "ascending=False" };
        if has_series {
            format!("result = result.loc[result.sum(axis=1).sort_values({order}).index]")
        } else {
            format!("result = result.sort_values({order})")
        }
    };
    let size = if has_series { "result.sum(axis=1)" } else { "result" };
    if let Some(top) = plan.top {
        let method = if plan.lowest { "nsmallest" } else { "nlargest" };
        steps.push(format!("result = result.loc[{size}.{method}({top}).index]"));
    }
    let calendar = key.calendar;
    match (plan.sort, calendar) {
        (Sort::YAscending, _) => steps.push(by_size(true)),
        (Sort::YDescending, _) => steps.push(by_size(false)),
        (Sort::XDescending, Some(calendar)) => {
            steps.push(format!("order = {calendar}"));
            steps.push("result = result.reindex([name for name in reversed(order) if name in result.index])".into());
        }
        (_, Some(calendar)) => {
            steps.push(format!("order = {calendar}"));
            steps.push("result = result.reindex([name for name in order if name in result.index])".into());
        }
        (Sort::XAscending, None) => steps.push("result = result.sort_index()".into()),
        (Sort::XDescending, None) => steps.push("result = result.sort_index(ascending=False)".into()),
        (Sort::None, None) if plan.top.is_some() => {}
        (Sort::None, None) if key.axis == Axis::Kinds => {
            if aggregate != Aggregate::None && !has_series && !matches!(plan.chart, ChartKind::Line | ChartKind::Area) {
                steps.push(by_size(false));
            }
        }
        (Sort::None, None) => steps.push("result = result.sort_index()".into()),
    }
}

/// By what rows are grouped.
struct Key {
    x: String,
    /// None where the column is taken as it is.
    expression: Option<String>,
    variable: &'static str,
    /// Names that have an order of their own.
    calendar: Option<&'static str>,
    axis: Axis,
    /// As labels they would carry a time of day.
    writes_dates: bool,
    is_unique: bool,
}

impl Key {
    fn new(plan: &Plan, x: &str, column: &Column) -> Key {
        let data = format!("data[{}]", quoted(x));
        let mut key = Key {
            x: x.to_owned(),
            expression: None,
            variable: "",
            calendar: None,
            axis: match column.kind {
                Kind::Integer => Axis::WholeNumbers,
                Kind::Number | Kind::Duration => Axis::Numbers,
                Kind::Date => Axis::Dates,
                Kind::Text | Kind::Boolean | Kind::Mixed | Kind::Empty => Axis::Kinds,
            },
            writes_dates: column.kind == Kind::Date,
            is_unique: column.missing == Some(0) && column.distinct > Some(0) && column.top.is_none(),
        };
        if column.kind != Kind::Date || plan.x_unit == Unit::None {
            return key;
        }
        let is_line = matches!(plan.chart, ChartKind::Line | ChartKind::Area);
        let spans_years = spans_years(column);
        key.writes_dates = false;
        let (variable, expression, axis) = match plan.x_unit {
            Unit::None => return key,
            Unit::Year => ("year", format!("{data}.dt.year"), Axis::WholeNumbers),
            Unit::Hour => ("hour", format!("{data}.dt.hour"), Axis::WholeNumbers),
            Unit::Quarter => (
                "quarter",
                format!("{data}.dt.to_period(\"Q\").astype(str)"),
                Axis::Kinds,
            ),
            Unit::Day => {
                key.writes_dates = true;
                ("day", format!("{data}.dt.normalize()"), Axis::Dates)
            }
            Unit::Weekday => {
                key.calendar = Some(WEEKDAYS);
                ("weekday", format!("{data}.dt.day_name()"), Axis::Kinds)
            }
            // A line goes on from year to year; bars compare the months of any year.
            Unit::Month if is_line && spans_years => (
                "month",
                format!("{data}.dt.to_period(\"M\").dt.to_timestamp()"),
                Axis::Dates,
            ),
            Unit::Month => {
                key.calendar = Some(MONTHS);
                ("month", format!("{data}.dt.month_name()"), Axis::Kinds)
            }
        };
        key.variable = variable;
        key.expression = Some(expression);
        key.axis = axis;
        // Periods in their own order.
        if plan.x_unit == Unit::Quarter && plan.sort == Sort::None {
            key.axis = Axis::Numbers;
        }
        key
    }
}

fn spans_years(column: &Column) -> bool {
    let year = |bound: &Option<Bound>| match bound {
        Some(Bound::Text(text)) => text.get(..4)?.parse::<i32>().ok(),
        _ => None,
    };
    match (year(&column.min), year(&column.max)) {
        (Some(first), Some(last)) => last > first,
        _ => false,
    }
}

pub(super) fn label(measure: &Measure, rows: &Rows<'_>) -> Result<String, PlanError> {
    let column = match &measure.column {
        Some(column) => words(rows.name(column)?),
        None => String::new(),
    };
    Ok(match measure.aggregate {
        Aggregate::Count => "Count".into(),
        Aggregate::None => sentence(&column),
        Aggregate::CountDistinct => format!("Different {column}"),
        Aggregate::Sum => format!("Total {column}"),
        Aggregate::Mean => format!("Average {column}"),
        Aggregate::Median => format!("Median {column}"),
        Aggregate::Min => format!("Lowest {column}"),
        Aggregate::Max => format!("Highest {column}"),
    })
}

/// What several columns are called by together: the words that all of their names begin with, or else a few of them one by one.
fn in_common(measures: &[Measure], rows: &Rows<'_>) -> Result<String, PlanError> {
    const FEW: usize = 3;
    let mut names: Vec<String> = Vec::new();
    for column in measures.iter().filter_map(|measure| measure.column.as_deref()) {
        let name = words(rows.name(column)?);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let Some((first, others)) = names.split_first() else {
        return Ok(String::new());
    };
    let begins = |count: usize| first.split(' ').take(count).collect::<Vec<_>>().join(" ");
    let is_shared = |start: &String| {
        others
            .iter()
            .all(|name| name == start || name.starts_with(&format!("{start} ")))
    };
    let shared = (1..=first.split(' ').count()).rev().map(begins).find(is_shared);
    Ok(match shared {
        Some(shared) => sentence(&shared),
        None if names.len() <= FEW => sentence(&names.join(", ")),
        None => String::new(),
    })
}

/// A column's name as a person would write it.
pub(in crate::plan) fn words(name: &str) -> String {
    name.replace('_', " ").trim().to_owned()
}

pub(in crate::plan) fn sentence(text: &str) -> String {
    let text = words(text);
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}
