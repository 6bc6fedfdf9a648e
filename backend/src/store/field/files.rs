//! Stored files, and the operations that name them. Who may see them stands in `visible`.

use crate::{
    domain::{
        clock::Instant,
        field::{
            flag::Flag,
            media::{FileKind, PhotoKind, Sha256},
        },
    },
    store::{Conn, Error, Tx, entity::file, entity::operation, entity::operation_file},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Condition, Expr, OnConflict},
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(super) const STORED: &str = "stored";
pub(super) const ERASED: &str = "erased";

/// How far the copies for the screen are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    Waiting,
    Made,
    /// Made of a drawing that lies over a photo: PNG, transparent as it came.
    Layer,
    /// None can be made of these bytes; the flags say why. A voice note has none by its nature.
    Impossible,
}

impl Copies {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Made => "made",
            Self::Layer => "layer",
            Self::Impossible => "none",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Made, Self::Layer, Self::Impossible]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A file that the county has.
#[derive(Debug, Clone)]
pub struct StoredFile {
    pub county_id: Uuid,
    pub sha256: Sha256,
    pub bytes: u64,
    /// By its first bytes; `None` for what is neither photo nor voice.
    pub kind: Option<FileKind>,
    /// Upright, in pixels; zero until it is known.
    pub size: (u32, u32),
    pub copies: Copies,
    /// Codes of what was noticed.
    pub flags: Vec<String>,
    /// The bytes were erased on purpose; hash and length stay.
    pub erased: bool,
    pub stored_at: Instant,
    /// When the stored bytes were last read and hashed again, and since when something has been wrong with them.
    pub checked_at: Option<Instant>,
    pub broken_at: Option<Instant>,
}

pub(super) fn stored_file(row: file::Model) -> Result<StoredFile, Error> {
    let wrong = |column, value: String| Error::Inconsistent { table: "file", column, value };
    Ok(StoredFile {
        county_id: row.county_id,
        sha256: Sha256::parse(&row.sha256).ok_or_else(|| wrong("sha256", row.sha256.clone()))?,
        bytes: u64::try_from(row.bytes).map_err(|_negative| wrong("bytes", row.bytes.to_string()))?,
        kind: FileKind::from_media_type(&row.media_type),
        size: (row.width.unsigned_abs(), row.height.unsigned_abs()),
        copies: Copies::parse(&row.derivatives)
            .ok_or_else(|| wrong("derivatives", row.derivatives.clone()))?,
        flags: serde_json::from_value(row.flags).unwrap_or_default(),
        erased: row.erased_at.is_some(),
        stored_at: row.stored_at,
        checked_at: row.checked_at,
        broken_at: row.broken_at,
    })
}

/// Type of bytes that are no photo: a browser saves them and does nothing else with them.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The county's file of this hash.
pub async fn find(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Option<StoredFile>, Error> {
    let row = file::Entity::find_by_id((county, sha256.to_string())).one(conn.raw()).await?;
    row.map(stored_file).transpose()
}

/// Records a durable file; one that is already there stays as it is.
pub async fn insert(
    tx: &Tx,
    now: Instant,
    county: Uuid,
    sha256: Sha256,
    bytes: u64,
    kind: Option<FileKind>,
) -> Result<(), Error> {
    let copies = if matches!(kind, Some(FileKind::Voice(_))) { Copies::Impossible } else { Copies::Waiting };
    let row = file::ActiveModel {
        county_id: Set(county),
        sha256: Set(sha256.to_string()),
        bytes: Set(i64::try_from(bytes).unwrap_or(i64::MAX)),
        media_type: Set(kind.map_or(UNKNOWN_TYPE, FileKind::media_type).to_owned()),
        stored_at: Set(now),
        width: Set(0),
        height: Set(0),
        derivatives: Set(copies.as_str().to_owned()),
        flags: Set(json!([])),
        erased_at: Set(None),
        checked_at: Set(None),
        broken_at: Set(None),
    };
    file::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([file::Column::CountyId, file::Column::Sha256]).do_nothing().to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// Records what looking at the picture told: size, copies and flags of `file`.
pub async fn judged(tx: &Tx, file: &StoredFile) -> Result<(), Error> {
    let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    file::Entity::update_many()
        .col_expr(file::Column::Width, Expr::value(pixels(file.size.0)))
        .col_expr(file::Column::Height, Expr::value(pixels(file.size.1)))
        .col_expr(file::Column::Derivatives, Expr::value(file.copies.as_str()))
        .col_expr(file::Column::Flags, Expr::value(json!(file.flags)))
        .filter(file::Column::CountyId.eq(file.county_id))
        .filter(file::Column::Sha256.eq(file.sha256.to_string()))
        .filter(file::Column::ErasedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Files whose copies are still to be made, oldest first: for making them again after a restore or a lost queue.
pub async fn waiting(conn: &impl Conn, stored_before: Instant, limit: u64) -> Result<Vec<StoredFile>, Error> {
    let rows = file::Entity::find()
        .filter(file::Column::Derivatives.eq(Copies::Waiting.as_str()))
        .filter(file::Column::StoredAt.lt(stored_before))
        .order_by_asc(file::Column::StoredAt)
        .limit(limit)
        .all(conn.raw())
        .await?;
    rows.into_iter().map(stored_file).collect()
}

/// Files of a kind that carry this flag, oldest first.
pub async fn flagged(
    conn: &impl Conn,
    kind: PhotoKind,
    code: &str,
    limit: u64,
) -> Result<Vec<StoredFile>, Error> {
    let rows = file::Entity::find()
        .filter(file::Column::MediaType.eq(kind.media_type()))
        .filter(Expr::col(file::Column::Flags).cast_as("text").like(format!("%\"{code}\"%")))
        .filter(file::Column::ErasedAt.is_null())
        .order_by_asc(file::Column::StoredAt)
        .limit(limit)
        .all(conn.raw())
        .await?;
    rows.into_iter().map(stored_file).collect()
}

/// Stored photos that may have copies, in the order of their names, after one of them; drawings and what is unreadable included.
pub async fn photos_after(
    conn: &impl Conn,
    after: Option<(Uuid, Sha256)>,
    limit: u64,
) -> Result<Vec<StoredFile>, Error> {
    let mut found = photos();
    if let Some((county, sha256)) = after {
        let in_county = Condition::all()
            .add(file::Column::CountyId.eq(county))
            .add(file::Column::Sha256.gt(sha256.to_string()));
        found = found.filter(Condition::any().add(file::Column::CountyId.gt(county)).add(in_county));
    }
    let found = found.order_by_asc(file::Column::CountyId).order_by_asc(file::Column::Sha256);
    found.limit(limit).all(conn.raw()).await?.into_iter().map(stored_file).collect()
}

/// How many [`photos_after`] would tell of in all.
pub async fn count_photos(conn: &impl Conn) -> Result<u64, Error> {
    Ok(photos().count(conn.raw()).await?)
}

fn photos() -> Select<file::Entity> {
    file::Entity::find()
        .filter(file::Column::MediaType.like("image/%"))
        .filter(file::Column::ErasedAt.is_null())
}

/// The places where operations of this person name this file.
fn named_by(county: Uuid, person: Uuid, sha256: Sha256, bytes: u64) -> Condition {
    Condition::all()
        .add(operation_file::Column::CountyId.eq(county))
        .add(operation_file::Column::Sha256.eq(sha256.to_string()))
        .add(operation_file::Column::Bytes.eq(i64::try_from(bytes).unwrap_or(i64::MAX)))
        .add(operation_file::Column::PersonId.eq(person))
}

/// Whether an operation of this person names this file, and if so, whether the person has sent it before.
pub async fn named_state(
    conn: &impl Conn,
    county: Uuid,
    person: Uuid,
    sha256: Sha256,
    bytes: u64,
) -> Result<Option<bool>, Error> {
    let state: Option<String> = operation_file::Entity::find()
        .select_only()
        .column(operation_file::Column::State)
        .filter(named_by(county, person, sha256, bytes))
        // "stored" sorts after "missing".
        .order_by_desc(operation_file::Column::State)
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(state.map(|state| state == STORED))
}

/// What hears of a file that arrived, each in one fixed order.
#[derive(Debug, Clone, Default)]
pub struct Concerned {
    pub operations: BTreeSet<Uuid>,
    /// Subjects that are tickets, or findings which never became one; true where the file is no longer hidden.
    pub tickets: BTreeMap<Uuid, bool>,
    pub inspections: BTreeSet<Uuid>,
}

/// Marks the file as here wherever this person names it, and returns what this changed.
pub async fn arrived(
    tx: &Tx,
    county: Uuid,
    person: Uuid,
    sha256: Sha256,
    bytes: u64,
) -> Result<Concerned, Error> {
    let rows = operation_file::Entity::update_many()
        .col_expr(operation_file::Column::State, Expr::value(STORED))
        .filter(named_by(county, person, sha256, bytes))
        // Also what the office had stopped waiting for.
        .filter(operation_file::Column::State.is_not_in([STORED, ERASED]))
        .exec_with_returning(tx.raw())
        .await?;
    let tickets = tickets_of(&rows);
    // A visit's own row counts its missing files, and is told by its operation.
    Ok(Concerned {
        operations: rows.iter().map(|row| row.operation_id).collect(),
        tickets,
        ..Concerned::default()
    })
}

/// The tickets that these files hang on, and whether one of the files is shown to whoever repairs.
pub(super) fn tickets_of(rows: &[operation_file::Model]) -> BTreeMap<Uuid, bool> {
    let mut tickets = BTreeMap::new();
    for row in rows.iter().filter(|row| row.subject == "ticket") {
        *tickets.entry(row.subject_id).or_default() |= row.visible_from.is_some();
    }
    tickets
}

/// Holds these operations until the transaction ends, so that nobody else counts their missing files meanwhile.
pub async fn lock_operations(tx: &Tx, operations: &BTreeSet<Uuid>) -> Result<(), Error> {
    operation::Entity::find()
        .select_only()
        .column(operation::Column::ServerSeq)
        .filter(operation::Column::Id.is_in(operations.iter().copied()))
        .order_by_asc(operation::Column::Id)
        .lock_exclusive()
        .into_tuple::<i64>()
        .all(tx.raw())
        .await?;
    Ok(())
}

/// One place where an operation names a file.
#[derive(Debug, Clone)]
pub struct Reference {
    pub operation_id: Uuid,
    pub file_id: Uuid,
    /// The type that the phone named.
    pub media_type: String,
    pub role: String,
    /// Codes of what was noticed of it here.
    pub flags: Vec<String>,
}

/// Everywhere that a file of the county is named.
pub async fn references(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Vec<Reference>, Error> {
    let rows = operation_file::Entity::find()
        .filter(operation_file::Column::CountyId.eq(county))
        .filter(operation_file::Column::Sha256.eq(sha256.to_string()))
        .order_by_asc(operation_file::Column::OperationId)
        .order_by_asc(operation_file::Column::FileId)
        .all(conn.raw())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Reference {
            operation_id: row.operation_id,
            file_id: row.file_id,
            media_type: row.media_type,
            role: row.role,
            flags: serde_json::from_value(row.flags).unwrap_or_default(),
        })
        .collect())
}

/// Writes what is noticed now beside the place that names the file, and on the operation, which the office lists by its flags.
pub async fn flag_reference(tx: &Tx, reference: &Reference, codes: &[&str]) -> Result<(), Error> {
    operation_file::Entity::update_many()
        .col_expr(operation_file::Column::Flags, Expr::value(json!(codes)))
        .filter(operation_file::Column::OperationId.eq(reference.operation_id))
        .filter(operation_file::Column::FileId.eq(reference.file_id))
        .exec(tx.raw())
        .await?;
    // Locked, because the files of one operation are judged side by side.
    let row = operation::Entity::find()
        .select_only()
        .columns([operation::Column::ServerSeq, operation::Column::Flags])
        .filter(operation::Column::Id.eq(reference.operation_id))
        .lock_exclusive()
        .into_tuple::<(i64, serde_json::Value)>()
        .one(tx.raw())
        .await?;
    let Some((server_seq, flags)) = row else { return Ok(()) };
    let mut flags: Vec<Flag> = serde_json::from_value(flags).unwrap_or_default();
    let before = flags.clone();
    let of_file = |code: &str| Flag::new(code, Some(reference.file_id.to_string()));
    let gone: Vec<Flag> = reference.flags.iter().map(|code| of_file(code)).collect();
    flags.retain(|flag| !gone.contains(flag));
    for flag in codes.iter().map(|code| of_file(code)) {
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    if flags != before {
        operation::Entity::update_many()
            .col_expr(operation::Column::Flags, Expr::value(json!(flags)))
            .filter(operation::Column::ServerSeq.eq(server_seq))
            .exec(tx.raw())
            .await?;
    }
    Ok(())
}
