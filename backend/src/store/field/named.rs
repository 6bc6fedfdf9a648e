//! The files that operations name (`operation_file`): what is on its way, and which photos belong to what.

use crate::{
    domain::{
        clock::Instant,
        field::{
            envelope::FileRef,
            inspection::{clean, shorten},
            media::Sha256,
        },
        people::scope::Scope,
    },
    store::{Conn, Error, Tx, entity::operation, entity::operation_file, field::files::ERASED},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

use operation_file::Column as C;

/// A named file as stored.
pub type NamedFile = operation_file::Model;

/// A file of an operation with what it belongs to.
#[derive(Debug, Clone)]
pub struct NewNamed<'a> {
    pub file: &'a FileRef,
    pub subject: &'static str,
    pub subject_id: Uuid,
    /// Photos of failed answers go first.
    pub urgent: bool,
}

/// Who may see the files of one operation.
#[derive(Debug, Clone, Copy)]
pub struct NamedBy {
    pub operation_id: Uuid,
    pub county_id: Uuid,
    pub person_id: Uuid,
    pub township_id: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub visible_from: Option<Instant>,
}

/// What naming the files of an operation led to.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// The hashes that the county lacks, urgent ones first.
    pub missing: Vec<String>,
    /// Ids that stand for other bytes, or for somebody else's photo, since an earlier operation.
    pub forked: Vec<Uuid>,
}

/// Records the files of an operation.
pub async fn insert(tx: &Tx, by: NamedBy, files: &[NewNamed<'_>]) -> Result<Named, Error> {
    if files.is_empty() {
        return Ok(Named::default());
    }
    // Only bytes that this person has sent before count as here: naming a hash must neither tell nor give anybody
    // a file that he never had. Equal bytes of two people still become one object when both have uploaded them.
    // Erased bytes are waited for from nobody.
    let known: Vec<(String, String)> = operation_file::Entity::find()
        .select_only()
        .columns([C::Sha256, C::State])
        .filter(C::CountyId.eq(by.county_id))
        .filter(C::PersonId.eq(by.person_id).and(C::State.eq("stored")).or(C::State.eq(ERASED)))
        .filter(C::Sha256.is_in(files.iter().map(|f| f.file.sha256.as_str())))
        .distinct()
        .into_tuple()
        .all(tx.raw())
        .await?;
    let known: HashMap<String, String> = known.into_iter().collect();
    let mut missing: Vec<(bool, String)> = Vec::new();
    let rows: Vec<operation_file::ActiveModel> = files
        .iter()
        .enumerate()
        .map(|(ord, named)| {
            let state = known.get(&named.file.sha256).map_or("missing", String::as_str);
            if state == "missing" && !missing.iter().any(|(_, sha)| *sha == named.file.sha256) {
                missing.push((!named.urgent, named.file.sha256.clone()));
            }
            let f = named.file;
            operation_file::ActiveModel {
                operation_id: Set(by.operation_id),
                file_id: Set(f.file_id),
                county_id: Set(by.county_id),
                ord: Set(i32::try_from(ord).unwrap_or(i32::MAX)),
                sha256: Set(f.sha256.clone()),
                bytes: Set(f.bytes),
                media_type: Set(shorten(&f.media_type, 64)),
                role: Set(shorten(&f.role, 32)),
                item_path: Set(f.item_path.as_deref().map(|text| shorten(text, 128))),
                instance_key: Set(f.instance_key.as_deref().map(|text| shorten(text, 128))),
                urgent: Set(named.urgent),
                state: Set(state.to_owned()),
                sidecar: Set(sidecar(f)),
                flags: Set(serde_json::Value::Array(Vec::new())),
                subject: Set(named.subject.to_owned()),
                subject_id: Set(named.subject_id),
                township_id: Set(by.township_id),
                village_id: Set(by.village_id),
                person_id: Set(by.person_id),
                visible_from: Set(by.visible_from),
            }
        })
        .collect();
    operation_file::Entity::insert_many(rows)
        // Work that is judged again may belong elsewhere now.
        .on_conflict(
            OnConflict::columns([C::OperationId, C::FileId])
                .update_columns([
                    C::Subject,
                    C::SubjectId,
                    C::Urgent,
                    C::TownshipId,
                    C::VillageId,
                    C::VisibleFrom,
                ])
                .to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    missing.sort_by_key(|(later, _)| *later);
    let firsts = firsts(tx, by.county_id, files.iter().map(|named| named.file.file_id).collect()).await?;
    let forked = files.iter().filter(|named| {
        firsts.get(&named.file.file_id).is_some_and(|first| !first.is(&named.file.sha256, by.person_id))
    });
    Ok(Named {
        forked: forked.map(|named| named.file.file_id).collect(),
        missing: missing.into_iter().map(|(_, sha)| sha).collect(),
    })
}

/// What a file's id stands for, by the operation that named it first.
struct First {
    sha256: String,
    person_id: Uuid,
}

impl First {
    fn is(&self, sha256: &str, person: Uuid) -> bool {
        self.sha256 == sha256 && self.person_id == person
    }
}

/// What these ids stand for. Phones choose them, so somebody could name a photo that he has seen once more, with bytes of his own:
/// the operation that came first decides, by a number that only the server gives.
async fn firsts(conn: &impl Conn, county: Uuid, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, First>, Error> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut firsts = HashMap::new();
    for chunk in ids.chunks(500) {
        let operation = operation_file::Entity::belongs_to(operation::Entity)
            .from(C::OperationId)
            .to(operation::Column::Id)
            .into();
        let named: Vec<(Uuid, String, Uuid)> = operation_file::Entity::find()
            .select_only()
            .columns([C::FileId, C::Sha256, C::PersonId])
            .join(JoinType::InnerJoin, operation)
            .filter(C::CountyId.eq(county).and(C::FileId.is_in(chunk.iter().copied())))
            .order_by_asc(operation::Column::ServerSeq)
            .into_tuple()
            .all(conn.raw())
            .await?;
        for (id, sha256, person_id) in named {
            firsts.entry(id).or_insert(First { sha256, person_id });
        }
    }
    Ok(firsts)
}

/// Those rows that show what their id stands for: the first that named it, and later ones of the same person with the same bytes, as a
/// correction names its visit's photos again. The others keep their bytes and receipt, and are shown as nobody's photo.
pub(in crate::store) async fn genuine(
    conn: &impl Conn,
    county: Uuid,
    mut rows: Vec<NamedFile>,
) -> Result<Vec<NamedFile>, Error> {
    if rows.is_empty() {
        return Ok(rows);
    }
    let firsts = firsts(conn, county, rows.iter().map(|row| row.file_id).collect()).await?;
    rows.retain(|row| firsts.get(&row.file_id).is_none_or(|first| first.is(&row.sha256, row.person_id)));
    Ok(rows)
}

/// What the phone says of the photo: time, place, way of capture.
fn sidecar(f: &FileRef) -> serde_json::Value {
    clean(serde_json::json!({
        "taken_at": f.taken_at,
        "capture": f.capture,
        "capture_reason": f.capture_reason,
        "reencoded": f.reencoded,
        "position": f.position.as_ref().and_then(|p| p.checked()),
        "heading": f.heading,
        "of_file_id": f.of_file_id,
        "seconds": f.seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
    }))
}

/// The hashes that an operation still waits for, urgent ones first.
pub async fn missing(conn: &impl Conn, operation: Uuid) -> Result<Vec<String>, Error> {
    let mut hashes: Vec<String> = operation_file::Entity::find()
        .select_only()
        .column(C::Sha256)
        .filter(C::OperationId.eq(operation).and(C::State.eq("missing")))
        .order_by_desc(C::Urgent)
        .order_by_asc(C::Ord)
        .into_tuple()
        .all(conn.raw())
        .await?;
    let mut seen = HashSet::new();
    hashes.retain(|sha| seen.insert(sha.clone()));
    Ok(hashes)
}

/// All files of an operation, in the order of its manifest.
pub async fn of_operation(conn: &impl Conn, operation: Uuid) -> Result<Vec<NamedFile>, Error> {
    Ok(operation_file::Entity::find()
        .filter(C::OperationId.eq(operation))
        .order_by_asc(C::Ord)
        .all(conn.raw())
        .await?)
}

/// The files of these subjects (tickets, visits) that the caller has already been given, in order; hidden ones for the county only.
pub async fn of_subjects(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    subjects: Vec<Uuid>,
) -> Result<Vec<NamedFile>, Error> {
    let Some(county) = scope.county() else { return Ok(Vec::new()) };
    let mut query =
        operation_file::Entity::find().filter(C::CountyId.eq(county).and(C::SubjectId.is_in(subjects)));
    query = match scope {
        Scope::Platform | Scope::County { .. } => query,
        Scope::Department { .. } | Scope::Township { .. } | Scope::Village { .. } => {
            query.filter(C::VisibleFrom.lte(now))
        }
        Scope::Own { person, .. } => query.filter(C::VisibleFrom.lte(now).or(C::PersonId.eq(person))),
    };
    let rows = query.order_by_asc(C::OperationId).order_by_asc(C::Ord).all(conn.raw()).await?;
    genuine(conn, county, rows).await
}

/// Where one of these operations names this hash.
pub async fn by_hash(
    conn: &impl Conn,
    county: Uuid,
    sha256: Sha256,
    operations: &[Uuid],
) -> Result<Vec<NamedFile>, Error> {
    let named = operation_file::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Sha256.eq(sha256.to_string())))
        .all(conn.raw())
        .await?;
    Ok(named.into_iter().filter(|file| operations.contains(&file.operation_id)).collect())
}

/// True while an operation waits for files that will be shown.
pub async fn any_missing(conn: &impl Conn, county: Uuid, operation: Uuid) -> Result<bool, Error> {
    let rows = operation_file::Entity::find()
        .filter(C::OperationId.eq(operation).and(C::State.eq("missing")))
        .all(conn.raw())
        .await?;
    Ok(!genuine(conn, county, rows).await?.is_empty())
}

/// Marks one file of an operation as here; true when it waited for just these bytes.
pub async fn mark_here(tx: &Tx, operation: Uuid, sha256: &str, bytes: i64) -> Result<bool, Error> {
    let marked = operation_file::Entity::update_many()
        .col_expr(C::State, Expr::value("stored"))
        .filter(C::OperationId.eq(operation).and(C::Sha256.eq(sha256)).and(C::Bytes.eq(bytes)))
        .filter(C::State.eq("missing"))
        .exec(tx.raw())
        .await?;
    Ok(marked.rows_affected > 0)
}

/// Stops waiting for what is still missing; answers how many files that were.
pub async fn waive(tx: &Tx, operation: Uuid) -> Result<u64, Error> {
    let waived = operation_file::Entity::update_many()
        .col_expr(C::State, Expr::value("waived"))
        .filter(C::OperationId.eq(operation).and(C::State.eq("missing")))
        .exec(tx.raw())
        .await?;
    Ok(waived.rows_affected)
}

/// True when every file of an operation is durable here, or was erased on purpose after it had come.
pub async fn all_stored(conn: &impl Conn, operation: Uuid) -> Result<bool, Error> {
    let others = operation_file::Entity::find()
        .filter(C::OperationId.eq(operation).and(C::State.is_not_in(["stored", ERASED])))
        .count(conn.raw())
        .await?;
    Ok(others == 0)
}

/// Lets whoever repairs see the files of a ticket from `at` on, without those of operations whose round is still hidden.
pub async fn release(
    tx: &Tx,
    county: Uuid,
    ticket: Uuid,
    hidden: Vec<Uuid>,
    at: Instant,
) -> Result<(), Error> {
    operation_file::Entity::update_many()
        .col_expr(C::VisibleFrom, Expr::value(at))
        .filter(C::CountyId.eq(county).and(C::SubjectId.eq(ticket)).and(C::VisibleFrom.is_null()))
        .filter(C::OperationId.is_not_in(hidden))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// What these operations sent with one ticket belongs to another one now.
pub async fn move_to(
    tx: &Tx,
    county: Uuid,
    from: Uuid,
    to: Uuid,
    operations: Vec<Uuid>,
) -> Result<(), Error> {
    operation_file::Entity::update_many()
        .col_expr(C::SubjectId, Expr::value(to))
        .filter(C::CountyId.eq(county).and(C::SubjectId.eq(from)).and(C::Subject.eq("ticket")))
        .filter(C::OperationId.is_in(operations))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Lets whoever repairs see the files of these operations from `at` on, at whatever they hang.
pub async fn release_operations(
    tx: &Tx,
    county: Uuid,
    operations: Vec<Uuid>,
    at: Instant,
) -> Result<(), Error> {
    for chunk in operations.chunks(500) {
        operation_file::Entity::update_many()
            .col_expr(C::VisibleFrom, Expr::value(at))
            .filter(C::CountyId.eq(county).and(C::OperationId.is_in(chunk.iter().copied())))
            .filter(C::VisibleFrom.is_null())
            .exec(tx.raw())
            .await?;
    }
    Ok(())
}
