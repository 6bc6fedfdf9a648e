//! A township's month as people read it, and what each of them may do about it.

use super::work::standing;
use crate::{
    app::{AppError, AppResult, Caller},
    domain::{
        clock::Instant,
        colours::{
            colour::{AppealState, Colour, ColourStep, Hand, Standing},
            month::Reasoning,
            share::Shares,
        },
        people::scope::Scope,
    },
    store::{
        self, Conn,
        colours::{
            appeals::{Appeal, Plan},
            months::ColourMonth,
        },
        people::persons,
        places::divisions,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// One township's month.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ColourRow {
    pub id: Uuid,
    /// `YYYY-MM`.
    pub month: String,
    pub township_id: Uuid,
    pub township_name: String,
    pub proposal: Colour,
    pub proposed_at: DateTime<Utc>,
    /// As a person confirmed it; that is what is published.
    pub colour: Option<Colour>,
    /// Why it is another than proposed.
    pub reason: String,
    pub confirmed_by_name: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub published_at: Option<DateTime<Utc>>,
    pub published_by_name: Option<String>,
    pub after_appeal: Option<Colour>,
    /// What stands: after the appeal, as confirmed, or as proposed.
    pub standing: Colour,
    pub appeal: Option<AppealState>,
    pub appeal_until: Option<DateTime<Utc>>,
    /// Until when a plan is asked for; of yellow and red months.
    pub plan_due: Option<DateTime<Utc>>,
    pub planned: bool,
    pub version: i32,
}

/// One township's month with everything behind it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ColourDetail {
    #[serde(flatten)]
    pub row: ColourRow,
    /// Frozen when a person confirmed it.
    pub reasoning: Reasoning,
    pub counters: Shares,
    /// What it would be by what is known today; of published months.
    pub today: Option<Reasoning>,
    pub appeal_record: Option<AppealRecord>,
    /// Newest first.
    pub plans: Vec<PlanRecord>,
    /// A red month that no record of a talk names: a talk is proposed, to the office, and nothing more.
    pub proposes_talk: bool,
    /// Steps that the acting post may take now.
    pub may: Vec<ColourStep>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AppealRecord {
    pub id: Uuid,
    pub reason: String,
    pub ticket_ids: Vec<Uuid>,
    pub made_by_name: Option<String>,
    pub made_at: DateTime<Utc>,
    pub state: AppealState,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub note: String,
    /// What it became, where it was changed.
    pub colour: Option<Colour>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanRecord {
    pub text: String,
    pub made_by_name: Option<String>,
    pub made_at: DateTime<Utc>,
}

/// Months with what belongs to them, read once for all.
pub(super) struct Beside {
    appeals: HashMap<Uuid, Appeal>,
    pub plans: HashMap<Uuid, Vec<Plan>>,
    people: HashMap<Uuid, String>,
    townships: HashMap<Uuid, String>,
}

impl Beside {
    pub async fn load(conn: &impl Conn, county: Uuid, rows: &[ColourMonth]) -> AppResult<Self> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let appeals = store::colours::appeals::of_months(conn, ids.clone()).await?;
        let plans = store::colours::appeals::plans_of(conn, ids).await?;
        let people: HashSet<Uuid> = rows
            .iter()
            .flat_map(|row| [row.confirmed_by, row.published_by])
            .chain(appeals.iter().flat_map(|appeal| [Some(appeal.made_by), appeal.decided_by]))
            .chain(plans.iter().map(|plan| Some(plan.made_by)))
            .flatten()
            .collect();
        let places: HashSet<Uuid> = rows.iter().map(|row| row.township_id).collect();
        let scope = Scope::County { county };
        let mut by_month: HashMap<Uuid, Vec<Plan>> = HashMap::new();
        for plan in plans {
            by_month.entry(plan.colour_id).or_default().push(plan);
        }
        Ok(Self {
            appeals: appeals.into_iter().map(|appeal| (appeal.colour_id, appeal)).collect(),
            plans: by_month,
            people: persons::names(conn, people.into_iter().collect()).await?,
            townships: divisions::get_many(conn, scope, places.into_iter().collect())
                .await?
                .into_iter()
                .map(|place| (place.id, place.name))
                .collect(),
        })
    }

    fn name(&self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.people.get(&id).cloned())
    }

    pub fn appeal(&self, month: Uuid) -> Option<&Appeal> {
        self.appeals.get(&month)
    }

    /// A row for a list.
    pub fn row(&self, row: &ColourMonth) -> AppResult<ColourRow> {
        let colour = |word: &Option<String>| word.as_deref().map(read_colour).transpose();
        let stands = standing(row);
        Ok(ColourRow {
            id: row.id,
            month: row.month.clone(),
            township_id: row.township_id,
            township_name: self.townships.get(&row.township_id).cloned().unwrap_or_default(),
            proposal: read_colour(&row.proposal)?,
            proposed_at: row.proposed_at,
            colour: colour(&row.colour)?,
            reason: row.reason.clone(),
            confirmed_by_name: self.name(row.confirmed_by),
            confirmed_at: row.confirmed_at,
            published_at: row.published_at,
            published_by_name: self.name(row.published_by),
            after_appeal: colour(&row.after_appeal)?,
            standing: stands,
            appeal: self.appeals.get(&row.id).and_then(|appeal| AppealState::parse(&appeal.state)),
            appeal_until: row.appeal_until,
            plan_due: row.plan_due.filter(|_| stands > Colour::Green),
            planned: self.plans.contains_key(&row.id),
            version: row.version,
        })
    }

    pub fn appeal_record(&self, month: Uuid) -> AppResult<Option<AppealRecord>> {
        let Some(appeal) = self.appeals.get(&month) else { return Ok(None) };
        Ok(Some(AppealRecord {
            id: appeal.id,
            reason: appeal.reason.clone(),
            ticket_ids: stored(&appeal.ticket_ids)?,
            made_by_name: self.name(Some(appeal.made_by)),
            made_at: appeal.made_at,
            state: AppealState::parse(&appeal.state)
                .ok_or_else(|| AppError::Internal(format!("state of an appeal: {}", appeal.state)))?,
            decided_by_name: self.name(appeal.decided_by),
            decided_at: appeal.decided_at,
            note: appeal.note.clone(),
            colour: appeal.colour.as_deref().map(read_colour).transpose()?,
        }))
    }

    pub fn plan_records(&self, month: Uuid) -> Vec<PlanRecord> {
        let plans = self.plans.get(&month).map_or(&[][..], Vec::as_slice);
        plans
            .iter()
            .map(|plan| PlanRecord {
                text: plan.text.clone(),
                made_by_name: self.name(Some(plan.made_by)),
                made_at: plan.made_at,
            })
            .collect()
    }
}

/// What may be done about a month by whoever asks.
pub(super) fn allows(
    caller: &Caller,
    row: &ColourMonth,
    appeal: Option<&Appeal>,
    step: ColourStep,
    now: Instant,
) -> bool {
    let Some(post) = &caller.post else { return false };
    let standing = Standing {
        proposed: true,
        published: row.published_at.and_then(|_| row.colour.as_deref().and_then(Colour::parse)),
        stands: standing(row),
        appeal: appeal.and_then(|appeal| AppealState::parse(&appeal.state)),
        appeal_until: row.appeal_until,
    };
    let hand = Hand {
        role: post.role,
        own: post.unit_id == row.township_id,
        confirmed_it: row.confirmed_by == Some(caller.person_id),
    };
    standing.may(step, hand, now)
}

pub(super) fn read_colour(word: &str) -> AppResult<Colour> {
    Colour::parse(word).ok_or_else(|| AppError::Internal(format!("stored colour: {word}")))
}

/// A document as we wrote it.
pub(super) fn stored<T: DeserializeOwned>(value: &serde_json::Value) -> AppResult<T> {
    serde_json::from_value(value.clone())
        .map_err(|error| AppError::Internal(format!("stored colour: {error}")))
}

pub(super) fn document(value: &impl Serialize) -> AppResult<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| AppError::Internal(error.to_string()))
}
