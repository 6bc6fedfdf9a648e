//! Visits: every answer is kept, each failed one becomes a finding, and what the rules judge otherwise becomes a flag.

use super::{
    answer::{Changed, Refusal},
    entry::{Belongs, Effect, Entry},
    findings::{self, Draft, Opened, Openness},
};
use crate::{
    app::{AppError, AppResult},
    domain::{
        clock::local_day,
        field::{
            envelope::{FileRef, Unreadable},
            flag::{Flag, FlagCode},
            inspection::{
                AnswerBody, AnswerFinding, CorrectionBody, InspectionBody, MAX_TEXT, OUTCOMES, clean, shorten,
            },
            sheet::SHEET_ROLE,
        },
        people::scope::Scope,
        places::position::Point,
        standards::{
            check::{self, Capture, VisitAnswer, VisitFinding},
            checklist::{Checklist, Item},
            judge::{self, Given, Verdict},
            score::{self, Score},
        },
        tickets::{
            State, Ticket,
            machine::{self, Step},
        },
    },
    store::{
        self, changes::ChangeRow, field::inspections::InspectionRow, places::sites::Site, rounds::RoundRow,
    },
};
use chrono::TimeDelta;
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
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
            outcome: super::entry::Outcome::Nothing,
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
    let before = store::field::inspections::lock(entry.tx, entry.county, body.inspection_id).await?;
    let Some(before) = before
        .filter(|row| row.person_id == entry.author.person_id && row.id == body.inspection.inspection_id)
    else {
        return Ok(Ok(Effect::refused(Refusal::UnknownInspection)));
    };
    let mut visit = match Visit::read(entry, &body.inspection).await? {
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
    let step = Step::Withdraw { reason: shorten(reason, MAX_TEXT) };
    let event = machine::apply(&mut ticket, &step, entry.when(), entry.facts.deadlines())
        .map_err(|_cause| AppError::Internal("withdrawal of a ticket that is not pending".into()))?;
    store::tickets::update(entry.tx, &ticket).await?;
    Ok(Withdrawal::Done(entry.record(&ticket, &event, ticket.unit_id).await?))
}

/// A visit as read and judged, before anything is written.
struct Visit<'a> {
    body: &'a InspectionBody,
    site: Arc<Site>,
    openness: Openness,
    flags: Vec<Flag>,
    drafts: Vec<Draft>,
    score: Score,
    distance_m: Option<f64>,
}

/// What the findings of a visit led to.
#[derive(Default)]
struct Found {
    changed: Vec<Changed>,
    flags: Vec<Flag>,
    /// Ticket of each (item, instance) that failed.
    tickets: HashMap<(String, String), Uuid>,
}

impl<'a> Visit<'a> {
    /// Reads and judges; refused when the site is not in the author's county, or not on the land of a township's own people.
    async fn read(entry: &Entry<'_>, body: &'a InspectionBody) -> AppResult<Result<Self, Refusal>> {
        let Some(site) = entry.facts.site(entry.tx, body.site_id).await? else {
            return Ok(Err(Refusal::OutsideCounty));
        };
        if !entry.author.may_visit(site.township_id, site.village_id) {
            return Ok(Err(Refusal::NotPermitted));
        }
        let round: Option<RoundRow> = match body.round_id {
            Some(id) => store::rounds::get(entry.tx, entry.county, id).await?,
            None => None,
        };
        let mut openness = Openness::of(round.as_ref(), entry.now());
        let mut flags = Vec::new();
        if body.round_id.is_some() && round.is_none() {
            // It was made for some round, and nobody can say that townships may know of it.
            openness.visible_from = None;
            flags.push(FlagCode::UnknownRound.flag());
        }
        let mut visit = Self {
            body,
            openness,
            flags,
            drafts: Vec::new(),
            score: Score::default(),
            distance_m: None,
            site,
        };
        visit.judge_place(f64::from(entry.facts.settings().field.far_from_site_m));
        visit.judge_sheet(entry);
        let pinned = match body.checklist_id {
            Some(id) => entry.facts.checklist(entry.tx, id).await?,
            None => None,
        };
        visit.judge_answers(entry, pinned.as_ref().map(|(list, current)| (list.as_ref(), *current)));
        Ok(Ok(visit))
    }

    fn judge_place(&mut self, far_m: f64) {
        if self.site.status != store::places::sites::ACTIVE {
            self.flags.push(FlagCode::RetiredSite.flag());
        }
        let place = self.body.place();
        let here = place.and_then(|place| Point::new(place.lon, place.lat).ok());
        if let (Some(here), Ok(there)) = (here, Point::new(self.site.lon, self.site.lat)) {
            let metres = here.distance_m(there);
            self.distance_m = Some(metres);
            if metres > far_m + place.and_then(|place| place.accuracy_m).unwrap_or(0.0) {
                let reason = self.body.far_reason().map_or_else(String::new, |reason| format!(" · {reason}"));
                self.flags.push(FlagCode::FarFromSite.with(shorten(&format!("{metres:.0} m{reason}"), 200)));
            }
        }
    }

    /// Paper counts as much as a phone, so it is no oddity; only its sheet should be seen.
    fn judge_sheet(&mut self, entry: &Entry<'_>) {
        if !entry.is_paper() {
            return;
        }
        let sheet = self.body.paper.as_ref();
        if !entry.envelope.files.iter().any(|file| file.role == SHEET_ROLE) {
            let reason = sheet.and_then(|sheet| sheet.no_photo_reason.as_deref()).unwrap_or_default();
            self.flags.push(FlagCode::SheetMissing.with(shorten(reason, 200)));
        }
    }

    fn judge_answers(&mut self, entry: &Entry<'_>, pinned: Option<(&Checklist, bool)>) {
        if self.body.outcome != "inspected" {
            if !OUTCOMES.contains(&self.body.outcome.as_str()) {
                self.flags.push(FlagCode::UnknownItem.with(shorten(&self.body.outcome, 32)));
            }
            if self.body.answers.is_empty() {
                return;
            }
        }
        let Some((list, current)) = pinned else {
            self.flags.push(FlagCode::OldChecklist.with("unknown"));
            for answer in &self.body.answers {
                self.draft_findings(answer, None, None);
            }
            return;
        };
        if !current {
            self.flags.push(FlagCode::OldChecklist.flag());
        }
        let answers: Vec<VisitAnswer> = self
            .body
            .answers
            .iter()
            .map(|answer| visit_answer(answer, list, &entry.envelope.files))
            .collect();
        let found = check::check(list, &answers);
        self.flags.extend(
            found.into_iter().map(|flag| Flag::new(flag.code.as_str(), Some(shorten(&flag.item, 64)))),
        );
        self.score = score::score(list, &answers, entry.facts.settings().scoring.gate_permille);
        for (answer, judged) in self.body.answers.iter().zip(&answers) {
            let item = list.item(&answer.item);
            self.draft_findings(answer, item, Some(&judged.given));
        }
    }

    /// A failed answer makes findings; one that names none gets one whose id follows from visit, item and instance.
    fn draft_findings(&mut self, answer: &AnswerBody, item: Option<&Item>, given: Option<&Given>) {
        if answer.result != Verdict::Fail {
            return;
        }
        let implied = [AnswerFinding {
            finding_id: Uuid::new_v5(
                &self.body.inspection_id,
                format!("{}/{}", answer.item, answer.instance_key).as_bytes(),
            ),
            instance_key: None,
            title: None,
            note: answer.note.clone(),
            fixed_on_spot: false,
            missing_photo_reason: None,
        }];
        let listed: &[AnswerFinding] = if answer.findings.is_empty() { &implied } else { &answer.findings };
        // Where the rules would let it pass, the fault that somebody saw still weighs as its item says.
        let by = |item, given| judge::judge(item, given, Verdict::Fail).consequence;
        let made = item.and_then(|item| {
            given.and_then(|given| by(item, given)).or_else(|| by(item, &Given::Unreadable))
        });
        for finding in listed {
            let titled = finding.title.as_deref().filter(|title| !title.trim().is_empty());
            let default = made.as_ref().map_or(answer.item.as_str(), |made| made.title_zh.as_str());
            self.drafts.push(Draft {
                id: finding.finding_id,
                inspection_id: Some(self.body.inspection_id),
                item_code: shorten(&answer.item, 32),
                instance_key: shorten(finding.instance_key.as_deref().unwrap_or(&answer.instance_key), 128),
                title: shorten(titled.unwrap_or(default), 200),
                note: shorten(&finding.note, MAX_TEXT),
                severity: made.as_ref().map_or("minor", |made| made.severity.as_str()).to_owned(),
                is_static: made.as_ref().is_some_and(|made| made.is_static),
                restricted: made.as_ref().is_some_and(|made| made.restricted),
                makes: made.as_ref().map_or("ticket", |made| made.makes.as_str()).to_owned(),
                department: made.as_ref().map_or("township", |made| made.department.as_str()).to_owned(),
                deadline_days: made
                    .as_ref()
                    .map_or(5, |made| i32::try_from(made.deadline_days).unwrap_or(i32::MAX)),
                township: Some(self.site.township_id),
                village: Some(self.site.village_id),
                lon: Some(self.site.lon),
                lat: Some(self.site.lat),
                accuracy_m: None,
                border: false,
                fixed_on_spot: finding.fixed_on_spot,
            });
        }
    }

    /// A correction carries only new files: the photos that its visit already has still count.
    async fn forgive_photos(
        &mut self,
        entry: &Entry<'_>,
        visit: Uuid,
        findings: &[store::field::findings::FindingRow],
    ) -> AppResult<()> {
        let subjects = findings.iter().filter_map(|finding| finding.ticket_id).chain([visit]).collect();
        let county = Scope::County { county: entry.county };
        let files = store::field::named::of_subjects(entry.tx, county, entry.now(), subjects).await?;
        let seen: HashSet<String> = files.into_iter().filter_map(|file| file.item_path).collect();
        self.flags.retain(|flag| {
            let forgiven = flag.detail.as_ref().is_some_and(|item| seen.contains(item));
            flag.code != FlagCode::PhotoMissing.as_str() || !forgiven
        });
        Ok(())
    }

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
            outcome: shorten(&self.body.outcome, 32),
            answers: clean(serde_json::to_value(&self.body.answers).unwrap_or(Value::Array(Vec::new()))),
            passes: by_result(Verdict::Pass),
            fails: by_result(Verdict::Fail),
            not_applicable: by_result(Verdict::NotApplicable),
            not_observed: by_result(Verdict::NotObserved),
            score_permille: self.score.permille.map_or(-1, count),
            people_present: shorten(&self.body.people_present, MAX_TEXT),
            note: shorten(&self.body.note, MAX_TEXT),
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
            capture: entry.envelope.capture.as_deref().map(|text| shorten(text, 32)),
            entered_by: entry.author.typist.map(|typist| typist.person_id),
            filled_by: sheet.and_then(|sheet| sheet.filled_by.as_deref()).map(|name| shorten(name, 200)),
            far_reason: self.body.far_reason().map(|reason| shorten(reason, MAX_TEXT)),
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

/// An answer with the photos that belong to it, as the shared rules read it.
fn visit_answer(answer: &AnswerBody, list: &Checklist, files: &[FileRef]) -> VisitAnswer {
    let null = Value::Null;
    let value = answer.value.as_ref().unwrap_or(&null);
    let given = list
        .item(&answer.item)
        .map_or(Given::Unreadable, |item| Given::read(item.answer, answer.result, value));
    let said = answer.reason.as_deref();
    let own = of_answer(files, &answer.item, &answer.instance_key);
    let findings = answer.findings.iter().map(|finding| {
        let instance = finding.instance_key.as_deref().unwrap_or(&answer.instance_key);
        let photos = of_answer(files, &answer.item, instance);
        VisitFinding {
            instance: instance.to_owned(),
            reason: reasons([said, finding.missing_photo_reason.as_deref()], &photos),
            photos: photos.into_iter().map(capture).collect(),
        }
    });
    VisitAnswer {
        item: answer.item.clone(),
        instance: answer.instance_key.clone(),
        given,
        claimed: answer.result,
        reason: reasons([said, None], &own),
        findings: findings.collect(),
        photos: own.into_iter().map(capture).collect(),
    }
}

/// Everything that explains an answer or its photos.
fn reasons(given: [Option<&str>; 2], photos: &[&FileRef]) -> String {
    let of_photos = photos.iter().filter_map(|file| file.capture_reason.as_deref());
    given.into_iter().flatten().chain(of_photos).collect::<Vec<_>>().join(" ")
}

/// The pictures of one item and instance; what was drawn or said beside them is no proof of a fault.
fn of_answer<'a>(files: &'a [FileRef], item: &str, instance: &str) -> Vec<&'a FileRef> {
    files
        .iter()
        .filter(|file| file.item_path.as_deref() == Some(item))
        .filter(|file| file.instance_key.as_deref().unwrap_or_default() == instance)
        .filter(|file| !matches!(file.role.as_str(), "annotation" | "voice" | "paper"))
        .collect()
}

fn capture(file: &FileRef) -> Capture {
    match file.capture.as_deref() {
        Some("in_page") => Capture::InPage,
        Some("system_camera") => Capture::SystemCamera,
        Some("album") => Capture::Album,
        _ => Capture::Unknown,
    }
}
