//! What phones hear of a visit through the feed: its site is told again, and to a township only what it may know.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::{stories, world::World};
use serde_json::{Value, json};

fn of_noun<'a>(changes: &'a [Value], noun: &str) -> Vec<&'a Value> {
    changes.iter().filter(|change| change["noun"] == noun).collect()
}

stories! {
    async fn a_visit_shows_on_its_site_for_everybody_who_may_know_of_it(world: World) {
        let inspector = world.inspector().await;
        let colleague = world.named_phone(Role::Inspector, 1, "a colleague").await;
        let township = world.township(0, Role::DeskOfficer).await;
        let foreign = world.township(1, Role::DeskOfficer).await;
        let office = world.office().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let round = json!({ "name": "暗访", "year": 2026, "quarter": 4, "mode": "unannounced" });
        let round = office.http.with("idempotency-key", "quiet").post("/api/v1/rounds", &round).await.expect(201).text("/id");

        world.clock.advance(TimeDelta::seconds(10));
        let mut cursors = Vec::new();
        for actor in [&colleague, &township, &foreign] {
            cursors.push(actor.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor"));
        }
        let items = site.ticket_items();
        let mut visit = site.visit(&inspector, &[&items[0]]);
        visit.payload["round_id"] = json!(round);
        inspector.send(&visit.draft(&inspector, 9).seal()).await;
        world.clock.advance(TimeDelta::seconds(10));

        // A colleague need not walk there again; the township hears nothing, not even that something is gone.
        let told = colleague.told_since(&cursors[0]).await;
        let sites = of_noun(&told, "sites");
        assert_eq!(sites.len(), 1, "{told:?}");
        assert_eq!(sites[0]["row"]["last_visit"]["inspection_id"], json!(visit.inspection));
        assert_eq!(township.told_since(&cursors[1]).await, Vec::<Value>::new());
        assert_eq!(foreign.told_since(&cursors[2]).await, Vec::<Value>::new());

        // Shown: the township's own card says so now, the neighbour still hears only of the round.
        office.http.with("idempotency-key", "show").post(&format!("/api/v1/rounds/{round}/release"), &json!({})).await.expect(200);
        world.clock.advance(TimeDelta::seconds(10));
        let told = township.told_since(&cursors[1]).await;
        let sites = of_noun(&told, "sites");
        assert_eq!(sites.len(), 1, "{told:?}");
        assert_eq!(sites[0]["row"]["last_visit"]["inspection_id"], json!(visit.inspection));
        let told = foreign.told_since(&cursors[2]).await;
        assert!(told.iter().all(|change| change["noun"] == "rounds"), "{told:?}");
    }
}
