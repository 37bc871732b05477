//! What is known of the person's tables without any of their rows: the shape that the browser computes and the person is shown.
//!
//! It comes from a browser, so it is checked: bounded in every direction, and a field that is not known is refused, so that
//! nothing travels along that the person was not shown.

use std::collections::HashSet;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const MOST_TABLES: usize = 32;
const MOST_COLUMNS: usize = 5000;
const LONGEST_NAME: usize = 500;
const MOST_KINDS: usize = 20;
/// Kinds are cut to 40 characters where they are found; an ellipsis and a margin are allowed.
const LONGEST_KIND: usize = 64;
const LONGEST_NOTE: usize = 300;
const LONGEST_UNIT: usize = 8;
const LONGEST_FINGERPRINT: usize = 32;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Profile {
    pub tables: Vec<Table>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Table {
    /// The identifier under which the program finds it.
    pub name: String,
    pub file: String,
    /// By which the page tells the person's file from another of the same name. The model is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub fingerprint: Option<String>,
    /// Not said, as everything but names and types, where the person has chosen to give nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub rows: Option<u64>,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub missing: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub distinct: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub min: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub max: Option<Bound>,
    /// First quarter, middle and third quarter of the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "Array<number>"))]
    pub quantiles: Option<Vec<serde_json::Number>>,
    /// The most common kinds of a column that has few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub top: Option<Vec<String>>,
    /// Some of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub samples: Option<Vec<String>>,
    /// What its numbers count: `%`, `EUR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub role: Option<Purpose>,
    /// What the person says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub note: Option<String>,
}

/// What a column is for, beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Purpose {
    Identifier,
    Category,
    #[serde(rename = "yes/no")]
    YesNo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Kind {
    Integer,
    Number,
    Text,
    Date,
    Boolean,
    Duration,
    Mixed,
    Empty,
}

/// One end of a range: a number, or a date as ISO text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Bound {
    #[cfg_attr(test, ts(type = "number"))]
    Number(serde_json::Number),
    Text(String),
}

/// What of a table leaves the tab with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Privacy {
    /// Names and types of columns
    Names,
    /// Counts, rounded ranges and quartiles besides; no cell of a text column
    Statistics,
    /// Sample values, kinds and exact ranges besides
    Samples,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    #[error("there are {count} tables, at most {MOST_TABLES} can be described")]
    TooManyTables { count: usize },
    #[error("there are {count} columns, at most {MOST_COLUMNS} can be described")]
    TooManyColumns { count: usize },
    #[error("the name of a {what} is longer than {LONGEST_NAME} characters")]
    NameTooLong { what: &'static str },
    #[error("a table has no name")]
    TableWithoutName,
    #[error("two tables are called {name:?}")]
    TableTwice { name: String },
    #[error("the kinds of column {column:?} are more than {MOST_KINDS} or longer than {LONGEST_KIND} characters")]
    Kinds { column: String },
    #[error("the range of column {column:?} is not made of numbers or short dates")]
    Range { column: String },
    #[error("the {what} of column {column:?} is too long")]
    TooLong { what: &'static str, column: String },
    #[error("the fingerprint of table {name:?} is too long")]
    Fingerprint { name: String },
}

impl Profile {
    /// What is left where only the files are to be named.
    pub fn names_of_files(self) -> Profile {
        let tables = self.tables.into_iter().map(|table| Table {
            fingerprint: None,
            rows: None,
            columns: Vec::new(),
            ..table
        });
        Profile {
            tables: tables.collect(),
        }
    }

    /// Holds what the prompt relies on; the JSON form alone has no bounds.
    pub fn validate(&self) -> Result<(), ProfileError> {
        if self.tables.len() > MOST_TABLES {
            return Err(ProfileError::TooManyTables {
                count: self.tables.len(),
            });
        }
        let count = self.tables.iter().map(|table| table.columns.len()).sum();
        if count > MOST_COLUMNS {
            return Err(ProfileError::TooManyColumns { count });
        }
        let mut names = HashSet::new();
        for table in &self.tables {
            if table.name.trim().is_empty() {
                return Err(ProfileError::TableWithoutName);
            }
            if is_long(&table.name, LONGEST_NAME) || is_long(&table.file, LONGEST_NAME) {
                return Err(ProfileError::NameTooLong { what: "table" });
            }
            if table
                .fingerprint
                .as_deref()
                .is_some_and(|it| is_long(it, LONGEST_FINGERPRINT))
            {
                return Err(ProfileError::Fingerprint {
                    name: table.name.clone(),
                });
            }
            if !names.insert(&table.name) {
                return Err(ProfileError::TableTwice {
                    name: table.name.clone(),
                });
            }
            table.columns.iter().try_for_each(Column::validate)?;
        }
        Ok(())
    }
}

impl Column {
    fn validate(&self) -> Result<(), ProfileError> {
        if is_long(&self.name, LONGEST_NAME) {
            return Err(ProfileError::NameTooLong { what: "column" });
        }
        for kinds in [&self.top, &self.samples].into_iter().flatten() {
            if kinds.len() > MOST_KINDS || kinds.iter().any(|kind| is_long(kind, LONGEST_KIND)) {
                return Err(ProfileError::Kinds {
                    column: self.name.clone(),
                });
            }
        }
        for (what, text, limit) in [("note", &self.note, LONGEST_NOTE), ("unit", &self.unit, LONGEST_UNIT)] {
            if text.as_deref().is_some_and(|text| is_long(text, limit)) {
                let column = self.name.clone();
                return Err(ProfileError::TooLong { what, column });
            }
        }
        let quantiles = self.quantiles.as_deref().unwrap_or_default();
        if quantiles.len() > 3 || !quantiles.iter().all(is_finite) {
            return Err(ProfileError::Range {
                column: self.name.clone(),
            });
        }
        if [&self.min, &self.max].into_iter().flatten().all(Bound::is_sound) {
            Ok(())
        } else {
            Err(ProfileError::Range {
                column: self.name.clone(),
            })
        }
    }
}

impl Bound {
    fn is_sound(&self) -> bool {
        match self {
            Bound::Number(number) => is_finite(number),
            Bound::Text(text) => !is_long(text, LONGEST_KIND),
        }
    }
}

fn is_finite(number: &serde_json::Number) -> bool {
    number.as_f64().is_some_and(f64::is_finite)
}

fn is_long(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().nth(limit).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const SAMPLE: &str = r#"{"tables":[{"name":"orders","file":"orders.csv","fingerprint":"0a1b2c3d4e","rows":123,"columns":[
        {"name":"price","type":"number","missing":0,"distinct":17,"min":1,"max":9.5,"quantiles":[2,3,4.5],"samples":["1","2.5"],
         "unit":"EUR","note":"after tax"},
        {"name":"day","type":"date","missing":2,"distinct":90,"min":"2024-01-01","max":"2024-03-31"},
        {"name":"region","type":"text","missing":0,"distinct":2,"top":["EU","US"],"role":"category"},
        {"name":"paid","type":"text","role":"yes/no"}]}]}"#;

    fn sample() -> Profile {
        serde_json::from_str(SAMPLE).unwrap()
    }

    fn with_column(change: impl Fn(&mut Column)) -> Result<(), ProfileError> {
        let mut profile = sample();
        change(&mut profile.tables[0].columns[0]);
        profile.validate()
    }

    #[test]
    fn what_the_browser_sends_comes_back_the_same() {
        let profile = sample();
        profile.validate().unwrap();
        let as_sent: Value = serde_json::from_str(SAMPLE).unwrap();
        assert_eq!(serde_json::to_value(&profile).unwrap(), as_sent);
    }

    #[test]
    fn a_field_that_is_not_known_is_refused() {
        for extra in [r#""rows":123,"#, r#""missing":0,"#] {
            let json = SAMPLE.replacen(extra, &format!(r#"{extra}"values":[1,2],"#), 1);
            let error = serde_json::from_str::<Profile>(&json).unwrap_err();
            assert!(error.to_string().contains("unknown field `values`"), "{error}");
        }
    }

    #[test]
    fn every_direction_is_bounded() {
        let mut many = sample();
        many.tables = vec![many.tables[0].clone(); MOST_TABLES + 1];
        assert_eq!(
            many.validate(),
            Err(ProfileError::TooManyTables { count: MOST_TABLES + 1 })
        );

        let mut wide = sample();
        wide.tables[0].columns = vec![wide.tables[0].columns[0].clone(); MOST_COLUMNS + 1];
        assert_eq!(
            wide.validate(),
            Err(ProfileError::TooManyColumns {
                count: MOST_COLUMNS + 1
            })
        );

        let mut twice = sample();
        twice.tables.push(twice.tables[0].clone());
        assert_eq!(
            twice.validate(),
            Err(ProfileError::TableTwice { name: "orders".into() })
        );

        let mut nameless = sample();
        nameless.tables[0].name = " ".into();
        assert_eq!(nameless.validate(), Err(ProfileError::TableWithoutName));

        let long = |what| Err(ProfileError::NameTooLong { what });
        assert_eq!(with_column(|column| column.name = "é".repeat(501)), long("column"));
        assert_eq!(with_column(|column| column.name = "é".repeat(500)), Ok(()));
        let mut file = sample();
        file.tables[0].file = "x".repeat(501);
        assert_eq!(file.validate(), long("table"));

        let kinds = Err(ProfileError::Kinds { column: "price".into() });
        assert_eq!(with_column(|column| column.top = Some(vec!["x".repeat(65)])), kinds);
        assert_eq!(with_column(|column| column.top = Some(vec![String::new(); 21])), kinds);
        assert_eq!(with_column(|column| column.samples = Some(vec!["x".repeat(65)])), kinds);
        let long = |what| {
            Err(ProfileError::TooLong {
                what,
                column: "price".into(),
            })
        };
        assert_eq!(with_column(|column| column.note = Some("é".repeat(301))), long("note"));
        assert_eq!(with_column(|column| column.unit = Some("x".repeat(9))), long("unit"));
        let range = Err(ProfileError::Range { column: "price".into() });
        assert_eq!(with_column(|column| column.quantiles = Some(vec![1.into(); 4])), range);
        assert_eq!(
            with_column(|column| column.min = Some(Bound::Text("x".repeat(65)))),
            range
        );
    }

    #[test]
    fn a_number_that_is_not_finite_never_gets_in() {
        let json = SAMPLE.replace("9.5", "1e999");
        assert!(serde_json::from_str::<Profile>(&json).is_err());
    }

    /// A profile with one thing of any kind put somewhere into it.
    fn nearly_a_profile() -> impl Strategy<Value = Value> {
        let odd = prop_oneof![
            Just(Value::Null),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,70}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({})),
            prop::collection::vec(".{0,5}", 0..24).prop_map(Value::from),
            prop::sample::select(vec!["integer", "date", "mixed", "Integer", ""]).prop_map(Value::from),
        ];
        let places = [
            "",
            "/tables",
            "/tables/0",
            "/tables/0/name",
            "/tables/0/rows",
            "/tables/0/columns",
            "/tables/0/columns/0",
            "/tables/0/columns/0/name",
            "/tables/0/columns/0/type",
            "/tables/0/columns/0/missing",
            "/tables/0/columns/0/min",
            "/tables/0/columns/0/max",
            "/tables/0/columns/2/top",
            "/tables/0/fingerprint",
            "/tables/0/columns/0/quantiles",
            "/tables/0/columns/0/samples",
            "/tables/0/columns/0/note",
            "/tables/0/columns/2/role",
        ];
        (prop::sample::select(places.to_vec()), odd).prop_map(|(place, odd)| {
            let mut value: Value = serde_json::from_str(SAMPLE).unwrap();
            *value.pointer_mut(place).unwrap() = odd;
            value
        })
    }

    proptest! {
        #[test]
        fn whatever_is_said_to_be_a_profile_is_one_or_is_refused(value in nearly_a_profile()) {
            if let Ok(profile) = serde_json::from_value::<Profile>(value)
                && profile.validate().is_ok()
            {
                let again: Profile = serde_json::from_str(&serde_json::to_string(&profile).unwrap()).unwrap();
                prop_assert_eq!(again, profile);
            }
        }
    }
}
