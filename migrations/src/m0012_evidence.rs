//! What was read from a picture, and what is odd about a photo where an operation names it.

use sea_orm_migration::prelude::ConnectionTrait;

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    // `seq` counts up under the county's counter, so whoever has read up to a number has missed nothing below it.
    create(manager, "picture", vec![
        uuid("county_id"), string_len("sha256", 64), big_integer("seq"), blob_null("print"), json_binary("claim"),
    ], &["county_id", "sha256"], &[Unique(&["county_id", "seq"])]).await?;
    create(manager, "photo_flag", vec![
        pk_uuid("id"), uuid("county_id"), uuid("operation_id"), uuid("file_id"), uuid_null("ticket_id"), word("code"),
        word("strength"), json_binary("reason"), uuid_null("other_operation_id"), uuid_null("other_file_id"),
        time("raised_at"), uuid_null("overruled_by"), time_null("overruled_at"), text("overrule_reason"),
    ], &[], &[
        Unique(&["operation_id", "file_id", "code"]),
        Plain(&["county_id", "ticket_id"]),
        Plain(&["county_id", "code", "overruled_at"]),
        Plain(&["county_id", "raised_at", "id"]),
    ]).await?;
    // Stored bytes are read again in turn: when last, and since when something has been wrong with them.
    extend(manager, "file", vec![time_null("checked_at"), time_null("broken_at")]).await?;
    manager.get_connection().execute_unprepared("CREATE INDEX file_checked_at ON file (checked_at)").await?;
    manager.get_connection().execute_unprepared(
        "CREATE INDEX file_broken ON file (county_id, broken_at) WHERE broken_at IS NOT NULL",
    ).await?;
});
