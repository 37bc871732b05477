//! Short links: a name of a chart that is short enough to paste. A chart has one only if somebody asked for it.

use std::fmt;
use std::str::FromStr;

use rusqlite::{OptionalExtension as _, params};

use super::{ChartId, Store, StoreError, base32, is_base32};

/// 65 random bits in lower-case base32. Who tries names at random, a thousand a second, on a server with a million short links, finds
/// the first after a thousand years; and a name opens one chart, for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortName(String);

const LETTERS: usize = 13;

/// Something that no short link can have as its name.
#[derive(Debug, thiserror::Error)]
#[error("not the name of a short link")]
pub struct NotAShortName;

impl ShortName {
    fn random() -> Result<ShortName, StoreError> {
        let mut bytes = [0; 9];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        let mut name = base32(&bytes);
        name.truncate(LETTERS);
        Ok(ShortName(name))
    }
}

impl fmt::Display for ShortName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ShortName {
    type Err = NotAShortName;

    fn from_str(text: &str) -> Result<ShortName, NotAShortName> {
        if text.len() == LETTERS && is_base32(text) {
            Ok(ShortName(text.to_owned()))
        } else {
            Err(NotAShortName)
        }
    }
}

impl Store {
    /// The chart's short name, which it gets now if it has none; `None` if there is no such chart.
    pub async fn shorten(&self, id: &ChartId) -> Result<Option<ShortName>, StoreError> {
        let (id, new) = (id.clone(), ShortName::random()?);
        self.with(move |connection| {
            connection
                .prepare("INSERT OR IGNORE INTO links (name, chart) SELECT ?1, id FROM charts WHERE id = ?2")?
                .execute(params![new.0, id.as_str()])?;
            let mut statement = connection.prepare("SELECT name FROM links WHERE chart = ?1")?;
            Ok(statement
                .query_row([id.as_str()], |row| row.get(0).map(ShortName))
                .optional()?)
        })
        .await
    }

    /// Whose name it is.
    pub async fn chart_of(&self, name: &ShortName) -> Result<Option<ChartId>, StoreError> {
        let name = name.clone();
        self.with(move |connection| {
            let mut statement = connection.prepare("SELECT chart FROM links WHERE name = ?1")?;
            Ok(statement
                .query_row([name.0], |row| row.get(0).map(ChartId))
                .optional()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn a_chart_has_one_short_name_which_outlives_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let chart = store.insert(super::super::tests::example(None)).await.unwrap();
        let other = store.insert(super::super::tests::example(None)).await.unwrap();
        let name = store.shorten(&chart.id).await.unwrap().unwrap();
        assert_eq!(store.shorten(&chart.id).await.unwrap(), Some(name.clone()));
        assert_ne!(store.shorten(&other.id).await.unwrap(), Some(name.clone()));
        assert_eq!(store.shorten(&ChartId::random().unwrap()).await.unwrap(), None);
        drop(store);
        let store = Store::open(directory.path()).unwrap();
        assert_eq!(store.chart_of(&name).await.unwrap(), Some(chart.id));
        assert_eq!(store.chart_of(&ShortName::random().unwrap()).await.unwrap(), None);
    }

    #[test]
    fn a_short_name_is_read_only_in_its_own_form_and_none_comes_twice() {
        let names: HashSet<String> = (0..1000).map(|_| ShortName::random().unwrap().to_string()).collect();
        assert_eq!(names.len(), 1000);
        for name in &names {
            assert_eq!(name.parse::<ShortName>().unwrap().to_string(), *name);
            for wrong in [
                name.to_uppercase(),
                format!("{name}a"),
                name[1..].to_owned(),
                format!("0{}", &name[1..]),
            ] {
                assert!(wrong.parse::<ShortName>().is_err(), "{wrong}");
            }
        }
        // Every letter takes part, to the last.
        let last: HashSet<char> = names.iter().filter_map(|name| name.chars().last()).collect();
        assert!(last.len() > 20, "{last:?}");
    }
}
