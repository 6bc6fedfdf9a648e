//! Looking back at closed tickets 回头看: drawn by the office from a stored seed, looked at by inspectors, counted by township.

pub mod figures;

use crate::{
    app::{App, AppResult, Caller, Once, field::facts::Facts, tickets::reads::TicketFilter},
    domain::{
        clock::{Instant, local_day},
        field::{inspection::shorten, media::Sha256},
        look_backs::{Candidate, ItemState, Shares, draw},
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        standards::calendar::{end_of_day, start_of_day},
        tickets::{Ticket, machine::Transition},
    },
    store::{
        self, Tx, audit,
        changes::ChangeRow,
        look_backs::{Found, Item, LookBack},
        tickets::EventBy,
    },
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest reason, in characters.
const REASON: usize = 400;
/// Longest span, in days.
const LONGEST: i64 = 370;

/// A draw as people read it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LookBackView {
    pub id: Uuid,
    pub from_day: String,
    pub to_day: String,
    /// From it and the candidates anybody comes to the same draw.
    pub seed: String,
    pub percent: i32,
    pub flagged_percent: i32,
    pub flagged_days: i32,
    pub drawn_at: DateTime<Utc>,
    pub drawn_by_name: Option<String>,
    /// Why it was made again.
    pub reason: String,
    pub redo_of: Option<Uuid>,
    pub redone_by: Option<Uuid>,
    pub candidates: i64,
    pub drawn: i64,
    pub held: i64,
    pub not_held: i64,
    pub waiting: i64,
}

/// A draw with what it drew.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LookBackDetail {
    #[serde(flatten)]
    pub draw: LookBackView,
    /// Drawing again from the stored seed and candidates gives the same.
    pub reproduced: bool,
    pub townships: Vec<LookBackTownship>,
    /// What was drawn.
    pub items: Vec<LookBackItem>,
}

/// One township's part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LookBackTownship {
    pub id: Uuid,
    pub name: String,
    /// A repair there turned out not to be done, within the days before the draw.
    pub flagged: bool,
    pub candidates: i64,
    pub drawn: i64,
    pub held: i64,
    pub not_held: i64,
    pub waiting: i64,
    /// Not held, in shares of those looked at.
    pub rate: Option<f64>,
}

/// A ticket that was drawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LookBackItem {
    pub ticket_id: Uuid,
    pub number: Option<String>,
    pub title: String,
    pub township_id: Uuid,
    pub township_name: Option<String>,
    pub site_name: Option<String>,
    pub state: String,
    pub looked_at: Option<DateTime<Utc>>,
    pub person_name: Option<String>,
    pub note: String,
}

/// What a ticket says of its newest draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookBackMark {
    pub draw_id: Uuid,
    pub state: String,
    pub drawn_at: DateTime<Utc>,
}

/// Not held, in shares of those looked at, in thousandths.
pub(super) fn rate(held: i64, not_held: i64) -> Option<f64> {
    let all = u32::try_from(held + not_held).ok().filter(|all| *all > 0)?;
    let bad = u32::try_from(not_held).ok()?;
    Some((f64::from(bad) / f64::from(all) * 1000.0).round() / 1000.0)
}

/// Draws, newest first.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> AppResult<Page<LookBackView>> {
    caller.require(Action::ReadLookBacks)?;
    let rows = store::look_backs::list(app.store.read(), caller.county()?, page).await?;
    let cut = Page::cut(rows, page.limit, store::look_backs::cursor);
    Ok(Page { items: views(app, cut.items).await?, next: cut.next })
}

async fn views(app: &App, rows: Vec<LookBack>) -> AppResult<Vec<LookBackView>> {
    let read = app.store.read();
    let counts = store::look_backs::counts(read, rows.iter().map(|row| row.id).collect()).await?;
    let names = store::people::persons::names(read, rows.iter().map(|row| row.drawn_by).collect()).await?;
    let count = |id: Uuid, states: &[ItemState]| -> i64 {
        counts.iter().filter(|(of, state, _)| *of == id && states.contains(state)).map(|(_, _, n)| n).sum()
    };
    let all = ItemState::ALL;
    Ok(rows
        .into_iter()
        .map(|row| LookBackView {
            candidates: count(row.id, &all),
            drawn: count(row.id, &all[1..]),
            held: count(row.id, &[ItemState::Held]),
            not_held: count(row.id, &[ItemState::NotHeld]),
            waiting: count(row.id, &[ItemState::Waiting]),
            drawn_by_name: names.get(&row.drawn_by).cloned(),
            id: row.id,
            from_day: row.from_day,
            to_day: row.to_day,
            seed: row.seed,
            percent: row.percent,
            flagged_percent: row.flagged_percent,
            flagged_days: row.flagged_days,
            drawn_at: row.drawn_at,
            reason: row.reason,
            redo_of: row.redo_of,
            redone_by: row.redone_by,
        })
        .collect())
}

/// Draws from what was closed on these days.
pub async fn draw_span(
    app: &App,
    caller: &Caller,
    once: &Once,
    from: NaiveDate,
    to: NaiveDate,
) -> AppResult<LookBackView> {
    caller.require(Action::ManageLookBacks)?;
    if to < from || (to - from).num_days() > LONGEST || to > local_day(app.clock.now()) {
        return Err(Problem::field(
            "/to_day",
            "应不早于开始日、不晚于今天，一年以内",
            "not before the first day, not after today, within a year",
        )
        .into());
    }
    make(app, caller, once, (from, to), None).await
}

/// Draws a span again, with a reason; both draws stay on record.
pub async fn redo(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    reason: &str,
) -> AppResult<LookBackView> {
    caller.require(Action::ManageLookBacks)?;
    let row = store::look_backs::get(app.store.read(), caller.county()?, id).await?.ok_or(Code::NotFound)?;
    let reason = shorten(reason.trim(), REASON);
    if reason.is_empty() {
        return Err(Problem::field("/reason", "请说明重抽的原因", "please say why it is drawn again").into());
    }
    let day = |text: &str| text.parse::<NaiveDate>().map_err(|_cause| Code::NotFound);
    make(app, caller, once, (day(&row.from_day)?, day(&row.to_day)?), Some((id, reason))).await
}

async fn make(
    app: &App,
    caller: &Caller,
    once: &Once,
    (from, to): (NaiveDate, NaiveDate),
    again: Option<(Uuid, String)>,
) -> AppResult<LookBackView> {
    let county = caller.county()?;
    let (now, id) = (app.clock.now(), app.random.id());
    let facts = Facts::load(app, county).await?;
    let set = &facts.settings().checks;
    let candidates = candidates(app, county, now, (from, to), set.look_back_flagged_days).await?;
    if candidates.is_empty() {
        return Err(Problem::field(
            "/from_day",
            "这段时间没有已销号的整改单",
            "nothing was closed on these days",
        )
        .into());
    }
    let mut bytes = [0; 32];
    app.random.fill(&mut bytes);
    let seed = Sha256::new(bytes).to_string();
    let shares = Shares { plain: set.look_back_percent, flagged: set.look_back_flagged_percent };
    let drawn = draw(&seed, &candidates, shares);
    let items: Vec<Item> = candidates
        .iter()
        .map(|candidate| {
            let hit = drawn.contains(&candidate.ticket_id);
            let state = if hit { ItemState::Waiting } else { ItemState::NotDrawn };
            Item {
                look_back_id: id,
                ticket_id: candidate.ticket_id,
                county_id: county,
                township_id: candidate.township_id,
                flagged: candidate.flagged,
                drawn: hit,
                state: state.as_str().into(),
                looked_at: None,
                looked_day: None,
                person_id: None,
                operation_id: None,
                note: String::new(),
                drawn_at: now,
            }
        })
        .collect();
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let row = LookBack {
        id,
        county_id: county,
        from_day: from.to_string(),
        to_day: to.to_string(),
        seed,
        percent: number(set.look_back_percent),
        flagged_percent: number(set.look_back_flagged_percent),
        flagged_days: number(set.look_back_flagged_days),
        drawn_by: caller.person_id,
        drawn_at: now,
        reason: again.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
        redo_of: again.as_ref().map(|(before, _)| *before),
        redone_by: None,
    };
    let id: Uuid = app
        .idempotent(caller, once, async |tx| {
            if let Some((before, _)) = &again {
                let before = store::look_backs::lock(tx, county, *before).await?.ok_or(Code::NotFound)?;
                if before.redone_by.is_some() {
                    return Err(Code::WrongState.into());
                }
                tell(tx, county, now, store::look_backs::items(tx, before.id).await?).await?;
                store::look_backs::redone(tx, before.id, id).await?;
            }
            if !store::look_backs::insert(tx, row.clone(), &items).await? {
                return Err(Code::WrongState.into());
            }
            tell(tx, county, now, items.clone()).await?;
            let line = caller.audit("look_back.draw", "look_backs", id);
            audit::append(tx, now, audit::AuditRow { reason: row.reason.clone(), ..line }).await?;
            Ok(id)
        })
        .await?;
    let row = store::look_backs::get(app.store.read(), county, id).await?.ok_or(Code::NotFound)?;
    Ok(views(app, vec![row]).await?.pop().ok_or(Code::NotFound)?)
}

/// What was closed on these days, and in which townships a repair turned out not to be done lately.
async fn candidates(
    app: &App,
    county: Uuid,
    now: Instant,
    (from, to): (NaiveDate, NaiveDate),
    flagged_days: u32,
) -> AppResult<Vec<Candidate>> {
    let read = app.store.read();
    let since = now - TimeDelta::days(i64::from(flagged_days));
    let returned =
        store::tickets::checks::within(read, county, &[Transition::T12.name()], (since, now)).await?;
    let mut flagged: HashSet<Uuid> = returned
        .iter()
        .filter(|event| event.reason == "not_done")
        .filter_map(|event| event.place_township_id)
        .collect();
    flagged.extend(store::look_backs::not_the_repair_since(read, county, since).await?);
    let closed =
        store::look_backs::closed_within(read, county, now, (start_of_day(from), end_of_day(to))).await?;
    Ok(closed
        .into_iter()
        .map(|(ticket_id, township_id)| Candidate {
            ticket_id,
            township_id,
            flagged: flagged.contains(&township_id),
        })
        .collect())
}

/// Tells phones of the county which tickets were drawn; the township side hears nothing before somebody has looked.
async fn tell(tx: &Tx, county: Uuid, now: Instant, items: Vec<Item>) -> AppResult<()> {
    let ids: Vec<Uuid> = items.into_iter().filter(|item| item.drawn).map(|item| item.ticket_id).collect();
    for some in ids.chunks(400) {
        let tickets = store::tickets::get_many(tx, Scope::County { county }, now, some.to_vec()).await?;
        let rows = tickets
            .iter()
            .map(|ticket| ChangeRow { visible_from: None, ..ChangeRow::of_ticket(ticket, None) })
            .collect();
        store::changes::append(tx, now, rows).await?;
    }
    Ok(())
}

/// One draw with what it drew.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<LookBackDetail> {
    caller.require(Action::ReadLookBacks)?;
    let (county, read, now) = (caller.county()?, app.store.read(), app.clock.now());
    let scope = Scope::County { county };
    let row = store::look_backs::get(read, county, id).await?.ok_or(Code::NotFound)?;
    let items = store::look_backs::items(read, id).await?;
    let candidates: Vec<Candidate> = items
        .iter()
        .map(|item| Candidate {
            ticket_id: item.ticket_id,
            township_id: item.township_id,
            flagged: item.flagged,
        })
        .collect();
    let share = |n: i32| u32::try_from(n).unwrap_or_default();
    let shares = Shares { plain: share(row.percent), flagged: share(row.flagged_percent) };
    let again = draw(&row.seed, &candidates, shares);
    let reproduced = items.iter().all(|item| item.drawn == again.contains(&item.ticket_id));
    let places: HashSet<Uuid> = items.iter().map(|item| item.township_id).collect();
    let places = store::places::divisions::get_many(read, scope, places.into_iter().collect()).await?;
    let places: HashMap<Uuid, String> = places.into_iter().map(|place| (place.id, place.name)).collect();
    let mut townships: BTreeMap<Uuid, LookBackTownship> = BTreeMap::new();
    for item in &items {
        let of = townships.entry(item.township_id).or_insert_with(|| LookBackTownship {
            id: item.township_id,
            name: places.get(&item.township_id).cloned().unwrap_or_default(),
            flagged: item.flagged,
            candidates: 0,
            drawn: 0,
            held: 0,
            not_held: 0,
            waiting: 0,
            rate: None,
        });
        of.candidates += 1;
        of.drawn += i64::from(item.drawn);
        let is = |state: ItemState| i64::from(item.state == state.as_str());
        of.held += is(ItemState::Held);
        of.not_held += is(ItemState::NotHeld);
        of.waiting += is(ItemState::Waiting);
        of.rate = rate(of.held, of.not_held);
    }
    let drawn: Vec<Item> = items.into_iter().filter(|item| item.drawn).collect();
    let tickets = tickets_of(app, scope, now, &drawn).await?;
    let sites: HashSet<Uuid> = tickets.values().filter_map(|ticket| ticket.site_id).collect();
    let sites = store::places::sites::get_many(read, scope, sites.into_iter().collect()).await?;
    let people = drawn.iter().filter_map(|item| item.person_id).collect();
    let people = store::people::persons::names(read, people).await?;
    let items = drawn
        .into_iter()
        .map(|item| {
            let ticket = tickets.get(&item.ticket_id);
            let site = ticket.and_then(|ticket| sites.iter().find(|site| Some(site.id) == ticket.site_id));
            LookBackItem {
                number: ticket.and_then(|ticket| ticket.number.clone()),
                title: ticket.map(|ticket| ticket.title.clone()).unwrap_or_default(),
                township_name: places.get(&item.township_id).cloned(),
                site_name: site.map(|site| site.name.clone()),
                person_name: item.person_id.and_then(|id| people.get(&id).cloned()),
                ticket_id: item.ticket_id,
                township_id: item.township_id,
                state: item.state,
                looked_at: item.looked_at,
                note: item.note,
            }
        })
        .collect();
    let draw = views(app, vec![row]).await?.pop().ok_or(Code::NotFound)?;
    Ok(LookBackDetail { draw, reproduced, townships: townships.into_values().collect(), items })
}

async fn tickets_of(
    app: &App,
    scope: Scope,
    now: Instant,
    items: &[Item],
) -> AppResult<HashMap<Uuid, Ticket>> {
    let mut tickets = HashMap::new();
    for some in items.chunks(400) {
        let ids = some.iter().map(|item| item.ticket_id).collect();
        let found = store::tickets::get_many(app.store.read(), scope, now, ids).await?;
        tickets.extend(found.into_iter().map(|ticket| (ticket.id, ticket)));
    }
    Ok(tickets)
}

/// What waits to be looked at is nobody's business who is looked at.
pub fn guard(caller: &Caller, filter: &TicketFilter) -> AppResult<()> {
    let secret = filter.look_back == Some(ItemState::Waiting) || filter.draw.is_some();
    if secret {
        caller.require(Action::ReadLookBacks)?;
    }
    Ok(())
}

/// A fault that came back ends the draws that waited for a look at it.
pub async fn came_back(tx: &Tx, ticket: &Ticket, at: Instant, by: EventBy) -> AppResult<()> {
    let found = Found {
        state: ItemState::NotHeld,
        at,
        day: local_day(at),
        person_id: by.person_id,
        operation_id: by.operation_id,
        note: String::new(),
    };
    store::look_backs::end(tx, ticket.id, found).await?;
    Ok(())
}
