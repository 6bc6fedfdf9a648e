//! Use cases over places: reading the registers, importing them, and finding the township of a point.

pub mod areas;
pub mod divisions;
pub mod honours;
pub mod import_divisions;
pub mod import_honours;
pub mod import_sites;
pub mod rechecks;
pub mod sites;

use super::{App, AppError, AppResult, Caller};
use crate::{
    domain::{import::Faults, places::division::DivisionKind, problem::Problem},
    store::{Conn, Tx, meta, places::divisions as store},
};
use uuid::Uuid;

/// Refuses a file in words for the person who made it.
pub(in crate::app) fn refuse(faults: Faults) -> AppError {
    Problem::from(faults).into()
}

/// One import at a time: whoever writes this row first makes the others wait for the end of its transaction, so two imports of
/// the same file cannot both find it new.
pub(in crate::app) async fn queue(tx: &Tx, app: &App) -> AppResult<()> {
    Ok(meta::set(tx, "import", app.clock.now().to_rfc3339()).await?)
}

/// The county that an import is for: the caller's own, or the only one there is.
pub(in crate::app) async fn target(conn: &impl Conn, caller: &Caller) -> AppResult<Uuid> {
    if let Some(county) = caller.county_id {
        return Ok(county);
    }
    match store::counties(conn).await?.as_slice() {
        [only] if only.kind == DivisionKind::County => Ok(only.id),
        [] => Err(refuse(Faults::whole(
            "还没有县，请先导入区划",
            "there is no county yet; import divisions first",
        ))),
        _ => Err(refuse(Faults::whole(
            "有多个县，请指明是哪一个",
            "there are several counties; say which one",
        ))),
    }
}
