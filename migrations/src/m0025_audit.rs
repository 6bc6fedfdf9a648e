//! The record is searched by person, kind of object and day, newest first.

use sea_orm_migration::prelude::ConnectionTrait;

crate::step!(manager => {
    let db = manager.get_connection();
    for (name, columns) in [("person", "person_id, seq"), ("noun", "noun, seq"), ("at", "at")] {
        db.execute_unprepared(&format!("CREATE INDEX audit_by_{name} ON audit (county_id, {columns})")).await?;
    }
});
