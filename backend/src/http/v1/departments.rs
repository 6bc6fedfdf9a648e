//! `/api/v1/departments`: the county's departments.

use crate::{
    app::{App, Caller, standards::departments::DepartmentRow},
    domain::page::Page,
    http::problem::Answer,
};
use actix_web::web;

/// All departments of the county.
#[utoipa::path(get, path = "/api/v1/departments", tag = "standards", responses(
    (status = 200, description = "Departments", body = Page<DepartmentRow>),
))]
pub async fn departments(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Page<DepartmentRow>>> {
    Ok(web::Json(app.departments(&caller).await?))
}
