//! From here on every change row says when the township side may hear of it. Rows of the register always could; they say so now.

use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    manager.get_connection().execute_unprepared(
        "UPDATE change SET visible_from = at WHERE visible_from IS NULL AND noun IN ('sites', 'divisions', 'site-kinds', 'checklists', 'settings')",
    ).await?;
});
