//! kill -9 in the middle of the work: what was acknowledged is there, what was not can be sent again, nothing is doubled.

use std::collections::BTreeMap;
use std::time::Duration;

use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, try_put};
use lalian_tests::demo::Demo;
use lalian_tests::http::Http;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::place::Place;
use lalian_tests::{photo, stories, tus};
use serde_json::json;
use uuid::Uuid;

fn work(phone: &Actor, number: u64) -> Sealed {
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": format!("第{number}处"),
        "note": "", "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    phone.draft("finding.report/1", payload).photo("before", None, photo::of_size(number, 60_000)).seal()
}

/// What the phone knows to be acknowledged.
#[derive(Default)]
struct Acknowledged {
    operations: BTreeMap<Uuid, i64>,
    receipts: BTreeMap<Uuid, String>,
}

/// Sends until the server goes away.
async fn send_until_broken(http: &Http, all: &[Sealed], known: &mut Acknowledged) {
    for sealed in all.iter().filter(|sealed| !known.receipts.contains_key(&sealed.id)).collect::<Vec<_>>() {
        let Some(answer) = try_put(http, sealed).await else { return };
        if matches!(answer.status, 200 | 201) {
            known.operations.insert(sealed.id, answer.at("/server_seq").as_i64().expect("a number"));
        }
        if !tus::try_upload(http, &sealed.photos[0].bytes).await {
            continue;
        }
        let path = format!("/api/v1/operations/{}/receipt", sealed.id);
        let Ok(answer) = lalian_tests::http::try_send(http.request(reqwest::Method::GET, &path)).await else {
            return;
        };
        if answer.status == 200 {
            known.receipts.insert(sealed.id, answer.text("/receipt"));
        }
    }
}

stories! {
    async fn a_killed_server_loses_nothing_that_it_acknowledged(place: Place) {
        let mut demo = Demo::start(place.folder(), &place.url).await;
        let login = demo.logins(Role::Inspector).remove(0);
        let phone = Actor::on_phone(&demo.http(), &login, "the phone").await;
        let all: Vec<Sealed> = (0..60).map(|number| work(&phone, number)).collect();
        let mut known = Acknowledged::default();
        let mut kills = 0;
        for wait in [120, 260, 90, 400] {
            let http = phone.sending_only().through(&demo.url);
            // Dropping the sender is the phone that lost its signal at the same moment.
            let sending = send_until_broken(&http, &all, &mut known);
            let _ = tokio::time::timeout(Duration::from_millis(wait), sending).await;
            demo.program.kill().await;
            kills += 1;
            demo = Demo::start(place.folder(), &place.url).await;
            let http = phone.sending_only().through(&demo.url);
            for (id, seq) in &known.operations {
                let answer = try_put(&http, all.iter().find(|sealed| sealed.id == *id).expect("ours")).await.expect("an answer");
                assert_eq!((answer.status, answer.at("/server_seq").as_i64()), (200, Some(*seq)), "{answer}");
            }
            for (id, receipt) in &known.receipts {
                let answer = http.get(&format!("/api/v1/operations/{id}/receipt")).await.expect(200);
                assert_eq!(answer.text("/receipt"), *receipt, "a receipt is signed once");
            }
        }
        let http = phone.sending_only().through(&demo.url);
        // A killed server may have died holding the turn of an upload; it runs out by itself.
        for _ in 0..60 {
            send_until_broken(&http, &all, &mut known).await;
            if known.receipts.len() == all.len() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!((kills, known.receipts.len()), (4, all.len()));
        let again = phone.through(&demo.url);
        for sealed in &all {
            again.verified_receipt(sealed).await;
        }
        let items: Vec<_> = all.iter().map(|sealed| json!({
            "seq": sealed.seq, "operation_id": sealed.id, "hash": sealed.sha256(), "state": "received",
        })).collect();
        let body = json!({
            "epoch": again.me["epoch"], "sealed_through": all.len(), "items": items,
            "held": { "operations": 0, "files": 0, "oldest_at": null }, "free_bytes": null, "persisted": null, "app_version": "tests",
        });
        let device = again.phone.as_ref().expect("a phone").id;
        let answer = again.http.post(&format!("/api/v1/devices/{device}/reconcile"), &body).await.expect(200);
        for nothing in ["/lacking", "/unknown", "/gaps"] {
            assert_eq!(answer.at(nothing), json!([]), "{nothing}: {answer}");
        }
        assert_eq!(answer.at("/known").as_array().map(Vec::len), Some(all.len()));
        demo.program.terminate().await;
    }
}
