//! A ticket as people read it: with the names of its places and units, its dates judged, and its photos.

use crate::{
    app::{
        AppResult, Caller,
        evidence::{self, flags::PhotoFlagView},
        field::attachments::{PhotoRef, VoiceRef, photos, voices},
    },
    domain::{
        clock::Instant,
        field::flag::Flag,
        people::{permission::Action, role::UnitKind, scope::Scope},
        tickets::{
            State, Ticket,
            deadline::DeadlineRules,
            machine::{self, Transition},
        },
    },
    store::{self, Conn, field::named::NamedFile, tickets::attempts::Attempt},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a reader may do about a waiting check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Yes,
    /// Nobody is the only verifier of what he reported or repaired.
    Own,
    /// An attempt is not checked before its evidence is here.
    Photos,
}

/// The one rule for who may check what, for lists, feed and the command.
pub fn check(
    caller: &Caller,
    ticket: &Ticket,
    attempt: Option<&Attempt>,
    files: &[NamedFile],
) -> Option<Check> {
    let post = caller.post.as_ref()?;
    let attempt = attempt.filter(|attempt| Some(attempt.id) == ticket.attempt_id)?;
    if !Action::VerifyTicket.allows(post.role) || !machine::allows(ticket.state, Transition::T11) {
        return None;
    }
    let me = caller.person_id;
    let own = ticket.reporter_id == me || attempt.person_id == me || attempt.submitted_by == Some(me);
    let waits = files.iter().any(|file| file.operation_id == attempt.operation_id && file.state == "missing");
    Some(if own {
        Check::Own
    } else if waits {
        Check::Photos
    } else {
        Check::Yes
    })
}

/// One row of a ticket list. Photos: `before` are those of its findings, `after` those of the newest attempt.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own that a screen asks")]
pub struct TicketView {
    pub id: Uuid,
    pub number: Option<String>,
    pub state: State,
    pub title: String,
    pub note: String,
    pub severity: String,
    pub is_static: bool,
    pub restricted: bool,
    pub makes: String,
    pub source: String,
    pub department: String,
    pub deadline_days: i32,
    pub township_id: Option<Uuid>,
    pub township_name: Option<String>,
    pub village_id: Option<Uuid>,
    pub village_name: Option<String>,
    pub unit_kind: UnitKind,
    pub unit_id: Option<Uuid>,
    pub unit_name: Option<String>,
    pub site_id: Option<Uuid>,
    pub site_name: Option<String>,
    pub site_code: Option<String>,
    pub item_code: String,
    pub instance_key: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub border: bool,
    pub round_id: Option<Uuid>,
    pub observed_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub issued_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub official_due_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub attempts: i32,
    pub rework: i32,
    pub sightings: i32,
    pub seen_while_submitted: bool,
    pub attempt_id: Option<Uuid>,
    pub last_reason: Option<String>,
    /// Photos still on their way.
    pub missing_files: usize,
    /// Whether the reader may check the attempt that waits: `yes`, `own` (reported or repaired by the reader), `photos` (its
    /// photos have not come yet); null where no check waits or the reader's post does not check.
    pub check: Option<Check>,
    pub overdue: bool,
    pub due_soon: bool,
    /// Not yet shown to the township (unannounced round).
    pub hidden: bool,
    pub flags: Vec<Flag>,
    pub version: i32,
    pub before: Vec<PhotoRef>,
    pub after: Vec<PhotoRef>,
    pub voices: Vec<VoiceRef>,
    /// What is odd about its photos; for the township only of its own work.
    pub photo_flags: Vec<PhotoFlagView>,
}

/// Shows tickets that the caller has already been given, in their order.
pub async fn show(
    conn: &impl Conn,
    caller: &Caller,
    county: Uuid,
    tickets: &[Ticket],
    rules: &DeadlineRules,
    now: Instant,
) -> AppResult<Vec<TicketView>> {
    let names = Names::load(conn, county, tickets).await?;
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut files: HashMap<Uuid, Vec<NamedFile>> = HashMap::new();
    for file in store::field::named::of_subjects(conn, caller.scope()?, now, ids.clone()).await? {
        files.entry(file.subject_id).or_default().push(file);
    }
    let mut attempts: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
    let flags = evidence::flags::of_tickets(conn, caller, county, ids.clone(), now).await?;
    for attempt in store::tickets::attempts::of_tickets(conn, ids).await? {
        attempts.entry(attempt.ticket_id).or_default().push(attempt);
    }
    Ok(tickets
        .iter()
        .map(|ticket| {
            let files = files.get(&ticket.id).map_or(&[][..], Vec::as_slice);
            let attempts = attempts.get(&ticket.id).map_or(&[][..], Vec::as_slice);
            let photo_flags = flags.get(&ticket.id).cloned().unwrap_or_default();
            TicketView { photo_flags, ..view(caller, ticket, &names, files, attempts, rules, now) }
        })
        .collect())
}

fn view(
    caller: &Caller,
    ticket: &Ticket,
    names: &Names,
    files: &[NamedFile],
    attempts: &[Attempt],
    rules: &DeadlineRules,
    now: Instant,
) -> TicketView {
    let t = ticket.clone();
    let due_soon = t.state.is_with_unit()
        && t.issued_at.zip(t.due_at).is_some_and(|(issued, due)| rules.is_due_soon(now, issued, due));
    let attempt = attempts.last().map(|attempt| attempt.operation_id);
    let under_check = attempts.iter().find(|attempt| Some(attempt.id) == ticket.attempt_id);
    let after = |file: &&NamedFile| Some(file.operation_id) == attempt;
    let fix_on_spot = |file: &&NamedFile| attempt.is_none() && file.role == "after";
    TicketView {
        overdue: ticket.is_overdue(now),
        due_soon,
        check: check(caller, ticket, under_check, files),
        hidden: t.state != State::Pending && t.visible_from.is_none(),
        township_name: t.place_township_id.and_then(|id| names.divisions.get(&id).cloned()),
        village_name: t.place_village_id.and_then(|id| names.divisions.get(&id).cloned()),
        unit_name: t
            .unit_id
            .and_then(|id| names.divisions.get(&id).or_else(|| names.departments.get(&id)).cloned()),
        site_name: t.site_id.and_then(|id| names.sites.get(&id).map(|site| site.0.clone())),
        site_code: t.site_id.and_then(|id| names.sites.get(&id).map(|site| site.1.clone())),
        missing_files: files.iter().filter(|file| file.state == "missing").count(),
        before: photos(files.iter().filter(|file| file.role != "after" && !after(file)), files),
        after: photos(files.iter().filter(|file| after(file) || fix_on_spot(file)), files),
        voices: voices(files),
        photo_flags: Vec::new(),
        id: t.id,
        number: t.number,
        state: t.state,
        title: t.title,
        note: t.note,
        severity: t.severity,
        is_static: t.is_static,
        restricted: t.restricted,
        makes: t.makes,
        source: t.source,
        department: t.department,
        deadline_days: t.deadline_days,
        township_id: t.place_township_id,
        village_id: t.place_village_id,
        unit_kind: t.unit_kind,
        unit_id: t.unit_id,
        site_id: t.site_id,
        item_code: t.item_code,
        instance_key: t.instance_key,
        lon: t.lon,
        lat: t.lat,
        accuracy_m: t.accuracy_m,
        border: t.border,
        round_id: t.round_id,
        observed_at: t.observed_at,
        created_at: t.created_at,
        issued_at: t.issued_at,
        due_at: t.due_at,
        official_due_at: t.official_due_at,
        accepted_at: t.accepted_at,
        submitted_at: t.submitted_at,
        closed_at: t.closed_at,
        attempts: t.attempts,
        rework: t.rework,
        sightings: t.sightings,
        seen_while_submitted: t.seen_while_submitted,
        attempt_id: t.attempt_id,
        last_reason: t.last_reason,
        flags: t.flags,
        version: t.version,
    }
}

/// Names of everything that the tickets point to, read once for all of them.
struct Names {
    divisions: HashMap<Uuid, String>,
    departments: HashMap<Uuid, String>,
    sites: HashMap<Uuid, (String, String)>,
}

impl Names {
    async fn load(conn: &impl Conn, county: Uuid, tickets: &[Ticket]) -> AppResult<Self> {
        let scope = Scope::County { county };
        let units =
            tickets.iter().flat_map(|t| [t.place_township_id, t.place_village_id, t.unit_id]).flatten();
        let units: Vec<Uuid> = units.collect::<HashSet<_>>().into_iter().collect();
        let sites: Vec<Uuid> =
            tickets.iter().filter_map(|t| t.site_id).collect::<HashSet<_>>().into_iter().collect();
        let divisions = store::places::divisions::get_many(conn, scope, units).await?;
        let departments = if tickets.iter().any(|t| t.unit_kind == UnitKind::Department) {
            store::standards::departments::of_county(conn, county).await?
        } else {
            Vec::new()
        };
        let sites = if sites.is_empty() {
            Vec::new()
        } else {
            store::places::sites::get_many(conn, scope, sites).await?
        };
        Ok(Self {
            divisions: divisions.into_iter().map(|division| (division.id, division.name)).collect(),
            departments: departments
                .into_iter()
                .map(|department| (department.id, department.name_zh))
                .collect(),
            sites: sites.into_iter().map(|site| (site.id, (site.name, site.code))).collect(),
        })
    }
}
