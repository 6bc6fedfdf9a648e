//! Files on their way: one row for each (person, hash, length), so that asking twice gives the same upload.

use crate::{
    domain::{clock::Instant, field::media::Sha256},
    store::{Conn, Error, Tx, entity::upload},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr, OnConflict},
};
use uuid::Uuid;

const OPEN: &str = "open";
const STORED: &str = "stored";

/// An upload and how far it has come.
#[derive(Debug, Clone)]
pub struct Upload {
    pub id: Uuid,
    pub county_id: Uuid,
    pub person_id: Uuid,
    pub sha256: Sha256,
    /// Bytes of the whole file.
    pub length: u64,
    /// Bytes from the start that are durable. Equal to `length` only when the file is stored.
    pub received: u64,
    pub stored: bool,
    pub expires_at: Instant,
}

fn upload(row: &upload::Model) -> Result<Upload, Error> {
    let wrong = |column, value: String| Error::Inconsistent { table: "upload", column, value };
    let count =
        |column, value: i64| u64::try_from(value).map_err(|_negative| wrong(column, value.to_string()));
    Ok(Upload {
        id: row.id,
        county_id: row.county_id,
        person_id: row.person_id,
        sha256: Sha256::parse(&row.sha256).ok_or_else(|| wrong("sha256", row.sha256.clone()))?,
        length: count("length", row.length)?,
        received: count("received", row.received)?,
        stored: row.state == STORED,
        expires_at: row.expires_at,
    })
}

/// What a new upload is for.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload {
    pub id: Uuid,
    pub county_id: Uuid,
    pub person_id: Uuid,
    pub sha256: Sha256,
    pub length: u64,
    pub expires_at: Instant,
}

/// Inserts the upload, or finds the one that is there for the same person, hash and length.
pub async fn insert_or_find(tx: &Tx, new: NewUpload, now: Instant) -> Result<Upload, Error> {
    let row = upload::ActiveModel {
        id: Set(new.id),
        county_id: Set(new.county_id),
        person_id: Set(new.person_id),
        sha256: Set(new.sha256.to_string()),
        length: Set(signed(new.length)),
        received: Set(0),
        state: Set(OPEN.to_owned()),
        lease_id: Set(None),
        lease_until: Set(None),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
    };
    let unique =
        [upload::Column::CountyId, upload::Column::PersonId, upload::Column::Sha256, upload::Column::Length];
    // An update of the same value instead of DO NOTHING: it locks the row and returns it in one step.
    let found = upload::Entity::insert(row)
        .on_conflict(OnConflict::columns(unique).update_column(upload::Column::ExpiresAt).to_owned())
        .exec_with_returning(tx.raw())
        .await?;
    upload(&found)
}

/// An upload of this person. Somebody else's reads as absent.
pub async fn find(conn: &impl Conn, id: Uuid, person: Uuid) -> Result<Option<Upload>, Error> {
    let row =
        upload::Entity::find_by_id(id).filter(upload::Column::PersonId.eq(person)).one(conn.raw()).await?;
    row.as_ref().map(upload).transpose()
}

/// How many uploads of this person are under way.
pub async fn open_count(conn: &impl Conn, county: Uuid, person: Uuid) -> Result<u64, Error> {
    Ok(upload::Entity::find()
        .filter(upload::Column::CountyId.eq(county))
        .filter(upload::Column::PersonId.eq(person))
        .filter(upload::Column::State.eq(OPEN))
        .count(conn.raw())
        .await?)
}

/// Reserves an upload for one request across all processes. `false` while another one holds it or has brought it further.
pub async fn take_lease(
    tx: &Tx,
    id: Uuid,
    lease: Uuid,
    received: u64,
    now: Instant,
    until: Instant,
) -> Result<bool, Error> {
    let free = Condition::any()
        .add(upload::Column::LeaseUntil.is_null())
        .add(upload::Column::LeaseUntil.lte(now))
        .add(upload::Column::LeaseId.eq(lease));
    let taken = upload::Entity::update_many()
        .col_expr(upload::Column::LeaseId, Expr::value(Some(lease)))
        .col_expr(upload::Column::LeaseUntil, Expr::value(Some(until)))
        .filter(upload::Column::Id.eq(id))
        .filter(upload::Column::Received.eq(signed(received)))
        .filter(upload::Column::State.eq(OPEN))
        .filter(free)
        .exec(tx.raw())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// What a request tells about an upload that it appends to.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The lease it holds, where one was needed.
    pub lease: Option<Uuid>,
    /// `None` gives the lease back.
    pub lease_until: Option<Instant>,
    pub received: u64,
    pub expires_at: Instant,
}

/// Records the durable length. `false` when the lease is lost: another request goes on from what was recorded before.
pub async fn progress(tx: &Tx, id: Uuid, progress: Progress) -> Result<bool, Error> {
    let mut update = upload::Entity::update_many()
        .col_expr(upload::Column::Received, Expr::value(signed(progress.received)))
        .col_expr(upload::Column::ExpiresAt, Expr::value(progress.expires_at))
        .filter(upload::Column::Id.eq(id))
        .filter(upload::Column::State.eq(OPEN));
    if let Some(lease) = progress.lease {
        update = update
            .col_expr(upload::Column::LeaseId, Expr::value(progress.lease_until.map(|_| lease)))
            .col_expr(upload::Column::LeaseUntil, Expr::value(progress.lease_until))
            .filter(upload::Column::LeaseId.eq(lease));
    }
    Ok(update.exec(tx.raw()).await?.rows_affected == 1)
}

/// Gives a lease back without recording anything. Harmless when it is gone.
pub async fn release(tx: &Tx, id: Uuid, lease: Uuid) -> Result<(), Error> {
    upload::Entity::update_many()
        .col_expr(upload::Column::LeaseId, Expr::value(Option::<Uuid>::None))
        .col_expr(upload::Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .filter(upload::Column::Id.eq(id))
        .filter(upload::Column::LeaseId.eq(lease))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The file is stored, and this person's upload of it is done.
pub async fn stored(tx: &Tx, county: Uuid, person: Uuid, sha256: Sha256, length: u64) -> Result<(), Error> {
    upload::Entity::update_many()
        .col_expr(upload::Column::State, Expr::value(STORED))
        .col_expr(upload::Column::Received, Expr::col(upload::Column::Length))
        .col_expr(upload::Column::LeaseId, Expr::value(Option::<Uuid>::None))
        .col_expr(upload::Column::LeaseUntil, Expr::value(Option::<Instant>::None))
        .filter(upload::Column::CountyId.eq(county))
        .filter(upload::Column::PersonId.eq(person))
        .filter(upload::Column::Sha256.eq(sha256.to_string()))
        .filter(upload::Column::Length.eq(signed(length)))
        .filter(upload::Column::State.eq(OPEN))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Uploads whose time is over and that nobody appends to now.
pub async fn expired(conn: &impl Conn, now: Instant, limit: u64) -> Result<Vec<Upload>, Error> {
    let rows = upload::Entity::find()
        .filter(upload::Column::ExpiresAt.lt(now))
        .filter(
            Condition::any()
                .add(upload::Column::LeaseUntil.is_null())
                .add(upload::Column::LeaseUntil.lt(now)),
        )
        .order_by_asc(upload::Column::ExpiresAt)
        .limit(limit)
        .all(conn.raw())
        .await?;
    rows.iter().map(upload).collect()
}

/// Forgets an upload if its time is still over. The file, where it was stored, stays.
pub async fn forget(tx: &Tx, id: Uuid, now: Instant) -> Result<bool, Error> {
    let gone = upload::Entity::delete_many()
        .filter(upload::Column::Id.eq(id))
        .filter(upload::Column::ExpiresAt.lt(now))
        .exec(tx.raw())
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Lengths are at most 20 MB, checked at the edge.
fn signed(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
