//! A drawn ticket is looked at again: its repair holds, or it does not and the days of a relapse are over.

use super::show::LOOK_BACK;
use super::step::{Done, conflict, payload, step, target};
use crate::{
    app::field::entry::Entry,
    domain::{
        clock::local_day,
        field::{flag::FlagCode, inspection::MAX_TEXT},
        look_backs::ItemState,
        tickets::{
            command::LookBackBody,
            machine::{self, Step},
        },
    },
    store::{self, look_backs::Found},
};

pub(super) async fn look_back(entry: &Entry<'_>) -> Done {
    let body: LookBackBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    let Some(item) = store::look_backs::waiting(entry.tx, ticket.id).await? else {
        return Ok(Ok(conflict(entry, ticket).await?));
    };
    // Within the days of a relapse a fault that is back is a relapse, with its finding.
    if !body.result.is_held() && machine::relapses(&ticket, entry.times.effective(), entry.facts.deadlines())
    {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    let note = entry.text(&body.note, MAX_TEXT);
    let what =
        Step::LookBack { look_back_id: item.look_back_id, held: body.result.is_held(), note: note.clone() };
    let id = ticket.id;
    let done = step(entry, ticket, &what).await?;
    let Ok((_, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    let at = entry.times.effective();
    let found = Found {
        state: if body.result.is_held() { ItemState::Held } else { ItemState::NotHeld },
        at,
        day: local_day(at),
        person_id: Some(entry.author.person_id),
        operation_id: Some(entry.envelope.operation_id),
        note,
    };
    store::look_backs::end(entry.tx, id, found).await?;
    if !entry.envelope.files.iter().any(|file| file.role == LOOK_BACK) {
        effect.flags.push(FlagCode::PhotoMissing.with(LOOK_BACK));
    }
    Ok(Ok(effect))
}
