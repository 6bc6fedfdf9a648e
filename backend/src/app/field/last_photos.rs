//! The newest photo of each item at a site: the ghost under which an inspector takes the next one from the same place.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::Instant,
        page::PageRequest,
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
    store::{
        field::{findings, inspections, operations, visible},
        places::sites,
    },
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// So many of the newest visits, and of the newest reports, are looked through.
const VISITS: u64 = 20;
/// Photos that show how it was, not the repair, a drawing or a sheet of paper.
const ROLES: [&str; 2] = ["overview", "before"];

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LastPhotos {
    pub items: Vec<LastPhoto>,
}

/// One photo; its picture is read by id and size.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LastPhoto {
    /// Null for a view of the site as a whole.
    pub item_code: Option<String>,
    /// Stall or room; '' where the site is one.
    pub instance_key: String,
    pub photo_id: Uuid,
    pub taken_at: Option<DateTime<Utc>>,
    pub visit_at: DateTime<Utc>,
}

impl App {
    /// The newest photo of each item and instance that the caller may see.
    pub async fn last_photos(&self, caller: &Caller, site: Uuid) -> AppResult<LastPhotos> {
        caller.require(Action::ReadPhotos)?;
        let (scope, now, read) = (caller.scope()?, self.clock.now(), self.store.read());
        let site = sites::get(read, scope, site).await?.ok_or(Code::NotFound)?;
        let when = self.sealed_at(scope, now, site.county_id, site.id).await?;
        let mut photos: Vec<(DateTime<Utc>, LastPhoto)> =
            visible::here_of_operations(read, scope, now, when.keys().copied().collect(), &ROLES)
                .await?
                .into_iter()
                .filter_map(|file| {
                    let visit_at = *when.get(&file.operation_id)?;
                    let taken_at: Option<DateTime<Utc>> =
                        file.sidecar["taken_at"].as_str().and_then(|text| text.parse().ok());
                    let photo = LastPhoto {
                        item_code: file.item_path.filter(|code| !code.is_empty() && file.role == "before"),
                        instance_key: file.instance_key.unwrap_or_default(),
                        photo_id: file.file_id,
                        taken_at,
                        visit_at,
                    };
                    Some((visit_at, photo))
                })
                .collect();
        photos.sort_by_key(|(visit_at, photo)| std::cmp::Reverse((*visit_at, photo.taken_at)));
        let mut seen = HashSet::new();
        photos.retain(|(_, photo)| seen.insert((photo.item_code.clone(), photo.instance_key.clone())));
        Ok(LastPhotos { items: photos.into_iter().map(|(_, photo)| photo).collect() })
    }

    /// When the operations about a site were observed: visits in scope, and reports, whose photos carry their own scope.
    async fn sealed_at(
        &self,
        scope: Scope,
        now: Instant,
        county: Uuid,
        site: Uuid,
    ) -> AppResult<HashMap<Uuid, Instant>> {
        let read = self.store.read();
        let filter = inspections::Filter { site_id: Some(site), ..inspections::Filter::default() };
        let page = PageRequest { after: None, limit: VISITS };
        let visits = inspections::list(read, scope, now, &filter, &page).await?;
        let at: HashMap<Uuid, Instant> = visits.iter().map(|visit| (visit.id, visit.observed_at)).collect();
        let mut when: HashMap<Uuid, Instant> =
            operations::ids_of_subjects(read, county, at.keys().copied().collect())
                .await?
                .into_iter()
                .filter_map(|(operation, visit)| Some((operation, *at.get(&visit)?)))
                .collect();
        for finding in findings::reported_at(read, county, site, VISITS).await? {
            when.insert(finding.operation_id, finding.observed_at);
        }
        Ok(when)
    }
}
