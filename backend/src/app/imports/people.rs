//! Rows of people: an account each, found by its login, and the posts that it is to hold. Nobody gives by a file what he may not give by hand.

use super::{
    material::Material,
    places::unfound,
    plan::{Change, Planned, differs},
    register::{Found, NewPostOf, Register, Slot},
};
use crate::{
    domain::{
        clock::{Instant, SHANGHAI},
        import::{person::PersonRow as Facts, sheet::SheetKind},
        people::{
            account,
            role::{Role, UnitKind},
        },
        places::division::DivisionKind,
    },
    store::people::persons::{self, PersonRow},
};
use chrono::{NaiveDate, Utc};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub fn plan(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
    let mut told: HashMap<String, (u32, String, Option<String>)> = HashMap::new();
    let mut posts: HashSet<(String, Role, Uuid)> = HashSet::new();
    for item in &material.people {
        let at = rows.len();
        let mut planned = Planned::of(SheetKind::People, item);
        if let Some(facts) = item.value.as_ref().filter(|_| !planned.is_refused()) {
            person(register, &mut planned, (at, facts), &mut told, &mut posts);
        }
        rows.push(planned);
    }
}

fn person(
    register: &mut Register,
    planned: &mut Planned,
    (at, facts): (usize, &Facts),
    told: &mut HashMap<String, (u32, String, Option<String>)>,
    posts: &mut HashSet<(String, Role, Uuid)>,
) {
    let login = facts.login.as_str().to_owned();
    let Some(unit) = unit(register, planned, facts) else { return };
    if let Some((row, name, phone)) = told.get(&login) {
        if *name != facts.name || *phone != facts.phone {
            planned.refuse(
                "login",
                format!("第 {row} 行是同一个账号，姓名或手机号却不同"),
                format!("row {row} is the same account with another name or number"),
            );
            return;
        }
        if posts.contains(&(login.clone(), facts.role, unit)) {
            planned.refuse("login", format!("与第 {row} 行重复"), format!("is already in row {row}"));
            return;
        }
    }
    let before = register.people.get(&login).cloned();
    let known = before.as_ref().filter(|slot| slot.before.is_some());
    if known.is_some_and(|slot| !in_hand(register, planned, &slot.after))
        || !is_who_he_was(register, planned, (facts, unit), known.map(|slot| &slot.after))
    {
        return;
    }
    told.entry(login.clone()).or_insert_with(|| (planned.row, facts.name.clone(), facts.phone.clone()));
    posts.insert((login.clone(), facts.role, unit));
    let old = before.as_ref().map(|slot| &slot.after);
    let row = match old {
        None => fresh(register, facts, &login),
        Some(old) => {
            // A file without numbers takes nobody's number away.
            let phone = facts.phone.clone().or_else(|| old.phone.clone());
            let search = account::search_text(&facts.login, &facts.name, phone.as_deref());
            PersonRow { name: facts.name.clone(), phone, search, ..old.clone() }
        }
    };
    let mut changes = Vec::new();
    if let Some(old) = old {
        differs(&mut changes, "name", Some(&old.name), Some(&row.name));
        differs(&mut changes, "phone", old.phone.as_deref(), row.phone.as_deref());
        if old.status == persons::SUSPENDED {
            planned.note(
                "这个账号已停用，导入不会恢复它",
                "this account is suspended; the import does not resume it",
            );
        }
    }
    let mut held = register.posts.get(&row.id).into_iter().flatten();
    let holds = held.any(|post| post.role == facts.role && post.unit_id == unit);
    let other = changes.is_empty();
    if !holds {
        changes.push(Change::new("post", None, Some(format!("{} {}", facts.role.as_str(), facts.unit))));
        register.new_posts.push(NewPostOf {
            login: login.clone(),
            role: facts.role,
            unit,
            valid_from: facts.valid_from.and_then(begin_of),
            row: at,
        });
    }
    planned.changes(old.is_none(), changes);
    let slot = match before {
        None => Slot::fresh(row, at),
        Some(mut slot) => {
            if !other {
                slot.touch(at);
                slot.after = row;
            }
            slot
        }
    };
    register.people.insert(login, slot);
}

fn fresh(register: &mut Register, facts: &Facts, login: &str) -> PersonRow {
    PersonRow {
        id: register.id(),
        county_id: Some(register.county),
        login: login.to_owned(),
        name: facts.name.clone(),
        phone: facts.phone.clone(),
        locale: "zh".to_owned(),
        password_hash: None,
        must_change_password: false,
        status: persons::ACTIVE.to_owned(),
        created_at: register.now,
        version: 1,
        search: account::search_text(&facts.login, &facts.name, facts.phone.as_deref()),
    }
}

/// The rule of accounts made by hand: only one's own county's people, and not those who also hold a post elsewhere.
fn in_hand(register: &Register, planned: &mut Planned, person: &PersonRow) -> bool {
    if person.county_id != Some(register.county) {
        planned.refuse("login", "这个账号已有人使用", "This login is taken");
        return false;
    }
    let mut held = register.posts.get(&person.id).into_iter().flatten();
    if held.any(|post| post.county_id != Some(register.county)) {
        planned.refuse(
            "login",
            "此人还有本县以外的岗位，请平台管理员处理",
            "This person also holds a post elsewhere; ask the platform's administrator",
        );
        return false;
    }
    true
}

/// Numbers move between people, and people between numbers. Neither is guessed: an account never becomes somebody else's, and nobody gets
/// a second account beside his own, because a row says so.
fn is_who_he_was(
    register: &Register,
    planned: &mut Planned,
    (facts, unit): (&Facts, Uuid),
    known: Option<&PersonRow>,
) -> bool {
    if let Some(person) = known {
        if person.name == facts.name {
            return true;
        }
        planned.refuse(
            "login",
            format!(
                "这个账号是“{}”的。同一个人改名，请在“人员”里改；号码换了人用，请先在“人员”里给“{}”换号或结束岗位，或给这一行另填账号",
                person.name, person.name
            ),
            format!(
                "this account belongs to \"{}\". A new name of the same person is changed under People; if the number went to \
                 somebody else, first change the number of \"{}\" there, or give this row another login",
                person.name, person.name
            ),
        );
        return false;
    }
    let holds = |person: &&PersonRow| {
        let mut held = register.posts.get(&person.id).into_iter().flatten();
        held.any(|post| post.role == facts.role && post.unit_id == unit)
    };
    let Some(person) = register.namesakes.get(&facts.name).and_then(|rows| rows.iter().find(holds)) else {
        return true;
    };
    planned.refuse(
        "login",
        format!(
            "这个岗位上已有同名的“{}”，账号是 {}。是同一个人换了号，请在“人员”里改他的账号和手机号，再导入；是另一个人，请先在“人员”里手工建账号",
            person.name, person.login
        ),
        format!(
            "\"{}\" already holds this post with the account {}. If it is the same person with a new number, change login and number \
             under People and import again; if it is somebody else, make that account by hand under People first",
            person.name, person.login
        ),
    );
    false
}

fn unit(register: &Register, planned: &mut Planned, facts: &Facts) -> Option<Uuid> {
    let text = facts.unit.as_str();
    match facts.role.unit_kind() {
        UnitKind::Platform => {
            planned.refuse(
                "role",
                "平台管理员不能用文件任命",
                "The platform's administrators are not appointed by a file",
            );
            None
        }
        UnitKind::County => {
            let own = register.county_row();
            let fits = text.is_empty()
                || own.is_some_and(|own| own.name == text || own.code.as_str() == text)
                || matches!(text, "县" | "县级" | "county");
            if !fits {
                planned.refuse(
                    "unit",
                    format!("这个岗位属于县，单位“{text}”不是本县"),
                    format!("this role belongs to the county, and \"{text}\" is not this county"),
                );
                return None;
            }
            Some(register.county)
        }
        UnitKind::Department => {
            let found = register.departments.iter().find(|(key, name, _)| key == text || name == text);
            if found.is_none() {
                planned.refuse(
                    "unit",
                    format!("没有部门“{text}”；部门随清单导入"),
                    format!("there is no department \"{text}\"; departments come with the checklists"),
                );
            }
            found.map(|(.., id)| *id)
        }
        UnitKind::Township => place(register, planned, text, DivisionKind::Township, ("乡镇", "township")),
        UnitKind::Village => place(register, planned, text, DivisionKind::Village, ("村（社区）", "village")),
    }
}

fn place(
    register: &Register,
    planned: &mut Planned,
    text: &str,
    kind: DivisionKind,
    words: (&str, &str),
) -> Option<Uuid> {
    match register.place(text, kind, None) {
        Found::One(found) => Some(found.id),
        other => {
            unfound(planned, "unit", &other, text, words);
            None
        }
    }
}

/// The beginning of a day here.
fn begin_of(day: NaiveDate) -> Option<Instant> {
    let local = day.and_hms_opt(0, 0, 0)?.and_local_timezone(SHANGHAI).single()?;
    Some(local.with_timezone(&Utc))
}
