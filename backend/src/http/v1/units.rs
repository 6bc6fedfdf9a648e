//! `/api/v1/units`: where whoever keeps accounts may give a post.

#![expect(unused_qualifications, reason = "the documenting macro qualifies the type of the query")]

use crate::{
    app::{
        App, Caller,
        people::choices::{UnitChoice, UnitsAsked},
    },
    domain::{page::Page, people::role::UnitKind},
    http::{extract::Query, paging::page, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which units.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    #[param(inline)]
    kind: UnitKind,
    /// Needed from the platform's administrator for all kinds but `county`; others have one county.
    county_id: Option<Uuid>,
    /// The township of villages.
    parent_id: Option<Uuid>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Units of one kind that the caller may give posts in, by code.
#[utoipa::path(get, path = "/api/v1/units", tag = "people", params(Wanted), responses(
    (status = 200, description = "A page of units", body = Page<UnitChoice>),
    (status = 422, description = "invalid_field: the county is missing"),
))]
pub async fn units(
    app: web::Data<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer<web::Json<Page<UnitChoice>>> {
    let Wanted { kind, county_id, parent_id, cursor, limit } = wanted;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(app.units(&caller, &UnitsAsked { kind, county_id, parent_id }, &page).await?))
}
