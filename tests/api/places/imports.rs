//! Imports: all or nothing, the same file twice is nothing, and every fault names its row and field.

use super::{CHECKLISTS, DIVISIONS, Registers, SITES, config, import_county};
use lalian::{
    domain::{
        import::Imported,
        people::scope::Scope,
        places::position::{Point, Position},
    },
    store::{
        places::{divisions, sites},
        standards::checklists,
    },
};
use lalian_tests::{backend::Database, stories};
use serde_json::{Value, json};

fn counts(created: usize, changed: usize, unchanged: usize) -> Imported {
    Imported { created, changed, unchanged }
}

fn first_lines(text: &str, lines: usize) -> String {
    text.lines().take(lines).map(|line| format!("{line}\n")).collect()
}

/// A county of one township and one village, as text that tests change.
fn small_region(village: &str) -> String {
    let feature = |code: &str, name: &str, level: &str, parent: Value, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{name}","level":"{level}","parent":{parent}}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    let whole = "[[100,30],[101,30],[101,31],[100,31],[100,30]]";
    let features = [
        feature("530000000000", "另一县", "county", Value::Null, whole),
        feature("530000100000", "甲镇", "township", json!("530000000000"), whole),
        feature("530000100201", "乙村", "village", json!("530000100000"), village),
    ];
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

struct Empty(Registers);

impl Empty {
    async fn start(backend: lalian_tests::backend::Backend) -> Self {
        Self(Registers::over(Database::migrated(backend).await).await)
    }
}

stories! {
    async fn the_demo_county_comes_in_once(empty: Empty) {
        assert_eq!(import_county(&empty.0.app).await, [counts(337, 0, 0), counts(9, 0, 0), counts(925, 0, 0)]);
        assert_eq!(import_county(&empty.0.app).await, [counts(0, 0, 337), counts(0, 0, 9), counts(0, 0, 925)]);
        assert_eq!(empty.0.import_divisions(DIVISIONS).await, Ok(counts(0, 0, 336)), "CSV leaves outlines and titles");
    }

    async fn two_imports_at_once_do_not_double_it(empty: Empty) {
        let (one, other) = tokio::join!(import_county(&empty.0.app), import_county(&empty.0.app));
        for (one, other) in one.into_iter().zip(other) {
            assert_eq!(one.created + other.created, one.unchanged + other.unchanged);
            assert_eq!(one.changed + other.changed, 0);
        }
    }

    async fn a_county_can_come_from_a_sheet_alone(empty: Empty) {
        let refused = empty.0.import_divisions(DIVISIONS).await.expect_err("no county");
        assert!(refused.contains("there is no county 519901000000"), "{refused}");
        let county = DIVISIONS.replacen('\n', "\n519901000000,示例县,county,\n", 1);
        assert_eq!(empty.0.import_divisions(&county).await, Ok(counts(337, 0, 0)));
        let areas = empty.0.app.areas(empty.0.county().await).await.expect("an index");
        assert!(areas.is_empty(), "nothing is drawn yet");
    }

    async fn a_changed_row_is_a_new_version_of_that_row_only(county: Registers) {
        let before = county.division("519901102000").await;
        let renamed = DIVISIONS.replace("云坪镇", "云坪新镇");
        assert_eq!(county.import_divisions(&renamed).await, Ok(counts(0, 1, 335)));
        let after = county.division("519901102000").await;
        assert_eq!((after.id, after.name.as_str(), after.version), (before.id, "云坪新镇", before.version + 1));
        assert_eq!(after.honour, before.honour, "the sheet does not speak of titles");

        let moved = SITES.replacen("105.004091", "105.004092", 1);
        assert_eq!(county.import_sites(&moved).await, Ok(counts(0, 1, 924)));
        assert_eq!(county.import_sites(&moved).await, Ok(counts(0, 0, 925)));
    }

    async fn texts_come_in_as_they_are_written(county: Registers) {
        let odd = "=HYPERLINK(\"\"x\"\")<script>alert(1)</script>&amp;";
        let line = "99-odd,clinic,\"NAME\",519901001000,519901001001,105.0,30.3\n".replace("NAME", odd);
        assert_eq!(county.import_sites(&(first_lines(SITES, 1) + &line)).await, Ok(counts(1, 0, 0)));
        let scope = Scope::County { county: county.county().await };
        let page = lalian::domain::page::PageRequest { after: None, limit: 5 };
        let filter = sites::Filter { search: Some("99-ODD".into()), ..sites::Filter::default() };
        let found = sites::list(county.app.store.read(), scope, &filter, &page).await.expect("read");
        assert_eq!(found[0].name, odd.replace("\"\"", "\""));
    }

    async fn bad_sites_change_nothing(county: Registers) {
        let good = "98-1,clinic,卫生室,519901001000,519901001001,105.0,30.3\n";
        for (from, to, place) in [
            ("98-1,clinic", "98-1,no_such_kind", "2/kind"),
            ("519901001000", "519901777000", "2/township_code"),
            ("519901001001", "519901001777", "2/village_code"),
            ("519901001001", "519901002001", "2/village_code"),
            ("105.0", "NaN", "[2] longitude"),
            ("105.0", "185.0", "[2] longitude"),
            ("30.3", "-91", "[2] latitude"),
            ("98-1", "=98", "[2] code"),
            (",卫生室", "", "[2] :"),
        ] {
            // A good row after the bad one must not come in either.
            let file = first_lines(SITES, 1) + &good.replacen(from, to, 1) + &good.replace("98-1", "98-2");
            let refused = county.import_sites(&file).await.expect_err(to);
            assert!(refused.contains(place), "{to}: {refused}");
        }
        let twice = first_lines(SITES, 1) + good + good;
        assert!(county.import_sites(&twice).await.expect_err("twice").contains("already in row 2"));
        let header = SITES.replacen("longitude", "x", 1);
        let refused = county.import_sites(&header).await.expect_err("a wrong column");
        assert!(refused.contains("[1] x") && refused.contains("[1] longitude"), "{refused}");
        let all = sites::of_county(county.app.store.read(), county.county().await).await.expect("read");
        assert_eq!(all.len(), 925);
    }

    async fn bad_divisions_change_nothing(county: Registers) {
        let header = first_lines(DIVISIONS, 1);
        for (line, place) in [
            ("519901999001,村,village,519901999000\n", "no division with the code 519901999000"),
            ("519901101001,村,township,519901000000\n", "[2] level"),
            ("519901150000,镇,township,\n", "[2] parent"),
            ("519901150000,,township,519901000000\n", "[2] name"),
            ("519901150000,镇,township,519901000000\n519901150000,镇,township,519901000000\n", "already in row 2"),
            ("519901000000,县,county,\n519902000000,县,county,\n", "one county only"),
            ("519901150000,镇,township,519902000000\n", "no county 519902000000"),
        ] {
            let refused = county.import_divisions(&(header.clone() + line)).await.expect_err(line);
            assert!(refused.contains(place), "{line}: {refused}");
        }
        let all = divisions::of_county(county.app.store.read(), county.county().await).await.expect("read");
        assert_eq!(all.len(), 337);
        assert!(all.iter().all(|division| division.version == 1));
    }

    async fn a_village_is_drawn_inside_its_township(empty: Empty) {
        let outside = small_region("[[102,30],[103,30],[103,31],[102,30]]");
        let refused = empty.0.import_regions(&outside).await.expect_err("outside");
        assert!(refused.contains("3/geometry") && refused.contains("lies outside its township"), "{refused}");
        let bow_tie = small_region("[[100.1,30.1],[100.2,30.2],[100.2,30.1],[100.1,30.2],[100.1,30.1]]");
        let refused = empty.0.import_regions(&bow_tie).await.expect_err("crosses itself");
        assert!(refused.contains("[3] geometry") && refused.contains("crosses or touches itself"), "{refused}");
        let inside = small_region("[[100.1,30.1],[100.2,30.1],[100.2,30.2],[100.1,30.1]]");
        assert_eq!(empty.0.import_regions(&inside).await, Ok(counts(3, 0, 0)));
    }

    async fn the_area_index_follows_an_import_in_every_process(empty: Empty) {
        let village = |x: f64| {
            let right = x + 0.1;
            format!("[[{x},30.1],[{right},30.1],[{right},30.2],[{x},30.2],[{x},30.1]]")
        };
        let at = Position::exact(Point::new(100.55, 30.15).expect("a point"));
        empty.0.import_regions(&small_region(&village(100.1))).await.expect("imported");
        let county = empty.0.county().await;
        let other = lalian::server::open(&config(&empty.0.database.url, empty.0.folder.path())).await.expect("opens");
        for app in [&empty.0.app, &other] {
            let found = app.areas(county).await.expect("an index").locate(&at);
            assert!(found.township.is_some() && found.village.is_none());
        }
        empty.0.import_regions(&small_region(&village(100.5))).await.expect("imported");
        for app in [&empty.0.app, &other] {
            let found = app.areas(county).await.expect("an index").locate(&at);
            assert_eq!(found.village, Some(empty.0.division("530000100201").await.id));
        }
        other.store.close().await;
    }

    async fn a_changed_checklist_is_a_new_version_and_the_old_one_stays(county: Registers) {
        let mut file: Value = serde_json::from_slice(CHECKLISTS).expect("json");
        file["site_kinds"][0]["items"][0]["deadline_days"] = json!(9);
        file["departments"][1]["zh"] = json!("县交通局");
        assert_eq!(county.import_checklists(file.to_string().as_bytes()).await, Ok(counts(0, 1, 8)));
        assert_eq!(county.import_checklists(file.to_string().as_bytes()).await, Ok(counts(0, 0, 9)));
        let scope = Scope::County { county: county.county().await };
        let filter = checklists::Filter { site_kind: Some("bus_shelter".into()), ..checklists::Filter::default() };
        let page = lalian::domain::page::PageRequest { after: None, limit: 10 };
        let versions = checklists::list(county.app.store.read(), scope, &filter, &page).await.expect("read");
        let seen: Vec<_> = versions.iter().map(|row| (row.no, row.status.as_str(), row.version)).collect();
        assert_eq!(seen, [(2, "active", 1), (1, "retired", 2)]);
        assert_eq!(versions[0].body["items"][0]["deadline_days"], 9);
        assert_eq!(versions[1].body["items"][0]["deadline_days"], 5);

        file["site_kinds"][0]["items"][0]["answer"] = json!("count");
        file["site_kinds"][0]["items"][0]["pass_rule"] = json!({"op": ">=", "value": 1});
        let refused = county.import_checklists(file.to_string().as_bytes()).await.expect_err("another kind of question");
        assert!(refused.contains("BUS-01/answer"), "{refused}");
        file["site_kinds"][0]["items"][0]["weight"] = json!(99);
        let refused = county.import_checklists(file.to_string().as_bytes()).await.expect_err("weights");
        assert!(refused.contains("[bus_shelter] total_weight"), "{refused}");
    }
}
