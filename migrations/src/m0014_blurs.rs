//! Areas that the office covered on a photo before it leaves the county: who, when, where on the picture.

use crate::table::{Index::Plain, prelude::*};

crate::step!(manager => {
    create(manager, "photo_blur", vec![
        pk_uuid("id"), uuid("county_id"), string_len("sha256", 64), uuid("file_id"), json_binary("areas"),
        string_len("made_sha256", 64), uuid("person_id"), time("made_at"),
    ], &[], &[Plain(&["county_id", "sha256", "made_at", "id"])]).await?;
});
