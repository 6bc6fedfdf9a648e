//! Reading the standards: open to every post of the county ("open-book exam", R38).

use super::super::{App, AppError, AppResult, Caller};
pub use crate::store::standards::checklists::Filter as ChecklistFilter;
use crate::{
    domain::{
        clock::Instant,
        page::{Page, PageRequest},
        people::permission::Action,
        problem::Code,
        standards::checklist::Checklist,
    },
    store::standards::{
        checklists::{self, ChecklistRow},
        kinds::{self, SiteKind},
    },
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A kind of site.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteKindRow {
    pub id: Uuid,
    pub key: String,
    pub name_zh: String,
    pub name_en: String,
    /// What belongs to the site and what does not.
    pub scope_zh: String,
    pub version: i32,
}

impl From<SiteKind> for SiteKindRow {
    fn from(kind: SiteKind) -> Self {
        let SiteKind { id, key, name_zh, name_en, scope_zh, version, .. } = kind;
        Self { id, key, name_zh, name_en, scope_zh, version }
    }
}

/// One version of a checklist; the body never changes, the status does.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChecklistView {
    pub id: Uuid,
    pub site_kind: String,
    /// 1 for the first version of this kind.
    pub no: i32,
    /// `active` or `retired`.
    pub status: String,
    pub version: i32,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// The questions.
    #[schema(value_type = Checklist)]
    pub body: serde_json::Value,
}

impl From<ChecklistRow> for ChecklistView {
    fn from(row: ChecklistRow) -> Self {
        let ChecklistRow { id, site_kind, no, status, version, created_at, body, .. } = row;
        Self { id, site_kind, no, status, version, created_at, body }
    }
}

/// Reads a stored body.
pub fn parse(row: &ChecklistRow) -> AppResult<Checklist> {
    serde_json::from_value(row.body.clone())
        .map_err(|error| AppError::Internal(format!("checklist {}: {error}", row.id)))
}

impl App {
    pub async fn site_kinds(&self, caller: &Caller) -> AppResult<Page<SiteKindRow>> {
        caller.require(Action::ReadStandards)?;
        let kinds = kinds::list(self.store.read(), caller.scope()?).await?;
        Ok(Page { items: kinds.into_iter().map(SiteKindRow::from).collect(), next: None })
    }

    pub async fn checklists(
        &self,
        caller: &Caller,
        filter: &ChecklistFilter,
        page: &PageRequest,
    ) -> AppResult<Page<ChecklistView>> {
        caller.require(Action::ReadStandards)?;
        let rows = checklists::list(self.store.read(), caller.scope()?, filter, page).await?;
        Ok(Page::cut(rows, page.limit, checklists::cursor).map(ChecklistView::from))
    }

    pub async fn checklist(&self, caller: &Caller, id: Uuid) -> AppResult<ChecklistView> {
        caller.require(Action::ReadStandards)?;
        let found = checklists::get(self.store.read(), caller.scope()?, id).await?;
        Ok(found.ok_or(Code::NotFound)?.into())
    }
}
