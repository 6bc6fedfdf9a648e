//! What the same database does when it is asked for nothing but durable one-row inserts: the floor to compare with.

use std::time::{Duration, Instant};

use lalian_tests::backend::Backend;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement, TransactionTrait as _, Value,
};

/// The size of a row, as in the peer's floors.
const ROW: usize = 900;

/// Inserts a second, each in a transaction of its own: one writer on SQLite (`synchronous=FULL`), eight on PostgreSQL.
pub async fn inserts_per_second(backend: Backend, url: &str, time: Duration) -> f64 {
    let writers = if backend == Backend::Sqlite { 1 } else { 8 };
    let connection = connect(backend, url, writers).await;
    let number = if backend == Backend::Sqlite { "INTEGER" } else { "BIGSERIAL" };
    let blob = if backend == Backend::Sqlite { "BLOB" } else { "BYTEA" };
    let table = format!("CREATE TABLE floor (id {number} PRIMARY KEY, body {blob} NOT NULL)");
    connection.execute_unprepared(&table).await.expect("a table");
    let deadline = Instant::now() + time;
    let writing = (0..writers).map(|_| write_until(&connection, deadline));
    let written: u64 = futures_util::future::join_all(writing).await.into_iter().sum();
    connection.close().await.expect("close");
    written as f64 / time.as_secs_f64()
}

async fn write_until(connection: &DatabaseConnection, deadline: Instant) -> u64 {
    let sql = match connection.get_database_backend() {
        sea_orm::DatabaseBackend::Sqlite => "INSERT INTO floor (body) VALUES (?)",
        _ => "INSERT INTO floor (body) VALUES ($1)",
    };
    let mut written = 0;
    while Instant::now() < deadline {
        let tx = connection.begin().await.expect("begin");
        let row = Statement::from_sql_and_values(
            connection.get_database_backend(),
            sql,
            [Value::Bytes(Some(vec![7; ROW]))],
        );
        tx.execute_raw(row).await.expect("insert");
        tx.commit().await.expect("commit");
        written += 1;
    }
    written
}

async fn connect(backend: Backend, url: &str, writers: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(writers).sqlx_logging(false).test_before_acquire(false);
    if backend == Backend::Sqlite {
        options.map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
        });
    }
    Database::connect(options).await.expect("connect")
}
