//! Zeroing campaigns as rows, and what they take.

pub mod days;
pub mod members;

use crate::{
    domain::campaigns::CampaignState,
    store::{
        Conn, Error, Tx,
        entity::{campaign, division, honour, site, ticket},
    },
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, sea_query::LockType,
};
use uuid::Uuid;

use campaign::Column as C;

/// A campaign as stored.
pub type CampaignRow = campaign::Model;

/// A scope in the words of queries; what is empty narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Takes {
    /// Titles of which a site, its village or its township must hold one on this day.
    pub titles: Option<(NaiveDate, Vec<&'static str>)>,
    pub kinds: Vec<String>,
    pub townships: Vec<Uuid>,
}

/// Tickets of a county inside a scope, by what they are and where; whether they count is another question.
pub(super) fn takes(county: Uuid, what: &Takes) -> Condition {
    use ticket::Column as T;
    let sites = (!what.kinds.is_empty() || what.titles.is_some()).then(|| {
        let mut query = site::Entity::find()
            .select_only()
            .column(site::Column::Id)
            .filter(site::Column::CountyId.eq(county));
        if !what.kinds.is_empty() {
            query = query.filter(site::Column::Kind.is_in(what.kinds.iter().map(String::as_str)));
        }
        if let Some((on, titles)) = &what.titles {
            let titled = || {
                honour::Entity::find()
                    .select_only()
                    .column(honour::Column::SubjectId)
                    .filter(honour::Column::CountyId.eq(county))
                    .filter(honour::Column::Level.is_in(titles.iter().copied()))
                    .filter(crate::store::places::honours::held(*on))
                    .into_query()
            };
            let held = || {
                division::Entity::find()
                    .select_only()
                    .column(division::Column::Id)
                    .filter(division::Column::CountyId.eq(county))
                    .filter(division::Column::Honour.is_in(titles.iter().copied()))
                    .into_query()
            };
            query = query.filter(
                Condition::any()
                    .add(site::Column::Id.in_subquery(titled()))
                    .add(site::Column::VillageId.in_subquery(titled()))
                    .add(site::Column::TownshipId.in_subquery(titled()))
                    // What the register of places said before titles had rows of their own.
                    .add(site::Column::VillageId.in_subquery(held()))
                    .add(site::Column::TownshipId.in_subquery(held())),
            );
        }
        T::SiteId.in_subquery(query.into_query())
    });
    Condition::all()
        .add(T::CountyId.eq(county))
        .add_option((!what.townships.is_empty()).then(|| T::PlaceTownshipId.is_in(what.townships.clone())))
        .add_option(sites)
}

/// Whether a scope takes this ticket.
pub async fn is_taken(conn: &impl Conn, county: Uuid, id: Uuid, what: &Takes) -> Result<bool, Error> {
    let found: Option<Uuid> = ticket::Entity::find_by_id(id)
        .select_only()
        .column(ticket::Column::Id)
        .filter(takes(county, what))
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(found.is_some())
}

pub async fn insert(tx: &Tx, row: CampaignRow) -> Result<(), Error> {
    campaign::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<CampaignRow>, Error> {
    Ok(campaign::Entity::find_by_id(id).filter(C::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Locked for change: what a ticket's issue looks at beside it waits, and sees it as it is then.
pub async fn lock(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<CampaignRow>, Error> {
    Ok(campaign::Entity::find_by_id(id)
        .filter(C::CountyId.eq(county))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?)
}

/// The campaigns that run, held as they are until this transaction ends. Drafts are held too: one that starts beside an issue either
/// takes the ticket in, or runs already when the issue looks.
pub async fn running(tx: &Tx, county: Uuid) -> Result<Vec<CampaignRow>, Error> {
    let open = [CampaignState::Draft, CampaignState::Running].map(CampaignState::as_str);
    let mut rows = campaign::Entity::find()
        .filter(C::CountyId.eq(county).and(C::State.is_in(open)))
        .order_by_asc(C::Id)
        .lock(LockType::Share)
        .all(tx.raw())
        .await?;
    rows.retain(|row| row.state == CampaignState::Running.as_str());
    Ok(rows)
}

/// Campaigns of a county, newest first; drafts only where asked for.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    state: Option<CampaignState>,
    drafts: bool,
) -> Result<Vec<CampaignRow>, Error> {
    let mut query = campaign::Entity::find().filter(C::CountyId.eq(county));
    if let Some(state) = state {
        query = query.filter(C::State.eq(state.as_str()));
    }
    if !drafts {
        query = query.filter(C::State.ne(CampaignState::Draft.as_str()));
    }
    Ok(query.order_by_desc(C::CreatedAt).order_by_desc(C::Id).limit(200).all(conn.raw()).await?)
}

/// Running campaigns of all counties whose last day was before `today`.
pub async fn over(conn: &impl Conn, today: NaiveDate) -> Result<Vec<CampaignRow>, Error> {
    Ok(campaign::Entity::find()
        .filter(C::State.eq(CampaignState::Running.as_str()).and(C::DeadlineDay.lt(today.to_string())))
        .all(conn.raw())
        .await?)
}

/// Running campaigns, and ended ones whose tickets do not know it yet; few, whatever the county holds.
pub async fn unsettled(conn: &impl Conn) -> Result<Vec<CampaignRow>, Error> {
    Ok(campaign::Entity::find()
        .filter(C::State.ne(CampaignState::Draft.as_str()))
        .filter(C::Id.in_subquery(members::with_unsettled()))
        .all(conn.raw())
        .await?)
}

/// Writes the next version of a row that is locked.
pub async fn update(tx: &Tx, row: CampaignRow) -> Result<(), Error> {
    let id = row.id;
    let mut active = row.into_active_model().reset_all();
    active.id = sea_orm::ActiveValue::Unchanged(id);
    campaign::Entity::update_many().set(active).filter(C::Id.eq(id)).exec(tx.raw()).await?;
    Ok(())
}
