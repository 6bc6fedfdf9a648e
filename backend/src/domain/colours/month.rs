//! The colour of a township's month with its whole reasoning: every rule with its value, its threshold, whether it hit, and the tickets
//! behind it (domain.md 4.5). Inputs, all of them: the events of tickets that the township had and may know of, the calendar, the
//! thresholds, and the colour of the month before. Of tickets that the township found itself nothing counts, and time on hold or under
//! check is not the township's. Whether archives were late is left out until there are archives.

use super::{behind::Behind, colour::Colour, history::Stood, rules::ColourRules, why::Figure};
use crate::domain::clock::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// From the first moment of a month to its end, or to now while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Instant,
    pub to: Instant,
}

/// A colour and everything that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reasoning {
    pub colour: Colour,
    /// By the month's own figures, before the month before is looked at.
    pub by_rules: Colour,
    /// What stands published for the month before.
    pub former: Option<Colour>,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub as_of: Instant,
    pub facts: MonthFacts,
    pub rules: Vec<RuleResult>,
    /// Numbers of the tickets that the rules name.
    pub tickets: BTreeMap<Uuid, String>,
}

/// The figures of the month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MonthFacts {
    /// Tickets whose official date lies in the month.
    pub due: u32,
    /// Of these: on hold.
    pub held: u32,
    /// Of these: put forward in time and not checked yet.
    pub waiting: u32,
    /// `due` less `held` and `waiting`: what the share is of.
    pub base: u32,
    /// Closed, and put forward by their date.
    pub on_time: u32,
    /// `base` less `on_time`.
    pub late: u32,
    /// `on_time` of `base` in thousandths; null without a base.
    pub rate_permille: Option<u32>,
    /// With the township and past their date.
    pub overdue_open: u32,
    /// Of these: longer than the county's limit.
    pub overdue_long: u32,
    /// Tickets, as listed behind their rules.
    pub hollow: u32,
    pub not_the_repair: u32,
    /// Tickets that the township found itself; no rule counts them.
    pub self_found: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MonthRule {
    OnTimeRate,
    LateCount,
    OverdueYellow,
    HollowYellow,
    OverdueRed,
    OverdueLong,
    HollowRed,
    NotTheRepair,
    TwoYellows,
    OneStep,
}

/// What one rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleResult {
    pub rule: MonthRule,
    /// The colour that it makes when it hits.
    pub makes: Colour,
    pub value: u32,
    pub limit: u32,
    pub hit: bool,
    /// Shares are of enough tickets only, numbers of few.
    pub applies: bool,
    pub ticket_ids: Vec<Uuid>,
}

impl MonthFacts {
    /// Counts the rows of a month.
    pub fn of(rows: &[Behind]) -> Self {
        let count = |figure: Figure| figure.count(rows);
        let (base, on_time) = (count(Figure::Base), count(Figure::OnTime));
        Self {
            due: count(Figure::Due),
            held: count(Figure::Held),
            waiting: count(Figure::Waiting),
            base,
            on_time,
            late: count(Figure::Late),
            rate_permille: (on_time * 1_000).checked_div(base),
            overdue_open: count(Figure::OverdueOpen),
            overdue_long: count(Figure::OverdueLong),
            hollow: count(Figure::Hollow),
            not_the_repair: count(Figure::NotTheRepair),
            self_found: count(Figure::SelfFound),
        }
    }
}

/// Works out the colour of one township's month from its rows.
pub fn reason(rows: &[Behind], as_of: Instant, lines: &ColourRules, former: Option<Colour>) -> Reasoning {
    let facts = MonthFacts::of(rows);
    let mut rules = rules(rows, &facts, lines);
    let by_rules = rules.iter().filter(|rule| rule.hit).map(|rule| rule.makes).max().unwrap_or(Colour::Green);
    let mut colour = by_rules;
    let running = former == Some(Colour::Yellow) && by_rules == Colour::Yellow;
    rules.push(plain(MonthRule::TwoYellows, Colour::Red, u32::from(running), 1));
    if running {
        colour = Colour::Red;
    }
    // Better by one step only, and only after a clean month.
    let kept = former.map_or(
        Colour::Green,
        |former| {
            if by_rules == Colour::Green { former.better() } else { former }
        },
    );
    let worse_before = kept > colour;
    rules.push(plain(MonthRule::OneStep, kept, u32::from(worse_before), 1));
    let named: BTreeSet<Uuid> = rules.iter().flat_map(|rule| rule.ticket_ids.iter().copied()).collect();
    let tickets = rows
        .iter()
        .filter(|row| named.contains(&row.ticket_id))
        .map(|row| (row.ticket_id, row.number.clone()))
        .collect();
    Reasoning { colour: colour.max(kept), by_rules, former, as_of, facts, rules, tickets }
}

fn plain(rule: MonthRule, makes: Colour, value: u32, limit: u32) -> RuleResult {
    RuleResult { rule, makes, value, limit, hit: value >= limit, applies: true, ticket_ids: Vec::new() }
}

fn rules(rows: &[Behind], facts: &MonthFacts, lines: &ColourRules) -> Vec<RuleResult> {
    let counted = |rule, makes, limit, figure: Figure, value| RuleResult {
        ticket_ids: figure.tickets(rows),
        ..plain(rule, makes, value, limit)
    };
    let many = facts.base >= lines.small_base && facts.base > 0;
    let rate = facts.rate_permille.unwrap_or(1_000);
    let mut share =
        counted(MonthRule::OnTimeRate, Colour::Yellow, lines.on_time_permille, Figure::Late, rate);
    share.applies = many;
    share.hit = many && rate < lines.on_time_permille;
    let mut few = counted(MonthRule::LateCount, Colour::Yellow, lines.late_count, Figure::Late, facts.late);
    few.applies = !many;
    few.hit &= !many;
    let open = |rule, makes, limit| counted(rule, makes, limit, Figure::OverdueOpen, facts.overdue_open);
    let hollow = |rule, makes, limit| counted(rule, makes, limit, Figure::Hollow, facts.hollow);
    vec![
        share,
        few,
        open(MonthRule::OverdueYellow, Colour::Yellow, lines.overdue_yellow),
        hollow(MonthRule::HollowYellow, Colour::Yellow, lines.hollow_yellow),
        open(MonthRule::OverdueRed, Colour::Red, lines.overdue_red),
        counted(MonthRule::OverdueLong, Colour::Red, 1, Figure::OverdueLong, facts.overdue_long),
        hollow(MonthRule::HollowRed, Colour::Red, lines.hollow_red),
        counted(MonthRule::NotTheRepair, Colour::Red, 1, Figure::NotTheRepair, facts.not_the_repair),
    ]
}

/// Whether a township had this ticket in the span: open at its end, or closed in it.
pub fn had(stood: &Stood, township: Uuid, span: Span) -> bool {
    stood.unit == Some(township)
        && stood.official_due.is_some()
        && (stood.state.is_open() || stood.closed.is_some_and(|closed| closed.at >= span.from))
}

#[cfg(test)]
#[path = "month_tests.rs"]
mod tests;
