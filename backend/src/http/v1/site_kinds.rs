//! `/api/v1/site-kinds`: what kinds of sites a county knows.

use crate::{
    app::{App, Caller, standards::checklists::SiteKindRow},
    domain::page::Page,
    http::problem::Failure,
};
use actix_web::web;

/// All kinds of sites of one's county, by key.
#[utoipa::path(get, path = "/api/v1/site-kinds", tag = "standards", responses(
    (status = 200, description = "All kinds; `next` is always null", body = Page<SiteKindRow>),
))]
pub async fn site_kinds(
    app: web::Data<App>,
    caller: Caller,
) -> Result<web::Json<Page<SiteKindRow>>, Failure> {
    Ok(web::Json(app.site_kinds(&caller).await?))
}
