//! How often strangers with a link ask: counted where all processes of an installation see it.

use crate::table::{Index::Plain, prelude::*};

crate::step!(manager => {
    create(manager, "pace", vec![string_len("key", 64), time("since"), integer("asked")], &["key"], &[Plain(&["since"])]).await?;
});
