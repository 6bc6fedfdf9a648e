//! What one ticket adds to a campaign's sums. They follow the ticket, whatever moved it; only that it counted from the start, and in
//! which baseline, never changes.

use super::CampaignScope;
use crate::domain::{
    clock::local_day,
    tickets::{State, Ticket},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// A ticket in a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub campaign_id: Uuid,
    pub ticket_id: Uuid,
    pub township_id: Uuid,
    /// It was open when the campaign started.
    pub baseline: bool,
    pub joined_day: NaiveDate,
    pub closed_day: Option<NaiveDate>,
    /// It no longer counts: voided, merged, not static any more, or of a township outside the campaign.
    pub left_day: Option<NaiveDate>,
}

/// What a member adds on one day in one township.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub baseline: i32,
    pub fresh: i32,
    pub closed_baseline: i32,
    pub closed_fresh: i32,
    pub left_baseline: i32,
    pub left_fresh: i32,
}

impl Sum {
    #[must_use]
    pub fn negative(self) -> Self {
        Self::default().minus(self)
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.minus(Self::default().minus(other))
    }

    #[must_use]
    fn minus(self, other: Self) -> Self {
        Self {
            baseline: self.baseline - other.baseline,
            fresh: self.fresh - other.fresh,
            closed_baseline: self.closed_baseline - other.closed_baseline,
            closed_fresh: self.closed_fresh - other.closed_fresh,
            left_baseline: self.left_baseline - other.left_baseline,
            left_fresh: self.left_fresh - other.left_fresh,
        }
    }
}

/// Whether a ticket can count in a campaign at all: static, issued, known to its unit, at a place.
pub fn counts(ticket: &Ticket) -> bool {
    ticket.counts_as_static()
        && ticket.visible_from.is_some()
        && ticket.issued_at.is_some()
        && ticket.place_township_id.is_some()
        && State::COUNTED.contains(&ticket.state)
}

/// Whether a running campaign takes it in: it counts, and is not closed.
pub fn is_open(ticket: &Ticket) -> bool {
    open_at(ticket).is_some()
}

/// Where a running campaign would find it; nowhere where it does not count or is closed.
pub fn open_at(ticket: &Ticket) -> Option<Uuid> {
    ticket.place_township_id.filter(|_| counts(ticket) && ticket.state != State::Closed)
}

impl Member {
    /// The same member as its ticket stands now. Outside of what the campaign takes it stays a number of the township that had it: a frozen
    /// baseline loses nothing, and nobody else's begins.
    #[must_use]
    pub fn follow(&self, ticket: &Ticket, scope: &CampaignScope, today: NaiveDate) -> Self {
        let within = ticket.place_township_id.filter(|at| scope.reaches(*at));
        let counts = counts(ticket) && within.is_some();
        let closed = ticket.closed_at.filter(|_| counts && ticket.state == State::Closed);
        Self {
            township_id: within.unwrap_or(self.township_id),
            // Made before the campaign began, told after.
            closed_day: closed.map(|at| local_day(at).max(self.joined_day)),
            left_day: if counts { None } else { self.left_day.or(Some(today)) },
            ..self.clone()
        }
    }

    /// What it adds, day by day.
    pub fn sums(&self) -> Vec<(NaiveDate, Sum)> {
        let either = |baseline: Sum, fresh: Sum| if self.baseline { baseline } else { fresh };
        let none = Sum::default();
        let mut sums = vec![(self.joined_day, either(Sum { baseline: 1, ..none }, Sum { fresh: 1, ..none }))];
        if let Some(day) = self.closed_day {
            sums.push((day, either(Sum { closed_baseline: 1, ..none }, Sum { closed_fresh: 1, ..none })));
        }
        if let Some(day) = self.left_day {
            sums.push((day, either(Sum { left_baseline: 1, ..none }, Sum { left_fresh: 1, ..none })));
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Instant;

    fn all() -> CampaignScope {
        CampaignScope::default()
    }

    fn member() -> Member {
        Member {
            campaign_id: Uuid::from_u128(1),
            ticket_id: Uuid::from_u128(2),
            township_id: Uuid::from_u128(3),
            baseline: true,
            joined_day: "2026-11-10".parse().unwrap(),
            closed_day: None,
            left_day: None,
        }
    }

    fn ticket(state: State) -> Ticket {
        let at: Instant = "2026-11-02T02:00:00Z".parse().unwrap();
        Ticket {
            state,
            is_static: true,
            visible_from: Some(at),
            issued_at: Some(at),
            place_township_id: Some(Uuid::from_u128(3)),
            ..Ticket::fresh(Uuid::from_u128(9), Uuid::from_u128(8), Uuid::from_u128(7), at, at)
        }
    }

    #[test]
    fn a_member_follows_its_ticket_and_comes_back() {
        let today: NaiveDate = "2026-11-20".parse().unwrap();
        let mut closed = ticket(State::Closed);
        closed.closed_at = Some("2026-11-15T02:00:00Z".parse().unwrap());
        let after = member().follow(&closed, &all(), today);
        assert_eq!(after.closed_day, Some("2026-11-15".parse().unwrap()));
        assert_eq!(
            after.follow(&ticket(State::Rework), &all(), today),
            member(),
            "a relapse takes the closing back"
        );
        let void = member().follow(&ticket(State::Void), &all(), today);
        assert_eq!((void.closed_day, void.left_day), (None, Some(today)));
        assert_eq!(void.follow(&ticket(State::Void), &all(), today.succ_opt().unwrap()), void, "left once");
        let dynamic = Ticket { is_static: false, ..ticket(State::InProgress) };
        assert_eq!(
            member().follow(&dynamic, &all(), today).follow(&ticket(State::InProgress), &all(), today),
            member()
        );
        closed.closed_at = Some("2026-11-05T02:00:00Z".parse().unwrap());
        assert_eq!(
            member().follow(&closed, &all(), today).closed_day,
            Some(member().joined_day),
            "never before it joined"
        );
    }

    #[test]
    fn outside_of_its_campaign_it_stays_where_it_counted() {
        let today: NaiveDate = "2026-11-20".parse().unwrap();
        let (here, there) = (Uuid::from_u128(3), Uuid::from_u128(4));
        let moved = Ticket { place_township_id: Some(there), ..ticket(State::Issued) };
        let one = CampaignScope { township_ids: vec![here], ..all() };
        let out = member().follow(&moved, &one, today);
        assert_eq!((out.township_id, out.left_day, out.baseline), (here, Some(today), true));
        assert_eq!(
            out.follow(&ticket(State::Issued), &one, today),
            member(),
            "and counts again when it comes back"
        );
        let both = member().follow(&moved, &all(), today);
        assert_eq!(
            (both.township_id, both.left_day),
            (there, None),
            "a campaign of the whole county follows it"
        );
    }

    #[test]
    fn sums_cancel_out() {
        let one = Sum { baseline: 2, left_fresh: 1, ..Sum::default() };
        assert_eq!(one.plus(one.negative()), Sum::default());
    }
}
