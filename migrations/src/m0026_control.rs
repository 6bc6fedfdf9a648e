//! The hour by which something had to be under control and was not reported: written down once, found without reading other tickets.

use crate::table::prelude::*;
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    extend(manager, "ticket", vec![time_null("control_overdue_at")]).await?;
    manager.get_connection().execute_unprepared(
        "CREATE INDEX ticket_control_overdue ON ticket (state, control_due_at, id) \
         WHERE control_due_at IS NOT NULL AND control_done_at IS NULL AND control_overdue_at IS NULL",
    ).await?;
});
