//! The office's channels: group robots and mail boxes by which units are told. Their addresses are sealed when they come in and shown
//! masked for ever after.

use super::{
    address::{self, UnitRef},
    keys::Place,
    text,
};
use crate::{
    app::{App, AppError, AppResult, Caller, Once},
    domain::{
        notices::{message::ChannelKind, reason::Reason},
        people::{permission::Action, role::UnitKind},
        problem::{Code, Problem},
    },
    outgoing::{
        guard::{Purpose, Target},
        mail,
    },
    store::{
        audit,
        notices::{
            channels::{self, Changed, Channel},
            messages,
        },
        people::persons,
    },
};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most addresses of a mail channel.
const ADDRESSES: usize = 20;
/// Longest name and longest secret, in characters.
const NAME: usize = 40;
const SECRET: usize = 200;

/// A channel without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeChannel)]
pub struct ChannelView {
    pub id: Uuid,
    pub kind: ChannelKind,
    pub name: String,
    pub unit: UnitRef,
    /// Enough to tell one from another.
    pub mask: String,
    /// Its messages are signed.
    pub signed: bool,
    pub paused: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by_name: Option<String>,
    /// Messages that wait.
    pub queued: i64,
    pub last_sent_at: Option<DateTime<Utc>>,
    /// Since the last one that went well.
    pub last_failure: Option<FailureView>,
}

/// Why something did not go out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeFailure)]
pub struct FailureView {
    pub code: Reason,
    pub zh: String,
    pub en: String,
    pub at: Option<DateTime<Utc>>,
}

impl FailureView {
    pub(super) fn of(word: &str, at: Option<DateTime<Utc>>) -> Option<Self> {
        let code = Reason::parse(word)?;
        let (zh, en) = code.words();
        Some(Self { code, zh: zh.into(), en: en.into(), at })
    }
}

/// A channel as the office enters it.
#[derive(Debug, Clone)]
pub struct NewChannel {
    pub kind: ChannelKind,
    pub name: String,
    pub unit: (UnitKind, Uuid),
    pub address: AddressInput,
}

/// Where a channel leads, as entered; what is not said stays as it is.
#[derive(Debug, Clone, Default)]
pub struct AddressInput {
    pub url: Option<String>,
    /// An empty one removes it.
    pub secret: Option<String>,
    pub addresses: Option<Vec<String>>,
}

/// Where a channel leads, as it is sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Sealed {
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub secret: Option<String>,
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// What an address of a robot is for.
pub(super) fn purpose(kind: ChannelKind) -> Option<Purpose> {
    match kind {
        ChannelKind::WeCom => Some(Purpose::WeCom),
        ChannelKind::DingTalk => Some(Purpose::DingTalk),
        ChannelKind::Feishu => Some(Purpose::Feishu),
        ChannelKind::Email => None,
    }
}

impl App {
    /// The county's channels, oldest first.
    pub async fn channels(&self, caller: &Caller) -> AppResult<Vec<ChannelView>> {
        caller.require(Action::ManageNotices)?;
        let county = caller.county()?;
        let rows = channels::of_county(self.store.read(), county).await?;
        self.show_channels(county, rows).await
    }

    /// # Errors
    /// `invalid_field` with what is wrong with name, unit or address.
    pub async fn add_channel(
        &self,
        caller: &Caller,
        once: &Once,
        new: &NewChannel,
    ) -> AppResult<ChannelView> {
        caller.require(Action::ManageNotices)?;
        let (county, now, id) = (caller.county()?, self.clock.now(), self.random.id());
        let name = name_of(&new.name)?;
        let (unit_kind, unit_id) = new.unit;
        if !matches!(unit_kind, UnitKind::County | UnitKind::Township | UnitKind::Department) {
            return Err(
                Problem::field("/unit_kind", "县、乡镇或部门", "a county, township or department").into()
            );
        }
        if address::unit(self.store.read(), county, unit_kind, unit_id).await.is_err() {
            return Err(Problem::field("/unit_id", "没有这个单位", "there is no such unit").into());
        }
        let sealed = self.address_of(new.kind, &new.address, None)?;
        let row = Channel {
            id,
            county_id: county,
            kind: new.kind.as_str().into(),
            name,
            unit_kind: unit_kind.as_str().into(),
            unit_id,
            mask: mask(&sealed),
            signed: sealed.secret.is_some(),
            sealed: self.seal(id, &sealed)?,
            paused: false,
            removed: false,
            created_by: Some(caller.person_id),
            created_at: now,
            last_sent_at: None,
            last_failure: None,
            last_failure_at: None,
            version: 1,
        };
        let id = self
            .idempotent(caller, once, async |tx| {
                channels::insert(tx, row.clone()).await?;
                audit::append(tx, now, caller.audit("notice_channel.add", "notice_channels", row.id)).await?;
                Ok(row.id)
            })
            .await?;
        self.show_channel(county, id).await
    }

    /// Changes name, pause or address over the version that was seen.
    pub async fn change_channel(
        &self,
        caller: &Caller,
        once: &Once,
        id: Uuid,
        seen: i32,
        (name, paused): (&str, bool),
        input: &AddressInput,
    ) -> AppResult<ChannelView> {
        caller.require(Action::ManageNotices)?;
        let (county, now) = (caller.county()?, self.clock.now());
        let row = self.channel(county, id).await?;
        let name = name_of(name)?;
        let moved = input.url.is_some() || input.secret.is_some() || input.addresses.is_some();
        let address = if moved {
            let former = self.unseal(&row);
            let sealed = self.address_of(kind_of(&row)?, input, former.as_ref())?;
            Some((self.seal(id, &sealed)?, mask(&sealed), sealed.secret.is_some()))
        } else {
            None
        };
        let to = Changed { name, paused, address, removed: false };
        self.idempotent(caller, once, async |tx| {
            if !channels::change(tx, id, seen, to.clone()).await? {
                return Err(Code::Conflict.into());
            }
            audit::append(tx, now, caller.audit("notice_channel.change", "notice_channels", id)).await?;
            Ok(())
        })
        .await?;
        self.show_channel(county, id).await
    }

    /// Takes a channel away; what waits for it is given up, what it said stays on record.
    pub async fn remove_channel(&self, caller: &Caller, once: &Once, id: Uuid) -> AppResult<ChannelView> {
        caller.require(Action::ManageNotices)?;
        let (county, now) = (caller.county()?, self.clock.now());
        let row = channels::get(self.store.read(), county, id).await?.ok_or(Code::NotFound)?;
        let shown = self.show_channels(county, vec![row.clone()]).await?.pop().ok_or(Code::NotFound)?;
        self.idempotent(caller, once, async |tx| {
            let to = Changed { name: row.name.clone(), paused: true, address: None, removed: true };
            let current =
                channels::get(tx, county, id).await?.filter(|row| !row.removed).ok_or(Code::NotFound)?;
            if !channels::change(tx, id, current.version, to).await? {
                return Err(Code::Conflict.into());
            }
            messages::give_up_channel(tx, id, Reason::ChannelRemoved.as_str()).await?;
            audit::append(tx, now, caller.audit("notice_channel.remove", "notice_channels", id)).await?;
            Ok(())
        })
        .await?;
        Ok(shown)
    }

    /// A channel that was not removed.
    pub(super) async fn channel(&self, county: Uuid, id: Uuid) -> AppResult<Channel> {
        let row = channels::get(self.store.read(), county, id).await?;
        row.filter(|row| !row.removed).ok_or_else(|| Code::NotFound.into())
    }

    /// Where a channel leads; `None` when it was sealed with another key.
    pub(super) fn unseal(&self, row: &Channel) -> Option<Sealed> {
        let text = self.notice_keys.unseal(Place::Channel(row.id), &row.sealed)?;
        serde_json::from_str(text.expose_secret()).ok()
    }

    fn seal(&self, id: Uuid, sealed: &Sealed) -> AppResult<String> {
        let text = serde_json::to_string(sealed).map_err(|error| AppError::Internal(error.to_string()))?;
        self.notice_keys.seal(Place::Channel(id), &text)
    }

    /// What was entered, over what was there before; every fault is told at once.
    fn address_of(
        &self,
        kind: ChannelKind,
        input: &AddressInput,
        former: Option<&Sealed>,
    ) -> AppResult<Sealed> {
        let mut problem = Problem::new(Code::InvalidField);
        let mut sealed = former.cloned().unwrap_or_default();
        if let Some(purpose) = purpose(kind) {
            if let Some(url) = &input.url {
                match self.outgoing.guard.check(purpose, url) {
                    Ok(target) => sealed.url = target.url.into(),
                    Err(why) => problem = problem.with_field("/url", why.words().0, why.words().1),
                }
            } else if sealed.url.is_empty() {
                problem = problem.with_field("/url", "请填写机器人地址", "enter the robot's address");
            }
            if let Some(secret) = &input.secret {
                let secret = secret.trim();
                let usable = secret.len() <= SECRET && secret.chars().all(|c| c.is_ascii_graphic());
                if !secret.is_empty() && kind == ChannelKind::WeCom {
                    problem = problem.with_field(
                        "/secret",
                        "企业微信机器人没有签名密钥",
                        "robots of WeCom have no secret",
                    );
                } else if usable {
                    sealed.secret = (!secret.is_empty()).then(|| secret.to_owned());
                } else {
                    problem = problem.with_field(
                        "/secret",
                        "密钥只含字母、数字和符号",
                        "letters, digits and signs only",
                    );
                }
            }
        } else if let Some(addresses) = &input.addresses {
            let addresses: Vec<String> = addresses.iter().map(|text| text.trim().to_owned()).collect();
            if !(1..=ADDRESSES).contains(&addresses.len()) {
                problem = problem.with_field("/addresses", "1 到 20 个邮箱", "1 to 20 addresses");
            }
            for (at, _) in addresses.iter().enumerate().filter(|(_, text)| !mail::is_address(text)) {
                problem =
                    problem.with_field(format!("/addresses/{at}"), "不是邮箱地址", "not an e-mail address");
            }
            sealed.addresses = addresses;
        } else if sealed.addresses.is_empty() {
            problem = problem.with_field("/addresses", "1 到 20 个邮箱", "1 to 20 addresses");
        }
        if problem.errors.is_empty() { Ok(sealed) } else { Err(problem.into()) }
    }

    async fn show_channel(&self, county: Uuid, id: Uuid) -> AppResult<ChannelView> {
        let row = channels::get(self.store.read(), county, id).await?.ok_or(Code::NotFound)?;
        self.show_channels(county, vec![row]).await?.pop().ok_or_else(|| Code::NotFound.into())
    }

    async fn show_channels(&self, county: Uuid, rows: Vec<Channel>) -> AppResult<Vec<ChannelView>> {
        let conn = self.store.read();
        let units =
            rows.iter().map(|row| (UnitKind::parse(&row.unit_kind).unwrap_or(UnitKind::County), row.unit_id));
        let units = text::names(conn, units.collect()).await?;
        let people = persons::names(conn, rows.iter().filter_map(|row| row.created_by).collect()).await?;
        let waiting: HashMap<Uuid, i64> = messages::waiting(conn, county).await?.into_iter().collect();
        rows.into_iter()
            .zip(units)
            .map(|(row, unit)| {
                Ok(ChannelView {
                    kind: kind_of(&row)?,
                    created_by_name: row.created_by.and_then(|id| people.get(&id).cloned()),
                    queued: waiting.get(&row.id).copied().unwrap_or(0),
                    last_failure: row
                        .last_failure
                        .as_deref()
                        .and_then(|word| FailureView::of(word, row.last_failure_at)),
                    id: row.id,
                    name: row.name,
                    unit,
                    mask: row.mask,
                    signed: row.signed,
                    paused: row.paused,
                    version: row.version,
                    created_at: row.created_at,
                    last_sent_at: row.last_sent_at,
                })
            })
            .collect()
    }
}

pub(super) fn kind_of(row: &Channel) -> AppResult<ChannelKind> {
    ChannelKind::parse(&row.kind).ok_or_else(|| AppError::Internal(format!("a channel of kind {}", row.kind)))
}

fn name_of(text: &str) -> AppResult<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Problem::field("/name", "1 到 40 个字", "1 to 40 characters").into());
    }
    Ok(name.to_owned())
}

/// Host and the last four signs of a robot's address; the first letter and the domain of the first mail box.
fn mask(sealed: &Sealed) -> String {
    if let Some(first) = sealed.addresses.first() {
        let (name, domain) = first.split_once('@').unwrap_or((first, ""));
        let begin: String = name.chars().take(1).collect();
        let more = sealed.addresses.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" +{more}") };
        return format!("{begin}…@{domain}{more}");
    }
    let tail: Vec<char> = sealed.url.chars().rev().take(4).collect();
    let host = sealed.url.split('/').nth(2).unwrap_or_default();
    format!("{host}/…{}", tail.into_iter().rev().collect::<String>())
}

/// A sealed address read again by the guard of today: hosts that the operator took from the list are not called any more.
pub(super) fn target(app: &App, kind: Purpose, url: &str) -> Result<Target, Reason> {
    app.outgoing.guard.check(kind, url).map_err(|_why| Reason::NotAllowedHost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_tells_channels_apart_and_nothing_more() {
        let robot = |url: &str| mask(&Sealed { url: url.into(), ..Sealed::default() });
        assert_eq!(
            robot("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-6f2c"),
            "qyapi.weixin.qq.com/…6f2c"
        );
        let boxes = |all: &[&str]| {
            mask(&Sealed { addresses: all.iter().map(|text| (*text).into()).collect(), ..Sealed::default() })
        };
        assert_eq!(boxes(&["office@example.cn"]), "o…@example.cn");
        assert_eq!(boxes(&["office@example.cn", "a@b.cn", "c@d.cn"]), "o…@example.cn +2");
    }
}
