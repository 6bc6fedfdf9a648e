//! Which leader is in charge of which townships, and the copies that reach them. That a copy was delivered is on record; whether it was
//! read is nobody's figure.

use super::work;
use crate::{
    app::{App, AppResult, Caller, Once},
    domain::{
        page::{Page, PageRequest},
        people::{permission::Action, role::Role, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        Conn, audit,
        colours::{
            copies::{self, Copy},
            leaders::{self, Charge, LeaderPost},
            months,
        },
        people::persons,
        places::divisions,
        tickets,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A leader's post with the townships that it is and was in charge of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeaderRow {
    pub post_id: Uuid,
    pub person_name: String,
    pub townships: Vec<ChargeRow>,
    /// What has ended, oldest first.
    pub former: Vec<ChargeRow>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChargeRow {
    pub id: Uuid,
    pub name: String,
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

/// A copy as its leader, or the office, reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CopyRow {
    pub id: Uuid,
    /// `red`: a month was published red; `escalation`: a ticket went up the ladder.
    pub what: String,
    pub township_id: Uuid,
    pub township_name: String,
    /// The month's row, or the ticket.
    pub object_id: Uuid,
    pub month: Option<String>,
    pub ticket_id: Option<Uuid>,
    pub ticket_number: Option<String>,
    pub delivered_at: DateTime<Utc>,
    pub leader_name: String,
}

/// The county's leaders; to one of them only the own posts.
pub async fn list(app: &App, caller: &Caller) -> AppResult<Page<LeaderRow>> {
    let own = caller.require(Action::ReadLeaders)?.role != Role::Office;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let mut posts = leaders::posts(read, county, now).await?;
    posts.retain(|post| !own || post.person_id == caller.person_id);
    Ok(Page { items: show(read, county, &posts).await?, next: None })
}

async fn show(conn: &impl Conn, county: Uuid, posts: &[LeaderPost]) -> AppResult<Vec<LeaderRow>> {
    let names = persons::names(conn, posts.iter().map(|post| post.person_id).collect()).await?;
    let charges = leaders::of_posts(conn, county, posts.iter().map(|post| post.id).collect()).await?;
    let townships: HashMap<Uuid, String> =
        work::townships(conn, county).await?.into_iter().map(|place| (place.id, place.name)).collect();
    let row = |charge: &Charge| ChargeRow {
        id: charge.township_id,
        name: townships.get(&charge.township_id).cloned().unwrap_or_default(),
        since: charge.began_at,
        until: charge.ended_at,
    };
    Ok(posts
        .iter()
        .map(|post| {
            let of_post = || charges.iter().filter(|charge| charge.post_id == post.id);
            LeaderRow {
                post_id: post.id,
                person_name: names.get(&post.person_id).cloned().unwrap_or_default(),
                townships: of_post().filter(|charge| charge.ended_at.is_none()).map(row).collect(),
                former: of_post().filter(|charge| charge.ended_at.is_some()).map(row).collect(),
            }
        })
        .collect())
}

/// Puts a leader's post in charge of exactly these townships from now on.
pub async fn set(
    app: &App,
    caller: &Caller,
    once: &Once,
    post: Uuid,
    township_ids: &[Uuid],
) -> AppResult<LeaderRow> {
    caller.require(Action::JudgeColours)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let posts = leaders::posts(read, county, now).await?;
    let leader = *posts.iter().find(|held| held.id == post).ok_or(Code::NotFound)?;
    let known: BTreeSet<Uuid> =
        work::townships(read, county).await?.into_iter().map(|place| place.id).collect();
    let wanted: BTreeSet<Uuid> = township_ids.iter().copied().collect();
    if !wanted.is_subset(&known) {
        return Err(Problem::field("/township_ids", "没有这个乡镇", "there is no such township").into());
    }
    // Made here, because the closure may run again.
    let rows: Vec<Charge> = wanted
        .iter()
        .map(|township| Charge {
            id: app.random.id(),
            county_id: county,
            post_id: post,
            township_id: *township,
            began_at: now,
            began_by: caller.person_id,
            ended_at: None,
            ended_by: None,
        })
        .collect();
    app.idempotent(caller, once, async |tx| {
        let keep = wanted.iter().copied().collect();
        leaders::end_others(tx, (county, post), keep, caller.person_id, now).await?;
        for row in &rows {
            leaders::begin(tx, row.clone()).await?;
        }
        audit::append(tx, now, caller.audit("leaders.set", "posts", post)).await?;
        Ok(show(tx, county, &[leader]).await?.pop().ok_or(Code::NotFound)?)
    })
    .await
}

/// Copies, newest first: a leader's own, or the office's view of all.
pub async fn copies(app: &App, caller: &Caller, page: &PageRequest) -> AppResult<Page<CopyRow>> {
    let post = caller.require(Action::ReadCopies)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let own = (post.role != Role::Office).then_some(caller.person_id);
    let rows = copies::list(read, county, own, page).await?;
    let cut = Page::cut(rows, page.limit, copies::cursor);
    let scope = Scope::County { county };
    let objects = |what: &str| -> Vec<Uuid> {
        cut.items.iter().filter(|copy| copy.what == what).map(|copy| copy.object_id).collect()
    };
    let months: HashMap<Uuid, String> = months::get_many(read, scope, objects(copies::RED))
        .await?
        .into_iter()
        .map(|row| (row.id, row.month))
        .collect();
    let said: HashMap<Uuid, Uuid> =
        tickets::tickets_of(read, objects(copies::ESCALATION)).await?.into_iter().collect();
    let ticket_of = |object: Uuid| said.get(&object).copied().unwrap_or(object);
    let ids = objects(copies::ESCALATION).into_iter().map(ticket_of).collect();
    let tickets: HashMap<Uuid, Option<String>> =
        tickets::get_many(read, scope, now, ids).await?.into_iter().map(|row| (row.id, row.number)).collect();
    let names = persons::names(read, cut.items.iter().map(|copy| copy.person_id).collect()).await?;
    let places = divisions::get_many(read, scope, cut.items.iter().map(|copy| copy.township_id).collect());
    let places: HashMap<Uuid, String> =
        places.await?.into_iter().map(|place| (place.id, place.name)).collect();
    Ok(cut.map(|copy: Copy| CopyRow {
        month: months.get(&copy.object_id).cloned(),
        ticket_id: Some(ticket_of(copy.object_id)).filter(|id| tickets.contains_key(id)),
        ticket_number: tickets.get(&ticket_of(copy.object_id)).cloned().flatten(),
        township_name: places.get(&copy.township_id).cloned().unwrap_or_default(),
        leader_name: names.get(&copy.person_id).cloned().unwrap_or_default(),
        id: copy.id,
        what: copy.what,
        township_id: copy.township_id,
        object_id: copy.object_id,
        delivered_at: copy.delivered_at,
    }))
}
