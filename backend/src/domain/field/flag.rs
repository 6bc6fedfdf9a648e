//! What is odd about accepted work. A flag informs the office; it never throws work away (decisions.md 4).

use serde::{Deserialize, Serialize};

/// One oddity, by code, with a detail that a person can read (an item code, a number of minutes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Flag {
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// For the office only: it speaks of something that the author may not read.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    #[schema(ignore)]
    pub office: bool,
}

impl Flag {
    pub fn new(code: impl Into<String>, detail: Option<String>) -> Self {
        Self { code: code.into(), detail, office: false }
    }

    /// The same, for the office only.
    #[must_use]
    pub fn for_office(self) -> Self {
        Self { office: true, ..self }
    }
}

/// Declares the codes: name, wire word, Chinese, English.
macro_rules! flags {
    ($($name:ident $code:literal $zh:literal $en:literal;)*) => {
        /// Every oddity that the server knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FlagCode { $($name),* }

        impl FlagCode {
            pub const ALL: &'static [FlagCode] = &[$(FlagCode::$name),*];
            pub fn as_str(self) -> &'static str { match self { $(FlagCode::$name => $code),* } }
            /// Plain words: Chinese, English.
            pub fn words(self) -> (&'static str, &'static str) { match self { $(FlagCode::$name => ($zh, $en)),* } }
        }
    };
}

flags! {
    ClockDoubtful "clock_doubtful" "手机时间不能确定" "The phone's time is uncertain";
    ClockAhead "clock_ahead" "手机时间快于服务器" "The phone's clock is ahead of the server's";
    LateArrival "late_arrival" "较晚送达" "Arrived late";
    Forked "forked" "编号重复使用" "A number or photo id was used twice";
    DeviceRevoked "device_revoked" "设备已停用" "The device was revoked";
    PostEnded "post_ended" "当时不在这个岗位的任期内" "The post was not held at that time";
    NoSignature "no_signature" "没有设备签名" "No signature of the device";
    SameAsBefore "same_as_before" "与整改前照片相同，请重拍" "The same as the photo from before; please take a new one";
    SameAsOther "same_as_other" "这张照片已经用过，请重拍" "This photo was used before; please take a new one";
    OnSiteNeeded "on_site_needed" "照片有提示，需到现场核查" "Something about the photos asks for a check on site";
    OnSiteForSeverity "on_site_for_severity" "这类问题须到现场核查" "Faults of this severity are checked on site";
    SignedTimeDoubtful "signed_time_doubtful" "签收单上的时间不能采用，按录入时间计" "The time on the sheet cannot count; the time of entering does";
    BeyondZeroDay "beyond_zero_day" "清零日期不顺延" "The zeroing date moves for nobody";
    DayToCome "day_to_come" "日期还没到" "That day is still to come";
    DayPassed "day_passed" "日期已过，请另选一天" "The day has passed; please choose another";
    AskedTooLate "asked_too_late" "期限已过，不能再申请延期" "The time is over; more can no longer be asked for";
    AskedAlready "asked_already" "已有同类申请待答复" "The same was asked before and waits for an answer";
    OtherDayAgreed "other_day_agreed" "与前一人同意的日期不同，还须另一人同意这一天" "Another day than was agreed to before; somebody else has to agree to this one";
    PhotoMissing "photo_missing" "按规定应有照片" "A photo was expected";
    PhotoReason "photo_reason" "没有照片，已说明原因" "No photo, with a reason";
    AlbumWithoutReason "album_without_reason" "照片来自相册，未说明原因" "The photo comes from the album, without a reason";
    SheetMissing "sheet_missing" "没有附检查表照片" "No photo of the sheet";
    RetiredSite "retired_site" "点位已停用" "The site is retired";
    UnknownSite "unknown_site" "点位不在台账中" "The site is not in the register";
    UnknownRound "unknown_round" "拉练轮次不在记录中，乡镇暂不可见" "The round is not known here; hidden from the township";
    OldChecklist "old_checklist" "使用了旧版清单" "An older checklist version was used";
    UnknownItem "unknown_item" "清单中没有此项" "The checklist has no such item";
    JudgedDifferently "judged_differently" "按规则判断与现场不同" "The rules judge this differently";
    AnswerMissing "answer_missing" "有必答项未答" "A required answer is missing";
    AnswerHidden "answer_hidden" "答了不需要回答的项" "An item was answered that is not asked here";
    AnswerTwice "answer_twice" "同一项答了两次" "An item was answered twice";
    InstanceMissing "instance_missing" "没有写明是哪个摊位或房间" "It does not say which stall or room";
    AnswerUnreadable "answer_unreadable" "答案与题型不符" "An answer does not fit its item";
    ScoreTooHigh "score_too_high" "得分高于满分" "A score is above the highest";
    NotApplicableNotAllowed "not_applicable_not_allowed" "此项不能选不适用" "This item cannot be not applicable";
    ReasonMissing "reason_missing" "缺少原因说明" "A reason is missing";
    PhotoForbidden "photo_forbidden" "此项不应拍照" "No photo should be taken here";
    FarFromSite "far_from_site" "距点位较远" "Far from the site";
    Border "border" "靠近边界，需确认属地" "Near a border; the place needs confirming";
    OutsideCounty "outside_county_place" "位置在县域之外" "The position lies outside the county";
    NoPlace "no_place" "没有位置" "No position";
    SeenWhileSubmitted "seen_while_submitted" "待核查期间再次发现" "Seen again while waiting for a check";
    CorrectionAfterIssue "correction_after_issue" "交办后更正，需办公室确认" "Corrected after issue; the office confirms";
    CorrectionLate "correction_late" "超过72小时的更正" "Corrected after 72 hours";
    SelfVerification "self_verification" "由报告人或整改人核查" "Checked by the person who reported or repaired it";
    TextTooLong "text_too_long" "文字过长，已截短显示" "A text was too long and is shown shortened";
    DamagedFile "damaged_file" "图片文件有损坏" "The picture file is damaged";
    NotAPhoto "not_a_photo" "文件不是可识别的照片" "The file is not a picture that can be read";
    TypeDiffers "type_differs" "文件类型与标注不同" "The file is of another type than named";
    UnusualSize "unusual_size" "图片尺寸超出可打开的范围" "The picture is larger or smaller than we open";
    NoPreview "no_preview" "这种图片暂时没有预览，可下载原件" "No preview of this type yet; the original can be opened";
    NotOpened "not_opened" "这张图片在限定的时间和内存内没能打开，原件已保留" "The picture could not be opened within the time and memory allowed; the original is kept";
    VoiceTooLong "voice_too_long" "语音超过一分钟" "The voice note is longer than a minute";
}

impl FlagCode {
    pub fn flag(self) -> Flag {
        Flag::new(self.as_str(), None)
    }

    pub fn with(self, detail: impl Into<String>) -> Flag {
        Flag::new(self.as_str(), Some(detail.into()))
    }
}
