//! A whole SQLite database kept as one file, and put back into the database that is in use: what the demo's stand resets
//! with. Rows go back in one transaction, so readers see all of the old county or all of the new one.

use super::{Conn, Error, Store, Write, entity::inspection};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QuerySelect, Statement};
use std::path::Path;
use uuid::Uuid;

/// Tables of the made copy that belong to the installation and not to the county.
const TABLES: &str = "SELECT name FROM made.sqlite_master WHERE type = 'table' AND name <> 'seaql_migrations' \
    AND (name NOT LIKE 'sqlite%' OR name = 'sqlite_sequence')";

impl Store {
    /// Writes the database as it is into this file; false where that is not how a database is kept (PostgreSQL).
    pub async fn copy_into(&self, file: &Path) -> Result<bool, Error> {
        let Write::Single(writer) = &self.write else { return Ok(false) };
        let statement = format!("VACUUM INTO {}", quoted(file)?);
        writer.alone(async |db| db.execute_unprepared(&statement).await.map(drop)).await?;
        Ok(true)
    }

    /// Puts every row back as it is in this file, under a new epoch; false on PostgreSQL.
    pub async fn put_back(&self, file: &Path, epoch: Uuid) -> Result<bool, Error> {
        let Write::Single(writer) = &self.write else { return Ok(false) };
        let attach = format!("ATTACH {} AS made", quoted(file)?);
        writer
            .alone(async |db| {
                db.execute_unprepared(&attach).await?;
                let copied = replace(db, epoch).await;
                if copied.is_err() {
                    let _ = db.execute_unprepared("ROLLBACK").await;
                }
                db.execute_unprepared("DETACH made").await?;
                copied
            })
            .await?;
        Ok(true)
    }
}

/// Whether work was done in it: an empty county has nothing that ages.
pub async fn has_visits(conn: &impl Conn) -> Result<bool, Error> {
    let found: Option<Uuid> = inspection::Entity::find()
        .select_only()
        .column(inspection::Column::Id)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(found.is_some())
}

async fn replace(db: &DatabaseConnection, epoch: Uuid) -> Result<(), DbErr> {
    let tables = names(db, TABLES).await?;
    // Foreign keys are asked at the end, when both sides are there again.
    db.execute_unprepared("BEGIN IMMEDIATE").await?;
    db.execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
    for table in &tables {
        db.execute_unprepared(&format!("DELETE FROM main.\"{table}\"")).await?;
    }
    for table in &tables {
        let columns = format!("SELECT name FROM pragma_table_info('{table}', 'made')");
        let columns = format!("\"{}\"", names(db, &columns).await?.join("\", \""));
        let copy = format!("INSERT INTO main.\"{table}\" ({columns}) SELECT {columns} FROM made.\"{table}\"");
        db.execute_unprepared(&copy).await?;
    }
    let epoch = format!("INSERT OR REPLACE INTO main.meta (key, value) VALUES ('epoch', '{epoch}')");
    db.execute_unprepared(&epoch).await?;
    db.execute_unprepared("COMMIT").await?;
    Ok(())
}

async fn names(db: &DatabaseConnection, query: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

fn quoted(file: &Path) -> Result<String, Error> {
    let path = file.to_str().ok_or_else(|| {
        Error::Db(DbErr::Custom(format!("{}: the path is no text that SQLite can read", file.display())))
    })?;
    Ok(format!("'{}'", path.replace('\'', "''")))
}
