//! Which leader of the county is in charge of which townships 分管. What ended stays on record.

use crate::{
    domain::{clock::Instant, people::role::Role},
    store::{
        Conn, Error, Tx,
        entity::{leader_charge, post},
    },
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, OnConflict, SelectStatement},
};
use uuid::Uuid;

use leader_charge::Column as C;
use post::Column as P;

/// As stored.
pub type Charge = leader_charge::Model;

/// A leader's post that is held now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaderPost {
    pub id: Uuid,
    pub person_id: Uuid,
}

fn held(county: Uuid, now: Instant) -> Condition {
    Condition::all()
        .add(P::CountyId.eq(county).and(P::Role.eq(Role::CountyLeader.as_str())))
        .add(P::ValidFrom.lte(now))
        .add(Condition::any().add(P::ValidTo.is_null()).add(P::ValidTo.gt(now)))
}

/// The posts of leaders of a county that are held now.
pub async fn posts(conn: &impl Conn, county: Uuid, now: Instant) -> Result<Vec<LeaderPost>, Error> {
    let rows: Vec<(Uuid, Uuid)> = post::Entity::find()
        .select_only()
        .columns([P::Id, P::PersonId])
        .filter(held(county, now))
        .order_by_asc(P::ValidFrom)
        .order_by_asc(P::Id)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().map(|(id, person_id)| LeaderPost { id, person_id }).collect())
}

/// Everything that these posts are and were in charge of, oldest first.
pub async fn of_posts(conn: &impl Conn, county: Uuid, posts: Vec<Uuid>) -> Result<Vec<Charge>, Error> {
    Ok(leader_charge::Entity::find()
        .filter(C::CountyId.eq(county).and(C::PostId.is_in(posts)))
        .order_by_asc(C::BeganAt)
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// Whether the county ever put a leader in charge of a township.
pub async fn any(conn: &impl Conn, county: Uuid) -> Result<bool, Error> {
    let one = leader_charge::Entity::find().filter(C::CountyId.eq(county)).one(conn.raw()).await?;
    Ok(one.is_some())
}

/// The posts in charge of a township now, as far as somebody holds them.
pub async fn in_charge(
    conn: &impl Conn,
    county: Uuid,
    township: Uuid,
    now: Instant,
) -> Result<Vec<LeaderPost>, Error> {
    let posts: Vec<Uuid> = leader_charge::Entity::find()
        .select_only()
        .column(C::PostId)
        .filter(C::CountyId.eq(county).and(C::TownshipId.eq(township)).and(C::EndedAt.is_null()))
        .into_tuple()
        .all(conn.raw())
        .await?;
    let rows: Vec<(Uuid, Uuid)> = post::Entity::find()
        .select_only()
        .columns([P::Id, P::PersonId])
        .filter(P::Id.is_in(posts))
        .filter(held(county, now))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().map(|(id, person_id)| LeaderPost { id, person_id }).collect())
}

/// Puts a post in charge of a township, unless it is already.
pub async fn begin(tx: &Tx, row: Charge) -> Result<(), Error> {
    leader_charge::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// Ends what a post is in charge of beside these townships.
pub async fn end_others(
    tx: &Tx,
    (county, post): (Uuid, Uuid),
    keep: Vec<Uuid>,
    by: Uuid,
    at: Instant,
) -> Result<(), Error> {
    let mut query = leader_charge::Entity::update_many()
        .col_expr(C::EndedAt, Expr::value(at))
        .col_expr(C::EndedBy, Expr::value(by))
        .filter(C::CountyId.eq(county).and(C::PostId.eq(post)).and(C::EndedAt.is_null()));
    if !keep.is_empty() {
        query = query.filter(C::TownshipId.is_not_in(keep));
    }
    query.exec(tx.raw()).await?;
    Ok(())
}

/// The townships that a person's posts are in charge of, in the words of queries.
pub fn townships_of(person: Uuid) -> SelectStatement {
    let posts = post::Entity::find().select_only().column(P::Id).filter(P::PersonId.eq(person)).into_query();
    leader_charge::Entity::find()
        .select_only()
        .column(C::TownshipId)
        .filter(C::EndedAt.is_null().and(C::PostId.in_subquery(posts)))
        .into_query()
}

/// The posts in charge of a township, in the words of queries.
pub fn posts_of(township: Uuid) -> SelectStatement {
    leader_charge::Entity::find()
        .select_only()
        .column(C::PostId)
        .filter(C::EndedAt.is_null().and(C::TownshipId.eq(township)))
        .into_query()
}

/// What the former post was in charge of is the successor's from now on; what it was stays on record.
pub async fn carry(
    tx: &Tx,
    county: Uuid,
    (former, successor): (Uuid, Uuid),
    by: Uuid,
    at: Instant,
) -> Result<(), Error> {
    let held = of_posts(tx, county, vec![former]).await?.into_iter().filter(|row| row.ended_at.is_none());
    let held: Vec<Charge> = held.collect();
    end_others(tx, (county, former), Vec::new(), by, at).await?;
    for row in held {
        // From what it follows, so that a repeat cannot double it.
        let id = Uuid::new_v5(&row.id, successor.as_bytes());
        begin(tx, Charge { id, post_id: successor, began_at: at, began_by: by, ..row }).await?;
    }
    Ok(())
}
