//! What happens in the quarter, by days before today: when visits are made, and how each of their faults goes on.

/// A visit of the plan.
pub(super) struct PlannedVisit {
    pub(super) days: i64,
    pub(super) minute: i64,
    /// Which of the townships that have staff.
    pub(super) township: usize,
    /// In the village whose cadre has a login, and which nobody else's visit takes from it.
    pub(super) in_village: bool,
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
    /// More time was asked for and agreed to; repaired so many days after the item's own number of them.
    Extended(i64),
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
    /// Handed in so many days ago, waits for the check.
    HandedIn(i64),
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

/// Visits in which most faults are found: the board climbs with them until about four weeks ago, and falls since.
const MANY: i64 = 35;

/// All visits, in the order of their days.
pub(super) fn visits() -> Vec<PlannedVisit> {
    let mut visits: Vec<PlannedVisit> = (0..MANY).map(early).collect();
    let late = |days, township, fates: &[Fate], least| PlannedVisit {
        days,
        minute: 10 * 60,
        township,
        in_village: false,
        outcome: "inspected",
        fates: fates.to_vec(),
        least,
    };
    let of_village = |visit| PlannedVisit { in_village: true, ..visit };
    // What stays open was found weeks ago for the most part, with long dates: few are added in the last days, so that the line falls to
    // its end.
    visits.extend([
        late(-24, 0, &[Relapsed, Closed(9), Closed(11)], 10),
        late(-22, 1, &[HandedIn(7), Closed(8), Closed(11)], 10),
        late(-19, 1, &[HandedIn(3), ToSign, Closed(8)], 10),
        late(-18, 0, &[Overdue, Closed(9)], 5),
        of_village(late(-16, 0, &[SentBack], 10)),
        late(-14, 0, &[ToSign, TakenUp], 10),
        late(-11, 1, &[HandedIn(3), TakenUp], 10),
        late(-8, 2, &[Closed(2), Closed(3)], 7),
        of_village(late(-3, 0, &[Issued], 7)),
        late(-3, 0, &[Issued], 7),
    ]);
    visits
}

fn early(number: i64) -> PlannedVisit {
    let index = usize::try_from(number).unwrap_or(0);
    let count = if matches!(number, 4 | 20 | 9 | 27) { 0 } else { 3 };
    PlannedVisit {
        days: -86 + number * 60 / (MANY - 1),
        minute: 9 * 60 + (number % 7) * 55,
        township: [0, 1, 2, 0, 3, 1, 0][index % 7],
        in_village: false,
        outcome: if matches!(number, 9 | 27) { "closed" } else { "inspected" },
        fates: (0..count).map(|at| early_fate(number, number * 3 + at)).collect(),
        // The later, the longer its dates: it is the last weeks that are to fall slowly.
        least: match number {
            0..10 => 5,
            10..22 => 7,
            _ => 10,
        },
    }
}

fn early_fate(visit: i64, number: i64) -> Fate {
    match number {
        // Of the first township: its main leader asks for the hold.
        30 => OnHold,
        24 => Voided,
        _ if (16..30).contains(&visit) && number % 4 == 2 => Extended(4 + number % 9),
        _ if number % 9 == 4 => SecondTime(8 + number % 4),
        _ => Closed(9 + number % 5),
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
        for fate in [OnHold, Voided, Relapsed, Overdue, SentBack, HandedIn(3), ToSign, TakenUp, Issued] {
            assert!(fates.contains(&fate), "{fate:?}");
        }
        assert!(fates.iter().filter(|fate| matches!(fate, Extended(_))).count() > 5);
        assert_eq!(fates.iter().filter(|fate| **fate == Overdue).count(), 1);
        let of_village: Vec<&PlannedVisit> = visits.iter().filter(|visit| visit.in_village).collect();
        assert!(of_village.iter().all(|visit| visit.township == 0), "its township");
        assert_eq!(
            of_village.iter().flat_map(|visit| &visit.fates).collect::<Vec<_>>(),
            [&SentBack, &Issued]
        );
        assert!(visits.is_sorted_by_key(|visit| visit.days));
        let hold = visits.iter().find(|visit| visit.fates.contains(&OnHold)).expect("a hold");
        assert_eq!(hold.township, 0, "its township has a main leader");
    }
}
