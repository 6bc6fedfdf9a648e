//! `/api/v1/figures`: what the boards show. Every number opens its rows and says "as of".

use crate::{
    app::{
        App, Caller,
        evidence::scrub::{self, StorageFigures},
        reports::zero::{self, ZeroBoard},
    },
    http::problem::Answer,
};
use actix_web::web;

/// How the stored bytes are: all of them are read and hashed again within 30 days.
#[utoipa::path(get, path = "/api/v1/figures/storage", tag = "figures", responses((status = 200, description = "The figures", body = StorageFigures)))]
pub async fn storage(app: web::Data<App>, caller: Caller) -> Answer<web::Json<StorageFigures>> {
    Ok(web::Json(scrub::figures(&app, &caller).await?))
}

/// The zero board: open static issues by township, with the burn-down.
#[utoipa::path(get, path = "/api/v1/figures/zero", tag = "figures", responses((status = 200, description = "The board", body = ZeroBoard)))]
pub async fn zero(app: web::Data<App>, caller: Caller) -> Answer<web::Json<ZeroBoard>> {
    Ok(web::Json(zero::board(&app, &caller).await?))
}

/// What departments were asked to do.
#[utoipa::path(get, path = "/api/v1/figures/referrals", tag = "figures", responses((status = 200, description = "By department", body = crate::app::duties::referrals::ReferralFigures)))]
pub async fn referrals(
    app: web::Data<App>,
    caller: Caller,
) -> Answer<web::Json<crate::app::duties::referrals::ReferralFigures>> {
    Ok(web::Json(crate::app::duties::referrals::figures(&app, &caller).await?))
}
