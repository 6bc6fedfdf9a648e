//! The doctor's words about a clock: it has only the machine's own, the record and the database's to compare.

use chrono::{DateTime, TimeDelta};
use lalian::doctor::{Level, examine};
use lalian_tests::backend::Backend;
use lalian_tests::stories;
use lalian_tests::world::World;

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
}
