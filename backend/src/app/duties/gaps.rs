//! Where responsibility has a hole (R86): duties that nobody holds or soon nobody will, and honoured places without a liaison. Worked out
//! from the posts as they are; nothing of it counts what anybody does.

use super::{
    liaisons::{self as duty_liaisons, SubjectKind, subject_names},
    readiness::{self, UnreadyUnit},
};
use crate::{
    app::{App, AppResult, Caller, field::facts::Facts},
    domain::{
        clock::{Instant, local_day},
        duties::cover::{Cover, cover},
        people::{
            permission::Action,
            role::{Role, UnitKind},
            scope::Scope,
        },
        places::division::Honour,
        problem::Code,
    },
    store::{
        self, Conn,
        colours::leaders,
        duties::liaisons,
        people::{
            persons,
            posts::{self, PostRow},
        },
        places::{divisions, honours},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    NoHolder,
    /// The last holder's time ends soon.
    Ending,
    NoLiaison,
    /// The liaison's post has ended.
    LiaisonEnded,
    /// No leader of the county is in charge of the township, while some are of others.
    NoLeader,
}

impl GapKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoHolder => "no_holder",
            Self::Ending => "ending",
            Self::NoLiaison => "no_liaison",
            Self::LiaisonEnded => "liaison_ended",
            Self::NoLeader => "no_leader",
        }
    }
}

/// An honoured place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GapPlace {
    pub kind: SubjectKind,
    pub id: Uuid,
    pub name: String,
    /// The highest title held there.
    pub level: Honour,
}

/// One hole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Gap {
    pub kind: GapKind,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub township_id: Option<Uuid>,
    pub township_name: Option<String>,
    /// The duty; null for places.
    pub role: Option<Role>,
    pub ends_at: Option<DateTime<Utc>>,
    pub place: Option<GapPlace>,
    /// Who was named for it.
    pub person_name: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GapList {
    pub as_of: DateTime<Utc>,
    /// Ends within so many days show.
    pub ending_days: u32,
    pub items: Vec<Gap>,
    /// How many units were looked at for `unready`.
    pub units: usize,
    /// The same by kind of unit.
    pub kinds: BTreeMap<UnitKind, usize>,
    /// Units that cannot work yet, and what they lack.
    pub unready: Vec<UnreadyUnit>,
}

/// From when to when a post is held.
type Span = (Instant, Option<Instant>);

/// A unit and the duties that somebody must hold there.
pub(super) struct Unit {
    pub kind: UnitKind,
    pub id: Uuid,
    pub name: String,
    pub township: Option<(Uuid, String)>,
    duties: &'static [Role],
}

const TOWNSHIP: &[Role] = &[Role::MainLeader, Role::DeputyLeader, Role::DeskOfficer];

/// The holes in the caller's scope: a township its own, a department its own, the county all.
pub async fn list(app: &App, caller: &Caller, township: Option<Uuid>) -> AppResult<GapList> {
    caller.require(Action::ReadDuties)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = scope.county().ok_or(Code::Forbidden)?;
    let facts = Facts::load(app, county).await?;
    let ending_days = facts.settings().duties.ending_days;
    let own = match scope {
        Scope::Township { township, .. } | Scope::Village { township, .. } => Some(township),
        _ => None,
    };
    let concerns = |id: Option<Uuid>| {
        own.is_none_or(|own| id == Some(own)) && township.is_none_or(|one| id == Some(one))
    };
    let department = match scope {
        Scope::Department { department, .. } => Some(department),
        _ => None,
    };
    let mut units = units_of(read, county).await?;
    units.retain(|unit| match department {
        Some(id) => unit.id == id,
        None if unit.kind == UnitKind::Department => own.is_none() && township.is_none(),
        None => concerns(unit.township.as_ref().map(|(id, _)| *id)),
    });
    let soon = now + TimeDelta::days(i64::from(ending_days));
    let suspended = persons::suspended(read, county).await?;
    let mut held = posts::of_county(read, county, None, now).await?;
    held.retain(|post| !suspended.contains(&post.person_id));
    let mut items = holes(&held, &units, now, soon);
    if department.is_none() {
        let mut places = without_liaison(read, county, now).await?;
        places.retain(|gap| concerns(gap.township_id));
        items.extend(places);
        items.extend(without_leader(read, county, &units, now).await?);
    }
    let unready = readiness::unready(read, county, &units, &held, now).await?;
    let mut kinds = BTreeMap::new();
    for unit in &units {
        *kinds.entry(unit.kind).or_insert(0) += 1;
    }
    Ok(GapList { as_of: now, ending_days, items, units: units.len(), kinds, unready })
}

pub(super) async fn units_of(conn: &impl Conn, county: Uuid) -> AppResult<Vec<Unit>> {
    let all = divisions::of_county(conn, county).await?;
    let names: HashMap<Uuid, String> = all.iter().map(|one| (one.id, one.name.clone())).collect();
    let mut units: Vec<Unit> = all
        .into_iter()
        .filter_map(|one| {
            let (kind, township, duties) = match one.kind.as_str() {
                "township" => (UnitKind::Township, Some((one.id, one.name.clone())), TOWNSHIP),
                "village" => {
                    let parent = one.parent_id?;
                    let name = names.get(&parent).cloned().unwrap_or_default();
                    (UnitKind::Village, Some((parent, name)), &[Role::VillageCadre][..])
                }
                _ => return None,
            };
            Some(Unit { kind, id: one.id, name: one.name, township, duties })
        })
        .collect();
    let departments = store::standards::departments::of_county(conn, county).await?;
    units.extend(departments.into_iter().map(|one| Unit {
        kind: UnitKind::Department,
        id: one.id,
        name: one.name_zh,
        township: None,
        duties: &[Role::Department],
    }));
    Ok(units)
}

pub(super) fn holes(posts: &[PostRow], units: &[Unit], now: Instant, soon: Instant) -> Vec<Gap> {
    let mut spans: HashMap<(Uuid, Role), Vec<Span>> = HashMap::new();
    for post in posts {
        spans.entry((post.unit_id, post.role)).or_default().push((post.valid_from, post.valid_to));
    }
    let mut gaps = Vec::new();
    for unit in units {
        for role in unit.duties {
            let held = spans.get(&(unit.id, *role)).map_or(&[][..], Vec::as_slice);
            let (kind, ends_at) = match cover(held, now) {
                Cover::Nobody => (GapKind::NoHolder, None),
                Cover::Until(end) if end <= soon => (GapKind::Ending, Some(end)),
                Cover::Until(_) | Cover::Open => continue,
            };
            gaps.push(Gap {
                kind,
                unit_kind: unit.kind,
                unit_id: unit.id,
                unit_name: unit.name.clone(),
                township_id: unit.township.as_ref().map(|(id, _)| *id),
                township_name: unit.township.as_ref().map(|(_, name)| name.clone()),
                role: Some(*role),
                ends_at,
                place: None,
                person_name: None,
            });
        }
    }
    gaps
}

/// Townships that no leader is in charge of, in a county that puts leaders in charge of them.
async fn without_leader(conn: &impl Conn, county: Uuid, units: &[Unit], now: Instant) -> AppResult<Vec<Gap>> {
    let held: Vec<Uuid> = leaders::posts(conn, county, now).await?.into_iter().map(|post| post.id).collect();
    if !leaders::any(conn, county).await? {
        return Ok(Vec::new());
    }
    let charges = leaders::of_posts(conn, county, held).await?;
    let led: HashSet<Uuid> =
        charges.iter().filter(|row| row.ended_at.is_none()).map(|row| row.township_id).collect();
    let open = units.iter().filter(|unit| unit.kind == UnitKind::Township && !led.contains(&unit.id));
    Ok(open
        .map(|unit| Gap {
            kind: GapKind::NoLeader,
            unit_kind: unit.kind,
            unit_id: unit.id,
            unit_name: unit.name.clone(),
            township_id: Some(unit.id),
            township_name: Some(unit.name.clone()),
            role: Some(Role::CountyLeader),
            ends_at: None,
            place: None,
            person_name: None,
        })
        .collect())
}

/// Honoured places that nobody answers for.
pub(super) async fn without_liaison(conn: &impl Conn, county: Uuid, now: Instant) -> AppResult<Vec<Gap>> {
    let mut places: BTreeMap<Uuid, (SubjectKind, Uuid, Honour)> = BTreeMap::new();
    for row in honours::held_on(conn, county, local_day(now)).await? {
        let Some(level) = Honour::parse(&row.level) else { continue };
        let kind = SubjectKind::parse(&row.subject_kind);
        let place = places.entry(row.subject_id).or_insert((kind, row.township_id, level));
        place.2 = place.2.max(level);
    }
    let ids: Vec<Uuid> = places.keys().copied().collect();
    let names = subject_names(conn, county, ids.clone()).await?;
    let townships: Vec<Uuid> = places.values().map(|(_, township, _)| *township).collect();
    let of_townships = subject_names(conn, county, townships).await?;
    let people = duty_liaisons::show(conn, liaisons::of_subjects(conn, county, ids).await?, now).await?;
    let people: HashMap<Uuid, _> = people.into_iter().map(|one| (one.subject_id, one)).collect();
    Ok(places
        .into_iter()
        .filter(|(id, _)| people.get(id).is_none_or(|one| !one.post_valid))
        .map(|(id, (kind, township, level))| {
            let former = people.get(&id);
            let name = of_townships.get(&township).cloned();
            Gap {
                kind: if former.is_some() { GapKind::LiaisonEnded } else { GapKind::NoLiaison },
                unit_kind: UnitKind::Township,
                unit_id: township,
                unit_name: name.clone().unwrap_or_default(),
                township_id: Some(township),
                township_name: name,
                role: None,
                ends_at: None,
                place: Some(GapPlace { kind, id, name: names.get(&id).cloned().unwrap_or_default(), level }),
                person_name: former.and_then(|one| one.person_name.clone()),
            }
        })
        .collect())
}
