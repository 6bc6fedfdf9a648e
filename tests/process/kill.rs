//! A server killed in the middle of a photo: what was durable stays, nothing is doubled, and the phone goes on.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::sqlite_url;
use lalian_tests::demo::{Demo, arguments};
use lalian_tests::http::{Http, send};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::of_size;
use lalian_tests::program::{Program, command};
use lalian_tests::tus::{self, Upload};
use reqwest::{Body, Method};
use serde_json::json;

#[test]
fn a_photo_survives_the_death_of_the_server() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let database = sqlite_url(&folder.path().join("demo.db"));
        let demo = Demo::start(folder.path(), &database).await;
        let mut inspector = Actor::on_phone(&demo.http(), &demo.logins(Role::Inspector)[0], "killed").await;
        let photo = of_size(1, 1_500_000);
        let payload = json!({
            "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "坑洼", "note": "",
            "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
        });
        let draft = inspector.draft("finding.report/1", payload);
        let sealed = draft.photo("before", None, photo.clone()).seal();
        inspector.put(&sealed).await.expect(201);
        let upload = Upload::of(&tus::create(&inspector.http, &photo).await.expect(201));
        upload.patch(&inspector.http, 0, &photo[..400_000]).await.expect(204);

        // Slow enough for a checkpoint, then the machine dies with the request under way.
        let drops: Vec<Bytes> = photo[400_000..].chunks(50_000).map(Bytes::copy_from_slice).collect();
        let slow = stream::iter(drops).then(|piece| async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            Ok::<_, std::io::Error>(piece)
        });
        let request = inspector
            .http
            .request(Method::PATCH, &upload.location)
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", 400_000)
            .header("content-type", "application/offset+octet-stream")
            .body(Body::wrap_stream(slow));
        let sending = tokio::spawn(lalian_tests::http::try_send(request));
        tokio::time::sleep(Duration::from_secs(8)).await;
        demo.program.kill().await;
        assert!(sending.await.expect("no panic").is_err(), "the connection died with the server");

        let mut program = Program::start(command(folder.path(), &arguments(&database)));
        inspector = inspector.through(program.url().await);
        let offset = upload.offset(&inspector.http).await;
        assert!((450_000..photo.len()).contains(&offset), "{offset} bytes were durable");
        upload.patch(&inspector.http, offset, &photo[offset..]).await.expect(204);
        inspector.verified_receipt(&sealed).await;
        assert_shown(&inspector.http, sealed.photos[0].file_id, &photo).await;
        let staged = std::fs::read_dir(folder.path().join("files/staging")).expect("a folder").count();
        assert_eq!(staged, 0);
        program.terminate().await;
    });
}

/// The original comes back byte by byte, and its copies are made.
async fn assert_shown(http: &Http, file_id: uuid::Uuid, photo: &[u8]) {
    let original =
        send(http.request(Method::GET, &format!("/api/v1/photos/{file_id}/original"))).await.expect(200);
    assert_eq!(original.bytes, photo);
    for _ in 0..200 {
        let answer = http.get(&format!("/api/v1/photos/{file_id}/thumb")).await;
        if answer.status == 200 {
            return;
        }
        answer.expect(202);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody made the thumbnail");
}
