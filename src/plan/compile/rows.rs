//! The rows that are drawn: tables joined, filters applied.

use std::collections::HashMap;

use super::super::python::{Code, list, literal};
use super::super::{Columns, Filter, Place, Plan, PlanError, Test, joins, schema};
use crate::prompt::{Column, Kind, quoted};

/// What `data` is after these lines.
pub(super) struct Rows<'a> {
    /// From the names that a plan uses to those in `data`.
    names: HashMap<&'a str, (String, &'a Column)>,
    /// Of the only table; None where tables are joined.
    pub(super) count: Option<u64>,
}

impl Rows<'_> {
    pub(super) fn name(&self, name: &str) -> Result<&str, PlanError> {
        self.find(name).map(|(name, _)| name)
    }

    pub(super) fn find(&self, name: &str) -> Result<(&str, &Column), PlanError> {
        let found = self.names.get(name);
        found
            .map(|(name, column)| (name.as_str(), *column))
            .ok_or_else(|| PlanError::NoSuchColumn { name: name.to_owned() })
    }
}

pub(super) fn write<'a>(plan: &'a Plan, columns: &Columns<'a>, code: &mut Code) -> Result<Rows<'a>, PlanError> {
    let used = used(plan);
    let places: Vec<(&str, Place<'a>)> = used
        .into_iter()
        .map(|name| Ok((name, columns.find(name)?)))
        .collect::<Result<_, PlanError>>()?;
    let mut tables: Vec<usize> = Vec::new();
    for (_, place) in &places {
        if !tables.contains(&place.table) {
            tables.push(place.table);
        }
    }
    let joins = joins::path(columns, &tables)?;
    let first = tables.first().copied().unwrap_or_default();
    code.line(format!("data = {}", table(columns, first)));
    let mut held: HashMap<(usize, &str), String> = all_of(columns, first)
        .map(|name| ((first, name), name.to_owned()))
        .collect();
    for join in &joins {
        merge(columns, *join, &mut held, code);
    }
    let mut names = HashMap::new();
    for (name, place) in places {
        let held_as = held.get(&(place.table, place.column.name.as_str()));
        let held_as = held_as.cloned().unwrap_or_else(|| place.column.name.clone());
        names.insert(name, (held_as, place.column));
    }
    let rows = Rows {
        names,
        count: columns.tables[first].rows.filter(|_| joins.is_empty()),
    };
    filter(plan, &rows, code)?;
    Ok(rows)
}

fn used(plan: &Plan) -> Vec<&str> {
    let measured = plan.measures.iter().filter_map(|measure| measure.column.as_deref());
    let others = [&plan.series, &plan.size, &plan.panels];
    // What is counted or measured comes first: its table is the one that others are joined to.
    measured
        .chain([plan.x.as_str()])
        .chain(others.into_iter().filter_map(Option::as_deref))
        .chain(plan.errors.iter().map(|errors| errors.column.as_str()))
        .chain(plan.filters.iter().map(|filter| filter.column.as_str()))
        .collect()
}

fn all_of<'a>(columns: &Columns<'a>, table: usize) -> impl Iterator<Item = &'a str> {
    columns.tables[table].columns.iter().map(|column| column.name.as_str())
}

fn table(columns: &Columns<'_>, table: usize) -> String {
    if table == 0 {
        "df".into()
    } else {
        format!("tables[{}]", quoted(&columns.tables[table].name))
    }
}

/// As pandas names columns that both sides have: the left one keeps its name, the right one gets its table's as an ending.
fn merge<'a>(
    columns: &Columns<'a>,
    join: joins::Join<'a>,
    held: &mut HashMap<(usize, &'a str), String>,
    code: &mut Code,
) {
    let right = join.right.0;
    let left_key = held.get(&join.left).cloned().unwrap_or_else(|| join.left.1.to_owned());
    let same_key = left_key == join.right.1;
    let ending = format!("_{}", columns.tables[right].name);
    let taken: Vec<String> = held.values().cloned().collect();
    let mut overlaps = false;
    for name in all_of(columns, right) {
        let is_key = same_key && name == join.right.1;
        let overlap = !is_key && taken.iter().any(|known| known == name);
        overlaps |= overlap;
        held.insert(
            (right, name),
            if overlap {
                format!("{name}{ending}")
            } else {
                name.to_owned()
            },
        );
    }
    let on = if same_key {
        format!("on={}", quoted(&left_key))
    } else {
        format!("left_on={}, right_on={}", quoted(&left_key), quoted(join.right.1))
    };
    let suffixes = if overlaps {
        format!(", suffixes=(None, {})", quoted(&ending))
    } else {
        String::new()
    };
    code.line(format!("data = data.merge({}, {on}{suffixes})", table(columns, right)));
}

fn filter(plan: &Plan, rows: &Rows<'_>, code: &mut Code) -> Result<(), PlanError> {
    // Each of them is enough; all tests in it must hold.
    let mut alternatives: Vec<Vec<String>> = vec![vec![]];
    for filter in &plan.filters {
        let (name, column) = rows.find(&filter.column)?;
        let Some(test) = test(filter, name, column) else {
            continue;
        };
        if (plan.any_filter || filter.is_alternative) && alternatives.last().is_some_and(|tests| !tests.is_empty()) {
            alternatives.push(vec![]);
        }
        if let Some(tests) = alternatives.last_mut() {
            tests.push(test);
        }
    }
    match alternatives.as_slice() {
        [tests] => tests.iter().for_each(|test| code.line(format!("data = data[{test}]"))),
        several => {
            let all: Vec<String> = several.iter().map(|tests| both(tests)).collect();
            code.line(format!("data = data[{}]", all.join(" | ")));
        }
    }
    Ok(())
}

fn both(tests: &[String]) -> String {
    let all: Vec<String> = tests.iter().map(|test| format!("({test})")).collect();
    match all.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" & ")),
    }
}

/// None for a filter without the values that it needs.
fn test(filter: &Filter, name: &str, column: &Column) -> Option<String> {
    let plain = format!("data[{}]", quoted(name));
    let text = if column.kind == Kind::Text { "" } else { ".astype(str)" };
    let is_text = matches!(column.kind, Kind::Text | Kind::Mixed);
    let is_part = matches!(
        filter.test,
        Test::Contains | Test::ContainsNot | Test::StartsWith | Test::EndsWith
    );
    let are_years = column.kind == Kind::Date && filter.values.iter().all(serde_json::Value::is_number);
    // As the question writes a value, which need not be how the table does.
    let any_case = is_part || (is_text && schema::all_kinds(column).is_none());
    let data = if any_case && !is_part {
        format!("{plain}{text}.str.lower()")
    } else if are_years && !filter.values.is_empty() {
        format!("{plain}.dt.year")
    } else {
        plain.clone()
    };
    let lower = |value: &serde_json::Value| match value.as_str() {
        Some(text) if any_case => text.to_lowercase().into(),
        _ => value.clone(),
    };
    let values: Vec<String> = filter
        .values
        .iter()
        .map(|value| of_kind(&lower(value), column.kind))
        .collect();
    let first = values.first();
    let compared = |sign: &str| Some(format!("{data} {sign} {}", first?));
    match filter.test {
        Test::Is if values.len() > 1 => Some(format!("{data}.isin([{}])", values.join(", "))),
        Test::Is => compared("=="),
        Test::IsNot if values.len() > 1 => Some(format!("~{data}.isin([{}])", values.join(", "))),
        Test::IsNot => compared("!="),
        Test::Above => compared(">"),
        Test::AtLeast => compared(">="),
        Test::Below => compared("<"),
        Test::AtMost => compared("<="),
        Test::Between => Some(format!("{data}.between({}, {})", first?, values.get(1)?)),
        Test::Contains | Test::ContainsNot => {
            let contains =
                |value: &String| format!("{data}{text}.str.contains({value}, case=False, regex=False, na=False)");
            let any: Vec<String> = values.iter().map(contains).collect();
            let any = match any.as_slice() {
                [] => return None,
                [one] => one.clone(),
                several => format!("({})", several.join(" | ")),
            };
            Some(if filter.test == Test::ContainsNot {
                format!("~{any}")
            } else {
                any
            })
        }
        Test::StartsWith => Some(format!("{data}{text}.str.lower().str.startswith({}, na=False)", first?)),
        Test::EndsWith => Some(format!("{data}{text}.str.lower().str.endswith({}, na=False)", first?)),
        Test::AboveAverage => Some(format!("{data} > {data}.mean()")),
        Test::BelowAverage => Some(format!("{data} < {data}.mean()")),
        Test::IsKnown => Some(format!("{data}.notna()")),
        Test::IsMissing => Some(format!("{data}.isna()")),
    }
}

fn of_kind(value: &serde_json::Value, kind: Kind) -> String {
    match (kind, value.as_str()) {
        (Kind::Date, Some(day)) => format!("pd.Timestamp({})", quoted(day)),
        _ => literal(value),
    }
}

/// `data["a"]`, or `data[["a", "b"]]`.
pub(super) fn taken(names: &[&str]) -> String {
    match names {
        [one] => format!("[{}]", quoted(one)),
        several => format!("[{}]", list(several.iter().copied())),
    }
}
