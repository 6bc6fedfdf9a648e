//! Signing in and staying in: wrong guesses, lost answers, stolen tokens, foreign pages, people who left.

use super::{Now, SESSION, admitted, bearer, refresh, shown, try_login};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::cookie_of;
use lalian_tests::http::send;
use lalian_tests::phone::Phone;
use lalian_tests::stories;
use lalian_tests::text::base64url;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

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
}
