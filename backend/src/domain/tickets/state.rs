//! The states of a ticket (domain.md 4.2).

use serde::{Deserialize, Serialize};

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Issued,
    InProgress,
    Submitted,
    Rework,
    OnHold,
    Closed,
    Declined,
    Merged,
    Void,
}

impl State {
    pub const ALL: [State; 10] = [
        State::Pending,
        State::Issued,
        State::InProgress,
        State::Submitted,
        State::Rework,
        State::OnHold,
        State::Closed,
        State::Declined,
        State::Merged,
        State::Void,
    ];
    /// Not ended. The partial unique index of the schema names the same six.
    pub const OPEN: [State; 6] =
        [State::Pending, State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold];
    /// Issued and not taken back: what the zero board counts.
    pub const COUNTED: [State; 6] =
        [State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold, State::Closed];
    /// The responsible unit holds it and its clock runs.
    pub const WITH_UNIT: [State; 3] = [State::Issued, State::InProgress, State::Rework];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Issued => "issued",
            State::InProgress => "in_progress",
            State::Submitted => "submitted",
            State::Rework => "rework",
            State::OnHold => "on_hold",
            State::Closed => "closed",
            State::Declined => "declined",
            State::Merged => "merged",
            State::Void => "void",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    pub fn is_with_unit(self) -> bool {
        Self::WITH_UNIT.contains(&self)
    }
}
