//! `/api/v1/figures`: what the boards show. Every number opens its rows and says "as of".

use crate::{
    app::{
        App, Caller,
        colours::counters::{self, MonthCounters},
        evidence::scrub::{self, StorageFigures},
        reports::zero::{self, ZeroBoard},
    },
    http::{extract::Query, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;

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

/// Which month.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CountersQuery {
    /// `YYYY-MM`; the running one if absent.
    month: Option<String>,
}

/// Counters of a month: all townships', or one's own beside the county's middle.
#[utoipa::path(get, path = "/api/v1/figures/counters", tag = "figures", params(CountersQuery),
    responses((status = 200, description = "The counters", body = MonthCounters)))]
pub async fn counters(
    app: web::Data<App>,
    caller: Caller,
    query: Query<CountersQuery>,
) -> Answer<web::Json<MonthCounters>> {
    Ok(web::Json(counters::counters(&app, &caller, query.0.month.as_deref()).await?))
}
