//! How a referral to a department stands.

use serde::{Deserialize, Serialize};

/// One is open for a ticket at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReferralState {
    Open,
    Done,
    /// The department cannot.
    Returned,
    /// The office took it back, or its ticket ended.
    Recalled,
}

/// Which referrals a list of tickets is narrowed to; the figures count the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Referred {
    Open,
    /// Open, and the department's date has passed.
    Overdue,
    /// Done, returned or recalled.
    Ended,
    Done,
    /// Done after the department's date.
    DoneLate,
    Returned,
}

/// How a department stands to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It repairs it.
    Own,
    /// It looks after what others repair.
    Supervised,
    /// It was referred to it, now or before.
    Referred,
}

impl ReferralState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Returned => "returned",
            Self::Recalled => "recalled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Done, Self::Returned, Self::Recalled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}
