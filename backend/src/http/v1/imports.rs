//! `/api/v1/imports`: what is brought as a file.

use crate::{
    app::{
        App, AppError, Caller,
        field::rescue::{RESCUE_MAX, RescueReport},
    },
    domain::problem::{Code, Problem},
    http::problem::{Answer, Failure},
};
use actix_web::web;
use futures_util::StreamExt;
use std::{fs::File, time::Duration};
use tokio::{io::AsyncWriteExt, time::timeout};

/// A connection that brings nothing for this long is taken for dead.
const SILENCE: Duration = Duration::from_mins(1);

/// Takes in what a phone could not send: signatures and hashes are checked before anything is stored, and the same receipts come out.
#[utoipa::path(post, path = "/api/v1/imports/rescue", tag = "imports",
    request_body(content = Vec<u8>, content_type = "application/zip", description = "The phone's rescue file, at most 2 GB"),
    responses(
        (status = 200, description = "What became of each operation and of the files", body = RescueReport),
        (status = 413, description = "too_large"),
        (status = 422, description = "import_refused: no rescue file, or not a whole one; nothing was stored"),
        (status = 503, description = "storage_low"),
    ))]
pub async fn rescue(
    app: web::Data<App>,
    caller: Caller,
    body: web::Payload,
) -> Answer<web::Json<RescueReport>> {
    let file = receive(&app, body).await?;
    // A task of its own: what has begun is ended also when the browser goes away.
    let importing = actix_web::rt::spawn(async move { app.import_rescue(&caller, file).await });
    let report = importing.await.map_err(|stopped| AppError::Internal(stopped.to_string()))??;
    Ok(web::Json(report))
}

/// The body as a file without a name: it is gone with the request, whatever happens.
async fn receive(app: &App, mut body: web::Payload) -> Result<File, Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => AppError::from(Code::StorageLow),
        _ => AppError::Internal(format!("scratch: {error}")),
    };
    let scratch = app.scratch.clone();
    let made = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&scratch)?;
        tempfile::tempfile_in(&scratch)
    });
    let file = made.await.map_err(|error| AppError::Internal(error.to_string()))?.map_err(failed)?;
    let mut file = tokio::fs::File::from_std(file);
    let mut length = 0_u64;
    let cut =
        || Problem::new(Code::Malformed).with_detail("文件没有传完。", "The file did not arrive whole.");
    loop {
        let Ok(next) = timeout(SILENCE, body.next()).await else { return Err(cut().into()) };
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(|_cut_off| cut())?;
        length += chunk.len() as u64;
        if length > RESCUE_MAX {
            return Err(Code::TooLarge.into());
        }
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(file.into_std().await)
}
