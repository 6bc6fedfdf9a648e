//! From a fault that somebody saw to the ticket of the right unit.

use super::answer::Changed;
use super::came_back::{CameBack, came_back};
use super::entry::Entry;
use crate::{
    app::{AppError, AppResult, campaigns::follow as campaigns, tickets::board},
    domain::{
        campaigns::member,
        clock::{Instant, local_day},
        field::flag::{Flag, FlagCode},
        people::role::{Role, UnitKind},
        tickets::{
            State, Ticket,
            machine::{self, Event, Step},
            unit::DeadlineUnit,
        },
    },
    store::{
        self,
        field::findings::{self, FindingRow},
        places::sites::Site,
        rounds::RoundRow,
    },
};
use serde_json::json;
use uuid::Uuid;

/// A finding ready to become a ticket.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Draft {
    pub id: Uuid,
    pub inspection_id: Option<Uuid>,
    pub item_code: String,
    pub instance_key: String,
    pub title: String,
    pub note: String,
    pub severity: String,
    pub is_static: bool,
    pub restricted: bool,
    pub makes: String,
    pub department: String,
    pub deadline_days: i32,
    pub deadline_unit: DeadlineUnit,
    pub control_hours: Option<i32>,
    pub township: Option<Uuid>,
    pub village: Option<Uuid>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub border: bool,
    pub fixed_on_spot: bool,
}

/// Whether the township side may see what this operation makes.
#[derive(Debug, Clone, Copy)]
pub struct Openness {
    pub round_id: Option<Uuid>,
    /// `None` = hidden until the round is released.
    pub visible_from: Option<Instant>,
    /// Issue without the office's look.
    pub at_once: bool,
}

impl Openness {
    pub fn of(round: Option<&RoundRow>, now: Instant) -> Self {
        Self {
            round_id: round.map(|round| round.id),
            visible_from: round.map_or(Some(now), |round| round.visible_from),
            at_once: round.is_some_and(|round| round.issue_mode == "at_once"),
        }
    }
}

/// The ticket behind a finding.
#[derive(Debug, Clone, Copy)]
pub enum Behind {
    /// It only scores.
    None,
    Counted(Uuid),
    /// Of a hidden round, at a ticket that others may read: it counts when its round is released.
    Waiting(Uuid),
}

impl Behind {
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::None => None,
            Self::Counted(id) | Self::Waiting(id) => Some(id),
        }
    }
}

/// What a finding led to.
pub struct Opened {
    pub ticket: Behind,
    /// What the author is told of it.
    pub changed: Option<Changed>,
    pub flags: Vec<Flag>,
}

impl Opened {
    pub(super) fn quietly(ticket: Behind) -> Self {
        Self { ticket, changed: None, flags: Vec::new() }
    }
}

/// Whether the author may read this ticket, and so may hear of it.
pub async fn may_read(entry: &Entry<'_>, ticket: Uuid) -> AppResult<bool> {
    Ok(store::tickets::get(entry.tx, entry.author.scope, entry.now(), ticket).await?.is_some())
}

/// Opens a ticket, or records a sighting of the open one of the same fault; a finding that only scores makes none.
pub async fn open(
    entry: &Entry<'_>,
    draft: &Draft,
    site: Option<&Site>,
    openness: Openness,
) -> AppResult<Opened> {
    let mut opened = make(entry, draft, site, openness).await?;
    // A fresh fault and one whose ticket is hidden must be answered alike: nobody hears of a ticket that he may not read.
    if let Some(id) = opened.ticket.id()
        && !may_read(entry, id).await?
    {
        opened.changed = None;
        opened.flags = opened.flags.into_iter().map(Flag::for_office).collect();
    }
    Ok(opened)
}

async fn make(
    entry: &Entry<'_>,
    draft: &Draft,
    site: Option<&Site>,
    openness: Openness,
) -> AppResult<Opened> {
    if draft.makes == "score" {
        return Ok(Opened::quietly(Behind::None));
    }
    let mut flags = Vec::new();
    let fixed = draft.fixed_on_spot && shows_repair(entry, draft);
    if draft.fixed_on_spot && !fixed {
        // Nothing shows that it is repaired, so it waits for the office like any other.
        flags.push(FlagCode::PhotoMissing.with(draft.item_code.clone()));
    }
    // What is open already has its unit and its check: repairing it on the spot is one more look at it, and ends nothing.
    if fixed
        && let Some(site_row) = site
        && store::tickets::open_fault(
            entry.tx,
            entry.county,
            site_row.id,
            &draft.item_code,
            &draft.instance_key,
        )
        .await?
        .is_some()
    {
        return sight(entry, draft, site, openness).await;
    }
    let mut ticket = new_ticket(entry, draft, site, openness);
    if let Some(site) = site {
        match Box::pin(came_back(entry, draft, site, openness, fixed)).await? {
            CameBack::Relapsed(opened) => return Ok(opened),
            CameBack::Later(before) => ticket.linked_ticket_id = before,
        }
    }
    if fixed {
        ticket.state = State::Closed;
        ticket.closed_at = Some(entry.times.effective());
        ticket.visible_from = openness.visible_from;
        ticket.number = Some(number(entry).await?);
    }
    if !store::tickets::insert_unless_open(entry.tx, &ticket).await? {
        return sight(entry, draft, site, openness).await;
    }
    let opened = Event {
        version: ticket.version,
        transition: "T1",
        from: None,
        to: ticket.state,
        reason: String::new(),
        data: json!({
            "finding_id": draft.id, "fixed_on_spot": draft.fixed_on_spot, "source": ticket.source, "unit_id": ticket.unit_id,
        }),
    };
    let mut changed = entry.record(&ticket, &opened, None).await?;
    // A border case always waits for a person; so does a place that no township covers.
    if openness.at_once
        && ticket.state == State::Pending
        && !ticket.border
        && let Some(unit) = ticket.unit_id
    {
        let step = Step::Issue {
            unit_kind: UnitKind::Township,
            unit_id: unit,
            number: number(entry).await?,
            severity: None,
            is_static: None,
            deadline_days: None,
            deadline_unit: None,
            control_hours: None,
            note: String::new(),
        };
        changed = issue(entry, &mut ticket, &step, openness.visible_from).await?;
    }
    Ok(Opened { ticket: Behind::Counted(ticket.id), changed: Some(changed), flags })
}

/// Whether a photo of the fault shows it repaired.
fn shows_repair(entry: &Entry<'_>, draft: &Draft) -> bool {
    entry.envelope.files.iter().any(|file| {
        let of_item = file.item_path.as_deref() == Some(draft.item_code.as_str())
            && file.instance_key.as_deref().unwrap_or_default() == draft.instance_key;
        file.role == "after" && (draft.inspection_id.is_none() || of_item)
    })
}

/// Issues a ticket (T2): numbered, dated, counted, and shown to the unit unless its round is hidden.
pub async fn issue(
    entry: &Entry<'_>,
    ticket: &mut Ticket,
    step: &Step,
    visible_from: Option<Instant>,
) -> AppResult<Changed> {
    let (unit_before, counted) = (ticket.unit_id, board::share(ticket));
    let was = member::open_at(ticket);
    // Before the step: what nobody may know of yet is issued without a clock.
    ticket.visible_from = visible_from.map(|at| at.max(entry.now()));
    let event = machine::apply(ticket, step, entry.when(), entry.facts.deadlines())
        .map_err(|_cause| AppError::Internal("issue of a ticket that is not pending".into()))?;
    store::tickets::update(entry.tx, ticket).await?;
    board::recount(entry.tx, entry.county, counted, board::share(ticket)).await?;
    let mut changed = entry.record(ticket, &event, unit_before).await?;
    campaigns::follow(entry.tx, entry.facts.deadlines(), ticket, was, entry.when(), entry.by()).await?;
    changed.version = ticket.version;
    Ok(changed)
}

/// The next short number, by year of issue.
pub async fn number(entry: &Entry<'_>) -> AppResult<String> {
    let year = local_day(entry.now()).format("%y").to_string();
    let n = store::tickets::next_number(entry.tx, entry.county, &format!("ticket-{year}")).await?;
    Ok(format!("{year}-{n:04}"))
}

fn new_ticket(entry: &Entry<'_>, draft: &Draft, site: Option<&Site>, openness: Openness) -> Ticket {
    let (seen, now) = (entry.times.effective(), entry.now());
    Ticket {
        title: draft.title.clone(),
        note: draft.note.clone(),
        severity: draft.severity.clone(),
        is_static: draft.is_static,
        restricted: draft.restricted,
        makes: draft.makes.clone(),
        source: source(entry.author.role).to_owned(),
        department: draft.department.clone(),
        deadline_days: draft.deadline_days,
        deadline_unit: draft.deadline_unit,
        control_hours: draft.control_hours,
        place_township_id: draft.township,
        place_village_id: draft.village,
        unit_id: draft.township,
        site_id: site.map(|site| site.id),
        item_code: draft.item_code.clone(),
        instance_key: draft.instance_key.clone(),
        lon: draft.lon,
        lat: draft.lat,
        accuracy_m: draft.accuracy_m,
        border: draft.border,
        round_id: openness.round_id,
        ..Ticket::fresh(draft.id, entry.county, entry.author.person_id, seen, now)
    }
}

/// Where findings come from, by who reports them (R13).
pub fn source(role: Role) -> &'static str {
    match role {
        Role::Inspector => "review",
        Role::Department => "department",
        Role::Office | Role::CountyLeader | Role::PlatformAdmin => "supervision",
        Role::MainLeader | Role::DeputyLeader | Role::DeskOfficer | Role::VillageCadre => "self_check",
    }
}

/// The same fault is already open: one more sighting, and a strong flag when its repair waits for a check.
async fn sight(
    entry: &Entry<'_>,
    draft: &Draft,
    site: Option<&Site>,
    openness: Openness,
) -> AppResult<Opened> {
    let Some(site) = site else {
        // The same finding under another operation: its ticket stands.
        return Ok(Opened::quietly(Behind::Counted(Ticket::id_of(draft.id))));
    };
    let open =
        store::tickets::open_fault(entry.tx, entry.county, site.id, &draft.item_code, &draft.instance_key)
            .await?;
    let Some(mut ticket) = open else {
        return Ok(Opened::quietly(Behind::Counted(Ticket::id_of(draft.id))));
    };
    if ticket.finding_id == draft.id {
        return Ok(Opened::quietly(Behind::Counted(ticket.id)));
    }
    // A hidden sighting counts at once only where its ticket is shown together with it; elsewhere the ticket's history and numbers
    // would tell of the round, now or at issue.
    let same_round = ticket.round_id.is_some() && ticket.round_id == openness.round_id;
    if openness.visible_from.is_none() && !(same_round && ticket.visible_from.is_none()) {
        let flags = seen_while_submitted(&ticket, ticket.state == State::Submitted);
        return Ok(Opened { ticket: Behind::Waiting(ticket.id), changed: None, flags });
    }
    let step = Step::Sight { finding_id: draft.id };
    let Ok(event) = machine::apply(&mut ticket, &step, entry.when(), entry.facts.deadlines()) else {
        return Ok(Opened::quietly(Behind::Counted(ticket.id)));
    };
    store::tickets::update(entry.tx, &ticket).await?;
    let changed = entry.record(&ticket, &event, ticket.unit_id).await?;
    let flags =
        seen_while_submitted(&ticket, ticket.state == State::Submitted && ticket.seen_while_submitted);
    Ok(Opened { ticket: Behind::Counted(ticket.id), changed: Some(changed), flags })
}

fn seen_while_submitted(ticket: &Ticket, seen: bool) -> Vec<Flag> {
    let flag = || FlagCode::SeenWhileSubmitted.with(ticket.number.clone().unwrap_or_default());
    seen.then(flag).into_iter().collect()
}

/// The row of a finding.
pub fn row(
    entry: &Entry<'_>,
    draft: &Draft,
    site: Option<&Site>,
    openness: Openness,
    ticket: Behind,
) -> FindingRow {
    let state = match ticket {
        Behind::None => findings::SCORED,
        Behind::Counted(_) => findings::TICKETED,
        Behind::Waiting(_) => findings::WAITING,
    };
    FindingRow {
        id: draft.id,
        county_id: entry.county,
        operation_id: entry.envelope.operation_id,
        inspection_id: draft.inspection_id,
        site_id: site.map(|site| site.id),
        item_code: draft.item_code.clone(),
        instance_key: draft.instance_key.clone(),
        title: draft.title.clone(),
        note: draft.note.clone(),
        severity: draft.severity.clone(),
        is_static: draft.is_static,
        restricted: draft.restricted,
        makes: draft.makes.clone(),
        source: source(entry.author.role).to_owned(),
        department: draft.department.clone(),
        deadline_days: draft.deadline_days,
        township_id: draft.township,
        village_id: draft.village,
        lon: draft.lon,
        lat: draft.lat,
        accuracy_m: draft.accuracy_m,
        border: draft.border,
        fixed_on_spot: draft.fixed_on_spot,
        state: state.to_owned(),
        ticket_id: ticket.id(),
        person_id: entry.author.person_id,
        post_id: entry.author.post_id,
        observed_at: entry.times.effective(),
        local_day: local_day(entry.times.effective()).to_string(),
        accepted_at: entry.now(),
        visible_from: openness.visible_from,
        version: 1,
    }
}
