//! `/api/v1/devices`: local databases, one's own or the county's, and the lost phone.

use crate::{
    app::{App, Caller, people::devices::KnownDevice, reports::lists},
    http::{
        extract::{Path, Query},
        problem::Answer,
        v1::sheets::{SheetQuery, download},
    },
};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Newest contact first.
#[derive(Serialize, ToSchema)]
pub struct Devices {
    items: Vec<KnownDevice>,
}

/// Which devices.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DevicesQuery {
    /// Name, first sounds, login or number of its person, or part of its own name.
    q: Option<String>,
}

/// One's own devices; the county's for the office, those of their villages' cadres for a township.
#[utoipa::path(get, path = "/api/v1/devices", tag = "devices", params(DevicesQuery), responses(
    (status = 200, description = "The devices", body = Devices),
))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<DevicesQuery>,
) -> Answer<web::Json<Devices>> {
    Ok(web::Json(Devices { items: app.devices(&caller, query.0.q.as_deref()).await? }))
}

/// The rows of the list as a workbook, in the same order; audited.
#[utoipa::path(get, path = "/api/v1/devices/list.xlsx", tag = "devices", params(DevicesQuery, SheetQuery), responses(
    (status = 200, description = "The workbook", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
))]
pub async fn list_xlsx(
    app: web::Data<App>,
    caller: Caller,
    query: Query<DevicesQuery>,
    sheet: Query<SheetQuery>,
) -> Answer {
    download(lists::devices(&app, &caller, sheet.0.language()?, query.0.q.as_deref()).await?)
}

/// Revokes a device: its sessions end, nothing that it seals from now on is taken in, what it sealed before still
/// arrives for 30 days.
#[utoipa::path(delete, path = "/api/v1/devices/{id}", tag = "devices",
    params(("id" = Uuid, Path)), responses((status = 204, description = "Revoked")))]
pub async fn revoke(app: web::Data<App>, caller: Caller, id: Path<Uuid>) -> Answer {
    app.revoke_device(&caller, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
