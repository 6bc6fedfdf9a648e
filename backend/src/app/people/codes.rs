//! One-time codes: for new accounts and for forgotten passwords, one or many at once for printed slips. Shown once, kept as a hash, good for
//! 14 days and one sign-in. A code opens no more than whoever issued it keeps.

use super::{
    super::{App, AppError, AppResult, Caller},
    hash_of,
    keeping::{beyond, managed, no_reset},
    me::in_words,
};
use crate::{
    domain::{
        clock::Instant,
        people::{code, role::Role, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        Tx, audit,
        people::{
            codes::{self, CodeRow},
            persons::{self, PersonRow},
            posts,
        },
    },
};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// As many as one list shows.
const MOST: usize = 200;

/// A code on its way to the person who reads it out.
#[derive(Clone)]
pub struct IssuedCode {
    pub code: String,
    pub expires_at: Instant,
}

/// A code and for whom it is, as the slip says it. Shown here and never again.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Slip {
    pub person_id: Uuid,
    pub name: String,
    pub login: String,
    /// The first post that has not ended; null without one.
    pub role: Option<Role>,
    pub unit_name: Option<String>,
    pub township_name: Option<String>,
    pub code: String,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Instant,
}

/// Somebody whose account is not the caller's to reset, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoSlip {
    pub person_id: Uuid,
    pub name: String,
    pub zh: String,
    pub en: String,
}

/// Codes for many.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Slips {
    /// In the order that was asked for.
    pub items: Vec<Slip>,
    pub left_out: Vec<NoSlip>,
}

impl App {
    /// Issues a code; earlier ones that were not used end.
    pub async fn issue_code(&self, caller: &Caller, person: Uuid) -> AppResult<IssuedCode> {
        let scope = managed(caller)?;
        let now = self.clock.now();
        let issued = self.fresh_code();
        self.store
            .write(async |tx| {
                let (row, held) = self.in_hand(tx, scope, person).await?;
                if let Some(problem) = no_reset(scope, &row, &held) {
                    return Err(problem.into());
                }
                self.keep_code(tx, scope, person, &issued).await?;
                audit::append(tx, now, caller.audit("code.issue", "people", person)).await?;
                Ok::<_, AppError>(())
            })
            .await?;
        Ok(issued)
    }

    /// Issues a code for each of these people, all or none; who is not the caller's to reset is left out and named.
    pub async fn issue_codes(&self, caller: &Caller, people: &[Uuid]) -> AppResult<Slips> {
        let scope = managed(caller)?;
        if people.is_empty() || people.len() > MOST {
            let count = (format!("请选择 1 到 {MOST} 人"), format!("Choose 1 to {MOST} people"));
            return Err(Problem::field("/person_ids", count.0, count.1).into());
        }
        // In one order for everybody: two who print at once wait for each other and do not lock each other out.
        let ids: BTreeSet<Uuid> = people.iter().copied().collect();
        let issued: HashMap<Uuid, IssuedCode> = ids.iter().map(|id| (*id, self.fresh_code())).collect();
        self.store
            .write(async |tx| {
                let (mut slips, mut left_out) = (HashMap::new(), HashMap::new());
                for id in &ids {
                    match self.slip(tx, caller, scope, *id, &issued[id]).await? {
                        Ok(slip) => drop(slips.insert(*id, slip)),
                        Err(none) => drop(left_out.insert(*id, none)),
                    }
                }
                Ok::<_, AppError>(Slips {
                    items: people.iter().filter_map(|id| slips.remove(id)).collect(),
                    left_out: people.iter().filter_map(|id| left_out.remove(id)).collect(),
                })
            })
            .await
    }

    async fn slip(
        &self,
        tx: &Tx,
        caller: &Caller,
        scope: Scope,
        id: Uuid,
        issued: &IssuedCode,
    ) -> AppResult<Result<Slip, NoSlip>> {
        let now = self.clock.now();
        let person = persons::lock_in_scope(tx, scope, id).await?.ok_or(Code::NotFound)?;
        let held = posts::not_ended(tx, id, now).await?;
        if let Some(problem) = no_reset(scope, &person, &held) {
            let (zh, en) = problem.detail.unwrap_or_default();
            return Ok(Err(NoSlip { person_id: id, name: person.name, zh, en }));
        }
        self.keep_code(tx, scope, id, issued).await?;
        audit::append(tx, now, caller.audit("code.issue", "people", id)).await?;
        let first = held.iter().find(|post| post.is_valid_at(now)).or(held.first());
        let units = self.units_of(tx, &first.into_iter().collect::<Vec<_>>()).await?;
        let post = first.map(|post| in_words(post, &units));
        Ok(Ok(Slip {
            person_id: id,
            name: person.name,
            login: person.login,
            role: post.as_ref().map(|post| post.role),
            unit_name: post.as_ref().map(|post| post.unit_name.clone()),
            township_name: post.and_then(|post| post.township_name),
            code: issued.code.clone(),
            expires_at: issued.expires_at,
        }))
    }

    pub(super) fn fresh_code(&self) -> IssuedCode {
        IssuedCode { code: code::fresh(&*self.random), expires_at: self.clock.now() + code::LIFETIME }
    }

    pub(super) async fn keep_code(
        &self,
        tx: &Tx,
        scope: Scope,
        person_id: Uuid,
        issued: &IssuedCode,
    ) -> AppResult<()> {
        let row = CodeRow {
            hash: hash_of(&issued.code),
            person_id,
            purpose: "sign_in".to_owned(),
            created_at: self.clock.now(),
            expires_at: issued.expires_at,
            used_at: None,
            township_id: match scope {
                Scope::Township { township, .. } => Some(township),
                _ => None,
            },
            county_id: match scope {
                Scope::Township { county, .. } | Scope::County { county } => Some(county),
                _ => None,
            },
        };
        Ok(codes::replace(tx, row).await?)
    }

    /// Whether a code still opens its account: not used, not too old, and its person holds nothing that its issuer could not have given.
    pub(super) async fn opens(&self, row: &CodeRow, person: &PersonRow, now: Instant) -> AppResult<bool> {
        if row.used_at.is_some() || now >= row.expires_at {
            return Ok(false);
        }
        // A township's code of before codes named their county.
        let county = row.county_id.or(row.township_id.and(person.county_id));
        let scope = match (county, row.township_id) {
            (Some(county), Some(township)) => Scope::Township { county, township },
            (Some(county), None) => Scope::County { county },
            (None, _) => return Ok(true),
        };
        let held = posts::not_ended(self.store.read(), person.id, now).await?;
        Ok(beyond(scope, &held).is_none())
    }
}
