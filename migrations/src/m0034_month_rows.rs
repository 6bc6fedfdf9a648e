//! The rows behind the figures of a township's month, frozen with it. Months of before have none.

use crate::table::prelude::*;

crate::step!(manager => {
    create(manager, "colour_rows", vec![pk_uuid("colour_id"), uuid("county_id"), json_binary("rows")], &[], &[]).await?;
});
