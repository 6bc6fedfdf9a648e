//! Tickets as rows: written only as the machine left them, read only in a caller's scope.

use super::columns::model;
use crate::{
    domain::{
        clock::Instant,
        people::{role::UnitKind, scope::Scope},
        tickets::{State, Ticket},
    },
    store::{
        Conn, Error, Tx,
        entity::{department, ticket},
    },
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use ticket::Column as C;

/// Inserts unless the fault already has an open ticket (or this id exists); the database decides, not a look before.
pub async fn insert_unless_open(tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
    let rows = ticket::Entity::insert(model(ticket).into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// The open ticket of a fault at a site, locked for change.
pub async fn open_fault(
    tx: &Tx,
    county: Uuid,
    site: Uuid,
    item: &str,
    instance: &str,
) -> Result<Option<Ticket>, Error> {
    ticket::Entity::find()
        .filter(
            C::CountyId
                .eq(county)
                .and(C::SiteId.eq(site))
                .and(C::ItemCode.eq(item))
                .and(C::InstanceKey.eq(instance)),
        )
        .filter(C::State.is_in(State::OPEN.map(State::as_str)))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?
        .map(Ticket::try_from)
        .transpose()
}

/// The last closed ticket of a fault at a site, locked for change. One of a round that is still hidden only to that round: anywhere
/// else it would tell of the round.
pub async fn last_closed(
    tx: &Tx,
    county: Uuid,
    site: Uuid,
    (item, instance): (&str, &str),
    round: Option<Uuid>,
    now: Instant,
) -> Result<Option<Ticket>, Error> {
    let told =
        Condition::any().add(C::VisibleFrom.lte(now)).add_option(round.map(|round| C::RoundId.eq(round)));
    ticket::Entity::find()
        .filter(
            C::CountyId
                .eq(county)
                .and(C::SiteId.eq(site))
                .and(C::ItemCode.eq(item))
                .and(C::InstanceKey.eq(instance)),
        )
        .filter(C::State.eq(State::Closed.as_str()))
        .filter(told)
        .order_by_desc(C::ClosedAt)
        .limit(1)
        .lock(LockType::Update)
        .one(tx.raw())
        .await?
        .map(Ticket::try_from)
        .transpose()
}

/// A ticket in scope, locked for change.
pub async fn lock(tx: &Tx, scope: Scope, now: Instant, id: Uuid) -> Result<Option<Ticket>, Error> {
    ticket::Entity::find_by_id(id)
        .filter(scoped(scope, now))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?
        .map(Ticket::try_from)
        .transpose()
}

/// A ticket in scope.
pub async fn get(conn: &impl Conn, scope: Scope, now: Instant, id: Uuid) -> Result<Option<Ticket>, Error> {
    ticket::Entity::find_by_id(id)
        .filter(scoped(scope, now))
        .one(conn.raw())
        .await?
        .map(Ticket::try_from)
        .transpose()
}

/// A ticket that a department repairs on the scope's own land ([`local`]), to be looked at only.
pub async fn get_local(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    id: Uuid,
) -> Result<Option<Ticket>, Error> {
    ticket::Entity::find_by_id(id)
        .filter(local(scope, now))
        .one(conn.raw())
        .await?
        .map(Ticket::try_from)
        .transpose()
}

/// The round that a ticket of this county came from.
pub async fn round_of(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<Uuid>, Error> {
    let round: Option<Option<Uuid>> = ticket::Entity::find_by_id(id)
        .filter(C::CountyId.eq(county))
        .select_only()
        .column(C::RoundId)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(round.flatten())
}

/// The tickets of these ids that are in scope; for the feed.
pub async fn get_many(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    ids: Vec<Uuid>,
) -> Result<Vec<Ticket>, Error> {
    ticket::Entity::find()
        .filter(C::Id.is_in(ids))
        .filter(scoped(scope, now))
        .all(conn.raw())
        .await?
        .into_iter()
        .map(Ticket::try_from)
        .collect()
}

/// Tickets of a round, issued or fixed on the spot, that the township side does not see yet, locked for change.
pub async fn hidden_of_round(tx: &Tx, county: Uuid, round: Uuid) -> Result<Vec<Ticket>, Error> {
    ticket::Entity::find()
        .filter(C::CountyId.eq(county).and(C::RoundId.eq(round)).and(C::VisibleFrom.is_null()))
        .filter(C::State.is_in(State::COUNTED.map(State::as_str)))
        .lock(LockType::Update)
        .all(tx.raw())
        .await?
        .into_iter()
        .map(Ticket::try_from)
        .collect()
}

/// Writes what the machine made of a locked ticket; exactly one row of the version before must be there.
pub async fn update(tx: &Tx, ticket: &Ticket) -> Result<(), Error> {
    let mut active = model(ticket).into_active_model().reset_all();
    active.id = sea_orm::ActiveValue::Unchanged(ticket.id);
    let touched = ticket::Entity::update_many()
        .set(active)
        .filter(C::Id.eq(ticket.id).and(C::Version.eq(ticket.version - 1)))
        .exec(tx.raw())
        .await?
        .rows_affected;
    if touched == 1 {
        Ok(())
    } else {
        Err(Error::Inconsistent { table: "ticket", column: "version", value: ticket.version.to_string() })
    }
}

/// Which tickets a scope may see. Hidden rounds and unissued tickets do not exist for the township side.
pub(in crate::store) fn scoped(scope: Scope, now: Instant) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::Platform => all.add(Expr::val(1).eq(0)),
        Scope::County { county } => all.add(C::CountyId.eq(county)),
        Scope::Department { county, department } => {
            let code = department::Entity::find_by_id(department)
                .select_only()
                .column(department::Column::Code)
                .into_query();
            // What supervises, repairs or was asked to help is told no more of a hidden round than a township.
            all.add(C::CountyId.eq(county)).add(C::VisibleFrom.lte(now)).add(
                Condition::any()
                    .add(C::UnitId.eq(department))
                    .add(C::Department.in_subquery(code))
                    .add(C::ReferredToId.eq(department)),
            )
        }
        Scope::Township { county, township } => {
            all.add(C::CountyId.eq(county)).add(C::UnitId.eq(township)).add(C::VisibleFrom.lte(now))
        }
        Scope::Village { county, township, village } => all
            .add(C::CountyId.eq(county))
            .add(C::PlaceVillageId.eq(village))
            .add(C::UnitId.eq(township))
            .add(C::VisibleFrom.lte(now)),
        Scope::Own { county, person } => all.add(C::CountyId.eq(county)).add(C::ReporterId.eq(person)),
    }
}

/// What a department repairs on the land of a township or village: issued to it, or referred to it. Not part of [`scoped`]: it is looked
/// at where it is asked for by name, and nothing is counted or done with it. Hidden rounds do not exist here either.
pub(in crate::store) fn local(scope: Scope, now: Instant) -> Condition {
    let (county, township, place) = match scope {
        Scope::Township { county, township } => (county, township, C::PlaceTownshipId.eq(township)),
        Scope::Village { county, township, village } => (county, township, C::PlaceVillageId.eq(village)),
        Scope::Platform | Scope::County { .. } | Scope::Department { .. } | Scope::Own { .. } => {
            return Condition::all().add(Expr::val(1).eq(0));
        }
    };
    let issued = C::UnitKind.eq(UnitKind::Department.as_str()).and(C::UnitId.is_not_null());
    let referred = C::UnitId.eq(township).and(C::ReferralId.is_not_null());
    Condition::all()
        .add(C::CountyId.eq(county))
        .add(place)
        .add(C::VisibleFrom.lte(now))
        .add(C::IssuedAt.is_not_null())
        .add(Condition::any().add(issued).add(referred))
}
