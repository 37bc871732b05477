//! How tables belong together: found from the names and the numbers of their columns, since a small model joins on the first name
//! that two tables share.

use std::collections::HashMap;

use super::{Columns, PlanError};
use crate::prompt::{Bound, Column, Kind, Purpose, Table};

/// One step of the way from table to table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Join<'a> {
    /// Of a table that is there already.
    pub(super) left: (usize, &'a str),
    pub(super) right: (usize, &'a str),
}

/// The joins that bring all of these tables together, beginning with the first of them; other tables may lie on the way.
pub(super) fn path<'a>(columns: &Columns<'a>, wanted: &[usize]) -> Result<Vec<Join<'a>>, PlanError> {
    let Some(&first) = wanted.first() else {
        return Ok(vec![]);
    };
    let mut reached = vec![first];
    let mut joins = Vec::new();
    for &goal in wanted {
        if reached.contains(&goal) {
            continue;
        }
        for join in shortest(columns, &reached, goal).ok_or_else(|| PlanError::NoJoin {
            first: columns.tables[first].name.clone(),
            second: columns.tables[goal].name.clone(),
        })? {
            reached.push(join.right.0);
            joins.push(join);
        }
    }
    Ok(joins)
}

/// Breadth first, so that no table is joined that need not be.
fn shortest<'a>(columns: &Columns<'a>, from: &[usize], goal: usize) -> Option<Vec<Join<'a>>> {
    let mut came: HashMap<usize, Join<'a>> = HashMap::new();
    let mut line: Vec<usize> = from.to_vec();
    let mut at = 0;
    while let Some(&table) = line.get(at) {
        at += 1;
        if table == goal {
            break;
        }
        for next in 0..columns.tables.len() {
            if line.contains(&next) {
                continue;
            }
            if let Some(join) = best(columns, table, next) {
                came.insert(next, join);
                line.push(next);
            }
        }
    }
    let mut joins = Vec::new();
    let mut table = goal;
    while !from.contains(&table) {
        let join = came.get(&table)?;
        joins.push(*join);
        table = join.left.0;
    }
    joins.reverse();
    Some(joins)
}

fn best<'a>(columns: &Columns<'a>, left: usize, right: usize) -> Option<Join<'a>> {
    let (first, second) = (columns.tables[left], columns.tables[right]);
    let pairs = || {
        let all = first.columns.iter();
        all.flat_map(|one| second.columns.iter().map(move |other| (one, other)))
    };
    let best_by = |fit: &dyn Fn(&Column, &Column) -> Option<u32>| {
        pairs()
            .filter_map(|(one, other)| Some((fit(one, other)?, one, other)))
            // The first of equals: files name what they are about in their first columns.
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
    };
    let by_name = best_by(&|one, other| fit(first, one, second, other));
    let (_, one, other) = by_name.or_else(|| {
        best_by(&|one, other| {
            let refers = refers(other, one, first.rows);
            refers.or_else(|| self::refers(one, other, second.rows))
        })
    })?;
    Some(Join {
        left: (left, &one.name),
        right: (right, &other.name),
    })
}

/// How likely it is that a column holds numbers of the rows of another table, whatever it is called: `district` for `county_id`.
fn refers(column: &Column, key: &Column, rows: Option<u64>) -> Option<u32> {
    let is_key =
        key.kind == Kind::Integer && key.role == Some(Purpose::Identifier) && key.distinct == rows && rows > Some(0);
    let is_own_key = column.name.to_lowercase().ends_with("id") && column.role == Some(Purpose::Identifier);
    let fits = column.kind == Kind::Integer && column.distinct <= key.distinct;
    if !(is_key && fits) || is_own_key {
        return None;
    }
    let number = |bound: &Option<Bound>| match bound {
        Some(Bound::Number(number)) => number.as_f64(),
        _ => None,
    };
    // Such numbers mostly begin at 1, so they are hardly greater than there are rows.
    match (number(&column.min), number(&column.max)) {
        (Some(min), Some(max)) if min >= 1.0 && max <= rows.unwrap_or_default() as f64 => Some(2),
        (None, None) => Some(1),
        _ => None,
    }
}

/// How well two columns fit as the two ends of a join; None where they do not.
fn fit(first: &Table, one: &Column, second: &Table, other: &Column) -> Option<u32> {
    let is_text = |kind: Kind| matches!(kind, Kind::Text | Kind::Mixed);
    let is_number = |kind: Kind| matches!(kind, Kind::Integer | Kind::Number);
    let same_kind = one.kind == other.kind
        || (is_number(one.kind) && is_number(other.kind))
        || (is_text(one.kind) && is_text(other.kind));
    if !same_kind {
        return None;
    }
    let (a, b) = (plain(&one.name), plain(&other.name));
    let same = a == b;
    let is_key = |column: &Column, rows: Option<u64>| column.distinct == rows && rows > Some(0);
    // Tables name their rows in their first columns.
    let is_first = |column: &Column, table: &Table| {
        table.columns.first().is_some_and(|first| first.name == column.name) && is_key(column, table.rows)
    };
    // `customer_id` belongs to `id` of the table `customers`, and so does `customer` to what that table calls its rows by.
    let points = points_to(&a, &b, &second.name)
        || points_to(&b, &a, &first.name)
        || (is_first(other, second) && names_table(&a, &second.name) && !names_table(&a, &first.name))
        || (is_first(one, first) && names_table(&b, &first.name) && !names_table(&b, &second.name));
    if !(same || points) {
        return None;
    }
    let mut fit = if points { 30 } else { 20 };
    if ["id", "code", "key", "no", "number"]
        .iter()
        .any(|end| a.ends_with(end) || b.ends_with(end))
    {
        fit += 15;
    }
    if is_key(one, first.rows) || is_key(other, second.rows) {
        fit += 20;
    }
    // `department_id` is what `departments` is about, whatever else the two have in common.
    let is_of = |column: &str, table: &str| column.starts_with(&single(table));
    if (is_key(one, first.rows) && is_of(&a, &first.name)) || (is_key(other, second.rows) && is_of(&b, &second.name)) {
        fit += 15;
    }
    // Two tables that each number their own rows share that name by chance.
    if same && a == "id" {
        fit -= 15;
    }
    Some(fit)
}

fn points_to(name: &str, other: &str, other_table: &str) -> bool {
    let Some(rest) = name.strip_prefix(&single(other_table)).filter(|rest| !rest.is_empty()) else {
        return false;
    };
    matches!(other, "id" | "code" | "key" | "name") && rest == other
}

/// `physician`, `physician_id` or `physician_code` for the table `physicians`.
fn names_table(name: &str, table: &str) -> bool {
    let rest = name.strip_prefix(&single(table));
    rest.is_some_and(|rest| matches!(rest, "" | "id" | "code" | "key" | "no" | "nr" | "num" | "number"))
}

/// What one row of it is called.
fn single(table: &str) -> String {
    let table = plain(table);
    match table.strip_suffix("ies") {
        Some(rest) => format!("{rest}y"),
        None => table.strip_suffix('s').unwrap_or(&table).to_owned(),
    }
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
