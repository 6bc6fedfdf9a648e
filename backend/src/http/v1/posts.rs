//! `/api/v1/posts`: a post ends; what was done under it stays.

use crate::{
    app::{App, Caller, people::persons::HeldPost},
    domain::clock::Instant,
    http::{
        extract::{Path, Write},
        problem::Answer,
    },
};
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The end of a post.
#[derive(Deserialize, ToSchema)]
pub struct End {
    /// Now, when nothing is said; never in the past.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Instant>,
    #[serde(default)]
    reason: String,
}

/// Ends a post; from then on it is refused.
#[utoipa::path(post, path = "/api/v1/posts/{id}/end", tag = "people",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = End,
    responses((status = 200, description = "Ended", body = HeldPost)))]
pub async fn end(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<End>,
) -> Answer<web::Json<HeldPost>> {
    let End { at, reason } = &write.body;
    Ok(web::Json(app.end_post(&caller, id.0, *at, reason, &write.once).await?))
}
