//! What the database says of itself.

use super::schema::{is_postgres, rows};
use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Store},
};

/// How the database is.
#[derive(Debug, Clone)]
pub struct DatabaseHealth {
    pub version: String,
    /// SQLite only.
    pub journal: Option<String>,
    /// SQLite only: the first thing that is wrong in the file.
    pub damage: Option<String>,
    /// The database's own clock, where it has one.
    pub now: Option<Instant>,
}

impl Store {
    /// Asks the database how it is. `thorough` reads the whole file of an SQLite database.
    pub async fn health(&self, thorough: bool) -> Result<DatabaseHealth, Error> {
        let read = self.read();
        let text = async |sql: &str| -> Result<String, Error> {
            let found = rows(read, sql).await?;
            Ok(found.first().map(|row| row.try_get_by(0)).transpose()?.unwrap_or_default())
        };
        if is_postgres(read) {
            let now = rows(read, "SELECT now() AS n").await?;
            return Ok(DatabaseHealth {
                version: format!("PostgreSQL {}", text("SHOW server_version").await?),
                journal: None,
                damage: None,
                now: now.first().map(|row| row.try_get_by(0)).transpose()?,
            });
        }
        let check = if thorough { text("PRAGMA quick_check(1)").await? } else { "ok".to_owned() };
        Ok(DatabaseHealth {
            version: format!("SQLite {}", text("SELECT sqlite_version()").await?),
            journal: Some(text("PRAGMA journal_mode").await?),
            damage: (check != "ok").then_some(check),
            now: None,
        })
    }
}

/// The newest moment that the record knows: a clock that is far behind it was set back.
pub async fn newest_moment(conn: &impl Conn) -> Result<Option<Instant>, Error> {
    use crate::store::entity::audit::{Column, Entity};
    use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
    let query = Entity::find().select_only().column(Column::At).order_by_desc(Column::Seq).limit(1);
    Ok(query.into_tuple().one(conn.raw()).await?)
}

/// Jobs that were given up.
pub async fn given_up(conn: &impl Conn) -> Result<u64, Error> {
    use crate::store::entity::job::{Column, Entity};
    use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
    Ok(Entity::find().filter(Column::State.eq("dead")).count(conn.raw()).await?)
}
