//! `/api/v1/tickets`: lists, one with its history, counts. Commands are operations.

use crate::{
    app::tickets::reads::TicketFilter,
    app::{
        App, Caller,
        tickets::{
            reads::{self, Counts, TicketDetail},
            show::TicketView,
        },
    },
    domain::{
        clock::Instant,
        duties::referral::{Referred, Relation},
        page::Page,
        problem::{Code, Problem},
        standards::calendar::{end_of_day, start_of_day},
        tickets::{State, request::RequestState},
    },
    http::{
        extract::{Path, Query},
        paging::page,
        problem::Answer,
    },
};
use actix_web::web;
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
    border: Option<bool>,
    /// Only rows that the zero board counts (or only the others).
    counted: Option<bool>,
    /// Local day of issue, `YYYY-MM-DD`.
    issued_on: Option<chrono::NaiveDate>,
    /// Local day of closing.
    closed_on: Option<chrono::NaiveDate>,
    department: Option<String>,
    /// Of which something is asked: `open` = nobody has decided yet; also `approved`, `denied`, `withdrawn`, `lapsed`.
    request: Option<RequestState>,
    /// A repair waits for a signature.
    to_sign: Option<bool>,
    /// Without a step of the unit for the county's number of working days.
    no_progress: Option<bool>,
    /// Told upwards this far at least: 1, 2 or 3.
    escalated: Option<i32>,
    /// With a department: `open`, `overdue`, `ended`; for a department, with it.
    #[param(inline)]
    referral: Option<Referred>,
    /// For a department: `own`, `supervised`, `referred`.
    #[param(inline)]
    relation: Option<Relation>,
    /// Part of number, title, note or item code.
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
    let asked = query.0;
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = TicketFilter {
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
        department: asked.department,
        request: asked.request,
        search: asked.q.filter(|text| !text.trim().is_empty()),
        newest_first: newest_first(asked.sort.as_deref())?,
        to_sign: asked.to_sign,
        no_progress: asked.no_progress,
        escalated: asked.escalated,
        referral: asked.referral,
        relation: asked.relation,
        ..TicketFilter::default()
    };
    Ok(web::Json(reads::list(&app, &caller, &filter, &page).await?))
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
