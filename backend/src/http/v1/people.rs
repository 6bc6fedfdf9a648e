//! `/api/v1/people`: accounts as the platform's administrators, the office, and townships for their villages keep them.

use crate::{
    app::{
        App, Caller,
        people::{
            codes::Slips,
            persons::{HeldPost, NewPerson, Person, Sought},
            posts::NewPost,
        },
    },
    domain::clock::Instant,
    http::{
        extract::{Json, Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a list of people is narrowed to.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Part of a login, name or phone number.
    q: Option<String>,
    /// Holders of a post there, or in a village of it.
    unit_id: Option<Uuid>,
    /// Only those who never chose a password.
    no_password: Option<bool>,
    cursor: Option<String>,
    /// At most 200; 50 when nothing is said.
    limit: Option<u64>,
}

impl From<Filter> for Sought {
    fn from(filter: Filter) -> Self {
        let Filter { q, unit_id, no_password, .. } = filter;
        Self { q, unit_id, no_password: no_password == Some(true) }
    }
}

/// One page of people, by login.
#[derive(Serialize, ToSchema)]
pub struct People {
    items: Vec<Person>,
    next: Option<String>,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
pub struct NewAccount {
    /// Phone number or account name, unique.
    login: String,
    name: String,
    #[serde(default)]
    phone: Option<String>,
    /// `zh` or `en`.
    #[serde(default)]
    locale: Option<String>,
    /// Said by the platform's administrators only; an office makes people of its own county.
    #[serde(default)]
    county_id: Option<Uuid>,
    #[serde(default)]
    posts: Vec<NewPost>,
}

/// An account as it is to be.
#[derive(Deserialize, ToSchema)]
pub struct EditedAccount {
    /// The version that was seen.
    version: i32,
    /// Phone number or account name, unique.
    login: String,
    name: String,
    #[serde(default)]
    phone: Option<String>,
}

/// For whom slips are to be printed.
#[derive(Deserialize, ToSchema)]
pub struct SlipsFor {
    /// At most 200.
    person_ids: Vec<Uuid>,
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
pub struct Reason {
    reason: String,
}

/// A one-time code. It is shown here and never again.
#[derive(Serialize, ToSchema)]
pub struct OneTimeCode {
    code: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Instant,
}

/// Accounts by login.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Filter), responses(
    (status = 200, description = "A page of people", body = People),
))]
pub async fn list(app: web::Data<App>, caller: Caller, filter: Query<Filter>) -> Answer<web::Json<People>> {
    let page = page(filter.0.cursor.as_deref(), filter.0.limit)?;
    let found = app.people(&caller, &filter.0.into(), &page).await?;
    Ok(web::Json(People { items: found.items, next: found.next }))
}

/// One account.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, description = "The person", body = Person)))]
pub async fn get(app: web::Data<App>, caller: Caller, id: Path<Uuid>) -> Answer<web::Json<Person>> {
    Ok(web::Json(app.person(&caller, id.0).await?))
}

/// Makes an account without a password; a one-time code opens it.
#[utoipa::path(post, path = "/api/v1/people", tag = "people",
    params(("Idempotency-Key" = String, Header)), request_body = NewAccount,
    responses((status = 201, description = "Made", body = Person)))]
pub async fn add(app: web::Data<App>, caller: Caller, write: Write<NewAccount>) -> Answer {
    let NewAccount { login, name, phone, locale, county_id, posts } = write.body;
    let new = NewPerson::parse(&login, &name, phone.as_deref(), locale.as_deref(), county_id)?;
    Ok(HttpResponse::Created().json(app.add_person(&caller, new, &posts, &write.once).await?))
}

/// Another name, phone number or login for the same person; posts, history and phones stay.
#[utoipa::path(put, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = EditedAccount, responses(
        (status = 200, description = "Changed", body = Person),
        (status = 403, description = "forbidden: holds a post beyond the caller's"),
        (status = 409, description = "conflict: changed meanwhile"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn edit(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<EditedAccount>,
) -> Answer<web::Json<Person>> {
    let EditedAccount { version, login, name, phone } = write.body;
    let new = NewPerson::parse(&login, &name, phone.as_deref(), None, None)?;
    Ok(web::Json(app.edit_person(&caller, id.0, version, &new, &write.once).await?))
}

/// One-time codes for many, for printed slips; earlier ones end. Sending this again issues others.
#[utoipa::path(post, path = "/api/v1/people/codes", tag = "people", request_body = SlipsFor,
    responses(
        (status = 200, description = "The codes, shown here and never again", body = Slips),
        (status = 404, description = "One of them is not in the caller's scope; none was issued"),
    ))]
pub async fn issue_codes(
    app: web::Data<App>,
    caller: Caller,
    body: Json<SlipsFor>,
) -> Answer<web::Json<Slips>> {
    Ok(web::Json(app.issue_codes(&caller, &body.0.person_ids).await?))
}

/// Gives a person a post.
#[utoipa::path(post, path = "/api/v1/people/{id}/posts", tag = "people",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = NewPost,
    responses((status = 201, description = "Begun", body = HeldPost)))]
pub async fn begin_post(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<NewPost>,
) -> Answer {
    Ok(HttpResponse::Created().json(app.begin_post(&caller, id.0, &write.body, &write.once).await?))
}

/// Issues a one-time code; earlier ones end. Sending this again issues another one.
#[utoipa::path(post, path = "/api/v1/people/{id}/code", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, description = "The code", body = OneTimeCode)))]
pub async fn issue_code(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
) -> Answer<web::Json<OneTimeCode>> {
    let issued = app.issue_code(&caller, id.0).await?;
    Ok(web::Json(OneTimeCode { code: issued.code, expires_at: issued.expires_at }))
}

/// Suspends a person: refused from the next request on; what their devices sealed before still arrives.
#[utoipa::path(post, path = "/api/v1/people/{id}/suspend", tag = "people",
    params(("id" = Uuid, Path)), request_body = Reason, responses((status = 200, description = "Suspended", body = Person)))]
pub async fn suspend(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    body: Json<Reason>,
) -> Answer<web::Json<Person>> {
    Ok(web::Json(app.suspend(&caller, id.0, &body.0.reason).await?))
}

/// Takes a suspension back.
#[utoipa::path(post, path = "/api/v1/people/{id}/resume", tag = "people",
    params(("id" = Uuid, Path)), request_body = Reason, responses((status = 200, description = "Active again", body = Person)))]
pub async fn resume(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    body: Json<Reason>,
) -> Answer<web::Json<Person>> {
    Ok(web::Json(app.resume(&caller, id.0, &body.0.reason).await?))
}
