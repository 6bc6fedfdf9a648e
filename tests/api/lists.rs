//! Every list is taken along as it stands on its screen: its rows, in its order, as it is narrowed, for the eyes of its reader.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian::domain::reports::lists::List;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, found, issue, repaired, round};
use lalian_tests::http::{Answer, send};
use lalian_tests::phone::fresh_id;
use lalian_tests::sheet::Sheet;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

async fn post(actor: &Actor, path: &str, body: Value) -> Answer {
    actor.http.with("idempotency-key", &fresh_id().to_string()).post(&format!("/api/v1{path}"), &body).await
}

/// A screen's rows beside the workbook of the same list: what stands in this field of each row, and under this title.
struct Pair<'a> {
    /// The screen's address, and where its rows stand in the answer.
    screen: String,
    rows: &'a str,
    field: &'a str,
    list: &'a str,
    query: String,
    title: &'a str,
}

impl Pair<'_> {
    /// Both sides for this reader, which must be the same; answers what they say.
    async fn same(&self, actor: &Actor) -> Vec<String> {
        let answer = actor.http.get(&format!("/api/v1{}", self.screen)).await.expect(200);
        let rows = answer.at(self.rows);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let shown = |row: &Value| row.pointer(self.field).filter(|value| !value.is_null()).map(text);
        let rows = rows.as_array().unwrap_or_else(|| panic!("{answer}"));
        let wanted: Vec<String> = rows.iter().map(|row| shown(row).unwrap_or_default()).collect();
        let sheet = Sheet::of(actor, self.list, &self.query).await;
        assert_eq!(sheet.column(self.title), wanted, "{}{}", self.list, self.query);
        assert!(
            sheet.xml.contains("autoFilter") && !sheet.xml.contains("<f>") && !sheet.xml.contains("<f "),
            "{}",
            self.list
        );
        assert!(sheet.lines().iter().any(|line| line.contains("示例数据")), "{:?}", sheet.lines());
        wanted
    }
}

/// `list` of the same words as its address, narrowed by the same query.
fn pair<'a>(
    screen: &str,
    query: &str,
    (rows, field): (&'a str, &'a str),
    (list, title): (&'a str, &'a str),
) -> Pair<'a> {
    Pair { screen: format!("{screen}{query}"), rows, field, list, query: query.to_owned(), title }
}

async fn close(world: &World, id: Uuid, seed: u64) {
    let (attempt, _) = repaired(world, id, seed).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    let passed = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null });
    applied(&world.office().await, "ticket.verify/1", id, passed).await;
}

/// Faults of the first township that it has accepted.
async fn accepted(world: &World, fails: &[&str], seed: u64) -> Vec<Uuid> {
    let inspector = world.inspector().await;
    let ids = found(world, &inspector, fails, seed).await;
    let officer = world.township(0, Role::DeskOfficer).await;
    for id in &ids {
        issue(world, *id, 0).await;
        applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
    }
    ids
}

async fn set(office: &Actor, group: &str, name: &str, value: Value) {
    let seen = office.http.get("/api/v1/settings").await.expect(200).json();
    let mut settings = seen["settings"].clone();
    settings[group][name] = value;
    let put = office.http.request(reqwest::Method::PUT, "/api/v1/settings");
    let body = json!({ "version": seen["version"], "settings": settings, "reason": "试" });
    send(put.header("idempotency-key", fresh_id().to_string()).json(&body)).await.expect(200);
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<FixedOffset>>().expect("an instant").with_timezone(&Utc)
}

stories! {
    async fn each_list_is_for_the_roles_that_read_it_and_no_other(world: World) {
        for role in Role::ALL {
            let actor = world.desk(role).await;
            for list in List::ALL {
                let query = if matches!(list, List::Campaign | List::LookBack) { format!("?id={}", fresh_id()) } else { String::new() };
                let answer = actor.http.get(&format!("/api/v1/lists/{}.xlsx{query}", list.slug())).await;
                if !list.action().allows(role) {
                    answer.expect_problem(403, "forbidden");
                } else if query.is_empty() {
                    // The platform's administrators belong to no county: what is a county's is not theirs.
                    assert!(answer.status == 200 || (role == Role::PlatformAdmin && answer.status == 403), "{role:?} {list:?}: {answer}");
                } else {
                    answer.expect_problem(404, "not_found");
                }
            }
        }
        let office = world.office().await;
        office.http.get("/api/v1/lists/nothing.xlsx").await.expect_problem(404, "not_found");
        office.http.get("/api/v1/lists/zero.xlsx?lang=fr").await.expect_problem(400, "malformed");
        office.http.get("/api/v1/lists/campaign.xlsx").await.expect_problem(400, "malformed");
        office.http.get("/api/v1/lists/gaps.xlsx?kind=all").await.expect_problem(400, "malformed");
        assert!(Sheet::of(&office, "zero", "?lang=en").await.xml.contains("Example data"));
    }

    async fn boards_are_taken_along(world: World) {
        let ids = accepted(&world, &["BUS-01", "BUS-03", "BUS-05"], 41_000).await;
        close(&world, ids[0], 41_010).await;
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let neighbour = world.township(1, Role::DeskOfficer).await;

        let zero = |field, title| pair("/figures/zero", "", ("/townships", field), ("zero", title));
        let all = zero("/name", "乡镇（街道）").same(&office).await;
        assert!(all.len() > 2);
        for (field, title) in [("/open", "未清零"), ("/submitted", "待核查"), ("/overdue", "逾期"), ("/opened", "新发现"), ("/closed", "已销号")] {
            zero(field, title).same(&office).await;
        }
        assert!(Sheet::of(&office, "zero", "").await.lines()[0].contains("挂账 0 件"), "on hold is no zero");
        let own = zero("/name", "乡镇（街道）").same(&officer).await;
        let theirs = zero("/name", "乡镇（街道）").same(&neighbour).await;
        assert!(own.len() == 1 && theirs.len() == 1 && own != theirs, "{own:?} {theirs:?}");

        // Campaigns: a draft is the office's; text is never a formula, whatever it begins with.
        for name in ["=1+1", "+1", "-1", "@a"] {
            post(&office, "/campaigns", json!({ "name": name, "deadline_day": "2026-11-30" })).await.expect(201);
        }
        let scope = json!({ "honour_level": null, "site_kinds": ["bus_shelter"], "township_ids": [world.township_id(0).await] });
        let made = post(&office, "/campaigns", json!({ "name": "月底清零", "scope": scope, "deadline_day": "2026-11-30" })).await.expect(201);
        let id = made.text("/id");
        post(&office, &format!("/campaigns/{id}/start"), json!({ "version": 1 })).await.expect(200);
        let campaigns = |query| pair("/campaigns", query, ("/items", "/name"), ("campaigns", "名称"));
        assert_eq!(campaigns("").same(&office).await.len(), 5);
        assert_eq!(campaigns("?state=draft").same(&office).await.len(), 4);
        assert_eq!(campaigns("").same(&officer).await, ["月底清零"]);
        assert!(Sheet::of(&office, "campaigns", "?state=running").await.column("范围")[0].contains('·'), "kinds and places in words");
        let board = |field, title| Pair {
            screen: format!("/campaigns/{id}/board"), rows: "/townships", field, list: "campaign", query: format!("?id={id}"), title,
        };
        assert_eq!(board("/name", "乡镇（街道）").same(&office).await.len(), 1);
        board("/baseline", "底数").same(&office).await;
        assert_eq!(board("/open", "整改中").same(&officer).await, ["2"]);
        assert!(board("/name", "乡镇（街道）").same(&neighbour).await.is_empty(), "nothing of theirs");
        assert!(Sheet::of(&office, "campaign", &format!("?id={id}")).await.lines()[0].contains("月底清零"));

        // Looking back: the draws, and what one drew in this state.
        set(&office, "checks", "look_back_percent", json!(100)).await;
        let span = json!({ "from_day": "2026-11-23", "to_day": "2026-11-23" });
        let draw = post(&office, "/look-backs", span).await.expect(201).text("/id");
        pair("/look-backs", "", ("/items", "/seed"), ("look-backs", "种子")).same(&office).await;
        let drawn = |query: &str| Pair {
            screen: format!("/look-backs/{draw}"), rows: "/items", field: "/number", list: "look-back", query: format!("?id={draw}{query}"), title: "编号",
        };
        assert_eq!(drawn("&state=waiting").same(&office).await.len(), 1);
        assert_eq!(Sheet::of(&office, "look-back", &format!("?id={draw}&state=held")).await.rows(), 0);
        officer.http.get(&format!("/api/v1/lists/look-back.xlsx?id={draw}")).await.expect_problem(403, "forbidden");
        let taken = office.list("/api/v1/audit?noun=lists").await;
        assert!(taken.iter().any(|line| line["object_id"] == "campaign" && line["hash_after"].is_string()), "{taken:?}");
    }

    async fn duties_and_honours_are_taken_along(world: World) {
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let (ours, theirs) = (world.township_id(0).await, world.township_id(1).await);
        for (township, level) in [(ours, "county"), (ours, "city"), (theirs, "county")] {
            let site = office.list(&format!("/api/v1/sites?township_id={township}")).await[0]["id"].clone();
            let title = json!({ "subject_kind": "site", "subject_id": site, "level": level, "title": "=文明单位", "year": 2024 });
            post(&office, "/honours", title).await.expect(201);
        }
        let honours = |query: &str, field, title| pair("/honours", query, ("/items", field), ("honours", title));
        assert_eq!(honours("", "/subject_name", "地方").same(&office).await.len(), 3);
        assert_eq!(honours("?level=county", "/title", "荣誉").same(&office).await.len(), 2);
        assert_eq!(honours(&format!("?township_id={theirs}"), "/township_name", "乡镇（街道）").same(&office).await.len(), 1);
        assert_eq!(honours("", "/subject_name", "地方").same(&officer).await, honours(&format!("?township_id={ours}"), "/subject_name", "地方").same(&office).await);

        let gaps = |query: &str| pair("/duties/gaps", query, ("/items", "/unit_name"), ("gaps", "单位"));
        let all = gaps("").same(&office).await;
        let own = gaps("").same(&officer).await;
        assert!(!own.is_empty() && own.len() < all.len(), "{} of {}", own.len(), all.len());
        assert_eq!(gaps(&format!("?township_id={ours}")).same(&office).await, own);
        let kinds = Sheet::of(&office, "gaps", "?kind=no_liaison").await.column("缺什么");
        assert_eq!(kinds, ["没有专人", "没有专人"], "narrowed as the screen narrows");
        let unready = pair("/duties/gaps", "", ("/unready", "/unit_name"), ("unready", "单位"));
        let units = unready.same(&office).await;
        assert!(units.len() > 2 && unready.same(&officer).await.len() < units.len());
        let named = Sheet::of(&office, "unready", &format!("?q={}", units[0])).await;
        assert!(named.column("单位").contains(&units[0]) && named.rows() < units.len());
        let lacking = Sheet::of(&office, "unready", "?lack=no_holder").await;
        assert!(lacking.column("缺什么").iter().all(|text| text.contains("没有人")), "{lacking:?}");

        set(&office, "duties", "self_check_day", json!(20)).await;
        let checks = |query: &str| pair("/duties/self-checks", query, ("/townships", "/township_name"), ("self-checks", "乡镇（街道）"));
        assert!(checks("?month=2026-11").same(&office).await.len() >= 2);
        let sites = |query: &str| pair("/duties/self-checks", query, ("/items", "/code"), ("self-check-sites", "编号"));
        let own = sites("").same(&officer).await;
        assert!(!own.is_empty());
        assert_eq!(sites(&format!("?township_id={ours}")).same(&office).await, own);
        officer.http.get(&format!("/api/v1/lists/self-check-sites.xlsx?township_id={theirs}")).await.expect_problem(404, "not_found");

        accepted(&world, &["BUS-01"], 42_000).await;
        world.clock.advance(TimeDelta::days(14));
        let idle = pair("/duties/no-progress", "", ("/items", "/township_name"), ("no-progress", "乡镇（街道）"));
        assert!(!idle.same(&world.office().await).await.is_empty());
        let own = idle.same(&world.township(0, Role::DeskOfficer).await).await;
        assert_eq!(own.len(), 1);
        assert!(!idle.same(&world.township(1, Role::DeskOfficer).await).await.contains(&own[0]));
    }

    async fn the_desks_lists_are_taken_along(world: World) {
        let ids = accepted(&world, &["BUS-01", "BUS-03"], 43_000).await;
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let neighbour = world.township(1, Role::DeskOfficer).await;

        // Rounds: what a township does not know of is not in its workbook.
        round(&office, "announced", "after_look").await;
        round(&office, "unannounced", "at_once").await;
        let rounds = pair("/rounds", "", ("/items", "/name"), ("rounds", "名称"));
        assert_eq!(rounds.same(&office).await.len(), 2);
        assert_eq!(rounds.same(&officer).await.len(), 1);
        assert_eq!(Sheet::of(&office, "rounds", "").await.column("方式").iter().filter(|one| *one == "暗访").count(), 1);

        // Feedback: the office its county's, everybody else their own.
        for (actor, text) in [(&officer, "=字太小"), (&neighbour, "@看不懂")] {
            post(actor, "/feedback", json!({ "text": text, "screen": "整改单", "app_version": "1.0" })).await.expect(201);
        }
        let first = office.list("/api/v1/feedback").await.into_iter().find(|row| row["text"] == "=字太小").expect("told");
        post(&office, &format!("/feedback/{}/replies", id_of(&first["id"])), json!({ "text": "可以调大" })).await.expect(201);
        let feedback = |query: &str| pair("/feedback", query, ("/items", "/text"), ("feedback", "意见"));
        assert_eq!(feedback("").same(&office).await.len(), 2);
        assert_eq!(feedback("?state=answered").same(&office).await, ["=字太小"]);
        assert_eq!(feedback("").same(&neighbour).await, ["@看不懂"]);
        assert!(Sheet::of(&office, "feedback", "?state=answered").await.column("回复")[0].ends_with(": 可以调大"));

        // Photo hints: one photo for two tickets.
        for id in &ids {
            repaired(&world, *id, 43_010).await;
        }
        let hints = async || office.list("/api/v1/photo-flags").await;
        for _ in 0..600 {
            if !hints().await.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let flags = |query: &str| pair("/photo-flags", query, ("/items", "/zh"), ("photo-flags", "提示"));
        let code = hints().await[0]["code"].as_str().expect("a hint").to_owned();
        assert!(!flags(&format!("?code={code}")).same(&office).await.is_empty());
        flags("?overruled=false").same(&office).await;
        assert!(flags("?overruled=true").same(&office).await.is_empty());

        // Colours: the office all, a township what was published.
        world.clock.set(at("2026-12-01T10:00:00+08:00"));
        let office = world.office().await;
        post(&office, "/colours/proposals", json!({ "month": "2026-11" })).await.expect(200);
        let colours = |query: &str| pair("/colours", query, ("/items", "/township_name"), ("colours", "乡镇（街道）"));
        assert!(colours("?from=2026-11&to=2026-11").same(&office).await.len() > 2);
        let ours = world.township_id(0).await;
        assert_eq!(colours(&format!("?from=2026-11&to=2026-11&township_id={ours}")).same(&office).await.len(), 1);
        assert!(colours("").same(&world.township(0, Role::DeskOfficer).await).await.is_empty(), "not published");
    }
}
