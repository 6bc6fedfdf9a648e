//! Checklists of a file against those in use: new ones, new versions, and item codes that must not change their meaning.

use super::{
    material::Material,
    plan::{Change, Planned},
    register::Register,
};
use crate::{
    app::standards::checklists::parse,
    domain::{field::envelope, import::sheet::SheetKind, standards::checklist::Checklist},
};

/// Marks which checklists are written; sites of the same file may already be of their kinds.
pub fn plan(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
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
                if planned.fate != super::Fate::Unchanged {
                    register.lists.push((list.clone(), at));
                }
            }
        }
        rows.push(planned);
    }
    let Some(library) = &material.library else { return };
    for department in &library.departments {
        // Later rows of the file may use the name that it has from now on.
        if let Some(known) = register.departments.iter_mut().find(|(key, ..)| *key == department.key) {
            known.1.clone_from(&department.zh);
        } else {
            let id = register.id();
            register.departments.push((department.key.clone(), department.zh.clone(), id));
        }
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
