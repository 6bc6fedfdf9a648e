//! Many tickets, written as the program writes them (row, board's sums left out) and far faster than people would report them.

use chrono::{TimeDelta, Utc};
use lalian::app::AppError;
use lalian::domain::people::role::UnitKind;
use lalian::domain::tickets::machine::Event;
use lalian::domain::tickets::{State, Ticket};
use lalian::store::tickets::{self, EventBy};
use lalian_tests::world::World;
use serde_json::json;
use uuid::Uuid;

/// Tickets of one transaction.
const BATCH: usize = 500;

/// Where they lie.
#[derive(Debug, Clone, Copy)]
pub struct Home {
    pub county: Uuid,
    pub township: Uuid,
    pub person: Uuid,
}

/// So many issued tickets whose days differ, with two lines of history each; due in `due` from now.
pub async fn tickets(world: &World, home: Home, from: usize, count: usize, due: TimeDelta) -> Vec<Uuid> {
    let app = world.server().app();
    let now = app.clock.now();
    let all: Vec<Ticket> = (from..from + count).map(|number| ticket(home, number, now, due)).collect();
    for some in all.chunks(BATCH) {
        app.store
            .write(async |tx| {
                for ticket in some {
                    tickets::insert_unless_open(tx, ticket).await?;
                    let by = EventBy {
                        operation_id: None,
                        person_id: Some(home.person),
                        post_id: None,
                        observed_at: ticket.created_at,
                        accepted_at: ticket.created_at,
                    };
                    for (version, transition, from) in [(1, "T1", None), (2, "T2", Some(State::Pending))] {
                        let data =
                            json!({ "due_at": ticket.due_at, "official_due_at": ticket.official_due_at });
                        let event = Event {
                            version,
                            transition,
                            from,
                            to: State::Issued,
                            reason: String::new(),
                            data,
                        };
                        tickets::append_event(tx, ticket, &event, by).await?;
                    }
                }
                Ok::<_, AppError>(())
            })
            .await
            .expect("rows are written");
    }
    all.into_iter().map(|ticket| ticket.id).collect()
}

fn ticket(home: Home, number: usize, now: chrono::DateTime<Utc>, due: TimeDelta) -> Ticket {
    // Reported over the last year, a few of a minute.
    let made = now - TimeDelta::minutes(i64::try_from(number % 500_000).expect("small") + 1);
    let due = Some(now + due + TimeDelta::seconds(i64::try_from(number % 86_400).expect("small")));
    Ticket {
        number: Some(format!("26-{number:07}")),
        state: State::Issued,
        title: format!("招呼站{number}号站牌缺失，需要补装"),
        note: "站牌被拆走，只剩底座。请按规范补装并拍照。".into(),
        severity: "minor".into(),
        is_static: true,
        source: "review".into(),
        department: "township".into(),
        deadline_days: 5,
        place_township_id: Some(home.township),
        unit_kind: UnitKind::Township,
        unit_id: Some(home.township),
        item_code: "BUS-01".into(),
        issued_at: Some(made),
        due_at: due,
        official_due_at: due,
        first_due_at: due,
        visible_from: Some(made),
        version: 2,
        ..Ticket::fresh(Uuid::from_u128(0x1a11_0000 + number as u128), home.county, home.person, made, made)
    }
}

/// The middle and the 95th of a hundred, in milliseconds.
pub fn p95(mut milliseconds: Vec<f64>) -> f64 {
    milliseconds.sort_by(f64::total_cmp);
    milliseconds[(milliseconds.len() * 95).div_ceil(100).saturating_sub(1)]
}
