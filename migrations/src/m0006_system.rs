//! What keeps the whole honest: the change feed, audit, idempotency, jobs, leases, and facts about this installation.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    create(manager, "change", vec![
        sequence("seq"), uuid("county_id"), word("noun"), uuid("object_id"), integer("version"),
        uuid_null("township_before"), uuid_null("township_after"), uuid_null("village_id"), uuid_null("person_id"),
        time_null("visible_from"), boolean("gone"), time("at"),
    ], &[], &[Plain(&["county_id", "seq"])]).await?;
    create(manager, "audit", vec![
        sequence("seq"), uuid_null("county_id"), time("at"), uuid_null("person_id"), uuid_null("post_id"), uuid_null("session_id"),
        uuid_null("device_id"), string_len_null("address", 64), string_len_null("request_id", 64), string_len("action", 64),
        word("noun"), string_len_null("object_id", 64), string_len_null("hash_before", 80), string_len_null("hash_after", 80),
        text("reason"), time_null("device_at"),
    ], &[], &[Plain(&["county_id", "seq"]), Plain(&["object_id"])]).await?;
    create(manager, "idempotency", vec![
        uuid("person_id"), string_len("key", 64), string_len("fingerprint", 64), integer("status"), json_binary("response"),
        time("created_at"),
    ], &["person_id", "key"], &[Plain(&["created_at"])]).await?;
    create(manager, "job", vec![
        pk_uuid("id"), word("kind"), string_len_null("dedupe_key", 160), json_binary("payload"), integer("priority"), time("run_at"),
        word("state"), integer("attempts"), time_null("lease_until"), uuid_null("worker"), text_null("last_error"),
        time("created_at"), time_null("finished_at"),
    ], &[], &[Unique(&["dedupe_key"]), Plain(&["state", "priority", "run_at"])]).await?;
    create(manager, "lease", vec![string_len("name", 64), uuid("holder"), time("until")], &["name"], &[]).await?;
    create(manager, "meta", vec![string_len("key", 64), text("value")], &["key"], &[]).await?;
});
