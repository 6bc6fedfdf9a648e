//! What the acting post may seal on a ticket now; the same rules as the commands.

use super::{names::RequestView, show::Check};
use crate::{
    app::{Caller, look_backs::LookBackMark},
    domain::{
        clock::Instant,
        field::kind::Kind,
        people::role::{Role, UnitKind},
        tickets::{
            Ticket,
            deadline::DeadlineRules,
            machine::{self, Transition},
            request::{Asked, RequestState},
        },
    },
    store::tickets::attempts::Attempt,
};

/// Whether the ticket is the acting post's own unit's to repair.
pub(super) fn is_own(caller: &Caller, ticket: &Ticket) -> bool {
    caller.post.as_ref().is_some_and(|post| match post.unit_kind {
        UnitKind::Township | UnitKind::Department => ticket.unit_id == Some(post.unit_id),
        UnitKind::Village => ticket.unit_id == post.township_id,
        UnitKind::County | UnitKind::Platform => false,
    })
}

/// Whether a township or village only looks on: a department repairs it on its land.
pub(super) fn looks_on(caller: &Caller, ticket: &Ticket) -> bool {
    let township_side = |kind| matches!(kind, UnitKind::Township | UnitKind::Village);
    caller.post.as_ref().is_some_and(|post| township_side(post.unit_kind)) && !is_own(caller, ticket)
}

/// What may be asked: one open request of a kind, and more time only before the time is over.
pub fn may_ask(caller: &Caller, ticket: &Ticket, requests: &[RequestView], now: Instant) -> Vec<Asked> {
    let Some(post) = caller.post.as_ref().filter(|_| is_own(caller, ticket)) else { return Vec::new() };
    let open = |asked| requests.iter().any(|r| r.what == asked && r.state == RequestState::Open);
    let in_time = |asked| asked != Asked::Extension || ticket.official_due_at.is_some_and(|due| now < due);
    Asked::ALL
        .into_iter()
        .filter(|asked| {
            asked.roles().contains(&post.role) && machine::allows(ticket.state, asked.transition())
        })
        .filter(|asked| *asked != Asked::Refer || ticket.unit_kind == UnitKind::Township)
        .filter(|asked| !open(*asked) && in_time(*asked))
        .collect()
}

/// Everything that hangs on the ticket and decides what may be done.
pub struct Beside<'a> {
    pub requests: &'a [RequestView],
    pub may_ask: &'a [Asked],
    pub attempts: &'a [Attempt],
    /// Whether the caller may check the repair that waits.
    pub check: Option<Check>,
    /// Somebody else asked to void it and waits for a second person.
    pub void_asked: bool,
    /// A deputy's leave covers this ticket.
    pub delegated: bool,
    pub look_back: Option<&'a LookBackMark>,
    /// A project behind it has a milestone that is not done.
    pub building: bool,
    pub rules: &'a DeadlineRules,
    pub now: Instant,
}

/// The kinds of operation that the acting post may seal on this ticket now.
pub fn allowed(caller: &Caller, ticket: &Ticket, beside: &Beside<'_>) -> Vec<String> {
    let Some(post) = caller.post.as_ref().filter(|_| !looks_on(caller, ticket)) else { return Vec::new() };
    let own_unit = is_own(caller, ticket);
    let Beside { requests, may_ask, attempts, check, void_asked, delegated, look_back, building, rules, now } =
        beside;
    let open = || requests.iter().filter(|request| request.state == RequestState::Open);
    let in_state = |transition| machine::allows(ticket.state, transition);
    let may = |kind: Kind| -> bool {
        if !kind.action().allows(post.role) {
            return false;
        }
        match kind {
            Kind::TicketIssue => in_state(Transition::T2),
            Kind::TicketDecline => in_state(Transition::T3),
            // The office enters signed sheets.
            Kind::TicketAccept => {
                (own_unit || (post.unit_kind == UnitKind::County && ticket.visible_from.is_some()))
                    && in_state(Transition::T5)
            }
            Kind::TicketRectify => own_unit && in_state(Transition::Attempt),
            Kind::TicketStage => {
                own_unit
                    && in_state(Transition::Stage)
                    && ticket.control_due_at.is_some()
                    && ticket.control_done_at.is_none()
            }
            Kind::TicketSubmit => {
                (post.role != Role::DeskOfficer || *delegated)
                    && own_unit
                    && in_state(Transition::T10)
                    && attempts.iter().any(|a| a.state == "recorded")
            }
            Kind::TicketVerify => {
                matches!(check, Some(Check::Yes | Check::OnSite))
            }
            Kind::TicketVoid => in_state(Transition::T14),
            Kind::TicketKeep => *void_asked && in_state(Transition::VoidDenied),
            Kind::TicketAsk => !may_ask.is_empty(),
            // A no is always possible; whether a yes is, the state says when it is given.
            Kind::TicketDecide => open().next().is_some(),
            Kind::TicketWithdrawAsk => own_unit && open().any(|r| r.what.roles().contains(&post.role)),
            Kind::TicketReferDone | Kind::TicketReferReturn => {
                ticket.referral_id.is_some() && ticket.referred_to_id == Some(post.unit_id)
            }
            Kind::TicketResume => in_state(Transition::T9),
            Kind::TicketMerge => in_state(Transition::T4),
            Kind::TicketRelapse => in_state(Transition::T13) && machine::relapses(ticket, *now, rules),
            Kind::TicketLookBack => {
                in_state(Transition::LookedBack) && look_back.is_some_and(|mark| mark.state == "waiting")
            }
            Kind::TicketMilestone => {
                *building
                    && (own_unit || post.unit_kind == UnitKind::County)
                    && in_state(Transition::Milestone)
            }
            Kind::TicketRemind => ticket.visible_from.is_some() && in_state(Transition::T16),
            Kind::TicketEdit => in_state(Transition::T17),
            Kind::TicketMarkHard => {
                (own_unit || post.unit_kind == UnitKind::County) && in_state(Transition::HardCase)
            }
            Kind::TicketAnswerHard => ticket.hard_case && in_state(Transition::HardAnswered),
            Kind::TicketArchive => in_state(Transition::T18) && ticket.archived_at.is_none(),
            Kind::InspectionSubmit | Kind::InspectionCorrect | Kind::FindingReport => false,
        }
    };
    Kind::ALL.iter().copied().filter(|kind| may(*kind)).map(|kind| kind.as_str().to_owned()).collect()
}
