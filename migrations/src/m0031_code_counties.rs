//! A one-time code remembers the county whose office issued it: it opens nothing once its person holds a post beyond that county.

use crate::table::prelude::*;

crate::step!(manager => {
    extend(manager, "one_time_code", vec![uuid_null("county_id")]).await?;
});
