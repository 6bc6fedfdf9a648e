//! The three colours, the months that they are given to, and what may be done about one by whom.

use crate::domain::{
    clock::{Instant, local_day},
    people::role::Role,
    standards::calendar::{Calendar, end_of_day, start_of_day},
};
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Worse is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Green,
    Yellow,
    Red,
}

impl Colour {
    pub const ALL: [Self; 3] = [Self::Green, Self::Yellow, Self::Red];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.as_str() == text)
    }

    /// One step better.
    #[must_use]
    pub const fn better(self) -> Self {
        match self {
            Self::Green | Self::Yellow => Self::Green,
            Self::Red => Self::Yellow,
        }
    }
}

/// A local month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// The month that a moment lies in.
    pub fn of(at: Instant) -> Self {
        let day = local_day(at);
        Self(day.with_day(1).unwrap_or(day))
    }

    /// `YYYY-MM`, of a year that the calendar knows.
    pub fn parse(text: &str) -> Option<Self> {
        let day: NaiveDate = format!("{text}-01").parse().ok()?;
        (text.len() == 7 && (2000..=2100).contains(&day.year())).then_some(Self(day))
    }

    pub fn word(self) -> String {
        self.0.format("%Y-%m").to_string()
    }

    /// Its first moment, and the first one after it.
    pub fn span(self) -> (Instant, Instant) {
        (start_of_day(self.0), start_of_day(self.next().0))
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    #[must_use]
    pub fn former(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    /// This many months before.
    #[must_use]
    pub fn back(self, months: u32) -> Self {
        Self(self.0.checked_sub_months(Months::new(months)).unwrap_or(self.0))
    }
}

/// 24:00 of the nth working day after a moment.
pub fn within(calendar: &Calendar, from: Instant, working_days: u32) -> Instant {
    end_of_day(calendar.add_working_days(local_day(from), working_days))
}

/// What became of an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealState {
    Open,
    /// The colour stays as it was published.
    Upheld,
    Changed,
}

impl AppealState {
    pub const ALL: [Self; 3] = [Self::Open, Self::Upheld, Self::Changed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Changed => "changed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A step about a township's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColourStep {
    Confirm,
    Appeal,
    Decide,
    Plan,
}

impl ColourStep {
    pub const ALL: [Self; 4] = [Self::Confirm, Self::Appeal, Self::Decide, Self::Plan];
}

/// Where a township's month stands, as far as that decides what may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub proposed: bool,
    /// What was published; `None` before.
    pub published: Option<Colour>,
    /// What stands after an appeal, or what was published.
    pub stands: Colour,
    pub appeal: Option<AppealState>,
    /// Until when an appeal is taken.
    pub appeal_until: Option<Instant>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    pub role: Role,
    /// Of the township itself.
    pub own: bool,
    pub confirmed_it: bool,
}

impl Standing {
    /// Whether a step may be taken now: the one rule for the buttons and for the deed.
    pub fn may(&self, step: ColourStep, hand: Hand, now: Instant) -> bool {
        match step {
            ColourStep::Confirm => hand.role == Role::Office && self.proposed && self.published.is_none(),
            ColourStep::Appeal => {
                matches!(hand.role, Role::MainLeader | Role::DeputyLeader)
                    && hand.own
                    && self.published.is_some_and(|colour| colour > Colour::Green)
                    && self.appeal.is_none()
                    && self.appeal_until.is_some_and(|until| now < until)
            }
            // Nobody judges what he set himself.
            ColourStep::Decide => {
                hand.role == Role::Office && !hand.confirmed_it && self.appeal == Some(AppealState::Open)
            }
            ColourStep::Plan => {
                hand.role == Role::MainLeader
                    && hand.own
                    && self.published.is_some()
                    && self.stands > Colour::Green
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_local_and_words_are_strict() {
        // 23:30 in Shanghai on 31 October, and half an hour later.
        assert_eq!(Month::of(at("2026-10-31T15:30:00Z")).word(), "2026-10");
        assert_eq!(Month::of(at("2026-10-31T16:00:00Z")).word(), "2026-11");
        let december = Month::parse("2026-12").unwrap();
        assert_eq!(december.span(), (at("2026-11-30T16:00:00Z"), at("2026-12-31T16:00:00Z")));
        assert_eq!((december.next().word(), december.back(12).word()), ("2027-01".into(), "2025-12".into()));
        assert_eq!(december.next().former(), december);
        for bad in ["2026-13", "2026-1", "26-01", "2026-01-01", "1999-01", "2101-01", "", "２０２６-01"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_step_has_its_hand_and_its_time() {
        let now = at("2026-12-02T02:00:00Z");
        let office = Hand { role: Role::Office, own: false, confirmed_it: true };
        let other = Hand { confirmed_it: false, ..office };
        let leader = Hand { role: Role::MainLeader, own: true, confirmed_it: false };
        let deputy = Hand { role: Role::DeputyLeader, ..leader };
        let neighbour = Hand { own: false, ..leader };
        let proposed = Standing {
            proposed: true,
            published: None,
            stands: Colour::Red,
            appeal: None,
            appeal_until: None,
        };
        assert!(proposed.may(ColourStep::Confirm, office, now));
        for step in [ColourStep::Appeal, ColourStep::Plan, ColourStep::Decide, ColourStep::Confirm] {
            assert!(!proposed.may(step, leader, now), "a township hears nothing before publication");
        }
        let published = Standing {
            published: Some(Colour::Red),
            appeal_until: Some(at("2026-12-04T16:00:00Z")),
            ..proposed
        };
        assert!(!published.may(ColourStep::Confirm, office, now));
        assert!(
            published.may(ColourStep::Appeal, deputy, now) && published.may(ColourStep::Appeal, leader, now)
        );
        assert!(!published.may(ColourStep::Appeal, neighbour, now));
        assert!(!published.may(ColourStep::Appeal, leader, at("2026-12-04T16:00:00Z")), "too late");
        assert!(
            published.may(ColourStep::Plan, leader, now) && !published.may(ColourStep::Plan, deputy, now)
        );
        let appealed = Standing { appeal: Some(AppealState::Open), ..published };
        assert!(!appealed.may(ColourStep::Appeal, leader, now), "once");
        assert!(
            appealed.may(ColourStep::Decide, other, now) && !appealed.may(ColourStep::Decide, office, now)
        );
        let green = Standing { published: Some(Colour::Green), stands: Colour::Green, ..published };
        assert!(!green.may(ColourStep::Appeal, leader, now) && !green.may(ColourStep::Plan, leader, now));
    }
}
