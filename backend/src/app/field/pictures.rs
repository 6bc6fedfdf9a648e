//! Addresses for the pictures of a page: signed for whoever asks, and used by the browser without a token. Using one asks everything
//! again (`http::auth::holder`), so an address is never worth more than the sight of its person at that moment.

use crate::{
    app::{
        App, AppError, AppResult, Caller,
        caller::Proof,
        people::address_key::{Grant, Holder},
    },
    domain::{
        field::media::PictureSize,
        people::permission::Action,
        problem::{Code, Problem},
    },
    store::field::{
        files::{Copies, StoredFile},
        visible,
    },
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Pictures that one request may ask for: more than any screen shows.
pub const MOST: usize = 60;

/// How far a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureState {
    /// It can be shown.
    Here,
    /// The photo has arrived, its copies are being made.
    BeingMade,
    /// Still on somebody's phone.
    OnItsWay,
    /// There is no picture of this file, only the original.
    NoPreview,
    Erased,
    /// Not in the caller's scope.
    NotFound,
}

/// One picture, in the order in which it was asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PictureAddress {
    pub file_id: Uuid,
    pub state: PictureState,
    /// Below the server's own address; only where the picture is here.
    pub address: Option<String>,
}

/// What was asked for, and how long the addresses are good.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PictureAddresses {
    /// Seconds from now: a phone's own clock may be wrong.
    pub good_for_s: i64,
    pub items: Vec<PictureAddress>,
}

/// Signs addresses of one size for these photos, as far as the caller may see them.
pub async fn addresses(
    app: &App,
    caller: &Caller,
    size: PictureSize,
    file_ids: Vec<Uuid>,
) -> AppResult<PictureAddresses> {
    let post = caller.require(Action::ReadPhotos)?.id;
    // Only a session can end, so only a session lends its eyes.
    let Proof::Session(session) = caller.proof else { return Err(Code::Forbidden.into()) };
    if file_ids.is_empty() || file_ids.len() > MOST {
        return Err(AppError::from(Problem::field(
            "file_ids",
            format!("请一次给出 1 到 {MOST} 个照片编号"),
            format!("Give 1 to {MOST} ids of photos"),
        )));
    }
    let (scope, now) = (caller.scope()?, app.clock.now());
    let seen = visible::photos(app.store.read(), scope, caller.person_id, now, file_ids.clone()).await?;
    let holder = Holder { person: caller.person_id, session, post };
    let sign = |file_id| app.address_key.sign(&Grant { file_id, size, holder });
    let items = file_ids.into_iter().map(|file_id| {
        let state = seen.get(&file_id).map_or(PictureState::NotFound, |photo| {
            photo.file.as_ref().map_or(PictureState::OnItsWay, state_of)
        });
        let address = (state == PictureState::Here).then(|| {
            let (pass, _until) = sign(file_id);
            format!("/api/v1/pictures/{file_id}/{}?pass={pass}", size.as_str())
        });
        PictureAddress { file_id, state, address }
    });
    let items = items.collect();
    let (_pass, until) = sign(Uuid::nil());
    Ok(PictureAddresses { good_for_s: (until - now).num_seconds(), items })
}

fn state_of(file: &StoredFile) -> PictureState {
    if file.erased {
        return PictureState::Erased;
    }
    match file.copies {
        Copies::Waiting => PictureState::BeingMade,
        Copies::Made | Copies::Layer => PictureState::Here,
        Copies::Impossible => PictureState::NoPreview,
    }
}
