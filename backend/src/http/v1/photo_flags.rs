//! `/api/v1/photo-flags`: what is odd about photos, and the word of a person against it.

use crate::{
    app::{
        App, Caller,
        evidence::{
            flags::{self, FlagRow, PhotoFlagView, Wanted},
            tallies::{self, RuleTally},
        },
    },
    domain::page::Page,
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which flags.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FlagsQuery {
    code: Option<String>,
    /// `weak`, `look` or `strong`.
    strength: Option<String>,
    /// Only those that a person overruled, or only those that stand.
    overruled: Option<bool>,
    /// Taken there, by the register.
    township_id: Option<Uuid>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

impl From<FlagsQuery> for Wanted {
    fn from(query: FlagsQuery) -> Self {
        let FlagsQuery { code, strength, overruled, township_id, .. } = query;
        Self { code, strength, overruled, township_id }
    }
}

/// The county's flags, newest first.
#[utoipa::path(get, path = "/api/v1/photo-flags", tag = "photo_flags", params(FlagsQuery),
    responses((status = 200, description = "One page", body = Page<FlagRow>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<FlagsQuery>,
) -> Answer<web::Json<Page<FlagRow>>> {
    let page = page(query.0.cursor.as_deref(), query.0.limit)?;
    Ok(web::Json(flags::list(&app, &caller, &query.0.into(), &page).await?))
}

/// Every rule: what it weighs, how often it spoke, how often it was overruled.
#[utoipa::path(get, path = "/api/v1/photo-flags/rules", tag = "photo_flags",
    responses((status = 200, description = "All rules", body = Vec<RuleTally>)))]
pub async fn rules(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Vec<RuleTally>>> {
    Ok(web::Json(tallies::tallies(&app, &caller).await?))
}

/// A person's word on a flag.
#[derive(Deserialize, ToSchema)]
pub struct FlagDecision {
    /// `true`: it stands again; `false`: it means nothing here.
    stands: bool,
    reason: String,
}

/// Overrules a flag, or lets it stand again, with a reason.
#[utoipa::path(post, path = "/api/v1/photo-flags/{id}/decision", tag = "photo_flags",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = FlagDecision,
    responses(
        (status = 200, description = "As it is now", body = PhotoFlagView),
        (status = 404, description = "Not in the caller's county"),
        (status = 409, description = "wrong_state: the photo is the caller's own"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn decide(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<FlagDecision>,
) -> Answer<web::Json<PhotoFlagView>> {
    let Write { body, once } = write;
    Ok(web::Json(flags::overrule(&app, &caller, &once, path.0, body.stands, &body.reason).await?))
}
