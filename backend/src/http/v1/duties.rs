//! `/api/v1/duties`: who holds what, and where nothing moves.

use super::substitutes::UnitQuery;
use crate::{
    app::{
        App, Caller,
        duties::{
            colleagues::{self, ColleagueList},
            gaps::{self, GapList},
            progress::{self, IdleTickets},
        },
    },
    http::{extract::Query, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;
use uuid::Uuid;

/// Open tickets without a step of their unit for long, by township.
#[utoipa::path(get, path = "/api/v1/duties/no-progress", tag = "duties",
    responses((status = 200, description = "In the caller's scope", body = IdleTickets)))]
pub async fn no_progress(app: web::Data<App>, caller: Caller) -> Answer<web::Json<IdleTickets>> {
    Ok(web::Json(progress::idle(&app, &caller).await?))
}

/// The people of one's own unit; for the office of any.
#[utoipa::path(get, path = "/api/v1/duties/colleagues", tag = "duties", params(UnitQuery),
    responses((status = 200, description = "Those with a valid post", body = ColleagueList)))]
pub async fn colleagues(
    app: web::Data<App>,
    caller: Caller,
    query: Query<UnitQuery>,
) -> Answer<web::Json<ColleagueList>> {
    Ok(web::Json(colleagues::list(&app, &caller, query.0.unit_id).await?))
}

/// Where.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GapsQuery {
    township_id: Option<Uuid>,
}

/// Duties that nobody holds or soon nobody will, and honoured places without a liaison.
#[utoipa::path(get, path = "/api/v1/duties/gaps", tag = "duties", params(GapsQuery),
    responses((status = 200, description = "In the caller's scope", body = GapList)))]
pub async fn gaps(
    app: web::Data<App>,
    caller: Caller,
    query: Query<GapsQuery>,
) -> Answer<web::Json<GapList>> {
    Ok(web::Json(gaps::list(&app, &caller, query.0.township_id).await?))
}
