//! The columns of the sheet of checklists, one row a question, and a checklist that nobody has as an example of one filled in.

use super::{Column, column};

pub(super) static CHECKLISTS: &[Column] = &[
    column(
        "checklist",
        true,
        &["清单", "checklist", "清单名称", "点位类型", "kind", "检查清单"],
        (
            "哪一份清单，就是点位类型：写名称或代号；名称是新的就建一份新清单",
            "Which checklist, that is kind of site, by name or key; a new name makes a new checklist",
        ),
        "乡镇书屋",
    ),
    column(
        "code",
        true,
        &["编号", "code", "编码", "检查项编号", "项目编号"],
        (
            "前缀-编号，如 SHU-01；同一份清单前缀相同，编号长期不变",
            "Prefix, hyphen, number, such as SHU-01; one prefix for a checklist; a code stays",
        ),
        "SHU-01",
    ),
    column(
        "zh",
        true,
        &["检查内容", "question", "问题", "检查项", "检查项目", "项目", "zh"],
        ("检查人员看到的问题，写合格是什么样", "The question that inspectors see: what a pass looks like"),
        "书屋按公示时间开门",
    ),
    column(
        "group",
        false,
        &["分组", "group", "部位", "区域"],
        ("站在哪里看，按走的顺序写；不填就不分组", "Where one stands, in walking order; no group when empty"),
        "门口",
    ),
    column(
        "answer",
        false,
        &["题型", "answer", "回答方式", "类型"],
        (
            "是否合格、评分、计数、选择、文字；不填为“是否合格”，填了选项就是选择",
            "pass_fail, score, count, choice or text; pass_fail when empty, choice where options are given",
        ),
        "选择",
    ),
    column(
        "options",
        false,
        &["选项", "options"],
        (
            "选择题用：用分号隔开，不合格的在后面注明，还可写严重程度和期限，如 开门；关门（不合格）；关门无人（不合格，重点，1天）",
            "Of a choice: split by semicolons; mark fails, if need be with severity and deadline: Open; Shut (fail); Shut, nobody there (fail, major, 1 day)",
        ),
        "按时开门；关门（不合格）；常年不开（不合格，重点，10天）",
    ),
    column(
        "pass_rule",
        false,
        &["合格线", "pass_rule"],
        (
            "评分、计数用，如 ≥6、≤0；不填：评分为满分的六成，计数为 ≤0",
            "Of a score or count, such as >=6 or <=0; when empty 60% of the highest score, or <=0 for a count",
        ),
        "",
    ),
    column(
        "max_score",
        false,
        &["满分", "max_score"],
        ("评分用；不填为 10", "Of a score; 10 when empty"),
        "",
    ),
    column(
        "unit",
        false,
        &["计数单位", "unit", "单位"],
        ("计数用，如 处、个；可不填", "What a count counts; may be empty"),
        "",
    ),
    column(
        "sample_size",
        false,
        &["抽查数", "sample_size"],
        ("计数用：抽看几个；不填为全部", "Of a count: how many to look at; all when empty"),
        "",
    ),
    column(
        "weight",
        false,
        &["分值", "weight", "权重"],
        (
            "整数；不填为 1，文字题为 0；清单总分是各项之和",
            "A whole number; 1 when empty, 0 for a text; the total is their sum",
        ),
        "10",
    ),
    column(
        "severity",
        false,
        &["严重程度", "severity", "轻重"],
        ("一般、重点、危急；不填为一般", "minor, major, critical; minor when empty"),
        "一般",
    ),
    column(
        "static",
        false,
        &["静态问题", "static", "is_static"],
        (
            "是 = 设施类，修好后一般不再出现；否 = 卫生、秩序等会反复的；不填为是",
            "yes = a facility that stays fixed; no = what comes back, such as cleanliness; yes when empty",
        ),
        "否",
    ),
    column(
        "makes",
        false,
        &["不合格后", "makes"],
        (
            "整改单、只计分、项目；不填为整改单，文字题为只计分",
            "ticket, score or project; ticket when empty, score for a text",
        ),
        "整改单",
    ),
    column(
        "deadline_days",
        false,
        &["整改期限", "deadline", "期限", "deadline_days", "整改时限"],
        (
            "工作日数，如 5；也可写 8工作小时、24小时；不填：一般 7、重点 3、危急 1",
            "Working days, such as 5; or 8 working hours, 24 hours; when empty 7 for minor, 3 for major, 1 for critical",
        ),
        "5",
    ),
    column(
        "control_hours",
        false,
        &["先控制时限", "control_hours"],
        (
            "不能等的：几小时内先控制住；可不填",
            "What cannot wait: hours until it is under control; may be empty",
        ),
        "",
    ),
    column(
        "department",
        false,
        &["主管部门", "department", "部门", "行业部门"],
        (
            "名称或代号；没有的会一起新建；不填为乡镇自己",
            "Name or key; a new one is made; the township itself when empty",
        ),
        "县文化馆（示例）",
    ),
    column(
        "photo_on_fail",
        false,
        &["不合格须拍照", "photo_on_fail", "拍照", "须拍照"],
        ("是、否；不填为是（不许拍照的为否）", "yes or no; yes when empty (no where photos are forbidden)"),
        "是",
    ),
    column(
        "camera",
        false,
        &["拍照提醒", "camera"],
        ("正常、提醒隐私、不许拍照；不填为正常", "normal, warn (privacy) or forbidden; normal when empty"),
        "正常",
    ),
    column(
        "na_allowed",
        false,
        &["可答不适用", "na_allowed"],
        ("是、否；不填为否", "yes or no; no when empty"),
        "否",
    ),
    column(
        "restricted",
        false,
        &["限制公开", "restricted"],
        ("是 = 只给经办的人看；不填为否", "yes = only those who handle it see it; no when empty"),
        "",
    ),
    column(
        "guidance_zh",
        false,
        &["怎么看", "guidance", "查看方法", "说明", "guidance_zh"],
        ("给检查人员的说明；可不填", "How to look; may be empty"),
        "看门口公示的时间，非公示时间到访的选未观察。",
    ),
    column(
        "default_issue_zh",
        false,
        &["问题名称", "issue", "default_issue_zh"],
        (
            "不合格时整改单的标题；不填为“不合格：检查内容”",
            "Title of the ticket that a fail makes; made from the question when empty",
        ),
        "书屋未按时开门",
    ),
    column(
        "reasons_zh",
        false,
        &["常用说法", "reasons", "reasons_zh"],
        (
            "一点就填上的不合格说法，用分号隔开；可不填",
            "Phrases for a fail that one tap takes, split by semicolons; may be empty",
        ),
        "没有告示；告示看不清",
    ),
    column(
        "clause",
        false,
        &["依据", "clause", "条款"],
        ("检查内容依据的原文；可不填", "The text of the rule behind the question; may be empty"),
        "",
    ),
    column(
        "clause_source",
        false,
        &["依据出处", "clause_source", "出处"],
        ("文件名和条款；可不填", "Document and paragraph; may be empty"),
        "",
    ),
    column(
        "repeat",
        false,
        &["逐个检查", "repeat"],
        (
            "这一组要一个一个查的，写每一个叫什么，如 摊位、房间；可不填",
            "What each one is called where the group is asked of every stall or room; may be empty",
        ),
        "",
    ),
    column(
        "en",
        false,
        &["英文内容", "question_en", "en"],
        ("不填则用中文", "The question in English; the Chinese text when empty"),
        "",
    ),
    column(
        "checklist_key",
        false,
        &["清单代号", "checklist_key", "代号"],
        (
            "小写字母、数字、_；新清单不填则用编号前缀的小写",
            "Small letters, digits, _; of a new checklist the prefix of its codes in small letters when empty",
        ),
        "township_reading_room",
    ),
    column(
        "checklist_en",
        false,
        &["清单英文名", "checklist_en"],
        ("不填则用中文", "The checklist's name in English; the Chinese name when empty"),
        "",
    ),
    column(
        "scope_zh",
        false,
        &["适用范围", "scope", "scope_zh"],
        (
            "这类点位包括什么、不包括什么，写在清单的任一行；可不填",
            "What belongs to such a site, said in any one row of the checklist; may be empty",
        ),
        "乡镇（街道）的书屋，不含村级农家书屋",
    ),
];

/// The name of the template's sheet that shows one filled in: it is never read.
pub const EXAMPLE_SHEET: &str = "清单示例";

/// Its rows, by field; the first is the example of the columns themselves.
pub const EXAMPLES: [&[(&str, &str)]; 3] = [
    &[
        ("checklist", "乡镇书屋"),
        ("code", "SHU-02"),
        ("zh", "书架、桌椅完好稳固"),
        ("group", "屋里"),
        ("answer", "是否合格"),
        ("weight", "10"),
        ("severity", "重点"),
        ("static", "是"),
        ("deadline_days", "7"),
        ("department", "县文化馆（示例）"),
        ("default_issue_zh", "书屋设施破损"),
    ],
    &[
        ("checklist", "乡镇书屋"),
        ("code", "SHU-03"),
        ("zh", "地面看得见的垃圾"),
        ("group", "屋里"),
        ("answer", "计数"),
        ("pass_rule", "≤2"),
        ("unit", "处"),
        ("weight", "5"),
        ("static", "否"),
        ("deadline_days", "1"),
        ("default_issue_zh", "书屋地面不净"),
    ],
    &[
        ("checklist", "乡镇书屋"),
        ("code", "SHU-04"),
        ("zh", "管理员提出的困难"),
        ("group", "屋里"),
        ("answer", "文字"),
        ("photo_on_fail", "否"),
        ("na_allowed", "是"),
    ],
];
