//! `/api/v1/backups`: whether the data is also elsewhere.

use crate::{
    app::{
        App, Caller,
        care::list::{self, BackupBoard},
    },
    http::problem::Answer,
};
use actix_web::web;

/// The newest backups, made or tried, and when the last one succeeded.
#[utoipa::path(get, path = "/api/v1/backups", tag = "backups", responses((status = 200, description = "The backups", body = BackupBoard)))]
pub async fn list(app: web::Data<App>, caller: Caller) -> Answer<web::Json<BackupBoard>> {
    Ok(web::Json(list::board(&app, &caller).await?))
}
