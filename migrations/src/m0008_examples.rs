//! Example pictures of checklist items: few and small, so they live in the database and travel with its backup.

use crate::table::prelude::*;

crate::step!(manager => {
    create(manager, "example", vec![
        uuid("county_id"), string_len("sha256", 64), string_len("media_type", 64), blob("bytes"), time("created_at"),
    ], &["county_id", "sha256"], &[]).await?;
});
