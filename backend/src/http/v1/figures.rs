//! `/api/v1/figures`: what the boards show. Every number opens its rows and says "as of".

use crate::{
    app::{
        App, Caller,
        reports::zero::{self, ZeroBoard},
    },
    http::problem::Answer,
};
use actix_web::web;

/// The zero board: open static issues by township, with the burn-down.
#[utoipa::path(get, path = "/api/v1/figures/zero", tag = "figures", responses((status = 200, description = "The board", body = ZeroBoard)))]
pub async fn zero(app: web::Data<App>, caller: Caller) -> Answer<web::Json<ZeroBoard>> {
    Ok(web::Json(zero::board(&app, &caller).await?))
}
