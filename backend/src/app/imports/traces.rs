//! What an import leaves behind of itself, row by row: enough to put everything back.

use crate::{
    app::{AppError, AppResult},
    store::{
        Conn,
        imports::{self as store, sources::Source},
        places::sites::Site,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// A row that an import wrote: where it stands now, and what it was before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "noun", rename_all = "snake_case")]
pub enum Touched {
    Division {
        id: Uuid,
        version: i32,
        before: Option<DivisionBefore>,
    },
    Site {
        id: Uuid,
        version: i32,
        before: Option<SiteBefore>,
    },
    Person {
        id: Uuid,
        version: i32,
        before: Option<PersonBefore>,
    },
    Post {
        id: Uuid,
        version: i32,
    },
    /// `retired` is the version that it took out of use, as it stood then.
    Checklist {
        id: Uuid,
        version: i32,
        retired: Option<(Uuid, i32)>,
    },
    SiteKind {
        id: Uuid,
        version: i32,
        key: String,
    },
    Department {
        id: Uuid,
        version: i32,
        /// Imports of before only told of those that they had made.
        #[serde(default)]
        before: Option<DepartmentBefore>,
    },
    Settings {
        county: Uuid,
        version: i32,
        before: WordsBefore,
    },
}

/// What the county called its inspectors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WordsBefore {
    pub inspector_zh: String,
    pub inspector_en: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DivisionBefore {
    pub name: String,
    pub parent_id: Option<Uuid>,
    pub honour: Option<String>,
    pub boundary: Option<String>,
    /// What its outline had been given as; imports of before say nothing of it.
    #[serde(default)]
    pub source: Option<Source>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SiteBefore {
    pub kind: String,
    pub name: String,
    pub township_id: Uuid,
    pub village_id: Uuid,
    pub lon: f64,
    pub lat: f64,
    /// What its position had been given as; imports of before say nothing of it.
    #[serde(default)]
    pub source: Option<Source>,
}

impl SiteBefore {
    pub fn of(site: &Site, source: Option<Source>) -> Self {
        Self {
            kind: site.kind.clone(),
            name: site.name.clone(),
            township_id: site.township_id,
            village_id: site.village_id,
            lon: site.lon,
            lat: site.lat,
            source,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PersonBefore {
    pub name: String,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DepartmentBefore {
    pub name_zh: String,
    pub name_en: String,
}

/// A version of a checklist, and the one that it took out of use.
type NewVersion = (Uuid, i32, Option<(Uuid, i32)>);

/// What an import touched, by kind, in the order of writing.
#[derive(Debug, Default)]
pub struct Traces {
    pub divisions: Vec<(Uuid, i32, Option<DivisionBefore>)>,
    pub sites: Vec<(Uuid, i32, Option<SiteBefore>)>,
    pub people: Vec<(Uuid, i32, Option<PersonBefore>)>,
    pub posts: Vec<(Uuid, i32)>,
    pub checklists: Vec<NewVersion>,
    pub kinds: Vec<(Uuid, i32, String)>,
    pub departments: Vec<(Uuid, i32, Option<DepartmentBefore>)>,
    pub words: Option<(Uuid, i32, WordsBefore)>,
}

impl Traces {
    /// As the import left them; what a later import changed and its taking back put back again stands as it stood, at a later version.
    pub async fn read(conn: &impl Conn, county: Uuid, import: Uuid) -> AppResult<Self> {
        let mut traces = Self::of(store::touched(conn, import).await?)?;
        traces.follow(&Self::of(store::touched_by_undone(conn, county).await?)?);
        Ok(traces)
    }

    fn of(rows: Vec<Value>) -> AppResult<Self> {
        let mut traces = Self::default();
        for value in rows {
            let row: Vec<Touched> = serde_json::from_value(value)
                .map_err(|error| AppError::Internal(format!("traces of an import: {error}")))?;
            for touched in row {
                match touched {
                    Touched::Division { id, version, before } => traces.divisions.push((id, version, before)),
                    Touched::Site { id, version, before } => traces.sites.push((id, version, before)),
                    Touched::Person { id, version, before } => traces.people.push((id, version, before)),
                    Touched::Post { id, version } => traces.posts.push((id, version)),
                    Touched::Checklist { id, version, retired } => {
                        traces.checklists.push((id, version, retired));
                    }
                    Touched::SiteKind { id, version, key } => traces.kinds.push((id, version, key)),
                    Touched::Department { id, version, before } => {
                        traces.departments.push((id, version, before));
                    }
                    Touched::Settings { county, version, before } => {
                        traces.words = Some((county, version, before));
                    }
                }
            }
        }
        Ok(traces)
    }

    /// Whether the county itself is of this import.
    pub fn made_county(&self, county: Uuid) -> bool {
        self.divisions.iter().any(|(id, _, before)| *id == county && before.is_none())
    }

    /// A change moves a row by one version and putting it back by one more. What a person changed in between is no such step, so it still hinders.
    fn follow(&mut self, undone: &Self) {
        let mut changed: HashSet<(Uuid, i32)> = HashSet::new();
        changed.extend(undone.divisions.iter().filter(|row| row.2.is_some()).map(|row| (row.0, row.1)));
        changed.extend(undone.sites.iter().filter(|row| row.2.is_some()).map(|row| (row.0, row.1)));
        changed.extend(undone.people.iter().filter(|row| row.2.is_some()).map(|row| (row.0, row.1)));
        changed.extend(undone.departments.iter().filter(|row| row.2.is_some()).map(|row| (row.0, row.1)));
        changed.extend(undone.checklists.iter().filter_map(|row| row.2));
        let follow = |id: Uuid, version: &mut i32| {
            while changed.contains(&(id, *version + 1)) {
                *version += 2;
            }
        };
        self.divisions.iter_mut().for_each(|row| follow(row.0, &mut row.1));
        self.sites.iter_mut().for_each(|row| follow(row.0, &mut row.1));
        self.people.iter_mut().for_each(|row| follow(row.0, &mut row.1));
        self.departments.iter_mut().for_each(|row| follow(row.0, &mut row.1));
        self.checklists.iter_mut().for_each(|row| follow(row.0, &mut row.1));
    }
}
