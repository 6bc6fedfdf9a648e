//! Setting up a county from files: a look at what each row would do, then all of it in one transaction, and back again while nothing
//! hangs on it.

pub mod apply;
pub mod checklists;
pub mod material;
pub mod people;
pub mod places;
pub mod plan;
pub mod preview;
mod question_groups;
pub mod questions;
pub mod reader;
pub mod register;
mod take_back;
pub mod template;
mod traces;
pub mod undo;
mod words;

use super::{App, AppError, AppResult, Caller};
use crate::{
    domain::{
        clock::Instant,
        import::{material::Words, sheet::SheetKind},
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        places::bd09::SourceDatum,
        problem::Code,
    },
    store::{
        Conn,
        imports::{self as store, ImportRecord, RowRecord},
        people::persons,
    },
};
use plan::{Change, Plan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Looked at; nothing is written.
    Preview,
    Applied,
    Undone,
    /// No row of it can be used.
    Refused,
}

impl ImportState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Applied => "applied",
            Self::Undone => "undone",
            Self::Refused => "refused",
        }
    }

    fn parse(text: &str) -> AppResult<Self> {
        [Self::Preview, Self::Applied, Self::Undone, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| AppError::Internal(format!("state of an import: {text}")))
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportFate)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Created,
    Changed,
    Unchanged,
    Refused,
}

impl Fate {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Created, Self::Changed, Self::Unchanged, Self::Refused]
            .into_iter()
            .find(|fate| fate.as_str() == text)
    }
}

/// The rows of one sheet by fate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    pub sheet: SheetKind,
    pub rows: u32,
    pub created: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
}

/// What is kept of an import beside its rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Summary {
    pub sheets: Vec<Counts>,
    pub faults_total: u32,
    pub notes: Vec<Words>,
}

/// An import.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    pub id: Uuid,
    /// Null while it would make a county that is not there yet.
    pub county_id: Option<Uuid>,
    /// Of the file.
    pub name: String,
    pub state: ImportState,
    pub datum: SourceDatum,
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Instant,
    /// Empty when it was made by command.
    pub made_by_name: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub applied_at: Option<Instant>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Instant>,
    pub faults_total: u32,
    pub sheets: Vec<Counts>,
    /// About the file as a whole: sheets that were not read, an old encoding.
    pub notes: Vec<Words>,
    /// There is something to write. Refused rows must then be left out on purpose.
    pub can_apply: bool,
    pub can_undo: bool,
    /// Why it cannot be undone; only told where one import is asked for.
    pub undo_hindered_by: Vec<Words>,
    /// The register had moved on: nothing was written, and the rows were worked out again.
    pub refreshed: bool,
}

/// A fault of a row.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportFault)]
pub struct RowFault {
    /// Name of the column; empty where the row as a whole is at fault.
    pub field: String,
    /// Its title as it stands in the sheet, where it has one there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub zh: String,
    pub en: String,
}

/// What is kept of a row beside its fate.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Detail {
    pub changes: Vec<Change>,
    pub faults: Vec<RowFault>,
    pub notes: Vec<Words>,
}

/// The fate of one row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportRow {
    pub sheet: SheetKind,
    /// Sheet or file in which the row stands.
    pub source: String,
    /// Its number there, from 1; of a feature or a checklist in its file.
    pub row: i32,
    /// Code or login.
    pub key: String,
    pub name: String,
    pub fate: Fate,
    pub changes: Vec<Change>,
    pub faults: Vec<RowFault>,
    pub notes: Vec<Words>,
}

impl TryFrom<RowRecord> for ImportRow {
    type Error = AppError;
    fn try_from(row: RowRecord) -> AppResult<Self> {
        let wrong = |what: &str| AppError::Internal(format!("row of an import: {what}"));
        let Detail { changes, faults, notes } =
            serde_json::from_value(row.detail).map_err(|error| wrong(&error.to_string()))?;
        Ok(Self {
            sheet: SheetKind::parse(&row.sheet).ok_or_else(|| wrong(&row.sheet))?,
            source: row.source,
            row: row.row,
            key: row.key,
            name: row.name,
            fate: Fate::parse(&row.fate).ok_or_else(|| wrong(&row.fate))?,
            changes,
            faults,
            notes,
        })
    }
}

/// What rows are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowFilter {
    pub sheet: Option<SheetKind>,
    pub fate: Option<Fate>,
}

/// Whose imports this caller sees: the platform's administrators all, an office its county's, the command line all.
fn scope(caller: &Caller) -> AppResult<Scope> {
    caller.may(Action::ImportRegisters)?;
    Ok(caller.county_id.map_or(Scope::Platform, |county| Scope::County { county }))
}

impl App {
    /// Newest first.
    pub async fn imports(&self, caller: &Caller, page: &PageRequest) -> AppResult<Page<ImportView>> {
        let scope = scope(caller)?;
        let rows = store::list(self.store.read(), scope, page).await?;
        let page = Page::cut(rows, page.limit, store::cursor);
        let names = self.makers(self.store.read(), &page.items).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            let name = names.get(&row.made_by).cloned().unwrap_or_default();
            items.push(view(row, name, Vec::new())?);
        }
        Ok(Page { items, next: page.next })
    }

    /// One import, with what hinders taking it back.
    pub async fn import(&self, caller: &Caller, id: Uuid) -> AppResult<ImportView> {
        let row = store::get(self.store.read(), scope(caller)?, id).await?.ok_or(Code::NotFound)?;
        self.show_import(self.store.read(), row).await
    }

    async fn makers(
        &self,
        conn: &impl Conn,
        rows: &[ImportRecord],
    ) -> AppResult<std::collections::HashMap<Uuid, String>> {
        Ok(persons::names(conn, rows.iter().map(|row| row.made_by).collect()).await?)
    }

    async fn show_import(&self, conn: &impl Conn, row: ImportRecord) -> AppResult<ImportView> {
        let names = self.makers(conn, std::slice::from_ref(&row)).await?;
        let name = names.get(&row.made_by).cloned().unwrap_or_default();
        let hindered = match (ImportState::parse(&row.state)?, row.county_id) {
            (ImportState::Applied, Some(county)) => {
                undo::hindrances(conn, &traces::Traces::read(conn, county, row.id).await?).await?
            }
            _ => Vec::new(),
        };
        view(row, name, hindered)
    }

    /// The rows of an import by fate, in the order of the file.
    pub async fn import_rows(
        &self,
        caller: &Caller,
        id: Uuid,
        filter: RowFilter,
        page: &PageRequest,
    ) -> AppResult<Page<ImportRow>> {
        let row = store::get(self.store.read(), scope(caller)?, id).await?.ok_or(Code::NotFound)?;
        let filter =
            store::Filter { sheet: filter.sheet.map(SheetKind::as_str), fate: filter.fate.map(Fate::as_str) };
        let rows = store::rows(self.store.read(), row.id, &filter, page).await?;
        let page = Page::cut(rows, page.limit, store::row_cursor);
        let items = page.items.into_iter().map(ImportRow::try_from).collect::<AppResult<_>>()?;
        Ok(Page { items, next: page.next })
    }
}

fn view(row: ImportRecord, made_by_name: String, hindered: Vec<Words>) -> AppResult<ImportView> {
    let wrong = |error: serde_json::Error| AppError::Internal(format!("summary of an import: {error}"));
    let Summary { sheets, faults_total, notes } = serde_json::from_value(row.summary).map_err(wrong)?;
    let state = ImportState::parse(&row.state)?;
    let writes = sheets.iter().any(|sheet| sheet.created + sheet.changed > 0);
    Ok(ImportView {
        id: row.id,
        county_id: row.county_id,
        name: row.name,
        state,
        datum: SourceDatum::parse(&row.datum).unwrap_or_default(),
        made_at: row.made_at,
        made_by_name,
        applied_at: row.applied_at,
        undone_at: row.undone_at,
        faults_total,
        sheets,
        notes,
        can_apply: state == ImportState::Preview && writes,
        can_undo: state == ImportState::Applied && hindered.is_empty(),
        undo_hindered_by: hindered,
        refreshed: false,
    })
}

/// The rows of a plan as they are kept.
fn records(import: Uuid, plan: &Plan) -> Vec<RowRecord> {
    (0_i32..)
        .zip(&plan.rows)
        .map(|(no, row)| RowRecord {
            import_id: import,
            no,
            sheet: row.sheet.as_str().to_owned(),
            source: row.source.to_string(),
            row: i32::try_from(row.row).unwrap_or(i32::MAX),
            key: row.key.chars().take(200).collect(),
            name: row.name.chars().take(200).collect(),
            fate: row.fate.as_str().to_owned(),
            detail: json!(row.detail),
            touched: None,
        })
        .collect()
}
