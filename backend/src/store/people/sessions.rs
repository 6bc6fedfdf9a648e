//! Sign-ins and the chains of refresh tokens that keep them alive.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::refresh_token, entity::session},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

/// One sign-in.
pub use crate::store::entity::session::Model as SessionRow;

/// One link of a session's chain.
pub use crate::store::entity::refresh_token::Model as RefreshRow;

pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<SessionRow>, Error> {
    Ok(session::Entity::find_by_id(id).one(conn.raw()).await?)
}

pub async fn insert(tx: &Tx, row: SessionRow) -> Result<(), Error> {
    session::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Notes that a session was used and until when it lives on; false when it is over. Holds the session's row until the
/// transaction ends, so that two refreshes of one session come one after the other.
pub async fn touch(tx: &Tx, id: Uuid, now: Instant, expires_at: Instant) -> Result<bool, Error> {
    let touched = session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, Expr::value(now))
        .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Ends one session; one that is over stays as it is.
pub async fn revoke(tx: &Tx, id: Uuid, at: Instant, reason: &'static str) -> Result<bool, Error> {
    Ok(revoke_where(tx, at, reason, session::Column::Id.eq(id)).await? > 0)
}

/// Ends all sessions of a person but the one named.
pub async fn revoke_others(
    tx: &Tx,
    person: Uuid,
    keep: Option<Uuid>,
    at: Instant,
    reason: &'static str,
) -> Result<(), Error> {
    let mut which = session::Column::PersonId.eq(person);
    if let Some(keep) = keep {
        which = which.and(session::Column::Id.ne(keep));
    }
    revoke_where(tx, at, reason, which).await?;
    Ok(())
}

/// Ends all sessions that were opened on a device.
pub async fn revoke_of_device(tx: &Tx, device: Uuid, at: Instant, reason: &'static str) -> Result<(), Error> {
    revoke_where(tx, at, reason, session::Column::DeviceId.eq(device)).await?;
    Ok(())
}

async fn revoke_where(
    tx: &Tx,
    at: Instant,
    reason: &'static str,
    which: impl sea_orm::sea_query::IntoCondition,
) -> Result<u64, Error> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(at))
        .col_expr(session::Column::RevokeReason, Expr::value(reason))
        .filter(session::Column::RevokedAt.is_null())
        .filter(which)
        .exec(tx.raw())
        .await?;
    Ok(ended.rows_affected)
}

pub async fn token(conn: &impl Conn, hash: &str) -> Result<Option<RefreshRow>, Error> {
    Ok(refresh_token::Entity::find_by_id(hash.to_owned()).one(conn.raw()).await?)
}

pub async fn insert_token(tx: &Tx, row: RefreshRow) -> Result<(), Error> {
    refresh_token::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(refresh_token::Column::Hash).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// Marks a token as used; the first use counts.
pub async fn use_token(tx: &Tx, hash: &str, at: Instant) -> Result<(), Error> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(at))
        .filter(refresh_token::Column::Hash.eq(hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// True when the chain went on past this point: a token made from `parent`, other than `but`, was used.
pub async fn went_on_from(tx: &Tx, parent: &str, but: Option<&str>) -> Result<bool, Error> {
    let mut query = refresh_token::Entity::find()
        .filter(refresh_token::Column::ParentHash.eq(parent))
        .filter(refresh_token::Column::UsedAt.is_not_null());
    if let Some(but) = but {
        query = query.filter(refresh_token::Column::Hash.ne(but));
    }
    Ok(query.limit(1).one(tx.raw()).await?.is_some())
}

/// Forgets tokens of a session whose life is over, so that a chain does not grow for ever.
pub async fn forget_expired(tx: &Tx, session: Uuid, now: Instant) -> Result<(), Error> {
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.eq(session))
        .filter(refresh_token::Column::ExpiresAt.lte(now))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Forgets tokens whose life is over, and sessions that ended before an instant.
pub async fn forget_ended(tx: &Tx, now: Instant, before: Instant) -> Result<(), Error> {
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::ExpiresAt.lte(now))
        .exec(tx.raw())
        .await?;
    let ended = session::Column::ExpiresAt.lt(before).or(session::Column::RevokedAt.lt(before));
    session::Entity::delete_many().filter(ended).exec(tx.raw()).await?;
    Ok(())
}
