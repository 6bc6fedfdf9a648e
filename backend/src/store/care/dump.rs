//! All rows as of one moment, page by page, in a form that either database takes back.

use super::schema::{Kind, Table, is_postgres, quoted, rows};
use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Snapshot, entity::operation},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::SecondsFormat;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

/// Rows read at once, of tables with bodies and of all others.
const HEAVY: u64 = 64;
const LIGHT: u64 = 1_000;
/// Numbers below the newest one that are looked at for holes. A transaction that was still under way took one of the last few.
const RECENT: i64 = 5_000;
/// Operations without all their photos that are named one by one; beyond that the copy vouches for less.
const NAMED: u64 = 20_000;

/// Reads one table from its beginning to its end.
pub struct Pages<'a> {
    snapshot: &'a Snapshot,
    table: &'a Table,
    next: String,
    after: i64,
    cursor: Option<String>,
    limit: u64,
    done: bool,
}

impl<'a> Pages<'a> {
    pub async fn open(snapshot: &'a Snapshot, table: &'a Table) -> Result<Self, Error> {
        let limit = if table.is_heavy() { HEAVY } else { LIGHT };
        let from = quoted(&table.name);
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| match column.kind {
                Kind::Json if is_postgres(snapshot) => format!("{}::text", quoted(&column.name)),
                _ => quoted(&column.name),
            })
            .collect();
        let columns = columns.join(", ");
        let (next, cursor) = if is_postgres(snapshot) {
            let cursor = quoted(&format!("dump_{}", table.name));
            let declare = format!("DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {columns} FROM {from}");
            run(snapshot, &declare).await?;
            (format!("FETCH FORWARD {limit} FROM {cursor}"), Some(cursor))
        } else {
            (format!("SELECT {columns}, rowid AS \"row id\" FROM {from} WHERE rowid > "), None)
        };
        Ok(Self { snapshot, table, next, after: i64::MIN, cursor, limit, done: false })
    }

    /// The next rows; empty at the end.
    pub async fn next(&mut self) -> Result<Vec<Value>, Error> {
        if self.done {
            return Ok(Vec::new());
        }
        let sql = match &self.cursor {
            Some(_) => self.next.clone(),
            None => format!("{}{} ORDER BY rowid LIMIT {}", self.next, self.after, self.limit),
        };
        let found = rows(self.snapshot, &sql).await?;
        if (found.len() as u64) < self.limit {
            self.done = true;
            if let Some(cursor) = &self.cursor {
                run(self.snapshot, &format!("CLOSE {cursor}")).await?;
            }
        } else if let (None, Some(last)) = (&self.cursor, found.last()) {
            self.after = last.try_get_by(self.table.columns.len())?;
        }
        found.iter().map(|row| portable(self.table, row)).collect()
    }
}

async fn run(snapshot: &Snapshot, sql: &str) -> Result<(), Error> {
    use sea_orm::ConnectionTrait;
    snapshot.raw().execute_unprepared(sql).await?;
    Ok(())
}

/// A row as a JSON list: bytes as Base64, times as RFC 3339, stored JSON as the text that it is.
fn portable(table: &Table, row: &QueryResult) -> Result<Value, Error> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        values.push(match column.kind {
            Kind::Bool => json!(row.try_get_by::<Option<bool>, _>(at)?),
            Kind::Int => json!(row.try_get_by::<Option<i32>, _>(at)?),
            Kind::Long => json!(row.try_get_by::<Option<i64>, _>(at)?),
            Kind::Double => json!(row.try_get_by::<Option<f64>, _>(at)?),
            Kind::Text | Kind::Json => json!(row.try_get_by::<Option<String>, _>(at)?),
            Kind::Uuid => json!(row.try_get_by::<Option<Uuid>, _>(at)?),
            Kind::Time => {
                let at: Option<Instant> = row.try_get_by(at)?;
                json!(at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
            }
            Kind::Blob => {
                let bytes: Option<Vec<u8>> = row.try_get_by(at)?;
                json!(bytes.map(|bytes| BASE64.encode(bytes)))
            }
        });
    }
    Ok(Value::Array(values))
}

/// The last number that the database gave out in a table that it numbers.
pub async fn last_number(conn: &impl Conn, table: &Table) -> Result<Option<i64>, Error> {
    let Some(column) = &table.numbered else { return Ok(None) };
    let sql = if is_postgres(conn) {
        // A sequence is outside transactions, so it is never behind the rows of the snapshot.
        format!(
            "SELECT greatest(coalesce((SELECT max({}) FROM {}), 0), coalesce(pg_sequence_last_value(pg_get_serial_sequence('{}', '{column}')::regclass), 0)) AS n",
            quoted(column),
            quoted(&table.name),
            quoted(&table.name),
        )
    } else {
        format!("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{}'), 0) AS n", table.name)
    };
    let row = rows(conn, &sql).await?;
    Ok(row.first().map(|row| row.try_get::<i64>("", "n")).transpose()?)
}

/// What a copy of this moment vouches for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cover {
    /// The newest number that is in it.
    pub newest_seq: i64,
    /// Numbers up to it that are not wholly in it: photos were still on their way, or the number was not yet committed.
    pub uncovered: Vec<i64>,
}

/// Reads what the moment covers. A phone may forget an operation only when all of it, photos included, is in the copy; and on PostgreSQL a
/// lower number may be committed after a higher one was read.
pub async fn cover(snapshot: &Snapshot) -> Result<Cover, Error> {
    use operation::Column as C;
    let seqs = || operation::Entity::find().select_only().column(C::ServerSeq);
    let newest: Option<i64> =
        seqs().order_by_desc(C::ServerSeq).limit(1).into_tuple().one(snapshot.raw()).await?;
    let Some(newest) = newest else { return Ok(Cover::default()) };
    let mut uncovered: Vec<i64> = seqs()
        .filter(C::Missing.gt(0).or(C::Receipt.is_null()).and(C::Status.ne("dismissed")))
        .order_by_asc(C::ServerSeq)
        .limit(NAMED + 1)
        .into_tuple()
        .all(snapshot.raw())
        .await?;
    if uncovered.len() as u64 > NAMED {
        let before = uncovered.first().map_or(0, |first| first - 1);
        return Ok(Cover { newest_seq: before, uncovered: Vec::new() });
    }
    let from = Ord::max(newest - RECENT, 0);
    let recent: Vec<i64> = seqs()
        .filter(C::ServerSeq.gt(from))
        .order_by_asc(C::ServerSeq)
        .into_tuple()
        .all(snapshot.raw())
        .await?;
    let mut expected = from + 1;
    for seq in recent {
        uncovered.extend(expected..seq);
        expected = seq + 1;
    }
    uncovered.sort_unstable();
    uncovered.dedup();
    Ok(Cover { newest_seq: newest, uncovered })
}

/// An original that the county has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    pub county: Uuid,
    pub sha256: String,
    pub bytes: i64,
}

/// One page of the originals in the order of their names, without erased ones.
pub async fn originals(
    conn: &impl Conn,
    after: Option<&Original>,
    limit: u64,
) -> Result<Vec<Original>, Error> {
    use crate::store::entity::file::{Column as F, Entity};
    use sea_orm::Condition;
    let mut query = Entity::find().select_only().columns([F::CountyId, F::Sha256, F::Bytes]);
    query = query.filter(F::ErasedAt.is_null());
    if let Some(last) = after {
        query = query.filter(
            Condition::any()
                .add(F::CountyId.gt(last.county))
                .add(F::CountyId.eq(last.county).and(F::Sha256.gt(last.sha256.clone()))),
        );
    }
    let found: Vec<(Uuid, String, i64)> = query
        .order_by_asc(F::CountyId)
        .order_by_asc(F::Sha256)
        .limit(limit)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(found.into_iter().map(|(county, sha256, bytes)| Original { county, sha256, bytes }).collect())
}

/// Originals that two people erased, with the moment.
pub async fn erased(conn: &impl Conn) -> Result<Vec<(Uuid, String, Instant)>, Error> {
    use crate::store::entity::file::{Column as F, Entity};
    let found: Vec<(Uuid, String, Option<Instant>)> = Entity::find()
        .select_only()
        .columns([F::CountyId, F::Sha256, F::ErasedAt])
        .filter(F::ErasedAt.is_not_null())
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(found.into_iter().filter_map(|(county, sha256, at)| Some((county, sha256, at?))).collect())
}

/// Numbers of the operations that name an original.
pub async fn naming(conn: &impl Conn, county: Uuid, sha256: &str) -> Result<Vec<i64>, Error> {
    use crate::store::entity::operation_file::{Column as F, Entity};
    let operations = Entity::find()
        .select_only()
        .column(F::OperationId)
        .filter(F::CountyId.eq(county).and(F::Sha256.eq(sha256)));
    Ok(operation::Entity::find()
        .select_only()
        .column(operation::Column::ServerSeq)
        .filter(operation::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(operations)))
        .into_tuple()
        .all(conn.raw())
        .await?)
}
