//! A step of the building work behind a ticket is done, with its photo. Told of a ticket, because it explains the ticket; no date moves.

use super::show::MILESTONE;
use super::step::{Done, conflict, is_own, payload, step, target};
use crate::{
    app::field::{
        answer::Refusal,
        entry::{Effect, Entry},
    },
    domain::{
        clock::local_day,
        field::{flag::FlagCode, inspection::MAX_TEXT},
        people::scope::Scope,
        tickets::{command::MilestoneDone, machine::Step},
    },
    store,
};

pub(super) async fn milestone(entry: &Entry<'_>) -> Done {
    let body: MilestoneDone = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) && !matches!(entry.author.scope, Scope::County { .. }) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    if body.done_on > local_day(entry.now()) {
        return Ok(Ok(super::step::conflict_with(entry, ticket, FlagCode::DayToCome).await?));
    }
    let linked = store::projects::tickets(entry.tx, vec![body.project_id]).await?;
    let known = store::projects::milestones(entry.tx, vec![body.project_id]).await?;
    let waiting = known.into_iter().find(|one| one.id == body.milestone_id && one.done_on.is_none());
    let Some(waiting) = waiting.filter(|_| linked.iter().any(|(_, id)| *id == ticket.id)) else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    let note = entry.text(&body.note, MAX_TEXT);
    let what = Step::Milestone {
        project_id: body.project_id,
        milestone_id: body.milestone_id,
        name: waiting.name,
        done_on: body.done_on,
        note: note.clone(),
    };
    let done = step(entry, ticket, &what).await?;
    let Ok((_, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    let by = (entry.author.person_id, entry.envelope.operation_id);
    // The ticket's lock stands before it, and another ticket of the same project loses by this row.
    store::projects::done(entry.tx, (body.project_id, body.milestone_id), body.done_on, by, note).await?;
    if !entry.envelope.files.iter().any(|file| file.role == MILESTONE) {
        effect.flags.push(FlagCode::PhotoMissing.with(MILESTONE));
    }
    Ok(Ok(effect))
}
