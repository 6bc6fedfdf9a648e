//! Backups that were made or tried, and what each vouches for.

use crate::table::{Index::Plain, prelude::*};
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    create(manager, "backup", vec![
        pk_uuid("id"), string_len("name", 64), text("target"), word("made_by"), word("state"), uuid("epoch"),
        time("started_at"), time("heard_at"), time_null("finished_at"),
        big_integer("newest_seq"), json_binary("uncovered"), boolean("sealed"), boolean("with_keys"),
        big_integer("rows"), big_integer("rows_bytes"), big_integer("files"), big_integer("files_done"), big_integer("files_new"),
        big_integer("bytes_new"), integer("faults"), string_len_null("problem", 32), text_null("detail"),
    ], &[], &[Plain(&["started_at"])]).await?;
    // Two at once would fight for the same place: the database lets one begin.
    manager.get_connection().execute_unprepared("CREATE UNIQUE INDEX backup_running ON backup (state) WHERE state = 'running'").await?;
});
