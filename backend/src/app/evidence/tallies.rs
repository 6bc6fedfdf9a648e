//! How often each rule spoke and how often a person disagreed: the office sees which rules cry wolf.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        evidence::flag::{PhotoFlag, Strength},
        people::permission::Action,
    },
    store::evidence::flags,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule with what it weighs and what became of what it said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RuleTally {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// What it weighs in this county now, usually, and at most.
    pub strength: Strength,
    pub usual: Strength,
    pub strongest: Strength,
    /// The very same bytes: the attempt cannot be put forward, whatever the flag weighs.
    pub stops: bool,
    pub raised: i64,
    pub overruled: i64,
}

/// Every rule, in the order of the table; what people find themselves is none.
pub async fn tallies(app: &App, caller: &Caller) -> AppResult<Vec<RuleTally>> {
    caller.require(Action::JudgeEvidence)?;
    let county = caller.county()?;
    let rules = app.evidence_rules(county).await?;
    let counted = flags::tallies(app.store.read(), county).await?;
    let every = PhotoFlag::ALL.iter().filter(|flag| !flag.is_by_people());
    Ok(every
        .map(|flag| {
            let (zh, en) = flag.words();
            let (_, raised, overruled) =
                counted.iter().find(|row| row.0 == flag.as_str()).cloned().unwrap_or_default();
            RuleTally {
                code: flag.as_str().into(),
                zh: zh.into(),
                en: en.into(),
                strength: rules.strength(*flag),
                usual: flag.usual(),
                strongest: flag.strongest(),
                stops: flag.is_exact(),
                raised,
                overruled,
            }
        })
        .collect())
}
