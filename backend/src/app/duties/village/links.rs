//! The desk officer's side of a link: made for one ticket of the own township, shown once, taken back at any time.

use crate::{
    app::{App, AppResult, Caller, Once, field::facts::Facts, people::hash_of},
    domain::{
        clock::Instant,
        people::permission::Action,
        problem::{Code, Problem},
        tickets::Ticket,
    },
    store::{
        self, Conn, audit,
        duties::links::{self, LinkRow},
        people::persons,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Good links of one ticket at a time.
const MOST_OPEN: usize = 5;

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    Open,
    /// Its time is over.
    Ended,
    Revoked,
    /// It has brought all the photos that it takes.
    Full,
}

/// A link as the desk sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageLinkView {
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub made_by_name: Option<String>,
    pub photos: i32,
    pub drafts: i32,
    pub state: LinkState,
    /// What stands behind `#/v/` in the address; told once, when the link is made, and kept nowhere.
    pub token: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageLinkList {
    pub items: Vec<VillageLinkView>,
}

/// Whether strangers may send photos for this ticket now.
pub(super) fn takes_photos(ticket: &Ticket, township: Uuid) -> bool {
    ticket.state.is_with_unit() && ticket.unit_id == Some(township) && !ticket.restricted
}

/// The links of a ticket.
pub async fn list(app: &App, caller: &Caller, ticket: Uuid) -> AppResult<VillageLinkList> {
    caller.require(Action::UseVillageLinks)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    store::tickets::get(read, scope, now, ticket).await?.ok_or(Code::NotFound)?;
    let most = most_photos(app, caller).await?;
    let rows = links::of_ticket(read, scope, ticket).await?;
    Ok(VillageLinkList { items: show(read, rows, most, now).await? })
}

/// Makes a link.
pub async fn make(app: &App, caller: &Caller, once: &Once, ticket_id: Uuid) -> AppResult<VillageLinkView> {
    let post = caller.require(Action::UseVillageLinks)?.clone();
    let (scope, county, now) = (caller.scope()?, caller.county()?, app.clock.now());
    let facts = Facts::load(app, county).await?;
    let hours = i64::from(facts.settings().duties.village_link_hours);
    let mut secret = [0_u8; 32];
    app.random.fill(&mut secret);
    let token = URL_SAFE_NO_PAD.encode(secret);
    let id = app.random.id();
    let row = LinkRow {
        id,
        county_id: county,
        ticket_id,
        township_id: post.unit_id,
        person_id: caller.person_id,
        post_id: post.id,
        token_hash: hash_of(&token),
        created_at: now,
        expires_at: now + TimeDelta::hours(hours),
        revoked_at: None,
        revoked_by: None,
        photos: 0,
        drafts: 0,
    };
    let made = app
        .idempotent(caller, once, async |tx| {
            let ticket = store::tickets::lock(tx, scope, now, ticket_id).await?.ok_or(Code::NotFound)?;
            if !takes_photos(&ticket, post.unit_id) {
                return Err(told(
                    "这张整改单现在不能用链接收照片：不在整改中，或涉及受限内容。",
                    "No photos by link for this ticket now: it is not being repaired, or is restricted.",
                ));
            }
            let open = links::of_ticket(tx, scope, ticket_id).await?;
            let open = open.iter().filter(|row| row.revoked_at.is_none() && row.expires_at > now).count();
            if open >= MOST_OPEN {
                return Err(told(
                    "这张整改单已有多个有效链接，请先撤回不用的。",
                    "There are several good links for this ticket; take back those not used.",
                ));
            }
            links::insert(tx, row.clone()).await?;
            audit::append(tx, now, caller.audit("village_link.make", "village_links", id)).await?;
            Ok(id)
        })
        .await?;
    let view = one(app, caller, made).await?;
    // A repeat is not told it again: it was kept nowhere.
    Ok(VillageLinkView { token: (made == id).then_some(token), ..view })
}

/// Takes a link back; the same again changes nothing.
pub async fn revoke(app: &App, caller: &Caller, once: &Once, id: Uuid) -> AppResult<VillageLinkView> {
    caller.require(Action::UseVillageLinks)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    app.idempotent(caller, once, async |tx| {
        links::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        if links::revoke(tx, id, caller.person_id, now).await? {
            audit::append(tx, now, caller.audit("village_link.revoke", "village_links", id)).await?;
        }
        Ok(())
    })
    .await?;
    one(app, caller, id).await
}

fn told(zh: &'static str, en: &'static str) -> crate::app::AppError {
    Problem::new(Code::WrongState).with_detail(zh, en).into()
}

async fn most_photos(app: &App, caller: &Caller) -> AppResult<i32> {
    let facts = Facts::load(app, caller.county()?).await?;
    Ok(i32::try_from(facts.settings().duties.village_link_photos).unwrap_or(i32::MAX))
}

async fn one(app: &App, caller: &Caller, id: Uuid) -> AppResult<VillageLinkView> {
    let read = app.store.read();
    let row = links::get(read, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    let most = most_photos(app, caller).await?;
    let shown = show(read, vec![row], most, app.clock.now()).await?.pop();
    Ok(shown.ok_or(Code::NotFound)?)
}

async fn show(
    conn: &impl Conn,
    rows: Vec<LinkRow>,
    most: i32,
    now: Instant,
) -> AppResult<Vec<VillageLinkView>> {
    let names = persons::names(conn, rows.iter().map(|row| row.person_id).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| VillageLinkView {
            state: if row.revoked_at.is_some() {
                LinkState::Revoked
            } else if row.expires_at <= now {
                LinkState::Ended
            } else if row.photos >= most {
                LinkState::Full
            } else {
                LinkState::Open
            },
            made_by_name: names.get(&row.person_id).cloned(),
            id: row.id,
            ticket_id: row.ticket_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            photos: row.photos,
            drafts: row.drafts,
            token: None,
        })
        .collect())
}
