//! What stands around a photo: everything that names the same or a similar picture, and the other shots of its photographer.

use crate::{
    domain::{clock::Instant, field::media::Sha256},
    store::{
        Conn, Error,
        entity::{operation, operation_file},
        field::named::{NamedFile, genuine},
    },
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use operation::Column as O;
use operation_file::Column as F;

/// Roles of photographs; drawings, voices and sheets of paper are no evidence of a place.
const PHOTOGRAPHS: [&str; 5] = ["overview", "before", "after", "interim", "finding"];
/// References looked at for one picture. More than this many twins tell nothing new.
const MOST: u64 = 200;

/// The sealed work that names a photo.
#[derive(Debug, Clone, sea_orm::FromQueryResult)]
pub struct Work {
    pub id: Uuid,
    pub server_seq: i64,
    pub kind: String,
    pub person_id: Uuid,
    pub post_id: Uuid,
    pub made_at: Instant,
    pub observed_at: Instant,
    pub uncertainty_ms: i64,
    pub accepted_at: Instant,
}

/// Where these pictures are named as photographs that are here, with the work that names them, oldest first.
pub async fn named(
    conn: &impl Conn,
    county: Uuid,
    pictures: &[Sha256],
) -> Result<Vec<(NamedFile, Work)>, Error> {
    here(conn, county, F::Sha256.is_in(pictures.iter().map(ToString::to_string))).await
}

/// Photographs that hang on a ticket and are here, with their work.
pub async fn of_ticket(
    conn: &impl Conn,
    county: Uuid,
    ticket: Uuid,
) -> Result<Vec<(NamedFile, Work)>, Error> {
    here(conn, county, F::SubjectId.eq(ticket)).await
}

/// Photographs that are here, with their work. What somebody named under the id of another photo is nobody's, and says nothing.
async fn here(conn: &impl Conn, county: Uuid, condition: Expr) -> Result<Vec<(NamedFile, Work)>, Error> {
    let files = operation_file::Entity::find()
        .filter(F::CountyId.eq(county).and(condition))
        .filter(F::Role.is_in(PHOTOGRAPHS).and(F::State.eq("stored")))
        .order_by_asc(F::OperationId)
        .order_by_asc(F::FileId)
        .limit(MOST)
        .all(conn.raw())
        .await?;
    with_work(conn, genuine(conn, county, files).await?).await
}

/// The photographs of one operation, whether they are here already or not.
pub async fn of_operation(
    conn: &impl Conn,
    county: Uuid,
    operation: Uuid,
) -> Result<Vec<(NamedFile, Work)>, Error> {
    let files = operation_file::Entity::find()
        .filter(F::CountyId.eq(county).and(F::OperationId.eq(operation)).and(F::Role.is_in(PHOTOGRAPHS)))
        .order_by_asc(F::Ord)
        .all(conn.raw())
        .await?;
    with_work(conn, files).await
}

/// Pieces of work with photographs that are looked at on each side of a moment.
const BESIDE: u64 = 6;

/// Photographs of one person in the work nearest to a moment, before and after it, within so much time of it.
pub async fn beside(
    conn: &impl Conn,
    county: Uuid,
    person: Uuid,
    at: Instant,
    within: TimeDelta,
) -> Result<Vec<NamedFile>, Error> {
    let with_photos = || {
        operation::Entity::find()
            .select_only()
            .column(O::Id)
            .filter(O::CountyId.eq(county).and(O::PersonId.eq(person)).and(O::Files.gt(0)))
            .limit(BESIDE)
    };
    let before = with_photos().filter(O::ObservedAt.between(at - within, at)).order_by_desc(O::ObservedAt);
    let after = with_photos()
        .filter(O::ObservedAt.gt(at).and(O::ObservedAt.lte(at + within)))
        .order_by_asc(O::ObservedAt);
    let mut operations: Vec<Uuid> = before.into_tuple().all(conn.raw()).await?;
    operations.extend(after.into_tuple::<Uuid>().all(conn.raw()).await?);
    if operations.is_empty() {
        return Ok(Vec::new());
    }
    Ok(operation_file::Entity::find()
        .filter(F::OperationId.is_in(operations).and(F::Role.is_in(PHOTOGRAPHS)))
        .limit(MOST)
        .all(conn.raw())
        .await?)
}

async fn with_work(conn: &impl Conn, files: Vec<NamedFile>) -> Result<Vec<(NamedFile, Work)>, Error> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let work = operation::Entity::find()
        .select_only()
        .columns([
            O::Id,
            O::ServerSeq,
            O::Kind,
            O::PersonId,
            O::PostId,
            O::MadeAt,
            O::ObservedAt,
            O::UncertaintyMs,
            O::AcceptedAt,
        ])
        .filter(O::Id.is_in(files.iter().map(|file| file.operation_id)))
        .into_model::<Work>()
        .all(conn.raw())
        .await?;
    let mut pairs: Vec<(NamedFile, Work)> = files
        .into_iter()
        .filter_map(|file| {
            let work = work.iter().find(|work| work.id == file.operation_id)?.clone();
            Some((file, work))
        })
        .collect();
    pairs.sort_by_key(|(file, work)| (work.server_seq, file.ord));
    Ok(pairs)
}
