//! The words of lists as workbooks, in the language of whoever asks: what each is called and its columns.

use super::ledger::Language;

/// A list that can be taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Visits,
    Sites,
    People,
    Unsent,
    Devices,
    Audit,
}

type Column = (&'static str, &'static str, f64);

const VISITS: &[Column] = &[
    ("检查时间", "Visited", 17.0),
    ("点位", "Site", 28.0),
    ("编号", "Code", 14.0),
    ("检查人员", "By", 12.0),
    ("结果", "Outcome", 12.0),
    ("得分", "Score", 8.0),
    ("合格", "Pass", 8.0),
    ("不合格", "Fail", 8.0),
    ("不适用", "Not applicable", 8.0),
    ("没看到", "Not seen", 8.0),
    ("整改单", "Tickets", 24.0),
    ("在场人员", "People present", 18.0),
    ("说明", "Note", 32.0),
    ("方式", "Way", 8.0),
];
const SITES: &[Column] = &[
    ("编号", "Code", 14.0),
    ("名称", "Name", 28.0),
    ("类型", "Kind", 16.0),
    ("乡镇", "Township", 14.0),
    ("村（社区）", "Village", 14.0),
    ("经度", "Longitude", 11.0),
    ("纬度", "Latitude", 11.0),
    ("状态", "Status", 8.0),
    ("上次检查", "Last visit", 17.0),
    ("上次得分", "Last score", 9.0),
    ("未销号", "Open tickets", 9.0),
];
const PEOPLE: &[Column] = &[
    ("账号", "Account", 16.0),
    ("姓名", "Name", 14.0),
    ("电话", "Phone", 16.0),
    ("状态", "Status", 8.0),
    ("已设密码", "Password set", 9.0),
    ("现在的岗位", "Posts now", 48.0),
];
const UNSENT: &[Column] = &[
    ("设备", "Device", 22.0),
    ("使用人", "Person", 14.0),
    ("未上传的记录", "Records held", 12.0),
    ("未上传的照片", "Photos held", 12.0),
    ("最早一件", "Oldest", 17.0),
    ("最近联系", "Last contact", 17.0),
    ("剩余空间（MB）", "Free space (MB)", 14.0),
    ("版本", "Version", 10.0),
    ("已停用", "Revoked", 8.0),
];
const DEVICES: &[Column] = &[
    ("使用人", "Person", 14.0),
    ("设备", "Device", 22.0),
    ("浏览器", "Browser", 40.0),
    ("版本", "Version", 10.0),
    ("登记", "Registered", 17.0),
    ("最近联系", "Last contact", 17.0),
    ("停用时间", "Revoked", 17.0),
];
const AUDIT: &[Column] = &[
    ("序号", "No.", 10.0),
    ("时间", "At", 17.0),
    ("人员", "Person", 14.0),
    ("做了什么", "Action", 22.0),
    ("对象类型", "Noun", 16.0),
    ("对象名称", "Name", 22.0),
    ("对象", "Object", 38.0),
    ("原因", "Reason", 32.0),
    ("地址", "Address", 18.0),
    ("之前的指纹", "Hash before", 20.0),
    ("之后的指纹", "Hash after", 20.0),
];

impl List {
    /// The end of its file's name and of its line in the record.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Sites => "sites",
            Self::People => "people",
            Self::Unsent => "unsent",
            Self::Devices => "devices",
            Self::Audit => "audit",
        }
    }

    pub const fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Visits, Language::Zh) => "检查记录",
            (Self::Visits, Language::En) => "Visits",
            (Self::Sites, Language::Zh) => "点位",
            (Self::Sites, Language::En) => "Sites",
            (Self::People, Language::Zh) => "人员岗位",
            (Self::People, Language::En) => "People and posts",
            (Self::Unsent, Language::Zh) => "本机未上传",
            (Self::Unsent, Language::En) => "Unsent",
            (Self::Devices, Language::Zh) => "设备",
            (Self::Devices, Language::En) => "Devices",
            (Self::Audit, Language::Zh) => "审计记录",
            (Self::Audit, Language::En) => "Audit record",
        }
    }

    pub fn columns(self, language: Language) -> Vec<(&'static str, f64)> {
        let columns = match self {
            Self::Visits => VISITS,
            Self::Sites => SITES,
            Self::People => PEOPLE,
            Self::Unsent => UNSENT,
            Self::Devices => DEVICES,
            Self::Audit => AUDIT,
        };
        columns
            .iter()
            .map(|(zh, en, width)| (if language == Language::Zh { *zh } else { *en }, *width))
            .collect()
    }
}

/// What happened at a visit, and how it came in.
pub fn word(language: Language, key: &str) -> &'static str {
    let (zh, en) = match key {
        "inspected" => ("已检查", "inspected"),
        "closed" => ("关门", "closed"),
        "gone" => ("已不存在", "gone"),
        "works" => ("正在施工", "under construction"),
        "road_cut" => ("路不通", "road cut off"),
        "refused" => ("对方不让查", "refused"),
        "phone" => ("手机", "phone"),
        "desktop" => ("电脑", "desktop"),
        "paper" => ("纸质", "paper"),
        "active" => ("在用", "active"),
        "retired" => ("停用", "retired"),
        "suspended" => ("停用", "suspended"),
        "yes" => ("是", "yes"),
        "platform_admin" => ("平台管理员", "platform administrator"),
        "office" => ("县专班", "county office"),
        "inspector" => ("检查人员", "inspector"),
        "department" => ("县级部门", "county department"),
        "county_leader" => ("县领导", "county leader"),
        "main_leader" => ("乡镇主要领导", "head of a township"),
        "deputy_leader" => ("乡镇分管领导", "deputy head of a township"),
        "desk_officer" => ("乡镇经办人员", "desk officer"),
        "village_cadre" => ("村（社区）干部", "village official"),
        _ => ("", ""),
    };
    if language == Language::Zh { zh } else { en }
}
