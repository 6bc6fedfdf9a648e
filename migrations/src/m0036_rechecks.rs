//! Titles that were looked at again: what came of it, by whom, and the next day.

use crate::table::{Index::Plain, prelude::*};

crate::step!(manager => {
    create(manager, "honour_recheck", vec![
        pk_uuid("id"), uuid("county_id"), uuid("honour_id"), string_len("day", 10), word("outcome"), text("note"),
        string_len_null("next_day", 10), uuid("made_by"), uuid_null("made_post"), time("made_at"),
    ], &[], &[Plain(&["county_id", "honour_id", "made_at"])]).await?;
});
