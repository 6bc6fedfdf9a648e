//! Sealed field work is accepted with flags and never thrown away: one thing is wrong at a time, and each time the visit is
//! taken in, says what is odd, gets its receipt, and stands on the office's list. Every code that there is has its row
//! here or is told where it is tested.

use chrono::{DateTime, TimeDelta, Utc};
use lalian::app::{Caller, standards::examples};
use lalian::domain::field::flag::FlagCode;
use lalian::domain::people::role::Role;
use lalian::domain::standards::checklist::Library;
use lalian::store::Conn as _;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, command, flags, in_progress, repaired};
use lalian_tests::http::Answer;
use lalian_tests::phone::{fresh_id, stamp};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A visit to be spoilt.
struct Work {
    payload: Value,
    /// Role and entry of each photo; at first one of each failed item.
    files: Vec<(&'static str, Value)>,
    now: DateTime<Utc>,
    made_at: DateTime<Utc>,
    /// When it last heard from the server, if not just now; the steady clock agrees with `made_at`.
    heard_at: DateTime<Utc>,
    signed: bool,
}

impl Work {
    fn answers(&mut self) -> &mut Vec<Value> {
        self.payload["answers"].as_array_mut().expect("answers")
    }

    fn answer(&mut self, item: &str) -> &mut Value {
        self.answers().iter_mut().find(|answer| answer["item"] == item).expect("answered")
    }

    fn skip(&mut self, item: &str) {
        self.answers().retain(|answer| answer["item"] != item);
    }

    fn set(&mut self, item: &str, members: &Value) {
        let answer = self.answer(item).as_object_mut().expect("an object");
        answer.extend(members.as_object().expect("members").clone());
    }
}

/// What is told of a visit, all of it; the kind of site and the township; what fails; and what is wrong with it.
type Row = (&'static [&'static str], (&'static str, usize), &'static [&'static str], fn(&mut Work));

const SHELTER: (&str, usize) = ("bus_shelter", 0);
/// Its list has just been changed: one question is only asked when another has failed.
const CLINIC: (&str, usize) = ("clinic", 0);
const MARKET: (&str, usize) = ("farmers_market", 0);
/// The second township's bus shelter is closed.
const CLOSED: (&str, usize) = ("bus_shelter", 1);

const TABLE: &[Row] = &[
    (&[], SHELTER, &["BUS-01"], |_| ()),
    (&["clock_ahead", "clock_doubtful"], SHELTER, &[], |work| work.made_at += TimeDelta::minutes(30)),
    (&["late_arrival"], SHELTER, &[], |work| {
        work.made_at = work.now - TimeDelta::hours(80);
        work.heard_at = work.now - TimeDelta::hours(81);
    }),
    (&["no_signature"], SHELTER, &[], |work| work.signed = false),
    (&["photo_reason"], SHELTER, &["BUS-01"], |work| {
        work.files.clear();
        work.answer("BUS-01")["findings"][0]["missing_photo_reason"] = json!("天黑拍不清");
    }),
    (&["photo_missing"], SHELTER, &["BUS-01"], |work| work.files.clear()),
    (&["album_without_reason"], SHELTER, &["BUS-01"], |work| work.files[0].1["capture"] = json!("album")),
    (&["retired_site"], CLOSED, &[], |_| ()),
    (&["old_checklist"], SHELTER, &[], |work| work.payload["checklist_id"] = json!(fresh_id())),
    (&["unknown_item"], SHELTER, &[], |work| {
        work.answers().push(json!({ "item": "BUS-99", "instance_key": "", "result": "pass", "value": null }));
    }),
    (&["unknown_item"], SHELTER, &[], |work| {
        work.payload["outcome"] = json!("eaten_by_a_bear");
        work.answers().clear();
    }),
    (&["judged_differently"], SHELTER, &[], |work| {
        work.set("BUS-10", &json!({ "value": 3 }));
        work.files.push(("overview", json!({ "item_path": "BUS-10" })));
    }),
    (&["answer_missing"], SHELTER, &[], |work| work.skip("BUS-03")),
    (&["answer_hidden"], CLINIC, &[], |work| {
        work.answers().push(json!({ "item": "CLN-09", "instance_key": "", "result": "pass", "value": null }));
    }),
    (&["answer_twice"], SHELTER, &[], |work| {
        let again = work.answer("BUS-01").clone();
        work.answers().push(again);
    }),
    (&["answer_unreadable"], SHELTER, &[], |work| work.set("BUS-10", &json!({ "value": "很好" }))),
    (&["instance_missing"], MARKET, &[], |work| work.set("MKT-07", &json!({ "instance_key": "" }))),
    (&["score_too_high"], SHELTER, &[], |work| work.set("BUS-10", &json!({ "value": 11 }))),
    (&["not_applicable_not_allowed"], SHELTER, &[], |work| {
        work.set("BUS-03", &json!({ "result": "not_applicable", "reason": "没有" }));
    }),
    (&["reason_missing"], SHELTER, &[], |work| {
        work.set("BUS-05", &json!({ "result": "not_observed", "reason": " " }));
    }),
    (&["photo_forbidden"], CLINIC, &[], |work| {
        work.files.push(("overview", json!({ "item_path": "CLN-15" })));
    }),
    (&["text_too_long"], SHELTER, &["BUS-01"], |work| {
        // Twice too long, told once.
        work.payload["note"] = json!("长".repeat(4001));
        work.answer("BUS-01")["findings"][0]["note"] = json!("长".repeat(5000));
    }),
];

/// Raised by the stories below, or in another file.
const ELSEWHERE: &[(&str, &str)] = &[
    ("unknown_site", "flags.rs"),
    ("old_checklist", "flags.rs"),
    ("seen_while_submitted", "flags.rs"),
    ("self_verification", "flags.rs"),
    ("day_passed", "requests.rs"),
    ("on_site_for_severity", "checks.rs"),
    ("signed_time_doubtful", "checks.rs"),
    ("beyond_zero_day", "campaigns.rs"),
    ("day_to_come", "projects.rs"),
    ("asked_too_late", "requests.rs"),
    ("asked_already", "requests.rs"),
    ("other_day_agreed", "requests.rs"),
    ("clock_doubtful", "paper.rs"),
    ("forked", "door_faults.rs"),
    ("device_revoked", "late_phones.rs"),
    ("post_ended", "late_phones.rs"),
    ("sheet_missing", "paper.rs"),
    ("far_from_site", "capture.rs"),
    ("border", "places/found.rs"),
    ("outside_county_place", "places/found.rs"),
    ("no_place", "places/found.rs"),
    ("correction_after_issue", "corrections.rs"),
    ("correction_late", "corrections.rs"),
    ("unknown_round", "foreign.rs"),
    ("same_as_before", "evidence.rs"),
    ("same_as_other", "evidence.rs"),
    ("on_site_needed", "evidence.rs"),
    ("damaged_file", "photos.rs"),
    ("not_a_photo", "capture.rs"),
    ("type_differs", "capture.rs"),
    ("unusual_size", "photos.rs"),
    ("no_preview", "capture.rs"),
    ("not_opened", "photos.rs"),
    ("voice_too_long", "capture.rs"),
];

/// The clinics' list with a question that is only asked when another one has failed: a new version of it.
async fn change_the_clinics_list(world: &World) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/demo");
    let text = std::fs::read(demo.join("checklists.json")).expect("the demo's lists");
    let mut library: Value = serde_json::from_slice(&text).expect("JSON");
    let kinds = library["site_kinds"].as_array_mut().expect("kinds");
    let clinics = kinds.iter_mut().find(|kind| kind["kind"] == "clinic").expect("clinics");
    let items = clinics["items"].as_array_mut().expect("items");
    let item = items.iter_mut().find(|item| item["code"] == "CLN-09").expect("an item");
    item["visible_if"] = json!({ "==": [{ "var": "CLN-07" }, false] });
    let pictures = std::fs::read_dir(demo.join("examples")).expect("pictures").flatten().map(|entry| {
        let name = entry.file_name().into_string().expect("a name");
        (name, std::fs::read(entry.path()).expect("a picture"))
    });
    let pictures = examples::pictures(pictures.collect()).expect("pictures that open");
    let library = Library::parse(library.to_string().as_bytes(), &pictures).expect("checklists");
    world.server().app().import_checklists(&Caller::system(None), &library).await.expect("imported");
}

/// Closes a site; nothing but the register's keeper may, and it has no door yet.
async fn close(world: &World, site: &Site) {
    let code = site.row["code"].as_str().expect("a code").to_owned();
    let app = world.server().app();
    let sql = format!("UPDATE site SET status = 'retired' WHERE code = '{code}'");
    let written = app.store.write(async |tx| {
        tx.raw().execute_unprepared(&sql).await.expect("closed");
        Ok::<_, lalian::store::Error>(())
    });
    written.await.expect("written");
}

/// Seals and sends it, photos too, and looks at what became of it from both sides.
async fn sent(inspector: &Actor, office: &Actor, number: usize, work: Work) -> Answer {
    let steady = (work.made_at - work.heard_at).min(work.now - work.heard_at);
    let clock = json!({
        "tz": "Asia/Shanghai", "boot_id": "boot-1", "last_server_at": stamp(work.heard_at),
        "device_at_last_server": stamp(work.heard_at), "monotonic_ms": steady.num_milliseconds(),
    });
    let mut draft = inspector.draft("inspection.submit/1", work.payload);
    draft = draft.with("made_at", json!(stamp(work.made_at))).with("clock", clock);
    for (nth, (role, entry)) in (0..).zip(work.files) {
        draft = draft.file(role, photo::tiny(20_000 + number as u64 * 100 + nth), entry);
    }
    let mut sealed = draft.seal();
    if !work.signed {
        sealed.signature = None;
    }
    let answer = inspector.put(&sealed).await.expect(201);
    assert_eq!(
        (answer.at("/status"), answer.at("/outcome")),
        (json!("accepted"), json!("applied")),
        "{answer}"
    );
    let waits = answer.at("/missing").as_array().map_or(0, Vec::len);
    assert_eq!(waits, sealed.photos.len(), "{answer}");
    assert_eq!(answer.at("/receipt").is_null(), waits > 0, "a receipt, or files to wait for: {answer}");
    inspector.upload_missing(&sealed, &answer.at("/missing")).await;
    assert_eq!(inspector.verified_receipt(&sealed).await["status"], "accepted");

    let listed = office.list("/api/v1/operations?status=flagged").await;
    let row = listed.iter().find(|row| row["operation_id"] == json!(sealed.id));
    assert_eq!(
        row.map(|row| row["flags"].clone()),
        Some(answer.at("/flags")).filter(|flags| *flags != json!([]))
    );
    answer
}

fn told(answer: &Answer) -> BTreeSet<String> {
    flags(answer).into_iter().collect()
}

stories! {
    async fn a_visit_with_one_thing_wrong_is_taken_in_and_says_what(world: World) {
        // The demo's posts begin with it; what is sealed days late should still be its author's.
        world.clock.advance(TimeDelta::days(4));
        let inspector = world.inspector().await;
        let before = world.site(&inspector, CLINIC.0, CLINIC.1).await;
        change_the_clinics_list(&world).await;
        let closed = world.site(&inspector, CLOSED.0, CLOSED.1).await;
        close(&world, &closed).await;
        // What operations are judged by is looked at again after some seconds.
        world.clock.advance(TimeDelta::seconds(10));
        let (office, mut wrong) = (world.office().await, Vec::new());
        for (number, (codes, (kind, township), fails, spoil)) in TABLE.iter().enumerate() {
            let site = if (*kind, *township) == CLOSED { closed.clone() } else { world.site(&inspector, kind, *township).await };
            let visit = site.visit(&inspector, fails);
            let files = fails.iter().map(|item| ("before", json!({ "item_path": item }))).collect();
            let now = inspector.now();
            let mut work = Work { payload: visit.payload, files, now, made_at: now, heard_at: now, signed: true };
            if *kind == CLINIC.0 {
                work.skip("CLN-09");
            }
            spoil(&mut work);
            let answer = sent(&inspector, &office, number, work).await;
            let expected: BTreeSet<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            if told(&answer) != expected {
                wrong.push(format!("row {number} {codes:?}: {}", answer.at("/flags")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));

        // The list that the phone had before the change is an older one, and its answers are judged by it.
        let visit = before.visit(&inspector, &[]);
        let now = inspector.now();
        let work = Work { payload: visit.payload, files: Vec::new(), now, made_at: now, heard_at: now, signed: true };
        let answer = sent(&inspector, &office, 90, work).await;
        assert_eq!(flags(&answer), ["old_checklist"], "{answer}");
    }

    async fn a_report_of_a_site_that_nobody_knows_is_taken_in(world: World) {
        let inspector = world.inspector().await;
        let payload = json!({
            "finding_id": fresh_id(), "site_id": fresh_id(), "item_code": null, "instance_key": "", "title": "新站牌坏了", "note": "",
            "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
        });
        let sealed = inspector.draft("finding.report/1", payload).seal();
        let answer = inspector.put(&sealed).await.expect(201);
        assert_eq!(told(&answer), ["no_place", "unknown_site"].map(str::to_owned).into());
        assert_eq!(inspector.verified_receipt(&sealed).await["status"], "accepted");
        let listed = world.office().await.list("/api/v1/operations?status=flagged").await;
        assert!(listed.iter().any(|row| row["operation_id"] == json!(sealed.id)), "{listed:?}");
    }

    async fn what_is_seen_or_checked_while_a_repair_waits_says_so(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 300).await;
        let (attempt, _) = repaired(&world, id, 31_000).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;

        let colleague = world.phone_of(Role::Inspector, 1).await;
        let visit = world.site(&colleague, "bus_shelter", 0).await.visit(&colleague, &["BUS-01"]);
        let sealed = visit.draft(&colleague, 301).seal();
        let (seen, _) = colleague.send(&sealed).await;
        assert_eq!(flags(&seen), ["seen_while_submitted"], "{seen}");

        let passed = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": false, "position": null });
        let own = command(&inspector, "ticket.verify/1", id, passed).await;
        assert_eq!((flags(&own), own.at("/outcome"), own.at("/current/state")), (vec!["self_verification".to_owned()], json!("conflict"), json!("submitted")), "{own}");
        assert!(own.at("/receipt").is_string(), "{own}");
        let listed = world.office().await.list("/api/v1/operations?status=flagged").await;
        for id in [seen.at("/operation_id"), own.at("/operation_id")] {
            assert!(listed.iter().any(|row| row["operation_id"] == id), "{listed:?}");
        }
    }
}

#[test]
fn every_code_is_raised_by_some_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("api");
    for (code, file) in ELSEWHERE {
        let text = std::fs::read_to_string(folder.join(file)).expect("the file that tests it");
        assert!(text.contains(&format!("\"{code}\"")), "{file} tests nothing of {code}");
    }
    let here = TABLE.iter().flat_map(|(codes, ..)| codes.iter().copied());
    let raised: BTreeSet<&str> = here.chain(ELSEWHERE.iter().map(|(code, _)| *code)).collect();
    let known: BTreeSet<&str> = FlagCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(raised, known, "left: raised by tests; right: every code");
}
