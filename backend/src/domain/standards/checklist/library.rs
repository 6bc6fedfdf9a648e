//! Reading a file of checklists: everything in it is judged, and every fault is named by item code and key.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    Checklist, Department, Group, ITEMS_MAX, Item, SCHEMA_VERSIONS, TOWNSHIP,
    checks::{check_list, key, names, unique},
};
use crate::domain::import::{FILE_MAX, Faults};

/// A file of checklists.
#[derive(Debug, Clone, PartialEq)]
pub struct Library {
    pub departments: Vec<Department>,
    pub checklists: Vec<Checklist>,
    /// The example pictures that its items name, each once.
    pub pictures: Vec<Picture>,
}

/// An example picture that has been looked at: it opens, and this is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Lower-case hex.
    pub sha256: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// The pictures beside the file, by name.
pub type Pictures = BTreeMap<String, Picture>;

/// The head of a checklist in the file, without its items.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    kind: String,
    zh: String,
    en: String,
    code_prefix: String,
    scope_zh: String,
    total_weight: u32,
    #[serde(default)]
    groups: Vec<Group>,
}

impl Library {
    /// Reads a file and the pictures beside it; all checklists and items are judged and every fault is named by item code and key.
    pub fn parse(bytes: &[u8], pictures: &Pictures) -> Result<Self, Faults> {
        if bytes.len() > FILE_MAX {
            return Err(Faults::whole("文件超过 50 MB", "the file is larger than 50 MB"));
        }
        let document: Value = serde_json::from_slice(bytes).map_err(|error| {
            Faults::whole(
                format!("第 {} 行第 {} 列不是 JSON", error.line(), error.column()),
                format!("not JSON at line {} column {}", error.line(), error.column()),
            )
        })?;
        let version = document.get("schema_version").and_then(Value::as_u64);
        if !version.is_some_and(|version| SCHEMA_VERSIONS.contains(&version)) {
            let [older, newer] = SCHEMA_VERSIONS;
            return Err(Faults::whole(
                format!("schema_version 须为 {newer}（或旧版 {older}）"),
                format!("schema_version must be {newer} (or the former {older})"),
            ));
        }
        let mut faults = Faults::default();
        let departments: Vec<Department> = list(&document, "departments", &mut faults)
            .iter()
            .enumerate()
            .filter_map(|(i, d)| typed(&format!("departments[{i}]"), d.clone(), &mut faults))
            .collect();
        unique("departments", departments.iter().map(|d| d.key.as_str()), &mut faults);
        for department in &departments {
            names(&department.key, &[("zh", &department.zh), ("en", &department.en)], &mut faults);
            key(&department.key, "key", &department.key, &mut faults);
        }
        let known: HashSet<&str> = departments.iter().map(|d| d.key.as_str()).chain([TOWNSHIP]).collect();
        let checklists: Vec<Checklist> = list(&document, "site_kinds", &mut faults)
            .iter()
            .enumerate()
            .filter_map(|(i, c)| checklist(i, c, &known, pictures, &mut faults))
            .collect();
        unique("site_kinds", checklists.iter().map(|c| c.kind.as_str()), &mut faults);
        unique("items", checklists.iter().flat_map(|c| &c.items).map(|item| item.code.as_str()), &mut faults);
        let shown: HashSet<&str> = checklists
            .iter()
            .flat_map(|list| &list.items)
            .flat_map(|item| &item.examples)
            .map(|example| example.sha256.as_str())
            .collect();
        let mut kept: BTreeMap<&str, &Picture> = BTreeMap::new();
        for picture in pictures.values().filter(|picture| shown.contains(picture.sha256.as_str())) {
            kept.insert(&picture.sha256, picture);
        }
        let pictures = kept.into_values().cloned().collect();
        faults.or(Self { departments, checklists, pictures })
    }
}

/// Puts the hash and type of each example picture where the file names the picture.
pub(super) fn name_pictures(row: &str, item: &mut Value, pictures: &Pictures, faults: &mut Faults) {
    let Some(examples) = item.get_mut("examples").and_then(Value::as_array_mut) else { return };
    for example in examples {
        let Some(fields) = example.as_object_mut() else { continue };
        let name = fields.remove("file");
        let picture = name.as_ref().and_then(Value::as_str).and_then(|name| pictures.get(name));
        if let Some(picture) = picture {
            fields.insert("sha256".to_owned(), json!(picture.sha256));
            fields.insert("media_type".to_owned(), json!(picture.media_type));
        } else {
            let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
            faults.add(
                row,
                "examples",
                format!("examples 文件夹里没有图片“{name}”"),
                format!("the folder examples has no picture \"{name}\""),
            );
            // Reported once, not again as a malformed item.
            fields.insert("sha256".to_owned(), json!(""));
            fields.insert("media_type".to_owned(), json!(""));
        }
    }
}

fn list<'a>(document: &'a Value, field: &str, faults: &mut Faults) -> &'a [Value] {
    let found = document.get(field).and_then(Value::as_array).map(Vec::as_slice);
    if found.is_none_or(<[Value]>::is_empty) {
        faults.add("", field, "须为非空列表", "must be a list that is not empty");
    }
    found.unwrap_or_default()
}

/// Reads one object; serde's own words name the key, as nobody but a developer writes these files by hand.
fn typed<T: DeserializeOwned>(row: &str, value: Value, faults: &mut Faults) -> Option<T> {
    serde_json::from_value(value)
        .map_err(|error| faults.add(row, "", format!("格式不对：{error}"), format!("malformed: {error}")))
        .ok()
}

fn checklist(
    index: usize,
    source: &Value,
    departments: &HashSet<&str>,
    pictures: &Pictures,
    faults: &mut Faults,
) -> Option<Checklist> {
    let row = source
        .get("kind")
        .and_then(Value::as_str)
        .map_or_else(|| format!("site_kinds[{index}]"), str::to_owned);
    let mut head: Map<String, Value> = source.as_object().cloned().unwrap_or_default();
    let items = head.remove("items");
    let head: Option<Head> = typed(&row, Value::Object(head), faults);
    let Some(Value::Array(items)) = items else {
        faults.add(&row, "items", "须为列表", "must be a list");
        return None;
    };
    if items.is_empty() || items.len() > ITEMS_MAX {
        faults.add(
            &row,
            "items",
            format!("须有 1 至 {ITEMS_MAX} 项"),
            format!("must hold 1 to {ITEMS_MAX} items"),
        );
    }
    let count = items.len();
    let items: Vec<Item> = items
        .into_iter()
        .enumerate()
        .filter_map(|(i, mut item)| {
            let code =
                item.get("code").and_then(Value::as_str).map_or_else(|| format!("{row}[{i}]"), str::to_owned);
            name_pictures(&code, &mut item, pictures, faults);
            typed(&code, item, faults)
        })
        .collect();
    let head = head?;
    let list = Checklist {
        kind: head.kind,
        zh: head.zh,
        en: head.en,
        code_prefix: head.code_prefix,
        scope_zh: head.scope_zh,
        total_weight: head.total_weight,
        groups: head.groups,
        items,
    };
    check_list(&row, &list, departments, faults);
    let sum: u32 = list.items.iter().map(|item| item.weight).fold(0, u32::saturating_add);
    if list.items.len() == count && sum != list.total_weight {
        faults.add(
            &row,
            "total_weight",
            format!("各项分值合计 {sum}，应为 {}", list.total_weight),
            format!("the weights add up to {sum}, not {}", list.total_weight),
        );
    }
    Some(list)
}
