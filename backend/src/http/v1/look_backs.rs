//! `/api/v1/look-backs`: draws of closed tickets that are looked at again.

use crate::{
    app::{
        App, Caller,
        look_backs::{
            self, LookBackDetail, LookBackView,
            figures::{self, LookBackFigures},
        },
    },
    domain::page::Page,
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which part of the list.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LookBacksQuery {
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Draws, newest first.
#[utoipa::path(get, path = "/api/v1/look-backs", tag = "look-backs", params(LookBacksQuery),
    responses((status = 200, description = "One page", body = Page<LookBackView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<LookBacksQuery>,
) -> Answer<web::Json<Page<LookBackView>>> {
    let page = page(query.0.cursor.as_deref(), query.0.limit)?;
    Ok(web::Json(look_backs::list(&app, &caller, &page).await?))
}

/// The days on which the candidates were closed.
#[derive(Deserialize, ToSchema)]
pub struct NewLookBack {
    from_day: NaiveDate,
    to_day: NaiveDate,
}

/// Draws from what was closed on these days, by a seed that is made now and kept.
#[utoipa::path(post, path = "/api/v1/look-backs", tag = "look-backs", request_body = NewLookBack,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, description = "Drawn", body = LookBackView), (status = 409, description = "wrong_state: these days were drawn before"),
        (status = 422, description = "invalid_field")))]
pub async fn draw(app: web::Data<App>, caller: Caller, write: Write<NewLookBack>) -> Answer {
    let Write { body, once } = write;
    let made = look_backs::draw_span(&app, &caller, &once, body.from_day, body.to_day).await?;
    Ok(HttpResponse::Created().json(made))
}

/// One draw with what it drew.
#[utoipa::path(get, path = "/api/v1/look-backs/{id}", tag = "look-backs", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The draw", body = LookBackDetail)))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<LookBackDetail>> {
    Ok(web::Json(look_backs::get(&app, &caller, path.0).await?))
}

/// Why it is drawn again.
#[derive(Deserialize, ToSchema)]
pub struct LookBackRedo {
    reason: String,
}

/// Draws the same days again; both draws stay on record.
#[utoipa::path(post, path = "/api/v1/look-backs/{id}/redo", tag = "look-backs", request_body = LookBackRedo,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, description = "Drawn", body = LookBackView), (status = 409, description = "wrong_state: drawn again already"),
        (status = 422, description = "invalid_field")))]
pub async fn redo(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<LookBackRedo>,
) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created().json(look_backs::redo(&app, &caller, &once, path.0, &body.reason).await?))
}

/// Days of the look.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LookBackSpan {
    from: Option<NaiveDate>,
    /// Today if absent.
    to: Option<NaiveDate>,
}

/// How repairs held, by township.
#[utoipa::path(get, path = "/api/v1/figures/look-backs", tag = "figures", params(LookBackSpan),
    responses((status = 200, description = "Figures", body = LookBackFigures)))]
pub async fn rates(
    app: web::Data<App>,
    caller: Caller,
    query: Query<LookBackSpan>,
) -> Answer<web::Json<LookBackFigures>> {
    Ok(web::Json(figures::figures(&app, &caller, query.0.from, query.0.to).await?))
}
