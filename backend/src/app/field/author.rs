//! Whether sealed work is its author's: the device, its signature, and the post at the time of sealing.
//!
//! Authority is judged at capture time (decisions.md 4): what was sealed while post and device were valid is taken in,
//! also after a transfer, a suspension, or with somebody else logged in.

use super::{answer::Refusal, facts};
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::Instant,
        field::{
            envelope::Envelope,
            flag::{Flag, FlagCode},
            kind::Kind,
            sheet::PAPER,
        },
        people::{
            permission::Action,
            role::{Role, UnitKind},
            scope::Scope,
        },
    },
    store::people::posts::PostRow,
};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde::Deserialize;
use uuid::Uuid;

/// Work sealed before its device or post ended is taken in for so long after.
const GRACE: TimeDelta = TimeDelta::days(30);

/// The author of an operation, as far as the server can vouch for it.
#[derive(Debug, Clone)]
pub struct Vouched {
    pub person_id: Uuid,
    /// Who has the bytes of its files: the author, or the person who entered the author's sheet and brings it.
    pub holder: Uuid,
    pub post_id: Uuid,
    pub role: Role,
    pub unit_id: Uuid,
    /// The rows that the author's post may see.
    pub scope: Scope,
    /// The person who entered it, where that is not only the author's own doing.
    pub typist: Option<Typist>,
    pub flags: Vec<Flag>,
    pub refusal: Option<Refusal>,
}

impl Vouched {
    /// Whether author and typist may tell of a visit there: people of a township only of their own land.
    pub fn may_visit(&self, township: Uuid, village: Uuid) -> bool {
        let visits = |scope: &Scope| !matches!(scope, Scope::Department { .. });
        self.may_report(township, village) && self.scopes().all(|scope| visits(&scope))
    }

    /// Whether author and typist may report a fault at a site there; a department looks after the whole county.
    pub fn may_report(&self, township: Uuid, village: Uuid) -> bool {
        self.scopes().all(|scope| match scope {
            Scope::Township { township: own, .. } => own == township,
            Scope::Village { village: own, .. } => own == village,
            Scope::County { .. } | Scope::Department { .. } => true,
            Scope::Platform | Scope::Own { .. } => false,
        })
    }

    fn scopes(&self) -> impl Iterator<Item = Scope> {
        [Some(self.scope), self.typist.map(|typist| typist.scope)].into_iter().flatten()
    }
}

/// Who entered what somebody else saw.
#[derive(Debug, Clone, Copy)]
pub struct Typist {
    pub person_id: Uuid,
    pub scope: Scope,
}

/// Judges the author of what this caller brings; `None` when it is not the caller's to bring.
pub async fn vouch(app: &App, caller: &Caller, sealed: Sealed<'_>) -> AppResult<Option<Vouched>> {
    let Some(county) = caller.county_id else { return Ok(None) };
    let vouched = judge(app, county, sealed).await?;
    let brings = |person: Uuid| person == caller.person_id;
    Ok(vouched
        .filter(|one| brings(one.person_id) || one.typist.is_some_and(|typist| brings(typist.person_id))))
}

/// Paper is entered for somebody else by a person whose own post may do the same or enter paper; judged, like the author, at the time of
/// sealing. Authority over tickets is never lent.
async fn typist(app: &App, county: Uuid, sealed: Sealed<'_>) -> AppResult<Option<Typist>> {
    let Some(by) = sealed.envelope.entered_by else { return Ok(None) };
    let Some(kind) = sealed.kind.filter(|kind| !kind.as_str().starts_with("ticket.")) else {
        return Ok(None);
    };
    let post = facts::post(app, by.post_id).await?.filter(|post| {
        let paper = sealed.is_paper() && Action::EnterPaper.allows(post.role);
        post.person_id == by.person_id
            && post.county_id == Some(county)
            && post.is_valid_at(sealed.entered_at)
            && (paper || kind.action().allows(post.role))
    });
    Ok(post.map(|post| Typist { person_id: by.person_id, scope: scope_of(&post, county) }))
}

/// The person whose device of this county sealed these bytes and signed them: the author, or who entered the author's paper.
pub async fn prove(app: &App, county: Uuid, sealed: &Sealed<'_>) -> AppResult<Option<Uuid>> {
    let (Some(number), Some(signature)) = (sealed.envelope.device, sealed.signature) else { return Ok(None) };
    let device = facts::device(app, number.id).await?.filter(|device| device.county_id == Some(county));
    let of = [Some(sealed.envelope.author), sealed.envelope.entered_by];
    let signer = device.filter(|device| {
        of.into_iter().flatten().any(|by| by.person_id == device.person_id)
            && signed_by(&device.public_key, signature, sealed.body)
    });
    Ok(signer.map(|device| device.person_id))
}

/// The rows that a post may see.
fn scope_of(post: &PostRow, county: Uuid) -> Scope {
    match (post.unit_kind, post.township_id) {
        (UnitKind::County | UnitKind::Platform, _) => Scope::County { county },
        (UnitKind::Department, _) => Scope::Department { county, department: post.unit_id },
        (UnitKind::Township, _) => Scope::Township { county, township: post.unit_id },
        (UnitKind::Village, Some(township)) => Scope::Village { county, township, village: post.unit_id },
        (UnitKind::Village, None) => Scope::Own { county, person: post.person_id },
    }
}

/// Sealed bytes as they came, and when they were made as far as we know.
#[derive(Clone, Copy)]
pub struct Sealed<'a> {
    pub envelope: &'a Envelope<'a>,
    pub kind: Option<Kind>,
    pub body: &'a [u8],
    pub signature: Option<&'a str>,
    /// When it was seen, as far as we know; of paper, when the sheet was filled in.
    pub at: Instant,
    /// When it was sealed; of paper, when it was entered.
    pub entered_at: Instant,
}

impl Sealed<'_> {
    fn is_paper(&self) -> bool {
        self.envelope.capture.as_deref() == Some(PAPER)
    }
}

/// Judges post, device and signature; `None` when the post was never this person's in this county.
pub async fn judge(app: &App, county: Uuid, sealed: Sealed<'_>) -> AppResult<Option<Vouched>> {
    let Sealed { envelope, kind, body, signature, at, .. } = sealed;
    let author = envelope.author;
    let typist = typist(app, county, sealed).await?;
    let entered_by = typist.map(|typist| typist.person_id);
    let Some(post) = facts::post(app, author.post_id)
        .await?
        .filter(|post| post.person_id == author.person_id && post.county_id == Some(county))
    else {
        return Ok(None);
    };
    let mut flags = Vec::new();
    let mut refusal = None;
    if !post.is_valid_at(at) {
        flags.push(FlagCode::PostEnded.flag());
        // A command needs authority; a visit is a fact, whoever was there.
        let late = post.valid_to.is_some_and(|end| at > end + GRACE);
        if late || kind.is_some_and(|kind| kind.as_str().starts_with("ticket.")) {
            refusal = Some(Refusal::NotPermitted);
        }
    }
    // A sheet of somebody without an account is its typist's own.
    let own_sheet =
        entered_by == Some(author.person_id) && sealed.is_paper() && Action::EnterPaper.allows(post.role);
    if kind.is_some_and(|kind| !kind.action().allows(post.role)) && !own_sheet {
        refusal = Some(Refusal::NotPermitted);
    }
    if let Some(number) = envelope.device {
        match facts::device(app, number.id).await? {
            Some(device) if device.person_id == author.person_id || entered_by == Some(device.person_id) => {
                // What was sealed on a lost phone before the loss is taken in; what came after may be a finder's, so a person decides.
                // A sheet counts by when it was entered: anybody can write an earlier day on paper.
                if device.revoked_at.is_some_and(|end| sealed.entered_at > end) {
                    flags.push(FlagCode::DeviceRevoked.flag());
                    refusal = Some(Refusal::RevokedDevice);
                }
                match signature {
                    None => flags.push(FlagCode::NoSignature.flag()),
                    Some(text) if !signed_by(&device.public_key, text, body) => {
                        refusal = Some(Refusal::BadSignature);
                    }
                    Some(_) => {}
                }
            }
            _ => refusal = Some(Refusal::ForeignDevice),
        }
    }
    Ok(Some(Vouched {
        person_id: author.person_id,
        holder: entered_by.unwrap_or(author.person_id),
        post_id: author.post_id,
        role: post.role,
        unit_id: post.unit_id,
        scope: scope_of(&post, county),
        typist,
        flags,
        refusal,
    }))
}

/// A public P-256 key as phones send it.
#[derive(Deserialize)]
struct Jwk {
    x: String,
    y: String,
}

/// Checks `es256 <base64url of r||s>` over the sealed bytes.
pub(in crate::app) fn signed_by(public_key: &str, signature: &str, body: &[u8]) -> bool {
    let point = || -> Option<Vec<u8>> {
        let jwk: Jwk = serde_json::from_str(public_key).ok()?;
        let mut point = vec![4];
        point.extend(URL_SAFE_NO_PAD.decode(jwk.x).ok()?);
        point.extend(URL_SAFE_NO_PAD.decode(jwk.y).ok()?);
        Some(point)
    };
    let signature = signature.strip_prefix("es256 ").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    match (point(), signature) {
        (Some(point), Some(signature)) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(body, &signature).is_ok()
        }
        _ => false,
    }
}
