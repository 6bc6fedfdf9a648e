//! One question of a checklist, and what an answer to it may be.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::logic::Logic;
use crate::domain::tickets::unit::DeadlineUnit;

/// One question. Codes are stable across versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors the file, where each is a key of its own")]
pub struct Item {
    pub code: String,
    pub zh: String,
    pub en: String,
    pub answer: AnswerKind,
    /// Points of `total_weight`.
    pub weight: u32,
    pub makes: Makes,
    #[serde(rename = "static")]
    pub is_static: bool,
    pub camera: Camera,
    /// A failed answer needs a photo; any camera path gives it, the album with a reason.
    pub photo_on_fail: bool,
    pub severity: Severity,
    /// Working days after issue; 0 = the same day. Hours where `deadline_unit` says so.
    pub deadline_days: u32,
    /// What the deadline is counted in; working days if absent.
    #[serde(default, skip_serializing_if = "DeadlineUnit::is_usual")]
    pub deadline_unit: DeadlineUnit,
    /// Of what cannot wait: hours of the clock within which it is under control, before it is repaired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_hours: Option<u32>,
    pub department: String,
    pub guidance_zh: String,
    /// Key of the group that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The rule behind the question, shown inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Clause>,
    /// Pictures of how it should and should not look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Phrases for a fail that one tap takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons_zh: Vec<String>,
    /// Title of the finding that a fail makes.
    pub default_issue_zh: String,
    pub na_allowed: bool,
    /// Its findings are shown only to those who handle them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub restricted: bool,
    /// For score and count: passes when `answer op value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_rule: Option<PassRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_score: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// JSONLogic over the other answers; absent = always asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub visible_if: Option<Logic>,
    /// JSONLogic over the other answers; absent = an answer is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub required_if: Option<Logic>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    PassFail,
    Score,
    Count,
    Choice,
    Text,
}

/// What a failed answer makes: a ticket, only a lower score, or a ticket with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Makes {
    Ticket,
    Score,
    Project,
}

impl Makes {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Score => "score",
            Self::Project => "project",
        }
    }
}

/// Whether a photo is normal, taken with a privacy hint, or not taken at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Camera {
    Normal,
    Warn,
    Forbidden,
}

/// Ordered: minor < major < critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Minor,
    Major,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Minor, Self::Major, Self::Critical].into_iter().find(|s| s.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassRule {
    pub op: RuleOp,
    pub value: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum RuleOp {
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "==")]
    Exactly,
}

impl PassRule {
    pub fn passes(self, given: u32) -> bool {
        match self.op {
            RuleOp::AtMost => given <= self.value,
            RuleOp::AtLeast => given >= self.value,
            RuleOp::Exactly => given == self.value,
        }
    }
}

/// One answer of a choice. What a failing one does not name comes from its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub fail: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, rename = "static", skip_serializing_if = "Option::is_none")]
    pub is_static: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted: Option<bool>,
}

/// The text of the rule that an item comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    pub zh: String,
    /// Where it stands: document and paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExampleKind {
    Good,
    Bad,
}

/// An example picture; its bytes are read from `/checklists/examples/{sha256}`. In a file `file` names the picture instead of its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub kind: ExampleKind,
    pub sha256: String,
    pub media_type: String,
    pub zh: String,
    pub en: String,
}
