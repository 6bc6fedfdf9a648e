//! What departments were asked to do: their own clock beside the township's. Counts open the tickets behind them.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::Instant,
        duties::referral::ReferralState,
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
    store::{self, duties::referrals::ReferralRow},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A referral of a ticket: the running one, else the last.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralView {
    /// The request that led to it.
    pub request_id: Uuid,
    pub department_id: Uuid,
    pub department_name: Option<String>,
    pub given_at: DateTime<Utc>,
    /// The department's own date.
    pub due_at: DateTime<Utc>,
    pub state: ReferralState,
    pub ended_at: Option<DateTime<Utc>>,
    /// Open after its date, or ended after it.
    pub overdue: bool,
    /// What the department said.
    pub note: String,
}

impl ReferralView {
    pub fn of(row: &ReferralRow, name: Option<String>, now: Instant) -> Self {
        let state = ReferralState::parse(&row.state).unwrap_or(ReferralState::Recalled);
        Self {
            request_id: row.id,
            department_id: row.department_id,
            department_name: name,
            given_at: row.given_at,
            due_at: row.due_at,
            state,
            ended_at: row.ended_at,
            overdue: if state == ReferralState::Open { row.due_at < now } else { row.late },
            note: row.note.clone(),
        }
    }
}

/// What each department was asked, and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReferralFigures {
    pub as_of: DateTime<Utc>,
    pub items: Vec<DepartmentReferrals>,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct DepartmentReferrals {
    pub department_id: Uuid,
    pub department_name: String,
    pub open: i64,
    /// Of the open ones, those whose date has passed.
    pub overdue: i64,
    pub done: i64,
    /// Of those done, after their date.
    pub done_late: i64,
    pub returned: i64,
}

/// Departments with what they were asked; a department reads its own line, the county all. The township side reads the state of its own
/// tickets there, and no figure of others.
pub async fn figures(app: &App, caller: &Caller) -> AppResult<ReferralFigures> {
    caller.require(Action::ReadReferrals)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = scope.county().ok_or(Code::Forbidden)?;
    let only = match scope {
        Scope::Department { department, .. } => Some(department),
        _ => None,
    };
    let names: HashMap<Uuid, String> = store::standards::departments::of_county(read, county)
        .await?
        .into_iter()
        .map(|department| (department.id, department.name_zh))
        .collect();
    let mut rows: HashMap<Uuid, DepartmentReferrals> = HashMap::new();
    for sum in store::duties::referrals::sums(read, county, now).await? {
        if only.is_some_and(|id| id != sum.department_id) {
            continue;
        }
        let row = rows.entry(sum.department_id).or_insert_with(|| DepartmentReferrals {
            department_id: sum.department_id,
            department_name: names.get(&sum.department_id).cloned().unwrap_or_default(),
            ..DepartmentReferrals::default()
        });
        match ReferralState::parse(&sum.state) {
            Some(ReferralState::Open) => {
                row.open += sum.n;
                row.overdue += if sum.late { sum.n } else { 0 };
            }
            Some(ReferralState::Done) => {
                row.done += sum.n;
                row.done_late += if sum.late { sum.n } else { 0 };
            }
            Some(ReferralState::Returned) => row.returned += sum.n,
            Some(ReferralState::Recalled) | None => {}
        }
    }
    let mut items: Vec<DepartmentReferrals> = rows.into_values().collect();
    items.sort_by(|a, b| {
        a.department_name.cmp(&b.department_name).then(a.department_id.cmp(&b.department_id))
    });
    Ok(ReferralFigures { as_of: now, items })
}
