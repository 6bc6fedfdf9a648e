//! Phones that come back late, through a network that breaks: their person was transferred, or the phone was lost and found.
//! Each story ends with the oracle: nothing missing, nothing doubled, receipts that verify.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::chaos::shown;
use lalian_tests::ledger::Ledger;
use lalian_tests::oracle::judge;
use lalian_tests::outbox::{Outbox, Progress, Step};
use lalian_tests::phone::{Draft, Sealed, stamp};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::storm::Storm;
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

const SESSION: &str = "/api/v1/session";

/// An inspector's phone in a valley, with what it seals there.
struct Valley {
    inspector: Actor,
    sites: Vec<Site>,
    outbox: Outbox,
    ledger: Ledger,
    storm: Storm,
}

impl Valley {
    async fn begin(world: &World, visits: usize) -> Self {
        let inspector = world.inspector().await;
        let sites = Site::spread(&inspector, visits).await;
        let storm = Storm::before(world.server().addr(), 20_261_122).await;
        let outbox = Outbox::of(&inspector, &storm.url(), 7);
        Self { inspector, sites, outbox, ledger: Ledger::default(), storm }
    }

    /// The next visit: one failed answer with its photo, and an overview large enough to be cut.
    fn draft(&self) -> Draft<'_> {
        let number = self.ledger.entries.len();
        let site = &self.sites[number % self.sites.len()];
        let visit = site.visit(&self.inspector, &[&site.ticket_items()[0]]);
        visit.draft(&self.inspector, number as u64).photo(
            "overview",
            None,
            photo::of_size(number as u64, 60_000),
        )
    }

    /// Seals so many visits, an hour and a half each.
    fn walk(&mut self, world: &World, visits: usize) {
        for _ in 0..visits {
            world.clock.advance(TimeDelta::minutes(90));
            let sealed = self.draft().seal();
            self.ledger.note(self.outbox.device, &sealed);
            self.outbox.add(sealed);
        }
    }

    /// Only the answers get through before the signal goes again.
    async fn send_answers_only(&mut self) {
        for _ in 0..500 {
            let sealed = self.ledger.entries.iter().map(|entry| entry.operation);
            if sealed.into_iter().all(|id| *self.outbox.progress(id) != Progress::Sealed) {
                return;
            }
            self.outbox.step().await;
        }
        panic!("the answers do not get through");
    }

    async fn drain(&mut self) {
        self.outbox.drain(200).await;
        assert_eq!(self.outbox.step().await, Step::Rest, "{} are still here", self.outbox.held());
        let compared = self.outbox.compared().await;
        for side in ["lacking", "unknown", "gaps"] {
            assert_eq!(compared[side], json!([]), "{side}: {compared}");
        }
        assert!(self.storm.cuts() > 0, "the storm did nothing");
    }

    /// Nothing missing, nothing doubled, apart from what the server keeps apart.
    async fn assert_whole(&self, world: &World) {
        let mut held = world.held(&[&self.inspector], &self.ledger).await;
        let apart: Vec<Uuid> =
            held.operations.iter().filter(|row| row.status == "refused").map(|row| row.id).collect();
        held.operations.retain(|row| !apart.contains(&row.id));
        held.files.retain(|file| !apart.contains(&file.operation));
        let verdict = judge(&self.ledger, &held);
        assert!(verdict.is_clean(), "{}", shown(&verdict));
        for entry in &self.ledger.entries {
            assert_eq!(*self.outbox.progress(entry.operation), Progress::Confirmed);
        }
    }
}

async fn write(office: &Actor, path: &str, body: &Value) -> Value {
    let key = Uuid::new_v4().simple().to_string();
    let answer = office.http.with("idempotency-key", &key).post(path, body).await;
    assert!(matches!(answer.status, 200 | 201), "{answer}");
    answer.json()
}

/// The ids of the operations that carry a flag.
async fn flagged(office: &Actor, code: &str) -> Vec<Value> {
    let rows = office.list("/api/v1/operations?status=flagged").await;
    let with = |row: &&Value| {
        row["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag["code"] == code))
    };
    rows.iter().filter(with).map(|row| row["operation_id"].clone()).collect()
}

stories! {
    async fn an_inspector_is_transferred_with_forty_visits_unsent(world: World) {
        let mut valley = Valley::begin(&world, 47).await;
        valley.walk(&world, 5);
        valley.send_answers_only().await;
        valley.walk(&world, 40);

        world.clock.advance(TimeDelta::minutes(90));
        // The office ends the post; the person is somebody else's clerk now, and signs out of the old phone.
        let office = world.office().await;
        let (person, post) = (valley.inspector.person(), valley.inspector.post());
        write(&office, &format!("/api/v1/posts/{post}/end"), &json!({ "reason": "调离" })).await;
        let clerk = json!({ "role": "desk_officer", "unit_id": world.township_id(0).await });
        write(&office, &format!("/api/v1/people/{person}/posts"), &clerk).await;
        let leaving = valley.inspector.http.with("cookie", &valley.inspector.cookie);
        leaving.post("/api/v1/session/logout", &json!({})).await.expect(204);
        valley.inspector.http.get(SESSION).await.expect_problem(401, "signed_out");

        // Nobody had told him: two more visits that afternoon.
        valley.walk(&world, 2);
        world.clock.advance(TimeDelta::days(10));
        valley.drain().await;
        valley.assert_whole(&world).await;

        // What he saw is a fact; that his post had ended is told beside it.
        let office = world.office().await;
        let late: Vec<Value> = valley.ledger.entries[45..].iter().map(|entry| json!(entry.operation)).collect();
        let mut told = flagged(&office, "post_ended").await;
        told.sort_by_key(|id| late.iter().position(|other| other == id));
        assert_eq!(told, late);
    }

    async fn a_lost_phone_sends_what_was_sealed_before_and_its_finder_nothing(world: World) {
        let mut valley = Valley::begin(&world, 6).await;
        valley.walk(&world, 2);
        valley.send_answers_only().await;
        valley.walk(&world, 4);
        let device = valley.outbox.device;

        // Two taps at the office: the phone on the board of unsent work, and "lost".
        let office = world.office().await;
        let board = office.http.get("/api/v1/devices/unsent").await.expect(200);
        let rows = board.at("/items");
        let row = rows.as_array().and_then(|rows| rows.iter().find(|row| row["device_id"] == json!(device)));
        assert_eq!(row.map(|row| row["revoked"] == json!(false)), Some(true), "{board}");
        office.http.delete(&format!("/api/v1/devices/{device}")).await.expect(204);
        valley.inspector.http.get(SESSION).await.expect_problem(401, "signed_out");

        // Whoever found it makes up a visit, and another one with the clock turned back to before the loss.
        world.clock.advance(TimeDelta::days(1));
        let today: Sealed = valley.draft().seal();
        let before = valley.inspector.now() - TimeDelta::days(2);
        let turned_back = json!({
            "tz": "Asia/Shanghai", "boot_id": "boot-1", "last_server_at": stamp(before), "device_at_last_server": stamp(before),
            "monotonic_ms": TimeDelta::days(2).num_milliseconds(),
        });
        let earlier = valley.draft().with("made_at", json!(stamp(before + TimeDelta::hours(1)))).with("clock", turned_back).seal();
        let made_up = [today.id, earlier.id];
        valley.outbox.add(today);
        valley.outbox.add(earlier);

        world.clock.advance(TimeDelta::days(28));
        valley.drain().await;
        valley.assert_whole(&world).await;
        let office = world.office().await;
        let refused = office.list("/api/v1/operations?status=refused").await;
        assert_eq!(refused.len(), 2, "{refused:?}");
        for id in made_up {
            assert_eq!(*valley.outbox.progress(id), Progress::Refused("revoked_device".into()));
            assert!(refused.iter().any(|row| row["operation_id"] == json!(id)), "{refused:?}");
        }
        assert_eq!(flagged(&office, "device_revoked").await, Vec::<Value>::new(), "what was sealed before is in order");
        let decision = json!({ "decision": "dismiss", "reason": "手机遗失后封存，非本人" });
        for id in made_up {
            office.http.post(&format!("/api/v1/operations/{id}/decision"), &decision).await.expect(200);
        }

        // After thirty days the phone is nobody's.
        world.clock.advance(TimeDelta::days(2));
        let receipt = format!("/api/v1/operations/{}/receipt", valley.ledger.entries[0].operation);
        valley.inspector.sending_only().get(&receipt).await.expect_problem(401, "signed_out");
        let other = world.phone_of(Role::Inspector, 1).await;
        other.sending_only().get(&receipt).await.expect_problem(404, "not_found");
    }
}
