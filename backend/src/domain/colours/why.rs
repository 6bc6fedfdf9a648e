//! What a row is to a month, and the figures that count rows. A figure is nothing but the number of its rows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a ticket stands behind a figure, told by one of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    // What its official date makes of it; each ticket is one of these.
    /// Due in the month, and its clock stood still at the end.
    Held,
    /// Put forward in time and not checked yet.
    Waiting,
    /// Closed, and put forward by its date.
    OnTime,
    /// Everything else that was due.
    Late,
    // What stood past its date at the end of the month.
    Overdue,
    /// Longer than the county's limit.
    OverdueLong,
    /// Found by the township itself; no rule counts it.
    SelfFound,
    // What happened in the month.
    /// Nobody has accepted it, and the limit has passed.
    NotAccepted,
    AcceptedLate,
    /// Its date passed while the township had it.
    PastDue,
    /// Nobody reported by its hour that the danger was under control.
    ControlNotReported,
    ControlLate,
    /// A check found "not done" 空落实.
    Hollow,
    /// Two people found that a photo does not show its repair.
    NotTheRepair,
    /// Reminded twice without anything done in between 反复交办.
    Reissued,
    Reminded,
    /// Came back soon after closing 反弹.
    Relapse,
    SendBackDenied,
    // What the township had in the month.
    HadOpen,
    HadClosed,
}

impl Why {
    /// Nothing that somebody did, but that nothing was done for a while.
    pub const fn is_of_waiting(self) -> bool {
        matches!(
            self,
            Self::NotAccepted
                | Self::AcceptedLate
                | Self::PastDue
                | Self::ControlNotReported
                | Self::ControlLate
                | Self::Reissued
                | Self::Reminded
                | Self::SendBackDenied
        )
    }
}

/// A number of a township's month that opens its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonthFigure)]
pub enum Figure {
    Due,
    Held,
    Waiting,
    Base,
    OnTime,
    Late,
    OverdueOpen,
    OverdueLong,
    /// Tickets.
    Hollow,
    NotTheRepair,
    SelfFound,
    /// Tickets that the township had in the month.
    Handled,
    Slow,
    /// Times.
    HollowTimes,
    Reissued,
    Reminders,
    Relapse,
    SendBackDenied,
}

impl Figure {
    pub const ALL: [Self; 18] = [
        Self::Due,
        Self::Held,
        Self::Waiting,
        Self::Base,
        Self::OnTime,
        Self::Late,
        Self::OverdueOpen,
        Self::OverdueLong,
        Self::Hollow,
        Self::NotTheRepair,
        Self::SelfFound,
        Self::Handled,
        Self::Slow,
        Self::HollowTimes,
        Self::Reissued,
        Self::Reminders,
        Self::Relapse,
        Self::SendBackDenied,
    ];

    /// Which rows it counts.
    pub const fn counts(self) -> &'static [Why] {
        match self {
            Self::Due => &[Why::Held, Why::Waiting, Why::OnTime, Why::Late],
            Self::Held => &[Why::Held],
            Self::Waiting => &[Why::Waiting],
            Self::Base => &[Why::OnTime, Why::Late],
            Self::OnTime => &[Why::OnTime],
            Self::Late => &[Why::Late],
            Self::OverdueOpen => &[Why::Overdue, Why::OverdueLong],
            Self::OverdueLong => &[Why::OverdueLong],
            Self::Hollow | Self::HollowTimes => &[Why::Hollow],
            Self::NotTheRepair => &[Why::NotTheRepair],
            Self::SelfFound => &[Why::SelfFound],
            Self::Handled => &[Why::HadOpen, Why::HadClosed],
            Self::Slow => &[
                Why::NotAccepted,
                Why::AcceptedLate,
                Why::PastDue,
                Why::ControlNotReported,
                Why::ControlLate,
            ],
            Self::Reissued => &[Why::Reissued],
            Self::Reminders => &[Why::Reminded],
            Self::Relapse => &[Why::Relapse],
            Self::SendBackDenied => &[Why::SendBackDenied],
        }
    }

    /// Whether it counts each ticket once, however often it happened to it.
    pub const fn of_tickets(self) -> bool {
        matches!(self, Self::Hollow | Self::NotTheRepair)
    }

    /// Whether it speaks for the colour, which a township hears of when the month is published.
    pub const fn of_colour(self) -> bool {
        matches!(
            self,
            Self::Due
                | Self::Held
                | Self::Waiting
                | Self::Base
                | Self::OnTime
                | Self::Late
                | Self::OverdueOpen
                | Self::OverdueLong
                | Self::Hollow
                | Self::NotTheRepair
                | Self::SelfFound
        )
    }
}
