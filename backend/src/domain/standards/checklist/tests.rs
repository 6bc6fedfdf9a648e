//! Files that are right, and files whose faults are named.

use super::library::name_pictures;
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

fn parse(bytes: &[u8]) -> Result<Library, Faults> {
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
    let mut kinds = original["site_kinds"].clone();
    for item in
        kinds.as_array_mut().unwrap().iter_mut().flat_map(|list| list["items"].as_array_mut().unwrap())
    {
        name_pictures("", item, &pictures(), &mut Faults::default());
    }
    assert!(serde_json::to_value(&demo().checklists).unwrap() == kinds, "nothing is lost or added");
    assert_eq!(demo().pictures.len(), pictures().len(), "every picture beside the file is shown");
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
        ("group", vec![("group", json!("nowhere"))]),
        ("clause", vec![("clause", json!({"zh": ""}))]),
        ("clause", vec![("clause", json!({"zh": "字".repeat(2001)}))]),
        (
            "examples",
            vec![("examples", json!([{"kind": "good", "file": "lost.png", "zh": "好", "en": "Good"}]))],
        ),
        ("examples", vec![("examples", json!([{"kind": "good", "sha256": "0", "zh": "好", "en": "Good"}]))]),
        (
            "examples",
            vec![("examples", json!([{"kind": "good", "file": "good.png", "zh": "", "en": "Good"}]))],
        ),
        ("reasons_zh", vec![("reasons_zh", json!([" 空格"]))]),
        ("reasons_zh", vec![("reasons_zh", json!(["字".repeat(61)]))]),
        ("", vec![("reasons_zh", json!(["破损", "破损"]))]),
        ("", vec![("examples", json!([{"kind": "ugly", "file": "good.png", "zh": "好", "en": "Good"}]))]),
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

/// A file of form 3 whose one kind has these groups, and whose first item is in the first of them.
fn grouped(groups: &Value, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let bytes = file(|item| item["group"] = json!("place"));
    let mut document: Value = serde_json::from_slice(&bytes).unwrap();
    document["schema_version"] = json!(3);
    document["site_kinds"][0]["groups"] = groups.clone();
    change(&mut document["site_kinds"][0]["items"]);
    document.to_string().into_bytes()
}

#[test]
fn faults_of_groups_name_the_kind() {
    let place = json!([{"key": "place", "zh": "这里", "en": "Here"}]);
    assert!(parse(&grouped(&place, |_| {})).is_ok());
    let stalls = |more: Value| {
        let mut repeat = json!({"label_zh": "摊位", "label_en": "Stall"});
        repeat.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([{"key": "place", "zh": "摊位", "en": "Stalls", "repeat": repeat}])
    };
    let read = parse(&grouped(&stalls(json!({"suggestions": ["1", "2号"], "max": 40})), |_| {})).unwrap();
    assert_eq!(read.checklists[0].groups[0].repeat.as_ref().map(Repeat::most), Some(40));
    let wrong = [
        json!([{"key": "place", "zh": "这里", "en": "Here"}, {"key": "place", "zh": "那里", "en": "There"}]),
        json!([{"key": "place", "zh": "这里", "en": "Here"}, {"key": "empty", "zh": "那里", "en": "There"}]),
        json!([{"key": "Place", "zh": "这里", "en": "Here"}]),
        json!([{"key": "place", "zh": "", "en": "Here"}]),
        json!([{"key": "place", "zh": "这里", "en": "Here", "colour": "red"}]),
        stalls(json!({"max": 0})),
        stalls(json!({"max": 61})),
        stalls(json!({"label_zh": ""})),
        stalls(json!({"suggestions": ["1", "1"]})),
        stalls(json!({"suggestions": ["字".repeat(41)]})),
    ];
    for groups in wrong {
        let faults = parse(&grouped(&groups, |_| {})).unwrap_err();
        assert!(
            faults.listed.iter().any(|fault| fault.row.starts_with("bus_shelter") || fault.field == "group"),
            "{groups}: {faults}"
        );
    }
    // From outside nobody can say which stall's answer a rule means; inside each stall sees its own.
    let rule = json!({"==": [{"var": "BUS-01"}, false]});
    let outside = grouped(&stalls(json!({})), |items| items[1]["visible_if"] = rule.clone());
    assert!(parse(&outside).unwrap_err().listed.iter().any(|fault| fault.field == "visible_if"));
    let inside = grouped(&stalls(json!({})), |items| {
        items[1]["visible_if"] = rule.clone();
        items[1]["group"] = json!("place");
    });
    assert!(parse(&inside).is_ok());
}
