//! Units as notices name them, and which of them a caller may ask about.

use crate::{
    app::{AppResult, Caller},
    domain::{
        people::{permission::Action, role::UnitKind, scope::Scope},
        problem::{Code, Problem},
    },
    store::{Conn, people::units},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A unit with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeUnit)]
pub struct UnitRef {
    pub kind: UnitKind,
    pub id: Uuid,
    pub name: String,
}

/// A unit of the caller's county by its id; what is none reads as not found.
pub(super) async fn unit(conn: &impl Conn, county: Uuid, kind: UnitKind, id: Uuid) -> AppResult<UnitRef> {
    let found = units::by_ids(conn, &[id]).await?.remove(&id);
    let found = found.filter(|unit| unit.kind == kind && (unit.county_id == county || unit.id == county));
    let found = found.ok_or(Code::NotFound)?;
    Ok(UnitRef { kind, id, name: found.name })
}

/// The unit that is asked about: the caller's own, or any of the county for the office.
pub(super) async fn asked(
    conn: &impl Conn,
    caller: &Caller,
    named: Option<(UnitKind, Uuid)>,
) -> AppResult<UnitRef> {
    let post = caller.require(Action::ReadNotices)?;
    let county = caller.county()?;
    let own = (post.unit_kind, post.unit_id);
    let (kind, id) = named.unwrap_or(own);
    if (kind, id) != own && caller.require(Action::ManageNotices).is_err() {
        return Err(Code::NotFound.into());
    }
    unit(conn, county, kind, id).await
}

/// The tickets that count for a unit, as its own staff would see them.
pub(super) async fn scope(conn: &impl Conn, county: Uuid, unit: &UnitRef) -> AppResult<Scope> {
    Ok(match unit.kind {
        UnitKind::County => Scope::County { county },
        UnitKind::Township => Scope::Township { county, township: unit.id },
        UnitKind::Department => Scope::Department { county, department: unit.id },
        UnitKind::Village => {
            let row = units::by_ids(conn, &[unit.id]).await?.remove(&unit.id);
            let township = row.and_then(|row| row.parent_id).ok_or(Code::NotFound)?;
            Scope::Village { county, township, village: unit.id }
        }
        UnitKind::Platform => {
            return Err(Problem::field("unit_kind", "没有这种单位", "there is no such unit").into());
        }
    })
}
