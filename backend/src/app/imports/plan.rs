//! What every row of a file would do to a register as it stands. The same function makes the preview and, inside the transaction, what is
//! written: they cannot differ but by the register, and then the digest says so.

use super::{
    Counts, Detail, Fate, RowFault, Summary,
    material::{Item, Material},
    register::Register,
};
use crate::domain::{
    field::envelope,
    import::{
        Fault,
        material::{Titles, Words},
        sheet::SheetKind,
    },
};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, fmt::Write as _, sync::Arc};
use utoipa::ToSchema;

/// A field that a row changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportChange)]
pub struct Change {
    /// Name of the column, or `outline`, `post`, `items`.
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Change {
    pub fn new(field: &str, before: Option<String>, after: Option<String>) -> Self {
        Self { field: field.to_owned(), before, after }
    }
}

/// A row with its fate.
#[derive(Debug, Clone)]
pub struct Planned {
    pub sheet: SheetKind,
    pub source: Arc<str>,
    pub row: u32,
    pub titles: Titles,
    pub key: String,
    pub name: String,
    pub fate: Fate,
    pub detail: Detail,
}

impl Planned {
    /// A row before it is judged against the register; refused already when it cannot be read.
    pub fn of<T>(sheet: SheetKind, item: &Item<T>) -> Self {
        let mut planned = Self {
            sheet,
            source: Arc::clone(&item.source),
            row: item.row,
            titles: Arc::clone(&item.titles),
            key: item.key.clone(),
            name: item.name.clone(),
            fate: Fate::Unchanged,
            detail: Detail { notes: item.notes.clone(), ..Detail::default() },
        };
        for Fault { field, reason_zh, reason_en, .. } in &item.faults {
            planned.refuse(field, reason_zh, reason_en);
        }
        planned
    }

    pub fn refuse(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.fate = Fate::Refused;
        let column = self.titles.get(field).cloned();
        self.detail.faults.push(RowFault { field: field.to_owned(), column, zh: zh.into(), en: en.into() });
    }

    pub fn note(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.detail.notes.push(Words::new(zh, en));
    }

    pub fn is_refused(&self) -> bool {
        self.fate == Fate::Refused
    }

    /// Says what it changes; a new object's row is `Created` without.
    pub fn changes(&mut self, new: bool, changes: Vec<Change>) {
        self.fate = match (new, changes.is_empty()) {
            (true, _) => Fate::Created,
            (false, true) => Fate::Unchanged,
            (false, false) => Fate::Changed,
        };
        self.detail.changes = if new { Vec::new() } else { changes };
    }
}

/// A field whose text differs.
pub fn differs(changes: &mut Vec<Change>, field: &str, before: Option<&str>, after: Option<&str>) {
    if before != after {
        changes.push(Change::new(field, before.map(ToOwned::to_owned), after.map(ToOwned::to_owned)));
    }
}

/// First come, first served: a second row of the same key is named with the first.
#[derive(Debug, Default)]
pub struct Seen(HashMap<String, (Arc<str>, u32)>);

impl Seen {
    /// Whether the row may go on.
    pub fn first(&mut self, planned: &mut Planned, key: &str, field: &str) -> bool {
        if let Some((source, row)) = self.0.get(key) {
            let (zh, en) = if *source == planned.source {
                (format!("与第 {row} 行重复"), format!("is already in row {row}"))
            } else {
                (format!("与“{source}”第 {row} 行重复"), format!("is already in row {row} of \"{source}\""))
            };
            planned.refuse(field, zh, en);
            return false;
        }
        self.0.insert(key.to_owned(), (Arc::clone(&planned.source), planned.row));
        true
    }
}

/// All rows, and the register as it would be.
#[derive(Debug)]
pub struct Plan {
    pub rows: Vec<Planned>,
    pub register: Register,
    pub notes: Vec<Words>,
}

impl Plan {
    /// Judges a file against a register, in the order in which sheets build upon each other.
    pub fn make(material: &Material, mut register: Register) -> Self {
        let mut rows = Vec::new();
        super::places::divisions(material, &mut register, &mut rows);
        register.index();
        super::places::outlines(material, &mut register, &mut rows);
        super::checklists::plan(material, &mut register, &mut rows);
        super::questions::plan(material, &mut register, &mut rows);
        super::places::sites(material, &mut register, &mut rows);
        super::people::plan(material, &mut register, &mut rows);
        Self { rows, register, notes: material.notes.clone() }
    }

    pub fn summary(&self) -> Summary {
        let mut sheets = Vec::new();
        for sheet in SheetKind::ALL {
            let of = |fate: Option<Fate>| {
                let rows = self
                    .rows
                    .iter()
                    .filter(|row| row.sheet == sheet && fate.is_none_or(|fate| row.fate == fate));
                u32::try_from(rows.count()).unwrap_or(u32::MAX)
            };
            if of(None) > 0 {
                sheets.push(Counts {
                    sheet,
                    rows: of(None),
                    created: of(Some(Fate::Created)),
                    changed: of(Some(Fate::Changed)),
                    unchanged: of(Some(Fate::Unchanged)),
                    refused: of(Some(Fate::Refused)),
                });
            }
        }
        let faults: usize = self.rows.iter().map(|row| row.detail.faults.len()).sum();
        Summary { sheets, faults_total: u32::try_from(faults).unwrap_or(u32::MAX), notes: self.notes.clone() }
    }

    /// Stands for all fates and what they change: equal digests, equal writes.
    pub fn digest(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            text.push_str(row.fate.as_str());
            for Change { field, before, after } in &row.detail.changes {
                // Writing into a text does not fail.
                let _ = write!(text, "|{field}={before:?}>{after:?}");
            }
            for fault in &row.detail.faults {
                let _ = write!(text, "|{}!{}", fault.field, fault.en);
            }
            for note in &row.detail.notes {
                let _ = write!(text, "|{}", note.en);
            }
            text.push('\n');
        }
        envelope::hash(text.as_bytes())
    }

    /// Whether any row is refused, and whether any writes.
    pub fn weighs(&self) -> (bool, bool) {
        let any = |fates: &[Fate]| self.rows.iter().any(|row| fates.contains(&row.fate));
        (any(&[Fate::Refused]), any(&[Fate::Created, Fate::Changed]))
    }
}
