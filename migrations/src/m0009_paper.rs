//! How a visit came to be told: entered from paper, by whom; and why its inspector stood far from the site.

use crate::table::prelude::*;

crate::step!(manager => {
    extend(manager, "inspection", vec![
        string_len_null("capture", 32), uuid_null("entered_by"), string_len_null("filled_by", 200), text_null("far_reason"),
    ]).await?;
});
