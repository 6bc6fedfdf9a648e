//! The walk of the stand in six steps: a site is drawn, visited, its faults repaired, checked, and the zero board falls.
//!
//! What is done is worked out from visits, tickets and their events whenever somebody asks; all that is kept is which
//! site was drawn, and when.

use super::stand::TOWNSHIP;
use crate::{
    app::{App, AppError, AppResult, standards::checklists as standards},
    domain::{
        clock::Instant,
        page::PageRequest,
        people::scope::Scope,
        problem::Code,
        random::Random,
        standards::checklist::{Camera, Checklist, Makes, Severity},
        tickets::{State, Ticket},
    },
    store::{
        field::inspections::{self, InspectionRow},
        meta,
        places::{
            divisions,
            sites::{self, Site},
        },
        standards::{checklists, kinds},
        tickets::{self, CountedRow, Filter, board},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where the walk under way is remembered.
const WALK: &str = "demo_walk";
/// More than a walk makes by far.
const PAGE: PageRequest = PageRequest { after: None, limit: 100 };

/// What is remembered of a walk.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Drawn {
    no: u32,
    started_at: Instant,
    site: Uuid,
    checklist: Uuid,
    open_before: i64,
}

/// A step of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WalkStepName {
    /// A site is drawn.
    Drawn,
    /// It was visited; known here when the visit has arrived.
    Visited,
    /// A visit with two faults is here, and their tickets are.
    Arrived,
    /// Two of them were accepted, repaired and handed in.
    Repaired,
    /// One was sent back, another one passed.
    Checked,
    /// The zero board has fallen.
    Zero,
}

/// A step, and when it was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WalkStep {
    pub step: WalkStepName,
    pub done: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Instant>,
}

/// The site that was drawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WalkSite {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub kind_name: String,
}

/// A ticket that the walk made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WalkTicket {
    pub id: Uuid,
    pub number: Option<String>,
    pub title: String,
    pub state: State,
}

/// The walk under way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Walk {
    /// 1 for the first one since the county was made.
    pub no: u32,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Instant,
    pub site: WalkSite,
    pub checklist_id: Uuid,
    pub steps: Vec<WalkStep>,
    pub tickets: Vec<WalkTicket>,
    /// Open static issues of the county when the walk began, and now.
    pub open_before: i64,
    pub open_now: i64,
}

/// A ticket of the walk with the instants of the events that steps ask about.
struct Followed {
    ticket: Ticket,
    accepted: Option<Instant>,
    handed_in: Option<Instant>,
    sent_back: Option<Instant>,
    passed: Option<Instant>,
}

impl App {
    /// Draws a site for a walk, the next one when there is one under way.
    pub async fn begin_walk(&self) -> AppResult<Walk> {
        let county = self.demo_county().await?.id;
        let before = self.drawn().await?;
        let (site, checklist) = self.draw_site(county, before.as_ref().map(|walk| walk.site)).await?;
        let drawn = Drawn {
            no: before.map_or(1, |walk| walk.no + 1),
            started_at: self.clock.now(),
            site: site.id,
            checklist,
            open_before: self.open_static(county).await?,
        };
        let text = serde_json::to_string(&drawn)
            .map_err(|error| AppError::Internal(format!("the walk does not serialise: {error}")))?;
        self.store.write(async |tx| Ok::<_, AppError>(meta::set(tx, WALK, text.clone()).await?)).await?;
        self.follow_walk(county, drawn).await
    }

    /// The walk under way, if one was begun.
    pub async fn walk(&self) -> AppResult<Option<Walk>> {
        let county = self.demo_county().await?.id;
        match self.drawn().await? {
            Some(drawn) => self.follow_walk(county, drawn).await.map(Some),
            None => Ok(None),
        }
    }

    async fn drawn(&self) -> AppResult<Option<Drawn>> {
        let text = meta::get(self.store.read(), WALK).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// A site of the pane's township with at least two questions that make tickets, best one that nobody has visited.
    async fn draw_site(&self, county: Uuid, former: Option<Uuid>) -> AppResult<(Site, Uuid)> {
        let (read, now, scope) = (self.store.read(), self.clock.now(), Scope::County { county });
        let units = divisions::of_county(read, county).await?;
        let township = units.iter().find(|unit| unit.code.as_str() == TOWNSHIP).ok_or(Code::NotFound)?;
        let mut suited = Vec::new();
        for row in checklists::active(read, county).await? {
            let list = standards::parse(&row)?;
            if is_suited(&list) {
                suited.push((row.site_kind, row.id));
            }
        }
        let filter = sites::Filter {
            township_id: Some(township.id),
            status: Some(sites::ACTIVE.to_owned()),
            ..sites::Filter::default()
        };
        let all = sites::list(read, scope, &filter, &PageRequest { after: None, limit: 1000 }).await?;
        let mut open: Vec<Site> = all
            .into_iter()
            .filter(|site| Some(site.id) != former && suited.iter().any(|(kind, _)| *kind == site.kind))
            .collect();
        let ids: Vec<Uuid> = open.iter().map(|site| site.id).collect();
        let faulty = tickets::open_by_site(read, scope, now, ids.clone()).await?;
        open.retain(|site| !faulty.contains_key(&site.id));
        let visited = inspections::latest_of_sites(read, scope, now, &ids).await?;
        let fresh = |site: &Site| !visited.iter().any(|visit| visit.site_id == site.id);
        if open.iter().any(fresh) {
            open.retain(fresh);
        }
        let count = open.len();
        let site =
            (count > 0).then(|| open.swap_remove(below(&*self.random, count))).ok_or(Code::NotFound)?;
        let checklist = suited.iter().find(|(kind, _)| *kind == site.kind).ok_or(Code::NotFound)?.1;
        Ok((site, checklist))
    }

    async fn follow_walk(&self, county: Uuid, drawn: Drawn) -> AppResult<Walk> {
        let (read, now, scope) = (self.store.read(), self.clock.now(), Scope::County { county });
        let site = sites::get(read, scope, drawn.site).await?.ok_or(Code::NotFound)?;
        let kinds = kinds::list(read, scope).await?;
        let kind = kinds.into_iter().find(|kind| kind.key == site.kind);
        let of_site = inspections::Filter { site_id: Some(site.id), ..inspections::Filter::default() };
        let mut visits = inspections::list(read, scope, now, &of_site, &PAGE).await?;
        visits.retain(|visit| visit.accepted_at >= drawn.started_at);
        visits.sort_by_key(|visit| visit.accepted_at);
        let mut followed = Vec::new();
        let made = Filter { site_id: Some(site.id), newest_first: true, ..Filter::default() };
        for ticket in tickets::list(read, scope, now, &made, &PAGE).await? {
            if ticket.created_at >= drawn.started_at {
                followed.push(self.follow_ticket(ticket).await?);
            }
        }
        followed.reverse();
        let counted = tickets::counted_rows(read, scope, now).await?;
        Ok(Walk {
            no: drawn.no,
            started_at: drawn.started_at,
            steps: steps(&drawn, &visits, &followed, &counted),
            tickets: followed.into_iter().map(|one| shown(one.ticket)).collect(),
            site: WalkSite {
                id: site.id,
                code: site.code,
                name: site.name,
                kind_name: kind.map(|kind| kind.name_zh).unwrap_or(site.kind),
            },
            checklist_id: drawn.checklist,
            open_before: drawn.open_before,
            open_now: self.open_static(county).await?,
        })
    }

    async fn follow_ticket(&self, ticket: Ticket) -> AppResult<Followed> {
        let events = tickets::events(self.store.read(), &ticket).await?;
        let first =
            |name: &str| events.iter().find(|event| event.transition == name).map(|event| event.accepted_at);
        let (accepted, handed_in) = (first("T5"), first("T10"));
        Ok(Followed { accepted, handed_in, sent_back: first("T12"), passed: first("T11"), ticket })
    }

    async fn open_static(&self, county: Uuid) -> AppResult<i64> {
        let days = board::static_days(self.store.read(), county).await?;
        Ok(days.iter().map(|day| i64::from(day.opened) - i64::from(day.closed)).sum())
    }
}

/// Mostly questions whose fault stays until somebody repairs it, and whose repair a desk may check by its photos; and no
/// stalls or rooms to walk through: a first walk is a short one.
fn is_suited(list: &Checklist) -> bool {
    let tickets =
        || list.items.iter().filter(|item| item.makes == Makes::Ticket && item.camera != Camera::Forbidden);
    let plain = tickets()
        .filter(|item| item.is_static && item.severity == Severity::Minor && item.visible_if.is_none())
        .count();
    plain >= 2 && plain * 2 >= tickets().count() && list.groups.iter().all(|group| group.repeat.is_none())
}

/// A number below `count`; a hair uneven, which no draw of one site shows.
fn below(random: &dyn Random, count: usize) -> usize {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    usize::try_from(u32::from_be_bytes(bytes)).map_or(0, |number| number % count.max(1))
}

fn shown(ticket: Ticket) -> WalkTicket {
    WalkTicket { id: ticket.id, number: ticket.number, title: ticket.title, state: ticket.state }
}

/// Each step by the rows that make it, whatever became of the others.
fn steps(
    drawn: &Drawn,
    visits: &[InspectionRow],
    tickets: &[Followed],
    counted: &[CountedRow],
) -> Vec<WalkStep> {
    let visited = visits.first().map(|visit| visit.accepted_at);
    let faulty = visits.iter().find(|visit| visit.fails >= 2).map(|visit| visit.accepted_at);
    let arrived = faulty.filter(|_| tickets.len() >= 2);
    let mut handed_in: Vec<Instant> =
        tickets.iter().filter(|one| one.accepted.is_some()).filter_map(|one| one.handed_in).collect();
    handed_in.sort_unstable();
    let repaired = handed_in.get(1).copied();
    // Two tickets: one that came back and passed later shows only half of it.
    let pairs = tickets.iter().flat_map(|back| tickets.iter().map(move |passed| (back, passed)));
    let checked = pairs
        .filter(|(back, passed)| back.ticket.id != passed.ticket.id)
        .filter_map(|(back, passed)| Some(back.sent_back?.max(passed.passed?)))
        .min();
    let closed =
        tickets.iter().filter(|one| one.ticket.state == State::Closed && one.ticket.counts_as_static());
    let zero = closed.filter_map(|one| one.passed).min().filter(|_| has_fallen(drawn.started_at, counted));
    [
        (WalkStepName::Drawn, Some(drawn.started_at)),
        (WalkStepName::Visited, visited),
        (WalkStepName::Arrived, arrived),
        (WalkStepName::Repaired, repaired),
        (WalkStepName::Checked, checked),
        (WalkStepName::Zero, zero),
    ]
    .map(|(step, at)| WalkStep { step, done: at.is_some(), at })
    .into()
}

/// Whether fewer static issues are open now than at the highest moment since then.
fn has_fallen(since: Instant, counted: &[CountedRow]) -> bool {
    let closed_at = |row: &CountedRow| row.closed_at.filter(|_| row.state == State::Closed.as_str());
    let issued = counted.iter().filter_map(|row| row.issued_at).map(|at| (at, 1_i64));
    let closed = counted.iter().filter_map(closed_at).map(|at| (at, -1));
    let mut moves: Vec<(Instant, i64)> = issued.chain(closed).collect();
    // At one instant what is issued comes first: something closed was open before.
    moves.sort_unstable_by_key(|(at, by)| (*at, -by));
    let (mut open, mut highest) = (0, 0);
    for (at, by) in moves {
        if at < since {
            open += by;
            highest = open;
        } else {
            highest = highest.max(open);
            open += by;
            highest = highest.max(open);
        }
    }
    open < highest
}
