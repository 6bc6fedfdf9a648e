//! What the responsible unit does: takes a ticket up (T5), records attempts, and puts one forward (T10).

use super::lifted;
use super::step::{Done, conflict, conflict_with, is_own, only, payload, step, target};
use crate::{
    app::{
        AppError, AppResult,
        duties::{delegations::Signing, village::drafts},
        evidence,
        field::{
            answer::Refusal,
            entry::{Effect, Entry},
        },
    },
    domain::{
        evidence::flag::PhotoFlag,
        field::{envelope::Unreadable, flag::FlagCode, inspection::MAX_TEXT, sheet::SHEET_ROLE},
        people::{role::Role, scope::Scope},
        tickets::{
            Ticket,
            command::{AcceptBody, AttemptBody, SignedSheet, StageBody},
            machine::{self, Delegated, Step, Transition},
            unit::Stage,
        },
    },
    store::{self, tickets::attempts::Attempt},
};
use uuid::Uuid;

/// Role of a picture of a repair.
const AFTER: &str = "after";

/// T5.
pub(super) async fn accept(entry: &Entry<'_>) -> Done {
    let body: AcceptBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    let own = is_own(entry, &ticket);
    // The office enters what somebody signed on paper; it accepts nothing for anybody else.
    let entered = body.paper.is_some() && matches!(entry.author.scope, Scope::County { .. });
    if !own && !entered {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    if let Some(sheet) = &body.paper {
        return on_paper(entry, ticket, sheet, own).await;
    }
    only(
        entry,
        ticket,
        &Step::Accept { person_named: entry.text(&body.person_named, 64), acceptor: entry.author.person_id },
    )
    .await
}

/// A photo of the signed sheet counts like the tap, at the time that stands on it.
async fn on_paper(entry: &Entry<'_>, ticket: Ticket, sheet: &SignedSheet, own: bool) -> Done {
    let signed_by = entry.text(sheet.signed_by.trim(), 64);
    if signed_by.is_empty() {
        return Ok(Err(Unreadable { cause: "signed_by".into() }));
    }
    if !entry.envelope.files.iter().any(|file| file.role == SHEET_ROLE) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::SheetMissing).await?));
    }
    let counts = machine::sheet_counts(&ticket, sheet.signed_at, entry.when(), entry.facts.deadlines());
    let what = Step::AcceptOnPaper {
        signed_by,
        signed_at: counts.then_some(sheet.signed_at),
        acceptor: own.then_some(entry.author.person_id),
    };
    let done = step(entry, ticket, &what).await?;
    let Ok((_, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    if !counts {
        effect.flags.push(FlagCode::SignedTimeDoubtful.flag());
    }
    Ok(Ok(effect))
}

/// Records an attempt, of any duty; the state stays.
pub(super) async fn rectify(entry: &Entry<'_>) -> Done {
    let body: AttemptBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    if store::tickets::attempts::get(entry.tx, ticket.id, body.attempt_id).await?.is_some() {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    let adopted = match body.village_draft_id {
        Some(id) => match drafts::wanted(entry, &ticket, id).await? {
            Some(adopted) => Some(adopted),
            // Taken over or put aside meanwhile, or another ticket's.
            None => return Ok(Ok(conflict(entry, ticket).await?)),
        },
        None => None,
    };
    let taken_by = adopted.as_ref().map(|adopted| adopted.name.clone());
    let what = Step::Attempt { attempt_id: body.attempt_id, taken_by: taken_by.clone() };
    let done = step(entry, ticket, &what).await?;
    let (ticket, mut effect) = match done {
        Ok(done) => done,
        Err(conflict) => return Ok(Ok(conflict)),
    };
    let row = Attempt { taken_by, ..attempt(entry, &ticket, &body) };
    let inserted = store::tickets::attempts::insert(entry.tx, row).await?;
    if !inserted {
        return Err(AppError::Internal("attempt id taken by another ticket".into()));
    }
    if let Some(adopted) = adopted {
        let here = adopted.settle(entry).await?;
        effect.missing.retain(|sha256| !here.contains(sha256));
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
        taken_by: None,
        observed_at: entry.times.effective(),
        accepted_at: entry.now(),
    }
}

/// A stage of what cannot wait: nobody can come to harm any more. The repair itself is put forward as ever.
pub(super) async fn stage(entry: &Entry<'_>) -> Done {
    let body: StageBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if body.stage != Stage::Control {
        return Ok(Err(Unreadable { cause: "stage".into() }));
    }
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let done = step(entry, ticket, &Step::Stage { note: entry.text(&body.note, MAX_TEXT) }).await?;
    let Ok((ticket, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    if !shows_repair(entry, entry.envelope.operation_id).await? {
        effect.flags.push(FlagCode::PhotoMissing.with(AFTER));
    }
    let control = lifted::control(&ticket, Transition::Stage, entry.times.effective());
    Ok(Ok(lifted::lift(entry, ticket, effect, [control]).await?))
}

/// Whether an operation brought a picture of the repair.
async fn shows_repair(entry: &Entry<'_>, operation: Uuid) -> AppResult<bool> {
    let files = store::field::named::of_operation(entry.tx, operation).await?;
    Ok(files.iter().any(|file| file.role == AFTER))
}

/// Recorded before the fault came back, or by the unit that had the ticket before: it says nothing of the present work.
async fn is_of_before(entry: &Entry<'_>, ticket: &Ticket, attempt: Uuid) -> AppResult<bool> {
    let id = attempt.to_string();
    let events = store::tickets::events(entry.tx, ticket).await?;
    let recorded = events.iter().rposition(|event| {
        event.transition == Transition::Attempt.name() && event.data["attempt_id"] == id.as_str()
    });
    let begins = [Transition::T6.name(), Transition::T13.name()];
    let began = events.iter().rposition(|event| begins.contains(&event.transition.as_str()));
    Ok(recorded < began)
}

/// In whose place a desk officer signs; nobody's leave, no signature. The time of sealing counts, as for every authority.
async fn leave(entry: &Entry<'_>, ticket: &Ticket) -> AppResult<Result<Option<Delegated>, Effect>> {
    if entry.author.role != Role::DeskOfficer {
        return Ok(Ok(None));
    }
    let (county, unit, post) = (entry.county, entry.author.unit_id, entry.author.post_id);
    let signing = Signing::load(entry.tx, county, unit, post, entry.times.effective()).await?;
    let named = signing.named(entry.tx, &ticket.severity).await?;
    Ok(named.map(Some).ok_or_else(|| Effect::refused(Refusal::NotPermitted)))
}

/// T10: the deputy puts an attempt forward, or a desk officer in his place.
pub(super) async fn submit(entry: &Entry<'_>) -> Done {
    let body: AttemptBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let delegation = match leave(entry, &ticket).await? {
        Ok(delegation) => delegation,
        Err(no_leave) => return Ok(Ok(no_leave)),
    };
    let known = store::tickets::attempts::get(entry.tx, ticket.id, body.attempt_id).await?;
    let Some(known) = known.filter(|attempt| attempt.state == "recorded") else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    if is_of_before(entry, &ticket, known.id).await? {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
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
    let what =
        Step::Submit { attempt_id: body.attempt_id, note: entry.text(&body.note, MAX_TEXT), delegation };
    let done = step(entry, ticket, &what).await?;
    let Ok((ticket, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
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
    // Made in time, arrived late: what the sweep wrote down in between is taken back.
    let made = entry.times.effective();
    let back =
        [lifted::overdue(&ticket, Transition::T10, made), lifted::control(&ticket, Transition::T10, made)];
    Ok(Ok(lifted::lift(entry, ticket, effect, back).await?))
}
