//! Every published colour, and every counter, level and date, worked out again from the events that the API serves, after a random history.
//! `LALIAN_EXPLAIN_SEED` begins another one.

use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::clock::{Clock as _, local_day};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, command, release, round, ticket, tickets_of};
use lalian_tests::explain::{Days365, FIGURES, Told, fits, month, retell};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::{self, Noise};
use lalian_tests::stories;
use lalian_tests::visit::{Site, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// Steps of a history: from 23 November into the new year.
const STEPS: usize = 110;
const TICKETS: u64 = 9;

/// What chance decides.
struct Chance(Noise);

impl Chance {
    fn of(&mut self, n: u64) -> u64 {
        let byte = |noise: &mut Noise| u64::from(noise.next().expect("endless"));
        (byte(&mut self.0) << 8 | byte(&mut self.0)) % n
    }
}

/// A history under way.
struct History<'a> {
    world: &'a World,
    chance: Chance,
    units: [Uuid; 2],
    photos: u64,
}

impl History<'_> {
    fn at(&self, unit: &Value) -> usize {
        usize::from(*unit == json!(self.units[1]))
    }

    async fn report(&mut self, site: &Site, number: u64) -> Uuid {
        // Some are found by the township itself.
        let author = match number % 4 {
            0 => self.world.township(0, Role::DeskOfficer).await,
            _ => self.world.inspector().await,
        };
        let title = format!("路灯 {number}");
        let severity = ["critical", "major", "minor"][self.chance.of(3) as usize];
        let payload = json!({
            "finding_id": fresh_id(), "site_id": site.id(), "item_code": null, "instance_key": "", "title": title, "note": "",
            "severity": severity, "is_static": true, "position": null,
            "fixed_on_spot": false,
        });
        author.operate("finding.report/1", payload).await.expect(201);
        let rows = self.world.office().await.list(&format!("/api/v1/tickets?q={title}")).await;
        id_of(&rows[0]["id"])
    }

    fn day(&self, ahead: u64) -> String {
        (local_day(self.world.clock.now()) + TimeDelta::days(i64::try_from(ahead).expect("few"))).to_string()
    }

    /// Everything that is open has to be done by the end of a month; what is issued later joins.
    async fn zeroing(&self, last: &str) {
        let office = self.world.office().await;
        let post = async |path: String, body: Value| {
            let http = office.http.with("idempotency-key", &fresh_id().to_string());
            http.post(&format!("/api/v1/campaigns{path}"), &body).await
        };
        let draft = json!({ "name": format!("{last} 清零"), "scope": {}, "deadline_day": last });
        let id = id_of(&post(String::new(), draft).await.expect(201).at("/id"));
        post(format!("/{id}/start"), json!({ "version": 1 })).await.expect(200);
    }

    async fn ask_and_decide(&mut self, id: Uuid, asker: &Actor, what: &str, unit: Option<Uuid>) {
        let (request, ahead) = (fresh_id(), 1 + self.chance.of(20));
        let wanted = (what != "send_back").then(|| self.day(ahead));
        let ask = json!({
            "request_id": request, "what": what, "reason": "材料未到", "wanted_day": wanted, "measure": "已围挡",
            "unit_kind": unit.map(|_| "township"), "unit_id": unit,
        });
        let asked = asker.operate("ticket.ask/1", about(id, &ask)).await;
        if asked.status != 201 || asked.at("/outcome") != "applied" {
            return;
        }
        let verdict = if self.chance.of(3) == 0 { "denied" } else { "approved" };
        let decide = json!({
            "request_id": request, "verdict": verdict, "note": "按期", "day": null, "unit_kind": null, "unit_id": null,
            "wrongly_routed": self.chance.of(2) == 0,
        });
        command(&self.world.office().await, "ticket.decide/1", id, decide).await;
    }

    /// A department is asked to do what the township cannot, and the township's clock stands still.
    async fn refer(&mut self, id: Uuid, deputy: &Actor) {
        let (request, department) = (fresh_id(), self.world.desk(Role::Department).await);
        let ask = json!({
            "request_id": request, "what": "refer", "reason": "归部门管", "unit_kind": "department", "unit_id": department.unit(),
        });
        let asked = deputy.operate("ticket.ask/1", about(id, &ask)).await;
        if asked.status != 201 || asked.at("/outcome") != "applied" {
            return;
        }
        // The office takes its time; what it took is not the township's.
        let minutes = self.chance.of(4_000);
        self.world.clock.advance(TimeDelta::minutes(i64::try_from(minutes).expect("few")));
        let verdict = if self.chance.of(5) == 0 { "denied" } else { "approved" };
        let decide =
            json!({ "request_id": request, "verdict": verdict, "note": "", "days": 1 + self.chance.of(6) });
        command(&self.world.office().await, "ticket.decide/1", id, decide).await;
    }

    /// What the department says to it in the end.
    async fn referred(&mut self, id: Uuid, row: &Value) {
        let asked = row["requests"].as_array().expect("requests").iter();
        let Some(open) = asked.rev().find(|one| one["what"] == "refer" && one["state"] == "approved") else {
            return;
        };
        let department = self.world.desk(Role::Department).await;
        let said = json!({ "request_id": open["id"], "note": "已更换", "reason": "不属于我局管养" });
        let kind = if self.chance.of(3) == 0 { "ticket.refer_return/1" } else { "ticket.refer_done/1" };
        command(&department, kind, id, said).await;
    }

    /// A visit of a round that nobody may know of yet; what it found.
    async fn hidden(&mut self) -> (Uuid, Vec<Uuid>) {
        let (office, inspector) = (self.world.office().await, self.world.inspector().await);
        let round = round(&office, "unannounced", "after_look").await;
        let site = self.world.site(&inspector, "public_toilet", 0).await;
        let items = site.ticket_items();
        let mut visit = site.visit(&inspector, &items[..2].iter().map(String::as_str).collect::<Vec<_>>());
        visit.payload["round_id"] = json!(round);
        inspector.send(&visit.draft(&inspector, 71_000).seal()).await;
        let found = tickets_of(&office, &site).await.iter().map(|row| id_of(&row["id"])).collect();
        (round, found)
    }

    /// The unit's desk repairs, its deputy puts it forward.
    async fn put_forward(&mut self, id: Uuid, unit: usize) {
        let (attempt, officer) = (fresh_id(), self.world.township(unit, Role::DeskOfficer).await);
        let payload = about(id, &json!({ "attempt_id": attempt, "note": "已修复" }));
        self.photos += 1;
        let sealed =
            officer.draft("ticket.rectify/1", payload).photo("after", None, photo::tiny(self.photos)).seal();
        officer.send(&sealed).await;
        let deputy = self.world.township(unit, Role::DeputyLeader).await;
        command(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    }

    async fn check(&mut self, id: Uuid, row: &Value) {
        let (verdict, reason) = match self.chance.of(5) {
            0 => ("failed", json!("not_done")),
            1 => ("failed", json!("partial")),
            _ => ("passed", Value::Null),
        };
        let check = json!({
            "attempt_id": row["attempt_id"], "verdict": verdict, "reason": reason, "note": "", "on_site": true, "position": null,
        });
        command(&self.world.office().await, "ticket.verify/1", id, check).await;
    }

    /// Two people find that the last photo does not show the repair; sometimes it is lifted again.
    async fn judge(&mut self, row: &Value) {
        let (first, second) =
            (self.world.desk_of(Role::Office, 0).await, self.world.desk_of(Role::Office, 1).await);
        let body = json!({ "file_id": row["after"][0]["file_id"], "reason": "另一面墙" });
        let key = fresh_id().to_string();
        let proposed = first.http.with("idempotency-key", &key).post("/api/v1/photo-verdicts", &body).await;
        if proposed.status != 201 {
            return;
        }
        let path = format!("/api/v1/photo-verdicts/{}/decision", id_of(&proposed.at("/id")));
        let words: &[&str] = if self.chance.of(3) == 0 { &["confirm", "lift"] } else { &["confirm"] };
        for word in words {
            second.http.post(&path, &json!({ "decision": word, "reason": "看过现场" })).await.expect(200);
        }
    }

    async fn issue(&mut self, id: Uuid) {
        let office = self.world.office().await;
        // Days as the item says, hours of the clock, or hours in which offices work.
        let (amount, counted_in) = match self.chance.of(4) {
            0 => (Some(20 + self.chance.of(80)), Some("urgent_hours")),
            1 => (Some(5 + self.chance.of(40)), Some("working_hours")),
            _ => (None, None),
        };
        let to = json!({
            "unit_kind": "township", "unit_id": self.units[self.chance.of(2) as usize], "severity": null, "is_static": null,
            "deadline_days": amount, "deadline_unit": counted_in, "control_hours": (self.chance.of(3) == 0).then_some(20), "note": "",
        });
        command(&office, "ticket.issue/1", id, to).await;
    }

    /// Whatever chance does, one ticket at least is a department's for a while.
    async fn refer_one(&mut self, ids: &[Uuid]) {
        let office = self.world.office().await;
        for id in ids {
            let row = ticket(&office, *id).await;
            if row["state"] == "in_progress" {
                let deputy = self.world.township(self.at(&row["unit_id"]), Role::DeputyLeader).await;
                return self.refer(*id, &deputy).await;
            }
        }
    }

    async fn step(&mut self, id: Uuid) {
        let office = self.world.office().await;
        let row = ticket(&office, id).await;
        if row["hidden"] == true && row["state"] != "pending" {
            // Its unit does not know of it.
            return;
        }
        let unit = self.at(&row["unit_id"]);
        let deputy = self.world.township(unit, Role::DeputyLeader).await;
        let roll = self.chance.of(100);
        match (row["state"].as_str().expect("a state"), roll) {
            ("pending", 0..10) => {
                drop(office.operate("ticket.decline/1", about(id, &json!({ "reason": "不属实" }))).await)
            }
            ("pending", _) => self.issue(id).await,
            ("issued" | "in_progress" | "rework" | "submitted", 0..3) => {
                for number in 0..2 {
                    let person = self.world.desk_of(Role::Office, number).await;
                    command(&person, "ticket.void/1", id, json!({ "reason": "重复" })).await;
                }
            }
            ("issued" | "in_progress" | "rework", 3..22) => {
                command(&office, "ticket.remind/1", id, json!({ "note": "" })).await;
            }
            ("issued" | "in_progress" | "rework", 58..63) => {
                let ahead = 2 + self.chance.of(12);
                let day = self.day(ahead);
                let edit =
                    json!({ "severity": null, "is_static": null, "due_day": day, "reason": "商定的日期" });
                drop(office.operate("ticket.edit/1", about(id, &edit)).await);
            }
            ("issued" | "in_progress" | "rework", 46..58) if !row["stages"][0].is_null() => {
                let officer = self.world.township(unit, Role::DeskOfficer).await;
                command(&officer, "ticket.stage/1", id, json!({ "stage": "control", "note": "已围挡" }))
                    .await;
            }
            ("issued", 22..40) => {
                self.ask_and_decide(id, &deputy, "send_back", Some(self.units[1 - unit])).await
            }
            ("issued", _) => {
                let officer = self.world.township(unit, Role::DeskOfficer).await;
                command(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
            }
            ("in_progress" | "rework", 22..34) => self.ask_and_decide(id, &deputy, "extension", None).await,
            ("in_progress" | "rework", 34..46) if unit == 0 => {
                let main = self.world.desk(Role::MainLeader).await;
                self.ask_and_decide(id, &main, "hold", None).await;
            }
            ("in_progress" | "rework", 63..73) => self.refer(id, &deputy).await,
            ("in_progress" | "rework", _) => self.put_forward(id, unit).await,
            ("submitted" | "closed", 3..12) => self.judge(&row).await,
            ("submitted", _) => self.check(id, &row).await,
            ("on_hold", _) if !row["referral"].is_null() && row["referral"]["state"] == "open" => {
                self.referred(id, &row).await;
            }
            ("on_hold", 0..50) => {
                command(&office, "ticket.resume/1", id, json!({ "note": "" })).await;
            }
            ("closed", 12..40) => {
                let inspector = self.world.inspector().await;
                let again = about(id, &json!({ "finding_id": fresh_id(), "note": "又坏了" }));
                self.photos += 1;
                let found = inspector.draft("ticket.relapse/1", again);
                inspector.put(&found.photo("finding", None, photo::tiny(self.photos)).seal()).await;
            }
            _ => {}
        }
    }
}

async fn read(actor: &Actor, path: &str) -> Value {
    actor.http.get(&format!("/api/v1{path}")).await.expect(200).json()
}

/// A list in small pages: as long as its number says, and none twice.
async fn opened(actor: &Actor, path: &str, number: u64) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = read(actor, &format!("{path}&limit=4{cursor}")).await;
        assert_eq!(page["count"], number, "{path}: {page}");
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let different: std::collections::BTreeSet<String> = items.iter().map(Value::to_string).collect();
    assert_eq!((items.len() as u64, different.len()), (number, items.len()), "{path}");
    items
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().expect("an instant").with_timezone(&Utc)
}

/// Only the counts of six counters.
fn counts(shares: &Value) -> Value {
    let mut plain = json!({ "tickets": shares["tickets"] });
    for (name, counted) in shares["counters"].as_object().expect("counters") {
        plain[name] = counted["count"].clone();
        let ids = counted["ticket_ids"].as_array().expect("ids").len();
        assert!(ids as i64 <= counted["count"].as_i64().expect("a count"));
    }
    plain
}

fn seed() -> u64 {
    std::env::var("LALIAN_EXPLAIN_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7)
}

stories! {
    async fn every_figure_is_worked_out_again_from_the_events_alone(world: World) {
        let units = [world.township_id(0).await, world.township_id(1).await];
        let mut history = History { world: &world, chance: Chance(Noise::new(seed())), units, photos: 70_000 };
        let site = world.site(&world.inspector().await, "bus_shelter", 0).await;
        let mut ids = Vec::new();
        for number in 0..TICKETS {
            ids.push(history.report(&site, number).await);
        }
        let (round, hidden) = history.hidden().await;
        ids.extend(&hidden);
        for number in 0..STEPS {
            match number {
                // Before the release, so that their clocks wait for it.
                1 => {
                    for id in &hidden {
                        history.issue(*id).await;
                    }
                }
                _ if number == STEPS / 4 => history.zeroing("2026-12-31").await,
                _ if number == STEPS / 3 => release(&world.office().await, round).await,
                _ if number == STEPS / 2 => history.refer_one(&ids).await,
                _ => {}
            }
            let id = ids[history.chance.of(ids.len() as u64) as usize];
            history.step(id).await;
            world.clock.advance(TimeDelta::minutes(20 + i64::try_from(history.chance.of(1_500)).expect("few")));
            if history.chance.of(4) == 0 {
                world.server().app().sweep_tickets().await.expect("swept");
            }
        }
        let office = world.office().await;
        let now = world.clock.now();
        assert!(now > moment("2026-12-20T00:00:00+08:00"), "two months at least: {now}");
        let settings = read(&office, "/settings").await["settings"].clone();
        let mut days = Days365::open(&settings);
        for year in [2026, 2027] {
            days.add(&read(&office, &format!("/calendar/{year}")).await);
        }

        // Dates and levels.
        let mut told: Vec<Told> = Vec::new();
        let (mut transitions, mut units_of_time) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        let mut rows: std::collections::HashMap<String, Value> = std::collections::HashMap::new();
        for id in &ids {
            let row = ticket(&office, *id).await;
            transitions.extend(row["events"].as_array().expect("events").iter().map(|event| event["transition"].to_string()));
            units_of_time.insert(row["deadline_unit"].to_string());
            let one = retell(&row, &settings, &days, now);
            assert_eq!(json!(one.level(&row, &settings, &days, now)), row["level"]["level"], "the level of {row}");
            told.push(one);
            rows.insert(id.to_string(), row);
        }
        for name in ["release", "referred"] {
            assert!(transitions.contains(&json!(name).to_string()), "{name} is in every history: {transitions:?}");
        }
        assert!(units_of_time.len() >= 2, "hours too: {units_of_time:?}");
        assert!(transitions.len() >= 9, "a dull history explains little: {transitions:?}");

        // Counters and colours of both whole months, then of what is published and frozen.
        let months = [
            ("2026-11", moment("2026-11-01T00:00:00+08:00"), moment("2026-12-01T00:00:00+08:00")),
            ("2026-12", moment("2026-12-01T00:00:00+08:00"), moment("2027-01-01T00:00:00+08:00").min(now)),
        ];
        for (word, from, to) in months {
            let preview = read(&office, &format!("/colours/preview?month={word}")).await;
            for item in preview["items"].as_array().expect("items") {
                let again = month(&told, id_of(&item["township_id"]), (from, to), &settings, &days);
                assert_eq!(item["reasoning"]["facts"], again["facts"], "{word}: {item}");
                assert_eq!(item["reasoning"]["by_rules"], again["by_rules"], "{word}: {item}");
                assert_eq!(counts(&item["counters"]), again["counters"], "{word}: {item}");
                // Every number opens its rows, and each row the event that made it count.
                let of = format!("month={word}&township_id={}", id_of(&item["township_id"]));
                for (figure, part) in FIGURES {
                    let number = again.pointer(part).expect("a number").as_u64().expect("a number");
                    let list = opened(&office, &format!("/figures/counters/rows?{of}&of={figure}"), number).await;
                    for row in &list {
                        fits(row, &rows[row["ticket_id"].as_str().expect("an id")]);
                    }
                }
                for rule in item["reasoning"]["rules"].as_array().expect("rules") {
                    assert!(rule["ticket_ids"].as_array().expect("ids").iter().all(|id| !item["reasoning"]["tickets"][id.as_str().expect("an id")].is_null()));
                }
            }
        }
        let post = async |path: &str, body: Value| {
            let http = office.http.with("idempotency-key", &fresh_id().to_string());
            http.post(&format!("/api/v1/colours/{path}"), &body).await.expect(200).json()
        };
        let mut former: std::collections::HashMap<String, String> = std::collections::HashMap::new();
        let over = months.into_iter().filter(|(_, _, to)| *to < now);
        for (word, from, to) in over {
            let proposed = post("proposals", json!({ "month": word })).await;
            for row in proposed["items"].as_array().expect("items") {
                let path = format!("{}/confirm", id_of(&row["id"]));
                post(&path, json!({ "colour": row["proposal"], "reason": "", "version": row["version"] })).await;
            }
            let published = post("publications", json!({ "month": word })).await;
            for row in published["items"].as_array().expect("items") {
                let again = month(&told, id_of(&row["township_id"]), (from, to), &settings, &days);
                let before = former.get(&row["township_id"].to_string()).map_or("none", String::as_str);
                let expected = match (before, again["by_rules"].as_str().expect("a colour")) {
                    ("yellow", "yellow") | ("red", "yellow") | (_, "red") => "red",
                    (_, "yellow") | ("red", "green") => "yellow",
                    _ => "green",
                };
                assert_eq!(row["colour"], expected, "{word}, {before} before: {row} {again}");
                let detail = read(&office, &format!("/colours/{}", id_of(&row["id"]))).await;
                assert_eq!(detail["reasoning"]["facts"], again["facts"], "frozen: {detail}");
                for (figure, part) in FIGURES {
                    let number = again.pointer(part).expect("a number").as_u64().expect("a number");
                    opened(&office, &format!("/colours/{}/rows?of={figure}", id_of(&row["id"])), number).await;
                }
                former.insert(row["township_id"].to_string(), expected.to_owned());
            }
        }
    }
}
