//! The sheets of a county's workbook and their columns, in both languages: one table for reading, for the template and for help.

mod checklists;
mod honours;

use serde::{Deserialize, Serialize};

pub use checklists::{EXAMPLE_SHEET, EXAMPLES};
pub use honours::HONOURS;

/// The name of the template's sheet that explains the columns: it is never read.
pub const GUIDE_SHEET: &str = "说明";

/// What a row is about. The order is the order of writing: what comes later names what came before.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[schema(as = ImportSheet)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    County,
    Divisions,
    Outlines,
    Checklists,
    Sites,
    People,
}

/// A column: its name in answers, whether a file must have it, and the titles under which it is found.
#[derive(Debug)]
pub struct Column {
    pub field: &'static str,
    pub required: bool,
    /// The first is Chinese, the second English: those stand in the template.
    pub titles: &'static [&'static str],
    /// What to write there: Chinese, English.
    pub help: (&'static str, &'static str),
    pub example: &'static str,
}

const fn column(
    field: &'static str,
    required: bool,
    titles: &'static [&'static str],
    help: (&'static str, &'static str),
    example: &'static str,
) -> Column {
    Column { field, required, titles, help, example }
}

static COUNTY: &[Column] = &[
    column(
        "code",
        true,
        &["区划代码", "code", "代码", "编码", "county_code", "县代码"],
        ("12 位统计用区划代码，末六位为 0", "12-digit statistics code that ends in six zeros"),
        "519901000000",
    ),
    column(
        "name",
        true,
        &["名称", "name", "县名", "县名称"],
        ("县（市、区）的名称", "Name of the county"),
        "示例县",
    ),
    column(
        "inspector_zh",
        false,
        &["检查人员称呼", "inspector_zh", "称呼"],
        (
            "本县怎么称呼检查人员；不填则保持原样，起初是“检查人员”",
            "What the county calls its inspectors in Chinese; empty leaves it as it is",
        ),
        "督查员",
    ),
    column(
        "inspector_en",
        false,
        &["检查人员称呼（英文）", "inspector_en", "检查人员称呼(英文)", "英文称呼"],
        ("英文界面里的称呼；不填则保持原样", "The same for the English screens; empty leaves it as it is"),
        "Inspector",
    ),
];

static DIVISIONS: &[Column] = &[
    column(
        "code",
        true,
        &["区划代码", "code", "代码", "编码"],
        (
            "12 位代码：乡镇末三位为 0，村（社区）末三位不为 0",
            "12 digits: a township ends in 000, a village does not",
        ),
        "519901001000",
    ),
    column(
        "name",
        true,
        &["名称", "name", "区划名称"],
        ("乡镇（街道）或村（社区）的名称", "Name of the township or village"),
        "杏桥街道",
    ),
    column(
        "level",
        false,
        &["级别", "level", "层级", "类型"],
        ("乡镇 或 村；不填则按代码判断", "township or village; worked out from the code when empty"),
        "乡镇",
    ),
    column(
        "parent",
        false,
        &["上级代码", "parent", "上级", "上级区划", "parent_code"],
        ("上一级的代码；不填则按代码判断", "Code of the level above; worked out from the code when empty"),
        "519901000000",
    ),
    column(
        "honour",
        false,
        &["文明称号", "honour", "称号"],
        ("县级、市级、省级、全国级，或不填", "county, city, provincial, national, or empty"),
        "",
    ),
];

static SITES: &[Column] = &[
    column(
        "code",
        true,
        &["点位编码", "code", "编码", "编号", "点位编号"],
        ("长期不变的编码：字母、数字、- _ .", "A code that stays: letters, digits, - _ ."),
        "01-0001",
    ),
    column(
        "kind",
        true,
        &["点位类型", "kind", "类型", "类别"],
        ("清单里的点位类型，写名称或代号", "A site kind of the checklists, by name or key"),
        "public_toilet",
    ),
    column("name", true, &["名称", "name", "点位名称"], ("点位的名称", "Name of the site"), "松场社区公厕"),
    column(
        "township_code",
        false,
        &["乡镇", "township_code", "乡镇代码", "township", "乡镇（街道）"],
        ("代码或名称；不填则按村判断", "Code or name; worked out from the village when empty"),
        "杏桥街道",
    ),
    column(
        "village_code",
        true,
        &["村（社区）", "village_code", "村代码", "village", "村", "社区", "村(社区)"],
        ("代码或名称", "Code or name"),
        "松场社区",
    ),
    column(
        "longitude",
        true,
        &["经度", "longitude", "lon", "lng"],
        ("十进制度数", "Degrees east, decimal"),
        "104.981429",
    ),
    column(
        "latitude",
        true,
        &["纬度", "latitude", "lat"],
        ("十进制度数", "Degrees north, decimal"),
        "30.286677",
    ),
];

static PEOPLE: &[Column] = &[
    column(
        "login",
        false,
        &["账号", "login", "登录名", "用户名"],
        ("不填则用手机号", "The phone number when empty"),
        "",
    ),
    column("name", true, &["姓名", "name"], ("真实姓名", "Full name"), "张三"),
    column(
        "phone",
        false,
        &["手机号", "phone", "手机", "电话", "联系电话", "手机号码"],
        ("用于登录和联系", "To sign in and to be reached"),
        "13800000000",
    ),
    column(
        "role",
        true,
        &["岗位", "role", "角色", "职责"],
        (
            "县办公室、检查人员、县直部门、县领导、主要负责人、分管领导、乡镇经办人员、村（社区）干部",
            "office, inspector, department, county_leader, main_leader, deputy_leader, desk_officer, village_cadre",
        ),
        "乡镇经办人员",
    ),
    column(
        "unit",
        false,
        &["单位", "unit", "所在单位", "unit_code", "单位代码"],
        (
            "乡镇、村或部门的代码或名称；村可写“乡镇/村”；县级岗位不填",
            "Code or name of the township, village or department; a village may be \"township/village\"; empty for the county",
        ),
        "杏桥街道",
    ),
    column(
        "valid_from",
        false,
        &["开始日期", "valid_from", "任职日期", "到岗日期"],
        ("不填则即日起", "From now on when empty"),
        "2026-12-01",
    ),
];

impl SheetKind {
    pub const ALL: [Self; 6] =
        [Self::County, Self::Divisions, Self::Outlines, Self::Checklists, Self::Sites, Self::People];

    /// Those that are tables; outlines are GeoJSON. Checklists also come as JSON, with example pictures and rules.
    pub const TABLES: [Self; 5] =
        [Self::County, Self::Divisions, Self::Checklists, Self::Sites, Self::People];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Divisions => "divisions",
            Self::Outlines => "outlines",
            Self::Checklists => "checklists",
            Self::Sites => "sites",
            Self::People => "people",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::County => "县",
            Self::Divisions => "区划",
            Self::Outlines => "边界",
            Self::Checklists => "清单",
            Self::Sites => "点位",
            Self::People => "人员",
        }
    }

    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::County => COUNTY,
            Self::Divisions => DIVISIONS,
            Self::Sites => SITES,
            Self::People => PEOPLE,
            Self::Checklists => checklists::CHECKLISTS,
            Self::Outlines => &[],
        }
    }

    /// The table that a sheet or a file of this name holds; never the name of the workbook around it.
    pub fn of_title(title: &str) -> Option<Self> {
        let title = title.trim().to_lowercase();
        let title = title.strip_suffix(".csv").unwrap_or(&title);
        let says = |words: &[&str]| words.iter().any(|word| title.contains(word));
        // Longer words first: "县人员" is about people.
        if says(&["人员", "people", "岗位", "person"]) {
            Some(Self::People)
        } else if says(&["点位", "site"]) {
            Some(Self::Sites)
        } else if says(&["区划", "division", "乡镇", "行政村"]) {
            Some(Self::Divisions)
        } else if ["县", "county", "县信息", "本县", "县区"].contains(&title) || says(&["county"]) {
            Some(Self::County)
        } else if title != EXAMPLE_SHEET && says(&["清单", "检查项", "checklist"]) {
            // Last, as "点位清单" is a list of sites.
            Some(Self::Checklists)
        } else {
            None
        }
    }

    /// The column of this title.
    pub fn column(self, title: &str) -> Option<&'static Column> {
        titled(self.columns(), title)
    }
}

/// The column of this title, whatever its case, spaces and the star of what must be there.
pub fn titled(columns: &'static [Column], title: &str) -> Option<&'static Column> {
    let title: String = title.chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
    let title = title.to_lowercase();
    columns.iter().find(|column| column.titles.iter().any(|known| *known == title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_stands_for_two_columns_of_a_sheet() {
        for columns in SheetKind::TABLES.map(SheetKind::columns).into_iter().chain([HONOURS]) {
            let mut seen = std::collections::HashSet::new();
            for title in columns.iter().flat_map(|column| column.titles) {
                assert!(seen.insert(*title), "{title}");
                assert_eq!(title.to_lowercase(), *title, "titles are compared in lower case");
                assert!(titled(columns, title).is_some());
            }
        }
    }

    #[test]
    fn sheets_are_found_by_their_names() {
        for (title, kind) in [
            ("县", Some(SheetKind::County)),
            ("2 区划", Some(SheetKind::Divisions)),
            ("Sites", Some(SheetKind::Sites)),
            ("people.csv", Some(SheetKind::People)),
            ("点位清单", Some(SheetKind::Sites)),
            ("2026年检查清单", Some(SheetKind::Checklists)),
            ("清单示例", None),
            ("说明", None),
        ] {
            assert_eq!(SheetKind::of_title(title), kind, "{title}");
        }
    }
}
