//! Commands on a moving ticket. The machine decides; what it does not allow is kept with outcome `conflict`, and both
//! sides are shown (decisions.md 4).

use crate::{
    app::{
        AppError, AppResult, evidence,
        field::{
            answer::Refusal,
            entry::{Belongs, Effect, Entry, Outcome},
            findings,
        },
    },
    domain::{
        clock::{Instant, local_day},
        evidence::flag::PhotoFlag,
        field::{envelope::Unreadable, flag::FlagCode, inspection::MAX_TEXT, kind::Kind},
        people::{role::UnitKind, scope::Scope},
        tickets::{
            State, Ticket,
            command::{
                AcceptBody, AttemptBody, FAIL_REASONS, IssueBody, ReasonBody, SEVERITIES, Verdict, VerifyBody,
            },
            machine::{self, Step},
        },
    },
    store::{self, Tx, tickets::attempts::Attempt},
};
use uuid::Uuid;

/// Role of a picture of a repair.
const AFTER: &str = "after";

type Done = AppResult<Result<Effect, Unreadable>>;

/// Reads the payload, or ends the use case with why not.
macro_rules! payload {
    ($entry:expr) => {
        match $entry.envelope.payload() {
            Ok(body) => body,
            Err(unreadable) => return Ok(Err(unreadable)),
        }
    };
}

/// Applies the command of one ticket operation.
pub async fn run(entry: &Entry<'_>, kind: Kind) -> Done {
    match kind {
        Kind::TicketIssue => issue(entry).await,
        Kind::TicketDecline => decline(entry).await,
        Kind::TicketAccept => accept(entry).await,
        Kind::TicketRectify => rectify(entry).await,
        Kind::TicketSubmit => submit(entry).await,
        Kind::TicketVerify => verify(entry).await,
        Kind::TicketVoid => void(entry).await,
        Kind::InspectionSubmit | Kind::InspectionCorrect | Kind::FindingReport => {
            Err(AppError::Internal("not a ticket command".into()))
        }
    }
}

/// The ticket, if the author may see it; hidden and foreign ones read like unknown ones.
async fn target(entry: &Entry<'_>, id: Uuid) -> AppResult<Result<Ticket, Effect>> {
    let ticket = store::tickets::lock(entry.tx, entry.author.scope, entry.now(), id).await?;
    Ok(ticket.ok_or_else(|| Effect::refused(Refusal::UnknownTicket)))
}

macro_rules! target {
    ($entry:expr, $id:expr) => {
        match target($entry, $id).await? {
            Ok(ticket) => ticket,
            Err(refused) => return Ok(Ok(refused)),
        }
    };
}

/// Files of a command belong to its ticket and are seen by whoever sees it.
async fn files(entry: &Entry<'_>, ticket: &Ticket) -> AppResult<Vec<String>> {
    let id = ticket.id;
    entry
        .name_files(ticket.place_township_id, ticket.place_village_id, ticket.visible_from, |_| Belongs {
            subject: "ticket",
            subject_id: id,
            urgent: true,
        })
        .await
}

/// Kept, but the ticket stays as it is.
async fn conflict(entry: &Entry<'_>, ticket: Ticket) -> AppResult<Effect> {
    let missing = files(entry, &ticket).await?;
    Ok(Effect {
        outcome: Outcome::Conflict,
        subject: Some(("ticket", ticket.id)),
        missing,
        current: Some(ticket),
        ..Effect::default()
    })
}

/// Applies a step and writes what it made.
async fn step(
    entry: &Entry<'_>,
    mut ticket: Ticket,
    step: &Step,
) -> AppResult<Result<(Ticket, Effect), Effect>> {
    let unit_before = ticket.unit_id;
    let Ok(event) = machine::apply(&mut ticket, step, entry.when(), entry.facts.deadlines()) else {
        return Ok(Err(conflict(entry, ticket).await?));
    };
    store::tickets::update(entry.tx, &ticket).await?;
    let changed = entry.record(&ticket, &event, unit_before).await?;
    let missing = files(entry, &ticket).await?;
    let effect = Effect {
        changed: vec![changed],
        subject: Some(("ticket", ticket.id)),
        missing,
        township: ticket.place_township_id,
        ..Effect::default()
    };
    Ok(Ok((ticket, effect)))
}

async fn only(entry: &Entry<'_>, ticket: Ticket, what: &Step) -> Done {
    Ok(Ok(match step(entry, ticket, what).await? {
        Ok((_, effect)) | Err(effect) => effect,
    }))
}

/// T2 by hand, with choice of unit.
async fn issue(entry: &Entry<'_>) -> Done {
    let body: IssueBody = payload!(entry);
    if !unit_exists(entry, &body).await?
        || body.severity.as_deref().is_some_and(|word| !SEVERITIES.contains(&word))
    {
        return Ok(Err(Unreadable { cause: "unit or severity".into() }));
    }
    // Its round before the ticket, as a release does; a ticket never changes its round.
    let round = match store::tickets::round_of(entry.tx, entry.county, body.target.ticket_id).await? {
        Some(id) => store::rounds::hold(entry.tx, entry.county, id).await?,
        None => None,
    };
    let mut ticket = target!(entry, body.target.ticket_id);
    if !machine::allows(ticket.state, machine::Transition::T2) {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    let visible_from = findings::Openness::of(round.as_ref(), entry.now()).visible_from;
    let what = Step::Issue {
        unit_kind: body.unit_kind,
        unit_id: body.unit_id,
        number: findings::number(entry).await?,
        severity: body.severity,
        is_static: body.is_static,
        deadline_days: body.deadline_days.map(|days| days.clamp(0, 400)),
        note: entry.text(&body.note, MAX_TEXT),
    };
    let changed = findings::issue(entry, &mut ticket, &what, visible_from).await?;
    if let Some(at) = ticket.visible_from {
        show_evidence(entry.tx, &ticket, at).await?;
    }
    let missing = files(entry, &ticket).await?;
    Ok(Ok(Effect {
        changed: vec![changed],
        subject: Some(("ticket", ticket.id)),
        missing,
        township: ticket.place_township_id,
        ..Effect::default()
    }))
}

/// Shows a ticket's own finding and its files to whoever repairs; sightings of rounds that are still hidden stay so.
pub async fn show_evidence(tx: &Tx, ticket: &Ticket, at: Instant) -> AppResult<()> {
    let county = ticket.county_id;
    store::field::findings::show(tx, county, ticket.finding_id, at).await?;
    let hidden = store::field::findings::hidden_operations(tx, county, ticket.id, ticket.finding_id).await?;
    Ok(store::field::named::release(tx, county, ticket.id, hidden, at).await?)
}

async fn unit_exists(entry: &Entry<'_>, body: &IssueBody) -> AppResult<bool> {
    let scope = Scope::County { county: entry.county };
    Ok(match body.unit_kind {
        UnitKind::Township => {
            let division = store::places::divisions::get(entry.tx, scope, body.unit_id).await?;
            division.is_some_and(|division| division.kind.as_str() == UnitKind::Township.as_str())
        }
        UnitKind::Department => store::standards::departments::of_county(entry.tx, entry.county)
            .await?
            .iter()
            .any(|department| department.id == body.unit_id),
        UnitKind::Platform | UnitKind::County | UnitKind::Village => false,
    })
}

/// T3.
async fn decline(entry: &Entry<'_>) -> Done {
    let body: ReasonBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    only(entry, ticket, &Step::Decline { reason: entry.text(&body.reason, MAX_TEXT) }).await
}

/// T5.
async fn accept(entry: &Entry<'_>) -> Done {
    let body: AcceptBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    only(
        entry,
        ticket,
        &Step::Accept { person_named: entry.text(&body.person_named, 64), acceptor: entry.author.person_id },
    )
    .await
}

/// Only the responsible unit acts for itself; a supervising department looks on.
fn is_own(entry: &Entry<'_>, ticket: &Ticket) -> bool {
    match entry.author.scope {
        Scope::Township { township, .. } | Scope::Village { township, .. } => {
            ticket.unit_id == Some(township)
        }
        Scope::Department { department, .. } => ticket.unit_id == Some(department),
        Scope::County { .. } | Scope::Own { .. } | Scope::Platform => false,
    }
}

/// Records an attempt, of any duty; the state stays.
async fn rectify(entry: &Entry<'_>) -> Done {
    let body: AttemptBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    if store::tickets::attempts::get(entry.tx, ticket.id, body.attempt_id).await?.is_some() {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    let done = step(entry, ticket, &Step::Attempt { attempt_id: body.attempt_id }).await?;
    let (ticket, mut effect) = match done {
        Ok(done) => done,
        Err(conflict) => return Ok(Ok(conflict)),
    };
    let inserted = store::tickets::attempts::insert(entry.tx, attempt(entry, &ticket, &body)).await?;
    if !inserted {
        return Err(AppError::Internal("attempt id taken by another ticket".into()));
    }
    if !shows_repair(entry, entry.envelope.operation_id).await? {
        effect.flags.push(FlagCode::PhotoMissing.with(AFTER));
    }
    Ok(Ok(effect))
}

fn attempt(entry: &Entry<'_>, ticket: &Ticket, body: &AttemptBody) -> Attempt {
    Attempt {
        id: body.attempt_id,
        county_id: entry.county,
        ticket_id: ticket.id,
        no: ticket.attempts,
        operation_id: entry.envelope.operation_id,
        person_id: entry.author.person_id,
        post_id: entry.author.post_id,
        note: entry.text(&body.note, MAX_TEXT),
        state: "recorded".into(),
        submitted_by: None,
        submitted_at: None,
        submitted_accepted_at: None,
        verified_by: None,
        verified_at: None,
        reason: None,
        verdict_note: String::new(),
        observed_at: entry.times.effective(),
        accepted_at: entry.now(),
    }
}

/// Whether an operation brought a picture of the repair.
async fn shows_repair(entry: &Entry<'_>, operation: Uuid) -> AppResult<bool> {
    let files = store::field::named::of_operation(entry.tx, operation).await?;
    Ok(files.iter().any(|file| file.role == AFTER))
}

/// T10: the deputy puts an attempt forward.
async fn submit(entry: &Entry<'_>) -> Done {
    let body: AttemptBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let known = store::tickets::attempts::get(entry.tx, ticket.id, body.attempt_id).await?;
    let Some(known) = known.filter(|attempt| attempt.state == "recorded") else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    // The one thing that the machine decides about a photo: the very same bytes prove nothing new.
    let reused = evidence::weigh::reused(entry.tx, entry.county, entry.now(), known.operation_id).await?;
    if !reused.is_empty() {
        let mut effect = conflict(entry, ticket).await?;
        effect.flags.extend(reused.into_iter().map(|(flag, file)| match flag {
            PhotoFlag::SameAsBefore => FlagCode::SameAsBefore.with(file.to_string()),
            _ => FlagCode::SameAsOther.with(file.to_string()),
        }));
        return Ok(Ok(effect));
    }
    let what = Step::Submit { attempt_id: body.attempt_id, note: entry.text(&body.note, MAX_TEXT) };
    let done = step(entry, ticket, &what).await?;
    let Ok((_, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    if !shows_repair(entry, known.operation_id).await? {
        // Whoever checks is told that nothing shows the repair.
        effect.flags.push(FlagCode::PhotoMissing.with(AFTER));
    }
    evidence::weigh::handed_in(entry.tx, entry.county, entry.now(), known.operation_id).await?;
    store::tickets::attempts::mark_submitted(
        entry.tx,
        body.attempt_id,
        entry.author.person_id,
        entry.times.effective(),
        entry.now(),
    )
    .await?;
    Ok(Ok(effect))
}

/// T11 and T12: somebody else than reporter and fixer checks, after the attempt's files are stored.
async fn verify(entry: &Entry<'_>) -> Done {
    let body: VerifyBody = payload!(entry);
    let reason = body.reason.clone().unwrap_or_default();
    if body.verdict == Verdict::Failed && !FAIL_REASONS.contains(&reason.as_str()) {
        return Ok(Err(Unreadable { cause: "reason".into() }));
    }
    let ticket = target!(entry, body.target.ticket_id);
    let Some(attempt) = store::tickets::attempts::get(entry.tx, ticket.id, body.attempt_id).await? else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    let me = entry.author.person_id;
    if ticket.reporter_id == me || attempt.person_id == me || attempt.submitted_by == Some(me) {
        let mut effect = conflict(entry, ticket).await?;
        effect.flags.push(FlagCode::SelfVerification.flag());
        return Ok(Ok(effect));
    }
    if store::field::named::any_missing(entry.tx, entry.county, attempt.operation_id).await? {
        let mut effect = conflict(entry, ticket).await?;
        effect.flags.push(FlagCode::PhotoMissing.flag());
        return Ok(Ok(effect));
    }
    if body.verdict == Verdict::Passed
        && !body.on_site
        && evidence::weigh::asks_for_visit(entry.tx, attempt.operation_id).await?
    {
        let mut effect = conflict(entry, ticket).await?;
        effect.flags.push(FlagCode::OnSiteNeeded.flag());
        return Ok(Ok(effect));
    }
    let note = entry.text(&body.note, MAX_TEXT);
    let what = match body.verdict {
        Verdict::Passed => Step::Pass { attempt_id: attempt.id, on_site: body.on_site, note: note.clone() },
        Verdict::Failed => Step::Fail {
            attempt_id: attempt.id,
            reason: reason.clone(),
            note: note.clone(),
            on_site: body.on_site,
        },
    };
    let done = step(entry, ticket, &what).await?;
    let Ok((ticket, effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    let passed = body.verdict == Verdict::Passed;
    let reason = (!passed).then_some(reason);
    store::tickets::attempts::mark_verified(
        entry.tx,
        attempt.id,
        passed,
        me,
        entry.times.effective(),
        reason,
        note,
    )
    .await?;
    if passed {
        uncount(entry, &ticket, 0, 1).await?;
    }
    Ok(Ok(effect))
}

/// T14: an office head gives a reason, a second person confirms.
async fn void(entry: &Entry<'_>) -> Done {
    let body: ReasonBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    let reason = entry.text(&body.reason, MAX_TEXT);
    if reason.trim().is_empty() {
        return Ok(Err(Unreadable { cause: "reason".into() }));
    }
    let asked = store::tickets::events(entry.tx, &ticket).await?;
    let by_another = asked
        .iter()
        .any(|event| event.transition == "void_asked" && event.person_id != Some(entry.author.person_id));
    if !by_another {
        let done = step(entry, ticket, &Step::AskVoid { reason }).await?;
        return Ok(Ok(match done {
            Ok((_, effect)) => Effect { outcome: Outcome::Waiting, ..effect },
            Err(conflict) => conflict,
        }));
    }
    let was_counted = ticket.state != State::Pending && ticket.visible_from.is_some();
    let done = step(entry, ticket, &Step::Void { reason }).await?;
    let Ok((ticket, effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    if was_counted {
        // It should never have counted: it leaves both sums.
        uncount(entry, &ticket, -1, 0).await?;
    }
    Ok(Ok(effect))
}

/// Moves the zero board's sums of the day.
async fn uncount(entry: &Entry<'_>, ticket: &Ticket, opened: i32, closed: i32) -> AppResult<()> {
    if !ticket.counts_as_static() || ticket.visible_from.is_none() {
        return Ok(());
    }
    let Some(township) = ticket.place_township_id else { return Ok(()) };
    // The days that the rows themselves carry, so that a day of the board opens the rows that make it.
    let at = if opened < 0 { ticket.issued_at } else { ticket.closed_at }.unwrap_or(entry.now());
    Ok(store::tickets::count_static(
        entry.tx,
        entry.county,
        township,
        local_day(at).to_string(),
        opened,
        closed,
    )
    .await?)
}
