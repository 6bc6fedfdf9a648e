//! What units are told (notices by unit and duty, marks of their readers), and what goes out to groups, mail boxes and browsers.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    // Events that may make notices, until the job has read them. A row is written with its event, so none is missed however late its
    // transaction commits, and none is read twice.
    create(manager, "notice_event", vec![sequence("seq"), uuid("event_id"), uuid("county_id"), uuid("ticket_id")], &[], &[]).await?;
    create(manager, "notice", vec![
        sequence("seq"), uuid("id"), uuid("county_id"), word("kind"), string_len("event_key", 120), word("unit_kind"), uuid("unit_id"),
        word("duty"), uuid_null("ticket_id"), json_binary("data"), boolean("urgent"), time("at"),
    ], &[], &[
        Unique(&["id"]), Unique(&["event_key", "unit_id", "duty"]), Plain(&["unit_id", "duty", "seq"]), Plain(&["ticket_id", "kind"]), Plain(&["at"]),
    ]).await?;
    // The reader's own convenience; nothing else reads it.
    create(manager, "notice_seen", vec![uuid("person_id"), big_integer("seq")], &["person_id", "seq"], &[Plain(&["seq"])]).await?;
    // What was done of a day: its reminders, its messages.
    create(manager, "notice_day", vec![uuid("county_id"), string_len("local_day", 32), time("at")], &["county_id", "local_day"], &[]).await?;
    create(manager, "notice_channel", vec![
        pk_uuid("id"), uuid("county_id"), word("kind"), string_len("name", 60), word("unit_kind"), uuid("unit_id"),
        text("sealed"), string_len("mask", 120), boolean("signed"), boolean("paused"), boolean("removed"), uuid_null("created_by"), time("created_at"),
        time_null("last_sent_at"), string_len_null("last_failure", 32), time_null("last_failure_at"), integer("version"),
    ], &[], &[Plain(&["county_id", "created_at", "id"])]).await?;
    create(manager, "notice_push", vec![
        pk_uuid("id"), uuid("county_id"), uuid("person_id"), string_len("endpoint_hash", 64), text("sealed"), time("created_at"),
    ], &[], &[Unique(&["endpoint_hash"]), Plain(&["person_id"])]).await?;
    create(manager, "notice_message", vec![
        pk_uuid("id"), uuid("county_id"), uuid_null("channel_id"), uuid_null("push_id"), string_len("dedupe_key", 160), word("kind"),
        word("state"), integer("urgent"), text("subject"), text("body"), integer("attempts"), time("created_at"), time("not_before"), uuid_null("worker"),
        time_null("lease_until"), time_null("tried_at"), time_null("sent_at"), string_len_null("reason", 32),
    ], &[], &[
        Unique(&["dedupe_key"]), Plain(&["state", "not_before"]), Plain(&["county_id", "created_at", "id"]), Plain(&["channel_id", "tried_at"]), Plain(&["push_id", "state"]),
    ]).await?;
    create(manager, "notice_mail", vec![
        uuid("county_id"), string_len("host", 255), integer("port"), word("security"), string_len("login", 255), text_null("sealed"),
        string_len("sender", 255), string_len("sender_name", 60), integer("version"), time("updated_at"),
    ], &["county_id"], &[]).await?;
});
