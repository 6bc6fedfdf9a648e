//! What a signed-in person is told about themselves: who, which posts, and the limits that the phone must know offline.

use super::super::{App, AppResult, Caller, caller::Proof};
use crate::{
    domain::{
        clock::Instant,
        people::role::{Role, UnitKind},
        problem::Code,
    },
    store::{
        Conn,
        people::{
            persons::{self, PersonRow},
            posts::{self, PostRow},
            units::{self, Unit},
        },
    },
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Limits that are checked before sealing (decisions.md 4).
pub const LIMITS: Limits = Limits { body_bytes: 256 * 1024, files: 60, file_bytes: 20 * 1024 * 1024 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limits {
    /// The longest body of an operation.
    pub body_bytes: u64,
    /// The most files of an operation.
    pub files: u32,
    /// The largest file.
    pub file_bytes: u64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyPerson {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    /// `zh` or `en`.
    pub locale: String,
    /// Signed in with a one-time code: everything but choosing a password answers 403.
    pub must_change_password: bool,
}

/// A post with its unit in words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MyPost {
    pub id: Uuid,
    pub role: Role,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub county_id: Option<Uuid>,
    pub county_name: Option<String>,
    pub township_id: Option<Uuid>,
    pub township_name: Option<String>,
    pub village_id: Option<Uuid>,
    pub village_name: Option<String>,
    /// Whose post this one stands in for 代; null for one's own.
    pub acting_for: Option<String>,
}

/// Oneself, as `GET /session` shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    pub person: MyPerson,
    /// Valid now, oldest first.
    pub posts: Vec<MyPost>,
    pub session_id: Uuid,
    pub device_id: Option<Uuid>,
    /// The demo county: 示例数据 stands on every screen.
    pub demo: bool,
    pub epoch: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub server_at: Instant,
    pub limits: Limits,
    pub receipt_keys_url: String,
}

impl App {
    /// The caller's own person, posts and session.
    pub async fn me(&self, caller: &Caller) -> AppResult<Me> {
        let Proof::Session(session) = caller.proof else { return Err(Code::Forbidden.into()) };
        let conn = self.store.read();
        let person = persons::get(conn, caller.person_id).await?.ok_or(Code::SignedOut)?;
        let posts = posts::not_ended(conn, person.id, self.clock.now()).await?;
        self.describe(&person, &posts, session, caller.device_id).await
    }

    pub(super) async fn describe(
        &self,
        person: &PersonRow,
        posts: &[PostRow],
        session_id: Uuid,
        device_id: Option<Uuid>,
    ) -> AppResult<Me> {
        let now = self.clock.now();
        let valid: Vec<&PostRow> = posts.iter().filter(|post| post.is_valid_at(now)).collect();
        let units = self.units_of(self.store.read(), &valid).await?;
        let ids = valid.iter().map(|post| post.id).collect();
        let principals = posts::principals(self.store.read(), ids).await?;
        let names = persons::names(self.store.read(), principals.values().copied().collect()).await?;
        let acting_for = |post: Uuid| principals.get(&post).and_then(|person| names.get(person).cloned());
        Ok(Me {
            person: MyPerson {
                id: person.id,
                login: person.login.clone(),
                name: person.name.clone(),
                locale: person.locale.clone(),
                must_change_password: person.must_change_password,
            },
            posts: valid
                .into_iter()
                .map(|post| MyPost { acting_for: acting_for(post.id), ..in_words(post, &units) })
                .collect(),
            session_id,
            device_id,
            demo: self.demo,
            epoch: self.epoch().await?,
            server_at: now,
            limits: LIMITS,
            receipt_keys_url: "/.well-known/jwks.json".into(),
        })
    }

    /// The units that these posts name, with their townships and counties.
    pub(super) async fn units_of(
        &self,
        conn: &impl Conn,
        posts: &[&PostRow],
    ) -> AppResult<HashMap<Uuid, Unit>> {
        let mut ids: Vec<Uuid> = posts
            .iter()
            .flat_map(|post| [Some(post.unit_id), post.township_id, post.county_id])
            .flatten()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(units::by_ids(conn, &ids).await?)
    }
}

pub(super) fn in_words(post: &PostRow, units: &HashMap<Uuid, Unit>) -> MyPost {
    let name = |id: Uuid| units.get(&id).map(|unit| unit.name.clone());
    let village = (post.unit_kind == UnitKind::Village).then_some(post.unit_id);
    MyPost {
        id: post.id,
        role: post.role,
        unit_kind: post.unit_kind,
        unit_id: post.unit_id,
        unit_name: name(post.unit_id).unwrap_or_default(),
        county_id: post.county_id,
        county_name: post.county_id.and_then(name),
        township_id: post.township_id,
        township_name: post.township_id.and_then(name),
        village_id: village,
        village_name: village.and_then(name),
        acting_for: None,
    }
}
