//! From a checked rescue file through the ordinary doors: what the phone would have sent, in its name, recorded as brought by the office.

use super::{Archive, Outcome, Proven, RescueReport, RescuedOperation};
use crate::{
    app::{
        App, AppError, AppResult, Caller,
        caller::Proof,
        field::{
            Cut, Piece,
            door::{self, Arrival, Reply},
        },
    },
    domain::{field::media::Sha256, problem::Code},
    store::field::named,
};
use bytes::Bytes;
use futures_util::stream;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// The device's person, as whoever brings its work.
fn carrier(caller: &Caller, county: Uuid, person: Uuid, device: Option<Uuid>) -> Caller {
    let by = (caller.proof != Proof::System).then_some(caller.person_id);
    Caller {
        person_id: person,
        county_id: Some(county),
        device_id: device,
        proof: Proof::Rescue(by),
        posts: Vec::new(),
        post: None,
        origin: caller.origin.clone(),
    }
}

/// Brings the operations in; one that waits for another comes after it.
pub async fn operations(
    app: &App,
    caller: &Caller,
    county: Uuid,
    archive: &Arc<Archive>,
    mut waiting: Vec<Proven>,
    report: &mut RescueReport,
) -> AppResult<()> {
    loop {
        let before = waiting.len();
        let mut again = Vec::new();
        for one in waiting {
            match bring(app, caller, county, archive, &one).await? {
                Some((outcome, reason)) => report.operations.push(RescuedOperation {
                    operation_id: one.id,
                    outcome,
                    reason,
                    receipt: false,
                    missing_files: 0,
                }),
                None => again.push(one),
            }
        }
        if again.is_empty() || again.len() == before {
            let waits = |one: Proven| RescuedOperation {
                operation_id: one.id,
                outcome: Outcome::Refused,
                reason: Some(Code::NotYet.as_str().to_owned()),
                receipt: false,
                missing_files: 0,
            };
            report.operations.extend(again.into_iter().map(waits));
            return Ok(());
        }
        waiting = again;
    }
}

/// What became of one operation; `None` while one that it follows has not come.
async fn bring(
    app: &App,
    caller: &Caller,
    county: Uuid,
    archive: &Arc<Archive>,
    one: &Proven,
) -> AppResult<Option<(Outcome, Option<String>)>> {
    let Some(body) = archive.body(one.id).await? else { return Ok(Some((Outcome::Unreadable, None))) };
    let listed = archive.operations().iter().find(|listed| listed.operation_id == one.id);
    let arrival = Arrival {
        operation_id: one.id,
        body,
        signature: listed.and_then(|listed| listed.signature.clone()),
        sealed_through: None,
    };
    let carrier = carrier(caller, county, one.person, Some(one.device));
    match door::put(app, &carrier, arrival).await {
        Ok(Reply::Answered { answer, first }) => Ok(Some(match answer.status.as_str() {
            "refused" => (Outcome::Refused, answer.refusal),
            _ if first => (Outcome::Accepted, None),
            _ => (Outcome::AlreadyHere, None),
        })),
        Ok(Reply::Kept(problem)) => Ok(Some((Outcome::Refused, Some(problem.code.as_str().to_owned())))),
        Err(AppError::Problem(problem)) if problem.code == Code::NotYet => Ok(None),
        Err(AppError::Problem(problem))
            if problem.code == Code::IdReused || problem.code == Code::TooMany =>
        {
            Ok(Some((Outcome::Refused, Some(problem.code.as_str().to_owned()))))
        }
        Err(error) => Err(error),
    }
}

/// Brings the files in that the operations name, in the name of whose they are.
pub async fn files(
    app: &App,
    caller: &Caller,
    county: Uuid,
    archive: &Arc<Archive>,
    report: &mut RescueReport,
) -> AppResult<()> {
    let here = |one: &&RescuedOperation| !matches!(one.outcome, Outcome::BadSignature | Outcome::Unreadable);
    let ids: Vec<Uuid> = report.operations.iter().filter(here).map(|one| one.operation_id).collect();
    for (sha256, length) in archive.files() {
        let named = named::by_hash(app.store.read(), county, sha256, &ids).await?;
        let missing: BTreeSet<Uuid> =
            named.iter().filter(|file| file.state != "stored").map(|file| file.person_id).collect();
        if named.is_empty() {
            report.files.not_named += 1;
        } else if missing.is_empty() {
            report.files.already_here += 1;
        } else {
            for person in missing {
                upload(app, &carrier(caller, county, person, None), archive, sha256, length).await?;
            }
            report.files.stored += 1;
        }
    }
    Ok(())
}

/// One file by the same way as from the phone, from wherever an upload of the phone's own stands.
async fn upload(
    app: &App,
    carrier: &Caller,
    archive: &Arc<Archive>,
    sha256: Sha256,
    length: u64,
) -> AppResult<()> {
    let standing = match app.create_upload(carrier, sha256, length).await {
        Ok(standing) => standing,
        // The operation names other bytes under this hash: it goes on waiting for them.
        Err(AppError::Problem(problem)) if problem.code == Code::UploadNotNamed => return Ok(()),
        Err(error) => return Err(error),
    };
    if standing.offset == length {
        return Ok(());
    }
    let piece = Piece { offset: standing.offset, length: Some(length - standing.offset), checksum: None };
    let pieces = archive.stream(&sha256, standing.offset);
    let body =
        stream::unfold(pieces, async |mut pieces| Some((Ok::<Bytes, Cut>(pieces.recv().await?), pieces)));
    app.append_upload(carrier, standing.id, piece, Box::pin(body)).await?;
    Ok(())
}
