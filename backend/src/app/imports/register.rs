//! A county as an import sees it: what is there, and what rows have made of it so far. Nothing of it is written here.

use super::material::Material;
use crate::{
    app::{
        AppResult, Caller,
        places::refuse,
        standards::settings::{self, SettingsRow},
    },
    domain::{
        clock::Instant,
        import::Faults,
        people::role::Role,
        places::{
            bd09::SourceDatum,
            division::{DivisionCode, DivisionKind},
            outline::Outline,
        },
        standards::{
            checklist::{Checklist, Department},
            settings::CountySettings,
        },
    },
    store::{
        Conn,
        imports::{people as store_people, sources::Source},
        people::{
            persons::PersonRow,
            posts::{self, PostRow},
        },
        places::{
            divisions::{self, Division, Stored},
            sites::{self, Site},
        },
        standards::{
            checklists::{self, ChecklistRow},
            departments, kinds,
        },
    },
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Something that is written when the plan is: as it was, as it will be, and the first row that wants it so.
#[derive(Debug, Clone)]
pub struct Slot<T> {
    pub before: Option<T>,
    pub after: T,
    pub row: Option<usize>,
}

impl<T> Slot<T> {
    pub fn here(row: T) -> Self
    where
        T: Clone,
    {
        Self { before: Some(row.clone()), after: row, row: None }
    }

    pub fn fresh(row: T, at: usize) -> Self {
        Self { before: None, after: row, row: Some(at) }
    }

    /// The first row that changes it is the one that undoing looks at.
    pub fn touch(&mut self, at: usize) {
        self.row.get_or_insert(at);
    }
}

/// A post that a row begins.
#[derive(Debug, Clone)]
pub struct NewPostOf {
    pub login: String,
    pub role: Role,
    pub unit: Uuid,
    pub valid_from: Option<Instant>,
    pub row: usize,
}

/// The county and what becomes of it.
#[derive(Debug)]
pub struct Register {
    pub now: Instant,
    pub county: Uuid,
    pub divisions: BTreeMap<DivisionCode, Slot<Stored>>,
    /// Outlines that villages are looked for in.
    pub drawn: HashMap<DivisionCode, Outline>,
    pub sites: HashMap<String, Slot<Site>>,
    /// Positions as given, with the row.
    pub sources: Vec<(usize, Source)>,
    /// Key and Chinese name of every site kind.
    pub kinds: Vec<(String, String)>,
    pub active: HashMap<String, ChecklistRow>,
    /// Checklists of the file that are written, with their first rows.
    pub lists: Vec<(Checklist, usize)>,
    /// The row with which departments of a library are told of, where it has new ones.
    pub told_first: Option<usize>,
    /// Departments that rows of checklists name first.
    pub new_departments: Vec<(Uuid, Department)>,
    /// Key, Chinese name and id of every department.
    pub departments: Vec<(String, String, Uuid)>,
    pub people: HashMap<String, Slot<PersonRow>>,
    pub posts: HashMap<Uuid, Vec<PostRow>>,
    pub new_posts: Vec<NewPostOf>,
    pub settings: SettingsRow,
    /// The row of the county that gives its settings other words, and the id of their version.
    pub worded: Option<(usize, Uuid)>,
    /// People of the county who have the name of a row, but not its login.
    pub namesakes: HashMap<String, Vec<PersonRow>>,
    by_name: HashMap<(DivisionKind, String), Vec<DivisionCode>>,
    by_id: HashMap<Uuid, DivisionCode>,
    fresh: u128,
}

impl Register {
    /// Reads what the file could touch. `fresh` gives the ids of what is new: any number does for a preview.
    pub async fn read(
        conn: &impl Conn,
        caller: &Caller,
        material: &Material,
        (now, fresh): (Instant, Uuid),
    ) -> AppResult<Self> {
        let county = county(conn, caller, material).await?;
        let mut register = Self {
            now,
            county: county.unwrap_or(fresh),
            divisions: BTreeMap::new(),
            drawn: HashMap::new(),
            sites: HashMap::new(),
            sources: Vec::new(),
            kinds: Vec::new(),
            active: HashMap::new(),
            lists: Vec::new(),
            told_first: None,
            new_departments: Vec::new(),
            departments: Vec::new(),
            people: HashMap::new(),
            posts: HashMap::new(),
            new_posts: Vec::new(),
            settings: SettingsRow {
                id: county.unwrap_or(fresh),
                version: 0,
                settings: CountySettings::default(),
            },
            worded: None,
            namesakes: HashMap::new(),
            by_name: HashMap::new(),
            by_id: HashMap::new(),
            fresh: fresh.as_u128(),
        };
        if let Some(county) = county {
            register.read_county(conn, county, material).await?;
        }
        let mut logins: Vec<String> = material.people.iter().map(|item| item.key.clone()).collect();
        logins.sort();
        logins.dedup();
        for row in store_people::by_logins(conn, &logins).await? {
            register.people.insert(row.login.clone(), Slot::here(row));
        }
        if let Some(county) = county {
            let mut names: Vec<String> =
                material.people.iter().filter_map(|item| Some(item.value.as_ref()?.name.clone())).collect();
            names.sort();
            names.dedup();
            for row in store_people::by_names(conn, county, &names).await? {
                if logins.binary_search(&row.login).is_err() {
                    register.namesakes.entry(row.name.clone()).or_default().push(row);
                }
            }
        }
        let namesakes = register.namesakes.values().flatten().map(|row| row.id);
        let ids: Vec<Uuid> = register.people.values().map(|slot| slot.after.id).chain(namesakes).collect();
        for post in posts::of_people(conn, &ids).await? {
            if post.valid_to.is_none_or(|end| end > now) {
                register.posts.entry(post.person_id).or_default().push(post);
            }
        }
        Ok(register)
    }

    async fn read_county(&mut self, conn: &impl Conn, county: Uuid, material: &Material) -> AppResult<()> {
        self.settings = settings::row(conn, county).await?;
        let mut boundaries: HashMap<Uuid, Option<String>> =
            divisions::boundary_texts(conn, county).await?.into_iter().collect();
        for division in divisions::of_county(conn, county).await? {
            let boundary = boundaries.remove(&division.id).flatten();
            self.divisions.insert(division.code.clone(), Slot::here(Stored { division, boundary }));
        }
        if !material.outlines.is_empty() {
            let rows = divisions::outlines(conn, county, Some(DivisionKind::Township)).await?;
            self.drawn = rows.into_iter().map(|(division, outline)| (division.code, outline)).collect();
        }
        if !material.sites.is_empty() {
            let all = sites::of_county(conn, county).await?;
            self.sites = all.into_iter().map(|site| (site.code.clone(), Slot::here(site))).collect();
        }
        let scope = crate::domain::people::scope::Scope::County { county };
        self.kinds =
            kinds::list(conn, scope).await?.into_iter().map(|kind| (kind.key, kind.name_zh)).collect();
        if material.library.is_some() || !material.questions.is_empty() {
            let active = checklists::active(conn, county).await?;
            self.active = active.into_iter().map(|row| (row.site_kind.clone(), row)).collect();
        }
        let rows = departments::of_county(conn, county).await?;
        self.departments = rows.into_iter().map(|row| (row.code, row.name_zh, row.id)).collect();
        Ok(())
    }

    /// An id of something new. Counted up from a random one, so that a closure that runs again makes the same.
    pub fn id(&mut self) -> Uuid {
        self.fresh = self.fresh.wrapping_add(1);
        Uuid::from_u128(self.fresh)
    }

    /// Makes places findable by name and id; after the rows that make them.
    pub fn index(&mut self) {
        for Division { id, code, name, kind, .. } in self.divisions.values().map(|slot| &slot.after.division)
        {
            self.by_name.entry((*kind, name.clone())).or_default().push(code.clone());
            self.by_id.insert(*id, code.clone());
        }
    }

    pub fn division_of(&self, id: Uuid) -> Option<&Division> {
        self.division(self.by_id.get(&id)?)
    }

    pub fn division(&self, code: &DivisionCode) -> Option<&Division> {
        self.divisions.get(code).map(|slot| &slot.after.division)
    }

    /// The county's own row.
    pub fn county_row(&self) -> Option<&Division> {
        let mut all = self.divisions.values().map(|slot| &slot.after.division);
        all.find(|division| division.kind == DivisionKind::County)
    }

    /// A place by its code or name. A village may be said with its township: `township/village`.
    pub fn place(&self, text: &str, kind: DivisionKind, township: Option<Uuid>) -> Found<'_> {
        let of_kind = |code: &DivisionCode| self.division(code).filter(|division| division.kind == kind);
        if let Some(code) = DivisionCode::parse(&crate::domain::import::text::code(text)) {
            return of_kind(&code).map_or(Found::Nothing, Found::One);
        }
        let (above, name) = match text.rsplit_once('/') {
            Some((above, name)) => (Some(above), name),
            None => (None, text),
        };
        let township = match above.map(|above| self.place(above, DivisionKind::Township, None)) {
            Some(Found::One(found)) => Some(found.id),
            Some(_) => return Found::Nothing,
            None => township,
        };
        let named = self.by_name.get(&(kind, name.to_owned())).into_iter().flatten();
        let mut fitting = named
            .filter_map(of_kind)
            .filter(|division| township.is_none_or(|township| division.parent_id == Some(township)));
        match (fitting.next(), fitting.next()) {
            (None, _) => Found::Nothing,
            (Some(one), None) => Found::One(one),
            (Some(_), Some(_)) => Found::Several,
        }
    }

    /// Keeps what a position was given as, where it was converted.
    pub fn keep_source(&mut self, row: usize, source: Source) {
        if source.datum != SourceDatum::Wgs84 {
            self.sources.push((row, source));
        }
    }
}

/// What a name leads to.
#[derive(Debug)]
pub enum Found<'a> {
    One(&'a Division),
    Nothing,
    Several,
}

/// The county that a file is for: an office's own; for the platform the one whose code the file names, else the only one there is.
/// `None` is one that the file itself would make.
async fn county(conn: &impl Conn, caller: &Caller, material: &Material) -> AppResult<Option<Uuid>> {
    if let Some(own) = caller.county_id {
        return Ok(Some(own));
    }
    let counties = divisions::counties(conn).await?;
    let known =
        |code: &DivisionCode| counties.iter().find(|county| county.code == *code).map(|county| county.id);
    if let Some(facts) = material.county.iter().find_map(|item| item.value.as_ref()) {
        return Ok(known(&facts.code));
    }
    let told = material.divisions.iter().filter_map(|item| item.value.as_ref());
    let mut parents =
        told.filter(|facts| facts.kind == DivisionKind::Township).filter_map(|facts| facts.parent.as_ref());
    if let Some(county) = parents.find_map(known) {
        return Ok(Some(county));
    }
    match counties.as_slice() {
        [only] => Ok(Some(only.id)),
        [] => Err(refuse(Faults::whole(
            "还没有县：请在“县”工作表里写上代码和名称",
            "there is no county yet; write its code and name into the sheet \"county\"",
        ))),
        _ => Err(refuse(Faults::whole(
            "有多个县：请在“县”工作表里写明是哪一个",
            "there are several counties; say which one in the sheet \"county\"",
        ))),
    }
}
