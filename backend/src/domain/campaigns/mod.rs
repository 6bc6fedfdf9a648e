//! Zeroing campaigns (R61): what they take, until when, and what their numbers mean (domain.md 5).

pub mod burn_down;
pub mod member;

use crate::domain::places::division::Honour;
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Draft,
    Running,
    Ended,
}

impl CampaignState {
    pub const ALL: [CampaignState; 3] = [Self::Draft, Self::Running, Self::Ended];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a campaign takes: static tickets at sites of these kinds in these townships, of this title or above. What is empty narrows
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignScope {
    /// `county`, `city`, `provincial` or `national`.
    pub honour_level: Option<String>,
    pub site_kinds: Vec<String>,
    pub township_ids: Vec<Uuid>,
}

/// Lowest first.
const LEVELS: [Honour; 4] = [Honour::County, Honour::City, Honour::Provincial, Honour::National];

impl CampaignScope {
    /// The words of the titles that count; `None` when titles do not matter.
    pub fn titles(&self) -> Option<Vec<&'static str>> {
        let lowest = self.honour_level.as_deref()?;
        Some(LEVELS.iter().map(|level| level.as_str()).skip_while(|word| *word != lowest).collect())
    }

    /// Whether what lies in this township can be of it.
    pub fn reaches(&self, township: Uuid) -> bool {
        self.township_ids.is_empty() || self.township_ids.contains(&township)
    }

    /// A title that there is not.
    pub fn has_unknown_title(&self) -> bool {
        self.honour_level.as_deref().is_some_and(|word| Honour::parse(word).is_none())
    }
}

/// The last day of the month.
pub fn default_deadline(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_on_its_last_day_and_titles_count_upwards() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (today, end) in
            [("2026-11-29", "2026-11-30"), ("2026-12-31", "2026-12-31"), ("2028-02-01", "2028-02-29")]
        {
            assert_eq!(default_deadline(day(today)), day(end));
        }
        let of = |level: &str| CampaignScope { honour_level: Some(level.into()), ..CampaignScope::default() };
        assert_eq!(of("provincial").titles(), Some(vec!["provincial", "national"]));
        assert_eq!(CampaignScope::default().titles(), None);
        assert!(of("world").has_unknown_title() && !of("county").has_unknown_title());
    }
}
