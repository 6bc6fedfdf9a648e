//! What a checklist of a file has to keep to.

use std::collections::HashSet;

use super::super::logic::Logic;
use super::{AnswerKind, Camera, Checklist, DEADLINE_MAX, INSTANCE_MAX, Item, Makes};
use crate::domain::import::Faults;

/// Longest time, in hours, until something that cannot wait is under control.
const CONTROL_MAX: u32 = 168;

/// Most groups of one checklist: as many places as one stops at.
const GROUPS_MAX: usize = 20;
/// Most instances that a repeat group may allow: phones go no further.
const REPEAT_MAX: u32 = 60;
/// Most one-tap names or phrases beside a question.
const TAPS_MAX: usize = 60;
/// Most example pictures of one item.
const EXAMPLES_MAX: usize = 6;
/// Longest clause, in characters.
const CLAUSE_MAX: usize = 2000;

/// Everything that a checklist keeps to by itself, but for how many items it has and what their weights add up to.
pub(super) fn check_list(row: &str, list: &Checklist, departments: &HashSet<&str>, faults: &mut Faults) {
    key(row, "kind", &list.kind, faults);
    names(row, &[("zh", &list.zh), ("en", &list.en)], faults);
    check_groups(row, list, faults);
    for item in &list.items {
        check_item(item, list, departments, faults);
    }
}

/// Groups have names and items, and a repeat group says what its instances are called.
fn check_groups(row: &str, list: &Checklist, faults: &mut Faults) {
    if list.groups.len() > GROUPS_MAX {
        faults.add(row, "groups", format!("最多 {GROUPS_MAX} 组"), format!("at most {GROUPS_MAX} groups"));
    }
    unique(row, list.groups.iter().map(|group| group.key.as_str()), faults);
    for group in &list.groups {
        key(row, "groups", &group.key, faults);
        names(row, &[("groups", &group.zh), ("groups", &group.en)], faults);
        if !list.items.iter().any(|item| item.group.as_deref() == Some(group.key.as_str())) {
            faults.add(
                row,
                "groups",
                format!("“{}”里没有检查项", group.key),
                format!("\"{}\" has no items", group.key),
            );
        }
        let Some(repeat) = &group.repeat else { continue };
        names(row, &[("groups", &repeat.label_zh), ("groups", &repeat.label_en)], faults);
        if repeat.max.is_some_and(|max| !(1..=REPEAT_MAX).contains(&max)) {
            faults.add(
                row,
                "groups",
                format!("max 须在 1 至 {REPEAT_MAX} 之间"),
                format!("max must lie between 1 and {REPEAT_MAX}"),
            );
        }
        phrases(row, "groups", &repeat.suggestions, INSTANCE_MAX, faults);
    }
}

/// Short texts that one tap takes: present, trimmed, each once.
fn phrases(row: &str, field: &str, texts: &[String], longest: usize, faults: &mut Faults) {
    let fits = |text: &String| {
        !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= longest
            && !text.chars().any(char::is_control)
    };
    if texts.len() > TAPS_MAX || !texts.iter().all(fits) {
        faults.add(
            row,
            field,
            format!("最多 {TAPS_MAX} 条，每条 1 至 {longest} 个字，首尾无空格"),
            format!("at most {TAPS_MAX}, each of 1 to {longest} characters without spaces around it"),
        );
    }
    unique(row, texts.iter().map(String::as_str), faults);
}

fn check_item(item: &Item, list: &Checklist, departments: &HashSet<&str>, faults: &mut Faults) {
    use AnswerKind as Kind;
    let row = item.code.as_str();
    let mut fault = |field: &str, zh: &str, en: &str| faults.add(row, field, zh, en);
    let tail = item.code.strip_prefix(list.code_prefix.as_str()).and_then(|tail| tail.strip_prefix('-'));
    if item.code.len() > 32
        || !tail.is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        fault(
            "code",
            "须为“前缀-编号”，编号为字母或数字",
            "must be the prefix, a hyphen, then letters or digits",
        );
    }
    let ruled = matches!(item.answer, Kind::Score | Kind::Count);
    if ruled != item.pass_rule.is_some() {
        fault(
            "pass_rule",
            "评分和计数项须有合格线，其他项不能有",
            "score and count items have one, others do not",
        );
    }
    if (item.answer == Kind::Score) != item.max_score.is_some_and(|max| max > 0) {
        fault(
            "max_score",
            "评分项须有大于 0 的满分，其他项不能有",
            "score items have one above 0, others do not",
        );
    }
    if let (Some(max), Some(rule)) = (item.max_score, item.pass_rule)
        && rule.value > max
    {
        fault("pass_rule", "合格线高于满分", "lies above the highest score");
    }
    if (item.answer == Kind::Choice) != (item.options.len() >= 2) {
        fault(
            "options",
            "选择项须有至少两个选项，其他项不能有",
            "choice items have two or more, others have none",
        );
    }
    if item.answer == Kind::Choice && !item.options.iter().any(|o| o.fail) {
        fault("options", "至少一个选项须为不合格", "at least one must be a fail");
    }
    if item.answer == Kind::Choice && item.options.iter().all(|o| o.fail) {
        fault("options", "至少一个选项须为合格", "at least one must be a pass");
    }
    if item.answer == Kind::Text && (item.weight > 0 || item.makes != Makes::Score) {
        fault(
            "answer",
            "文字项不判合格，分值须为 0，makes 须为 score",
            "a text is not judged: weight 0 and makes score",
        );
    }
    if item.camera == Camera::Forbidden && item.photo_on_fail {
        fault("photo_on_fail", "禁止拍照的项不能要求照片", "cannot be asked where photos are forbidden");
    }
    let days = item.options.iter().filter_map(|o| o.deadline_days).chain([item.deadline_days]).max();
    if days.is_some_and(|days| days > DEADLINE_MAX) {
        fault("deadline_days", "最多 400 个工作日", "at most 400 working days");
    }
    let least = item.options.iter().filter_map(|o| o.deadline_days).chain([item.deadline_days]).min();
    if !item.deadline_unit.is_usual() && least == Some(0) {
        fault("deadline_days", "按小时计的至少 1 小时", "at least one hour where it is counted in hours");
    }
    if item.control_hours.is_some_and(|hours| !(1..=CONTROL_MAX).contains(&hours)) {
        fault("control_hours", "应在 1 到 168 之间", "1 to 168");
    }
    if !departments.contains(item.department.as_str()) {
        fault("department", "departments 里没有这个部门", "is not in departments");
    }
    check_rules(item, list, faults);
    check_help(item, faults);
    names(row, &[("zh", &item.zh), ("en", &item.en), ("default_issue_zh", &item.default_issue_zh)], faults);
    unique(row, item.options.iter().map(|o| o.key.as_str()), faults);
    for option in &item.options {
        key(row, "options", &option.key, faults);
        names(row, &[("options", &option.zh), ("options", &option.en)], faults);
    }
}

/// Rules name items whose answers they can see, and a group is one of the list.
fn check_rules(item: &Item, list: &Checklist, faults: &mut Faults) {
    let mut fault = |field: &str, zh: &str, en: &str| faults.add(&item.code, field, zh, en);
    for (field, rule) in [("visible_if", &item.visible_if), ("required_if", &item.required_if)] {
        for code in rule.iter().flat_map(Logic::variables) {
            let Some(named) = list.item(code).filter(|named| named.code != item.code) else {
                fault(field, "只能引用本清单的其他项", "may only name other items of this checklist");
                continue;
            };
            // What is asked of every stall has no single answer to look at from outside.
            if list.repeat_of(named).is_some() && named.group != item.group {
                fault(
                    field,
                    "不能引用另一个重复组里的项",
                    "may not name an item of another group that repeats",
                );
            }
        }
    }
    if item.group.as_ref().is_some_and(|key| !list.groups.iter().any(|group| group.key == *key)) {
        fault("group", "groups 里没有这一组", "is not in groups");
    }
}

/// What helps to answer: the rule's text, pictures, phrases.
fn check_help(item: &Item, faults: &mut Faults) {
    let row = item.code.as_str();
    if item.examples.len() > EXAMPLES_MAX {
        faults.add(row, "examples", "每项最多 6 张示例图", "at most 6 example pictures for an item");
    }
    for example in &item.examples {
        names(row, &[("examples", &example.zh), ("examples", &example.en)], faults);
    }
    if let Some(clause) = &item.clause {
        let odd = |c: char| c.is_control() && c != '\n';
        if clause.zh.trim().is_empty() || clause.zh.chars().count() > CLAUSE_MAX || clause.zh.contains(odd) {
            faults.add(
                row,
                "clause",
                format!("须为 1 至 {CLAUSE_MAX} 个字"),
                format!("must have 1 to {CLAUSE_MAX} characters"),
            );
        }
        if let Some(source) = &clause.source {
            names(row, &[("clause", source)], faults);
        }
    }
    phrases(row, "reasons_zh", &item.reasons_zh, 60, faults);
}

/// Texts that people read: present, of one paragraph. Markup stays text.
pub(super) fn names(row: &str, texts: &[(&str, &String)], faults: &mut Faults) {
    for (field, text) in texts {
        if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
            faults.add(row, field, "须为 1 至 200 个字", "must have 1 to 200 characters");
        }
    }
}

pub(super) fn key(row: &str, field: &str, text: &str, faults: &mut Faults) {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
        faults.add(row, field, "须为小写字母、数字或下划线", "must be small letters, digits or underscores");
    }
}

pub(super) fn unique<'a>(row: &str, keys: impl Iterator<Item = &'a str>, faults: &mut Faults) {
    let mut seen = HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            faults.add(row, "", format!("“{key}”重复"), format!("\"{key}\" stands twice"));
        }
    }
}
