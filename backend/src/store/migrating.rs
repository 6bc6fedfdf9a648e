//! One migration at a time: replicas and impatient operators may all call `lalian migrate` at once on PostgreSQL, and
//! the migration library takes no lock. A row with an expiry, because some engines that speak PostgreSQL only pretend
//! to take advisory locks.

use super::Error;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use std::time::Duration;

/// Renewed while migrations run; what a killed one leaves behind ends by itself.
const RENEW: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(300);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration_lock \
    (name varchar(16) PRIMARY KEY, holder varchar(64) NOT NULL, until timestamptz NOT NULL)";
/// Judged by the database's clock, which all callers share.
const TAKE: &str = "INSERT INTO migration_lock AS held (name, holder, until) \
    VALUES ('migrate', gen_random_uuid()::text, now() + interval '60 seconds') \
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE held.until < now() \
    RETURNING holder";
const KEEP: &str = "UPDATE migration_lock SET until = now() + interval '60 seconds' WHERE holder = $1";
const GIVE_BACK: &str = "DELETE FROM migration_lock WHERE holder = $1";

/// Runs `work` while nobody else migrates this database.
pub async fn alone(
    db: &DatabaseConnection,
    work: impl Future<Output = Result<(), DbErr>>,
) -> Result<(), Error> {
    let holder = take(db).await?;
    let mut work = std::pin::pin!(work);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            () = tokio::time::sleep(RENEW) => run(db, KEEP, &holder).await?,
        }
    };
    run(db, GIVE_BACK, &holder).await?;
    Ok(outcome?)
}

async fn take(db: &DatabaseConnection) -> Result<String, DbErr> {
    let mut tries = 0;
    // Two that create the table in the same moment collide in the catalogue, "if not exists" or not.
    while let Err(error) = db.execute_unprepared(TABLE).await {
        tries += 1;
        if tries > 5 {
            return Err(error);
        }
        tokio::time::sleep(POLL).await;
    }
    loop {
        let statement = Statement::from_string(db.get_database_backend(), TAKE);
        if let Some(row) = db.query_one_raw(statement).await? {
            return row.try_get("", "holder");
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn run(db: &DatabaseConnection, sql: &str, holder: &str) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [holder.into()]);
    db.execute_raw(statement).await.map(|_done| ())
}
