//! The change feed: what happened to which row, in the database's own order, for whose eyes.

use super::{Conn, Error, Tx, entity::change, places::sites::Site};
use crate::domain::{clock::Instant, tickets::Ticket};
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

/// One change; `township_before` differs from `township_after` when a row moves.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    pub county_id: Uuid,
    /// Plural noun as in the URL: `sites`, `checklists`, `tickets`, `inspections`, `divisions`, `site-kinds`.
    pub noun: &'static str,
    pub object_id: Uuid,
    pub version: i32,
    pub township_before: Option<Uuid>,
    pub township_after: Option<Uuid>,
    pub village_id: Option<Uuid>,
    /// Set for rows that only their author keeps.
    pub person_id: Option<Uuid>,
    /// When the township side may hear of it; null = not yet.
    pub visible_from: Option<Instant>,
    pub gone: bool,
}

impl ChangeRow {
    /// A ticket moved, perhaps away from the unit that had it.
    pub fn of_ticket(ticket: &Ticket, unit_before: Option<Uuid>) -> Self {
        Self {
            county_id: ticket.county_id,
            noun: "tickets",
            object_id: ticket.id,
            version: ticket.version,
            township_before: unit_before,
            township_after: ticket.unit_id,
            village_id: ticket.place_village_id,
            person_id: None,
            visible_from: ticket.visible_from,
            gone: false,
        }
    }

    /// A site is to be sent again: its register row changed, or what is known of its visits.
    pub fn of_site(site: &Site, township_before: Option<Uuid>, visible_from: Option<Instant>) -> Self {
        Self {
            county_id: site.county_id,
            noun: "sites",
            object_id: site.id,
            version: site.version,
            township_before,
            township_after: Some(site.township_id),
            village_id: Some(site.village_id),
            person_id: None,
            visible_from,
            gone: false,
        }
    }
}

/// Appends changes in the same transaction as what they tell of; chunked, since an import changes thousands of rows.
pub async fn append(tx: &Tx, at: Instant, rows: Vec<ChangeRow>) -> Result<(), Error> {
    for chunk in rows.chunks(1000) {
        let models = chunk.iter().map(|row| change::ActiveModel {
            county_id: Set(row.county_id),
            noun: Set(row.noun.to_owned()),
            object_id: Set(row.object_id),
            version: Set(row.version),
            township_before: Set(row.township_before),
            township_after: Set(row.township_after),
            village_id: Set(row.village_id),
            person_id: Set(row.person_id),
            visible_from: Set(row.visible_from),
            gone: Set(row.gone),
            at: Set(at),
            ..Default::default()
        });
        change::Entity::insert_many(models).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}
