//! `/api/v1/calendar/{year}`: holidays and make-up days 调休, by which deadlines are counted.

use crate::{
    app::{App, Caller, standards::calendar::CalendarYear},
    domain::standards::calendar::{PlanDay, YearPlan},
    http::{
        extract::{Path, Write},
        problem::Failure,
    },
};
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

/// A year as the office enters it from the State Council's notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewYear {
    /// The version that was seen: 0 while the office has entered nothing for this year.
    version: i32,
    /// Days off and worked weekends; ordinary days are left out.
    days: Vec<PlanDay>,
}

/// A year of one's county.
#[utoipa::path(get, path = "/api/v1/calendar/{year}", tag = "standards", params(("year" = i32, Path)), responses(
    (status = 200, description = "The year", body = CalendarYear),
))]
pub async fn calendar_year(
    app: web::Data<App>,
    caller: Caller,
    Path(year): Path<i32>,
) -> Result<web::Json<CalendarYear>, Failure> {
    Ok(web::Json(app.calendar_year(&caller, year).await?))
}

/// Replaces a year; tickets keep the due dates they have.
#[utoipa::path(put, path = "/api/v1/calendar/{year}", tag = "standards",
    params(("year" = i32, Path), ("Idempotency-Key" = String, Header)), request_body = NewYear, responses(
    (status = 200, description = "The year as it is now", body = CalendarYear),
))]
pub async fn set_calendar_year(
    app: web::Data<App>,
    caller: Caller,
    Path(year): Path<i32>,
    Write { body, once }: Write<NewYear>,
) -> Result<web::Json<CalendarYear>, Failure> {
    let plan = YearPlan { year, days: body.days };
    Ok(web::Json(app.set_calendar_year(&caller, &once, plan, body.version).await?))
}
