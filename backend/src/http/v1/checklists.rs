//! `/api/v1/checklists`: every version of every checklist, with its questions.

#![expect(unused_qualifications, reason = "the documenting macro qualifies the type of the query")]

use crate::{
    app::{
        App, Caller,
        standards::checklists::{ChecklistFilter, ChecklistView},
    },
    domain::{field::media::Sha256, page::Page, problem::Code},
    http::{
        extract::{Path, Query},
        paging::page,
        problem::{Answer, Failure},
    },
};
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    web,
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Key of a site kind.
    site_kind: Option<String>,
    /// `active` for the versions that new visits use, or `retired`.
    status: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Checklists by kind, newest version first.
#[utoipa::path(get, path = "/api/v1/checklists", tag = "standards", params(Asked), responses(
    (status = 200, description = "A page of checklists", body = Page<ChecklistView>),
))]
pub async fn checklists(
    app: web::Data<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<web::Json<Page<ChecklistView>>, Failure> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = ChecklistFilter { site_kind: asked.site_kind, status: asked.status };
    Ok(web::Json(app.checklists(&caller, &filter, &page).await?))
}

/// One version; it never changes but for its status.
#[utoipa::path(get, path = "/api/v1/checklists/{id}", tag = "standards", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The checklist", body = ChecklistView),
))]
pub async fn checklist(
    app: web::Data<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<web::Json<ChecklistView>, Failure> {
    Ok(web::Json(app.checklist(&caller, id).await?))
}

/// An example picture of an item, by the hash of its bytes; a phone may keep it for ever.
#[utoipa::path(get, path = "/api/v1/checklists/examples/{sha256}", tag = "standards", params(("sha256" = String, Path)), responses(
    (status = 200, description = "The picture", body = Vec<u8>, content_type = "image/png"),
    (status = 404, description = "No checklist of the county shows it"),
))]
pub async fn example(app: web::Data<App>, caller: Caller, Path(sha256): Path<String>) -> Answer {
    let sha256 = Sha256::parse(&sha256).ok_or(Code::NotFound)?;
    let picture = app.example(&caller, sha256).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, picture.media_type))
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(picture.bytes))
}
