//! SQLite's one writing connection, shared: closures that arrive while others run join one durable commit.
//!
//! Each closure runs in its own savepoint of the open transaction, so its failure undoes only itself. A flusher queues
//! for the same fair lock behind the closures that are already waiting and commits what they did together; every
//! caller returns only after that commit. Alone, a caller pays one commit; eight at once share it.

use super::{Error, Tx, WriteError};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::sync::Arc;
use tokio::{
    sync::{Mutex, Notify, watch},
    task::JoinHandle,
};

type Fate = watch::Sender<Option<Result<(), String>>>;

pub struct SingleWriter {
    db: DatabaseConnection,
    gate: Mutex<Option<Batch>>,
    dirty: Notify,
    flusher: std::sync::Mutex<Option<JoinHandle<()>>>,
}

/// The open transaction and what its members wait for.
struct Batch {
    tx: DatabaseTransaction,
    fate: Fate,
}

/// Wakes the flusher when a caller leaves the gate, also when the caller is dropped half way.
struct Nudge<'a>(&'a Notify);

impl Drop for Nudge<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl SingleWriter {
    pub fn start(db: DatabaseConnection) -> Arc<Self> {
        let writer = Arc::new(Self {
            db,
            gate: Mutex::new(None),
            dirty: Notify::new(),
            flusher: std::sync::Mutex::new(None),
        });
        let flushing = Arc::clone(&writer);
        let handle = tokio::spawn(async move {
            loop {
                flushing.dirty.notified().await;
                flushing.flush().await;
            }
        });
        if let Ok(mut flusher) = writer.flusher.lock() {
            *flusher = Some(handle);
        }
        writer
    }

    pub fn raw(&self) -> &DatabaseConnection {
        &self.db
    }

    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&Tx) -> Result<T, E>,
        E: WriteError,
    {
        let (value, mut fate) = {
            let _nudge = Nudge(&self.dirty);
            let mut gate = self.gate.lock().await;
            let batch = match gate.take() {
                Some(batch) => gate.insert(batch),
                None => gate.insert(Batch { tx: self.begin().await?, fate: watch::Sender::new(None) }),
            };
            let tx = Tx { inner: batch.tx.begin().await.map_err(Error::from)? };
            let (value, settled) = match work(&tx).await {
                Ok(value) => (Ok(value), tx.inner.commit().await),
                Err(error) => (Err(error), tx.inner.rollback().await),
            };
            if let Err(error) = settled {
                // The shared transaction is beyond trust (disk full, I/O error): nobody in it may believe it is stored.
                if let Some(batch) = gate.take() {
                    batch.fate.send_replace(Some(Err(error.to_string())));
                    let _ = batch.tx.rollback().await;
                }
                return Err(Error::Db(error).into());
            }
            (value?, batch.fate.subscribe())
        };
        match fate.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Ok(()))) => Ok(value),
            Ok(Some(Err(cause))) => Err(Error::Commit(cause.clone()).into()),
            _ => Err(Error::Commit("the store was closed".into()).into()),
        }
    }

    async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(self.db.begin_with_options(options).await?)
    }

    async fn flush(&self) {
        let mut gate = self.gate.lock().await;
        if let Some(batch) = gate.take() {
            let result = batch.tx.commit().await.map_err(|error| error.to_string());
            batch.fate.send_replace(Some(result));
        }
    }

    /// Runs `work` on the connection itself while no transaction is open on it and nobody else writes: what is no writing
    /// closure, such as copying the whole database.
    pub async fn alone<F>(&self, work: F) -> Result<(), Error>
    where
        F: AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>,
    {
        let mut gate = self.gate.lock().await;
        if let Some(batch) = gate.take() {
            let result = batch.tx.commit().await.map_err(|error| error.to_string());
            batch.fate.send_replace(Some(result));
        }
        Ok(work(&self.db).await?)
    }

    pub async fn close(&self) {
        self.flush().await;
        if let Some(handle) = self.flusher.lock().ok().and_then(|mut flusher| flusher.take()) {
            handle.abort();
        }
        let _ = self.db.clone().close().await;
    }
}
