//! Links for villages without an account, and what came by them. A link is found by the hash of its token only.

use crate::{
    domain::{clock::Instant, people::scope::Scope},
    store::{
        Conn, Error, Tx,
        entity::{village_draft, village_link, village_photo},
    },
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use village_draft::Column as D;
use village_link::Column as L;
use village_photo::Column as P;

/// A link as stored.
pub type LinkRow = village_link::Model;
/// What came by a link, as stored; states: `waiting`, `adopted`, `discarded`.
pub type DraftRow = village_draft::Model;
/// A photo of it.
pub type VillagePhoto = village_photo::Model;

/// Waits for a desk officer.
pub const WAITING: &str = "waiting";
pub const ADOPTED: &str = "adopted";
pub const DISCARDED: &str = "discarded";

pub async fn insert(tx: &Tx, row: LinkRow) -> Result<(), Error> {
    village_link::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

pub async fn by_hash(conn: &impl Conn, token_hash: &str) -> Result<Option<LinkRow>, Error> {
    Ok(village_link::Entity::find().filter(L::TokenHash.eq(token_hash)).one(conn.raw()).await?)
}

/// Held until the transaction ends, so that photos are counted one after the other.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<LinkRow>, Error> {
    Ok(village_link::Entity::find_by_id(id).lock(LockType::Update).one(tx.raw()).await?)
}

/// A link of this township.
pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<LinkRow>, Error> {
    let Scope::Township { county, township } = scope else { return Ok(None) };
    Ok(village_link::Entity::find_by_id(id)
        .filter(L::CountyId.eq(county).and(L::TownshipId.eq(township)))
        .one(conn.raw())
        .await?)
}

/// The links of a ticket that this township made, newest first.
pub async fn of_ticket(conn: &impl Conn, scope: Scope, ticket: Uuid) -> Result<Vec<LinkRow>, Error> {
    let Scope::Township { county, township } = scope else { return Ok(Vec::new()) };
    Ok(village_link::Entity::find()
        .filter(L::CountyId.eq(county).and(L::TownshipId.eq(township)).and(L::TicketId.eq(ticket)))
        .order_by_desc(L::CreatedAt)
        .order_by_desc(L::Id)
        .limit(100)
        .all(conn.raw())
        .await?)
}

fn good(now: Instant) -> Condition {
    Condition::all().add(L::RevokedAt.is_null()).add(L::ExpiresAt.gt(now))
}

/// The links of a post that are still good.
pub async fn of_post(conn: &impl Conn, post: Uuid, now: Instant) -> Result<Vec<LinkRow>, Error> {
    Ok(village_link::Entity::find()
        .filter(L::PostId.eq(post))
        .filter(good(now))
        .order_by_asc(L::Id)
        .all(conn.raw())
        .await?)
}

/// Gives the good links of a post to another one.
pub async fn move_to(tx: &Tx, post: Uuid, to: Uuid, person: Uuid, now: Instant) -> Result<(), Error> {
    village_link::Entity::update_many()
        .col_expr(L::PostId, Expr::value(to))
        .col_expr(L::PersonId, Expr::value(person))
        .filter(L::PostId.eq(post))
        .filter(good(now))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Takes a link back; false when that was done before.
pub async fn revoke(tx: &Tx, id: Uuid, by: Uuid, at: Instant) -> Result<bool, Error> {
    let touched = village_link::Entity::update_many()
        .col_expr(L::RevokedAt, Expr::value(at))
        .col_expr(L::RevokedBy, Expr::value(by))
        .filter(L::Id.eq(id).and(L::RevokedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Counts what came by a locked link.
pub async fn count(tx: &Tx, id: Uuid, photos: i32, drafts: i32) -> Result<(), Error> {
    village_link::Entity::update_many()
        .col_expr(L::Photos, Expr::col(L::Photos).add(photos))
        .col_expr(L::Drafts, Expr::col(L::Drafts).add(drafts))
        .filter(L::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// A photo that came by this link.
pub async fn photo(conn: &impl Conn, link: Uuid, sha256: &str) -> Result<Option<VillagePhoto>, Error> {
    Ok(village_photo::Entity::find_by_id((link, sha256.to_owned())).one(conn.raw()).await?)
}

pub async fn insert_photo(tx: &Tx, row: VillagePhoto) -> Result<(), Error> {
    village_photo::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Puts a photo into a draft; what it says of itself comes with it.
pub async fn put_in(tx: &Tx, photo: VillagePhoto) -> Result<(), Error> {
    village_photo::Entity::update_many()
        .col_expr(P::DraftId, Expr::value(photo.draft_id))
        .col_expr(P::No, Expr::value(photo.no))
        .col_expr(P::TakenAt, Expr::value(photo.taken_at))
        .col_expr(P::Position, Expr::value(photo.position))
        .filter(P::LinkId.eq(photo.link_id).and(P::Sha256.eq(photo.sha256)))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The photos of these drafts, in order.
pub async fn photos_of(conn: &impl Conn, drafts: Vec<Uuid>) -> Result<Vec<VillagePhoto>, Error> {
    Ok(village_photo::Entity::find()
        .filter(P::DraftId.is_in(drafts))
        .order_by_asc(P::DraftId)
        .order_by_asc(P::No)
        .all(conn.raw())
        .await?)
}

/// Inserts unless this draft is there already.
pub async fn insert_draft(tx: &Tx, row: DraftRow) -> Result<bool, Error> {
    let rows = village_draft::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// A township's desk sees its drafts; nobody else does.
fn scoped(scope: Scope) -> Condition {
    match scope {
        Scope::Township { county, township } => {
            Condition::all().add(D::CountyId.eq(county)).add(D::TownshipId.eq(township))
        }
        _ => Condition::all().add(Expr::val(1).eq(0)),
    }
}

pub async fn draft(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<DraftRow>, Error> {
    Ok(village_draft::Entity::find_by_id(id).filter(scoped(scope)).one(conn.raw()).await?)
}

/// A draft by its id, for whoever brought it.
pub async fn draft_of_link(conn: &impl Conn, link: Uuid, id: Uuid) -> Result<Option<DraftRow>, Error> {
    Ok(village_draft::Entity::find_by_id(id).filter(D::LinkId.eq(link)).one(conn.raw()).await?)
}

/// Newest first, `limit + 1` rows.
pub async fn drafts(
    conn: &impl Conn,
    scope: Scope,
    ticket: Option<Uuid>,
    state: Option<&str>,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<DraftRow>, Error> {
    let mut query = village_draft::Entity::find().filter(scoped(scope)).filter(
        Condition::all()
            .add_option(ticket.map(|id| D::TicketId.eq(id)))
            .add_option(state.map(|state| D::State.eq(state))),
    );
    if let Some((at, id)) = after {
        query = query
            .filter(Condition::any().add(D::ReceivedAt.lt(at)).add(D::ReceivedAt.eq(at).and(D::Id.lt(id))));
    }
    Ok(query.order_by_desc(D::ReceivedAt).order_by_desc(D::Id).limit(limit + 1).all(conn.raw()).await?)
}

/// How many drafts wait in scope, at one ticket or at all.
pub async fn waiting(conn: &impl Conn, scope: Scope, ticket: Option<Uuid>) -> Result<i64, Error> {
    let rows = village_draft::Entity::find()
        .filter(scoped(scope))
        .filter(D::State.eq(WAITING))
        .filter(Condition::all().add_option(ticket.map(|id| D::TicketId.eq(id))))
        .count(conn.raw())
        .await?;
    Ok(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// Writes what became of a waiting draft; false when somebody was faster.
pub async fn decide(
    tx: &Tx,
    id: Uuid,
    state: &str,
    by: Uuid,
    at: Instant,
    operation: Option<Uuid>,
    reason: String,
) -> Result<bool, Error> {
    let touched = village_draft::Entity::update_many()
        .col_expr(D::State, Expr::value(state))
        .col_expr(D::DecidedBy, Expr::value(by))
        .col_expr(D::DecidedAt, Expr::value(at))
        .col_expr(D::OperationId, Expr::value(operation))
        .col_expr(D::Reason, Expr::value(reason))
        .filter(D::Id.eq(id).and(D::State.eq(WAITING)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
