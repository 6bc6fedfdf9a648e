//! That a photo does not show the repair which it claims: one person proposes it with a reason, another one confirms or declines. A confirmed
//! one is a strong flag of the photo, so the repair is looked at on site; the unit reads what to do, and nothing about intent.

use crate::{
    app::{
        App, AppError, AppResult, Caller, Once,
        field::{facts::Facts, settle},
    },
    domain::{
        clock::Instant,
        evidence::{
            flag::{PhotoFlag, Strength},
            verdict::{NotNow, VerdictHand, VerdictState, VerdictStep},
        },
        field::inspection::{MAX_TEXT, shorten},
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        tickets::machine::{self, Step, When},
    },
    store::{
        Conn, Tx, audit,
        evidence::{
            flags::{self, PhotoFlagRow},
            verdicts::{self, Verdict},
        },
        field::{named, operations, visible},
        people::persons,
        tickets::{self, EventBy},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A proposal, what became of it, and what the reader may do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VerdictView {
    pub id: Uuid,
    pub file_id: Uuid,
    pub operation_id: Uuid,
    pub ticket_id: Uuid,
    pub state: VerdictState,
    pub reason: String,
    pub proposed_by_name: Option<String>,
    pub proposed_at: DateTime<Utc>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// What the second person wrote.
    pub decision: String,
    /// Steps that the reader may take now.
    pub may: Vec<VerdictStep>,
    /// The reader proposed it.
    pub own: bool,
}

/// Proposes it of a photo that claims a repair. Who took the photo cannot.
pub async fn propose(
    app: &App,
    caller: &Caller,
    once: &Once,
    photo: Uuid,
    reason: &str,
) -> AppResult<VerdictView> {
    caller.require(Action::ProposeVerdict)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let reason = reason_of(reason)?;
    let seen =
        visible::photo(read, caller.scope()?, caller.person_id, now, photo).await?.ok_or(Code::NotFound)?;
    if seen.file.ok_or(Code::FileNotHere)?.erased {
        return Err(Code::FileErased.into());
    }
    let all = named::of_operation(read, seen.operation_id).await?;
    let file = all.iter().find(|file| file.file_id == photo).ok_or(Code::NotFound)?;
    if file.role != "after" || file.subject != "ticket" {
        return Err(told("只有整改后的照片可以这样认定。", "Only photos that claim a repair are judged so."));
    }
    if file.person_id == caller.person_id {
        return Err(own_photo());
    }
    let row = Verdict {
        id: app.random.id(),
        county_id: county,
        operation_id: file.operation_id,
        file_id: photo,
        ticket_id: file.subject_id,
        state: VerdictState::Proposed.as_str().into(),
        reason: reason.clone(),
        proposed_by: caller.person_id,
        proposed_at: now,
        decided_by: None,
        decided_at: None,
        decision: String::new(),
        version: 1,
    };
    let id = app
        .idempotent(caller, once, async |tx| {
            if !verdicts::insert(tx, row.clone()).await? {
                return Err(told(
                    "这张照片已有人提出，请在照片页查看。",
                    "Somebody has proposed this already; see the photo's page.",
                ));
            }
            let line = caller.audit("photo_verdict.propose", "photos", photo);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
            Ok(row.id)
        })
        .await?;
    one(app, caller, id).await
}

/// What a person says to a proposal. The same word twice is harmless.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: Uuid,
    step: VerdictStep,
    reason: &str,
) -> AppResult<VerdictView> {
    caller.require(Action::ProposeVerdict)?;
    let (county, now, flag) = (caller.county()?, app.clock.now(), app.random.id());
    let reason = reason_of(reason)?;
    let facts = Facts::load(app, county).await?;
    app.store
        .write(async |tx| {
            let row = verdicts::get(tx, county, id).await?.ok_or(Code::NotFound)?;
            let from = state_of(&row)?;
            if from == step.leads_to() && row.decided_by == Some(caller.person_id) {
                return Ok(());
            }
            let taken_by = operations::people(tx, vec![row.operation_id]).await?;
            let taken_by = taken_by.get(&row.operation_id).copied();
            let to = from.after(step, hand(caller, &row, taken_by)).map_err(not_now)?;
            if !verdicts::decide(tx, id, (from, to), caller.person_id, reason.clone(), now).await? {
                return Err(not_now(NotNow::State));
            }
            write(tx, now, &row, to, caller, &reason, (flag, &facts)).await
        })
        .await?;
    one(app, caller, id).await
}

/// What a step leaves behind: the flag that everybody sees, the line in the record, and the word to whoever keeps the ticket.
async fn write(
    tx: &Tx,
    now: Instant,
    row: &Verdict,
    to: VerdictState,
    caller: &Caller,
    reason: &str,
    (flag, facts): (Uuid, &Facts),
) -> AppResult<()> {
    let action = match to {
        VerdictState::Confirmed => "photo_verdict.confirm",
        VerdictState::Lifted => "photo_verdict.lift",
        VerdictState::Withdrawn => "photo_verdict.withdraw",
        VerdictState::Declined | VerdictState::Proposed => "photo_verdict.decline",
    };
    let line = caller.audit(action, "photos", row.file_id);
    audit::append(tx, now, audit::AuditRow { reason: reason.to_owned(), ..line }).await?;
    match to {
        VerdictState::Confirmed => flags::raise(tx, raised(row, now, flag)).await?,
        VerdictState::Lifted => {
            let standing = flags::of_file(tx, row.county_id, row.file_id).await?;
            let code = PhotoFlag::NotTheRepair.as_str();
            for one in standing.iter().filter(|one| one.code == code && one.operation_id == row.operation_id)
            {
                flags::overrule(tx, one.id, caller.person_id, now, reason.to_owned()).await?;
            }
        }
        // Nobody but the office hears of a proposal that comes to nothing.
        _ => return Ok(()),
    }
    let released = named::of_operation(tx, row.operation_id).await?;
    let released = released.iter().any(|file| file.file_id == row.file_id && file.visible_from.is_some());
    if released {
        on_ticket(tx, now, row, to, caller, facts).await?;
    }
    let tickets = BTreeMap::from([(row.ticket_id, released)]);
    settle::tell_of_photos(tx, now, row.county_id, tickets, BTreeSet::new()).await
}

/// The ticket's history says so too: its level and its unit's colour are worked out from there. Only of what the unit put forward; a photo
/// that an inspector took is not the unit's.
async fn on_ticket(
    tx: &Tx,
    now: Instant,
    row: &Verdict,
    to: VerdictState,
    caller: &Caller,
    facts: &Facts,
) -> AppResult<()> {
    let attempts = tickets::attempts::of_tickets(tx, vec![row.ticket_id]).await?;
    if !attempts.iter().any(|attempt| attempt.operation_id == row.operation_id) {
        return Ok(());
    }
    let scope = Scope::County { county: row.county_id };
    let Some(mut ticket) = tickets::lock(tx, scope, now, row.ticket_id).await? else { return Ok(()) };
    let (verdict_id, file_id) = (row.id, row.file_id);
    let step = if to == VerdictState::Confirmed {
        Step::NotShown { verdict_id, file_id }
    } else {
        Step::Shown { verdict_id, file_id }
    };
    let when = When { observed_at: now, accepted_at: now, effective: now };
    // What was voided or merged since says nothing any more.
    let Ok(event) = machine::apply(&mut ticket, &step, when, facts.deadlines()) else { return Ok(()) };
    tickets::update(tx, &ticket).await?;
    let by = EventBy {
        operation_id: None,
        person_id: Some(caller.person_id),
        post_id: caller.post.as_ref().map(|post| post.id),
        observed_at: now,
        accepted_at: now,
    };
    Ok(tickets::append_event(tx, &ticket, &event, by).await?)
}

fn raised(row: &Verdict, now: Instant, id: Uuid) -> PhotoFlagRow {
    PhotoFlagRow {
        id,
        county_id: row.county_id,
        operation_id: row.operation_id,
        file_id: row.file_id,
        ticket_id: Some(row.ticket_id),
        code: PhotoFlag::NotTheRepair.as_str().into(),
        strength: Strength::Strong.as_str().into(),
        reason: json!({}),
        other_operation_id: None,
        other_file_id: None,
        raised_at: now,
        overruled_by: None,
        overruled_at: None,
        overrule_reason: String::new(),
    }
}

/// One page of the county's, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    state: Option<VerdictState>,
    page: &PageRequest,
) -> AppResult<Page<VerdictView>> {
    caller.require(Action::JudgeEvidence)?;
    let read = app.store.read();
    let rows = verdicts::list(read, caller.county()?, state, page).await?;
    let cut = Page::cut(rows, page.limit, verdicts::cursor);
    Ok(Page { items: show(read, caller, cut.items).await?, next: cut.next })
}

/// Everything that was proposed of one photo.
pub async fn of_photo(
    conn: &impl Conn,
    caller: &Caller,
    county: Uuid,
    photo: Uuid,
) -> AppResult<Vec<VerdictView>> {
    show(conn, caller, verdicts::of_file(conn, county, photo).await?).await
}

async fn one(app: &App, caller: &Caller, id: Uuid) -> AppResult<VerdictView> {
    let read = app.store.read();
    let row = verdicts::get(read, caller.county()?, id).await?.ok_or(Code::NotFound)?;
    Ok(show(read, caller, vec![row]).await?.pop().ok_or(Code::NotFound)?)
}

async fn show(conn: &impl Conn, caller: &Caller, rows: Vec<Verdict>) -> AppResult<Vec<VerdictView>> {
    let people = rows.iter().flat_map(|row| [Some(row.proposed_by), row.decided_by]).flatten().collect();
    let names = persons::names(conn, people).await?;
    let photographers = operations::people(conn, rows.iter().map(|row| row.operation_id).collect()).await?;
    rows.into_iter()
        .map(|row| {
            let state = state_of(&row)?;
            let hand = hand(caller, &row, photographers.get(&row.operation_id).copied());
            Ok(VerdictView {
                may: VerdictStep::ALL.into_iter().filter(|step| state.after(*step, hand).is_ok()).collect(),
                own: row.proposed_by == caller.person_id,
                proposed_by_name: names.get(&row.proposed_by).cloned(),
                decided_by_name: row.decided_by.and_then(|id| names.get(&id).cloned()),
                id: row.id,
                file_id: row.file_id,
                operation_id: row.operation_id,
                ticket_id: row.ticket_id,
                state,
                reason: row.reason,
                proposed_at: row.proposed_at,
                decided_at: row.decided_at,
                decision: row.decision,
            })
        })
        .collect()
}

fn hand(caller: &Caller, row: &Verdict, taken_by: Option<Uuid>) -> VerdictHand {
    VerdictHand {
        proposed_it: row.proposed_by == caller.person_id,
        took_the_photo: taken_by == Some(caller.person_id),
        decides: caller.require(Action::ConfirmVerdict).is_ok(),
    }
}

fn state_of(row: &Verdict) -> AppResult<VerdictState> {
    VerdictState::parse(&row.state)
        .ok_or_else(|| AppError::Internal(format!("state of a verdict: {}", row.state)))
}

fn reason_of(text: &str) -> AppResult<String> {
    let reason = shorten(text.trim(), MAX_TEXT);
    if reason.is_empty() {
        Err(Problem::field("/reason", "请说明原因", "please say why").into())
    } else {
        Ok(reason)
    }
}

fn told(zh: &str, en: &str) -> AppError {
    Problem::new(Code::WrongState).with_detail(zh, en).into()
}

fn own_photo() -> AppError {
    told("自己拍的照片由别人来看。", "Somebody else looks at one's own photo.")
}

fn not_now(why: NotNow) -> AppError {
    match why {
        NotNow::State => Code::WrongState.into(),
        NotNow::Hand => told(
            "提出的人不能自己认定，由办公室另一位同事来定；只有提出的人可以撤回。",
            "Whoever proposed cannot decide; another person of the office does. Only the proposer may withdraw.",
        ),
    }
}
