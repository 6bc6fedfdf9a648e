//! Who stands in for whom: signatures by leave, substitutes, hand-over, gaps, referrals to departments, delay told upwards, and photos
//! from a village without an account.

mod delegations;
mod holders;
mod local;
mod rechecks;
mod referrals;
mod self_checks;
mod standstill;
mod village;

use chrono::TimeDelta;
use lalian::domain::clock::{Clock as _, local_day};
use lalian_tests::actor::Actor;
use lalian_tests::http::Answer;
use lalian_tests::phone::fresh_id;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::Value;

/// A desk write with a key of its own.
async fn write(actor: &Actor, path: &str, body: &Value) -> Answer {
    actor.http.with("idempotency-key", &fresh_id().to_string()).post(path, body).await
}

/// The same with another method.
pub(super) async fn put_json(actor: &Actor, path: &str, body: &Value) -> Answer {
    let http = actor.http.with("idempotency-key", &fresh_id().to_string());
    lalian_tests::http::send(http.request(Method::PUT, path).json(body)).await
}

/// A day from now on, as the forms write it.
fn day(world: &World, ahead: i64) -> String {
    (local_day(world.clock.now()) + TimeDelta::days(ahead)).to_string()
}
