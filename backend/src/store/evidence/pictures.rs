//! What was read from the pictures of a county, in the order in which it became known.

use crate::{
    domain::{evidence::fingerprint::Fingerprint, field::media::Sha256},
    store::{Conn, Error, Tx, entity::picture, tickets::next_number},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use serde_json::Value;
use uuid::Uuid;

/// The county's series that numbers its pictures.
const SERIES: &str = "pictures";

/// A fingerprint with its number.
#[derive(Debug, Clone, Copy)]
pub struct Print {
    pub seq: i64,
    pub sha256: Sha256,
    pub fingerprint: Fingerprint,
}

/// Records what was read. What is known already stays, unless there is a fingerprint where there was none or another one: that gets a new
/// number, so that whoever has read up to the old one hears of it. Numbers are given under the county's counter row, which is held until
/// the commit, so nobody ever sees a number before all smaller ones.
pub async fn record(
    tx: &Tx,
    county: Uuid,
    sha256: Sha256,
    print: Option<Fingerprint>,
    claim: Value,
) -> Result<(), Error> {
    let print = print.map(Fingerprint::to_bytes);
    let known = picture::Entity::find_by_id((county, sha256.to_string())).one(tx.raw()).await?;
    if known.is_some_and(|known| print.is_none() || known.print == print) {
        return Ok(());
    }
    let row = picture::ActiveModel {
        county_id: Set(county),
        sha256: Set(sha256.to_string()),
        seq: Set(next_number(tx, county, SERIES).await?),
        print: Set(print),
        claim: Set(claim),
    };
    picture::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([picture::Column::CountyId, picture::Column::Sha256])
                .update_columns([picture::Column::Seq, picture::Column::Print, picture::Column::Claim])
                .to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// What a file says of itself, as it was read; `None` while it was not looked at.
pub async fn claim_of(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Option<Value>, Error> {
    Ok(picture::Entity::find_by_id((county, sha256.to_string()))
        .select_only()
        .column(picture::Column::Claim)
        .into_tuple()
        .one(conn.raw())
        .await?)
}

/// The fingerprint of a picture; `None` where there is none or it was not made yet.
pub async fn print_of(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Option<Fingerprint>, Error> {
    let row = picture::Entity::find_by_id((county, sha256.to_string())).one(conn.raw()).await?;
    Ok(row.and_then(|row| row.print).and_then(|bytes| Fingerprint::from_bytes(&bytes)))
}

/// Fingerprints after a number, in order, at most `limit`; the number of the last row comes along, since pictures may have none.
pub async fn after(
    conn: &impl Conn,
    county: Uuid,
    seq: i64,
    limit: u64,
) -> Result<(Vec<Print>, Option<i64>), Error> {
    let rows = picture::Entity::find()
        .select_only()
        .columns([picture::Column::Seq, picture::Column::Sha256, picture::Column::Print])
        .filter(picture::Column::CountyId.eq(county))
        .filter(picture::Column::Seq.gt(seq))
        .order_by_asc(picture::Column::Seq)
        .limit(limit)
        .into_tuple::<(i64, String, Option<Vec<u8>>)>()
        .all(conn.raw())
        .await?;
    let last = rows.last().map(|row| row.0);
    let prints = rows.into_iter().filter_map(|(seq, sha256, print)| {
        let (sha256, fingerprint) = (Sha256::parse(&sha256)?, Fingerprint::from_bytes(&print?)?);
        Some(Print { seq, sha256, fingerprint })
    });
    Ok((prints.collect(), last))
}
