//! What a unit asks and what the office says to it: send-back (T6), extension (T7), hold (T8). A request is a row beside its ticket.

use super::step::{Done, conflict, conflict_with, is_own, only, payload, step, target, unit_exists};
use super::{lifted, referral};
use crate::{
    app::{
        AppResult,
        field::{
            answer::Refusal,
            entry::{Effect, Entry, Outcome},
        },
    },
    domain::{
        clock::{Instant, local_day},
        field::{envelope::Unreadable, flag::FlagCode, inspection::MAX_TEXT},
        people::role::UnitKind,
        tickets::{
            Ticket,
            command::{AskBody, DecideBody, Decision, WithdrawAskBody},
            machine::{self, Step, Transition},
            request::{Asked, RequestState},
        },
    },
    store::{
        self,
        tickets::requests::{Decided, Request},
    },
};
use chrono::NaiveDate;
use uuid::Uuid;

/// Role of a picture of what was done in the meantime.
pub(super) const INTERIM: &str = "interim";

fn unreadable(cause: &str) -> Unreadable {
    Unreadable { cause: cause.into() }
}

/// A unit asks.
pub(super) async fn ask(entry: &Entry<'_>) -> Done {
    let body: AskBody = payload!(entry);
    let plan = matches!(body.what, Asked::SendBack | Asked::Refer)
        || (body.wanted_day.is_some() && !body.measure.trim().is_empty());
    if body.reason.trim().is_empty() || !plan {
        return Ok(Err(unreadable("reason, wanted_day or measure")));
    }
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) || !body.what.roles().contains(&entry.author.role) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    // Only a township asks; a department does not pass its own work on.
    if body.what == Asked::Refer && ticket.unit_kind != UnitKind::Township {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let names_unit = matches!(body.what, Asked::SendBack | Asked::Refer);
    let right = |kind| body.what != Asked::Refer || kind == UnitKind::Department;
    let unit = match body.unit_kind.zip(body.unit_id).filter(|_| names_unit) {
        Some((kind, id)) if right(kind) && unit_exists(entry, kind, id).await? => Some((kind, id)),
        Some(_) => return Ok(Err(unreadable("unit"))),
        None => None,
    };
    if body.wanted_day.is_some_and(|day| day < local_day(entry.now())) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::DayPassed).await?));
    }
    if let Some(project) = body.project_id {
        // Named for explanation; it must be one of this ticket's.
        let linked = store::projects::tickets(entry.tx, vec![project]).await?;
        if !linked.iter().any(|(_, id)| *id == ticket.id) {
            return Ok(Err(unreadable("project_id")));
        }
    }
    let beyond = |day| machine::is_beyond_zero(&ticket, day, entry.now());
    if body.what == Asked::Extension && body.wanted_day.is_some_and(beyond) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::BeyondZeroDay).await?));
    }
    let reason = entry.text(&body.reason, MAX_TEXT);
    let what = Step::Ask { request_id: body.request_id, asked: body.what, reason: reason.clone() };
    // Asked of the machine before the row is there: what it does not allow must leave none.
    if !machine::would_apply(&ticket, &what, entry.when(), entry.facts.deadlines()) {
        let late = body.what == Asked::Extension && machine::allows(ticket.state, what.transition());
        return Ok(Ok(if late {
            conflict_with(entry, ticket, FlagCode::AskedTooLate).await?
        } else {
            conflict(entry, ticket).await?
        }));
    }
    if !store::tickets::requests::insert(entry.tx, row(entry, &ticket, &body, unit, reason)).await? {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::AskedAlready).await?));
    }
    let done = step(entry, ticket, &what).await?;
    let Ok((_, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    let shown = entry.envelope.files.iter().any(|file| file.role == INTERIM);
    if body.what == Asked::Hold && !shown {
        effect.flags.push(FlagCode::PhotoMissing.with(INTERIM));
    }
    Ok(Ok(effect))
}

fn row(
    entry: &Entry<'_>,
    ticket: &Ticket,
    body: &AskBody,
    unit: Option<(UnitKind, Uuid)>,
    reason: String,
) -> Request {
    Request {
        id: body.request_id,
        county_id: entry.county,
        ticket_id: ticket.id,
        what: body.what,
        state: RequestState::Open,
        reason,
        wanted_day: body.wanted_day.filter(|_| !matches!(body.what, Asked::SendBack | Asked::Refer)),
        measure: entry.text(&body.measure, MAX_TEXT),
        unit_kind: unit.map(|(kind, _)| kind),
        unit_id: unit.map(|(_, id)| id),
        asked_by: entry.author.person_id,
        asked_post: entry.author.post_id,
        asked_at: entry.times.effective(),
        operation_id: entry.envelope.operation_id,
        decided_by: None,
        decided_at: None,
        note: String::new(),
        day: None,
        wrongly_routed: false,
        decision_id: None,
        project_id: body.project_id,
    }
}

/// The request that a command names, while it is open.
async fn open_request(entry: &Entry<'_>, ticket: &Ticket, id: Uuid) -> AppResult<Option<Request>> {
    let found = store::tickets::requests::get(entry.tx, ticket.id, id).await?;
    Ok(found.filter(|request| request.state == RequestState::Open))
}

/// The unit takes its request back.
pub(super) async fn withdraw(entry: &Entry<'_>) -> Done {
    let body: WithdrawAskBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let Some(request) = open_request(entry, &ticket, body.request_id).await? else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    if !request.what.roles().contains(&entry.author.role) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let done = step(entry, ticket, &Step::WithdrawAsk { request_id: request.id }).await?;
    if done.is_ok() {
        let decided = decided(entry, RequestState::Withdrawn, String::new());
        store::tickets::requests::decide(entry.tx, request.id, decided).await?;
    }
    Ok(Ok(done.map_or_else(|conflict| conflict, |(_, effect)| effect)))
}

fn decided(entry: &Entry<'_>, state: RequestState, note: String) -> Decided {
    Decided {
        state,
        by: entry.author.person_id,
        at: entry.times.effective(),
        operation_id: entry.envelope.operation_id,
        note,
        day: None,
        unit: None,
        wrongly_routed: false,
    }
}

/// The office says yes or no.
pub(super) async fn decide(entry: &Entry<'_>) -> Done {
    let body: DecideBody = payload!(entry);
    if body.verdict == Decision::Denied && body.note.trim().is_empty() {
        return Ok(Err(unreadable("note")));
    }
    let ticket = target!(entry, body.target.ticket_id);
    let Some(request) = open_request(entry, &ticket, body.request_id).await? else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    let note = entry.text(&body.note, MAX_TEXT);
    let passed = |due: &Instant| request.asked_at <= *due && *due < entry.now();
    let waited =
        ticket.official_due_at.filter(passed).or(ticket.due_at.filter(passed)).map(|_| request.asked_at);
    let mut decided = decided(entry, RequestState::Approved, note.clone());
    let what = if body.verdict == Decision::Denied {
        decided.state = RequestState::Denied;
        Step::Deny { request_id: request.id, asked: request.what, note }
    } else {
        match request.what {
            Asked::SendBack => {
                let unit = body.unit_kind.zip(body.unit_id).or(request.unit_kind.zip(request.unit_id));
                let Some((unit_kind, unit_id)) = unit else { return Ok(Err(unreadable("unit"))) };
                if !unit_exists(entry, unit_kind, unit_id).await? {
                    return Ok(Err(unreadable("unit")));
                }
                (decided.unit, decided.wrongly_routed) = (unit, body.wrongly_routed);
                let wrongly_routed = body.wrongly_routed;
                Step::SendBack { request_id: request.id, unit_kind, unit_id, wrongly_routed, waited, note }
            }
            Asked::Refer => {
                let unit = body.unit_kind.zip(body.unit_id).or(request.unit_kind.zip(request.unit_id));
                let department = unit.filter(|(kind, _)| *kind == UnitKind::Department);
                let Some((kind, department_id)) = department else { return Ok(Err(unreadable("unit"))) };
                if !unit_exists(entry, kind, department_id).await? {
                    return Ok(Err(unreadable("unit")));
                }
                let (days, last_day) = referral::last_day(entry, &body);
                if last_day < local_day(entry.now()) {
                    return Ok(Ok(conflict_with(entry, ticket, FlagCode::DayPassed).await?));
                }
                (decided.unit, decided.day) = (Some((kind, department_id)), Some(last_day));
                Step::Refer { request_id: request.id, department_id, days, last_day, waited, note }
            }
            Asked::Extension | Asked::Hold => {
                let Some(day) = body.day.or(request.wanted_day) else { return Ok(Err(unreadable("day"))) };
                if day < local_day(entry.now()) {
                    return Ok(Ok(conflict_with(entry, ticket, FlagCode::DayPassed).await?));
                }
                if request.what == Asked::Extension && machine::is_beyond_zero(&ticket, day, entry.now()) {
                    return Ok(Ok(conflict_with(entry, ticket, FlagCode::BeyondZeroDay).await?));
                }
                decided.day = Some(day);
                if request.what == Asked::Hold {
                    Step::Hold { request_id: request.id, review_day: day, waited, note }
                } else {
                    match said_before(entry, &ticket, request.id).await? {
                        _ if ticket.extensions == 0 => {}
                        Some((by, agreed)) if by != Some(entry.author.person_id) && agreed == day => {}
                        said => {
                            let other = said.is_some_and(|(_, agreed)| agreed != day);
                            return second_asked(entry, ticket, request.id, day, other).await;
                        }
                    }
                    Step::Extend { request_id: request.id, day, note }
                }
            }
        }
    };
    let done = step(entry, ticket, &what).await?;
    let (ticket, effect) = match done {
        Ok(done) => done,
        Err(conflict) => return Ok(Ok(conflict)),
    };
    store::tickets::requests::decide(entry.tx, request.id, decided).await?;
    referral::begin(entry, &ticket, &what).await?;
    // What was asked in time and agreed to late is no delay of the unit.
    match what.transition() {
        Transition::Denied => Ok(Ok(effect)),
        agreed => {
            let back = lifted::overdue(&ticket, agreed, request.asked_at);
            Ok(Ok(lifted::lift(entry, ticket, effect, [back]).await?))
        }
    }
}

/// A further extension takes two persons of the office, as voiding does, and both mean the same day: who said last to which.
async fn said_before(
    entry: &Entry<'_>,
    ticket: &Ticket,
    request: Uuid,
) -> AppResult<Option<(Option<Uuid>, NaiveDate)>> {
    let of_request = request.to_string();
    let events = store::tickets::events(entry.tx, ticket).await?;
    let said = events.iter().rfind(|event| {
        event.transition == Transition::ApprovalAsked.name()
            && event.data["request_id"] == of_request.as_str()
    });
    Ok(said.and_then(|event| Some((event.person_id, event.data["day"].as_str()?.parse().ok()?))))
}

/// `other`: somebody agreed to another day before, which no longer waits for its second person.
async fn second_asked(
    entry: &Entry<'_>,
    ticket: Ticket,
    request_id: Uuid,
    day: NaiveDate,
    other: bool,
) -> Done {
    let effect = only(entry, ticket, &Step::AskApproval { request_id, day }).await?;
    Ok(effect.map(|mut effect| {
        if effect.outcome == Outcome::Applied {
            effect.outcome = Outcome::Waiting;
            effect.flags.extend(other.then(|| FlagCode::OtherDayAgreed.flag()));
        }
        effect
    }))
}
