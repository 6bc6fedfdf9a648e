//! A one-time code opens no more than whoever issued it keeps: a township's code ends when its person is given a post beyond the township.

use crate::table::prelude::*;

crate::step!(manager => {
    extend(manager, "one_time_code", vec![uuid_null("township_id")]).await?;
});
