//! The tickets that count in campaigns.

use super::{Takes, takes};
use crate::{
    domain::{campaigns::member::Member, clock::Instant, people::scope::Scope, tickets::State},
    store::{
        Conn, Error, Tx,
        entity::{campaign_ticket, ticket},
        tickets::{counted, scoped},
    },
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use campaign_ticket::Column as M;
use ticket::Column as T;

fn member(m: &campaign_ticket::Model) -> Result<Member, Error> {
    let day = |column, text: &str| {
        text.parse::<NaiveDate>().map_err(|_cause| Error::Inconsistent {
            table: "campaign_ticket",
            column,
            value: text.to_owned(),
        })
    };
    Ok(Member {
        joined_day: day("joined_day", &m.joined_day)?,
        closed_day: m.closed_day.as_deref().map(|text| day("closed_day", text)).transpose()?,
        left_day: m.left_day.as_deref().map(|text| day("left_day", text)).transpose()?,
        campaign_id: m.campaign_id,
        ticket_id: m.ticket_id,
        township_id: m.township_id,
        baseline: m.baseline,
    })
}

/// Everything that counts, is open and lies within the scope, as it is at this moment; one statement, so that nothing comes in between.
pub async fn freeze(
    tx: &Tx,
    county: Uuid,
    campaign: Uuid,
    what: &Takes,
    (now, day): (Instant, NaiveDate),
) -> Result<u64, Error> {
    let rows = ticket::Entity::find()
        .select_only()
        .expr(Expr::val(campaign))
        .column(T::Id)
        .column(T::CountyId)
        .column(T::PlaceTownshipId)
        .expr(Expr::val(true))
        .expr(Expr::val(day.to_string()))
        .expr(Expr::val(false))
        .filter(takes(county, what))
        .filter(counted(now))
        .filter(T::State.ne(State::Closed.as_str()))
        .into_query();
    let mut insert = Query::insert();
    insert.into_table(campaign_ticket::Entity).columns([
        M::CampaignId,
        M::TicketId,
        M::CountyId,
        M::TownshipId,
        M::Baseline,
        M::JoinedDay,
        M::Settled,
    ]);
    insert
        .select_from(rows)
        .map_err(|error| Error::Db(sea_orm::DbErr::Custom(format!("campaign members: {error}"))))?;
    Ok(tx.raw().execute(&insert).await?.rows_affected())
}

/// Adds a ticket unless it counts there already.
pub async fn insert(tx: &Tx, county: Uuid, member: &Member) -> Result<bool, Error> {
    let rows = campaign_ticket::Entity::insert(campaign_ticket::ActiveModel {
        campaign_id: Set(member.campaign_id),
        ticket_id: Set(member.ticket_id),
        county_id: Set(county),
        township_id: Set(member.township_id),
        baseline: Set(member.baseline),
        joined_day: Set(member.joined_day.to_string()),
        closed_day: Set(None),
        left_day: Set(None),
        settled: Set(true),
    })
    .on_conflict(OnConflict::columns([M::CampaignId, M::TicketId]).do_nothing().to_owned())
    .exec_without_returning(tx.raw())
    .await?;
    Ok(rows == 1)
}

/// The campaigns in which a ticket counts.
pub async fn of_ticket(conn: &impl Conn, ticket: Uuid) -> Result<Vec<Member>, Error> {
    campaign_ticket::Entity::find()
        .filter(M::TicketId.eq(ticket))
        .order_by_asc(M::CampaignId)
        .all(conn.raw())
        .await?
        .iter()
        .map(member)
        .collect()
}

/// Writes where a member stands now.
pub async fn update(tx: &Tx, member: &Member) -> Result<(), Error> {
    campaign_ticket::Entity::update_many()
        .col_expr(M::TownshipId, Expr::value(member.township_id))
        .col_expr(M::ClosedDay, Expr::value(member.closed_day.map(|day| day.to_string())))
        .col_expr(M::LeftDay, Expr::value(member.left_day.map(|day| day.to_string())))
        .filter(M::CampaignId.eq(member.campaign_id).and(M::TicketId.eq(member.ticket_id)))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Members that still wait for their date and their line of history, by ticket.
pub async fn next_unsettled(conn: &impl Conn, campaign: Uuid, limit: u64) -> Result<Vec<Uuid>, Error> {
    Ok(campaign_ticket::Entity::find()
        .select_only()
        .column(M::TicketId)
        .filter(M::CampaignId.eq(campaign).and(M::Settled.eq(false)))
        .order_by_asc(M::TicketId)
        .limit(limit)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// One that waits; `None` when somebody was faster.
pub async fn unsettled(tx: &Tx, campaign: Uuid, ticket: Uuid) -> Result<Option<Member>, Error> {
    let row = campaign_ticket::Entity::find_by_id((campaign, ticket))
        .filter(M::Settled.eq(false))
        .one(tx.raw())
        .await?;
    row.as_ref().map(member).transpose()
}

pub async fn settle(tx: &Tx, campaign: Uuid, ticket: Uuid) -> Result<(), Error> {
    campaign_ticket::Entity::update_many()
        .col_expr(M::Settled, Expr::value(true))
        .filter(M::CampaignId.eq(campaign).and(M::TicketId.eq(ticket)))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Has all members that count looked at once more: their campaign's date no longer holds.
pub async fn unsettle(tx: &Tx, campaign: Uuid) -> Result<(), Error> {
    campaign_ticket::Entity::update_many()
        .col_expr(M::Settled, Expr::value(false))
        .filter(M::CampaignId.eq(campaign).and(M::LeftDay.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// How many wait.
pub async fn count_unsettled(conn: &impl Conn, campaign: Uuid) -> Result<u64, Error> {
    use sea_orm::PaginatorTrait;
    Ok(campaign_ticket::Entity::find()
        .filter(M::CampaignId.eq(campaign).and(M::Settled.eq(false)))
        .count(conn.raw())
        .await?)
}

pub(super) fn with_unsettled() -> SelectStatement {
    campaign_ticket::Entity::find()
        .select_only()
        .column(M::CampaignId)
        .filter(M::Settled.eq(false))
        .into_query()
}

/// Ids of the tickets that count in a campaign, or that no longer do; of one township those that count there, wherever they went since.
/// Whoever does not read the whole county hears of those that count where they lie: others are another township's numbers.
pub(in crate::store) fn tickets_in(
    campaign: Uuid,
    (baseline, left): (Option<bool>, bool),
    township: Option<Uuid>,
    whole: bool,
) -> SelectStatement {
    let counts = if left { M::LeftDay.is_not_null() } else { M::LeftDay.is_null() };
    campaign_ticket::Entity::find()
        .select_only()
        .column(M::TicketId)
        .filter(
            Condition::all()
                .add(M::CampaignId.eq(campaign))
                .add(counts)
                .add_option(baseline.map(|flag| M::Baseline.eq(flag)))
                .add_option(township.map(|id| M::TownshipId.eq(id)))
                .add_option((!whole).then(lies_there)),
        )
        .into_query()
}

/// Its ticket still lies in the township whose number it is.
fn lies_there() -> Expr {
    Expr::col((campaign_ticket::Entity, M::TownshipId)).equals((ticket::Entity, T::PlaceTownshipId))
}

/// How many open members each township has in each state.
pub async fn open_by_state(conn: &impl Conn, campaign: Uuid) -> Result<Vec<(Uuid, State, i64)>, Error> {
    let rows: Vec<(Uuid, String, i64)> = campaign_ticket::Entity::find()
        .select_only()
        .column(M::TownshipId)
        .column(T::State)
        .column_as(M::TicketId.count(), "n")
        .join(JoinType::InnerJoin, to_ticket())
        .filter(M::CampaignId.eq(campaign).and(M::ClosedDay.is_null()).and(M::LeftDay.is_null()))
        .group_by(M::TownshipId)
        .group_by(T::State)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(township, word, n)| Some((township, State::parse(&word)?, n))).collect())
}

/// What of a campaign that begins is each unit's: kind and id of the unit, members, and those whose day is later than `after`.
pub async fn by_unit(
    conn: &impl Conn,
    campaign: Uuid,
    after: Instant,
) -> Result<Vec<(String, Uuid, i64, i64)>, Error> {
    let mut units: Vec<(String, Uuid, i64, i64)> = Vec::new();
    for later in [false, true] {
        let rows: Vec<(String, Uuid, i64)> = campaign_ticket::Entity::find()
            .select_only()
            .column(T::UnitKind)
            .column(T::UnitId)
            .column_as(M::TicketId.count(), "n")
            .join(JoinType::InnerJoin, to_ticket())
            .filter(M::CampaignId.eq(campaign).and(T::UnitId.is_not_null()))
            .filter(Condition::all().add_option(later.then(|| T::OfficialDueAt.gt(after))))
            .group_by(T::UnitKind)
            .group_by(T::UnitId)
            .into_tuple()
            .all(conn.raw())
            .await?;
        if !later {
            units = rows.into_iter().map(|(kind, unit, n)| (kind, unit, n, 0)).collect();
            continue;
        }
        for (_, unit, n) in rows {
            if let Some(one) = units.iter_mut().find(|one| one.1 == unit) {
                one.3 = n;
            }
        }
    }
    Ok(units)
}

/// Of each unit, the members with it whose date is this one: what a campaign gives back where it ends before its last day.
pub async fn held_by_unit(
    conn: &impl Conn,
    campaign: Uuid,
    date: Instant,
) -> Result<Vec<(String, Uuid, i64)>, Error> {
    Ok(campaign_ticket::Entity::find()
        .select_only()
        .column(T::UnitKind)
        .column(T::UnitId)
        .column_as(M::TicketId.count(), "n")
        .join(JoinType::InnerJoin, to_ticket())
        .filter(M::CampaignId.eq(campaign).and(M::LeftDay.is_null()).and(T::UnitId.is_not_null()))
        .filter(T::State.is_in(State::WITH_UNIT.map(State::as_str)).and(T::OfficialDueAt.eq(date)))
        .group_by(T::UnitKind)
        .group_by(T::UnitId)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// The members whose tickets a reader may open, each with its ticket's state.
pub async fn in_scope(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    campaign: Uuid,
) -> Result<Vec<(Member, State)>, Error> {
    let rows: Vec<WithState> = campaign_ticket::Entity::find()
        .column(T::State)
        .filter(M::CampaignId.eq(campaign))
        .join(JoinType::InnerJoin, to_ticket())
        .filter(lies_there())
        .filter(scoped(scope, now))
        .into_model()
        .all(conn.raw())
        .await?;
    rows.into_iter()
        .filter_map(|row| Some((State::parse(&row.state)?, row)))
        .map(|(state, row)| {
            let row = campaign_ticket::Model {
                campaign_id: row.campaign_id,
                ticket_id: row.ticket_id,
                county_id: row.county_id,
                township_id: row.township_id,
                baseline: row.baseline,
                joined_day: row.joined_day,
                closed_day: row.closed_day,
                left_day: row.left_day,
                settled: row.settled,
            };
            Ok((member(&row)?, state))
        })
        .collect()
}

/// A member with the state of its ticket.
#[derive(FromQueryResult)]
struct WithState {
    campaign_id: Uuid,
    ticket_id: Uuid,
    county_id: Uuid,
    township_id: Uuid,
    baseline: bool,
    joined_day: String,
    closed_day: Option<String>,
    left_day: Option<String>,
    settled: bool,
    state: String,
}

fn to_ticket() -> sea_orm::RelationDef {
    campaign_ticket::Entity::belongs_to(ticket::Entity).from(M::TicketId).to(T::Id).into()
}
