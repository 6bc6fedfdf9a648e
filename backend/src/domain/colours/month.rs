//! The colour of a township's month with its whole reasoning: every rule with its value, its threshold, whether it hit, and the tickets
//! behind it (domain.md 4.5). Inputs, all of them: the events of tickets that the township had and may know of, the calendar, the
//! thresholds, and the colour of the month before. Of tickets that the township found itself nothing counts, and time on hold or under
//! check is not the township's. Whether archives were late is left out until there are archives.

use super::{
    colour::Colour,
    history::{Happening, Stood, Story},
    level::overdue_days,
    rules::ColourRules,
};
use crate::domain::{clock::Instant, standards::calendar::Calendar, tickets::State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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

/// The tickets of a month, sorted by what they are to the rules.
#[derive(Debug, Default)]
struct Sorted {
    facts: MonthFacts,
    late: Vec<Uuid>,
    overdue: Vec<Uuid>,
    long: Vec<Uuid>,
    hollow: Vec<Uuid>,
    not_the_repair: Vec<Uuid>,
}

/// Works out the colour of one township's month.
pub fn reason(
    stories: &[&Story],
    township: Uuid,
    span: Span,
    (calendar, lines): (&Calendar, &ColourRules),
    former: Option<Colour>,
) -> Reasoning {
    let sorted = sort(stories, township, span, calendar, lines);
    let mut rules = rules(&sorted, lines);
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
    let tickets = stories
        .iter()
        .filter(|story| rules.iter().any(|rule| rule.ticket_ids.contains(&story.id)))
        .map(|story| (story.id, story.number.clone()))
        .collect();
    Reasoning {
        colour: colour.max(kept),
        by_rules,
        former,
        as_of: span.to,
        facts: sorted.facts,
        rules,
        tickets,
    }
}

fn plain(rule: MonthRule, makes: Colour, value: u32, limit: u32) -> RuleResult {
    RuleResult { rule, makes, value, limit, hit: value >= limit, applies: true, ticket_ids: Vec::new() }
}

fn rules(sorted: &Sorted, lines: &ColourRules) -> Vec<RuleResult> {
    let facts = &sorted.facts;
    let counted = |rule, makes, limit, ids: &[Uuid], value| RuleResult {
        ticket_ids: ids.to_vec(),
        ..plain(rule, makes, value, limit)
    };
    let many = facts.base >= lines.small_base && facts.base > 0;
    let rate = facts.rate_permille.unwrap_or(1_000);
    let mut share =
        counted(MonthRule::OnTimeRate, Colour::Yellow, lines.on_time_permille, &sorted.late, rate);
    share.applies = many;
    share.hit = many && rate < lines.on_time_permille;
    let mut few = counted(MonthRule::LateCount, Colour::Yellow, lines.late_count, &sorted.late, facts.late);
    few.applies = !many;
    few.hit &= !many;
    vec![
        share,
        few,
        counted(
            MonthRule::OverdueYellow,
            Colour::Yellow,
            lines.overdue_yellow,
            &sorted.overdue,
            facts.overdue_open,
        ),
        counted(MonthRule::HollowYellow, Colour::Yellow, lines.hollow_yellow, &sorted.hollow, facts.hollow),
        counted(MonthRule::OverdueRed, Colour::Red, lines.overdue_red, &sorted.overdue, facts.overdue_open),
        counted(MonthRule::OverdueLong, Colour::Red, 1, &sorted.long, facts.overdue_long),
        counted(MonthRule::HollowRed, Colour::Red, lines.hollow_red, &sorted.hollow, facts.hollow),
        counted(MonthRule::NotTheRepair, Colour::Red, 1, &sorted.not_the_repair, facts.not_the_repair),
    ]
}

fn sort(stories: &[&Story], township: Uuid, span: Span, calendar: &Calendar, lines: &ColourRules) -> Sorted {
    let mut sorted = Sorted::default();
    for story in stories.iter().filter(|story| story.counts()) {
        let stood = story.stood(span.to);
        if story.self_found {
            sorted.facts.self_found += u32::from(had(&stood, township, span));
            continue;
        }
        for (what, unit) in story.happened(span.from, span.to) {
            let list = match what {
                Happening::Hollow => &mut sorted.hollow,
                Happening::NotTheRepair => &mut sorted.not_the_repair,
                _ => continue,
            };
            if unit == Some(township) {
                list.push(story.id);
            }
        }
        if stood.unit == Some(township) {
            by_date(&mut sorted, story.id, &stood, span, calendar, lines);
        }
    }
    // What is counted is what is listed: a ticket once, however often it happened to it.
    for ids in [&mut sorted.hollow, &mut sorted.not_the_repair] {
        ids.sort_unstable();
        ids.dedup();
    }
    let count = |ids: &[Uuid]| u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let facts = &mut sorted.facts;
    facts.hollow = count(&sorted.hollow);
    facts.not_the_repair = count(&sorted.not_the_repair);
    facts.overdue_open = count(&sorted.overdue);
    facts.overdue_long = count(&sorted.long);
    facts.late = count(&sorted.late);
    facts.base = facts.due - facts.held - facts.waiting;
    facts.rate_permille = (facts.on_time * 1_000).checked_div(facts.base);
    sorted
}

/// What a ticket's date makes of it.
fn by_date(
    sorted: &mut Sorted,
    id: Uuid,
    stood: &Stood,
    span: Span,
    calendar: &Calendar,
    lines: &ColourRules,
) {
    let Some(due) = stood.official_due.filter(|due| *due <= span.to) else { return };
    if let Some(passed) = stood.due.filter(|due| stood.state.is_with_unit() && *due <= span.to) {
        sorted.overdue.push(id);
        if overdue_days(calendar, passed, span.to - chrono::TimeDelta::microseconds(1)) > lines.long_days {
            sorted.long.push(id);
        }
    }
    if due <= span.from {
        return;
    }
    let facts = &mut sorted.facts;
    facts.due += 1;
    match (stood.state, stood.in_time) {
        (State::OnHold, _) => facts.held += 1,
        (State::Submitted, Some(true)) => facts.waiting += 1,
        (State::Closed, Some(true)) => facts.on_time += 1,
        _ => sorted.late.push(id),
    }
}

/// Whether a township had this ticket in the span: open at its end, or closed in it.
pub fn had(stood: &Stood, township: Uuid, span: Span) -> bool {
    stood.unit == Some(township)
        && stood.official_due.is_some()
        && (stood.state.is_open() || stood.closed.is_some_and(|closed| closed >= span.from))
}

#[cfg(test)]
#[path = "month_tests.rs"]
mod tests;
