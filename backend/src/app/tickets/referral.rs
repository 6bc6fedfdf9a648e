//! What a department does with a ticket that was referred to it 提请部门办理: it says that its part is done, or that it cannot. Either way the
//! unit's clock runs on.

use super::step::{Done, only, payload, step, target};
use crate::{
    app::{
        AppResult,
        field::{
            answer::Refusal,
            entry::{Effect, Entry},
        },
    },
    domain::{
        clock::{Instant, local_day},
        duties::referral::ReferralState,
        field::{envelope::Unreadable, flag::FlagCode, inspection::MAX_TEXT},
        people::scope::Scope,
        standards::calendar::end_of_day,
        tickets::{
            Ticket,
            command::{DecideBody, ReferDoneBody, ReferReturnBody},
            machine::Step,
        },
    },
    store::{self, Tx, duties::referrals::ReferralRow},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// Role of a picture of what the department did.
pub(super) const REFERRAL: &str = "referral";
/// Most working days that a department gets.
const MOST_DAYS: u32 = 120;

/// Whether the author's department was asked to help with this ticket.
fn is_asked(entry: &Entry<'_>, ticket: &Ticket) -> bool {
    matches!(entry.author.scope, Scope::Department { department, .. } if ticket.referred_to_id == Some(department))
}

/// The department has done its part.
pub(super) async fn done(entry: &Entry<'_>) -> Done {
    let body: ReferDoneBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    if !is_asked(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let note = entry.text(&body.note, MAX_TEXT);
    let what = Step::ReferDone { request_id: body.request_id, note };
    let done = step(entry, ticket, &what).await?;
    let Ok((_, mut effect)) = done else { return Ok(Ok(done.err().unwrap_or_default())) };
    if !entry.envelope.files.iter().any(|file| file.role == REFERRAL) {
        effect.flags.push(FlagCode::PhotoMissing.with(REFERRAL));
    }
    Ok(Ok(effect))
}

/// The department cannot, and says why.
pub(super) async fn give_back(entry: &Entry<'_>) -> Done {
    let body: ReferReturnBody = payload!(entry);
    if body.reason.trim().is_empty() {
        return Ok(Err(Unreadable { cause: "reason".into() }));
    }
    let ticket = target!(entry, body.target.ticket_id);
    if !is_asked(entry, &ticket) {
        return Ok(Ok(Effect::refused(Refusal::NotPermitted)));
    }
    let reason = entry.text(&body.reason, MAX_TEXT);
    only(entry, ticket, &Step::ReferReturn { request_id: body.request_id, reason }).await
}

/// The last day that the office gives a department: the day that it names, or so many working days from today; the county's
/// usual number where it says neither.
pub(super) fn last_day(entry: &Entry<'_>, body: &DecideBody) -> (u32, NaiveDate) {
    let today = local_day(entry.now());
    let calendar = &entry.facts.deadlines().calendar;
    if let Some(day) = body.day {
        return (u32::try_from(calendar.working_days_between(today, day)).unwrap_or(MOST_DAYS), day);
    }
    let days = body.days.unwrap_or(entry.facts.settings().duties.referral_days).clamp(1, MOST_DAYS);
    (days, calendar.add_working_days(today, days))
}

/// The department's clock begins.
pub(super) async fn begin(entry: &Entry<'_>, ticket: &Ticket, what: &Step) -> AppResult<()> {
    let Step::Refer { request_id, department_id, days, last_day, .. } = what else { return Ok(()) };
    let row = ReferralRow {
        id: *request_id,
        county_id: entry.county,
        ticket_id: ticket.id,
        department_id: *department_id,
        days: i32::try_from(*days).unwrap_or_default(),
        given_at: entry.now(),
        due_at: end_of_day(*last_day),
        state: ReferralState::Open.as_str().to_owned(),
        ended_at: None,
        late: false,
        note: String::new(),
    };
    Ok(store::duties::referrals::insert(entry.tx, row).await?)
}

/// Writes how a referral ended where a step ended it.
pub(super) async fn end(
    tx: &Tx,
    before: Option<Uuid>,
    ticket: &Ticket,
    what: &Step,
    at: Instant,
) -> AppResult<()> {
    if before.is_none() || ticket.referral_id == before {
        return Ok(());
    }
    let (state, note) = match what {
        Step::ReferDone { note, .. } => (ReferralState::Done, note.clone()),
        Step::ReferReturn { reason, .. } => (ReferralState::Returned, reason.clone()),
        _ => (ReferralState::Recalled, String::new()),
    };
    Ok(store::duties::referrals::end(tx, ticket.id, state, at, note).await?)
}
