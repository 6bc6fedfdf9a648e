//! What can be odd about a photo, how much it weighs, and the words for it. A county may weigh each otherwise
//! (`domain::standards::settings`). Words never accuse, and those for a township name no other place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a flag weighs. `Off` is a county's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    Off,
    /// Said, and nothing else.
    Weak,
    /// Somebody should look at the pair.
    Look,
    /// A repair with it is checked on site.
    Strong,
}

impl Strength {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Weak => "weak",
            Self::Look => "look",
            Self::Strong => "strong",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Off, Self::Weak, Self::Look, Self::Strong].into_iter().find(|one| one.as_str() == text)
    }
}

/// Declares the flags: name, wire word, usual strength, words for the county, words for the township.
macro_rules! photo_flags {
    ($($name:ident $code:literal $strength:ident $zh:literal $en:literal / $own_zh:literal $own_en:literal;)*) => {
        /// Everything that the rules can say of a photo.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PhotoFlag { $($name),* }

        impl PhotoFlag {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $code),* } }
            /// What it weighs in a county that has not said otherwise.
            pub const fn usual(self) -> Strength { match self { $(Self::$name => Strength::$strength),* } }
            /// Chinese, English, for whoever checks.
            pub const fn words(self) -> (&'static str, &'static str) { match self { $(Self::$name => ($zh, $en)),* } }
            /// Chinese, English, for whoever took the photo: what to do, and no other place.
            pub const fn own_words(self) -> (&'static str, &'static str) { match self { $(Self::$name => ($own_zh, $own_en)),* } }
        }
    };
}

photo_flags! {
    NotTheRepair "not_the_repair" Strong
        "两人认定：照片不能说明已经整改" "Two people found that the photo does not show the repair"
        / "这张照片不能说明已经整改，请整改后到现场重拍" "This photo does not show the repair; please repair it and take a new one there";
    SameAsBefore "same_as_before" Strong
        "与整改前照片是同一个文件" "The same file as the photo from before the repair"
        / "与整改前照片相同，请重拍" "The same as the photo from before; please take a new one";
    SameAsOther "same_as_other" Strong
        "与另一次反馈或另一处的照片是同一个文件" "The same file as a photo of another repair or another place"
        / "这张照片已经用过，请重拍" "This photo was used before; please take a new one";
    ManyTickets "many_tickets" Look
        "同一张照片用于同一点位的几张整改单" "One photo is used for several tickets of the same site"
        / "同一张照片用于几张整改单，最好每处各拍一张" "One photo for several tickets; one for each is better";
    LikeBefore "like_before" Strong
        "与整改前照片几乎一样" "Almost the same as the photo from before the repair"
        / "与整改前照片几乎一样，请重拍整改后的样子" "Almost the same as the photo from before; please show it as it is now";
    ResemblesBefore "resembles_before" Look
        "与整改前照片相像，可能是同一角度重拍" "Resembles the photo from before; perhaps taken again from the same place"
        / "与整改前照片相像" "Resembles the photo from before";
    LikeOther "like_other" Strong
        "与另一张单或另一天的照片几乎一样" "Almost the same as a photo of another ticket or another day"
        / "与以前的照片几乎一样，请重拍现在的样子" "Almost the same as an earlier photo; please show it as it is now";
    ResemblesOther "resembles_other" Weak
        "与另一张单或另一天的照片相像" "Resembles a photo of another ticket or another day"
        / "与以前的照片相像" "Resembles an earlier photo";
    TakenElsewhere "taken_elsewhere" Strong
        "拍摄位置离问题位置较远" "Taken far from the place of the fault"
        / "拍摄位置离问题位置较远，请到现场拍" "Taken far from the place; please take it there";
    TakenBefore "taken_before" Strong
        "拍摄时间早于发现问题" "Taken before the fault was found"
        / "拍摄时间早于发现问题，请重拍" "Taken before the fault was found; please take a new one";
    OldPicture "old_picture" Look
        "拍摄很久以后才上报" "Handed in long after it was taken"
        / "拍摄很久以后才上报" "Handed in long after it was taken";
    FromAlbum "from_album" Look
        "照片来自相册，没有说明原因" "The photo comes from the album, without a reason"
        / "照片来自相册，请说明原因" "The photo comes from the album; please say why";
    FromAlbumWithReason "from_album_with_reason" Weak
        "照片来自相册，已说明原因" "The photo comes from the album, with a reason"
        / "照片来自相册，已说明原因" "The photo comes from the album, with a reason";
    Screenshot "screenshot" Look
        "像是手机截图" "Looks like a screenshot"
        / "像是手机截图，请用相机拍" "Looks like a screenshot; please use the camera";
    NoPosition "no_position" Weak
        "照片没有位置" "The photo has no position"
        / "照片没有位置" "The photo has no position";
    CoarsePosition "coarse_position" Weak
        "照片位置不够准" "The photo's position is coarse"
        / "照片位置不够准" "The photo's position is coarse";
    PositionRepeated "position_repeated" Look
        "位置与另一时间的照片完全相同" "The position equals that of a photo from another time, to the last digit"
        / "位置与另一时间的照片完全相同" "The position equals that of a photo from another time";
    ImpossibleSpeed "impossible_speed" Look
        "与前一张照片相距太远，时间太短" "Too far from the photo before it, for the time between"
        / "与前一张照片相距太远，时间太短" "Too far from the photo before it, for the time between";
    ClockOff "clock_off" Look
        "手机时间与服务器相差较大" "The phone's clock differs much from the server's"
        / "手机时间不准，请打开自动设置时间" "The phone's clock is off; please let it be set automatically";
    ExifTimeDiffers "exif_time_differs" Look
        "图片文件里的时间与手机所报不同" "The time in the picture file differs from what the phone said"
        / "图片文件里的时间与手机所报不同" "The time in the picture file differs from what the phone said";
    ExifPlaceDiffers "exif_place_differs" Look
        "图片文件里的位置与手机所报不同" "The place in the picture file differs from what the phone said"
        / "图片文件里的位置与手机所报不同" "The place in the picture file differs from what the phone said";
}

impl PhotoFlag {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|flag| flag.as_str() == text)
    }

    /// A missing or coarse position alone never asks for a visit, whatever a county says (domain.md 4.7: indoors).
    pub const fn strongest(self) -> Strength {
        match self {
            Self::NoPosition | Self::CoarsePosition => Strength::Look,
            _ => Strength::Strong,
        }
    }

    /// Two people said it (`super::verdict`): no rule raises it, no setting weighs it, and nobody overrules it alone.
    pub const fn is_by_people(self) -> bool {
        matches!(self, Self::NotTheRepair)
    }

    /// The very same bytes: the only thing that the machine decides, by not letting the attempt be submitted.
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::SameAsBefore | Self::SameAsOther)
    }
}
