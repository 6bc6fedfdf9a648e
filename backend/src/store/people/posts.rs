//! Posts: a role in a unit, for a time.

use super::{
    units::{self, Unit},
    word,
};
use crate::{
    domain::{
        clock::Instant,
        people::role::{Role, UnitKind},
    },
    store::{Conn, Error, Tx, entity::post},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// A post with the township that its unit lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    pub id: Uuid,
    /// `None` for the platform's own posts.
    pub county_id: Option<Uuid>,
    pub person_id: Uuid,
    pub role: Role,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    /// The township of a township or village post.
    pub township_id: Option<Uuid>,
    pub valid_from: Instant,
    pub valid_to: Option<Instant>,
    pub delegated_by: Option<Uuid>,
}

impl PostRow {
    pub fn is_valid_at(&self, at: Instant) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }
}

/// All posts of these people, ended ones too, each person's oldest first.
pub async fn of_people(conn: &impl Conn, people: &[Uuid]) -> Result<Vec<PostRow>, Error> {
    let mut posts = Vec::new();
    for chunk in people.chunks(1000) {
        let query = post::Entity::find().filter(post::Column::PersonId.is_in(chunk.iter().copied()));
        let query = query.order_by_asc(post::Column::ValidFrom).order_by_asc(post::Column::Id);
        posts.extend(with_townships(conn, query).await?);
    }
    Ok(posts)
}

/// The posts that a person holds at an instant or will hold later, oldest first.
pub async fn not_ended(conn: &impl Conn, person: Uuid, at: Instant) -> Result<Vec<PostRow>, Error> {
    let not_ended = Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(at));
    let query = post::Entity::find().filter(post::Column::PersonId.eq(person)).filter(not_ended);
    with_townships(conn, query.order_by_asc(post::Column::ValidFrom).order_by_asc(post::Column::Id)).await
}

/// The post, if this person held it at that instant: authority is judged at capture time.
pub async fn held_at(
    conn: &impl Conn,
    person: Uuid,
    post: Uuid,
    at: Instant,
) -> Result<Option<PostRow>, Error> {
    Ok(get(conn, post).await?.filter(|row| row.person_id == person && row.is_valid_at(at)))
}

/// Of these posts those that stand in for another one: the person whose it is.
pub async fn principals(conn: &impl Conn, posts: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>, Error> {
    let acting = post::Entity::find()
        .filter(post::Column::Id.is_in(posts))
        .filter(post::Column::DelegatedBy.is_not_null())
        .all(conn.raw())
        .await?;
    let of: Vec<Uuid> = acting.iter().filter_map(|row| row.delegated_by).collect();
    let holders: HashMap<Uuid, Uuid> = post::Entity::find()
        .filter(post::Column::Id.is_in(of))
        .all(conn.raw())
        .await?
        .into_iter()
        .map(|row| (row.id, row.person_id))
        .collect();
    Ok(acting.into_iter().filter_map(|row| Some((row.id, *holders.get(&row.delegated_by?)?))).collect())
}

pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<PostRow>, Error> {
    Ok(with_townships(conn, post::Entity::find_by_id(id)).await?.pop())
}

/// A post as it is begun.
#[derive(Debug, Clone)]
pub struct BegunPost {
    pub id: Uuid,
    pub county_id: Option<Uuid>,
    pub person_id: Uuid,
    pub role: Role,
    pub unit_id: Uuid,
    pub valid_from: Instant,
    pub valid_to: Option<Instant>,
    pub delegated_by: Option<Uuid>,
    pub created_at: Instant,
}

pub async fn insert(tx: &Tx, new: BegunPost) -> Result<(), Error> {
    post::Entity::insert(post::ActiveModel {
        id: Set(new.id),
        county_id: Set(new.county_id),
        person_id: Set(new.person_id),
        role: Set(new.role.as_str().into()),
        unit_kind: Set(new.role.unit_kind().as_str().into()),
        unit_id: Set(new.unit_id),
        valid_from: Set(new.valid_from),
        valid_to: Set(new.valid_to),
        delegated_by: Set(new.delegated_by),
        created_at: Set(new.created_at),
        version: Set(1),
    })
    .exec_without_returning(tx.raw())
    .await?;
    Ok(())
}

/// Ends a post at an instant; a post that ended earlier keeps its end. False when nothing changed.
pub async fn end(tx: &Tx, id: Uuid, at: Instant) -> Result<bool, Error> {
    use sea_orm::{ExprTrait, sea_query::Expr};
    let open = Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(at));
    let ended = post::Entity::update_many()
        .col_expr(post::Column::ValidTo, Expr::value(at))
        .col_expr(post::Column::Version, Expr::col(post::Column::Version).add(1))
        .filter(post::Column::Id.eq(id))
        .filter(open)
        .exec(tx.raw())
        .await?;
    Ok(ended.rows_affected == 1)
}

/// These posts, ended ones too.
pub async fn of_ids(conn: &impl Conn, ids: Vec<Uuid>) -> Result<HashMap<Uuid, PostRow>, Error> {
    let rows = with_townships(conn, post::Entity::find().filter(post::Column::Id.is_in(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A post, held until the transaction ends: whoever gives it something or takes it away does so one after the other.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<PostRow>, Error> {
    use sea_orm::{QuerySelect, sea_query::LockType};
    Ok(with_townships(tx, post::Entity::find_by_id(id).lock(LockType::Update)).await?.pop())
}

/// The posts of a county that are held at an instant or will be later, oldest first; of these units, or of all.
pub async fn of_county(
    conn: &impl Conn,
    county: Uuid,
    unit_ids: Option<Vec<Uuid>>,
    at: Instant,
) -> Result<Vec<PostRow>, Error> {
    let not_ended = Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(at));
    let query = post::Entity::find()
        .filter(post::Column::CountyId.eq(county))
        .filter(Condition::all().add_option(unit_ids.map(|ids| post::Column::UnitId.is_in(ids))))
        .filter(not_ended);
    with_townships(conn, query.order_by_asc(post::Column::ValidFrom).order_by_asc(post::Column::Id)).await
}

/// The posts that stand in for this one and have not ended.
pub async fn substitutes(conn: &impl Conn, id: Uuid, at: Instant) -> Result<Vec<PostRow>, Error> {
    let not_ended = Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(at));
    let query = post::Entity::find().filter(post::Column::DelegatedBy.eq(id)).filter(not_ended);
    with_townships(conn, query.order_by_asc(post::Column::ValidFrom).order_by_asc(post::Column::Id)).await
}

async fn with_townships(
    conn: &impl Conn,
    query: sea_orm::Select<post::Entity>,
) -> Result<Vec<PostRow>, Error> {
    let rows = query.all(conn.raw()).await?;
    let village = UnitKind::Village.as_str();
    let villages: Vec<Uuid> =
        rows.iter().filter(|row| row.unit_kind == village).map(|row| row.unit_id).collect();
    let units = if villages.is_empty() { HashMap::new() } else { units::by_ids(conn, &villages).await? };
    rows.iter().map(|row| read(row, &units)).collect()
}

fn read(row: &post::Model, units: &HashMap<Uuid, Unit>) -> Result<PostRow, Error> {
    let unit_kind = word(UnitKind::parse, "post", "unit_kind", &row.unit_kind)?;
    Ok(PostRow {
        role: word(Role::parse, "post", "role", &row.role)?,
        township_id: match unit_kind {
            UnitKind::Township => Some(row.unit_id),
            UnitKind::Village => units.get(&row.unit_id).and_then(|unit| unit.parent_id),
            _ => None,
        },
        unit_kind,
        id: row.id,
        county_id: row.county_id,
        person_id: row.person_id,
        unit_id: row.unit_id,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        delegated_by: row.delegated_by,
    })
}
