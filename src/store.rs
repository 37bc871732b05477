//! Saved charts in SQLite: question, program, profile, and never a row of anybody's table. Beside them, in `sessions`, who is
//! logged in, and in `links` the short names of charts.
//!
//! A chart is written once and never changed: an edit or a repair is a new chart that names its parent. A chart that was
//! answered is on the disk (`synchronous = FULL`), so it survives `kill -9` and a power cut. What may be stored, and how large
//! it may be, is checked in `web` before it comes here.

mod links;
mod sessions;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};
use thiserror::Error;

pub use links::ShortName;
pub use sessions::SessionDigest;

/// The layout this version reads and writes, kept in SQLite's `user_version`.
const LAYOUT: u32 = 4;

/// Entry N takes a file from layout N to N + 1.
const MIGRATIONS: [&str; LAYOUT as usize] = [
    "
    CREATE TABLE charts (
        id       TEXT PRIMARY KEY,
        parent   TEXT REFERENCES charts (id),
        question TEXT NOT NULL,
        program  TEXT NOT NULL,
        profile  TEXT,
        repairs  INTEGER NOT NULL,
        created  TEXT NOT NULL,
        model    TEXT
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE sessions (
        digest  BLOB PRIMARY KEY,
        expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE links (
        name  TEXT PRIMARY KEY,
        chart TEXT NOT NULL UNIQUE REFERENCES charts (id)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE charts ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
",
];

/// 128 random bits in lower-case base32: not to be guessed, short enough to read out, and safe in a URL and a file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartId(String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub id: ChartId,
    /// The chart this one follows, edits or repairs.
    pub parent: Option<ChartId>,
    pub question: String,
    pub program: String,
    /// The profile as JSON, as the person was shown it.
    pub profile: Option<String>,
    /// How many repairs lie between this program and one that was asked for or typed.
    pub repairs: u32,
    /// RFC 3339, UTC.
    pub created: String,
    /// The model that wrote the program, or would have; `None` if a person did.
    pub model: Option<String>,
    /// The question left that model nothing to choose, so it was not asked.
    pub settled: bool,
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("the data directory {} cannot be created", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} cannot be opened as a SQLite database", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("{} was written by a newer version (its layout is {found}, this version knows {LAYOUT})", path.display())]
    Newer { path: PathBuf, found: u32 },
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
    #[error("the thread that worked on the database ended early")]
    Thread(#[from] tokio::task::JoinError),
}

/// One connection behind a lock. SQLite has one writer anyway, and reading a chart by its key takes microseconds.
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl ChartId {
    pub fn random() -> Result<ChartId, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        Ok(ChartId(base32(&bytes)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChartId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Something that no chart can have as its name.
#[derive(Debug, Error)]
#[error("not the name of a chart")]
pub struct NotAChartId;

impl FromStr for ChartId {
    type Err = NotAChartId;

    fn from_str(text: &str) -> Result<ChartId, NotAChartId> {
        if text.len() == 26 && is_base32(text) {
            Ok(ChartId(text.to_owned()))
        } else {
            Err(NotAChartId)
        }
    }
}

impl Store {
    /// Opens the charts under `directory`, creating both if they are not there.
    pub fn open(directory: &Path) -> Result<Store, StoreError> {
        std::fs::create_dir_all(directory).map_err(|source| StoreError::Directory {
            path: directory.to_owned(),
            source,
        })?;
        let path = directory.join("charts.sqlite3");
        let opened = |source| StoreError::Open {
            path: path.clone(),
            source,
        };
        let mut connection = Connection::open(&path).map_err(opened)?;
        // A second process on the same file (a backup, a look with the sqlite3 shell) is waited for, not failed on.
        connection
            .busy_timeout(std::time::Duration::from_secs(5))
            .map_err(opened)?;
        connection.pragma_update(None, "journal_mode", "wal").map_err(opened)?;
        connection.pragma_update(None, "synchronous", "full").map_err(opened)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(opened)?;
        migrate(&mut connection, &path)?;
        Ok(Store {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Returns only when the chart is on the disk. If the caller is dropped meanwhile, it is stored whole or not at all.
    pub async fn insert(&self, chart: Chart) -> Result<Chart, StoreError> {
        self.with(move |connection| {
            connection
                .prepare(
                    "INSERT INTO charts (id, parent, question, program, profile, repairs, created, model, settled)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    chart.id.as_str(),
                    chart.parent.as_ref().map(ChartId::as_str),
                    chart.question,
                    chart.program,
                    chart.profile,
                    chart.repairs,
                    chart.created,
                    chart.model,
                    chart.settled,
                ])?;
            Ok(chart)
        })
        .await
    }

    pub async fn chart(&self, id: &ChartId) -> Result<Option<Chart>, StoreError> {
        let id = id.clone();
        self.with(move |connection| {
            let mut statement = connection.prepare(
                "SELECT id, parent, question, program, profile, repairs, created, model, settled FROM charts WHERE id = ?1",
            )?;
            Ok(statement.query_row([id.as_str()], chart).optional()?)
        })
        .await
    }

    /// The chart and those it came from, the first of them first; at most `most`, the latest. Empty if there is no such chart.
    pub async fn line(&self, id: &ChartId, most: u32) -> Result<Vec<Chart>, StoreError> {
        let id = id.clone();
        self.with(move |connection| {
            let mut statement = connection.prepare(
                "WITH RECURSIVE line (id, parent, back) AS (
                     SELECT id, parent, 1 FROM charts WHERE id = ?1
                     UNION ALL
                     SELECT charts.id, charts.parent, back + 1 FROM charts JOIN line ON charts.id = line.parent WHERE back < ?2
                 )
                 SELECT id, charts.parent, question, program, profile, repairs, created, model, settled
                 FROM line JOIN charts USING (id) ORDER BY back DESC",
            )?;
            let charts = statement.query_map(params![id.as_str(), most], chart)?;
            Ok(charts.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Whether the database still answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.with(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
            .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            // A panic in another call leaves the connection itself whole: SQLite rolled its statement back.
            work(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await?
    }
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = MIGRATIONS.get(found as usize..) else {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
        });
    };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.commit()?;
    Ok(())
}

fn chart(row: &Row<'_>) -> rusqlite::Result<Chart> {
    Ok(Chart {
        id: ChartId(row.get(0)?),
        parent: row.get::<_, Option<String>>(1)?.map(ChartId),
        question: row.get(2)?,
        program: row.get(3)?,
        profile: row.get(4)?,
        repairs: row.get(5)?,
        created: row.get(6)?,
        model: row.get(7)?,
        settled: row.get(8)?,
    })
}

/// RFC 4648 without padding, in lower case.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(LETTERS[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        text.push(char::from(LETTERS[(bits << (5 - count) & 31) as usize]));
    }
    text
}

fn is_base32(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn example(parent: Option<ChartId>) -> Chart {
        Chart {
            id: ChartId::random().unwrap(),
            parent,
            question: "Größe über Zeit? 📈 '; DROP TABLE charts; --".into(),
            program: "print('a\0b')\r\n".into(),
            profile: Some("{}".into()),
            repairs: 2,
            created: "2026-01-02T03:04:05Z".into(),
            model: None,
            settled: false,
        }
    }

    #[tokio::test]
    async fn a_chart_comes_back_as_it_was_after_a_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("a/b");
        let store = Store::open(&data).unwrap();
        let parent = store.insert(example(None)).await.unwrap();
        let child = store.insert(example(Some(parent.id.clone()))).await.unwrap();
        drop(store);
        let store = Store::open(&data).unwrap();
        assert_eq!(store.chart(&parent.id).await.unwrap(), Some(parent.clone()));
        assert_eq!(store.chart(&child.id).await.unwrap(), Some(child.clone()));
        assert_eq!(store.chart(&ChartId::random().unwrap()).await.unwrap(), None);
        let line = |id: ChartId, most| {
            let store = &store;
            async move { store.line(&id, most).await.unwrap() }
        };
        assert_eq!(line(child.id.clone(), 9).await, [parent.clone(), child.clone()]);
        assert_eq!(line(child.id.clone(), 1).await, [child]);
        // Who knows a chart learns what it came from, and nothing of what others made of it.
        assert_eq!(line(parent.id.clone(), 9).await, [parent]);
        assert_eq!(line(ChartId::random().unwrap(), 9).await, []);
    }

    #[tokio::test]
    async fn a_chart_is_never_written_over_and_never_without_its_parent() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let first = store.insert(example(None)).await.unwrap();
        assert!(
            store
                .insert(Chart {
                    program: "other".into(),
                    ..first.clone()
                })
                .await
                .is_err()
        );
        assert_eq!(store.chart(&first.id).await.unwrap(), Some(first));
        assert!(store.insert(example(Some(ChartId::random().unwrap()))).await.is_err());
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        drop(Store::open(directory.path()).unwrap());
        let file = Connection::open(directory.path().join("charts.sqlite3")).unwrap();
        file.pragma_update(None, "user_version", LAYOUT + 1).unwrap();
        let error = Store::open(directory.path()).err().unwrap();
        assert!(
            matches!(error, StoreError::Newer { found, .. } if found == LAYOUT + 1),
            "{error}"
        );
    }

    #[test]
    fn what_cannot_be_opened_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Store::open(&file.join("data")).err().unwrap();
        assert!(error.to_string().contains("file/data"), "{error}");
        let rubbish = directory.path().join("rubbish");
        std::fs::create_dir(&rubbish).unwrap();
        std::fs::write(
            rubbish.join("charts.sqlite3"),
            "not a database, but long enough to be looked at".repeat(9),
        )
        .unwrap();
        let error = Store::open(&rubbish).err().unwrap();
        assert!(error.to_string().contains("rubbish/charts.sqlite3"), "{error}");
    }

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base32_is_the_usual_one() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn an_id_is_read_only_in_its_own_form() {
        let id = ChartId::random().unwrap();
        assert_eq!(id.as_str().parse::<ChartId>().unwrap(), id);
        assert_ne!(id, ChartId::random().unwrap());
        for wrong in [
            "",
            "a",
            &id.as_str().to_uppercase(),
            &format!("{id}a"),
            "../../../../etc/passwd0000",
            "0aaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(wrong.parse::<ChartId>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_id_is_its_own_form_and_nothing_else(text in "[a-zA-Z0-9./%\\x00-\\x20é]{0,30}", bytes in any::<[u8; 16]>()) {
            let expected = text.len() == 26 && text.bytes().all(|byte| b"abcdefghijklmnopqrstuvwxyz234567".contains(&byte));
            prop_assert_eq!(text.parse::<ChartId>().is_ok(), expected);
            let id = base32(&bytes);
            prop_assert_eq!(id.parse::<ChartId>().map(|id| id.to_string()).ok(), Some(id));
        }
    }
}
