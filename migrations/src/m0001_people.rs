//! People, the posts they hold, their sessions and their phones (decisions.md 3, 4, 6).

use crate::table::{
    Index::{Plain, Unique},
    prelude::*,
};

crate::step!(manager => {
    create(manager, "person", vec![
        pk_uuid("id"), uuid_null("county_id"), string_len("login", 64), string_len("name", 64), string_len_null("phone", 32),
        word("locale"), text_null("password_hash"), boolean("must_change_password"), word("status"),
        time("created_at"), integer("version"), text("search"),
    ], &[], &[Unique(&["login"]), Plain(&["county_id", "id"])]).await?;
    create(manager, "department", vec![
        pk_uuid("id"), uuid("county_id"), string_len("code", 64), string_len("name_zh", 128), string_len("name_en", 128),
        integer("version"),
    ], &[], &[Unique(&["county_id", "code"])]).await?;
    create(manager, "post", vec![
        pk_uuid("id"), uuid_null("county_id"), uuid("person_id"), word("role"), word("unit_kind"), uuid("unit_id"),
        time("valid_from"), time_null("valid_to"), uuid_null("delegated_by"), time("created_at"), integer("version"),
    ], &[], &[Plain(&["person_id"]), Plain(&["county_id", "unit_id"])]).await?;
    create(manager, "session", vec![
        pk_uuid("id"), uuid("person_id"), uuid_null("device_id"), time("created_at"), time("last_used_at"), time("expires_at"),
        time_null("revoked_at"), string_len_null("revoke_reason", 64), text_null("user_agent"),
    ], &[], &[Plain(&["person_id"])]).await?;
    create(manager, "refresh_token", vec![
        string_len("hash", 64), uuid("session_id"), time("created_at"), time("expires_at"), time_null("used_at"),
        string_len_null("parent_hash", 64),
    ], &["hash"], &[Plain(&["session_id"])]).await?;
    create(manager, "login_attempt", vec![
        string_len("key", 64), integer("failures"), time("last_at"), time("blocked_until"),
    ], &["key"], &[]).await?;
    create(manager, "one_time_code", vec![
        string_len("hash", 64), uuid("person_id"), word("purpose"), time("created_at"), time("expires_at"), time_null("used_at"),
    ], &["hash"], &[Plain(&["person_id"])]).await?;
    create(manager, "device", vec![
        pk_uuid("id"), uuid_null("county_id"), uuid("person_id"), string_len("name", 128), text("public_key"),
        string_len_null("credential_hash", 64), time("created_at"), time_null("revoked_at"), time("last_contact_at"),
        string_len_null("app_version", 64), text_null("user_agent"), big_integer("sealed_through"), big_integer("last_seq"),
        integer("held_operations"), integer("held_files"), time_null("oldest_held_at"), big_integer_null("free_bytes"),
        boolean_null("persisted"), big_integer("receipts"), string_len_null("last_receipt_hash", 80),
    ], &[], &[Plain(&["county_id", "id"]), Plain(&["person_id"]), Unique(&["credential_hash"])]).await?;
});
