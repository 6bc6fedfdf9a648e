//! `/api/v1/imports`: setting up a county from files, looked at before anything is written.

use crate::{
    app::{
        App, Caller, Once,
        imports::{Fate, ImportRow, ImportView, RowFilter, preview::Brought, template},
    },
    domain::{import::sheet::SheetKind, places::bd09::SourceDatum},
    http::{
        extract::{Entity, Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The file that is brought.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct File {
    /// Its name, with the ending.
    name: String,
    /// What its positions are given in; WGS-84 when nothing is said.
    #[serde(default)]
    #[param(inline)]
    datum: SourceDatum,
}

/// Which page of imports.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Pages {
    cursor: Option<String>,
    /// At most 200; 50 when nothing is said.
    limit: Option<u64>,
}

/// Which rows of an import.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Rows {
    #[param(inline)]
    sheet: Option<SheetKind>,
    #[param(inline)]
    fate: Option<Fate>,
    cursor: Option<String>,
    /// At most 200; 50 when nothing is said.
    limit: Option<u64>,
}

/// One page of imports, newest first.
#[derive(Serialize, ToSchema)]
pub struct Imports {
    items: Vec<ImportView>,
    next: Option<String>,
}

/// One page of rows, in the order of the file.
#[derive(Serialize, ToSchema)]
pub struct ImportRows {
    items: Vec<ImportRow>,
    next: Option<String>,
}

/// How an import is applied.
#[derive(Deserialize, ToSchema)]
pub struct ApplyImport {
    /// Write the rows that can be written and leave the refused ones out; without it one refused row stops everything.
    #[serde(default)]
    skip_refused: bool,
}

/// Looks at a file (XLSX, CSV, GeoJSON, JSON, or a ZIP of these): what each row would do. Nothing is written yet.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", params(File, ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, at most 50 MB"),
    responses(
        (status = 201, description = "The preview", body = ImportView),
        (status = 413, description = "too_large"),
        (status = 422, description = "import_refused: the file as a whole cannot be used; nothing was kept"),
    ))]
pub async fn preview(
    app: web::Data<App>,
    caller: Caller,
    once: Once,
    file: Query<File>,
    body: Entity,
) -> Answer {
    let File { name, datum } = file.0;
    let once = once.over(&body.0);
    let brought = Brought { name, datum, bytes: body.0.to_vec() };
    Ok(HttpResponse::Created().json(app.preview_import(&caller, &once, brought).await?))
}

/// Imports, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(Pages),
    responses((status = 200, description = "A page of imports", body = Imports)))]
pub async fn list(app: web::Data<App>, caller: Caller, pages: Query<Pages>) -> Answer<web::Json<Imports>> {
    let Pages { cursor, limit } = pages.0;
    let found = app.imports(&caller, &page(cursor.as_deref(), limit)?).await?;
    Ok(web::Json(Imports { items: found.items, next: found.next }))
}

/// One import, with what hinders undoing it.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The import", body = ImportView)))]
pub async fn get(app: web::Data<App>, caller: Caller, id: Path<Uuid>) -> Answer<web::Json<ImportView>> {
    Ok(web::Json(app.import(&caller, id.0).await?))
}

/// The fate of every row.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rows", tag = "imports", params(("id" = Uuid, Path), Rows),
    responses((status = 200, description = "A page of rows", body = ImportRows)))]
pub async fn rows(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    rows: Query<Rows>,
) -> Answer<web::Json<ImportRows>> {
    let Rows { sheet, fate, cursor, limit } = rows.0;
    let filter = RowFilter { sheet, fate };
    let found = app.import_rows(&caller, id.0, filter, &page(cursor.as_deref(), limit)?).await?;
    Ok(web::Json(ImportRows { items: found.items, next: found.next }))
}

/// Writes all of it in one transaction. Where the register has moved on since the preview nothing is written: the answer is the preview
/// worked out again, with `refreshed`; applying once more (with a new key) writes that.
#[utoipa::path(post, path = "/api/v1/imports/{id}/apply", tag = "imports",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = ApplyImport, responses(
        (status = 200, description = "Applied, or worked out again", body = ImportView),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "wrong_state: it was applied, undone or refused before"),
        (status = 422, description = "import_refused: some rows are refused and were not to be left out"),
    ))]
pub async fn apply(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<ApplyImport>,
) -> Answer<web::Json<ImportView>> {
    Ok(web::Json(app.apply_import(&caller, &write.once, id.0, write.body.skip_refused).await?))
}

/// Takes back what it wrote, while nothing hangs on it.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "imports",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), responses(
        (status = 200, description = "Undone", body = ImportView),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "wrong_state: it is not applied; still_in_use: `errors` says what hinders"),
    ))]
pub async fn undo(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    once: Once,
) -> Answer<web::Json<ImportView>> {
    Ok(web::Json(app.undo_import(&caller, &once, id.0).await?))
}

/// A workbook to fill in, with its columns explained in both languages.
#[utoipa::path(get, path = "/api/v1/imports/template.xlsx", tag = "imports", responses(
    (status = 200, description = "The workbook", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
))]
pub async fn template(_caller: Caller) -> Answer {
    let bytes = web::block(template::workbook)
        .await
        .map_err(|error| crate::app::AppError::Internal(error.to_string()))??;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("Content-Disposition", "attachment; filename=\"lalian-county.xlsx\""))
        .body(bytes))
}
