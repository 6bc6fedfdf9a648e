//! Copies that leave the server: the strip under an exported photo, faces and plates covered for circulars, and who may take what along.

use image::{RgbImage, RgbaImage, imageops};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{issue, tickets_of};
use lalian_tests::http::{Answer, Http};
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::photo::{saved, scenery};
use lalian_tests::stories;
use lalian_tests::text::hex_digest;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;
use uuid::Uuid;

/// A visit in the first township with one failed answer, its photograph and, over it, a drawing; all of it here.
async fn visited(world: &World, number: u64) -> (Sealed, Uuid) {
    let inspector = world.inspector().await;
    let site = world.site(&inspector, "bus_shelter", 0).await;
    let visit = site.visit(&inspector, &["BUS-01"]);
    let photo = saved(&scenery(number), 90);
    let mut draft =
        inspector.draft("inspection.submit/1", visit.payload.clone()).photo("before", Some("BUS-01"), photo);
    draft.photos[0].position = Some(site.place());
    let of = draft.photos[0].file_id;
    let stroke =
        RgbaImage::from_fn(640, 480, |x, _| image::Rgba(if x < 40 { [255, 0, 0, 255] } else { [0; 4] }));
    let mut png = Cursor::new(Vec::new());
    stroke.write_to(&mut png, image::ImageFormat::Png).expect("a drawing");
    let sealed = draft
        .file("annotation", png.into_inner(), json!({ "media_type": "image/png", "of_file_id": of }))
        .seal();
    inspector.send(&sealed).await;
    let office = world.office().await;
    for photo in &sealed.photos {
        display(&office.http, photo.file_id).await;
    }
    let ticket = id_of(&tickets_of(&office, &site).await[0]["id"]);
    (sealed, ticket)
}

/// The copy for looking at, once it is made.
async fn display(http: &Http, file: Uuid) -> Vec<u8> {
    for _ in 0..200 {
        let answer = http.get(&format!("/api/v1/photos/{file}/display")).await;
        if answer.status != 202 {
            return answer.expect(200).bytes;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody made the copy");
}

async fn stamped(http: &Http, file: Uuid, query: &str) -> Answer {
    http.get(&format!("/api/v1/photos/{file}/stamped{query}")).await
}

async fn cover(actor: &Actor, file: Uuid, key: &str, areas: Value) -> Answer {
    let body = json!({ "areas": areas });
    actor.http.with("idempotency-key", key).post(&format!("/api/v1/photos/{file}/blurs"), &body).await
}

fn area(x: f64, y: f64, width: f64, height: f64) -> Value {
    json!({ "x": x, "y": y, "width": width, "height": height })
}

fn picture(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).expect("a picture").into_rgb8()
}

/// How far two parts of equal size are apart on the average, in steps of 256.
fn apart(one: &RgbImage, other: &RgbImage, (x, y, width, height): (u32, u32, u32, u32)) -> f64 {
    let part = |of: &RgbImage| imageops::crop_imm(of, x, y, width, height).to_image();
    let (one, other) = (part(one), part(other));
    let sum: u64 = one.as_raw().iter().zip(other.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.as_raw().len() as f64
}

fn ink_below(sheet: &RgbImage, from: u32) -> usize {
    sheet.enumerate_pixels().filter(|(_, y, pixel)| *y > from + 2 && pixel.0[0] < 110).count()
}

/// The audit lines of one photo, newest first.
async fn audited(office: &Actor, file: Uuid) -> Vec<(String, Value)> {
    let lines = office.list(&format!("/api/v1/audit?object_id={file}")).await;
    lines.iter().map(|line| (line["action"].as_str().unwrap_or_default().to_owned(), line.clone())).collect()
}

stories! {
    async fn an_exported_photo_carries_its_words_below_and_the_original_stays(world: World) {
        let (sealed, ticket) = visited(&world, 1).await;
        let (office, file) = (world.office().await, sealed.photos[0].file_id);
        issue(&world, ticket, 0).await;
        let shown = picture(&display(&office.http, file).await);
        assert_eq!(shown.dimensions(), (640, 480));

        let plain = stamped(&office.http, file, "?drawing=false").await.expect(200);
        assert_eq!(plain.header("content-type"), "image/jpeg");
        assert_eq!(plain.header("cache-control"), "no-store");
        assert_eq!(plain.header("content-disposition"), format!("attachment; filename=\"example-data-{file}.jpg\""));
        let sheet = picture(&plain.bytes);
        assert!(sheet.width() >= 640 && sheet.height() > 520, "{:?}", sheet.dimensions());
        assert!(apart(&sheet, &shown, (0, 0, 640, 480)) < 2.0, "the picture part is the display copy");
        assert!(ink_below(&sheet, 480) > 1500, "words stand below");
        // With the drawing, unless that is not wanted.
        let drawn = picture(&stamped(&office.http, file, "").await.expect(200).bytes);
        assert!(drawn.get_pixel(10, 100).0[0] > 200 && drawn.get_pixel(10, 100).0[2] < 60);
        assert!(apart(&sheet, &drawn, (60, 0, 560, 480)) < 1.0);

        let original = office.http.get(&format!("/api/v1/photos/{file}/original")).await.expect(200);
        assert_eq!(original.bytes, sealed.photos[0].bytes, "the original stays clean");
        let lines = audited(&office, file).await;
        let exports: Vec<&Value> = lines.iter().filter(|line| line.0 == "photo.stamped").map(|line| &line.1).collect();
        assert_eq!(exports.len(), 2, "{lines:?}");
        assert_eq!(exports[1]["hash_after"], json!(format!("sha-256:{}", hex_digest(&plain.bytes))));
        assert_eq!(exports[1]["hash_before"], json!(format!("sha-256:{}", hex_digest(&original.bytes))));
    }

    async fn those_may_take_a_copy_along_who_have_to_do_with_it(world: World) {
        let (sealed, ticket) = visited(&world, 2).await;
        let file = sealed.photos[0].file_id;
        let deputy = world.township(0, Role::DeputyLeader).await;
        issue(&world, ticket, 0).await;
        for actor in [&world.inspector().await, &world.office().await, &deputy, &world.township(0, Role::DeskOfficer).await] {
            stamped(&actor.http, file, "").await.expect(200);
        }
        let neighbour = world.township(1, Role::DeskOfficer).await;
        stamped(&neighbour.http, file, "").await.expect_problem(404, "not_found");
        stamped(&deputy.http, fresh_id(), "").await.expect_problem(404, "not_found");
        for role in [Role::VillageCadre, Role::CountyLeader, Role::Department] {
            stamped(&world.desk(role).await.http, file, "").await.expect_problem(403, "forbidden");
        }
        stamped(&world.http(), file, "").await.expect_problem(401, "signed_out");
        // A drawing is no photo of its own.
        stamped(&deputy.http, sealed.photos[1].file_id, "").await.expect_problem(404, "no_preview");
        stamped(&deputy.http, file, "?covered=true").await.expect_problem(404, "not_found");
        stamped(&deputy.http, file, "?covered=perhaps").await.expect_problem(400, "malformed");

        // Covering is the office's; another township's and nobody's photo answer alike.
        let whole = json!([area(0.0, 0.0, 1.0, 1.0)]);
        cover(&deputy, file, "k", whole.clone()).await.expect_problem(403, "forbidden");
        cover(&neighbour, file, "k", whole.clone()).await.expect_problem(403, "forbidden");
        deputy.http.get(&format!("/api/v1/photos/{file}/blurs")).await.expect_problem(403, "forbidden");
        deputy.http.get(&format!("/api/v1/photos/{file}/blurred")).await.expect_problem(403, "forbidden");
        cover(&world.office().await, fresh_id(), "k", whole).await.expect_problem(404, "not_found");
    }

    async fn faces_and_plates_are_covered_beyond_recognition(world: World) {
        let (sealed, ticket) = visited(&world, 3).await;
        let (office, second, file) = (world.office().await, world.desk_of(Role::Office, 1).await, sealed.photos[0].file_id);
        issue(&world, ticket, 0).await;
        let blurs = format!("/api/v1/photos/{file}/blurs");
        let blurred = format!("/api/v1/photos/{file}/blurred");
        office.http.get(&blurred).await.expect_problem(404, "not_found");
        assert_eq!(office.http.get(&blurs).await.expect(200).at("/items"), json!([]));

        // What does not lie on the picture is named; what reaches beyond it is cut.
        let wrong = json!([area(0.2, 0.2, 0.3, 0.3), area(1.5, 0.0, 0.5, 0.5), area(0.1, 0.1, 0.0, 0.5)]);
        let refused = cover(&office, file, "k1", wrong).await.expect_problem(422, "invalid_field");
        assert_eq!((refused.text("/errors/0/field"), refused.text("/errors/1/field")), ("/areas/1".into(), "/areas/2".into()));
        cover(&office, file, "k1", json!([])).await.expect_problem(422, "invalid_field");
        cover(&office, file, "k1", json!([{ "x": 0.1 }])).await.expect_problem(422, "invalid_field");
        let made = cover(&office, file, "k1", json!([area(0.5, 0.25, 0.25, 0.5), area(-0.1, 0.9, 0.3, 0.5)])).await.expect(201);
        let second_area = made.at("/areas/1");
        for (name, wanted) in [("x", 0.0), ("y", 0.9), ("width", 0.2), ("height", 0.1)] {
            assert!((second_area[name].as_f64().expect(name) - wanted).abs() < 1e-9, "{second_area}");
        }
        // The same press of a button is the same cover; the key stands for nothing else.
        let again = cover(&office, file, "k1", json!([area(0.5, 0.25, 0.25, 0.5), area(-0.1, 0.9, 0.3, 0.5)])).await.expect(201);
        assert_eq!(made.at("/id"), again.at("/id"));
        cover(&office, file, "k1", json!([area(0.0, 0.0, 1.0, 1.0)])).await.expect_problem(409, "id_reused");

        let shown = picture(&display(&office.http, file).await);
        let there = office.http.get(&blurred).await.expect(200);
        assert_eq!(made.text("/sha256"), hex_digest(&there.bytes));
        let covered = picture(&there.bytes);
        assert_eq!(covered.dimensions(), (640, 480));
        let flat = |x: u32, y: u32| covered.get_pixel(x, y).0.iter().zip(covered.get_pixel(x + 10, y + 10).0).all(|(a, b)| a.abs_diff(b) < 12);
        // Blocks of 40 × 60 pixels: their middles are flat, where the scene is not.
        assert!(flat(335, 145) && flat(375, 205) && flat(455, 325));
        assert!(apart(&covered, &shown, (320, 120, 160, 240)) > 4.0);
        assert!(apart(&covered, &shown, (0, 0, 300, 400)) < 2.0, "outside it is the display copy");

        // Stamped and covered in one; a township may take that along too.
        let both = stamped(&office.http, file, "?covered=true&drawing=false").await.expect(200);
        assert_eq!(both.header("content-disposition"), format!("attachment; filename=\"example-data-{file}-covered.jpg\""));
        let sheet = picture(&both.bytes);
        assert!(apart(&sheet, &covered, (0, 0, 640, 480)) < 2.0 && ink_below(&sheet, 480) > 1500);
        stamped(&world.township(0, Role::DeputyLeader).await.http, file, "?covered=true").await.expect(200);

        // The newest counts, the earlier one stays on record with who and when.
        world.clock.advance(chrono::TimeDelta::minutes(5));
        let newer = cover(&second, file, "k2", json!([area(0.0, 0.0, 1.0, 1.0)])).await.expect(201);
        let list = office.http.get(&blurs).await.expect(200).at("/items");
        assert_eq!((list[0]["id"].clone(), list[1]["id"].clone()), (newer.at("/id"), made.at("/id")));
        assert_eq!(list[0]["person_id"], json!(second.person()));
        assert!(list[1]["person_name"].is_string() && list[0]["made_at"] != list[1]["made_at"]);
        assert_ne!(office.http.get(&blurred).await.expect(200).bytes, there.bytes);
        assert_eq!(display(&office.http, file).await, display(&second.http, file).await, "the photo itself stays as it is");

        // Every cover and every look at the original is on the record.
        office.http.get(&format!("/api/v1/photos/{file}/original")).await.expect(200);
        let actions: Vec<String> = audited(&office, file).await.into_iter().map(|line| line.0).collect();
        let count = |action: &str| actions.iter().filter(|one| *one == action).count();
        assert_eq!((count("photo.blur"), count("photo.original"), count("photo.stamped")), (2, 1, 2), "{actions:?}");
    }

    async fn a_lost_cover_is_made_again_and_erasing_takes_all_of_them(world: World) {
        let (sealed, _) = visited(&world, 4).await;
        let (office, second, file) = (world.office().await, world.desk_of(Role::Office, 1).await, sealed.photos[0].file_id);
        let blurred = format!("/api/v1/photos/{file}/blurred");
        cover(&office, file, "k1", json!([area(0.1, 0.1, 0.5, 0.5)])).await.expect(201);
        let first = office.http.get(&blurred).await.expect(200).bytes;
        let made = world.folder().join("files/d");
        let covers = || -> Vec<std::path::PathBuf> {
            let counties = std::fs::read_dir(&made).into_iter().flatten().flatten();
            let photos = counties.flat_map(|county| std::fs::read_dir(county.path()).into_iter().flatten().flatten());
            let copies = photos.flat_map(|photo| std::fs::read_dir(photo.path()).into_iter().flatten().flatten());
            copies.map(|copy| copy.path()).filter(|path| path.to_string_lossy().contains("blur-")).collect()
        };
        assert_eq!(covers().len(), 1);
        std::fs::remove_file(&covers()[0]).expect("a restore without copies");
        assert_eq!(office.http.get(&blurred).await.expect(200).bytes, first, "the same bytes again");
        assert_eq!(covers().len(), 1);

        let asked = office.http.with("idempotency-key", "e1").post("/api/v1/erasures", &json!({ "file_id": file, "reason": "拍到了病人的脸" })).await.expect(201);
        second.http.post(&format!("/api/v1/erasures/{}/confirm", asked.text("/id")), &json!({ "note": "" })).await.expect(200);
        office.http.get(&blurred).await.expect_problem(410, "file_erased");
        stamped(&office.http, file, "").await.expect_problem(410, "file_erased");
        cover(&office, file, "k2", json!([area(0.1, 0.1, 0.5, 0.5)])).await.expect_problem(410, "file_erased");
        for _ in 0..200 {
            if covers().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("a cover stays");
    }
}
