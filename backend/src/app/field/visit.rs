//! A visit as read and judged before anything is written: what the rules judge otherwise becomes a flag, what failed a draft of a finding.

use super::{
    answer::Refusal,
    entry::Entry,
    findings::{Draft, Openness},
};
use crate::{
    app::AppResult,
    domain::{
        field::{
            envelope::FileRef,
            flag::{Flag, FlagCode},
            inspection::{AnswerBody, AnswerFinding, InspectionBody, MAX_TEXT, OUTCOMES, shorten},
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
    },
    store::{self, field::findings::FindingRow, places::sites::Site, rounds::RoundRow},
};
use serde_json::Value;
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// A visit as read and judged, before anything is written.
pub(super) struct Visit<'a> {
    pub(super) body: &'a InspectionBody,
    pub(super) site: Arc<Site>,
    pub(super) openness: Openness,
    pub(super) flags: Vec<Flag>,
    pub(super) drafts: Vec<Draft>,
    pub(super) score: Score,
    pub(super) distance_m: Option<f64>,
}

impl<'a> Visit<'a> {
    /// Reads and judges; refused when the site is not in the author's county, or not on the land of a township's own people.
    pub(super) async fn read(
        entry: &Entry<'_>,
        body: &'a InspectionBody,
    ) -> AppResult<Result<Self, Refusal>> {
        let Some(site) = entry.facts.site(entry.tx, body.site_id).await? else {
            return Ok(Err(Refusal::OutsideCounty));
        };
        if !entry.author.may_visit(site.township_id, site.village_id) {
            return Ok(Err(Refusal::NotPermitted));
        }
        let round: Option<RoundRow> = match body.round_id {
            Some(id) => store::rounds::hold(entry.tx, entry.county, id).await?,
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
                self.draft_findings(entry, answer, None, None);
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
            self.draft_findings(entry, answer, item, Some(&judged.given));
        }
    }

    /// A failed answer makes findings; one that names none gets one whose id follows from visit, item and instance.
    fn draft_findings(
        &mut self,
        entry: &Entry<'_>,
        answer: &AnswerBody,
        item: Option<&Item>,
        given: Option<&Given>,
    ) {
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
                item_code: entry.text(&answer.item, 32),
                instance_key: entry
                    .text(finding.instance_key.as_deref().unwrap_or(&answer.instance_key), 128),
                title: entry.text(titled.unwrap_or(default), 200),
                note: entry.text(&finding.note, MAX_TEXT),
                severity: made.as_ref().map_or("minor", |made| made.severity.as_str()).to_owned(),
                is_static: made.as_ref().is_some_and(|made| made.is_static),
                restricted: made.as_ref().is_some_and(|made| made.restricted),
                makes: made.as_ref().map_or("ticket", |made| made.makes.as_str()).to_owned(),
                department: made.as_ref().map_or("township", |made| made.department.as_str()).to_owned(),
                deadline_days: made
                    .as_ref()
                    .map_or(5, |made| i32::try_from(made.deadline_days).unwrap_or(i32::MAX)),
                deadline_unit: made.as_ref().map(|made| made.deadline_unit).unwrap_or_default(),
                control_hours: made
                    .as_ref()
                    .and_then(|made| made.control_hours)
                    .and_then(|hours| i32::try_from(hours).ok()),
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
    pub(super) async fn forgive_photos(
        &mut self,
        entry: &Entry<'_>,
        visit: Uuid,
        findings: &[FindingRow],
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
