//! A view of one moment over several queries.

use super::{Conn, Error, Store, Write, begin::begin_reading_one_moment};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};

/// A reading transaction: whatever is written meanwhile is not in it.
pub struct Snapshot {
    inner: DatabaseTransaction,
}

impl Conn for Snapshot {
    type Raw = DatabaseTransaction;
    fn raw(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

impl Store {
    /// Begins a view of this moment, from the pool of readers. Dropping it ends it; nothing is awaited meanwhile but its queries.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let db = &self.read.inner;
        let inner = match self.write {
            // On SQLite every transaction sees what was committed before its first look.
            Write::Single(_) => db.begin().await?,
            Write::Pool(_) => begin_reading_one_moment(db).await?,
        };
        // The moment is that of the first look.
        let look = Statement::from_string(inner.get_database_backend(), "SELECT 1 AS one FROM meta LIMIT 1");
        inner.query_one_raw(look).await?;
        Ok(Snapshot { inner })
    }
}

impl Snapshot {
    /// Ends it, and gives its connection back clean.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.inner.rollback().await?)
    }
}
