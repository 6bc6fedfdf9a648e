//! `/api/v1/demo`: the stand 演示台 of `lalian demo`. Everywhere else these addresses are not found.

use super::session::{self, Session};
use crate::{
    app::{
        App,
        demo::{
            stand::{AtPane, DemoWho},
            walk::Walk,
        },
        people::devices::NewDevice,
    },
    domain::{clock::Instant, demo::Pane, problem::Code},
    http::{State, auth, extract::Json, problem::Answer, same_origin::SameOrigin, stand::Stand},
};
use actix_web::{HttpRequest, HttpResponse, http::header::USER_AGENT, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The stand: where its panes are, and who stands there.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoStand {
    county: DemoCounty,
    /// The stand's own origin: panes obey nobody else.
    stand: String,
    panes: Vec<DemoPane>,
    #[schema(value_type = String, format = DateTime)]
    made_at: Instant,
    /// How phones in the same room come in; only where the demo lets them.
    lan: Option<DemoLan>,
}

/// The invented county.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoCounty {
    name: String,
}

/// The real program, signed in as one person, at an origin of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoPane {
    pane: Pane,
    url: String,
    person: DemoWho,
    unit_name: String,
}

/// Addresses for phones in the same room.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoLan {
    url: String,
    /// Where a phone gets the certificate first.
    install_url: String,
}

/// Who comes in at a pane: nobody types a name or a password.
#[derive(Deserialize, ToSchema)]
pub struct DemoSignIn {
    /// The local database that is to be bound to this person.
    #[serde(default)]
    device: Option<NewDevice>,
}

/// The walk under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoWalk {
    walk: Option<Walk>,
}

/// The stand of this demo.
#[utoipa::path(get, path = "/api/v1/demo", tag = "demo", responses(
    (status = 200, description = "The stand", body = DemoStand),
))]
pub async fn stand(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
) -> Answer<web::Json<DemoStand>> {
    let Stand { origin, panes, .. } = state.stand(&request).ok_or(Code::NotFound)?;
    let cast = app.cast().await?;
    let url = |wanted: Pane| panes.iter().find(|(pane, _)| *pane == wanted).map(|(_, url)| url.clone());
    let at = |AtPane { pane, person, unit_name }| Some(DemoPane { pane, url: url(pane)?, person, unit_name });
    Ok(web::Json(DemoStand {
        county: DemoCounty { name: cast.county },
        panes: cast.panes.into_iter().filter_map(at).collect(),
        stand: origin,
        made_at: cast.made_at,
        lan: state.lan.as_ref().map(|lan| DemoLan { url: lan.url(), install_url: lan.install_url() }),
    }))
}

/// Signs in the person of the pane at whose address this comes; answers as `POST /session` does.
#[utoipa::path(post, path = "/api/v1/demo/session", tag = "demo", request_body = DemoSignIn, responses(
    (status = 200, description = "Signed in", body = Session),
))]
pub async fn sign_in(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
    _ours: SameOrigin,
    body: Json<DemoSignIn>,
) -> Answer {
    let pane = state.stand(&request).and_then(|stand| stand.pane).ok_or(Code::NotFound)?;
    let user_agent =
        request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let signed_in = app.sign_in_at(pane, body.0.device, user_agent, auth::origin(&request)).await?;
    Ok(session::opened(signed_in, &request, &state))
}

/// How far the walk is.
#[utoipa::path(get, path = "/api/v1/demo/walk", tag = "demo", responses(
    (status = 200, description = "The walk, or null before the first", body = DemoWalk),
))]
pub async fn walk(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
) -> Answer<web::Json<DemoWalk>> {
    state.stand(&request).ok_or(Code::NotFound)?;
    Ok(web::Json(DemoWalk { walk: app.walk().await? }))
}

/// Begins a walk, or begins anew: another site is drawn.
#[utoipa::path(post, path = "/api/v1/demo/walk", tag = "demo", responses(
    (status = 200, description = "A site is drawn", body = DemoWalk),
))]
pub async fn begin_walk(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
    _ours: SameOrigin,
) -> Answer<web::Json<DemoWalk>> {
    state.stand(&request).ok_or(Code::NotFound)?;
    Ok(web::Json(DemoWalk { walk: Some(app.begin_walk().await?) }))
}

/// Puts the county back as it was made. Passwords stay; everybody signs in again.
#[utoipa::path(post, path = "/api/v1/demo/reset", tag = "demo", responses(
    (status = 204, description = "As it was made, and serving again"),
))]
pub async fn reset(
    request: HttpRequest,
    app: web::Data<App>,
    state: web::Data<State>,
    _ours: SameOrigin,
) -> Answer {
    state.stand(&request).ok_or(Code::NotFound)?;
    state.open(app.reset_demo().await?);
    Ok(HttpResponse::NoContent().finish())
}
