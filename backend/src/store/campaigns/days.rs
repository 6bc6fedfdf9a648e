//! The sums of campaigns: townships times days, however many tickets count. They are moved by one function.

use crate::{
    domain::campaigns::member::Sum,
    store::{
        Conn, Error, Tx,
        entity::{campaign_day, campaign_ticket},
    },
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use campaign_day::Column as D;

/// All days of a campaign, in order: township, day, sum.
pub async fn of(conn: &impl Conn, campaign: Uuid) -> Result<Vec<(Uuid, NaiveDate, Sum)>, Error> {
    let rows = campaign_day::Entity::find()
        .filter(D::CampaignId.eq(campaign))
        .order_by_asc(D::LocalDay)
        .all(conn.raw())
        .await?;
    rows.into_iter()
        .map(|row| {
            let day = row.local_day.parse().map_err(|_cause| Error::Inconsistent {
                table: "campaign_day",
                column: "local_day",
                value: row.local_day.clone(),
            })?;
            let sum = Sum {
                baseline: row.baseline,
                fresh: row.fresh,
                closed_baseline: row.closed_baseline,
                closed_fresh: row.closed_fresh,
                left_baseline: row.left_baseline,
                left_fresh: row.left_fresh,
            };
            Ok((row.township_id, day, sum))
        })
        .collect()
}

/// Adds to one day of one township.
pub async fn add(tx: &Tx, campaign: Uuid, township: Uuid, day: NaiveDate, sum: Sum) -> Result<(), Error> {
    let more = |column: D, by: i32| Expr::col((campaign_day::Entity, column)).add(by);
    campaign_day::Entity::insert(campaign_day::ActiveModel {
        campaign_id: Set(campaign),
        township_id: Set(township),
        local_day: Set(day.to_string()),
        baseline: Set(sum.baseline),
        fresh: Set(sum.fresh),
        closed_baseline: Set(sum.closed_baseline),
        closed_fresh: Set(sum.closed_fresh),
        left_baseline: Set(sum.left_baseline),
        left_fresh: Set(sum.left_fresh),
    })
    .on_conflict(
        OnConflict::columns([D::CampaignId, D::TownshipId, D::LocalDay])
            .value(D::Baseline, more(D::Baseline, sum.baseline))
            .value(D::Fresh, more(D::Fresh, sum.fresh))
            .value(D::ClosedBaseline, more(D::ClosedBaseline, sum.closed_baseline))
            .value(D::ClosedFresh, more(D::ClosedFresh, sum.closed_fresh))
            .value(D::LeftBaseline, more(D::LeftBaseline, sum.left_baseline))
            .value(D::LeftFresh, more(D::LeftFresh, sum.left_fresh))
            .to_owned(),
    )
    .exec_without_returning(tx.raw())
    .await?;
    Ok(())
}

/// The baseline of a campaign that has just been frozen, by township.
pub async fn begin(tx: &Tx, campaign: Uuid, day: NaiveDate) -> Result<(), Error> {
    use campaign_ticket::Column as M;
    let rows: Vec<(Uuid, i64)> = campaign_ticket::Entity::find()
        .select_only()
        .column(M::TownshipId)
        .column_as(M::TicketId.count(), "n")
        .filter(M::CampaignId.eq(campaign))
        .group_by(M::TownshipId)
        .into_tuple()
        .all(tx.raw())
        .await?;
    for (township, n) in rows {
        let baseline = i32::try_from(n).unwrap_or(i32::MAX);
        add(tx, campaign, township, day, Sum { baseline, ..Sum::default() }).await?;
    }
    Ok(())
}
