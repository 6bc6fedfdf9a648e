//! Checks with a date of their own, zeroing campaigns with their members and daily sums, look-back draws, and building projects.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    // By when the county checks what was handed in; the earliest zeroing date that holds; in how many campaigns it counts.
    extend(manager, "ticket", vec![
        time_null("check_due_at"), string_len_null("zero_day", 10), integer("campaigns").default(0).take(),
    ]).await?;
    let db = manager.get_connection();
    db.execute_unprepared("CREATE INDEX ticket_check ON ticket (county_id, state, check_due_at) WHERE check_due_at IS NOT NULL").await?;
    // What happened in a month, without reading the years before it.
    db.execute_unprepared("CREATE INDEX ticket_event_month ON ticket_event (county_id, transition, accepted_at)").await?;
    create(manager, "campaign", vec![
        pk_uuid("id"), uuid("county_id"), string_len("name", 128), word("state"), json_binary("takes"), string_len("deadline_day", 10),
        uuid("created_by"), time("created_at"), uuid_null("started_by"), time_null("started_at"), uuid_null("ended_by"),
        time_null("ended_at"), text("end_reason"), json_binary_null("snapshot"), integer("version"),
    ], &[], &[Plain(&["county_id", "state"])]).await?;
    // `closed_day` and `left_day` follow the ticket's row; the sums below follow them.
    create(manager, "campaign_ticket", vec![
        uuid("campaign_id"), uuid("ticket_id"), uuid("county_id"), uuid("township_id"), boolean("baseline"),
        string_len("joined_day", 10), string_len_null("closed_day", 10), string_len_null("left_day", 10), boolean("settled"),
    ], &["campaign_id", "ticket_id"], &[Plain(&["ticket_id"])]).await?;
    // What still waits for its date and its line of history after a start.
    db.execute_unprepared("CREATE INDEX campaign_ticket_unsettled ON campaign_ticket (campaign_id, ticket_id) WHERE NOT settled").await?;
    create(manager, "campaign_day", vec![
        uuid("campaign_id"), uuid("township_id"), string_len("local_day", 10), integer("baseline"), integer("fresh"),
        integer("closed_baseline"), integer("closed_fresh"), integer("left_baseline"), integer("left_fresh"),
    ], &["campaign_id", "township_id", "local_day"], &[]).await?;
    create(manager, "look_back", vec![
        pk_uuid("id"), uuid("county_id"), string_len("from_day", 10), string_len("to_day", 10), string_len("seed", 64),
        integer("percent"), integer("flagged_percent"), integer("flagged_days"), uuid("drawn_by"), time("drawn_at"), text("reason"),
        uuid_null("redo_of"), uuid_null("redone_by"),
    ], &[], &[Plain(&["county_id", "drawn_at", "id"])]).await?;
    // One draw of a span stands; a redone one makes room for the next.
    db.execute_unprepared("CREATE UNIQUE INDEX look_back_span ON look_back (county_id, from_day, to_day) WHERE redone_by IS NULL").await?;
    create(manager, "look_back_item", vec![
        uuid("look_back_id"), uuid("ticket_id"), uuid("county_id"), uuid("township_id"), boolean("flagged"), boolean("drawn"),
        word("state"), time_null("looked_at"), string_len_null("looked_day", 10), uuid_null("person_id"), uuid_null("operation_id"),
        text("note"), time("drawn_at"),
    ], &["look_back_id", "ticket_id"], &[Plain(&["ticket_id"]), Plain(&["county_id", "state", "looked_day"])]).await?;
    create(manager, "project", vec![
        pk_uuid("id"), uuid("county_id"), string_len("name", 128), text("note"), word("unit_kind"), uuid("unit_id"), word("state"),
        uuid("created_by"), time("created_at"), integer("version"),
    ], &[], &[Plain(&["county_id", "unit_id", "state"])]).await?;
    create(manager, "project_milestone", vec![
        pk_uuid("id"), uuid("project_id"), integer("place"), string_len("name", 128), string_len("day", 10),
        string_len_null("done_on", 10), uuid_null("done_by"), uuid_null("operation_id"), text("note"),
    ], &[], &[Plain(&["project_id", "place"])]).await?;
    create(manager, "project_ticket", vec![
        uuid("project_id"), uuid("ticket_id"), uuid("county_id"),
    ], &["project_id", "ticket_id"], &[Unique(&["ticket_id", "project_id"])]).await?;
    extend(manager, "ticket_request", vec![uuid_null("project_id")]).await?;
});
