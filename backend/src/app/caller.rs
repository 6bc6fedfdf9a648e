//! Who calls, with which post, from where. Made afresh for each request, so an ended post is refused at the next one.

use super::{AppError, AppResult};
use crate::{
    domain::{
        clock::Instant,
        people::{
            permission::Action,
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::Code,
    },
    store::audit::AuditRow,
};
use std::fmt::Display;
use uuid::Uuid;

/// A post that is valid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivePost {
    pub id: Uuid,
    pub role: Role,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    /// The township of a township or village post.
    pub township_id: Option<Uuid>,
}

/// The rows of a county that a person may see in a post of this unit (and its township).
pub fn scope_of(county: Uuid, person: Uuid, (kind, unit, township): (UnitKind, Uuid, Option<Uuid>)) -> Scope {
    match (kind, township) {
        (UnitKind::Platform, _) => Scope::Platform,
        (UnitKind::County, _) => Scope::County { county },
        (UnitKind::Department, _) => Scope::Department { county, department: unit },
        (UnitKind::Township, _) => Scope::Township { county, township: unit },
        (UnitKind::Village, Some(township)) => Scope::Village { county, township, village: unit },
        (UnitKind::Village, None) => Scope::Own { county, person },
    }
}

/// Where a request came from; for the audit record only.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub address: Option<String>,
    pub request_id: Option<String>,
}

/// How the caller proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// An access token of a session.
    Session(Uuid),
    /// A device's send credential: may only send what its author sealed, upload, fetch receipts, reconcile.
    SendCredential,
    /// A rescue file whose signature is the device's, brought by somebody of the office (or, without one, by command): like a send
    /// credential, and the record names who brought it.
    Rescue(Option<Uuid>),
    /// The program itself (commands, jobs).
    System,
}

/// The person behind a request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person_id: Uuid,
    pub county_id: Option<Uuid>,
    pub device_id: Option<Uuid>,
    pub proof: Proof,
    /// All posts valid now.
    pub posts: Vec<ActivePost>,
    /// The post this request acts under: named by the client, else the first. `None` when all posts have ended.
    pub post: Option<ActivePost>,
    pub origin: Origin,
}

impl Caller {
    /// The program itself, for whoever holds its command line; of one county, or of none yet.
    pub fn system(county_id: Option<Uuid>) -> Self {
        Self {
            person_id: Uuid::nil(),
            county_id,
            device_id: None,
            proof: Proof::System,
            posts: Vec::new(),
            post: None,
            origin: Origin::default(),
        }
    }

    /// Whether this may be done at all: by the program itself, or by a post whose role allows it.
    pub fn may(&self, action: Action) -> AppResult<()> {
        if self.proof == Proof::System { Ok(()) } else { self.require(action).map(|_post| ()) }
    }

    /// The acting post, if its role may do this; a send credential may only send.
    pub fn require(&self, action: Action) -> AppResult<&ActivePost> {
        if self.proof == Proof::SendCredential && action != Action::SendOperations {
            return Err(Code::Forbidden.into());
        }
        self.post.as_ref().filter(|post| action.allows(post.role)).ok_or_else(|| Code::Forbidden.into())
    }

    /// The county whose rows this caller works on; platform posts have none.
    pub fn county(&self) -> AppResult<Uuid> {
        self.county_id.ok_or_else(|| AppError::from(Code::Forbidden))
    }

    /// The rows that the acting post may see.
    pub fn scope(&self) -> AppResult<Scope> {
        let post = self.post.as_ref().ok_or(AppError::from(Code::Forbidden))?;
        Ok(self.scope_of(post))
    }

    /// The rows that one of the caller's posts may see.
    pub fn scope_of(&self, post: &ActivePost) -> Scope {
        let Some(county) = self.county_id else { return Scope::Platform };
        scope_of(county, self.person_id, (post.unit_kind, post.unit_id, post.township_id))
    }

    /// An audit line that says who; the use case adds what.
    pub fn audit(&self, action: &'static str, noun: &'static str, object_id: impl Display) -> AuditRow {
        AuditRow {
            county_id: self.county_id,
            person_id: match self.proof {
                Proof::System => None,
                Proof::Rescue(by) => by,
                Proof::Session(_) | Proof::SendCredential => Some(self.person_id),
            },
            post_id: self.post.as_ref().map(|post| post.id),
            session_id: match self.proof {
                Proof::Session(id) => Some(id),
                _ => None,
            },
            device_id: self.device_id,
            address: self.origin.address.clone(),
            request_id: self.origin.request_id.clone(),
            action,
            noun,
            object_id: Some(object_id.to_string()),
            ..AuditRow::default()
        }
    }

    /// The same line with the phone's own time of the act.
    pub fn audit_at(
        &self,
        action: &'static str,
        noun: &'static str,
        object_id: impl Display,
        device_at: Instant,
    ) -> AuditRow {
        AuditRow { device_at: Some(device_at), ..self.audit(action, noun, object_id) }
    }
}
