//! The list of tables and columns in the prompt: compact, one column a line, bounded for very wide tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::profile::{Bound, Column, Kind, Purpose, Table};

/// Columns described in full; of the others only the name is given.
const FULL_COLUMNS: usize = 200;
/// The whole list; about a third as many tokens, so that a small model's context has room for question and program.
const CHARACTERS: usize = 14_000;
/// Kinds named per column.
const KINDS: usize = 8;

/// How much is said of each column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// What a program may need.
    Full,
    /// What is needed to choose among columns: a small model takes a second for every few numbers that it reads.
    Outline,
}

pub(super) fn describe(tables: &[Table], detail: Detail) -> String {
    let mut text = String::new();
    let mut full_columns = FULL_COLUMNS;
    for (index, table) in tables.iter().enumerate() {
        if index > 0 {
            text.push_str("\n\n");
        }
        let name = quoted(&table.name);
        let also = if index == 0 { " = df" } else { "" };
        let rows = table.rows.map_or(String::new(), |rows| format!(", {rows} rows"));
        let _ = write!(text, "tables[{name}]{also}{rows}, columns:");
        // Each table still to come keeps its share, so that a wide first one does not hide a narrow second.
        let share = CHARACTERS.saturating_sub(text.len()) / (tables.len() - index);
        columns(&mut text, &table.columns, detail, &mut full_columns, share);
    }
    if detail == Detail::Full {
        text.push_str(&shared(tables));
    }
    text
}

fn columns(text: &mut String, columns: &[Column], detail: Detail, full_columns: &mut usize, characters: usize) {
    let end = text.len() + characters;
    let mut left = columns.iter();
    while *full_columns > 0
        && text.len() < end / 4 * 3
        && let Some(column) = left.next()
    {
        *full_columns -= 1;
        text.push_str(&line(column, detail));
    }
    let names = left.as_slice();
    if names.is_empty() {
        return;
    }
    let _ = write!(text, "\n{} more columns, by name only:", names.len());
    for (index, column) in names.iter().enumerate() {
        let name = quoted(&column.name);
        if text.len() + name.len() > end {
            let _ = write!(text, " and {} that are not listed", names.len() - index);
            return;
        }
        text.push_str(if index == 0 { " " } else { ", " });
        text.push_str(&name);
    }
}

fn line(column: &Column, detail: Detail) -> String {
    let mut line = format!("\n- {}: {}", quoted(&column.name), word(column.kind));
    if let Some(unit) = &column.unit {
        let _ = write!(line, " in {}", quoted(unit));
    }
    match column.role {
        Some(Purpose::Identifier) => line.push_str(", identifier"),
        Some(Purpose::YesNo) => line.push_str(", yes or no"),
        Some(Purpose::Category) | None => {}
    }
    if let Some(distinct) = column.distinct
        && column.kind != Kind::Empty
    {
        let _ = write!(line, ", {distinct} distinct");
    }
    match (&column.min, &column.max, column.top.as_deref().unwrap_or_default()) {
        (_, _, kinds @ [_, ..]) => {
            let shown: Vec<String> = kinds.iter().take(KINDS).map(|kind| value(column, kind)).collect();
            let only = if column.distinct.is_none_or(|distinct| distinct as usize > shown.len()) {
                "such as"
            } else {
                "only"
            };
            let _ = write!(line, ", {only} {}", shown.join(", "));
        }
        (Some(min), Some(max), _) if detail == Detail::Full => {
            let _ = write!(line, ", {} to {}", bound(min), bound(max));
        }
        _ => {}
    }
    if detail == Detail::Outline {
        return line + &note(column);
    }
    if let Some([low, middle, high]) = column.quantiles.as_deref() {
        let _ = write!(line, ", quartiles {low}, {middle}, {high}");
    }
    if let (Some(samples @ [_, ..]), None) = (column.samples.as_deref(), &column.top) {
        let shown: Vec<String> = samples.iter().take(KINDS).map(|sample| value(column, sample)).collect();
        let _ = write!(line, ", for example {}", shown.join(", "));
    }
    if let Some(missing @ 1..) = column.missing {
        let _ = write!(line, ", {missing} missing");
    }
    line + &note(column)
}

fn note(column: &Column) -> String {
    let note = column.note.as_ref();
    note.map_or(String::new(), |note| format!("; the person says: {}", quoted(note)))
}

/// A cell as a program would write it.
fn value(column: &Column, text: &str) -> String {
    match column.kind {
        Kind::Boolean => bare(text),
        Kind::Integer | Kind::Number if text.parse::<f64>().is_ok_and(f64::is_finite) => text.to_owned(),
        _ => quoted(text),
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::Boolean => "boolean",
        Kind::Duration => "duration (timedelta64)",
        Kind::Mixed => "mixed text and numbers",
        Kind::Empty => "empty",
    }
}

/// The two values of a boolean column, which no program may compare with text.
fn bare(kind: &str) -> String {
    match kind {
        "True" | "False" => kind.to_owned(),
        _ => quoted(kind),
    }
}

fn bound(bound: &Bound) -> String {
    match bound {
        Bound::Number(number) => number.to_string(),
        // A date is shown bare only if it can be nothing else.
        Bound::Text(text) if text.bytes().all(|byte| b"0123456789-:.TZ+ ".contains(&byte)) => text.clone(),
        Bound::Text(text) => quoted(text),
    }
}

/// The columns by which tables may belong together: a small model does not find them by itself.
fn shared(tables: &[Table]) -> String {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in tables {
        for column in &table.columns {
            let place = format!("tables[{}][{}]", quoted(&table.name), quoted(&column.name));
            places.entry(column.name.to_lowercase()).or_default().push(place);
        }
    }
    let both: Vec<String> = places
        .into_values()
        .filter(|places| places.len() > 1)
        .take(KINDS)
        .map(|places| places.join(" and "))
        .collect();
    if tables.len() < 2 {
        return String::new();
    }
    let mut text = "\n\nTo use columns of two tables, join them: `a.merge(b, left_on=..., right_on=...)`.".to_owned();
    if !both.is_empty() {
        let _ = write!(text, " Same name in several tables: {}.", both.join("; "));
    }
    text
}

/// The text as a JSON string, which Python reads as the same text. Escaped beyond JSON's needs: what ends a line or turns the
/// reading direction, so that a name cannot leave its quotes for the eye either, and the beginning of anything like
/// `<|im_start|>`, which a local server would take for the mark between two messages.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek();
        let escaped = match character {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
            '<' => next.is_some_and(|next| matches!(next, '|' | '/' | '｜') || next.is_alphabetic()),
            _ => character.is_control(),
        };
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if escaped => {
                let _ = write!(quoted, "\\u{:04x}", character as u32);
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
