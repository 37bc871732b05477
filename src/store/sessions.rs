//! Who is logged in: a digest of what each browser holds, and until when. On the disk, so that a restart logs nobody out.
//!
//! From a digest nobody gets back what the browser holds, so a copied data folder opens no door. What goes into it is `web`'s.

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError};

pub type SessionDigest = [u8; 32];

impl Store {
    /// Seconds since 1970. Those that ended are cleared away, since nobody else does it.
    pub async fn begin_session(&self, digest: SessionDigest, now: i64, expires: i64) -> Result<(), StoreError> {
        self.with(move |connection| {
            connection.execute("DELETE FROM sessions WHERE expires <= ?1", [now])?;
            connection.execute(
                "INSERT INTO sessions (digest, expires) VALUES (?1, ?2)",
                params![digest, expires],
            )?;
            Ok(())
        })
        .await
    }

    /// Until when the session lasts; `None` if there is none.
    pub async fn session(&self, digest: SessionDigest, now: i64) -> Result<Option<i64>, StoreError> {
        self.with(move |connection| {
            let mut statement =
                connection.prepare("SELECT expires FROM sessions WHERE digest = ?1 AND expires > ?2")?;
            Ok(statement.query_row(params![digest, now], |row| row.get(0)).optional()?)
        })
        .await
    }

    pub async fn extend_session(&self, digest: SessionDigest, expires: i64) -> Result<(), StoreError> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE sessions SET expires = ?2 WHERE digest = ?1",
                params![digest, expires],
            )?;
            Ok(())
        })
        .await
    }

    pub async fn end_session(&self, digest: SessionDigest) -> Result<(), StoreError> {
        self.with(move |connection| {
            connection.execute("DELETE FROM sessions WHERE digest = ?1", [digest])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_lasts_until_its_time_or_its_end_and_outlives_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let [mine, other] = [[1; 32], [2; 32]];
        store.begin_session(mine, 100, 200).await.unwrap();
        assert_eq!(store.session(mine, 199).await.unwrap(), Some(200));
        assert_eq!(store.session(mine, 200).await.unwrap(), None);
        assert_eq!(store.session(other, 100).await.unwrap(), None);
        store.extend_session(mine, 300).await.unwrap();
        drop(store);
        let store = Store::open(directory.path()).unwrap();
        assert_eq!(store.session(mine, 250).await.unwrap(), Some(300));
        store.begin_session(other, 400, 500).await.unwrap();
        assert_eq!(store.session(mine, 250).await.unwrap(), None, "cleared away");
        store.end_session(other).await.unwrap();
        assert_eq!(store.session(other, 450).await.unwrap(), None);
    }
}
