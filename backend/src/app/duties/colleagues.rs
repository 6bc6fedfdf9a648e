//! The people of one's own unit, to name somebody of them: a substitute, a liaison, a successor.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::Instant,
        people::{
            permission::Action,
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::Code,
    },
    store::{
        Conn,
        people::{persons, posts, posts::PostRow, units},
        places::divisions,
    },
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody with a post there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Colleague {
    pub person_id: Uuid,
    pub name: String,
    pub post_id: Uuid,
    pub role: Role,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub valid_to: Option<DateTime<Utc>>,
    /// Stands in for somebody else.
    pub acting: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ColleagueList {
    pub items: Vec<Colleague>,
}

/// Those with a valid post in the caller's unit, a township with its villages; the office of any unit.
pub async fn list(app: &App, caller: &Caller, unit: Option<Uuid>) -> AppResult<ColleagueList> {
    let post = caller.require(Action::NameSubstitute)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let own = post.township_id.unwrap_or(post.unit_id);
    let unit = match unit {
        Some(unit) if post.unit_kind == UnitKind::County || unit == own || unit == post.unit_id => unit,
        Some(_) => return Err(Code::NotFound.into()),
        None => own,
    };
    let rows = of_unit(read, county, unit, now).await?;
    Ok(ColleagueList { items: show(read, rows).await? })
}

/// The valid posts of a unit that active people hold; a township's villages belong to it.
pub(super) async fn of_unit(
    conn: &impl Conn,
    county: Uuid,
    unit: Uuid,
    now: Instant,
) -> AppResult<Vec<PostRow>> {
    let scope = Scope::County { county };
    let mut ids = vec![unit];
    if divisions::get(conn, scope, unit).await?.is_some() && unit != county {
        let below = divisions::of_county(conn, county).await?;
        ids.extend(below.iter().filter(|one| one.parent_id == Some(unit)).map(|one| one.id));
    }
    let suspended = persons::suspended(conn, county).await?;
    let rows = posts::of_county(conn, county, Some(ids), now).await?;
    Ok(rows.into_iter().filter(|row| row.is_valid_at(now) && !suspended.contains(&row.person_id)).collect())
}

pub(super) async fn show(conn: &impl Conn, rows: Vec<PostRow>) -> AppResult<Vec<Colleague>> {
    let names = persons::names(conn, rows.iter().map(|row| row.person_id).collect()).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.unit_id).collect();
    let places = units::by_ids(conn, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| Colleague {
            name: names.get(&row.person_id).cloned().unwrap_or_default(),
            unit_name: places.get(&row.unit_id).map(|unit| unit.name.clone()).unwrap_or_default(),
            person_id: row.person_id,
            post_id: row.id,
            role: row.role,
            unit_kind: row.unit_kind,
            unit_id: row.unit_id,
            valid_to: row.valid_to,
            acting: row.delegated_by.is_some(),
        })
        .collect())
}
