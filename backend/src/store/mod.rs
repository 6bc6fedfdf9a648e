//! The only code that knows SQL.
//!
//! One writing door: [`Store::write`] runs a repeatable closure in a transaction and returns after a durable commit.
//! Reads go through [`Store::read`]. Entities are private to this module; rows leave it as plain structs, and every
//! query over a county's rows takes a [`crate::domain::people::scope::Scope`].

mod begin;
mod entity;
mod migrating;
mod reach;
mod search;
mod snapshot;
mod writer;

pub mod audit;
pub mod called;
pub mod campaigns;
pub mod care;
pub mod changes;
pub mod colours;
pub mod duties;
pub mod evidence;
pub mod feed;
pub mod feedback;
pub mod field;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod look_backs;
pub mod made_copy;
pub mod meta;
pub mod notices;
pub mod people;
pub mod places;
pub mod projects;
pub mod reports;
pub mod rounds;
pub mod standards;
pub mod tickets;

pub use reach::Reach;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr,
};
pub use snapshot::Snapshot;
use std::{sync::Arc, time::Duration};
use writer::SingleWriter;

/// Anything that went wrong below the use cases. Never shown to a caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database: {0}")]
    Db(#[from] DbErr),
    /// A row holds what the program never writes.
    #[error("inconsistent data in {table}.{column}: {value}")]
    Inconsistent { table: &'static str, column: &'static str, value: String },
    /// The transaction that carried this write could not be committed; nothing of it is stored.
    #[error("commit failed: {0}")]
    Commit(String),
    /// No connection came about; what the database itself said to a single try.
    #[error("database: {0}")]
    Unreachable(#[source] Arc<sea_orm::SqlxError>),
}

/// An error that a writing closure may end with.
pub trait WriteError: From<Error> {
    /// The store's part of it, if it is one.
    fn as_store(&self) -> Option<&Error>;

    /// True when the same closure may well end otherwise if it runs again: serialisation failure, deadlock, or a uniqueness that somebody
    /// took between its look and its write, which it will see this time.
    fn wants_retry(&self) -> bool {
        let Some(Error::Db(
            DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)),
        )) = self.as_store()
        else {
            return false;
        };
        matches!(
            error.as_database_error().and_then(sea_orm::sqlx::error::DatabaseError::code).as_deref(),
            Some("40001" | "40P01" | "23505")
        )
    }
}

impl WriteError for Error {
    fn as_store(&self) -> Option<&Error> {
        Some(self)
    }
}

/// A connection that queries can run on: the read pool or a transaction.
pub trait Conn {
    type Raw: ConnectionTrait;
    /// For `store` only; other layers cannot name what it returns.
    #[doc(hidden)]
    fn raw(&self) -> &Self::Raw;
}

/// A writing transaction. It exists only inside [`Store::write`].
pub struct Tx {
    inner: DatabaseTransaction,
}

impl Conn for Tx {
    type Raw = DatabaseTransaction;
    fn raw(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

/// The read side.
pub struct Read {
    inner: DatabaseConnection,
}

impl Conn for Read {
    type Raw = DatabaseConnection;
    fn raw(&self) -> &DatabaseConnection {
        &self.inner
    }
}

/// The database: one of two dialects behind the same doors.
#[derive(Clone)]
pub struct Store {
    read: Arc<Read>,
    write: Write,
}

#[derive(Clone)]
enum Write {
    /// SQLite: one connection; concurrent closures share a commit.
    Single(Arc<SingleWriter>),
    /// PostgreSQL: a pool; the server groups commits itself.
    Pool(DatabaseConnection),
}

const POOL: u32 = 12;
const BUSY: Duration = Duration::from_secs(5);
/// How long PostgreSQL may be out of reach before a start or a request says so.
const REACH: Duration = Duration::from_secs(8);

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`. Does not migrate.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        if url.starts_with("sqlite:") { Self::sqlite(url).await } else { Self::postgres(url).await }
    }

    async fn sqlite(url: &str) -> Result<Self, Error> {
        use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        let options = |connections: u32| {
            let mut options = ConnectOptions::new(url.to_owned());
            options
                .max_connections(connections)
                .min_connections(1)
                .sqlx_logging(false)
                .test_before_acquire(false);
            options.map_sqlx_sqlite_opts(|options| {
                options
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(BUSY)
                    .foreign_keys(true)
                    .pragma("temp_store", "memory")
                    .pragma("cache_size", "-8000")
                    .optimize_on_close(true, None)
                    .statement_cache_capacity(256)
            });
            options
        };
        let write = Database::connect(options(1)).await?;
        let read = Database::connect(options(4)).await?;
        Ok(Self { read: Arc::new(Read { inner: read }), write: Write::Single(SingleWriter::start(write)) })
    }

    async fn postgres(url: &str) -> Result<Self, Error> {
        let mut options = ConnectOptions::new(url.to_owned());
        options.max_connections(POOL).min_connections(1).sqlx_logging(false).test_before_acquire(false);
        options.acquire_timeout(REACH);
        options.map_sqlx_postgres_opts(|options| options.statement_cache_capacity(256));
        let pool = match Database::connect(options).await {
            Ok(pool) => pool,
            // The pool knows only that it waited in vain.
            Err(error) => return Err(reach::reason(url, REACH).await.unwrap_or(error.into())),
        };
        Ok(Self { read: Arc::new(Read { inner: pool.clone() }), write: Write::Pool(pool) })
    }

    /// Where queries outside a transaction run.
    pub fn read(&self) -> &Read {
        &self.read
    }

    /// True when one process owns the database (SQLite): it may migrate by itself at start.
    pub fn is_single_writer(&self) -> bool {
        matches!(self.write, Write::Single(_))
    }

    /// Applies every pending migration; callers that come at once wait for each other.
    pub async fn migrate(&self) -> Result<(), Error> {
        use lalian_migrations::{Migrator, MigratorTrait};
        match &self.write {
            Write::Single(writer) => Ok(Migrator::up(writer.raw(), None).await?),
            Write::Pool(pool) => migrating::alone(pool, Migrator::up(pool, None)).await,
        }
    }

    /// How many migrations wait to be applied. Reads only.
    pub async fn pending_migrations(&self) -> Result<usize, Error> {
        use lalian_migrations::{Migrator, MigratorTrait};
        match Migrator::get_pending_migrations_read_only(self.read.raw()).await {
            Ok(pending) => Ok(pending.len()),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs `work` in one transaction and returns after a durable commit. An error rolls back everything `work` did.
    ///
    /// `work` may run more than once (a serialisation failure is tried again), so it must only read and write through
    /// `tx`, and await nothing else.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&Tx) -> Result<T, E>,
        E: WriteError,
    {
        match &self.write {
            Write::Single(writer) => writer.write(work).await,
            Write::Pool(pool) => {
                let mut tries = 0;
                loop {
                    let tx = Tx { inner: begin::begin(pool).await.map_err(Error::from)? };
                    let done = work(&tx).await;
                    let committed = match done {
                        Ok(value) => {
                            tx.inner.commit().await.map(|()| value).map_err(|error| E::from(Error::Db(error)))
                        }
                        Err(error) => {
                            // Dropping rolls back; saying so keeps the connection clean at once.
                            let _ = tx.inner.rollback().await;
                            Err(error)
                        }
                    };
                    match committed {
                        Err(error) if tries < 5 && error.wants_retry() => tries += 1,
                        other => return other,
                    }
                }
            }
        }
    }

    /// Closes the pools after what is under way.
    pub async fn close(&self) {
        match &self.write {
            Write::Single(writer) => writer.close().await,
            Write::Pool(pool) => {
                let _ = pool.clone().close().await;
            }
        }
        let _ = self.read.inner.clone().close().await;
    }
}
