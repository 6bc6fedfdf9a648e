//! Zeroing campaigns by the rules (R61, domain.md 4.4 and 5): what they take, whose dates they hold, and what their board says.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Model;
use super::days::local_day;

/// A campaign that was started.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub id: Uuid,
    pub running: bool,
    /// What its board said when it ended.
    pub last: Option<Value>,
    day: NaiveDate,
    /// Faults at bus shelters only.
    of_sites: bool,
    /// Its tickets, and whether each was there at the start.
    members: Vec<(Uuid, bool)>,
}

impl Campaign {
    pub fn new(id: Uuid, day: NaiveDate, of_sites: bool) -> Self {
        Self { id, running: true, last: None, day, of_sites, members: Vec::new() }
    }

    fn takes(&self, ticket: &Model) -> bool {
        !self.of_sites || ticket.at_shelter
    }

    fn has(&self, ticket: &Model) -> bool {
        self.members.iter().any(|(id, _)| *id == ticket.id)
    }

    fn holds(&self, ticket: &Model, today: NaiveDate) -> bool {
        self.running && self.day >= today && self.has(ticket)
    }

    /// What its board says of those tickets that somebody may see.
    pub fn numbers(&self, tickets: &[Model], sees: impl Fn(&Model) -> bool) -> Value {
        let of = |place: &(Uuid, bool)| tickets.iter().find(|ticket| ticket.id == place.0 && sees(ticket));
        let own: Vec<(&Model, bool)> =
            self.members.iter().filter_map(|place| Some((of(place)?, place.1))).collect();
        let count = |fits: &dyn Fn(&Model, bool) -> bool| {
            own.iter().filter(|(ticket, first)| fits(ticket, *first)).count()
        };
        let stands = |states: &'static [&'static str]| {
            move |ticket: &Model, _: bool| ticket.counts() && states.contains(&ticket.state)
        };
        let open = count(&stands(&["issued", "in_progress", "rework"]));
        let (submitted, on_hold) = (count(&stands(&["submitted"])), count(&stands(&["on_hold"])));
        let baseline = count(&|_, first| first);
        let zeroed = count(&|ticket, first| first && ticket.counts() && ticket.state == "closed");
        let share = |n: usize| f64::from(u32::try_from(n).expect("few"));
        let rate = (baseline > 0).then(|| (share(zeroed) / share(baseline) * 1000.0).round() / 1000.0);
        json!({
            "baseline": baseline, "fresh": own.len() - baseline, "open": open, "submitted": submitted, "on_hold": on_hold,
            "closed": count(&stands(&["closed"])), "left_out": count(&|ticket, _| !ticket.counts()), "zero_rate": rate,
            "true_zero": open + submitted + on_hold == 0,
        })
    }
}

/// A county's campaigns, in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct Campaigns(pub Vec<Campaign>);

impl Campaigns {
    /// The earliest date that holds a ticket.
    fn next(&self, ticket: &Model, today: NaiveDate) -> Option<NaiveDate> {
        self.0.iter().filter(|one| one.holds(ticket, today)).map(|one| one.day).min()
    }

    /// One starts; false when there is nothing to take.
    pub fn start(&mut self, mut new: Campaign, tickets: &mut [Model], now: DateTime<Utc>) -> bool {
        let taken: Vec<&mut Model> =
            tickets.iter_mut().filter(|ticket| ticket.is_to_zero() && new.takes(ticket)).collect();
        if taken.is_empty() {
            return false;
        }
        for ticket in taken {
            new.members.push((ticket.id, true));
            let known = self.next(ticket, local_day(now));
            ticket.held_to(known.map_or(new.day, |day| day.min(new.day)), now);
        }
        self.0.push(new);
        self.0.sort_by_key(|one| one.id);
        true
    }

    /// One ends before its day: what it held is held by the next one, or by none.
    pub fn end(&mut self, place: usize, tickets: &mut [Model], now: DateTime<Utc>) {
        self.close(place, tickets);
        for ticket in tickets.iter_mut().filter(|ticket| ticket.counts() && self.0[place].has(ticket)) {
            ticket.let_go(self.next(ticket, local_day(now)), now);
        }
    }

    fn close(&mut self, place: usize, tickets: &[Model]) {
        let last = self.0[place].numbers(tickets, |_| true);
        (self.0[place].running, self.0[place].last) = (false, Some(last));
    }

    /// The last day of some is over.
    pub fn sweep(&mut self, tickets: &mut [Model], now: DateTime<Utc>) {
        let today = local_day(now);
        let over: Vec<usize> =
            (0..self.0.len()).filter(|place| self.0[*place].running && self.0[*place].day < today).collect();
        over.iter().for_each(|place| self.close(*place, tickets));
        for ticket in tickets.iter_mut().filter(|ticket| ticket.counts()) {
            let held = ticket.zero.is_some_and(|day| over.iter().any(|place| self.0[*place].day == day));
            if let Some(next) = self.next(ticket, today).filter(|_| held) {
                ticket.held_on(next, now);
            }
        }
    }

    /// Something was done to a ticket: it may count from now on, or no more.
    pub fn follow(&mut self, ticket: &mut Model, was_to_zero: bool, now: DateTime<Utc>) {
        let today = local_day(now);
        if was_to_zero && ticket.can_take_in() && !ticket.is_static && ticket.zero.is_some() {
            let of = self.0.iter().filter(|one| one.running && one.has(ticket)).count();
            (0..of).for_each(|_| ticket.let_go(None, now));
        }
        if was_to_zero || !ticket.is_to_zero() {
            return;
        }
        for place in 0..self.0.len() {
            let one = &mut self.0[place];
            if !one.running || one.day < today || !one.takes(ticket) {
                continue;
            }
            let again = one.has(ticket);
            if !again {
                one.members.push((ticket.id, false));
            }
            let day = one.day;
            let known = ticket.zero.filter(|zero| *zero >= today);
            if !again || known.is_none_or(|zero| zero > day) {
                ticket.held_to(known.map_or(day, |zero| zero.min(day)), now);
            }
        }
    }
}
