//! Works out a county's month: every township's colour with its reasoning, and its counters.

use crate::{
    app::{App, AppResult, field::facts::Facts},
    domain::{
        clock::Instant,
        colours::{
            behind::{self, Behind},
            colour::{Colour, Month},
            history,
            month::{self, MonthFacts, Reasoning, Span},
            share::{self, Shares},
        },
        page::PageRequest,
        people::scope::Scope,
        places::division::DivisionKind,
    },
    store::{self, Conn, colours::months::ColourMonth, places::divisions},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Far above what a county has.
const TOWNSHIPS_MAX: u64 = 1_000;

/// A township's month.
pub(super) struct Worked {
    pub township_id: Uuid,
    pub township_name: String,
    pub reasoning: Reasoning,
    pub shares: Shares,
    /// What all of these figures count.
    pub rows: Vec<Behind>,
}

impl Worked {
    /// Nothing happened that could be told of.
    pub fn is_empty(&self) -> bool {
        self.shares == Shares::default() && self.reasoning.facts == MonthFacts::default()
    }
}

/// The townships of a county.
pub(in crate::app) async fn townships(conn: &impl Conn, county: Uuid) -> AppResult<Vec<divisions::Division>> {
    let filter = divisions::Filter { kind: Some(DivisionKind::Township), ..divisions::Filter::default() };
    let all = PageRequest { after: None, limit: TOWNSHIPS_MAX };
    Ok(divisions::list(conn, Scope::County { county }, &filter, &all).await?)
}

/// What stands of a month: after an appeal, as confirmed, or as proposed.
pub(in crate::app) fn standing(row: &ColourMonth) -> Colour {
    let word = row.after_appeal.as_ref().or(row.colour.as_ref()).unwrap_or(&row.proposal);
    Colour::parse(word).unwrap_or(Colour::Green)
}

/// What stands published of the month before.
pub(super) async fn former(conn: &impl Conn, county: Uuid, of: Month) -> AppResult<HashMap<Uuid, Colour>> {
    let rows = store::colours::months::of_month(conn, county, &of.former().word()).await?;
    let published = rows.iter().filter(|row| row.published_at.is_some());
    Ok(published.map(|row| (row.township_id, standing(row))).collect())
}

/// Every township's month as it is known at `now`; while the month runs, so far.
pub(super) async fn work_out(app: &App, county: Uuid, of: Month, now: Instant) -> AppResult<Vec<Worked>> {
    worked(app, county, None, of, now).await
}

/// One township's month, from its own tickets alone.
pub(super) async fn work_out_one(
    app: &App,
    (county, township): (Uuid, Uuid),
    of: Month,
    now: Instant,
) -> AppResult<Option<Worked>> {
    Ok(worked(app, county, Some(township), of, now).await?.pop())
}

async fn worked(
    app: &App,
    county: Uuid,
    only: Option<Uuid>,
    of: Month,
    now: Instant,
) -> AppResult<Vec<Worked>> {
    let (facts, read) = (Facts::load(app, county).await?, app.store.read());
    let (from, end) = of.span();
    let span = Span { from, to: end.min(now) };
    let stories = store::colours::stories::of_span(read, county, only, span, now).await?;
    let by_township = history::by_township(&stories);
    let former = former(read, county, of).await?;
    let rules = facts.deadlines();
    let wanted = townships(read, county).await?.into_iter();
    let wanted = wanted.filter(|township| only.is_none_or(|id| id == township.id));
    let worked = wanted.map(|township| {
        let own = by_township.get(&township.id).map_or(&[][..], Vec::as_slice);
        let rows = behind::rows(own, township.id, span, (&rules.calendar, &rules.colours));
        let before = former.get(&township.id).copied();
        Worked {
            reasoning: month::reason(&rows, span.to, &rules.colours, before),
            shares: share::count(&rows),
            rows,
            township_id: township.id,
            township_name: township.name,
        }
    });
    Ok(worked.collect())
}
