//! `/api/v1/sync`: a phone's working set as changes, or as a paged snapshot.

use crate::{
    app::{
        App, Caller,
        field::sync::{self, Feed, Snapshot},
    },
    http::{extract::Query, problem::Answer},
};
use actix_web::web;
use serde::Deserialize;

/// From where on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    cursor: Option<String>,
}

/// Changes since a cursor.
#[utoipa::path(get, path = "/api/v1/sync", tag = "sync", params(ChangesQuery), responses(
    (status = 200, description = "Changes in order", body = Feed),
    (status = 410, description = "gone: take a snapshot"),
))]
pub async fn changes(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ChangesQuery>,
) -> Answer<web::Json<Feed>> {
    Ok(web::Json(sync::changes(&app, &caller, query.0.cursor.as_deref()).await?))
}

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SnapshotQuery {
    page: Option<String>,
}

/// One page of the whole working set.
#[utoipa::path(get, path = "/api/v1/sync/snapshot", tag = "sync", params(SnapshotQuery), responses(
    (status = 200, description = "One page", body = Snapshot),
    (status = 410, description = "gone: start at the first page"),
))]
pub async fn snapshot(
    app: web::Data<App>,
    caller: Caller,
    query: Query<SnapshotQuery>,
) -> Answer<web::Json<Snapshot>> {
    Ok(web::Json(sync::snapshot(&app, &caller, query.0.page.as_deref()).await?))
}
