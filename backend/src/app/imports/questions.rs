//! Rows of the sheet of checklists against those in use. The rows of one checklist are its whole content: it is written as a whole or not at
//! all, as a new version where anything differs.

use super::{
    material::Material,
    plan::{Change, Planned, Seen},
    question_groups::{Trouble, built_groups, one},
    register::Register,
};
use crate::{
    app::standards::checklists::parse,
    domain::{
        field::envelope,
        import::{
            question::{QuestionRow, Told},
            question_item::{differences, fresh, item, odd_unit},
            sheet::SheetKind,
        },
        standards::checklist::{Checklist, Department, TOWNSHIP},
    },
};
use std::collections::HashSet;

/// The rows that make one checklist, by their places in the plan.
struct Sheet<'a> {
    name: &'a str,
    rows: Vec<(usize, &'a QuestionRow)>,
    /// A row with a fault, if there is one.
    broken: Option<u32>,
}

/// What a list is before and after, with the departments that it names first.
struct Built {
    old: Option<Checklist>,
    list: Checklist,
    departments: Vec<Department>,
}

/// Judges the rows and marks which checklists are written.
pub fn plan(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
    let mut seen = Seen::default();
    let mut sheets: Vec<Sheet<'_>> = Vec::new();
    let mut faulty: Vec<(&str, &str, u32)> = Vec::new();
    for asked in &material.questions {
        let mut planned = Planned::of(SheetKind::Checklists, &asked.item);
        let value = asked.item.value.as_ref().filter(|_| !planned.is_refused());
        if let Some(row) = value.filter(|row| seen.first(&mut planned, &row.code, "code")) {
            let name = row.checklist.as_str();
            if let Some(sheet) = sheets.iter_mut().find(|sheet| same_list(register, sheet.name, name)) {
                sheet.rows.push((rows.len(), row));
            } else {
                sheets.push(Sheet { name, rows: vec![(rows.len(), row)], broken: None });
            }
        } else {
            let prefix = asked.item.key.rsplit_once('-').map_or("", |(prefix, _)| prefix);
            faulty.push((&asked.checklist, prefix, asked.item.row));
        }
        rows.push(planned);
    }
    for sheet in &mut sheets {
        let of = |(name, prefix, _): &&(&str, &str, u32)| {
            same_list(register, sheet.name, name) || sheet.rows.iter().any(|(_, row)| row.prefix() == *prefix)
        };
        sheet.broken = faulty.iter().find(of).map(|(.., row)| *row);
        if sheet.broken.is_none() {
            match build(material, register, sheet) {
                Ok(built) => accept(register, rows, sheet, built),
                Err(troubles) => {
                    for Trouble { at, field, zh, en } in troubles {
                        sheet.broken.get_or_insert(rows[at].row);
                        rows[at].refuse(&field, zh, en);
                    }
                }
            }
        }
        let Some(broken) = sheet.broken else { continue };
        for (at, _) in &sheet.rows {
            if !rows[*at].is_refused() {
                rows[*at].refuse(
                    "checklist",
                    format!("同一份清单的第 {broken} 行有问题；一份清单要么全部写入，要么不写"),
                    format!("row {broken} of the same checklist has a fault; a checklist is written whole or not at all"),
                );
            }
        }
    }
}

/// Whether two cells mean one checklist: by the same words, or one by its name and one by its key.
fn same_list(register: &Register, one: &str, other: &str) -> bool {
    let key = |text: &str| known(register, text).map(|(key, _)| key.clone());
    !one.is_empty() && (one == other || key(one).is_some_and(|found| key(other) == Some(found)))
}

fn known<'a>(register: &'a Register, text: &str) -> Option<&'a (String, String)> {
    register.kinds.iter().find(|(key, zh)| key == text || zh == text)
}

/// What the checklist of these rows would be.
fn build(material: &Material, register: &Register, sheet: &Sheet<'_>) -> Result<Built, Vec<Trouble>> {
    let rows = &sheet.rows;
    let said_key = one(rows, "checklist_key", |row| row.checklist_key.clone())?;
    let found = said_key.as_deref().map_or_else(
        || known(register, sheet.name),
        |key| register.kinds.iter().find(|(known, _)| known == key),
    );
    let found = found.cloned();
    let kind = kind_of(register, sheet, found.as_ref(), said_key)?;
    let elsewhere = material.library.iter().flat_map(|library| &library.checklists);
    let first = rows[0].0;
    if elsewhere.into_iter().any(|list| list.kind == kind)
        || register.lists.iter().any(|(list, _)| list.kind == kind)
    {
        return Err(vec![Trouble::new(
            first,
            "checklist",
            format!("文件里另有一份“{}”的清单", sheet.name),
            format!("the file holds another checklist of \"{}\"", sheet.name),
        )]);
    }
    let old = match register.active.get(&kind).map(parse) {
        None => None,
        Some(Ok(old)) => Some(old),
        Some(Err(_unreadable)) => {
            return Err(vec![Trouble::new(
                first,
                "checklist",
                "现用的清单读不出来",
                "the checklist in use cannot be read",
            )]);
        }
    };
    let mut troubles = Vec::new();
    let (groups, keys) = built_groups(rows, old.as_ref())?;
    let mut departments = Vec::new();
    let mut items = Vec::new();
    for ((at, row), group) in rows.iter().zip(keys) {
        let before = old.as_ref().and_then(|list| list.item(&row.code));
        let department = row.department.as_deref().map(|name| department(register, &mut departments, name));
        let made = item(row, before, group, department);
        if before.is_some_and(|before| before.answer != made.answer) {
            troubles.push(Trouble::new(
                *at,
                "answer",
                format!("{} 以前是另一种题型，请用新编号", row.code),
                format!("{} was another kind of question before; use a new code", row.code),
            ));
        }
        if let Some(option) = odd_unit(row, &made) {
            troubles.push(Trouble::new(
                *at,
                "options",
                format!("“{option}”的期限要和整改期限用同一种单位"),
                format!("the deadline of \"{option}\" is counted otherwise than the question's"),
            ));
        }
        items.push(made);
    }
    if !troubles.is_empty() {
        return Err(troubles);
    }
    let told_name = Some(sheet.name).filter(|name| *name != kind).map(ToOwned::to_owned);
    let zh = told_name.or(old.as_ref().map(|list| list.zh.clone())).or(found.map(|(_, zh)| zh));
    let zh = zh.unwrap_or_else(|| kind.clone());
    let same = old.as_ref().filter(|list| list.zh == zh);
    let en = one(rows, "checklist_en", |row| row.checklist_en.clone())?;
    let scope = one(rows, "scope_zh", |row| (row.scope_zh != Told::Unsaid).then(|| row.scope_zh.clone()))?;
    let list = Checklist {
        en: en.or(same.map(|list| list.en.clone())).unwrap_or_else(|| zh.clone()),
        zh,
        code_prefix: rows[0].1.prefix().to_owned(),
        scope_zh: scope
            .unwrap_or_default()
            .over(old.as_ref().map(|list| list.scope_zh.clone()))
            .unwrap_or_default(),
        total_weight: items.iter().map(|item| item.weight).fold(0, u32::saturating_add),
        groups,
        kind,
        items,
    };
    let keys: HashSet<&str> = register
        .departments
        .iter()
        .map(|(key, ..)| key.as_str())
        .chain(departments.iter().map(|department| department.key.as_str()))
        .chain([TOWNSHIP])
        .collect();
    for fault in list.faults(&keys).listed {
        let row = rows.iter().find(|(_, row)| row.code == fault.row);
        let field = match fault.field.as_str() {
            "groups" => "group",
            "kind" => "checklist_key",
            other => other,
        };
        let at = row.map_or(first, |(at, _)| *at);
        troubles.push(Trouble::new(at, field, fault.reason_zh, fault.reason_en));
    }
    if troubles.is_empty() { Ok(Built { old, list, departments }) } else { Err(troubles) }
}

/// The key of the site kind: of one that is known, or of a new one whose codes begin like nobody else's.
fn kind_of(
    register: &Register,
    sheet: &Sheet<'_>,
    found: Option<&(String, String)>,
    said: Option<String>,
) -> Result<String, Vec<Trouble>> {
    let (first, row) = sheet.rows[0];
    if let (None, Some(said), Some((key, zh))) = (found, &said, known(register, sheet.name)) {
        return Err(vec![Trouble::new(
            first,
            "checklist_key",
            format!("“{zh}”的代号是 {key}，不是 {said}；不写也可以"),
            format!("the key of \"{zh}\" is {key}, not {said}; it may be left empty"),
        )]);
    }
    let prefix = row.prefix();
    let kept = register.active.values().filter_map(|row| parse(row).ok());
    let lists = kept.chain(register.lists.iter().map(|(list, _)| list.clone()));
    let own = found.map(|(key, _)| key.as_str());
    if let Some(other) =
        lists.into_iter().find(|list| list.code_prefix == prefix && own != Some(list.kind.as_str()))
    {
        let (field, zh, en) = if found.is_some() {
            (
                "code",
                format!("编号前缀 {prefix} 是“{}”的", other.zh),
                format!("codes with {prefix} are those of \"{}\"", other.zh),
            )
        } else {
            // Most likely a slip of the pen.
            (
                "checklist",
                format!(
                    "没有“{}”这一类点位，编号前缀 {prefix} 是“{}”的；请写对名称，新清单请换一个前缀",
                    sheet.name, other.zh
                ),
                format!(
                    "there is no kind \"{}\", and codes with {prefix} are those of \"{}\"; correct the name, or give a new checklist another prefix",
                    sheet.name, other.zh
                ),
            )
        };
        return Err(vec![Trouble::new(first, field, zh, en)]);
    }
    if let Some((key, _)) = found {
        return Ok(key.clone());
    }
    let key = said.unwrap_or_else(|| prefix.to_lowercase().replace('-', "_"));
    if let Some((_, zh)) = register.kinds.iter().find(|(known, _)| *known == key) {
        return Err(vec![Trouble::new(
            first,
            "checklist_key",
            format!("代号 {key} 已经是“{zh}”的，请另写一个"),
            format!("the key {key} is that of \"{zh}\"; write another one"),
        )]);
    }
    Ok(key)
}

/// The key of a department by its name or key; one that nobody knows is made.
fn department(register: &Register, made: &mut Vec<Department>, name: &str) -> String {
    if ["township", "乡镇", "属地", "属地乡镇", "属地乡镇（街道）", "乡镇自己", "无", "-"].contains(&name)
    {
        return TOWNSHIP.to_owned();
    }
    if let Some((key, ..)) = register.departments.iter().find(|(key, zh, _)| key == name || zh == name) {
        return key.clone();
    }
    if let Some(department) = made.iter().find(|department| department.zh == name) {
        return department.key.clone();
    }
    let mut taken: Vec<String> = register.departments.iter().map(|(key, ..)| key.clone()).collect();
    taken.extend(made.iter().map(|department| department.key.clone()));
    let key = fresh("dept_", &mut taken);
    made.push(Department { key: key.clone(), zh: name.to_owned(), en: name.to_owned(), note: String::new() });
    key
}

/// Gives each row its fate, and notes what is written.
fn accept(register: &mut Register, rows: &mut [Planned], sheet: &Sheet<'_>, built: Built) {
    let Built { old, list, departments } = built;
    for department in departments {
        let first =
            sheet.rows.iter().find(|(_, row)| row.department.as_deref() == Some(department.zh.as_str()));
        if let Some((at, _)) = first {
            rows[*at].note(
                format!("新部门“{}”会一起建立", department.zh),
                format!("the new department \"{}\" is made with it", department.zh),
            );
        }
        let id = register.id();
        register.departments.push((department.key.clone(), department.zh.clone(), id));
        register.new_departments.push((id, department));
    }
    if !register.kinds.iter().any(|(key, _)| *key == list.kind) {
        register.kinds.push((list.kind.clone(), list.zh.clone()));
    }
    let first = sheet.rows[0].0;
    let Some(old) = old else {
        for (at, _) in &sheet.rows {
            rows[*at].changes(true, Vec::new());
        }
        rows[first].note(
            format!("新清单“{}”，代号 {}，共 {} 项", list.zh, list.kind, list.items.len()),
            format!("a new checklist \"{}\" ({}) of {} questions", list.zh, list.kind, list.items.len()),
        );
        register.lists.push((list, first));
        return;
    };
    let named = |key: &str| {
        let known = register.departments.iter().find(|(known, ..)| known == key);
        known.map_or_else(|| key.to_owned(), |(_, zh, _)| zh.clone())
    };
    let mut whole = list_changes(&old, &list);
    let same = hash(&old) == hash(&list);
    for ((at, _), item) in sheet.rows.iter().zip(&list.items) {
        let before = old.item(&item.code);
        let mut changes: Vec<Change> = before
            .map(|before| differences((before, &old.groups), (item, &list.groups), named))
            .unwrap_or_default()
            .into_iter()
            .map(|(field, before, after)| Change::new(field, before, after))
            .collect();
        if before.is_some() {
            // What is said of the list as a whole stands with its first question that stays.
            changes.append(&mut whole);
        }
        rows[*at].changes(before.is_none(), changes);
    }
    let gone: Vec<&str> =
        old.items.iter().map(|item| item.code.as_str()).filter(|code| list.item(code).is_none()).collect();
    if !gone.is_empty() {
        let codes = gone.join("、");
        rows[first].note(
            format!("原有 {} 项不在表里，新版清单不再有：{codes}", gone.len()),
            format!("{} questions are not in the sheet and leave the checklist: {codes}", gone.len()),
        );
    }
    if !same {
        register.lists.push((list, first));
    }
}

fn hash(list: &Checklist) -> String {
    // As the import of checklists does it.
    let body = serde_json::to_value(list).and_then(|body| serde_json::to_vec(&body)).unwrap_or_default();
    envelope::hash(&body)
}

/// What differs of the list itself.
fn list_changes(old: &Checklist, new: &Checklist) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut differs = |field: &str, before: String, after: String| {
        if before != after {
            changes.push(Change::new(field, Some(before), Some(after)));
        }
    };
    differs("checklist", old.zh.clone(), new.zh.clone());
    differs("checklist_en", old.en.clone(), new.en.clone());
    differs("scope_zh", old.scope_zh.clone(), new.scope_zh.clone());
    differs("code_prefix", old.code_prefix.clone(), new.code_prefix.clone());
    differs("items", old.items.len().to_string(), new.items.len().to_string());
    differs("total_weight", old.total_weight.to_string(), new.total_weight.to_string());
    let both = |list: &Checklist, other: &Checklist| {
        let codes = list.items.iter().map(|item| item.code.as_str());
        codes.filter(|code| other.item(code).is_some()).collect::<Vec<_>>().join(" ")
    };
    differs("order", both(old, new), both(new, old));
    let groups = |list: &Checklist| {
        let group = |group: &crate::domain::standards::checklist::Group| match &group.repeat {
            Some(repeat) => format!("{}（{}）", group.zh, repeat.label_zh),
            None => group.zh.clone(),
        };
        list.groups.iter().map(group).collect::<Vec<_>>().join("、")
    };
    differs("groups", groups(old), groups(new));
    changes
}
