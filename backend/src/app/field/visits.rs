//! Reading visits: one's own with what the county has received, a site's history, one with every answer.

use super::attachments::{PhotoRef, VoiceRef, photos, voices};
pub use crate::store::field::inspections::Filter as InspectionFilter;
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::Instant,
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
    store::{self, Conn, field::inspections::InspectionRow},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// One row of a list of visits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InspectionView {
    pub id: Uuid,
    pub operation_id: Uuid,
    pub round_id: Option<Uuid>,
    pub site_id: Uuid,
    pub site_name: Option<String>,
    pub site_code: Option<String>,
    pub checklist_id: Option<Uuid>,
    pub township_id: Uuid,
    pub village_id: Uuid,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub outcome: String,
    pub passes: i32,
    pub fails: i32,
    pub not_applicable: i32,
    pub not_observed: i32,
    /// Thousandths of the points that applied; absent when nothing applied.
    pub score: Option<i32>,
    pub observed_at: DateTime<Utc>,
    pub local_day: String,
    pub accepted_at: DateTime<Utc>,
    pub people_present: String,
    pub note: String,
    pub distance_m: Option<f64>,
    /// Why it was far from the site; told to the county only.
    pub far_reason: Option<String>,
    /// `phone`, `desktop` or `paper`.
    pub capture: String,
    /// Of paper: who walked, as the sheet says.
    pub filled_by: Option<String>,
    /// Of paper: who entered it.
    pub entered_by_name: Option<String>,
    pub revision: i32,
    pub version: i32,
    pub missing_files: usize,
    pub tickets: Vec<TicketLine>,
}

/// A ticket that a visit led to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TicketLine {
    pub id: Uuid,
    pub number: Option<String>,
    pub state: String,
    pub title: String,
}

/// A visit with every answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InspectionDetail {
    #[serde(flatten)]
    pub inspection: InspectionView,
    #[schema(value_type = Vec<Object>)]
    pub answers: serde_json::Value,
    pub photos: Vec<PhotoRef>,
    pub voices: Vec<VoiceRef>,
    pub revisions: Vec<Revision>,
}

/// A sealed version of a visit; its body is read from `/operations/{operation_id}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    pub no: i32,
    pub operation_id: Uuid,
    pub kind: String,
    pub accepted_at: DateTime<Utc>,
}

/// One page of visits in scope, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &InspectionFilter,
    page: &PageRequest,
) -> AppResult<Page<InspectionView>> {
    caller.require(Action::ReadInspections)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let rows = store::field::inspections::list(app.store.read(), scope, now, filter, page).await?;
    let cut = Page::cut(rows, page.limit, store::field::inspections::cursor);
    let items = show(app.store.read(), scope, now, cut.items).await?;
    Ok(Page { items, next: cut.next })
}

/// One visit.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<InspectionDetail> {
    let role = caller.require(Action::ReadInspections)?.role;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let row = store::field::inspections::get(read, scope, now, id).await?.ok_or(Code::NotFound)?;
    let (county, answers) = (row.county_id, row.answers.clone());
    let mut subjects = vec![id];
    let view = show(read, scope, now, vec![row]).await?.pop().ok_or(Code::NotFound)?;
    subjects.extend(view.tickets.iter().map(|ticket| ticket.id));
    let revisions = store::field::operations::of_subject(read, county, id).await?;
    let own: HashSet<Uuid> = revisions.iter().map(|row| row.id).collect();
    let mut files = store::field::named::of_subjects(read, scope, now, subjects).await?;
    files.retain(|file| own.contains(&file.operation_id));
    Ok(InspectionDetail {
        inspection: view,
        // A township reads its own findings, not what inspectors noted to themselves about passes.
        answers: if role.is_township_side() { failed_only(answers) } else { answers },
        photos: photos(&files, &files),
        voices: voices(&files),
        revisions: revisions
            .into_iter()
            .zip(1..)
            .map(|(row, no)| Revision {
                no,
                operation_id: row.id,
                kind: row.kind,
                accepted_at: row.accepted_at,
            })
            .collect(),
    })
}

fn failed_only(answers: serde_json::Value) -> serde_json::Value {
    match answers {
        serde_json::Value::Array(items) => {
            items.into_iter().filter(|answer| answer["result"] == "fail").collect()
        }
        other => other,
    }
}

/// Shows visits that the caller has already been given.
pub async fn show(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    rows: Vec<InspectionRow>,
) -> AppResult<Vec<InspectionView>> {
    let Some(county) = scope.county().filter(|_| !rows.is_empty()) else { return Ok(Vec::new()) };
    let unique = |ids: Vec<Uuid>| ids.into_iter().collect::<HashSet<_>>().into_iter().collect::<Vec<_>>();
    let sites = store::places::sites::get_many(
        conn,
        Scope::County { county },
        unique(rows.iter().map(|row| row.site_id).collect()),
    )
    .await?;
    let sites: HashMap<Uuid, (String, String)> =
        sites.into_iter().map(|site| (site.id, (site.name, site.code))).collect();
    let people = store::people::persons::names(
        conn,
        unique(rows.iter().flat_map(|row| [Some(row.person_id), row.entered_by]).flatten().collect()),
    )
    .await?;
    let findings =
        store::field::findings::of_inspections(conn, county, rows.iter().map(|row| row.id).collect()).await?;
    let ticket_ids = unique(findings.iter().filter_map(|finding| finding.ticket_id).collect());
    let tickets: HashMap<Uuid, _> = store::tickets::get_many(conn, scope, now, ticket_ids)
        .await?
        .into_iter()
        .map(|ticket| (ticket.id, ticket))
        .collect();
    let waiting =
        store::field::operations::missing_of(conn, rows.iter().map(|row| row.operation_id).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut lines: Vec<TicketLine> = Vec::new();
            for finding in findings.iter().filter(|finding| finding.inspection_id == Some(row.id)) {
                let Some(ticket) = finding.ticket_id.and_then(|id| tickets.get(&id)) else { continue };
                if lines.iter().all(|line| line.id != ticket.id) {
                    lines.push(TicketLine {
                        id: ticket.id,
                        number: ticket.number.clone(),
                        state: ticket.state.as_str().to_owned(),
                        title: ticket.title.clone(),
                    });
                }
            }
            let site = sites.get(&row.site_id);
            InspectionView {
                site_name: site.map(|site| site.0.clone()),
                site_code: site.map(|site| site.1.clone()),
                person_name: people.get(&row.person_id).cloned(),
                missing_files: waiting.get(&row.operation_id).copied().unwrap_or_default(),
                score: (row.score_permille >= 0).then_some(row.score_permille),
                tickets: lines,
                id: row.id,
                operation_id: row.operation_id,
                round_id: row.round_id,
                site_id: row.site_id,
                checklist_id: row.checklist_id,
                township_id: row.township_id,
                village_id: row.village_id,
                person_id: row.person_id,
                outcome: row.outcome,
                passes: row.passes,
                fails: row.fails,
                not_applicable: row.not_applicable,
                not_observed: row.not_observed,
                observed_at: row.observed_at,
                local_day: row.local_day,
                accepted_at: row.accepted_at,
                people_present: row.people_present,
                note: row.note,
                distance_m: row.distance_m,
                far_reason: row.far_reason.filter(|_| matches!(scope, Scope::County { .. })),
                capture: row.capture.unwrap_or_else(|| "phone".to_owned()),
                filled_by: row.filled_by,
                entered_by_name: row.entered_by.and_then(|id| people.get(&id).cloned()),
                revision: row.revision,
                version: row.version,
            }
        })
        .collect())
}
