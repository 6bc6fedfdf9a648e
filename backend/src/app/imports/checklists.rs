//! Checklists of a file against those in use: new ones, new versions, and item codes that must not change their meaning.

use super::{
    Fate,
    material::Material,
    plan::{Change, Planned},
    register::Register,
};
use crate::{
    app::standards::checklists::parse,
    domain::{
        field::envelope,
        import::sheet::SheetKind,
        standards::checklist::{Checklist, TOWNSHIP},
    },
};

/// Marks which checklists are written; sites of the same file may already be of their kinds.
pub fn plan(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
    let from = rows.len();
    let lists = material.library.as_ref().map_or(&[][..], |library| &library.checklists);
    for item in &material.checklists {
        let at = rows.len();
        let mut planned = Planned::of(SheetKind::Checklists, item);
        if let Some(list) = item.value.and_then(|at| lists.get(at)).filter(|_| !planned.is_refused()) {
            judge(register, &mut planned, list);
            if !planned.is_refused() {
                if !register.kinds.iter().any(|(key, _)| *key == list.kind) {
                    register.kinds.push((list.kind.clone(), list.zh.clone()));
                }
                if planned.fate != Fate::Unchanged {
                    register.lists.push((list.clone(), at));
                }
            }
        }
        rows.push(planned);
    }
    let Some(library) = &material.library else { return };
    // A department has no row of its own: what is told of it stands with the first checklist that comes in.
    let first = (from..rows.len()).find(|at| !rows[*at].is_refused());
    for department in &library.departments {
        // Later rows of the file may use the name that it has from now on.
        if let Some(known) = register.departments.iter_mut().find(|(key, ..)| *key == department.key) {
            let before = std::mem::replace(&mut known.1, department.zh.clone());
            if let Some(first) = first.filter(|_| before != department.zh && department.key != TOWNSHIP) {
                register.told_first.get_or_insert(first);
                renamed(&mut rows[first], &before, &department.zh);
            }
        } else if let Some(first) = first {
            let id = register.id();
            register.departments.push((department.key.clone(), department.zh.clone(), id));
            if department.key != TOWNSHIP {
                register.told_first.get_or_insert(first);
                made(&mut rows[first], &department.zh);
            }
        }
    }
}

/// A department that is new: by itself enough for its file to be written.
fn made(row: &mut Planned, name: &str) {
    row.note(format!("新部门“{name}”会一起建立"), format!("the new department \"{name}\" is made with it"));
    if row.fate != Fate::Created {
        row.fate = Fate::Changed;
        row.detail.changes.push(Change::new("department", None, Some(name.to_owned())));
    }
}

/// A department that has another name from now on: by itself enough, too.
fn renamed(row: &mut Planned, before: &str, name: &str) {
    row.note(
        format!("部门“{before}”会改名为“{name}”"),
        format!("the department \"{before}\" will be called \"{name}\""),
    );
    if row.fate != Fate::Created {
        row.fate = Fate::Changed;
        row.detail.changes.push(Change::new("department", Some(before.to_owned()), Some(name.to_owned())));
    }
}

fn judge(register: &Register, planned: &mut Planned, list: &Checklist) {
    let Some(row) = register.active.get(&list.kind) else {
        planned.changes(true, Vec::new());
        return;
    };
    let Ok(old) = parse(row) else {
        planned.refuse("", "现用的清单读不出来", "the checklist in use cannot be read");
        return;
    };
    for item in &list.items {
        if old.item(&item.code).is_some_and(|old| old.answer != item.answer) {
            planned.refuse(
                &item.code,
                format!("{} 以前是另一种题型，请用新编号", item.code),
                format!("{} was another kind of question before; use a new code", item.code),
            );
        }
    }
    if planned.is_refused() {
        return;
    }
    let body = serde_json::to_value(list).and_then(|body| serde_json::to_vec(&body)).unwrap_or_default();
    let mut changes = Vec::new();
    if envelope::hash(&body) != row.hash {
        let count = |list: &Checklist| Some(list.items.len().to_string());
        changes.push(Change::new("items", count(&old), count(list)));
    }
    planned.changes(false, changes);
}
