//! `/api/v1/sites`: the register of sites, with what happened there last.

#![expect(unused_qualifications, reason = "the documenting macro qualifies the type of the query")]

use crate::{
    app::{
        App, Caller,
        field::last_photos::LastPhotos,
        places::sites::{SiteFilter, SiteRow},
    },
    domain::page::Page,
    http::{
        extract::{Path, Query},
        paging::page,
        problem::Failure,
    },
};
use actix_web::web;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Key of a site kind.
    kind: Option<String>,
    township_id: Option<Uuid>,
    village_id: Option<Uuid>,
    /// `active` or `retired`; both if absent.
    status: Option<String>,
    /// Only those whose point lies outside the township that the register names (or only the others).
    outside_township: Option<bool>,
    /// Part of a name or code; width, case and spaces do not matter.
    q: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The sites that one may see, by code.
#[utoipa::path(get, path = "/api/v1/sites", tag = "places", params(Asked), responses(
    (status = 200, description = "A page of sites", body = Page<SiteRow>),
))]
pub async fn sites(
    app: web::Data<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<web::Json<Page<SiteRow>>, Failure> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    Ok(web::Json(app.sites(&caller, &narrowed(asked), &page).await?))
}

pub(super) fn narrowed(asked: Asked) -> SiteFilter {
    SiteFilter {
        kind: asked.kind,
        township_id: asked.township_id,
        village_id: asked.village_id,
        status: asked.status,
        outside: asked.outside_township,
        search: asked.q,
    }
}

/// One site with its last visit and the number of its open tickets.
#[utoipa::path(get, path = "/api/v1/sites/{id}", tag = "places", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The site", body = SiteRow),
))]
pub async fn site(
    app: web::Data<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<web::Json<SiteRow>, Failure> {
    Ok(web::Json(app.site(&caller, id).await?))
}

/// The site of a code, as its QR plate names it.
#[utoipa::path(get, path = "/api/v1/sites/by-code/{code}", tag = "places", params(("code" = String, Path)), responses(
    (status = 200, description = "The site", body = SiteRow),
))]
pub async fn by_code(
    app: web::Data<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<web::Json<SiteRow>, Failure> {
    Ok(web::Json(app.site_by_code(&caller, &code).await?))
}

/// The newest photo of each item at a site, for taking the next one from the same place.
#[utoipa::path(get, path = "/api/v1/sites/{id}/last-photos", tag = "places", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Newest first; the pictures are read from `/photos/{photo_id}/display`", body = LastPhotos),
))]
pub async fn last_photos(
    app: web::Data<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<web::Json<LastPhotos>, Failure> {
    Ok(web::Json(app.last_photos(&caller, id).await?))
}
