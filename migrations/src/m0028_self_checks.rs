//! What kind of visit it was: a township's own look at its site is found without reading the others.

use crate::table::prelude::*;
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    // Null = written by an older program, whose visits were made by inspectors and the office almost always.
    extend(manager, "inspection", vec![string_len_null("source", 32)]).await?;
    let db = manager.get_connection();
    for line in [
        "UPDATE inspection SET source = 'self_check' WHERE post_id IN \
         (SELECT id FROM post WHERE role IN ('main_leader', 'deputy_leader', 'desk_officer', 'village_cadre'))",
        "CREATE INDEX inspection_self_check ON inspection (county_id, local_day, site_id) WHERE source = 'self_check'",
    ] {
        db.execute_unprepared(line).await?;
    }
});
