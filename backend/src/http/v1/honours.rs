//! `/api/v1/honours` and `/api/v1/liaisons`: titles that places hold, and who answers for them.

use super::delegations::DutyReason;
use crate::{
    app::{
        App, Caller,
        duties::liaisons::{self, LiaisonView, NewLiaison},
        places::{
            honours::{self, Asked, HonourFacts, HonourView, NewHonour},
            import_honours::{self, HonoursImported},
            rechecks::{self, NewRecheck},
        },
    },
    domain::{page::Page, places::division::Honour},
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which ones.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HonoursQuery {
    level: Option<Honour>,
    township_id: Option<Uuid>,
    /// Held today (or not).
    valid: Option<bool>,
    /// To be looked at again within the days of the reminders, or due before today.
    recheck_due: Option<bool>,
    /// To be looked at again on this local day.
    recheck_on: Option<NaiveDate>,
    /// Held until this local day.
    ends_on: Option<NaiveDate>,
    /// Part of the place's name or of the title.
    q: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

impl HonoursQuery {
    pub(super) fn asked(&self) -> Asked {
        Asked {
            level: self.level,
            township_id: self.township_id,
            valid: self.valid,
            search: self.q.clone(),
            recheck_due: self.recheck_due.unwrap_or(false),
            recheck_on: self.recheck_on,
            ends_on: self.ends_on,
        }
    }
}

/// Titles in the caller's scope, newest year first.
#[utoipa::path(get, path = "/api/v1/honours", tag = "honours", params(HonoursQuery),
    responses((status = 200, description = "One page", body = Page<HonourView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<HonoursQuery>,
) -> Answer<web::Json<Page<HonourView>>> {
    let page = page(query.0.cursor.as_deref(), query.0.limit)?;
    Ok(web::Json(honours::list(&app, &caller, &query.0.asked(), &page).await?))
}

/// Enters a title.
#[utoipa::path(post, path = "/api/v1/honours", tag = "honours", params(("Idempotency-Key" = String, Header)),
    request_body = NewHonour, responses(
        (status = 201, description = "Entered", body = HonourView),
        (status = 409, description = "wrong_state: entered already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn add(app: web::Data<App>, caller: Caller, write: Write<NewHonour>) -> Answer {
    Ok(HttpResponse::Created().json(honours::add(&app, &caller, &write.once, &write.body).await?))
}

/// A title put right, over the version that was seen.
#[derive(Deserialize, ToSchema)]
pub struct HonourChange {
    version: i32,
    #[serde(flatten)]
    facts: HonourFacts,
}

/// Puts a title right.
#[utoipa::path(put, path = "/api/v1/honours/{id}", tag = "honours",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = HonourChange, responses(
        (status = 200, description = "As it is now", body = HonourView),
        (status = 404, description = "Not in the county"),
        (status = 409, description = "conflict, or wrong_state"),
    ))]
pub async fn change(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<HonourChange>,
) -> Answer<web::Json<HonourView>> {
    let HonourChange { version, facts } = &write.body;
    Ok(web::Json(honours::change(&app, &caller, &write.once, id.0, *version, facts).await?))
}

/// A title is lost.
#[utoipa::path(post, path = "/api/v1/honours/{id}/revoke", tag = "honours",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = DutyReason, responses(
        (status = 200, description = "As it is now", body = HonourView),
        (status = 404, description = "Not in the county"),
    ))]
pub async fn revoke(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<DutyReason>,
) -> Answer<web::Json<HonourView>> {
    Ok(web::Json(honours::revoke(&app, &caller, &write.once, id.0, &write.body.reason).await?))
}

/// What came of looking at a title again.
#[utoipa::path(post, path = "/api/v1/honours/{id}/rechecks", tag = "honours",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = NewRecheck, responses(
        (status = 200, description = "As it is now", body = HonourView),
        (status = 404, description = "Not in the county"),
        (status = 409, description = "conflict, or wrong_state: taken back already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn recheck(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<NewRecheck>,
) -> Answer<web::Json<HonourView>> {
    Ok(web::Json(rechecks::record(&app, &caller, &write.once, id.0, &write.body).await?))
}

/// A file of titles.
#[derive(Deserialize, ToSchema)]
pub struct HonoursFile {
    /// CSV with the columns `subject_kind,code,level,title,year` and, if present, `valid_until,recheck_day,note`.
    csv: String,
    /// Say what would be done, and do nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Imports a file: all of it, or nothing and why.
#[utoipa::path(post, path = "/api/v1/honours/import", tag = "honours", params(("Idempotency-Key" = String, Header)),
    request_body = HonoursFile, responses((status = 200, description = "What was done, or what is wrong", body = HonoursImported)))]
pub async fn import(
    app: web::Data<App>,
    caller: Caller,
    write: Write<HonoursFile>,
) -> Answer<web::Json<HonoursImported>> {
    let HonoursFile { csv, dry_run } = &write.body;
    Ok(web::Json(import_honours::import(&app, &caller, &write.once, csv, *dry_run).await?))
}

/// Names who answers for an honoured place.
#[utoipa::path(post, path = "/api/v1/liaisons", tag = "liaisons", params(("Idempotency-Key" = String, Header)),
    request_body = NewLiaison, responses(
        (status = 201, description = "Named", body = LiaisonView),
        (status = 404, description = "Not in the caller's scope"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn name(app: web::Data<App>, caller: Caller, write: Write<NewLiaison>) -> Answer {
    Ok(HttpResponse::Created().json(liaisons::name(&app, &caller, &write.once, &write.body).await?))
}

/// Ends it without a successor.
#[utoipa::path(post, path = "/api/v1/liaisons/{id}/end", tag = "liaisons",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = DutyReason, responses(
        (status = 200, description = "Ended", body = LiaisonView),
        (status = 404, description = "Not in the caller's scope"),
    ))]
pub async fn end(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<DutyReason>,
) -> Answer<web::Json<LiaisonView>> {
    Ok(web::Json(liaisons::end(&app, &caller, &write.once, id.0, &write.body.reason).await?))
}
