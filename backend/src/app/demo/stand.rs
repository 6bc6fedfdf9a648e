//! The stand 演示台: who stands at its panes, and how they come in without a password. Only a demo has one.

use super::MADE_AT;
use crate::{
    app::{
        App, AppError, AppResult, Origin,
        people::{devices::NewDevice, login::SignedIn},
    },
    domain::{
        clock::{Instant, local_day},
        demo::Pane,
        problem::Code,
    },
    store::{
        meta,
        people::{persons, posts, units},
        places::divisions::{self, Division},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

/// The person of a pane.
const fn login(pane: Pane) -> &'static str {
    match pane {
        Pane::Inspector => "inspector1",
        Pane::Township => TOWNSHIP_LOGIN,
        Pane::Office => "office1",
    }
}

const TOWNSHIP_LOGIN: &str = "xingqiao.desk";
/// The township of the township's pane: its walk goes there.
pub(super) const TOWNSHIP: &str = "519901001000";

/// Somebody of the demo by name and login.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoWho {
    pub name: String,
    pub login: String,
}

/// Who stands at a pane.
#[derive(Debug, Clone)]
pub struct AtPane {
    pub pane: Pane,
    pub person: DemoWho,
    pub unit_name: String,
}

/// What the stand says of the county.
#[derive(Debug, Clone)]
pub struct Cast {
    pub county: String,
    pub made_at: Instant,
    pub panes: Vec<AtPane>,
}

impl App {
    /// Everybody at the panes; `not_found` outside a demo.
    pub async fn cast(&self) -> AppResult<Cast> {
        let county = self.demo_county().await?;
        let (read, now) = (self.store.read(), self.clock.now());
        let mut panes = Vec::with_capacity(Pane::ALL.len());
        for pane in Pane::ALL {
            let person = persons::by_login(read, login(pane)).await?.ok_or(Code::NotFound)?;
            let post = posts::not_ended(read, person.id, now).await?.into_iter().next();
            let unit = post.map_or(county.id, |post| post.unit_id);
            let unit_name = units::by_ids(read, &[unit]).await?.remove(&unit).map(|unit| unit.name);
            panes.push(AtPane {
                pane,
                person: DemoWho { name: person.name, login: person.login },
                unit_name: unit_name.unwrap_or_default(),
            });
        }
        let made_at = meta::get(read, MADE_AT).await?.and_then(|text| text.parse().ok()).unwrap_or(now);
        Ok(Cast { county: county.name, made_at, panes })
    }

    /// How many days of the calendar ago the county was made: what it shows as of today was of that day.
    pub async fn demo_days_old(&self) -> AppResult<i64> {
        let now = self.clock.now();
        let made_at =
            meta::get(self.store.read(), MADE_AT).await?.and_then(|text| text.parse::<Instant>().ok());
        Ok(made_at.map_or(0, |at| (local_day(now) - local_day(at)).num_days().max(0)))
    }

    /// Opens a session of the person who stands at a pane, as a password would.
    pub async fn sign_in_at(
        &self,
        pane: Pane,
        device: Option<NewDevice>,
        user_agent: Option<String>,
        origin: Origin,
    ) -> AppResult<SignedIn> {
        self.demo_county().await?;
        self.sign_in_unasked(login(pane), device, user_agent, origin).await
    }

    /// The county of a demo; every other installation knows nothing of this.
    pub(super) async fn demo_county(&self) -> AppResult<Division> {
        if !self.demo {
            return Err(Code::NotFound.into());
        }
        divisions::counties(self.store.read()).await?.pop().ok_or_else(|| AppError::from(Code::NotFound))
    }
}
