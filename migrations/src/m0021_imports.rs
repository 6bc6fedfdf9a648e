//! Files that a county is set up from: what each would do or has done, row by row, and where positions came from before they were converted.

use crate::table::{Index::Plain, prelude::*};

crate::step!(manager => {
    // `digest` is of all fates, so that a look at a register that moved on is noticed; `county_id` is empty until a new county is written.
    create(manager, "import", vec![
        pk_uuid("id"), uuid_null("county_id"), string_len("name", 256), word("state"), word("datum"), string_len("sha256", 64),
        string_len("digest", 64), json_binary("summary"), uuid("made_by"), time("made_at"), uuid_null("applied_by"),
        time_null("applied_at"), uuid_null("undone_by"), time_null("undone_at"), integer("version"),
    ], &[], &[Plain(&["county_id", "made_at", "id"])]).await?;
    // The file itself, while it may still be applied.
    create(manager, "import_piece", vec![uuid("import_id"), integer("no"), blob("bytes")], &["import_id", "no"], &[]).await?;
    // `touched` is what undoing needs: the row's id, its version after the import, and what it was before.
    create(manager, "import_row", vec![
        uuid("import_id"), integer("no"), word("sheet"), text("source"), integer("row"), text("key"), text("name"), word("fate"),
        json_binary("detail"), json_binary_null("touched"),
    ], &["import_id", "no"], &[Plain(&["import_id", "sheet", "fate", "no"])]).await?;
    create(manager, "place_source", vec![
        pk_uuid("object_id"), uuid("county_id"), word("datum"), double_null("lon"), double_null("lat"), text_null("boundary"), time("at"),
    ], &[], &[]).await?;
});
