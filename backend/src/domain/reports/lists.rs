//! The lists that can be taken along as workbooks, one description each: the end of the file's name and address, who may read it, what it
//! is called and its columns, in both languages. What a row says stands in `app/reports/lists`.

use super::ledger::Language;
use crate::domain::people::permission::Action;

/// Chinese, English, width in characters.
type Column = (&'static str, &'static str, f64);

/// Declares [`List`] and what is said of each.
macro_rules! lists {
    ($($name:ident $slug:literal $action:ident $zh:literal $en:literal [$($column:expr),* $(,)?];)*) => {
        /// A list that can be taken along.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum List { $($name),* }

        impl List {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in its address, of its file and of its line in the record.
            pub const fn slug(self) -> &'static str { match self { $(Self::$name => $slug),* } }

            /// Whoever may not read it may not take it along.
            pub const fn action(self) -> Action { match self { $(Self::$name => Action::$action),* } }

            const fn titles(self) -> (&'static str, &'static str) { match self { $(Self::$name => ($zh, $en)),* } }

            const fn described(self) -> &'static [Column] { match self { $(Self::$name => &[$($column),*]),* } }
        }
    };
}

lists! {
    Visits "visits" ReadInspections "检查记录" "Visits" [
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
    Sites "sites" ReadPlaces "点位" "Sites" [
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
    People "people" KeepPeople "人员岗位" "People and posts" [
        ("账号", "Account", 16.0),
        ("姓名", "Name", 14.0),
        ("电话", "Phone", 16.0),
        ("状态", "Status", 8.0),
        ("已设密码", "Password set", 9.0),
        ("现在的岗位", "Posts now", 48.0),
    ];
    Unsent "unsent" ReadUnsent "本机未上传" "Unsent" [
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
    Devices "devices" KeepDevices "设备" "Devices" [
        ("使用人", "Person", 14.0),
        ("设备", "Device", 22.0),
        ("浏览器", "Browser", 40.0),
        ("版本", "Version", 10.0),
        ("登记", "Registered", 17.0),
        ("最近联系", "Last contact", 17.0),
        ("停用时间", "Revoked", 17.0),
    ];
    Audit "audit" ReadAudit "审计记录" "Audit record" [
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
    Zero "zero" ReadFigures "静态问题清零" "Static issues to zero" [
        ("乡镇（街道）", "Township", 18.0),
        ("未清零", "Open", 10.0),
        ("待核查", "To verify", 10.0),
        ("逾期", "Overdue", 10.0),
        ("新发现", "New", 10.0),
        ("已销号", "Closed", 10.0),
    ];
    Campaigns "campaigns" ReadCampaigns "清零行动" "Campaigns" [
        ("名称", "Name", 28.0),
        ("状态", "State", 10.0),
        ("范围", "Scope", 36.0),
        ("截止日", "Last day", 12.0),
        ("开始", "Started", 17.0),
        ("开始人", "Started by", 12.0),
        ("结束", "Ended", 17.0),
        ("结束原因", "Ended because", 28.0),
        ("底数", "Baseline", 9.0),
    ];
    Campaign "campaign" ReadCampaigns "清零行动各乡镇" "Campaign by township" [
        ("乡镇（街道）", "Township", 18.0),
        ("底数", "Baseline", 9.0),
        ("已销号", "Closed", 9.0),
        ("整改中", "Under repair", 11.0),
        ("待核查", "To check", 9.0),
        ("挂账", "On hold", 9.0),
        ("新发现", "New", 9.0),
        ("不再计入", "Left out", 9.0),
        ("已清零", "Zero", 8.0),
    ];
    LookBacks "look-backs" ReadLookBacks "回头看" "Look-backs" [
        ("销号自", "Closed from", 12.0),
        ("至", "To", 12.0),
        ("候选", "Candidates", 10.0),
        ("抽出", "Drawn", 8.0),
        ("待看", "To look at", 9.0),
        ("保持", "Holds", 9.0),
        ("没有保持", "Does not hold", 9.0),
        ("抽取时间", "Drawn at", 17.0),
        ("抽取人", "Drawn by", 12.0),
        ("重抽原因", "Drawn again because", 24.0),
        ("已重抽", "Drawn again", 9.0),
        ("种子", "Seed", 40.0),
    ];
    LookBack "look-back" ReadLookBacks "回头看名单" "Look-back, what was drawn" [
        ("编号", "No.", 10.0),
        ("问题", "Issue", 32.0),
        ("乡镇（街道）", "Township", 16.0),
        ("点位", "Site", 24.0),
        ("结果", "Result", 10.0),
        ("看的时间", "Looked at", 17.0),
        ("看的人", "By", 12.0),
        ("说明", "Note", 32.0),
    ];
    Gaps "gaps" ReadDuties "岗位和专人" "Posts and liaisons" [
        ("缺什么", "Missing", 16.0),
        ("乡镇（街道）", "Township", 16.0),
        ("单位", "Unit", 18.0),
        ("岗位", "Post", 18.0),
        ("荣誉点位", "Honoured place", 24.0),
        ("级别", "Level", 10.0),
        ("到期", "Ends", 17.0),
        ("原来的人", "Was", 12.0),
    ];
    Unready "unready" ReadDuties "还不能开始工作的单位" "Units that cannot begin yet" [
        ("乡镇（街道）", "Township", 16.0),
        ("单位", "Unit", 18.0),
        ("类别", "Kind", 12.0),
        ("缺什么", "Missing", 36.0),
    ];
    NoProgress "no-progress" ReadDuties "没有进展" "No progress" [
        ("乡镇（街道）", "Township", 18.0),
        ("没有进展的整改单", "Tickets without progress", 18.0),
        ("还没自查的点位", "Sites without their self-check", 18.0),
    ];
    SelfChecks "self-checks" ReadDuties "自查" "Self-checks" [
        ("乡镇（街道）", "Township", 18.0),
        ("点位", "Sites", 10.0),
        ("已自查", "Looked at", 10.0),
        ("还没自查", "To go", 10.0),
    ];
    SelfCheckSites "self-check-sites" ReadDuties "自查点位" "Self-checks by site" [
        ("编号", "Code", 14.0),
        ("点位", "Site", 28.0),
        ("村（社区）", "Village", 16.0),
        ("自查日期", "Looked at", 12.0),
    ];
    Honours "honours" ReadHonours "荣誉点位" "Honours" [
        ("地方", "Place", 24.0),
        ("乡镇（街道）", "Township", 16.0),
        ("级别", "Level", 10.0),
        ("荣誉", "Title", 28.0),
        ("年份", "Year", 8.0),
        ("有效", "Held", 8.0),
        ("有效期至", "Until", 12.0),
        ("复检日", "Checked again", 12.0),
        ("撤销时间", "Taken back", 17.0),
        ("撤销原因", "Because", 24.0),
        ("专人", "Liaison", 14.0),
        ("说明", "Note", 28.0),
    ];
    PhotoFlags "photo-flags" JudgeEvidence "照片提示" "Photo hints" [
        ("提示时间", "Raised", 17.0),
        ("提示", "Hint", 40.0),
        ("程度", "Strength", 12.0),
        ("编号", "No.", 10.0),
        ("问题", "Issue", 28.0),
        ("点位", "Site", 24.0),
        ("乡镇（街道）", "Township", 16.0),
        ("拍摄时间", "Taken", 17.0),
        ("对照的整改单", "Ticket beside it", 12.0),
        ("对照的点位", "Site beside it", 24.0),
        ("不算问题", "Means nothing here", 17.0),
        ("由谁认定", "By", 12.0),
        ("原因", "Reason", 28.0),
    ];
    Colours "colours" ReadColours "三色" "Colours" [
        ("月份", "Month", 10.0),
        ("乡镇（街道）", "Township", 16.0),
        ("颜色", "Colour", 8.0),
        ("进度", "Stage", 10.0),
        ("拟定", "Proposed", 8.0),
        ("改动原因", "Changed because", 28.0),
        ("确认人", "Confirmed by", 12.0),
        ("确认时间", "Confirmed", 17.0),
        ("公布时间", "Published", 17.0),
        ("申诉", "Appeal", 14.0),
        ("方案期限", "Plan due", 17.0),
        ("已交方案", "Plan handed in", 10.0),
    ];
    Feedback "feedback" SendFeedback "意见反馈" "Feedback" [
        ("时间", "At", 17.0),
        ("姓名", "Person", 12.0),
        ("单位", "Unit", 18.0),
        ("岗位", "Post", 16.0),
        ("页面", "Screen", 16.0),
        ("版本", "Version", 10.0),
        ("意见", "Text", 48.0),
        ("状态", "State", 10.0),
        ("回复", "Answers", 48.0),
    ];
    Rounds "rounds" Sync "拉练轮次" "Rounds" [
        ("名称", "Name", 28.0),
        ("年份", "Year", 8.0),
        ("季度", "Quarter", 8.0),
        ("方式", "Kind", 10.0),
        ("交办方式", "Issue", 12.0),
        ("公布时间", "Released", 17.0),
    ];
}

impl List {
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|list| list.slug() == slug)
    }

    pub const fn title(self, language: Language) -> &'static str {
        let (zh, en) = self.titles();
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// Name and width of each column.
    pub fn columns(self, language: Language) -> Vec<(&'static str, f64)> {
        let named = |(zh, en, width): &Column| (if language == Language::Zh { *zh } else { *en }, *width);
        self.described().iter().map(named).collect()
    }
}
