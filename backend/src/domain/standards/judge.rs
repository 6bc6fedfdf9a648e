//! What an answer means: its verdict, what a fail makes, the score of a visit, and what a sealed visit should have had.
//!
//! Phone and server apply the same rules. Here nothing refuses: sealed work is accepted and what is odd becomes a flag (decisions.md 4).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::checklist::{AnswerKind, Camera, Checklist, Choice, Item, Makes, Severity};

/// What the inspector said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    PassFail(bool),
    Score(u32),
    Count(u32),
    Choice(String),
    Text(String),
    NotApplicable,
    NotObserved,
    /// Something that fits no kind of answer.
    Unreadable,
}

impl Given {
    /// Reads `result` and `value` of an answer on the wire by the kind of its item: a pass-fail item says all in `result`, the others say
    /// in `value` what was seen.
    pub fn read(kind: AnswerKind, result: Verdict, value: &Value) -> Self {
        let number = || value.as_u64().and_then(|n| u32::try_from(n).ok());
        let text = || value.as_str().map(str::to_owned);
        match result {
            Verdict::NotApplicable => return Self::NotApplicable,
            Verdict::NotObserved => return Self::NotObserved,
            Verdict::Pass | Verdict::Fail => {}
        }
        match kind {
            AnswerKind::PassFail => Some(Self::PassFail(result == Verdict::Pass)),
            AnswerKind::Score => number().map(Self::Score),
            AnswerKind::Count => number().map(Self::Count),
            AnswerKind::Choice => text().map(Self::Choice),
            AnswerKind::Text => text().map(Self::Text),
        }
        .unwrap_or(Self::Unreadable)
    }

    /// As `visible_if` and `required_if` see it: the value; null where nothing was seen.
    fn value(&self) -> Value {
        match self {
            Self::PassFail(pass) => Value::from(*pass),
            Self::Score(n) | Self::Count(n) => Value::from(*n),
            Self::Choice(text) | Self::Text(text) => Value::from(text.as_str()),
            Self::NotApplicable | Self::NotObserved | Self::Unreadable => Value::Null,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    NotApplicable,
    NotObserved,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::NotObserved => "not_observed",
        }
    }
}

/// A verdict, and for a fail what it makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub consequence: Option<Consequence>,
}

/// What a failed answer makes, after its option has overruled its item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    pub makes: Makes,
    pub severity: Severity,
    pub is_static: bool,
    /// Working days; 0 where the finding is restricted.
    pub deadline_days: u32,
    pub department: String,
    pub restricted: bool,
    /// Words for the finding's title.
    pub title_zh: String,
}

/// Judges one answer. Where the answer does not fit its item (an option of another version, a value of another kind) the phone's own
/// verdict stands, so that a fault somebody saw is never lost; [`check`] flags it.
pub fn judge(item: &Item, given: &Given, claimed: Verdict) -> Judgement {
    let option = option_of(item, given);
    let verdict = match given {
        Given::NotApplicable => Verdict::NotApplicable,
        Given::NotObserved => Verdict::NotObserved,
        _ => match passes(item, given, option) {
            None => claimed,
            Some(true) => Verdict::Pass,
            Some(false) => Verdict::Fail,
        },
    };
    let consequence = (verdict == Verdict::Fail).then(|| consequence(item, option));
    Judgement { verdict, consequence }
}

fn option_of<'a>(item: &'a Item, given: &Given) -> Option<&'a Choice> {
    match given {
        Given::Choice(key) => item.options.iter().find(|option| option.key == *key),
        _ => None,
    }
}

/// `None` where the answer does not fit the item.
fn passes(item: &Item, given: &Given, option: Option<&Choice>) -> Option<bool> {
    match (item.answer, given) {
        (AnswerKind::PassFail, Given::PassFail(pass)) => Some(*pass),
        (AnswerKind::Score, Given::Score(n)) | (AnswerKind::Count, Given::Count(n)) => {
            item.pass_rule.map(|rule| rule.passes(*n))
        }
        (AnswerKind::Choice, Given::Choice(_)) => option.map(|option| !option.fail),
        (AnswerKind::Text, Given::Text(_)) => Some(true),
        _ => None,
    }
}

fn consequence(item: &Item, option: Option<&Choice>) -> Consequence {
    let restricted = option.and_then(|o| o.restricted).unwrap_or(item.restricted);
    let days = option.and_then(|o| o.deadline_days).unwrap_or(item.deadline_days);
    Consequence {
        makes: item.makes,
        severity: option.and_then(|o| o.severity).unwrap_or(item.severity),
        is_static: option.and_then(|o| o.is_static).unwrap_or(item.is_static),
        deadline_days: if restricted { 0 } else { days },
        department: item.department.clone(),
        restricted,
        title_zh: item.default_issue_zh.clone(),
    }
}

/// One answer of a visit with what belongs to it.
#[derive(Debug, Clone)]
pub struct VisitAnswer {
    pub item: String,
    /// Stall, room; '' where the site is one.
    pub instance: String,
    pub given: Given,
    /// The phone's own verdict.
    pub claimed: Verdict,
    /// Why not applicable, not observed, without photo, or from the album.
    pub reason: String,
    pub photos: Vec<Capture>,
}

/// How a photo came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    InPage,
    SystemCamera,
    Album,
    #[serde(other)]
    Unknown,
}

/// Something odd about a sealed visit; shown to the office, never a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flag {
    pub code: FlagCode,
    pub item: String,
    pub instance: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlagCode {
    /// The checklist has no such item.
    UnknownItem,
    /// An item that had to be answered was not.
    RequiredMissing,
    /// Answered although `visible_if` hides it.
    AnswerHidden,
    /// Two answers for the same item and instance.
    AnswerTwice,
    /// The value is of another kind, or names no option.
    AnswerUnreadable,
    /// A score above the highest.
    ScoreTooHigh,
    /// Not applicable where the item does not allow it.
    NotApplicableNotAllowed,
    /// Not applicable or not observed without a reason.
    ReasonMissing,
    /// The phone's verdict is not the server's.
    JudgedDifferently,
    /// A fail that needs a photo has none and does not say why.
    PhotoMissing,
    /// A fail that needs a photo says why it has none.
    PhotoReason,
    /// Photos only from the album and no reason.
    AlbumWithoutReason,
    /// A photo where none may be taken.
    PhotoForbidden,
}

impl FlagCode {
    pub const ALL: [Self; 13] = [
        Self::UnknownItem,
        Self::RequiredMissing,
        Self::AnswerHidden,
        Self::AnswerTwice,
        Self::AnswerUnreadable,
        Self::ScoreTooHigh,
        Self::NotApplicableNotAllowed,
        Self::ReasonMissing,
        Self::JudgedDifferently,
        Self::PhotoMissing,
        Self::PhotoReason,
        Self::AlbumWithoutReason,
        Self::PhotoForbidden,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownItem => "unknown_item",
            Self::RequiredMissing => "required_missing",
            Self::AnswerHidden => "answer_hidden",
            Self::AnswerTwice => "answer_twice",
            Self::AnswerUnreadable => "answer_unreadable",
            Self::ScoreTooHigh => "score_too_high",
            Self::NotApplicableNotAllowed => "not_applicable_not_allowed",
            Self::ReasonMissing => "reason_missing",
            Self::JudgedDifferently => "judged_differently",
            Self::PhotoMissing => "photo_missing",
            Self::PhotoReason => "photo_reason",
            Self::AlbumWithoutReason => "album_without_reason",
            Self::PhotoForbidden => "photo_forbidden",
        }
    }
}

/// The object that `visible_if` and `required_if` look at: item code to value; of several instances the first answer counts.
pub fn data(answers: &[VisitAnswer]) -> Value {
    let mut data = Map::new();
    for answer in answers {
        data.entry(answer.item.clone()).or_insert_with(|| answer.given.value());
    }
    Value::Object(data)
}

/// Whether the item is asked, given the other answers.
pub fn is_visible(item: &Item, data: &Value) -> bool {
    item.visible_if.as_ref().is_none_or(|rule| rule.holds(data))
}

/// What a sealed visit should have had and has not. Never a refusal.
pub fn check(list: &Checklist, answers: &[VisitAnswer]) -> Vec<Flag> {
    let data = data(answers);
    let mut flags = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for answer in answers {
        let mut flag =
            |code| flags.push(Flag { code, item: answer.item.clone(), instance: answer.instance.clone() });
        if !seen.insert((&answer.item, &answer.instance)) {
            flag(FlagCode::AnswerTwice);
        }
        let Some(item) = list.item(&answer.item) else {
            flag(FlagCode::UnknownItem);
            continue;
        };
        if !is_visible(item, &data) {
            flag(FlagCode::AnswerHidden);
        }
        let verdict = judge(item, &answer.given, answer.claimed).verdict;
        let unexplained = answer.reason.trim().is_empty();
        match (&answer.given, verdict) {
            (Given::NotApplicable, _) if !item.na_allowed => flag(FlagCode::NotApplicableNotAllowed),
            (Given::NotApplicable | Given::NotObserved, _) if unexplained => flag(FlagCode::ReasonMissing),
            (Given::NotApplicable | Given::NotObserved, _) => {}
            _ if passes(item, &answer.given, option_of(item, &answer.given)).is_none() => {
                flag(FlagCode::AnswerUnreadable);
            }
            _ => {}
        }
        if verdict != answer.claimed {
            flag(FlagCode::JudgedDifferently);
        }
        if let (Given::Score(given), Some(max)) = (&answer.given, item.max_score)
            && *given > max
        {
            flag(FlagCode::ScoreTooHigh);
        }
        if item.camera == Camera::Forbidden {
            if !answer.photos.is_empty() {
                flag(FlagCode::PhotoForbidden);
            }
        } else if item.photo_on_fail && verdict == Verdict::Fail {
            let only_album = answer.photos.iter().all(|capture| *capture == Capture::Album);
            if answer.photos.is_empty() {
                flag(if unexplained { FlagCode::PhotoMissing } else { FlagCode::PhotoReason });
            } else if only_album && unexplained {
                flag(FlagCode::AlbumWithoutReason);
            }
        }
    }
    for item in &list.items {
        let required =
            item.required_if.as_ref().map_or(item.answer != AnswerKind::Text, |rule| rule.holds(&data));
        let answered = answers.iter().any(|answer| answer.item == item.code);
        if required && !answered && is_visible(item, &data) {
            flags.push(Flag {
                code: FlagCode::RequiredMissing,
                item: item.code.clone(),
                instance: String::new(),
            });
        }
    }
    flags
}

/// The score of a visit with what it was made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Points met of the points that applied, in thousandths; `None` when nothing applied.
    pub permille: Option<u32>,
    pub met: u32,
    pub applicable: u32,
    pub passes: u32,
    pub fails: u32,
    pub not_applicable: u32,
    pub not_observed: u32,
    /// A critical static fail holds the score down to the gate.
    pub gated: bool,
}

/// Highest score with a critical static fail, in thousandths (domain.md 5); a setting of the county.
pub const GATE_PERMILLE: u32 = 690;

/// Σ weight·met ÷ Σ weight·applicable. An item asked of several instances is met when none of them fails.
pub fn score(list: &Checklist, answers: &[VisitAnswer], gate_permille: u32) -> Score {
    let data = data(answers);
    let mut worst: HashMap<&str, Verdict> = HashMap::new();
    let mut score = Score::default();
    for answer in answers {
        let Some(item) = list.item(&answer.item).filter(|item| is_visible(item, &data)) else { continue };
        let Judgement { verdict, consequence } = judge(item, &answer.given, answer.claimed);
        score.gated |= consequence.is_some_and(|c| c.is_static && c.severity == Severity::Critical);
        let counter = match verdict {
            Verdict::Pass => &mut score.passes,
            Verdict::Fail => &mut score.fails,
            Verdict::NotApplicable => &mut score.not_applicable,
            Verdict::NotObserved => &mut score.not_observed,
        };
        *counter += 1;
        let rank = |v: Verdict| match v {
            Verdict::Fail => 3,
            Verdict::Pass => 2,
            Verdict::NotObserved => 1,
            Verdict::NotApplicable => 0,
        };
        let slot = worst.entry(item.code.as_str()).or_insert(verdict);
        if rank(verdict) > rank(*slot) {
            *slot = verdict;
        }
    }
    for item in &list.items {
        match worst.get(item.code.as_str()) {
            Some(Verdict::Pass) => {
                score.met += item.weight;
                score.applicable += item.weight;
            }
            Some(Verdict::Fail) => score.applicable += item.weight,
            _ => {}
        }
    }
    // Rounded half up; u64 so that no weights can overflow it.
    let thousandths = (u64::from(score.met) * 2_000 + u64::from(score.applicable))
        .checked_div(u64::from(score.applicable) * 2)
        .and_then(|p| u32::try_from(p).ok());
    score.permille = thousandths.map(|p| if score.gated { p.min(gate_permille) } else { p });
    score
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
