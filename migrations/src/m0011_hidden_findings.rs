//! Findings say from now on when whoever repairs may see them, and so do photos that hang on a ticket which was there before their visit.
//! Rounds that were released before this left both behind.

use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    let db = manager.get_connection();
    db.execute_unprepared(
        "UPDATE finding SET visible_from = (SELECT i.visible_from FROM inspection i WHERE i.id = finding.inspection_id) \
         WHERE visible_from IS NULL AND inspection_id IS NOT NULL",
    ).await?;
    db.execute_unprepared(
        "UPDATE operation_file SET visible_from = (SELECT i.visible_from FROM operation o JOIN inspection i ON i.id = o.subject_id \
         WHERE o.id = operation_file.operation_id AND o.subject = 'inspection') WHERE visible_from IS NULL",
    ).await?;
});
