//! T11 and T12: whether a repair holds, said by somebody else than reporter and fixer.

use super::step::{Done, conflict, conflict_with, payload, step, target};
use crate::{
    app::{
        evidence,
        field::{
            answer::Refusal,
            entry::{Effect, Entry},
        },
    },
    domain::{
        field::{envelope::Unreadable, flag::FlagCode, inspection::MAX_TEXT},
        people::scope::Scope,
        tickets::{
            command::{FAIL_REASONS, Verdict, VerifyBody},
            machine::{self, Step},
        },
    },
    store,
};

/// T11 and T12: somebody else than reporter and fixer checks, after the attempt's files are stored.
pub(super) async fn verify(entry: &Entry<'_>) -> Done {
    let body: VerifyBody = payload!(entry);
    let reason = body.reason.clone().unwrap_or_default();
    if body.verdict == Verdict::Failed && !FAIL_REASONS.contains(&reason.as_str()) {
        return Ok(Err(Unreadable { cause: "reason".into() }));
    }
    let ticket = target!(entry, body.target.ticket_id);
    let Some(attempt) = store::tickets::attempts::get(entry.tx, ticket.id, body.attempt_id).await? else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    // A department looks at what others repaired, with its own eyes.
    if let Scope::Department { department, .. } = entry.author.scope {
        if ticket.unit_id == Some(department) || ticket.referred_to_id == Some(department) {
            return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
        }
        if !body.on_site {
            return Ok(Ok(conflict_with(entry, ticket, FlagCode::OnSiteNeeded).await?));
        }
    }
    let me = entry.author.person_id;
    let told = ticket.reporter_id == me
        || store::tickets::reporters::also_by(entry.tx, me, &[ticket.id]).await?.contains(&ticket.id);
    if told || attempt.person_id == me || attempt.submitted_by == Some(me) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::SelfVerification).await?));
    }
    if store::field::named::any_missing(entry.tx, entry.county, attempt.operation_id).await? {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::PhotoMissing).await?));
    }
    if body.verdict == Verdict::Passed
        && !body.on_site
        && evidence::weigh::asks_for_visit(entry.tx, attempt.operation_id).await?
    {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::OnSiteNeeded).await?));
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
    if machine::needs_visit(&ticket, &what, entry.facts.deadlines()) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::OnSiteForSeverity).await?));
    }
    let done = step(entry, ticket, &what).await?;
    let Ok((_, effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
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
    Ok(Ok(effect))
}
