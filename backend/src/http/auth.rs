//! From what a request carries to the caller: `Authorization: Bearer <access token>`, or, only where sealed work is sent,
//! `Authorization: Device <device_id>:<send_credential>`. Tokens say who, never what they may do: posts are read per
//! request, so an ended one is refused at the next.

use super::{State, admission, problem::Failure, request_id::RequestId, routes::Who};
use crate::{
    app::{App, AppError, Caller, Origin},
    domain::problem::Code,
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap},
    web,
};
use std::future::{Ready, ready};
use uuid::Uuid;

/// Names the post under which the client wants to act.
const POST: &str = "lalian-post";

/// Who sends this request, if this route takes such a proof.
pub async fn authenticate(request: &HttpRequest, who: Who) -> Result<Caller, AppError> {
    let app = request.app_data::<web::Data<App>>().ok_or(Code::SignedOut)?;
    let (scheme, credentials) = authorization(request.headers()).ok_or(Code::SignedOut)?;
    let origin = origin(request);
    if scheme.eq_ignore_ascii_case("bearer") {
        let admitted = app.admit_token(credentials, wanted_post(request.headers()), origin).await?;
        // What was sealed must arrive, whatever the state of the password.
        if admitted.must_change_password && !matches!(who, Who::Newcomer | Who::Sender) {
            return Err(Code::PasswordMustChange.into());
        }
        return Ok(admitted.caller);
    }
    if scheme.eq_ignore_ascii_case("device") && who == Who::Sender {
        let (device, credential) = credentials.split_once(':').ok_or(Code::SignedOut)?;
        let device = Uuid::parse_str(device).map_err(|_not_an_id| AppError::from(Code::SignedOut))?;
        return app.admit_device(device, credential, origin).await;
    }
    Err(Code::SignedOut.into())
}

fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some((scheme, credentials.trim()))
}

/// An id that cannot be one names a post that nobody holds.
fn wanted_post(headers: &HeaderMap) -> Option<Uuid> {
    let value = headers.get(POST)?.to_str().unwrap_or_default();
    Some(Uuid::parse_str(value.trim()).unwrap_or_default())
}

/// Where a request came from, for the audit record.
pub fn origin(request: &HttpRequest) -> Origin {
    let proxies = request.app_data::<web::Data<State>>().map(|state| state.proxies.as_slice());
    Origin {
        address: admission::peer(request, proxies.unwrap_or_default()).map(|address| address.to_string()),
        request_id: Some(RequestId::of(request)).filter(|id| !id.is_empty()),
    }
}

/// The caller that the door has let in. A route whose table row names nobody has none.
impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| Code::SignedOut.into()))
    }
}
