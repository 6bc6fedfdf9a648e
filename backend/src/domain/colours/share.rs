//! Counters of a township's month (R80 to R82) and the county's medians beside them: a township sees its own and the middle, and never
//! another township's.

use super::{behind::Behind, why::Figure};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// With fewer townships the middle would tell of a neighbour.
const LEAST_TOWNSHIPS: usize = 3;

/// How often something happened in a month, and to which tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    pub count: u32,
    /// For a thousand tickets that the township had; null when it had none.
    pub rate_permille: Option<u32>,
    pub ticket_ids: Vec<Uuid>,
}

/// The six counters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counters {
    pub slow: Counted,
    pub hollow: Counted,
    pub reissued: Counted,
    pub reminders: Counted,
    pub relapse: Counted,
    pub send_back_denied: Counted,
}

/// One township's month; what it found itself is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shares {
    /// Tickets that it had in the month.
    pub tickets: u32,
    pub counters: Counters,
}

/// The middle of the townships' rates; null with fewer than three that had tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Medians {
    pub slow: Option<u32>,
    pub hollow: Option<u32>,
    pub reissued: Option<u32>,
    pub reminders: Option<u32>,
    pub relapse: Option<u32>,
    pub send_back_denied: Option<u32>,
}

/// Counts the rows of one township's month.
pub fn count(rows: &[Behind]) -> Shares {
    let tickets = Figure::Handled.count(rows);
    let counted = |figure: Figure| {
        let count = figure.count(rows);
        Counted {
            count,
            rate_permille: (count * 1_000).checked_div(tickets),
            ticket_ids: figure.tickets(rows),
        }
    };
    let counters = Counters {
        slow: counted(Figure::Slow),
        hollow: counted(Figure::HollowTimes),
        reissued: counted(Figure::Reissued),
        reminders: counted(Figure::Reminders),
        relapse: counted(Figure::Relapse),
        send_back_denied: counted(Figure::SendBackDenied),
    };
    Shares { tickets, counters }
}

/// The middles over all townships of a county.
pub fn medians(all: &[Shares]) -> Medians {
    let middle = |rate: fn(&Counters) -> &Counted| {
        let mut rates: Vec<u32> = all.iter().filter_map(|one| rate(&one.counters).rate_permille).collect();
        rates.sort_unstable();
        let (count, half) = (rates.len(), rates.len() / 2);
        (count >= LEAST_TOWNSHIPS)
            .then(|| if count % 2 == 1 { rates[half] } else { u32::midpoint(rates[half - 1], rates[half]) })
    };
    Medians {
        slow: middle(|c| &c.slow),
        hollow: middle(|c| &c.hollow),
        reissued: middle(|c| &c.reissued),
        reminders: middle(|c| &c.reminders),
        relapse: middle(|c| &c.relapse),
        send_back_denied: middle(|c| &c.send_back_denied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(slow: u32, tickets: u32) -> Shares {
        let slow = Counted {
            count: slow,
            rate_permille: (slow * 1_000).checked_div(tickets),
            ticket_ids: Vec::new(),
        };
        Shares { tickets, counters: Counters { slow, ..Counters::default() } }
    }

    #[test]
    fn the_middle_is_of_those_that_had_tickets_and_never_of_two() {
        assert_eq!(medians(&[with(1, 10), with(3, 10)]).slow, None);
        assert_eq!(medians(&[with(1, 10), with(3, 10), with(0, 0)]).slow, None);
        assert_eq!(medians(&[with(1, 10), with(9, 10), with(3, 10)]).slow, Some(300));
        assert_eq!(medians(&[with(1, 10), with(9, 10), with(3, 10), with(2, 10)]).slow, Some(250));
    }
}
