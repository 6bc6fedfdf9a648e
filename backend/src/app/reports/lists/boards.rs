//! Rows of the county's boards: the way to zero, campaigns, and what was looked at again.

use super::{kind_names, said, text, yes};
use crate::{
    app::{
        App, AppResult, Caller,
        campaigns::{
            self, CampaignView,
            board::{self, CampaignTownship},
        },
        look_backs::{self, LookBackItem, LookBackView},
        reports::{
            ledger::Ledger,
            sheets::{sheet, whole},
            workbook::Cell,
            zero::{self, ZeroTownship},
        },
    },
    domain::{
        campaigns::{CampaignScope, CampaignState},
        people::scope::Scope,
        reports::{ledger::Language, lists::List, words::word},
    },
    store::places::divisions,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The townships of the board; what is on hold stands above them, because it is no zero.
pub async fn zero(app: &App, caller: &Caller, language: Language) -> AppResult<Ledger> {
    let board = zero::board(app, caller).await?;
    let held = match language {
        Language::Zh => format!("其中挂账 {} 件", board.on_hold),
        Language::En => format!("{} of them on hold", board.on_hold),
    };
    whole(app, caller, (List::Zero, language, &held), board.townships, |row: &ZeroTownship| {
        vec![
            text(Some(&row.name)),
            Cell::count(row.open),
            Cell::count(row.submitted),
            Cell::count(row.overdue),
            Cell::count(row.opened),
            Cell::count(row.closed),
        ]
    })
    .await
}

pub async fn campaigns(
    app: &App,
    caller: &Caller,
    language: Language,
    state: Option<CampaignState>,
) -> AppResult<Ledger> {
    let found = campaigns::list(app, caller, state).await?;
    let named: BTreeSet<Uuid> =
        found.items.iter().flat_map(|one| one.scope.township_ids.iter().copied()).collect();
    let county = Scope::County { county: caller.county()? };
    let places = divisions::get_many(app.store.read(), county, named.into_iter().collect()).await?;
    let places: HashMap<Uuid, String> = places.into_iter().map(|one| (one.id, one.name)).collect();
    let kinds = kind_names(app, caller, language).await?;
    whole(app, caller, (List::Campaigns, language, ""), found.items, |row: &CampaignView| {
        vec![
            text(Some(&row.name)),
            said(language, row.state.as_str()),
            Cell::text(scope_words(language, &row.scope, &kinds, &places)),
            text(Some(&row.deadline_day)),
            Cell::moment(row.started_at),
            text(row.started_by_name.as_deref()),
            Cell::moment(row.ended_at),
            text(Some(&row.end_reason)),
            row.baseline.map_or(Cell::Empty, Cell::count),
        ]
    })
    .await
}

/// What a campaign takes, as its page says it.
fn scope_words(
    language: Language,
    scope: &CampaignScope,
    kinds: &HashMap<String, String>,
    places: &HashMap<Uuid, String>,
) -> String {
    let zh = language == Language::Zh;
    let join = |names: Vec<&str>| names.join(if zh { "、" } else { ", " });
    let titled = scope.honour_level.as_deref().map(|level| {
        let level = word(language, level);
        if zh {
            format!("{level}及以上荣誉点位")
        } else {
            format!("honours of {level} level and above")
        }
    });
    let of_kinds =
        scope.site_kinds.iter().map(|key| kinds.get(key).map_or(key.as_str(), String::as_str)).collect();
    let of_places = scope.township_ids.iter().filter_map(|id| places.get(id)).map(String::as_str).collect();
    let mut parts: Vec<String> = titled.into_iter().collect();
    parts.extend([join(of_kinds), join(of_places)]);
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return if zh { "全部静态问题" } else { "all static issues" }.to_owned();
    }
    parts.join(" · ")
}

/// The townships of one campaign: as it was when it ended (`last`), or as it is now.
pub async fn campaign(
    app: &App,
    caller: &Caller,
    language: Language,
    (id, last): (Uuid, bool),
) -> AppResult<Ledger> {
    let board = board::board(app, caller, id).await?;
    let numbers = board.last.filter(|_| last).unwrap_or(board.numbers);
    let named = (List::Campaign, language, board.campaign.name.as_str());
    whole(app, caller, named, numbers.townships, |row: &CampaignTownship| {
        vec![
            text(Some(&row.name)),
            Cell::count(row.baseline),
            Cell::count(row.closed),
            Cell::count(row.open),
            Cell::count(row.submitted),
            Cell::count(row.on_hold),
            Cell::count(row.fresh),
            Cell::count(row.left_out),
            yes(language, row.true_zero),
        ]
    })
    .await
}

pub async fn look_backs(app: &App, caller: &Caller, language: Language) -> AppResult<Ledger> {
    let rows = async |page: &_| look_backs::list(app, caller, page).await;
    sheet(app, caller, (List::LookBacks, language, ""), rows, |row: &LookBackView| {
        vec![
            text(Some(&row.from_day)),
            text(Some(&row.to_day)),
            Cell::count(row.candidates),
            Cell::count(row.drawn),
            Cell::count(row.waiting),
            Cell::count(row.held),
            Cell::count(row.not_held),
            Cell::Moment(row.drawn_at),
            text(row.drawn_by_name.as_deref()),
            text(Some(&row.reason)),
            yes(language, row.redone_by.is_some()),
            text(Some(&row.seed)),
        ]
    })
    .await
}

/// What one draw drew, all of it or what stands in one state.
pub async fn look_back(
    app: &App,
    caller: &Caller,
    language: Language,
    (id, state): (Uuid, Option<&str>),
) -> AppResult<Ledger> {
    let found = look_backs::get(app, caller, id).await?;
    let span = format!("{} – {}", found.draw.from_day, found.draw.to_day);
    let mut items = found.items;
    items.retain(|item| state.is_none_or(|wanted| item.state == wanted));
    whole(app, caller, (List::LookBack, language, &span), items, |row: &LookBackItem| {
        vec![
            text(row.number.as_deref()),
            text(Some(&row.title)),
            text(row.township_name.as_deref()),
            text(row.site_name.as_deref()),
            said(language, &row.state),
            Cell::moment(row.looked_at),
            text(row.person_name.as_deref()),
            text(Some(&row.note)),
        ]
    })
    .await
}
