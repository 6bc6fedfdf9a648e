//! What came by a link, as the desk sees it: looked at, put aside, or taken over by an ordinary repair under the officer's own name.

use crate::{
    app::{
        App, AppResult, Caller, Once,
        field::{
            entry::Entry,
            photos::{Shown, show_file},
        },
    },
    domain::{
        clock::Instant,
        field::{
            inspection::{MAX_TEXT, shorten},
            media::PhotoSize,
        },
        page::{Cursor, Page, PageRequest},
        people::{permission::Action, role::Role, scope::Scope},
        problem::{Code, Problem},
        tickets::Ticket,
    },
    store::{
        self, Conn, audit,
        duties::links::{self, DraftRow, VillagePhoto},
        people::persons,
    },
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    Waiting,
    Adopted,
    Discarded,
}

impl DraftState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => links::WAITING,
            Self::Adopted => links::ADOPTED,
            Self::Discarded => links::DISCARDED,
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            links::ADOPTED => Self::Adopted,
            links::DISCARDED => Self::Discarded,
            _ => Self::Waiting,
        }
    }
}

/// A photo of a draft; time and place are claims of the sender's phone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillagePhotoView {
    pub no: i32,
    pub sha256: String,
    pub bytes: i64,
    pub media_type: String,
    pub taken_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<Object>)]
    pub position: Option<serde_json::Value>,
}

/// What came by a link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageDraftView {
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub ticket_number: Option<String>,
    pub ticket_title: String,
    /// The name as typed; nobody has checked it.
    pub taken_by: String,
    pub note: String,
    pub received_at: DateTime<Utc>,
    pub state: DraftState,
    pub photos: Vec<VillagePhotoView>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub reason: String,
}

/// Newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    ticket: Option<Uuid>,
    state: Option<DraftState>,
    page: &PageRequest,
) -> AppResult<Page<VillageDraftView>> {
    caller.require(Action::UseVillageLinks)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let after = page.after.as_ref().and_then(|cursor| Some((cursor.key.parse::<Instant>().ok()?, cursor.id)));
    let rows = links::drafts(read, scope, ticket, state.map(DraftState::as_str), after, page.limit).await?;
    let cut = Page::cut(rows, page.limit, |row| Cursor {
        key: row.received_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        id: row.id,
    });
    let items = show(read, scope, now, cut.items).await?;
    Ok(Page { items, next: cut.next })
}

/// A photo of a draft, as a copy that we made: never the bytes of a stranger.
pub async fn photo(app: &App, caller: &Caller, id: Uuid, no: i32, size: PhotoSize) -> AppResult<Shown> {
    caller.require(Action::UseVillageLinks)?;
    let read = app.store.read();
    let draft = links::draft(read, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    let photos = links::photos_of(read, vec![draft.id]).await?;
    let photo = photos.into_iter().find(|photo| photo.no == no).ok_or(Code::NotFound)?;
    if size == PhotoSize::Original {
        return Err(Code::NotFound.into());
    }
    show_file(app, draft.county_id, &photo.sha256, size).await
}

/// Puts a draft aside, with a reason; the same again changes nothing.
pub async fn discard(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    reason: &str,
) -> AppResult<VillageDraftView> {
    caller.require(Action::UseVillageLinks)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let reason = shorten(reason.trim(), MAX_TEXT);
    if reason.is_empty() {
        return Err(Problem::field("/reason", "请写明原因", "Say why").into());
    }
    app.idempotent(caller, once, async |tx| {
        let draft = links::draft(tx, scope, id).await?.ok_or(Code::NotFound)?;
        let decided =
            links::decide(tx, id, links::DISCARDED, caller.person_id, now, None, reason.clone()).await?;
        if !decided {
            if draft.state == links::ADOPTED {
                return Err(Problem::new(Code::WrongState)
                    .with_detail("这份照片已被采用。", "These photos have been taken over.")
                    .into());
            }
            return Ok(());
        }
        let line = caller.audit("village_draft.discard", "village_drafts", id);
        audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
        Ok(())
    })
    .await?;
    let read = app.store.read();
    let row = links::draft(read, scope, id).await?.ok_or(Code::NotFound)?;
    Ok(show(read, scope, now, vec![row]).await?.pop().ok_or(Code::NotFound)?)
}

async fn show(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    rows: Vec<DraftRow>,
) -> AppResult<Vec<VillageDraftView>> {
    let tickets = rows.iter().map(|row| row.ticket_id).collect();
    let tickets: HashMap<Uuid, Ticket> = store::tickets::get_many(conn, scope, now, tickets)
        .await?
        .into_iter()
        .map(|ticket| (ticket.id, ticket))
        .collect();
    let names = persons::names(conn, rows.iter().filter_map(|row| row.decided_by).collect()).await?;
    let mut photos: HashMap<Uuid, Vec<VillagePhotoView>> = HashMap::new();
    for photo in links::photos_of(conn, rows.iter().map(|row| row.id).collect()).await? {
        let Some(draft) = photo.draft_id else { continue };
        photos.entry(draft).or_default().push(VillagePhotoView {
            no: photo.no,
            sha256: photo.sha256,
            bytes: photo.bytes,
            media_type: photo.media_type,
            taken_at: photo.taken_at,
            position: photo.position,
        });
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            // A ticket that went to another unit is not told of any more.
            let ticket = tickets.get(&row.ticket_id);
            VillageDraftView {
                ticket_number: ticket.and_then(|ticket| ticket.number.clone()),
                ticket_title: ticket.map(|ticket| ticket.title.clone()).unwrap_or_default(),
                photos: photos.remove(&row.id).unwrap_or_default(),
                decided_by_name: row.decided_by.and_then(|by| names.get(&by).cloned()),
                state: DraftState::parse(&row.state),
                id: row.id,
                ticket_id: row.ticket_id,
                taken_by: row.name,
                note: row.note,
                received_at: row.received_at,
                decided_at: row.decided_at,
                reason: row.reason,
            }
        })
        .collect())
}

/// A draft that a repair takes over.
pub(in crate::app) struct Adopted {
    pub name: String,
    id: Uuid,
    photos: Vec<VillagePhoto>,
}

/// The waiting draft that an officer names, if it belongs to this ticket and to his township. The ticket is locked before, so two who
/// take the same one over come one after the other.
pub(in crate::app) async fn wanted(
    entry: &Entry<'_>,
    ticket: &Ticket,
    id: Uuid,
) -> AppResult<Option<Adopted>> {
    if entry.author.role != Role::DeskOfficer {
        return Ok(None);
    }
    let draft = links::draft(entry.tx, entry.author.scope, id).await?;
    let draft = draft.filter(|draft| draft.state == links::WAITING && draft.ticket_id == ticket.id);
    let Some(draft) = draft else { return Ok(None) };
    let photos = links::photos_of(entry.tx, vec![draft.id]).await?;
    Ok(Some(Adopted { name: draft.name, id, photos }))
}

impl Adopted {
    /// Writes that it was taken over. Its photos are here already: whoever takes them over need not send them again. Answers the hashes
    /// that are not to be waited for.
    pub async fn settle(&self, entry: &Entry<'_>) -> AppResult<Vec<String>> {
        let operation = entry.envelope.operation_id;
        let (by, now) = (entry.author.person_id, entry.now());
        links::decide(entry.tx, self.id, links::ADOPTED, by, now, Some(operation), String::new()).await?;
        let mut here = Vec::new();
        for photo in &self.photos {
            if store::field::named::mark_here(entry.tx, operation, &photo.sha256, photo.bytes).await? {
                here.push(photo.sha256.clone());
            }
        }
        Ok(here)
    }
}
