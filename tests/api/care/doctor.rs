//! The doctor's words about a clock: it has only the machine's own, the record and the database's to compare.

use chrono::{DateTime, TimeDelta, Utc};
use lalian::doctor::{Level, examine};
use lalian_tests::backend::Backend;
use lalian_tests::http::send;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::json;

stories! {
    async fn a_clock_that_is_wrong_is_told_before_anything_is_dated_by_it(world: World) {
        // Somebody signs in, which is on record.
        world.office().await;
        let clock = async || {
            let found = examine(world.config(), false).await.findings;
            let about = found.into_iter().filter(|one| one.area == "clock" && one.level != Level::Good);
            about.map(|one| (one.level, format!("{} → {}", one.en, one.next_en), one.zh)).collect::<Vec<_>>()
        };
        // The tests' clock stands still and the database's goes on, so PostgreSQL always tells that much.
        let told_apart = usize::from(world.backend == Backend::Postgres);
        assert_eq!(clock().await.len(), told_apart);
        // A few minutes behind the record is what two machines may differ by.
        world.clock.advance(TimeDelta::minutes(-9));
        assert_eq!(clock().await.len(), told_apart);
        world.clock.advance(TimeDelta::hours(-1));
        let found = clock().await;
        let behind = found.iter().find(|one| one.0 == Level::Bad).unwrap_or_else(|| panic!("{found:?}"));
        // 09:00 of the record, 07:51 of the clock, as they stand on a watch in the county.
        for word in ["2026-11-23 07:51", "2026-11-23 09:00", "before the newest record", "timedatectl", "stop the service"] {
            assert!(behind.1.contains(word), "{word}: {behind:?}");
        }
        assert!(behind.2.contains("07:51"), "{behind:?}");
        if world.backend == Backend::Postgres {
            let apart = found.iter().find(|one| one.0 == Level::Mind).expect("told apart");
            assert!(apart.1.contains("both machines"), "{apart:?}");
        }
        // A machine without a battery wakes up in 1970; what follows from it is told too.
        world.clock.set(DateTime::UNIX_EPOCH);
        let found = clock().await;
        assert!(found.iter().any(|one| one.1.contains("1970-01-01") && one.1.contains("the clock is wrong")), "{found:?}");
    }

    async fn a_year_without_its_days_off_is_told_from_november_on(world: World) {
        let told = async || {
            let found = examine(world.config(), false).await.findings;
            let about = found.into_iter().filter(|one| one.area == "calendar");
            about.map(|one| (one.level, format!("{} → {}", one.en, one.next_en), format!("{} {}", one.zh, one.next_zh))).collect::<Vec<_>>()
        };
        // The program comes with the notices up to 2026.
        let end_of_october: DateTime<Utc> = "2026-10-31T15:00:00Z".parse().expect("an instant");
        world.clock.set(end_of_october);
        assert!(matches!(&told().await[..], [(Level::Good, en, _)] if en.contains("2026")), "{:?}", told().await);
        world.clock.advance(TimeDelta::hours(2));
        let found = told().await;
        let [(Level::Mind, en, zh)] = &found[..] else { panic!("one year is missing: {found:?}") };
        assert!(en.contains("2027") && en.contains("Monday to Friday") && en.contains("lalian import calendar"), "{en}");
        assert!(zh.contains("2027") && zh.contains("工作日历"), "{zh}");
        // Entered by the office, it is told no more.
        world.clock.advance(TimeDelta::days(30));
        let office = world.office().await;
        let year = json!({ "papers": ["https://www.gov.cn/zhengce/a.htm"], "days": [{ "name": "元旦", "date": "2027-01-01", "isOffDay": true }], "version": 0 });
        let put = office.http.with("idempotency-key", &fresh_id().to_string()).request(Method::PUT, "/api/v1/calendar/2027").json(&year);
        send(put).await.expect(200);
        assert!(matches!(&told().await[..], [(Level::Good, ..)]), "{:?}", told().await);
        // The next one is not looked for before its November, and both are when nothing was done for long.
        world.clock.set(end_of_october + TimeDelta::days(2 * 365 + 5));
        let found = told().await;
        assert_eq!(found.iter().filter(|one| one.0 == Level::Mind).count(), 2, "{found:?}");
    }
}
