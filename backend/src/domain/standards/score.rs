//! The score of a visit: Σ weight·met ÷ Σ weight·applicable (domain.md 5), the same on phone and server.

use std::collections::HashMap;

use serde::Serialize;

use super::check::VisitAnswer;
use super::checklist::{Checklist, Severity};
use super::judge::{Judgement, Verdict, judge};
use super::sight;

/// The score of a visit with what it was made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Points met of the points that applied, in thousandths; `None` when nothing applied.
    pub permille: Option<u32>,
    pub met: u32,
    pub applicable: u32,
    pub passes: u32,
    pub fails: u32,
    pub not_applicable: u32,
    pub not_observed: u32,
    /// A critical static fail holds the score down to the gate.
    pub gated: bool,
}

/// Highest score with a critical static fail, in thousandths (domain.md 5); a setting of the county.
pub const GATE_PERMILLE: u32 = 690;

/// Σ weight·met ÷ Σ weight·applicable. An item asked of several instances is met when none of them fails.
pub fn score(list: &Checklist, answers: &[VisitAnswer], gate_permille: u32) -> Score {
    let mut worst: HashMap<&str, Verdict> = HashMap::new();
    let mut score = Score::default();
    for answer in sight::shown(list, answers) {
        let Some(item) = list.item(&answer.item) else { continue };
        let Judgement { verdict, consequence } = judge(item, &answer.given, answer.claimed);
        score.gated |= consequence.is_some_and(|c| c.is_static && c.severity == Severity::Critical);
        let counter = match verdict {
            Verdict::Pass => &mut score.passes,
            Verdict::Fail => &mut score.fails,
            Verdict::NotApplicable => &mut score.not_applicable,
            Verdict::NotObserved => &mut score.not_observed,
        };
        *counter += 1;
        let rank = |v: Verdict| match v {
            Verdict::Fail => 3,
            Verdict::Pass => 2,
            Verdict::NotObserved => 1,
            Verdict::NotApplicable => 0,
        };
        let slot = worst.entry(item.code.as_str()).or_insert(verdict);
        if rank(verdict) > rank(*slot) {
            *slot = verdict;
        }
    }
    for item in &list.items {
        match worst.get(item.code.as_str()) {
            Some(Verdict::Pass) => {
                score.met += item.weight;
                score.applicable += item.weight;
            }
            Some(Verdict::Fail) => score.applicable += item.weight,
            _ => {}
        }
    }
    // Rounded half up; u64 so that no weights can overflow it.
    let thousandths = (u64::from(score.met) * 2_000 + u64::from(score.applicable))
        .checked_div(u64::from(score.applicable) * 2)
        .and_then(|p| u32::try_from(p).ok());
    score.permille = thousandths.map(|p| if score.gated { p.min(gate_permille) } else { p });
    score
}
