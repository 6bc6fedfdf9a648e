//! Signing in and staying in: wrong guesses, lost answers, stolen tokens, foreign pages, lost phones, people who left.

use std::sync::Arc;

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::{
    actor::{Actor, Login, cookie_of},
    http::{Answer, Http, send},
    phone::{Phone, fresh_id, stamp},
    stories,
    text::base64url,
    world::World,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const SESSION: &str = "/api/v1/session";

async fn try_login(http: &Http, login: &str, password: &str, phone: Option<&Phone>) -> Answer {
    let mut body = json!({ "login": login, "password": password });
    if let Some(phone) = phone {
        body["device"] = phone.registration();
    }
    http.post(SESSION, &body).await
}

/// A client that carries a session's token.
fn bearer(http: &Http, answer: &Answer) -> Http {
    http.with("authorization", &format!("Bearer {}", answer.text("/access_token")))
}

/// What a browser does with its cookie.
async fn refresh(http: &Http, cookie: &str) -> Answer {
    send(http.with("cookie", cookie).request(Method::POST, "/api/v1/session/refresh")).await
}

async fn write(http: &Http, path: &str, body: &Value) -> Answer {
    http.with("idempotency-key", &fresh_id().simple().to_string()).post(path, body).await
}

/// What a stranger could tell two refusals apart by.
fn shown(answer: &Answer) -> (u16, Value, String) {
    let mut body = answer.json();
    for member in ["instance", "incident"] {
        body[member] = Value::Null;
    }
    (answer.status, body, answer.header("set-cookie").to_owned())
}

/// The office makes somebody with a desk officer's post in its first township, and hands over the code.
async fn newcomer(world: &World, office: &Actor, login: &str) -> (Uuid, String) {
    let unit = world.township_id(0).await;
    let body =
        json!({ "login": login, "name": "新来的", "posts": [{ "role": "desk_officer", "unit_id": unit }] });
    let made = write(&office.http, "/api/v1/people", &body).await.expect(201);
    let id: Uuid = made.text("/id").parse().expect("an id");
    (id, code_for(office, id).await)
}

async fn code_for(office: &Actor, person: Uuid) -> String {
    office.http.post(&format!("/api/v1/people/{person}/code"), &json!({})).await.expect(200).text("/code")
}

stories! {
    async fn a_wrong_password_and_an_unknown_account_look_the_same(world: World) {
        let login = world.logins(Role::Inspector).remove(0);
        let http = world.http();
        let wrong = try_login(&http, &login.login, "not the password", None).await.expect_problem(401, "bad_credentials");
        let unknown = try_login(&http, "nobody-here", "not the password", None).await.expect_problem(401, "bad_credentials");
        let unusable = try_login(&http, "<script>", "x", None).await.expect_problem(401, "bad_credentials");
        let endless = try_login(&http, &login.login, &"x".repeat(9_000), None).await.expect_problem(401, "bad_credentials");
        for other in [unknown, unusable, endless] {
            assert_eq!(shown(&wrong), shown(&other));
        }
        try_login(&http, &login.login, &login.password, None).await.expect(200);
        let shouted = format!("  {} ", login.login.to_uppercase());
        try_login(&http, &shouted, &login.password, None).await.expect(200);
    }

    async fn guessing_delays_the_guesser_and_never_the_owner(world: World) {
        let login = world.logins(Role::Inspector).remove(0);
        let phone = Phone::new("the owner's");
        let http = world.http();
        try_login(&http, &login.login, &login.password, Some(&phone)).await.expect(200);
        for account in [login.login.as_str(), "nobody-here"] {
            for _ in 0..6 {
                try_login(&http, account, "guess", None).await.expect_problem(401, "bad_credentials");
            }
            let delayed = try_login(&http, account, &login.password, None).await.expect_problem(429, "login_delayed");
            assert_eq!(delayed.header("retry-after"), "2", "the same for an account that does not exist");
        }
        try_login(&http, &login.login, &login.password, Some(&phone)).await.expect(200);
        let stranger = Phone::new("a stranger's");
        try_login(&http, &login.login, &login.password, Some(&stranger)).await.expect_problem(429, "login_delayed");
        let mut other = world.logins(Role::Inspector);
        let other = other.remove(1);
        try_login(&http, &other.login, &other.password, None).await.expect(200);
        world.clock.advance(TimeDelta::seconds(2));
        try_login(&http, &login.login, &login.password, None).await.expect(200);
        try_login(&http, &login.login, "guess", None).await.expect_problem(401, "bad_credentials");
    }

    async fn tokens_that_are_old_forged_or_of_another_key_are_nobody(world: World) {
        let inspector = world.desk(Role::Inspector).await;
        let me = inspector.http.get(SESSION).await.expect(200).json();
        let now = world.clock_now();
        let claims = json!({
            "iss": "lalian", "aud": "lalian-api", "sub": me["person"]["id"], "sid": me["session_id"],
            "iat": now, "exp": now + 900,
        });
        let none = format!("{}.{}.", base64url(br#"{"alg":"none","typ":"at+jwt"}"#), base64url(claims.to_string().as_bytes()));
        let receipt = world.server().app().keys.sign_receipt(&claims).expect("signed");
        for token in [none.as_str(), receipt.as_str(), "", "x.y.z"] {
            let http = world.http().with("authorization", &format!("Bearer {token}"));
            http.get(SESSION).await.expect_problem(401, "signed_out");
        }
        for header in ["Basic YTpi", "Bearer", "bearer\tx"] {
            world.http().with("authorization", header).get(SESSION).await.expect_problem(401, "signed_out");
        }
        world.clock.advance(TimeDelta::minutes(15));
        inspector.http.get(SESSION).await.expect_problem(401, "signed_out");
    }

    async fn the_cookie_goes_to_its_own_path_and_scripts_never_see_it(world: World) {
        let login = world.logins(Role::Office).remove(0);
        let answer = try_login(&world.http(), &login.login, &login.password, None).await.expect(200);
        let cookie = answer.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/session", "Max-Age="] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "plain http on this machine only: {cookie}");
        let named = world.http().with("host", "lalian.example");
        let cookie = try_login(&named, &login.login, &login.password, None).await.expect(200).header("set-cookie").to_owned();
        assert!(cookie.contains("Secure"), "{cookie}");
        assert!(!answer.json().to_string().contains(cookie_of(&answer).split('=').nth(1).expect("a value")));
        let named = named.with("cookie", &cookie_of(&answer));
        named.get(SESSION).await.expect_problem(401, "signed_out");
    }

    async fn other_sites_can_neither_refresh_nor_sign_anybody_out(world: World) {
        let actor = world.desk(Role::Office).await;
        let http = world.http().with("cookie", &actor.cookie);
        for path in ["/api/v1/session/refresh", "/api/v1/session/logout", SESSION] {
            for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
                let body = json!({ "login": actor.login.login, "password": actor.login.password });
                let answer = http.with(name, value).post(path, &body).await;
                answer.expect_problem(403, "wrong_origin");
            }
        }
        for method in [Method::GET, Method::PUT] {
            send(http.request(method, "/api/v1/session/refresh")).await.expect_problem(405, "method_not_allowed");
        }
        let own = http.base().to_owned();
        let ours = http.with("origin", &own).with("sec-fetch-site", "same-origin");
        send(ours.request(Method::POST, "/api/v1/session/refresh")).await.expect(200);
    }

    async fn a_lost_answer_of_a_refresh_costs_nothing(world: World) {
        let actor = world.desk(Role::Inspector).await;
        let http = world.http();
        let lost = refresh(&http, &actor.cookie).await.expect(200);
        let again = refresh(&http, &actor.cookie).await.expect(200);
        assert_ne!(cookie_of(&lost), cookie_of(&again));
        assert_eq!(again.at("/session_id"), actor.me["session_id"]);
        let next = refresh(&http, &cookie_of(&again)).await.expect(200);
        bearer(&http, &next).get(SESSION).await.expect(200);
        world.clock.advance(TimeDelta::days(29));
        let late = refresh(&http, &cookie_of(&next)).await.expect(200);
        world.clock.advance(TimeDelta::days(31));
        refresh(&http, &cookie_of(&late)).await.expect_problem(401, "signed_out");
    }

    async fn an_older_refresh_token_ends_the_session_but_not_the_outbox(world: World) {
        let actor = world.inspector().await;
        let http = world.http();
        let second = refresh(&http, &actor.cookie).await.expect(200);
        let third = refresh(&http, &cookie_of(&second)).await.expect(200);
        bearer(&http, &third).get(SESSION).await.expect(200);
        refresh(&http, &actor.cookie).await.expect_problem(401, "signed_out");
        refresh(&http, &cookie_of(&third)).await.expect_problem(401, "signed_out");
        bearer(&http, &third).get(SESSION).await.expect_problem(401, "signed_out");
        actor.http.get(SESSION).await.expect_problem(401, "signed_out");
        admitted(&actor).await;
    }

    async fn a_successor_that_was_overtaken_ends_the_session(world: World) {
        let actor = world.desk(Role::Inspector).await;
        let http = world.http();
        let stolen = refresh(&http, &actor.cookie).await.expect(200);
        let own = refresh(&http, &actor.cookie).await.expect(200);
        let next = refresh(&http, &cookie_of(&own)).await.expect(200);
        refresh(&http, &cookie_of(&stolen)).await.expect_problem(401, "signed_out");
        refresh(&http, &cookie_of(&next)).await.expect_problem(401, "signed_out");
    }

    async fn two_tabs_that_refresh_at_once_both_stay_in(world: World) {
        let actor = world.desk(Role::Inspector).await;
        let http = world.http();
        let tabs = (0..4).map(|_| refresh(&http, &actor.cookie));
        let answers = futures_util::future::join_all(tabs).await;
        let last = answers.into_iter().map(|answer| answer.expect(200)).next_back().expect("four");
        refresh(&http, &cookie_of(&last)).await.expect(200);
    }

    async fn signing_out_ends_the_session_at_once_and_keeps_the_outbox_open(world: World) {
        let actor = world.inspector().await;
        let http = world.http().with("cookie", &actor.cookie);
        let answer = send(http.request(Method::POST, "/api/v1/session/logout")).await.expect(204);
        assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer}");
        actor.http.get(SESSION).await.expect_problem(401, "signed_out");
        refresh(&world.http(), &actor.cookie).await.expect_problem(401, "signed_out");
        admitted(&actor).await;
        send(http.request(Method::POST, "/api/v1/session/logout")).await.expect(204);
    }

    async fn a_post_that_ended_is_refused_at_the_next_request(world: World) {
        let office = world.office().await;
        let inspector = world.desk(Role::Inspector).await;
        inspector.http.get("/api/v1/divisions").await.expect(200);
        let end = format!("/api/v1/posts/{}/end", inspector.post());
        let past = json!({ "at": stamp(world.clock_at() - TimeDelta::minutes(1)) });
        write(&office.http, &end, &past).await.expect_problem(422, "invalid_field");
        let ended = write(&office.http, &end, &json!({ "reason": "调离" })).await.expect(200);
        assert_eq!(ended.at("/valid_now"), false);
        inspector.http.get("/api/v1/divisions").await.expect_problem(403, "forbidden");
        let me = inspector.http.get(SESSION).await.expect(200);
        assert_eq!(me.at("/posts"), json!([]));
        write(&office.http, &end, &json!({})).await.expect(200);
    }

    async fn a_post_begins_and_ends_on_its_day_and_the_header_chooses(world: World) {
        let office = world.office().await;
        let inspector = world.desk(Role::Inspector).await;
        let begin = stamp(world.clock_at() + TimeDelta::days(1));
        let end = stamp(world.clock_at() + TimeDelta::days(3));
        let unit = world.township_id(0).await;
        let posts = format!("/api/v1/people/{}/posts", inspector.person());
        let new = json!({ "role": "deputy_leader", "unit_id": unit, "valid_from": begin, "valid_to": end });
        let post: Uuid = write(&office.http, &posts, &new).await.expect(201).text("/id").parse().expect("an id");
        let acting = inspector.http.with("lalian-post", &post.to_string());
        acting.get("/api/v1/divisions").await.expect_problem(403, "forbidden");
        world.clock.advance(TimeDelta::days(1));
        let answer = try_login(&world.http(), &inspector.login.login, &inspector.login.password, None).await.expect(200);
        assert_eq!(answer.at("/posts/1/role"), "deputy_leader");
        assert_eq!(answer.at("/posts/1/township_id"), json!(unit));
        let acting = bearer(&world.http(), &answer).with("lalian-post", &post.to_string());
        acting.get("/api/v1/divisions").await.expect(200);
        let foreign = acting.with("lalian-post", &office.post().to_string());
        foreign.get("/api/v1/divisions").await.expect_problem(403, "forbidden");
        acting.with("lalian-post", "nonsense").get("/api/v1/divisions").await.expect_problem(403, "forbidden");
        world.clock.advance(TimeDelta::days(2));
        let answer = try_login(&world.http(), &inspector.login.login, &inspector.login.password, None).await.expect(200);
        assert_eq!(answer.at("/posts/1"), Value::Null);
    }

    async fn somebody_suspended_is_out_at_the_next_request_and_their_work_still_arrives(world: World) {
        let office = world.office().await;
        let inspector = world.inspector().await;
        let person = format!("/api/v1/people/{}", inspector.person());
        office.http.post(&format!("{person}/suspend"), &json!({ "reason": "停职" })).await.expect(200);
        inspector.http.get(SESSION).await.expect_problem(401, "signed_out");
        refresh(&world.http(), &inspector.cookie).await.expect_problem(401, "signed_out");
        let Login { login, password } = &inspector.login;
        try_login(&world.http(), login, password, None).await.expect_problem(401, "bad_credentials");
        admitted(&inspector).await;
        office.http.post(&format!("{person}/resume"), &json!({ "reason": "复职" })).await.expect(200);
        inspector.http.get(SESSION).await.expect_problem(401, "signed_out");
        try_login(&world.http(), login, password, None).await.expect(200);
        let own = format!("/api/v1/people/{}/suspend", office.person());
        office.http.post(&own, &json!({ "reason": "x" })).await.expect_problem(403, "forbidden");
    }

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

    async fn a_send_credential_reads_nothing(world: World) {
        use lalian::http::routes::Who;
        let inspector = world.inspector().await;
        let sender = inspector.sending_only();
        let others = lalian::http::routes().iter().filter(|route| !matches!(route.who, Who::Sender | Who::Anyone));
        for route in others {
            let id = fresh_id().to_string();
            let path: Vec<&str> = route.path.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part }).collect();
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

    async fn a_one_time_code_opens_the_account_once_and_asks_for_a_password(world: World) {
        let office = world.office().await;
        let (_, code) = newcomer(&world, &office, "newcomer").await;
        let http = world.http();
        let sloppy = code.to_lowercase().replace('-', " ");
        let first = try_login(&http, "newcomer", &sloppy, None).await.expect(200);
        assert_eq!(first.at("/person/must_change_password"), true);
        let session = bearer(&http, &first);
        session.get("/api/v1/divisions").await.expect_problem(403, "password_must_change");
        session.get("/api/v1/devices").await.expect_problem(403, "password_must_change");
        session.get(SESSION).await.expect(200);
        try_login(&http, "newcomer", &code, None).await.expect_problem(410, "code_used");
        let change = |new: &str| json!({ "new_password": new });
        for bad in ["short", "1234567890", "newcomer-newcomer", "aaaaaaaaaaaaaa"] {
            let answer = session.post("/api/v1/session/password", &change(bad)).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/new_password");
        }
        session.post("/api/v1/session/password", &change("云坪山下的第三棵槐树")).await.expect(204);
        session.get("/api/v1/divisions").await.expect(200);
        let again = try_login(&http, "newcomer", "云坪山下的第三棵槐树", None).await.expect(200);
        assert_eq!(again.at("/person/must_change_password"), false);
    }

    async fn a_code_ends_after_fourteen_days_with_a_newer_one_and_with_a_password(world: World) {
        let office = world.office().await;
        let (person, first) = newcomer(&world, &office, "newcomer").await;
        let http = world.http();
        let second = code_for(&office, person).await;
        try_login(&http, "newcomer", &first, None).await.expect_problem(401, "bad_credentials");
        try_login(&http, "somebody-else", &second, None).await.expect_problem(401, "bad_credentials");
        world.clock.advance(TimeDelta::days(14));
        try_login(&http, "newcomer", &second, None).await.expect_problem(410, "code_used");
        let office = world.office().await;
        let third = code_for(&office, person).await;
        let session = bearer(&http, &try_login(&http, "newcomer", &third, None).await.expect(200));
        session.post("/api/v1/session/password", &json!({ "new_password": "云坪山下的第三棵槐树" })).await.expect(204);
        let fourth = code_for(&office, person).await;
        let reset = bearer(&http, &try_login(&http, "newcomer", &fourth, None).await.expect(200));
        session.get(SESSION).await.expect_problem(401, "signed_out");
        reset.get(SESSION).await.expect(200);
    }

    async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions(world: World) {
        let here = world.desk(Role::Inspector).await;
        let there = world.desk(Role::Inspector).await;
        let path = "/api/v1/session/password";
        let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
        let old = here.login.password.as_str();
        let wrong = here.http.post(path, &change("wrong", "一个足够长的新口令了吧")).await.expect_problem(422, "invalid_field");
        assert_eq!(wrong.at("/errors/0/field"), "/old_password");
        here.http.post(path, &json!({ "new_password": "一个足够长的新口令了吧" })).await.expect_problem(422, "invalid_field");
        there.http.get(SESSION).await.expect(200);
        here.http.post(path, &change(old, "一个足够长的新口令了吧")).await.expect(204);
        here.http.get(SESSION).await.expect(200);
        there.http.get(SESSION).await.expect_problem(401, "signed_out");
        refresh(&world.http(), &there.cookie).await.expect_problem(401, "signed_out");
        try_login(&world.http(), &here.login.login, old, None).await.expect_problem(401, "bad_credentials");
        for _ in 0..6 {
            here.http.post(path, &change("guess", "又一个足够长的新口令了")).await;
        }
        here.http.post(path, &change("guess", "又一个足够长的新口令了")).await.expect_problem(429, "login_delayed");
    }

    async fn the_office_keeps_its_own_county_s_people_only(world: World) {
        let office = world.office().await;
        let admin = world.desk(Role::PlatformAdmin).await;
        let all = admin.list("/api/v1/people").await;
        let own = office.list("/api/v1/people").await;
        assert_eq!(all.len(), own.len() + 1, "all but the platform's administrator");
        let path = format!("/api/v1/people/{}", admin.person());
        office.http.get(&path).await.expect_problem(404, "not_found");
        office.http.post(&format!("{path}/code"), &json!({})).await.expect_problem(404, "not_found");
        office.http.post(&format!("{path}/suspend"), &json!({ "reason": "x" })).await.expect_problem(404, "not_found");
        for role in [Role::Inspector, Role::CountyLeader, Role::MainLeader, Role::VillageCadre] {
            world.desk(role).await.http.get("/api/v1/people").await.expect_problem(403, "forbidden");
        }
        let inspector = world.desk(Role::Inspector).await;
        let posts = format!("/api/v1/people/{}/posts", inspector.person());
        write(&office.http, &posts, &json!({ "role": "platform_admin" })).await.expect_problem(422, "invalid_field");
        write(&office.http, &posts, &json!({ "role": "office", "unit_id": fresh_id() })).await.expect_problem(422, "invalid_field");
        let township = world.township_id(0).await;
        write(&office.http, &posts, &json!({ "role": "office", "unit_id": township })).await.expect_problem(422, "invalid_field");
        write(&admin.http, &posts, &json!({ "role": "platform_admin" })).await.expect(201);
        let code = format!("/api/v1/people/{}/code", inspector.person());
        office.http.post(&code, &json!({})).await.expect_problem(403, "forbidden");
        admin.http.get("/api/v1/tickets/counts").await.expect_problem(403, "forbidden");
    }

    async fn people_are_found_page_by_page_and_markup_is_text(world: World) {
        let office = world.office().await;
        let name = "<img src=x onerror=alert(1)>&\"'";
        let made = write(&office.http, "/api/v1/people", &json!({ "login": "Markup-1", "name": name, "phone": "138 0000 0000" })).await.expect(201);
        assert_eq!((made.text("/name"), made.text("/login"), made.text("/phone")), (name.to_owned(), "markup-1".to_owned(), "13800000000".to_owned()));
        let found = office.http.get("/api/v1/people?q=ONERROR").await.expect(200);
        assert_eq!(found.at("/items/0/name"), name);
        for q in ["1380000", "Ｍarkup", "markup-1"] {
            let found = office.http.get(&format!("/api/v1/people?q={q}")).await.expect(200);
            assert_eq!(found.at("/items/0/login"), "markup-1", "{q}");
        }
        for q in ["%25", "markup_1", "!"] {
            let found = office.http.get(&format!("/api/v1/people?q={q}")).await.expect(200);
            assert_eq!(found.at("/items"), json!([]), "{q} stands for itself");
        }
        let mut logins = Vec::new();
        let mut path = "/api/v1/people?limit=3".to_owned();
        loop {
            let page = office.http.get(&path).await.expect(200);
            let items = page.at("/items");
            logins.extend(items.as_array().expect("items").iter().map(|item| item["login"].to_string()));
            let Some(next) = page.at("/next").as_str().map(str::to_owned) else { break };
            path = format!("/api/v1/people?limit=3&cursor={next}");
        }
        let mut sorted = logins.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((logins.len(), &logins), (office.list("/api/v1/people").await.len(), &sorted));
        for (field, body) in [
            ("/login", json!({ "login": "a", "name": "x" })),
            ("/login", json!({ "login": "markup-1", "name": "x" })),
            ("/name", json!({ "login": "ok-1", "name": " " })),
            ("/phone", json!({ "login": "ok-1", "name": "x", "phone": "call me" })),
            ("/locale", json!({ "login": "ok-1", "name": "x", "locale": "fr" })),
            ("/posts/0/unit_id", json!({ "login": "ok-1", "name": "x", "posts": [{ "role": "inspector" }] })),
        ] {
            let answer = write(&office.http, "/api/v1/people", &body).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), field, "{answer}");
        }
    }

    async fn what_signing_in_leaves_behind_is_forgotten_in_time(world: World) {
        use lalian::store::people::sessions;
        let app = world.server().app();
        let inspector = world.desk(Role::Inspector).await;
        let session: Uuid = inspector.me["session_id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let kept = async || sessions::get(app.store.read(), session).await.expect("read").is_some();
        for (days, expected) in [(0, true), (60, true), (160, false)] {
            world.clock.advance(TimeDelta::days(days));
            app.sweep_sessions().await.expect("swept");
            assert_eq!(kept().await, expected, "after {days} more days");
        }
        refresh(&world.http(), &inspector.cookie).await.expect_problem(401, "signed_out");
        world.desk(Role::Inspector).await.http.get(SESSION).await.expect(200);
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

/// The phone's credential is taken although its person is signed out: an operation that nobody sent is not found, which
/// only somebody who was let in is told.
async fn admitted(actor: &Actor) {
    let path = format!("/api/v1/operations/{}/receipt", fresh_id());
    actor.sending_only().get(&path).await.expect_problem(404, "not_found");
}

/// The world's time, as tokens and wire have it.
trait Now {
    fn clock_now(&self) -> i64;
    fn clock_at(&self) -> chrono::DateTime<chrono::Utc>;
}

impl Now for World {
    fn clock_now(&self) -> i64 {
        self.clock_at().timestamp()
    }

    fn clock_at(&self) -> chrono::DateTime<chrono::Utc> {
        use lalian::domain::clock::Clock;
        Arc::clone(&self.clock).now()
    }
}
