//! Stored bytes and when they were last read again.

use crate::{
    domain::clock::Instant,
    store::{
        Conn, Error, Tx,
        entity::{file, operation_file},
    },
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use file::Column as C;

/// A file whose turn it is.
#[derive(Debug, Clone, sea_orm::FromQueryResult)]
pub struct Due {
    pub county_id: Uuid,
    pub sha256: String,
    pub broken_at: Option<Instant>,
}

/// Files of the whole installation that are not erased.
pub async fn count(conn: &impl Conn) -> Result<u64, Error> {
    Ok(file::Entity::find().filter(C::ErasedAt.is_null()).count(conn.raw()).await?)
}

/// The files that were read longest ago, those never read first.
pub async fn due(conn: &impl Conn, before: Instant, most: u64) -> Result<Vec<Due>, Error> {
    let of = |condition: Condition| {
        file::Entity::find()
            .select_only()
            .columns([C::CountyId, C::Sha256, C::BrokenAt])
            .filter(C::ErasedAt.is_null())
            .filter(condition)
    };
    let never = Condition::all().add(C::CheckedAt.is_null()).add(C::StoredAt.lte(before));
    let mut rows =
        of(never).order_by_asc(C::StoredAt).limit(most).into_model::<Due>().all(conn.raw()).await?;
    if let Some(left) = most.checked_sub(rows.len() as u64).filter(|left| *left > 0) {
        let again = Condition::all().add(C::CheckedAt.lte(before));
        rows.extend(
            of(again).order_by_asc(C::CheckedAt).limit(left).into_model::<Due>().all(conn.raw()).await?,
        );
    }
    Ok(rows)
}

/// Records what a reading found; false when the file has been erased meanwhile.
pub async fn checked(tx: &Tx, file: &Due, at: Instant, broken: bool) -> Result<bool, Error> {
    let since = broken.then(|| file.broken_at.unwrap_or(at));
    let touched = file::Entity::update_many()
        .col_expr(C::CheckedAt, Expr::value(at))
        .col_expr(C::BrokenAt, Expr::value(since))
        .filter(C::CountyId.eq(file.county_id).and(C::Sha256.eq(file.sha256.as_str())))
        .filter(C::ErasedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Sums over a county's files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    pub files: u64,
    pub bytes: i64,
    pub checked: u64,
    pub oldest: Option<Instant>,
}

/// How many files a county has, and how many of them were read again since `from`.
pub async fn sums(conn: &impl Conn, county: Uuid, from: Instant) -> Result<Sums, Error> {
    let here = file::Entity::find().filter(C::CountyId.eq(county).and(C::ErasedAt.is_null()));
    let bytes: Option<Option<i64>> = here
        .clone()
        .select_only()
        .expr(Expr::expr(Func::sum(Expr::col(C::Bytes))).cast_as("bigint"))
        .into_tuple()
        .one(conn.raw())
        .await?;
    let first = |column: C| {
        let query = here.clone().select_only().column(column).filter(column.is_not_null());
        query.order_by_asc(column).limit(1).into_tuple::<Instant>()
    };
    let never = here.clone().filter(C::CheckedAt.is_null());
    let waiting: Option<Instant> = never
        .select_only()
        .column(C::StoredAt)
        .order_by_asc(C::StoredAt)
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?;
    let checked_first = first(C::CheckedAt).one(conn.raw()).await?;
    Ok(Sums {
        files: here.clone().count(conn.raw()).await?,
        bytes: bytes.flatten().unwrap_or(0),
        checked: here.filter(C::CheckedAt.gte(from)).count(conn.raw()).await?,
        oldest: [waiting, checked_first].into_iter().flatten().min(),
    })
}

/// Files of a county whose bytes are missing or changed, since when.
pub async fn broken(conn: &impl Conn, county: Uuid, most: u64) -> Result<Vec<(String, Instant)>, Error> {
    Ok(file::Entity::find()
        .select_only()
        .columns([C::Sha256, C::BrokenAt])
        .filter(C::CountyId.eq(county).and(C::BrokenAt.is_not_null()).and(C::ErasedAt.is_null()))
        .order_by_asc(C::BrokenAt)
        .limit(most)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// A photo that these bytes are.
pub async fn photo_of(conn: &impl Conn, county: Uuid, sha256: &str) -> Result<Option<Uuid>, Error> {
    use operation_file::Column as F;
    Ok(operation_file::Entity::find()
        .select_only()
        .column(F::FileId)
        .filter(F::CountyId.eq(county).and(F::Sha256.eq(sha256)))
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?)
}
