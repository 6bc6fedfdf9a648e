//! `/api/v1/talks` and `/api/v1/copies`: what people wrote down of talks, and what was copied to the leaders in charge.

use crate::{
    app::{
        App, Caller,
        colours::{
            leaders::{self, CopyRow},
            talks::{self, NewTalk, TalkRow},
        },
    },
    domain::page::Page,
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
pub struct TalksQuery {
    township_id: Option<Uuid>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Records, newest first; a township reads the talks that concern it.
#[utoipa::path(get, path = "/api/v1/talks", tag = "talks", params(TalksQuery), responses(
    (status = 200, description = "One page", body = Page<TalkRow>),
))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<TalksQuery>,
) -> Answer<web::Json<Page<TalkRow>>> {
    let TalksQuery { township_id, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(talks::list(&app, &caller, township_id, &page).await?))
}

/// Writes a record down; nothing is edited, a correction names what it corrects.
#[utoipa::path(post, path = "/api/v1/talks", tag = "talks", params(("Idempotency-Key" = String, Header)), request_body = NewTalk, responses(
    (status = 201, description = "Written down", body = TalkRow),
    (status = 409, description = "conflict: it was corrected already"),
    (status = 422, description = "invalid_field"),
))]
pub async fn add(app: web::Data<App>, caller: Caller, write: Write<NewTalk>) -> Answer {
    Ok(HttpResponse::Created().json(talks::add(&app, &caller, &write.once, &write.body).await?))
}

/// One record.
#[utoipa::path(get, path = "/api/v1/talks/{id}", tag = "talks", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The record", body = TalkRow),
))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<TalkRow>> {
    Ok(web::Json(talks::get(&app, &caller, path.0).await?))
}

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CopiesQuery {
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Copies, newest first: a leader's own, or all of the county for the office.
#[utoipa::path(get, path = "/api/v1/copies", tag = "talks", params(CopiesQuery), responses(
    (status = 200, description = "One page", body = Page<CopyRow>),
))]
pub async fn copies(
    app: web::Data<App>,
    caller: Caller,
    query: Query<CopiesQuery>,
) -> Answer<web::Json<Page<CopyRow>>> {
    let CopiesQuery { cursor, limit } = query.0;
    Ok(web::Json(leaders::copies(&app, &caller, &page(cursor.as_deref(), limit)?).await?))
}
