//! The words of a ledger, in the language of whoever asks for it. They are those of the screens.

use crate::domain::tickets::State;

/// The two languages of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Zh,
    En,
}

impl Language {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// Words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words(Language);

type Column = (&'static str, f64);

const ZH: [Column; 25] = [
    ("编号", 10.0),
    ("问题", 32.0),
    ("状态", 10.0),
    ("程度", 8.0),
    ("类型", 8.0),
    ("点位", 24.0),
    ("属地", 14.0),
    ("村（社区）", 14.0),
    ("责任单位", 16.0),
    ("主管部门", 16.0),
    ("来源", 14.0),
    ("发现时间", 17.0),
    ("交办时间", 17.0),
    ("签收时间", 17.0),
    ("整改期限", 17.0),
    ("最初期限", 17.0),
    ("提交时间", 17.0),
    ("销号时间", 17.0),
    ("超期", 6.0),
    ("退回次数", 9.0),
    ("延期次数", 9.0),
    ("催办次数", 9.0),
    ("反弹次数", 9.0),
    ("退回原因", 14.0),
    ("说明", 40.0),
];

const EN: [Column; 25] = [
    ("No.", 10.0),
    ("Issue", 32.0),
    ("State", 14.0),
    ("Severity", 10.0),
    ("Kind", 10.0),
    ("Site", 24.0),
    ("Township", 16.0),
    ("Village", 16.0),
    ("Responsible", 18.0),
    ("Department", 18.0),
    ("Source", 16.0),
    ("Found", 17.0),
    ("Issued", 17.0),
    ("Accepted", 17.0),
    ("Due", 17.0),
    ("First due", 17.0),
    ("Submitted", 17.0),
    ("Closed", 17.0),
    ("Overdue", 9.0),
    ("Returned", 9.0),
    ("Extended", 9.0),
    ("Reminded", 9.0),
    ("Came back", 10.0),
    ("Returned because", 18.0),
    ("Note", 40.0),
];

impl Words {
    pub fn of(language: Language) -> Self {
        Self(language)
    }

    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    pub fn sheet(self) -> &'static str {
        self.pick("整改台账", "Ledger")
    }

    pub fn title(self, at: &str, rows: u32) -> String {
        match self.0 {
            Language::Zh => format!("整改台账　截至 {at}　共 {rows} 条"),
            Language::En => format!("Ledger of tickets, as of {at}, {rows} rows"),
        }
    }

    pub fn demo(self) -> &'static str {
        self.pick("示例数据，不是真实情况", "Example data, nothing in it is real")
    }

    pub fn columns(self) -> &'static [Column] {
        match self.0 {
            Language::Zh => &ZH,
            Language::En => &EN,
        }
    }

    /// Rows that townships must not hear of yet.
    pub fn hidden_column(self) -> Column {
        (self.pick("暗访未公布", "Not released"), 12.0)
    }

    pub fn yes(self) -> &'static str {
        self.pick("是", "yes")
    }

    pub fn nature(self, is_static: bool) -> &'static str {
        if is_static { self.pick("静态", "static") } else { self.pick("动态", "dynamic") }
    }

    pub fn state(self, state: State) -> &'static str {
        match state {
            State::Pending => self.pick("待交办", "to issue"),
            State::Issued => self.pick("已交办", "issued"),
            State::InProgress => self.pick("整改中", "in progress"),
            State::Submitted => self.pick("待核查", "to check"),
            State::Rework => self.pick("退回重改", "sent back"),
            State::OnHold => self.pick("挂账", "on hold"),
            State::Closed => self.pick("已销号", "closed"),
            State::Declined => self.pick("不予交办", "not issued"),
            State::Merged => self.pick("已合并", "merged"),
            State::Void => self.pick("撤销", "voided"),
        }
    }

    pub fn severity(self, word: &str) -> &'static str {
        match word {
            "critical" => self.pick("危急", "critical"),
            "major" => self.pick("重点", "major"),
            _ => self.pick("一般", "minor"),
        }
    }

    /// Where a fault was told from; inspectors have the name that the county gives them.
    pub fn source(self, word: &str, inspector: &str) -> String {
        match word {
            "review" => inspector.to_owned(),
            "department" => self.pick("部门", "department").to_owned(),
            "supervision" => self.pick("日常督查", "supervision").to_owned(),
            _ => self.pick("乡镇自查", "self-check").to_owned(),
        }
    }

    pub fn reason(self, word: &str) -> &'static str {
        match word {
            "not_done" => self.pick("还没有整改", "not repaired yet"),
            "partial" => self.pick("只改了一部分", "partly repaired"),
            "wrong_place" => self.pick("不是同一个地方", "another place"),
            "unclear_photo" => self.pick("照片看不清", "photo unclear"),
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_columns_and_every_state_a_word() {
        assert_eq!(Words::of(Language::Zh).columns().len(), Words::of(Language::En).columns().len());
        for state in State::ALL {
            for language in [Language::Zh, Language::En] {
                assert!(!Words::of(language).state(state).is_empty());
            }
        }
    }
}
