//! `/api/v1/settings`: what the county decides for itself.

use crate::{
    app::{
        App, Caller,
        standards::settings::{SettingsRow, SettingsView},
    },
    domain::standards::settings::CountySettings,
    http::{extract::Write, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

/// The settings with their defaults and history.
#[utoipa::path(get, path = "/api/v1/settings", tag = "standards", responses(
    (status = 200, description = "As they are now", body = SettingsView),
))]
pub async fn settings(app: web::Data<App>, caller: Caller) -> Answer<web::Json<SettingsView>> {
    Ok(web::Json(app.settings(&caller).await?))
}

/// The whole document, over the version that its writer saw (0 while nothing was changed). What it does not name gets its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    version: i32,
    settings: CountySettings,
    #[serde(default)]
    reason: String,
}

/// Changes the settings; they count from now on.
#[utoipa::path(put, path = "/api/v1/settings", tag = "standards", params(("Idempotency-Key" = String, Header)), request_body = SettingsBody,
    responses(
        (status = 200, description = "Changed", body = SettingsRow),
        (status = 409, description = "conflict: somebody changed them meanwhile; or id_reused"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn set_settings(
    app: web::Data<App>,
    caller: Caller,
    write: Write<SettingsBody>,
) -> Answer<web::Json<SettingsRow>> {
    let Write { body, once } = write;
    Ok(web::Json(app.set_settings(&caller, &once, body.settings, body.version, &body.reason).await?))
}
