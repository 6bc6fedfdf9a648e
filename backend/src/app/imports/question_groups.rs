//! Cells of the sheet of checklists that speak for several rows: groups with what repeats in them, and what is said once of a whole list.

use crate::domain::{
    import::{
        question::{QuestionRow, Told},
        question_item::fresh,
    },
    standards::checklist::{Checklist, Group, Repeat},
};

/// What is wrong with a row, by its place in the plan.
#[derive(Debug)]
pub struct Trouble {
    pub at: usize,
    pub field: String,
    pub zh: String,
    pub en: String,
}

impl Trouble {
    pub fn new(at: usize, field: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { at, field: field.to_owned(), zh: zh.into(), en: en.into() }
    }
}

/// Rows by their places in the plan.
type Rows<'a> = [(usize, &'a QuestionRow)];

/// What any of these rows says of all; two that say it differently are told.
pub fn one<T: PartialEq>(
    rows: &Rows<'_>,
    field: &str,
    said: impl Fn(&QuestionRow) -> Option<T>,
) -> Result<Option<T>, Vec<Trouble>> {
    let mut found: Option<(T, &str)> = None;
    for (at, row) in rows {
        let Some(value) = said(row) else { continue };
        let Some((first, code)) = &found else {
            found = Some((value, row.code.as_str()));
            continue;
        };
        if value != *first {
            return Err(vec![Trouble::new(
                *at,
                field,
                format!("与 {code} 那一行写的不同；写一次就够"),
                format!("is not what the row of {code} says; once is enough"),
            )]);
        }
    }
    Ok(found.map(|(value, _)| value))
}

/// The groups of a list in walking order, and the key of each row's group.
type Grouped = (Vec<Group>, Vec<Option<String>>);

/// Groups the rows of one list: those that it has already are kept with their keys.
pub fn built_groups(rows: &Rows<'_>, old: Option<&Checklist>) -> Result<Grouped, Vec<Trouble>> {
    let known: &[Group] = old.map_or(&[], |list| &list.groups);
    let mut taken: Vec<String> = known.iter().map(|group| group.key.clone()).collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut keys = Vec::new();
    for (_, row) in rows {
        let before = old.and_then(|list| list.item(&row.code)?.group.clone());
        let Some(named) = row.group.clone().over(before) else {
            keys.push(None);
            continue;
        };
        let called = |group: &&Group| group.zh == named || group.key == named;
        let group = groups.iter().find(called).or_else(|| known.iter().find(called)).cloned();
        let group = group.unwrap_or_else(|| Group {
            key: fresh("g", &mut taken),
            zh: named.clone(),
            en: named.clone(),
            repeat: None,
        });
        keys.push(Some(group.key.clone()));
        if groups.iter().all(|have| have.key != group.key) {
            groups.push(group);
        }
    }
    for group in &mut groups {
        let own: Vec<_> = rows
            .iter()
            .zip(&keys)
            .filter(|(_, key)| key.as_deref() == Some(group.key.as_str()))
            .map(|(row, _)| *row)
            .collect();
        let said = one(&own, "repeat", |row| (row.repeat != Told::Unsaid).then(|| row.repeat.clone()))?;
        group.repeat = match said.unwrap_or_default() {
            Told::Unsaid => group.repeat.take(),
            Told::Nothing => None,
            Told::Said(label) => Some(relabelled(group.repeat.take(), label)),
        };
    }
    Ok((in_order(rows, old, groups), keys))
}

fn relabelled(before: Option<Repeat>, label: String) -> Repeat {
    match before {
        Some(before) if before.label_zh == label => before,
        Some(before) => Repeat { label_en: label.clone(), label_zh: label, ..before },
        None => Repeat { label_en: label.clone(), label_zh: label, suggestions: Vec::new(), max: None },
    }
}

/// As long as the rows stand in the order of the questions that are in use, so do the groups that are in use: new ones come after those
/// before them.
fn in_order(rows: &Rows<'_>, old: Option<&Checklist>, found: Vec<Group>) -> Vec<Group> {
    let Some(old) = old else { return found };
    let place = |code: &str| old.items.iter().position(|item| item.code == code);
    let places: Vec<usize> = rows.iter().filter_map(|(_, row)| place(&row.code)).collect();
    if !places.is_sorted() {
        return found;
    }
    let rank = |group: &Group| old.groups.iter().position(|known| known.key == group.key);
    let mut kept: Vec<Group> = found.iter().filter(|group| rank(group).is_some()).cloned().collect();
    kept.sort_by_key(rank);
    for (nth, group) in found.iter().enumerate() {
        if rank(group).is_none() {
            let before =
                nth.checked_sub(1).and_then(|nth| kept.iter().position(|have| have.key == found[nth].key));
            kept.insert(before.map_or(0, |at| at + 1), group.clone());
        }
    }
    kept
}
