//! Working days in China: weekends, published holidays and the make-up days 调休 that turn a Saturday into a working day.
//!
//! Ships the State Council's notices for 2024, 2025 and 2026 (`calendar_cn.json`, read from the public text of 国办发明电); the office
//! adds a year when its notice comes out in November. A year without a notice counts Monday to Friday. Zone: Asia/Shanghai, no DST.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, TimeZone, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::{
    clock::{Instant, SHANGHAI},
    import::Faults,
};

/// One published year, in the shape that public holiday data sets share. Ordinary days are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct YearPlan {
    pub year: i32,
    /// Addresses of the notices that it was read from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<String>,
    pub days: Vec<PlanDay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanDay {
    pub date: NaiveDate,
    /// True = a day off; false = a weekend day that is worked.
    #[serde(rename = "isOffDay")]
    pub is_off_day: bool,
    /// The holiday that the day belongs to.
    pub name: String,
}

/// What is wrong with a year as somebody entered it: place in `days`, Chinese, English.
pub type PlanFault = (usize, &'static str, &'static str);

impl YearPlan {
    /// Faults in the order of the days. A notice may reach into the December before its year.
    pub fn faults(&self) -> Vec<PlanFault> {
        let mut seen = BTreeSet::new();
        let mut faults = Vec::new();
        for (place, day) in self.days.iter().enumerate() {
            let last_december = day.date.year() == self.year - 1 && day.date.month() == 12;
            if day.date.year() != self.year && !last_december {
                faults.push((place, "日期不在这一年", "is not a day of this year"));
            }
            if !seen.insert(day.date) {
                faults.push((place, "日期重复", "stands twice"));
            }
            if day.name.trim().is_empty()
                || day.name.chars().count() > 32
                || day.name.chars().any(char::is_control)
            {
                faults.push((place, "名称须为 1 至 32 个字", "needs a name of 1 to 32 characters"));
            }
        }
        faults
    }
}

/// Most notices that a year names, and the longest address of one.
const PAPERS_MAX: usize = 20;
const PAPER_MAX: usize = 300;

impl YearPlan {
    /// Reads the public yearly format: `{year, papers, days: [{name, date, isOffDay}]}`; what else stands in it is left alone.
    ///
    /// # Errors
    /// Every fault, by the place of its day.
    pub fn from_file(bytes: &[u8]) -> Result<Self, Faults> {
        let plan: Self = serde_json::from_slice(bytes).map_err(|error| {
            Faults::whole(
                format!("不是公开的年度假日数据：{error}"),
                format!("not the public yearly holiday data: {error}"),
            )
        })?;
        let mut faults = Faults::default();
        for (place, zh, en) in plan.faults() {
            faults.add(place + 1, "days", zh, en);
        }
        if !plan.papers_are_usable() {
            faults.add("", "papers", PAPERS_ZH, PAPERS_EN);
        }
        faults.or(plan)
    }

    /// Few addresses of web pages, none of them long.
    pub fn papers_are_usable(&self) -> bool {
        self.papers.len() <= PAPERS_MAX
            && self.papers.iter().all(|paper| {
                (paper.starts_with("https://") || paper.starts_with("http://"))
                    && paper.chars().count() <= PAPER_MAX
                    && !paper.chars().any(char::is_control)
            })
    }
}

pub const PAPERS_ZH: &str = "最多 20 个网址，每个不超过 300 字";
pub const PAPERS_EN: &str = "at most 20 addresses of web pages, each of at most 300 characters";

/// A day that another plan of its year turns round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DayChange {
    pub date: NaiveDate,
    /// Whether it is a working day now, and by the other plan.
    pub worked_before: bool,
    pub worked_after: bool,
    /// What the other plan calls it; empty where it does not name it.
    pub name: String,
}

/// Longest search for a working day: a plan that takes every day off must not hang the server.
const SEARCH_DAYS: usize = 1_000;

/// The working days that a county counts by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, YearPlan>,
    off: BTreeMap<NaiveDate, bool>,
}

impl Calendar {
    /// The published years that the program ships.
    pub fn shipped() -> Self {
        // Read by a test, so it cannot be broken in a release; without it the calendar is Monday to Friday.
        let years = serde_json::from_str(include_str!("calendar_cn.json")).unwrap_or_default();
        Self::new(years)
    }

    /// Monday to Friday, nothing else.
    pub fn plain() -> Self {
        Self::new(Vec::new())
    }

    fn new(plans: Vec<YearPlan>) -> Self {
        let years: BTreeMap<i32, YearPlan> = plans.into_iter().map(|plan| (plan.year, plan)).collect();
        // In the order of the years: January's notice overrules what the year before said of December.
        let off = years.values().flat_map(|p| &p.days).map(|d| (d.date, d.is_off_day)).collect();
        Self { years, off }
    }

    /// The same calendar with these years in place of what it held for them.
    #[must_use]
    pub fn with(self, plans: impl IntoIterator<Item = YearPlan>) -> Self {
        Self::new(self.years.into_values().chain(plans).collect())
    }

    /// The days of a year and of the December before that would be other than now with this plan.
    pub fn changes(&self, plan: &YearPlan) -> Vec<DayChange> {
        let after = self.clone().with([plan.clone()]);
        let Some(first) = NaiveDate::from_ymd_opt(plan.year - 1, 12, 1) else { return Vec::new() };
        first
            .iter_days()
            .take_while(|day| day.year() <= plan.year)
            .filter(|day| self.is_working_day(*day) != after.is_working_day(*day))
            .map(|date| DayChange {
                date,
                worked_before: self.is_working_day(date),
                worked_after: after.is_working_day(date),
                name: plan
                    .days
                    .iter()
                    .find(|day| day.date == date)
                    .map_or_else(String::new, |day| day.name.clone()),
            })
            .collect()
    }

    /// Working days of a year.
    pub fn working_days_of(&self, year: i32) -> usize {
        let first = NaiveDate::from_ymd_opt(year, 1, 1);
        first.map_or(0, |first| {
            first
                .iter_days()
                .take_while(|day| day.year() == year)
                .filter(|day| self.is_working_day(*day))
                .count()
        })
    }

    /// The plan of a year, `None` while no notice is entered.
    pub fn year(&self, year: i32) -> Option<&YearPlan> {
        self.years.get(&year)
    }

    /// What the notices say of a day, if they name it; a later year's notice overrules what the one before said of its December.
    pub fn named(&self, day: NaiveDate) -> Option<&PlanDay> {
        self.years.values().rev().flat_map(|plan| &plan.days).find(|named| named.date == day)
    }

    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.off.get(&day).map_or(!weekend, |off| !off)
    }

    /// The nth working day after `day`; `day` itself is not counted and n = 0 gives it back.
    pub fn add_working_days(&self, day: NaiveDate, n: u32) -> NaiveDate {
        (0..n).fold(day, |day, _| self.step(day, |d| d.checked_add_days(Days::new(1))))
    }

    /// The nth working day before `day`.
    pub fn sub_working_days(&self, day: NaiveDate, n: u32) -> NaiveDate {
        (0..n).fold(day, |day, _| self.step(day, |d| d.checked_sub_days(Days::new(1))))
    }

    /// Working days after `from` up to and with `to`; 0 when `to` is not later.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> usize {
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| self.is_working_day(*day)).count()
    }

    fn step(&self, day: NaiveDate, next: impl Fn(NaiveDate) -> Option<NaiveDate>) -> NaiveDate {
        let days = std::iter::successors(next(day), |day| next(*day));
        days.take(SEARCH_DAYS).find(|day| self.is_working_day(*day)).or_else(|| next(day)).unwrap_or(day)
    }
}

/// 24:00 of a local day, that is 00:00 of the next one, as an instant.
pub fn end_of_day(day: NaiveDate) -> Instant {
    start_of_day(day.succ_opt().unwrap_or(day))
}

/// 00:00 of a local day as an instant.
pub fn start_of_day(day: NaiveDate) -> Instant {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // A fixed offset knows every local time exactly once.
    SHANGHAI
        .from_local_datetime(&midnight)
        .single()
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn working_days_of(year: i32) -> usize {
        let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let calendar = Calendar::shipped();
        new_year.iter_days().take_while(|d| d.year() == year).filter(|d| calendar.is_working_day(*d)).count()
    }

    #[test]
    fn the_shipped_years_are_the_published_ones() {
        let calendar = Calendar::shipped();
        for year in [2024, 2025, 2026] {
            assert_eq!(calendar.year(year).unwrap().faults(), []);
            for listed in &calendar.year(year).unwrap().days {
                let weekend = matches!(listed.date.weekday(), Weekday::Sat | Weekday::Sun);
                assert!(listed.is_off_day || weekend, "{}: only weekends are made up", listed.date);
            }
        }
        assert_eq!((2024..=2026).map(working_days_of).collect::<Vec<_>>(), [251, 248, 248]);
        for worked in
            ["2024-02-18", "2025-01-26", "2025-10-11", "2026-01-04", "2026-02-14", "2026-09-20", "2026-10-10"]
        {
            assert!(calendar.is_working_day(day(worked)), "{worked}");
        }
        for off in ["2024-10-07", "2025-01-28", "2025-10-08", "2026-02-23", "2026-06-19", "2026-10-07"] {
            assert!(!calendar.is_working_day(day(off)), "{off}");
        }
        assert!(
            calendar.is_working_day(day("2024-02-09")),
            "new year's eve of 2024 was a working day by the notice"
        );
    }

    #[test]
    fn counting_over_the_spring_festival_of_2026() {
        let calendar = Calendar::shipped();
        // Friday 13 February; Saturday 14 is worked, 15 to 23 are off.
        assert_eq!(calendar.add_working_days(day("2026-02-13"), 1), day("2026-02-14"));
        assert_eq!(calendar.add_working_days(day("2026-02-13"), 2), day("2026-02-24"));
        assert_eq!(calendar.sub_working_days(day("2026-02-24"), 1), day("2026-02-14"));
        assert_eq!(calendar.working_days_between(day("2026-02-13"), day("2026-02-28")), 6);
    }

    #[test]
    fn a_county_replaces_a_year_and_a_later_year_rules_december() {
        let off = |date: &str, is_off_day| PlanDay { date: day(date), is_off_day, name: "元旦".into() };
        let calendar = Calendar::shipped().with([
            YearPlan { year: 2026, papers: Vec::new(), days: vec![off("2026-12-31", false)] },
            YearPlan {
                year: 2027,
                papers: Vec::new(),
                days: vec![off("2026-12-31", true), off("2027-01-01", true)],
            },
        ]);
        assert!(!calendar.is_working_day(day("2026-12-31")));
        assert!(calendar.is_working_day(day("2026-10-01")), "the year was replaced as a whole");
        let bad = YearPlan {
            year: 2027,
            papers: Vec::new(),
            days: vec![off("2026-11-30", true), off("2027-01-01", true), off("2027-01-01", true)],
        };
        assert_eq!(bad.faults().iter().map(|f| f.0).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn the_public_format_is_read_and_its_faults_are_named() {
        let text = r#"{
            "$schema": "https://example.org/schema.json", "$id": "x", "year": 2027,
            "papers": ["https://www.gov.cn/a.htm"],
            "days": [
                { "name": "元旦", "date": "2026-12-31", "isOffDay": true },
                { "name": "元旦", "date": "2027-01-02", "isOffDay": false, "more": 1 }
            ]
        }"#;
        let plan = YearPlan::from_file(text.as_bytes()).unwrap();
        assert_eq!((plan.year, plan.days.len(), plan.papers.len()), (2027, 2, 1));
        let changes = Calendar::shipped().changes(&plan);
        let told: Vec<_> =
            changes.iter().map(|day| (day.date.to_string(), day.worked_before, day.worked_after)).collect();
        assert_eq!(told, [("2026-12-31".into(), true, false), ("2027-01-02".into(), false, true)]);
        assert!(
            Calendar::shipped().with([plan.clone()]).changes(&plan).is_empty(),
            "a second time changes nothing"
        );
        assert_eq!(Calendar::shipped().working_days_of(2026), 248);
        for (bad, total) in [
            ("[]", 1),
            (r#"{ "year": 2027, "days": [{ "name": "", "date": "2025-01-01", "isOffDay": true }] }"#, 2),
            (r#"{ "year": 2027, "papers": ["javascript:x"], "days": [] }"#, 1),
            (r#"{ "year": 2027, "days": [{ "name": "元旦", "date": "2027-02-30", "isOffDay": true }] }"#, 1),
        ] {
            assert_eq!(YearPlan::from_file(bad.as_bytes()).unwrap_err().total, total, "{bad}");
        }
    }

    #[test]
    fn a_plan_without_working_days_ends() {
        let all = day("2027-01-01").iter_days().take(3_000);
        let days = all.map(|date| PlanDay { date, is_off_day: true, name: "全年".into() }).collect();
        let calendar = Calendar::plain().with([YearPlan { year: 2027, papers: Vec::new(), days }]);
        assert_eq!(calendar.add_working_days(day("2027-01-01"), 2), day("2027-01-03"));
    }

    proptest! {
        #[test]
        fn adding_counts_exactly_n_working_days(offset in 0_u64..1_500, n in 0_u32..60) {
            let calendar = Calendar::shipped();
            let from = day("2024-01-01") + Days::new(offset);
            let to = calendar.add_working_days(from, n);
            prop_assert_eq!(calendar.working_days_between(from, to), n as usize);
            prop_assert!(n == 0 || calendar.is_working_day(to));
            prop_assert!(to >= calendar.add_working_days(from, n.saturating_sub(1)));
            if n > 0 && calendar.is_working_day(from) {
                prop_assert_eq!(calendar.sub_working_days(to, n), from);
            }
        }

        #[test]
        fn a_day_ends_where_the_next_begins(offset in 0_u64..4_000) {
            let date = day("2024-01-01") + Days::new(offset);
            prop_assert_eq!(end_of_day(date) - start_of_day(date), chrono::TimeDelta::days(1));
            prop_assert_eq!(crate::domain::clock::local_day(start_of_day(date)), date);
            prop_assert_eq!(start_of_day(date).to_rfc3339().as_bytes()[11..16].to_vec(), b"16:00".to_vec());
        }
    }
}
