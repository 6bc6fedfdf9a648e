//! Posts begin and end, people are suspended: judged at the next request, and what was sealed before still arrives.

use super::{Now, SESSION, admitted, bearer, refresh, try_login, write};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Login;
use lalian_tests::phone::stamp;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

stories! {
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
}
