//! Units that cannot work yet: nobody holds the duty, a township lacks its pair, or no holder has chosen a password. Said by unit, worked out
//! from posts and accounts as they are; nothing here counts who signs in or how often.

use super::gaps::Unit;
use crate::{
    app::AppResult,
    domain::{
        clock::Instant,
        people::role::{Role, UnitKind},
    },
    store::{
        Conn,
        people::{persons, posts::PostRow},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// What keeps a unit from working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Lack {
    #[serde(rename = "no_holder")]
    Holder,
    /// Of desk officer and deputy a township has only one.
    #[serde(rename = "no_pair")]
    Pair,
    /// Held, but no holder has chosen a password yet.
    #[serde(rename = "no_password")]
    Password,
}

impl Lack {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "no_holder",
            Self::Pair => "no_pair",
            Self::Password => "no_password",
        }
    }
}

/// One thing that a unit lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Lacking {
    pub kind: Lack,
    /// The duty; null where nobody holds any.
    pub role: Option<Role>,
}

/// A unit that cannot work yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnreadyUnit {
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub township_id: Option<Uuid>,
    pub township_name: Option<String>,
    pub lacking: Vec<Lacking>,
}

/// The duties without which a unit cannot work. A main leader signs nothing that the pair could not.
fn needed(kind: UnitKind) -> &'static [Role] {
    match kind {
        UnitKind::Township => &[Role::DeskOfficer, Role::DeputyLeader],
        UnitKind::Village => &[Role::VillageCadre],
        UnitKind::Department => &[Role::Department],
        UnitKind::County | UnitKind::Platform => &[],
    }
}

pub(super) async fn unready(
    conn: &impl Conn,
    county: Uuid,
    units: &[Unit],
    posts: &[PostRow],
    now: Instant,
) -> AppResult<Vec<UnreadyUnit>> {
    let no_password = persons::without_password(conn, county).await?;
    let mut held = HashSet::new();
    let mut able = HashSet::new();
    for post in posts.iter().filter(|post| post.is_valid_at(now)) {
        held.insert((post.unit_id, post.role));
        if !no_password.contains(&post.person_id) {
            able.insert((post.unit_id, post.role));
        }
    }
    let lacks = units.iter().filter_map(|unit| {
        let of_role = |role: Role| (held.contains(&(unit.id, role)), able.contains(&(unit.id, role)));
        let lacking = lacking(needed(unit.kind), of_role);
        (!lacking.is_empty()).then(|| UnreadyUnit {
            unit_kind: unit.kind,
            unit_id: unit.id,
            unit_name: unit.name.clone(),
            township_id: unit.township.as_ref().map(|(id, _)| *id),
            township_name: unit.township.as_ref().map(|(_, name)| name.clone()),
            lacking,
        })
    });
    Ok(lacks.collect())
}

/// `of_role` says whether a duty is held, and whether by somebody who can sign in.
fn lacking(needed: &[Role], of_role: impl Fn(Role) -> (bool, bool)) -> Vec<Lacking> {
    if !needed.is_empty() && needed.iter().all(|role| !of_role(*role).0) {
        return vec![Lacking { kind: Lack::Holder, role: None }];
    }
    let lack = |role: &Role| match of_role(*role) {
        (false, _) => Some(Lack::Pair),
        (true, false) => Some(Lack::Password),
        (true, true) => None,
    };
    needed.iter().filter_map(|role| Some(Lacking { kind: lack(role)?, role: Some(*role) })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_needs_its_pair_and_both_able_to_sign_in() {
        let pair = needed(UnitKind::Township);
        let nobody = lacking(pair, |_| (false, false));
        assert_eq!(nobody, [Lacking { kind: Lack::Holder, role: None }]);
        let half = lacking(pair, |role| (role == Role::DeskOfficer, true));
        assert_eq!(half, [Lacking { kind: Lack::Pair, role: Some(Role::DeputyLeader) }]);
        let closed = lacking(pair, |role| (true, role == Role::DeputyLeader));
        assert_eq!(closed, [Lacking { kind: Lack::Password, role: Some(Role::DeskOfficer) }]);
        assert_eq!(lacking(pair, |_| (true, true)), []);
        assert_eq!(lacking(needed(UnitKind::County), |_| (false, false)), []);
    }
}
