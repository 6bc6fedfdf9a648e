//! What an older rule of the clock wrote down is put right once, by events of its own: a job that an upgrade leaves.

use crate::{
    app::{App, AppResult},
    domain::tickets::{
        Ticket, early,
        free_dates::Line,
        machine::{Step, Transition},
    },
    store::{self, Conn},
};
use std::collections::HashMap;

/// Tickets of one transaction.
const BATCH: u64 = 200;

impl App {
    /// Takes back what was written down as overdue while a returned repair still had its days; the sweep writes it anew once they are over.
    /// Harmless to repeat; answers how many tickets those were.
    pub async fn mend_overdue(&self) -> AppResult<usize> {
        let (now, mut facts, mut done, mut after) = (self.clock.now(), HashMap::new(), 0, None);
        loop {
            let found = store::tickets::overdue_before_due(self.store.read(), after, BATCH).await?;
            let Some((_, last)) = found.last() else { return Ok(done) };
            after = Some(*last);
            let step = Step::Lift { because: Transition::T12 };
            done += self.sweep_batch(&mut facts, found, &step, now).await?;
        }
    }
}

/// Whether the T15 that stands on this ticket was written too early.
pub(super) async fn is_early(conn: &impl Conn, ticket: &Ticket) -> AppResult<bool> {
    let events = store::tickets::events(conn, ticket).await?;
    Ok(early::is_early(events.iter().map(|event| Line {
        transition: &event.transition,
        data: &event.data,
        observed_at: event.observed_at,
        accepted_at: event.accepted_at,
    })))
}
