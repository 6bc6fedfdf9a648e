//! What a unit may ask of the office (domain.md 4.3, T6 to T8): requests are records beside the ticket, not states of it.

use super::machine::Transition;
use crate::domain::people::role::Role;
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// It is not ours 退回.
    SendBack,
    /// More time 延期.
    Extension,
    /// It cannot be done now 挂账.
    Hold,
    /// A department has to do its part 提请部门办理.
    Refer,
}

impl Asked {
    pub const ALL: [Asked; 4] = [Asked::SendBack, Asked::Extension, Asked::Hold, Asked::Refer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendBack => "send_back",
            Self::Extension => "extension",
            Self::Hold => "hold",
            Self::Refer => "refer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asked| asked.as_str() == text)
    }

    /// The step that asks.
    pub fn transition(self) -> Transition {
        match self {
            Self::SendBack => Transition::AskedSendBack,
            Self::Extension => Transition::AskedExtension,
            Self::Hold => Transition::AskedHold,
            Self::Refer => Transition::AskedReferral,
        }
    }

    /// The step that the office's consent leads to.
    pub fn granted(self) -> Transition {
        match self {
            Self::SendBack => Transition::T6,
            Self::Extension => Transition::T7,
            Self::Hold => Transition::T8,
            Self::Refer => Transition::Referred,
        }
    }

    /// Who of a unit may ask for it, and take it back. A department that repairs has one duty, which asks for all.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::SendBack => &[Role::DeskOfficer, Role::DeputyLeader, Role::Department],
            Self::Extension => &[Role::DeputyLeader, Role::Department],
            Self::Hold => &[Role::MainLeader, Role::Department],
            // A department does not pass its own work on.
            Self::Refer => &[Role::MainLeader, Role::DeputyLeader],
        }
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    Open,
    Approved,
    Denied,
    Withdrawn,
    /// Its ticket ended or went to another unit before anybody decided.
    Lapsed,
}

impl RequestState {
    pub const ALL: [RequestState; 5] =
        [Self::Open, Self::Approved, Self::Denied, Self::Withdrawn, Self::Lapsed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
