//! The zero board's sums: townships times days, however many tickets there are.

use crate::store::{Conn, Error, entity::static_day};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// Static tickets opened and closed in one township on one local day.
pub type StaticDay = static_day::Model;

/// All days of a county, or of one township, in order.
pub async fn static_days(
    conn: &impl Conn,
    county: Uuid,
    township: Option<Uuid>,
) -> Result<Vec<StaticDay>, Error> {
    use static_day::Column as S;
    let mut query = static_day::Entity::find().filter(S::CountyId.eq(county));
    if let Some(township) = township {
        query = query.filter(S::TownshipId.eq(township));
    }
    Ok(query.order_by_asc(S::LocalDay).all(conn.raw()).await?)
}
