//! A row of the sheet of checklists: one question. What a cell leaves empty stays as it is, or is the default of a new question.

use super::{material::SheetRow, question_words as words, text};
use crate::domain::{
    standards::checklist::{AnswerKind, Camera, Makes, PassRule, Severity},
    tickets::unit::DeadlineUnit,
};

/// Longest text of a cell that is more than a name, in characters.
const TEXT_MAX: usize = 2_000;

/// A cell that may also take something away: `无` or `-`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Told<T> {
    #[default]
    Unsaid,
    Nothing,
    Said(T),
}

impl<T> Told<T> {
    /// What holds after it, where this held before.
    pub fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unsaid => before,
            Self::Nothing => None,
            Self::Said(value) => Some(value),
        }
    }
}

/// One answer of a choice as its cell tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionCell {
    pub zh: String,
    pub fail: bool,
    pub severity: Option<Severity>,
    pub is_static: Option<bool>,
    pub deadline: Option<(u32, DeadlineUnit)>,
    pub restricted: Option<bool>,
}

/// A question that can be read. Which checklist and department are meant is the county's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    /// Name or key, as it came.
    pub checklist: String,
    pub checklist_key: Option<String>,
    pub checklist_en: Option<String>,
    pub scope_zh: Told<String>,
    pub code: String,
    pub zh: String,
    pub en: Option<String>,
    pub group: Told<String>,
    pub repeat: Told<String>,
    pub answer: Option<AnswerKind>,
    pub options: Option<Vec<OptionCell>>,
    pub pass_rule: Option<PassRule>,
    pub max_score: Option<u32>,
    pub unit: Told<String>,
    pub sample_size: Told<u32>,
    pub weight: Option<u32>,
    pub severity: Option<Severity>,
    pub is_static: Option<bool>,
    pub makes: Option<Makes>,
    pub deadline: Option<(u32, DeadlineUnit)>,
    pub control_hours: Told<u32>,
    pub department: Option<String>,
    pub photo_on_fail: Option<bool>,
    pub camera: Option<Camera>,
    pub na_allowed: Option<bool>,
    pub restricted: Option<bool>,
    pub guidance_zh: Told<String>,
    pub default_issue_zh: Option<String>,
    pub reasons_zh: Told<Vec<String>>,
    pub clause: Told<String>,
    pub clause_source: Told<String>,
}

impl QuestionRow {
    /// What its code begins with.
    pub fn prefix(&self) -> &str {
        self.code.rsplit_once('-').map_or("", |(prefix, _)| prefix)
    }
}

/// Judges a row by itself; `None` when it has faults, which are then in the row.
pub fn parse(row: &mut SheetRow) -> Option<QuestionRow> {
    let code = row.code("code");
    if code.rsplit_once('-').is_none_or(|(prefix, number)| prefix.is_empty() || number.is_empty()) {
        row.fault(
            "code",
            "应为“前缀-编号”，如 SHU-01",
            "expected a prefix, a hyphen and a number, such as SHU-01",
        );
    }
    let checklist = row.name("checklist");
    let zh = row.name("zh");
    for (field, text) in [("checklist", &checklist), ("zh", &zh)] {
        if text.is_empty() {
            row.fault(field, "不能为空", "must not be empty");
        }
    }
    let mut read = Reader { row };
    let question = QuestionRow {
        checklist,
        checklist_key: read.plain("checklist_key").map(|key| text::code(&key).to_lowercase()),
        checklist_en: read.plain("checklist_en"),
        scope_zh: read.told("scope_zh", |text| Some(text.to_owned())),
        code,
        zh,
        en: read.plain("en"),
        group: read.told("group", |given| Some(text::name(given))),
        repeat: read.told("repeat", |given| Some(text::name(given))),
        answer: read.word("answer", words::answer),
        options: read.word("options", |given| Some(words::options(given))),
        pass_rule: read.word("pass_rule", words::pass_rule),
        max_score: read.word("max_score", words::number),
        unit: read.told("unit", |given| Some(text::name(given))),
        sample_size: read.told("sample_size", words::number),
        weight: read.word("weight", words::number),
        severity: read.word("severity", words::severity),
        is_static: read.word("static", words::yes),
        makes: read.word("makes", words::makes),
        deadline: read.word("deadline_days", words::deadline),
        control_hours: read.told("control_hours", words::hours),
        department: read.plain("department").map(|given| text::name(&given)),
        photo_on_fail: read.word("photo_on_fail", words::yes),
        camera: read.word("camera", words::camera),
        na_allowed: read.word("na_allowed", words::yes),
        restricted: read.word("restricted", words::yes),
        guidance_zh: read.told("guidance_zh", |text| Some(text.to_owned())),
        default_issue_zh: read.plain("default_issue_zh").map(|given| text::name(&given)),
        reasons_zh: read.told("reasons_zh", |given| Some(words::list(given))),
        clause: read.told("clause", |text| Some(text.to_owned())),
        clause_source: read.told("clause_source", |given| Some(text::name(given))),
    };
    row.faults.is_empty().then_some(question)
}

/// Reads cells and puts what they cannot be read as among the row's faults.
struct Reader<'a> {
    row: &'a mut SheetRow,
}

impl Reader<'_> {
    /// The cell without what only an office program put there.
    fn plain(&mut self, field: &'static str) -> Option<String> {
        let text = self.row.raw(field).replace("\r\n", "\n").replace('\r', "\n");
        if text.chars().count() > TEXT_MAX {
            self.row.fault(
                field,
                format!("超过 {TEXT_MAX} 个字"),
                format!("has more than {TEXT_MAX} characters"),
            );
        }
        (!text.is_empty()).then_some(text)
    }

    fn word<T>(&mut self, field: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.plain(field)?;
        let found = read(&text);
        if found.is_none() {
            let (zh, en) = words::expected(field);
            self.row.fault(
                field,
                format!("“{text}”看不懂，应为：{zh}"),
                format!("\"{text}\" is not understood; expected {en}"),
            );
        }
        found
    }

    fn told<T>(&mut self, field: &'static str, read: impl Fn(&str) -> Option<T>) -> Told<T> {
        match self.row.raw(field) {
            "" => Told::Unsaid,
            "无" | "-" | "—" | "none" => Told::Nothing,
            _ => self.word(field, read).map_or(Told::Unsaid, Told::Said),
        }
    }
}
