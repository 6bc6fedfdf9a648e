//! Messages that leave the system: the forms of the robots, mail and push, each against a server of the test's own; nothing twice,
//! nothing in quiet hours, nothing of hidden rounds; and no way into the network that the server stands in.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::clock::Clock as _;
use lalian::domain::people::role::Role;
use lalian::outgoing::OutgoingSettings;
use lalian_tests::{
    actor::Actor,
    desk::{applied, found, in_progress, issue, release, round, tickets_of},
    http::{Answer, send},
    outside::{Outside, Reply},
    phone::fresh_id,
    stories,
    visit::id_of,
    world::World,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const OK: &str = r#"{"errcode":0,"code":0}"#;

/// A desk write.
async fn write(actor: &Actor, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = actor.http.request(method, path).header("idempotency-key", fresh_id().to_string());
    send(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

async fn add(office: &Actor, kind: &str, unit: Uuid, more: Value) -> Answer {
    let mut body = json!({ "kind": kind, "name": "工作群", "unit_kind": "township", "unit_id": unit });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    write(office, Method::POST, "/api/v1/notices/channels", Some(&body)).await
}

/// The message that the test button sent.
async fn test(office: &Actor, channel: &Value) -> Value {
    let path = format!("/api/v1/notices/channels/{}/test", channel["id"].as_str().expect("an id"));
    write(office, Method::POST, &path, None).await.expect(200).json()
}

async fn messages(office: &Actor, state: &str) -> Vec<Value> {
    office.list(&format!("/api/v1/notices/messages?state={state}")).await
}

/// Lets the job run as it does once a minute.
async fn turn(world: &World) {
    let app = world.server().app();
    app.gather_notices().await.expect("gathered");
    app.send_notices().await.expect("sent");
}

/// Starts the server again with what the operator allows, on a Tuesday morning before the day's message.
async fn reach(world: &mut World, settings: OutgoingSettings) {
    let (url, morning) =
        ("https://lalian.example.gov.cn".parse().expect("an address"), at("2026-11-24T08:20:00+08:00"));
    if world.clock.now() < morning {
        world.clock.set(morning);
    }
    world.restart(|config| (config.outgoing, config.public_url) = (settings, Some(url))).await;
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().expect("an instant").to_utc()
}

stories! {
    async fn each_robot_is_told_in_its_own_form_and_its_address_is_never_shown_again(world: World) {
        let mut world = world;
        let outside = Outside::http(vec![Reply::ok(OK)]).await;
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        let (office, unit) = (world.office().await, world.township_id(0).await);
        let robots = [
            ("wecom", json!({ "url": outside.url("/send?key=very-secret-6f2c") })),
            ("dingtalk", json!({ "url": outside.url("/robot/send?access_token=very-secret-6f2c"), "secret": "SECvery" })),
            ("feishu", json!({ "url": outside.url("/hook/very-secret-6f2c"), "secret": "SECvery" })),
        ];
        for (kind, address) in robots {
            let channel = add(&office, kind, unit, address).await.expect(201).json();
            assert!(channel["mask"].as_str().is_some_and(|mask| mask.ends_with("…6f2c")), "{channel}");
            let message = test(&office, &channel).await;
            assert_eq!((&message["state"], &message["reason"]), (&json!("sent"), &Value::Null), "{message}");
        }
        let heard = outside.heard();
        let said: Vec<Value> = heard.iter().map(|one| serde_json::from_str(&one.body).expect("JSON")).collect();
        assert_eq!(said.len(), 3);
        for text in [&said[0]["text"]["content"], &said[1]["text"]["content"], &said[2]["content"]["text"]] {
            assert!(text.as_str().is_some_and(|text| text.contains("测试消息") && text.contains("示例数据")), "{text}");
        }
        assert_eq!((&said[0]["msgtype"], &said[2]["msg_type"]), (&json!("text"), &json!("text")));
        assert!(heard[1].line.contains("&timestamp=") && heard[1].line.contains("&sign="), "{}", heard[1].line);
        assert_eq!(BASE64.decode(said[2]["sign"].as_str().expect("a signature")).expect("base64").len(), 32);
        // Nothing that the program says of it holds the address or the secret.
        for path in ["/api/v1/notices/channels", "/api/v1/notices/messages", "/api/v1/audit"] {
            let all = office.http.get(path).await.expect(200).json().to_string();
            assert!(!all.contains("very"), "{path}: {all}");
        }
        let listed = office.list("/api/v1/notices/channels").await;
        let first = listed[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/notices/channels/{first}");
        let change = |version: i32, paused: bool| json!({ "version": version, "name": "改名", "paused": paused });
        assert_eq!(write(&office, Method::PUT, &path, Some(&change(1, true))).await.expect(200).at("/paused"), true);
        write(&office, Method::PUT, &path, Some(&change(1, false))).await.expect_problem(409, "conflict");
        assert_eq!(test(&office, &listed[0]).await["state"], "sent", "the address is still there; a test goes out when paused");
        assert!(outside.heard()[3].line.contains("very-secret-6f2c"));
        write(&office, Method::DELETE, &path, None).await.expect(200);
        write(&office, Method::DELETE, &path, None).await.expect_problem(404, "not_found");
        assert_eq!(office.list("/api/v1/notices/channels").await.len(), 2);
        // Who is not of the office has no part in it.
        let officer = world.township(0, Role::DeskOfficer).await;
        officer.http.get("/api/v1/notices/channels").await.expect_problem(403, "forbidden");
        add(&officer, "wecom", unit, json!({ "url": outside.url("/x") })).await.expect_problem(403, "forbidden");
    }

    async fn urgent_goes_at_once_everything_else_once_a_day_and_nothing_twice(world: World) {
        let mut world = world;
        let outside = Outside::http(vec![Reply::ok(OK)]).await;
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_200).await;
        let office = world.office().await;
        let (mine, other) = (world.township_id(0).await, world.township_id(1).await);
        add(&office, "wecom", mine, json!({ "url": outside.url("/mine") })).await.expect(201);
        add(&office, "wecom", other, json!({ "url": outside.url("/other") })).await.expect(201);
        let lines = || outside.heard().iter().map(|one| one.line.clone()).collect::<Vec<_>>();
        turn(&world).await;
        assert!(lines().is_empty(), "before its time");
        world.clock.set(at("2026-11-24T08:31:00+08:00"));
        turn(&world).await;
        assert_eq!(lines(), ["POST /mine HTTP/1.1"], "one unit has work, the other has none");
        let body = outside.heard()[0].body.clone();
        assert!(body.contains("整改中 1 件") && body.contains("https://lalian.example.gov.cn/#/inbox"), "{body}");
        for _ in 0..3 {
            turn(&world).await;
        }
        assert_eq!(lines().len(), 1, "once a day");
        for _ in 0..3 {
            applied(&office, "ticket.remind/1", id, json!({ "note": "王五请处理" })).await;
        }
        turn(&world).await;
        turn(&world).await;
        assert_eq!(lines().len(), 2, "three reminders of one turn are one message");
        let body = outside.heard()[1].body.clone();
        assert!(body.contains("有 3 件") && !body.contains("王五"), "no names: {body}");
        // In quiet hours it waits, and what comes meanwhile is added to it.
        world.clock.set(at("2026-11-24T21:00:00+08:00"));
        let office = world.office().await;
        for _ in 0..2 {
            applied(&office, "ticket.remind/1", id, json!({ "note": "" })).await;
            turn(&world).await;
        }
        assert_eq!(lines().len(), 2);
        assert_eq!(messages(&office, "queued").await.len(), 1);
        world.clock.set(at("2026-11-25T08:00:30+08:00"));
        turn(&world).await;
        assert_eq!(lines().len(), 3);
        assert!(outside.heard()[2].body.contains("有 2 件"));
        world.clock.set(at("2026-11-25T08:31:00+08:00"));
        turn(&world).await;
        assert_eq!(lines().len(), 4, "the next day's message");
        // Not on a day off.
        world.clock.set(at("2026-11-28T09:00:00+08:00"));
        turn(&world).await;
        assert_eq!(lines().len(), 4);
    }

    async fn what_certainly_did_not_arrive_is_tried_again_and_nothing_else(world: World) {
        let mut world = world;
        let outside = Outside::http(vec![Reply::status("503 Busy")]).await;
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        let inspector = world.inspector().await;
        let id = found(&world, &inspector, &["BUS-01"], 2_210).await[0];
        issue(&world, id, 0).await;
        let (office, unit) = (world.office().await, world.township_id(0).await);
        let channel = add(&office, "feishu", unit, json!({ "url": outside.url("/hook") })).await.expect(201).json();
        world.clock.set(at("2026-11-24T08:31:00+08:00"));
        turn(&world).await;
        let failed = messages(&office, "failed").await;
        assert_eq!((failed.len(), &failed[0]["reason"]["code"]), (1, &json!("http_error")), "{failed:?}");
        turn(&world).await;
        assert_eq!(outside.heard().len(), 1, "not before its pause is over");
        outside.answer(vec![Reply::ok(OK)]);
        world.clock.advance(TimeDelta::minutes(2));
        turn(&world).await;
        assert_eq!((outside.heard().len(), messages(&office, "sent").await.len()), (2, 1));
        assert_eq!(office.list("/api/v1/notices/channels").await[0]["last_failure"], Value::Null);
        // What each answer means; the button never tries twice.
        let cases = [
            (Reply::ok(r#"{"code":19021,"msg":"sign match fail"}"#), "robot_refused"),
            (Reply::ok("<html>"), "robot_refused"),
            (Reply::ok(r#"{"code":11232}"#), "too_many"),
            (Reply::status("404 Not Found"), "not_found"),
            (Reply { head: "location: https://qyapi.weixin.qq.com/\r\n", ..Reply::status("302 Found") }, "redirected"),
            (Reply { head: "location: http://169.254.169.254/latest\r\n", ..Reply::status("307 Temporary") }, "redirected"),
            (Reply::ok(&"x".repeat(70_000)), "no_answer"),
            (Reply { after: Duration::from_secs(8), ..Reply::ok(OK) }, "no_answer"),
        ];
        for (reply, code) in cases {
            let before = outside.heard().len();
            outside.answer(vec![reply]);
            let message = test(&office, &channel).await;
            assert_eq!((&message["state"], &message["reason"]["code"]), (&json!("given_up"), &json!(code)), "{message}");
            assert_eq!(outside.heard().len(), before + 1, "{code}: asked once");
        }
        let shown = office.list("/api/v1/notices/channels").await;
        assert_eq!(shown[0]["last_failure"]["code"], "no_answer");
        // By hand it may be sent again; what was sent may not.
        outside.answer(vec![Reply::ok(OK)]);
        let given_up = messages(&office, "given_up").await;
        let again = |id: &Value| format!("/api/v1/notices/messages/{}/again", id.as_str().expect("an id"));
        assert_eq!(write(&office, Method::POST, &again(&given_up[0]["id"]), None).await.expect(200).at("/state"), "queued");
        turn(&world).await;
        let sent = messages(&office, "sent").await;
        assert_eq!(sent.len(), 2);
        write(&office, Method::POST, &again(&sent[0]["id"]), None).await.expect_problem(409, "wrong_state");
    }

    async fn no_address_leads_into_the_network_that_the_server_stands_in(world: World) {
        let mut world = world;
        let outside = Outside::http(vec![Reply::ok(OK)]).await;
        let unit = world.township_id(0).await;
        // The name is on the list; where it leads decides.
        for ip in [
            "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.100.100.200", "::1", "::ffff:127.0.0.1", "::ffff:10.1.1.1",
            "fd00::1", "fe80::1", "64:ff9b::7f00:1", "0.0.0.0", "8.8.8.8,127.0.0.1", "127.0.0.1,8.8.8.8",
        ] {
            let settings = OutgoingSettings { networks: Vec::new(), ..outside.allowed(ip) };
            reach(&mut world, settings).await;
            let office = world.office().await;
            let channel = add(&office, "wecom", unit, json!({ "url": outside.url("/x") })).await.expect(201).json();
            let message = test(&office, &channel).await;
            assert_eq!(message["reason"]["code"], "address_refused", "{ip}: {message}");
        }
        // Addresses that are none of the list, or hide where they lead, are not even kept.
        let office = world.office().await;
        for url in [
            "http://outside.test/x", "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/", "https://localhost/x",
            "https://outside.test/x", "https://user:pw@qyapi.weixin.qq.com/cgi-bin/webhook/send", "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send",
            "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send", "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send",
            "https://qyapi.weixin.qq.com/cgi-bin/gettoken", "file:///etc/passwd", "",
        ] {
            let answer = add(&office, "wecom", unit, json!({ "url": url })).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/url", "{url}");
        }
        assert_eq!(outside.connections(), 0, "nobody ever came");
        // Whose certificate cannot be trusted hears nothing; a host that the operator took back is not called; off is off.
        reach(&mut world, OutgoingSettings { root: None, ..outside.allowed("127.0.0.1") }).await;
        let office = world.office().await;
        let channel = add(&office, "wecom", unit, json!({ "url": outside.url("/x") })).await.expect(201).json();
        assert_eq!(test(&office, &channel).await["reason"]["code"], "tls");
        reach(&mut world, OutgoingSettings { hosts: Vec::new(), ..outside.allowed("127.0.0.1") }).await;
        assert_eq!(test(&world.office().await, &channel).await["reason"]["code"], "not_allowed_host");
        reach(&mut world, OutgoingSettings { on: false, ..outside.allowed("127.0.0.1") }).await;
        assert_eq!(test(&world.office().await, &channel).await["reason"]["code"], "switched_off");
        assert!(outside.heard().is_empty());
        // A key folder that was lost: the office is told to enter the address again.
        let keys = world.folder().join("keys/notices.json");
        std::fs::remove_file(keys).expect("removed");
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        assert_eq!(test(&world.office().await, &channel).await["reason"]["code"], "unreadable");
    }

    async fn letters_go_by_the_countys_own_server_and_its_password_nowhere_else(world: World) {
        let mut world = world;
        let outside = Outside::mail().await;
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        let (office, unit) = (world.office().await, world.township_id(0).await);
        let boxes = json!({ "addresses": ["office@yunping.example", "zhen@yunping.example"] });
        let channel = add(&office, "email", unit, boxes).await.expect(201).json();
        assert_eq!(channel["mask"], "o…@yunping.example +1");
        assert_eq!(test(&office, &channel).await["reason"]["code"], "no_mail_server");
        let path = "/api/v1/notices/mail";
        let server = |version: i32, port: u16, password: Option<&str>| json!({
            "version": version, "host": "outside.test", "port": port, "security": "tls", "user": "county", "password": password,
            "from": "lalian@county.example", "from_name": "县办",
        });
        let set = write(&office, Method::PUT, path, Some(&server(0, outside.port, Some("pass-word")))).await.expect(200).json();
        assert_eq!((&set["version"], &set["has_password"]), (&json!(1), &json!(true)));
        assert!(!office.http.get(path).await.expect(200).json().to_string().contains("pass-word"));
        assert_eq!(test(&office, &channel).await["state"], "sent");
        let letter = &outside.heard()[0];
        let envelope: Vec<&str> = letter.head.iter().filter(|(word, _)| word == "rcpt").map(|(_, line)| line.as_str()).collect();
        assert_eq!(envelope.len(), 2, "{letter:?}");
        assert_eq!(letter.header("auth"), format!("AUTH PLAIN {}", BASE64.encode("\0county\0pass-word")));
        assert!(letter.body.contains("To: office@yunping.example"), "{}", letter.body);
        // Whoever points it elsewhere must know the password.
        let answer = write(&office, Method::PUT, path, Some(&server(1, 465, None))).await.expect_problem(422, "invalid_field");
        assert_eq!(answer.at("/errors/0/field"), "/password");
        write(&office, Method::PUT, path, Some(&server(1, 22, Some("x")))).await.expect_problem(422, "invalid_field");
        write(&office, Method::PUT, path, Some(&server(0, outside.port, None))).await.expect_problem(409, "conflict");
        let gone = add(&office, "email", unit, json!({ "addresses": ["nobody@yunping.example"] })).await.expect(201).json();
        assert_eq!(test(&office, &gone).await["reason"]["code"], "mail_refused");
        for addresses in [json!([]), json!(["a"]), json!(["a@b.cn\r\nBcc: x@y.cn"]), json!(vec!["a@b.cn"; 21])] {
            add(&office, "email", unit, json!({ "addresses": addresses })).await.expect_problem(422, "invalid_field");
        }
        reach(&mut world, OutgoingSettings { networks: Vec::new(), ..outside.allowed("127.0.0.1") }).await;
        assert_eq!(test(&world.office().await, &channel).await["reason"]["code"], "address_refused");
        assert_eq!(outside.heard().len(), 1);
    }

    async fn a_browser_is_woken_without_a_word_and_forgotten_when_it_is_gone(world: World) {
        let mut world = world;
        let outside = Outside::http(vec![Reply::status("201 Created")]).await;
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        let inspector = world.inspector().await;
        let id = found(&world, &inspector, &["BUS-01"], 2_220).await[0];
        issue(&world, id, 0).await;
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let path = "/api/v1/notices/push";
        let body = json!({ "endpoint": outside.url("/wpush/very-secret") });
        let added = officer.http.post(path, &body).await.expect(201).json();
        assert_eq!(officer.http.post(path, &body).await.expect(201).json(), added, "the same browser");
        let mine = officer.http.get(path).await.expect(200).json();
        assert_eq!((&mine["on"], mine["public_key"].as_str().map(str::len)), (&json!(1), Some(87)));
        officer.http.post(path, &json!({ "endpoint": "https://evil.example/x" })).await.expect_problem(422, "invalid_field");
        world.township(1, Role::DeskOfficer).await.http.delete(&format!("{path}/{}", added["id"].as_str().expect("an id"))).await.expect(204);
        assert_eq!(officer.http.get(path).await.expect(200).at("/on"), 1, "nobody else's to forget");
        world.clock.set(at("2026-11-24T08:31:00+08:00"));
        turn(&world).await;
        assert_eq!(outside.heard().len(), 1, "the day's");
        applied(&office, "ticket.remind/1", id, json!({ "note": "" })).await;
        turn(&world).await;
        let heard = outside.heard();
        assert_eq!(heard.len(), 2);
        assert_eq!((heard[1].body.as_str(), heard[1].header("urgency"), heard[1].header("ttl")), ("", "high", "86400"));
        assert!(heard[1].header("authorization").starts_with("vapid t="), "{:?}", heard[1]);
        assert!(!office.http.get("/api/v1/notices/messages").await.expect(200).json().to_string().contains("very-secret"));
        outside.answer(vec![Reply::status("410 Gone")]);
        applied(&office, "ticket.remind/1", id, json!({ "note": "" })).await;
        turn(&world).await;
        turn(&world).await;
        assert_eq!(outside.heard().len(), 3);
        assert_eq!(officer.http.get(path).await.expect(200).at("/on"), 0, "forgotten");
    }

    async fn a_hidden_round_is_in_no_message(world: World) {
        let mut world = world;
        let outside = Outside::http(vec![Reply::ok(OK)]).await;
        reach(&mut world, outside.allowed("127.0.0.1")).await;
        let (inspector, office) = (world.inspector().await, world.office().await);
        let county = id_of(&office.me["posts"][0]["unit_id"]);
        let (unit, hidden) = (world.township_id(0).await, round(&office, "unannounced", "after_look").await);
        add(&office, "wecom", unit, json!({ "url": outside.url("/unit") })).await.expect(201);
        let own = json!({ "kind": "wecom", "name": "县办群", "unit_kind": "county", "unit_id": county, "url": outside.url("/office") });
        write(&office, Method::POST, "/api/v1/notices/channels", Some(&own)).await.expect(201);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let mut visit = site.visit(&inspector, &["BUS-01"]);
        visit.payload["round_id"] = json!(hidden);
        inspector.send(&visit.draft(&inspector, 2_230).seal()).await;
        issue(&world, id_of(&tickets_of(&office, &site).await[0]["id"]), 0).await;
        world.clock.set(at("2026-11-24T08:31:00+08:00"));
        turn(&world).await;
        assert!(outside.heard().is_empty(), "neither the unit's group nor the office's: {:?}", outside.heard());
        release(&office, hidden).await;
        world.clock.set(at("2026-11-25T09:00:00+08:00"));
        turn(&world).await;
        assert_eq!(outside.heard().iter().filter(|one| one.line.contains("/unit")).count(), 1);
    }
}
