//! `/.well-known/jwks.json`: the keys that receipts verify with, for phones, rescue tools and anybody who doubts.

use crate::app::{App, people::keys::PublicKey};
use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use serde::Serialize;
use utoipa::ToSchema;

/// A JSON Web Key Set (RFC 7517); retired keys stay, with their dates.
#[derive(Serialize, ToSchema)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// The public receipt keys.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "keys", responses(
    (status = 200, description = "The key set", body = KeySet, content_type = "application/jwk-set+json"),
))]
pub async fn jwks(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(KeySet { keys: app.keys.jwks() })
}
