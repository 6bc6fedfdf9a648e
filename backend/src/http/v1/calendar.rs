//! `/api/v1/calendar/{year}`: holidays and make-up days 调休, by which deadlines are counted.

use crate::{
    app::{
        App, Caller,
        standards::calendar::{CalendarPreview, CalendarYear},
    },
    domain::standards::calendar::{PlanDay, YearPlan},
    http::{
        extract::{Json, Path, Write},
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
    /// Addresses of the notices.
    #[serde(default)]
    papers: Vec<String>,
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
    let plan = YearPlan { year, papers: body.papers, days: body.days };
    Ok(web::Json(app.set_calendar_year(&caller, &once, plan, body.version).await?))
}

/// A year as a file of the public format has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct YearDraft {
    days: Vec<PlanDay>,
    #[serde(default)]
    papers: Vec<String>,
}

/// What saving a year would change; writes nothing.
#[utoipa::path(post, path = "/api/v1/calendar/{year}/preview", tag = "standards", params(("year" = i32, Path)), request_body = YearDraft,
    responses(
        (status = 200, description = "What it would change", body = CalendarPreview),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn preview_calendar_year(
    app: web::Data<App>,
    caller: Caller,
    Path(year): Path<i32>,
    Json(body): Json<YearDraft>,
) -> Result<web::Json<CalendarPreview>, Failure> {
    let plan = YearPlan { year, papers: body.papers, days: body.days };
    Ok(web::Json(app.preview_calendar_year(&caller, &plan).await?))
}
