//! Beginning a transaction on a pool so that whoever waits for it may go away at any moment. A request or a backup that is dropped while BEGIN
//! is on its way would leave a connection that is inside a transaction and does not know it; the pool would hand it to the next one, whose
//! `SET TRANSACTION` the database then refuses. So the first word is always spoken to its end, in a task of its own: a transaction that
//! nobody waits for any more is rolled back there.

use sea_orm::{AccessMode, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel, TransactionTrait};

/// One that writes, as the database does by itself.
pub(super) async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    to_its_end(pool.clone(), None, None).await
}

/// One that reads a single moment.
pub(super) async fn begin_reading_one_moment(
    pool: &DatabaseConnection,
) -> Result<DatabaseTransaction, DbErr> {
    to_its_end(pool.clone(), Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
}

async fn to_its_end(
    pool: DatabaseConnection,
    level: Option<IsolationLevel>,
    mode: Option<AccessMode>,
) -> Result<DatabaseTransaction, DbErr> {
    let begun = tokio::spawn(async move { pool.begin_with_config(level, mode).await });
    begun.await.map_err(|stopped| DbErr::Custom(format!("a transaction was not begun: {stopped}")))?
}
