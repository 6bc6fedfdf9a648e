use super::*;
use crate::domain::tickets::State;
use chrono::{TimeDelta, TimeZone, Utc};
use std::collections::BTreeSet;

fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 25, 1, 0, 0).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// In progress at township 2, in its village 3, shown since yesterday.
fn ticket() -> Ticket {
    let mut ticket = Ticket::fresh(id(9), id(1), id(8), now(), now());
    (ticket.unit_kind, ticket.unit_id) = (UnitKind::Township, Some(id(2)));
    (ticket.place_township_id, ticket.place_village_id) = (Some(id(2)), Some(id(3)));
    ticket.state = State::InProgress;
    ticket.number = Some("2026-0001".into());
    ticket.issued_at = Some(now());
    ticket.visible_from = Some(now() - TimeDelta::days(1));
    ticket
}

fn heard<'a>(transition: &'a str, data: &'a Value) -> Heard<'a> {
    Heard { transition, reason: "", data }
}

fn readers(told: &[Told]) -> BTreeSet<(&'static str, Uuid)> {
    told.iter().map(|told| (told.to.duty.as_str(), told.to.unit_id)).collect()
}

#[test]
fn nothing_of_a_hidden_ticket_is_told_outside_the_county() {
    for visible_from in [None, Some(now() + TimeDelta::seconds(1))] {
        let mut hidden = ticket();
        hidden.visible_from = visible_from;
        let data = json!({
            "hard": true, "what": "hold", "former_unit_id": id(7), "to": ["desk_officer", "main_leader", "county_leader"], "step": 1,
        });
        for row in crate::domain::tickets::machine::TABLE {
            for told in of_event(heard(row.name, &data), &hidden, now()) {
                assert_eq!(told.to.unit_kind, UnitKind::County, "{}: {told:?}", row.name);
            }
        }
        assert_eq!(of_event(heard("escalated", &data), &hidden, now()), []);
    }
}

#[test]
fn every_event_that_makes_notices_is_looked_at() {
    let data =
        json!({ "hard": true, "what": "hold", "former_unit_id": id(7), "to": ["desk_officer"], "step": 1 });
    for row in crate::domain::tickets::machine::TABLE {
        let told = of_event(heard(row.name, &data), &ticket(), now());
        let settled = settles(heard(row.name, &data));
        let acts = !told.is_empty() || !settled.is_empty() || answers(row.name) != Answered::None;
        assert!(!acts || tells(row.name), "{} is never looked at", row.name);
        // A new unit is told anew what its former one was told.
        assert!(
            row.name == "T6" || told.iter().all(|one| !settled.contains(&one.kind)),
            "{} settles what it tells",
            row.name
        );
    }
}

#[test]
fn what_asks_for_work_is_settled_by_that_work_and_by_every_end() {
    use NoticeKind as K;
    let none = json!({});
    let by = |transition| settles(heard(transition, &none));
    for ended in ["T4", "T11", "T14"] {
        assert!(by(ended).contains(&K::Escalated) && by(ended).contains(&K::HardCase), "{ended}");
        for other in ["T5", "T6", "T7", "T8", "T10", "T12", "stage", "overdue_lifted"] {
            assert!(by(other).iter().all(|kind| by(ended).contains(kind)), "{other} beside {ended}");
        }
    }
    for asked in [K::Issued, K::Returned, K::Overdue, K::Reminded, K::Relapse, K::DueSoon] {
        assert!(by("T10").contains(&asked), "{asked:?} after the repair");
    }
    assert!(!by("T10").contains(&K::Escalated), "it may come back from the check");
    assert_eq!((by("T5"), leaves("T5"), leaves("T10")), (&[K::Issued][..], Some(Role::VillageCadre), None));
    assert!(!by("T8").contains(&K::Returned) && by("T8").contains(&K::Overdue));
    // A date that moved takes the reminders of the former one away; what moved none does not.
    let due = json!({ "due_at": now() });
    assert_eq!((by("T17"), settles(heard("T17", &due))), (&[][..], &[K::DueSoon][..]));
    // Results are nothing to do.
    for done in K::ALL.iter().filter(|kind| kind.group() == super::super::kind::Group::Done) {
        assert!(!by("T11").contains(done), "{done:?}");
    }
}

#[test]
fn what_joins_a_campaign_later_tells_its_unit_of_the_nearer_day_alone() {
    let joined = |baseline: bool, due: Value| json!({ "name": "清零", "baseline": baseline, "due_at": due });
    let told = |data: &Value| of_event(heard("campaign_joined", data), &ticket(), now());
    let later = told(&joined(false, json!(now())));
    assert_eq!(readers(&later), BTreeSet::from([("desk_officer", id(2)), ("deputy_leader", id(2))]));
    assert_eq!((later[0].kind, &later[0].data), (NoticeKind::Changed, &json!({ "campaign": "清零" })));
    assert_eq!(told(&joined(true, json!(now()))), [], "its start tells of all at once");
    assert_eq!(told(&joined(false, Value::Null)), [], "its day stays");
}

#[test]
fn duties_read_what_is_theirs() {
    let none = json!({});
    let issued = of_event(heard("T2", &none), &ticket(), now());
    assert_eq!(
        readers(&issued),
        BTreeSet::from([("desk_officer", id(2)), ("deputy_leader", id(2)), ("village_cadre", id(3))])
    );
    assert!(issued.iter().all(|told| told.kind == NoticeKind::Issued && told.ticket));
    let asked = of_event(heard("asked", &json!({ "what": "extension" })), &ticket(), now());
    assert_eq!(readers(&asked), BTreeSet::from([("office", id(1))]));
    assert_eq!(asked[0].data, json!({ "what": "extension" }));
    // A department's ticket is told to the department, whatever lies where.
    let mut referred = ticket();
    (referred.unit_kind, referred.unit_id) = (UnitKind::Department, Some(id(5)));
    assert_eq!(
        readers(&of_event(heard("T15", &none), &referred, now())),
        BTreeSet::from([("department", id(5))])
    );
    // Another township's village hears nothing.
    let mut elsewhere = ticket();
    elsewhere.unit_id = Some(id(4));
    let told = of_event(heard("T12", &none), &elsewhere, now());
    assert_eq!(readers(&told), BTreeSet::from([("desk_officer", id(4)), ("deputy_leader", id(4))]));
}

#[test]
fn who_sent_a_ticket_back_hears_of_it_without_the_ticket() {
    let mut moved = ticket();
    (moved.unit_id, moved.state) = (Some(id(4)), State::Issued);
    let data = json!({ "former_unit_id": id(2), "unit_id": id(4) });
    let told = of_event(heard("T6", &data), &moved, now());
    for one in &told {
        let former = one.to.unit_id == id(2);
        assert_eq!(former, one.kind == NoticeKind::RequestDecided, "{one:?}");
        assert_eq!(former, !one.ticket, "{one:?}");
    }
    assert!(told.iter().any(|one| one.to.unit_id == id(2) && one.to.duty == Role::DeskOfficer));
}

#[test]
fn an_escalation_goes_to_whom_its_event_names() {
    let data = json!({ "step": 2, "to": ["main_leader"], "overdue_days": 3 });
    let told = of_event(heard("escalated", &data), &ticket(), now());
    assert_eq!(readers(&told), BTreeSet::from([("main_leader", id(2))]));
    assert_eq!(told[0].data, json!({ "step": 2, "days_overdue": 3 }));
    let data = json!({ "step": 3, "to": ["county_leader", "nobody"] });
    assert_eq!(
        readers(&of_event(heard("escalated", &data), &ticket(), now())),
        BTreeSet::from([("county_leader", id(1))])
    );
}

#[test]
fn one_answer_settles_the_request_that_it_names() {
    let waiting = |request: u128, what: &str| json!({ "what": what, "request_id": id(request) });
    let answered = json!({ "request_id": id(8) });
    for transition in ["T7", "T8", "referred", "denied", "ask_withdrawn"] {
        let answers = answers(transition);
        assert!(answers.settles(&waiting(8, "hold"), &answered), "{transition}");
        assert!(!answers.settles(&waiting(9, "hold"), &answered), "{transition}");
        assert!(
            !answers.settles(&json!({ "what": "void" }), &json!({ "request_id": id(8), "what": "hold" }))
        );
    }
    assert!(answers("T6").settles(&waiting(9, "hold"), &answered));
    assert!(
        !answers("T6").settles(&json!({ "what": "void" }), &answered),
        "another unit's ticket may be void as well"
    );
    for transition in ["T4", "T11", "T14"] {
        assert!(answers(transition).settles(&json!({ "what": "void" }), &json!({})), "{transition}");
    }
    // The unit whose ticket became another's hears that it has nothing more to do.
    let told = of_event(heard("T4", &json!({})), &ticket(), now());
    assert_eq!(readers(&told), BTreeSet::from([("desk_officer", id(2)), ("deputy_leader", id(2))]));
}
