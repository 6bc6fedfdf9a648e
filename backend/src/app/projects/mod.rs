//! Building work behind tickets 提质建设: projects with milestones, kept by the unit that builds or by the office. They explain why something
//! takes time, and never move a date.

use crate::{
    app::{
        App, AppResult, Caller, Once,
        field::attachments::{PhotoRef, photos},
        tickets::show::MILESTONE,
    },
    domain::{
        clock::{Instant, local_day},
        field::inspection::shorten,
        page::Page,
        people::{permission::Action, role::UnitKind, scope::Scope},
        problem::{Code, Problem},
        projects::ProjectState,
        tickets::{State, Ticket},
    },
    store::{
        self, Conn, audit,
        projects::{Filter, Milestone, ProjectRow},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest name and note, in characters.
const NAME: usize = 60;
const NOTE: usize = 1_000;
/// Most milestones and tickets of one project.
const MOST: usize = 50;

/// A project as people read it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProjectView {
    pub id: Uuid,
    pub name: String,
    pub note: String,
    pub unit_kind: String,
    pub unit_id: Uuid,
    pub unit_name: Option<String>,
    pub state: ProjectState,
    pub created_at: DateTime<Utc>,
    pub created_by_name: Option<String>,
    pub version: i32,
    pub milestones: Vec<MilestoneView>,
    pub tickets: Vec<ProjectTicket>,
    /// Milestones whose day has passed and that are not done.
    pub late: usize,
}

impl ProjectView {
    /// Whether a milestone waits to be done.
    pub fn is_building(&self) -> bool {
        self.state == ProjectState::Open && self.milestones.iter().any(|one| one.done_on.is_none())
    }
}

/// One step of the work.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MilestoneView {
    pub id: Uuid,
    pub name: String,
    pub day: String,
    pub done_on: Option<String>,
    pub done_by_name: Option<String>,
    pub late: bool,
    pub note: String,
    pub photos: Vec<PhotoRef>,
}

/// A ticket that the reader may open.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProjectTicket {
    pub id: Uuid,
    pub number: Option<String>,
    pub title: String,
    pub state: State,
}

/// A milestone as a page writes it; the page makes the id, so that a repeat is the same one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MilestoneBody {
    pub id: Uuid,
    pub name: String,
    pub day: NaiveDate,
}

/// What a project says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ProjectBody {
    pub name: String,
    #[serde(default)]
    pub note: String,
    /// For the office; a unit makes its own.
    #[serde(default)]
    pub unit_kind: Option<UnitKind>,
    #[serde(default)]
    pub unit_id: Option<Uuid>,
    #[serde(default)]
    pub milestones: Vec<MilestoneBody>,
    pub ticket_ids: Vec<Uuid>,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub unit_id: Option<Uuid>,
    pub ticket_id: Option<Uuid>,
    pub state: Option<ProjectState>,
    pub late: bool,
}

/// The unit whose projects a reader sees; all of a county's for the county.
fn own_unit(scope: Scope) -> AppResult<Option<Uuid>> {
    match scope {
        Scope::County { .. } => Ok(None),
        Scope::Township { township, .. } | Scope::Village { township, .. } => Ok(Some(township)),
        Scope::Department { department, .. } => Ok(Some(department)),
        Scope::Own { .. } | Scope::Platform => Err(Code::Forbidden.into()),
    }
}

/// Projects that the caller may see, newest first.
pub async fn list(app: &App, caller: &Caller, wanted: &Wanted) -> AppResult<Page<ProjectView>> {
    caller.require(Action::ReadTickets)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let own = own_unit(scope)?;
    if own.is_some() && wanted.unit_id.is_some() && wanted.unit_id != own {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let filter = Filter {
        unit_id: own.or(wanted.unit_id),
        ticket_id: wanted.ticket_id,
        state: wanted.state,
        late: wanted.late.then(|| local_day(now)),
    };
    let rows = store::projects::list(read, caller.county()?, &filter).await?;
    Ok(Page { items: show(read, scope, caller.county()?, now, rows).await?, next: None })
}

/// The projects behind one ticket, for whoever was given the ticket.
pub async fn of_ticket(
    conn: &impl Conn,
    scope: Scope,
    county: Uuid,
    now: Instant,
    ticket: Uuid,
) -> AppResult<Vec<ProjectView>> {
    let Ok(unit_id) = own_unit(scope) else { return Ok(Vec::new()) };
    let filter = Filter { unit_id, ticket_id: Some(ticket), ..Filter::default() };
    let rows = store::projects::list(conn, county, &filter).await?;
    show(conn, scope, county, now, rows).await
}

/// One project.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<ProjectView> {
    caller.require(Action::ReadTickets)?;
    let (scope, now, county) = (caller.scope()?, app.clock.now(), caller.county()?);
    let row = known(app.store.read(), scope, county, id).await?;
    show(app.store.read(), scope, county, now, vec![row]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

async fn known(conn: &impl Conn, scope: Scope, county: Uuid, id: Uuid) -> AppResult<ProjectRow> {
    let own = own_unit(scope)?;
    let row = store::projects::get(conn, county, id).await?.ok_or(Code::NotFound)?;
    if own.is_some_and(|own| own != row.unit_id) { Err(Code::NotFound.into()) } else { Ok(row) }
}

async fn show(
    conn: &impl Conn,
    scope: Scope,
    county: Uuid,
    now: Instant,
    rows: Vec<ProjectRow>,
) -> AppResult<Vec<ProjectView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let milestones = store::projects::milestones(conn, ids.clone()).await?;
    let links = store::projects::tickets(conn, ids).await?;
    let wanted: HashSet<Uuid> = links.iter().map(|(_, ticket)| *ticket).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let tickets: HashMap<Uuid, Ticket> = store::tickets::get_many(conn, scope, now, wanted.clone())
        .await?
        .into_iter()
        .map(|ticket| (ticket.id, ticket))
        .collect();
    let files = store::field::named::of_subjects(conn, scope, now, wanted).await?;
    let people: HashSet<Uuid> = rows
        .iter()
        .map(|row| row.created_by)
        .chain(milestones.iter().filter_map(|milestone| milestone.done_by))
        .collect();
    let names = store::people::persons::names(conn, people.into_iter().collect()).await?;
    let units = rows.iter().map(|row| row.unit_id).collect();
    let places = store::places::divisions::get_many(conn, Scope::County { county }, units).await?;
    let departments = store::standards::departments::of_county(conn, county).await?;
    let unit = |id: Uuid| {
        let place = places.iter().find(|place| place.id == id).map(|place| place.name.clone());
        place.or_else(|| departments.iter().find(|one| one.id == id).map(|one| one.name_zh.clone()))
    };
    let today = local_day(now).to_string();
    let views = rows.into_iter().filter_map(|row| {
        let state = ProjectState::parse(&row.state)?;
        let open = state == ProjectState::Open;
        let of = milestones.iter().filter(|milestone| milestone.project_id == row.id);
        let milestones: Vec<MilestoneView> = of
            .map(|milestone| MilestoneView {
                late: open && milestone.done_on.is_none() && milestone.day < today,
                done_by_name: milestone.done_by.and_then(|id| names.get(&id).cloned()),
                photos: photos(
                    files.iter().filter(|file| {
                        file.role == MILESTONE && Some(file.operation_id) == milestone.operation_id
                    }),
                    &files,
                ),
                id: milestone.id,
                name: milestone.name.clone(),
                day: milestone.day.clone(),
                done_on: milestone.done_on.clone(),
                note: milestone.note.clone(),
            })
            .collect();
        let of = links.iter().filter(|(project, _)| *project == row.id);
        let tickets = of.filter_map(|(_, id)| tickets.get(id)).map(|ticket| ProjectTicket {
            id: ticket.id,
            number: ticket.number.clone(),
            title: ticket.title.clone(),
            state: ticket.state,
        });
        Some(ProjectView {
            late: milestones.iter().filter(|milestone| milestone.late).count(),
            tickets: tickets.collect(),
            milestones,
            state,
            unit_name: unit(row.unit_id),
            created_by_name: names.get(&row.created_by).cloned(),
            id: row.id,
            name: row.name,
            note: row.note,
            unit_kind: row.unit_kind,
            unit_id: row.unit_id,
            created_at: row.created_at,
            version: row.version,
        })
    });
    Ok(views.collect())
}

fn wrong(field: &str, zh: &str, en: &str) -> Problem {
    Problem::field(field, zh, en)
}

/// What is written, if it can be.
async fn checked(app: &App, scope: Scope, unit_id: Uuid, body: &ProjectBody) -> AppResult<(String, String)> {
    let name = body.name.trim().to_owned();
    let plain = |text: &str| {
        let n = text.trim().chars().count();
        (1..=NAME).contains(&n) && !text.chars().any(char::is_control)
    };
    if !plain(&name) {
        return Err(wrong("/name", "请填写名称，60字以内", "give a name of at most 60 characters").into());
    }
    let ids: HashSet<Uuid> = body.milestones.iter().map(|milestone| milestone.id).collect();
    let named = body.milestones.iter().all(|milestone| plain(&milestone.name));
    if body.milestones.len() > MOST || ids.len() != body.milestones.len() || !named {
        return Err(wrong(
            "/milestones",
            "每个节点要有名称，最多50个",
            "each milestone has a name; at most 50",
        )
        .into());
    }
    let tickets: HashSet<Uuid> = body.ticket_ids.iter().copied().collect();
    let wanted: Vec<Uuid> = tickets.iter().copied().take(MOST + 1).collect();
    let found = store::tickets::get_many(app.store.read(), scope, app.clock.now(), wanted).await?;
    let fits = found.len() == tickets.len() && found.iter().all(|ticket| ticket.unit_id == Some(unit_id));
    if tickets.is_empty() || tickets.len() > MOST || !fits {
        return Err(wrong(
            "/ticket_ids",
            "请选择本单位的整改单，最多50张",
            "choose tickets of this unit, at most 50",
        )
        .into());
    }
    Ok((name, shorten(body.note.trim(), NOTE)))
}

fn rows(project: Uuid, body: &ProjectBody) -> Vec<Milestone> {
    (0..)
        .zip(&body.milestones)
        .map(|(place, milestone)| Milestone {
            id: milestone.id,
            project_id: project,
            place,
            name: milestone.name.trim().to_owned(),
            day: milestone.day.to_string(),
            done_on: None,
            done_by: None,
            operation_id: None,
            note: String::new(),
        })
        .collect()
}

/// Begins a project for tickets of one's own unit; the office for any unit's.
pub async fn begin(app: &App, caller: &Caller, once: &Once, body: ProjectBody) -> AppResult<ProjectView> {
    caller.require(Action::ManageProjects)?;
    let (scope, county) = (caller.scope()?, caller.county()?);
    let (unit_kind, unit_id) = match scope {
        Scope::County { .. } => body
            .unit_kind
            .zip(body.unit_id)
            .ok_or_else(|| wrong("/unit_id", "请选择责任单位", "choose the responsible unit"))?,
        Scope::Township { township, .. } => (UnitKind::Township, township),
        Scope::Department { department, .. } => (UnitKind::Department, department),
        Scope::Village { .. } | Scope::Own { .. } | Scope::Platform => return Err(Code::Forbidden.into()),
    };
    let (name, note) = checked(app, scope, unit_id, &body).await?;
    let (now, id) = (app.clock.now(), app.random.id());
    let row = ProjectRow {
        id,
        county_id: county,
        name,
        note,
        unit_kind: unit_kind.as_str().into(),
        unit_id,
        state: ProjectState::Open.as_str().into(),
        created_by: caller.person_id,
        created_at: now,
        version: 1,
    };
    let body = &body;
    let id: Uuid = app
        .idempotent(caller, once, async |tx| {
            store::projects::insert(tx, row.clone()).await?;
            if !store::projects::put_milestones(tx, id, rows(id, body)).await? {
                return Err(Code::Conflict.into());
            }
            store::projects::put_tickets(tx, county, id, &body.ticket_ids).await?;
            audit::append(tx, now, caller.audit("project.begin", "projects", id)).await?;
            Ok(id)
        })
        .await?;
    get(app, caller, id).await
}

/// Changes a project over the version that was seen. What was promised changes with a reason only; what is done stays.
pub async fn edit(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    (seen, state, reason): (i32, ProjectState, &str),
    body: ProjectBody,
) -> AppResult<ProjectView> {
    caller.require(Action::ManageProjects)?;
    let (scope, county) = (caller.scope()?, caller.county()?);
    let row = known(app.store.read(), scope, county, id).await?;
    let (name, note) = checked(app, scope, row.unit_id, &body).await?;
    let (now, reason) = (app.clock.now(), shorten(reason.trim(), NOTE));
    let body = &body;
    app.idempotent(caller, once, async |tx| {
        let mut row = store::projects::lock(tx, county, id).await?.ok_or(Code::NotFound)?;
        if row.version != seen {
            return Err(Code::Conflict.into());
        }
        let before = store::projects::milestones(tx, vec![id]).await?;
        let mut moved = false;
        for old in &before {
            let new = body.milestones.iter().find(|new| new.id == old.id);
            let same = new.is_some_and(|new| new.day.to_string() == old.day);
            if old.done_on.is_some() && !same {
                return Err(wrong("/milestones", "已完成的节点不能改", "what is done stays").into());
            }
            moved |= !same;
        }
        if moved && reason.is_empty() {
            return Err(wrong("/reason", "改动节点请说明原因", "say why a milestone moves").into());
        }
        (row.name, row.note, row.state) = (name.clone(), note.clone(), state.as_str().into());
        row.version += 1;
        store::projects::update(tx, row).await?;
        if !store::projects::put_milestones(tx, id, rows(id, body)).await? {
            return Err(Code::Conflict.into());
        }
        store::projects::put_tickets(tx, county, id, &body.ticket_ids).await?;
        let line = caller.audit("project.edit", "projects", id);
        let days: Vec<String> = before.iter().map(|old| format!("{} {}", old.name, old.day)).collect();
        let said = if moved { format!("{reason}（原：{}）", days.join("；")) } else { reason.clone() };
        audit::append(tx, now, audit::AuditRow { reason: shorten(&said, NOTE), ..line }).await?;
        Ok(())
    })
    .await?;
    get(app, caller, id).await
}
