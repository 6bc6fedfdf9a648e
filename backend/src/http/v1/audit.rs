//! `/api/v1/audit`: who did what, for the office; for the platform's administrator what belongs to no county.

use crate::{
    app::{
        App, Caller,
        reports::audit::{self, Asked, AuditView},
    },
    domain::page::Page,
    http::{extract::Query, paging::page, problem::Answer},
};
use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

/// Which lines.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only lines about this object.
    object_id: Option<String>,
    /// Only what this person did.
    person_id: Option<Uuid>,
    /// Only lines about objects of this kind, such as `tickets` or `settings`.
    noun: Option<String>,
    /// All but lines about objects of this kind, such as `session`.
    except: Option<String>,
    /// From this local day on.
    from: Option<NaiveDate>,
    /// Until this local day.
    to: Option<NaiveDate>,
    /// Words of the reason; within 92 days.
    q: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

impl From<AuditQuery> for Asked {
    fn from(query: AuditQuery) -> Self {
        let AuditQuery { object_id, person_id, noun, except, from, to, q: words, .. } = query;
        Self { object_id, person_id, noun, except, from, to, words }
    }
}

/// The record of the county, newest first; the platform's administrator reads what belongs to no county.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery), responses(
    (status = 200, description = "One page", body = Page<AuditView>),
    (status = 422, description = "invalid_field: words over too many days"),
))]
pub async fn audit(
    app: web::Data<App>,
    caller: Caller,
    query: Query<AuditQuery>,
) -> Answer<web::Json<Page<AuditView>>> {
    let asked = query.0;
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    Ok(web::Json(audit::list(&app, &caller, &asked.into(), &page).await?))
}
