//! Which days' reminders were written, and the tickets that they are about.

use crate::{
    domain::{
        clock::Instant,
        tickets::{State, Ticket},
    },
    store::{
        Conn, Error, Tx,
        entity::{notice_day, ticket},
    },
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use ticket::Column as C;

/// Something that is done once a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Daily {
    Reminders,
    Messages,
}

impl Daily {
    fn on(self, day: NaiveDate) -> String {
        match self {
            Daily::Reminders => day.to_string(),
            Daily::Messages => format!("messages:{day}"),
        }
    }
}

/// Whether it was done of a day.
pub async fn is_done(conn: &impl Conn, county: Uuid, what: Daily, day: NaiveDate) -> Result<bool, Error> {
    Ok(notice_day::Entity::find_by_id((county, what.on(day))).one(conn.raw()).await?.is_some())
}

pub async fn done(tx: &Tx, county: Uuid, what: Daily, day: NaiveDate, at: Instant) -> Result<(), Error> {
    let row = notice_day::ActiveModel { county_id: Set(county), local_day: Set(what.on(day)), at: Set(at) };
    notice_day::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([notice_day::Column::CountyId, notice_day::Column::LocalDay])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// A county's tickets with their unit that are due after `from` and not after `to`, shown to it, after a keyset.
pub async fn due_between(
    conn: &impl Conn,
    county: Uuid,
    (from, to): (Instant, Instant),
    now: Instant,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<Ticket>, Error> {
    let mut query = ticket::Entity::find()
        .filter(C::OverdueAt.is_null())
        .filter(C::State.is_in(State::WITH_UNIT.map(State::as_str)))
        // A returned repair may have longer than its official date, which leads the index and is never the later one.
        .filter(C::OfficialDueAt.lte(to).and(C::DueAt.gt(from)).and(C::DueAt.lte(to)))
        .filter(C::CountyId.eq(county).and(C::VisibleFrom.lte(now)));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any().add(C::OfficialDueAt.gt(at)).add(C::OfficialDueAt.eq(at).and(C::Id.gt(id))),
        );
    }
    let rows = query.order_by_asc(C::OfficialDueAt).order_by_asc(C::Id).limit(limit).all(conn.raw()).await?;
    rows.into_iter().map(Ticket::try_from).collect()
}

/// The same by the units' own dates before those.
pub async fn internal_between(
    conn: &impl Conn,
    county: Uuid,
    (from, to): (Instant, Instant),
    now: Instant,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<Ticket>, Error> {
    let mut query = ticket::Entity::find()
        .filter(C::State.is_in(State::WITH_UNIT.map(State::as_str)))
        .filter(C::CountyId.eq(county).and(C::InternalDueAt.gt(from)).and(C::InternalDueAt.lte(to)))
        .filter(C::VisibleFrom.lte(now));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any().add(C::InternalDueAt.gt(at)).add(C::InternalDueAt.eq(at).and(C::Id.gt(id))),
        );
    }
    let rows = query.order_by_asc(C::InternalDueAt).order_by_asc(C::Id).limit(limit).all(conn.raw()).await?;
    rows.into_iter().map(Ticket::try_from).collect()
}

/// Units of a county, with their kind, that hold a ticket which they have not finished.
pub async fn units_at_work(
    conn: &impl Conn,
    county: Uuid,
    now: Instant,
) -> Result<Vec<(String, Uuid)>, Error> {
    let working = State::WITH_UNIT.map(State::as_str);
    let rows: Vec<(String, Option<Uuid>)> = ticket::Entity::find()
        .select_only()
        .columns([C::UnitKind, C::UnitId])
        .distinct()
        .filter(C::CountyId.eq(county).and(C::State.is_in(working)).and(C::VisibleFrom.lte(now)))
        .order_by_asc(C::UnitId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(kind, id)| Some((kind, id?))).collect())
}
