//! Which events of a ticket are told to whom. A pure table: the same event and ticket give the same notices.
//!
//! The township side hears nothing of a ticket before it may see it; the release of a hidden round tells it then.

use super::kind::NoticeKind;
use crate::domain::{
    clock::Instant,
    people::role::{Role, UnitKind},
    tickets::Ticket,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A duty of a unit: whoever holds it reads what is addressed to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub duty: Role,
}

/// One notice, before it has a time and a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub kind: NoticeKind,
    pub to: Address,
    /// The ticket that its reader may open; none where the unit has it no more.
    pub ticket: bool,
    pub data: Value,
}

/// What an event says, as stored.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    pub transition: &'a str,
    pub reason: &'a str,
    pub data: &'a Value,
}

/// Whether this kind of event is told at all; all others need not be looked at.
pub fn tells(transition: &str) -> bool {
    const TOLD: &[&str] = &[
        "T2",
        "T3",
        "T4",
        "T6",
        "T7",
        "T8",
        "T9",
        "T10",
        "T11",
        "T12",
        "T13",
        "T14",
        "T15",
        "T16",
        "T17",
        "release",
        "asked",
        "denied",
        "ask_withdrawn",
        "approval_asked",
        "void_asked",
        "void_denied",
        "hard_case",
        "hard_answered",
        "escalated",
        "control_overdue",
        "campaign_joined",
        // Told to nobody; they settle what was told before.
        "T5",
        "stage",
        "campaign_left",
        "control_lifted",
        "overdue_lifted",
        "referred",
        "refer_done",
        "refer_returned",
    ];
    TOLD.contains(&transition)
}

/// Which notices of its ticket an event settles: nobody is called to work that is done or is no longer asked for. They go before anything
/// new is told, so what is told anew takes the place of what was told before. Results, and what was told of the past, stay.
pub fn settles(heard: Heard<'_>) -> &'static [NoticeKind] {
    use NoticeKind as K;
    match heard.transition {
        // Accepted; or the department has done its part, or cannot.
        "T5" | "refer_done" | "refer_returned" => &[K::Issued],
        // Another unit's from now on.
        "T6" => OF_UNIT,
        "T7" => &[K::DueSoon, K::Overdue, K::Escalated],
        // Nobody waits for it while its clock stands still; what the check asked for, and a danger, stay.
        "T8" | "referred" => &[K::DueSoon, K::Overdue, K::Reminded, K::Resumed, K::Escalated],
        // The unit has put its repair forward. What climbed stays with the leaders until it has passed.
        "T10" => OF_WORK,
        "T12" => &[K::ToVerify],
        "T4" | "T11" | "T14" => OF_OPEN,
        "stage" | "control_lifted" => &[K::ControlOverdue],
        "overdue_lifted" => &[K::Overdue, K::Escalated],
        // The reminder of a day that is not the day any more.
        "T17" | "campaign_joined" | "campaign_left" if moved(heard.data) => &[K::DueSoon],
        "hard_answered" => &[K::HardCase],
        "hard_case" if heard.data["hard"] != true => &[K::HardCase],
        _ => &[],
    }
}

/// What is told of tickets that are not at their end, and of no other: first what calls the unit to work, then its leaders, then the county.
pub const OF_OPEN: &[NoticeKind] = {
    use NoticeKind as K;
    &[
        K::Issued,
        K::DueSoon,
        K::Overdue,
        K::ControlOverdue,
        K::Returned,
        K::Relapse,
        K::Reminded,
        K::Changed,
        K::Resumed,
        K::Escalated,
        K::ToVerify,
        K::HardCase,
    ]
};
const OF_UNIT: &[NoticeKind] = OF_OPEN.split_at(10).0;
const OF_WORK: &[NoticeKind] = OF_OPEN.split_at(9).0;

/// Whose notices an event leaves as they are: a village goes on with what its township has accepted.
pub fn leaves(transition: &str) -> Option<Role> {
    matches!(transition, "T5" | "refer_done" | "refer_returned").then_some(Role::VillageCadre)
}

/// Whether an event says that it moved a date.
fn moved(data: &Value) -> bool {
    !data["due_at"].is_null()
}

/// Which of the requests that wait for the office have their answer with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    None,
    /// The one that the event names.
    Named,
    /// All that the unit asked: it has the ticket no more.
    OfUnit,
    /// Whether it is void.
    Void,
    /// Nothing more is to be decided about the ticket.
    All,
}

pub fn answers(transition: &str) -> Answered {
    match transition {
        "T7" | "T8" | "referred" | "denied" | "ask_withdrawn" => Answered::Named,
        "T6" => Answered::OfUnit,
        "void_denied" => Answered::Void,
        "T3" | "T4" | "T11" | "T14" => Answered::All,
        _ => Answered::None,
    }
}

impl Answered {
    /// Whether a waiting request of which `waiting` was told has its answer with an event that says `said`.
    pub fn settles(self, waiting: &Value, said: &Value) -> bool {
        match self {
            Answered::None => false,
            // Told before notices named their request: what was asked of the same kind.
            Answered::Named => waiting.get("request_id").map_or_else(
                || said["what"].is_null() || said["what"] == waiting["what"],
                |id| *id == said["request_id"],
            ),
            Answered::OfUnit => waiting["what"] != "void",
            Answered::Void => waiting["what"] == "void",
            Answered::All => true,
        }
    }
}

const DESKS: &[Role] = &[Role::DeskOfficer, Role::DeputyLeader];
const WORKERS: &[Role] = &[Role::DeskOfficer, Role::DeputyLeader, Role::VillageCadre];
const ASKERS: &[Role] = &[Role::DeskOfficer, Role::DeputyLeader, Role::MainLeader];

/// The notices of one event.
pub fn of_event(heard: Heard<'_>, ticket: &Ticket, now: Instant) -> Vec<Told> {
    use NoticeKind as K;
    let Heard { transition, reason, data } = heard;
    let office = |kind, data| county(ticket, &[Role::Office], kind, data);
    let shown = ticket.visible_from.is_some_and(|from| from <= now) && ticket.issued_at.is_some();
    let unit = |duties, kind, data| if shown { of_unit(ticket, duties, kind, data) } else { Vec::new() };
    let dates = || json!({ "due_at": ticket.due_at });
    match transition {
        "T2" | "release" if ticket.state.is_with_unit() => unit(WORKERS, K::Issued, dates()),
        "T6" => {
            let mut told = unit(WORKERS, K::Issued, dates());
            told.extend(former_unit(ticket, data, shown));
            told
        }
        "T7" | "T8" => {
            let (what, day) = if transition == "T7" { ("extension", "day") } else { ("hold", "review_day") };
            unit(ASKERS, K::RequestDecided, json!({ "what": what, "agreed": true, "day": data[day] }))
        }
        "referred" => {
            let mut told = unit(ASKERS, K::RequestDecided, json!({ "what": "refer", "agreed": true }));
            told.extend(referred(ticket, data, shown));
            told
        }
        "denied" => unit(ASKERS, K::RequestDecided, json!({ "what": data["what"], "agreed": false })),
        "T9" | "refer_done" | "refer_returned" => unit(DESKS, K::Resumed, dates()),
        "T10" => office(K::ToVerify, json!({})),
        "T11" => unit(WORKERS, K::Passed, json!({})),
        "T12" => unit(WORKERS, K::Returned, json!({ "reason": reason, "due_at": ticket.due_at })),
        "T13" => unit(WORKERS, K::Relapse, dates()),
        // What was issued and is another ticket's now is nothing to do for the unit either.
        "T4" => unit(DESKS, K::Voided, json!({ "merged": true })),
        "T14" => unit(DESKS, K::Voided, json!({})),
        "T15" => unit(DESKS, K::Overdue, json!({ "due_at": data["due_at"] })),
        // What cannot wait is the office's business in the same hour.
        "control_overdue" if shown => {
            let said = json!({ "due_at": data["passed"] });
            let mut told = unit(DESKS, K::ControlOverdue, said.clone());
            told.extend(office(K::ControlOverdue, said));
            told
        }
        "T16" => unit(WORKERS, K::Reminded, json!({ "no": data["no"], "note": reason })),
        "T17" => unit(DESKS, K::Changed, dates()),
        // What a campaign took in at its start is told to each unit in one; this joined later, and its day came nearer.
        "campaign_joined" if data["baseline"] != true && moved(data) => {
            unit(DESKS, K::Changed, json!({ "due_at": ticket.due_at, "campaign": data["name"] }))
        }
        "asked" => {
            office(K::RequestWaiting, json!({ "what": data["what"], "request_id": data["request_id"] }))
        }
        "approval_asked" => {
            let said = json!({
                "what": "further_extension", "day": data["day"], "request_id": data["request_id"],
            });
            office(K::RequestWaiting, said)
        }
        "void_asked" => office(K::RequestWaiting, json!({ "what": "void" })),
        "hard_case" if data["hard"] == true => {
            county(ticket, &[Role::Office, Role::CountyLeader], K::HardCase, json!({ "ask": reason }))
        }
        "hard_answered" => {
            let said = json!({ "coordinator": data["coordinator"], "day": data["until"], "note": reason });
            unit(ASKERS, K::HardAnswered, said)
        }
        "escalated" if shown => escalated(ticket, data),
        _ => Vec::new(),
    }
}

/// What the department that supervises a ticket is told of an event, beside whoever has it: that it is overdue.
pub fn supervised(transition: &str) -> Option<NoticeKind> {
    (transition == "T15").then_some(NoticeKind::Overdue)
}

/// To that department; one that repairs it itself, or was asked to help, is told as such.
pub fn of_supervisor(
    kind: NoticeKind,
    heard: Heard<'_>,
    ticket: &Ticket,
    department: Uuid,
    now: Instant,
) -> Option<Told> {
    let shown = ticket.visible_from.is_some_and(|from| from <= now) && ticket.issued_at.is_some();
    (shown && ticket.unit_id != Some(department)).then(|| Told {
        kind,
        to: Address { unit_kind: UnitKind::Department, unit_id: department, duty: Role::Department },
        ticket: true,
        data: present(json!({ "due_at": heard.data["due_at"] })),
    })
}

/// A duty of the county itself.
fn county(ticket: &Ticket, duties: &[Role], kind: NoticeKind, data: Value) -> Vec<Told> {
    let data = present(data);
    let address =
        |duty: &Role| Address { unit_kind: UnitKind::County, unit_id: ticket.county_id, duty: *duty };
    duties.iter().map(|duty| Told { kind, to: address(duty), ticket: true, data: data.clone() }).collect()
}

/// These duties of the responsible unit; a village by the place, a department by its one duty.
pub fn of_unit(ticket: &Ticket, duties: &[Role], kind: NoticeKind, data: Value) -> Vec<Told> {
    let Some(unit) = ticket.unit_id else { return Vec::new() };
    let data = present(data);
    let told = |to| Told { kind, to, ticket: true, data: data.clone() };
    if ticket.unit_kind == UnitKind::Department {
        return vec![told(Address {
            unit_kind: UnitKind::Department,
            unit_id: unit,
            duty: Role::Department,
        })];
    }
    let address = |duty: &Role| {
        let unit_id = if *duty == Role::VillageCadre {
            // A village hears of what lies in it, while its own township has the ticket.
            ticket.place_village_id.filter(|_| ticket.place_township_id == Some(unit))?
        } else {
            unit
        };
        Some(Address { unit_kind: duty.unit_kind(), unit_id, duty: *duty })
    };
    duties.iter().filter_map(address).map(told).collect()
}

/// The department that is to do its part, with its own date.
fn referred(ticket: &Ticket, data: &Value, shown: bool) -> Option<Told> {
    let department = ticket.referred_to_id.filter(|_| shown)?;
    Some(Told {
        kind: NoticeKind::Issued,
        to: Address { unit_kind: UnitKind::Department, unit_id: department, duty: Role::Department },
        ticket: true,
        data: present(json!({ "due_at": data["referral_due_at"] })),
    })
}

/// The unit that sent a ticket back hears that it was agreed; it cannot open it any more.
fn former_unit(ticket: &Ticket, data: &Value, shown: bool) -> Vec<Told> {
    let former = data["former_unit_id"].as_str().and_then(|id| id.parse().ok());
    let Some(former) = former.filter(|id: &Uuid| shown && Some(*id) != ticket.unit_id) else {
        return Vec::new();
    };
    let told = json!({ "what": "send_back", "agreed": true, "number": ticket.number });
    // Whether it is a township or a department, the event does not say: each duty is addressed, and only those that exist read.
    let duties = ASKERS.iter().chain(&[Role::Department]);
    duties
        .map(|duty| Told {
            kind: NoticeKind::RequestDecided,
            to: Address { unit_kind: duty.unit_kind(), unit_id: former, duty: *duty },
            ticket: false,
            data: present(told.clone()),
        })
        .collect()
}

/// To whom the step goes, as its event says.
fn escalated(ticket: &Ticket, data: &Value) -> Vec<Told> {
    let named = data["to"].as_array().into_iter().flatten();
    // On the first day the desks have just heard that it is overdue.
    let heard = data["overdue_days"].as_u64().is_some_and(|days| days <= 1);
    let duties = named.filter_map(|word| Role::parse(word.as_str()?));
    let duties: Vec<Role> = duties.filter(|duty| !heard || !DESKS.contains(duty)).collect();
    let said = json!({ "step": data["step"], "days_overdue": data["overdue_days"], "due_at": ticket.due_at });
    let (of_county, of_place): (Vec<Role>, Vec<Role>) =
        duties.into_iter().partition(|duty| duty.unit_kind() == UnitKind::County);
    let mut told = county(ticket, &of_county, NoticeKind::Escalated, said.clone());
    if !of_place.is_empty() {
        told.extend(of_unit(ticket, &of_place, NoticeKind::Escalated, said));
    }
    told
}

/// Without what was not said.
fn present(data: Value) -> Value {
    match data {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        other => other,
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
