//! What each list says of a row, in cells; the rows are those of the list's own function.

pub mod boards;
pub mod desk;
pub mod duties;

use super::{
    audit::{Asked, AuditView},
    ledger::Ledger,
    sheets::sheet,
    workbook::Cell,
};
use crate::{
    app::{
        App, AppResult, Caller,
        field::{
            unsent::{self, UnsentDevice},
            visits::{self, InspectionFilter, InspectionView},
        },
        people::{
            devices::KnownDevice,
            persons::{Person, Sought},
        },
        places::sites::{SiteFilter, SiteRow},
        standards::checklists::SiteKindRow,
    },
    domain::{
        page::Page,
        reports::{ledger::Language, lists::List, words::word},
    },
};
use chrono::NaiveDate;
use std::collections::HashMap;

pub async fn visits(
    app: &App,
    caller: &Caller,
    language: Language,
    filter: &InspectionFilter,
) -> AppResult<Ledger> {
    let rows = async |page: &_| visits::list(app, caller, filter, page).await;
    sheet(app, caller, (List::Visits, language, ""), rows, |row: &InspectionView| {
        let tickets: Vec<&str> =
            row.tickets.iter().map(|one| one.number.as_deref().unwrap_or(&one.title)).collect();
        vec![
            Cell::Moment(row.observed_at),
            text(row.site_name.as_deref()),
            text(row.site_code.as_deref()),
            text(row.filled_by.as_deref().or(row.person_name.as_deref())),
            said(language, &row.outcome),
            score(row.score),
            Cell::count(row.passes),
            Cell::count(row.fails),
            Cell::count(row.not_applicable),
            Cell::count(row.not_observed),
            Cell::text(tickets.join(", ")),
            text(Some(&row.people_present)),
            text(Some(&row.note)),
            said(language, &row.capture),
        ]
    })
    .await
}

pub async fn sites(app: &App, caller: &Caller, language: Language, filter: &SiteFilter) -> AppResult<Ledger> {
    let kinds = kind_names(app, caller, language).await?;
    let rows = async |page: &_| app.sites(caller, filter, page).await;
    sheet(app, caller, (List::Sites, language, ""), rows, |row: &SiteRow| {
        vec![
            text(Some(&row.code)),
            text(Some(&row.name)),
            text(kinds.get(&row.kind).map(String::as_str)),
            text(Some(&row.township_name)),
            text(Some(&row.village_name)),
            Cell::Number(row.lon),
            Cell::Number(row.lat),
            said(language, &row.status),
            Cell::moment(row.last_visit.as_ref().map(|visit| visit.observed_at)),
            score(row.last_visit.as_ref().and_then(|visit| visit.score)),
            Cell::count(row.open_tickets),
        ]
    })
    .await
}

pub async fn people(app: &App, caller: &Caller, language: Language, sought: &Sought) -> AppResult<Ledger> {
    let rows = async |page: &_| app.people(caller, sought, page).await;
    sheet(app, caller, (List::People, language, ""), rows, |row: &Person| {
        let posts: Vec<String> = row
            .posts
            .iter()
            .filter(|held| held.valid_now)
            .map(|held| format!("{} {}", held.post.unit_name, word(language, held.post.role.as_str())))
            .collect();
        vec![
            text(Some(&row.login)),
            text(Some(&row.name)),
            text(row.phone.as_deref()),
            said(language, &row.status),
            yes(language, row.has_password),
            Cell::text(posts.join("\n")),
        ]
    })
    .await
}

pub async fn unsent(app: &App, caller: &Caller, language: Language) -> AppResult<Ledger> {
    let rows = async |_: &_| Ok(Page { items: unsent::board(app, caller).await?.items, next: None });
    sheet(app, caller, (List::Unsent, language, ""), rows, |row: &UnsentDevice| {
        vec![
            text(Some(&row.device_name)),
            text(row.person_name.as_deref()),
            Cell::count(row.held_operations),
            Cell::count(row.held_files),
            Cell::moment(row.oldest_held_at),
            Cell::Moment(row.last_contact_at),
            row.free_bytes.map_or(Cell::Empty, |bytes| Cell::count(bytes >> 20)),
            text(row.app_version.as_deref()),
            yes(language, row.revoked),
        ]
    })
    .await
}

pub async fn devices(
    app: &App,
    caller: &Caller,
    language: Language,
    words: Option<&str>,
) -> AppResult<Ledger> {
    let rows = async |_: &_| Ok(Page { items: app.devices(caller, words).await?, next: None });
    sheet(app, caller, (List::Devices, language, ""), rows, |row: &KnownDevice| {
        vec![
            text(row.person_name.as_deref()),
            text(Some(&row.name)),
            text(row.user_agent.as_deref()),
            text(row.app_version.as_deref()),
            Cell::Moment(row.created_at),
            Cell::Moment(row.last_contact_at),
            Cell::moment(row.revoked_at),
        ]
    })
    .await
}

pub async fn audit(app: &App, caller: &Caller, language: Language, asked: &Asked) -> AppResult<Ledger> {
    let rows = async |page: &_| super::audit::list(app, caller, asked, page).await;
    sheet(app, caller, (List::Audit, language, ""), rows, audit_row).await
}

fn audit_row(row: &AuditView) -> Vec<Cell> {
    vec![
        Cell::text(row.seq.to_string()),
        Cell::Moment(row.at),
        text(row.person_name.as_deref()),
        text(Some(&row.action)),
        text(Some(&row.noun)),
        text(row.object_name.as_deref()),
        text(row.object_id.as_deref()),
        text(Some(&row.reason)),
        text(row.address.as_deref()),
        text(row.hash_before.as_deref()),
        text(row.hash_after.as_deref()),
    ]
}

fn text(said: Option<&str>) -> Cell {
    Cell::text(said.unwrap_or_default())
}

/// A day as it is written everywhere.
fn day(day: Option<NaiveDate>) -> Cell {
    text(day.map(|day| day.to_string()).as_deref())
}

/// The name of each kind of site.
async fn kind_names(app: &App, caller: &Caller, language: Language) -> AppResult<HashMap<String, String>> {
    let name = |kind: SiteKindRow| if language == Language::Zh { kind.name_zh } else { kind.name_en };
    let kinds = app.site_kinds(caller).await?.items;
    Ok(kinds.into_iter().map(|kind| (kind.key.clone(), name(kind))).collect())
}

/// A word of a closed set; one that is not known stands as it is.
fn said(language: Language, key: &str) -> Cell {
    let known = word(language, key);
    Cell::text(if known.is_empty() { key } else { known })
}

fn yes(language: Language, is: bool) -> Cell {
    if is { said(language, "yes") } else { Cell::Empty }
}

/// Thousandths of the points that applied, as the screens show them: points of a hundred.
fn score(permille: Option<i32>) -> Cell {
    permille.map_or(Cell::Empty, |score| Cell::Number(f64::from(score) / 10.0))
}
