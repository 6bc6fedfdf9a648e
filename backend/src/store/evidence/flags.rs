//! What is odd about photos where operations name them, and what people said to it.

use crate::{
    domain::{
        clock::Instant,
        evidence::flag::PhotoFlag,
        page::{Cursor, PageRequest},
    },
    store::{
        Conn, Error, Tx,
        entity::{operation_file, photo_flag},
    },
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use photo_flag::Column as F;

/// A flag as stored; `strength` is what it weighed when it was raised.
pub type PhotoFlagRow = photo_flag::Model;

/// Makes the flags of one photo exactly these. What a person overruled stays overruled, and stays; so does what people found themselves.
pub async fn replace(tx: &Tx, operation: Uuid, file: Uuid, rows: Vec<PhotoFlagRow>) -> Result<(), Error> {
    let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    photo_flag::Entity::delete_many()
        .filter(F::OperationId.eq(operation).and(F::FileId.eq(file)).and(F::OverruledAt.is_null()))
        .filter(F::Code.is_not_in(codes).and(F::Code.ne(PhotoFlag::NotTheRepair.as_str())))
        .exec(tx.raw())
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    photo_flag::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(
            OnConflict::columns([F::OperationId, F::FileId, F::Code])
                .update_columns([F::TicketId, F::Strength, F::Reason, F::OtherOperationId, F::OtherFileId])
                .to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// Raises one flag; one that was overruled before stands again.
pub async fn raise(tx: &Tx, row: PhotoFlagRow) -> Result<(), Error> {
    photo_flag::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([F::OperationId, F::FileId, F::Code])
                .update_columns([F::RaisedAt, F::OverruledBy, F::OverruledAt, F::OverruleReason])
                .to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// All flags of the photos of these tickets.
pub async fn of_tickets(
    conn: &impl Conn,
    county: Uuid,
    tickets: Vec<Uuid>,
) -> Result<Vec<PhotoFlagRow>, Error> {
    Ok(photo_flag::Entity::find()
        .filter(F::CountyId.eq(county).and(F::TicketId.is_in(tickets)))
        .order_by_asc(F::RaisedAt)
        .order_by_asc(F::Id)
        .all(conn.raw())
        .await?)
}

/// All flags of one photo.
pub async fn of_file(conn: &impl Conn, county: Uuid, file: Uuid) -> Result<Vec<PhotoFlagRow>, Error> {
    Ok(photo_flag::Entity::find()
        .filter(F::CountyId.eq(county).and(F::FileId.eq(file)))
        .order_by_asc(F::RaisedAt)
        .order_by_asc(F::Id)
        .all(conn.raw())
        .await?)
}

/// The flags of an operation that weigh this much and stand.
pub async fn standing(conn: &impl Conn, operation: Uuid, strength: &str) -> Result<Vec<PhotoFlagRow>, Error> {
    Ok(photo_flag::Entity::find()
        .filter(F::OperationId.eq(operation).and(F::Strength.eq(strength)).and(F::OverruledAt.is_null()))
        .all(conn.raw())
        .await?)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<PhotoFlagRow>, Error> {
    Ok(photo_flag::Entity::find_by_id(id).filter(F::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Overrules a flag; false when somebody did it before.
pub async fn overrule(tx: &Tx, id: Uuid, by: Uuid, at: Instant, reason: String) -> Result<bool, Error> {
    let touched = photo_flag::Entity::update_many()
        .col_expr(F::OverruledBy, Expr::value(by))
        .col_expr(F::OverruledAt, Expr::value(at))
        .col_expr(F::OverruleReason, Expr::value(reason))
        .filter(F::Id.eq(id).and(F::OverruledAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Lets an overruled flag stand again; false when it stands already.
pub async fn reinstate(tx: &Tx, id: Uuid) -> Result<bool, Error> {
    let touched = photo_flag::Entity::update_many()
        .col_expr(F::OverruledBy, Expr::value(None::<Uuid>))
        .col_expr(F::OverruledAt, Expr::value(None::<Instant>))
        .col_expr(F::OverruleReason, Expr::value(""))
        .filter(F::Id.eq(id).and(F::OverruledAt.is_not_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Which flags a list shows.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub code: Option<String>,
    pub strength: Option<String>,
    pub overruled: Option<bool>,
    pub township_id: Option<Uuid>,
}

/// One page of a county's flags, newest first.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    wanted: &Wanted,
    page: &PageRequest,
) -> Result<Vec<PhotoFlagRow>, Error> {
    let mut query = photo_flag::Entity::find().filter(F::CountyId.eq(county));
    if let Some(code) = &wanted.code {
        query = query.filter(F::Code.eq(code.as_str()));
    }
    if let Some(strength) = &wanted.strength {
        query = query.filter(F::Strength.eq(strength.as_str()));
    }
    if let Some(township) = wanted.township_id {
        query = query.filter(Expr::exists(named_in(county, township)));
    }
    match wanted.overruled {
        Some(true) => query = query.filter(F::OverruledAt.is_not_null()),
        Some(false) => query = query.filter(F::OverruledAt.is_null()),
        None => {}
    }
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query =
            query.filter(Condition::any().add(F::RaisedAt.lt(at)).add(F::RaisedAt.eq(at).and(F::Id.lt(*id))));
    }
    Ok(query.order_by_desc(F::RaisedAt).order_by_desc(F::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// The places of a township where the photo of a flag is named.
fn named_in(county: Uuid, township: Uuid) -> SelectStatement {
    use operation_file::Column as N;
    Query::select()
        .expr(Expr::value(1))
        .from(operation_file::Entity)
        .and_where(
            Expr::col((operation_file::Entity, N::OperationId)).equals((photo_flag::Entity, F::OperationId)),
        )
        .and_where(Expr::col((operation_file::Entity, N::FileId)).equals((photo_flag::Entity, F::FileId)))
        .and_where(Expr::col((operation_file::Entity, N::CountyId)).eq(county))
        .and_where(Expr::col((operation_file::Entity, N::TownshipId)).eq(township))
        .to_owned()
}

/// Where the page after this row begins.
pub fn cursor(row: &PhotoFlagRow) -> Cursor {
    Cursor { key: row.raised_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// How often each flag was raised, and how often a person overruled it.
pub async fn tallies(conn: &impl Conn, county: Uuid) -> Result<Vec<(String, i64, i64)>, Error> {
    Ok(photo_flag::Entity::find()
        .select_only()
        .column(F::Code)
        .column_as(F::Id.count(), "raised")
        .expr_as(Func::count(Expr::col(F::OverruledAt)), "overruled")
        .filter(F::CountyId.eq(county))
        .group_by(F::Code)
        .into_tuple()
        .all(conn.raw())
        .await?)
}
