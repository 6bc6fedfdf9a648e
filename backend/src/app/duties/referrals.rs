//! What departments were asked to do: their own clock beside the township's. Counts open the tickets behind them.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::Instant,
        duties::referral::{ReferralState, Referred},
        people::permission::Action,
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
    /// Of all departments together; a ticket that two were asked about counts once.
    pub total: ReferralCounts,
    pub items: Vec<DepartmentReferrals>,
}

/// Numbers of tickets, each that of the list with the same filters.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ReferralCounts {
    pub open: i64,
    /// Of the open ones, those whose date has passed.
    pub overdue: i64,
    pub done: i64,
    /// Of those done, after their date.
    pub done_late: i64,
    pub returned: i64,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct DepartmentReferrals {
    pub department_id: Uuid,
    pub department_name: String,
    #[serde(flatten)]
    pub counts: ReferralCounts,
}

impl ReferralCounts {
    fn of(&mut self, which: Referred) -> Option<&mut i64> {
        match which {
            Referred::Open => Some(&mut self.open),
            Referred::Overdue => Some(&mut self.overdue),
            Referred::Done => Some(&mut self.done),
            Referred::DoneLate => Some(&mut self.done_late),
            Referred::Returned => Some(&mut self.returned),
            Referred::Ended => None,
        }
    }
}

const SHOWN: [Referred; 5] =
    [Referred::Open, Referred::Overdue, Referred::Done, Referred::DoneLate, Referred::Returned];

/// Departments with what they were asked; a department reads its own line, the county all. The township side reads the state of its own
/// tickets there, and no figure of others.
pub async fn figures(app: &App, caller: &Caller) -> AppResult<ReferralFigures> {
    caller.require(Action::ReadReferrals)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = scope.county().ok_or(Code::Forbidden)?;
    let names: HashMap<Uuid, String> = store::standards::departments::of_county(read, county)
        .await?
        .into_iter()
        .map(|department| (department.id, department.name_zh))
        .collect();
    let mut total = ReferralCounts::default();
    let mut rows: HashMap<Uuid, DepartmentReferrals> = HashMap::new();
    for which in SHOWN {
        let (each, all) = store::duties::referrals::count(read, scope, which, now).await?;
        if let Some(count) = total.of(which) {
            *count = all;
        }
        for (department_id, n) in each {
            let row = rows.entry(department_id).or_insert_with(|| DepartmentReferrals {
                department_id,
                department_name: names.get(&department_id).cloned().unwrap_or_default(),
                counts: ReferralCounts::default(),
            });
            if let Some(count) = row.counts.of(which) {
                *count = n;
            }
        }
    }
    let mut items: Vec<DepartmentReferrals> = rows.into_values().collect();
    items.sort_by(|a, b| {
        a.department_name.cmp(&b.department_name).then(a.department_id.cmp(&b.department_id))
    });
    Ok(ReferralFigures { as_of: now, total, items })
}
