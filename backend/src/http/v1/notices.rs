//! `/api/v1/notices`: the inbox of the acting post, and the text for chat groups.

use crate::{
    app::{
        App, Caller,
        notices::{
            inbox::{Marking, NoticeCounts, NoticeDigest, NoticeView, narrowed},
            text::DigestText,
        },
    },
    domain::{
        notices::kind::{Group, NoticeKind},
        page::Page,
        people::role::UnitKind,
    },
    http::{
        extract::{Json, Query},
        paging::page,
        problem::Answer,
    },
};
use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which ones.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticesQuery {
    group: Option<Group>,
    kind: Option<NoticeKind>,
    /// Only what the reader has not marked as seen (or only the others).
    unseen: Option<bool>,
    ticket_id: Option<Uuid>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// What the acting post is told, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", params(NoticesQuery),
    responses((status = 200, description = "One page", body = Page<NoticeView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<NoticesQuery>,
) -> Answer<web::Json<Page<NoticeView>>> {
    let asked = query.0;
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = narrowed(asked.group, asked.kind, asked.unseen, asked.ticket_id);
    Ok(web::Json(app.notices(&caller, &filter, &page).await?))
}

/// Counts for the badge.
#[utoipa::path(get, path = "/api/v1/notices/counts", tag = "notices",
    responses((status = 200, description = "What is not seen", body = NoticeCounts)))]
pub async fn counts(app: web::Data<App>, caller: Caller) -> Answer<web::Json<NoticeCounts>> {
    Ok(web::Json(app.notice_counts(&caller).await?))
}

/// One line a kind, and what there is to do now.
#[utoipa::path(get, path = "/api/v1/notices/digest", tag = "notices",
    responses((status = 200, description = "The digest", body = NoticeDigest)))]
pub async fn digest(app: web::Data<App>, caller: Caller) -> Answer<web::Json<NoticeDigest>> {
    Ok(web::Json(app.notice_digest(&caller).await?))
}

/// What is marked as seen: these, or everything (of one kind).
#[derive(Deserialize, ToSchema)]
#[schema(as = NoticesSeen)]
pub struct Seen {
    #[serde(default)]
    #[schema(max_items = 200)]
    ids: Vec<Uuid>,
    #[serde(default)]
    all: bool,
    #[serde(default)]
    kind: Option<NoticeKind>,
}

/// Marks notices as seen, for oneself only. A repeat changes nothing.
#[utoipa::path(post, path = "/api/v1/notices/seen", tag = "notices", request_body = inline(Seen),
    responses((status = 200, description = "What is not seen now", body = NoticeCounts)))]
pub async fn see(app: web::Data<App>, caller: Caller, body: Json<Seen>) -> Answer<web::Json<NoticeCounts>> {
    let Seen { ids, all, kind } = body.0;
    Ok(web::Json(app.see_notices(&caller, &Marking { ids, all, kind }).await?))
}

/// Marks to be taken back.
#[derive(Deserialize, ToSchema)]
#[schema(as = NoticesUnseen)]
pub struct Unseen {
    #[schema(max_items = 200)]
    ids: Vec<Uuid>,
}

/// Takes one's own marks back.
#[utoipa::path(post, path = "/api/v1/notices/unseen", tag = "notices", request_body = inline(Unseen),
    responses((status = 200, description = "What is not seen now", body = NoticeCounts)))]
pub async fn unsee(
    app: web::Data<App>,
    caller: Caller,
    body: Json<Unseen>,
) -> Answer<web::Json<NoticeCounts>> {
    Ok(web::Json(app.unsee_notices(&caller, &body.0.ids).await?))
}

/// A unit; the caller's own when nothing is said.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnitQuery {
    unit_kind: Option<UnitKind>,
    unit_id: Option<Uuid>,
}

/// A text to be copied into a chat group: counts and a link, no names, nothing of hidden rounds.
#[utoipa::path(get, path = "/api/v1/notices/digest-text", tag = "notices", params(UnitQuery),
    responses((status = 200, description = "The text", body = DigestText), (status = 404, description = "Not a unit that the caller may ask about")))]
pub async fn digest_text(
    app: web::Data<App>,
    caller: Caller,
    query: Query<UnitQuery>,
) -> Answer<web::Json<DigestText>> {
    let UnitQuery { unit_kind, unit_id } = query.0;
    Ok(web::Json(app.digest_text(&caller, unit_kind.zip(unit_id)).await?))
}

/// A template, and the unit that it is tried on.
#[derive(Deserialize, ToSchema)]
pub struct NoticeDraft {
    template: String,
    #[serde(default)]
    unit_kind: Option<UnitKind>,
    #[serde(default)]
    unit_id: Option<Uuid>,
}

/// What a template says now.
#[derive(Serialize, ToSchema)]
pub struct TemplatePreview {
    text: String,
}

/// Tries a template on a unit.
#[utoipa::path(post, path = "/api/v1/notices/preview", tag = "notices", request_body = NoticeDraft,
    responses((status = 200, description = "The text", body = TemplatePreview), (status = 422, description = "invalid_field")))]
pub async fn preview(
    app: web::Data<App>,
    caller: Caller,
    body: Json<NoticeDraft>,
) -> Answer<web::Json<TemplatePreview>> {
    let NoticeDraft { template, unit_kind, unit_id } = body.0;
    let text = app.preview_template(&caller, &template, unit_kind.zip(unit_id)).await?;
    Ok(web::Json(TemplatePreview { text }))
}
