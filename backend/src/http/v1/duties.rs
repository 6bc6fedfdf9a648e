//! `/api/v1/duties`: who holds what, and where nothing moves.

use crate::{
    app::{
        App, Caller,
        duties::progress::{self, IdleTickets},
    },
    http::problem::Answer,
};
use actix_web::web;

/// Open tickets without a step of their unit for long, by township.
#[utoipa::path(get, path = "/api/v1/duties/no-progress", tag = "duties",
    responses((status = 200, description = "In the caller's scope", body = IdleTickets)))]
pub async fn no_progress(app: web::Data<App>, caller: Caller) -> Answer<web::Json<IdleTickets>> {
    Ok(web::Json(progress::idle(&app, &caller).await?))
}
