//! `/api/v1/inspections`: visits as they were made. Making and correcting them are operations.

use crate::{
    app::{
        App, Caller,
        field::visits::{self, InspectionDetail, InspectionFilter, InspectionView},
    },
    domain::{
        page::Page,
        standards::calendar::{end_of_day, start_of_day},
    },
    http::{
        extract::{Path, Query},
        paging::page,
        problem::Answer,
    },
};
use actix_web::web;
use serde::Deserialize;
use uuid::Uuid;

/// How a list is narrowed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    site_id: Option<Uuid>,
    round_id: Option<Uuid>,
    /// Only one's own.
    mine: Option<bool>,
    township_id: Option<Uuid>,
    /// Local day of the visit, `YYYY-MM-DD`: from this one on.
    from: Option<chrono::NaiveDate>,
    /// Up to and with this day.
    to: Option<chrono::NaiveDate>,
    /// Part of the site's name, first sounds or code, or of its township's or village's name.
    q: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Visits in the caller's scope, newest first.
#[utoipa::path(get, path = "/api/v1/inspections", tag = "inspections", params(ListQuery), responses(
    (status = 200, description = "One page", body = Page<InspectionView>),
))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ListQuery>,
) -> Answer<web::Json<Page<InspectionView>>> {
    let asked = query.0;
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = narrowed(&asked, &caller);
    Ok(web::Json(visits::list(&app, &caller, &filter, &page).await?))
}

pub(super) fn narrowed(asked: &ListQuery, caller: &Caller) -> InspectionFilter {
    InspectionFilter {
        site_id: asked.site_id,
        round_id: asked.round_id,
        person_id: asked.mine.unwrap_or(false).then_some(caller.person_id),
        since: asked.from.map(start_of_day),
        before: asked.to.map(end_of_day),
        township_id: asked.township_id,
        search: asked.q.clone().filter(|text| !text.trim().is_empty()),
    }
}

/// One visit with every answer, its photos and its revisions.
#[utoipa::path(get, path = "/api/v1/inspections/{id}", tag = "inspections", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The visit", body = InspectionDetail),
))]
pub async fn get(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
) -> Answer<web::Json<InspectionDetail>> {
    Ok(web::Json(visits::get(&app, &caller, path.0).await?))
}
