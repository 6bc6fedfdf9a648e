//! What a county sets about notices: when the clock reminds, when messages go out, and their words.

use super::{kind::NoticeKind, template};
use crate::domain::standards::settings::Fault;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The section `notices` of the county's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeRules {
    /// Working days before a ticket is due on which its unit is reminded.
    pub due_days: Vec<u32>,
    /// Days of the month by which everything is to be finished, inclusive to 24:00, never rolled over; told on the working day before.
    pub monthly_dates: Vec<u32>,
    /// From when on a day the reminders of that day are written, `HH:MM`.
    pub day_at: String,
    /// When the one message a day goes out.
    pub digest_at: String,
    /// Also on days off.
    pub digest_on_days_off: bool,
    /// Between these times nothing goes out; equal = always.
    pub quiet_from: String,
    pub quiet_to: String,
    /// What is urgent goes out in that time too.
    pub urgent_in_quiet: bool,
    /// Kinds that go out at once instead of with the day's message.
    pub urgent_kinds: Vec<NoticeKind>,
    /// Days after which a notice is forgotten.
    pub keep_days: u32,
    /// The day's message to a township or department.
    pub digest_template: String,
    /// The day's message to the office's own group.
    pub office_template: String,
    pub urgent_template: String,
    pub mail_subject: String,
}

impl Default for NoticeRules {
    fn default() -> Self {
        Self {
            due_days: vec![7, 3, 1],
            monthly_dates: vec![25],
            day_at: "08:00".into(),
            digest_at: "08:30".into(),
            digest_on_days_off: false,
            quiet_from: "20:00".into(),
            quiet_to: "08:00".into(),
            urgent_in_quiet: false,
            urgent_kinds: vec![NoticeKind::Reminded, NoticeKind::Escalated, NoticeKind::ControlOverdue],
            keep_days: 60,
            digest_template: "【{county}】{unit} {date} 整改待办\n待签收 {to_accept} 件，整改中 {in_progress} 件，退回重改 {returned} 件，待核查 {submitted} 件\n\
                临期 {due_soon} 件，逾期 {overdue} 件\n{link}"
                .into(),
            office_template: "【{county}】{date} 县办待处理\n待交办 {to_issue} 件，待核查 {to_verify} 件，待答复 {requests} 件\n全县逾期 {overdue} 件\n{link}"
                .into(),
            urgent_template: "【{county}】{unit} 有 {urgent} 件事项需要马上处理\n{link}".into(),
            mail_subject: "{unit} 整改待办 {date}".into(),
        }
    }
}

/// A time of day as it is written; `None` for anything else.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

impl NoticeRules {
    /// Everything that cannot be used as it is.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut wrong =
            |field: String, zh: String, en: String| faults.push((format!("/notices/{field}"), zh, en));
        for (field, numbers, most) in
            [("due_days", &self.due_days, 30), ("monthly_dates", &self.monthly_dates, 31)]
        {
            let mut once = numbers.clone();
            once.sort_unstable();
            once.dedup();
            if numbers.len() > 5
                || once.len() != numbers.len()
                || numbers.iter().any(|n| !(1..=most).contains(n))
            {
                wrong(
                    field.into(),
                    format!("最多 5 个不同的数，每个 1 到 {most}"),
                    format!("at most 5 different numbers, each 1 to {most}"),
                );
            }
        }
        for (field, text) in [
            ("day_at", &self.day_at),
            ("digest_at", &self.digest_at),
            ("quiet_from", &self.quiet_from),
            ("quiet_to", &self.quiet_to),
        ] {
            if time_of_day(text).is_none() {
                wrong(field.into(), "时间如 08:30".into(), "a time such as 08:30".into());
            }
        }
        if !(7..=400).contains(&self.keep_days) {
            wrong("keep_days".into(), "应在 7 到 400 之间".into(), "7 to 400".into());
        }
        for (field, text) in [
            ("digest_template", &self.digest_template),
            ("office_template", &self.office_template),
            ("urgent_template", &self.urgent_template),
            ("mail_subject", &self.mail_subject),
        ] {
            if let Some((zh, en)) = template::fault(text) {
                wrong(field.into(), zh, en);
            }
        }
        if self.mail_subject.contains(char::is_control) {
            wrong("mail_subject".into(), "邮件标题只能一行".into(), "a subject is one line".into());
        }
        faults
    }

    pub fn is_urgent(&self, kind: NoticeKind) -> bool {
        self.urgent_kinds.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_usable_and_each_bad_value_is_named() {
        assert_eq!(NoticeRules::default().faults(), []);
        let bad = NoticeRules {
            due_days: vec![3, 3],
            monthly_dates: vec![32],
            day_at: "24:00".into(),
            keep_days: 1,
            urgent_template: "{name}".into(),
            mail_subject: "a\nb".into(),
            ..NoticeRules::default()
        };
        let fields: Vec<String> = bad.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(
            fields,
            ["due_days", "monthly_dates", "day_at", "keep_days", "urgent_template", "mail_subject"]
                .map(|field| format!("/notices/{field}"))
        );
    }
}
