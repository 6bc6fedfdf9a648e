//! Feedback with its replies; what rows are found by gets the first sounds of their names.

use crate::table::{Index::Plain, prelude::*};
use pinyin::ToPinyin;
use sea_orm_migration::{prelude::ConnectionTrait, sea_orm::Statement};

crate::step!(manager => {
    create(manager, "feedback", vec![
        pk_uuid("id"), uuid_null("county_id"), uuid("person_id"), word("role"), uuid("unit_id"), string_len("screen", 128),
        string_len("app_version", 64), text("text"), word("state"), time("made_at"), time_null("seen_at"),
    ], &[], &[Plain(&["county_id", "state", "made_at"]), Plain(&["person_id", "made_at"])]).await?;
    create(manager, "feedback_reply", vec![
        pk_uuid("id"), uuid("feedback_id"), uuid("person_id"), text("text"), time("made_at"),
    ], &[], &[Plain(&["feedback_id", "made_at"])]).await?;
    // What was written before is found by first sounds too; a name at a time, because names are few and repeat.
    let db = manager.get_connection();
    let backend = db.get_database_backend();
    for table in ["division", "site", "person"] {
        let names = db.query_all_raw(Statement::from_string(backend, format!("SELECT DISTINCT name FROM {table}"))).await?;
        for row in names {
            let name: String = row.try_get("", "name")?;
            let add = Statement::from_sql_and_values(
                backend,
                format!("UPDATE {table} SET search = search || $1 WHERE name = $2"),
                [format!(" {}", initials(&name)).into(), name.into()],
            );
            db.execute_raw(add).await?;
        }
    }
});

/// As names were spelt when this step was written; letters and digits stand for themselves.
fn initials(name: &str) -> String {
    let sound = |character: char| match character {
        _ if character.is_ascii_alphanumeric() => Some(character.to_ascii_lowercase()),
        _ => character.to_pinyin().and_then(|pinyin| pinyin.plain().chars().next()),
    };
    name.chars().filter_map(sound).collect()
}
