//! Posts begin and end on a day; what somebody did while holding one stays theirs.

use super::{
    super::{
        App, AppError, AppResult, Caller, Once,
        duties::{ended_leave, gaps_told},
        field::facts::Facts,
        notices::{self, Tell},
    },
    keeping::managed,
    me::in_words,
    persons::HeldPost,
};
use crate::{
    domain::{
        clock::Instant,
        notices::{kind::NoticeKind, settings::NoticeRules},
        people::{
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::{Code, Problem},
    },
    store::{
        Conn, Tx,
        audit::{self, AuditRow},
        people::{
            persons,
            posts::{self, BegunPost, PostRow},
            units,
        },
    },
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// A post that somebody is to hold.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewPost {
    pub role: Role,
    /// The county, department, township or village, as the role needs; absent for the platform's own.
    #[serde(default)]
    pub unit_id: Option<Uuid>,
    /// Now, when nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_from: Option<Instant>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_to: Option<Instant>,
    /// The post in whose place this one acts; of the same unit.
    #[serde(default)]
    pub delegated_by: Option<Uuid>,
}

impl NewPost {
    /// From now on, until it is ended.
    pub fn now(role: Role, unit_id: Option<Uuid>) -> Self {
        Self { role, unit_id, valid_from: None, valid_to: None, delegated_by: None }
    }
}

impl App {
    /// Gives a person a post.
    pub async fn begin_post(
        &self,
        caller: &Caller,
        person: Uuid,
        new: &NewPost,
        once: &Once,
    ) -> AppResult<HeldPost> {
        let scope = managed(caller)?;
        let now = self.clock.now();
        let begun = self
            .idempotent(caller, once, async |tx| {
                persons::in_scope(tx, scope, person).await?.ok_or(Code::NotFound)?;
                let id = self.begin_in(tx, scope, person, new, "").await?;
                audit::append(tx, now, caller.audit("post.begin", "posts", id)).await?;
                self.show_post(tx, id).await
            })
            .await?;
        self.forget();
        Ok(begun)
    }

    /// Ends a post, now or at a later time; from then on it is refused. Ending it again changes nothing.
    pub async fn end_post(
        &self,
        caller: &Caller,
        id: Uuid,
        at: Option<Instant>,
        reason: &str,
        once: &Once,
    ) -> AppResult<HeldPost> {
        let scope = managed(caller)?;
        let now = self.clock.now();
        let at = at.unwrap_or(now);
        if at < now {
            let past = ("不能早于现在：已做的事仍然有效", "Not before now: what was done stays valid");
            return Err(Problem::field("/at", past.0, past.1).into());
        }
        // Read before the transaction; a county's rules change seldom.
        let county = posts::get(self.store.read(), id).await?.and_then(|post| post.county_id);
        let rules = match county {
            Some(county) => Facts::load(self, county).await?.settings().notices.clone(),
            None => NoticeRules::default(),
        };
        let ended = self
            .idempotent(caller, once, async |tx| {
                let post = self.kept_post(tx, scope, id).await?;
                // Nobody stands in for a post that has ended.
                for acting in posts::substitutes(tx, id, at).await? {
                    posts::end(tx, acting.id, at.max(acting.valid_from)).await?;
                }
                if posts::end(tx, id, at.max(post.valid_from)).await? {
                    if at <= now {
                        self.tell_of_gap(tx, &post, &rules, now).await?;
                        ended_leave::tell(tx, &post, &rules, now).await?;
                    }
                    let line = caller.audit("post.end", "posts", id);
                    audit::append(tx, now, AuditRow { reason: reason.to_owned(), ..line }).await?;
                }
                self.show_post(tx, id).await
            })
            .await?;
        self.forget();
        Ok(ended)
    }

    /// The office hears at once where nobody holds a duty any more (R86).
    async fn tell_of_gap(
        &self,
        tx: &Tx,
        ended: &PostRow,
        rules: &NoticeRules,
        now: Instant,
    ) -> AppResult<()> {
        let held = matches!(ended.unit_kind, UnitKind::Township | UnitKind::Village | UnitKind::Department);
        let Some(county) = ended.county_id.filter(|_| held) else { return Ok(()) };
        let others = posts::of_county(tx, county, Some(vec![ended.unit_id]), now).await?;
        if others.iter().any(|post| post.id != ended.id && post.role == ended.role && post.is_valid_at(now)) {
            return Ok(());
        }
        let unit = units::by_ids(tx, &[ended.unit_id]).await?.remove(&ended.unit_id);
        let gap = Tell {
            county,
            key: gaps_told::key(ended.id),
            kind: NoticeKind::UnitGap,
            to: gaps_told::readers(county, ended.township_id),
            ticket: None,
            data: json!({
                "unit_id": ended.unit_id, "unit_name": unit.map(|unit| unit.name), "duty": ended.role,
            }),
            rules,
        };
        notices::tell(tx, now, &gap).await?;
        Ok(())
    }

    /// Begins a post after judging unit, scope and dates; `at` is where in the request it stands.
    pub(in crate::app) async fn begin_in(
        &self,
        tx: &Tx,
        scope: Scope,
        person_id: Uuid,
        new: &NewPost,
        at: &str,
    ) -> AppResult<Uuid> {
        let field =
            |name: &str, zh: &str, en: &str| AppError::from(Problem::field(format!("{at}/{name}"), zh, en));
        let now = self.clock.now();
        if matches!(scope, Scope::Township { .. }) && new.role != Role::VillageCadre {
            return Err(field(
                "role",
                "乡镇只管理本乡镇各村的村干部，其他岗位由县办公室安排",
                "A township appoints the cadres of its own villages; the county office all others",
            ));
        }
        let (unit_id, county_id) = if new.role.unit_kind() == UnitKind::Platform {
            if scope.county().is_some() {
                return Err(field(
                    "role",
                    "县办公室不能任命平台管理员",
                    "A county office does not appoint the platform's administrators",
                ));
            }
            (Uuid::nil(), None)
        } else {
            let wrong =
                || field("unit_id", "没有这个单位，或它与岗位不符", "No such unit, or not one for this role");
            let id = new.unit_id.ok_or_else(wrong)?;
            let unit = units::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(wrong)?;
            let own = match scope {
                Scope::Township { township, .. } => unit.parent_id == Some(township),
                _ => true,
            };
            let fits = own
                && unit.kind == new.role.unit_kind()
                && scope.county().is_none_or(|county| county == unit.county_id);
            if !fits {
                return Err(wrong());
            }
            (id, Some(unit.county_id))
        };
        let valid_from = new.valid_from.unwrap_or(now);
        if new.valid_to.is_some_and(|end| end <= valid_from) {
            return Err(field("valid_to", "应晚于开始时间", "It must come after the beginning"));
        }
        if let Some(delegating) = new.delegated_by {
            let known = posts::get(tx, delegating).await?.filter(|post| post.unit_id == unit_id);
            known.ok_or_else(|| {
                field("delegated_by", "应为同一单位的岗位", "It must be a post of the same unit")
            })?;
        }
        let id = self.random.id();
        let begun = BegunPost {
            id,
            county_id,
            person_id,
            role: new.role,
            unit_id,
            valid_from,
            valid_to: new.valid_to,
            delegated_by: new.delegated_by,
            created_at: now,
        };
        posts::insert(tx, begun).await?;
        Ok(id)
    }

    pub(in crate::app) async fn show_post(&self, conn: &impl Conn, id: Uuid) -> AppResult<HeldPost> {
        let post: PostRow = posts::get(conn, id).await?.ok_or(Code::NotFound)?;
        let units = self.units_of(conn, &[&post]).await?;
        Ok(HeldPost {
            post: in_words(&post, &units),
            valid_from: post.valid_from,
            valid_to: post.valid_to,
            delegated_by: post.delegated_by,
            valid_now: post.is_valid_at(self.clock.now()),
        })
    }
}
