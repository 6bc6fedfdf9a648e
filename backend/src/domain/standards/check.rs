//! What a sealed visit should have had, by the same rules as on the phone.
//!
//! Here nothing refuses: sealed work is accepted and what is odd becomes a flag (decisions.md 4).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::checklist::{Camera, Checklist, Item};
use super::judge::{Given, Verdict, judge, option_of, passes};
use super::sight::{self, Sight};

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
    /// The faults found under a failed answer, each with its own photos; empty where the answer itself is the only one.
    pub findings: Vec<VisitFinding>,
}

/// One fault under an answer.
#[derive(Debug, Clone)]
pub struct VisitFinding {
    pub instance: String,
    /// Why without photo, or from the album.
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
    /// An answer of a repeat group that does not say of which stall or room.
    InstanceMissing,
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
    pub const ALL: [Self; 14] = [
        Self::UnknownItem,
        Self::RequiredMissing,
        Self::AnswerHidden,
        Self::AnswerTwice,
        Self::InstanceMissing,
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
            Self::RequiredMissing => "answer_missing",
            Self::AnswerHidden => "answer_hidden",
            Self::AnswerTwice => "answer_twice",
            Self::InstanceMissing => "instance_missing",
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

/// What a sealed visit should have had and has not. Never a refusal.
pub fn check(list: &Checklist, answers: &[VisitAnswer]) -> Vec<Flag> {
    let shown = sight::shown(list, answers);
    let sight = Sight::of(list, &shown);
    let mut flags = Vec::new();
    let mut seen = HashSet::new();
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
        // What other answers hide counts as not given.
        if shown.iter().any(|one| std::ptr::eq(*one, answer)) {
            check_answer(item, answer, &sight, &mut flags);
        } else {
            flag(FlagCode::AnswerHidden);
        }
    }
    for item in &list.items {
        for instance in sight.instances(item) {
            if sight.is_required(item, instance) && !sight.is_answered(item, instance) {
                let instance = instance.to_owned();
                flags.push(Flag { code: FlagCode::RequiredMissing, item: item.code.clone(), instance });
            }
        }
    }
    flags
}

fn check_answer(item: &Item, answer: &VisitAnswer, sight: &Sight<'_>, flags: &mut Vec<Flag>) {
    let flag = |code, instance: &str| Flag { code, item: item.code.clone(), instance: instance.to_owned() };
    let mut odd = |code| flags.push(flag(code, &answer.instance));
    let skipped = matches!(answer.given, Given::NotApplicable | Given::NotObserved);
    // In a repeat group only "there is none" is said without naming a stall, whatever the item allows.
    let absent = sight.is_absent(item) && answer.instance.is_empty();
    if sight.repeats(item) && answer.instance.is_empty() && !(absent && skipped) {
        odd(FlagCode::InstanceMissing);
    }
    let verdict = judge(item, &answer.given, answer.claimed).verdict;
    let unexplained = answer.reason.trim().is_empty();
    if answer.given == Given::NotApplicable && !item.na_allowed && !absent {
        odd(FlagCode::NotApplicableNotAllowed);
    } else if skipped && unexplained {
        odd(FlagCode::ReasonMissing);
    } else if !skipped && passes(item, &answer.given, option_of(item, &answer.given)).is_none() {
        odd(FlagCode::AnswerUnreadable);
    }
    if verdict != answer.claimed {
        odd(FlagCode::JudgedDifferently);
    }
    if let (Given::Score(given), Some(max)) = (&answer.given, item.max_score)
        && *given > max
    {
        odd(FlagCode::ScoreTooHigh);
    }
    if item.camera == Camera::Forbidden {
        if !answer.photos.is_empty() || answer.findings.iter().any(|finding| !finding.photos.is_empty()) {
            odd(FlagCode::PhotoForbidden);
        }
    } else if item.photo_on_fail && verdict == Verdict::Fail {
        if answer.findings.is_empty() {
            flags.extend(check_photos(&answer.photos, unexplained).map(|code| flag(code, &answer.instance)));
        }
        for finding in &answer.findings {
            let odd = check_photos(&finding.photos, finding.reason.trim().is_empty());
            flags.extend(odd.map(|code| flag(code, &finding.instance)));
        }
    }
}

/// What is odd about the photos of one fault that needs one.
fn check_photos(photos: &[Capture], unexplained: bool) -> Option<FlagCode> {
    if photos.is_empty() {
        return Some(if unexplained { FlagCode::PhotoMissing } else { FlagCode::PhotoReason });
    }
    let only_album = photos.iter().all(|capture| *capture == Capture::Album);
    (only_album && unexplained).then_some(FlagCode::AlbumWithoutReason)
}
