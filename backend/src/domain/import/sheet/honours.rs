//! The columns of the table of honours; the words that stand in them are read in both languages, too.

use super::{Column, column};

/// In the order of the template.
pub static HONOURS: &[Column] = &[
    column(
        "subject_kind",
        true,
        &["类别", "subject_kind", "点位或村镇"],
        ("点位 或 村镇", "site, or division for a township or village"),
        "点位",
    ),
    column(
        "code",
        true,
        &["编码", "code", "代码", "编号", "点位编码", "点位码", "区划代码"],
        ("点位编码，或 12 位区划代码", "Site code, or 12-digit division code"),
        "01-01001001-0001",
    ),
    column(
        "level",
        true,
        &["级别", "level", "荣誉级别"],
        ("县级、市级、省级、国家级", "county, city, provincial or national"),
        "县级",
    ),
    column(
        "title",
        true,
        &["荣誉名称", "title", "荣誉", "称号", "名称"],
        ("荣誉的名称", "Name of the honour"),
        "示例荣誉",
    ),
    column("year", true, &["年份", "year", "获评年份"], ("获评年份", "Year it was given"), "2026"),
    column(
        "valid_until",
        false,
        &["有效期到", "valid_until", "有效期", "有效期至"],
        ("如 2028-12-31；长期的不填", "Such as 2028-12-31; empty where it has no end"),
        "",
    ),
    column(
        "recheck_day",
        false,
        &["复查日", "recheck_day", "复查日期"],
        ("如 2027-06-30；可不填", "Such as 2027-06-30; may be empty"),
        "",
    ),
    column("note", false, &["备注", "note", "说明"], ("可不填", "May be empty"), ""),
];
