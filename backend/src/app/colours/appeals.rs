//! What a township says to its colour, and what the office answers. Both stay on the record beside what was published.

use super::{
    months::{self as of_months, told},
    show::{ColourDetail, allows, document},
    tell,
};
use crate::{
    app::{App, AppResult, Caller, Once, field::facts::Facts},
    domain::{
        colours::colour::{AppealState, Colour, ColourStep},
        field::inspection::{MAX_TEXT, shorten},
        people::permission::Action,
        problem::{Code, Problem},
    },
    store::{
        Tx, audit,
        colours::{
            appeals::{self, Appeal, Plan},
            copies,
            months::{self, ColourMonth},
        },
    },
};
use uuid::Uuid;

/// Most tickets that an appeal names.
const TICKETS_MAX: usize = 200;

fn needed(field: &str, text: &str) -> AppResult<String> {
    let text = shorten(text.trim(), MAX_TEXT);
    if text.is_empty() {
        Err(Problem::field(field, "请填写", "please fill this in").into())
    } else {
        Ok(text)
    }
}

/// The month with its appeal, if this step may be taken about it now.
async fn open_for(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    id: Uuid,
    step: ColourStep,
) -> AppResult<(ColourMonth, Option<Appeal>)> {
    let row = months::get(tx, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    let appeal = appeals::of_months(tx, vec![id]).await?.pop();
    if allows(caller, &row, appeal.as_ref(), step, app.clock.now()) {
        Ok((row, appeal))
    } else {
        Err(match step {
            ColourStep::Decide => told(
                "申诉由没有确认这个颜色的另一位同事来定，且只定一次。",
                "Somebody who did not confirm the colour decides an appeal, once.",
            ),
            ColourStep::Appeal => told(
                "公布后几个工作日内可以申诉一次，只限黄色或红色。",
                "A yellow or red month is appealed once, within some working days of its publication.",
            ),
            ColourStep::Confirm | ColourStep::Plan => Code::WrongState.into(),
        })
    }
}

/// A township appeals against its published colour.
pub async fn appeal(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    (reason, ticket_ids): (&str, &[Uuid]),
) -> AppResult<ColourDetail> {
    let post = caller.require(Action::AppealColour)?.id;
    let (county, now, new) = (caller.county()?, app.clock.now(), app.random.id());
    let reason = needed("/reason", reason)?;
    if ticket_ids.len() > TICKETS_MAX {
        return Err(Problem::field("/ticket_ids", "最多 200 件", "at most 200").into());
    }
    let tickets = document(&ticket_ids)?;
    let done: Uuid = app
        .idempotent(caller, once, async |tx| {
            open_for(app, tx, caller, id, ColourStep::Appeal).await?;
            let row = Appeal {
                id: new,
                county_id: county,
                colour_id: id,
                reason: reason.clone(),
                ticket_ids: tickets.clone(),
                made_by: caller.person_id,
                made_post: post,
                made_at: now,
                state: AppealState::Open.as_str().into(),
                decided_by: None,
                decided_at: None,
                note: String::new(),
                colour: None,
            };
            if !appeals::insert(tx, row).await? {
                return Err(Code::WrongState.into());
            }
            months::after_appeal(tx, id, None).await?;
            let line = caller.audit("colours.appeal", "colours", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
            Ok(id)
        })
        .await?;
    of_months::get(app, caller, done).await
}

/// The office decides: it stays as published, or becomes another colour. Never by who confirmed it.
pub async fn decide(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    (outcome, colour, note): (AppealState, Option<Colour>, &str),
) -> AppResult<ColourDetail> {
    caller.require(Action::JudgeColours)?;
    let now = app.clock.now();
    let note = needed("/note", note)?;
    let wrong = |zh: &str, en: &str| Err(Problem::field("/colour", zh, en).into());
    let colour = match (outcome, colour) {
        (AppealState::Changed, Some(colour)) => Some(colour),
        (AppealState::Changed, None) => return wrong("请选择改为什么颜色", "say which colour it becomes"),
        (AppealState::Upheld, None) => None,
        (AppealState::Upheld, Some(_)) => {
            return wrong("维持原结果时不选颜色", "what is upheld gets no other colour");
        }
        (AppealState::Open, _) => {
            return Err(
                Problem::field("/outcome", "应为 upheld 或 changed", "expected upheld or changed").into()
            );
        }
    };
    let facts = Facts::load(app, caller.county()?).await?;
    let done: Uuid = app
        .idempotent(caller, once, async |tx| {
            let (row, appeal) = open_for(app, tx, caller, id, ColourStep::Decide).await?;
            if colour.is_some_and(|colour| row.colour.as_deref() == Some(colour.as_str())) {
                return Err(Problem::field("/colour", "与公布的颜色相同", "the same as was published").into());
            }
            let appeal = appeal.ok_or(Code::WrongState)?;
            let decided = (outcome, colour);
            if !appeals::decide(tx, appeal.id, decided, caller.person_id, note.clone(), now).await? {
                return Err(Code::WrongState.into());
            }
            months::after_appeal(tx, id, colour).await?;
            if colour == Some(Colour::Red) {
                copies::deliver(tx, row.county_id, row.township_id, copies::RED, id, now).await?;
            }
            tell::decided(tx, &facts.settings().notices, &row, colour, now).await?;
            let line = caller.audit("colours.decide", "colours", id);
            audit::append(tx, now, audit::AuditRow { reason: note.clone(), ..line }).await?;
            Ok(id)
        })
        .await?;
    let detail = of_months::get(app, caller, done).await?;
    // What was proposed for the month after it by the colour that stood before.
    of_months::refresh(app, caller.county()?, of_months::month_of(&detail.row.month)?.next()).await?;
    Ok(detail)
}

/// The main leader's plan; a newer one stands before it, all stay.
pub async fn plan(app: &App, caller: &Caller, once: &Once, id: Uuid, text: &str) -> AppResult<ColourDetail> {
    let post = caller.require(Action::PlanColour)?.id;
    let (county, now, new) = (caller.county()?, app.clock.now(), app.random.id());
    let text = needed("/text", text)?;
    let done: Uuid = app
        .idempotent(caller, once, async |tx| {
            let (of, _) = open_for(app, tx, caller, id, ColourStep::Plan).await?;
            let row = Plan {
                id: new,
                county_id: county,
                colour_id: id,
                text: text.clone(),
                made_by: caller.person_id,
                made_post: post,
                made_at: now,
            };
            appeals::insert_plan(tx, row).await?;
            tell::planned(tx, &of).await?;
            audit::append(tx, now, caller.audit("colours.plan", "colours", id)).await?;
            Ok(id)
        })
        .await?;
    of_months::get(app, caller, done).await
}
