//! `GET /api/v1/health`: for balancers, for the sign-in page (demo banner), and for people who wonder.

use crate::http::State;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// How this installation is.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Health {
    /// The program runs.
    alive: bool,
    /// It can do its work now.
    ready: bool,
    version: &'static str,
    /// This is the demo county: show 示例数据 everywhere.
    demo: bool,
    /// Somebody has an account. Without one the sign-in says how the first is made.
    accounts: bool,
    /// The address that the operator named for browsers (`--public-url`): stands in all that is printed or handed on.
    public_url: Option<String>,
    checks: Checks,
}

/// What readiness is made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checks {
    /// The database answers.
    database: bool,
    /// The database has the shape that this program expects.
    schema: bool,
    /// There is room for files. Without it photos wait on the phones while answers still enter, so it decides nothing here.
    room: bool,
}

/// Whether the program is alive and ready.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", responses(
    (status = 200, description = "Alive and ready", body = Health),
    (status = 503, description = "Alive, not ready yet", body = Health),
))]
pub async fn health(state: web::Data<State>) -> HttpResponse {
    let database = state.app.database_answers().await;
    let ready = state.is_ready() && database;
    let health = Health {
        alive: true,
        ready,
        version: env!("CARGO_PKG_VERSION"),
        demo: state.app.demo,
        accounts: !ready || state.app.has_accounts().await,
        public_url: state.app.named_address(),
        checks: Checks { database, schema: state.epoch().is_some(), room: state.app.has_room() },
    };
    if ready { HttpResponse::Ok().json(health) } else { HttpResponse::ServiceUnavailable().json(health) }
}
