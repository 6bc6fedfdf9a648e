//! Review rounds 拉练: begun by the office, hidden from townships while unannounced, released by a person.

use crate::{
    app::{
        App, AppError, AppResult, Caller, Once,
        campaigns::follow as campaigns,
        field::facts::Facts,
        tickets::{board, issue::show_evidence},
    },
    domain::{
        campaigns::member,
        clock::Instant,
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        tickets::{
            State,
            machine::{self, Step, When},
        },
    },
    store::{
        self, Tx,
        changes::ChangeRow,
        field::{
            findings::{FindingRow, WAITING},
            inspections::InspectionRow,
        },
        rounds::RoundRow,
        tickets::EventBy,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a round is begun with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewRound {
    pub name: String,
    pub year: i32,
    pub quarter: i32,
    pub mode: Mode,
    #[serde(default)]
    pub issue_mode: IssueMode,
}

/// Whether townships know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Announced,
    Unannounced,
}

/// Whether the office looks at a finding before it is issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssueMode {
    #[default]
    AfterLook,
    AtOnce,
}

/// A round as people read it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoundView {
    pub id: Uuid,
    pub name: String,
    pub year: i32,
    pub quarter: i32,
    pub mode: String,
    pub issue_mode: String,
    pub status: String,
    pub visible_from: Option<DateTime<Utc>>,
    pub version: i32,
}

impl From<RoundRow> for RoundView {
    fn from(row: RoundRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            year: row.year,
            quarter: row.quarter,
            mode: row.mode,
            issue_mode: row.issue_mode,
            status: row.status,
            visible_from: row.visible_from,
            version: row.version,
        }
    }
}

/// The rounds that the caller may know of.
pub async fn list(app: &App, caller: &Caller) -> AppResult<Vec<RoundView>> {
    caller.require(Action::Sync)?;
    let scope = caller.scope()?;
    let county = scope.county().ok_or(Code::Forbidden)?;
    let released = if matches!(scope, Scope::County { .. }) { None } else { Some(app.clock.now()) };
    Ok(store::rounds::list(app.store.read(), county, released)
        .await?
        .into_iter()
        .map(RoundView::from)
        .collect())
}

/// Begins a round.
pub async fn begin(app: &App, caller: &Caller, once: &Once, new: NewRound) -> AppResult<RoundView> {
    caller.require(Action::ManageRounds)?;
    let county = caller.county()?;
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(
            Problem::field("/name", "请填写名称，60字以内", "give a name of at most 60 characters").into()
        );
    }
    if !(2000..=2100).contains(&new.year) || !(1..=4).contains(&new.quarter) {
        return Err(Problem::field("/quarter", "年份或季度不对", "year or quarter is out of range").into());
    }
    let (now, id) = (app.clock.now(), app.random.id());
    let announced = new.mode == Mode::Announced;
    let row = RoundRow {
        id,
        county_id: county,
        name,
        year: new.year,
        quarter: new.quarter,
        mode: if announced { "announced" } else { "unannounced" }.into(),
        issue_mode: if new.issue_mode == IssueMode::AtOnce { "at_once" } else { "after_look" }.into(),
        status: "in_field".into(),
        visible_from: announced.then_some(now),
        created_by: caller.person_id,
        created_at: now,
        version: 1,
    };
    app.idempotent(caller, once, async |tx| {
        store::rounds::insert(tx, row.clone()).await?;
        store::changes::append(tx, now, vec![change(&row)]).await?;
        store::audit::append(tx, now, caller.audit("round.begin", "rounds", id)).await?;
        Ok(RoundView::from(row.clone()))
    })
    .await
}

fn change(row: &RoundRow) -> ChangeRow {
    ChangeRow {
        county_id: row.county_id,
        noun: "rounds",
        object_id: row.id,
        version: row.version,
        township_before: None,
        township_after: None,
        village_id: None,
        person_id: None,
        visible_from: row.visible_from,
        gone: false,
    }
}

/// Shows an unannounced round to the townships: visits and tickets appear, and the clocks of issued tickets start now.
pub async fn release(app: &App, caller: &Caller, once: &Once, id: Uuid) -> AppResult<RoundView> {
    caller.require(Action::ManageRounds)?;
    let county = caller.county()?;
    let now = app.clock.now();
    let facts = Facts::load(app, county).await?;
    app.idempotent(caller, once, async |tx| {
        let mut row = store::rounds::lock(tx, county, id).await?.ok_or(Code::NotFound)?;
        if row.visible_from.is_some() {
            return Err(Code::WrongState.into());
        }
        store::rounds::release(tx, &row, now).await?;
        (row.visible_from, row.version) = (Some(now), row.version + 1);
        store::changes::append(tx, now, vec![change(&row)]).await?;
        let findings = show_visits(tx, county, id, now).await?;
        show_tickets(tx, &facts, caller, id, now).await?;
        count_sightings(tx, &facts, findings, now).await?;
        store::audit::append(tx, now, caller.audit("round.release", "rounds", id)).await?;
        Ok(RoundView::from(row))
    })
    .await
}

/// Answers the findings that were hidden with the visits.
async fn show_visits(tx: &Tx, county: Uuid, round: Uuid, now: Instant) -> AppResult<Vec<FindingRow>> {
    let visits = store::field::inspections::release_round(tx, county, round, now).await?;
    let ids: Vec<Uuid> = visits.iter().map(|visit| visit.id).collect();
    let findings = store::field::findings::release(tx, county, ids.clone(), now).await?;
    // By operation: photos of a failed answer hang on its ticket, which may be another round's or nobody's.
    let operations = store::field::operations::ids_of_subjects(tx, county, ids).await?;
    let operations = operations.into_iter().map(|(operation, _)| operation).collect();
    store::field::named::release_operations(tx, county, operations, now).await?;
    let told = |noun, object_id, version, visit: &InspectionRow| ChangeRow {
        county_id: county,
        noun,
        object_id,
        version,
        township_before: None,
        township_after: Some(visit.township_id),
        village_id: Some(visit.village_id),
        person_id: (noun == "inspections").then_some(visit.person_id),
        visible_from: Some(now),
        gone: false,
    };
    // Their sites' cards show them too; a phone takes a site's row as it is now, whatever number told of it.
    let changes = visits
        .iter()
        .flat_map(|visit| {
            [told("inspections", visit.id, visit.version, visit), told("sites", visit.site_id, 0, visit)]
        })
        .collect();
    store::changes::append(tx, now, changes).await?;
    Ok(findings)
}

/// What was seen at tickets that others could read counts from now on; one that has ended since stays as it ended.
async fn count_sightings(tx: &Tx, facts: &Facts, findings: Vec<FindingRow>, now: Instant) -> AppResult<()> {
    let scope = Scope::County { county: facts.county };
    for finding in findings.into_iter().filter(|finding| finding.state == WAITING) {
        let Some(id) = finding.ticket_id else { continue };
        let Some(mut ticket) = store::tickets::lock(tx, scope, now, id).await? else { continue };
        let when =
            When { observed_at: finding.observed_at, accepted_at: now, effective: finding.observed_at };
        let (before, was) = (board::share(&ticket), member::open_at(&ticket));
        // What was seen soon after closing is the same fault come back, as it would have been at once in an open round.
        let step = if ticket.state == State::Closed {
            Step::Relapse { finding_id: finding.id, note: finding.note.clone() }
        } else {
            Step::Sight { finding_id: finding.id }
        };
        let event = machine::apply(&mut ticket, &step, when, facts.deadlines()).ok();
        if let Some(event) = event {
            store::tickets::update(tx, &ticket).await?;
            board::recount(tx, facts.county, before, board::share(&ticket)).await?;
            let by = EventBy {
                operation_id: Some(finding.operation_id),
                person_id: Some(finding.person_id),
                post_id: Some(finding.post_id),
                observed_at: finding.observed_at,
                accepted_at: now,
            };
            store::tickets::append_event(tx, &ticket, &event, by).await?;
            campaigns::follow(tx, facts.deadlines(), &mut ticket, was, when, by).await?;
        }
        // Told either way: its finding and photos can be seen now.
        store::changes::append(tx, now, vec![ChangeRow::of_ticket(&ticket, None)]).await?;
    }
    Ok(())
}

async fn show_tickets(tx: &Tx, facts: &Facts, caller: &Caller, round: Uuid, now: Instant) -> AppResult<()> {
    let county = facts.county;
    let when = When { observed_at: now, accepted_at: now, effective: now };
    for mut ticket in store::tickets::hidden_of_round(tx, county, round).await? {
        let event = machine::apply(&mut ticket, &Step::Release, when, facts.deadlines())
            .map_err(|_cause| AppError::Internal("release of a ticket that was never issued".into()))?;
        store::tickets::update(tx, &ticket).await?;
        let by = EventBy {
            operation_id: None,
            person_id: Some(caller.person_id),
            post_id: caller.post.as_ref().map(|post| post.id),
            observed_at: now,
            accepted_at: now,
        };
        store::tickets::append_event(tx, &ticket, &event, by).await?;
        show_evidence(tx, &ticket, now).await?;
        // On the days that the rows carry; what was fixed on the spot was never issued, and does not count.
        board::recount(tx, county, None, board::share(&ticket)).await?;
        campaigns::follow(tx, facts.deadlines(), &mut ticket, None, when, by).await?;
        store::changes::append(tx, now, vec![ChangeRow::of_ticket(&ticket, None)]).await?;
    }
    Ok(())
}
