//! Channels: where a unit's messages go. What is secret in them is sealed before it comes here.

use crate::{
    domain::{clock::Instant, people::role::UnitKind},
    store::{Conn, Error, Tx, entity::notice_channel},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use notice_channel::Column as C;

/// A channel as stored.
pub type Channel = notice_channel::Model;

pub async fn insert(tx: &Tx, row: Channel) -> Result<(), Error> {
    notice_channel::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// A county's channels that were not removed, oldest first.
pub async fn of_county(conn: &impl Conn, county: Uuid) -> Result<Vec<Channel>, Error> {
    Ok(notice_channel::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Removed.eq(false)))
        .order_by_asc(C::CreatedAt)
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// Channels of a unit that take messages now.
pub async fn of_unit(
    conn: &impl Conn,
    county: Uuid,
    kind: UnitKind,
    unit: Uuid,
) -> Result<Vec<Channel>, Error> {
    Ok(notice_channel::Entity::find()
        .filter(C::CountyId.eq(county).and(C::UnitKind.eq(kind.as_str())).and(C::UnitId.eq(unit)))
        .filter(C::Removed.eq(false).and(C::Paused.eq(false)))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// Removed ones too: their messages are still shown.
pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<Channel>, Error> {
    Ok(notice_channel::Entity::find_by_id(id).filter(C::CountyId.eq(county)).one(conn.raw()).await?)
}

/// What of a channel is changed.
#[derive(Debug, Clone)]
pub struct Changed {
    pub name: String,
    pub paused: bool,
    /// Another address, sealed, its mask, and whether it is signed.
    pub address: Option<(String, String, bool)>,
    pub removed: bool,
}

/// Changes it over the version that was seen; false when another one is there by now.
pub async fn change(tx: &Tx, id: Uuid, seen: i32, to: Changed) -> Result<bool, Error> {
    let mut update = notice_channel::Entity::update_many()
        .col_expr(C::Name, Expr::value(to.name))
        .col_expr(C::Paused, Expr::value(to.paused))
        .col_expr(C::Removed, Expr::value(to.removed))
        .col_expr(C::Version, Expr::col(C::Version).add(1));
    if let Some((sealed, mask, signed)) = to.address {
        update = update
            .col_expr(C::Sealed, Expr::value(sealed))
            .col_expr(C::Mask, Expr::value(mask))
            .col_expr(C::Signed, Expr::value(signed))
            .col_expr(C::LastFailure, Expr::value(Option::<String>::None))
            .col_expr(C::LastFailureAt, Expr::value(Option::<Instant>::None));
    }
    let touched =
        update.filter(C::Id.eq(id).and(C::Version.eq(seen)).and(C::Removed.eq(false))).exec(tx.raw()).await?;
    Ok(touched.rows_affected == 1)
}

/// Writes down how the last message went; no new version, because nobody edited anything.
pub async fn went(tx: &Tx, id: Uuid, at: Instant, failure: Option<&str>) -> Result<(), Error> {
    let update = notice_channel::Entity::update_many().filter(C::Id.eq(id));
    let update = match failure {
        None => update
            .col_expr(C::LastSentAt, Expr::value(Some(at)))
            .col_expr(C::LastFailure, Expr::value(Option::<String>::None))
            .col_expr(C::LastFailureAt, Expr::value(Option::<Instant>::None)),
        Some(why) => update
            .col_expr(C::LastFailure, Expr::value(Some(why.to_owned())))
            .col_expr(C::LastFailureAt, Expr::value(Some(at))),
    };
    update.exec(tx.raw()).await?;
    Ok(())
}
