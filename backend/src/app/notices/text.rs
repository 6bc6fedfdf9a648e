//! The words about a unit's work that may leave the system: counts, the unit's name, the day and a link without a token.

use super::{
    address::{self, UnitRef},
    counts::{self, NowCounts},
};
use crate::{
    app::{App, AppResult, Caller, standards::settings},
    domain::{
        clock::{Instant, local_day},
        notices::{settings::NoticeRules, template},
        people::{permission::Action, role::UnitKind},
        problem::Problem,
    },
    store::{Conn, people::units, places::divisions},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A text to be copied into a chat group that has no robot, and the numbers of the picture beside it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DigestText {
    pub as_of: DateTime<Utc>,
    pub unit: UnitRef,
    pub counts: NowCounts,
    pub zh: String,
    pub en: String,
    /// Where to sign in; null while the operator has not said what the address is.
    pub link: Option<String>,
}

/// What the gaps of a template are filled from.
pub(super) struct Words<'a> {
    pub county: &'a str,
    pub unit: &'a UnitRef,
    pub counts: &'a NowCounts,
    pub urgent: i64,
    pub link: Option<&'a str>,
    pub at: Instant,
}

impl Words<'_> {
    pub fn fill(&self, template: &str) -> String {
        let c = self.counts;
        template::fill(template, |gap| match gap {
            "county" => self.county.to_owned(),
            "unit" => self.unit.name.clone(),
            "date" => local_day(self.at).format("%-m月%-d日").to_string(),
            "to_accept" => c.to_accept.to_string(),
            "in_progress" => c.in_progress.to_string(),
            "due_soon" => c.due_soon.to_string(),
            "overdue" => c.overdue.to_string(),
            "returned" => c.returned.to_string(),
            "submitted" => c.submitted.to_string(),
            "on_hold" => c.on_hold.to_string(),
            "requests" => c.requests.to_string(),
            "to_issue" => c.to_issue.to_string(),
            "to_verify" => c.to_verify.to_string(),
            "total" => c.total(self.unit.kind).to_string(),
            "urgent" => self.urgent.to_string(),
            "link" => self.link.unwrap_or("请登录系统查看").to_owned(),
            _ => String::new(),
        })
    }
}

/// The template of the day's message to a unit.
pub(super) fn digest_template<'a>(rules: &'a NoticeRules, unit: &UnitRef) -> &'a str {
    if unit.kind == UnitKind::County { &rules.office_template } else { &rules.digest_template }
}

/// The name of a county.
pub(super) async fn county_name(conn: &impl Conn, county: Uuid) -> AppResult<String> {
    let all = divisions::counties(conn).await?;
    let named = all.into_iter().find(|row| row.id == county).map(|row| row.name);
    Ok(named.unwrap_or_default())
}

impl App {
    /// Where people sign in and find their inbox.
    pub(super) fn inbox_link(&self) -> Option<String> {
        let mut url = self.public_url.clone()?;
        url.set_fragment(Some("/inbox"));
        Some(url.into())
    }

    /// A text for a chat group; the office for any unit of the county, everybody else for the own one.
    pub async fn digest_text(
        &self,
        caller: &Caller,
        named: Option<(UnitKind, Uuid)>,
    ) -> AppResult<DigestText> {
        let (conn, at) = (self.store.read(), self.clock.now());
        let unit = address::asked(conn, caller, named).await?;
        let home = caller.county()?;
        let scope = address::scope(conn, home, &unit).await?;
        let counts = counts::now(self, conn, &unit, scope, true, at).await?;
        let rules = settings::row(conn, home).await?.settings.notices;
        let (name, link) = (county_name(conn, home).await?, self.inbox_link());
        let words =
            Words { county: &name, unit: &unit, counts: &counts, urgent: 0, link: link.as_deref(), at };
        let zh = words.fill(digest_template(&rules, &unit));
        let en = english(&unit, &counts, link.as_deref(), at);
        Ok(DigestText { as_of: at, zh, en, unit, counts, link })
    }

    /// What a template would say of a unit now.
    ///
    /// # Errors
    /// `invalid_field` when it holds what is not in the list.
    pub async fn preview_template(
        &self,
        caller: &Caller,
        template: &str,
        named: Option<(UnitKind, Uuid)>,
    ) -> AppResult<String> {
        caller.require(Action::ManageNotices)?;
        if let Some((zh, en)) = template::fault(template) {
            return Err(Problem::field("/template", zh, en).into());
        }
        let (conn, at) = (self.store.read(), self.clock.now());
        let unit = address::asked(conn, caller, named).await?;
        let home = caller.county()?;
        let scope = address::scope(conn, home, &unit).await?;
        let counts = counts::now(self, conn, &unit, scope, true, at).await?;
        let (name, link) = (county_name(conn, home).await?, self.inbox_link());
        let words =
            Words { county: &name, unit: &unit, counts: &counts, urgent: 1, link: link.as_deref(), at };
        Ok(words.fill(template))
    }
}

fn english(unit: &UnitRef, c: &NowCounts, link: Option<&str>, at: Instant) -> String {
    let day = local_day(at);
    let link = link.unwrap_or("Sign in to see them.");
    let name = &unit.name;
    if unit.kind == UnitKind::County {
        format!(
            "{name}, {day}: {} to issue, {} to check, {} requests to answer; {} overdue in the county.\n{link}",
            c.to_issue, c.to_verify, c.requests, c.overdue
        )
    } else {
        format!(
            "{name}, {day}: {} to accept, {} in progress, {} returned, {} waiting for a check; {} due soon, {} overdue.\n{link}",
            c.to_accept, c.in_progress, c.returned, c.submitted, c.due_soon, c.overdue
        )
    }
}

/// Names of units by id; one that is gone has none.
pub(super) async fn names(conn: &impl Conn, ids: Vec<(UnitKind, Uuid)>) -> AppResult<Vec<UnitRef>> {
    let found = units::by_ids(conn, &ids.iter().map(|(_, id)| *id).collect::<Vec<_>>()).await?;
    let named = |(kind, id): (UnitKind, Uuid)| UnitRef {
        kind,
        id,
        name: found.get(&id).map(|unit| unit.name.clone()).unwrap_or_default(),
    };
    Ok(ids.into_iter().map(named).collect())
}
