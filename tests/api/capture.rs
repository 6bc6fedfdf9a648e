//! What comes along with photos: voice notes, drawings over them, the last photo of an item, example pictures; and phones whose app is old.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::http::Answer;
use lalian_tests::phone::Sealed;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::text::hex_digest;
use lalian_tests::visit::{Visit, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// A second of nothing as Chromium's recorder would begin it; `tracks` are the codecs it names.
fn webm(tracks: &str, seed: u8) -> Vec<u8> {
    let head = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm".as_slice();
    [head, tracks.as_bytes(), &[seed; 400]].concat()
}

/// A red stroke on nothing.
fn drawing() -> Vec<u8> {
    let stroke =
        |x: u32, y: u32| if x.abs_diff(y) < 6 { Rgba([220, 30, 30, 255]) } else { Rgba([0, 0, 0, 0]) };
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(RgbaImage::from_fn(640, 480, stroke))
        .write_to(&mut out, ImageFormat::Png)
        .expect("encode");
    out.into_inner()
}

/// A failed answer with a photo, a drawing over it and a voice note, sent and issued to its township.
async fn told(world: &World, inspector: &Actor, office: &Actor) -> (Visit, Sealed, Value) {
    let site = world.site(inspector, "bus_shelter", 0).await;
    let visit = site.visit(inspector, &["BUS-01"]);
    let draft = visit.draft(inspector, 50);
    let of = draft.photos[0].file_id;
    let sealed = draft
        .file("annotation", drawing(), json!({ "media_type": "image/png", "of_file_id": of }))
        .file(
            "voice",
            webm("A_OPUS", 1),
            json!({ "media_type": "audio/webm;codecs=opus", "item_path": "BUS-01", "seconds": 3.5 }),
        )
        .photo("overview", None, photo::tiny(7_001))
        .seal();
    inspector.send(&sealed).await;
    let ticket = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await.remove(0);
    let unit = json!({
        "ticket_id": ticket["id"], "seen_version": ticket["version"], "unit_kind": "township", "unit_id": world.township_id(0).await,
        "severity": null, "is_static": null, "deadline_days": null, "note": "",
    });
    office.operate("ticket.issue/1", unit).await.expect(201);
    (visit, sealed, ticket)
}

/// Asks until the copies are made.
async fn picture(actor: &Actor, id: Uuid, size: &str) -> Answer {
    for _ in 0..200 {
        let answer = actor.http.get(&format!("/api/v1/photos/{id}/{size}")).await;
        if answer.status != 202 {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody made the copies of {id}");
}

stories! {
    async fn a_voice_note_is_heard_by_those_who_see_the_ticket(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (visit, sealed, ticket) = told(&world, &inspector, &office).await;
        let voice = sealed.photos[2].file_id;
        let township = world.township(0, Role::DeskOfficer).await;
        for actor in [&office, &township] {
            let shown = actor.http.get(&format!("/api/v1/tickets/{}", id_of(&ticket["id"]))).await.expect(200).json();
            assert_eq!(shown["voices"][0]["photo_id"], json!(voice), "{shown}");
            assert_eq!((&shown["voices"][0]["seconds"], &shown["voices"][0]["media_type"]), (&json!(3.5), &json!("audio/webm;codecs=opus")));
            assert_eq!(shown["before"].as_array().map(Vec::len), Some(1), "neither drawing nor voice is a photo: {shown}");
            let heard = actor.http.get(&format!("/api/v1/photos/{voice}/original")).await.expect(200);
            assert_eq!(heard.header("content-type"), "audio/webm");
            assert!(heard.header("content-disposition").starts_with("attachment") && heard.header("content-disposition").contains(".webm"));
            assert_eq!(heard.header("content-security-policy"), "default-src 'none'; sandbox");
            actor.http.get(&format!("/api/v1/photos/{voice}/display")).await.expect_problem(404, "no_preview");
        }
        let other = world.township(1, Role::DeskOfficer).await;
        other.http.get(&format!("/api/v1/photos/{voice}/original")).await.expect_problem(404, "not_found");
        let detail = office.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json();
        assert_eq!(detail["voices"][0]["photo_id"], json!(voice), "{detail}");
        // A voice that is what it says is nothing odd.
        let operation = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200).json();
        assert!(!operation["flags"].to_string().contains(&voice.to_string()), "{operation}");
    }

    async fn sounds_that_are_no_voice_notes_are_kept_and_flagged(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let long = [webm("A_OPUS", 3), vec![3; 5 * 1024 * 1024]].concat();
        let cases: Vec<(&'static str, Vec<u8>, &str, &str)> = vec![
            ("voice", webm("V_VP9A_OPUS", 2), "audio/webm", "not_a_photo"),
            ("voice", photo::tiny(8_001), "audio/webm", "type_differs"),
            ("overview", webm("A_OPUS", 4), "audio/webm", "not_a_photo"),
            ("voice", long, "audio/webm", "voice_too_long"),
            ("voice", b"<script>alert(1)</script>".to_vec(), "audio/webm", "not_a_photo"),
        ];
        for (role, bytes, media_type, flag) in cases {
            let visit = site.visit(&inspector, &[]);
            let sealed = inspector.draft("inspection.submit/1", visit.payload.clone()).file(role, bytes, json!({ "media_type": media_type })).seal();
            inspector.send(&sealed).await;
            let mut said = Value::Null;
            for _ in 0..200 {
                said = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200).json();
                let listed = office.list("/api/v1/operations?status=flagged").await;
                said["listed"] = listed.iter().find(|one| one["operation_id"] == json!(sealed.id)).cloned().unwrap_or_default();
                if said.to_string().contains(flag) { break; }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let detail = office.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json();
            assert!(said.to_string().contains(flag) || detail.to_string().contains(flag), "{role} {flag}: {said} {detail}");
        }
    }

    async fn a_drawing_lies_over_its_photo_and_stays_transparent(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (visit, sealed, ticket) = told(&world, &inspector, &office).await;
        let (photo, drawn) = (sealed.photos[0].file_id, sealed.photos[1].file_id);
        let township = world.township(0, Role::DeputyLeader).await;
        for actor in [&office, &township] {
            let shown = actor.http.get(&format!("/api/v1/tickets/{}", id_of(&ticket["id"]))).await.expect(200).json();
            assert_eq!((&shown["before"][0]["file_id"], &shown["before"][0]["annotation"]), (&json!(photo), &json!(drawn)), "{shown}");
            for (size, side) in [("display", 640), ("thumb", 320)] {
                let answer = picture(actor, drawn, size).await.expect(200);
                assert_eq!(answer.header("content-type"), "image/png");
                let layer = image::load_from_memory(&answer.bytes).expect("a picture").into_rgba8();
                assert_eq!(layer.width(), side);
                assert_eq!((layer.get_pixel(side / 2, 2).0[3], layer.get_pixel(2, 2).0[3]), (0, 255), "clear beside the stroke");
            }
            assert_eq!(picture(actor, photo, "display").await.expect(200).header("content-type"), "image/jpeg");
        }
        let detail = office.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json();
        assert_eq!(detail["photos"].as_array().map(Vec::len), Some(2), "the photo and the overview: {detail}");
        world.township(1, Role::DeskOfficer).await.http.get(&format!("/api/v1/photos/{drawn}/display")).await.expect_problem(404, "not_found");

        // Nobody draws on somebody else's evidence.
        let fresh = township.http.get(&format!("/api/v1/tickets/{}", id_of(&ticket["id"]))).await.expect(200).json();
        let payload = json!({ "ticket_id": ticket["id"], "seen_version": fresh["version"], "attempt_id": Uuid::new_v4(), "note": "" });
        let overdrawn = township.draft("ticket.rectify/1", payload)
            .photo("after", None, photo::tiny(7_002))
            .file("annotation", [drawing(), vec![0]].concat(), json!({ "media_type": "image/png", "of_file_id": photo })).seal();
        township.send(&overdrawn).await;
        let shown = office.http.get(&format!("/api/v1/tickets/{}", id_of(&ticket["id"]))).await.expect(200).json();
        assert_eq!(shown["before"][0]["annotation"], json!(drawn), "{shown}");
    }

    async fn the_last_photo_of_each_item_is_found_for_the_next_one(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (_, sealed, ticket) = told(&world, &inspector, &office).await;
        let site = id_of(&ticket["site_id"]);
        let path = format!("/api/v1/sites/{site}/last-photos");
        let items = office.http.get(&path).await.expect(200).at("/items");
        let of = |items: &Value, code: Value| items.as_array().expect("a list").iter().filter(|one| one["item_code"] == code).map(|one| one["photo_id"].clone()).collect::<Vec<_>>();
        assert_eq!(of(&items, json!("BUS-01")), [json!(sealed.photos[0].file_id)], "{items}");
        assert_eq!(of(&items, Value::Null), [json!(sealed.photos[3].file_id)], "{items}");
        // A later visit takes its place; a hidden one does so only for the county.
        world.clock.advance(chrono::TimeDelta::days(1));
        let (inspector, office) = (world.inspector().await, world.office().await);
        let body = json!({ "name": "暗访", "year": 2026, "quarter": 4, "mode": "unannounced", "issue_mode": "after_look" });
        let round = office.http.with("idempotency-key", "hidden").post("/api/v1/rounds", &body).await.expect(201);
        let site_row = world.site(&inspector, "bus_shelter", 0).await;
        let mut visit = site_row.visit(&inspector, &["BUS-01"]);
        visit.payload["round_id"] = round.at("/id");
        let next = visit.draft(&inspector, 51).seal();
        inspector.send(&next).await;
        let items = inspector.http.get(&path).await.expect(200).at("/items");
        assert_eq!(of(&items, json!("BUS-01")), [json!(next.photos[0].file_id)], "{items}");
        let township = world.township(0, Role::DeskOfficer).await;
        let items = township.http.get(&path).await.expect(200).at("/items");
        assert_eq!(of(&items, json!("BUS-01")), [json!(sealed.photos[0].file_id)], "the hidden visit does not exist: {items}");
        let other = world.township(1, Role::DeskOfficer).await;
        other.http.get(&path).await.expect_problem(404, "not_found");
    }

    async fn a_site_is_found_by_the_code_on_its_plate(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "farmers_market", 0).await;
        let code = site.row["code"].as_str().expect("a code");
        let found = inspector.http.get(&format!("/api/v1/sites/by-code/{code}")).await.expect(200);
        assert_eq!(found.at("/id"), site.row["id"]);
        inspector.http.get("/api/v1/sites/by-code/NOSUCH").await.expect_problem(404, "not_found");
        let other = world.township(1, Role::DeskOfficer).await;
        other.http.get(&format!("/api/v1/sites/by-code/{code}")).await.expect_problem(404, "not_found");
    }

    async fn example_pictures_are_kept_by_their_hash(world: World) {
        let inspector = world.inspector().await;
        let market = world.site(&inspector, "farmers_market", 0).await;
        let examples: Vec<Value> = market.checklist["body"]["items"].as_array().expect("items").iter().flat_map(|item| item["examples"].as_array().cloned().unwrap_or_default()).collect();
        assert!(examples.len() >= 4, "{examples:?}");
        for example in examples {
            let sha256 = example["sha256"].as_str().expect("a hash");
            let answer = inspector.http.get(&format!("/api/v1/checklists/examples/{sha256}")).await.expect(200);
            assert_eq!(hex_digest(&answer.bytes), sha256);
            assert_eq!(answer.header("content-type"), example["media_type"].as_str().expect("a type"));
            assert_eq!(answer.header("cache-control"), "private, max-age=31536000, immutable");
        }
        for unknown in ["f".repeat(64), "x".to_owned()] {
            inspector.http.get(&format!("/api/v1/checklists/examples/{unknown}")).await.expect_problem(404, "not_found");
        }
        world.http().get(&format!("/api/v1/checklists/examples/{}", "f".repeat(64))).await.expect_problem(401, "signed_out");
    }

    async fn an_outdated_app_is_told_and_still_sends_everything(world: World) {
        let mut world = world;
        let inspector = world.inspector().await;
        let sealed = world.site(&inspector, "bus_shelter", 0).await.visit(&inspector, &["BUS-01"]).draft(&inspector, 60).seal();
        assert_eq!(inspector.http.get("/api/v1/health").await.header("lalian-min-client"), "");
        world.restart(|config| config.min_client = Some("9.0.0".parse().expect("a version"))).await;
        let inspector = world.inspector().await;
        let answer = inspector.put(&sealed).await.expect(201);
        assert_eq!(answer.header("lalian-min-client"), "9.0.0", "told with every answer");
        inspector.send(&sealed).await;
        inspector.verified_receipt(&sealed).await;
    }

    async fn far_from_the_site_asks_for_a_reason_and_never_blocks(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let mut visit = site.visit(&inspector, &[]);
        let (lon, lat) = site.place();
        visit.payload["arrived"] = Value::Null;
        visit.payload["arrival"] = json!({
            "position": { "lon": lon + 0.01, "lat": lat, "accuracy_m": 5.0, "fixed_at": null, "source": "browser", "datum": "wgs84" },
            "distance_m": 960, "far_reason": "桥断了，隔河查看", "by": "browser",
        });
        let answer = inspector.operate("inspection.submit/1", visit.payload.clone()).await.expect(201).json();
        let far = answer["flags"].as_array().expect("flags").iter().find(|flag| flag["code"] == "far_from_site").cloned();
        assert!(far.expect("flagged")["detail"].as_str().expect("a detail").contains("桥断了，隔河查看"), "{answer}");
        let path = format!("/api/v1/inspections/{}", visit.inspection);
        let shown = office.http.get(&path).await.expect(200).json();
        assert_eq!(shown["far_reason"], "桥断了，隔河查看");
        assert!(shown["distance_m"].as_f64().is_some_and(|metres| metres > 800.0), "{shown}");
        let township = world.township(0, Role::DeskOfficer).await;
        assert_eq!(township.http.get(&path).await.expect(200).json()["far_reason"], Value::Null, "between inspector and office");
    }
}
