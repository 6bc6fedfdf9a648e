//! A new county from one file, and what an office may do for its own.

use super::{apply, archive, bring, bring_as, counts, refused, undo, with_checklists, workbook};
use lalian::domain::people::role::Role;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};

/// A county of one township and two villages, with a site and four people.
fn county() -> Vec<u8> {
    workbook(&[
        ("县", &[&["区划代码", "名称", "检查人员称呼"], &["520102", "新　县", "督查员"]]),
        (
            "区划",
            &[
                &["区划代码", "名称", "级别"],
                &["520102001001", "东村", "村"],
                &["520102001000", "城关镇", ""],
                &["５２０１０２００１００２", "西村", "社区"],
            ],
        ),
        (
            "点位",
            &[
                &["点位编码*", "点位类型*", "名称", "村（社区）", "经度", "纬度", "备注"],
                &["N-1", "public_toilet", "东村公厕", "东村", "106.71", "26.58", "新修"],
            ],
        ),
        (
            "人员",
            &[
                &["姓名", "手机号", "岗位", "单位", "开始日期"],
                &["甲", "13900000001", "县办公室", "", "2026年1月1日"],
                &["乙", "13900000002", "检查人员", "新县", ""],
                &["丙", "139 0000 0003", "乡镇经办人员", "城关镇", ""],
                &["丁", "13900000004", "村（社区）干部", "城关镇/西村", ""],
                &["丁", "13900000004", "村（社区）干部", "东村", ""],
            ],
        ),
        ("说明", &[&["模板自带的说明"]]),
        ("备忘", &[&["随便写点什么"]]),
    ])
}

stories! {
    async fn a_county_from_one_file_comes_in_once_and_goes_again(world: World) {
        let admin = world.desk(Role::PlatformAdmin).await;
        let file = with_checklists(&[("全县.xlsx", &county())]);
        let seen = bring(&admin, "全县.zip", &file).await.expect(201).json();
        assert_eq!(refused(&admin, &seen).await, [], "{seen}");
        assert_eq!(seen["state"], "preview");
        assert_eq!((&seen["can_apply"], &seen["county_id"]), (&json!(true), &Value::Null));
        assert_eq!(counts(&seen, "county"), Some([1, 0, 0, 0]));
        assert_eq!(counts(&seen, "divisions"), Some([3, 0, 0, 0]));
        assert_eq!(counts(&seen, "sites"), Some([1, 0, 0, 0]));
        assert_eq!(counts(&seen, "people"), Some([4, 1, 0, 0]), "the second post of one person changes what the first row made");
        assert_eq!(seen["notes"].as_array().map(Vec::len), Some(1), "one sheet was not read: {seen}");
        let row = &admin.list(&format!("/api/v1/imports/{}/rows?sheet=county", crate::setup::id(&seen))).await[0];
        assert_eq!((&row["name"], row["notes"].as_array().map(Vec::len)), (&json!("新县"), Some(1)), "the changed name is told");
        assert_eq!(admin.list("/api/v1/people?q=13900000001").await.len(), 0, "a look writes nothing");

        let done = apply(&admin, &seen, false).await.expect(200).json();
        assert_eq!((&done["state"], &done["can_undo"], &done["refreshed"]), (&json!("applied"), &json!(true), &json!(false)), "{done}");
        apply(&admin, &seen, false).await.expect_problem(409, "wrong_state");
        let people = admin.list("/api/v1/people?q=1390000000").await;
        assert_eq!(people.len(), 4);
        assert!(people.iter().all(|person| person["has_password"] == false && person["county_id"] == done["county_id"]));
        let cadre = people.iter().find(|person| person["name"] == "丁").expect("丁");
        assert_eq!(cadre["posts"].as_array().map(Vec::len), Some(2), "{cadre}");

        let again = bring(&admin, "全县.zip", &file).await.expect(201).json();
        for (sheet, rows) in [("county", 1), ("divisions", 3), ("sites", 1), ("people", 5)] {
            assert_eq!(counts(&again, sheet), Some([0, 0, rows, 0]), "{sheet}");
        }
        assert_eq!(again["can_apply"], false);
        apply(&admin, &again, false).await.expect_problem(409, "wrong_state");

        let gone = undo(&admin, &done).await.expect(200).json();
        assert_eq!((&gone["state"], &gone["county_id"]), (&json!("undone"), &Value::Null));
        undo(&admin, &done).await.expect_problem(409, "wrong_state");
        assert_eq!(admin.list("/api/v1/people?q=1390000000").await.len(), 0);
        let anew = bring(&admin, "全县.zip", &file).await.expect(201).json();
        assert_eq!(counts(&anew, "people"), Some([4, 1, 0, 0]), "everything is new again");
        apply(&admin, &anew, false).await.expect(200);
    }

    async fn an_office_gives_by_a_file_no_more_than_by_hand(world: World) {
        let office = world.office().await;
        let admin = world.logins(Role::PlatformAdmin)[0].login.clone();
        let township = world.township(0, Role::DeskOfficer).await.me["posts"][0]["unit_name"].as_str().expect("a name").to_owned();
        let lines = format!(
            "login,name,role,unit\nboss,老板,platform_admin,\n{admin},冒名,office,\nnew1,新人,desk_officer,{township}\nnew2,新人,desk_officer,没有镇\nnew3,新人,书记,\nnew1,新人,desk_officer,{township}\nnew1,别名,inspector,\n"
        );
        let seen = bring(&office, "people.csv", lines.as_bytes()).await.expect(201).json();
        let why: Vec<(i64, String)> = refused(&office, &seen).await.into_iter().map(|(_, row, field, _)| (row, field)).collect();
        let expected = [(2, "role"), (3, "login"), (5, "unit"), (6, "role"), (7, "login"), (8, "login")];
        assert_eq!(why, expected.map(|(row, field)| (row, field.to_owned())));
        let problem = apply(&office, &seen, false).await.expect_problem(422, "import_refused");
        assert_eq!(problem.at("/errors").as_array().map(Vec::len), Some(6), "{problem}");
        assert_eq!(office.list("/api/v1/people?q=new1").await.len(), 0, "all or nothing");
        apply(&office, &seen, true).await.expect(200);
        assert_eq!(office.list("/api/v1/people?q=new1").await.len(), 1);

        let foreign = workbook(&[
            ("县", &[&["code", "name"], &["520102000000", "别县"]]),
            ("区划", &[&["code", "name"], &["520102001000", "别镇"], &["520102001001", "别村"]]),
        ]);
        let seen = bring(&office, "a.xlsx", &foreign).await.expect(201).json();
        assert_eq!((&seen["state"], &seen["can_apply"]), (&json!("refused"), &json!(false)));
        let why = refused(&office, &seen).await;
        assert!(why[0].3.contains("another county") && why[1].3.contains("not this county"), "{why:?}");
        // Another county's import is not there.
        let theirs = bring(&world.desk(Role::PlatformAdmin).await, "a.xlsx", &foreign).await.expect(201).json();
        office.http.get(&format!("/api/v1/imports/{}", crate::setup::id(&theirs))).await.expect_problem(404, "not_found");
        apply(&office, &theirs, true).await.expect_problem(404, "not_found");
        undo(&office, &theirs).await.expect_problem(404, "not_found");
    }

    async fn the_same_key_is_the_same_import_and_other_bytes_are_not(world: World) {
        let office = world.office().await;
        let (key, csv) = (fresh_id().to_string(), "login,name,role,unit\nk1,某人,inspector,\n");
        let once = bring_as(&office, "people.csv", csv.as_bytes(), &key, "wgs84").await.expect(201).json();
        let twice = bring_as(&office, "people.csv", csv.as_bytes(), &key, "wgs84").await.expect(201).json();
        assert_eq!(once, twice);
        bring_as(&office, "people.csv", b"login,name,role,unit\nk2,other,inspector,\n", &key, "wgs84").await.expect_problem(409, "id_reused");
        let http = office.http.with("idempotency-key", &fresh_id().to_string());
        let path = format!("/api/v1/imports/{}/apply", crate::setup::id(&once));
        let first = http.post(&path, &json!({})).await.expect(200).json();
        assert_eq!(http.post(&path, &json!({})).await.expect(200).json(), first, "a lost answer is told again");
        assert_eq!(office.list("/api/v1/people?q=k1").await.len(), 1);
    }

    async fn of_two_who_apply_the_same_file_one_writes(world: World) {
        let office = world.office().await;
        let csv = "login,name,role,unit\ntwin-a,某人,inspector,\ntwin-b,某人,inspector,\n";
        let one = bring(&office, "people.csv", csv.as_bytes()).await.expect(201).json();
        let other = bring(&office, "people.csv", csv.as_bytes()).await.expect(201).json();
        let (a, b) = tokio::join!(apply(&office, &one, false), apply(&office, &other, false));
        let answers = [a.expect(200).json(), b.expect(200).json()];
        let written = answers.iter().filter(|view| view["state"] == "applied").count();
        assert_eq!(written, 1, "{answers:?}");
        let late = answers.iter().find(|view| view["state"] != "applied").expect("the other one");
        assert_eq!((&late["refreshed"], counts(late, "people")), (&json!(true), Some([0, 0, 2, 0])), "it was worked out again");
        assert_eq!(office.list("/api/v1/people?q=twin-a").await.len(), 1);
        let (a, b) = tokio::join!(apply(&office, &one, false), apply(&office, &one, false));
        assert_eq!((a.status, b.status), (409, 409));
    }

    async fn the_template_can_be_filled_in_and_read(world: World) {
        let office = world.office().await;
        let template = office.http.get("/api/v1/imports/template.xlsx").await.expect(200);
        let seen = bring(&office, "template.xlsx", &template.bytes).await;
        // Empty sheets hold nothing to import; what it must not be is unreadable.
        seen.expect_problem(422, "import_refused");
        let zip = archive(&[("template.xlsx", &template.bytes), ("people.csv", b"login,name,role,unit\nt1,\xe6\x9f\x90,inspector,\n")]);
        let seen = bring(&office, "all.zip", &zip).await.expect(201).json();
        assert_eq!(counts(&seen, "people"), Some([1, 0, 0, 0]));
        assert_eq!(seen["notes"], json!([]), "its own sheets that only explain are passed over in silence");
    }
}
