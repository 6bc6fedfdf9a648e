//! The commands that people give, with all that they say.

use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Unit;

/// One command on one ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Issue {
        unit: Unit,
        days: u32,
        /// Hours within which it is to be under control.
        control: Option<u32>,
    },
    Decline,
    Accept,
    /// It is under control.
    Stage,
    Rectify {
        attempt: Uuid,
    },
    Submit {
        attempt: Uuid,
    },
    Verify {
        attempt: Uuid,
        failed: Option<&'static str>,
    },
    Void {
        reason: &'static str,
    },
    Keep {
        reason: &'static str,
    },
    Ask {
        request: Uuid,
        what: &'static str,
        day: Option<NaiveDate>,
        unit: Option<Unit>,
    },
    /// `days`: what a department gets for a referral. `day`: another day than the one that was asked for.
    Decide {
        request: Uuid,
        yes: bool,
        note: &'static str,
        unit: Option<Unit>,
        wrongly: bool,
        days: Option<u32>,
        day: Option<NaiveDate>,
    },
    Withdraw {
        request: Uuid,
    },
    ReferDone {
        request: Uuid,
    },
    ReferReturn {
        request: Uuid,
        reason: &'static str,
    },
    Resume,
    Merge {
        into: Uuid,
    },
    Relapse {
        finding: Uuid,
    },
    Remind,
    Edit {
        severity: Option<&'static str>,
        day: Option<NaiveDate>,
        /// Whether it is static, where that is said.
        fixed: Option<bool>,
        reason: &'static str,
    },
    Hard {
        hard: bool,
    },
    AnswerHard {
        until: NaiveDate,
    },
    Archive,
    /// A closed one that was drawn is looked at again.
    LookBack {
        held: bool,
    },
}

impl Command {
    /// Every kind.
    pub const KINDS: [&str; 23] = [
        "ticket.issue/1",
        "ticket.decline/1",
        "ticket.accept/1",
        "ticket.stage/1",
        "ticket.rectify/1",
        "ticket.submit/1",
        "ticket.verify/1",
        "ticket.void/1",
        "ticket.keep/1",
        "ticket.ask/1",
        "ticket.decide/1",
        "ticket.withdraw_ask/1",
        "ticket.refer_done/1",
        "ticket.refer_return/1",
        "ticket.resume/1",
        "ticket.merge/1",
        "ticket.relapse/1",
        "ticket.remind/1",
        "ticket.edit/1",
        "ticket.mark_hard/1",
        "ticket.answer_hard/1",
        "ticket.archive/1",
        "ticket.look_back/1",
    ];

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Issue { .. } => "ticket.issue/1",
            Self::Decline => "ticket.decline/1",
            Self::Accept => "ticket.accept/1",
            Self::Stage => "ticket.stage/1",
            Self::Rectify { .. } => "ticket.rectify/1",
            Self::Submit { .. } => "ticket.submit/1",
            Self::Verify { .. } => "ticket.verify/1",
            Self::Void { .. } => "ticket.void/1",
            Self::Keep { .. } => "ticket.keep/1",
            Self::Ask { .. } => "ticket.ask/1",
            Self::Decide { .. } => "ticket.decide/1",
            Self::Withdraw { .. } => "ticket.withdraw_ask/1",
            Self::ReferDone { .. } => "ticket.refer_done/1",
            Self::ReferReturn { .. } => "ticket.refer_return/1",
            Self::Resume => "ticket.resume/1",
            Self::Merge { .. } => "ticket.merge/1",
            Self::Relapse { .. } => "ticket.relapse/1",
            Self::Remind => "ticket.remind/1",
            Self::Edit { .. } => "ticket.edit/1",
            Self::Hard { .. } => "ticket.mark_hard/1",
            Self::AnswerHard { .. } => "ticket.answer_hard/1",
            Self::Archive => "ticket.archive/1",
            Self::LookBack { .. } => "ticket.look_back/1",
        }
    }

    /// What it says beside the ticket.
    pub fn payload(&self) -> Value {
        let unit = |unit: &Option<Unit>| match unit {
            Some(unit) => (json!(unit.kind()), json!(unit.id())),
            None => (Value::Null, Value::Null),
        };
        match self {
            Self::Issue { unit, days, control } => json!({
                "unit_kind": unit.kind(), "unit_id": unit.id(), "severity": null, "is_static": null, "deadline_days": days, "note": "",
                "control_hours": control,
            }),
            Self::Stage => json!({ "stage": "control", "note": "已围挡" }),
            Self::Decline => json!({ "reason": "不属实" }),
            Self::Accept => json!({ "person_named": "" }),
            Self::Rectify { attempt } | Self::Submit { attempt } => {
                json!({ "attempt_id": attempt, "note": "" })
            }
            Self::Verify { attempt, failed } => json!({
                "attempt_id": attempt, "verdict": if failed.is_some() { "failed" } else { "passed" }, "reason": failed, "note": "",
                "on_site": true, "position": null,
            }),
            Self::Void { reason } | Self::Keep { reason } => json!({ "reason": reason }),
            Self::Ask { request, what, day, unit: of } => {
                let (kind, id) = unit(of);
                json!({
                    "request_id": request, "what": what, "reason": "汛期", "wanted_day": day, "measure": "围挡", "unit_kind": kind,
                    "unit_id": id,
                })
            }
            Self::Decide { request, yes, note, unit: of, wrongly, days, day } => {
                let (kind, id) = unit(of);
                json!({
                    "request_id": request, "verdict": if *yes { "approved" } else { "denied" }, "note": note, "day": day,
                    "unit_kind": kind, "unit_id": id, "wrongly_routed": wrongly, "days": days,
                })
            }
            Self::Withdraw { request } => json!({ "request_id": request }),
            Self::ReferDone { request } => json!({ "request_id": request, "note": "" }),
            Self::ReferReturn { request, reason } => json!({ "request_id": request, "reason": reason }),
            Self::Resume | Self::Remind => json!({ "note": "" }),
            Self::Merge { into } => json!({ "into_ticket_id": into, "note": "" }),
            Self::Relapse { finding } => json!({ "finding_id": finding, "note": "" }),
            Self::Edit { severity, day, fixed, reason } => {
                json!({ "severity": severity, "is_static": fixed, "due_day": day, "reason": reason })
            }
            Self::AnswerHard { until } => json!({ "coordinator": "县住建局", "until": until, "note": "" }),
            Self::Hard { hard } => json!({ "hard": hard, "ask": if *hard { "协调" } else { "" } }),
            Self::Archive => json!({}),
            Self::LookBack { held } => {
                json!({ "result": if *held { "held" } else { "not_held" }, "note": "看过", "position": null })
            }
        }
    }

    /// Whether a command says what it has to say.
    pub fn is_readable(&self) -> bool {
        match self {
            Self::Void { reason } | Self::Keep { reason } | Self::Edit { reason, .. } => {
                !reason.trim().is_empty()
            }
            Self::Ask { what, day, .. } => ["send_back", "refer"].contains(what) || day.is_some(),
            Self::ReferReturn { reason, .. } => !reason.trim().is_empty(),
            Self::Decide { yes: false, note, .. } => !note.trim().is_empty(),
            _ => true,
        }
    }

    /// The roles that may give it at all (domain.md 4.1, 4.3).
    pub fn roles(&self) -> &'static [&'static str] {
        match self {
            Self::Issue { .. }
            | Self::Decline
            | Self::Void { .. }
            | Self::Keep { .. }
            | Self::Decide { .. }
            | Self::Resume
            | Self::Merge { .. }
            | Self::Remind
            | Self::Edit { .. }
            | Self::AnswerHard { .. }
            | Self::Archive => &["office"],
            Self::Accept => &["deputy_leader", "desk_officer", "department"],
            Self::Rectify { .. } | Self::Stage => {
                &["main_leader", "deputy_leader", "desk_officer", "village_cadre", "department"]
            }
            Self::ReferDone { .. } | Self::ReferReturn { .. } => &["department"],
            Self::Submit { .. } => &["deputy_leader", "desk_officer", "department"],
            Self::Verify { .. } => &["inspector", "office", "department"],
            Self::Ask { .. } | Self::Withdraw { .. } => {
                &["main_leader", "deputy_leader", "desk_officer", "department"]
            }
            Self::Relapse { .. } => &["inspector", "office", "department"],
            Self::LookBack { .. } => &["inspector", "office"],
            Self::Hard { .. } => &["office", "main_leader", "deputy_leader", "department"],
        }
    }
}

/// Who of a unit asks for what, and takes it back.
pub fn asks(what: &str) -> &'static [&'static str] {
    match what {
        "send_back" => &["desk_officer", "deputy_leader", "department"],
        "extension" => &["deputy_leader", "department"],
        "refer" => &["main_leader", "deputy_leader"],
        _ => &["main_leader", "department"],
    }
}
