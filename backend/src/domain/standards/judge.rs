//! What an answer means: its verdict, and what a fail makes. Phone and server apply the same rules.

use crate::domain::tickets::unit::DeadlineUnit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checklist::{AnswerKind, Choice, Item, Makes, Severity};

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
    pub(super) fn value(&self) -> Value {
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
    /// What those are counted in.
    pub deadline_unit: DeadlineUnit,
    /// Hours of the clock within which it is under control.
    pub control_hours: Option<u32>,
    pub department: String,
    pub restricted: bool,
    /// Words for the finding's title.
    pub title_zh: String,
}

/// Judges one answer. Where the answer does not fit its item (an option of another version, a value of another kind) the phone's own
/// verdict stands, so that a fault somebody saw is never lost; [`super::check`] flags it.
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

pub(super) fn option_of<'a>(item: &'a Item, given: &Given) -> Option<&'a Choice> {
    match given {
        Given::Choice(key) => item.options.iter().find(|option| option.key == *key),
        _ => None,
    }
}

/// `None` where the answer does not fit the item.
pub(super) fn passes(item: &Item, given: &Given, option: Option<&Choice>) -> Option<bool> {
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
        deadline_unit: if restricted { DeadlineUnit::WorkingDays } else { item.deadline_unit },
        control_hours: item.control_hours,
        department: item.department.clone(),
        restricted,
        title_zh: item.default_issue_zh.clone(),
    }
}
