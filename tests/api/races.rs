//! Many hands at once: the database keeps the promises, whoever comes first.

use std::collections::BTreeSet;

use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, put};
use lalian_tests::desk::{about, in_progress, release, repaired, round, ticket, tickets_of};
use lalian_tests::http::Answer;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::stories;
use lalian_tests::visit::{Site, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Sends all of them at the same moment, each over a connection of its own.
async fn at_once(work: Vec<(lalian_tests::http::Http, Sealed)>) -> Vec<Answer> {
    let mut racers = JoinSet::new();
    for (http, sealed) in work {
        let http = http.through(http.base());
        racers.spawn(async move { put(&http, &sealed).await });
    }
    racers.join_all().await
}

stories! {
    async fn two_phones_that_see_the_same_fault_make_one_ticket_seen_four_times(world: World) {
        let mut work = Vec::new();
        let first = world.named_phone(Role::Inspector, 0, "a").await;
        let site = world.site(&first, "bus_shelter", 0).await;
        for number in 0..4 {
            let phone = world.named_phone(Role::Inspector, number % 2, &format!("racer {number}")).await;
            work.push((phone.http.clone(), site.visit(&phone, &["BUS-01"]).draft(&phone, number as u64).seal()));
        }
        for answer in at_once(work).await {
            answer.expect(201);
        }
        let office = world.office().await;
        let tickets = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        assert_eq!(tickets[0]["sightings"].as_i64(), Some(4), "{}", tickets[0]);
    }

    async fn tickets_issued_at_once_get_numbers_of_their_own_and_one_ticket_is_issued_once(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let items = site.ticket_items();
        let fails: Vec<&str> = items.iter().take(6).map(String::as_str).collect();
        inspector.send(&site.visit(&inspector, &fails).draft(&inspector, 3).seal()).await;
        let pending = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
        assert_eq!(pending.len(), fails.len());
        let township = world.township_id(0).await;
        let issue = |row: &Value| {
            let payload = json!({
                "ticket_id": row["id"], "seen_version": row["version"], "unit_kind": "township", "unit_id": township,
                "severity": null, "is_static": null, "deadline_days": null, "note": "",
            });
            (office.http.clone(), office.draft("ticket.issue/1", payload).seal())
        };
        let answers = at_once(pending.iter().chain(&pending).map(issue).collect()).await;
        let outcomes = |wanted: &str| answers.iter().filter(|answer| answer.at("/outcome") == wanted).count();
        assert_eq!((outcomes("applied"), outcomes("conflict")), (fails.len(), fails.len()), "{answers:?}");
        // Whoever came second is not forgotten: the office finds the kept commands.
        let kept = office.list("/api/v1/operations?status=flagged").await;
        assert_eq!(kept.iter().filter(|row| row["outcome"] == "conflict").count(), fails.len(), "{kept:?}");
        let issued = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
        let numbers: BTreeSet<&str> = issued.iter().filter_map(|row| row["number"].as_str()).collect();
        assert_eq!(numbers.len(), fails.len(), "{issued:?}");
    }

    /// Whoever comes first decides what the others meet; each command has one result, and the history tells exactly those that were applied.
    async fn thirty_two_commands_on_one_ticket_have_one_result_each(world: World) {
        let id = in_progress(&world, &world.inspector().await, 3_200).await;
        let (attempt, _) = repaired(&world, id, 3_201).await;
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let (deputy, leader) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::MainLeader).await);
        let before = ticket(&office, id).await["events"].as_array().expect("events").len();
        let ask = |what: &str| {
            json!({
                "request_id": fresh_id(), "what": what, "reason": "汛期", "wanted_day": "2026-12-31", "measure": "围挡",
                "unit_kind": null, "unit_id": null,
            })
        };
        let severity = |word: &str| json!({ "severity": word, "is_static": null, "due_day": null, "reason": "核对" });
        let mut work = Vec::new();
        let mut add = |times: usize, who: &Actor, kind: &str, payload: &dyn Fn() -> Value| {
            for _ in 0..times {
                work.push((who.http.clone(), who.draft(kind, about(id, &payload())).seal()));
            }
        };
        add(6, &office, "ticket.remind/1", &|| json!({ "note": "" }));
        add(2, &office, "ticket.edit/1", &|| severity("critical"));
        add(2, &office, "ticket.edit/1", &|| severity("minor"));
        add(2, &office, "ticket.mark_hard/1", &|| json!({ "hard": true, "ask": "协调资金" }));
        add(2, &office, "ticket.void/1", &|| json!({ "reason": "重复" }));
        add(2, &deputy, "ticket.mark_hard/1", &|| json!({ "hard": false, "ask": "" }));
        add(4, &deputy, "ticket.submit/1", &|| json!({ "attempt_id": attempt, "note": "" }));
        add(4, &deputy, "ticket.ask/1", &|| ask("extension"));
        add(4, &leader, "ticket.ask/1", &|| ask("hold"));
        add(4, &officer, "ticket.ask/1", &|| ask("send_back"));
        assert_eq!(work.len(), 32);
        let answers = at_once(work.clone()).await;
        let outcomes: Vec<Value> = answers.iter().map(|answer| answer.at("/outcome")).collect();
        let moved = outcomes.iter().filter(|outcome| *outcome == "applied" || *outcome == "waiting").count();
        let stood = outcomes.iter().filter(|outcome| *outcome == "conflict").count();
        assert_eq!(moved + stood, 32, "{outcomes:?}");

        let row = ticket(&office, id).await;
        let events = row["events"].as_array().expect("events");
        assert_eq!(events.len() - before, moved, "the history tells what was applied: {row}");
        for (number, event) in (1_i64..).zip(events) {
            assert_eq!(event["version"], json!(number), "without a gap: {row}");
        }
        assert_eq!(row["version"], json!(events.len()), "{row}");
        let told = |transition: &str| events.iter().filter(|event| event["transition"] == transition).count();
        assert_eq!((told("T10"), row["state"].as_str()), (1, Some("submitted")), "one of four signatures: {row}");
        let requests = row["requests"].as_array().expect("requests");
        assert_eq!(requests.len(), told("asked"), "{row}");
        let kinds: BTreeSet<&str> = requests.iter().filter_map(|request| request["what"].as_str()).collect();
        assert_eq!(kinds.len(), requests.len(), "one open request of a kind: {row}");

        // Told once more, they hear the same and nothing moves.
        let sorted = |answers: &[Answer]| {
            let mut words: Vec<String> = answers.iter().map(|answer| answer.at("/outcome").to_string()).collect();
            words.sort();
            words
        };
        assert_eq!(sorted(&at_once(work).await), sorted(&answers));
        assert_eq!(ticket(&office, id).await["events"].as_array().expect("events").len(), events.len());
    }

    /// Whatever enters or is issued in the moment of a release is either shown by it or sees it done.
    async fn nothing_that_enters_while_its_round_is_released_stays_hidden(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let township = world.township_id(0).await;
        let sites = Site::some(&inspector, "bus_shelter", township).await;
        let mut phones = Vec::new();
        for number in 0..4 {
            phones.push(world.named_phone(Role::Inspector, 0, &format!("late {number}")).await);
        }
        for (attempt, sites) in (0_u64..).zip(sites.chunks(5).take(3)) {
            let round = round(&office, "unannounced", "after_look").await;
            let visit_of = |phone: &Actor, site: &Site, number: u64| {
                let mut visit = site.visit(phone, &["BUS-01"]);
                visit.payload["round_id"] = json!(round);
                visit.draft(phone, attempt * 10 + number).seal()
            };
            let early = visit_of(&phones[0], &sites[0], 9);
            phones[0].put(&early).await.expect(201);
            let waiting = tickets_of(&office, &sites[0]).await.remove(0);
            let issue = office.draft("ticket.issue/1", json!({
                "ticket_id": waiting["id"], "seen_version": waiting["version"], "unit_kind": "township", "unit_id": township,
                "severity": null, "is_static": null, "deadline_days": null, "note": "",
            }));
            let mut work = vec![(office.http.clone(), issue.seal())];
            for ((number, site), phone) in (0..).zip(&sites[1..]).zip(&phones) {
                work.push((phone.http.clone(), visit_of(phone, site, number)));
            }
            let ((), answers) = tokio::join!(release(&office, round), at_once(work));
            answers.into_iter().for_each(|answer| drop(answer.expect(201)));
            for site in sites {
                let rows = tickets_of(&office, site).await;
                assert_eq!(rows.iter().map(|row| &row["hidden"]).collect::<Vec<_>>(), [&json!(false)], "{rows:?}");
            }
            let deputy = world.township(0, Role::DeputyLeader).await;
            let seen = ticket(&deputy, id_of(&waiting["id"])).await;
            assert!(seen["due_at"].is_string(), "issued and shown, so its clock runs: {seen}");
            let visits = deputy.list("/api/v1/inspections").await.len();
            assert_eq!(visits, sites.len() * usize::try_from(attempt + 1).expect("small"));
        }
    }

    /// A phone that follows the feed while others write ends with exactly what a fresh snapshot holds.
    async fn following_the_feed_while_others_write_misses_nothing(world: World) {
        let (office, watcher) = (world.office().await, world.desk_of(Role::Inspector, 1).await);
        let township = world.township_id(0).await;
        let sites = Site::some(&watcher, "bus_shelter", township).await;
        let start = watcher.http.get("/api/v1/sync/snapshot").await.expect(200);
        let mut cursor = start.text("/cursor");
        let mut held: std::collections::BTreeMap<String, (i64, Value)> = std::collections::BTreeMap::new();
        let mut writers = JoinSet::new();
        for number in 0..3_usize {
            let phone = world.named_phone(Role::Inspector, 0, &format!("writer {number}")).await;
            let work: Vec<Sealed> = sites.iter().skip(number * 3).take(3)
                .map(|site| site.visit(&phone, &["BUS-01", "BUS-03"]).draft(&phone, number as u64).seal())
                .collect();
            let http = phone.http.through(phone.http.base());
            writers.spawn(async move {
                for sealed in work {
                    put(&http, &sealed).await.expect(201);
                }
            });
        }
        let follow = async |cursor: &mut String, held: &mut std::collections::BTreeMap<String, (i64, Value)>| {
            loop {
                let answer = watcher.http.get(&format!("/api/v1/sync?cursor={cursor}")).await.expect(200).json();
                for change in answer["changes"].as_array().expect("changes") {
                    let key = format!("{} {}", change["noun"], change["id"]);
                    let version = change["version"].as_i64().expect("a version");
                    // Applied by (id, version): late and repeated ones do no harm.
                    if held.get(&key).is_none_or(|(known, _)| *known <= version) {
                        held.insert(key, (version, change["row"].clone()));
                    }
                }
                answer["cursor"].as_str().expect("a cursor").clone_into(cursor);
                if answer["more"] != json!(true) {
                    return;
                }
            }
        };
        while !writers.is_empty() {
            follow(&mut cursor, &mut held).await;
            while let Some(done) = writers.try_join_next() {
                done.expect("a writer");
            }
        }
        // The watermark lags a little on purpose.
        let expected = office.list("/api/v1/tickets").await.len();
        for _ in 0..100 {
            follow(&mut cursor, &mut held).await;
            if held.keys().filter(|key| key.contains("tickets")).count() >= expected {
                break;
            }
            world.clock.advance(chrono::TimeDelta::seconds(1));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let fresh: Vec<Value> = watcher.rows("tickets").await;
        for row in &fresh {
            let key = format!("\"tickets\" {}", row["id"]);
            let (version, _) = held.get(&key).unwrap_or_else(|| panic!("the feed never told of ticket {}", row["id"]));
            assert_eq!(Some(*version), row["version"].as_i64(), "{}", id_of(&row["id"]));
        }
        assert_eq!(fresh.len(), sites.len().min(9) * 2);
    }

    /// A ticket is told as of one moment: its version, its counters and its history fit together in every answer, however many reminders
    /// come in meanwhile.
    async fn a_ticket_that_is_read_while_it_moves_is_never_torn(world: World) {
        let id = in_progress(&world, &world.inspector().await, 3_300).await;
        let office = world.office().await;
        let sealed: Vec<Sealed> = (0..40).map(|_| office.draft("ticket.remind/1", about(id, &json!({ "note": "" }))).seal()).collect();
        let writer = async {
            for one in &sealed {
                assert_eq!(office.put(one).await.expect(201).at("/outcome"), "applied");
            }
        };
        let reader = async |number: usize| {
            let http = office.http.through(office.http.base());
            let mut seen = BTreeSet::new();
            while seen.last() != Some(&sealed.len()) {
                let row = http.get(&format!("/api/v1/tickets/{id}")).await.expect(200).json();
                let events = row["events"].as_array().expect("events");
                let told = events.iter().filter(|event| event["transition"] == "T16").count();
                assert_eq!((&row["version"], &row["reminders"]), (&json!(events.len()), &json!(told)), "reader {number}: {row}");
                seen.insert(told);
            }
            seen.len()
        };
        let ((), one, two, three) = tokio::join!(writer, reader(1), reader(2), reader(3));
        assert!(one.max(two).max(three) > 2, "they read while it moved");
    }
}
