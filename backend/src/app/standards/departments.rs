//! County departments: who supervises a repair, and who does it where it is not the township's to do.

use crate::{
    app::{App, AppResult, Caller},
    domain::{page::Page, people::permission::Action},
    store::standards::departments,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A department as everybody sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DepartmentRow {
    pub id: Uuid,
    /// Key that checklist items name.
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub version: i32,
}

impl App {
    /// All departments of the caller's county.
    pub async fn departments(&self, caller: &Caller) -> AppResult<Page<DepartmentRow>> {
        caller.require(Action::ReadStandards)?;
        let rows = departments::of_county(self.store.read(), caller.county()?).await?;
        let show = |row: departments::Department| DepartmentRow {
            id: row.id,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            version: row.version,
        };
        Ok(Page { items: rows.into_iter().map(show).collect(), next: None })
    }
}
