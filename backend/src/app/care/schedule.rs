//! Backups by the clock: once a day at the time of the settings. One that failed is tried again each hour, and the office hears of it once
//! a day.

use super::{
    CareError, CareResult, Plan,
    back_up::{Made, MadeBy, Order},
};
use crate::{
    app::{
        App, AppResult,
        field::facts::Facts,
        notices::{self, Tell},
    },
    domain::{
        clock::{Instant, SHANGHAI},
        notices::{events::Address, kind::NoticeKind},
        people::role::{Role, UnitKind},
        standards::settings::CareRules,
    },
    store::{
        care::backups::{self, DONE},
        places::divisions,
    },
};
use chrono::{NaiveTime, TimeDelta, TimeZone};
use serde_json::json;
use uuid::Uuid;

/// Pause after a backup that failed.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// The last moment at or before `now` at which one of these times of day passed.
fn last_turn(now: Instant, times: &[NaiveTime]) -> Option<Instant> {
    let today = now.with_timezone(&SHANGHAI).date_naive();
    let days = [today.pred_opt(), Some(today)];
    let turns = days.into_iter().flatten().flat_map(|day| times.iter().map(move |time| day.and_time(*time)));
    turns
        .filter_map(|turn| SHANGHAI.from_local_datetime(&turn).single())
        .map(|turn| turn.to_utc())
        .filter(|turn| *turn <= now)
        .max()
}

impl App {
    async fn care_rules(&self) -> AppResult<Vec<(Uuid, CareRules)>> {
        let mut rules = Vec::new();
        for county in divisions::counties(self.store.read()).await? {
            rules.push((county.id, Facts::load(self, county.id).await?.settings().care.clone()));
        }
        Ok(rules)
    }

    /// Makes a backup when one is due. Answers it, or nothing when none was.
    pub async fn back_up_when_due(&self) -> CareResult<Option<Made>> {
        let Some(plan) = &self.backups else { return Ok(None) };
        let (now, rules) = (self.clock.now(), self.care_rules().await?);
        let mut times: Vec<NaiveTime> = rules.iter().filter_map(|(_, rules)| rules.at()).collect();
        if times.is_empty() {
            times.extend(CareRules::default().at());
        }
        let Some(turn) = last_turn(now, &times) else { return Ok(None) };
        let since = backups::since(self.store.read(), MadeBy::Schedule.as_str(), turn).await?;
        if since.iter().any(|row| row.state == DONE || now - row.started_at < AGAIN) {
            return Ok(None);
        }
        let keep = rules.iter().map(|(_, rules)| rules.keep_backups).max();
        let keep = keep.unwrap_or(CareRules::default().keep_backups);
        match self.scheduled(plan, usize::try_from(keep).unwrap_or(usize::MAX)).await {
            Ok(made) => Ok(Some(made)),
            // Another process makes it, or somebody does by hand.
            Err(CareError::Running(_) | CareError::TakenOver) => Ok(None),
            Err(error) => {
                self.tell_of_failure(&rules, turn, &error).await?;
                Err(error)
            }
        }
    }

    async fn scheduled(&self, plan: &Plan, keep: usize) -> CareResult<Made> {
        let order = Order {
            place: plan.place.clone(),
            shown: plan.shown.clone(),
            recipients: plan.recipients.clone(),
            keys: plan.keys.clone(),
            made_by: MadeBy::Schedule,
            keep,
        };
        self.back_up(&order, &mut |_row| {}).await
    }

    /// Tells the office of each county, once for each day's backup.
    async fn tell_of_failure(
        &self,
        rules: &[(Uuid, CareRules)],
        turn: Instant,
        error: &CareError,
    ) -> AppResult<()> {
        for (county, _) in rules {
            let facts = Facts::load(self, *county).await?;
            let notices = &facts.settings().notices;
            let failed = Tell {
                county: *county,
                key: format!("backup:{}", turn.format("%FT%H:%M")),
                kind: NoticeKind::BackupFailed,
                to: vec![Address { unit_kind: UnitKind::County, unit_id: *county, duty: Role::Office }],
                ticket: None,
                data: json!({ "problem": error.code() }),
                rules: notices,
            };
            let now = self.clock.now();
            self.store.write(async |tx| notices::tell(tx, now, &failed).await).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_turn_is_of_today_or_of_yesterday() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let times = [NaiveTime::from_hms_opt(2, 30, 0).unwrap()];
        // 02:30 in Shanghai is 18:30 of the day before.
        assert_eq!(last_turn(at("2026-11-30T18:30:00Z"), &times), Some(at("2026-11-30T18:30:00Z")));
        assert_eq!(last_turn(at("2026-11-30T18:29:59Z"), &times), Some(at("2026-11-29T18:30:00Z")));
        assert_eq!(last_turn(at("2026-11-30T18:29:59Z"), &[]), None);
    }
}
