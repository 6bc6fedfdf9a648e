//! `/api/v1/colours`: the colours of townships' months, and which leader is in charge of which townships.

use crate::{
    app::{
        App, Caller,
        colours::{
            ColourDetail, ColourRow, appeals,
            leaders::{self, LeaderRow},
            months::{self, ColourList, ColourPreview, Wanted},
            rows::{self, MonthRows},
        },
    },
    domain::{
        colours::{
            colour::{AppealState, Colour},
            why::Figure,
        },
        page::Page,
    },
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which months; the last twelve if absent, at most 36.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ColoursQuery {
    /// First month, `YYYY-MM`.
    from: Option<String>,
    /// Last month, `YYYY-MM`.
    to: Option<String>,
    township_id: Option<Uuid>,
}

impl From<ColoursQuery> for Wanted {
    fn from(ColoursQuery { from, to, township_id }: ColoursQuery) -> Self {
        Self { from, to, township_id }
    }
}

/// Months, newest first: the office reads all, everybody else what was published.
#[utoipa::path(get, path = "/api/v1/colours", tag = "colours", params(ColoursQuery), responses(
    (status = 200, description = "The months", body = ColourList),
))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ColoursQuery>,
) -> Answer<web::Json<ColourList>> {
    Ok(web::Json(months::list(&app, &caller, &query.0.into()).await?))
}

/// One month.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MonthQuery {
    /// `YYYY-MM`.
    month: String,
}

/// What a month would be by what is known so far; computed, never stored.
#[utoipa::path(get, path = "/api/v1/colours/preview", tag = "colours", params(MonthQuery), responses(
    (status = 200, description = "So far", body = ColourPreview),
    (status = 409, description = "wrong_state: it has not begun"),
))]
pub async fn preview(
    app: web::Data<App>,
    caller: Caller,
    query: Query<MonthQuery>,
) -> Answer<web::Json<ColourPreview>> {
    Ok(web::Json(months::preview(&app, &caller, &query.0.month).await?))
}

/// A month to work on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthBody {
    /// `YYYY-MM`.
    month: String,
}

/// Works the proposals of a month out, again where nobody has confirmed them yet.
#[utoipa::path(post, path = "/api/v1/colours/proposals", tag = "colours", params(("Idempotency-Key" = String, Header)), request_body = MonthBody,
    responses(
        (status = 200, description = "The month", body = ColourList),
        (status = 409, description = "wrong_state: the month is not over"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn propose(
    app: web::Data<App>,
    caller: Caller,
    write: Write<MonthBody>,
) -> Answer<web::Json<ColourList>> {
    Ok(web::Json(months::propose(&app, &caller, &write.once, &write.body.month).await?))
}

/// Publishes a whole month at once; red ones are copied to the leaders in charge.
#[utoipa::path(post, path = "/api/v1/colours/publications", tag = "colours", params(("Idempotency-Key" = String, Header)), request_body = MonthBody,
    responses(
        (status = 200, description = "The month", body = ColourList),
        (status = 409, description = "wrong_state: not all confirmed, or published already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn publish(
    app: web::Data<App>,
    caller: Caller,
    write: Write<MonthBody>,
) -> Answer<web::Json<ColourList>> {
    Ok(web::Json(months::publish(&app, &caller, &write.once, &write.body.month).await?))
}

/// One month of one township with its reasoning, appeal and plans.
#[utoipa::path(get, path = "/api/v1/colours/{id}", tag = "colours", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The month", body = ColourDetail),
))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<ColourDetail>> {
    Ok(web::Json(months::get(&app, &caller, path.0).await?))
}

/// Which number.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RowsQuery {
    of: Figure,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The rows behind a number of a month, as they were kept with it.
#[utoipa::path(get, path = "/api/v1/colours/{id}/rows", tag = "colours", operation_id = "colour_rows",
    params(("id" = Uuid, Path), RowsQuery), responses((status = 200, description = "One page", body = MonthRows)))]
pub async fn rows(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    query: Query<RowsQuery>,
) -> Answer<web::Json<MonthRows>> {
    let RowsQuery { of, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(rows::of_month(&app, &caller, path.0, of, &page).await?))
}

/// A person's word on a proposal.
#[derive(Deserialize, ToSchema)]
#[schema(as = ColourConfirmation)]
#[serde(deny_unknown_fields)]
pub struct ConfirmBody {
    colour: Colour,
    /// Needed where it is another than proposed.
    #[serde(default)]
    reason: String,
    /// The version that was seen.
    version: i32,
}

/// Confirms a proposal, or changes it; may be repeated until publication.
#[utoipa::path(post, path = "/api/v1/colours/{id}/confirm", tag = "colours", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    request_body = ConfirmBody, responses(
        (status = 200, description = "As it is now", body = ColourRow),
        (status = 409, description = "conflict: another version; wrong_state: published already"),
        (status = 422, description = "invalid_field: a reason is needed"),
    ))]
pub async fn confirm(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<ConfirmBody>,
) -> Answer<web::Json<ColourRow>> {
    let Write { body: ConfirmBody { colour, reason, version }, once } = write;
    Ok(web::Json(months::confirm(&app, &caller, &once, path.0, (colour, &reason, version)).await?))
}

/// Why a township does not agree.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealBody {
    reason: String,
    #[serde(default)]
    ticket_ids: Vec<Uuid>,
}

/// Appeals against one's own published colour, once.
#[utoipa::path(post, path = "/api/v1/colours/{id}/appeal", tag = "colours", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    request_body = AppealBody, responses(
        (status = 201, description = "Appealed", body = ColourDetail),
        (status = 409, description = "wrong_state: too late, green, or appealed already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn appeal(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<AppealBody>,
) -> Answer {
    let Write { body, once } = write;
    let said = (body.reason.as_str(), body.ticket_ids.as_slice());
    Ok(HttpResponse::Created().json(appeals::appeal(&app, &caller, &once, path.0, said).await?))
}

/// The office's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// `upheld` or `changed`.
    outcome: AppealState,
    /// What it becomes, where it is changed.
    #[serde(default)]
    colour: Option<Colour>,
    note: String,
}

/// Decides an appeal; never by who confirmed the colour.
#[utoipa::path(post, path = "/api/v1/colours/{id}/appeal/decision", tag = "colours",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = AppealDecision, responses(
        (status = 200, description = "As it is now", body = ColourDetail),
        (status = 409, description = "wrong_state: none is open, or it takes another person"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn decide(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<AppealDecision>,
) -> Answer<web::Json<ColourDetail>> {
    let Write { body: AppealDecision { outcome, colour, note }, once } = write;
    Ok(web::Json(appeals::decide(&app, &caller, &once, path.0, (outcome, colour, &note)).await?))
}

/// What the main leader plans.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    text: String,
}

/// Hands a plan in; a newer one stands before it.
#[utoipa::path(post, path = "/api/v1/colours/{id}/plan", tag = "colours", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    request_body = PlanBody, responses(
        (status = 201, description = "Handed in", body = ColourDetail),
        (status = 409, description = "wrong_state: not published, or green"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn plan(app: web::Data<App>, caller: Caller, path: Path<Uuid>, write: Write<PlanBody>) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created().json(appeals::plan(&app, &caller, &once, path.0, &body.text).await?))
}

/// The county's leaders and what they are in charge of; to one of them the own posts.
#[utoipa::path(get, path = "/api/v1/colours/leaders", tag = "colours", responses(
    (status = 200, description = "The leaders", body = Page<LeaderRow>),
))]
pub async fn leaders(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Page<LeaderRow>>> {
    Ok(web::Json(leaders::list(&app, &caller).await?))
}

/// The townships that a leader is in charge of from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaderBody {
    township_ids: Vec<Uuid>,
}

/// Sets them; what is not named ends, and stays on record.
#[utoipa::path(put, path = "/api/v1/colours/leaders/{post_id}", tag = "colours",
    params(("post_id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = LeaderBody, responses(
        (status = 200, description = "As it is now", body = LeaderRow),
        (status = 404, description = "No leader's post of this county that is held now"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn set_leader(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<LeaderBody>,
) -> Answer<web::Json<LeaderRow>> {
    Ok(web::Json(leaders::set(&app, &caller, &write.once, path.0, &write.body.township_ids).await?))
}
