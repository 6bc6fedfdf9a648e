//! `/api/v1/notices/push`: browsers that their own person lets us wake.

use crate::{
    app::{
        App, Caller,
        notices::pushes::{PushAdded, PushView},
    },
    http::{
        extract::{Json, Path},
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The key for the browser, and how many of one's browsers are woken.
#[utoipa::path(get, path = "/api/v1/notices/push", tag = "notice_push",
    responses((status = 200, description = "For this person", body = PushView)))]
pub async fn get(app: web::Data<App>, caller: Caller) -> Answer<web::Json<PushView>> {
    Ok(web::Json(app.pushes(&caller).await?))
}

/// What the browser answered; its keys are not needed, because nothing is ever said.
#[derive(Deserialize, ToSchema)]
pub struct PushBody {
    endpoint: String,
}

/// Lets a browser be woken. The same one again has the same id.
#[utoipa::path(post, path = "/api/v1/notices/push", tag = "notice_push", request_body = PushBody,
    responses((status = 201, description = "Kept", body = PushAdded), (status = 422, description = "invalid_field: not one of the known push services")))]
pub async fn add(app: web::Data<App>, caller: Caller, body: Json<PushBody>) -> Answer {
    Ok(HttpResponse::Created().json(app.add_push(&caller, &body.0.endpoint).await?))
}

/// Forgets a browser of one's own; one that is gone already is no fault.
#[utoipa::path(delete, path = "/api/v1/notices/push/{id}", tag = "notice_push", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Forgotten")))]
pub async fn remove(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer {
    app.remove_push(&caller, path.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
