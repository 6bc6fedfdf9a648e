//! A row of the people sheet: who, in which role, where. Whether the unit exists and who may appoint is the county's to say.

use chrono::NaiveDate;

use super::material::SheetRow;
use crate::domain::people::{
    account::{self, Login},
    role::Role,
};

/// A row that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub login: Login,
    pub name: String,
    pub phone: Option<String>,
    pub role: Role,
    /// Code or name, as it came; empty for the county.
    pub unit: String,
    pub valid_from: Option<NaiveDate>,
}

/// The role that a word in either language names.
pub fn role(text: &str) -> Option<Role> {
    let word: String = super::text::name(text).chars().filter(|c| !c.is_whitespace()).collect();
    let word = word.to_lowercase().replace(['（', '）', '(', ')'], "");
    Role::parse(&word).or(match word.as_str() {
        "平台管理员" => Some(Role::PlatformAdmin),
        "县办公室" | "办公室" | "县办" | "创文办" | "县办公室人员" => Some(Role::Office),
        "检查人员" | "督查员" | "检查员" | "督查人员" => Some(Role::Inspector),
        "县直部门" | "部门" | "部门人员" | "行业部门" => Some(Role::Department),
        "县领导" => Some(Role::CountyLeader),
        "主要负责人" | "主要领导" | "乡镇主要负责人" | "乡镇主要领导" => {
            Some(Role::MainLeader)
        }
        "分管领导" | "分管负责人" | "乡镇分管领导" => Some(Role::DeputyLeader),
        "乡镇经办人员" | "经办人员" | "经办人" | "乡镇经办人" => Some(Role::DeskOfficer),
        "村社区干部" | "村干部" | "村社干部" | "社区干部" => Some(Role::VillageCadre),
        _ => None,
    })
}

/// A day as people write one.
pub fn day(text: &str) -> Option<NaiveDate> {
    let text = super::text::code(text);
    let plain = text.replace(['年', '月', '/', '.'], "-").replace('日', "");
    let plain = plain.split('T').next().unwrap_or_default();
    ["%Y-%m-%d", "%Y%m%d"].into_iter().find_map(|form| NaiveDate::parse_from_str(plain, form).ok())
}

/// Judges a row by itself; `None` when it has faults, which are then in the row.
pub fn parse(row: &mut SheetRow) -> Option<PersonRow> {
    let name = row.name("name");
    let name = account::shown_name("name", &name);
    let phone_text = row.code("phone");
    let phone = account::phone("phone", Some(&phone_text));
    let login_text = Some(row.code("login")).filter(|text| !text.is_empty()).unwrap_or(phone_text);
    let login = Login::parse(&login_text);
    if login.is_none() {
        row.fault(
            "login",
            "账号或手机号至少填一个；账号为 2 到 64 个字母、数字、汉字或 . _ - + @",
            "Give a login or a phone number; a login has 2 to 64 letters, digits or . _ - + @",
        );
    }
    for problem in
        [name.as_ref().err(), phone.as_ref().err()].into_iter().flatten().cloned().collect::<Vec<_>>()
    {
        for error in problem.errors {
            row.fault(&error.field, error.zh, error.en);
        }
    }
    let role = role(row.raw("role"));
    if role.is_none() {
        let given = row.raw("role").to_owned();
        row.fault("role", format!("没有岗位“{given}”"), format!("there is no role \"{given}\""));
    }
    let day_text = row.raw("valid_from").to_owned();
    let valid_from = day(&day_text);
    if valid_from.is_none() && !day_text.is_empty() {
        row.fault("valid_from", "应为 2026-12-31 这样的日期", "expected a day such as 2026-12-31");
    }
    let unit = super::text::name(row.raw("unit"));
    if !row.faults.is_empty() {
        return None;
    }
    Some(PersonRow { login: login?, name: name.ok()?, phone: phone.ok()?, role: role?, unit, valid_from })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_in_both_languages() {
        assert_eq!(role("村（社区）干部"), Some(Role::VillageCadre));
        assert_eq!(role(" Desk_Officer "), Some(Role::DeskOfficer));
        assert_eq!(role("县　办公室"), Some(Role::Office));
        assert_eq!(role("书记"), None);
        for known in Role::ALL {
            assert_eq!(role(known.as_str()), Some(known));
        }
    }

    #[test]
    fn days_as_text() {
        let first = NaiveDate::from_ymd_opt(2026, 12, 1);
        for text in
            ["2026-12-01", "2026/12/1", "2026年12月1日", "20261201", "2026.12.1", "2026-12-01T00:00:00"]
        {
            assert_eq!(day(text), first, "{text}");
        }
        assert_eq!(day("12月"), None);
        assert_eq!(day("2026-13-01"), None);
    }
}
