//! Reading the register of divisions.

use super::{
    super::{App, AppResult, Caller},
    areas::Outlines,
};
use crate::{
    domain::{
        names::initials,
        page::{Page, PageRequest},
        people::permission::Action,
        places::division::DivisionKind,
        problem::Code,
    },
    store::places::divisions::{self, Division},
};

pub use crate::store::places::divisions::Filter as DivisionFilter;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// A division as everybody sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionRow {
    id: Uuid,
    /// 12-digit statistics code.
    code: String,
    name: String,
    /// First sounds of the name's syllables, for search; more than one spelling is parted by spaces.
    initials: String,
    kind: DivisionKind,
    parent_id: Option<Uuid>,
    /// Level of its civilised-place title: county, city, provincial, national.
    honour: Option<String>,
    version: i32,
}

impl From<Division> for DivisionRow {
    fn from(division: Division) -> Self {
        let Division { id, code, name, kind, parent_id, honour, version, .. } = division;
        Self { id, code: code.to_string(), initials: initials(&name), name, kind, parent_id, honour, version }
    }
}

impl App {
    pub async fn divisions(
        &self,
        caller: &Caller,
        filter: &DivisionFilter,
        page: &PageRequest,
    ) -> AppResult<Page<DivisionRow>> {
        caller.require(Action::ReadPlaces)?;
        let rows = divisions::list(self.store.read(), caller.scope()?, filter, page).await?;
        Ok(Page::cut(rows, page.limit, divisions::cursor).map(DivisionRow::from))
    }

    pub async fn division(&self, caller: &Caller, id: Uuid) -> AppResult<DivisionRow> {
        caller.require(Action::ReadPlaces)?;
        let found = divisions::get(self.store.read(), caller.scope()?, id).await?;
        Ok(found.ok_or(Code::NotFound)?.into())
    }

    /// Township outlines of the caller's county, for maps without tiles.
    pub async fn outlines(&self, caller: &Caller) -> AppResult<Arc<Outlines>> {
        caller.require(Action::ReadPlaces)?;
        self.township_outlines(caller.county()?).await
    }
}
