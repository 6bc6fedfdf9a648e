//! The zero board's sums: townships times days, however many tickets there are.

use crate::store::{Conn, Error, entity::static_day};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// Static tickets opened and closed in one township on one local day.
pub type StaticDay = static_day::Model;

/// All days of a county, in order.
pub async fn static_days(conn: &impl Conn, county: Uuid) -> Result<Vec<StaticDay>, Error> {
    use static_day::Column as S;
    Ok(static_day::Entity::find()
        .filter(S::CountyId.eq(county))
        .order_by_asc(S::LocalDay)
        .all(conn.raw())
        .await?)
}
