//! What a phone could not send any more comes as a file, with the same receipts; what nobody signed does not come in at all.

use std::io::Write as _;

use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, put};
use lalian_tests::http::Answer;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::rescue::{Rescue, import};
use lalian_tests::stories;
use lalian_tests::tus::{self, Upload};
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use lalian_tests::{photo, text::hex_digest};
use serde_json::{Value, json};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// So many visits of an inspector, sealed and not sent.
async fn sealed_visits(world: &World, inspector: &Actor, count: u64) -> Vec<Sealed> {
    let site = world.site(inspector, "bus_shelter", 0).await;
    (0..count).map(|number| visit(&site, inspector, number)).collect()
}

fn visit(site: &Site, inspector: &Actor, number: u64) -> Sealed {
    let items = site.ticket_items();
    site.visit(inspector, &[&items[usize::try_from(number).expect("few")]])
        .draft(inspector, 70 + number)
        .seal()
}

fn outcome(answer: &Answer, sealed: &Sealed) -> Value {
    let all = answer.at("/operations");
    let one = all.as_array().expect("a list").iter().find(|one| one["operation_id"] == json!(sealed.id));
    one.unwrap_or_else(|| panic!("{} is not in {answer}", sealed.id)).clone()
}

stories! {
    async fn what_a_dying_phone_held_arrives_with_the_same_receipts(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let visits = sealed_visits(&world, &inspector, 3).await;
        // The answers of the first had arrived, and half of its photo.
        inspector.put(&visits[0]).await.expect(201);
        let bytes = &visits[0].photos[0].bytes;
        let upload = Upload::of(&tus::create(&inspector.http, bytes).await.expect(201));
        upload.patch(&inspector.http, 0, &bytes[..300]).await.expect(204);

        let zip = Rescue::of(&visits.iter().collect::<Vec<_>>()).zip();
        let answer = import(&office.http, zip.clone()).await.expect(200);
        let outcomes: Vec<Value> = visits.iter().map(|sealed| outcome(&answer, sealed)["outcome"].clone()).collect();
        assert_eq!(outcomes, ["already_here", "accepted", "accepted"], "{answer}");
        assert_eq!(answer.at("/files"), json!({ "stored": 3, "already_here": 0, "hash_mismatch": 0, "not_named": 0 }));
        for sealed in &visits {
            let one = outcome(&answer, sealed);
            assert_eq!((&one["receipt"], &one["missing_files"]), (&json!(true), &json!(0)), "{one}");
            inspector.verified_receipt(sealed).await;
        }
        // Once more changes nothing, and the phone may still send for itself.
        let again = import(&office.http, zip).await.expect(200);
        assert!(visits.iter().all(|sealed| outcome(&again, sealed)["outcome"] == "already_here"), "{again}");
        assert_eq!(again.at("/files/stored"), json!(0));
        inspector.put(&visits[2]).await.expect(200);

        let site = world.site(&office, "bus_shelter", 0).await;
        assert_eq!(office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await.len(), 3);
        assert_eq!(office.list(&format!("/api/v1/inspections?site_id={}", site.id())).await.len(), 3);
        // The record names who brought it, not whose phone it was.
        let lines = office.list("/api/v1/audit").await;
        let of = |action: &str| lines.iter().filter(|line| line["action"] == action).map(|line| line["person_id"].clone()).collect::<Vec<_>>();
        assert_eq!(of("rescue.import"), [json!(office.person()), json!(office.person())]);
        assert_eq!(of("inspection.submit/1"), [json!(office.person()), json!(office.person()), json!(inspector.person())], "newest first");
    }

    async fn what_nobody_signed_is_told_apart_and_never_stored(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let visits = sealed_visits(&world, &inspector, 6).await;
        let mut rescue = Rescue::of(&visits.iter().collect::<Vec<_>>());
        // 0 was rewritten with its hash; 1 was rewritten alone; 2 lost its signature; 3 lost its body; 4 has another's photo bytes.
        let altered = String::from_utf8(visits[0].bytes.clone()).expect("text").replace("\"pass\"", "\"fail\"").into_bytes();
        rescue.operations[0]["hash"] = json!(format!("sha-256:{}", hex_digest(&altered)));
        rescue.entries.iter_mut().find(|(name, _)| name.contains(&visits[0].id.to_string())).expect("a body").1 = altered;
        rescue.entries.iter_mut().find(|(name, _)| name.contains(&visits[1].id.to_string())).expect("a body").1.push(b' ');
        rescue.operations[2]["signature"] = Value::Null;
        rescue = rescue.without(&format!("operations/{}", visits[3].id));
        let swapped = format!("files/{}", visits[4].photos[0].sha256());
        rescue.entries.iter_mut().find(|(name, _)| *name == swapped).expect("a photo").1 = photo::tiny(9_999);
        // Somebody else's phone that this county never registered.
        let stranger = lalian_tests::phone::Phone::new("nobody's");
        let foreign = lalian_tests::phone::Draft::new(Some(&stranger), (inspector.person(), inspector.post()), "inspection.submit/1",
            serde_json::from_slice::<Value>(&visits[5].bytes).expect("JSON")["payload"].clone(), inspector.now()).seal();
        let more = Rescue::of(&[&foreign]);
        rescue.operations.extend(more.operations);
        rescue.entries.extend(more.entries);

        let answer = import(&office.http, rescue.zip()).await.expect(200);
        let told: Vec<Value> = visits.iter().map(|sealed| outcome(&answer, sealed)["outcome"].clone()).collect();
        assert_eq!(told, ["bad_signature", "unreadable", "bad_signature", "unreadable", "accepted", "accepted"], "{answer}");
        assert_eq!(outcome(&answer, &foreign)["outcome"], "bad_signature");
        // Photos of what was not taken in are not stored either.
        assert_eq!(answer.at("/files"), json!({ "stored": 1, "already_here": 0, "hash_mismatch": 1, "not_named": 4 }));
        let half = outcome(&answer, &visits[4]);
        assert_eq!((&half["receipt"], &half["missing_files"]), (&json!(false), &json!(1)), "{half}");
        for sealed in visits[..4].iter().chain([&foreign]) {
            office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect_problem(404, "not_found");
        }
        assert!(office.list("/api/v1/operations?status=quarantined").await.is_empty());
        assert!(office.list("/api/v1/operations?status=refused").await.is_empty());
        // The phone is found again: everything it holds is still taken in as it was sealed.
        for sealed in &visits {
            inspector.send(sealed).await;
            inspector.verified_receipt(sealed).await;
        }
    }

    async fn a_file_that_is_no_rescue_file_changes_nothing(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let visits = sealed_visits(&world, &inspector, 2).await;
        let good = Rescue::of(&visits.iter().collect::<Vec<_>>());
        let whole = good.zip();
        let options = SimpleFileOptions::default();
        let hostile: Vec<(&str, Vec<u8>)> = vec![
            ("nothing", Vec::new()),
            ("no zip", b"<html>not a zip</html>".to_vec()),
            ("cut in the middle", whole[..whole.len() / 2].to_vec()),
            ("cut at the end", whole[..whole.len() - 30].to_vec()),
            ("above the folder", good.clone().with("../../etc/passwd", b"root").zip()),
            ("an absolute path", good.clone().with("/etc/passwd", b"root").zip()),
            ("a path in disguise", good.clone().with("files/../manifest.json", b"{}").zip()),
            ("a backslash", good.clone().with("files\\x", b"x").zip()),
            ("something else", good.clone().with("readme.txt", b"hello").zip()),
            ("a link", good.written(CompressionMethod::Stored, |zip| {
                zip.add_symlink(format!("files/{}", "a".repeat(64)), "/etc/passwd", options).expect("a link");
            })),
            ("a bomb", good.written(CompressionMethod::Deflated, |zip| {
                zip.start_file(format!("files/{}", "b".repeat(64)), options.compression_method(CompressionMethod::Deflated)).expect("an entry");
                zip.write_all(&vec![0; 15 * 1024 * 1024]).expect("written");
            })),
            ("a file beyond the limit", good.clone().with(&format!("files/{}", "c".repeat(64)), &vec![7; 20 * 1024 * 1024 + 1]).zip()),
            ("no manifest", {
                let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
                zip.start_file(format!("operations/{}.json", visits[0].id), options).expect("an entry");
                zip.write_all(&visits[0].bytes).expect("written");
                zip.finish().expect("a zip").into_inner()
            }),
        ];
        for (name, zip) in hostile {
            let answer = import(&office.http, zip).await;
            assert_eq!((answer.status, answer.text("/code").as_str()), (422, "import_refused"), "{name}: {answer}");
            assert!(answer.at("/detail").is_string(), "{name} says why: {answer}");
        }
        for sealed in &visits {
            office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect_problem(404, "not_found");
        }
        // Packed tightly by a helpful person, it is still the same file.
        let packed = good.written(CompressionMethod::Deflated, |zip| {
            zip.add_directory("operations/", options).expect("a folder");
        });
        let answer = import(&office.http, packed).await.expect(200);
        assert!(visits.iter().all(|sealed| outcome(&answer, sealed)["outcome"] == "accepted"), "{answer}");
    }

    async fn only_the_office_brings_rescue_files(world: World) {
        let inspector = world.inspector().await;
        let visits = sealed_visits(&world, &inspector, 1).await;
        let zip = Rescue::of(&[&visits[0]]).zip();
        for role in [Role::Inspector, Role::DeputyLeader, Role::CountyLeader, Role::Department] {
            import(&world.desk(role).await.http, zip.clone()).await.expect_problem(403, "forbidden");
        }
        import(&inspector.sending_only(), zip.clone()).await.expect_problem(401, "signed_out");
        import(&world.http(), zip).await.expect_problem(401, "signed_out");
    }

    async fn a_correction_and_a_lost_phone_come_along(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let visit = site.visit(&inspector, &[]);
        let first = inspector.draft("inspection.submit/1", visit.payload.clone()).seal();
        let corrected = json!({ "inspection_id": visit.inspection, "seen_version": 1, "reason": "补记", "inspection": visit.payload });
        let second = inspector.draft("inspection.correct/1", corrected).after(&[first.id]).seal();
        let waits = inspector.draft("inspection.submit/1", site.visit(&inspector, &[]).payload).after(&[fresh_id()]).seal();
        let device = inspector.phone.as_ref().expect("a phone").id;
        office.http.delete(&format!("/api/v1/devices/{device}")).await.expect(204);
        // The list of the manifest stands the other way round.
        let answer = import(&office.http, Rescue::of(&[&second, &waits, &first]).zip()).await.expect(200);
        assert_eq!(outcome(&answer, &first)["outcome"], "accepted", "{answer}");
        assert_eq!(outcome(&answer, &second)["outcome"], "accepted", "{answer}");
        assert_eq!((&outcome(&answer, &waits)["outcome"], &outcome(&answer, &waits)["reason"]), (&json!("refused"), &json!("not_yet")));
        assert!(put(&inspector.sending_only(), &first).await.status == 200, "the send credential outlives the phone by 30 days");
    }
}
