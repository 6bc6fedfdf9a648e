//! What was written down as overdue by an older rule is looked at once: where there may be such tickets, a job is left that puts them right by
//! events of their own (`mend_overdue`). No row is changed here.

use sea_orm_migration::{
    prelude::{ConnectionTrait, Query},
    sea_orm::{
        DbErr, Statement,
        prelude::{DateTimeUtc, Json, Uuid},
    },
};

crate::step!(manager => {
    let db = manager.get_connection();
    let old = "SELECT id FROM ticket WHERE overdue_at IS NOT NULL AND due_at > overdue_at LIMIT 1";
    if db.query_one_raw(Statement::from_string(db.get_database_backend(), old)).await?.is_some() {
        let mut job = Query::insert();
        job.into_table("job")
            .columns(["id", "kind", "dedupe_key", "payload", "priority", "run_at", "state", "attempts", "created_at"])
            .values([
                Uuid::from_u128(32).into(),
                "mend_overdue".into(),
                "mend_overdue".into(),
                Json::from_iter([("once", true)]).into(),
                50.into(),
                DateTimeUtc::UNIX_EPOCH.into(),
                "waiting".into(),
                0.into(),
                DateTimeUtc::UNIX_EPOCH.into(),
            ])
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        db.execute(&job).await?;
    }
});
