//! From the bearer token to the caller. The access token carries person, session and device only; role and scope are
//! read per request, so an ended post is refused at the next one.

use super::problem::Failure;
use crate::{
    app::{AppError, Caller},
    domain::problem::Code,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use std::future::{Ready, ready};

/// Who sends this request.
#[expect(clippy::unused_async, reason = "reads the caller's posts once sessions exist")]
pub async fn authenticate(_request: &HttpRequest) -> Result<Caller, AppError> {
    Err(Code::SignedOut.into())
}

/// The caller that the door has let in. A route whose table row names nobody has none.
impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| Code::SignedOut.into()))
    }
}
