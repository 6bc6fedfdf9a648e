//! Files as offices really have them, and files that are none: each with its answer.

use super::{apply, archive, bring, bring_as, counts, refused, undo, workbook};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::json;

/// A site of the demo county, to write others like it.
async fn neighbour(office: &Actor) -> serde_json::Value {
    office.http.get("/api/v1/sites?kind=public_toilet&limit=1").await.expect(200).at("/items/0")
}

fn code(site: &serde_json::Value, place: &str) -> String {
    let place = &site[place];
    place.as_str().unwrap_or_else(|| panic!("no text: {site}")).to_owned()
}

stories! {
    async fn files_that_are_none_are_answered_in_plain_words(world: World) {
        let office = world.office().await;
        let sheet = workbook(&[("点位", &[&["编码", "名称"], &["1", "甲"]])]);
        let macros = archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>"), ("xl/vbaProject.bin", b"x")]);
        let links = archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>"), ("xl/externalLinks/externalLink1.xml", b"x")]);
        let bomb = archive(&[("sites.csv", &vec![b' '; 4 * 1024 * 1024])]);
        let ole: Vec<u8> = [0xd0_u8, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].into_iter().chain([0; 600]).collect();
        let rows = format!("login,name,role,unit\n{}", "a,b,office,\n".repeat(100_001));
        for (name, bytes, word) in [
            ("a.xlsx", sheet[..sheet.len() / 2].to_vec(), "not whole"),
            ("a.xlsx", sheet, "is missing"),
            ("a.xlsx", macros, "macros"),
            ("a.xlsx", links, "links"),
            ("a.zip", bomb, "hundred times"),
            ("a.xls", ole, ".xls"),
            ("people.csv", rows.into_bytes(), "100000 rows"),
            ("people.csv", vec![0xff, 0xfe, 0, 0x81, 0x30], "neither UTF-8 nor GBK"),
            ("a.xlsx", workbook(&[("花名册", &[&["甲", "乙"], &["1", "2"]])]), "nothing to import"),
            ("a.geojson", b"{\"type\":\"Feature\"}".to_vec(), "FeatureCollection"),
            ("a.csv", Vec::new(), "nothing to import"),
        ] {
            let answer = bring(&office, name, &bytes).await.expect_problem(422, "import_refused");
            assert!(answer.at("/errors").to_string().contains(word), "{name} {word}: {answer}");
        }
        assert_eq!(office.list("/api/v1/imports").await.len(), 0, "nothing is kept of them");
        bring(&office, "", b"a").await.expect_problem(422, "invalid_field");
        bring_as(&office, "a.csv", b"a", &fresh_id().to_string(), "mars").await.expect_problem(400, "malformed");
        let inspector = world.desk(Role::Inspector).await;
        bring(&inspector, "a.csv", b"a").await.expect_problem(403, "forbidden");
    }

    async fn sites_by_name_by_code_in_gbk_and_in_other_datums(world: World) {
        let office = world.office().await;
        let site = neighbour(&office).await;
        let village = code(&site, "village_name");
        let township = code(&site, "township_name");
        let (lon, lat) = (site["lon"].as_f64().expect("a number"), site["lat"].as_f64().expect("a number"));
        let csv = format!("点位编码,点位类型,名称,乡镇,村,经度,纬度\nG-1,public_toilet,新公厕,{township},{village},{lon},{lat}\nG-2,没有,新公厕,{township},{village},{lon},{lat}\nG-3,public_toilet,新公厕,{township},没有村,{lon},{lat}\nG-1,public_toilet,重复,{township},{village},{lon},{lat}\nG-4,public_toilet,\u{3000}新 公厕,{township},{village},{lon},一百\n");
        let seen = bring(&office, "sites.csv", csv.as_bytes()).await.expect(201).json();
        assert_eq!(counts(&seen, "sites"), Some([1, 0, 0, 4]), "{seen}");
        let why: Vec<(i64, String)> = refused(&office, &seen).await.into_iter().map(|(_, row, field, _)| (row, field)).collect();
        assert_eq!(why, [(3, "kind"), (4, "village_code"), (5, "code"), (6, "latitude")].map(|(row, field)| (row, field.to_owned())));
        apply(&office, &seen, true).await.expect(200);

        // The same numbers in Baidu's datum are another point, and the move is told.
        let line = format!("点位编码,点位类型,名称,乡镇,村,经度,纬度\nG-1,public_toilet,新公厕,{township},{village},{lon},{lat}\n");
        let same = bring(&office, "sites.csv", line.as_bytes()).await.expect(201).json();
        assert_eq!(counts(&same, "sites"), Some([0, 0, 1, 0]));
        let key = fresh_id().to_string();
        let moved = bring_as(&office, "sites.csv", line.as_bytes(), &key, "bd09").await.expect(201).json();
        assert_eq!(counts(&moved, "sites"), Some([0, 1, 0, 0]));
        let row = &office.list(&format!("/api/v1/imports/{}/rows", crate::setup::id(&moved))).await[0];
        let fields: Vec<&str> = row["changes"].as_array().expect("changes").iter().filter_map(|change| change["field"].as_str()).collect();
        assert_eq!(fields, ["longitude", "latitude"]);
        assert!(row["notes"].to_string().contains("BD09"), "{row}");
        let path = format!("/api/v1/sites?q=G-1&township_id={}", code(&site, "township_id"));
        let given = |rows: Vec<serde_json::Value>| {
            let row = rows.iter().find(|row| row["code"] == "G-1").expect("the site");
            row["given"].clone()
        };
        assert_eq!(given(office.list(&path).await), serde_json::Value::Null, "it was given as it is");
        let moved = apply(&office, &moved, false).await.expect(200).json();
        let source = json!({"datum": "bd09", "lon": lon, "lat": lat});
        assert_eq!(given(office.list(&path).await), source, "what was given is shown");
        let other = world.inspector().await;
        assert_eq!(given(other.list(&path).await), serde_json::Value::Null, "it is the office's to know");
        let again = bring_as(&office, "sites.csv", line.as_bytes(), &fresh_id().to_string(), "bd09").await.expect(201).json();
        assert_eq!(counts(&again, "sites"), Some([0, 0, 1, 0]), "the same file converts to the same numbers");

        // A later file says it in WGS-84: the source goes, and comes back with the position when that file is taken back.
        let later = bring(&office, "sites.csv", line.as_bytes()).await.expect(201).json();
        let later = apply(&office, &later, false).await.expect(200).json();
        assert_eq!(given(office.list(&path).await), serde_json::Value::Null);
        undo(&office, &later).await.expect(200);
        assert_eq!(given(office.list(&path).await), source, "undone, it is known again where it came from");
        // A new name is no new place.
        let place = office.list(&path).await.into_iter().find(|row| row["code"] == "G-1").expect("the site");
        let named = format!("点位编码,点位类型,名称,乡镇,村,经度,纬度\nG-1,public_toilet,改名公厕,{township},{village},{},{}\n", place["lon"], place["lat"]);
        let named = bring(&office, "sites.csv", named.as_bytes()).await.expect(201).json();
        let named = apply(&office, &named, false).await.expect(200).json();
        assert_eq!(given(office.list(&path).await), source);
        undo(&office, &named).await.expect(200);
        assert_eq!(given(office.list(&path).await), source);
        assert_eq!(moved["state"], "applied");
    }

    async fn rows_of_divisions_that_do_not_fit_are_named_with_their_reason(world: World) {
        let office = world.office().await;
        let rows: &[&[&str]] = &[
            &["区划代码", "名称", "级别", "上级代码"],
            &["519901777001", "无乡之村", "", ""],
            &["519901888000", "新乡", "乡镇", ""],
            &["519901888000", "又一个新乡", "乡镇", ""],
            &["519901888001", "新村", "村", ""],
            &["519901888002", "乱级村", "乡镇", ""],
            &["5199018880", "短码村", "村", ""],
            &["519901888003", "", "村", ""],
            &["519901889000", "外县乡", "乡镇", "519902000000"],
        ];
        let seen = bring(&office, "a.xlsx", &workbook(&[("区划", rows)])).await.expect(201).json();
        assert_eq!(counts(&seen, "divisions"), Some([2, 0, 0, 6]), "{seen}");
        let why: Vec<(i64, String)> = refused(&office, &seen).await.into_iter().map(|(_, row, field, _)| (row, field)).collect();
        let expected = [(2, "parent"), (4, "code"), (6, "level"), (7, "code"), (8, "name"), (9, "parent")];
        assert_eq!(why, expected.map(|(row, field)| (row, field.to_owned())));
        let created = office.list(&format!("/api/v1/imports/{}/rows?sheet=divisions&fate=created", crate::setup::id(&seen))).await;
        assert_eq!(created.iter().map(|row| &row["key"]).collect::<Vec<_>>(), ["519901888000", "519901888001"]);
        let lists = archive(&[("checklists.json", b"{\"schema_version\":9}")]);
        let seen = bring(&office, "a.zip", &lists).await.expect(201).json();
        assert_eq!((&seen["state"], counts(&seen, "checklists")), (&json!("refused"), Some([0, 0, 0, 1])));
    }

    async fn the_registers_of_the_county_are_found_as_they_are(world: World) {
        let office = world.office().await;
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/demo");
        let file = |name: &str| std::fs::read(folder.join(name)).expect("a file");
        let outlines = bring(&office, "regions.geojson", &file("regions.geojson")).await.expect(201).json();
        for (sheet, rows) in [("county", 1), ("divisions", 336), ("outlines", 337)] {
            assert_eq!(counts(&outlines, sheet), Some([0, 0, rows, 0]), "{outlines}");
        }
        let sites = bring(&office, "sites.csv", &file("sites.csv")).await.expect(201).json();
        assert_eq!(counts(&sites, "sites"), Some([0, 0, 925, 0]));
        let lists = bring(&office, "all.zip", &crate::setup::with_checklists(&[])).await.expect(201).json();
        assert_eq!(counts(&lists, "checklists"), Some([0, 0, 9, 0]), "{lists}");
        assert_eq!(office.list("/api/v1/imports").await.len(), 3);
    }

    async fn dates_as_text_roles_in_words_and_two_rows_of_one_person(world: World) {
        let office = world.office().await;
        let csv = "登录名,姓名,手机,岗位,单位,任职日期\nd1,某 人,138 1234 5678,督查员,,2026/3/1\nd1,某人,13812345678,县领导,,2026年3月1日\nd2,某人,,检查员,,下个月\n";
        let seen = bring(&office, "people.csv", csv.as_bytes()).await.expect(201).json();
        assert_eq!(counts(&seen, "people"), Some([1, 1, 0, 1]));
        apply(&office, &seen, true).await.expect(200);
        let person = &office.list("/api/v1/people?q=d1").await[0];
        assert_eq!((&person["name"], &person["phone"]), (&json!("某人"), &json!("13812345678")));
        let from = person["posts"][0]["valid_from"].as_str().expect("a time");
        assert!(from.starts_with("2026-02-28T16:00:00"), "the day begins here: {from}");
    }

    async fn a_changed_number_makes_nobody_twice_and_a_number_of_another_renames_nobody(world: World) {
        let office = world.office().await;
        let first = "姓名,手机,岗位,单位\n某人,13800000001,督查员,\n别人,13800000002,督查员,\n";
        let seen = bring(&office, "people.csv", first.as_bytes()).await.expect(201).json();
        apply(&office, &seen, false).await.expect(200);
        // 某人 has a new number, and the old one of 别人 is somebody else's now.
        let next = "姓名,手机,岗位,单位\n某人,13800000003,督查员,\n第三人,13800000002,督查员,\n某人,13800000004,县领导,\n";
        let seen = bring(&office, "people.csv", next.as_bytes()).await.expect(201).json();
        let why = refused(&office, &seen).await;
        let rows: Vec<(i64, &str)> = why.iter().map(|(_, row, field, _)| (*row, field.as_str())).collect();
        assert_eq!(rows, [(2, "login"), (3, "login")], "{why:?}");
        assert!(why[0].3.contains("13800000001") && why[0].3.contains("under People"), "{why:?}");
        assert!(why[1].3.contains("别人"), "{why:?}");
        apply(&office, &seen, true).await.expect(200);
        assert_eq!(office.list("/api/v1/people?q=13800000003").await.len(), 0);
        assert_eq!(office.list("/api/v1/people?q=13800000002").await[0]["name"], "别人");
        // Both rows in one file are two people who share a name.
        let both = "姓名,手机,岗位,单位\n某人,13800000001,督查员,\n某人,13800000005,督查员,\n";
        let seen = bring(&office, "people.csv", both.as_bytes()).await.expect(201).json();
        assert_eq!(counts(&seen, "people"), Some([1, 0, 1, 0]), "{seen}");
    }
}
