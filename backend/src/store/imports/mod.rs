//! Imports with their files and rows. An import of a county that is not written yet has none, and is the platform's.

pub mod dependents;
pub mod people;
pub mod sources;
pub mod takeback;

use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
        people::scope::Scope,
    },
    store::{
        Conn, Error, Tx,
        entity::{import, import_piece, import_row},
    },
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use serde_json::Value;
use uuid::Uuid;

use import::Column as C;

/// An import as stored.
pub type ImportRecord = import::Model;
/// A row of one.
pub type RowRecord = import_row::Model;

/// Bytes of one stored piece.
const PIECE: usize = 1024 * 1024;

fn scoped(scope: Scope) -> Condition {
    match scope {
        Scope::Platform => Condition::all(),
        Scope::County { county } => Condition::all().add(C::CountyId.eq(county)),
        _ => Condition::all().add(Expr::val(1).eq(0)),
    }
}

pub async fn insert(tx: &Tx, row: ImportRecord) -> Result<(), Error> {
    import::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<ImportRecord>, Error> {
    Ok(import::Entity::find_by_id(id).filter(scoped(scope)).one(conn.raw()).await?)
}

/// The import, held until the transaction ends: two who apply or undo it come one after the other.
pub async fn lock(tx: &Tx, scope: Scope, id: Uuid) -> Result<Option<ImportRecord>, Error> {
    let query = import::Entity::find_by_id(id).filter(scoped(scope)).lock(LockType::Update);
    Ok(query.one(tx.raw()).await?)
}

/// Newest first; `limit + 1` rows.
pub async fn list(conn: &impl Conn, scope: Scope, page: &PageRequest) -> Result<Vec<ImportRecord>, Error> {
    let mut query = import::Entity::find().filter(scoped(scope));
    if let Some(Cursor { key, id }) = &page.after
        && let Ok(at) = key.parse::<Instant>()
    {
        query = query.filter(Condition::any().add(C::MadeAt.lt(at)).add(C::MadeAt.eq(at).and(C::Id.lt(*id))));
    }
    let query = query.order_by_desc(C::MadeAt).order_by_desc(C::Id).limit(page.limit + 1);
    Ok(query.all(conn.raw()).await?)
}

/// Where the next page after this import starts.
pub fn cursor(row: &ImportRecord) -> Cursor {
    Cursor { key: row.made_at.to_rfc3339(), id: row.id }
}

/// Writes the next version of a locked row.
pub async fn update(tx: &Tx, row: ImportRecord) -> Result<(), Error> {
    let id = row.id;
    let mut active = row.into_active_model().reset_all();
    active.id = sea_orm::ActiveValue::Unchanged(id);
    import::Entity::update_many().set(active).filter(C::Id.eq(id)).exec(tx.raw()).await?;
    Ok(())
}

/// Keeps the file.
pub async fn keep(tx: &Tx, id: Uuid, bytes: &[u8]) -> Result<(), Error> {
    for (no, piece) in (0_i32..).zip(bytes.chunks(PIECE)) {
        let row = import_piece::ActiveModel { import_id: Set(id), no: Set(no), bytes: Set(piece.to_vec()) };
        import_piece::Entity::insert(row).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}

/// The file again; empty when it was dropped.
pub async fn file(conn: &impl Conn, id: Uuid) -> Result<Vec<u8>, Error> {
    let pieces = import_piece::Entity::find()
        .filter(import_piece::Column::ImportId.eq(id))
        .order_by_asc(import_piece::Column::No)
        .all(conn.raw())
        .await?;
    Ok(pieces.into_iter().flat_map(|piece| piece.bytes).collect())
}

/// Forgets the files of these imports.
pub async fn drop_files(tx: &Tx, ids: &[Uuid]) -> Result<(), Error> {
    let of = import_piece::Column::ImportId.is_in(ids.iter().copied());
    import_piece::Entity::delete_many().filter(of).exec(tx.raw()).await?;
    Ok(())
}

/// Previews that nobody applied since then.
pub async fn stale_previews(conn: &impl Conn, before: Instant, state: &str) -> Result<Vec<Uuid>, Error> {
    Ok(import::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::State.eq(state).and(C::MadeAt.lt(before)))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Forgets imports whole.
pub async fn forget(tx: &Tx, ids: &[Uuid]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    drop_files(tx, ids).await?;
    let rows = import_row::Column::ImportId.is_in(ids.iter().copied());
    import_row::Entity::delete_many().filter(rows).exec(tx.raw()).await?;
    import::Entity::delete_many().filter(C::Id.is_in(ids.iter().copied())).exec(tx.raw()).await?;
    Ok(())
}

/// Puts these rows in the place of all former ones.
pub async fn replace_rows(tx: &Tx, id: Uuid, rows: Vec<RowRecord>) -> Result<(), Error> {
    import_row::Entity::delete_many().filter(import_row::Column::ImportId.eq(id)).exec(tx.raw()).await?;
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(1000).collect();
        import_row::Entity::insert_many(chunk).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}

/// What the rows of an import are narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub sheet: Option<&'static str>,
    pub fate: Option<&'static str>,
}

/// In the order of the file; `limit + 1` rows.
pub async fn rows(
    conn: &impl Conn,
    id: Uuid,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<RowRecord>, Error> {
    use import_row::Column as R;
    let after = page.after.as_ref().and_then(|after| after.key.parse::<i32>().ok());
    let query = import_row::Entity::find()
        .filter(R::ImportId.eq(id))
        .filter(Condition::all().add_option(filter.sheet.map(|sheet| R::Sheet.eq(sheet))))
        .filter(Condition::all().add_option(filter.fate.map(|fate| R::Fate.eq(fate))))
        .filter(Condition::all().add_option(after.map(|no| R::No.gt(no))))
        .order_by_asc(R::No)
        .limit(page.limit + 1);
    Ok(query.all(conn.raw()).await?)
}

/// Where the next page after this row starts.
pub fn row_cursor(row: &RowRecord) -> Cursor {
    Cursor { key: row.no.to_string(), id: row.import_id }
}

#[derive(FromQueryResult)]
struct TouchedRow {
    touched: Option<Value>,
}

/// What an import touched, in the order in which it was written.
pub async fn touched(conn: &impl Conn, id: Uuid) -> Result<Vec<Value>, Error> {
    touched_by(conn, vec![id]).await
}

/// What imports of a county wrote that were taken back since.
pub async fn touched_by_undone(conn: &impl Conn, county: Uuid) -> Result<Vec<Value>, Error> {
    let undone = C::CountyId.eq(county).and(C::UndoneAt.is_not_null());
    let ids: Vec<Uuid> = import::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(undone)
        .into_tuple()
        .all(conn.raw())
        .await?;
    if ids.is_empty() { Ok(Vec::new()) } else { touched_by(conn, ids).await }
}

async fn touched_by(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Vec<Value>, Error> {
    use import_row::Column as R;
    let rows = import_row::Entity::find()
        .select_only()
        .column(R::Touched)
        .filter(R::ImportId.is_in(ids).and(R::Touched.is_not_null()))
        .order_by_asc(R::No)
        .into_model::<TouchedRow>()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|row| row.touched).collect())
}
