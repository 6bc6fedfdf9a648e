//! Files that are right, and files whose faults are named.

use super::*;
use serde_json::{Value, json};

use std::path::Path;

/// The pictures of the demo, by name, as the import reads them.
fn pictures() -> Pictures {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/examples");
    let Ok(entries) = std::fs::read_dir(folder) else { return Pictures::new() };
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let bytes = std::fs::read(entry.path()).unwrap();
            let sha256 = crate::domain::field::envelope::hash(&bytes);
            (entry.file_name().into_string().unwrap(), Picture { sha256, media_type: "image/png", bytes })
        })
        .collect()
}

#[expect(clippy::missing_panics_doc, reason = "a test's helper")]
pub fn demo() -> Library {
    Library::parse(include_bytes!("../../../../demo/checklists.json"), &pictures()).unwrap()
}

fn parse(bytes: &[u8]) -> Result<Library, crate::domain::import::Faults> {
    let picture = Picture { sha256: "5".repeat(64), media_type: "image/png", bytes: vec![1] };
    Library::parse(bytes, &Pictures::from([("good.png".to_owned(), picture)]))
}

fn file(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut item = json!({
        "code": "BUS-01", "zh": "站牌完好", "en": "Sign intact", "answer": "pass_fail", "weight": 60, "makes": "ticket",
        "static": true, "camera": "normal", "photo_on_fail": true, "severity": "major", "deadline_days": 5,
        "department": "transport", "guidance_zh": "看", "default_issue_zh": "站牌缺损", "na_allowed": false
    });
    let mut second = item.clone();
    second["code"] = json!("BUS-02");
    second["weight"] = json!(40);
    change(&mut item);
    let document = json!({
        "schema_version": 2, "departments": [{"key": "transport", "zh": "交通", "en": "Transport"}],
        "site_kinds": [{"kind": "bus_shelter", "zh": "站台", "en": "Shelter", "code_prefix": "BUS", "scope_zh": "",
                        "total_weight": 100, "items": [item, second]}]
    });
    document.to_string().into_bytes()
}

#[test]
fn the_demo_library_reads_and_survives_the_store() {
    let library = demo();
    assert_eq!((library.departments.len(), library.checklists.len()), (19, 9));
    assert_eq!(library.checklists.iter().map(|c| c.items.len()).sum::<usize>(), 136);
    for list in library.checklists {
        let stored = serde_json::to_value(&list).unwrap();
        assert_eq!(serde_json::from_value::<Checklist>(stored).unwrap(), list);
    }
    let original: Value = serde_json::from_slice(include_bytes!("../../../../demo/checklists.json")).unwrap();
    assert_eq!(
        serde_json::to_value(&demo().checklists).unwrap(),
        original["site_kinds"],
        "nothing is lost or added"
    );
}

#[test]
fn every_fault_names_item_and_key() {
    assert!(parse(&file(|_| {})).is_ok());
    let choice = |fails: [bool; 2]| {
        let option = |key: &str, fail: bool| json!({"key": key, "zh": key, "en": key, "fail": fail});
        json!([option("a", fails[0]), option("b", fails[1])])
    };
    let cases: Vec<(&str, Vec<(&str, Value)>)> = vec![
        ("code", vec![("code", json!("MKT-01"))]),
        ("code", vec![("code", json!("BUS-<b>"))]),
        ("pass_rule", vec![("answer", json!("count"))]),
        ("pass_rule", vec![("pass_rule", json!({"op": ">=", "value": 1}))]),
        ("max_score", vec![("answer", json!("score")), ("pass_rule", json!({"op": ">=", "value": 1}))]),
        ("options", vec![("answer", json!("choice"))]),
        ("options", vec![("answer", json!("choice")), ("options", choice([false, false]))]),
        ("options", vec![("answer", json!("choice")), ("options", choice([true, true]))]),
        ("answer", vec![("answer", json!("text"))]),
        ("photo_on_fail", vec![("camera", json!("forbidden"))]),
        ("deadline_days", vec![("deadline_days", json!(401))]),
        ("department", vec![("department", json!("nobody"))]),
        ("visible_if", vec![("visible_if", json!({"var": "BUS-99"}))]),
        ("required_if", vec![("required_if", json!({"var": "BUS-01"}))]),
        ("zh", vec![("zh", json!(" "))]),
        ("", vec![("visible_if", json!({"+": [1, 2]}))]),
        ("", vec![("severity", json!("huge"))]),
        ("", vec![("visble_if", json!(true))]),
        ("", vec![("weight", json!(-1))]),
    ];
    for (field, changes) in cases {
        let bytes = file(|item| changes.iter().for_each(|(key, value)| item[*key] = value.clone()));
        let faults = parse(&bytes).unwrap_err();
        let named: Vec<_> =
            faults.listed.iter().filter(|f| f.row.starts_with("BUS") || f.row.starts_with("MKT")).collect();
        assert!(named.iter().any(|f| f.field == field), "{changes:?}: {faults}");
    }
}

#[test]
fn faults_of_the_whole() {
    let reasons = |bytes: &[u8]| parse(bytes).unwrap_err().to_string();
    assert!(reasons(b"{").contains("not JSON"));
    assert!(reasons(b"{}").contains("schema_version"));
    assert!(reasons(br#"{"schema_version":2}"#).contains("departments"));
    assert!(reasons(&file(|item| item["weight"] = json!(61))).contains("add up to 101"));
    assert!(reasons(&file(|item| item["code"] = json!("BUS-02"))).contains("stands twice"));
}
