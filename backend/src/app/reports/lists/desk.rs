//! Rows of the office's desk: photo hints, colours, feedback, rounds.

use super::{said, text, yes};
use crate::{
    app::{
        App, AppResult, Caller,
        colours::{
            ColourRow,
            months::{self, Wanted as Months},
        },
        evidence::flags::{self, FlagRow, Wanted as Flags},
        feedback::{self, FeedbackRow},
        reports::{
            ledger::Ledger,
            sheets::{sheet, whole},
            workbook::Cell,
        },
        rounds::{self, RoundView},
    },
    domain::{
        feedback::FeedbackState,
        reports::{ledger::Language, lists::List},
    },
};

pub async fn flags(app: &App, caller: &Caller, language: Language, wanted: &Flags) -> AppResult<Ledger> {
    let rows = async |page: &_| flags::list(app, caller, wanted, page).await;
    sheet(app, caller, (List::PhotoFlags, language, ""), rows, |row: &FlagRow| {
        let (flag, photo, other) = (&row.flag, row.photo.as_ref(), row.flag.other.as_ref());
        let overruled = flag.overruled.as_ref();
        let words = if language == Language::Zh { &flag.zh } else { &flag.en };
        vec![
            Cell::Moment(flag.raised_at),
            text(Some(words)),
            said(language, flag.strength.as_str()),
            text(photo.and_then(|one| one.ticket_number.as_deref())),
            text(row.ticket_title.as_deref()),
            text(photo.and_then(|one| one.site_name.as_deref())),
            text(row.township_name.as_deref()),
            Cell::moment(photo.and_then(|one| one.taken_at)),
            text(other.and_then(|one| one.ticket_number.as_deref())),
            text(other.and_then(|one| one.site_name.as_deref())),
            Cell::moment(overruled.map(|one| one.at)),
            text(overruled.and_then(|one| one.person_name.as_deref())),
            text(overruled.map(|one| one.reason.as_str())),
        ]
    })
    .await
}

pub async fn colours(app: &App, caller: &Caller, language: Language, wanted: &Months) -> AppResult<Ledger> {
    let items = months::list(app, caller, wanted).await?.items;
    whole(app, caller, (List::Colours, language, ""), items, |row: &ColourRow| {
        let stage = match (row.published_at, row.confirmed_at) {
            (Some(_), _) => "published",
            (None, Some(_)) => "confirmed",
            (None, None) => "proposed",
        };
        let appeal = row.appeal.map(|state| format!("appeal_{}", state.as_str()));
        vec![
            text(Some(&row.month)),
            text(Some(&row.township_name)),
            said(language, row.standing.as_str()),
            said(language, stage),
            said(language, row.proposal.as_str()),
            text(Some(&row.reason)),
            text(row.confirmed_by_name.as_deref()),
            Cell::moment(row.confirmed_at),
            Cell::moment(row.published_at),
            appeal.map_or(Cell::Empty, |key| said(language, &key)),
            Cell::moment(row.plan_due),
            yes(language, row.planned),
        ]
    })
    .await
}

pub async fn feedback(
    app: &App,
    caller: &Caller,
    language: Language,
    which: (bool, Option<FeedbackState>),
) -> AppResult<Ledger> {
    let rows = async |page: &_| feedback::list(app, caller, which, page).await;
    sheet(app, caller, (List::Feedback, language, ""), rows, |row: &FeedbackRow| {
        let said_under: Vec<String> =
            row.replies.iter().map(|one| format!("{}: {}", one.person_name, one.text)).collect();
        vec![
            Cell::Moment(row.made_at),
            text(Some(&row.person_name)),
            text(Some(&row.unit_name)),
            said(language, &row.role),
            text(Some(&row.screen)),
            text(Some(&row.app_version)),
            text(Some(&row.text)),
            said(language, row.state.as_str()),
            Cell::text(said_under.join("\n")),
        ]
    })
    .await
}

pub async fn rounds(app: &App, caller: &Caller, language: Language) -> AppResult<Ledger> {
    let items = rounds::list(app, caller).await?;
    whole(app, caller, (List::Rounds, language, ""), items, |row: &RoundView| {
        vec![
            text(Some(&row.name)),
            Cell::count(row.year),
            Cell::count(row.quarter),
            said(language, &row.mode),
            said(language, &row.issue_mode),
            Cell::moment(row.visible_from),
        ]
    })
    .await
}
