//! Flags of photos as people read them, and the word of a person against one. Overruled flags are counted, so that the office sees
//! which rules cry wolf.

pub use crate::store::evidence::flags::Wanted;
use crate::{
    app::{App, AppError, AppResult, Caller, Once, field::settle},
    domain::{
        clock::Instant,
        evidence::{
            flag::{PhotoFlag, Strength},
            rules::FlagReason,
        },
        field::inspection::{MAX_TEXT, shorten},
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        self, Conn, audit,
        evidence::flags::{self, PhotoFlagRow},
        field::visible,
        people::persons,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something odd about a photo, in the reader's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PhotoFlagView {
    pub id: Uuid,
    pub file_id: Uuid,
    pub operation_id: Uuid,
    pub ticket_id: Option<Uuid>,
    pub code: String,
    /// `weak`, `look` or `strong`; a strong one asks for a check on site.
    pub strength: Strength,
    pub zh: String,
    pub en: String,
    pub reason: FlagReason,
    /// The photo that it was held against, where the reader may see that one.
    pub other: Option<OtherPhoto>,
    pub raised_at: DateTime<Utc>,
    pub overruled: Option<Overruled>,
}

/// The photo beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OtherPhoto {
    pub file_id: Uuid,
    pub ticket_id: Option<Uuid>,
    pub ticket_number: Option<String>,
    pub site_name: Option<String>,
    pub taken_at: Option<DateTime<Utc>>,
}

/// A flag in the county's list, with the photo that it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlagRow {
    #[serde(flatten)]
    pub flag: PhotoFlagView,
    pub photo: Option<OtherPhoto>,
    pub ticket_title: Option<String>,
    /// Where it was taken, by the register.
    pub township_name: Option<String>,
}

/// Who said that a flag means nothing here, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Overruled {
    pub person_name: Option<String>,
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// Shows flags to a reader: the county reads what was matched with what; a township reads what to do, and of other photos only those
/// that it may see.
pub async fn show(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    now: Instant,
    rows: Vec<PhotoFlagRow>,
) -> AppResult<Vec<PhotoFlagView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names = persons::names(conn, rows.iter().filter_map(|row| row.overruled_by).collect()).await?;
    let wanted: HashSet<Uuid> = rows.iter().filter_map(|row| row.other_file_id).collect();
    let others = others(conn, scope, person, now, wanted.into_iter().collect()).await?;
    let county = matches!(scope, Scope::County { .. });
    Ok(rows.into_iter().filter_map(|row| view(row, county, &names, &others)).collect())
}

fn view(
    row: PhotoFlagRow,
    county: bool,
    names: &HashMap<Uuid, String>,
    others: &HashMap<Uuid, OtherPhoto>,
) -> Option<PhotoFlagView> {
    // A flag of a newer program is not shown by an older one.
    let flag = PhotoFlag::parse(&row.code)?;
    let (zh, en) = if county { flag.words() } else { flag.own_words() };
    Some(PhotoFlagView {
        other: row.other_file_id.and_then(|file| others.get(&file).cloned()),
        overruled: row.overruled_at.map(|at| Overruled {
            person_name: row.overruled_by.and_then(|id| names.get(&id).cloned()),
            at,
            reason: row.overrule_reason,
        }),
        id: row.id,
        file_id: row.file_id,
        operation_id: row.operation_id,
        ticket_id: row.ticket_id,
        code: row.code,
        strength: Strength::parse(&row.strength)?,
        zh: zh.into(),
        en: en.into(),
        reason: serde_json::from_value(row.reason).unwrap_or_default(),
        raised_at: row.raised_at,
    })
}

/// Of these photos those that the reader may see, with what they belong to.
pub async fn others(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    now: Instant,
    photos: Vec<Uuid>,
) -> AppResult<HashMap<Uuid, OtherPhoto>> {
    let known = known(conn, scope, person, now, photos).await?;
    Ok(known.into_iter().map(|(id, photo)| (id, photo.shown)).collect())
}

/// A photo that the reader may see, with a little more than its pair tells.
struct Known {
    shown: OtherPhoto,
    ticket_title: Option<String>,
    township_id: Option<Uuid>,
}

async fn known(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    now: Instant,
    photos: Vec<Uuid>,
) -> AppResult<HashMap<Uuid, Known>> {
    let seen = visible::named(conn, scope, person, now, photos).await?;
    let tickets = seen.iter().filter(|file| file.subject == "ticket").map(|file| file.subject_id);
    let tickets = store::tickets::get_many(conn, scope, now, tickets.collect()).await?;
    let sites: HashSet<Uuid> = tickets.iter().filter_map(|ticket| ticket.site_id).collect();
    let sites = store::places::sites::get_many(conn, scope, sites.into_iter().collect()).await?;
    let photos = seen.into_iter().map(|file| {
        let ticket = tickets.iter().find(|ticket| ticket.id == file.subject_id);
        let site = ticket.and_then(|ticket| sites.iter().find(|site| Some(site.id) == ticket.site_id));
        let shown = OtherPhoto {
            file_id: file.file_id,
            ticket_id: ticket.map(|ticket| ticket.id),
            ticket_number: ticket.and_then(|ticket| ticket.number.clone()),
            site_name: site.map(|site| site.name.clone()),
            taken_at: file.sidecar["taken_at"].as_str().and_then(|at| at.parse().ok()),
        };
        let ticket_title = ticket.map(|ticket| ticket.title.clone());
        (file.file_id, Known { shown, ticket_title, township_id: file.township_id })
    });
    Ok(photos.collect())
}

/// The flags of the photos of these tickets. A unit reads those of its own repairs; how others took theirs is not its affair.
pub async fn of_tickets(
    conn: &impl Conn,
    caller: &Caller,
    county: Uuid,
    tickets: Vec<Uuid>,
    now: Instant,
) -> AppResult<HashMap<Uuid, Vec<PhotoFlagView>>> {
    let scope = caller.scope()?;
    let mut rows = flags::of_tickets(conn, county, tickets).await?;
    if !matches!(scope, Scope::County { .. }) {
        let attempts = rows.iter().filter_map(|row| row.ticket_id).collect::<HashSet<_>>();
        let attempts = store::tickets::attempts::of_tickets(conn, attempts.into_iter().collect()).await?;
        let own: HashSet<Uuid> = attempts.iter().map(|attempt| attempt.operation_id).collect();
        rows.retain(|row| own.contains(&row.operation_id));
    }
    let mut by_ticket: HashMap<Uuid, Vec<PhotoFlagView>> = HashMap::new();
    for flag in show(conn, scope, caller.person_id, now, rows).await? {
        by_ticket.entry(flag.ticket_id.unwrap_or_default()).or_default().push(flag);
    }
    Ok(by_ticket)
}

/// One page of the county's flags, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    wanted: &Wanted,
    page: &PageRequest,
) -> AppResult<Page<FlagRow>> {
    caller.require(Action::JudgeEvidence)?;
    let (read, now) = (app.store.read(), app.clock.now());
    let rows = flags::list(read, caller.county()?, wanted, page).await?;
    let cut = Page::cut(rows, page.limit, flags::cursor);
    let (scope, me) = (caller.scope()?, caller.person_id);
    let photos: HashSet<Uuid> = cut.items.iter().map(|row| row.file_id).collect();
    let known = known(read, scope, me, now, photos.into_iter().collect()).await?;
    let townships = known.values().filter_map(|photo| photo.township_id).collect();
    let townships = store::places::divisions::get_many(read, scope, townships).await?;
    let name = |id: Uuid| townships.iter().find(|one| one.id == id).map(|one| one.name.clone());
    let flags = show(read, scope, me, now, cut.items).await?;
    let items = flags.into_iter().map(|flag| {
        let photo = known.get(&flag.file_id);
        FlagRow {
            township_name: photo.and_then(|photo| photo.township_id).and_then(name),
            ticket_title: photo.and_then(|photo| photo.ticket_title.clone()),
            photo: photo.map(|photo| photo.shown.clone()),
            flag,
        }
    });
    Ok(Page { items: items.collect(), next: cut.next })
}

/// Says that a flag means nothing here, with a reason; `stands` takes that back. Who took the photo cannot.
pub async fn overrule(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    stands: bool,
    reason: &str,
) -> AppResult<PhotoFlagView> {
    caller.require(Action::JudgeEvidence)?;
    let county = caller.county()?;
    let reason = shorten(reason.trim(), MAX_TEXT);
    if reason.is_empty() {
        let problem = Problem::new(Code::InvalidField).with_field("/reason", "请说明原因", "please say why");
        return Err(problem.into());
    }
    let now = app.clock.now();
    app.idempotent(caller, once, async |tx| {
        let row = flags::get(tx, county, id).await?.ok_or(Code::NotFound)?;
        if PhotoFlag::parse(&row.code).is_some_and(PhotoFlag::is_by_people) {
            return Err(Problem::new(Code::WrongState)
                .with_detail(
                    "这是两人认定的，请在照片页撤销认定。",
                    "Two people found this; lift it on the photo's page.",
                )
                .into());
        }
        let taken_by = store::field::operations::find(tx, row.operation_id).await?.map(|work| work.person_id);
        if taken_by == Some(caller.person_id) {
            return Err(Problem::new(Code::WrongState)
                .with_detail("自己拍的照片由别人来看。", "Somebody else looks at one's own photo.")
                .into());
        }
        let changed = if stands {
            flags::reinstate(tx, id).await?
        } else {
            flags::overrule(tx, id, caller.person_id, now, reason.clone()).await?
        };
        if changed {
            let action = if stands { "photo_flag.reinstate" } else { "photo_flag.overrule" };
            let line = caller.audit(action, "photo_flags", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
            // The office looks at what it may see; who repairs hears of his own photos.
            let tickets = row.ticket_id.map(|id| (id, true)).into_iter().collect();
            settle::tell_of_photos(tx, now, county, tickets, BTreeSet::new()).await?;
        }
        Ok::<_, AppError>(())
    })
    .await?;
    let read = app.store.read();
    let row = flags::get(read, county, id).await?.ok_or(Code::NotFound)?;
    Ok(show(read, caller.scope()?, caller.person_id, now, vec![row]).await?.pop().ok_or(Code::NotFound)?)
}
