//! Time is passed in, so that tests own it and a stored instant equals the one that was set.

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, Utc};
use std::sync::Arc;

/// An instant in UTC, cut to microseconds (what PostgreSQL keeps).
pub type Instant = DateTime<Utc>;

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The present instant, cut to microseconds.
    fn now(&self) -> Instant;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock shared by all parts of one server.
pub type SharedClock = Arc<dyn Clock>;

/// Asia/Shanghai: UTC+8 all year, so an offset says it all.
pub const SHANGHAI: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// The local day an instant falls on; dashboards group by it.
pub fn local_day(at: Instant) -> NaiveDate {
    at.with_timezone(&SHANGHAI).date_naive()
}

/// The middle of a local day; `None` outside the calendar that we can count.
pub fn local_noon(day: NaiveDate) -> Option<Instant> {
    let noon = day.and_hms_opt(12, 0, 0)?.and_local_timezone(SHANGHAI).single()?;
    Some(noon.to_utc())
}
