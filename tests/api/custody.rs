//! The witnesses of a photo on one page, its chain of custody in one file that holds without the server, and stored bytes read again.

use chrono::TimeDelta;
use lalian::app::evidence::verify::{Check, verify};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::archive::{flipped, part, with_part};
use lalian_tests::phone::Sealed;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A visit with one failed answer and its photo, all of it here.
async fn visited(world: &World, township: usize) -> (Actor, Sealed) {
    let inspector = world.inspector().await;
    let site = world.site(&inspector, "bus_shelter", township).await;
    let sealed = site.visit(&inspector, &["BUS-01"]).draft(&inspector, 40).seal();
    inspector.send(&sealed).await;
    (inspector, sealed)
}

async fn exported(actor: &Actor, file: Uuid) -> Vec<u8> {
    actor.http.get(&format!("/api/v1/photos/{file}/evidence")).await.expect(200).bytes
}

async fn keys(actor: &Actor) -> Vec<u8> {
    actor.http.get("/.well-known/jwks.json").await.expect(200).bytes
}

fn failed(checks: &[Check]) -> Vec<&'static str> {
    checks.iter().filter(|check| !check.holds).map(|check| check.en).collect()
}

stories! {
    async fn an_exported_photo_is_checked_without_the_server(world: World) {
        let (_, sealed) = visited(&world, 0).await;
        let office = world.office().await;
        let file = exported(&office, sealed.photos[0].file_id).await;
        let published = keys(&office).await;
        let checks = verify(&file, Some(&published)).expect("an evidence file");
        assert_eq!(failed(&checks), Vec::<&str>::new(), "{checks:?}");
        assert_eq!(checks.len(), 6);
        // A demo's file says that nothing in it is real, in a part that cannot be taken out unseen.
        assert!(checks[0].detail.contains("示例数据"), "{checks:?}");
        let read_me = String::from_utf8(part(&file, "README.txt")).expect("words");
        assert!(read_me.contains("示例数据") && read_me.contains("Example data"), "{read_me}");

        // Whatever is changed is found.
        for (name, broken) in [
            ("photo", "the photo is the one that was sealed"),
            ("operation.json", "the county's receipt is for this work"),
            ("audit.json", "no part was changed"),
            ("flags.json", "no part was changed"),
            ("README.txt", "no part was changed"),
            ("manifest.jws", "the file was signed by the county"),
        ] {
            let checks = verify(&with_part(&file, name, flipped), Some(&published)).expect("still a zip");
            assert!(failed(&checks).contains(&broken), "{name}: {:?}", failed(&checks));
        }
        // Somebody else's keys prove nothing; no file at all is said so.
        let stranger = json!({ "keys": [{ "kid": "x", "x": "AA", "y": "AA" }] }).to_string();
        assert!(failed(&verify(&file, Some(stranger.as_bytes())).expect("read")).len() >= 3);
        assert!(verify(b"no zip", Some(&published)).is_err());

        // The export stands in the record, and in the trail of the next one.
        let audit = office.list("/api/v1/audit").await;
        assert!(audit.iter().any(|row| row["action"] == "photo.export" && row["object_id"] == json!(sealed.photos[0].file_id)));
        let again = exported(&office, sealed.photos[0].file_id).await;
        let trail = part(&again, "audit.json");
        assert_eq!(String::from_utf8_lossy(&trail).matches("photo.export").count(), 2);
    }

    async fn only_the_office_takes_evidence_along_and_only_what_is_whole(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let sealed = site.visit(&inspector, &["BUS-01"]).draft(&inspector, 41).seal();
        inspector.put(&sealed).await.expect(201);
        let path = format!("/api/v1/photos/{}/evidence", sealed.photos[0].file_id);
        world.office().await.http.get(&path).await.expect(409);
        inspector.http.get(&path).await.expect(403);
        world.office().await.http.get(&format!("/api/v1/photos/{}/evidence", Uuid::new_v4())).await.expect(404);
    }

    async fn the_page_of_a_photo_tells_each_reader_what_he_may_know(world: World) {
        let (inspector, sealed) = visited(&world, 1).await;
        let photo = sealed.photos[0].file_id;
        let path = format!("/api/v1/photos/{photo}");
        let office = world.office().await;
        let page = office.http.get(&path).await.expect(200).json();
        assert_eq!(page["sha256"], json!(sealed.photos[0].sha256()));
        assert_eq!(page["operation_hash"], json!(sealed.sha256()));
        assert!(page["receipt"].is_string() && page["ticket"]["id"].is_string(), "{page}");
        assert_eq!(page["photo"]["capture"], "in_page");
        // Where, by which clocks, and since when it lies here.
        assert!(page["site"]["name"].is_string() && page["stored_at"].is_string(), "{page}");
        assert_eq!((&page["broken_at"], &page["signed"], &page["made_with"]), (&Value::Null, &json!(true), &json!("phone")), "{page}");
        assert!(page["clocks"]["phone_at"].is_string() && page["clocks"]["server_at"].is_string(), "{}", page["clocks"]);
        let own = inspector.http.get(&path).await.expect(200).json();
        assert_eq!(own["photo"]["file_id"], json!(photo));
        // The first township has nothing to do with it; unknown ones read the same.
        let foreign = world.township(0, Role::DeputyLeader).await;
        let (hidden, unknown) = (foreign.http.get(&path).await.expect(404), foreign.http.get(&format!("/api/v1/photos/{}", Uuid::new_v4())).await.expect(404));
        assert_eq!(hidden.at("/code"), unknown.at("/code"));
    }

    async fn bytes_that_are_gone_or_changed_are_found_and_told(world: World) {
        let (_, sealed) = visited(&world, 0).await;
        let (_, other) = { let inspector = world.inspector().await; let site = world.site(&inspector, "public_toilet", 0).await; let item = site.ticket_items().remove(0); let sealed = site.visit(&inspector, &[&item]).draft(&inspector, 42).seal(); inspector.send(&sealed).await; (inspector, sealed) };
        let office = world.office().await;
        let stored = |sealed: &Sealed| walk(&world.folder().join("files")).into_iter().find(|path| path.ends_with(sealed.photos[0].sha256())).expect("its object");
        let path = stored(&sealed);
        let mut bytes = std::fs::read(&path).expect("its bytes");
        let last = bytes.len() - 1;
        bytes[last] ^= 0xff;
        std::fs::write(&path, bytes).expect("a disk that lies");
        std::fs::remove_file(stored(&other)).expect("a disk that forgets");
        // Some hours later it is their turn.
        world.clock.advance(TimeDelta::hours(3));
        let office = { drop(office); world.office().await };
        let figures = loop_until(&office, |figures| figures["broken"].as_array().map_or(0, Vec::len) == 2).await;
        assert_eq!(figures["files"], figures["checked"], "{figures}");
        let told: Vec<&str> = figures["broken"].as_array().expect("rows").iter().filter_map(|row| row["sha256"].as_str()).collect();
        assert!(told.contains(&&*sealed.photos[0].sha256()) && told.contains(&&*other.photos[0].sha256()), "{told:?}");
        let audit = office.list("/api/v1/audit").await;
        for action in ["file.changed", "file.missing"] {
            assert_eq!(audit.iter().filter(|row| row["action"] == action).count(), 1, "{action}");
        }
        world.inspector().await.http.get("/api/v1/figures/storage").await.expect(403);
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] })
        .collect()
}

async fn loop_until(actor: &Actor, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..900 {
        let figures = actor.http.get("/api/v1/figures/storage").await.expect(200).json();
        if holds(&figures) {
            return figures;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never: {}", actor.http.get("/api/v1/figures/storage").await)
}
