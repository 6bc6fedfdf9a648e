//! A month of long ago is worked out without reading the tickets that were found since: the index tells both of them apart. It takes the place
//! of the one of `m0016`, which it begins with.

use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    let db = manager.get_connection();
    db.execute_unprepared(
        "CREATE INDEX ticket_month_lived ON ticket (county_id, closed_at, created_at) WHERE closed_at IS NOT NULL",
    ).await?;
    db.execute_unprepared("DROP INDEX ticket_month_closed").await?;
});
