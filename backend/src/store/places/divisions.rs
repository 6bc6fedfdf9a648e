//! Divisions: read without their outlines, which are long; the outlines are asked for by name.
//!
//! The register of divisions is public knowledge, so every post of a county sees all of it; what happens in a place is another matter.

use crate::{
    domain::{
        clock::Instant,
        names::find_text,
        page::{Cursor, PageRequest},
        people::scope::Scope,
        places::{
            division::{DivisionCode, DivisionKind},
            outline::{Outline, Rings},
        },
    },
    store::{Conn, Error, Tx, entity::division, search},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use division::Column as C;

/// A division without its outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    pub id: Uuid,
    pub county_id: Uuid,
    pub code: DivisionCode,
    pub name: String,
    pub kind: DivisionKind,
    pub parent_id: Option<Uuid>,
    pub honour: Option<String>,
    pub version: i32,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    county_id: Uuid,
    code: String,
    name: String,
    kind: String,
    parent_id: Option<Uuid>,
    honour: Option<String>,
    version: i32,
}

impl TryFrom<Row> for Division {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            county_id: row.county_id,
            code: DivisionCode::parse(&row.code).ok_or_else(|| inconsistent("code", &row.code))?,
            name: row.name,
            kind: DivisionKind::parse(&row.kind).ok_or_else(|| inconsistent("kind", &row.kind))?,
            parent_id: row.parent_id,
            honour: row.honour,
            version: row.version,
        })
    }
}

fn inconsistent(column: &'static str, value: &str) -> Error {
    Error::Inconsistent { table: "division", column, value: value.to_owned() }
}

/// What a list of divisions is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<DivisionKind>,
    pub parent_id: Option<Uuid>,
    /// Part of a name or code.
    pub search: Option<String>,
}

fn short(query: Select<division::Entity>) -> Select<division::Entity> {
    let columns = [C::Id, C::CountyId, C::Code, C::Name, C::Kind, C::ParentId, C::Honour, C::Version];
    query.select_only().columns(columns)
}

fn scoped(scope: Scope) -> Condition {
    match scope.county() {
        Some(county) => Condition::all().add(C::CountyId.eq(county)),
        None => Condition::all().add(Expr::val(1).eq(0)),
    }
}

async fn all_of(conn: &impl Conn, query: Select<division::Entity>) -> Result<Vec<Division>, Error> {
    let rows = short(query).into_model::<Row>().all(conn.raw()).await?;
    rows.into_iter().map(Division::try_from).collect()
}

/// By code; `limit + 1` rows.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<Division>, Error> {
    let mut query = division::Entity::find()
        .filter(scoped(scope))
        .filter(
            Condition::all()
                .add_option(filter.kind.map(|kind| C::Kind.eq(kind.as_str())))
                .add_option(filter.parent_id.map(|id| C::ParentId.eq(id)))
                .add_option(filter.search.as_ref().map(|text| search::holds(C::Search, text))),
        )
        .order_by_asc(C::Code);
    if let Some(after) = &page.after {
        // Codes are unique in a county, so the code alone says where the next page starts.
        query = query.filter(C::Code.gt(after.key.clone()));
    }
    all_of(conn, query.limit(page.limit + 1)).await
}

/// Where the next page after this division starts.
pub fn cursor(division: &Division) -> Cursor {
    Cursor { key: division.code.to_string(), id: division.id }
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<Division>, Error> {
    Ok(get_many(conn, scope, vec![id]).await?.pop())
}

/// Whether a division is there. Held until the transaction ends: many may hold it, and nobody takes it away meanwhile.
pub async fn hold(tx: &Tx, county: Uuid, id: Uuid) -> Result<bool, Error> {
    let query = division::Entity::find_by_id(id).filter(C::CountyId.eq(county));
    let found = query.select_only().column(C::Version).lock(LockType::KeyShare);
    Ok(found.into_tuple::<i32>().one(tx.raw()).await?.is_some())
}

/// The divisions of these ids that are in scope; for the feed and for names.
pub async fn get_many(conn: &impl Conn, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<Division>, Error> {
    all_of(conn, division::Entity::find().filter(scoped(scope)).filter(C::Id.is_in(ids))).await
}

/// The whole register of a county by code.
pub async fn of_county(conn: &impl Conn, county: Uuid) -> Result<Vec<Division>, Error> {
    all_of(conn, division::Entity::find().filter(C::CountyId.eq(county)).order_by_asc(C::Code)).await
}

/// All counties of this installation; imports by command look here for the one they are meant for.
pub async fn counties(conn: &impl Conn) -> Result<Vec<Division>, Error> {
    let county = DivisionKind::County.as_str();
    all_of(conn, division::Entity::find().filter(C::Kind.eq(county)).order_by_asc(C::Code)).await
}

/// The outlines of a county by code, of one kind or of all.
pub async fn outlines(
    conn: &impl Conn,
    county: Uuid,
    kind: Option<DivisionKind>,
) -> Result<Vec<(Division, Outline)>, Error> {
    let rows = division::Entity::find()
        .filter(C::CountyId.eq(county))
        .filter(C::Boundary.is_not_null())
        .filter(Condition::all().add_option(kind.map(|kind| C::Kind.eq(kind.as_str()))))
        .order_by_asc(C::Code)
        .all(conn.raw())
        .await?;
    rows.into_iter()
        .map(|model| {
            let text = model.boundary.clone().unwrap_or_default();
            let rings: Rings =
                serde_json::from_str(&text).map_err(|_not_rings| inconsistent("boundary", &model.code))?;
            let outline = Outline::trusted(rings).ok_or_else(|| inconsistent("boundary", &model.code))?;
            Ok((Division::try_from(Row::from(model))?, outline))
        })
        .collect()
}

/// The stored text of every outline by division, for comparing without reading it.
pub async fn boundary_texts(conn: &impl Conn, county: Uuid) -> Result<Vec<(Uuid, Option<String>)>, Error> {
    Ok(division::Entity::find()
        .select_only()
        .columns([C::Id, C::Boundary])
        .filter(C::CountyId.eq(county))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

impl From<division::Model> for Row {
    fn from(model: division::Model) -> Self {
        let division::Model { id, county_id, code, name, kind, parent_id, honour, version, .. } = model;
        Self { id, county_id, code, name, kind, parent_id, honour, version }
    }
}

/// A division and its outline as they are to be stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub division: Division,
    pub boundary: Option<String>,
}

fn search(division: &Division) -> String {
    find_text(&division.name, &[&division.code.to_string()])
}

pub async fn insert(tx: &Tx, rows: &[Stored], at: Instant) -> Result<(), Error> {
    for chunk in rows.chunks(1000) {
        let models = chunk.iter().map(|Stored { division, boundary }| division::ActiveModel {
            id: Set(division.id),
            county_id: Set(division.county_id),
            code: Set(division.code.to_string()),
            name: Set(division.name.clone()),
            kind: Set(division.kind.as_str().to_owned()),
            parent_id: Set(division.parent_id),
            boundary: Set(boundary.clone()),
            honour: Set(division.honour.clone()),
            valid_from: Set(at),
            valid_to: Set(None),
            merged_into: Set(None),
            version: Set(division.version),
            search: Set(search(division)),
        });
        division::Entity::insert_many(models).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}

/// Writes the next version; false when somebody else wrote it first.
pub async fn update(tx: &Tx, Stored { division, boundary }: &Stored) -> Result<bool, Error> {
    let touched = division::Entity::update_many()
        .set(division::ActiveModel {
            name: Set(division.name.clone()),
            parent_id: Set(division.parent_id),
            boundary: Set(boundary.clone()),
            honour: Set(division.honour.clone()),
            version: Set(division.version),
            search: Set(search(division)),
            ..Default::default()
        })
        .filter(C::Id.eq(division.id).and(C::Version.eq(division.version - 1)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
