//! `/api/v1/figures`: what the boards show. Every number opens its rows and says "as of".

use crate::{
    app::{
        App, Caller,
        colours::{
            counters::{self, MonthCounters},
            rows::{self, MonthRows},
        },
        evidence::scrub::{self, StorageFigures},
        reports::{
            checks::{self as check_figures, CheckFigure, CheckFigures, CheckRows},
            dues::{self, DueMonth},
            zero::{self, ZeroBoard},
        },
    },
    domain::{
        colours::why::Figure,
        problem::{Code, Problem},
    },
    http::{extract::Query, paging::page, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;
use uuid::Uuid;

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

/// How far back.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChecksQuery {
    /// 1 to 24 months, this one counted; 6 if absent.
    months: Option<u32>,
}

/// How long checks took the county, month by month, beside how long acceptance took.
#[utoipa::path(get, path = "/api/v1/figures/checks", tag = "figures", params(ChecksQuery),
    responses((status = 200, description = "Figures from events", body = CheckFigures)))]
pub async fn checks(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ChecksQuery>,
) -> Answer<web::Json<CheckFigures>> {
    let months = query.0.months.unwrap_or(6);
    if !(1..=check_figures::MOST_MONTHS).contains(&months) {
        let problem = Problem::new(Code::Malformed).with_field("months", "应为 1 到 24", "expected 1 to 24");
        return Err(problem.into());
    }
    Ok(web::Json(check_figures::figures(&app, &caller, months).await?))
}

/// Which number of which month.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CheckRowsQuery {
    of: CheckFigure,
    /// `YYYY-MM`.
    month: String,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The rows behind a number of checks or acceptances; who reads for one unit opens its own acceptances.
#[utoipa::path(get, path = "/api/v1/figures/checks/rows", tag = "figures", operation_id = "check_rows", params(CheckRowsQuery),
    responses((status = 200, description = "One page", body = CheckRows), (status = 422, description = "invalid_field")))]
pub async fn check_rows(
    app: web::Data<App>,
    caller: Caller,
    query: Query<CheckRowsQuery>,
) -> Answer<web::Json<CheckRows>> {
    let CheckRowsQuery { of, month, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(check_figures::rows(&app, &caller, (of, &month), &page).await?))
}

/// The calendar of what falls due, in the caller's scope.
#[utoipa::path(get, path = "/api/v1/figures/calendar", tag = "figures", params(CountersQuery),
    responses((status = 200, description = "The month, day by day", body = DueMonth)))]
pub async fn due_month(
    app: web::Data<App>,
    caller: Caller,
    query: Query<CountersQuery>,
) -> Answer<web::Json<DueMonth>> {
    Ok(web::Json(dues::month(&app, &caller, query.0.month.as_deref()).await?))
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

/// Which number of whose month.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CounterRowsQuery {
    of: Figure,
    /// `YYYY-MM`; the running one if absent.
    month: Option<String>,
    /// One's own if absent.
    township_id: Option<Uuid>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The rows behind a number of a month as it is known now: a township's own, or any for the county.
#[utoipa::path(get, path = "/api/v1/figures/counters/rows", tag = "figures", operation_id = "counter_rows",
    params(CounterRowsQuery), responses(
        (status = 200, description = "One page", body = MonthRows),
        (status = 409, description = "wrong_state: it has not begun"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn counter_rows(
    app: web::Data<App>,
    caller: Caller,
    query: Query<CounterRowsQuery>,
) -> Answer<web::Json<MonthRows>> {
    let CounterRowsQuery { of, month, township_id, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(rows::so_far(&app, &caller, (month.as_deref(), township_id), of, &page).await?))
}
