//! A place of backups that is full, at any point of the way: it is told in plain words, nothing half is taken for a whole, the former backup
//! stays, and the next one works as soon as there is room.

use chrono::TimeDelta;
use lalian::app::care::{CareError, complete, verify};
use lalian::domain::people::role::Role;
use lalian_tests::bucket::Bucket;
use lalian_tests::care::{Care, Fresh};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use serde_json::{Value, json};

async fn board(world: &World) -> Value {
    world.desk(Role::PlatformAdmin).await.http.get("/api/v1/backups").await.expect(200).json()
}

async fn send(world: &World, seed: u64) {
    let inspector = world.named_phone(Role::Inspector, 0, &format!("full {seed}")).await;
    let site = &Site::spread(&inspector, 3).await[(seed % 3) as usize];
    let draft = site.visit(&inspector, &[&site.ticket_items()[0]]).draft(&inspector, seed);
    inspector.send(&draft.photo("overview", None, photo::of_size(seed, 90_000)).seal()).await;
}

async fn names(care: &Care) -> Vec<String> {
    complete(&care.wish().vault).await.expect("sets").into_iter().map(|set| set.name).collect()
}

stories! {
    async fn a_bucket_that_is_full_is_told_and_the_next_backup_works(world: World) {
        let bucket = Bucket::start().await;
        let care = Care::in_bucket(&bucket);
        send(&world, 61).await;
        let first = care.back_up(&world).await.row;
        send(&world, 62).await;
        // From not even a probe to all but the last of it: the rows, the list, a photo, the keys, the manifest.
        let whole = u64::try_from(first.rows_bytes + first.bytes_new).expect("a size") + 300_000;
        for room in [0, 6, 1_000, whole / 8, whole / 4, whole / 2] {
            world.clock.advance(TimeDelta::minutes(1));
            bucket.leave_room(room);
            let outcome = care.try_back_up(&world).await;
            if let Ok(made) = &outcome {
                // What was put there by those that failed is not sent twice, so one may fit at last.
                assert!(names(&care).await.contains(&made.row.name), "with room for {room}");
                continue;
            }
            assert!(matches!(outcome, Err(CareError::TargetFull)), "with room for {room}: {outcome:?}");
            assert!(names(&care).await.contains(&first.name), "the former one stays");
            let told = board(&world).await;
            let row = &told["items"][0];
            assert_eq!((&row["state"], &row["problem"]), (&json!("failed"), &json!("target_full")), "{row}");
            let detail = row["detail"].as_str().expect("words");
            assert!(detail.contains("没有空间") && detail.contains("is full"), "{detail}");
        }
        world.clock.advance(TimeDelta::minutes(1));
        bucket.leave_room(u64::MAX);
        let last = care.back_up(&world).await.row;
        assert_eq!(board(&world).await["items"][0]["state"], "done");
        assert_eq!(names(&care).await.last(), Some(&last.name));
        assert_eq!(verify::verify(&care.wish(), &mut |_, _| {}).await.expect("whole").damaged.len(), 0);
        let fresh = Fresh::on(world.backend).await;
        assert_eq!(fresh.restore(&care.wish()).await.expect("put back").lacking.len(), 0);
    }
}
