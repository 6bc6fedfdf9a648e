//! Standards are data: site kinds, checklist versions, settings (the working-day calendar is one); and the rounds that use them.

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    create(manager, "site_kind", vec![
        pk_uuid("id"), uuid("county_id"), string_len("key", 64), string_len("name_zh", 128), string_len("name_en", 128),
        string_len("code_prefix", 16), text("scope_zh"), integer("version"),
    ], &[], &[Unique(&["county_id", "key"])]).await?;
    create(manager, "checklist", vec![
        pk_uuid("id"), uuid("county_id"), string_len("site_kind", 64), integer("no"), string_len("hash", 64),
        json_binary("body"), word("status"), time("created_at"), integer("version"),
    ], &[], &[Unique(&["county_id", "site_kind", "no"])]).await?;
    create(manager, "setting", vec![
        uuid("county_id"), string_len("key", 64), json_binary("value"), integer("version"), time("updated_at"),
    ], &["county_id", "key"], &[]).await?;
    create(manager, "round", vec![
        pk_uuid("id"), uuid("county_id"), string_len("name", 128), integer("year"), integer("quarter"), word("mode"),
        word("issue_mode"), word("status"), time_null("visible_from"), uuid("created_by"), time("created_at"), integer("version"),
    ], &[], &[Plain(&["county_id", "created_at"])]).await?;
});
