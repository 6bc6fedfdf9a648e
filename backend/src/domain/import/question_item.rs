//! From a row of the sheet of checklists to the question that it makes, and what of a question it changes, in words.

use super::{
    question::{OptionCell, QuestionRow},
    question_words as words,
};
use crate::domain::{
    standards::checklist::{
        AnswerKind, Camera, Choice, Clause, Group, Item, Makes, PassRule, RuleOp, Severity, TOWNSHIP,
    },
    tickets::unit::DeadlineUnit,
};
use serde_json::Value;

/// Highest score where the sheet names none.
const SCORE: u32 = 10;
/// Longest title of a ticket, in characters.
const TITLE_MAX: usize = 200;

/// The question of a row: what it leaves empty stays as it was, or is the default of a new question.
pub fn item(
    row: &QuestionRow,
    before: Option<&Item>,
    group: Option<String>,
    department: Option<String>,
) -> Item {
    let answer = row.answer.or(before.map(|item| item.answer)).unwrap_or(match row {
        QuestionRow { options: Some(_), .. } => AnswerKind::Choice,
        QuestionRow { max_score: Some(_), .. } => AnswerKind::Score,
        QuestionRow { pass_rule: Some(_), .. } => AnswerKind::Count,
        _ => AnswerKind::PassFail,
    });
    let max_score = row.max_score.or(before.and_then(|item| item.max_score));
    let max_score = max_score.or((answer == AnswerKind::Score).then_some(SCORE));
    let pass_rule = row.pass_rule.or(before.and_then(|item| item.pass_rule)).or(match answer {
        AnswerKind::Score => {
            let most = max_score.unwrap_or(SCORE);
            let value = most.saturating_mul(6).div_ceil(10).min(most);
            Some(PassRule { op: RuleOp::AtLeast, value })
        }
        AnswerKind::Count => Some(PassRule { op: RuleOp::AtMost, value: 0 }),
        _ => None,
    });
    let severity = row.severity.or(before.map(|item| item.severity)).unwrap_or(Severity::Minor);
    let text = answer == AnswerKind::Text;
    let kept = before.map(|item| (item.deadline_days, item.deadline_unit));
    let (deadline_days, deadline_unit) = row.deadline.or(kept).unwrap_or_else(|| usual_deadline(severity));
    let camera = row.camera.or(before.map(|item| item.camera)).unwrap_or(Camera::Normal);
    let photo = row.photo_on_fail.or(before.map(|item| item.photo_on_fail));
    let clause = row.clause.clone().over(before.and_then(|item| Some(item.clause.as_ref()?.zh.clone())));
    let source = before.and_then(|item| item.clause.as_ref()?.source.clone());
    let source = row.clause_source.clone().over(source);
    // English that belonged to another sentence would be wrong, not only missing.
    let same = before.filter(|item| item.zh == row.zh);
    let options = row.options.as_ref().map(|cells| choices(cells, before.map_or(&[], |item| &item.options)));
    Item {
        code: row.code.clone(),
        zh: row.zh.clone(),
        en: row.en.clone().or(same.map(|item| item.en.clone())).unwrap_or_else(|| row.zh.clone()),
        answer,
        weight: row.weight.or(before.map(|item| item.weight)).unwrap_or(u32::from(!text)),
        makes: row.makes.or(before.map(|item| item.makes)).unwrap_or(if text {
            Makes::Score
        } else {
            Makes::Ticket
        }),
        is_static: row.is_static.or(before.map(|item| item.is_static)).unwrap_or(!text),
        camera,
        photo_on_fail: photo.unwrap_or(camera != Camera::Forbidden && !text),
        severity,
        deadline_days,
        deadline_unit,
        control_hours: row.control_hours.clone().over(before.and_then(|item| item.control_hours)),
        department: department
            .or(before.map(|item| item.department.clone()))
            .unwrap_or_else(|| TOWNSHIP.to_owned()),
        guidance_zh: row
            .guidance_zh
            .clone()
            .over(before.map(|item| item.guidance_zh.clone()))
            .unwrap_or_default(),
        group,
        clause: clause.map(|zh| Clause { zh, source }),
        examples: before.map(|item| item.examples.clone()).unwrap_or_default(),
        reasons_zh: row
            .reasons_zh
            .clone()
            .over(before.map(|item| item.reasons_zh.clone()))
            .unwrap_or_default(),
        default_issue_zh: row
            .default_issue_zh
            .clone()
            .or(before.map(|item| item.default_issue_zh.clone()))
            .unwrap_or_else(|| format!("不合格：{}", row.zh).chars().take(TITLE_MAX).collect()),
        na_allowed: row.na_allowed.or(before.map(|item| item.na_allowed)).unwrap_or(false),
        restricted: row.restricted.or(before.map(|item| item.restricted)).unwrap_or(false),
        pass_rule,
        max_score,
        unit: row.unit.clone().over(before.and_then(|item| item.unit.clone())),
        sample_size: row.sample_size.clone().over(before.and_then(|item| item.sample_size)),
        options: options.or(before.map(|item| item.options.clone())).unwrap_or_default(),
        visible_if: before.and_then(|item| item.visible_if.clone()),
        required_if: before.and_then(|item| item.required_if.clone()),
    }
}

fn usual_deadline(severity: Severity) -> (u32, DeadlineUnit) {
    let days = match severity {
        Severity::Minor => 7,
        Severity::Major => 3,
        Severity::Critical => 1,
    };
    (days, DeadlineUnit::WorkingDays)
}

/// An option keeps its key as long as it is called the same: figures count answers by their keys.
fn choices(cells: &[OptionCell], before: &[Choice]) -> Vec<Choice> {
    let mut taken: Vec<String> = before.iter().map(|option| option.key.clone()).collect();
    cells
        .iter()
        .map(|cell| {
            let known = before.iter().find(|option| option.zh == cell.zh);
            Choice {
                key: known.map_or_else(|| fresh("o", &mut taken), |option| option.key.clone()),
                zh: cell.zh.clone(),
                en: known.map_or_else(|| cell.zh.clone(), |option| option.en.clone()),
                fail: cell.fail,
                severity: cell.severity,
                is_static: cell.is_static,
                deadline_days: cell.deadline.map(|(days, _)| days),
                restricted: cell.restricted,
            }
        })
        .collect()
}

/// The first key of this beginning that nothing has.
pub fn fresh(beginning: &str, taken: &mut Vec<String>) -> String {
    let free = (1..=taken.len() + 1).map(|n| format!("{beginning}{n}")).find(|key| !taken.contains(key));
    let free = free.unwrap_or_default();
    taken.push(free.clone());
    free
}

/// An option whose deadline is counted otherwise than its question's, if there is one.
pub fn odd_unit(row: &QuestionRow, item: &Item) -> Option<String> {
    let odd = |cell: &&OptionCell| cell.deadline.is_some_and(|(_, unit)| unit != item.deadline_unit);
    row.options.iter().flatten().find(odd).map(|cell| cell.zh.clone())
}

/// A field that differs, as people read it: field, before, after.
pub type Difference = (&'static str, Option<String>, Option<String>);

/// What two questions of one code differ in. `named` says what a department is called.
pub fn differences(
    (old, old_groups): (&Item, &[Group]),
    (new, new_groups): (&Item, &[Group]),
    named: impl Fn(&str) -> String,
) -> Vec<Difference> {
    let (before, after) = (shown(old, old_groups, &named), shown(new, new_groups, &named));
    let pairs = before.into_iter().zip(after);
    let mut found: Vec<Difference> = pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| (field, before, after))
        .collect();
    // Whatever has no words of its own still counts.
    if found.is_empty() && old != new {
        found.push(("question", Some(old.code.clone()), Some(new.code.clone())));
    }
    found
}

/// The wire word of a value.
fn wire(value: impl serde::Serialize) -> Option<String> {
    match serde_json::to_value(value).ok()? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn shown(
    item: &Item,
    groups: &[Group],
    named: &impl Fn(&str) -> String,
) -> Vec<(&'static str, Option<String>)> {
    let filled = |text: String| (!text.is_empty()).then_some(text);
    let group = item.group.as_ref().map(|key| {
        groups.iter().find(|group| group.key == *key).map_or_else(|| key.clone(), |group| group.zh.clone())
    });
    let options: Vec<String> =
        item.options.iter().map(|option| words::shown_option(option, item.deadline_unit)).collect();
    vec![
        ("zh", Some(item.zh.clone())),
        ("group", group),
        ("answer", wire(item.answer)),
        ("options", filled(options.join("；"))),
        ("pass_rule", item.pass_rule.map(words::shown_rule)),
        ("max_score", wire(item.max_score)),
        ("unit", item.unit.clone()),
        ("sample_size", wire(item.sample_size)),
        ("weight", wire(item.weight)),
        ("severity", wire(item.severity)),
        ("static", wire(item.is_static)),
        ("makes", wire(item.makes)),
        ("deadline_days", Some(words::shown_deadline(item.deadline_days, item.deadline_unit))),
        ("control_hours", wire(item.control_hours)),
        ("department", Some(named(&item.department))),
        ("photo_on_fail", wire(item.photo_on_fail)),
        ("camera", wire(item.camera)),
        ("na_allowed", wire(item.na_allowed)),
        ("restricted", wire(item.restricted)),
        ("guidance_zh", filled(item.guidance_zh.clone())),
        ("default_issue_zh", Some(item.default_issue_zh.clone())),
        ("reasons_zh", filled(item.reasons_zh.join("；"))),
        ("clause", item.clause.as_ref().map(|clause| clause.zh.clone())),
        ("clause_source", item.clause.as_ref().and_then(|clause| clause.source.clone())),
        ("en", Some(item.en.clone())),
    ]
}
