//! The office's own affairs: bytes erased by two people, settings with their history, and sites that lie where the register does not say.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};
use sea_orm_migration::prelude::{ColumnDef, ConnectionTrait, DbErr, SchemaManager, Table};

crate::step!(manager => {
    create(manager, "erasure", vec![
        pk_uuid("id"), uuid("county_id"), string_len("sha256", 64), uuid("file_id"), uuid("operation_id"), word("state"),
        text("reason"), uuid("asked_by"), time("asked_at"), uuid_null("decided_by"), time_null("decided_at"), text("decision"),
        time_null("bytes_gone_at"), integer("version"),
    ], &[], &[Plain(&["county_id", "state", "asked_at"]), Plain(&["state", "bytes_gone_at"])]).await?;
    // One open request for the same bytes; the database keeps the promise when two people ask at once.
    manager.get_connection().execute_unprepared(
        "CREATE UNIQUE INDEX erasure_open ON erasure (county_id, sha256) WHERE state <> 'withdrawn'",
    ).await?;
    // The tombstone: the row with the hash stays for ever, the bytes do not.
    add(manager, "file", time_null("erased_at")).await?;
    create(manager, "setting_version", vec![
        pk_uuid("id"), uuid("county_id"), string_len("key", 64), integer("version"), json_binary("value"),
        uuid_null("person_id"), text("reason"), time("at"),
    ], &[], &[Unique(&["county_id", "key", "version"])]).await?;
    // Set at import: the point lies outside the township that the register names. Absent in rows of older programs.
    add(manager, "site", boolean_null("outside")).await?;
});

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).take()).await
}
