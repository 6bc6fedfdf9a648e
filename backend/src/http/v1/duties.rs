//! `/api/v1/duties`: who holds what, and where nothing moves.

use super::substitutes::UnitQuery;
use crate::{
    app::{
        App, Caller,
        duties::{
            colleagues::{self, ColleagueList},
            gaps::{self, GapList},
            progress::{self, IdleTickets},
            self_checks::{self, SelfChecks},
        },
    },
    http::{extract::Query, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;
use uuid::Uuid;

/// Open tickets without a step of their unit for long, and self-checks due for as long, by township.
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
    pub(super) township_id: Option<Uuid>,
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

/// Which month's.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SelfChecksQuery {
    /// Such as `2026-11`; the present one where none is named.
    pub(super) month: Option<String>,
    /// One township's, with its sites.
    pub(super) township_id: Option<Uuid>,
}

/// The monthly self-checks of townships, where the county asks for them: a township its own sites, the county every township's number.
#[utoipa::path(get, path = "/api/v1/duties/self-checks", tag = "duties", params(SelfChecksQuery),
    responses((status = 200, description = "In the caller's scope", body = SelfChecks)))]
pub async fn self_checks(
    app: web::Data<App>,
    caller: Caller,
    query: Query<SelfChecksQuery>,
) -> Answer<web::Json<SelfChecks>> {
    let SelfChecksQuery { month, township_id } = query.0;
    Ok(web::Json(self_checks::list(&app, &caller, month.as_deref(), township_id).await?))
}
