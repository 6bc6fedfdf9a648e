//! What a county decides for itself, in one document: every value has a default, bounds, and one place where it acts
//! (decisions.md 5: never constants in code). The defaults are ours (domain.md 4.4, 5) until the office changes them.

mod care;
mod duties;

pub use care::CareRules;
pub use duties::DutyRules;
pub mod checks;

use super::score::GATE_PERMILLE;
use crate::domain::{
    colours::rules::ColourRules,
    evidence::{flag::PhotoFlag, rules::EvidenceRules},
    notices::settings::NoticeRules,
    tickets::deadline::WorkingHours,
};
use checks::Checks;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// Everything that a county sets. What a stored document does not name has its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CountySettings {
    pub care: CareRules,
    pub colours: ColourRules,
    pub checks: Checks,
    pub deadlines: Deadlines,
    pub duties: DutyRules,
    pub evidence: EvidenceRules,
    pub field: FieldRules,
    pub notices: NoticeRules,
    pub scoring: Scoring,
    pub words: Words,
}

/// How deadlines are counted; a change counts for what is issued from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    /// Hours in which offices work, in order and apart.
    pub working_hours: Vec<Span>,
    /// Working hours that a ticket due on the same day leaves at least.
    pub same_day_hours: u32,
    /// Working days within which a unit accepts; later counts as slow.
    pub accept_days: u32,
    /// Working days by which a unit means to be ready before its date 提前量; 0 = none. Reminders go by that day, lateness does not.
    pub lead_days: u32,
    /// Working days that a returned repair has at least.
    pub rework_days: u32,
    /// A ticket is due soon when at most this many working days are left …
    pub due_soon_days: u32,
    /// … or this share of its time in percent, whichever is later: one day's work is not "soon" from its first minute.
    pub due_soon_percent: u32,
    /// Days after closing within which a static fault that is seen again is the same one come back …
    pub relapse_static_days: u32,
    /// … and one that is not static.
    pub relapse_dynamic_days: u32,
}

/// A span of a working day, `HH:MM`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: String,
    pub to: String,
}

/// What is asked of field work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FieldRules {
    /// Metres from the site beyond which an inspector says why, and the visit is flagged.
    pub far_from_site_m: u32,
    /// Radius in metres that a position without accuracy is taken to have; a circle over a border asks the office.
    pub border_accuracy_m: u32,
    /// Hours in which the author corrects a visit without a flag.
    pub correction_hours: u32,
    /// Days after which the office may go on without a photo that has not come.
    pub photo_waiver_days: u32,
}

/// How visits are scored. Weights belong to the items of the checklists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scoring {
    /// Highest score of a visit with a critical static fault, in thousandths.
    pub gate_permille: u32,
}

/// Words that differ from county to county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// 检查人员, 督查员, …
    pub inspector_zh: String,
    pub inspector_en: String,
}

impl Default for Deadlines {
    fn default() -> Self {
        let span = |from: &str, to: &str| Span { from: from.into(), to: to.into() };
        Self {
            working_hours: vec![span("09:00", "12:00"), span("14:00", "18:00")],
            same_day_hours: 4,
            accept_days: 1,
            lead_days: 0,
            rework_days: 1,
            due_soon_days: 2,
            due_soon_percent: 25,
            relapse_static_days: 30,
            relapse_dynamic_days: 7,
        }
    }
}

impl Default for FieldRules {
    fn default() -> Self {
        Self { far_from_site_m: 150, border_accuracy_m: 100, correction_hours: 72, photo_waiver_days: 7 }
    }
}

impl Default for Scoring {
    fn default() -> Self {
        Self { gate_permille: GATE_PERMILLE }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self { inspector_zh: "检查人员".into(), inspector_en: "Inspector".into() }
    }
}

/// Longest word, in characters.
const WORD_MAX: usize = 16;

impl Words {
    /// Why a word cannot be used: Chinese, English.
    pub fn fault(word: &str) -> Option<(String, String)> {
        let usable = !word.trim().is_empty() && word.chars().count() <= WORD_MAX;
        (!usable || word.chars().any(char::is_control))
            .then(|| (format!("1 到 {WORD_MAX} 个字"), format!("1 to {WORD_MAX} characters")))
    }
}

/// A fault of one field: JSON pointer, Chinese, English.
pub type Fault = (String, String, String);

impl CountySettings {
    /// Everything that cannot be used as it is.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let d = &self.deadlines;
        let e = &self.evidence;
        let numbers: [(&str, u32, RangeInclusive<u32>); 20] = [
            ("/deadlines/same_day_hours", d.same_day_hours, 0..=24),
            ("/deadlines/accept_days", d.accept_days, 0..=30),
            ("/deadlines/lead_days", d.lead_days, 0..=10),
            ("/deadlines/rework_days", d.rework_days, 0..=30),
            ("/deadlines/due_soon_days", d.due_soon_days, 0..=30),
            ("/deadlines/due_soon_percent", d.due_soon_percent, 1..=100),
            ("/deadlines/relapse_static_days", d.relapse_static_days, 0..=365),
            ("/deadlines/relapse_dynamic_days", d.relapse_dynamic_days, 0..=365),
            ("/field/far_from_site_m", self.field.far_from_site_m, 10..=10_000),
            ("/field/border_accuracy_m", self.field.border_accuracy_m, 0..=2_000),
            ("/field/correction_hours", self.field.correction_hours, 0..=720),
            ("/field/photo_waiver_days", self.field.photo_waiver_days, 1..=60),
            ("/scoring/gate_permille", self.scoring.gate_permille, 0..=1_000),
            // Strangers are 86 bits apart at least (photos.md 7): nobody may call them alike.
            ("/evidence/same_bits", e.same_bits, 0..=e.look_bits.min(48)),
            ("/evidence/look_bits", e.look_bits, 0..=72),
            ("/evidence/near_m", e.near_m, 20..=5_000),
            ("/evidence/coarse_m", e.coarse_m, 10..=5_000),
            ("/evidence/old_hours", e.old_hours, 1..=8_760),
            ("/evidence/speed_kmh", e.speed_kmh, 60..=1_200),
            ("/evidence/clock_minutes", e.clock_minutes, 10..=1_440),
        ];
        for (field, value, bounds) in numbers {
            if !bounds.contains(&value) {
                let (low, high) = (bounds.start(), bounds.end());
                faults.push((field.into(), format!("应在 {low} 到 {high} 之间"), format!("{low} to {high}")));
            }
        }
        faults.extend(self.care.faults());
        faults.extend(self.colours.faults());
        faults.extend(self.duties.faults());
        faults.extend(self.checks.faults());
        let settable = |code: &str| PhotoFlag::parse(code).is_some_and(|flag| !flag.is_by_people());
        for code in e.strengths.keys().filter(|code| !settable(code)) {
            faults.push((
                format!("/evidence/strengths/{code}"),
                "没有这种提示".into(),
                "there is no such flag".into(),
            ));
        }
        if self.hours().is_none() {
            faults.push((
                "/deadlines/working_hours".into(),
                "至少一段，每段如 09:00 到 12:00，按先后排列、不重叠".into(),
                "at least one span such as 09:00 to 12:00, in order and apart".into(),
            ));
        }
        for (field, word) in [
            ("/words/inspector_zh", &self.words.inspector_zh),
            ("/words/inspector_en", &self.words.inspector_en),
        ] {
            if let Some((zh, en)) = Words::fault(word) {
                faults.push((field.into(), zh, en));
            }
        }
        faults.extend(self.notices.faults());
        faults
    }

    /// The working hours; `None` when the spans are no hours of a day in order.
    pub fn hours(&self) -> Option<WorkingHours> {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let spans = &self.deadlines.working_hours;
        WorkingHours::new(
            spans.iter().map(|span| time(&span.from).zip(time(&span.to))).collect::<Option<_>>()?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_defaults_are_usable_and_an_empty_document_is_the_defaults() {
        assert!(CountySettings::default().faults().is_empty());
        assert_eq!(CountySettings::default().hours(), Some(WorkingHours::default()));
        let read: CountySettings = serde_json::from_value(json!({})).unwrap();
        assert_eq!(read, CountySettings::default());
        let read: CountySettings =
            serde_json::from_value(json!({ "field": { "far_from_site_m": 300 } })).unwrap();
        assert_eq!((read.field.far_from_site_m, read.field.correction_hours), (300, 72));
        assert!(serde_json::from_value::<CountySettings>(json!({ "colour": 1 })).is_err());
    }

    #[test]
    fn each_bad_value_is_named_by_its_field() {
        let mut bad = CountySettings::default();
        bad.field.far_from_site_m = 0;
        bad.scoring.gate_permille = 1_001;
        bad.deadlines.working_hours = vec![Span { from: "12:00".into(), to: "09:00".into() }];
        bad.words.inspector_zh = " ".into();
        let fields: Vec<String> = bad.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(
            fields,
            [
                "/field/far_from_site_m",
                "/scoring/gate_permille",
                "/deadlines/working_hours",
                "/words/inspector_zh"
            ]
        );
        for spans in [vec![], vec![("25:00", "26:00")], vec![("09:00", "13:00"), ("12:00", "18:00")]] {
            bad.deadlines.working_hours =
                spans.iter().map(|(from, to)| Span { from: (*from).into(), to: (*to).into() }).collect();
            assert_eq!(bad.hours(), None);
        }
    }
}
