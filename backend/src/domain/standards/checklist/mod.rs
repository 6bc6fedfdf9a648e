//! A checklist as the office imports it: items with their questions, what a failed answer makes, photo and privacy rules.
//!
//! The types mirror the file (`demo/checklists.json`, `field_semantics` there explains every key), so the same JSON is imported, stored,
//! sent to phones and pinned by inspections. [`Checklist`]s come only out of [`Library::parse`] or the store, hence are always valid.

mod checks;
mod group;
mod item;
mod library;
#[cfg(test)]
pub mod tests;

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

use crate::domain::import::Faults;

pub use group::{Group, INSTANCE_MAX, Repeat};
pub use item::{
    AnswerKind, Camera, Choice, Clause, Example, ExampleKind, Item, Makes, PassRule, RuleOp, Severity,
};
pub use library::{Library, Picture, Pictures};

/// The versions of the file's form that this program reads. Form 3 adds groups, clauses, examples and one-tap reasons, all optional.
pub const SCHEMA_VERSIONS: [u64; 2] = [2, 3];
/// Most working days that an item may give.
pub const DEADLINE_MAX: u32 = 400;
/// Most items of one checklist.
pub const ITEMS_MAX: usize = 200;

/// A county authority that supervises repairs; `township` stands for "none, the township itself".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub key: String,
    pub zh: String,
    pub en: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The key that stands for the township itself.
pub const TOWNSHIP: &str = "township";

/// What is asked at sites of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checklist {
    /// Key of the site kind.
    pub kind: String,
    pub zh: String,
    pub en: String,
    /// What item codes begin with.
    pub code_prefix: String,
    /// What belongs to the site and what does not.
    pub scope_zh: String,
    pub total_weight: u32,
    /// Where one stands, in walking order; items without one follow in their own order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    pub items: Vec<Item>,
}

impl Checklist {
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// What a checklist that was put together elsewhere does not keep to, by item code or the kind's key.
    pub fn faults(&self, departments: &HashSet<&str>) -> Faults {
        let mut faults = Faults::default();
        checks::check_list(&self.kind, self, departments, &mut faults);
        if self.items.is_empty() || self.items.len() > ITEMS_MAX {
            faults.add(
                &self.kind,
                "",
                format!("须有 1 至 {ITEMS_MAX} 项"),
                format!("must hold 1 to {ITEMS_MAX} items"),
            );
        }
        faults
    }

    /// The repeat group that this item belongs to: it is then asked once of each stall or room.
    pub fn repeat_of(&self, item: &Item) -> Option<&Group> {
        let key = item.group.as_deref()?;
        self.groups.iter().find(|group| group.key == key && group.repeat.is_some())
    }
}
