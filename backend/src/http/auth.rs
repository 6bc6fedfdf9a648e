//! From what a request carries to the caller: `Authorization: Bearer <access token>`, or, only where sealed work is sent,
//! `Authorization: Device <device_id>:<send_credential>`. Tokens say who, never what they may do: posts are read per
//! request, so an ended one is refused at the next. A picture in a page has no header: its address is signed instead.

use super::{State, admission, extract::parse_query, problem::Failure, request_id::RequestId, routes::Who};
use crate::{
    app::{App, AppError, Caller, Origin},
    domain::{clock::Instant, field::media::PictureSize, people::permission::Action, problem::Code},
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap},
    web,
};
use serde::Deserialize;
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

/// What makes an address good. Nothing writes it down: logs hold no query strings.
#[derive(Deserialize)]
struct Pass {
    pass: String,
}

/// When the address of a request ends; put beside it by the door.
#[derive(Debug, Clone, Copy)]
pub struct GoodUntil(pub Instant);

/// Who holds the signed address of a picture. Whatever is wrong with it, the answer is the same and tells nothing.
pub async fn holder(request: &HttpRequest, action: Action) -> Result<(Caller, GoodUntil), AppError> {
    let ended = || AppError::from(Code::AddressEnded);
    let app = request.app_data::<web::Data<App>>().ok_or_else(ended)?;
    let (file_id, size) = web::Path::<(Uuid, PictureSize)>::extract(request)
        .into_inner()
        .map_err(|_not_a_picture| ended())?
        .into_inner();
    let Pass { pass } = parse_query(request.query_string()).map_err(|_no_pass| ended())?;
    let (holder, until) = app.address_key.verify(file_id, size, &pass).ok_or_else(ended)?;
    let caller = app.admit_holder(&holder, origin(request)).await?;
    // Somebody who shows a token of his own does not look through another person's eyes.
    if request.headers().contains_key(AUTHORIZATION) {
        let bearer = authenticate(request, Who::May(action)).await.map_err(|_not_signed_in| ended())?;
        if bearer.person_id != caller.person_id {
            return Err(ended());
        }
    }
    caller.require(action).map_err(|_may_not| ended())?;
    Ok((caller, GoodUntil(until)))
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
