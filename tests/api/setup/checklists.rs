//! Checklists from a sheet that an office fills in: new, changed, the same again, refused as a whole, and taken back.

use super::{Sheet, apply, archive, bring, counts, id, refused, undo, with_library, workbook};
use lalian::domain::import::sheet::{EXAMPLES, SheetKind};
use lalian_tests::actor::Actor;
use lalian_tests::stories;
use lalian_tests::world::World;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

const HEAD: &[&str] = &["清单*", "编号*", "检查内容*", "分组", "选项", "严重程度", "主管部门", "整改期限"];
const OPEN: &[&str] = &[
    "乡镇书屋",
    "SHU-01",
    "按公示时间开门",
    "门口",
    "开门；关门（不合格）；长期关门（不合格，重点，10天）",
    "",
    "某某馆",
    "5",
];
const SHELF: &[&str] = &["乡镇书屋", "ＳＨＵ－０２", "书架　完好", "屋里", "", "重点", "某某馆", "８"];

fn book(rows: &[&[&str]]) -> Vec<u8> {
    let sheet: Sheet<'_> = ("清单", rows);
    workbook(&[sheet])
}

/// The newest version of a kind's checklist.
async fn newest(office: &Actor, kind: &str) -> Option<Value> {
    let mut found = office.list(&format!("/api/v1/checklists?site_kind={kind}")).await;
    (!found.is_empty()).then(|| found.remove(0))
}

async fn rows(office: &Actor, view: &Value) -> Vec<Value> {
    office.list(&format!("/api/v1/imports/{}/rows", id(view))).await
}

stories! {
    async fn a_checklist_from_a_sheet_is_new_changed_the_same_and_gone_again(world: World) {
        let office = world.office().await;
        let first = book(&[HEAD, OPEN, SHELF]);
        let seen = bring(&office, "a.xlsx", &first).await.expect(201).json();
        assert_eq!(refused(&office, &seen).await, [], "{seen}");
        assert_eq!(counts(&seen, "checklists"), Some([2, 0, 0, 0]));
        let told = rows(&office, &seen).await;
        assert!(told[0]["notes"].to_string().contains("某某馆"), "the department that is made is told: {told:?}");
        assert_eq!((&told[1]["key"], &told[1]["row"]), (&json!("SHU-02"), &json!(3)));
        assert!(newest(&office, "shu").await.is_none(), "a look writes nothing");
        let made = apply(&office, &seen, false).await.expect(200).json();

        let list = newest(&office, "shu").await.expect("a checklist");
        let (body, items) = (&list["body"], &list["body"]["items"]);
        assert_eq!((&body["zh"], &body["code_prefix"], &body["total_weight"], &list["no"]), (&json!("乡镇书屋"), &json!("SHU"), &json!(2), &json!(1)));
        assert_eq!(body["groups"].as_array().expect("groups").iter().map(|group| &group["zh"]).collect::<Vec<_>>(), ["门口", "屋里"]);
        assert_eq!((&items[0]["answer"], &items[0]["severity"], &items[0]["deadline_days"]), (&json!("choice"), &json!("minor"), &json!(5)));
        assert_eq!((&items[0]["options"][2]["severity"], &items[0]["options"][2]["deadline_days"]), (&json!("major"), &json!(10)));
        assert_eq!((&items[1]["zh"], &items[1]["answer"], &items[1]["photo_on_fail"], &items[1]["static"]), (&json!("书架完好"), &json!("pass_fail"), &json!(true), &json!(true)));
        let department = items[0]["department"].as_str().expect("a key").to_owned();
        assert_eq!(items[1]["department"], department.as_str());
        let units = office.list("/api/v1/departments").await;
        assert!(units.iter().any(|unit| unit.to_string().contains("某某馆")), "{units:?}");

        let again = bring(&office, "a.xlsx", &first).await.expect(201).json();
        assert_eq!((counts(&again, "checklists"), &again["can_apply"]), (Some([0, 0, 2, 0]), &json!(false)));

        // One question changes, one goes, one comes; what an empty cell leaves out stays.
        let other: &[&str] = &["乡镇书屋", "SHU-03", "地面干净", "屋里", "", "", "", ""];
        let less: &[&str] = &["shu", "SHU-02", "书架完好", "", "", "危急", "", ""];
        let seen = bring(&office, "a.xlsx", &book(&[HEAD, less, other])).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([1, 1, 0, 0]), "{seen}");
        let told = rows(&office, &seen).await;
        let severity = json!({"field": "severity", "before": "major", "after": "critical"});
        assert!(told[0]["changes"].as_array().expect("changes").contains(&severity), "{told:?}");
        assert!(told[0]["notes"].to_string().contains("SHU-01"), "what leaves the list is told: {told:?}");
        let changed = apply(&office, &seen, false).await.expect(200).json();
        let list = newest(&office, "shu").await.expect("a checklist");
        assert_eq!((&list["no"], &list["body"]["items"][0]["deadline_days"], &list["body"]["items"][1]["deadline_days"]), (&json!(2), &json!(8), &json!(7)));
        assert_eq!(list["body"]["items"][0]["group"], list["body"]["items"][1]["group"]);
        let same = bring(&office, "a.xlsx", &book(&[HEAD, less, other])).await.expect(201).json();
        assert_eq!(counts(&same, "checklists"), Some([0, 0, 2, 0]));

        undo(&office, &made).await.expect_problem(409, "still_in_use");
        undo(&office, &changed).await.expect(200);
        let list = newest(&office, "shu").await.expect("the former one");
        assert_eq!((&list["no"], &list["status"]), (&json!(1), &json!("active")));
    }

    async fn taken_back_a_checklist_leaves_neither_kind_nor_department(world: World) {
        let office = world.office().await;
        let before = office.list("/api/v1/departments").await.len();
        let seen = bring(&office, "a.xlsx", &book(&[HEAD, OPEN, SHELF])).await.expect(201).json();
        let made = apply(&office, &seen, false).await.expect(200).json();
        assert_eq!(office.list("/api/v1/departments").await.len(), before + 1);
        undo(&office, &made).await.expect(200);
        assert!(newest(&office, "shu").await.is_none());
        assert_eq!(office.list("/api/v1/departments").await.len(), before);
        let kinds = office.list("/api/v1/site-kinds").await;
        assert!(kinds.iter().all(|kind| kind["key"] != "shu"), "{kinds:?}");
    }

    async fn a_department_alone_comes_in_with_checklists_that_are_in_use(world: World) {
        let office = world.office().await;
        let before = office.list("/api/v1/departments").await.len();
        let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/demo/checklists.json");
        let mut library: Value = serde_json::from_slice(&std::fs::read(demo).expect("a file")).expect("JSON");
        let department = json!({ "key": "parks", "zh": "县园林所（示例）", "en": "Parks (example)", "note": "" });
        library["departments"].as_array_mut().expect("departments").push(department);
        // Whoever works there may stand in the same archive.
        let people = "姓名,手机号,岗位,单位\n示例某人,13900001234,县直部门,县园林所（示例）\n".as_bytes();
        let file = with_library(&library.to_string(), &[("people.csv", people)]);
        let seen = bring(&office, "a.zip", &file).await.expect(201).json();
        assert_eq!(refused(&office, &seen).await, [], "{seen}");
        let told = counts(&seen, "checklists").expect("checklists");
        assert_eq!((told[0], told[1], told[3]), (0, 1, 0), "one row tells of it, no checklist is new: {seen}");
        let told = rows(&office, &seen).await;
        assert!(told.iter().any(|row| row["changes"].to_string().contains("县园林所")), "{told:?}");
        let made = apply(&office, &seen, false).await.expect(200).json();
        let units = office.list("/api/v1/departments").await;
        assert_eq!(units.len(), before + 1);
        let parks = units.iter().find(|unit| unit.to_string().contains("县园林所")).expect("the new one");
        let person = office.list("/api/v1/people?q=13900001234").await.remove(0);
        assert_eq!(person["posts"][0]["unit_id"], parks["id"], "{person}");
        assert_eq!(newest(&office, "public_toilet").await.expect("a checklist")["no"], 1, "no new version");
        let again = bring(&office, "a.zip", &file).await.expect(201).json();
        assert_eq!(again["can_apply"], false, "{again}");
        undo(&office, &made).await.expect(200);
        assert_eq!(office.list("/api/v1/departments").await.len(), before);
        // By itself, too.
        let seen = bring(&office, "a.zip", &with_library(&library.to_string(), &[])).await.expect(201).json();
        apply(&office, &seen, false).await.expect(200);
        assert_eq!(office.list("/api/v1/departments").await.len(), before + 1);
    }

    async fn a_department_that_only_has_another_name_is_written_and_put_back(world: World) {
        let office = world.office().await;
        let names = async || -> Vec<String> {
            let units = office.list("/api/v1/departments").await;
            units.iter().map(|unit| unit["name_zh"].as_str().expect("a name").to_owned()).collect()
        };
        let before = names().await;
        let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/demo/checklists.json");
        let mut library: Value = serde_json::from_slice(&std::fs::read(demo).expect("a file")).expect("JSON");
        let all = library["departments"].as_array_mut().expect("departments");
        let one = all.iter_mut().find(|one| one["key"] != "township").expect("a department");
        let former = one["zh"].as_str().expect("a name").to_owned();
        one["zh"] = json!("县某某局（示例）");
        let file = with_library(&library.to_string(), &[]);
        let seen = bring(&office, "a.zip", &file).await.expect(201).json();
        let told = counts(&seen, "checklists").expect("checklists");
        assert_eq!((told[0], told[1], told[3]), (0, 1, 0), "one row tells of it, no checklist is new: {seen}");
        let told = rows(&office, &seen).await;
        assert!(told.iter().any(|row| row["changes"].to_string().contains("县某某局") && row["changes"].to_string().contains(&former)), "{told:?}");
        let done = apply(&office, &seen, false).await.expect(200).json();
        let now = names().await;
        assert!(now.contains(&"县某某局（示例）".to_owned()) && !now.contains(&former) && now.len() == before.len(), "{now:?}");
        assert_eq!(newest(&office, "public_toilet").await.expect("a checklist")["no"], 1, "no new version");
        assert_eq!(bring(&office, "a.zip", &file).await.expect(201).json()["can_apply"], false, "the same file twice changes nothing");
        undo(&office, &done).await.expect(200);
        assert_eq!(names().await, before);
    }

    async fn a_checklist_with_a_fault_is_refused_whole_and_the_row_is_named(world: World) {
        let office = world.office().await;
        let bad: &[&str] = &["乡镇书屋", "SHU-02", "书架完好", "", "", "特急", "", ""];
        let twice: &[&str] = &["便民点", "BM-1", "门口整洁", "", "", "", "", "一周"];
        let typo: &[&str] = &["公共厕锁", "TOI-01", "有标识", "", "", "", "", ""];
        let other: &[&str] = &["公共厕所", "TOI-02", "按时开放", "", "", "", "", ""];
        let nameless: &[&str] = &["", "LY-01", "有人", "", "", "", "", ""];
        let double: &[&str] = &["宣传栏", "XCL-01", "画面完好", "", "", "", "", ""];
        let lone: &[&str] = &["阅报栏", "YB-01", "玻璃完好", "", "完好；破损", "", "", ""];
        let seen = bring(&office, "a.xlsx", &book(&[HEAD, OPEN, bad, twice, typo, nameless, double, double, lone])).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([0, 0, 0, 8]), "{seen}");
        let why = refused(&office, &seen).await;
        let fields: Vec<(i64, &str)> = why.iter().map(|(_, row, field, _)| (*row, field.as_str())).collect();
        let expected = [(2, "checklist"), (3, "severity"), (4, "deadline_days"), (5, "checklist"), (6, "checklist"), (7, "checklist"), (8, "code"), (9, "options")];
        assert_eq!(fields, expected, "{why:?}");
        assert!(why[0].3.contains("row 3"), "{why:?}");
        assert!(why[3].3.contains("no kind"), "{why:?}");
        // The question of the demo is a choice: its code cannot come to mean another kind of answer.
        let kind: &[&str] = &["清单*", "编号*", "检查内容*", "题型"];
        let text: &[&str] = &["public_toilet", "TOI-02", "按时开放", "文字"];
        let seen = bring(&office, "a.xlsx", &book(&[kind, text])).await.expect(201).json();
        let why = refused(&office, &seen).await;
        assert_eq!((why[0].1, why[0].2.as_str()), (2, "answer"), "{why:?}");
        // A key that does not go with the name is told where it stands.
        let keyed: &[&str] = &["清单*", "清单代号", "编号*", "检查内容*"];
        let wrong: &[&str] = &["公共厕所", "toilets", "TOI-02", "按时开放"];
        let seen = bring(&office, "a.xlsx", &book(&[keyed, wrong])).await.expect(201).json();
        let why = refused(&office, &seen).await;
        assert_eq!((why[0].1, why[0].2.as_str()), (2, "checklist_key"), "{why:?}");
        assert!(why[0].3.contains("public_toilet"), "{why:?}");
        // The column is called what the sheet calls it, whatever that is.
        let column = async |head: &[&str], line: &[&str]| {
            let seen = bring(&office, "a.xlsx", &book(&[head, line])).await.expect(201).json();
            rows(&office, &seen).await[0]["faults"][0]["column"].clone()
        };
        assert_eq!(column(keyed, wrong).await, "清单代号");
        let dashless: &[&str] = &["公共厕所", "", "TOI02", "按时开放"];
        for (title, said) in [("编号*", "编号"), ("项目编号", "项目编号"), ("Code", "Code")] {
            assert_eq!(column(&["清单*", "清单代号", title, "检查内容*"], dashless).await, said);
        }
        // A good list beside a bad one comes in when the bad one is left out.
        let seen = bring(&office, "a.xlsx", &book(&[HEAD, OPEN, typo])).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([1, 0, 0, 1]));
        apply(&office, &seen, true).await.expect(200);
        assert!(newest(&office, "shu").await.is_some());
        // What the checklist of the demo has and the sheet cannot say stays: pictures, rules, English.
        let list = newest(&office, "public_toilet").await.expect("a checklist");
        let before = list["body"]["items"].as_array().expect("items").iter().find(|item| item["code"] == "TOI-02").expect("TOI-02").clone();
        let seen = bring(&office, "a.xlsx", &book(&[HEAD, other])).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([0, 1, 0, 0]));
        apply(&office, &seen, false).await.expect(200);
        let list = newest(&office, "public_toilet").await.expect("a checklist");
        let now = &list["body"]["items"][0];
        assert_eq!((&now["options"], &now["guidance_zh"], &now["zh"]), (&before["options"], &before["guidance_zh"], &json!("按时开放")));
    }

    async fn every_checklist_in_use_is_the_same_when_its_questions_are_named(world: World) {
        let office = world.office().await;
        let lists = office.list("/api/v1/checklists?status=active").await;
        let mut cells: Vec<[String; 3]> = Vec::new();
        for list in &lists {
            for item in list["body"]["items"].as_array().expect("items") {
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                cells.push([text(&list["body"]["zh"]), text(&item["code"]), text(&item["zh"])]);
            }
        }
        let texts: Vec<Vec<&str>> = cells.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let mut rows: Vec<&[&str]> = vec![&HEAD[..3]];
        rows.extend(texts.iter().map(Vec::as_slice));
        let seen = bring(&office, "a.xlsx", &book(&rows)).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([0, 0, cells.len() as u64, 0]), "{seen}");
    }

    async fn the_example_of_the_template_is_a_checklist_that_comes_in(world: World) {
        let office = world.office().await;
        let columns = SheetKind::Checklists.columns();
        let head: Vec<&str> = columns.iter().map(|column| column.titles[0]).collect();
        let first: Vec<&str> = columns.iter().map(|column| column.example).collect();
        let others = EXAMPLES.map(|row| {
            let cell = |field: &str| row.iter().find(|(name, _)| *name == field).map_or("", |(_, cell)| *cell);
            columns.iter().map(|column| cell(column.field)).collect::<Vec<&str>>()
        });
        let mut rows: Vec<&[&str]> = vec![&head, &first];
        rows.extend(others.iter().map(Vec::as_slice));
        let seen = bring(&office, "a.xlsx", &book(&rows)).await.expect(201).json();
        assert_eq!(refused(&office, &seen).await, [], "{seen}");
        assert_eq!(counts(&seen, "checklists"), Some([4, 0, 0, 0]));
        apply(&office, &seen, false).await.expect(200);
        let list = newest(&office, "township_reading_room").await.expect("a checklist");
        let answers: Vec<&Value> = list["body"]["items"].as_array().expect("items").iter().map(|item| &item["answer"]).collect();
        assert_eq!(answers, ["choice", "pass_fail", "count", "text"]);
    }

    async fn the_starter_set_stands_back_where_the_workbook_has_checklists(world: World) {
        let office = world.office().await;
        let starter = b"{\"schema_version\":9}";
        let own = archive(&[("starter/checklists.json", starter), ("工作簿.xlsx", &book(&[HEAD, OPEN]))]);
        let seen = bring(&office, "a.zip", &own).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([1, 0, 0, 0]), "{seen}");
        assert!(seen["notes"].to_string().contains("starter"), "{seen}");
        let none = archive(&[("starter/checklists.json", starter), ("工作簿.xlsx", &book(&[HEAD]))]);
        let seen = bring(&office, "a.zip", &none).await.expect(201).json();
        assert_eq!(counts(&seen, "checklists"), Some([0, 0, 0, 1]), "it is read where the sheet is empty: {seen}");
    }

    async fn merged_cells_numbers_and_wide_letters_of_a_sheet_of_checklists(world: World) {
        let office = world.office().await;
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("检查清单").expect("a name");
        for (column, title) in (0..).zip(["清单", "分组", "编号", "检查内容", "分值", "整改期限", "不合格须拍照"]) {
            sheet.write_string(1, column, title).expect("a cell");
        }
        sheet.merge_range(0, 0, 0, 6, "某县检查清单（２０２６）", &Format::new()).expect("a title");
        sheet.merge_range(2, 0, 4, 0, "乡镇书屋", &Format::new()).expect("a cell");
        sheet.merge_range(2, 1, 3, 1, "门口", &Format::new()).expect("a cell");
        for row in 2..5 {
            sheet.write_string(row, 2, format!("SHU-0{row}")).expect("a cell");
            sheet.write_string(row, 3, format!("第{row}问")).expect("a cell");
            sheet.write_number(row, 4, 5.0).expect("a cell");
            sheet.write_string(row, 5, "３个工作日").expect("a cell");
            sheet.write_boolean(row, 6, false).expect("a cell");
        }
        let bytes = book.save_to_buffer().expect("a workbook");
        let seen = bring(&office, "a.xlsx", &bytes).await.expect(201).json();
        assert_eq!((refused(&office, &seen).await, counts(&seen, "checklists")), (vec![], Some([3, 0, 0, 0])), "{seen}");
        apply(&office, &seen, false).await.expect(200);
        let list = newest(&office, "shu").await.expect("a checklist");
        let items = list["body"]["items"].as_array().expect("items");
        assert_eq!(list["body"]["total_weight"], 15);
        assert!(items.iter().all(|item| item["deadline_days"] == 3 && item["photo_on_fail"] == false), "{items:?}");
        assert_eq!(items.iter().filter(|item| item["group"].is_string()).count(), 2);
    }
}
