//! Colours and time: what a ticket's level counts, its stages, the colours of townships' months with appeals and plans, who among the
//! county's leaders is in charge of which townships, and records of talks.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};
use sea_orm_migration::{prelude::ConnectionTrait, schema::integer_null};

crate::step!(manager => {
    extend(manager, "ticket", vec![
        integer("late_accepts").default(0).take(), integer("not_shown").default(0).take(),
        word("deadline_unit").default("working_days").take(), integer_null("control_hours"),
        time_null("control_due_at"), time_null("control_done_at"), boolean("control_late").default(false).take(),
    ]).await?;
    let db = manager.get_connection();
    // What is slow and not overdue was accepted late: until now nothing else made it so.
    db.execute_unprepared(
        "UPDATE ticket SET late_accepts = slow - CASE WHEN overdue_at IS NULL THEN 0 ELSE 1 END WHERE slow > 0",
    ).await?;
    // What a month is worked out from, found without reading the tickets of other months.
    db.execute_unprepared("CREATE INDEX ticket_month_closed ON ticket (county_id, closed_at) WHERE closed_at IS NOT NULL").await?;
    db.execute_unprepared(
        "CREATE INDEX ticket_month_due ON ticket (county_id, official_due_at) WHERE official_due_at IS NOT NULL",
    ).await?;
    db.execute_unprepared("CREATE INDEX ticket_not_shown ON ticket (county_id, id) WHERE not_shown > 0").await?;
    create(manager, "colour_month", vec![
        pk_uuid("id"), uuid("county_id"), uuid("township_id"), string_len("month", 7), word("proposal"), json_binary("reasoning"),
        json_binary("counters"), time("proposed_at"), string_len_null("colour", 32), text("reason"), uuid_null("confirmed_by"),
        time_null("confirmed_at"), uuid_null("published_by"), time_null("published_at"), time_null("appeal_until"),
        time_null("plan_due"), string_len_null("after_appeal", 32), integer("version"),
    ], &[], &[Unique(&["county_id", "month", "township_id"]), Plain(&["county_id", "township_id", "month"])]).await?;
    // One appeal a month; the database keeps the promise when two leaders appeal at once.
    create(manager, "colour_appeal", vec![
        pk_uuid("id"), uuid("county_id"), uuid("colour_id"), text("reason"), json_binary("ticket_ids"), uuid("made_by"),
        uuid("made_post"), time("made_at"), word("state"), uuid_null("decided_by"), time_null("decided_at"), text("note"),
        string_len_null("colour", 32),
    ], &[], &[Unique(&["colour_id"])]).await?;
    create(manager, "colour_plan", vec![
        pk_uuid("id"), uuid("county_id"), uuid("colour_id"), text("text"), uuid("made_by"), uuid("made_post"), time("made_at"),
    ], &[], &[Plain(&["colour_id", "made_at"])]).await?;
    create(manager, "leader_charge", vec![
        pk_uuid("id"), uuid("county_id"), uuid("post_id"), uuid("township_id"), time("began_at"), uuid("began_by"),
        time_null("ended_at"), uuid_null("ended_by"),
    ], &[], &[Plain(&["county_id", "township_id"])]).await?;
    // A post is in charge of a township once at a time.
    db.execute_unprepared(
        "CREATE UNIQUE INDEX leader_charge_open ON leader_charge (post_id, township_id) WHERE ended_at IS NULL",
    ).await?;
    create(manager, "leader_copy", vec![
        pk_uuid("id"), uuid("county_id"), uuid("post_id"), uuid("person_id"), uuid("township_id"), word("what"), uuid("object_id"),
        time("delivered_at"),
    ], &[], &[
        Unique(&["post_id", "what", "object_id"]), Plain(&["county_id", "delivered_at", "id"]), Plain(&["person_id", "delivered_at", "id"]),
    ]).await?;
    create(manager, "talk_record", vec![
        pk_uuid("id"), uuid("county_id"), word("kind"), uuid("township_id"), string_len("held_on", 10), text("participants"),
        text("subject"), text("agreed"), json_binary("colour_ids"), json_binary("ticket_ids"), uuid_null("corrects_id"),
        uuid("made_by"), uuid("made_post"), time("made_at"),
    ], &[], &[
        Plain(&["county_id", "made_at", "id"]), Plain(&["county_id", "township_id", "made_at", "id"]), Unique(&["corrects_id"]),
    ]).await?;
});
