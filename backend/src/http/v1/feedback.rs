//! `/api/v1/feedback`: what people tell about the program, and what is answered.

use crate::{
    app::{
        App, Caller,
        feedback::{self, FeedbackRow, NewFeedback, NewFeedbackReply},
    },
    domain::{feedback::FeedbackState, page::Page},
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

/// Which ones.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedbackQuery {
    /// Only what the reader wrote.
    mine: Option<bool>,
    #[param(inline)]
    state: Option<FeedbackState>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

impl FeedbackQuery {
    /// Whether only one's own, and in which state.
    pub(super) fn which(&self) -> (bool, Option<FeedbackState>) {
        (self.mine.unwrap_or(false), self.state)
    }
}

/// Newest first: one's own; for the office its county's, for the platform all.
#[utoipa::path(get, path = "/api/v1/feedback", tag = "feedback", params(FeedbackQuery), responses(
    (status = 200, description = "One page", body = Page<FeedbackRow>),
))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<FeedbackQuery>,
) -> Answer<web::Json<Page<FeedbackRow>>> {
    let page = page(query.0.cursor.as_deref(), query.0.limit)?;
    Ok(web::Json(feedback::list(&app, &caller, query.0.which(), &page).await?))
}

/// Tells something.
#[utoipa::path(post, path = "/api/v1/feedback", tag = "feedback", params(("Idempotency-Key" = String, Header)), request_body = NewFeedback, responses(
    (status = 201, description = "Written down", body = FeedbackRow),
    (status = 422, description = "invalid_field"),
))]
pub async fn add(app: web::Data<App>, caller: Caller, write: Write<NewFeedback>) -> Answer {
    Ok(HttpResponse::Created().json(feedback::add(&app, &caller, &write.once, &write.body).await?))
}

/// Answers, or goes on where one wrote oneself.
#[utoipa::path(post, path = "/api/v1/feedback/{id}/replies", tag = "feedback", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = NewFeedbackReply, responses(
    (status = 201, description = "With all that was said", body = FeedbackRow),
    (status = 409, description = "wrong_state: it is full"),
    (status = 422, description = "invalid_field"),
))]
pub async fn reply(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<NewFeedbackReply>,
) -> Answer {
    let shown = feedback::reply(&app, &caller, &write.once, (path.0, &write.body)).await?;
    Ok(HttpResponse::Created().json(shown))
}

/// One has read what was answered.
#[utoipa::path(post, path = "/api/v1/feedback/{id}/seen", tag = "feedback", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "Noted; nobody else is told"),
))]
pub async fn see(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer {
    feedback::see(&app, &caller, path.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
