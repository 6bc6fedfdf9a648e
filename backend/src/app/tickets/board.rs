//! What a ticket adds to the zero board's sums. They follow the row, whatever moved it: a day of the board opens the rows that make it.

use crate::{
    app::AppResult,
    domain::{
        clock::local_day,
        tickets::{State, Ticket},
    },
    store::{self, Tx},
};
use uuid::Uuid;

/// Where one ticket counts: its township, the day of issue, and the day of closing while it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    township: Uuid,
    issued: String,
    closed: Option<String>,
}

/// The share of a ticket as it stands; the same words as the rows that the board counts.
pub fn share(ticket: &Ticket) -> Option<Share> {
    let counts =
        ticket.counts_as_static() && ticket.visible_from.is_some() && State::COUNTED.contains(&ticket.state);
    let (township, issued) = ticket.place_township_id.zip(ticket.issued_at).filter(|_| counts)?;
    let closed = ticket.closed_at.filter(|_| ticket.state == State::Closed);
    let day = |at| local_day(at).to_string();
    Some(Share { township, issued: day(issued), closed: closed.map(day) })
}

/// Moves the sums from what a ticket was to what it is.
pub async fn recount(tx: &Tx, county: Uuid, before: Option<Share>, after: Option<Share>) -> AppResult<()> {
    if before == after {
        return Ok(());
    }
    for (share, sign) in [(before, -1), (after, 1)] {
        let Some(Share { township, issued, closed }) = share else { continue };
        store::tickets::count_static(tx, county, township, issued, sign, 0).await?;
        if let Some(day) = closed {
            store::tickets::count_static(tx, county, township, day, 0, sign).await?;
        }
    }
    Ok(())
}
