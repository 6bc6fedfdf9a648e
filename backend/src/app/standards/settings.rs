//! The county's settings: read by everybody, changed by the office, every version kept, phones told through the feed.

use super::super::{App, AppError, AppResult, Caller, Once};
use crate::{
    domain::{
        clock::Instant,
        field::inspection::shorten,
        people::permission::Action,
        problem::{Code, Problem},
        standards::settings::CountySettings,
    },
    store::{
        Conn, Tx, audit,
        changes::{self, ChangeRow},
        people::persons,
        standards::settings::{self, Setting, SettingVersion},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Key of the one document.
const KEY: &str = "county";
/// Versions that are shown.
const SHOWN: u64 = 50;
/// Longest reason, in characters.
const REASON: usize = 400;

/// The settings as phones keep them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettingsRow {
    /// The county's id: there is one row.
    pub id: Uuid,
    /// 0 while the county has changed nothing.
    pub version: i32,
    pub settings: CountySettings,
}

/// The settings with what they would be and what they were.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettingsView {
    pub version: i32,
    pub settings: CountySettings,
    pub defaults: CountySettings,
    /// Newest first.
    pub history: Vec<SettingsVersion>,
}

/// One version, and who made it why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettingsVersion {
    pub version: i32,
    pub at: DateTime<Utc>,
    pub person_name: Option<String>,
    pub reason: String,
    pub settings: CountySettings,
}

/// The settings of a county as they are now.
pub async fn row(conn: &impl Conn, county: Uuid) -> AppResult<SettingsRow> {
    let stored = settings::get(conn, county, KEY).await?;
    let (version, settings) = match stored {
        Some(Setting { value, version, .. }) => (version, read(value)?),
        None => (0, CountySettings::default()),
    };
    Ok(SettingsRow { id: county, version, settings })
}

/// The settings as they were at a moment.
pub async fn in_force(conn: &impl Conn, county: Uuid, at: Instant) -> AppResult<CountySettings> {
    let then = settings::as_of(conn, county, KEY, at).await?;
    then.map_or_else(|| Ok(CountySettings::default()), |version| read(version.value))
}

fn read(value: serde_json::Value) -> AppResult<CountySettings> {
    serde_json::from_value(value).map_err(|error| AppError::Internal(format!("stored settings: {error}")))
}

/// Keeps a version that follows the one its writer saw, tells phones, and leaves a line in the record. `id` is the version's own.
///
/// # Errors
/// `conflict` when somebody else changed it meanwhile.
pub async fn keep(
    tx: &Tx,
    caller: &Caller,
    next: &SettingsRow,
    reason: &str,
    (now, id): (Instant, Uuid),
) -> AppResult<()> {
    let SettingsRow { id: county, version, settings: wanted } = next;
    let value = serde_json::to_value(wanted).map_err(|error| AppError::Internal(error.to_string()))?;
    if !settings::put(tx, *county, KEY, value.clone(), version - 1, now).await? {
        return Err(Code::Conflict.into());
    }
    let kept = SettingVersion {
        id,
        county_id: *county,
        key: KEY.into(),
        version: *version,
        value,
        person_id: Some(caller.person_id),
        reason: reason.to_owned(),
        at: now,
    };
    settings::keep(tx, kept).await?;
    let change = ChangeRow {
        county_id: *county,
        noun: "settings",
        object_id: *county,
        version: *version,
        township_before: None,
        township_after: None,
        village_id: None,
        person_id: None,
        visible_from: Some(now),
        gone: false,
    };
    changes::append(tx, now, vec![change]).await?;
    let line =
        audit::AuditRow { county_id: Some(*county), ..caller.audit("settings.set", "settings", *county) };
    Ok(audit::append(tx, now, audit::AuditRow { reason: reason.to_owned(), ..line }).await?)
}

impl App {
    pub async fn settings(&self, caller: &Caller) -> AppResult<SettingsView> {
        caller.require(Action::ReadStandards)?;
        let (county, conn) = (caller.county()?, self.store.read());
        let SettingsRow { version, settings, .. } = row(conn, county).await?;
        let versions = settings::history(conn, county, KEY, SHOWN).await?;
        let names = persons::names(conn, versions.iter().filter_map(|row| row.person_id).collect()).await?;
        let history = versions
            .into_iter()
            .map(|row| {
                Ok(SettingsVersion {
                    version: row.version,
                    at: row.at,
                    person_name: row.person_id.and_then(|id| names.get(&id).cloned()),
                    reason: row.reason,
                    settings: read(row.value)?,
                })
            })
            .collect::<AppResult<_>>()?;
        Ok(SettingsView { version, settings, defaults: CountySettings::default(), history })
    }

    /// Replaces the document over the version that its writer saw.
    ///
    /// # Errors
    /// `invalid_field` with every fault, `conflict` when somebody else changed it meanwhile.
    pub async fn set_settings(
        &self,
        caller: &Caller,
        once: &Once,
        wanted: CountySettings,
        seen: i32,
        reason: &str,
    ) -> AppResult<SettingsRow> {
        caller.require(Action::ManageStandards)?;
        let county = caller.county()?;
        let faults = wanted.faults();
        if !faults.is_empty() {
            let named = |problem: Problem, (field, zh, en)| problem.with_field(field, zh, en);
            return Err(faults.into_iter().fold(Problem::new(Code::InvalidField), named).into());
        }
        let (now, id) = (self.clock.now(), self.random.id());
        let reason = shorten(reason.trim(), REASON);
        let done = self
            .idempotent(caller, once, async |tx| {
                let next = SettingsRow { id: county, version: seen + 1, settings: wanted.clone() };
                keep(tx, caller, &next, &reason, (now, id)).await?;
                Ok(next)
            })
            .await;
        self.forget();
        done
    }
}
