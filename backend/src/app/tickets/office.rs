//! What the office does beside issuing and checking: resume (T9), remind (T16), put right (T17), file (T18), the mark of a hard
//! case, which its unit may set too, and the county's answer to it.

use super::step::{Done, conflict_with, is_own, only, payload, target};
use crate::{
    app::field::{
        answer::Refusal,
        entry::{Effect, Entry},
    },
    domain::{
        clock::local_day,
        field::{envelope::Unreadable, flag::FlagCode, inspection::MAX_TEXT},
        people::scope::Scope,
        tickets::{
            command::{AnswerHardBody, ArchiveBody, EditBody, HardBody, NoteBody, SEVERITIES},
            machine::{self, Step},
        },
    },
};

/// T9, before the day of review.
pub(super) async fn resume(entry: &Entry<'_>) -> Done {
    let body: NoteBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    only(entry, ticket, &Step::Resume { note: entry.text(&body.note, MAX_TEXT) }).await
}

/// T16.
pub(super) async fn remind(entry: &Entry<'_>) -> Done {
    let body: NoteBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    only(entry, ticket, &Step::Remind { note: entry.text(&body.note, MAX_TEXT) }).await
}

/// T17.
pub(super) async fn edit(entry: &Entry<'_>) -> Done {
    let body: EditBody = payload!(entry);
    let unknown = body.severity.as_deref().is_some_and(|word| !SEVERITIES.contains(&word));
    if unknown || body.reason.trim().is_empty() {
        return Ok(Err(Unreadable { cause: "severity or reason".into() }));
    }
    let ticket = target!(entry, body.target.ticket_id);
    if body.due_day.is_some_and(|day| day < local_day(entry.now())) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::DayPassed).await?));
    }
    if body.due_day.is_some_and(|day| machine::is_beyond_zero(&ticket, day, entry.now())) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::BeyondZeroDay).await?));
    }
    let what = Step::Edit {
        severity: body.severity,
        is_static: body.is_static,
        due_day: body.due_day,
        reason: entry.text(&body.reason, MAX_TEXT),
    };
    only(entry, ticket, &what).await
}

/// R58.
pub(super) async fn mark_hard(entry: &Entry<'_>) -> Done {
    let body: HardBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_own(entry, &ticket) && !matches!(entry.author.scope, Scope::County { .. }) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    only(entry, ticket, &Step::MarkHard { hard: body.hard, ask: entry.text(&body.ask, MAX_TEXT) }).await
}

/// R58: who coordinates, and until when. May be said again; the newest stands.
pub(super) async fn answer_hard(entry: &Entry<'_>) -> Done {
    let body: AnswerHardBody = payload!(entry);
    let coordinator = entry.text(&body.coordinator, MAX_TEXT);
    if coordinator.trim().is_empty() {
        return Ok(Err(Unreadable { cause: "coordinator".into() }));
    }
    let ticket = target!(entry, body.target.ticket_id);
    if body.until < local_day(entry.now()) {
        return Ok(Ok(conflict_with(entry, ticket, FlagCode::DayPassed).await?));
    }
    let note = entry.text(&body.note, MAX_TEXT);
    only(entry, ticket, &Step::AnswerHard { coordinator, until: body.until, note }).await
}

/// T18 by hand; the sweep does the same when a month has ended.
pub(super) async fn archive(entry: &Entry<'_>) -> Done {
    let body: ArchiveBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    only(entry, ticket, &Step::Archive).await
}
