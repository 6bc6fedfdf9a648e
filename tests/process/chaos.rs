//! The gate's share of `tests/load/run chaos`: the real program behind a storm, killed while it runs, loses and doubles nothing;
//! and an oracle that is told a lie says so.

use lalian_tests::chaos::{Outcome, Plan, Sabotage, run, shown, small_photo};
use lalian_tests::place::Place;
use lalian_tests::stories;

/// Another storm each time; the seed is in the output, and `LALIAN_TEST_SEED` repeats it.
fn seed() -> u64 {
    let given = std::env::var("LALIAN_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| rand::random::<u32>().into());
    println!("LALIAN_TEST_SEED={seed}");
    seed
}

fn plan() -> Plan {
    Plan {
        seed: seed(),
        visits: 48,
        photos: 3,
        phones: 4,
        kills: 2,
        photo: small_photo,
        sabotage: Sabotage::None,
    }
}

/// Without the storm's kills, for what must be seen is the oracle.
async fn sabotaged(place: &Place, sabotage: Sabotage) -> Outcome {
    run(place, &Plan { visits: 6, phones: 1, kills: 0, sabotage, ..plan() }).await
}

stories! {
    async fn a_storm_and_a_killed_server_lose_nothing_and_double_nothing(place: Place) {
        let outcome = run(&place, &plan()).await;
        assert!(outcome.verdict.is_clean(), "{}", shown(&outcome.verdict));
        assert_eq!((outcome.visits, outcome.photos, outcome.kills), (48, 144, 2));
        assert!(outcome.cuts > 0, "the storm did nothing: {outcome:?}");
    }

    async fn a_visit_that_was_never_sent_is_reported_missing(place: Place) {
        let Outcome { verdict, .. } = sabotaged(&place, Sabotage::Withhold).await;
        for what in ["operation", "visit in the list", "visit in the database", "finding", "photo of an operation", "object", "receipt of"] {
            assert!(verdict.missing.iter().any(|line| line.starts_with(what)), "{what}: {}", shown(&verdict));
        }
        assert_eq!(verdict.doubled, Vec::<String>::new());
    }

    async fn a_visit_that_was_sent_as_two_is_reported_doubled(place: Place) {
        let Outcome { verdict, .. } = sabotaged(&place, Sabotage::Double).await;
        for what in ["operation", "visit in the list", "visit in the database", "finding"] {
            assert!(verdict.doubled.iter().any(|line| line.starts_with(what)), "{what}: {}", shown(&verdict));
        }
    }
}
