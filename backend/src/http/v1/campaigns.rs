//! `/api/v1/campaigns`: zeroing campaigns, what they would take, and their boards.

use crate::{
    app::{
        App, Caller,
        campaigns::{
            self, CampaignView, NewCampaign,
            board::{self, CampaignBoard},
            preview::{self, CampaignPreview},
        },
    },
    domain::{
        campaigns::CampaignState,
        page::Page,
        problem::{Code, Problem},
    },
    http::{
        extract::{Path, Query, Write},
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which campaigns.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CampaignsQuery {
    /// `draft`, `running` or `ended`; all if absent.
    state: Option<String>,
}

impl CampaignsQuery {
    pub(super) fn state(self) -> Result<Option<CampaignState>, Problem> {
        let wrong =
            || Problem::new(Code::Malformed).with_field("state", "没有这种状态", "there is no such state");
        self.state.map(|word| CampaignState::parse(&word).ok_or_else(wrong)).transpose()
    }
}

/// Campaigns that the caller may know of, newest first.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaigns", params(CampaignsQuery),
    responses((status = 200, description = "Campaigns", body = Page<CampaignView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<CampaignsQuery>,
) -> Answer<web::Json<Page<CampaignView>>> {
    Ok(web::Json(campaigns::list(&app, &caller, query.0.state()?).await?))
}

/// Drafts a campaign.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "campaigns", request_body = NewCampaign,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, description = "Drafted", body = CampaignView), (status = 422, description = "invalid_field")))]
pub async fn draft(app: web::Data<App>, caller: Caller, write: Write<NewCampaign>) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created().json(campaigns::draft(&app, &caller, &once, body).await?))
}

/// One campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "campaigns", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The campaign", body = CampaignView)))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<CampaignView>> {
    Ok(web::Json(campaigns::get(&app, &caller, path.0).await?))
}

/// A draft as it should be, over the version that was seen.
#[derive(Deserialize, ToSchema)]
pub struct CampaignEdit {
    version: i32,
    #[serde(flatten)]
    campaign: NewCampaign,
}

/// Changes a draft.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}", tag = "campaigns", request_body = CampaignEdit,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Changed", body = CampaignView), (status = 409, description = "wrong_state, conflict")))]
pub async fn edit(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<CampaignEdit>,
) -> Answer<web::Json<CampaignView>> {
    let Write { body: CampaignEdit { version, campaign }, once } = write;
    Ok(web::Json(campaigns::edit(&app, &caller, &once, path.0, version, campaign).await?))
}

/// What a draft would take now.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/preview", tag = "campaigns", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What it takes", body = CampaignPreview), (status = 409, description = "wrong_state: no draft any more")))]
pub async fn preview(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
) -> Answer<web::Json<CampaignPreview>> {
    Ok(web::Json(preview::preview(&app, &caller, path.0).await?))
}

/// The version that was seen.
#[derive(Deserialize, ToSchema)]
pub struct CampaignStart {
    version: i32,
}

/// Starts a campaign: its baseline is frozen, dates move to its last day where they were later.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/start", tag = "campaigns", request_body = CampaignStart,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Running", body = CampaignView), (status = 409, description = "wrong_state, conflict"),
        (status = 422, description = "invalid_field: nothing to take, or the last day has passed")))]
pub async fn start(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<CampaignStart>,
) -> Answer<web::Json<CampaignView>> {
    let Write { body, once } = write;
    Ok(web::Json(campaigns::start(&app, &caller, &once, path.0, body.version).await?))
}

/// Why it ends before its last day.
#[derive(Deserialize, ToSchema)]
pub struct CampaignEnd {
    reason: String,
}

/// Ends a campaign before its last day; its numbers are frozen as they are.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/end", tag = "campaigns", request_body = CampaignEnd,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Ended", body = CampaignView), (status = 409, description = "wrong_state"), (status = 422, description = "invalid_field")))]
pub async fn end(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<CampaignEnd>,
) -> Answer<web::Json<CampaignView>> {
    let Write { body, once } = write;
    Ok(web::Json(campaigns::end(&app, &caller, &once, path.0, &body.reason).await?))
}

/// The numbers of a campaign by township and day.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/board", tag = "campaigns", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The board", body = CampaignBoard), (status = 409, description = "wrong_state: a draft has no numbers")))]
pub async fn board(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
) -> Answer<web::Json<CampaignBoard>> {
    Ok(web::Json(board::board(&app, &caller, path.0).await?))
}
