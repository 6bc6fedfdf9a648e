//! Tickets as rows: written only as the machine left them, read only in a caller's scope.

use crate::{
    domain::{
        clock::Instant,
        field::flag::Flag,
        page::{Cursor, PageRequest, fold},
        people::{role::UnitKind, scope::Scope},
        tickets::{State, Ticket, machine::Event},
    },
    store::{
        Conn, Error, Tx,
        entity::{counter, department, static_day, ticket, ticket_event},
        search,
    },
};
use chrono::SecondsFormat;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, LockType, OnConflict, Query},
};
use std::collections::HashMap;
use uuid::Uuid;

use ticket::Column as C;

/// Sorts after every real due date.
const NO_DUE: &str = "9999";

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

/// Who and when of a history line.
#[derive(Debug, Clone, Copy)]
pub struct EventBy {
    pub operation_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub post_id: Option<Uuid>,
    pub observed_at: Instant,
    pub accepted_at: Instant,
}

/// Appends one line of history. Its id follows from ticket and version, so a repeat cannot double it.
pub async fn append_event(tx: &Tx, ticket: &Ticket, event: &Event, by: EventBy) -> Result<(), Error> {
    ticket_event::Entity::insert(ticket_event::ActiveModel {
        id: Set(Uuid::new_v5(&ticket.id, &event.version.to_be_bytes())),
        county_id: Set(ticket.county_id),
        ticket_id: Set(ticket.id),
        version: Set(event.version),
        transition: Set(event.transition.to_owned()),
        from_state: Set(event.from.map(|state| state.as_str().to_owned())),
        to_state: Set(event.to.as_str().to_owned()),
        operation_id: Set(by.operation_id),
        person_id: Set(by.person_id),
        post_id: Set(by.post_id),
        reason: Set(event.reason.clone()),
        data: Set(event.data.clone()),
        observed_at: Set(by.observed_at),
        accepted_at: Set(by.accepted_at),
    })
    .exec_without_returning(tx.raw())
    .await?;
    Ok(())
}

/// One line of history, as stored.
pub type EventRow = ticket_event::Model;

/// The whole history of a ticket that the caller has already been given.
pub async fn events(conn: &impl Conn, ticket: &Ticket) -> Result<Vec<EventRow>, Error> {
    Ok(ticket_event::Entity::find()
        .filter(ticket_event::Column::TicketId.eq(ticket.id))
        .order_by_asc(ticket_event::Column::Version)
        .all(conn.raw())
        .await?)
}

/// The next number of a county's series.
pub async fn next_number(tx: &Tx, county: Uuid, series: &str) -> Result<i64, Error> {
    use counter::Column as N;
    let statement = Query::insert()
        .into_table(counter::Entity)
        .columns([N::CountyId, N::Name, N::Value])
        .values_panic([county.into(), series.into(), 1_i64.into()])
        .on_conflict(
            OnConflict::columns([N::CountyId, N::Name])
                .value(N::Value, Expr::col((counter::Entity, N::Value)).add(1))
                .to_owned(),
        )
        .returning_col(N::Value)
        .to_owned();
    let row = tx.raw().query_one(&statement).await?;
    let row =
        row.ok_or(Error::Inconsistent { table: "counter", column: "value", value: series.to_owned() })?;
    Ok(row.try_get_by_index(0)?)
}

/// Adds to the day's sums that the zero board is drawn from.
pub async fn count_static(
    tx: &Tx,
    county: Uuid,
    township: Uuid,
    day: String,
    opened: i32,
    closed: i32,
) -> Result<(), Error> {
    use static_day::Column as S;
    static_day::Entity::insert(static_day::ActiveModel {
        county_id: Set(county),
        township_id: Set(township),
        local_day: Set(day),
        opened: Set(opened),
        closed: Set(closed),
    })
    .on_conflict(
        OnConflict::columns([S::CountyId, S::TownshipId, S::LocalDay])
            .value(S::Opened, Expr::col((static_day::Entity, S::Opened)).add(opened))
            .value(S::Closed, Expr::col((static_day::Entity, S::Closed)).add(closed))
            .to_owned(),
    )
    .exec_without_returning(tx.raw())
    .await?;
    Ok(())
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub states: Vec<State>,
    pub unit_id: Option<Uuid>,
    pub township_id: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub is_static: Option<bool>,
    pub severity: Option<String>,
    pub overdue: Option<bool>,
    pub border: Option<bool>,
    pub department: Option<String>,
    pub round_id: Option<Uuid>,
    pub search: Option<String>,
    /// Only rows that the zero board counts: static, issued, shown to their unit, neither voided nor declined.
    pub counted: Option<bool>,
    /// Issued within these instants, the second excluded.
    pub issued: Option<(Instant, Instant)>,
    /// Closed within these instants, the second excluded.
    pub closed: Option<(Instant, Instant)>,
    /// Of closed tickets only those closed after this.
    pub closed_after: Option<Instant>,
    pub newest_first: bool,
}

/// One page, `limit + 1` rows, by due date (or newest first).
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<Ticket>, Error> {
    let mut query = ticket::Entity::find().filter(scoped(scope, now)).filter(narrowed(filter, now));
    if let Some(Cursor { key, id }) = &page.after {
        query = query.filter(if filter.newest_first {
            let at = key.parse::<Instant>().unwrap_or(now);
            Condition::any().add(C::CreatedAt.lt(at)).add(C::CreatedAt.eq(at).and(C::Id.lt(*id)))
        } else {
            Condition::any()
                .add(C::DueSort.gt(key.clone()))
                .add(C::DueSort.eq(key.clone()).and(C::Id.gt(*id)))
        });
    }
    query = if filter.newest_first {
        query.order_by_desc(C::CreatedAt).order_by_desc(C::Id)
    } else {
        query.order_by_asc(C::DueSort).order_by_asc(C::Id)
    };
    query.limit(page.limit + 1).all(conn.raw()).await?.into_iter().map(Ticket::try_from).collect()
}

/// Where the next page after this ticket starts.
pub fn cursor(ticket: &Ticket, newest_first: bool) -> Cursor {
    let key = if newest_first {
        ticket.created_at.to_rfc3339_opts(SecondsFormat::Micros, true)
    } else {
        due_sort(ticket)
    };
    Cursor { key, id: ticket.id }
}

/// How many tickets in scope stand in each state.
pub async fn count_by_state(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
) -> Result<HashMap<State, i64>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        n: i64,
    }
    let rows = ticket::Entity::find()
        .select_only()
        .column(C::State)
        .column_as(C::Id.count(), "n")
        .filter(scoped(scope, now))
        .filter(narrowed(filter, now))
        .group_by(C::State)
        .into_model::<Row>()
        .all(conn.raw())
        .await?;
    rows.into_iter().map(|row| Ok((state(&row.state)?, row.n))).collect()
}

/// How many tickets in scope lie in each township.
pub async fn count_by_township(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
) -> Result<HashMap<Uuid, i64>, Error> {
    let rows: Vec<(Option<Uuid>, i64)> = ticket::Entity::find()
        .select_only()
        .column(C::PlaceTownshipId)
        .column_as(C::Id.count(), "n")
        .filter(scoped(scope, now))
        .filter(narrowed(filter, now))
        .group_by(C::PlaceTownshipId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, n)| Some((id?, n))).collect())
}

/// What the zero board counts of one ticket.
#[derive(Debug, FromQueryResult)]
pub struct CountedRow {
    pub place_township_id: Option<Uuid>,
    pub issued_at: Option<Instant>,
    pub state: String,
    pub closed_at: Option<Instant>,
}

/// The rows in scope that the zero board counts.
pub async fn counted_rows(conn: &impl Conn, scope: Scope, now: Instant) -> Result<Vec<CountedRow>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::PlaceTownshipId, C::IssuedAt, C::State, C::ClosedAt])
        .filter(scoped(scope, now))
        .filter(counted(now))
        .into_model()
        .all(conn.raw())
        .await?)
}

/// How many open tickets in scope each of these sites has; sites without any are not named.
pub async fn open_by_site(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    sites: Vec<Uuid>,
) -> Result<HashMap<Uuid, i64>, Error> {
    let rows: Vec<(Uuid, i64)> = ticket::Entity::find()
        .select_only()
        .column(C::SiteId)
        .column_as(C::Id.count(), "n")
        .filter(scoped(scope, now))
        .filter(C::SiteId.is_in(sites).and(C::State.is_in(State::OPEN.map(State::as_str))))
        .group_by(C::SiteId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Which tickets a scope may see. Hidden rounds and unissued tickets do not exist for the township side.
fn scoped(scope: Scope, now: Instant) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::Platform => all.add(Expr::val(1).eq(0)),
        Scope::County { county } => all.add(C::CountyId.eq(county)),
        Scope::Department { county, department } => {
            let code = department::Entity::find_by_id(department)
                .select_only()
                .column(department::Column::Code)
                .into_query();
            // What supervises or repairs is told no more of a hidden round than a township.
            all.add(C::CountyId.eq(county))
                .add(C::VisibleFrom.lte(now))
                .add(Condition::any().add(C::UnitId.eq(department)).add(C::Department.in_subquery(code)))
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

fn narrowed(filter: &Filter, now: Instant) -> Condition {
    let with_unit = || C::State.is_in(State::WITH_UNIT.map(State::as_str));
    Condition::all()
        .add_option(
            (!filter.states.is_empty())
                .then(|| C::State.is_in(filter.states.iter().map(|state| state.as_str()))),
        )
        .add_option(filter.unit_id.map(|id| C::UnitId.eq(id)))
        .add_option(filter.township_id.map(|id| C::PlaceTownshipId.eq(id)))
        .add_option(filter.village_id.map(|id| C::PlaceVillageId.eq(id)))
        .add_option(filter.site_id.map(|id| C::SiteId.eq(id)))
        .add_option(filter.is_static.map(|flag| C::IsStatic.eq(flag)))
        .add_option(filter.severity.as_ref().map(|word| C::Severity.eq(word.as_str())))
        .add_option(filter.border.map(|flag| C::Border.eq(flag)))
        .add_option(filter.department.as_ref().map(|key| C::Department.eq(key.as_str())))
        .add_option(filter.round_id.map(|id| C::RoundId.eq(id)))
        .add_option(filter.overdue.map(|flag| {
            // Without a date nothing is late; NULL would leave such rows out of both answers.
            let late = with_unit().and(C::OfficialDueAt.is_not_null()).and(C::OfficialDueAt.lt(now));
            if flag { late } else { late.not() }
        }))
        .add_option(filter.counted.map(|flag| if flag { counted(now) } else { counted(now).not() }))
        .add_option(filter.issued.map(|(from, to)| C::IssuedAt.gte(from).and(C::IssuedAt.lt(to))))
        .add_option(filter.closed.map(|(from, to)| C::ClosedAt.gte(from).and(C::ClosedAt.lt(to))))
        .add_option(
            filter.closed_after.map(|at| Condition::any().add(C::ClosedAt.is_null()).add(C::ClosedAt.gt(at))),
        )
        .add_option(filter.search.as_ref().map(|text| search::holds(C::Search, text)))
}

/// The rows behind the zero board's sums; the same words as [`Ticket::counts_as_static`] and what issue, check and void add up.
fn counted(now: Instant) -> Condition {
    Condition::all()
        .add(C::IsStatic.eq(true))
        .add(C::Makes.ne("score"))
        .add(C::IssuedAt.is_not_null())
        .add(C::VisibleFrom.lte(now))
        .add(C::PlaceTownshipId.is_not_null())
        .add(C::State.is_in(State::COUNTED.map(State::as_str)))
}

fn due_sort(ticket: &Ticket) -> String {
    ticket.due_at.map_or_else(|| NO_DUE.to_owned(), |due| due.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn state(text: &str) -> Result<State, Error> {
    State::parse(text).ok_or_else(|| Error::Inconsistent {
        table: "ticket",
        column: "state",
        value: text.to_owned(),
    })
}

fn model(ticket: &Ticket) -> ticket::Model {
    let t = ticket.clone();
    ticket::Model {
        due_sort: due_sort(ticket),
        search: fold(&format!(
            "{} {} {} {}",
            t.number.as_deref().unwrap_or_default(),
            t.title,
            t.item_code,
            t.note
        )),
        id: t.id,
        county_id: t.county_id,
        number: t.number,
        state: t.state.as_str().to_owned(),
        title: t.title,
        note: t.note,
        severity: t.severity,
        is_static: t.is_static,
        restricted: t.restricted,
        makes: t.makes,
        source: t.source,
        department: t.department,
        deadline_days: t.deadline_days,
        place_township_id: t.place_township_id,
        place_village_id: t.place_village_id,
        unit_kind: t.unit_kind.as_str().to_owned(),
        unit_id: t.unit_id,
        site_id: t.site_id,
        item_code: t.item_code,
        instance_key: t.instance_key,
        lon: t.lon,
        lat: t.lat,
        accuracy_m: t.accuracy_m,
        border: t.border,
        round_id: t.round_id,
        finding_id: t.finding_id,
        reporter_id: t.reporter_id,
        observed_at: t.observed_at,
        created_at: t.created_at,
        issued_at: t.issued_at,
        due_at: t.due_at,
        official_due_at: t.official_due_at,
        first_due_at: t.first_due_at,
        accepted_at: t.accepted_at,
        acceptor_id: t.acceptor_id,
        submitted_at: t.submitted_at,
        closed_at: t.closed_at,
        attempts: t.attempts,
        rework: t.rework,
        hollow: t.hollow,
        slow: t.slow,
        sightings: t.sightings,
        seen_while_submitted: t.seen_while_submitted,
        attempt_id: t.attempt_id,
        last_reason: t.last_reason,
        missing_files: t.missing_files,
        flags: serde_json::to_value(t.flags).unwrap_or_default(),
        visible_from: t.visible_from,
        version: t.version,
    }
}

impl TryFrom<ticket::Model> for Ticket {
    type Error = Error;

    fn try_from(m: ticket::Model) -> Result<Self, Error> {
        Ok(Self {
            state: state(&m.state)?,
            unit_kind: UnitKind::parse(&m.unit_kind).ok_or_else(|| Error::Inconsistent {
                table: "ticket",
                column: "unit_kind",
                value: m.unit_kind.clone(),
            })?,
            flags: serde_json::from_value::<Vec<Flag>>(m.flags).unwrap_or_default(),
            id: m.id,
            county_id: m.county_id,
            number: m.number,
            title: m.title,
            note: m.note,
            severity: m.severity,
            is_static: m.is_static,
            restricted: m.restricted,
            makes: m.makes,
            source: m.source,
            department: m.department,
            deadline_days: m.deadline_days,
            place_township_id: m.place_township_id,
            place_village_id: m.place_village_id,
            unit_id: m.unit_id,
            site_id: m.site_id,
            item_code: m.item_code,
            instance_key: m.instance_key,
            lon: m.lon,
            lat: m.lat,
            accuracy_m: m.accuracy_m,
            border: m.border,
            round_id: m.round_id,
            finding_id: m.finding_id,
            reporter_id: m.reporter_id,
            observed_at: m.observed_at,
            created_at: m.created_at,
            issued_at: m.issued_at,
            due_at: m.due_at,
            official_due_at: m.official_due_at,
            first_due_at: m.first_due_at,
            accepted_at: m.accepted_at,
            acceptor_id: m.acceptor_id,
            submitted_at: m.submitted_at,
            closed_at: m.closed_at,
            attempts: m.attempts,
            rework: m.rework,
            hollow: m.hollow,
            slow: m.slow,
            sightings: m.sightings,
            seen_while_submitted: m.seen_while_submitted,
            attempt_id: m.attempt_id,
            last_reason: m.last_reason,
            missing_files: m.missing_files,
            visible_from: m.visible_from,
            version: m.version,
        })
    }
}
