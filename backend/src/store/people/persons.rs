//! Accounts: who may sign in.

use crate::{
    domain::{
        page::{Cursor, Page, PageRequest},
        people::scope::Scope,
    },
    store::{Conn, Error, Tx, entity::person, search},
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
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

pub async fn by_login(conn: &impl Conn, login: &str) -> Result<Option<PersonRow>, Error> {
    Ok(person::Entity::find().filter(person::Column::Login.eq(login)).one(conn.raw()).await?)
}

/// A person inside the scope: the office sees its county's, the platform all.
pub async fn in_scope(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<PersonRow>, Error> {
    let query = person::Entity::find_by_id(id).filter(visible(scope));
    Ok(query.one(conn.raw()).await?)
}

fn visible(scope: Scope) -> Condition {
    match scope {
        Scope::Platform => Condition::all(),
        Scope::County { county } => Condition::all().add(person::Column::CountyId.eq(county)),
        // Nobody else administers people; an empty `any` would match everything.
        _ => Condition::all().add(Expr::val(false)),
    }
}

/// Accounts by login name; `q` is folded text that the login, name or phone contains.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    q: Option<&str>,
    page: &PageRequest,
) -> Result<Page<PersonRow>, Error> {
    let mut query = person::Entity::find().filter(visible(scope));
    if let Some(q) = q {
        query = query.filter(search::holds(person::Column::Search, q));
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
