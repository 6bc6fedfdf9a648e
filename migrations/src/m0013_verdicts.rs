//! That a photo does not show the repair which it claims: proposed by one person, confirmed by another; and a way to somebody's work by time.

use crate::table::{Index::Plain, prelude::*};
use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    create(manager, "photo_verdict", vec![
        pk_uuid("id"), uuid("county_id"), uuid("operation_id"), uuid("file_id"), uuid("ticket_id"), word("state"), text("reason"),
        uuid("proposed_by"), time("proposed_at"), uuid_null("decided_by"), time_null("decided_at"), text("decision"), integer("version"),
    ], &[], &[Plain(&["county_id", "state", "proposed_at", "id"]), Plain(&["county_id", "file_id"])]).await?;
    // One photo has one proposal at a time; the database keeps the promise when two people propose at once.
    manager.get_connection().execute_unprepared(
        "CREATE UNIQUE INDEX photo_verdict_open ON photo_verdict (county_id, operation_id, file_id) WHERE state IN ('proposed', 'confirmed')",
    ).await?;
    // The work of one person beside a moment: asked for every photo that is weighed.
    manager.get_connection().execute_unprepared(
        "CREATE INDEX operation_person ON operation (county_id, person_id, observed_at)",
    ).await?;
});
