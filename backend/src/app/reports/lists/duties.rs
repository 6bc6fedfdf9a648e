//! Rows of who answers for what: gaps, units that cannot begin, what stands still, self-checks, honours.

use super::{day, said, text, yes};
use crate::{
    app::{
        App, AppResult, Caller,
        duties::{
            gaps::{self, Gap, GapKind},
            progress::{self, TownshipIdle},
            readiness::{Lack, Lacking, UnreadyUnit},
            self_checks::{self, SelfCheckSite, TownshipSelfChecks},
        },
        places::honours::{self, Asked, HonourView},
        reports::{
            ledger::Ledger,
            sheets::{sheet, whole},
            workbook::Cell,
        },
    },
    domain::{
        people::role::{Role, UnitKind},
        reports::{ledger::Language, lists::List, words::word},
    },
};
use uuid::Uuid;

/// Gaps of a township or of all, all kinds or one.
pub async fn gaps(
    app: &App,
    caller: &Caller,
    language: Language,
    (township, kind): (Option<Uuid>, Option<GapKind>),
) -> AppResult<Ledger> {
    let mut items = gaps::list(app, caller, township).await?.items;
    items.retain(|gap| kind.is_none_or(|wanted| gap.kind == wanted));
    whole(app, caller, (List::Gaps, language, ""), items, |row: &Gap| {
        vec![
            said(language, row.kind.as_str()),
            text(row.township_name.as_deref()),
            text(Some(&row.unit_name)),
            row.role.map_or(Cell::Empty, |role| said(language, role.as_str())),
            text(row.place.as_ref().map(|place| place.name.as_str())),
            row.place.as_ref().map_or(Cell::Empty, |place| said(language, place.level.as_str())),
            Cell::moment(row.ends_at),
            text(row.person_name.as_deref()),
        ]
    })
    .await
}

/// Units that cannot begin: those that lack one thing, or have these words in their name.
pub async fn unready(
    app: &App,
    caller: &Caller,
    language: Language,
    (lack, words): (Option<Lack>, Option<&str>),
) -> AppResult<Ledger> {
    let mut items = gaps::list(app, caller, None).await?.unready;
    let words = words.unwrap_or_default().trim().to_lowercase();
    let named = |name: Option<&str>| name.is_some_and(|name| name.to_lowercase().contains(&words));
    items.retain(|unit| {
        lack.is_none_or(|wanted| unit.lacking.iter().any(|one| one.kind == wanted))
            && (named(Some(&unit.unit_name)) || named(unit.township_name.as_deref()))
    });
    whole(app, caller, (List::Unready, language, ""), items, |row: &UnreadyUnit| {
        let of_township = row.unit_kind == UnitKind::Township;
        let lacking: Vec<String> =
            row.lacking.iter().map(|one| lacking(language, of_township, one)).collect();
        vec![
            text(row.township_name.as_deref()),
            text(Some(&row.unit_name)),
            said(language, row.unit_kind.as_str()),
            Cell::text(lacking.join("\n")),
        ]
    })
    .await
}

/// A township's duties are told apart; of its pair whoever is missing is simply nobody.
fn lacking(language: Language, of_township: bool, one: &Lacking) -> String {
    let kind = if one.kind == Lack::Pair { Lack::Holder } else { one.kind };
    let said = word(language, kind.as_str());
    match one.role.filter(|_| of_township).map(Role::as_str) {
        Some(role) => format!("{} · {said}", word(language, role)),
        None => said.to_owned(),
    }
}

pub async fn no_progress(app: &App, caller: &Caller, language: Language) -> AppResult<Ledger> {
    let found = progress::idle(app, caller).await?;
    let days = match language {
        Language::Zh => format!("{} 个工作日以上", found.days),
        Language::En => format!("{} working days or more", found.days),
    };
    whole(app, caller, (List::NoProgress, language, &days), found.items, |row: &TownshipIdle| {
        vec![text(Some(&row.township_name)), Cell::count(row.tickets), Cell::count(row.self_checks)]
    })
    .await
}

/// A month's self-checks by township.
pub async fn self_checks(
    app: &App,
    caller: &Caller,
    language: Language,
    (month, township): (Option<&str>, Option<Uuid>),
) -> AppResult<Ledger> {
    let found = self_checks::list(app, caller, month, township).await?;
    let named = (List::SelfChecks, language, found.month.as_str());
    whole(app, caller, named, found.townships, |row: &TownshipSelfChecks| {
        vec![
            text(Some(&row.township_name)),
            Cell::count(row.sites),
            Cell::count(row.done),
            Cell::count(row.sites.saturating_sub(row.done)),
        ]
    })
    .await
}

/// The sites of one township's month.
pub async fn self_check_sites(
    app: &App,
    caller: &Caller,
    language: Language,
    (month, township): (Option<&str>, Option<Uuid>),
) -> AppResult<Ledger> {
    let found = self_checks::list(app, caller, month, township).await?;
    let names: Vec<&str> = found.townships.iter().map(|one| one.township_name.as_str()).collect();
    let of = format!("{} {}", found.month, names.join(" "));
    whole(app, caller, (List::SelfCheckSites, language, &of), found.items, |row: &SelfCheckSite| {
        vec![text(Some(&row.code)), text(Some(&row.name)), text(Some(&row.village_name)), day(row.checked_on)]
    })
    .await
}

pub async fn honours(app: &App, caller: &Caller, language: Language, asked: &Asked) -> AppResult<Ledger> {
    let rows = async |page: &_| honours::list(app, caller, asked, page).await;
    sheet(app, caller, (List::Honours, language, ""), rows, |row: &HonourView| {
        vec![
            text(Some(&row.subject_name)),
            text(Some(&row.township_name)),
            said(language, row.level.as_str()),
            text(Some(&row.title)),
            Cell::count(row.year),
            yes(language, row.valid),
            day(row.valid_until),
            day(row.recheck_day),
            Cell::moment(row.revoked_at),
            text(Some(&row.revoke_reason)),
            text(row.liaison.as_ref().and_then(|one| one.person_name.as_deref())),
            text(Some(&row.note)),
        ]
    })
    .await
}
