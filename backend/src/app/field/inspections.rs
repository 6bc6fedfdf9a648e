//! Visits enter: every answer is kept, each failed one becomes a finding, and a correction keeps both bodies.

use super::{
    answer::{Changed, Refusal},
    entry::{Belongs, Effect, Entry, Outcome},
    findings::{self, Opened, Openness},
    visit::Visit,
};
use crate::{
    app::{AppError, AppResult},
    domain::{
        clock::local_day,
        field::{
            envelope::{FileRef, Unreadable},
            flag::{Flag, FlagCode},
            inspection::{CorrectionBody, InspectionBody, MAX_TEXT, clean},
        },
        people::scope::Scope,
        standards::judge::Verdict,
        tickets::{
            State, Ticket,
            machine::{self, Step},
        },
    },
    store::{self, changes::ChangeRow, field::inspections::InspectionRow},
};
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// `inspection.submit/1`.
pub async fn submit(entry: &Entry<'_>) -> AppResult<Result<Effect, Unreadable>> {
    let body: InspectionBody = match entry.envelope.payload() {
        Ok(body) => body,
        Err(unreadable) => return Ok(Err(unreadable)),
    };
    let visit = match Visit::read(entry, &body).await? {
        Ok(visit) => visit,
        Err(refusal) => return Ok(Ok(Effect::refused(refusal))),
    };
    let row = visit.row(entry);
    if !store::field::inspections::insert(entry.tx, row.clone()).await? {
        // The same visit under another operation id: its first content stands, this one is kept beside it.
        let missing = visit.name_files(entry, &HashMap::new()).await?;
        let flags = vec![FlagCode::Forked.with(body.inspection_id.to_string())];
        return Ok(Ok(Effect {
            flags,
            missing,
            subject: Some(("inspection", body.inspection_id)),
            outcome: Outcome::Nothing,
            ..Effect::default()
        }));
    }
    let found = visit.open_findings(entry, &HashSet::new()).await?;
    Ok(Ok(visit.finish(entry, &row, found).await?))
}

/// `inspection.correct/1`: same author, 72 h unless the county says otherwise, the full new body; both stay readable.
pub async fn correct(entry: &Entry<'_>) -> AppResult<Result<Effect, Unreadable>> {
    let body: CorrectionBody = match entry.envelope.payload() {
        Ok(body) => body,
        Err(unreadable) => return Ok(Err(unreadable)),
    };
    // Read first: a round is held before its visits, as its release does.
    let visit = Visit::read(entry, &body.inspection).await?;
    let before = store::field::inspections::lock(entry.tx, entry.county, body.inspection_id).await?;
    let Some(before) = before
        .filter(|row| row.person_id == entry.author.person_id && row.id == body.inspection.inspection_id)
    else {
        return Ok(Ok(Effect::refused(Refusal::UnknownInspection)));
    };
    let mut visit = match visit {
        Ok(visit) => visit,
        Err(refusal) => return Ok(Ok(Effect::refused(refusal))),
    };
    let correctable = TimeDelta::hours(i64::from(entry.facts.settings().field.correction_hours));
    if entry.now() - before.accepted_at > correctable
        && entry.times.effective() - before.observed_at > correctable
    {
        visit.flags.push(FlagCode::CorrectionLate.flag());
    }
    visit.openness = openness_of(entry, &before).await?;
    let mut row = visit.row(entry);
    row.revision = before.revision + 1;
    row.version = before.version + 1;
    // When and for whom the visit was made does not change with its content.
    (row.observed_at, row.local_day, row.visible_from) =
        (before.observed_at, before.local_day.clone(), before.visible_from);
    (row.round_id, row.accepted_at) = (before.round_id, before.accepted_at);
    store::field::inspections::update(entry.tx, row.clone()).await?;

    let old = store::field::findings::of_inspection(entry.tx, entry.county, before.id).await?;
    visit.forgive_photos(entry, before.id, &old).await?;
    let kept: HashSet<Uuid> = visit.drafts.iter().map(|draft| draft.id).collect();
    let known: HashSet<Uuid> = old.iter().map(|finding| finding.id).collect();
    let dropped: Vec<_> = old
        .into_iter()
        .filter(|finding| !kept.contains(&finding.id) && finding.state != store::field::findings::WITHDRAWN)
        .collect();
    let mut changed = Vec::new();
    for ticket_id in dropped.iter().filter_map(|finding| finding.ticket_id) {
        match withdraw(entry, ticket_id, &body.reason).await? {
            Withdrawal::Done(change) => changed.push(change),
            Withdrawal::Issued(number) => {
                let flag = FlagCode::CorrectionAfterIssue.with(number);
                let told = findings::may_read(entry, ticket_id).await?;
                visit.flags.push(if told { flag } else { flag.for_office() });
            }
            Withdrawal::Ended => {}
        }
    }
    store::field::findings::withdraw(
        entry.tx,
        entry.county,
        dropped.iter().map(|finding| finding.id).collect(),
    )
    .await?;
    let mut found = visit.open_findings(entry, &known).await?;
    found.changed.append(&mut changed);
    Ok(Ok(visit.finish(entry, &row, found).await?))
}

/// A correction is as open as the visit that it corrects, whatever round its own body names.
async fn openness_of(entry: &Entry<'_>, before: &InspectionRow) -> AppResult<Openness> {
    let round = match before.round_id {
        Some(id) => store::rounds::get(entry.tx, entry.county, id).await?,
        None => None,
    };
    let mut openness = Openness::of(round.as_ref(), entry.now());
    if before.visible_from.is_none() {
        openness.visible_from = None;
    }
    Ok(openness)
}

enum Withdrawal {
    Done(Changed),
    /// Already issued: the office decides.
    Issued(String),
    Ended,
}

/// A finding taken back before anything was issued ends its ticket; later only the office can.
async fn withdraw(entry: &Entry<'_>, ticket_id: Uuid, reason: &str) -> AppResult<Withdrawal> {
    let scope = Scope::County { county: entry.county };
    let Some(mut ticket) = store::tickets::lock(entry.tx, scope, entry.now(), ticket_id).await? else {
        return Ok(Withdrawal::Ended);
    };
    if !ticket.state.is_open() {
        return Ok(Withdrawal::Ended);
    }
    if ticket.state != State::Pending || ticket.sightings > 1 {
        return Ok(Withdrawal::Issued(ticket.number.unwrap_or_default()));
    }
    if store::field::findings::any_waiting(entry.tx, entry.county, ticket.id).await? {
        // Somebody else saw it in a round that is still hidden: the fault stands, and the author is told nothing of why.
        return Ok(Withdrawal::Ended);
    }
    let step = Step::Withdraw { reason: entry.text(reason, MAX_TEXT) };
    let event = machine::apply(&mut ticket, &step, entry.when(), entry.facts.deadlines())
        .map_err(|_cause| AppError::Internal("withdrawal of a ticket that is not pending".into()))?;
    store::tickets::update(entry.tx, &ticket).await?;
    Ok(Withdrawal::Done(entry.record(&ticket, &event, ticket.unit_id).await?))
}

/// What the findings of a visit led to.
#[derive(Default)]
struct Found {
    changed: Vec<Changed>,
    flags: Vec<Flag>,
    /// Ticket of each (item, instance) that failed.
    tickets: HashMap<(String, String), Uuid>,
}

impl Visit<'_> {
    fn row(&self, entry: &Entry<'_>) -> InspectionRow {
        let arrived = self.body.place();
        let sheet = self.body.paper.as_ref().filter(|_| entry.is_paper());
        let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        let by_result = |verdict: Verdict| {
            count(
                u32::try_from(self.body.answers.iter().filter(|answer| answer.result == verdict).count())
                    .unwrap_or(u32::MAX),
            )
        };
        InspectionRow {
            id: self.body.inspection_id,
            county_id: entry.county,
            operation_id: entry.envelope.operation_id,
            round_id: self.openness.round_id,
            site_id: self.site.id,
            checklist_id: self.body.checklist_id,
            township_id: self.site.township_id,
            village_id: self.site.village_id,
            person_id: entry.author.person_id,
            post_id: entry.author.post_id,
            outcome: entry.text(&self.body.outcome, 32),
            answers: clean(serde_json::to_value(&self.body.answers).unwrap_or(Value::Array(Vec::new()))),
            passes: by_result(Verdict::Pass),
            fails: by_result(Verdict::Fail),
            not_applicable: by_result(Verdict::NotApplicable),
            not_observed: by_result(Verdict::NotObserved),
            score_permille: self.score.permille.map_or(-1, count),
            people_present: entry.text(&self.body.people_present, MAX_TEXT),
            note: entry.text(&self.body.note, MAX_TEXT),
            lon: arrived.map(|place| place.lon),
            lat: arrived.map(|place| place.lat),
            accuracy_m: arrived.and_then(|place| place.accuracy_m),
            distance_m: self.distance_m,
            observed_at: entry.times.effective(),
            local_day: local_day(entry.times.effective()).to_string(),
            accepted_at: entry.now(),
            visible_from: self.openness.visible_from,
            revision: 1,
            version: 1,
            capture: entry.envelope.capture.as_deref().map(|text| entry.text(text, 32)),
            entered_by: entry.author.typist.map(|typist| typist.person_id),
            filled_by: sheet.and_then(|sheet| sheet.filled_by.as_deref()).map(|name| entry.text(name, 200)),
            far_reason: self.body.far_reason().map(|reason| entry.text(reason, MAX_TEXT)),
            source: Some(findings::source(entry.author.role).to_owned()),
        }
    }

    /// Opens tickets for the findings that are new.
    async fn open_findings(&self, entry: &Entry<'_>, known: &HashSet<Uuid>) -> AppResult<Found> {
        let mut found = Found::default();
        let mut rows = Vec::new();
        for draft in &self.drafts {
            let key = (draft.item_code.clone(), draft.instance_key.clone());
            if known.contains(&draft.id) {
                found.tickets.entry(key).or_insert_with(|| Ticket::id_of(draft.id));
                continue;
            }
            let Opened { ticket, changed, flags } =
                findings::open(entry, draft, Some(&self.site), self.openness).await?;
            found.flags.extend(flags);
            found.changed.extend(changed);
            if let Some(id) = ticket.id() {
                found.tickets.entry(key).or_insert(id);
            }
            rows.push(findings::row(entry, draft, Some(&self.site), self.openness, ticket));
        }
        store::field::findings::insert(entry.tx, rows).await?;
        Ok(found)
    }

    /// Photos of a failed item belong to its ticket, all others to the visit.
    async fn name_files(
        &self,
        entry: &Entry<'_>,
        tickets: &HashMap<(String, String), Uuid>,
    ) -> AppResult<Vec<String>> {
        let visit = self.body.inspection_id;
        let files = &entry.envelope.files;
        let ticket_of = |file: &FileRef| {
            // A drawing belongs where its photo does.
            let drawn_on = file.of_file_id.filter(|_| file.role == "annotation");
            let file = files.iter().find(|other| drawn_on == Some(other.file_id)).unwrap_or(file);
            let item = file.item_path.clone()?;
            let instance = file.instance_key.clone().unwrap_or_default();
            tickets.get(&(item, instance)).copied()
        };
        entry
            .name_files(
                Some(self.site.township_id),
                Some(self.site.village_id),
                self.openness.visible_from,
                |file| match ticket_of(file) {
                    Some(ticket) => Belongs { subject: "ticket", subject_id: ticket, urgent: true },
                    None => Belongs { subject: "inspection", subject_id: visit, urgent: false },
                },
            )
            .await
    }

    async fn finish(self, entry: &Entry<'_>, row: &InspectionRow, found: Found) -> AppResult<Effect> {
        let missing = self.name_files(entry, &found.tickets).await?;
        // The site's card shows the latest visit; a township hears of it when it may see the visit.
        entry.tell(ChangeRow::of_site(&self.site, None, row.visible_from));
        entry.tell(ChangeRow {
            county_id: entry.county,
            noun: "inspections",
            object_id: row.id,
            version: row.version,
            township_before: None,
            township_after: Some(row.township_id),
            village_id: Some(row.village_id),
            person_id: Some(row.person_id),
            visible_from: row.visible_from,
            gone: false,
        });
        let visit = Changed {
            noun: "inspections".into(),
            id: row.id,
            version: row.version,
            state: None,
            number: None,
        };
        let mut changed = vec![visit];
        changed.extend(found.changed);
        let mut flags = self.flags;
        flags.extend(found.flags);
        Ok(Effect {
            flags,
            changed,
            subject: Some(("inspection", row.id)),
            missing,
            township: Some(row.township_id),
            ..Effect::default()
        })
    }
}
