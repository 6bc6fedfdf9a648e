//! A failed answer about a fault that was closed before (T13): the same ticket once more, or one of its own that names it.

use super::entry::Entry;
use super::findings::{Behind, Draft, Opened, Openness};
use crate::{
    app::{AppResult, campaigns::follow as campaigns, tickets::board},
    domain::tickets::machine::{self, Step},
    store::{self, places::sites::Site},
};
use uuid::Uuid;

/// A fault that was closed before.
pub(super) enum CameBack {
    /// Soon enough: the same ticket once more.
    Relapsed(Opened),
    /// Too late for that, or not for a visit to say: a ticket of its own, which names the one before it.
    Later(Option<Uuid>),
}

/// T13 by a failed answer. What people of a township report themselves never counts against them, so a report relapses nothing.
pub(super) async fn came_back(
    entry: &Entry<'_>,
    draft: &Draft,
    site: &Site,
    openness: Openness,
    fixed: bool,
) -> AppResult<CameBack> {
    let fault = (draft.item_code.as_str(), draft.instance_key.as_str());
    let (county, round) = (entry.county, openness.round_id);
    let closed = store::tickets::last_closed(entry.tx, county, site.id, fault, round, entry.now()).await?;
    // The same finding under another operation is no other look.
    let Some(mut ticket) = closed.filter(|ticket| ticket.finding_id != draft.id) else {
        return Ok(CameBack::Later(None));
    };
    let soon = machine::relapses(&ticket, entry.times.effective(), entry.facts.deadlines());
    if fixed
        || !soon
        || draft.inspection_id.is_none()
        || store::tickets::open_fault(entry.tx, county, site.id, fault.0, fault.1).await?.is_some()
    {
        return Ok(CameBack::Later(Some(ticket.id)));
    }
    if openness.visible_from.is_none() && ticket.visible_from.is_some() {
        // The unit would learn of the hidden round: it relapses when the round is released.
        return Ok(CameBack::Relapsed(Opened::quietly(Behind::Waiting(ticket.id))));
    }
    let counted = board::share(&ticket);
    let step = Step::Relapse { finding_id: draft.id, note: draft.note.clone() };
    let Ok(event) = machine::apply(&mut ticket, &step, entry.when(), entry.facts.deadlines()) else {
        return Ok(CameBack::Later(Some(ticket.id)));
    };
    store::tickets::update(entry.tx, &ticket).await?;
    board::recount(entry.tx, county, counted, board::share(&ticket)).await?;
    let mut changed = entry.record(&ticket, &event, ticket.unit_id).await?;
    campaigns::follow(entry.tx, entry.facts.deadlines(), &mut ticket, None, entry.when(), entry.by()).await?;
    changed.version = ticket.version;
    let ticket = Behind::Counted(ticket.id);
    Ok(CameBack::Relapsed(Opened { ticket, changed: Some(changed), flags: Vec::new() }))
}
