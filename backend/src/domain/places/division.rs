//! A division of the county: its statistics code, level, name and honour, parsed once from a row of an import file.

use serde::{Deserialize, Serialize};

use crate::domain::import::{Faults, Table};

use super::outline::Outline;

/// Longest name of a place, in characters.
pub const NAME_MAX: usize = 60;

/// A 12-digit statistics code: 6 county, 3 township, 3 village (domain.md 2.8).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DivisionCode(String);

impl DivisionCode {
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The level that the digits speak of.
    pub fn kind(&self) -> DivisionKind {
        match (&self.0[6..9], &self.0[9..]) {
            ("000", "000") => DivisionKind::County,
            (_, "000") => DivisionKind::Township,
            _ => DivisionKind::Village,
        }
    }
}

impl TryFrom<String> for DivisionCode {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a division code has 12 digits")
    }
}

impl From<DivisionCode> for String {
    fn from(code: DivisionCode) -> Self {
        code.0
    }
}

impl std::fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// County 县, township 乡镇（街道） or village 村（社区）.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DivisionKind {
    County,
    Township,
    Village,
}

impl DivisionKind {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "county" => Some(Self::County),
            "township" => Some(Self::Township),
            "village" => Some(Self::Village),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
        }
    }

    /// The level right above.
    pub fn above(self) -> Option<Self> {
        match self {
            Self::County => None,
            Self::Township => Some(Self::County),
            Self::Village => Some(Self::Township),
        }
    }
}

/// Level of the civilised-place title that a place or a site holds, the lowest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[schema(as = HonourLevel)]
#[serde(rename_all = "snake_case")]
pub enum Honour {
    County,
    City,
    Provincial,
    National,
}

impl Honour {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "county" => Some(Self::County),
            "city" => Some(Self::City),
            "provincial" => Some(Self::Provincial),
            "national" => Some(Self::National),
            _ => None,
        }
    }

    /// The level that a word in either language names.
    pub fn named(text: &str) -> Option<Self> {
        match text {
            "县级" => Some(Self::County),
            "市级" => Some(Self::City),
            "省级" => Some(Self::Provincial),
            "全国级" | "国家级" | "全国" => Some(Self::National),
            other => Self::parse(other),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::City => "city",
            Self::Provincial => "provincial",
            Self::National => "national",
        }
    }
}

/// What a file says about the title of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    /// Nothing: whatever is known stays.
    Unsaid,
    Nothing,
    Held(Honour),
}

/// One division as a file tells it. A file that does not speak of outlines or honours (CSV) leaves them as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct DivisionRow {
    /// Where in the file, for faults found later.
    pub row: usize,
    pub code: DivisionCode,
    pub name: String,
    pub kind: DivisionKind,
    pub parent: Option<DivisionCode>,
    pub honour: Title,
    pub outline: Option<Outline>,
}

/// The texts of a row before they are judged.
#[derive(Debug, Default)]
pub struct RawDivision<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub level: &'a str,
    pub parent: &'a str,
    /// `None` where the file has no such column.
    pub honour: Option<&'a str>,
}

impl DivisionRow {
    /// Judges one row by itself; what only the whole file can tell (parents, doubles) is `check_tree`'s.
    pub fn parse(
        row: usize,
        raw: &RawDivision<'_>,
        outline: Option<Outline>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let before = faults.total;
        let code = code_of(row, "code", raw.code, faults);
        let name = name_of(row, "name", raw.name, faults);
        let kind = DivisionKind::parse(raw.level);
        if kind.is_none() {
            faults.add(
                row,
                "level",
                "须为 county、township 或 village",
                "must be county, township or village",
            );
        }
        if let (Some(code), Some(kind)) = (&code, kind)
            && code.kind() != kind
        {
            faults.add(row, "level", "与代码的级别不符", "does not fit the level that the code speaks of");
        }
        let parent = if raw.parent.is_empty() { None } else { code_of(row, "parent", raw.parent, faults) };
        if let Some(kind) = kind
            && kind.above().is_some() == raw.parent.is_empty()
        {
            faults.add(
                row,
                "parent",
                "乡镇和村须有上级，县没有上级",
                "townships and villages have a parent, a county has none",
            );
        }
        if let (Some(kind), Some(parent)) = (kind, &parent)
            && kind.above().is_some_and(|above| parent.kind() != above)
        {
            faults.add(row, "parent", "上级须高一级", "the parent must be one level above");
        }
        let honour = match raw.honour {
            None => Title::Unsaid,
            Some("") => Title::Nothing,
            Some(text) => Honour::parse(text).map_or_else(
                || {
                    faults.add(
                        row,
                        "honour",
                        "须为 county、city、provincial、national 或空",
                        "must be county, city, provincial, national or empty",
                    );
                    Title::Unsaid
                },
                Title::Held,
            ),
        };
        if faults.total > before {
            return None;
        }
        Some(Self { row, code: code?, name: name?, kind: kind?, parent, honour, outline })
    }
}

pub(super) fn code_of(row: usize, field: &str, text: &str, faults: &mut Faults) -> Option<DivisionCode> {
    let code = DivisionCode::parse(text);
    if code.is_none() {
        faults.add(row, field, "区划代码须为 12 位数字", "a division code has 12 digits");
    }
    code
}

/// A name as people read it. Markup and formula signs are text like any other: screens never interpret them and exports guard them.
pub(super) fn name_of(row: usize, field: &str, text: &str, faults: &mut Faults) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        faults.add(row, field, "不能为空", "must not be empty");
    } else if text.chars().count() > NAME_MAX {
        faults.add(row, field, format!("最多 {NAME_MAX} 个字"), format!("at most {NAME_MAX} characters"));
    } else if text.chars().any(char::is_control) {
        faults.add(row, field, "含有控制字符", "holds control characters");
    } else {
        return Some(text.to_owned());
    }
    None
}

/// Doubles and missing parents. `known` answers for the divisions that the county already has.
pub fn check_tree(rows: &[DivisionRow], known: impl Fn(&DivisionCode) -> bool, faults: &mut Faults) {
    let mut first = std::collections::HashMap::new();
    for row in rows {
        if let Some(earlier) = first.insert(&row.code, row.row) {
            faults.add(
                row.row,
                "code",
                format!("与第 {earlier} 行重复"),
                format!("is already in row {earlier}"),
            );
        }
    }
    for row in rows {
        if let Some(parent) = &row.parent
            && !first.contains_key(parent)
            && !known(parent)
        {
            faults.add(
                row.row,
                "parent",
                format!("没有代码为 {parent} 的区划"),
                format!("there is no division with the code {parent}"),
            );
        }
    }
}

/// Reads the CSV form: columns `code,name,level,parent` and, if present, `honour`; in any order, nothing else.
pub fn from_csv(bytes: &[u8]) -> Result<Vec<DivisionRow>, Faults> {
    let Table { lines, mut faults, .. } =
        Table::read(bytes, &["code", "name", "level", "parent"], &["honour"])?;
    let mut rows = Vec::new();
    for line in &lines {
        let raw = RawDivision {
            code: line.get("code"),
            name: line.get("name"),
            level: line.get("level"),
            parent: line.get("parent"),
            honour: line.find("honour"),
        };
        rows.extend(DivisionRow::parse(line.row, &raw, None, &mut faults));
    }
    faults.or(rows)
}
