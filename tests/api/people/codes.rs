//! One-time codes and passwords.

use super::{SESSION, bearer, code_for, newcomer, refresh, try_login};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::json;

stories! {
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
}
