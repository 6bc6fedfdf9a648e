//! Bodies that could not name themselves are kept apart; the office walks through all of them, page by page.

use chrono::TimeDelta;
use lalian_tests::actor::Actor;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};

const LIST: &str = "/api/v1/operations?status=quarantined";

/// Something that is no operation.
async fn bring(actor: &Actor, text: &str) {
    let bytes = text.as_bytes().to_vec();
    let sealed = Sealed {
        id: fresh_id(),
        seq: None,
        bytes,
        signature: None,
        sealed_through: None,
        photos: Vec::new(),
    };
    actor.put(&sealed).await.expect_problem(400, "malformed");
}

stories! {
    async fn every_body_is_listed_once_newest_first(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        // Some came at the same moment: their order is their ids'.
        for number in 0..9 {
            bring(&inspector, &format!("{{ broken {number}")).await;
            if number % 3 == 2 {
                world.clock.advance(TimeDelta::seconds(1));
            }
        }
        bring(&inspector, "{ broken 0").await;
        let all = office.list(LIST).await;
        assert_eq!(all.len(), 9, "the same bytes are kept once: {all:?}");
        let moments: Vec<&str> = all.iter().filter_map(|row| row["accepted_at"].as_str()).collect();
        assert!(moments.is_sorted_by(|one, next| one >= next), "{moments:?}");

        for limit in [1, 2, 4, 9] {
            let (mut walked, mut cursor, mut pages) = (Vec::<Value>::new(), String::new(), 0);
            loop {
                let page = office.http.get(&format!("{LIST}&limit={limit}{cursor}")).await.expect(200).json();
                let items = page["items"].as_array().expect("items");
                assert!(!items.is_empty() && items.len() <= limit, "{page}");
                walked.extend(items.iter().cloned());
                pages += 1;
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!((&walked, pages), (&all, 9_usize.div_ceil(limit)), "by {limit}");
        }
        // What comes meanwhile stands before the first page, so that nothing is shown twice.
        let first = office.http.get(&format!("{LIST}&limit=5")).await.expect(200).json();
        bring(&inspector, "{ another one").await;
        let next = first["next"].as_str().expect("more");
        let rest = office.http.get(&format!("{LIST}&limit=5&cursor={next}")).await.expect(200).json();
        assert_eq!(rest["items"], json!(all[5..]));
        inspector.http.get(LIST).await.expect_problem(403, "forbidden");
    }
}
