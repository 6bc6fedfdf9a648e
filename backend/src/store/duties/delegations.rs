//! Leave that deputies give desk officers. Rows are never changed but by taking them back, so that what was signed stays explained.

use crate::{
    domain::{clock::Instant, duties::delegation::Leave, people::scope::Scope},
    store::{Conn, Error, Tx, entity::delegation},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use delegation::Column as C;

/// A delegation as stored.
pub type DelegationRow = delegation::Model;

impl DelegationRow {
    /// What it allows, for the rules.
    pub fn leave(&self) -> Leave {
        Leave {
            desk_post_id: self.desk_post_id,
            severities: serde_json::from_value(self.severities.clone()).unwrap_or_default(),
            days: self.from_day.parse().ok().zip(self.to_day.parse().ok()),
            created_at: self.created_at,
            revoked_at: self.revoked_at,
        }
    }
}

/// A township's delegations are read by the township, all of them by the county.
fn scoped(scope: Scope) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::County { county } => all.add(C::CountyId.eq(county)),
        Scope::Township { county, township } => {
            all.add(C::CountyId.eq(county)).add(C::TownshipId.eq(township))
        }
        Scope::Platform | Scope::Department { .. } | Scope::Village { .. } | Scope::Own { .. } => {
            all.add(Expr::val(1).eq(0))
        }
    }
}

/// Newest first; `from` leaves out what ended before that day or was taken back.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    township: Option<Uuid>,
    from: Option<NaiveDate>,
) -> Result<Vec<DelegationRow>, Error> {
    let going_on = from.map(|day| C::ToDay.gte(day.to_string()).and(C::RevokedAt.is_null()));
    Ok(delegation::Entity::find()
        .filter(scoped(scope))
        .filter(Condition::all().add_option(township.map(|id| C::TownshipId.eq(id))).add_option(going_on))
        .order_by_desc(C::CreatedAt)
        .order_by_desc(C::Id)
        .limit(500)
        .all(conn.raw())
        .await?)
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<DelegationRow>, Error> {
    Ok(delegation::Entity::find_by_id(id).filter(scoped(scope)).one(conn.raw()).await?)
}

/// Those of a township whose days hold this one, oldest first; whether they allow something is for the rules to say.
pub async fn on_day(
    conn: &impl Conn,
    county: Uuid,
    township: Uuid,
    day: NaiveDate,
) -> Result<Vec<DelegationRow>, Error> {
    Ok(delegation::Entity::find()
        .filter(C::CountyId.eq(county).and(C::TownshipId.eq(township)))
        .filter(C::ToDay.gte(day.to_string()).and(C::FromDay.lte(day.to_string())))
        .order_by_asc(C::CreatedAt)
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

pub async fn insert(tx: &Tx, row: DelegationRow) -> Result<(), Error> {
    delegation::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Takes one back; false when that was done before.
pub async fn revoke(tx: &Tx, id: Uuid, by: Uuid, at: Instant, reason: String) -> Result<bool, Error> {
    let touched = delegation::Entity::update_many()
        .col_expr(C::RevokedAt, Expr::value(at))
        .col_expr(C::RevokedBy, Expr::value(by))
        .col_expr(C::RevokeReason, Expr::value(reason))
        .filter(C::Id.eq(id).and(C::RevokedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Those that a deputy's post has given, or that name a desk officer's post, and that go on on this day or later.
pub async fn going_on_with(
    conn: &impl Conn,
    post: Uuid,
    day: NaiveDate,
) -> Result<Vec<DelegationRow>, Error> {
    Ok(delegation::Entity::find()
        .filter(C::DeputyPostId.eq(post).or(C::DeskPostId.eq(post)))
        .filter(C::RevokedAt.is_null().and(C::ToDay.gte(day.to_string())))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}
