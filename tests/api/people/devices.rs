//! One person and one key a device; a lost one is revoked, and its credential only sends.

use super::{SESSION, admitted, refresh, try_login, write};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, Login, cookie_of};
use lalian_tests::http::send;
use lalian_tests::phone::{Phone, fresh_id};
use lalian_tests::stories;
use lalian_tests::text::base64url;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

stories! {
    async fn a_device_belongs_to_one_person_and_one_key(world: World) {
        let inspector = world.inspector().await;
        let phone = inspector.phone.as_ref().expect("a phone");
        let other = world.logins(Role::Inspector).remove(1);
        try_login(&world.http(), &other.login, &other.password, Some(phone)).await.expect_problem(403, "foreign_device");
        let Login { login, password } = &inspector.login;
        let mut cloned = json!({ "login": login, "password": password, "device": phone.registration() });
        cloned["device"]["public_key"] = Phone::new("another key").public_key();
        world.http().post(SESSION, &cloned).await.expect_problem(403, "foreign_device");
        try_login(&world.http(), login, "wrong", Some(phone)).await.expect_problem(401, "bad_credentials");
        let again = try_login(&world.http(), login, password, Some(phone)).await.expect(200);
        let fresh = again.text("/device/send_credential");
        assert_ne!(json!(fresh), inspector.me["device"]["send_credential"]);
        let receipt = format!("/api/v1/operations/{}/receipt", fresh_id());
        inspector.sending_only().get(&receipt).await.expect_problem(401, "signed_out");
        let sender = world.http().with("authorization", &format!("Device {}:{fresh}", phone.id));
        sender.get(&receipt).await.expect_problem(404, "not_found");
        let refreshed = refresh(&world.http(), &cookie_of(&again)).await.expect(200);
        assert_eq!(refreshed.at("/device"), json!({ "id": phone.id }), "shown at sign-in only");
    }

    async fn a_key_that_is_no_key_binds_nothing(world: World) {
        let Login { login, password } = world.logins(Role::Inspector).remove(0);
        let phone = Phone::new("no key");
        let good = phone.public_key();
        let nowhere = json!({ "kty": "EC", "crv": "P-256", "x": base64url(&[1; 32]), "y": base64url(&[1; 32]) });
        let short = json!({ "kty": "EC", "crv": "P-256", "x": "AQ", "y": good["y"] });
        let curve = json!({ "kty": "EC", "crv": "P-384", "x": good["x"], "y": good["y"] });
        for key in [nowhere, short, curve] {
            let mut body = json!({ "login": login, "password": password, "device": phone.registration() });
            body["device"]["public_key"] = key;
            let answer = world.http().post(SESSION, &body).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/device/public_key");
        }
    }

    async fn a_lost_phone_is_revoked_and_still_drains_for_thirty_days(world: World) {
        let inspector = world.inspector().await;
        let phone = inspector.phone.as_ref().expect("a phone");
        let device = format!("/api/v1/devices/{}", phone.id);
        world.desk_of(Role::Inspector, 1).await.http.delete(&device).await.expect_problem(404, "not_found");
        let office = world.office().await;
        let known = office.http.get("/api/v1/devices").await.expect(200);
        assert!(known.json().to_string().contains(&phone.id.to_string()));
        office.http.delete(&device).await.expect(204);
        inspector.http.get(SESSION).await.expect_problem(401, "signed_out");
        refresh(&world.http(), &inspector.cookie).await.expect_problem(401, "signed_out");
        let Login { login, password } = &inspector.login;
        let again = try_login(&world.http(), login, password, Some(phone)).await.expect_problem(403, "foreign_device");
        assert!(again.text("/detail").contains("停用"), "{again}");
        world.clock.advance(TimeDelta::days(29));
        admitted(&inspector).await;
        world.clock.advance(TimeDelta::days(1));
        let path = format!("/api/v1/operations/{}/receipt", fresh_id());
        inspector.sending_only().get(&path).await.expect_problem(401, "signed_out");
    }

    async fn a_township_finds_and_revokes_the_phones_of_its_own_villages_only(world: World) {
        const DEVICES: &str = "/api/v1/devices";
        let desk = world.desk(Role::DeskOfficer).await;
        let office = world.office().await;
        let inspector = world.inspector().await;
        let kept = desk.list("/api/v1/people").await;
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for number in 0..world.logins(Role::VillageCadre).len() {
            let cadre = world.named_phone(Role::VillageCadre, number, &format!("cadre {number}")).await;
            let mine = kept.iter().any(|person| person["login"] == cadre.login.login);
            (if mine { &mut own } else { &mut others }).push(cadre);
        }
        let phone_of = |actor: &Actor| actor.phone.as_ref().expect("a phone").id.to_string();
        let ids = async |query: &str| -> Vec<String> {
            desk.list(&format!("{DEVICES}{query}")).await.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
        };
        let seen = ids("").await;
        assert!(!own.is_empty());
        assert!(own.iter().all(|cadre| seen.contains(&phone_of(cadre))));
        assert!(!others.iter().chain([&inspector]).any(|stranger| seen.contains(&phone_of(stranger))));
        let name = kept.iter().find(|person| person["login"] == own[0].login.login).expect("a cadre")["name"].clone();
        let by_name = desk.list(&format!("{DEVICES}?q={}", name.as_str().expect("a name"))).await;
        assert!(by_name.iter().any(|row| row["id"] == phone_of(&own[0])) && by_name.iter().all(|row| row["person_name"] == name), "{by_name:?}");
        assert!(ids("?q=nobody").await.is_empty());
        assert_eq!(by_name[0]["is_this"], false);

        for stranger in others.iter().chain([&inspector]) {
            desk.http.delete(&format!("{DEVICES}/{}", phone_of(stranger))).await.expect_problem(404, "not_found");
        }
        let neighbour = world.desk_of(Role::DeskOfficer, 1).await;
        assert!(neighbour.list(DEVICES).await.iter().all(|row| own.iter().all(|cadre| row["id"] != phone_of(cadre))));
        neighbour.http.delete(&format!("{DEVICES}/{}", phone_of(&own[0]))).await.expect_problem(404, "not_found");
        // Whoever holds a post elsewhere too is the office's to look after.
        let person = format!("/api/v1/people/{}", own[0].person());
        write(&office.http, &format!("{person}/posts"), &json!({ "role": "inspector", "unit_id": office.unit() })).await.expect(201);
        let lost = format!("{DEVICES}/{}", phone_of(&own[0]));
        desk.http.delete(&lost).await.expect_problem(403, "forbidden");
        own[0].http.get(SESSION).await.expect(200);
        let posts = office.http.get(&person).await.expect(200).at("/posts");
        let second = posts.as_array().expect("posts").iter().find(|post| post["role"] == "inspector").expect("the second post").clone();
        write(&office.http, &format!("/api/v1/posts/{}/end", second["id"].as_str().expect("an id")), &json!({})).await.expect(200);
        desk.http.delete(&lost).await.expect(204);
        own[0].http.get(SESSION).await.expect_problem(401, "signed_out");
        let after = desk.list(DEVICES).await;
        assert!(after.iter().any(|row| row["id"] == phone_of(&own[0]) && row["revoked_at"].is_string()));
        let audited = office.list("/api/v1/audit?noun=devices").await;
        assert!(audited.iter().any(|line| line["action"] == "device.revoke" && line["person_name"] == desk.me["person"]["name"]), "{audited:?}");
    }

    async fn a_send_credential_reads_nothing(world: World) {
        use lalian::http::routes::Who;
        let inspector = world.inspector().await;
        let sender = inspector.sending_only();
        let others = lalian::http::routes().iter().filter(|route| !matches!(route.who, Who::Sender | Who::Anyone));
        for route in others {
            let id = fresh_id().to_string();
            let strange = |part: &str| match part.split_once('}') {
                Some((_, ending)) if part.starts_with('{') => format!("{id}{ending}"),
                _ => part.to_owned(),
            };
            let path: Vec<String> = route.path.split('/').map(strange).collect();
            let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
            let answer = send(sender.request(method, &path.join("/"))).await;
            assert_eq!(answer.status, 401, "{} {}: {answer}", route.method, route.path);
        }
        let phone = inspector.phone.as_ref().expect("a phone");
        let path = format!("/api/v1/operations/{}/receipt", fresh_id());
        for credentials in [format!("{}:wrong", phone.id), format!("{}:", phone.id), ":".into(), "x".into(), format!("{}:x", fresh_id())] {
            let stranger = world.http().with("authorization", &format!("Device {credentials}"));
            stranger.get(&path).await.expect_problem(401, "signed_out");
        }
    }

    async fn the_published_keys_verify_receipts_and_open_nothing(world: World) {
        let answer = world.http().get("/.well-known/jwks.json").await.expect(200);
        assert!(answer.header("content-type").starts_with("application/jwk-set+json"), "{answer}");
        let key = answer.at("/keys/0");
        assert_eq!((&key["kty"], &key["crv"], &key["alg"], &key["use"]), (&json!("EC"), &json!("P-256"), &json!("ES256"), &json!("sig")));
        assert!(key.get("d").is_none() && key.get("private").is_none(), "{key}");
        assert_eq!(answer.at("/keys/1"), Value::Null, "the access-token key is nobody's business");
    }
}
