//! The obligation to repair: tickets, claims that they are repaired, and every step as an append-only event (decisions.md 5).

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    create(manager, "ticket", vec![
        pk_uuid("id"), uuid("county_id"), string_len_null("number", 32), word("state"), string_len("title", 256), text("note"),
        word("severity"), boolean("is_static"), boolean("restricted"), word("makes"), word("source"), string_len("department", 64),
        integer("deadline_days"), uuid_null("place_township_id"), uuid_null("place_village_id"), word("unit_kind"), uuid_null("unit_id"),
        uuid_null("site_id"), string_len("item_code", 32), string_len("instance_key", 128), double_null("lon"), double_null("lat"),
        double_null("accuracy_m"), boolean("border"), uuid_null("round_id"), uuid("finding_id"), uuid("reporter_id"),
        time("observed_at"), time("created_at"), time_null("issued_at"), time_null("due_at"), time_null("official_due_at"),
        time_null("first_due_at"), time_null("accepted_at"), uuid_null("acceptor_id"), time_null("submitted_at"), time_null("closed_at"),
        integer("attempts"), integer("rework"), integer("hollow"), integer("slow"), integer("sightings"), boolean("seen_while_submitted"),
        uuid_null("attempt_id"), string_len_null("last_reason", 64), integer("missing_files"), json_binary("flags"),
        time_null("visible_from"), string_len("due_sort", 40), integer("version"), text("search"),
    ], &[], &[
        Plain(&["county_id", "state", "due_sort", "id"]), Plain(&["county_id", "unit_id", "state", "due_sort", "id"]),
        Plain(&["county_id", "place_village_id", "state", "due_sort", "id"]), Plain(&["county_id", "site_id"]),
        Plain(&["county_id", "due_sort", "id"]), Plain(&["county_id", "number"]),
    ]).await?;
    // One open ticket per fault: the database keeps the promise, so two phones that report it at once cannot break it.
    manager.get_connection().execute_unprepared(
        "CREATE UNIQUE INDEX ticket_open_fault ON ticket (county_id, site_id, item_code, instance_key) \
         WHERE site_id IS NOT NULL AND state IN ('pending', 'issued', 'in_progress', 'submitted', 'rework', 'on_hold')",
    ).await?;
    create(manager, "ticket_event", vec![
        pk_uuid("id"), uuid("county_id"), uuid("ticket_id"), integer("version"), word("transition"), string_len_null("from_state", 32),
        word("to_state"), uuid_null("operation_id"), uuid_null("person_id"), uuid_null("post_id"), text("reason"), json_binary("data"),
        time("observed_at"), time("accepted_at"),
    ], &[], &[Unique(&["ticket_id", "version"])]).await?;
    create(manager, "attempt", vec![
        pk_uuid("id"), uuid("county_id"), uuid("ticket_id"), integer("no"), uuid("operation_id"), uuid("person_id"), uuid("post_id"),
        text("note"), word("state"), uuid_null("submitted_by"), time_null("submitted_at"), time_null("submitted_accepted_at"),
        uuid_null("verified_by"), time_null("verified_at"), string_len_null("reason", 64), text("verdict_note"),
        time("observed_at"), time("accepted_at"),
    ], &[], &[Unique(&["ticket_id", "no"])]).await?;
    create(manager, "counter", vec![
        uuid("county_id"), string_len("name", 64), big_integer("value"),
    ], &["county_id", "name"], &[]).await?;
    // The zero board reads these few rows (townships x days), never the tickets: its cost does not grow with the data.
    create(manager, "static_day", vec![
        uuid("county_id"), uuid("township_id"), string_len("local_day", 10), integer("opened"), integer("closed"),
    ], &["county_id", "township_id", "local_day"], &[]).await?;
});
