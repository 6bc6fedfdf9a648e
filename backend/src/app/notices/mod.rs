//! Notices: what each duty of a unit is told, made from the events of tickets by one job, and by [`tell`] from everything else.

mod address;
pub mod channels;
mod compose;
pub mod counts;
pub mod dates;
mod deliver;
pub mod gather;
pub mod inbox;
pub mod keys;
pub mod mail;
pub mod messages;
pub mod pushes;
pub mod text;

use super::AppResult;
use crate::{
    domain::{
        clock::Instant,
        notices::{events::Address, kind::NoticeKind, settings::NoticeRules},
    },
    store::{
        Tx,
        notices::inbox::{self as rows, NewNotice},
    },
};
use compose::Urgent;
use gather::AllRules;
use serde_json::Value;
use uuid::Uuid;

/// Something to be told that is no event of a ticket: drafts that wait, a month that was published, a unit without a holder.
#[derive(Debug, Clone)]
pub struct Tell<'a> {
    pub county: Uuid,
    /// What it is about, so that the same is told once: `drafts:{link}`.
    pub key: String,
    pub kind: NoticeKind,
    pub to: Vec<Address>,
    pub ticket: Option<Uuid>,
    pub data: Value,
    /// The county's rules say what is urgent.
    pub rules: &'a NoticeRules,
}

/// Writes a notice for each address, in the transaction of what it tells, and the messages of those that are urgent; answers how many
/// are new.
pub async fn tell(tx: &Tx, now: Instant, tell: &Tell<'_>) -> AppResult<usize> {
    let new = write(tx, now, tell).await?;
    if tell.rules.is_urgent(tell.kind) && !new.is_empty() {
        let told: Vec<Urgent> =
            new.iter().map(|to| Urgent { county: tell.county, key: tell.key.clone(), to: *to }).collect();
        compose::urgent(tx, &AllRules::from([(tell.county, tell.rules.clone())]), &told, now).await?;
    }
    Ok(new.len())
}

/// The notices alone; answers to whom they are new.
async fn write(tx: &Tx, at: Instant, tell: &Tell<'_>) -> AppResult<Vec<Address>> {
    let mut written = Vec::new();
    for to in &tell.to {
        let new = NewNotice {
            id: id_of(&tell.key, *to),
            county_id: tell.county,
            kind: tell.kind,
            event_key: tell.key.clone(),
            to: *to,
            ticket_id: tell.ticket,
            data: tell.data.clone(),
            urgent: tell.rules.is_urgent(tell.kind),
            at,
        };
        if rows::insert(tx, new).await? {
            written.push(*to);
        }
    }
    Ok(written)
}

/// The namespace of notice ids: the same thing told to the same duty has the same id.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0e_12c7_5a4d_5b61_8a5e_0c3b_77d1_0018);

fn id_of(key: &str, to: Address) -> Uuid {
    let name = format!("{key}|{}|{}", to.unit_id, to.duty.as_str());
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}
