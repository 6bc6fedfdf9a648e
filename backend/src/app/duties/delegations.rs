//! A deputy lets desk officers of the township sign in his place, by severity and day. Whether a signature was covered is judged by when
//! it was sealed; the history names in whose place.

use crate::{
    app::{App, AppResult, Caller, Once, field::facts::Facts},
    domain::{
        clock::{Instant, local_day},
        field::inspection::{MAX_TEXT, shorten},
        people::{permission::Action, role::Role, scope::Scope},
        problem::{Code, Problem},
        tickets::{command::SEVERITIES, machine::Delegated},
    },
    store::{
        Conn, audit,
        duties::delegations::{self, DelegationRow},
        people::{persons, posts, units},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A delegation in words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DelegationView {
    pub id: Uuid,
    pub township_id: Uuid,
    pub township_name: String,
    pub deputy_post_id: Uuid,
    pub deputy_name: Option<String>,
    /// Null: every desk officer of the township.
    pub desk_post_id: Option<Uuid>,
    pub desk_name: Option<String>,
    pub severities: Vec<String>,
    pub from_day: NaiveDate,
    pub to_day: NaiveDate,
    pub reason: String,
    pub created_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by_name: Option<String>,
    pub revoke_reason: String,
    /// Good now: its days, not taken back, and the deputy still holds the post.
    pub active: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DelegationList {
    pub items: Vec<DelegationView>,
}

/// What a deputy allows.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewDelegation {
    /// Of `critical`, `major`, `minor`.
    pub severities: Vec<String>,
    /// Today or later.
    pub from_day: NaiveDate,
    /// Included.
    pub to_day: NaiveDate,
    /// Absent: every desk officer of the township.
    #[serde(default)]
    pub desk_post_id: Option<Uuid>,
    #[serde(default)]
    pub reason: String,
}

/// The delegations that the caller may read, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    township: Option<Uuid>,
    active: bool,
) -> AppResult<DelegationList> {
    caller.require(Action::ReadDelegations)?;
    let now = app.clock.now();
    let from = active.then(|| local_day(now));
    let rows = delegations::list(app.store.read(), caller.scope()?, township, from).await?;
    let mut items = show(app.store.read(), rows, now).await?;
    items.retain(|item| !active || item.active || item.from_day > local_day(now));
    Ok(DelegationList { items })
}

/// A deputy gives leave.
pub async fn give(app: &App, caller: &Caller, once: &Once, new: &NewDelegation) -> AppResult<DelegationView> {
    let post = caller.require(Action::GiveDelegation)?.clone();
    let (county, now) = (caller.county()?, app.clock.now());
    let facts = Facts::load(app, county).await?;
    let longest = i64::from(facts.settings().duties.delegation_days);
    let today = local_day(now);
    let mut severities: Vec<String> = Vec::new();
    for word in SEVERITIES {
        if new.severities.iter().any(|one| one == word) {
            severities.push(word.to_owned());
        }
    }
    let known = new.severities.iter().all(|word| SEVERITIES.contains(&word.as_str()));
    if severities.is_empty() || !known {
        return Err(Problem::field("/severities", "至少选一个程度", "Choose at least one severity").into());
    }
    if new.from_day < today {
        return Err(Problem::field("/from_day", "不能早于今天", "Not before today").into());
    }
    let span = (new.to_day - new.from_day).num_days();
    if span < 0 || span >= longest {
        return Err(Problem::field(
            "/to_day",
            format!("不早于开始日，最多 {longest} 天"),
            format!("Not before the first day, at most {longest} days"),
        )
        .into());
    }
    let id = app.random.id();
    let reason = shorten(&new.reason, MAX_TEXT);
    let given = app
        .idempotent(caller, once, async |tx| {
            if let Some(desk) = new.desk_post_id {
                let fits = posts::get(tx, desk).await?.filter(|row| {
                    row.unit_id == post.unit_id
                        && row.role == Role::DeskOfficer
                        && row.valid_to.is_none_or(|end| end > now)
                });
                fits.ok_or_else(|| {
                    Problem::field(
                        "/desk_post_id",
                        "应为本乡镇的经办人员",
                        "It must be a desk officer of the township",
                    )
                })?;
            }
            let row = DelegationRow {
                id,
                county_id: county,
                township_id: post.unit_id,
                deputy_post_id: post.id,
                deputy_person_id: caller.person_id,
                desk_post_id: new.desk_post_id,
                severities: serde_json::json!(severities),
                from_day: new.from_day.to_string(),
                to_day: new.to_day.to_string(),
                reason: reason.clone(),
                created_at: now,
                revoked_at: None,
                revoked_by: None,
                revoke_reason: String::new(),
            };
            delegations::insert(tx, row).await?;
            let line = caller.audit("delegation.give", "delegations", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
            Ok(id)
        })
        .await?;
    one(app, caller, given).await
}

/// Takes a delegation back; the same again changes nothing.
pub async fn revoke(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    reason: &str,
) -> AppResult<DelegationView> {
    caller.require(Action::RevokeDelegation)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let reason = shorten(reason, MAX_TEXT);
    app.idempotent(caller, once, async |tx| {
        delegations::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        if delegations::revoke(tx, id, caller.person_id, now, reason.clone()).await? {
            let line = caller.audit("delegation.revoke", "delegations", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
        }
        Ok(())
    })
    .await?;
    one(app, caller, id).await
}

async fn one(app: &App, caller: &Caller, id: Uuid) -> AppResult<DelegationView> {
    let row = delegations::get(app.store.read(), caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    let shown = show(app.store.read(), vec![row], app.clock.now()).await?.pop();
    Ok(shown.ok_or(Code::NotFound)?)
}

async fn show(conn: &impl Conn, rows: Vec<DelegationRow>, now: Instant) -> AppResult<Vec<DelegationView>> {
    let both = rows.iter().flat_map(|row| [Some(row.deputy_post_id), row.desk_post_id]).flatten();
    let held = posts::of_ids(conn, both.collect()).await?;
    let people = rows.iter().flat_map(|row| [Some(row.deputy_person_id), row.revoked_by]).flatten();
    let people = people.chain(held.values().map(|post| post.person_id)).collect();
    let names = persons::names(conn, people).await?;
    let townships: Vec<Uuid> = rows.iter().map(|row| row.township_id).collect();
    let places = units::by_ids(conn, &townships).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let leave = row.leave();
            let (from_day, to_day) = leave.days?;
            let holds = held.get(&row.deputy_post_id).is_some_and(|post| post.is_valid_at(now));
            let desk = row.desk_post_id.and_then(|post| held.get(&post));
            Some(DelegationView {
                active: leave.is_on(now) && holds,
                township_name: places.get(&row.township_id).map(|unit| unit.name.clone()).unwrap_or_default(),
                deputy_name: names.get(&row.deputy_person_id).cloned(),
                desk_name: desk.and_then(|post| names.get(&post.person_id).cloned()),
                revoked_by_name: row.revoked_by.and_then(|by| names.get(&by).cloned()),
                severities: leave.severities,
                from_day,
                to_day,
                id: row.id,
                township_id: row.township_id,
                deputy_post_id: row.deputy_post_id,
                desk_post_id: row.desk_post_id,
                reason: row.reason,
                created_at: row.created_at,
                revoked_at: row.revoked_at,
                revoke_reason: row.revoke_reason,
            })
        })
        .collect())
}

/// What a desk officer's post may sign in a deputy's place at an instant: by severity, the delegation that allows it.
pub(in crate::app) struct Signing(Vec<DelegationRow>);

impl Signing {
    /// Reads what is good for this post at this instant; the deputy's own post must be so too.
    pub async fn load(
        conn: &impl Conn,
        county: Uuid,
        township: Uuid,
        desk: Uuid,
        at: Instant,
    ) -> AppResult<Self> {
        let mut good = Vec::new();
        for row in delegations::on_day(conn, county, township, local_day(at)).await? {
            let held = posts::held_at(conn, row.deputy_person_id, row.deputy_post_id, at).await?;
            if row.leave().covers(desk, at) && held.is_some_and(|post| post.role == Role::DeputyLeader) {
                good.push(row);
            }
        }
        Ok(Self(good))
    }

    pub fn allows(&self, severity: &str) -> bool {
        self.covering(severity).is_some()
    }

    fn covering(&self, severity: &str) -> Option<&DelegationRow> {
        self.0.iter().find(|row| row.leave().allows(severity))
    }

    /// As the history of a ticket names it.
    pub async fn named(&self, conn: &impl Conn, severity: &str) -> AppResult<Option<Delegated>> {
        let Some(row) = self.covering(severity) else { return Ok(None) };
        let names = persons::names(conn, vec![row.deputy_person_id]).await?;
        let by_name = names.get(&row.deputy_person_id).cloned().unwrap_or_default();
        Ok(Some(Delegated { id: row.id, by: row.deputy_person_id, by_name }))
    }

    /// What the acting post may sign now; `None` for posts that need no leave or get none.
    pub async fn of_caller(app_conn: &impl Conn, caller: &Caller, now: Instant) -> AppResult<Option<Self>> {
        let (Some(post), Ok(Scope::Township { county, township })) = (&caller.post, caller.scope()) else {
            return Ok(None);
        };
        if post.role != Role::DeskOfficer {
            return Ok(None);
        }
        Ok(Some(Self::load(app_conn, county, township, post.id, now).await?))
    }
}
