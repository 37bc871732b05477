//! A form instead of free code: the model says what is to be drawn as a small JSON object, under a grammar that admits only columns
//! that exist, and the program is written here. Small models fill in a form far better than they write code.
//!
//! Pure, in the way of the question: `labels` and `rolling` take out of it what is only to be written down or drawn besides, `words` reads
//! the rest, `mentions` finds the columns that it names, `clauses` and `conditions` (with `quotes`) its words about the order and about the
//! rows that are left out, `roles` which part each column plays; `hints` puts together what all of them, with `values`, settle. `schema`
//! makes the grammar of it, for what is left to a model; `settle` holds what was filled in against the question once more (and adds the
//! `modifiers`), `joins` knows how tables belong together, `compile` writes the program.
//! What no form can say (`other`) is left to free code, the way of `prompt` and `program`. For which models that is, `choice` says.

mod choice;
mod clauses;
mod compile;
mod conditions;
mod hints;
mod joins;
mod labels;
mod mentions;
mod modifiers;
mod python;
mod quotes;
mod roles;
mod rolling;
mod schema;
mod settle;
mod values;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

pub use choice::{Plans, When};

use crate::prompt::{Message, Profile, Table};
use crate::{program, prompt};
use labels::Labels;
use rolling::Rolling;

/// What to ask a model for a plan, and under which grammar.
pub struct Form {
    pub messages: Vec<Message>,
    /// JSON Schema, its properties in the order in which they are to be filled in.
    pub schema: Value,
    /// Without what is only to be written beside the chart.
    question: String,
    labels: Labels,
    rolling: Option<Rolling>,
    profile: Profile,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum ChartKind {
    Bar,
    HorizontalBar,
    StackedBar,
    GroupedBar,
    Line,
    Scatter,
    Pie,
    Histogram,
    Box,
    Area,
    Heatmap,
    /// No form can say it.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Aggregate {
    /// The values as they are.
    None,
    Count,
    CountDistinct,
    Sum,
    Mean,
    Median,
    Min,
    Max,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    None,
    Year,
    Quarter,
    Month,
    Day,
    Weekday,
    Hour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    None,
    XAscending,
    XDescending,
    YAscending,
    YDescending,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Measure {
    aggregate: Aggregate,
    /// None where rows are counted.
    column: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Test {
    #[serde(rename = "is")]
    Is,
    #[serde(rename = "is not")]
    IsNot,
    #[serde(rename = "above")]
    Above,
    #[serde(rename = "at least")]
    AtLeast,
    #[serde(rename = "below")]
    Below,
    #[serde(rename = "at most")]
    AtMost,
    #[serde(rename = "between")]
    Between,
    #[serde(rename = "contains")]
    Contains,
    #[serde(rename = "does not contain")]
    ContainsNot,
    #[serde(rename = "starts with")]
    StartsWith,
    #[serde(rename = "ends with")]
    EndsWith,
    #[serde(rename = "above average")]
    AboveAverage,
    #[serde(rename = "below average")]
    BelowAverage,
    #[serde(rename = "is known")]
    IsKnown,
    #[serde(rename = "is missing")]
    IsMissing,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Filter {
    column: String,
    test: Test,
    #[serde(default)]
    values: Vec<Value>,
    /// Rows are kept as well that this one and those after it keep, whatever those before it say.
    #[serde(skip)]
    is_alternative: bool,
}

/// What the model has filled in. A column is named as in [`Columns`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Plan {
    chart: ChartKind,
    #[serde(default)]
    filters: Vec<Filter>,
    /// Whether one of the filters is enough.
    #[serde(default)]
    any_filter: bool,
    /// Where the points of a scatter chart are groups: what each of them stands for.
    x: String,
    #[serde(default = "no_unit")]
    x_unit: Unit,
    #[serde(default)]
    measures: Vec<Measure>,
    #[serde(default)]
    series: Option<String>,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    panels: Option<String>,
    #[serde(default)]
    second_axis: bool,
    #[serde(default = "no_sort")]
    sort: Sort,
    #[serde(default)]
    top: Option<u32>,
    #[serde(default)]
    bins: Option<u32>,
    #[serde(default)]
    log_x: bool,
    #[serde(default)]
    log_y: bool,
    #[serde(default)]
    title: String,
    /// Not the model's to say: the words of the question settle these.
    #[serde(skip)]
    percent: bool,
    /// Each column of numbers with each other, in place of all else.
    #[serde(skip)]
    correlates: bool,
    #[serde(skip)]
    density: bool,
    /// What is measured is shown in thousands or millions.
    #[serde(skip)]
    scale: Option<(&'static str, u32)>,
    #[serde(skip)]
    running_total: bool,
    /// Those at the lower end are meant by `top`.
    #[serde(skip)]
    lowest: bool,
    #[serde(skip)]
    labels: Labels,
    #[serde(skip)]
    rolling: Option<Rolling>,
    #[serde(skip)]
    errors: Option<Errors>,
    /// Of a distribution.
    #[serde(skip)]
    marked: Option<Aggregate>,
    /// How the numbers are written on the axis of what is measured.
    #[serde(skip)]
    money: Option<&'static str>,
}

/// How far each point may be off.
#[derive(Debug, Clone, PartialEq)]
struct Errors {
    column: String,
    are_joined: bool,
}

const fn no_unit() -> Unit {
    Unit::None
}

const fn no_sort() -> Sort {
    Sort::None
}

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("no form can say what is asked for")]
    Other,
    #[error("the model filled in no form")]
    Unfilled,
    #[error("the plan cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the plan names {name:?}, which is no column")]
    NoSuchColumn { name: String },
    #[error("the tables {first:?} and {second:?} have no column in common")]
    NoJoin { first: String, second: String },
    #[error("the plan lacks {what}")]
    Incomplete { what: &'static str },
}

/// Asks for a plan of the chart. None where there is nothing to fill in: without a table, with so many columns that their grammar
/// would be longer than what a small model reads, or where the question names a chart that no form can say.
pub fn form(question: &str, profile: Profile) -> Option<Form> {
    let columns = Columns::new(&profile);
    if columns.names.is_empty() || columns.names.len() > schema::MOST_COLUMNS {
        return None;
    }
    let (labels, rest) = labels::find(question);
    let (rolling, rest) = rolling::find(&rest);
    let hints = hints::find(&rest, &columns);
    if hints.charts == [ChartKind::Other] {
        return None;
    }
    let named: Vec<&str> = columns.named_in(&rest);
    Some(Form {
        messages: prompt::plan(question, &profile, &named),
        schema: schema::of(&columns, &hints),
        question: rest,
        labels,
        rolling,
        profile,
    })
}

impl Form {
    /// The program, where the words of the question leave a model nothing to choose: then none need be waited for.
    pub fn settled(&self) -> Option<program::Program> {
        let reply = schema::only_reply(&self.schema)?;
        self.program(&reply.to_string()).ok()
    }

    /// The program for what a model has filled in.
    pub fn program(&self, reply: &str) -> Result<program::Program, PlanError> {
        let mut plan: Plan = serde_json::from_str(reply.trim())?;
        if plan.chart == ChartKind::Other {
            return Err(PlanError::Other);
        }
        let columns = Columns::new(&self.profile);
        settle::settle(&mut plan, &hints::find(&self.question, &columns), &columns)?;
        if let Some(title) = &self.labels.title {
            plan.title.clone_from(title);
        }
        plan.labels = self.labels.clone();
        plan.rolling = self.rolling.clone();
        let source = compile::compile(&plan, &columns)?;
        Ok(program::Program { source })
    }
}

/// The columns of all tables under the names that a plan uses: bare where there is one table, `table.column` where there are more.
struct Columns<'a> {
    tables: Vec<&'a Table>,
    names: Vec<(String, Place<'a>)>,
}

#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    /// Its table's, in [`Columns::tables`].
    table: usize,
    column: &'a prompt::Column,
}

impl<'a> Columns<'a> {
    fn new(profile: &'a Profile) -> Columns<'a> {
        let tables: Vec<&Table> = profile.tables.iter().collect();
        let names = tables
            .iter()
            .enumerate()
            .flat_map(|(table, of)| of.columns.iter().map(move |column| (table, of, column)))
            .map(|(table, of, column)| {
                let name = if profile.tables.len() > 1 {
                    format!("{}.{}", of.name, column.name)
                } else {
                    column.name.clone()
                };
                (name, Place { table, column })
            })
            .collect();
        Columns { tables, names }
    }

    /// Those whose names the question says, in their words.
    fn named_in(&self, question: &str) -> Vec<&str> {
        let words = words::Words::new(question);
        let is_named = |place: &Place<'_>| words.says(&place.column.name);
        let names = self.names.iter();
        names
            .filter(|(_, place)| is_named(place))
            .map(|(name, _)| name.as_str())
            .collect()
    }

    fn find(&self, name: &str) -> Result<Place<'a>, PlanError> {
        let found = self.names.iter().find(|(known, _)| known == name);
        found
            .map(|(_, place)| *place)
            .ok_or_else(|| PlanError::NoSuchColumn { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests;
