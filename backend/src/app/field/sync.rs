//! The sync feed: a phone's working set as changes, applied by (id, version); what left the scope is `removed`.
//!
//! A cursor belongs to one epoch and one scope. Any other, or none, is 410, and the phone takes a paged snapshot. On a
//! database with several writers a transaction may commit after a higher number was read, so only changes older than a
//! watermark are told; with SQLite's one writer numbers commit in order and nothing waits.

use super::{facts::Facts, visits};
use crate::{
    app::{
        App, AppError, AppResult, Caller,
        places::divisions::DivisionRow,
        rounds::RoundView,
        standards::{
            checklists::{ChecklistView, SiteKindRow},
            settings,
        },
        tickets::show::show,
    },
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::Code,
        tickets::{State, Ticket},
    },
    store::{
        self, feed,
        places::{divisions, sites},
        standards::{checklists, kinds},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A change is told when it is this old, where several writers commit out of order.
const WATERMARK: TimeDelta = TimeDelta::seconds(5);
/// Changes in one answer.
const CHANGES: u64 = 1000;
/// Rows in one page of a snapshot.
const ROWS: u64 = 400;
/// How long a closed ticket stays on the phone.
const CLOSED_STAYS: TimeDelta = TimeDelta::days(30);
/// How long one's own visits stay on the phone.
const VISITS_STAY: TimeDelta = TimeDelta::days(90);

/// What happened since the cursor.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Feed {
    pub epoch: Uuid,
    pub server_at: DateTime<Utc>,
    pub cursor: String,
    /// More changes wait; ask again at once.
    pub more: bool,
    pub changes: Vec<FeedChange>,
}

/// One row as it is now, or that it left the working set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeedChange {
    /// `settings`, `divisions`, `site-kinds`, `checklists`, `sites`, `rounds`, `tickets`, `inspections`.
    pub noun: String,
    pub id: Uuid,
    pub version: i32,
    pub removed: bool,
    #[schema(value_type = Option<Object>)]
    pub row: Option<Value>,
}

/// One page of the whole working set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Snapshot {
    pub epoch: Uuid,
    pub server_at: DateTime<Utc>,
    /// Where the feed goes on after the last page.
    pub cursor: String,
    /// The next page, while there is one.
    pub next: Option<String>,
    pub rows: Vec<FeedChange>,
}

/// Who reads, and from where the feed is read.
struct Reader<'a> {
    app: &'a App,
    caller: &'a Caller,
    scope: Scope,
    county: Uuid,
    epoch: Uuid,
    now: Instant,
    until: Instant,
}

/// Changes since a cursor; 410 when the phone needs a snapshot.
pub async fn changes(app: &App, caller: &Caller, cursor: Option<&str>) -> AppResult<Feed> {
    let reader = Reader::new(app, caller).await?;
    let from = cursor.and_then(|text| reader.open(text)).ok_or(Code::Gone)?;
    let read = app.store.read();
    if from + 1 < feed::oldest(read, reader.county).await? {
        return Err(Code::Gone.into());
    }
    let rows = feed::after(read, reader.scope, from, reader.until, CHANGES, reader.now).await?;
    let more = rows.len() as u64 == CHANGES;
    let last = rows.last().map_or(from, |row| row.seq);
    // Several changes of one row are told once, as the row is now.
    let mut latest: BTreeMap<(String, Uuid), (i64, i32, bool)> = BTreeMap::new();
    for row in rows {
        let may_leave = reader.may_leave(&row);
        let of_row = latest.entry((row.noun, row.object_id)).or_default();
        *of_row = (row.seq, row.version, of_row.2 || may_leave);
    }
    let mut ids: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for (noun, id) in latest.keys() {
        ids.entry(noun.as_str()).or_default().push(*id);
    }
    let mut found: HashMap<(String, Uuid), FeedChange> = HashMap::new();
    for (noun, ids) in ids {
        for change in reader.rows(noun, ids).await? {
            found.insert((change.noun.clone(), change.id), change);
        }
    }
    let mut ordered: Vec<(i64, FeedChange)> = latest
        .into_iter()
        .filter_map(|((noun, id), (seq, version, may_leave))| {
            let gone = removed(&noun, id, version);
            let change = found.remove(&(noun, id)).or_else(|| may_leave.then_some(gone))?;
            Some((seq, change))
        })
        .collect();
    ordered.sort_by_key(|(seq, _)| *seq);
    Ok(Feed {
        epoch: reader.epoch,
        server_at: reader.now,
        cursor: reader.seal(last),
        more,
        changes: ordered.into_iter().map(|(_, change)| change).collect(),
    })
}

/// One page of the whole working set. The feed's cursor is taken before the first page, so nothing falls between.
pub async fn snapshot(app: &App, caller: &Caller, page: Option<&str>) -> AppResult<Snapshot> {
    let reader = Reader::new(app, caller).await?;
    let at = match page {
        None => At {
            stage: 0,
            seq: feed::newest(app.store.read(), reader.county, reader.until).await?,
            after: None,
        },
        Some(text) => At::decode(text, reader.epoch).ok_or(Code::Gone)?,
    };
    let (rows, next) = reader.stage(&at).await?;
    Ok(Snapshot {
        epoch: reader.epoch,
        server_at: reader.now,
        cursor: reader.seal(at.seq),
        next: next.map(|next| next.encode(reader.epoch)),
        rows,
    })
}

/// Where a snapshot stands: which noun, after which row, and the feed's number at its start.
#[derive(Debug, Clone, PartialEq)]
struct At {
    stage: u8,
    seq: i64,
    after: Option<Cursor>,
}

impl At {
    fn encode(&self, epoch: Uuid) -> String {
        let after = self.after.as_ref().map(Cursor::encode).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("{epoch}/{}/{}/{after}", self.stage, self.seq))
    }

    fn decode(text: &str, epoch: Uuid) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.splitn(4, '/');
        if parts.next()? != epoch.to_string() {
            return None;
        }
        let (stage, seq, after) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        Some(Self { stage, seq, after: if after.is_empty() { None } else { Some(Cursor::decode(after)?) } })
    }
}

impl<'a> Reader<'a> {
    async fn new(app: &'a App, caller: &'a Caller) -> AppResult<Self> {
        caller.require(Action::Sync)?;
        let scope = caller.scope()?;
        let county = scope.county().ok_or(Code::Forbidden)?;
        let now = app.clock.now();
        let until = if app.store.is_single_writer() { now } else { now - WATERMARK };
        let epoch = super::facts::epoch(app, app.store.read()).await?;
        Ok(Self { app, caller, scope, county, epoch, now, until })
    }

    /// Whether this row may have been in the reader's working set. For a county and a township the feed itself has chosen; a department
    /// is told which tickets it supervises by their rows, and must not hear the ids of all others as "removed".
    fn may_leave(&self, row: &feed::Numbered) -> bool {
        match self.scope {
            Scope::Department { department, .. } => {
                !matches!(row.noun.as_str(), "tickets" | "rounds") || row.units.contains(&Some(department))
            }
            Scope::Own { .. } => row.noun != "tickets",
            _ => true,
        }
    }

    /// The cursor of this epoch, scope and person at a number.
    fn seal(&self, seq: i64) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}/{seq}", self.key()))
    }

    fn open(&self, text: &str) -> Option<i64> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (key, seq) = text.rsplit_once('/')?;
        if key == self.key() { seq.parse().ok() } else { None }
    }

    fn key(&self) -> String {
        let scope = Uuid::new_v5(&self.caller.person_id, format!("{:?}", self.scope).as_bytes());
        format!("{}/{scope}", self.epoch)
    }

    /// The rows of these ids that belong to the working set.
    async fn rows(&self, noun: &str, ids: Vec<Uuid>) -> AppResult<Vec<FeedChange>> {
        let (read, scope) = (self.app.store.read(), self.scope);
        match noun {
            "divisions" => divisions::get_many(read, scope, ids)
                .await?
                .into_iter()
                .map(|row| change("divisions", row.id, row.version, &DivisionRow::from(row)))
                .collect(),
            "site-kinds" => kinds::get_many(read, scope, ids)
                .await?
                .into_iter()
                .map(|row| change("site-kinds", row.id, row.version, &SiteKindRow::from(row)))
                .collect(),
            "checklists" => checklists::get_many(read, scope, ids)
                .await?
                .into_iter()
                .map(|row| change("checklists", row.id, row.version, &ChecklistView::from(row)))
                .collect(),
            "sites" => self.sites(sites::get_many(read, scope, ids).await?).await,
            "settings" => Ok(vec![self.settings().await?]),
            "rounds" => Ok(self.rounds().await?.into_iter().filter(|row| ids.contains(&row.id)).collect()),
            "tickets" => self.tickets(store::tickets::get_many(read, scope, self.now, ids).await?).await,
            "inspections" => {
                self.visits(store::field::inspections::get_many(read, scope, self.now, ids).await?).await
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn settings(&self) -> AppResult<FeedChange> {
        let row = settings::row(self.app.store.read(), self.county).await?;
        change("settings", row.id, row.version, &row)
    }

    async fn sites(&self, rows: Vec<sites::Site>) -> AppResult<Vec<FeedChange>> {
        self.app
            .site_rows(self.scope, rows)
            .await?
            .iter()
            .map(|row| change("sites", row.id, row.version, row))
            .collect()
    }

    async fn rounds(&self) -> AppResult<Vec<FeedChange>> {
        let released = if matches!(self.scope, Scope::County { .. }) { None } else { Some(self.now) };
        let rows = store::rounds::list(self.app.store.read(), self.county, released).await?;
        rows.into_iter().map(|row| change("rounds", row.id, row.version, &RoundView::from(row))).collect()
    }

    async fn tickets(&self, rows: Vec<Ticket>) -> AppResult<Vec<FeedChange>> {
        let stays = |ticket: &Ticket| {
            ticket.state.is_open() || ticket.closed_at.is_some_and(|at| at > self.now - CLOSED_STAYS)
        };
        let (rows, ended): (Vec<Ticket>, Vec<Ticket>) = rows.into_iter().partition(stays);
        let facts = Facts::load(self.app, self.county).await?;
        let views =
            show(self.app.store.read(), self.caller, self.county, &rows, facts.deadlines(), self.now).await?;
        // What one may read and no longer needs leaves the phone, whoever's ticket it is.
        let gone = ended.into_iter().map(|ticket| Ok(removed("tickets", ticket.id, ticket.version)));
        views.iter().map(|view| change("tickets", view.id, view.version, view)).chain(gone).collect()
    }

    /// One's own visits of the last months.
    async fn visits(
        &self,
        rows: Vec<store::field::inspections::InspectionRow>,
    ) -> AppResult<Vec<FeedChange>> {
        let since = self.now - VISITS_STAY;
        let own = rows
            .into_iter()
            .filter(|row| row.person_id == self.caller.person_id && row.observed_at > since)
            .collect();
        let views = visits::show(self.app.store.read(), self.scope, self.now, own).await?;
        views.iter().map(|view| change("inspections", view.id, view.version, view)).collect()
    }

    /// One page: small nouns at once, then sites, tickets and visits by keyset.
    async fn stage(&self, at: &At) -> AppResult<(Vec<FeedChange>, Option<At>)> {
        let read = self.app.store.read();
        let page = PageRequest { after: at.after.clone(), limit: ROWS };
        let go_on = |after: Option<Cursor>| match after {
            Some(cursor) => Some(At { after: Some(cursor), ..at.clone() }),
            None if at.stage < 4 => Some(At { stage: at.stage + 1, seq: at.seq, after: None }),
            None => None,
        };
        match at.stage {
            0 => {
                let mut rows = self.rounds().await?;
                rows.push(self.settings().await?);
                for kind in kinds::list(read, self.scope).await? {
                    rows.push(change("site-kinds", kind.id, kind.version, &SiteKindRow::from(kind))?);
                }
                for list in checklists::active(read, self.county).await? {
                    rows.push(change("checklists", list.id, list.version, &ChecklistView::from(list))?);
                }
                Ok((rows, go_on(None)))
            }
            1 => {
                let found = divisions::list(read, self.scope, &divisions::Filter::default(), &page).await?;
                let (found, after) = cut(found, divisions::cursor);
                let rows = found
                    .into_iter()
                    .map(|row| change("divisions", row.id, row.version, &DivisionRow::from(row)));
                Ok((rows.collect::<AppResult<_>>()?, go_on(after)))
            }
            2 => {
                let filter =
                    sites::Filter { status: Some(sites::ACTIVE.to_owned()), ..sites::Filter::default() };
                let (found, after) = cut(sites::list(read, self.scope, &filter, &page).await?, sites::cursor);
                Ok((self.sites(found).await?, go_on(after)))
            }
            3 => {
                let filter = store::tickets::Filter {
                    states: State::OPEN.into_iter().chain([State::Closed]).collect(),
                    closed_after: Some(self.now - CLOSED_STAYS),
                    ..store::tickets::Filter::default()
                };
                let found = store::tickets::list(read, self.scope, self.now, &filter, &page).await?;
                let (found, after) = cut(found, |ticket| store::tickets::cursor(ticket, false));
                Ok((self.tickets(found).await?, go_on(after)))
            }
            _ => {
                let filter = store::field::inspections::Filter {
                    person_id: Some(self.caller.person_id),
                    since: Some(self.now - VISITS_STAY),
                    ..store::field::inspections::Filter::default()
                };
                let found =
                    store::field::inspections::list(read, self.scope, self.now, &filter, &page).await?;
                let (found, after) = cut(found, store::field::inspections::cursor);
                Ok((self.visits(found).await?, go_on(after)))
            }
        }
    }
}

fn cut<T>(mut rows: Vec<T>, cursor: impl Fn(&T) -> Cursor) -> (Vec<T>, Option<Cursor>) {
    let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let after = if more { rows.last().map(cursor) } else { None };
    (rows, after)
}

fn change(noun: &str, id: Uuid, version: i32, row: &impl Serialize) -> AppResult<FeedChange> {
    let row = serde_json::to_value(row).map_err(|error| AppError::Internal(format!("feed row: {error}")))?;
    Ok(FeedChange { noun: noun.to_owned(), id, version, removed: false, row: Some(row) })
}

fn removed(noun: &str, id: Uuid, version: i32) -> FeedChange {
    FeedChange { noun: noun.to_owned(), id, version, removed: true, row: None }
}
