//! The operation door under everything that a bad network, a broken phone or a liar does to it.
//!
//! The oracle is the same each time: what was acknowledged is there once, with the bytes that were sealed, and what
//! was not acknowledged changed nothing.

use std::collections::BTreeSet;

use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, put, put_request, try_put};
use lalian_tests::http::{Answer, send};
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::proxy::{Fault, Proxy};
use lalian_tests::stories;
use lalian_tests::text::hex_digest;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

/// A finding between sites: the smallest piece of field work.
fn report(text: &str) -> Value {
    json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": text, "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    })
}

fn seal(actor: &Actor, text: &str) -> Sealed {
    actor.draft("finding.report/1", report(text)).seal()
}

/// What the server holds of an operation: bytes as they were sealed.
async fn assert_held(actor: &Actor, sealed: &Sealed) {
    let claims = actor.verified_receipt(sealed).await;
    assert_eq!(claims["hash"], json!(format!("sha-256:{}", hex_digest(&sealed.bytes))));
}

/// An operation that the server never took in.
async fn assert_unknown(actor: &Actor, id: Uuid) {
    actor.http.get(&format!("/api/v1/operations/{id}")).await.expect_problem(404, "not_found");
}

/// The answer without what two requests may differ in.
fn lasting(answer: &Answer) -> Value {
    let mut body = answer.json();
    if let Some(body) = body.as_object_mut() {
        body.remove("current");
    }
    body
}

stories! {
    async fn the_same_bytes_again_get_the_same_answer(world: World) {
        let inspector = world.inspector().await;
        let sealed = seal(&inspector, "路灯不亮");
        let first = inspector.put(&sealed).await.expect(201);
        for _ in 0..3 {
            let again = inspector.put(&sealed).await.expect(200);
            assert_eq!(lasting(&again), lasting(&first));
        }
        assert_held(&inspector, &sealed).await;
    }

    async fn an_answer_lost_on_the_way_is_fetched_by_sending_again(world: World) {
        let inspector = world.inspector().await;
        let proxy = Proxy::faulty(world.server().addr(), [Fault::LoseAnswer, Fault::LoseAnswer]).await;
        let sealed = seal(&inspector, "井盖破损");
        for _ in 0..2 {
            let door = inspector.http.through(proxy.url());
            assert!(try_put(&door, &sealed).await.is_none(), "the answer is lost");
        }
        let answer = put(&inspector.http.through(proxy.url()), &sealed).await.expect(200);
        assert_eq!((proxy.faults(), answer.text("/status").as_str()), (2, "accepted"));
        assert_held(&inspector, &sealed).await;
    }

    async fn a_body_cut_half_way_changes_nothing(world: World) {
        let inspector = world.inspector().await;
        let sealed = seal(&inspector, "墙面脱落");
        for cut in [1, 200, 700] {
            let proxy = Proxy::faulty(world.server().addr(), [Fault::CutAfter(cut)]).await;
            assert!(try_put(&inspector.http.through(proxy.url()), &sealed).await.is_none());
        }
        assert_unknown(&inspector, sealed.id).await;
        inspector.put(&sealed).await.expect(201);
        assert_held(&inspector, &sealed).await;
    }

    async fn a_race_of_the_same_bytes_stores_them_once(world: World) {
        let inspector = world.inspector().await;
        let sealed = seal(&inspector, "占道经营");
        let mut racers = JoinSet::new();
        for _ in 0..8 {
            let (door, sealed) = (inspector.http.through(inspector.http.base()), sealed.clone());
            racers.spawn(async move { put(&door, &sealed).await });
        }
        let answers = racers.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
        let bodies: BTreeSet<String> = answers.iter().map(|answer| lasting(answer).to_string()).collect();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
    }

    async fn a_race_of_other_bytes_under_one_id_takes_one_and_says_so_to_the_rest(world: World) {
        let inspector = world.inspector().await;
        let id = fresh_id();
        let mut racers = JoinSet::new();
        for number in 0..6 {
            let door = inspector.http.through(inspector.http.base());
            let sealed = inspector.draft("finding.report/1", report(&format!("第{number}份"))).with_id(id).seal();
            racers.spawn(async move { (put(&door, &sealed).await, sealed) });
        }
        let (mut taken, mut turned_away) = (Vec::new(), 0);
        for (answer, sealed) in racers.join_all().await {
            if answer.status == 201 {
                taken.push(sealed);
            } else {
                answer.expect_problem(409, "id_reused");
                turned_away += 1;
            }
        }
        assert_eq!((taken.len(), turned_away), (1, 5));
        assert_held(&inspector, &taken[0]).await;
    }

    async fn other_bytes_under_a_used_id_are_turned_away_and_the_first_stay(world: World) {
        let inspector = world.inspector().await;
        let first = seal(&inspector, "垃圾满溢");
        inspector.put(&first).await.expect(201);
        let other = inspector.draft("finding.report/1", report("别的内容")).with_id(first.id).seal();
        inspector.put(&other).await.expect_problem(409, "id_reused");
        assert_held(&inspector, &first).await;
    }

    /// One id, known or not, must not tell a stranger anything about somebody else's work.
    async fn somebody_elses_id_tells_nothing(world: World) {
        let (inspector, township) = (world.inspector().await, world.township(0, Role::DeskOfficer).await);
        let known = seal(&inspector, "路面坑洼");
        inspector.put(&known).await.expect(201);
        let ask = async |id: Uuid| {
            let answer = township.http.get(&format!("/api/v1/operations/{id}")).await;
            (answer.status, answer.text("/code"), answer.text("/detail").replace(&id.to_string(), ""))
        };
        assert_eq!(ask(known.id).await, ask(fresh_id()).await);
    }

    async fn a_forged_signature_is_refused_and_kept(world: World) {
        let inspector = world.inspector().await;
        let mut forged = seal(&inspector, "原来的话");
        let text = String::from_utf8(forged.bytes).expect("text").replace("原来的话", "改过的话");
        forged.bytes = text.into_bytes();
        let answer = inspector.put(&forged).await.expect_refusal("bad_signature");
        assert_eq!((answer.text("/operation_status").as_str(), answer.at("/server_seq").is_number()), ("refused", true));
        assert_eq!(inspector.verified_receipt(&forged).await["status"], "refused");
        // A refusal never blocks the next one.
        inspector.put(&seal(&inspector, "下一条")).await.expect(201);
    }

    async fn a_signature_of_another_phone_is_refused(world: World) {
        let (inspector, other) = (world.inspector().await, world.named_phone(Role::Inspector, 0, "spare").await);
        let mut sealed = seal(&inspector, "签名不对");
        sealed.signature = Some(other.phone.as_ref().expect("a phone").sign(&sealed.bytes));
        inspector.put(&sealed).await.expect_refusal("bad_signature");
    }

    async fn work_on_somebody_elses_phone_is_refused(world: World) {
        let (inspector, other) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let theirs = other.phone.as_ref().expect("a phone");
        let person_and_post = (inspector.person(), inspector.post());
        let payload = report("借来的手机");
        let sealed =
            lalian_tests::phone::Draft::new(Some(theirs), person_and_post, "finding.report/1", payload, inspector.now()).seal();
        inspector.put(&sealed).await.expect_refusal("foreign_device");
    }

    async fn work_of_another_author_is_refused(world: World) {
        let (inspector, other) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let author = json!({ "person_id": other.person(), "post_id": other.post() });
        let sealed = inspector.draft("finding.report/1", report("不是我写的")).with("author", author).seal();
        inspector.put(&sealed).await.expect_problem(422, "refused");
    }

    /// Paper is entered for somebody else by a person who says so; authority over tickets is never lent that way.
    async fn nobody_acts_with_somebody_elses_authority(world: World) {
        let (inspector, staff) = (world.inspector().await, world.township(0, Role::DeskOfficer).await);
        let lent = json!({ "person_id": staff.person(), "post_id": staff.post() });
        let author = json!({ "person_id": inspector.person(), "post_id": inspector.post() });
        for kind in ["ticket.verify/1", "ticket.void/1", "inspection.submit/1"] {
            let payload = json!({ "ticket_id": fresh_id(), "seen_version": 1, "attempt_id": fresh_id(), "verdict": "passed", "note": "" });
            let draft = staff.draft(kind, payload).with("author", author.clone()).with("entered_by", lent.clone());
            let answer = staff.put(&draft.with("capture", json!("paper")).seal()).await.expect(422);
            let why = answer.json().to_string();
            assert!(why.contains("not_author") || why.contains("not_permitted") || why.contains("refused"), "{kind}: {answer}");
            assert!(!why.contains("unknown_ticket"), "judged as if he were the inspector: {answer}");
        }
    }

    async fn an_unknown_kind_is_refused_kept_and_receipted(world: World) {
        let inspector = world.inspector().await;
        let sealed = inspector.draft("inspection.dream/7", json!({ "any": "thing" })).seal();
        let answer = inspector.put(&sealed).await.expect_refusal("unknown_kind");
        assert_eq!(answer.text("/operation_id"), sealed.id.to_string());
        assert_eq!(inspector.verified_receipt(&sealed).await["status"], "refused");
        let office = world.office().await;
        let refused = office.list("/api/v1/operations?status=refused").await;
        assert!(refused.iter().any(|row| row["operation_id"] == json!(sealed.id)), "the office sees it: {refused:?}");
    }

    async fn a_payload_that_cannot_be_read_is_refused_and_kept(world: World) {
        let inspector = world.inspector().await;
        let sealed = inspector.draft("finding.report/1", json!({ "finding_id": 7, "title": [] })).seal();
        inspector.put(&sealed).await.expect_refusal("unreadable");
        assert_eq!(inspector.verified_receipt(&sealed).await["status"], "refused");
    }

    async fn bytes_that_name_nothing_are_kept_by_their_hash(world: World) {
        let inspector = world.inspector().await;
        for broken in ["{\"schema\": \"lalian.op", "[]", "\u{0}\u{1}", "\"text\""] {
            let sealed = Sealed {
                id: fresh_id(), seq: None, bytes: broken.as_bytes().to_vec(),
                signature: inspector.phone.as_ref().map(|phone| phone.sign(broken.as_bytes())), sealed_through: None, photos: Vec::new(),
            };
            let answer = inspector.put(&sealed).await.expect_problem(400, "malformed");
            assert_eq!(answer.at("/kept"), json!(true), "{answer}");
        }
        inspector.put(&seal(&inspector, "下一条照常")).await.expect(201);
    }

    async fn a_body_above_the_limit_is_turned_away_before_it_is_read(world: World) {
        let inspector = world.inspector().await;
        let sealed = inspector.draft("finding.report/1", report(&"长".repeat(100_000))).seal();
        let answer = try_put(&inspector.http, &sealed).await;
        if let Some(answer) = answer {
            answer.expect_problem(413, "too_large");
        }
        assert_unknown(&inspector, sealed.id).await;
    }

    async fn what_comes_after_something_unknown_waits_for_it(world: World) {
        let inspector = world.inspector().await;
        let first = seal(&inspector, "先发生的");
        let second = inspector.draft("finding.report/1", report("后发生的")).after(&[first.id]).seal();
        let early = inspector.put(&second).await.expect_problem(425, "not_yet");
        assert!(early.header("retry-after").parse::<u32>().is_ok(), "{early}");
        assert_unknown(&inspector, second.id).await;
        inspector.put(&first).await.expect(201);
        inspector.put(&second).await.expect(201);
        assert_held(&inspector, &second).await;
    }

    async fn a_number_used_twice_is_accepted_and_flagged(world: World) {
        let inspector = world.inspector().await;
        inspector.put(&seal(&inspector, "一号")).await.expect(201);
        let twin = inspector.draft("finding.report/1", report("又一个一号")).with_seq(1).seal();
        let answer = inspector.put(&twin).await.expect(201);
        let flags = answer.at("/flags").to_string();
        assert!(flags.contains("forked"), "{answer}");
    }

    async fn members_that_nobody_knows_yet_are_kept_in_the_bytes(world: World) {
        let inspector = world.inspector().await;
        let mut payload = report("将来的版本");
        payload["from_the_future"] = json!({ "deep": [1, 2, 3] });
        let sealed = inspector.draft("finding.report/1", payload).with("also_new", json!(true)).seal();
        inspector.put(&sealed).await.expect(201);
        assert_held(&inspector, &sealed).await;
    }

    async fn the_receipts_of_a_phone_form_one_chain_also_when_they_are_made_at_once(world: World) {
        let inspector = world.inspector().await;
        let work: Vec<Sealed> = (0..12).map(|number| seal(&inspector, &format!("第{number}件"))).collect();
        let mut racers = JoinSet::new();
        for sealed in work.clone() {
            let door = inspector.http.through(inspector.http.base());
            racers.spawn(async move { put(&door, &sealed).await.expect(201) });
        }
        racers.join_all().await;
        let mut chain = Vec::new();
        for sealed in &work {
            let text = inspector.receipt(sealed.id).await.expect(200).text("/receipt");
            let claims = inspector.verified_receipt(sealed).await;
            chain.push((claims["no"].as_i64().expect("a number"), claims["prev"].clone(), lalian_tests::receipt::link(&text)));
        }
        chain.sort_by_key(|(number, ..)| *number);
        let numbers: Vec<i64> = chain.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        for pair in chain.windows(2) {
            assert_eq!(pair[1].1, json!(pair[0].2), "each names the one before it");
        }
        assert_eq!(chain[0].1, Value::Null);
    }

    /// A government proxy: everything that is not GET, HEAD or POST is denied with a page of its own.
    async fn a_post_stands_for_put_and_patch_behind_a_narrow_proxy(world: World) {
        let inspector = world.inspector().await;
        let proxy = Proxy::narrow(world.server().addr()).await;
        let door = inspector.http.through(proxy.url());
        let bytes = lalian_tests::photo::of_size(1, 700_000);
        let sealed = inspector.draft("finding.report/1", report("代理后面")).photo("before", None, bytes.clone()).seal();

        let denied = put(&door, &sealed).await;
        assert_eq!((denied.status, denied.header("lalian-epoch")), (403, ""), "not our answer: {denied}");

        let as_post = put_request(&door, &sealed).build().expect("a request");
        let mut request = door.request(Method::POST, as_post.url().as_str()).header("x-http-method-override", "PUT");
        for name in ["content-type", "lalian-signature", "lalian-sealed-through"] {
            if let Some(value) = as_post.headers().get(name) {
                request = request.header(name, value);
            }
        }
        send(request.body(sealed.bytes.clone())).await.expect(201);

        let created = lalian_tests::tus::create(&door, &bytes).await.expect(201);
        let location = created.header("location").to_owned();
        let mut offset = 0;
        for piece in bytes.chunks(400_000) {
            let request = door
                .request(Method::POST, &location)
                .header("x-http-method-override", "PATCH")
                .header("tus-resumable", "1.0.0")
                .header("upload-offset", offset)
                .header("content-type", "application/offset+octet-stream")
                .body(piece.to_vec());
            send(request).await.expect(204);
            offset += piece.len();
        }
        assert_held(&inspector, &sealed).await;
        assert_eq!(proxy.faults(), 1);
    }

    async fn the_send_credential_sends_and_does_nothing_else(world: World) {
        let inspector = world.inspector().await;
        let door = inspector.sending_only();
        let bytes = lalian_tests::photo::tiny(5);
        let sealed = inspector.draft("finding.report/1", report("别人登录着")).photo("before", None, bytes.clone()).seal();
        put(&door, &sealed).await.expect(201);
        lalian_tests::tus::upload(&door, &bytes, 500).await;
        door.get(&format!("/api/v1/operations/{}/receipt", sealed.id)).await.expect(200);
        for path in ["/api/v1/session", "/api/v1/tickets", "/api/v1/sync/snapshot", "/api/v1/devices", "/api/v1/sites"] {
            let answer = door.get(path).await;
            assert!(matches!(answer.status, 401 | 403), "{answer}");
        }
    }

    async fn the_send_credential_sends_nobody_elses_work(world: World) {
        let (inspector, other) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let sealed = seal(&other, "他人的");
        put(&inspector.sending_only(), &sealed).await.expect_problem(422, "refused");
        let wrong = inspector.http.with("authorization", &format!("Device {}:{}", fresh_id(), "x".repeat(43)));
        put(&wrong, &seal(&inspector, "假凭证")).await.expect_problem(401, "signed_out");
    }

    async fn a_desk_needs_no_phone_and_no_signature(world: World) {
        let office = world.office().await;
        let sealed = seal(&office, "电话反映");
        let answer = office.put(&sealed).await.expect(201);
        assert_eq!(answer.text("/status"), "accepted");
        assert_held(&office, &sealed).await;
    }

    async fn a_photo_is_asked_for_until_its_bytes_are_there(world: World) {
        let inspector = world.inspector().await;
        let photo = lalian_tests::photo::tiny(11);
        let sealed = inspector.draft("finding.report/1", report("有照片")).photo("before", None, photo.clone()).seal();
        let answer = inspector.put(&sealed).await.expect(201);
        assert_eq!(answer.at("/missing"), json!([hex_digest(&photo)]));
        assert_eq!(answer.at("/receipt"), Value::Null);
        let waiting = inspector.receipt(sealed.id).await.expect(202);
        assert_eq!(waiting.at("/missing"), json!([hex_digest(&photo)]));
        inspector.upload(&photo).await;
        let claims = inspector.verified_receipt(&sealed).await;
        assert_eq!(claims["files"][0]["hash"], json!(format!("sha-256:{}", hex_digest(&photo))));
        assert_eq!(inspector.put(&sealed).await.expect(200).at("/missing"), json!([]));
    }
}
