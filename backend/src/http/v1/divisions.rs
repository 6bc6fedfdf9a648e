//! `/api/v1/divisions`: the register of townships and villages, and outlines to draw.

#![expect(unused_qualifications, reason = "the documenting macro qualifies the type of the query")]

use crate::{
    app::{
        App, Caller,
        places::{
            areas::Outlines,
            divisions::{DivisionFilter, DivisionRow},
        },
    },
    domain::{page::Page, places::division::DivisionKind},
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
    kind: Option<DivisionKind>,
    parent_id: Option<Uuid>,
    /// Part of a name or code; width, case and spaces do not matter.
    q: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The divisions of one's county, by code.
#[utoipa::path(get, path = "/api/v1/divisions", tag = "places", params(Asked), responses(
    (status = 200, description = "A page of divisions", body = Page<DivisionRow>),
))]
pub async fn divisions(
    app: web::Data<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<web::Json<Page<DivisionRow>>, Failure> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = DivisionFilter { kind: asked.kind, parent_id: asked.parent_id, search: asked.q };
    Ok(web::Json(app.divisions(&caller, &filter, &page).await?))
}

/// One division.
#[utoipa::path(get, path = "/api/v1/divisions/{id}", tag = "places", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The division", body = DivisionRow),
))]
pub async fn division(
    app: web::Data<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<web::Json<DivisionRow>, Failure> {
    Ok(web::Json(app.division(&caller, id).await?))
}

/// Outlines of all townships of one's county, simplified to about 30 m; neighbours keep one common border.
#[utoipa::path(get, path = "/api/v1/divisions/outlines", tag = "places", responses(
    (status = 200, description = "A GeoJSON FeatureCollection", body = Outlines),
))]
pub async fn outlines(
    app: web::Data<App>,
    caller: Caller,
) -> Result<web::Json<std::sync::Arc<Outlines>>, Failure> {
    Ok(web::Json(app.outlines(&caller).await?))
}
