//! Townships' own visits to their sites 自查, by an index of their own.

use crate::store::{Conn, Error, entity::inspection};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

use inspection::Column as C;

/// How the source of such a visit is stored.
pub const SELF_CHECK: &str = "self_check";

/// The last local day of a self-check of each site of the county since a day, that one included. Sites without one are left out.
pub async fn last_since(
    conn: &impl Conn,
    county: Uuid,
    from: NaiveDate,
) -> Result<HashMap<Uuid, NaiveDate>, Error> {
    let rows: Vec<(Uuid, String)> = inspection::Entity::find()
        .select_only()
        .column(C::SiteId)
        .column_as(C::LocalDay.max(), "day")
        .filter(C::CountyId.eq(county).and(C::Source.eq(SELF_CHECK)).and(C::LocalDay.gte(from.to_string())))
        .group_by(C::SiteId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    rows.into_iter()
        .map(|(site, day)| match day.parse() {
            Ok(read) => Ok((site, read)),
            Err(_) => Err(Error::Inconsistent { table: "inspection", column: "local_day", value: day }),
        })
        .collect()
}
