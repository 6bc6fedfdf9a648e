//! Names of what tickets point to, read once for a whole list, and requests with them.

use crate::{
    app::{
        AppResult,
        field::attachments::{PhotoRef, photos},
    },
    domain::{
        people::{role::UnitKind, scope::Scope},
        tickets::{
            Ticket,
            request::{Asked, RequestState},
        },
    },
    store::{self, Conn, field::named::NamedFile, tickets::requests::Request},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a unit asked, and what was said to it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RequestView {
    pub id: Uuid,
    pub what: Asked,
    pub state: RequestState,
    pub reason: String,
    pub wanted_day: Option<NaiveDate>,
    pub measure: String,
    pub unit_kind: Option<UnitKind>,
    pub unit_id: Option<Uuid>,
    pub unit_name: Option<String>,
    pub asked_by: Uuid,
    pub asked_by_name: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub note: String,
    /// The day that was agreed.
    pub day: Option<NaiveDate>,
    pub wrongly_routed: bool,
    /// The building work that explains it.
    pub project_id: Option<Uuid>,
    pub photos: Vec<PhotoRef>,
}

/// Names of everything that the tickets point to, read once for all of them.
pub(in crate::app) struct Names {
    pub(super) divisions: HashMap<Uuid, String>,
    departments: HashMap<Uuid, String>,
    pub(super) sites: HashMap<Uuid, (String, String)>,
    people: HashMap<Uuid, String>,
}

impl Names {
    pub fn division(&self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.divisions.get(&id).cloned())
    }

    pub fn site(&self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.sites.get(&id).map(|site| site.0.clone()))
    }

    pub fn unit(&self, id: Uuid) -> Option<String> {
        self.divisions.get(&id).or_else(|| self.departments.get(&id)).cloned()
    }

    pub fn request(&self, request: &Request, files: &[NamedFile]) -> RequestView {
        let r = request.clone();
        let sent = files.iter().filter(|file| file.operation_id == r.operation_id);
        RequestView {
            unit_name: r.unit_id.and_then(|id| self.unit(id)),
            asked_by_name: self.people.get(&r.asked_by).cloned(),
            decided_by_name: r.decided_by.and_then(|id| self.people.get(&id).cloned()),
            photos: photos(sent, files),
            id: r.id,
            what: r.what,
            state: r.state,
            reason: r.reason,
            wanted_day: r.wanted_day,
            measure: r.measure,
            unit_kind: r.unit_kind,
            unit_id: r.unit_id,
            asked_by: r.asked_by,
            asked_at: r.asked_at,
            decided_at: r.decided_at,
            note: r.note,
            day: r.day,
            wrongly_routed: r.wrongly_routed,
            project_id: r.project_id,
        }
    }

    pub async fn load(
        conn: &impl Conn,
        county: Uuid,
        tickets: &[Ticket],
        asked: &[Request],
    ) -> AppResult<Self> {
        let scope = Scope::County { county };
        let units =
            tickets.iter().flat_map(|t| [t.place_township_id, t.place_village_id, t.unit_id]).flatten();
        let units = units.chain(asked.iter().filter_map(|request| request.unit_id));
        let units: Vec<Uuid> = units.collect::<HashSet<_>>().into_iter().collect();
        let sites: Vec<Uuid> =
            tickets.iter().filter_map(|t| t.site_id).collect::<HashSet<_>>().into_iter().collect();
        let divisions = store::places::divisions::get_many(conn, scope, units).await?;
        let department = |kind: Option<UnitKind>| kind == Some(UnitKind::Department);
        let departments =
            if tickets.iter().any(|t| department(Some(t.unit_kind)) || t.referred_to_id.is_some())
                || asked.iter().any(|request| department(request.unit_kind))
            {
                store::standards::departments::of_county(conn, county).await?
            } else {
                Vec::new()
            };
        let sites = if sites.is_empty() {
            Vec::new()
        } else {
            store::places::sites::get_many(conn, scope, sites).await?
        };
        let people = if asked.is_empty() {
            HashMap::new()
        } else {
            let both =
                asked.iter().flat_map(|request| [Some(request.asked_by), request.decided_by]).flatten();
            store::people::persons::names(conn, both.collect::<HashSet<_>>().into_iter().collect()).await?
        };
        Ok(Self {
            people,
            divisions: divisions.into_iter().map(|division| (division.id, division.name)).collect(),
            departments: departments
                .into_iter()
                .map(|department| (department.id, department.name_zh))
                .collect(),
            sites: sites.into_iter().map(|site| (site.id, (site.name, site.code))).collect(),
        })
    }
}
