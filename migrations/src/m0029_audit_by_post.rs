//! Whether a post did anything at a desk is asked of the record when an import is taken back.

use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    manager.get_connection().execute_unprepared("CREATE INDEX audit_by_post ON audit (post_id)").await?;
});
