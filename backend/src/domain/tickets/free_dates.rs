//! A ticket's dates worked out from its history as they would be without any campaign: what a zeroing date gives back when it holds no
//! more.

use super::Ticket;
use super::deadline::DeadlineRules;
use super::machine::Dates;
use crate::domain::{clock::Instant, standards::calendar::end_of_day};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One line of history, as far as dates go.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub transition: &'a str,
    pub data: &'a Value,
    pub observed_at: Instant,
    pub accepted_at: Instant,
}

impl Line<'_> {
    pub(super) fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.data[key].clone()).ok()
    }
}

/// Works them out, oldest line first; `None` while no clock runs.
pub fn free_dates<'a>(
    ticket: &Ticket,
    lines: impl IntoIterator<Item = Line<'a>>,
    rules: &DeadlineRules,
) -> Option<Dates> {
    let given = u32::try_from(ticket.deadline_days).unwrap_or(0);
    let fresh = |at| rules.due_in(at, ticket.deadline_unit, given);
    let rested = |(due, official): Dates, from, to| {
        let moved = |date| rules.rested(date, ticket.deadline_unit, (from, to));
        (moved(due), moved(official))
    };
    let mut dates: Option<Dates> = None;
    let (mut submitted, mut held) = (None, None);
    for line in lines {
        let at = line.accepted_at;
        match line.transition {
            "T2" | "release" if line.read::<Instant>("official_due_at").is_some() => {
                dates = Some((fresh(at), fresh(at)));
            }
            "T6" if line.data["wrongly_routed"] == true => dates = dates.map(|_| (fresh(at), fresh(at))),
            "T6" => {
                let asked = line.read("waited");
                dates = dates.zip(asked).map(|(was, asked)| rested(was, asked, at)).or(dates);
            }
            "T7" => {
                let day = line.read("day").map(end_of_day);
                dates = dates.zip(day).map(|((due, _), day)| (due.max(day), day)).or(dates);
            }
            "T8" | "referred" => held = line.read("waited").or(Some(at)),
            "T9" | "refer_done" | "refer_returned" => {
                let from = line.read("held_at").or(held);
                dates = dates.zip(from).map(|(was, from)| rested(was, from, at)).or(dates);
            }
            "T10" => submitted = Some(line.observed_at),
            "T12" => {
                let moved = dates.zip(submitted).map(|(was, from)| rested(was, from, at));
                let grace = rules.due_at(at, rules.rework_days);
                dates = moved.map(|(due, official)| (due.max(grace), official)).or(dates);
            }
            "T13" => {
                let official = dates.map_or(fresh(at), |(_, was)| was.max(fresh(at)));
                dates = Some((official, official));
            }
            // A date that was set by hand stands.
            "T17" if line.data["before"]["official_due_at"] != line.data["after"]["official_due_at"] => {
                let set = serde_json::from_value(line.data["after"]["official_due_at"].clone()).ok();
                dates = set.map(|set: Instant| (set, set)).or(dates);
            }
            _ => {}
        }
    }
    dates
}
