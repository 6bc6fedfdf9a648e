//! What every command on a ticket does: finds its ticket, lets the machine decide, keeps the board's sums and what was sent along.

use super::{board, referral};
use crate::{
    app::{
        AppResult,
        campaigns::follow as campaigns,
        field::{
            answer::Refusal,
            entry::{Belongs, Effect, Entry, Outcome},
        },
    },
    domain::{
        campaigns::member,
        field::{envelope::Unreadable, flag::FlagCode},
        people::{role::UnitKind, scope::Scope},
        tickets::{
            Ticket,
            machine::{self, Step},
        },
    },
    store,
};
use uuid::Uuid;

pub(super) type Done = AppResult<Result<Effect, Unreadable>>;

/// Reads the payload, or ends the use case with why not.
macro_rules! payload {
    ($entry:expr) => {
        match $entry.envelope.payload() {
            Ok(body) => body,
            Err(unreadable) => return Ok(Err(unreadable)),
        }
    };
}

/// The ticket that a command names, or ends the use case.
macro_rules! target {
    ($entry:expr, $id:expr) => {
        match $crate::app::tickets::step::named($entry, $id).await? {
            Ok(ticket) => ticket,
            Err(refused) => return Ok(Ok(refused)),
        }
    };
}

pub(super) use {payload, target};

/// The ticket, if the author may see it; hidden and foreign ones read like unknown ones.
pub(super) async fn named(entry: &Entry<'_>, id: Uuid) -> AppResult<Result<Ticket, Effect>> {
    let ticket = store::tickets::lock(entry.tx, entry.author.scope, entry.now(), id).await?;
    Ok(ticket.ok_or_else(|| Effect::refused(Refusal::UnknownTicket)))
}

/// Files of a command belong to its ticket and are seen by whoever sees it.
pub(super) async fn files(entry: &Entry<'_>, ticket: &Ticket) -> AppResult<Vec<String>> {
    let id = ticket.id;
    entry
        .name_files(ticket.place_township_id, ticket.place_village_id, ticket.visible_from, |_| Belongs {
            subject: "ticket",
            subject_id: id,
            urgent: true,
        })
        .await
}

/// Kept, but the ticket stays as it is.
pub(super) async fn conflict(entry: &Entry<'_>, ticket: Ticket) -> AppResult<Effect> {
    let missing = files(entry, &ticket).await?;
    Ok(Effect {
        outcome: Outcome::Conflict,
        subject: Some(("ticket", ticket.id)),
        missing,
        current: Some(ticket),
        ..Effect::default()
    })
}

/// Applies a step and writes what it made.
pub(super) async fn step(
    entry: &Entry<'_>,
    mut ticket: Ticket,
    step: &Step,
) -> AppResult<Result<(Ticket, Effect), Effect>> {
    let (unit_before, counted_before) = (ticket.unit_id, board::share(&ticket));
    let referred_before = ticket.referral_id;
    let was = member::open_at(&ticket);
    let Ok(event) = machine::apply(&mut ticket, step, entry.when(), entry.facts.deadlines()) else {
        return Ok(Err(conflict(entry, ticket).await?));
    };
    store::tickets::update(entry.tx, &ticket).await?;
    board::recount(entry.tx, ticket.county_id, counted_before, board::share(&ticket)).await?;
    if !ticket.state.is_open() || ticket.unit_id != unit_before {
        // Nobody decides any more what the former unit asked, or what a finished ticket was to get.
        store::tickets::requests::lapse(entry.tx, ticket.id, entry.now()).await?;
    }
    referral::end(entry.tx, referred_before, &ticket, step, entry.times.effective()).await?;
    let mut changed = entry.record(&ticket, &event, unit_before).await?;
    if campaigns::follow(entry.tx, entry.facts.deadlines(), &mut ticket, was, entry.when(), entry.by())
        .await?
    {
        changed.version = ticket.version;
    }
    let missing = files(entry, &ticket).await?;
    let effect = Effect {
        changed: vec![changed],
        subject: Some(("ticket", ticket.id)),
        missing,
        township: ticket.place_township_id,
        ..Effect::default()
    };
    Ok(Ok((ticket, effect)))
}

pub(super) async fn only(entry: &Entry<'_>, ticket: Ticket, what: &Step) -> Done {
    Ok(Ok(match step(entry, ticket, what).await? {
        Ok((_, effect)) | Err(effect) => effect,
    }))
}

/// Kept, the ticket stays as it is, and a flag says why.
pub(super) async fn conflict_with(entry: &Entry<'_>, ticket: Ticket, flag: FlagCode) -> AppResult<Effect> {
    let mut effect = conflict(entry, ticket).await?;
    effect.flags.push(flag.flag());
    Ok(effect)
}

/// Only the responsible unit acts for itself; a supervising department looks on.
pub(super) fn is_own(entry: &Entry<'_>, ticket: &Ticket) -> bool {
    match entry.author.scope {
        Scope::Township { township, .. } | Scope::Village { township, .. } => {
            ticket.unit_id == Some(township)
        }
        Scope::Department { department, .. } => ticket.unit_id == Some(department),
        Scope::County { .. } | Scope::Own { .. } | Scope::Platform => false,
    }
}

/// Whether a ticket can be given to this unit: a township, or a department of the county.
pub(super) async fn unit_exists(entry: &Entry<'_>, kind: UnitKind, id: Uuid) -> AppResult<bool> {
    let scope = Scope::County { county: entry.county };
    Ok(match kind {
        UnitKind::Township => {
            let division = store::places::divisions::get(entry.tx, scope, id).await?;
            division.is_some_and(|division| division.kind.as_str() == UnitKind::Township.as_str())
        }
        UnitKind::Department => store::standards::departments::of_county(entry.tx, entry.county)
            .await?
            .iter()
            .any(|department| department.id == id),
        UnitKind::Platform | UnitKind::County | UnitKind::Village => false,
    })
}
