//! Words of rows in workbooks, in the language of whoever asks. They are those of the screens.

use super::ledger::Language;

/// A word that a row is kept with, as people read it; empty where there is none.
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
        // campaigns and look-backs
        "draft" => ("草稿", "draft"),
        "running" => ("进行中", "running"),
        "ended" => ("已结束", "ended"),
        "waiting" => ("待看", "to look at"),
        "held" => ("保持", "holds"),
        "not_held" => ("没有保持", "does not hold"),
        "dropped" => ("不再看", "no longer"),
        // duties and titles
        "no_holder" => ("没有人", "nobody"),
        "ending" => ("快到期", "ends soon"),
        "no_liaison" => ("没有专人", "no liaison"),
        "liaison_ended" => ("专人已离岗", "liaison has left"),
        "no_leader" => ("没有分管县领导", "no county leader in charge"),
        "no_pair" => ("缺一个搭档", "one of the pair missing"),
        "no_password" => ("还没设密码", "no password yet"),
        "township" => ("乡镇（街道）", "township"),
        "village" => ("村（社区）", "village"),
        "county" => ("县级", "county"),
        "city" => ("市级", "city"),
        "provincial" => ("省级", "province"),
        "national" => ("全国", "national"),
        // photos
        "strong" => ("到现场看", "check on site"),
        "look" => ("请看对照", "look at the pair"),
        "weak" => ("供参考", "for information"),
        // colours
        "green" => ("绿", "green"),
        "yellow" => ("黄", "yellow"),
        "red" => ("红", "red"),
        "proposed" => ("拟定", "proposed"),
        "confirmed" => ("已确认", "confirmed"),
        "published" => ("已公布", "published"),
        "appeal_open" => ("有申诉", "appeal"),
        "appeal_upheld" => ("申诉后维持", "stays after appeal"),
        "appeal_changed" => ("申诉后改", "changed after appeal"),
        // feedback and rounds
        "open" => ("待回复", "to answer"),
        "answered" => ("已回复", "answered"),
        "announced" => ("明查", "announced"),
        "unannounced" => ("暗访", "unannounced"),
        "after_look" => ("看过再交办", "after a look"),
        "at_once" => ("收到就交办", "at once"),
        _ => ("", ""),
    };
    if language == Language::Zh { zh } else { en }
}
