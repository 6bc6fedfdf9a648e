//! Who stands in for whom: delegations, honours with their liaisons, referrals to departments, links for villages without an account;
//! and what a ticket remembers of them.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    extend(manager, "ticket", vec![
        time_null("progress_at"), uuid_null("to_sign_id"), integer("escalated").default(0).take(), uuid_null("referred_to_id"),
        uuid_null("referral_id"), time_null("referral_due_at"),
    ]).await?;
    extend(manager, "attempt", vec![string_len_null("taken_by", 64)]).await?;
    create(manager, "delegation", vec![
        pk_uuid("id"), uuid("county_id"), uuid("township_id"), uuid("deputy_post_id"), uuid("deputy_person_id"), uuid_null("desk_post_id"),
        json_binary("severities"), string_len("from_day", 10), string_len("to_day", 10), text("reason"), time("created_at"),
        time_null("revoked_at"), uuid_null("revoked_by"), text("revoke_reason"),
    ], &[], &[Plain(&["county_id", "township_id", "to_day"]), Plain(&["deputy_post_id"]), Plain(&["desk_post_id"])]).await?;
    create(manager, "referral", vec![
        pk_uuid("id"), uuid("county_id"), uuid("ticket_id"), uuid("department_id"), integer("days"), time("given_at"), time("due_at"),
        word("state"), time_null("ended_at"), boolean("late"), text("note"),
    ], &[], &[Plain(&["county_id", "department_id", "state", "due_at"]), Plain(&["ticket_id", "given_at"])]).await?;
    create(manager, "honour", vec![
        pk_uuid("id"), uuid("county_id"), word("subject_kind"), uuid("subject_id"), uuid("township_id"), word("level"),
        string_len("title", 128), integer("year"), string_len_null("valid_until", 10), string_len_null("recheck_day", 10),
        time_null("revoked_at"), text("revoke_reason"), text("note"), time("created_at"), integer("version"), text("search"),
    ], &[], &[
        Unique(&["county_id", "subject_id", "level", "year"]), Plain(&["county_id", "township_id"]),
    ]).await?;
    create(manager, "liaison", vec![
        pk_uuid("id"), uuid("county_id"), word("subject_kind"), uuid("subject_id"), uuid("township_id"), uuid("post_id"), uuid("named_by"),
        time("since"), time_null("ended_at"), text("reason"),
    ], &[], &[Plain(&["county_id", "township_id"]), Plain(&["post_id"])]).await?;
    create(manager, "village_link", vec![
        pk_uuid("id"), uuid("county_id"), uuid("ticket_id"), uuid("township_id"), uuid("person_id"), uuid("post_id"),
        string_len("token_hash", 64), time("created_at"), time("expires_at"), time_null("revoked_at"), uuid_null("revoked_by"),
        integer("photos"), integer("drafts"),
    ], &[], &[Unique(&["token_hash"]), Plain(&["ticket_id", "created_at"]), Plain(&["post_id"])]).await?;
    create(manager, "village_draft", vec![
        pk_uuid("id"), uuid("county_id"), uuid("link_id"), uuid("ticket_id"), uuid("township_id"), string_len("name", 64), text("note"),
        word("state"), time("received_at"), uuid_null("decided_by"), time_null("decided_at"), uuid_null("operation_id"), text("reason"),
    ], &[], &[Plain(&["county_id", "township_id", "state", "received_at", "id"]), Plain(&["ticket_id", "state"])]).await?;
    create(manager, "village_photo", vec![
        uuid("link_id"), string_len("sha256", 64), uuid("county_id"), uuid_null("draft_id"), integer("no"), big_integer("bytes"),
        word("media_type"), time("received_at"), time_null("taken_at"), json_binary_null("position"),
    ], &["link_id", "sha256"], &[Plain(&["draft_id"])]).await?;
    let db = manager.get_connection();
    for line in [
        // One department has a ticket at a time, and one person answers for an honoured place.
        "CREATE UNIQUE INDEX referral_open ON referral (ticket_id) WHERE state = 'open'",
        "CREATE UNIQUE INDEX liaison_current ON liaison (county_id, subject_id) WHERE ended_at IS NULL",
        // Each list and sweep costs what it finds.
        "CREATE INDEX ticket_progress ON ticket (county_id, state, progress_at)",
        "CREATE INDEX ticket_to_sign ON ticket (county_id, unit_id, due_sort, id) WHERE to_sign_id IS NOT NULL",
        "CREATE INDEX ticket_to_escalate ON ticket (county_id, state, official_due_at, id) WHERE escalated < 3",
        "CREATE INDEX ticket_referred ON ticket (county_id, referred_to_id)",
        // What the events of older programs say.
        "UPDATE ticket SET progress_at = (SELECT MAX(e.accepted_at) FROM ticket_event e WHERE e.ticket_id = ticket.id AND e.transition IN \
         ('T2', 'T5', 'T6', 'T9', 'T10', 'T12', 'T13', 'release', 'attempt', 'asked', 'ask_withdrawn'))",
        "UPDATE ticket SET to_sign_id = (SELECT a.id FROM attempt a WHERE a.ticket_id = ticket.id AND a.state = 'recorded' AND NOT EXISTS \
         (SELECT 1 FROM ticket_event e WHERE e.ticket_id = ticket.id AND e.transition IN ('T6', 'T10', 'T13') AND e.accepted_at >= a.accepted_at) \
         ORDER BY a.no DESC LIMIT 1) WHERE state IN ('issued', 'in_progress', 'rework', 'on_hold')",
    ] {
        db.execute_unprepared(line).await?;
    }
});
