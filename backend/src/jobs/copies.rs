//! Makes the copies of one photo for the screen. Payload `{county_id, sha256}`.

use crate::{
    app::{App, AppError, AppResult},
    domain::field::media::Sha256,
    files::Key,
};
use serde_json::Value;
use uuid::Uuid;

pub(super) async fn run(app: &App, payload: &Value) -> AppResult<()> {
    app.make_copies(key(payload)?).await.map(drop)
}

/// Weighs one picture as evidence wherever it is named. The same payload.
pub(super) async fn weigh(app: &App, payload: &Value) -> AppResult<()> {
    app.weigh_photo(key(payload)?).await
}

/// Removes the bytes of a photo that two people erased, copies and all. The same payload.
pub(super) async fn erase(app: &App, payload: &Value) -> AppResult<()> {
    app.erase_bytes(key(payload)?).await
}

pub(super) async fn give_up(app: &App, payload: &Value) -> AppResult<()> {
    app.give_up_copies(key(payload)?).await
}

fn key(payload: &Value) -> AppResult<Key> {
    let text = |name: &str| payload[name].as_str().unwrap_or_default();
    let county = Uuid::parse_str(text("county_id")).ok();
    let sha256 = Sha256::parse(text("sha256"));
    county
        .zip(sha256)
        .map(|(county, sha256)| Key { county, sha256 })
        .ok_or_else(|| AppError::Internal("the payload names no file".into()))
}
