//! What the clock wrote down too early: made or asked for in time, and learned of late. Taken back by events of its own.

use crate::{
    app::{
        AppResult,
        field::entry::{Effect, Entry},
    },
    domain::{
        clock::Instant,
        tickets::{
            Ticket,
            machine::{self, Step, Transition},
        },
    },
    store,
};

/// T15, where the date that it names was met by what was made or asked for at `at`.
pub(super) fn overdue(ticket: &Ticket, because: Transition, at: Instant) -> Option<Step> {
    ticket.overdue_at.filter(|due| at <= *due).map(|_| Step::Lift { because })
}

/// The hour of control, where it was reported, or the repair put forward, by then.
pub(super) fn control(ticket: &Ticket, because: Transition, at: Instant) -> Option<Step> {
    ticket.control_overdue_at.filter(|due| at <= *due).map(|_| Step::LiftControl { because })
}

/// Applies what [`overdue`] and [`control`] found, behind the step that told of it.
pub(super) async fn lift(
    entry: &Entry<'_>,
    mut ticket: Ticket,
    mut effect: Effect,
    found: impl IntoIterator<Item = Option<Step>>,
) -> AppResult<Effect> {
    for what in found.into_iter().flatten() {
        if let Ok(event) = machine::apply(&mut ticket, &what, entry.when(), entry.facts.deadlines()) {
            store::tickets::update(entry.tx, &ticket).await?;
            effect.changed = vec![entry.record(&ticket, &event, ticket.unit_id).await?];
        }
    }
    Ok(effect)
}
