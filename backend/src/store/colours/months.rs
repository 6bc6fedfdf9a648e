//! The colours of townships' months. A township's scope reads its own, and only what was published.

use crate::{
    domain::{clock::Instant, colours::colour::Colour, people::scope::Scope},
    store::{
        Conn, Error, Tx,
        entity::{colour_month, colour_rows},
    },
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use colour_month::Column as C;

/// A month as stored.
pub type ColourMonth = colour_month::Model;

fn scoped(scope: Scope) -> Condition {
    match scope {
        Scope::County { county } => Condition::all().add(C::CountyId.eq(county)),
        Scope::Township { county, township } => Condition::all()
            .add(C::CountyId.eq(county).and(C::TownshipId.eq(township)))
            .add(C::PublishedAt.is_not_null()),
        Scope::Platform | Scope::Department { .. } | Scope::Village { .. } | Scope::Own { .. } => {
            Condition::all().add(Expr::val(1).eq(0))
        }
    }
}

/// What a list is narrowed to; months as words, both included.
#[derive(Debug, Clone)]
pub struct Filter {
    pub from: String,
    pub to: String,
    pub township_id: Option<Uuid>,
    pub published_only: bool,
}

/// Newest month first.
pub async fn list(conn: &impl Conn, scope: Scope, filter: &Filter) -> Result<Vec<ColourMonth>, Error> {
    let mut query = colour_month::Entity::find()
        .filter(scoped(scope))
        .filter(C::Month.between(filter.from.as_str(), filter.to.as_str()));
    if let Some(township) = filter.township_id {
        query = query.filter(C::TownshipId.eq(township));
    }
    if filter.published_only {
        query = query.filter(C::PublishedAt.is_not_null());
    }
    Ok(query.order_by_desc(C::Month).order_by_asc(C::TownshipId).all(conn.raw()).await?)
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<ColourMonth>, Error> {
    Ok(colour_month::Entity::find_by_id(id).filter(scoped(scope)).one(conn.raw()).await?)
}

/// Several of a county, for records that name them.
pub async fn get_many(conn: &impl Conn, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<ColourMonth>, Error> {
    Ok(colour_month::Entity::find().filter(C::Id.is_in(ids)).filter(scoped(scope)).all(conn.raw()).await?)
}

/// All rows of one month of a county.
pub async fn of_month(conn: &impl Conn, county: Uuid, month: &str) -> Result<Vec<ColourMonth>, Error> {
    Ok(colour_month::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Month.eq(month)))
        .all(conn.raw())
        .await?)
}

/// The rows behind the figures of a month, as they were written with it; `None` of one that was written before there were any.
pub async fn rows(conn: &impl Conn, id: Uuid) -> Result<Option<serde_json::Value>, Error> {
    Ok(colour_rows::Entity::find_by_id(id).one(conn.raw()).await?.map(|kept| kept.rows))
}

/// Writes a proposal with the rows behind its figures, or works a former one out again; what a person has confirmed stays as it is.
/// False then.
pub async fn propose(tx: &Tx, row: ColourMonth, rows: serde_json::Value) -> Result<bool, Error> {
    let kept = colour_rows::Model { colour_id: row.id, county_id: row.county_id, rows };
    if !write(tx, row).await? {
        return Ok(false);
    }
    let anew =
        OnConflict::column(colour_rows::Column::ColourId).update_column(colour_rows::Column::Rows).to_owned();
    colour_rows::Entity::insert(kept.into_active_model())
        .on_conflict(anew)
        .exec_without_returning(tx.raw())
        .await?;
    Ok(true)
}

async fn write(tx: &Tx, row: ColourMonth) -> Result<bool, Error> {
    let new = row.clone().into_active_model();
    let inserted = colour_month::Entity::insert(new)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    if inserted == 1 {
        return Ok(true);
    }
    let touched = colour_month::Entity::update_many()
        .col_expr(C::Proposal, Expr::value(row.proposal))
        .col_expr(C::Reasoning, Expr::value(row.reasoning))
        .col_expr(C::Counters, Expr::value(row.counters))
        .col_expr(C::ProposedAt, Expr::value(row.proposed_at))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(row.id).and(C::ConfirmedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Confirms over the version that was seen; false when somebody was faster or it is published.
pub async fn confirm(
    tx: &Tx,
    id: Uuid,
    seen: i32,
    (colour, reason): (Colour, String),
    by: Uuid,
    at: Instant,
) -> Result<bool, Error> {
    let touched = colour_month::Entity::update_many()
        .col_expr(C::Colour, Expr::value(colour.as_str()))
        .col_expr(C::Reason, Expr::value(reason))
        .col_expr(C::ConfirmedBy, Expr::value(by))
        .col_expr(C::ConfirmedAt, Expr::value(at))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(id).and(C::Version.eq(seen)).and(C::PublishedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Publishes what is confirmed of a month and not published yet; answers how many rows.
pub async fn publish(
    tx: &Tx,
    (county, month): (Uuid, &str),
    by: Uuid,
    at: Instant,
    (appeal_until, plan_due): (Instant, Instant),
) -> Result<u64, Error> {
    let touched = colour_month::Entity::update_many()
        .col_expr(C::PublishedBy, Expr::value(by))
        .col_expr(C::PublishedAt, Expr::value(at))
        .col_expr(C::AppealUntil, Expr::value(appeal_until))
        .col_expr(C::PlanDue, Expr::value(plan_due))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::CountyId.eq(county).and(C::Month.eq(month)))
        .filter(C::ConfirmedAt.is_not_null().and(C::PublishedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected)
}

/// Published months in scope whose plan or whose time to appeal ends after the first of these moments, up to and with the second.
pub async fn dated(
    conn: &impl Conn,
    scope: Scope,
    (from, to): (Instant, Instant),
) -> Result<Vec<ColourMonth>, Error> {
    let within = |column: C| column.gt(from).and(column.lte(to));
    Ok(colour_month::Entity::find()
        .filter(scoped(scope))
        .filter(C::PublishedAt.is_not_null())
        .filter(Condition::any().add(within(C::PlanDue)).add(within(C::AppealUntil)))
        .order_by_asc(C::Month)
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// Published months of a county whose plan was due between these moments, the first not included.
pub async fn plans_due(
    conn: &impl Conn,
    county: Uuid,
    (after, until): (Instant, Instant),
) -> Result<Vec<ColourMonth>, Error> {
    Ok(colour_month::Entity::find()
        .filter(C::CountyId.eq(county).and(C::PublishedAt.is_not_null()))
        .filter(C::PlanDue.gt(after).and(C::PlanDue.lte(until)))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// What stands after an appeal; what was published stays on record beside it.
pub async fn after_appeal(tx: &Tx, id: Uuid, colour: Option<Colour>) -> Result<(), Error> {
    let mut query = colour_month::Entity::update_many()
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(id));
    if let Some(colour) = colour {
        query = query.col_expr(C::AfterAppeal, Expr::value(colour.as_str()));
    }
    query.exec(tx.raw()).await?;
    Ok(())
}
