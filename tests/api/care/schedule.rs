//! Backups by the clock, what the office hears when one fails, and the list of them.

use lalian::config::BackupPlan;
use lalian::domain::people::role::Role;
use lalian::files::Place;
use lalian_tests::care::Care;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use std::time::Duration;

async fn board(world: &World) -> Value {
    world.office().await.http.get("/api/v1/backups").await.expect(200).json()
}

/// Waits until the newest backup is in this state.
async fn newest(world: &World, state: &str) -> Value {
    for _ in 0..300 {
        let board = board(world).await;
        if board["items"][0]["state"] == state {
            return board;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {state}: {}", board(world).await);
}

fn plan(place: Place, recipients: Vec<String>) -> BackupPlan {
    BackupPlan { place, shown: "/elsewhere".into(), recipients, with_keys: false }
}

stories! {
    async fn a_backup_is_made_by_the_clock_and_told(world: World) {
        let (mut world, care) = (world, Care::on_disk());
        let before = board(&world).await;
        assert_eq!((&before["scheduled"], &before["last_success"], &before["items"]), (&json!(false), &Value::Null, &json!([])));
        let set = plan(care.place.clone(), vec![care.public.clone()]);
        world.restart(|config| config.backups = Some(set)).await;
        let told = newest(&world, "done").await;
        let row = &told["items"][0];
        assert_eq!((&row["made_by"], &row["target"], &row["encrypted"], &row["counts"]), (&json!("schedule"), &json!("/elsewhere"), &json!(true), &json!(true)));
        assert_eq!((&told["scheduled"], &told["last_success"]), (&json!(true), &row["started_at"]));
        // One a day is enough, however often the server starts.
        world.restart(|_| ()).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(board(&world).await["items"].as_array().map(Vec::len), Some(1));
        world.desk(Role::PlatformAdmin).await.http.get("/api/v1/backups").await.expect(200);
        world.inspector().await.http.get("/api/v1/backups").await.expect(403);
    }

    async fn the_office_hears_of_a_backup_that_failed(world: World) {
        let (mut world, care) = (world, Care::on_disk());
        // A file where the folder should be.
        let blocked = care.folder.path().join("blocked");
        std::fs::write(&blocked, "in the way").expect("write");
        world.restart(|config| config.backups = Some(plan(Place::Disk(blocked), Vec::new()))).await;
        let office = world.office().await;
        for tries in 0.. {
            let told = office.list("/api/v1/notices?kind=backup_failed").await;
            if let [notice] = &told[..] {
                assert_eq!(notice["data"]["problem"], "target");
                break;
            }
            assert!(tries < 300, "nobody is told: {told:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let row = &board(&world).await["items"][0];
        assert_eq!((&row["state"], &row["problem"]), (&json!("failed"), &json!("target")));
        assert!(row["detail"].as_str().is_some_and(|text| text.contains("blocked")), "{row}");
    }
}
