//! A checklist as the office imports it: items with their questions, what a failed answer makes, photo and privacy rules.
//!
//! The types mirror the file (`demo/checklists.json`, `field_semantics` there explains every key), so the same JSON is imported, stored,
//! sent to phones and pinned by inspections. [`Checklist`]s come only out of [`Library::parse`] or the store, hence are always valid.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::import::{FILE_MAX, Faults};

use super::logic::Logic;

/// The version of the file's form that this program reads.
pub const SCHEMA_VERSION: u64 = 2;
/// Most working days that an item may give.
pub const DEADLINE_MAX: u32 = 400;
/// Most items of one checklist.
pub const ITEMS_MAX: usize = 200;

/// A file of checklists.
#[derive(Debug, Clone, PartialEq)]
pub struct Library {
    pub departments: Vec<Department>,
    pub checklists: Vec<Checklist>,
}

/// A county authority that supervises repairs; `township` stands for "none, the township itself".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub key: String,
    pub zh: String,
    pub en: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The key that stands for the township itself.
pub const TOWNSHIP: &str = "township";

/// What is asked at sites of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checklist {
    /// Key of the site kind.
    pub kind: String,
    pub zh: String,
    pub en: String,
    /// What item codes begin with.
    pub code_prefix: String,
    /// What belongs to the site and what does not.
    pub scope_zh: String,
    pub total_weight: u32,
    pub items: Vec<Item>,
}

/// One question. Codes are stable across versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors the file, where each is a key of its own")]
pub struct Item {
    pub code: String,
    pub zh: String,
    pub en: String,
    pub answer: AnswerKind,
    /// Points of `total_weight`.
    pub weight: u32,
    pub makes: Makes,
    #[serde(rename = "static")]
    pub is_static: bool,
    pub camera: Camera,
    /// A failed answer needs a photo; any camera path gives it, the album with a reason.
    pub photo_on_fail: bool,
    pub severity: Severity,
    /// Working days after issue; 0 = the same day.
    pub deadline_days: u32,
    pub department: String,
    pub guidance_zh: String,
    /// Title of the finding that a fail makes.
    pub default_issue_zh: String,
    pub na_allowed: bool,
    /// Its findings are shown only to those who handle them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub restricted: bool,
    /// For score and count: passes when `answer op value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_rule: Option<PassRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_score: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// JSONLogic over the other answers; absent = always asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub visible_if: Option<Logic>,
    /// JSONLogic over the other answers; absent = an answer is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub required_if: Option<Logic>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    PassFail,
    Score,
    Count,
    Choice,
    Text,
}

/// What a failed answer makes: a ticket, only a lower score, or a ticket with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Makes {
    Ticket,
    Score,
    Project,
}

impl Makes {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Score => "score",
            Self::Project => "project",
        }
    }
}

/// Whether a photo is normal, taken with a privacy hint, or not taken at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Camera {
    Normal,
    Warn,
    Forbidden,
}

/// Ordered: minor < major < critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Minor,
    Major,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Minor, Self::Major, Self::Critical].into_iter().find(|s| s.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassRule {
    pub op: RuleOp,
    pub value: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum RuleOp {
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "==")]
    Exactly,
}

impl PassRule {
    pub fn passes(self, given: u32) -> bool {
        match self.op {
            RuleOp::AtMost => given <= self.value,
            RuleOp::AtLeast => given >= self.value,
            RuleOp::Exactly => given == self.value,
        }
    }
}

/// One answer of a choice. What a failing one does not name comes from its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub fail: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, rename = "static", skip_serializing_if = "Option::is_none")]
    pub is_static: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted: Option<bool>,
}

impl Checklist {
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }
}

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
}

impl Library {
    /// Reads a file; all checklists and items are judged and every fault is named by item code and key.
    pub fn parse(bytes: &[u8]) -> Result<Self, Faults> {
        if bytes.len() > FILE_MAX {
            return Err(Faults::whole("文件超过 50 MB", "the file is larger than 50 MB"));
        }
        let document: Value = serde_json::from_slice(bytes).map_err(|error| {
            Faults::whole(
                format!("第 {} 行第 {} 列不是 JSON", error.line(), error.column()),
                format!("not JSON at line {} column {}", error.line(), error.column()),
            )
        })?;
        if document.get("schema_version").and_then(Value::as_u64) != Some(SCHEMA_VERSION) {
            return Err(Faults::whole(
                format!("schema_version 须为 {SCHEMA_VERSION}"),
                format!("schema_version must be {SCHEMA_VERSION}"),
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
            .filter_map(|(i, c)| checklist(i, c, &known, &mut faults))
            .collect();
        unique("site_kinds", checklists.iter().map(|c| c.kind.as_str()), &mut faults);
        unique("items", checklists.iter().flat_map(|c| &c.items).map(|item| item.code.as_str()), &mut faults);
        faults.or(Self { departments, checklists })
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
        .filter_map(|(i, item)| {
            let code =
                item.get("code").and_then(Value::as_str).map_or_else(|| format!("{row}[{i}]"), str::to_owned);
            typed(&code, item, faults)
        })
        .collect();
    let head = head?;
    key(&row, "kind", &head.kind, faults);
    names(&row, &[("zh", &head.zh), ("en", &head.en)], faults);
    let list = Checklist {
        kind: head.kind,
        zh: head.zh,
        en: head.en,
        code_prefix: head.code_prefix,
        scope_zh: head.scope_zh,
        total_weight: head.total_weight,
        items,
    };
    for item in &list.items {
        check_item(item, &list, departments, faults);
    }
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

fn check_item(item: &Item, list: &Checklist, departments: &HashSet<&str>, faults: &mut Faults) {
    use AnswerKind as Kind;
    let row = item.code.as_str();
    let mut fault = |field: &str, zh: &str, en: &str| faults.add(row, field, zh, en);
    let tail = item.code.strip_prefix(list.code_prefix.as_str()).and_then(|tail| tail.strip_prefix('-'));
    if item.code.len() > 32
        || !tail.is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        fault(
            "code",
            "须为“前缀-编号”，编号为字母或数字",
            "must be the prefix, a hyphen, then letters or digits",
        );
    }
    let ruled = matches!(item.answer, Kind::Score | Kind::Count);
    if ruled != item.pass_rule.is_some() {
        fault(
            "pass_rule",
            "评分和计数项须有合格线，其他项不能有",
            "score and count items have one, others do not",
        );
    }
    if (item.answer == Kind::Score) != item.max_score.is_some_and(|max| max > 0) {
        fault(
            "max_score",
            "评分项须有大于 0 的满分，其他项不能有",
            "score items have one above 0, others do not",
        );
    }
    if let (Some(max), Some(rule)) = (item.max_score, item.pass_rule)
        && rule.value > max
    {
        fault("pass_rule", "合格线高于满分", "lies above the highest score");
    }
    if (item.answer == Kind::Choice) != (item.options.len() >= 2) {
        fault(
            "options",
            "选择项须有至少两个选项，其他项不能有",
            "choice items have two or more, others have none",
        );
    }
    if item.answer == Kind::Choice && !item.options.iter().any(|o| o.fail) {
        fault("options", "至少一个选项须为不合格", "at least one must be a fail");
    }
    if item.answer == Kind::Choice && item.options.iter().all(|o| o.fail) {
        fault("options", "至少一个选项须为合格", "at least one must be a pass");
    }
    if item.answer == Kind::Text && (item.weight > 0 || item.makes != Makes::Score) {
        fault(
            "answer",
            "文字项不判合格，分值须为 0，makes 须为 score",
            "a text is not judged: weight 0 and makes score",
        );
    }
    if item.camera == Camera::Forbidden && item.photo_on_fail {
        fault("photo_on_fail", "禁止拍照的项不能要求照片", "cannot be asked where photos are forbidden");
    }
    let days = item.options.iter().filter_map(|o| o.deadline_days).chain([item.deadline_days]).max();
    if days.is_some_and(|days| days > DEADLINE_MAX) {
        fault("deadline_days", "最多 400 个工作日", "at most 400 working days");
    }
    if !departments.contains(item.department.as_str()) {
        fault("department", "departments 里没有这个部门", "is not in departments");
    }
    for (field, rule) in [("visible_if", &item.visible_if), ("required_if", &item.required_if)] {
        for code in rule.iter().flat_map(Logic::variables) {
            if code == item.code || list.item(code).is_none() {
                fault(field, "只能引用本清单的其他项", "may only name other items of this checklist");
            }
        }
    }
    names(row, &[("zh", &item.zh), ("en", &item.en), ("default_issue_zh", &item.default_issue_zh)], faults);
    unique(row, item.options.iter().map(|o| o.key.as_str()), faults);
    for option in &item.options {
        key(row, "options", &option.key, faults);
        names(row, &[("options", &option.zh), ("options", &option.en)], faults);
    }
}

/// Texts that people read: present, of one paragraph. Markup stays text.
fn names(row: &str, texts: &[(&str, &String)], faults: &mut Faults) {
    for (field, text) in texts {
        if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
            faults.add(row, field, "须为 1 至 200 个字", "must have 1 to 200 characters");
        }
    }
}

fn key(row: &str, field: &str, text: &str, faults: &mut Faults) {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
        faults.add(row, field, "须为小写字母、数字或下划线", "must be small letters, digits or underscores");
    }
}

fn unique<'a>(row: &str, keys: impl Iterator<Item = &'a str>, faults: &mut Faults) {
    let mut seen = HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            faults.add(row, "", format!("“{key}”重复"), format!("\"{key}\" stands twice"));
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    #[expect(clippy::missing_panics_doc, reason = "a test's helper")]
    pub fn demo() -> Library {
        Library::parse(include_bytes!("../../../demo/checklists.json")).unwrap()
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
        let original: Value =
            serde_json::from_slice(include_bytes!("../../../demo/checklists.json")).unwrap();
        assert_eq!(
            serde_json::to_value(&demo().checklists).unwrap(),
            original["site_kinds"],
            "nothing is lost or added"
        );
    }

    #[test]
    fn every_fault_names_item_and_key() {
        assert!(Library::parse(&file(|_| {})).is_ok());
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
            let faults = Library::parse(&bytes).unwrap_err();
            let named: Vec<_> = faults
                .listed
                .iter()
                .filter(|f| f.row.starts_with("BUS") || f.row.starts_with("MKT"))
                .collect();
            assert!(named.iter().any(|f| f.field == field), "{changes:?}: {faults}");
        }
    }

    #[test]
    fn faults_of_the_whole() {
        let reasons = |bytes: &[u8]| Library::parse(bytes).unwrap_err().to_string();
        assert!(reasons(b"{").contains("not JSON"));
        assert!(reasons(b"{}").contains("schema_version"));
        assert!(reasons(br#"{"schema_version":2}"#).contains("departments"));
        assert!(reasons(&file(|item| item["weight"] = json!(61))).contains("add up to 101"));
        assert!(reasons(&file(|item| item["code"] = json!("BUS-02"))).contains("stands twice"));
    }
}
