//! What the events of one ticket say about a span of time: where it stood at its end, and what happened in it while which unit had it.
//! Nothing but events is read, so a figure made from this is explained by opening them.

use super::{limits, why::Why};
use crate::domain::{clock::Instant, people::role::UnitKind, tickets::State};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// One event as colours read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its place in the ticket's history.
    pub version: i32,
    pub transition: String,
    pub to: State,
    pub reason: String,
    pub data: Value,
    pub observed_at: Instant,
    pub accepted_at: Instant,
}

impl Line {
    /// When it counts: a repair that was put forward in time counts from its making, however late it arrived.
    pub fn at(&self) -> Instant {
        if self.says("arrived_late") { self.observed_at } else { self.accepted_at }
    }

    pub(super) fn says(&self, key: &str) -> bool {
        self.data[key].as_bool() == Some(true)
    }

    pub(super) fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.data[key].clone()).ok()
    }

    /// Whom it belongs to from now on, if this event gives it to a unit.
    fn given(&self) -> Option<Given> {
        let id: Uuid = self.read("unit_id")?;
        let kind: Option<UnitKind> = self.read("unit_kind");
        let township = Some(id).filter(|_| kind.is_none_or(|kind| kind == UnitKind::Township));
        matches!(self.transition.as_str(), "T1" | "T2" | "T6").then_some(Given { township })
    }
}

/// A change of hands.
struct Given {
    /// `None` = a department has it.
    township: Option<Uuid>,
}

/// A ticket and everything that happened to it, oldest first.
#[derive(Debug, Clone)]
pub struct Story {
    pub id: Uuid,
    pub number: String,
    /// Found by the township itself 自查.
    pub self_found: bool,
    /// The township that it was opened for; events since then name the unit themselves.
    pub opened_for: Option<Uuid>,
    pub lines: Vec<Line>,
}

/// An event, and when it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub event: i32,
    pub at: Instant,
}

/// Where a ticket stood at a moment, and by which events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood {
    /// The township that had it; `None` when it was a department's.
    pub unit: Option<Uuid>,
    pub state: State,
    /// Without one its township did not know of it, or it was mended on the spot.
    pub official_due: Option<Instant>,
    /// By when its unit was to have it done; a returned repair has longer than the official date.
    pub due: Option<Instant>,
    /// Whether the last repair was put forward by the date.
    pub in_time: Option<bool>,
    pub opened: Told,
    /// What gave it to its unit last.
    pub given: Told,
    /// What set its dates last.
    pub dated: Told,
    pub put_forward: Option<Told>,
    /// What stopped its clock last.
    pub held: Option<Told>,
    /// When it was last closed.
    pub closed: Option<Told>,
}

/// Something that counts in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    pub what: Why,
    /// The township to whose count it goes.
    pub unit: Option<Uuid>,
    pub at: Instant,
    /// The event that tells of it.
    pub event: i32,
    /// The date or hour that passed.
    pub by: Option<Instant>,
}

/// The stories that concern each township, so that each is worked out from its own only.
pub fn by_township(stories: &[Story]) -> HashMap<Uuid, Vec<&Story>> {
    let mut found: HashMap<Uuid, Vec<&Story>> = HashMap::new();
    for story in stories {
        let units = story.lines.iter().filter_map(Line::given).filter_map(|given| given.township);
        let units = units.chain(story.opened_for);
        for township in units.collect::<BTreeSet<_>>() {
            found.entry(township).or_default().push(story);
        }
    }
    found
}

impl Story {
    /// Whether it counts for anybody: what was voided, declined or merged never does.
    pub fn counts(&self) -> bool {
        !matches!(
            self.lines.last().map(|line| line.to),
            None | Some(State::Pending | State::Declined | State::Merged | State::Void)
        )
    }

    /// Where it stood just before `cutoff`.
    pub fn stood(&self, cutoff: Instant) -> Stood {
        let told = |line: &Line| Told { event: line.version, at: line.at() };
        let opened = self.lines.first().map_or(Told { event: 0, at: cutoff }, told);
        let mut stood = Stood {
            unit: self.opened_for,
            state: State::Pending,
            official_due: None,
            due: None,
            in_time: None,
            opened,
            given: opened,
            dated: opened,
            put_forward: None,
            held: None,
            closed: None,
        };
        for line in self.lines.iter().filter(|line| line.at() < cutoff) {
            stood.state = line.to;
            if let Some(given) = line.given() {
                (stood.unit, stood.given) = (given.township, told(line));
            }
            if line.data.get("official_due_at").is_some() {
                stood.official_due = line.read("official_due_at");
                stood.due = line.read("due_at").or(stood.official_due);
                stood.dated = told(line);
            }
            match line.transition.as_str() {
                "T8" | "referred" => stood.held = Some(told(line)),
                "T10" => (stood.in_time, stood.put_forward) = (Some(!line.says("late")), Some(told(line))),
                "T11" => stood.closed = Some(told(line)),
                "T13" => (stood.in_time, stood.put_forward, stood.closed) = (None, None, None),
                _ => {}
            }
        }
        stood
    }

    /// What happened from `from` until before `to`, and to which township's count it goes. What was taken back since is left out, and what
    /// was waited for from a unit whose ticket it never was, as the office agreed.
    pub fn happened(&self, from: Instant, to: Instant) -> Vec<Happened> {
        let mut happened: Vec<Happened> = limits::passed(self, to);
        let mut unit = self.opened_for;
        for (place, line) in self.lines.iter().enumerate() {
            let later = || self.lines[place + 1..].iter();
            let what = match line.transition.as_str() {
                "T15" if stands(line, "overdue_lifted", later()) => Some(Why::PastDue),
                "T12" if line.reason == "not_done" => Some(Why::Hollow),
                "T13" => Some(Why::Relapse),
                "denied" if line.data["what"] == "send_back" => Some(Why::SendBackDenied),
                "repair_not_shown"
                    if !later().any(|after| {
                        after.transition == "repair_shown"
                            && after.data["verdict_id"] == line.data["verdict_id"]
                    }) =>
                {
                    Some(Why::NotTheRepair)
                }
                "T16" => Some(Why::Reminded),
                _ => None,
            };
            let again = (line.transition == "T16" && line.says("reissued")).then_some(Why::Reissued);
            let counts = |what: &Why| !(what.is_of_waiting() && self.never_theirs(place));
            happened.extend(again.into_iter().chain(what).filter(counts).map(|what| Happened {
                what,
                unit,
                at: line.at(),
                event: line.version,
                by: line.read("due_at").filter(|_| what == Why::PastDue),
            }));
            if let Some(given) = line.given() {
                unit = given.township;
            }
        }
        happened.retain(|one| (from..to).contains(&one.at));
        happened
    }

    /// The township that had it behind a line.
    pub(super) fn unit_behind(&self, place: usize) -> Option<Uuid> {
        let given = self.lines[..=place].iter().filter_map(Line::given).next_back();
        given.map_or(self.opened_for, |given| given.township)
    }

    /// Only the next change of hands says whose it was meanwhile.
    pub(super) fn never_theirs(&self, place: usize) -> bool {
        self.lines[place + 1..]
            .iter()
            .find(|after| after.given().is_some())
            .is_some_and(|after| after.transition == "T6" && after.says("wrongly_routed"))
    }
}

/// False where the next word on it takes it back: it was made or asked for in time after all.
fn stands<'a>(line: &Line, lifted: &str, mut later: impl Iterator<Item = &'a Line>) -> bool {
    later
        .find(|after| after.transition == line.transition || after.transition == lifted)
        .is_none_or(|after| after.transition == line.transition)
}
