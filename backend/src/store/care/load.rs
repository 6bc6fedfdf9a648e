//! Rows come back into an empty database: one transaction for all of them, so that a restore that dies leaves nothing behind.

use super::schema::{Column, Kind, Table, is_postgres, quoted, rows, tables};
use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Store, Tx, Write, begin},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait, Value as Bound};
use serde_json::Value;
use uuid::Uuid;

/// Values that one statement carries at most; SQLite takes 32,766 and PostgreSQL 65,535.
const VALUES: usize = 4_000;
/// And characters, so that rows with bodies do not add up.
const CHARACTERS: usize = 2 * 1024 * 1024;

/// The first table that holds a row; migrations alone are no rows.
pub async fn first_used(conn: &impl Conn) -> Result<Option<String>, Error> {
    for table in tables(conn).await? {
        let sql = format!("SELECT 1 AS one FROM {} LIMIT 1", quoted(&table.name));
        if !rows(conn, &sql).await?.is_empty() {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

impl Store {
    /// Applies the first migrations up to this number of them: rows come back into the shape that they were written in.
    pub async fn migrate_to(&self, steps: usize) -> Result<(), Error> {
        use lalian_migrations::{Migrator, MigratorTrait};
        let applied = super::schema::applied(self.read()).await?.len();
        let Some(more) = steps.checked_sub(applied).filter(|more| *more > 0) else { return Ok(()) };
        let more = u32::try_from(more).ok();
        match &self.write {
            Write::Single(writer) => Ok(Migrator::up(writer.raw(), more).await?),
            Write::Pool(pool) => super::super::migrating::alone(pool, Migrator::up(pool, more)).await,
        }
    }

    /// A transaction that is no closure: nobody else works on a database that is being filled.
    pub async fn begin_filling(&self) -> Result<Tx, Error> {
        let inner = match &self.write {
            Write::Single(writer) => writer.raw().begin().await?,
            Write::Pool(pool) => begin::begin(pool).await?,
        };
        Ok(Tx { inner })
    }
}

impl Tx {
    /// Ends what [`Store::begin_filling`] began.
    pub async fn filled(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }
}

/// Puts rows into a table; `names` are the columns in the order of the values.
pub struct Filler {
    table: String,
    columns: Vec<Column>,
    waiting: Vec<Bound>,
    characters: usize,
    pub rows: u64,
}

impl Filler {
    /// `None` when the table lacks one of the columns.
    pub fn new(table: &Table, names: &[String]) -> Option<Self> {
        let columns = names
            .iter()
            .map(|name| table.columns.iter().find(|column| column.name == *name).cloned())
            .collect::<Option<Vec<_>>>()?;
        Some(Self { table: table.name.clone(), columns, waiting: Vec::new(), characters: 0, rows: 0 })
    }

    /// Takes one row. False when its values do not fit the columns.
    pub async fn take(&mut self, tx: &Tx, row: Vec<Value>) -> Result<bool, Error> {
        if row.len() != self.columns.len() {
            return Ok(false);
        }
        for (column, value) in self.columns.iter().zip(row) {
            self.characters += value.as_str().map_or(8, str::len);
            let Some(bound) = bound(column.kind, value) else { return Ok(false) };
            self.waiting.push(bound);
        }
        self.rows += 1;
        if self.waiting.len() + self.columns.len() > VALUES || self.characters > CHARACTERS {
            self.write(tx).await?;
        }
        Ok(true)
    }

    /// Writes what waits.
    pub async fn write(&mut self, tx: &Tx) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let postgres = is_postgres(tx);
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        let mut sql = format!("INSERT INTO {} ({}) VALUES ", quoted(&self.table), names.join(", "));
        let mut number = 0;
        for row in 0..self.waiting.len() / self.columns.len() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for (at, column) in self.columns.iter().enumerate() {
                number += 1;
                let comma = if at == 0 { "" } else { ", " };
                sql.push_str(comma);
                if postgres {
                    sql.push('$');
                    sql.push_str(&number.to_string());
                    sql.push_str(if column.kind == Kind::Json { "::jsonb" } else { "" });
                } else {
                    sql.push('?');
                }
            }
            sql.push(')');
        }
        let backend = if postgres { DbBackend::Postgres } else { DbBackend::Sqlite };
        let values = std::mem::take(&mut self.waiting);
        self.characters = 0;
        tx.raw().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        Ok(())
    }
}

fn bound(kind: Kind, value: Value) -> Option<Bound> {
    Some(match (kind, value) {
        (Kind::Bool, Value::Null) => Bound::Bool(None),
        (Kind::Bool, value) => Bound::from(value.as_bool()?),
        (Kind::Int, Value::Null) => Bound::Int(None),
        (Kind::Int, value) => Bound::from(i32::try_from(value.as_i64()?).ok()?),
        (Kind::Long, Value::Null) => Bound::BigInt(None),
        (Kind::Long, value) => Bound::from(value.as_i64()?),
        (Kind::Double, Value::Null) => Bound::Double(None),
        (Kind::Double, value) => Bound::from(value.as_f64()?),
        (Kind::Text | Kind::Json, Value::Null) => Bound::String(None),
        (Kind::Text | Kind::Json, Value::String(text)) => Bound::from(text),
        (Kind::Uuid, Value::Null) => Bound::Uuid(None),
        (Kind::Uuid, value) => Bound::from(value.as_str()?.parse::<Uuid>().ok()?),
        (Kind::Time, Value::Null) => Bound::from(None::<Instant>),
        (Kind::Time, value) => Bound::from(value.as_str()?.parse::<Instant>().ok()?),
        (Kind::Blob, Value::Null) => Bound::Bytes(None),
        (Kind::Blob, value) => Bound::from(BASE64.decode(value.as_str()?).ok()?),
        (Kind::Text | Kind::Json, _) => return None,
    })
}

/// Lets the database go on counting after this number.
pub async fn count_on(tx: &Tx, table: &Table, last: i64) -> Result<(), Error> {
    let Some(column) = &table.numbered else { return Ok(()) };
    let name = &table.name;
    if is_postgres(tx) {
        if last > 0 {
            let sequence = format!("pg_get_serial_sequence('{}', '{column}')", quoted(name));
            rows(tx, &format!("SELECT setval({sequence}, {last}) AS n")).await?;
        }
        return Ok(());
    }
    // Inserting rows has made the entry where there were rows.
    for sql in [
        format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT '{name}', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{name}')"
        ),
        format!("UPDATE sqlite_sequence SET seq = max(seq, {last}) WHERE name = '{name}'"),
    ] {
        tx.raw().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Copies of photos are not in a backup: they are made again from the originals.
pub async fn order_copies(tx: &Tx) -> Result<(), Error> {
    let sql = "UPDATE file SET derivatives = 'waiting' WHERE derivatives IN ('made', 'layer') AND erased_at IS NULL";
    tx.raw().execute_unprepared(sql).await?;
    Ok(())
}

/// A file that could not be put back counts as never received: phones that still have it are asked for it, and nothing that was said of it
/// before is said again. Its operations lose their receipts, because a receipt says that all files are here.
pub async fn ask_again(tx: &Tx, county: Uuid, sha256: &str) -> Result<(), Error> {
    use crate::store::entity::{file, operation, operation_file, upload};
    use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
    use std::collections::BTreeSet;
    let named = operation_file::Entity::update_many()
        .col_expr(operation_file::Column::State, Expr::value("missing"))
        .filter(operation_file::Column::CountyId.eq(county).and(operation_file::Column::Sha256.eq(sha256)))
        .filter(operation_file::Column::State.eq("stored"))
        .exec_with_returning(tx.raw())
        .await?;
    for operation in named.iter().map(|row| row.operation_id).collect::<BTreeSet<_>>() {
        let missing = crate::store::field::named::missing(tx, operation).await?.len();
        operation::Entity::update_many()
            .col_expr(operation::Column::Missing, Expr::value(i32::try_from(missing).unwrap_or(i32::MAX)))
            .col_expr(operation::Column::Receipt, Expr::value(Option::<String>::None))
            .col_expr(operation::Column::CompletedAt, Expr::value(Option::<Instant>::None))
            .filter(operation::Column::Id.eq(operation))
            .exec(tx.raw())
            .await?;
    }
    file::Entity::delete_by_id((county, sha256.to_owned())).exec(tx.raw()).await?;
    upload::Entity::delete_many()
        .filter(upload::Column::CountyId.eq(county).and(upload::Column::Sha256.eq(sha256)))
        .exec(tx.raw())
        .await?;
    Ok(())
}
