//! What units ask of the office, and what a ticket remembers of its longer life: relapses, reminders, holds, merging, filing.

use crate::table::{Index::Plain, prelude::*};
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    // Counters of old rows are 0; old replicas insert without naming them.
    let counter = |name: &'static str| integer(name).default(0).take();
    extend(manager, "ticket", vec![
        counter("relapse"), counter("reminders"), counter("idle_reminders"), counter("reissued"), counter("send_back_denied"),
        counter("extensions"), boolean("hard_case").default(false).take(), text_null("hard_ask"), time_null("held_at"),
        string_len_null("review_day", 10), uuid_null("merged_into_id"), uuid_null("linked_ticket_id"), time_null("archived_at"),
        time_null("overdue_at"),
    ]).await?;
    create(manager, "ticket_request", vec![
        pk_uuid("id"), uuid("county_id"), uuid("ticket_id"), word("what"), word("state"), text("reason"),
        string_len_null("wanted_day", 10), text("measure"), string_len_null("unit_kind", 32), uuid_null("unit_id"),
        uuid("asked_by"), uuid("asked_post"), time("asked_at"), uuid("operation_id"),
        uuid_null("decided_by"), time_null("decided_at"), text("note"), string_len_null("day", 10), boolean("wrongly_routed"),
        uuid_null("decision_id"),
    ], &[], &[Plain(&["ticket_id", "asked_at"]), Plain(&["county_id", "state", "ticket_id"])]).await?;
    let db = manager.get_connection();
    // One open request of a kind; the database keeps the promise when two people of a unit ask at once.
    db.execute_unprepared(
        "CREATE UNIQUE INDEX ticket_request_open ON ticket_request (ticket_id, what) WHERE state = 'open'",
    ).await?;
    // What the sweep looks for: each costs what it finds, however many tickets there are. The state is a column and no condition,
    // because a planner cannot see that a bound word fits one.
    db.execute_unprepared(
        "CREATE INDEX ticket_newly_overdue ON ticket (state, official_due_at, id) WHERE overdue_at IS NULL",
    ).await?;
    db.execute_unprepared("CREATE INDEX ticket_review ON ticket (state, review_day, id) WHERE review_day IS NOT NULL").await?;
    db.execute_unprepared("CREATE INDEX ticket_to_archive ON ticket (state, closed_at, id) WHERE archived_at IS NULL").await?;
});
