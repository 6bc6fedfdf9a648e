//! Browsers that their person lets us wake.

use crate::{
    domain::{clock::Instant, people::role::Role},
    store::{
        Conn, Error, Tx,
        colours::leaders,
        entity::{notice_push, post},
    },
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::OnConflict,
};
use uuid::Uuid;

use notice_push::Column as P;

/// A browser as stored.
pub type Push = notice_push::Model;

/// Keeps one browser once: whoever signs in there last has it. Answers its id.
pub async fn put(tx: &Tx, row: Push) -> Result<Uuid, Error> {
    let hash = row.endpoint_hash.clone();
    let known = notice_push::Entity::find().filter(P::EndpointHash.eq(hash.as_str())).one(tx.raw()).await?;
    if let Some(known) = known {
        if known.person_id == row.person_id {
            return Ok(known.id);
        }
        remove(tx, known.id).await?;
    }
    let id = row.id;
    notice_push::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(P::EndpointHash).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    let kept = notice_push::Entity::find().filter(P::EndpointHash.eq(hash)).one(tx.raw()).await?;
    Ok(kept.map_or(id, |kept| kept.id))
}

pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<Push>, Error> {
    Ok(notice_push::Entity::find_by_id(id).one(conn.raw()).await?)
}

pub async fn of_person(conn: &impl Conn, person: Uuid) -> Result<Vec<Push>, Error> {
    Ok(notice_push::Entity::find().filter(P::PersonId.eq(person)).order_by_asc(P::Id).all(conn.raw()).await?)
}

/// All of a county, each person's together.
pub async fn of_county(conn: &impl Conn, county: Uuid) -> Result<Vec<Push>, Error> {
    Ok(notice_push::Entity::find()
        .filter(P::CountyId.eq(county))
        .order_by_asc(P::PersonId)
        .order_by_asc(P::Id)
        .all(conn.raw())
        .await?)
}

/// Browsers of the people who hold this duty of this unit now.
pub async fn of_duty(conn: &impl Conn, unit: Uuid, duty: Role, now: Instant) -> Result<Vec<Push>, Error> {
    let valid = Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(now));
    // Of a county's leader the unit may be a township, for whoever is in charge of it.
    let charge = duty == Role::CountyLeader;
    let holders = post::Entity::find()
        .select_only()
        .column(post::Column::PersonId)
        .filter(
            Condition::any()
                .add(post::Column::UnitId.eq(unit))
                .add_option(charge.then(|| post::Column::Id.in_subquery(leaders::posts_of(unit)))),
        )
        .filter(post::Column::Role.eq(duty.as_str()))
        .filter(post::Column::ValidFrom.lte(now))
        .filter(valid)
        .into_query();
    Ok(notice_push::Entity::find()
        .filter(P::PersonId.in_subquery(holders))
        .order_by_asc(P::Id)
        .all(conn.raw())
        .await?)
}

pub async fn remove(tx: &Tx, id: Uuid) -> Result<(), Error> {
    notice_push::Entity::delete_by_id(id).exec(tx.raw()).await?;
    Ok(())
}

/// Removes it if it is this person's.
pub async fn remove_own(tx: &Tx, person: Uuid, id: Uuid) -> Result<(), Error> {
    notice_push::Entity::delete_many()
        .filter(P::Id.eq(id).and(P::PersonId.eq(person)))
        .exec(tx.raw())
        .await?;
    Ok(())
}
