//! The words of the sheet of checklists, in both languages, and how its values are written again for people.

use super::{question::OptionCell, text};
use crate::domain::{
    standards::checklist::{AnswerKind, Camera, Choice, Makes, PassRule, RuleOp, Severity},
    tickets::unit::DeadlineUnit,
};

/// A word without width, spaces and case.
fn word(given: &str) -> String {
    text::code(given).to_lowercase()
}

/// What a column takes, for the person who wrote something else.
pub fn expected(field: &str) -> (&'static str, &'static str) {
    match field {
        "answer" => ("是否合格、评分、计数、选择、文字", "pass_fail, score, count, choice or text"),
        "severity" => ("一般、重点、危急", "minor, major or critical"),
        "makes" => ("整改单、只计分、项目", "ticket, score or project"),
        "camera" => ("正常、提醒隐私、不许拍照", "normal, warn or forbidden"),
        "pass_rule" => ("≥6、≤0、=1 这样的合格线", "a line such as >=6, <=0 or =1"),
        "deadline_days" => ("5（工作日）、8工作小时、24小时", "5 (working days), 8 working hours, 24 hours"),
        "options" => ("用分号隔开的选项", "options split by semicolons"),
        "static" | "photo_on_fail" | "na_allowed" | "restricted" => ("是、否", "yes or no"),
        _ => ("整数", "a whole number"),
    }
}

pub fn yes(given: &str) -> Option<bool> {
    match word(given).as_str() {
        "是" | "yes" | "y" | "true" | "1" | "√" | "✓" | "对" | "需要" | "要" => Some(true),
        "否" | "不" | "no" | "n" | "false" | "0" | "×" | "x" | "✗" | "不需要" | "不要" => {
            Some(false)
        }
        _ => None,
    }
}

pub fn number(given: &str) -> Option<u32> {
    word(given).parse().ok()
}

pub fn hours(given: &str) -> Option<u32> {
    let given = word(given);
    let ends = ["个小时", "小时", "hours", "hour", "h"];
    ends.iter().find_map(|end| given.strip_suffix(end)).unwrap_or(&given).parse().ok()
}

pub fn answer(given: &str) -> Option<AnswerKind> {
    match word(given).as_str() {
        "是否合格" | "合格" | "合格/不合格" | "合格不合格" | "判断" | "判断题" | "pass_fail" | "passfail" => {
            Some(AnswerKind::PassFail)
        }
        "评分" | "打分" | "评分题" | "score" => Some(AnswerKind::Score),
        "计数" | "数量" | "计数题" | "count" => Some(AnswerKind::Count),
        "选择" | "单选" | "选择题" | "choice" => Some(AnswerKind::Choice),
        "文字" | "填空" | "文字题" | "text" => Some(AnswerKind::Text),
        _ => None,
    }
}

pub fn severity(given: &str) -> Option<Severity> {
    let given = word(given);
    Severity::parse(&given).or(match given.as_str() {
        "一般" => Some(Severity::Minor),
        "重点" => Some(Severity::Major),
        "危急" => Some(Severity::Critical),
        _ => None,
    })
}

pub fn makes(given: &str) -> Option<Makes> {
    match word(given).as_str() {
        "整改单" | "ticket" => Some(Makes::Ticket),
        "只计分" | "计分" | "score" => Some(Makes::Score),
        "项目" | "project" => Some(Makes::Project),
        _ => None,
    }
}

pub fn camera(given: &str) -> Option<Camera> {
    match word(given).as_str() {
        "正常" | "normal" => Some(Camera::Normal),
        "提醒隐私" | "提醒" | "warn" => Some(Camera::Warn),
        "不许拍照" | "禁止拍照" | "禁止" | "forbidden" => Some(Camera::Forbidden),
        _ => None,
    }
}

pub fn pass_rule(given: &str) -> Option<PassRule> {
    let given = word(given).replace(['＜', '〈'], "<").replace(['＞', '〉'], ">").replace('＝', "=");
    let signs = [
        (RuleOp::AtMost, &["<=", "≤", "≦", "不超过", "最多", "至多"][..]),
        (RuleOp::AtLeast, &[">=", "≥", "≧", "不少于", "至少", "不低于"][..]),
        (RuleOp::Exactly, &["==", "=", "等于"][..]),
    ];
    signs.into_iter().find_map(|(op, signs)| {
        let value = signs.iter().find_map(|sign| given.strip_prefix(sign))?.parse().ok()?;
        Some(PassRule { op, value })
    })
}

pub fn deadline(given: &str) -> Option<(u32, DeadlineUnit)> {
    let given = word(given);
    let at = given.find(|c: char| !c.is_ascii_digit()).unwrap_or(given.len());
    let (count, unit) = given.split_at(at);
    let unit = match unit {
        "" | "天" | "日" | "工作日" | "个工作日" | "day" | "days" | "workingday" | "workingdays" => {
            DeadlineUnit::WorkingDays
        }
        "工作小时" | "个工作小时" | "workinghour" | "workinghours" => DeadlineUnit::WorkingHours,
        "小时" | "个小时" | "hour" | "hours" | "h" => DeadlineUnit::UrgentHours,
        _ => return None,
    };
    Some((count.parse().ok()?, unit))
}

/// Texts split by semicolons or lines.
pub fn list(given: &str) -> Vec<String> {
    given.split(['；', ';', '\n']).map(text::name).filter(|one| !one.is_empty()).collect()
}

pub fn options(given: &str) -> Vec<OptionCell> {
    list(given).iter().map(|one| option(one)).collect()
}

/// `text（不合格，重点，2天）`; brackets that hold anything else are part of the text.
fn option(given: &str) -> OptionCell {
    let plain = |text: &str| OptionCell {
        zh: text.to_owned(),
        fail: false,
        severity: None,
        is_static: None,
        deadline: None,
        restricted: None,
    };
    let marked = || {
        let body = given.strip_suffix(['）', ')'])?;
        let at = body.rfind(['（', '('])?;
        let mut option = plain(&text::name(&body[..at]));
        for mark in body[at..].split(['（', '(', '，', ',', '、']).map(word).filter(|mark| !mark.is_empty())
        {
            match mark.as_str() {
                "合格" | "pass" => option.fail = false,
                "不合格" | "fail" => option.fail = true,
                "静态" | "static" => option.is_static = Some(true),
                "动态" | "非静态" => option.is_static = Some(false),
                "限制公开" | "restricted" => option.restricted = Some(true),
                "公开" => option.restricted = Some(false),
                other => match (severity(other), deadline(other)) {
                    (Some(severity), _) => option.severity = Some(severity),
                    (None, Some(deadline)) => option.deadline = Some(deadline),
                    (None, None) => return None,
                },
            }
        }
        (!option.zh.is_empty()).then_some(option)
    };
    marked().unwrap_or_else(|| plain(given))
}

/// A choice as its cell would say it.
pub fn shown_option(option: &Choice, unit: DeadlineUnit) -> String {
    let mut marks = Vec::new();
    if option.fail {
        marks.push("不合格".to_owned());
    }
    marks.extend(option.severity.map(|severity| {
        match severity {
            Severity::Minor => "一般",
            Severity::Major => "重点",
            Severity::Critical => "危急",
        }
        .to_owned()
    }));
    marks.extend(option.is_static.map(|is| if is { "静态" } else { "动态" }.to_owned()));
    marks.extend(option.deadline_days.map(|days| shown_deadline(days, unit)));
    marks.extend(option.restricted.map(|is| if is { "限制公开" } else { "公开" }.to_owned()));
    if marks.is_empty() { option.zh.clone() } else { format!("{}（{}）", option.zh, marks.join("，")) }
}

pub fn shown_deadline(count: u32, unit: DeadlineUnit) -> String {
    match unit {
        DeadlineUnit::WorkingDays => format!("{count}天"),
        DeadlineUnit::WorkingHours => format!("{count}工作小时"),
        DeadlineUnit::UrgentHours => format!("{count}小时"),
    }
}

pub fn shown_rule(rule: PassRule) -> String {
    let sign = match rule.op {
        RuleOp::AtMost => "≤",
        RuleOp::AtLeast => "≥",
        RuleOp::Exactly => "=",
    };
    format!("{sign}{}", rule.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_both_languages_and_widths() {
        assert_eq!(
            (severity("重 点"), severity("Critical"), severity("特急")),
            (Some(Severity::Major), Some(Severity::Critical), None)
        );
        assert_eq!((yes("√"), yes("FALSE"), yes("也许")), (Some(true), Some(false), None));
        assert_eq!((number("１０"), number("10.5")), (Some(10), None));
        for (given, op, value) in [
            ("≥６", RuleOp::AtLeast, 6),
            ("<= 0", RuleOp::AtMost, 0),
            ("＝1", RuleOp::Exactly, 1),
            ("至少3", RuleOp::AtLeast, 3),
        ] {
            assert_eq!(pass_rule(given), Some(PassRule { op, value }), "{given}");
        }
        assert_eq!((pass_rule("6"), pass_rule("<3")), (None, None), "which way is not guessed");
        assert_eq!(deadline("５个工作日"), Some((5, DeadlineUnit::WorkingDays)));
        assert_eq!(deadline("24 小时"), Some((24, DeadlineUnit::UrgentHours)));
        assert_eq!((deadline("一周"), deadline("")), (None, None));
        assert_eq!(hours("2小时"), Some(2));
    }

    #[test]
    fn options_with_marks_and_with_brackets_of_their_own() {
        let found = options("完好；卫生室（所）；松动（不合格，危急，2天）\n关门(fail)");
        let seen: Vec<_> = found.iter().map(|one| (one.zh.as_str(), one.fail)).collect();
        assert_eq!(seen, [("完好", false), ("卫生室（所）", false), ("松动", true), ("关门", true)]);
        assert_eq!(found[2].severity, Some(Severity::Critical));
        assert_eq!(found[2].deadline, Some((2, DeadlineUnit::WorkingDays)));
    }
}
