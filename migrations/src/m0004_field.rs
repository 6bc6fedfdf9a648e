//! Field work: operations as they were sealed, their files, and what they say (decisions.md 4).

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    create(manager, "operation", vec![
        sequence("server_seq"), uuid("id"), uuid("county_id"), word("kind"), uuid("person_id"), uuid("post_id"),
        uuid_null("device_id"), big_integer_null("device_seq"), string_len("hash", 64), blob("body"), text_null("signature"),
        word("status"), word("outcome"), json_binary("flags"), json_binary_null("problem"), json_binary("answer"),
        string_len_null("subject", 16), uuid_null("subject_id"), integer("files"), integer("missing"),
        time("made_at"), time("observed_at"), big_integer("uncertainty_ms"), time("accepted_at"), time_null("completed_at"),
        text_null("receipt"), uuid_null("township_id"), time_null("visible_from"), text_null("decision"),
    ], &[], &[
        Unique(&["id"]), Plain(&["county_id", "server_seq"]), Plain(&["device_id", "device_seq"]), Plain(&["county_id", "status", "server_seq"]), Plain(&["subject_id"]),
    ]).await?;
    create(manager, "device_slot", vec![uuid("device_id"), big_integer("seq"), uuid("operation_id")], &["device_id", "seq"], &[]).await?;
    create(manager, "operation_file", vec![
        uuid("operation_id"), uuid("file_id"), uuid("county_id"), integer("ord"), string_len("sha256", 64), big_integer("bytes"),
        string_len("media_type", 64), word("role"), string_len_null("item_path", 128), string_len_null("instance_key", 128),
        boolean("urgent"), word("state"), json_binary("sidecar"), json_binary("flags"),
        string_len("subject", 16), uuid("subject_id"), uuid_null("township_id"), uuid_null("village_id"),
        uuid("person_id"), time_null("visible_from"),
    ], &["operation_id", "file_id"], &[Plain(&["file_id"]), Plain(&["county_id", "sha256"]), Plain(&["subject_id"])]).await?;
    create(manager, "file", vec![
        uuid("county_id"), string_len("sha256", 64), big_integer("bytes"), string_len("media_type", 64), time("stored_at"),
        integer("width"), integer("height"), word("derivatives"), json_binary("flags"),
    ], &["county_id", "sha256"], &[]).await?;
    create(manager, "upload", vec![
        pk_uuid("id"), uuid("county_id"), uuid("person_id"), string_len("sha256", 64), big_integer("length"),
        big_integer("received"), word("state"), uuid_null("lease_id"), time_null("lease_until"), time("created_at"), time("expires_at"),
    ], &[], &[Unique(&["county_id", "person_id", "sha256", "length"]), Plain(&["expires_at"])]).await?;
    create(manager, "quarantine", vec![
        pk_uuid("id"), uuid_null("county_id"), uuid("person_id"), uuid_null("device_id"), string_len("hash", 64), blob("body"),
        string_len("problem", 64), time("received_at"),
    ], &[], &[Unique(&["person_id", "hash"]), Plain(&["county_id", "received_at"])]).await?;
    create(manager, "inspection", vec![
        pk_uuid("id"), uuid("county_id"), uuid("operation_id"), uuid_null("round_id"), uuid("site_id"), uuid_null("checklist_id"),
        uuid("township_id"), uuid("village_id"), uuid("person_id"), uuid("post_id"), word("outcome"), json_binary("answers"),
        integer("passes"), integer("fails"), integer("not_applicable"), integer("not_observed"), integer("score_permille"),
        text("people_present"), text("note"), double_null("lon"), double_null("lat"), double_null("accuracy_m"), double_null("distance_m"),
        time("observed_at"), string_len("local_day", 10), time("accepted_at"), time_null("visible_from"),
        integer("revision"), integer("version"),
    ], &[], &[
        Plain(&["county_id", "site_id", "observed_at"]), Plain(&["county_id", "person_id", "observed_at"]),
    ]).await?;
    create(manager, "finding", vec![
        pk_uuid("id"), uuid("county_id"), uuid("operation_id"), uuid_null("inspection_id"), uuid_null("site_id"),
        string_len("item_code", 32), string_len("instance_key", 128), string_len("title", 256), text("note"), word("severity"),
        boolean("is_static"), boolean("restricted"), word("makes"), word("source"), string_len("department", 64),
        integer("deadline_days"), uuid_null("township_id"), uuid_null("village_id"), double_null("lon"), double_null("lat"),
        double_null("accuracy_m"), boolean("border"), boolean("fixed_on_spot"), word("state"), uuid_null("ticket_id"),
        uuid("person_id"), uuid("post_id"), time("observed_at"), string_len("local_day", 10), time("accepted_at"),
        time_null("visible_from"), integer("version"),
    ], &[], &[
        Plain(&["county_id", "ticket_id"]), Plain(&["inspection_id"]), Plain(&["county_id", "state", "accepted_at"]),
    ]).await?;
});
