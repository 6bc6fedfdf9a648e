//! Copies 抄送 to the leaders in charge: a row a leader and matter, written when it is delivered. Whether it is read nobody counts.

use super::leaders;
use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
    },
    store::{Conn, Error, Tx, entity::leader_copy},
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use leader_copy::Column as C;

/// The publication of a red month; the object is the month's row.
pub const RED: &str = "red";
/// A ticket that went up the ladder; the object is the event that says so, because a new clock may go up in its turn. Of the first
/// versions it is the ticket.
pub const ESCALATION: &str = "escalation";

/// As stored.
pub type Copy = leader_copy::Model;

/// Delivers a copy to each leader in charge of a township now; the same matter twice changes nothing. Answers how many are new.
pub async fn deliver(
    tx: &Tx,
    county: Uuid,
    township: Uuid,
    what: &str,
    object_id: Uuid,
    now: Instant,
) -> Result<u64, Error> {
    let mut new = 0;
    for post in leaders::in_charge(tx, county, township, now).await? {
        let row = Copy {
            // From what it is of, so that a repeat cannot double it.
            id: Uuid::new_v5(&object_id, format!("{what}/{}", post.id).as_bytes()),
            county_id: county,
            post_id: post.id,
            person_id: post.person_id,
            township_id: township,
            what: what.to_owned(),
            object_id,
            delivered_at: now,
        };
        new += leader_copy::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(tx.raw())
            .await?;
    }
    Ok(new)
}

/// One page, newest first: a leader's own, or all of a county.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    person: Option<Uuid>,
    page: &PageRequest,
) -> Result<Vec<Copy>, Error> {
    let mut query = leader_copy::Entity::find().filter(C::CountyId.eq(county));
    if let Some(person) = person {
        query = query.filter(C::PersonId.eq(person));
    }
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query = query.filter(
            Condition::any().add(C::DeliveredAt.lt(at)).add(C::DeliveredAt.eq(at).and(C::Id.lt(*id))),
        );
    }
    let query = query.order_by_desc(C::DeliveredAt).order_by_desc(C::Id);
    Ok(query.limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the page after this one begins.
pub fn cursor(row: &Copy) -> Cursor {
    Cursor { key: row.delivered_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}
