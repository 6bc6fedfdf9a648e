//! T13: a closed fault that is seen again soon after is the same ticket once more 反弹. By a person who looked back, or by a failed
//! answer of a visit (see `field::findings`).

use super::step::{Done, conflict, payload, step, target};
use crate::{
    app::field::entry::Entry,
    domain::{
        clock::local_day,
        field::{flag::FlagCode, inspection::MAX_TEXT},
        tickets::{Ticket, command::RelapseBody, machine::Step},
    },
    store::{
        self,
        field::findings::{self, FindingRow},
    },
};

/// Role of a picture of the fault.
const FINDING: &str = "finding";

/// Somebody looked back and found the fault again.
pub(super) async fn relapse(entry: &Entry<'_>) -> Done {
    let body: RelapseBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    // One open ticket of a fault: where a later one is open already, this is one of its sightings, and no relapse.
    if let Some(site) = ticket.site_id
        && store::tickets::open_fault(entry.tx, entry.county, site, &ticket.item_code, &ticket.instance_key)
            .await?
            .is_some()
    {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    let note = entry.text(&body.note, MAX_TEXT);
    let what = Step::Relapse { finding_id: body.finding_id, note: note.clone() };
    let done = step(entry, ticket, &what).await?;
    let (ticket, mut effect) = match done {
        Ok(done) => done,
        Err(conflict) => return Ok(Ok(conflict)),
    };
    findings::insert(entry.tx, vec![row(entry, &ticket, &body, note)]).await?;
    if !entry.envelope.files.iter().any(|file| file.role == FINDING) {
        effect.flags.push(FlagCode::PhotoMissing.with(FINDING));
    }
    Ok(Ok(effect))
}

/// What was found, as a finding beside the first one of its ticket.
fn row(entry: &Entry<'_>, ticket: &Ticket, body: &RelapseBody, note: String) -> FindingRow {
    FindingRow {
        id: body.finding_id,
        county_id: entry.county,
        operation_id: entry.envelope.operation_id,
        inspection_id: None,
        site_id: ticket.site_id,
        item_code: ticket.item_code.clone(),
        instance_key: ticket.instance_key.clone(),
        title: ticket.title.clone(),
        note,
        severity: ticket.severity.clone(),
        is_static: ticket.is_static,
        restricted: ticket.restricted,
        makes: ticket.makes.clone(),
        source: crate::app::field::findings::source(entry.author.role).to_owned(),
        department: ticket.department.clone(),
        deadline_days: ticket.deadline_days,
        township_id: ticket.place_township_id,
        village_id: ticket.place_village_id,
        lon: ticket.lon,
        lat: ticket.lat,
        accuracy_m: ticket.accuracy_m,
        border: false,
        fixed_on_spot: false,
        state: findings::TICKETED.to_owned(),
        ticket_id: Some(ticket.id),
        person_id: entry.author.person_id,
        post_id: entry.author.post_id,
        observed_at: entry.times.effective(),
        local_day: local_day(entry.times.effective()).to_string(),
        accepted_at: entry.now(),
        visible_from: ticket.visible_from.map(|at| at.max(entry.now())),
        version: 1,
    }
}
