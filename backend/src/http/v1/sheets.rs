//! Workbooks of lists: handed out the same way, whatever the list.

use crate::{
    app::reports::ledger::{self, Ledger},
    domain::{
        problem::{Code, Problem},
        reports::ledger::Language,
    },
    http::problem::Answer,
};
use actix_web::{
    HttpResponse,
    body::SizedStream,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::Deserialize;

pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// In which language.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SheetQuery {
    /// `zh` (default) or `en`.
    lang: Option<String>,
}

impl SheetQuery {
    pub(super) fn language(&self) -> Result<Language, Problem> {
        Language::parse(self.lang.as_deref().unwrap_or("zh")).ok_or_else(|| {
            Problem::new(Code::Malformed).with_field("lang", "应为 zh 或 en", "expected zh or en")
        })
    }
}

/// A finished workbook as a download, a piece at a time.
pub(super) fn download(made: Ledger) -> Answer {
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, WORKBOOK))
        // A workbook is compressed already.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", made.name)))
        .body(SizedStream::new(made.bytes, ledger::read(made)?)))
}
