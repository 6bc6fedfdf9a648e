//! `/api/v1/tickets`: lists, one with its history, counts. Commands are operations.

use crate::{
    app::tickets::reads::TicketFilter,
    app::{
        App, Caller,
        reports::ledger,
        tickets::{
            reads::{self, Counts, TicketDetail},
            show::TicketView,
        },
    },
    domain::{
        clock::Instant,
        duties::referral::{Referred, Relation},
        look_backs::ItemState,
        page::Page,
        problem::{Code, Problem},
        reports::ledger::Language,
        standards::calendar::{end_of_day, start_of_day},
        tickets::{State, dues::DueKind, request::RequestState},
    },
    http::{
        extract::{Path, Query},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{
    HttpResponse,
    body::SizedStream,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE},
    web,
};
use serde::Deserialize;
use uuid::Uuid;

/// How a list is narrowed and ordered.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// States, separated by commas.
    state: Option<String>,
    unit_id: Option<Uuid>,
    township_id: Option<Uuid>,
    village_id: Option<Uuid>,
    site_id: Option<Uuid>,
    round_id: Option<Uuid>,
    is_static: Option<bool>,
    severity: Option<String>,
    overdue: Option<bool>,
    /// Levels 0 to 3, separated by commas.
    level: Option<String>,
    /// Exactly these tickets, separated by commas, at most 200: what a figure or a colour opens.
    id: Option<String>,
    border: Option<bool>,
    /// Only rows that the zero board counts (or only the others).
    counted: Option<bool>,
    /// Local day of issue, `YYYY-MM-DD`.
    issued_on: Option<chrono::NaiveDate>,
    /// Local day of closing.
    closed_on: Option<chrono::NaiveDate>,
    /// With their unit, not late, and due on this local day or before it.
    due_by: Option<chrono::NaiveDate>,
    /// Of which something ends on this local day.
    due_on: Option<chrono::NaiveDate>,
    /// With `due_on`: `repair` (if absent: with its unit and due on that day), `internal` (its own date before it), `accept`, `check`, `control`, `review`, `referral`.
    #[param(inline)]
    due_kind: Option<DueKind>,
    /// Due soon 临期 by the county's rules.
    due_soon: Option<bool>,
    department: Option<String>,
    /// Of which something is asked: `open` = nobody has decided yet; also `approved`, `denied`, `withdrawn`, `lapsed`.
    request: Option<RequestState>,
    /// A repair waits for a signature.
    to_sign: Option<bool>,
    /// Without a step of the unit for the county's number of working days.
    no_progress: Option<bool>,
    /// Told upwards this far at least: 1, 2 or 3.
    escalated: Option<i32>,
    /// What became of a department's being asked: `open`, `overdue`, `ended` (`done`, `done_late`, `returned`); for a department, of itself.
    #[param(inline)]
    referral: Option<Referred>,
    /// With a department that was asked: this one; with `referral`, standing so.
    referred_to: Option<Uuid>,
    /// For a township or village: what a department repairs on its land, to be looked at only, instead of its own tickets.
    local: Option<bool>,
    /// For a department: `own`, `supervised`, `referred`.
    #[param(inline)]
    relation: Option<Relation>,
    /// Waiting for the county's check longer than the county allows itself.
    check_late: Option<bool>,
    /// Hard cases 难点 that are not finished: the county was asked to help.
    hard: Option<bool>,
    /// Drawn in a look-back: `waiting`, `held`, `not_held`, `dropped`.
    look_back: Option<String>,
    /// With `look_back`: of this draw.
    draw: Option<Uuid>,
    /// Counting in this zeroing campaign; of a draft, what it would take (office).
    campaign: Option<Uuid>,
    /// Of its baseline, or found since.
    campaign_baseline: Option<bool>,
    /// Those instead that no longer count: voided, merged, not static any more.
    campaign_left: Option<bool>,
    /// Part of number, title, note or item code, of the site's name, first sounds or code, or of its township's or village's name.
    q: Option<String>,
    /// `due` (default) or `newest`.
    sort: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Tickets in the caller's scope.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", params(ListQuery), responses(
    (status = 200, description = "One page", body = Page<TicketView>),
))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ListQuery>,
) -> Answer<web::Json<Page<TicketView>>> {
    let page = page(query.0.cursor.as_deref(), query.0.limit)?;
    let filter = narrowed(query.0)?;
    Ok(web::Json(reads::list(&app, &caller, &filter, &page).await?))
}

/// The ledger's language.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// `zh` (default) or `en`.
    lang: Option<String>,
}

/// The rows of a list as a workbook, in the same order; made for this request, and audited.
#[utoipa::path(get, path = "/api/v1/tickets/ledger.xlsx", tag = "tickets", params(ListQuery, LedgerQuery), responses(
    (status = 200, description = "The workbook", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 422, description = "invalid_field: too many rows"),
))]
pub async fn ledger_xlsx(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ListQuery>,
    language: Query<LedgerQuery>,
) -> Answer {
    let filter = narrowed(query.0)?;
    let language = Language::parse(language.0.lang.as_deref().unwrap_or("zh")).ok_or_else(|| {
        Problem::new(Code::Malformed).with_field("lang", "应为 zh 或 en", "expected zh or en")
    })?;
    let made = ledger::ledger(&app, &caller, &filter, language).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, WORKBOOK))
        // A workbook is compressed already.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", made.name)))
        .body(SizedStream::new(made.bytes, ledger::read(made)?)))
}

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What a list and its ledger are narrowed to.
fn narrowed(asked: ListQuery) -> Result<TicketFilter, Problem> {
    Ok(TicketFilter {
        states: states(asked.state.as_deref())?,
        unit_id: asked.unit_id,
        township_id: asked.township_id,
        village_id: asked.village_id,
        site_id: asked.site_id,
        round_id: asked.round_id,
        is_static: asked.is_static,
        severity: asked.severity,
        overdue: asked.overdue,
        border: asked.border,
        counted: asked.counted,
        issued: asked.issued_on.map(day_span),
        closed: asked.closed_on.map(day_span),
        due_by: asked.due_by.map(end_of_day),
        due_on: asked.due_on.map(|day| (asked.due_kind.unwrap_or(DueKind::Repair), day)),
        due_soon: asked.due_soon,
        department: asked.department,
        request: asked.request,
        search: asked.q.filter(|text| !text.trim().is_empty()),
        newest_first: newest_first(asked.sort.as_deref())?,
        to_sign: asked.to_sign,
        no_progress: asked.no_progress,
        escalated: asked.escalated,
        referral: asked.referral,
        referred_to: asked.referred_to,
        local: asked.local.unwrap_or(false),
        relation: asked.relation,
        check_late: asked.check_late,
        hard: asked.hard,
        look_back: look_back(asked.look_back.as_deref())?,
        draw: asked.draw,
        campaign: asked.campaign,
        campaign_baseline: asked.campaign_baseline,
        campaign_left: asked.campaign_left.unwrap_or(false),
        ids: ids(asked.id.as_deref())?,
        levels: levels(asked.level.as_deref())?,
        ..TicketFilter::default()
    })
}

/// The instants of a local day: its first one, and the first of the next.
fn day_span(day: chrono::NaiveDate) -> (Instant, Instant) {
    (start_of_day(day), end_of_day(day))
}

fn states(text: Option<&str>) -> Result<Vec<State>, Problem> {
    let words = text.unwrap_or_default().split(',').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let wrong = || {
                Problem::new(Code::Malformed).with_field("state", "没有这种状态", "there is no such state")
            };
            State::parse(word).ok_or_else(wrong)
        })
        .collect()
}

/// Most ids that a list is asked for.
const IDS_MAX: usize = 200;

fn ids(text: Option<&str>) -> Result<Option<Vec<Uuid>>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let wrong =
        || Problem::new(Code::Malformed).with_field("id", "应为最多 200 个编号", "expected at most 200 ids");
    let words = text.split(',').filter(|word| !word.is_empty());
    let ids = words.map(|word| word.parse().map_err(|_not_one| wrong())).collect::<Result<Vec<Uuid>, _>>()?;
    if ids.len() > IDS_MAX { Err(wrong()) } else { Ok(Some(ids)) }
}

fn levels(text: Option<&str>) -> Result<Vec<u8>, Problem> {
    let words = text.unwrap_or_default().split(',').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let wrong =
                || Problem::new(Code::Malformed).with_field("level", "应为 0 到 3", "expected 0 to 3");
            word.parse().ok().filter(|level| *level <= 3).ok_or_else(wrong)
        })
        .collect()
}

fn look_back(text: Option<&str>) -> Result<Option<ItemState>, Problem> {
    let wrong =
        || Problem::new(Code::Malformed).with_field("look_back", "没有这种状态", "there is no such state");
    let state = text.map(|word| ItemState::parse(word).ok_or_else(wrong)).transpose()?;
    if state == Some(ItemState::NotDrawn) { Err(wrong()) } else { Ok(state) }
}

fn newest_first(sort: Option<&str>) -> Result<bool, Problem> {
    match sort {
        None | Some("due") => Ok(false),
        Some("newest") => Ok(true),
        Some(_) => Err(Problem::new(Code::Malformed).with_field(
            "sort",
            "应为 due 或 newest",
            "expected due or newest",
        )),
    }
}

/// Counts for badges and tabs.
#[utoipa::path(get, path = "/api/v1/tickets/counts", tag = "tickets", responses((status = 200, description = "Counts in scope", body = Counts)))]
pub async fn counts(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Counts>> {
    Ok(web::Json(reads::counts(&app, &caller).await?))
}

/// One ticket with its history, attempts and findings.
#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "tickets", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The ticket", body = TicketDetail),
))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<TicketDetail>> {
    Ok(web::Json(reads::get(&app, &caller, path.0).await?))
}
