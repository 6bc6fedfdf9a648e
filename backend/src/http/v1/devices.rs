//! `/api/v1/devices`: local databases, one's own or the county's, and the lost phone.

use crate::{
    app::{App, Caller, people::devices::KnownDevice},
    http::{
        extract::{Path, Query},
        problem::Answer,
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

impl DevicesQuery {
    pub fn words(&self) -> Option<&str> {
        self.q.as_deref()
    }
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
    Ok(web::Json(Devices { items: app.devices(&caller, query.0.words()).await? }))
}

/// Revokes a device: its sessions end, nothing that it seals from now on is taken in, what it sealed before still
/// arrives for 30 days.
#[utoipa::path(delete, path = "/api/v1/devices/{id}", tag = "devices",
    params(("id" = Uuid, Path)), responses((status = 204, description = "Revoked")))]
pub async fn revoke(app: web::Data<App>, caller: Caller, id: Path<Uuid>) -> Answer {
    app.revoke_device(&caller, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
