//! What happens in the quarter, by days before today: when visits are made, and how each of their faults goes on.

/// A visit of the plan.
pub(super) struct PlannedVisit {
    pub(super) days: i64,
    pub(super) minute: i64,
    /// Which of the townships that have staff.
    pub(super) township: usize,
    pub(super) outcome: &'static str,
    pub(super) fates: Vec<Fate>,
    /// Working days that its faults give at least, so that nothing else than planned falls due.
    pub(super) least: u32,
}

/// How a fault goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Repaired by this share of its time (in tenths), and passed.
    Closed(i64),
    /// Sent back once before it passed.
    SecondTime(i64),
    /// More time was asked for and agreed to.
    Extended,
    /// On hold until a day to come.
    OnHold,
    /// Voided by two people.
    Voided,
    /// Closed, and seen again within the month.
    Relapsed,
    /// Taken up, and its date passed.
    Overdue,
    /// Sent back, not repaired again yet.
    SentBack,
    /// Handed in, waits for the check.
    HandedIn,
    /// Repaired; waits for the deputy's signature.
    ToSign,
    /// Taken up.
    TakenUp,
    /// Issued, not taken up yet.
    Issued,
}

use Fate::{
    Closed, Extended, HandedIn, Issued, OnHold, Overdue, Relapsed, SecondTime, SentBack, TakenUp, ToSign,
    Voided,
};

/// Townships of the plan: the two of the demo's cast, and two more.
pub(super) const TOWNSHIPS: [Staff; 4] = [
    Staff { code: "519901001000", prefix: "xingqiao", known: true },
    Staff { code: "519901101000", prefix: "fengping", known: true },
    Staff { code: "519901102000", prefix: "town3", known: false },
    Staff { code: "519901103000", prefix: "town4", known: false },
];

/// Who repairs in a township.
pub(super) struct Staff {
    pub(super) code: &'static str,
    /// What the logins of its people begin with.
    pub(super) prefix: &'static str,
    /// The demo's own cast, with passwords.
    pub(super) known: bool,
}

/// Visits of the first two thirds, in which most faults were found.
const EARLY: i64 = 38;

/// All visits, in the order of their days.
pub(super) fn visits() -> Vec<PlannedVisit> {
    let mut visits: Vec<PlannedVisit> = (0..EARLY).map(early).collect();
    let late = |days, township, fates: &[Fate], least| PlannedVisit {
        days,
        minute: 10 * 60,
        township,
        outcome: "inspected",
        fates: fates.to_vec(),
        least,
    };
    visits.extend([
        late(-26, 0, &[Relapsed, Closed(3)], 5),
        late(-23, 0, &[Overdue, Closed(4), Closed(4)], 5),
        late(-13, 1, &[Closed(3), Closed(3), Closed(4)], 5),
        late(-10, 0, &[SentBack, Closed(3)], 10),
        late(-8, 1, &[HandedIn, HandedIn, HandedIn], 10),
        late(-5, 1, &[ToSign, ToSign, TakenUp], 7),
        late(-4, 0, &[HandedIn, TakenUp, TakenUp], 7),
        late(-2, 0, &[Issued, Issued, Issued], 7),
    ]);
    visits
}

fn early(number: i64) -> PlannedVisit {
    // Most in the first weeks: the board climbs, and then it falls.
    let days = -88 + number * 34 / EARLY;
    let index = usize::try_from(number).unwrap_or(0);
    let count = match number {
        4 | 20 | 9 | 27 => 0,
        _ if number % 4 == 1 => 2,
        _ => 3,
    };
    let fates = (0..count).map(|at| early_fate(number * 3 + at)).collect();
    PlannedVisit {
        days,
        minute: 9 * 60 + (number % 7) * 55,
        township: [0, 1, 2, 0, 3, 1, 0][index % 7],
        outcome: if matches!(number, 9 | 27) { "closed" } else { "inspected" },
        fates,
        least: 5,
    }
}

fn early_fate(number: i64) -> Fate {
    match number {
        // Of the first township: its main leader asks for the hold.
        30 => OnHold,
        24 => Voided,
        51 => Extended,
        _ if number % 9 == 4 => SecondTime(6 + number % 5),
        _ => Closed(8 + number % 9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_has_about_as_many_visits_and_faults_as_a_quarter_and_every_fate() {
        let visits = visits();
        assert!((44..=48).contains(&visits.len()), "{}", visits.len());
        let fates: Vec<Fate> = visits.iter().flat_map(|visit| visit.fates.clone()).collect();
        assert!((105..=125).contains(&fates.len()), "{}", fates.len());
        for fate in [Extended, OnHold, Voided, Relapsed, Overdue, SentBack, HandedIn, ToSign, TakenUp, Issued]
        {
            assert!(fates.contains(&fate), "{fate:?}");
        }
        assert_eq!(fates.iter().filter(|fate| **fate == Overdue).count(), 1);
        assert!(visits.is_sorted_by_key(|visit| visit.days));
        let hold = visits.iter().find(|visit| visit.fates.contains(&OnHold)).expect("a hold");
        assert_eq!(hold.township, 0, "its township has a main leader");
    }
}
