//! Records of talks 约谈 and referrals 问责移交. Townships read the talks that concern them.

use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
        people::scope::Scope,
    },
    store::{Conn, Error, Tx, entity::talk_record},
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use talk_record::Column as C;

/// With people of the township.
pub const TALK: &str = "talk";
/// To whoever looks into accountability; the county's alone.
pub const REFERRAL: &str = "referral";

/// As stored.
pub type Talk = talk_record::Model;

fn scoped(scope: Scope) -> Condition {
    match scope {
        Scope::County { county } => Condition::all().add(C::CountyId.eq(county)),
        Scope::Township { county, township } => {
            Condition::all().add(C::CountyId.eq(county).and(C::TownshipId.eq(township))).add(C::Kind.eq(TALK))
        }
        Scope::Platform | Scope::Department { .. } | Scope::Village { .. } | Scope::Own { .. } => {
            Condition::all().add(Expr::val(1).eq(0))
        }
    }
}

/// Inserts unless the record that it corrects was corrected already.
pub async fn insert(tx: &Tx, row: Talk) -> Result<bool, Error> {
    let rows = talk_record::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<Talk>, Error> {
    Ok(talk_record::Entity::find_by_id(id).filter(scoped(scope)).one(conn.raw()).await?)
}

/// The corrections of these records.
pub async fn corrections(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Vec<Talk>, Error> {
    Ok(talk_record::Entity::find().filter(C::CorrectsId.is_in(ids)).all(conn.raw()).await?)
}

/// All of a township since a moment; to see whether a month has been talked about.
pub async fn since(
    conn: &impl Conn,
    scope: Scope,
    township: Uuid,
    from: Instant,
) -> Result<Vec<Talk>, Error> {
    Ok(talk_record::Entity::find()
        .filter(scoped(scope))
        .filter(C::TownshipId.eq(township).and(C::MadeAt.gte(from)))
        .all(conn.raw())
        .await?)
}

/// One page, newest first.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    township: Option<Uuid>,
    page: &PageRequest,
) -> Result<Vec<Talk>, Error> {
    let mut query = talk_record::Entity::find().filter(scoped(scope));
    if let Some(township) = township {
        query = query.filter(C::TownshipId.eq(township));
    }
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query = query.filter(Condition::any().add(C::MadeAt.lt(at)).add(C::MadeAt.eq(at).and(C::Id.lt(*id))));
    }
    let query = query.order_by_desc(C::MadeAt).order_by_desc(C::Id);
    Ok(query.limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the page after this one begins.
pub fn cursor(row: &Talk) -> Cursor {
    Cursor { key: row.made_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}
