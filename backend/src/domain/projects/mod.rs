//! Building work behind tickets (R43): a project has milestones with days. It explains, and never moves a date.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    Open,
    Done,
    Dropped,
}

impl ProjectState {
    pub const ALL: [ProjectState; 3] = [Self::Open, Self::Done, Self::Dropped];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
