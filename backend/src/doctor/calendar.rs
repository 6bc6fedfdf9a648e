//! Whether the days off are known by which dates are counted: without a notice a year counts Monday to Friday, and dates over its holidays
//! come out too early.

use super::{Report, both};
use crate::{
    app::standards::calendar::{PREFIX, key},
    domain::{
        clock::{Instant, local_day},
        standards::calendar::Calendar,
    },
    store::{Error, Store, places::divisions, standards::settings},
};
use chrono::Datelike;

/// From this month on the next year's notice is out, or comes within weeks.
const NOTICE_MONTH: u32 = 11;

pub(super) async fn look(store: &Store, now: Instant, report: &mut Report) -> Result<(), Error> {
    let (today, shipped, read) = (local_day(now), Calendar::shipped(), store.read());
    let last = today.year() + i32::from(today.month() >= NOTICE_MONTH);
    let counties = divisions::counties(read).await?;
    let mut complete = !counties.is_empty();
    for county in counties {
        let entered = settings::with_prefix(read, county.id, PREFIX).await?;
        let known = |year: i32| {
            shipped.year(year).is_some() || entered.iter().any(|setting| setting.key == key(year))
        };
        for year in (today.year()..=last).filter(|year| !known(*year)) {
            complete = false;
            report.mind(
                "calendar",
                both(
                    format!("{}还没有 {year} 年的放假安排，期限先按周一到周五算", county.name),
                    format!("{} has no days off for {year} yet: dates count Monday to Friday", county.name),
                ),
                (
                    "国务院通知出来后，县专班在“工作日历”里录入，或 lalian import calendar 文件",
                    "once the State Council's notice is out, enter it under Working days, or `lalian import calendar FILE`",
                ),
            );
        }
    }
    if complete {
        report.good("calendar", format!("放假安排到 {last} 年"), format!("days off are known up to {last}"));
    }
    Ok(())
}
