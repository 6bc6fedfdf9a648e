//! `/api/v1/posts`: a post ends; what was done under it stays.

use crate::{
    app::{
        App, Caller,
        duties::hand_over::{self, HandOver, HandedOver, PostWork},
        people::persons::HeldPost,
    },
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

/// What hangs on a post, and who could take it over.
#[utoipa::path(get, path = "/api/v1/posts/{id}/work", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What a hand-over would move", body = PostWork)))]
pub async fn work(app: web::Data<App>, caller: Caller, id: Path<Uuid>) -> Answer<web::Json<PostWork>> {
    Ok(web::Json(hand_over::preview(&app, &caller, id.0).await?))
}

/// Ends a post now and moves what hangs on it to a successor, in one step.
#[utoipa::path(post, path = "/api/v1/posts/{id}/hand-over", tag = "people",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = HandOver, responses(
        (status = 200, description = "Handed over", body = HandedOver),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "wrong_state: it has ended"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn hand_over(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<HandOver>,
) -> Answer<web::Json<HandedOver>> {
    Ok(web::Json(hand_over::hand_over(&app, &caller, &write.once, id.0, &write.body).await?))
}
