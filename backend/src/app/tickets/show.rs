//! A ticket as people read it: with the names of its places and units, its dates judged, and its photos.

use super::{
    allowed::{is_own, looks_on},
    names::{Names, RequestView},
    referral::REFERRAL,
    requests::INTERIM,
};
use crate::{
    app::{
        AppResult, Caller,
        duties::{delegations::Signing, referrals::ReferralView},
        evidence::{self, flags::PhotoFlagView},
        field::attachments::{PhotoRef, VoiceRef, photos, voices},
        look_backs::LookBackMark,
    },
    domain::{
        clock::Instant,
        colours::level::{TicketLevel, level},
        field::{flag::Flag, kind::Kind, sheet::SHEET_ROLE},
        people::{
            permission::Action,
            role::{Role, UnitKind},
            scope::Scope,
        },
        tickets::{
            State, Ticket,
            deadline::DeadlineRules,
            machine::{self, Transition},
            unit::{DeadlineUnit, Stage},
        },
    },
    store::{
        self, Conn,
        field::named::NamedFile,
        tickets::{attempts::Attempt, requests::Request},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Roles of photos that show something else than the fault.
const BESIDE: [&str; 6] = [AFTER, INTERIM, REFERRAL, SHEET_ROLE, LOOK_BACK, MILESTONE];
/// Role of a picture of what was done: of a repair, or of a danger under control.
const AFTER: &str = "after";
/// Role of a picture of a repair that was looked at again.
pub(super) const LOOK_BACK: &str = "look_back";
/// Role of a picture of a project's milestone.
pub(in crate::app) const MILESTONE: &str = "milestone";

/// What a reader may do about a waiting check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Yes,
    /// On site only: a department looks with its own eyes.
    OnSite,
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
    also_reported: bool,
) -> Option<Check> {
    let post = caller.post.as_ref()?;
    let attempt = attempt.filter(|attempt| Some(attempt.id) == ticket.attempt_id)?;
    if !Action::VerifyTicket.allows(post.role) || !machine::allows(ticket.state, Transition::T11) {
        return None;
    }
    let department = (post.unit_kind == UnitKind::Department).then_some(post.unit_id);
    if department.is_some() && (ticket.unit_id == department || ticket.referred_to_id == department) {
        return None;
    }
    let me = caller.person_id;
    let own = also_reported
        || ticket.reporter_id == me
        || attempt.person_id == me
        || attempt.submitted_by == Some(me);
    let waits = files.iter().any(|file| file.operation_id == attempt.operation_id && file.state == "missing");
    Some(if own {
        Check::Own
    } else if waits {
        Check::Photos
    } else if department.is_some() {
        Check::OnSite
    } else {
        Check::Yes
    })
}

/// One row of a ticket list. Photos: `before` are those of its findings, `after` those of the newest attempt, `control` what shows that its
/// danger is under control.
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
    /// How much time it is given, in `deadline_unit`.
    pub deadline_days: i32,
    pub deadline_unit: DeadlineUnit,
    /// Of what cannot wait: first under control, then repaired, each by its own date; else empty.
    pub stages: Vec<StageView>,
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
    /// While it is issued and nobody has accepted it: by when that is due.
    pub accept_due_at: Option<DateTime<Utc>>,
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
    /// How urgent it has become, and every reason for it.
    pub level: TicketLevel,
    /// By when the county checks what was handed in last, and whether it is late with that.
    pub check_due_at: Option<DateTime<Utc>>,
    pub check_late: bool,
    /// Waits for a check and passes on site only, for how severe it is; told to those who check.
    pub on_site_needed: bool,
    /// The earliest zeroing date that it stands under.
    pub zero_day: Option<NaiveDate>,
    /// The newest draw of a look-back; a unit is told when somebody has looked.
    pub look_back: Option<LookBackMark>,
    /// Not yet shown to the township (unannounced round).
    pub hidden: bool,
    /// Times that it came back soon after closing.
    pub relapse: i32,
    pub reminders: i32,
    /// Reminded twice without anything done in between.
    pub reissued: i32,
    pub send_back_denied: i32,
    pub extensions: i32,
    /// More than its unit can do alone, and what is asked of the county.
    pub hard_case: bool,
    pub hard_ask: String,
    /// Since when its clock stands still, and the day of review.
    pub held_at: Option<DateTime<Utc>>,
    pub review_day: Option<NaiveDate>,
    pub first_due_at: Option<DateTime<Utc>>,
    /// Working days before the official date by which the unit means to be ready; 0 = none.
    pub lead_days: i32,
    /// That date.
    pub internal_due_at: Option<DateTime<Utc>>,
    /// The ticket that has its evidence now.
    pub merged_into_id: Option<Uuid>,
    /// The closed ticket of the same fault before it.
    pub linked_ticket_id: Option<Uuid>,
    pub archived_at: Option<DateTime<Utc>>,
    /// The date that passed while the unit held it; null again when it turns out to have been met.
    pub overdue_at: Option<DateTime<Utc>>,
    /// The newest repair that nobody has signed.
    pub to_sign_id: Option<Uuid>,
    /// Whether the acting post may sign it now: `own`, or `delegated` by a deputy.
    pub may_sign: Option<MaySign>,
    /// The last step of its unit, or the beginning of its unit's turn.
    pub progress_at: Option<DateTime<Utc>>,
    /// Without a step for longer than the county's number of working days.
    pub no_progress: bool,
    /// How far up its delay has been told: 0 to 3.
    pub escalated: i32,
    /// The department that has it or had it last.
    pub referral: Option<ReferralView>,
    /// What its units asked of the office, oldest first.
    pub requests: Vec<RequestView>,
    pub flags: Vec<Flag>,
    pub version: i32,
    pub before: Vec<PhotoRef>,
    pub after: Vec<PhotoRef>,
    #[serde(default)]
    pub control: Vec<PhotoRef>,
    pub voices: Vec<VoiceRef>,
    /// What is odd about its photos; for the township only of its own work.
    pub photo_flags: Vec<PhotoFlagView>,
}

/// In whose name the reader would sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaySign {
    Own,
    Delegated,
}

/// Whether the acting post may put the waiting repair forward now; the same rule as the command's.
fn may_sign(caller: &Caller, ticket: &Ticket, signing: Option<&Signing>) -> Option<MaySign> {
    let post = caller.post.as_ref()?;
    if ticket.to_sign_id.is_none()
        || !machine::allows(ticket.state, Transition::T10)
        || !is_own(caller, ticket)
    {
        return None;
    }
    match post.role {
        Role::DeputyLeader | Role::Department => Some(MaySign::Own),
        Role::DeskOfficer => {
            signing.filter(|signing| signing.allows(&ticket.severity)).map(|_| MaySign::Delegated)
        }
        _ => None,
    }
}

/// A stage of a ticket that cannot wait.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StageView {
    pub stage: Stage,
    pub due_at: Option<DateTime<Utc>>,
    pub done_at: Option<DateTime<Utc>>,
    pub late: bool,
}

fn stages(ticket: &Ticket, now: Instant) -> Vec<StageView> {
    if ticket.control_due_at.is_none() {
        return Vec::new();
    }
    let control = StageView {
        stage: Stage::Control,
        due_at: ticket.control_due_at,
        done_at: ticket.control_done_at,
        late: ticket.control_late || ticket.is_control_overdue(now),
    };
    let put_forward = ticket.submitted_at.filter(|_| !ticket.state.is_with_unit());
    let late = put_forward.zip(ticket.official_due_at).is_some_and(|(at, due)| at > due);
    let repair =
        StageView { stage: Stage::Repair, due_at: ticket.official_due_at, done_at: put_forward, late };
    vec![control, repair]
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
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let asked = store::tickets::requests::of_tickets(conn, ids.clone()).await?;
    let names = Names::load(conn, county, tickets, &asked).await?;
    let mut requests: HashMap<Uuid, Vec<Request>> = HashMap::new();
    for request in asked {
        requests.entry(request.ticket_id).or_default().push(request);
    }
    let mut files: HashMap<Uuid, Vec<NamedFile>> = HashMap::new();
    for file in store::field::named::of_subjects(conn, caller.scope()?, now, ids.clone()).await? {
        files.entry(file.subject_id).or_default().push(file);
    }
    let signing = Signing::of_caller(conn, caller, now).await?;
    let referrals = store::duties::referrals::newest(conn, ids.clone()).await?;
    let mut attempts: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
    let flags = evidence::flags::of_tickets(conn, caller, county, ids.clone(), now).await?;
    let marks = marks(conn, caller, tickets).await?;
    let waiting = tickets.iter().filter(|ticket| ticket.state == State::Submitted).map(|ticket| ticket.id);
    let waiting: Vec<Uuid> = waiting.collect();
    let told = store::tickets::reporters::also_by(conn, caller.person_id, &waiting).await?;
    for attempt in store::tickets::attempts::of_tickets(conn, ids).await? {
        attempts.entry(attempt.ticket_id).or_default().push(attempt);
    }
    let control = control(conn, &files).await?;
    Ok(tickets
        .iter()
        .map(|ticket| {
            let files = files.get(&ticket.id).map_or(&[][..], Vec::as_slice);
            let attempts = attempts.get(&ticket.id).map_or(&[][..], Vec::as_slice);
            // What is odd about somebody else's repair is not for those who look on.
            let own_flags = flags.get(&ticket.id).filter(|_| !looks_on(caller, ticket));
            let photo_flags = own_flags.cloned().unwrap_or_default();
            let requests = requests.get(&ticket.id).map_or(&[][..], Vec::as_slice);
            let requests = requests.iter().map(|request| names.request(request, files)).collect();
            let referral = referrals.get(&ticket.id);
            let look_back = marks.get(&ticket.id).cloned();
            let under_check = attempts.iter().find(|attempt| Some(attempt.id) == ticket.attempt_id);
            TicketView {
                may_sign: may_sign(caller, ticket, signing.as_ref()),
                referral: referral.map(|row| ReferralView::of(row, names.unit(row.department_id), now)),
                on_site_needed: on_site_needed(caller, ticket, rules),
                check: check(caller, ticket, under_check, files, told.contains(&ticket.id)),
                look_back,
                requests,
                photo_flags,
                ..view(ticket, &names, (files, &control), attempts, rules, now)
            }
        })
        .collect())
}

/// The newest draw of each ticket that may have one; who waits to be looked at hears nothing of it.
async fn marks(
    conn: &impl Conn,
    caller: &Caller,
    tickets: &[Ticket],
) -> AppResult<HashMap<Uuid, LookBackMark>> {
    let drawn = |ticket: &&Ticket| ticket.state == State::Closed || ticket.relapse > 0;
    let ids: Vec<Uuid> = tickets.iter().filter(drawn).map(|ticket| ticket.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let county = matches!(caller.scope()?, Scope::County { .. });
    let items = store::look_backs::of_tickets(conn, ids).await?;
    let told = items.into_iter().filter(|item| county || item.looked_at.is_some());
    // Newest last, which stays.
    Ok(told
        .map(|item| {
            let mark =
                LookBackMark { draw_id: item.look_back_id, state: item.state, drawn_at: item.drawn_at };
            (item.ticket_id, mark)
        })
        .collect())
}

/// The operations that brought a picture of a danger under control, also those that came too late to move their ticket. Their pictures come
/// with the role of a repair's.
async fn control(conn: &impl Conn, files: &HashMap<Uuid, Vec<NamedFile>>) -> AppResult<HashSet<Uuid>> {
    let done: HashSet<Uuid> =
        files.values().flatten().filter(|file| file.role == AFTER).map(|file| file.operation_id).collect();
    if done.is_empty() {
        return Ok(done);
    }
    Ok(store::field::operations::of_kind(conn, Kind::TicketStage, done.into_iter().collect()).await?)
}

/// Whether what waits for a check passes on site only for how severe it is; nobody else's business than of those who check. What stands
/// against its photos says so itself.
fn on_site_needed(caller: &Caller, ticket: &Ticket, rules: &DeadlineRules) -> bool {
    let checks = caller.post.as_ref().is_some_and(|post| Action::VerifyTicket.allows(post.role));
    checks && ticket.state == State::Submitted && rules.on_site.contains(&ticket.severity)
}

fn view(
    ticket: &Ticket,
    names: &Names,
    (files, control): (&[NamedFile], &HashSet<Uuid>),
    attempts: &[Attempt],
    rules: &DeadlineRules,
    now: Instant,
) -> TicketView {
    let t = ticket.clone();
    let due_soon = rules.is_soon(ticket, now);
    let attempt = attempts.last().map(|attempt| attempt.operation_id);
    let after = |file: &&NamedFile| Some(file.operation_id) == attempt;
    let under_control = |file: &&NamedFile| control.contains(&file.operation_id);
    let fix_on_spot = |file: &&NamedFile| attempt.is_none() && file.role == AFTER && !under_control(file);
    TicketView {
        overdue: ticket.is_overdue(now),
        no_progress: rules.is_idle(ticket, now),
        may_sign: None,
        referral: None,
        due_soon,
        level: level(ticket, rules, now),
        accept_due_at: rules.accept_due_at(ticket),
        check_due_at: t.check_due_at,
        check_late: ticket.is_check_late(now),
        on_site_needed: false,
        zero_day: t.zero_day,
        look_back: None,
        check: None,
        hidden: t.state != State::Pending && t.visible_from.is_none(),
        township_name: t.place_township_id.and_then(|id| names.divisions.get(&id).cloned()),
        village_name: t.place_village_id.and_then(|id| names.divisions.get(&id).cloned()),
        unit_name: t.unit_id.and_then(|id| names.unit(id)),
        site_name: t.site_id.and_then(|id| names.sites.get(&id).map(|site| site.0.clone())),
        site_code: t.site_id.and_then(|id| names.sites.get(&id).map(|site| site.1.clone())),
        missing_files: files.iter().filter(|file| file.state == "missing").count(),
        before: photos(
            files.iter().filter(|file| !BESIDE.contains(&file.role.as_str()) && !after(file)),
            files,
        ),
        after: photos(files.iter().filter(|file| after(file) || fix_on_spot(file)), files),
        control: photos(files.iter().filter(under_control), files),
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
        deadline_unit: t.deadline_unit,
        stages: stages(ticket, now),
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
        relapse: t.relapse,
        reminders: t.reminders,
        reissued: t.reissued,
        send_back_denied: t.send_back_denied,
        extensions: t.extensions,
        hard_case: t.hard_case,
        hard_ask: t.hard_ask,
        held_at: t.held_at,
        review_day: t.review_day,
        first_due_at: t.first_due_at,
        lead_days: t.lead_days,
        internal_due_at: t.internal_due_at,
        merged_into_id: t.merged_into_id,
        linked_ticket_id: t.linked_ticket_id,
        archived_at: t.archived_at,
        overdue_at: t.overdue_at,
        to_sign_id: t.to_sign_id,
        progress_at: t.progress_at,
        escalated: t.escalated,
        requests: Vec::new(),
        flags: t.flags,
        version: t.version,
    }
}
