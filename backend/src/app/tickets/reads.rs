//! Reading tickets: lists, one with its whole history, counts for badges.

use super::{
    allowed::{Beside, allowed, looks_on, may_ask},
    issue::asks_void,
    narrow,
    show::{TicketView, show},
};
pub use crate::store::tickets::Filter as TicketFilter;
use crate::{
    app::{
        App, AppResult, Caller,
        duties::delegations::Signing,
        field::{
            attachments::{PhotoRef, photos},
            facts::Facts,
            visits::{self, InspectionView},
        },
        projects::{self, ProjectView},
    },
    domain::{
        clock::Instant,
        duties::referral::Referred,
        field::sheet,
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::Code,
        tickets::{
            State, Ticket,
            request::{Asked, RequestState},
        },
    },
    store::{
        self, Conn,
        field::named::NamedFile,
        tickets::{EventRow, attempts::Attempt},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A ticket with everything behind it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TicketDetail {
    #[serde(flatten)]
    pub ticket: TicketView,
    pub events: Vec<EventView>,
    pub attempt_list: Vec<AttemptView>,
    pub findings: Vec<FindingView>,
    /// Photos of sheets on which the unit signed for it.
    pub sheets: Vec<PhotoRef>,
    /// The building work behind it.
    pub projects: Vec<ProjectView>,
    /// Kinds of operation that the acting post may seal on it now.
    pub allowed: Vec<String>,
    /// What the acting post may ask of the office about it now.
    pub may_ask: Vec<Asked>,
    /// What came by links of the village and waits; 0 for those who do not take it over.
    pub village_drafts: i64,
}

/// One line of history.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    pub version: i32,
    pub transition: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub person_name: Option<String>,
    /// Whose post the author stood in for 代.
    pub acting_for: Option<String>,
    pub reason: String,
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    pub observed_at: DateTime<Utc>,
    pub accepted_at: DateTime<Utc>,
}

impl EventView {
    fn of(event: EventRow, names: &HashMap<Uuid, String>, acting: &HashMap<Uuid, String>) -> Self {
        Self {
            acting_for: event.post_id.and_then(|id| acting.get(&id).cloned()),
            version: event.version,
            transition: event.transition,
            from_state: event.from_state,
            to_state: event.to_state,
            person_name: event.person_id.and_then(|id| names.get(&id).cloned()),
            reason: event.reason,
            data: event.data,
            observed_at: event.observed_at,
            accepted_at: event.accepted_at,
        }
    }
}

/// One claim that it is repaired.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    pub id: Uuid,
    pub no: i32,
    pub state: String,
    pub note: String,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub observed_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub verified_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    pub verdict_note: String,
    pub missing_files: usize,
    /// Who took the photos, as typed, where they came by a link of the village.
    pub taken_by: Option<String>,
    pub photos: Vec<PhotoRef>,
}

/// One time that somebody saw the fault.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    pub id: Uuid,
    pub title: String,
    pub note: String,
    pub inspection_id: Option<Uuid>,
    pub observed_at: DateTime<Utc>,
    pub person_name: Option<String>,
    /// Of a visit that was entered from a sheet of paper.
    pub paper: Option<OnPaper>,
    /// Why its visit was far from the site; told to the county only.
    pub far_reason: Option<String>,
    pub photos: Vec<PhotoRef>,
}

/// Paper counts as much as a phone; whoever looks is told which it was.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OnPaper {
    /// Who walked, by the name on the sheet.
    pub filled_by: Option<String>,
    pub entered_by_name: Option<String>,
}

/// Counts for badges and tabs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub as_of: DateTime<Utc>,
    pub by_state: HashMap<String, i64>,
    pub overdue: i64,
    pub to_issue: i64,
    pub to_verify: i64,
    /// Of these, waiting longer than the county allows itself; 0 for those who do not check.
    pub check_late: i64,
    /// Not finished, and the county was asked to help.
    pub hard: i64,
    pub sent_back: i64,
    pub border: i64,
    /// Of which something is asked that nobody has decided yet.
    pub asked: i64,
    pub open_static: i64,
    /// A repair waits for a signature.
    pub to_sign: i64,
    /// Without a step of the unit for long.
    pub no_progress: i64,
    /// With a department now; for a department, with it.
    pub referred: i64,
    /// Of those, past the department's date.
    pub referral_overdue: i64,
    /// Came by links of the village and waits for the caller's desk.
    pub village_drafts: i64,
    /// Refused operations that wait for the office; 0 for everybody else.
    pub flagged: i64,
}

impl AttemptView {
    fn of(attempt: Attempt, sent: &[&NamedFile], files: &[NamedFile], names: &HashMap<Uuid, String>) -> Self {
        Self {
            missing_files: sent.iter().filter(|file| file.state == "missing").count(),
            photos: photos(sent.iter().copied(), files),
            person_name: names.get(&attempt.person_id).cloned(),
            id: attempt.id,
            no: attempt.no,
            state: attempt.state,
            note: attempt.note,
            person_id: attempt.person_id,
            observed_at: attempt.observed_at,
            submitted_at: attempt.submitted_at,
            verified_at: attempt.verified_at,
            reason: attempt.reason,
            taken_by: attempt.taken_by,
            verdict_note: attempt.verdict_note,
        }
    }
}

/// One page of tickets in the caller's scope.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &TicketFilter,
    page: &PageRequest,
) -> AppResult<Page<TicketView>> {
    caller.require(Action::ReadTickets)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let Some(county) = scope.county() else { return Err(Code::Forbidden.into()) };
    let facts = Facts::load(app, county).await?;
    let filter = &narrow::narrow(app, caller, facts.deadlines(), filter, now).await?;
    let rows = narrow::rows(app.store.read(), scope, now, facts.deadlines(), filter, page).await?;
    let cut = Page::cut(rows, page.limit, |ticket| store::tickets::cursor(ticket, filter.newest_first));
    let items = show(app.store.read(), caller, county, &cut.items, facts.deadlines(), now).await?;
    Ok(Page { items, next: cut.next })
}

/// One ticket with its history, attempts and findings, all as of one moment. A township also looks at what a department repairs on its land.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<TicketDetail> {
    caller.require(Action::ReadTickets)?;
    let county = caller.scope()?.county().ok_or(Code::Forbidden)?;
    let facts = Facts::load(app, county).await?;
    // Whatever is written meanwhile is wholly in the answer or not at all. Everything below asks this connection and no other: readers
    // that held one and waited for a second would wait for each other.
    let read = app.store.snapshot().await?;
    let detail = detail(&read, caller, county, &facts, app.clock.now(), id).await;
    read.close().await?;
    detail
}

async fn detail(
    read: &impl Conn,
    caller: &Caller,
    county: Uuid,
    facts: &Facts,
    now: Instant,
    id: Uuid,
) -> AppResult<TicketDetail> {
    let scope = caller.scope()?;
    let ticket = match store::tickets::get(read, scope, now, id).await? {
        None if caller.require(Action::ReadLocalTickets).is_ok() => {
            store::tickets::get_local(read, scope, now, id).await?
        }
        found => found,
    };
    let ticket = ticket.ok_or(Code::NotFound)?;
    let view = show(read, caller, county, std::slice::from_ref(&ticket), facts.deadlines(), now)
        .await?
        .pop()
        .ok_or(Code::NotFound)?;
    let events = store::tickets::events(read, &ticket).await?;
    let attempts = store::tickets::attempts::of_tickets(read, vec![id]).await?;
    let findings = store::field::findings::of_ticket(read, scope, now, id).await?;
    let files = store::field::named::of_subjects(read, scope, now, vec![id]).await?;
    let people = events
        .iter()
        .filter_map(|event| event.person_id)
        .chain(attempts.iter().map(|attempt| attempt.person_id))
        .chain(findings.iter().map(|finding| finding.person_id));
    let names = store::people::persons::names(read, people.collect()).await?;
    let acting = acting_for(read, &events).await?;
    let of = |operation: Uuid| -> Vec<&NamedFile> {
        files.iter().filter(|file| file.operation_id == operation).collect()
    };
    let may_ask = may_ask(caller, &ticket, &view.requests, now);
    let projects = if looks_on(caller, &ticket) {
        Vec::new()
    } else {
        projects::of_ticket(read, scope, county, now, id).await?
    };
    let beside = Beside {
        requests: &view.requests,
        may_ask: &may_ask,
        attempts: &attempts,
        check: view.check,
        void_asked: asks_void(&events, caller.person_id),
        delegated: Signing::of_caller(read, caller, now)
            .await?
            .is_some_and(|signing| signing.allows(&ticket.severity)),
        look_back: view.look_back.as_ref(),
        building: projects.iter().any(ProjectView::is_building),
        rules: facts.deadlines(),
        now,
    };
    let allowed = allowed(caller, &ticket, &beside);
    let visited = findings.iter().filter_map(|finding| finding.inspection_id).collect();
    let rows = store::field::inspections::get_many(read, scope, now, visited).await?;
    let visits: HashMap<Uuid, InspectionView> =
        visits::show(read, scope, now, rows).await?.into_iter().map(|visit| (visit.id, visit)).collect();
    Ok(TicketDetail {
        ticket: view,
        events: events.into_iter().map(|event| EventView::of(event, &names, &acting)).collect(),
        attempt_list: attempts
            .into_iter()
            .map(|attempt| {
                let sent = of(attempt.operation_id);
                AttemptView::of(attempt, &sent, &files, &names)
            })
            .collect(),
        findings: findings
            .into_iter()
            .map(|finding| {
                let visit = finding.inspection_id.and_then(|id| visits.get(&id));
                FindingView {
                    photos: photos(
                        of(finding.operation_id).into_iter().filter(|file| {
                            file.item_path.is_none()
                                || file.item_path.as_deref() == Some(finding.item_code.as_str())
                        }),
                        &files,
                    ),
                    person_name: names.get(&finding.person_id).cloned(),
                    id: finding.id,
                    title: finding.title,
                    note: finding.note,
                    inspection_id: finding.inspection_id,
                    observed_at: finding.observed_at,
                    paper: visit.filter(|visit| visit.capture == sheet::PAPER).map(|visit| OnPaper {
                        filled_by: visit.filled_by.clone(),
                        entered_by_name: visit.entered_by_name.clone(),
                    }),
                    far_reason: visit.and_then(|visit| visit.far_reason.clone()),
                }
            })
            .collect(),
        sheets: photos(files.iter().filter(|file| file.role == sheet::SHEET_ROLE), &files),
        projects,
        allowed,
        may_ask,
        village_drafts: village_drafts(read, caller, Some(id)).await?,
    })
}

/// Drafts that wait for the caller's desk.
async fn village_drafts(conn: &impl Conn, caller: &Caller, ticket: Option<Uuid>) -> AppResult<i64> {
    if caller.require(Action::UseVillageLinks).is_err() {
        return Ok(0);
    }
    Ok(store::duties::links::waiting(conn, caller.scope()?, ticket).await?)
}

/// Of the posts under which these events were made, those that stood in for somebody: whose.
async fn acting_for(conn: &impl Conn, events: &[EventRow]) -> AppResult<HashMap<Uuid, String>> {
    let posts: HashSet<Uuid> = events.iter().filter_map(|event| event.post_id).collect();
    let held = store::people::posts::principals(conn, posts.into_iter().collect()).await?;
    let names = store::people::persons::names(conn, held.values().copied().collect()).await?;
    Ok(held.into_iter().filter_map(|(post, person)| Some((post, names.get(&person)?.clone()))).collect())
}

/// Counts in the caller's scope.
pub async fn counts(app: &App, caller: &Caller) -> AppResult<Counts> {
    caller.require(Action::ReadTickets)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let count = async |filter: TicketFilter| store::tickets::count_by_state(read, scope, now, &filter).await;
    let all = count(TicketFilter::default()).await?;
    let sum =
        |map: &HashMap<State, i64>, states: &[State]| states.iter().filter_map(|state| map.get(state)).sum();
    let overdue = count(TicketFilter { overdue: Some(true), ..TicketFilter::default() }).await?;
    let border =
        count(TicketFilter { border: Some(true), states: vec![State::Pending], ..TicketFilter::default() })
            .await?;
    let asked = count(TicketFilter { request: Some(RequestState::Open), ..TicketFilter::default() }).await?;
    let fixed = count(TicketFilter { is_static: Some(true), ..TicketFilter::default() }).await?;
    let (rules, none) =
        (Facts::load(app, scope.county().ok_or(Code::Forbidden)?).await?, TicketFilter::default);
    let to_sign = count(TicketFilter { to_sign: Some(true), ..none() }).await?;
    let idle =
        count(TicketFilter { idle: Some((true, rules.deadlines().idle_before(now))), ..none() }).await?;
    let referred = count(TicketFilter { referral: Some(Referred::Open), ..none() }).await?;
    let late = count(TicketFilter { referral: Some(Referred::Overdue), ..none() }).await?;
    let hard = count(TicketFilter { hard: Some(true), ..none() }).await?;
    let check_late = if caller.require(Action::VerifyTicket).is_ok() {
        count(TicketFilter { check_late: Some(true), ..TicketFilter::default() }).await?.values().sum()
    } else {
        0
    };
    let refused = match (scope, caller.require(Action::DecideOperations)) {
        (Scope::County { county }, Ok(_)) => store::field::operations::count_refused(read, county).await?,
        _ => 0,
    };
    Ok(Counts {
        flagged: refused,
        to_sign: to_sign.values().sum(),
        no_progress: idle.values().sum(),
        referred: referred.values().sum(),
        referral_overdue: late.values().sum(),
        village_drafts: village_drafts(read, caller, None).await?,
        as_of: now,
        check_late,
        hard: hard.values().sum(),
        overdue: overdue.values().sum(),
        to_issue: sum(&all, &[State::Pending]),
        to_verify: sum(&all, &[State::Submitted]),
        sent_back: sum(&all, &[State::Rework]),
        border: border.values().sum(),
        asked: asked.values().sum(),
        open_static: sum(
            &fixed,
            &[State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold],
        ),
        by_state: all.into_iter().map(|(state, n)| (state.as_str().to_owned(), n)).collect(),
    })
}

/// The ticket as a conflict answer shows it: what the author's scope could read anyway, without names.
pub fn brief(ticket: &Ticket, now: Instant) -> serde_json::Value {
    serde_json::json!({
        "id": ticket.id,
        "number": ticket.number,
        "state": ticket.state,
        "title": ticket.title,
        "version": ticket.version,
        "attempt_id": ticket.attempt_id,
        "due_at": ticket.due_at,
        "overdue": ticket.is_overdue(now),
        "last_reason": ticket.last_reason,
    })
}
