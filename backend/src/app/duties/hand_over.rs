//! A post ends and somebody takes it over: what hangs on the post moves with it, in one transaction, after a look at what that is.

use super::{
    colleagues::{self, Colleague},
    ended_leave,
    liaisons::subject_names,
};
use crate::{
    app::{
        App, AppResult, Caller, Once,
        field::facts::Facts,
        people::{
            keeping::{keeps, managed},
            persons::HeldPost,
            posts::NewPost,
        },
    },
    domain::{
        clock::{Instant, local_day},
        field::inspection::{MAX_TEXT, shorten},
        notices::settings::NoticeRules,
        people::{
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::{Code, Problem},
    },
    store::{
        Conn, Tx, audit,
        colours::leaders,
        duties::{
            delegations::{self, DelegationRow},
            liaisons::{self, LiaisonRow},
            links,
        },
        people::{
            persons,
            posts::{self, PostRow},
            units,
        },
        tickets,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What kind of thing hangs on a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    Liaison,
    Delegation,
    VillageLink,
    Substitute,
    /// A township that a leader of the county is in charge of.
    Charge,
}

/// One thing that hangs on a post.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkItem {
    pub kind: WorkKind,
    pub id: Uuid,
    pub title: String,
    /// False: it ends with the post.
    pub moves: bool,
}

/// The post, what hangs on it, and who could take it over.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostWork {
    pub post_id: Uuid,
    pub role: Role,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub person_id: Uuid,
    pub person_name: String,
    pub items: Vec<WorkItem>,
    /// People of the same unit.
    pub successors: Vec<Colleague>,
}

/// Who takes over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandOver {
    /// Somebody with an account in the county.
    pub successor_person_id: Uuid,
    #[serde(default)]
    pub reason: String,
}

/// What a hand-over did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandedOver {
    pub ended: HeldPost,
    pub successor: HeldPost,
    pub moved: Vec<WorkItem>,
}

/// What would move.
pub async fn preview(app: &App, caller: &Caller, id: Uuid) -> AppResult<PostWork> {
    let scope = managed(caller)?;
    let (now, read) = (app.clock.now(), app.store.read());
    let post = posts::get(read, id).await?.filter(|post| keeps(scope, post)).ok_or(Code::NotFound)?;
    let names = persons::names(read, vec![post.person_id]).await?;
    let unit = units::by_ids(read, &[post.unit_id]).await?.remove(&post.unit_id);
    let successors = match post.county_id {
        Some(county) => {
            let home = post.township_id.unwrap_or(post.unit_id);
            let mut rows = colleagues::of_unit(read, county, home, now).await?;
            rows.retain(|row| row.person_id != post.person_id);
            if matches!(scope, Scope::Township { .. }) {
                rows.retain(|row| keeps(scope, row));
            }
            colleagues::show(read, rows).await?
        }
        None => Vec::new(),
    };
    Ok(PostWork {
        items: items(read, &post, now).await?,
        post_id: post.id,
        role: post.role,
        unit_kind: post.unit_kind,
        unit_id: post.unit_id,
        unit_name: unit.map(|unit| unit.name).unwrap_or_default(),
        person_id: post.person_id,
        person_name: names.get(&post.person_id).cloned().unwrap_or_default(),
        successors,
    })
}

/// Everything that hangs on a post now.
async fn items(conn: &impl Conn, post: &PostRow, now: Instant) -> AppResult<Vec<WorkItem>> {
    let Some(county) = post.county_id else { return Ok(Vec::new()) };
    let mut items = Vec::new();
    let mine = liaisons::of_post(conn, post.id).await?;
    let names = subject_names(conn, county, mine.iter().map(|row| row.subject_id).collect()).await?;
    items.extend(mine.iter().map(|row| WorkItem {
        kind: WorkKind::Liaison,
        id: row.id,
        title: names.get(&row.subject_id).cloned().unwrap_or_default(),
        moves: true,
    }));
    let given = delegations::going_on_with(conn, post.id, local_day(now)).await?;
    items.extend(given.iter().map(|row| WorkItem {
        kind: WorkKind::Delegation,
        id: row.id,
        title: format!("{} – {}", row.from_day, row.to_day),
        // A deputy's leave to sign is his own word; the successor gives another.
        moves: row.deputy_post_id != post.id,
    }));
    for link in links::of_post(conn, post.id, now).await? {
        let ticket = tickets::get(conn, Scope::County { county }, now, link.ticket_id).await?;
        items.push(WorkItem {
            kind: WorkKind::VillageLink,
            id: link.id,
            title: ticket.map(|ticket| ticket.title).unwrap_or_default(),
            moves: true,
        });
    }
    let charges = leaders::of_posts(conn, county, vec![post.id]).await?;
    let charges: Vec<_> = charges.into_iter().filter(|row| row.ended_at.is_none()).collect();
    let places = subject_names(conn, county, charges.iter().map(|row| row.township_id).collect()).await?;
    items.extend(charges.iter().map(|row| WorkItem {
        kind: WorkKind::Charge,
        id: row.id,
        title: places.get(&row.township_id).cloned().unwrap_or_default(),
        moves: true,
    }));
    let acting = posts::substitutes(conn, post.id, now).await?;
    let people = persons::names(conn, acting.iter().map(|row| row.person_id).collect()).await?;
    items.extend(acting.iter().map(|row| WorkItem {
        kind: WorkKind::Substitute,
        id: row.id,
        title: people.get(&row.person_id).cloned().unwrap_or_default(),
        moves: false,
    }));
    Ok(items)
}

/// Ends the post now, begins (or finds) the successor's, and moves everything.
pub async fn hand_over(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    to: &HandOver,
) -> AppResult<HandedOver> {
    let scope = managed(caller)?;
    let now = app.clock.now();
    let reason = shorten(&to.reason, MAX_TEXT);
    // Read before the transaction; a county's rules change seldom.
    let rules = match posts::get(app.store.read(), id).await?.and_then(|post| post.county_id) {
        Some(county) => Facts::load(app, county).await?.settings().notices.clone(),
        None => NoticeRules::default(),
    };
    let done = app
        .idempotent(caller, once, async |tx| {
            let post = app.kept_post(tx, scope, id).await?;
            let county = post.county_id.ok_or(Code::NotFound)?;
            if !post.is_valid_at(now) || post.delegated_by.is_some() {
                return Err(Problem::new(Code::WrongState)
                    .with_detail(
                        "这个岗位已经结束，或是代行的岗位。",
                        "This post has ended, or stands in for another.",
                    )
                    .into());
            }
            let person = persons::in_scope(tx, scope, to.successor_person_id).await?;
            let fits = person.is_some_and(|person| {
                person.status == persons::ACTIVE
                    && person.county_id == Some(county)
                    && person.id != post.person_id
            });
            if !fits {
                let (zh, en) =
                    ("应为本县另一位在用账号的人员", "It must be another active person of the county");
                return Err(Problem::field("/successor_person_id", zh, en).into());
            }
            let moved = items(tx, &post, now).await?;
            let held = posts::not_ended(tx, to.successor_person_id, now).await?;
            let same = held.into_iter().find(|row| {
                row.role == post.role
                    && row.unit_id == post.unit_id
                    && row.delegated_by.is_none()
                    && row.is_valid_at(now)
            });
            let successor = if let Some(row) = same {
                row.id
            } else {
                let new = NewPost::now(post.role, Some(post.unit_id));
                app.begin_in(tx, scope, to.successor_person_id, &new, "").await?
            };
            for acting in posts::substitutes(tx, post.id, now).await? {
                posts::end(tx, acting.id, now.max(acting.valid_from)).await?;
            }
            posts::end(tx, post.id, now).await?;
            ended_leave::tell(tx, &post, &rules, now).await?;
            carry(app, tx, caller, &post, (successor, to.successor_person_id), now).await?;
            let line = caller.audit("post.hand_over", "posts", post.id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
            Ok(HandedOver {
                ended: app.show_post(tx, post.id).await?,
                successor: app.show_post(tx, successor).await?,
                moved,
            })
        })
        .await?;
    app.forget();
    Ok(done)
}

/// Moves what hangs on the post; the former rows stay and say so.
async fn carry(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    post: &PostRow,
    (successor, person): (Uuid, Uuid),
    now: Instant,
) -> AppResult<()> {
    let Some(county) = post.county_id else { return Ok(()) };
    for row in liaisons::of_post(tx, post.id).await? {
        liaisons::end_of(tx, county, row.subject_id, now, MOVED).await?;
        let id = app.random.id();
        let next = LiaisonRow {
            id,
            post_id: successor,
            named_by: caller.person_id,
            since: now,
            reason: String::new(),
            ..row
        };
        liaisons::insert(tx, next).await?;
    }
    let today = local_day(now).to_string();
    for row in delegations::going_on_with(tx, post.id, local_day(now)).await? {
        delegations::revoke(tx, row.id, caller.person_id, now, MOVED.to_owned()).await?;
        // Leave to sign is the deputy's own word: nobody gives it in the successor's name, who may give one of his own.
        if row.deputy_post_id == post.id {
            continue;
        }
        let next = DelegationRow {
            id: app.random.id(),
            desk_post_id: row.desk_post_id.map(|desk| if desk == post.id { successor } else { desk }),
            from_day: row.from_day.clone().max(today.clone()),
            created_at: now,
            ..row
        };
        delegations::insert(tx, next).await?;
    }
    leaders::carry(tx, county, (post.id, successor), caller.person_id, now).await?;
    Ok(links::move_to(tx, post.id, successor, person, now).await?)
}

/// Why a former row ended.
const MOVED: &str = "移交";
