//! Rows of the county, its divisions with their outlines, and its sites, against the register.

use super::{
    material::{DivisionFacts, Material, OutlineFacts, SiteFacts},
    plan::{Change, Planned, Seen, differs},
    register::{Found, Register, Slot},
    words,
};
use crate::{
    domain::{
        import::sheet::SheetKind,
        places::{
            bd09::SourceDatum,
            division::{DivisionCode, DivisionKind, Title},
            outline::Outline,
        },
    },
    store::{
        imports::sources::Source,
        places::{
            divisions::{Division, Stored},
            sites::{ACTIVE, Site},
        },
    },
};
use std::collections::HashMap;
use uuid::Uuid;

/// The county and its divisions: the levels from above, whatever their order in the file.
pub fn divisions(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
    let mut facts: Vec<(usize, &DivisionFacts)> = Vec::new();
    let mut seen = Seen::default();
    let sheets = [(SheetKind::County, &material.county), (SheetKind::Divisions, &material.divisions)];
    for (sheet, items) in sheets {
        for item in items {
            let mut planned = Planned::of(sheet, item);
            if let Some(value) = item.value.as_ref().filter(|_| !planned.is_refused())
                && seen.first(&mut planned, value.code.as_str(), "code")
            {
                facts.push((rows.len(), value));
            }
            rows.push(planned);
        }
    }
    facts.sort_by_key(|(at, value)| (value.kind, *at));
    for (at, value) in facts {
        division(register, &mut rows[at], at, value);
    }
}

fn division(register: &mut Register, planned: &mut Planned, at: usize, value: &DivisionFacts) {
    let parent_id = match &value.parent {
        None => {
            if let Some(own) = register.county_row()
                && own.code != value.code
            {
                planned.refuse(
                    "code",
                    format!("这是另一个县的代码，本县是 {}", own.code),
                    format!("this is the code of another county; this one is {}", own.code),
                );
                return;
            }
            None
        }
        Some(parent) => {
            let found = register.division(parent).map(|found| found.id);
            if found.is_none() {
                let (zh, en) = if parent.kind() == DivisionKind::County {
                    (format!("上级 {parent} 不是本县"), format!("its parent {parent} is not this county"))
                } else {
                    (
                        format!("没有代码为 {parent} 的乡镇，或它那一行有误"),
                        format!("there is no township {parent}, or its row has a fault"),
                    )
                };
                planned.refuse("parent", zh, en);
                return;
            }
            found
        }
    };
    let before = register.divisions.get(&value.code).cloned();
    let old = before.as_ref().map(|slot| &slot.after.division);
    let id = match (old, value.kind) {
        (Some(old), _) => old.id,
        (None, DivisionKind::County) => register.county,
        (None, _) => register.id(),
    };
    let division = Division {
        id,
        county_id: register.county,
        code: value.code.clone(),
        name: value.name.clone(),
        kind: value.kind,
        parent_id,
        honour: match value.honour {
            Title::Unsaid => old.and_then(|old| old.honour.clone()),
            Title::Nothing => None,
            Title::Held(honour) => Some(honour.as_str().to_owned()),
        },
        version: old.map_or(1, |old| old.version),
    };
    let mut changes = Vec::new();
    if let Some(old) = old {
        differs(&mut changes, "name", Some(&old.name), Some(&division.name));
        if old.parent_id != division.parent_id {
            let code = |id: Option<Uuid>| {
                register
                    .divisions
                    .values()
                    .map(|slot| &slot.after.division)
                    .find(|division| Some(division.id) == id)
            };
            let text = |id| code(id).map(|division| division.code.to_string());
            changes.push(Change::new("parent", text(old.parent_id), text(division.parent_id)));
        }
        differs(&mut changes, "honour", old.honour.as_deref(), division.honour.as_deref());
    }
    let moved = !changes.is_empty();
    changes.append(&mut words::said(register, at, &value.words));
    planned.changes(before.is_none(), changes);
    match before {
        None => {
            let slot = Slot::fresh(Stored { division, boundary: None }, at);
            register.divisions.insert(value.code.clone(), slot);
        }
        Some(mut slot) if moved => {
            slot.touch(at);
            slot.after.division = division;
            register.divisions.insert(value.code.clone(), slot);
        }
        Some(_) => {}
    }
}

/// Outlines of divisions that the file or the register names.
pub fn outlines(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
    let drawn: HashMap<&DivisionCode, &Outline> = material
        .outlines
        .iter()
        .filter_map(|item| item.value.as_ref())
        .map(|facts| (&facts.code, &facts.outline))
        .collect();
    let mut seen = Seen::default();
    for item in &material.outlines {
        let at = rows.len();
        let mut planned = Planned::of(SheetKind::Outlines, item);
        if let Some(facts) = item.value.as_ref().filter(|_| !planned.is_refused())
            && seen.first(&mut planned, facts.code.as_str(), "code")
        {
            outline(material, register, &drawn, &mut planned, (at, facts));
        }
        rows.push(planned);
    }
}

fn outline(
    material: &Material,
    register: &mut Register,
    drawn: &HashMap<&DivisionCode, &Outline>,
    planned: &mut Planned,
    (at, facts): (usize, &OutlineFacts),
) {
    let Some(slot) = register.divisions.get(&facts.code) else {
        planned.refuse(
            "code",
            format!("没有代码为 {} 的区划", facts.code),
            format!("there is no division with the code {}", facts.code),
        );
        return;
    };
    let mut slot = slot.clone();
    if planned.name.is_empty() {
        planned.name.clone_from(&slot.after.division.name);
    }
    if slot.after.division.kind == DivisionKind::Village {
        let parent = slot.after.division.parent_id.and_then(|id| register.division_of(id));
        let township = parent
            .and_then(|parent| drawn.get(&parent.code).copied().or_else(|| register.drawn.get(&parent.code)));
        if township.is_some_and(|township| !facts.outline.lies_in(township)) {
            planned.refuse("geometry", "不在所属乡镇的范围内", "lies outside its township");
            return;
        }
    }
    let text = serde_json::to_string(&facts.outline.to_rings()).unwrap_or_default();
    let same = slot.after.boundary.as_deref() == Some(text.as_str());
    let corners = |text: &str| text.matches('[').count().saturating_sub(3).to_string();
    let before = slot.after.boundary.as_deref().map(corners);
    let change = Change::new("outline", before.clone(), Some(corners(&text)));
    // Where none was drawn, the outline is what is new.
    planned.changes(before.is_none(), if same { Vec::new() } else { vec![change] });
    if same {
        return;
    }
    slot.touch(at);
    slot.after.boundary = Some(text);
    if let Some(boundary) = &facts.given {
        let source = Source {
            object_id: slot.after.division.id,
            datum: material.datum,
            lon: None,
            lat: None,
            boundary: Some(boundary.clone()),
        };
        register.keep_source(at, source);
    }
    register.divisions.insert(facts.code.clone(), slot);
}

/// Sites, whose places and kinds may come from the same file.
pub fn sites(material: &Material, register: &mut Register, rows: &mut Vec<Planned>) {
    let mut seen = Seen::default();
    for item in &material.sites {
        let at = rows.len();
        let mut planned = Planned::of(SheetKind::Sites, item);
        if let Some(facts) = item.value.as_ref().filter(|_| !planned.is_refused())
            && seen.first(&mut planned, &facts.code, "code")
        {
            site(material.datum, register, &mut planned, (at, facts));
        }
        rows.push(planned);
    }
}

fn site(
    datum: SourceDatum,
    register: &mut Register,
    planned: &mut Planned,
    (at, facts): (usize, &SiteFacts),
) {
    let kind = register.kinds.iter().find(|(key, name)| *key == facts.kind || *name == facts.kind);
    let kind = kind.map(|(key, _)| key.clone());
    if kind.is_none() {
        planned.refuse(
            "kind",
            format!("没有点位类型“{}”，请先导入清单", facts.kind),
            format!("there is no site kind \"{}\"; import the checklists first", facts.kind),
        );
    }
    let township = match facts.township.as_str() {
        "" => None,
        text => match register.place(text, DivisionKind::Township, None) {
            Found::One(found) => Some(found.id),
            other => {
                unfound(planned, "township_code", &other, text, ("乡镇", "township"));
                return;
            }
        },
    };
    let village = match register.place(&facts.village, DivisionKind::Village, township) {
        Found::One(found) => found.clone(),
        other => {
            unfound(planned, "village_code", &other, &facts.village, ("村（社区）", "village"));
            return;
        }
    };
    if township.is_some_and(|township| village.parent_id != Some(township)) {
        planned.refuse("village_code", "这个村不属于这个乡镇", "this village is not of this township");
        return;
    }
    let above = village.parent_id.and_then(|id| register.division_of(id)).cloned();
    let (Some(kind), Some(above)) = (kind, above) else { return };
    let before = register.sites.get(&facts.code).cloned();
    let old = before.as_ref().map(|slot| &slot.after);
    let site = Site {
        id: old.map_or_else(|| register.id(), |old| old.id),
        county_id: register.county,
        code: facts.code.clone(),
        kind,
        name: facts.name.clone(),
        township_id: above.id,
        township_name: above.name,
        village_id: village.id,
        village_name: village.name,
        lon: facts.point.lon(),
        lat: facts.point.lat(),
        status: old.map_or_else(|| ACTIVE.to_owned(), |old| old.status.clone()),
        outside: old.is_some_and(|old| old.outside),
        version: old.map_or(1, |old| old.version),
    };
    if datum != SourceDatum::Wgs84 {
        let metres = facts.given.distance_m(facts.point).round();
        planned.note(
            format!("坐标由 {} 换算为 WGS-84，移动 {metres} 米", datum.as_str().to_uppercase()),
            format!("converted from {} to WGS-84, {metres} m away", datum.as_str().to_uppercase()),
        );
    }
    let changes = old.map(|old| site_changes(old, &site)).unwrap_or_default();
    planned.changes(old.is_none(), changes.clone());
    if old.is_some() && changes.is_empty() {
        return;
    }
    register.keep_source(
        at,
        Source {
            object_id: site.id,
            datum,
            lon: Some(facts.given.lon()),
            lat: Some(facts.given.lat()),
            boundary: None,
        },
    );
    let slot = match before {
        None => Slot::fresh(site, at),
        Some(mut slot) => {
            slot.touch(at);
            slot.after = site;
            slot
        }
    };
    register.sites.insert(facts.code.clone(), slot);
}

fn site_changes(old: &Site, new: &Site) -> Vec<Change> {
    let mut changes = Vec::new();
    differs(&mut changes, "kind", Some(&old.kind), Some(&new.kind));
    differs(&mut changes, "name", Some(&old.name), Some(&new.name));
    // Names of places are theirs; a site changes only when its place is another one.
    if old.township_id != new.township_id {
        differs(&mut changes, "township_code", Some(&old.township_name), Some(&new.township_name));
    }
    if old.village_id != new.village_id {
        changes.push(Change::new(
            "village_code",
            Some(old.village_name.clone()),
            Some(new.village_name.clone()),
        ));
    }
    let degrees = |degrees: f64| degrees.to_string();
    differs(&mut changes, "longitude", Some(&degrees(old.lon)), Some(&degrees(new.lon)));
    differs(&mut changes, "latitude", Some(&degrees(old.lat)), Some(&degrees(new.lat)));
    changes
}

/// Says that a place is not there, or that its name does not tell which one.
pub fn unfound(planned: &mut Planned, field: &str, found: &Found<'_>, text: &str, (zh, en): (&str, &str)) {
    if matches!(found, Found::Several) {
        planned.refuse(
            field,
            format!("有几个叫“{text}”的{zh}，请写代码，或写“乡镇/村”"),
            format!("several {en}s are called \"{text}\"; write the code, or \"township/village\""),
        );
    } else {
        planned.refuse(field, format!("没有{zh}“{text}”"), format!("there is no {en} \"{text}\""));
    }
}
