//! What inspectors write down in the quarter: which sites they see, and which questions fail there.

use crate::domain::standards::checklist::{
    AnswerKind, Camera, Checklist, Item, Makes, PassRule, RuleOp, Severity,
};
use serde_json::{Value, json};
use std::cmp::Reverse;
use uuid::Uuid;

/// A fault that a visit finds.
pub(super) struct Fault {
    pub(super) item: String,
    pub(super) instance: String,
    pub(super) finding: Uuid,
    /// What its pictures show.
    pub(super) scene: u64,
    pub(super) severity: Severity,
    /// Working days that the item gives.
    pub(super) days: i64,
}

/// Questions whose fault a photo may show, that become a ticket, and give at least so many days; faults that stay come
/// first, since they are what the zero board counts, and among them those with the longest dates.
pub(super) fn fitting(list: &Checklist, least: u32) -> Vec<&Item> {
    let fits = |item: &&Item| {
        item.makes == Makes::Ticket
            && item.severity < Severity::Critical
            && item.camera == Camera::Normal
            && !item.restricted
            && item.deadline_days >= least
    };
    let mut fitting: Vec<&Item> = list.items.iter().filter(fits).collect();
    fitting.sort_by_key(|item| (!item.is_static, Reverse(item.deadline_days)));
    fitting
}

/// Every question of the list answered, these failed.
pub(super) fn answers(list: &Checklist, faults: &[Fault]) -> Vec<Value> {
    list.items
        .iter()
        .map(|item| {
            let fault = faults.iter().find(|fault| fault.item == item.code);
            let instance = instance(list, item);
            let findings: Vec<Value> = fault
                .iter()
                .map(|fault| {
                    json!({
                        "finding_id": fault.finding, "instance_key": instance, "title": null, "note": "",
                        "fixed_on_spot": false, "missing_photo_reason": null,
                    })
                })
                .collect();
            json!({
                "item": item.code, "instance_key": instance,
                "result": if fault.is_some() { "fail" } else { "pass" },
                "value": value(item, fault.is_some()), "reason": null, "note": "", "findings": findings,
            })
        })
        .collect()
}

/// The one stall or room that was looked at, where the question is asked of each.
pub(super) fn instance(list: &Checklist, item: &Item) -> &'static str {
    if list.repeat_of(item).is_some() { "1" } else { "" }
}

/// A value of the question's kind that agrees with the result.
fn value(item: &Item, fails: bool) -> Value {
    match item.answer {
        AnswerKind::Choice => {
            let option = item.options.iter().find(|option| option.fail == fails);
            option.map_or(Value::Null, |option| json!(option.key))
        }
        AnswerKind::Score | AnswerKind::Count => json!(number(item.pass_rule, fails)),
        AnswerKind::PassFail | AnswerKind::Text => Value::Null,
    }
}

fn number(rule: Option<PassRule>, fails: bool) -> u32 {
    let Some(PassRule { op, value }) = rule else { return 0 };
    match (op, fails) {
        (_, false) => value,
        (RuleOp::AtLeast, true) => value.saturating_sub(1),
        (RuleOp::AtMost | RuleOp::Exactly, true) => value + 1,
    }
}
