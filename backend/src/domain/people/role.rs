//! Roles and duty levels (domain.md 4.1, R67): a post carries exactly one.

use serde::{Deserialize, Serialize};

/// What a post is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the installation; sees no field work.
    PlatformAdmin,
    Office,
    Inspector,
    Department,
    CountyLeader,
    MainLeader,
    DeputyLeader,
    DeskOfficer,
    VillageCadre,
}

impl Role {
    pub const ALL: [Role; 9] = [
        Role::PlatformAdmin,
        Role::Office,
        Role::Inspector,
        Role::Department,
        Role::CountyLeader,
        Role::MainLeader,
        Role::DeputyLeader,
        Role::DeskOfficer,
        Role::VillageCadre,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::PlatformAdmin => "platform_admin",
            Role::Office => "office",
            Role::Inspector => "inspector",
            Role::Department => "department",
            Role::CountyLeader => "county_leader",
            Role::MainLeader => "main_leader",
            Role::DeputyLeader => "deputy_leader",
            Role::DeskOfficer => "desk_officer",
            Role::VillageCadre => "village_cadre",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The kind of unit that a post of this role belongs to.
    pub fn unit_kind(self) -> UnitKind {
        match self {
            Role::PlatformAdmin => UnitKind::Platform,
            Role::Office | Role::Inspector | Role::CountyLeader => UnitKind::County,
            Role::Department => UnitKind::Department,
            Role::MainLeader | Role::DeputyLeader | Role::DeskOfficer => UnitKind::Township,
            Role::VillageCadre => UnitKind::Village,
        }
    }

    /// Township side: what is hidden until a round is released stays hidden from these.
    pub fn is_township_side(self) -> bool {
        matches!(self.unit_kind(), UnitKind::Township | UnitKind::Village)
    }
}

/// What a unit is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    Platform,
    County,
    Department,
    Township,
    Village,
}

impl UnitKind {
    pub fn as_str(self) -> &'static str {
        match self {
            UnitKind::Platform => "platform",
            UnitKind::County => "county",
            UnitKind::Department => "department",
            UnitKind::Township => "township",
            UnitKind::Village => "village",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Platform, Self::County, Self::Department, Self::Township, Self::Village]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}
