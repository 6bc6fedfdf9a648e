//! The unit's own date before the county's 提前量: how many working days it lies before, and when that is. A ticket of before has none.

use crate::table::prelude::*;
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    extend(manager, "ticket", vec![integer("lead_days").default(0).take(), time_null("internal_due_at")]).await?;
    // Reminders and the calendar read what is near, and no others.
    manager.get_connection().execute_unprepared(
        "CREATE INDEX ticket_internal_due ON ticket (county_id, internal_due_at, id) WHERE internal_due_at IS NOT NULL",
    ).await?;
});
