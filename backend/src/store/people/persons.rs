//! Accounts: who may sign in.

use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, Page, PageRequest},
        people::{
            role::{Role, UnitKind},
            scope::Scope,
        },
    },
    store::{
        Conn, Error, Tx,
        entity::{division, person, post},
        search,
    },
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, LockType, OnConflict, SelectStatement},
};
use uuid::Uuid;

/// An account; `status` is [`ACTIVE`] or [`SUSPENDED`].
pub use crate::store::entity::person::Model as PersonRow;

pub const ACTIVE: &str = "active";
/// May not sign in nor read; what his devices sealed before is still taken in.
pub const SUSPENDED: &str = "suspended";

pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<PersonRow>, Error> {
    Ok(person::Entity::find_by_id(id).one(conn.raw()).await?)
}

/// Whether there is any account at all.
pub async fn any(conn: &impl Conn) -> Result<bool, Error> {
    let found: Option<Uuid> =
        person::Entity::find().select_only().column(person::Column::Id).into_tuple().one(conn.raw()).await?;
    Ok(found.is_some())
}

pub async fn by_login(conn: &impl Conn, login: &str) -> Result<Option<PersonRow>, Error> {
    Ok(person::Entity::find().filter(person::Column::Login.eq(login)).one(conn.raw()).await?)
}

/// A person inside the scope: the office sees its county's, a township who is or was a cadre of its villages, the platform all.
pub async fn in_scope(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<PersonRow>, Error> {
    let query = person::Entity::find_by_id(id).filter(visible(scope));
    Ok(query.one(conn.raw()).await?)
}

/// The same, held until the transaction ends: two who change an account do so one after the other.
pub async fn lock_in_scope(tx: &Tx, scope: Scope, id: Uuid) -> Result<Option<PersonRow>, Error> {
    let query = person::Entity::find_by_id(id).filter(visible(scope)).lock(LockType::Update);
    Ok(query.one(tx.raw()).await?)
}

/// Ids of everybody inside the scope.
pub(in crate::store) fn ids(scope: Scope) -> SelectStatement {
    person::Entity::find().select_only().column(person::Column::Id).filter(visible(scope)).into_query()
}

fn visible(scope: Scope) -> Condition {
    match scope {
        Scope::Platform => Condition::all(),
        Scope::County { county } => Condition::all().add(person::Column::CountyId.eq(county)),
        Scope::Township { county, township } => {
            let cadres = post::Entity::find()
                .select_only()
                .column(post::Column::PersonId)
                .filter(post::Column::CountyId.eq(county))
                .filter(post::Column::Role.eq(Role::VillageCadre.as_str()))
                .filter(post::Column::UnitId.in_subquery(villages_of(township)));
            Condition::all()
                .add(person::Column::CountyId.eq(county))
                .add(person::Column::Id.in_subquery(cadres.into_query()))
        }
        // Nobody else administers people; an empty `any` would match everything.
        _ => Condition::all().add(Expr::val(false)),
    }
}

fn villages_of(township: Uuid) -> SelectStatement {
    division::Entity::find()
        .select_only()
        .column(division::Column::Id)
        .filter(division::Column::ParentId.eq(township))
        .filter(division::Column::Kind.eq(UnitKind::Village.as_str()))
        .into_query()
}

/// What a list of people is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// Folded text that the login, name or phone contains.
    pub q: Option<String>,
    /// Holds a post in this unit, or in a village of it, at this time or later.
    pub unit: Option<(Uuid, Instant)>,
    /// No password was ever chosen.
    pub no_password: bool,
}

/// Ids of people who are called so: part of name, first sounds, login or number; for lists of what they did.
pub(in crate::store) fn called(text: &str) -> SelectStatement {
    let found = search::holds(person::Column::Search, text);
    person::Entity::find().select_only().column(person::Column::Id).filter(found).into_query()
}

/// Accounts by login name.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    narrow: &Narrow,
    page: &PageRequest,
) -> Result<Page<PersonRow>, Error> {
    let mut query = person::Entity::find().filter(visible(scope));
    if let Some(q) = &narrow.q {
        query = query.filter(search::holds(person::Column::Search, q));
    }
    if let Some((unit, at)) = narrow.unit {
        let not_ended =
            Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(at));
        let there = Condition::any()
            .add(post::Column::UnitId.eq(unit))
            .add(post::Column::UnitId.in_subquery(villages_of(unit)));
        let holders = post::Entity::find().select_only().column(post::Column::PersonId);
        let holders = holders.filter(there).filter(not_ended).into_query();
        query = query.filter(person::Column::Id.in_subquery(holders));
    }
    if narrow.no_password {
        query = query.filter(person::Column::PasswordHash.is_null());
    }
    if let Some(after) = &page.after {
        query = query.filter(person::Column::Login.gt(after.key.clone()));
    }
    let rows = query.order_by_asc(person::Column::Login).limit(page.limit + 1).all(conn.raw()).await?;
    Ok(Page::cut(rows, page.limit, |row| Cursor { key: row.login.clone(), id: row.id }))
}

/// Adds an account; false when the login name is taken.
pub async fn insert(tx: &Tx, row: PersonRow) -> Result<bool, Error> {
    let added = person::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(person::Column::Login).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(added == 1)
}

/// Gives an account another login, name and phone number, if it is still as it was seen; what the person did stays theirs.
pub async fn edit(tx: &Tx, seen: i32, row: &PersonRow) -> Result<bool, Error> {
    use person::Column as C;
    let edited = person::Entity::update_many()
        .col_expr(C::Login, Expr::value(row.login.clone()))
        .col_expr(C::Name, Expr::value(row.name.clone()))
        .col_expr(C::Phone, Expr::value(row.phone.clone()))
        .col_expr(C::Search, Expr::value(row.search.clone()))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(row.id))
        .filter(C::Version.eq(seen))
        .exec(tx.raw())
        .await?;
    Ok(edited.rows_affected == 1)
}

/// Sets the password and whether another one must be chosen next.
pub async fn set_password(tx: &Tx, id: Uuid, hash: Option<String>, must_change: bool) -> Result<(), Error> {
    let mut row = person::ActiveModel {
        id: Unchanged(id),
        must_change_password: Set(must_change),
        ..Default::default()
    };
    if let Some(hash) = hash {
        row.password_hash = Set(Some(hash));
    }
    person::Entity::update(row).exec(tx.raw()).await?;
    Ok(())
}

pub async fn set_status(tx: &Tx, id: Uuid, status: &'static str) -> Result<(), Error> {
    use person::Column as C;
    person::Entity::update_many()
        .col_expr(C::Status, Expr::value(status))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The names of these people, for showing beside what they did.
pub async fn names(
    conn: &impl Conn,
    ids: Vec<Uuid>,
) -> Result<std::collections::HashMap<Uuid, String>, Error> {
    let rows: Vec<(Uuid, String)> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::Name)
        .filter(person::Column::Id.is_in(ids))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}

/// The people of a county who are suspended: what they hold nobody does.
pub async fn suspended(conn: &impl Conn, county: Uuid) -> Result<std::collections::HashSet<Uuid>, Error> {
    use sea_orm::QuerySelect;
    let rows: Vec<Uuid> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::CountyId.eq(county).and(person::Column::Status.eq(SUSPENDED)))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}

/// The people of a county who never chose a password: a duty that only they hold cannot begin.
pub async fn without_password(
    conn: &impl Conn,
    county: Uuid,
) -> Result<std::collections::HashSet<Uuid>, Error> {
    let rows: Vec<Uuid> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::CountyId.eq(county).and(person::Column::PasswordHash.is_null()))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}
