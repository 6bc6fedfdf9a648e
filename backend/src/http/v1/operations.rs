//! `/api/v1/operations`: the one door for field and desk work (decisions.md 4), and the office's look at what was refused.

use crate::{
    app::{
        App, Caller,
        field::{
            answer::{Answer as OperationAnswer, Refusal},
            door::{self, Arrival, Reply},
            operations::{self, Decision, Listed, OperationView},
            receipts::{self, ReceiptState},
            waive,
        },
    },
    domain::{
        field::kind::Kind,
        page::Page,
        problem::{Code, Problem},
    },
    http::{
        extract::{Entity, Json, Path, Query},
        paging::page,
        problem::{Answer, Failure},
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Takes sealed work in. The body is the envelope as its author sealed it; it is hashed, kept and never rewritten.
#[utoipa::path(put, path = "/api/v1/operations/{operation_id}", tag = "operations",
    params(
        ("operation_id" = Uuid, Path),
        ("Lalian-Signature" = Option<String>, Header, description = "`es256 ` and base64url of r‖s over the body's bytes"),
        ("Lalian-Sealed-Through" = Option<i64>, Header, description = "highest number that this device has sealed"),
    ),
    request_body(content = Object, description = "The envelope, at most 256 KB"),
    responses(
        (status = 200, description = "These bytes had come before; the same answer again", body = OperationAnswer),
        (status = 201, description = "Taken in", body = OperationAnswer),
        (status = 400, description = "malformed: cannot name itself; kept by its hash"),
        (status = 409, description = "id_reused: this id stands for other bytes"),
        (status = 413, description = "too_large"),
        (status = 422, description = "refused: kept with its number and receipt"),
        (status = 425, description = "not_yet: an operation named in `after` has not come"),
        (status = 429, description = "too_many"),
    ),
)]
pub async fn put(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    request: HttpRequest,
    body: Entity,
) -> Answer {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let arrival = Arrival {
        operation_id: path.0,
        body: body.0,
        signature: header("lalian-signature").map(str::to_owned),
        sealed_through: header("lalian-sealed-through").and_then(|text| text.parse().ok()),
    };
    match door::put(&app, &caller, arrival).await? {
        Reply::Answered { answer, .. } if answer.status == "refused" => Err(refused(&answer)),
        Reply::Answered { answer, first: true } => Ok(HttpResponse::Created().json(answer)),
        Reply::Answered { answer, first: false } => Ok(HttpResponse::Ok().json(answer)),
        Reply::Kept(problem) => {
            Err(Failure::from(problem).with(Map::from_iter([("kept".to_owned(), Value::Bool(true))])))
        }
    }
}

fn refused(answer: &OperationAnswer) -> Failure {
    let refusal = answer.refusal.as_deref().and_then(Refusal::parse).unwrap_or(Refusal::Unreadable);
    let (zh, en) = refusal.words();
    let problem = Problem::new(Code::Refused).with_detail(format!("{zh}。"), format!("{en}."));
    let members = json!({
        "operation_id": answer.operation_id,
        "server_seq": answer.server_seq,
        "operation_status": answer.status,
        "refusal": refusal.as_str(),
        "missing": answer.missing,
        "receipt": answer.receipt,
    });
    match members {
        Value::Object(members) => Failure::from(problem).with(members),
        _ => Failure::from(problem),
    }
}

/// One operation: one's own, or any of the county for the office.
#[utoipa::path(get, path = "/api/v1/operations/{operation_id}", tag = "operations", params(("operation_id" = Uuid, Path)),
    responses((status = 200, description = "What became of it, with its body", body = OperationView)))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<OperationView>> {
    Ok(web::Json(operations::get(&app, &caller, path.0).await?))
}

/// The signed word that an operation and its files are durable.
#[derive(Serialize, ToSchema)]
pub struct ReceiptText {
    /// Compact JWS; its keys are at `/.well-known/jwks.json`.
    receipt: String,
}

/// What a receipt still waits for.
#[derive(Serialize, ToSchema)]
pub struct ReceiptWaits {
    operation_id: Uuid,
    /// SHA-256 of the files still to come, most urgent first.
    missing: Vec<String>,
}

/// The receipt of one's own operation.
#[utoipa::path(get, path = "/api/v1/operations/{operation_id}/receipt", tag = "operations", params(("operation_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Complete", body = ReceiptText),
        (status = 202, description = "Files are still on their way", body = ReceiptWaits),
    ))]
pub async fn receipt(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer {
    Ok(match receipts::read(&app, &caller, path.0).await? {
        ReceiptState::Signed(receipt) => HttpResponse::Ok().json(ReceiptText { receipt }),
        ReceiptState::Waiting(missing) => {
            HttpResponse::Accepted().json(ReceiptWaits { operation_id: path.0, missing })
        }
    })
}

/// Which operations the office looks at.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `refused`, `flagged` or `quarantined`.
    #[param(inline)]
    status: Listed,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// Refused, flagged or unreadable work, newest first; the office only.
#[utoipa::path(get, path = "/api/v1/operations", tag = "operations", params(ListQuery),
    responses((status = 200, description = "One page", body = Object)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ListQuery>,
) -> Answer<web::Json<Page<OperationView>>> {
    let ListQuery { status, cursor, limit } = query.0;
    Ok(web::Json(operations::list(&app, &caller, status, &page(cursor.as_deref(), limit)?).await?))
}

/// The office's decision.
#[derive(Deserialize, ToSchema)]
pub struct DecisionBody {
    decision: Decision,
    reason: String,
}

/// Admits or dismisses refused work, with a reason. Admitted work takes effect now.
#[utoipa::path(post, path = "/api/v1/operations/{operation_id}/decision", tag = "operations", params(("operation_id" = Uuid, Path)),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "Decided", body = OperationAnswer),
        (status = 409, description = "wrong_state: it is not refused"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn decide(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    body: Json<DecisionBody>,
) -> Answer<web::Json<OperationAnswer>> {
    Ok(web::Json(operations::decide(&app, &caller, path.0, body.0.decision, &body.0.reason).await?))
}

/// Why the office goes on without the photos.
#[derive(Deserialize, ToSchema)]
pub struct WaiverBody {
    reason: String,
}

/// Stops waiting for photos that have not come for a week. The operation stays without receipt; a photo that comes after
/// all is still taken in.
#[utoipa::path(post, path = "/api/v1/operations/{operation_id}/waiver", tag = "operations", params(("operation_id" = Uuid, Path)),
    request_body = WaiverBody,
    responses(
        (status = 204, description = "Waived"),
        (status = 409, description = "wrong_state: nothing is missing, or the week is not over"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn waive(app: web::Data<App>, caller: Caller, path: Path<Uuid>, body: Json<WaiverBody>) -> Answer {
    waive::waive(&app, &caller, path.0, &body.0.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The kinds that this server knows, for phones that ask before sealing.
#[derive(Serialize, ToSchema)]
pub struct Kinds {
    kinds: Vec<&'static str>,
}

/// What may be sealed.
#[utoipa::path(get, path = "/api/v1/operations/kinds", tag = "operations", responses((status = 200, description = "Known kinds", body = Kinds)))]
pub async fn kinds() -> web::Json<Kinds> {
    web::Json(Kinds { kinds: Kind::ALL.iter().map(|kind| kind.as_str()).collect() })
}
