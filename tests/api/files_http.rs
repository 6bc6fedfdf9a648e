//! Files over public HTTP: the headers that tus clients live by, a connection that really breaks, and photos as a browser gets them.

use std::time::Duration;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::photo::of_size;
use lalian_tests::proxy::{Fault, Proxy};
use lalian_tests::stories;
use lalian_tests::text::{base64, hex_digest};
use lalian_tests::tus::{self, Upload};
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::json;

/// A finding of this person that names one photo; the photo stays on the phone.
async fn finding(actor: &Actor, photo: &[u8]) -> Sealed {
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "路面破损", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let sealed = actor.draft("finding.report/1", payload).photo("before", None, photo.to_vec()).seal();
    actor.put(&sealed).await.expect(201);
    sealed
}

fn assert_tus(answer: &Answer) {
    assert_eq!(answer.header("tus-resumable"), "1.0.0", "{answer}");
}

async fn get_photo(http: &Http, sealed: &Sealed, size: &str, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/api/v1/photos/{}/{size}", sealed.photos[0].file_id);
    let request = headers
        .iter()
        .fold(http.request(Method::GET, &path), |request, (name, value)| request.header(*name, *value));
    send(request).await
}

/// Asks until the copies are made.
async fn copy_of(http: &Http, sealed: &Sealed, size: &str) -> Answer {
    for _ in 0..200 {
        let answer = get_photo(http, sealed, size, &[]).await;
        if answer.status != 202 {
            return answer.expect(200);
        }
        assert_eq!((answer.text("/state").as_str(), answer.header("retry-after")), ("being_made", "2"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody made the {size}");
}

stories! {
    async fn uploads_speak_tus(world: World) {
        let inspector = world.inspector().await;
        let photo = of_size(1, 200_000);
        let http = &inspector.http;

        let offered = send(world.http().request(Method::OPTIONS, "/api/v1/uploads")).await.expect(204);
        assert_tus(&offered);
        assert_eq!(offered.header("tus-version"), "1.0.0");
        assert_eq!(offered.header("tus-extension"), "creation,checksum,expiration");
        assert_eq!(offered.header("tus-max-size"), "20971520");
        assert_eq!(offered.header("tus-checksum-algorithm"), "sha1,sha256");

        let unnamed = tus::create(http, &photo).await.expect_problem(403, "upload_not_named");
        assert_tus(&unnamed);
        let sealed = finding(&inspector, &photo).await;
        let create = || http.request(Method::POST, "/api/v1/uploads").header("upload-length", photo.len());
        let metadata = format!("filename YS5qcGc=,sha256 {}", base64(hex_digest(&photo).as_bytes()));
        let old = send(create().header("upload-metadata", &metadata)).await.expect_problem(412, "tus_version");
        assert_eq!(old.header("tus-version"), "1.0.0");
        let nameless = send(create().header("tus-resumable", "1.0.0")).await.expect_problem(400, "malformed");
        assert_eq!(nameless.text("/errors/0/field"), "Upload-Metadata");

        // A body that comes along is ignored.
        let request = create().header("tus-resumable", "1.0.0").header("upload-metadata", &metadata).body(vec![7; 50_000]);
        let created = send(request).await.expect(201);
        assert_tus(&created);
        assert_eq!(created.header("upload-offset"), "0");
        assert!(created.header("upload-expires").ends_with(" GMT"), "{}", created.header("upload-expires"));
        let upload = Upload::of(&created);
        assert!(upload.location.starts_with("/api/v1/uploads/"));

        let standing = send(http.request(Method::HEAD, &upload.location).header("tus-resumable", "1.0.0")).await.expect(200);
        assert_eq!(standing.header("upload-length"), photo.len().to_string());
        assert_eq!(standing.header("cache-control"), "no-store");

        let piece = |bytes: &[u8], offset: usize| upload.patch_request(http, offset, bytes);
        let untyped = http.request(Method::PATCH, &upload.location).header("tus-resumable", "1.0.0").header("upload-offset", 0);
        send(untyped.body(vec![1])).await.expect_problem(415, "unsupported_type");
        assert_tus(&send(piece(&photo[..10], 5)).await.expect_problem(409, "upload_offset"));
        send(piece(&[&photo[..], b"!"].concat(), 0)).await.expect_problem(413, "too_large");
        let wrong = piece(&photo[..10], 0).header("upload-checksum", format!("sha1 {}", base64(&[0; 20])));
        assert_tus(&send(wrong).await.expect_problem(460, "checksum_mismatch"));
        send(piece(&photo[..10], 0).header("upload-checksum", "crc32 AAAA")).await.expect_problem(400, "malformed");
        assert_eq!(upload.offset(http).await, 0, "none of it was applied");

        // Through a proxy that passes GET, HEAD and POST only.
        let narrow = http.request(Method::POST, &upload.location)
            .header("x-http-method-override", "PATCH").header("tus-resumable", "1.0.0").header("upload-offset", 0)
            .header("content-type", "application/offset+octet-stream").body(photo[..150_000].to_vec());
        assert_eq!(send(narrow).await.expect(204).header("upload-offset"), "150000");
        let last = upload.patch(http, 150_000, &photo[150_000..]).await.expect(204);
        assert_eq!(last.header("upload-offset"), photo.len().to_string());
        upload.patch(http, photo.len(), &[]).await.expect(204);
        let claims = inspector.verified_receipt(&sealed).await;
        assert_eq!(claims["files"][0]["hash"], json!(format!("sha-256:{}", hex_digest(&photo))));
    }

    async fn a_connection_that_breaks_keeps_what_has_arrived(world: World) {
        let inspector = world.inspector().await;
        let photo = of_size(2, 2_000_000);
        let sealed = finding(&inspector, &photo).await;
        let upload = Upload::of(&tus::create(&inspector.http, &photo).await.expect(201));
        let mut offset = 0;
        for cut in [300_000, 500_000] {
            let proxy = Proxy::faulty(world.server().addr(), [Fault::CutAfter(cut)]).await;
            let door = inspector.http.through(proxy.url());
            let request = upload.patch_request(&door, offset, &photo[offset..]);
            assert!(lalian_tests::http::try_send(request).await.is_err(), "the connection broke");
            // The server may hear of the broken connection a little later than we do.
            let mut durable = upload.offset(&inspector.http).await;
            for _ in 0..100 {
                if durable > offset {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
                durable = upload.offset(&inspector.http).await;
            }
            assert!(durable > offset && durable < photo.len(), "{durable} after {offset}");
            offset = durable;
        }
        upload.patch(&inspector.http, offset, &photo[offset..]).await.expect(204);
        inspector.verified_receipt(&sealed).await;
    }

    async fn the_send_credential_uploads_and_shows_nothing(world: World) {
        let inspector = world.inspector().await;
        let photo = of_size(3, 50_000);
        let sealed = finding(&inspector, &photo).await;
        let sender = inspector.sending_only();
        tus::upload(&sender, &photo, 20_000).await;
        inspector.verified_receipt(&sealed).await;
        get_photo(&sender, &sealed, "original", &[]).await.expect_problem(401, "signed_out");
        get_photo(&world.http(), &sealed, "original", &[]).await.expect_problem(401, "signed_out");
        let stranger = world.phone_of(Role::Inspector, 1).await;
        let upload = Upload::of(&tus::create(&inspector.http, &photo).await.expect(201));
        upload.patch(&stranger.http, 0, &photo).await.expect_problem(404, "not_found");
        upload.patch(&world.http(), 0, &photo).await.expect_problem(401, "signed_out");
    }

    async fn a_browser_gets_photos_that_cannot_do_harm(world: World) {
        let inspector = world.inspector().await;
        let photo = of_size(4, 60_000);
        let sealed = finding(&inspector, &photo).await;
        let office = world.office().await;
        get_photo(&office.http, &sealed, "thumb", &[]).await.expect_problem(409, "file_not_here");
        inspector.upload(&photo).await;
        for size in ["thumb", "display"] {
            let shown = copy_of(&office.http, &sealed, size).await;
            assert_eq!(shown.header("content-type"), "image/jpeg");
            assert_eq!(shown.header("cache-control"), "private, no-cache");
            assert_eq!(shown.header("x-content-type-options"), "nosniff");
            assert_eq!(image::load_from_memory(&shown.bytes).expect("a picture").width(), 64);
            let tag = shown.header("etag").to_owned();
            let again = get_photo(&office.http, &sealed, size, &[("if-none-match", &tag)]).await.expect(304);
            assert!(again.bytes.is_empty());
        }
        let original = get_photo(&office.http, &sealed, "original", &[]).await.expect(200);
        assert_eq!(original.bytes, photo);
        assert_eq!(original.header("content-security-policy"), "default-src 'none'; sandbox");
        let name = format!("attachment; filename=\"{}.jpg\"", sealed.photos[0].file_id);
        assert_eq!(original.header("content-disposition"), name);
        let part = get_photo(&office.http, &sealed, "original", &[("range", "bytes=100-199")]).await.expect(206);
        assert_eq!(part.header("content-range"), format!("bytes 100-199/{}", photo.len()));
        assert_eq!(part.bytes, photo[100..200]);
        get_photo(&office.http, &sealed, "original", &[("range", "bytes=999999-")]).await.expect_problem(416, "bad_range");
        get_photo(&office.http, &sealed, "poster", &[]).await.expect_problem(404, "not_found");
    }

    async fn those_who_keep_the_ticket_hear_that_its_photo_has_come(world: World) {
        let inspector = world.inspector().await;
        let photo = of_size(6, 30_000);
        let sealed = finding(&inspector, &photo).await;
        world.clock.advance(chrono::TimeDelta::minutes(1));
        let office = world.office().await;
        let mut page = office.http.get("/api/v1/sync/snapshot").await.expect(200);
        while let Some(next) = page.at("/next").as_str() {
            page = office.http.get(&format!("/api/v1/sync/snapshot?page={next}")).await.expect(200);
        }
        let cursor = page.text("/cursor");
        inspector.upload(&photo).await;
        world.clock.advance(chrono::TimeDelta::minutes(1));
        let news = office.http.get(&format!("/api/v1/sync?cursor={cursor}")).await.expect(200).at("/changes");
        let told = news.as_array().expect("changes").iter().any(|change| {
            change["noun"] == "tickets"
                && change["row"]["before"][0]["file_id"] == json!(sealed.photos[0].file_id)
                && change["row"]["before"][0]["state"] == "stored"
        });
        assert!(told, "{news}");
    }

    async fn a_page_sent_as_a_photo_stays_a_download(world: World) {
        let inspector = world.inspector().await;
        let page = b"<!DOCTYPE html><script>document.title='run'</script>".to_vec();
        let sealed = finding(&inspector, &page).await;
        inspector.upload(&page).await;
        inspector.verified_receipt(&sealed).await;
        let office = world.office().await;
        let original = get_photo(&office.http, &sealed, "original", &[]).await.expect(200);
        assert_eq!(original.header("content-type"), "application/octet-stream");
        assert!(original.header("content-disposition").starts_with("attachment"));
        for _ in 0..200 {
            let shown = get_photo(&office.http, &sealed, "display", &[]).await;
            if shown.status != 202 {
                shown.expect_problem(404, "no_preview");
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody judged the bytes");
    }
}
