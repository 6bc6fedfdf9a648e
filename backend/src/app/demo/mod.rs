//! The demo county 示例县: invented places, one person for each kind of post. A demo database never serves real work, and
//! the demo never touches another.

mod anew;
pub mod made;
pub mod quarter;
pub mod stand;
pub mod walk;

use super::{
    App, AppError, AppResult, Caller,
    people::{passwords::PasswordHash, persons::NewPerson, posts::NewPost},
    standards::examples,
};
use crate::{
    domain::{
        import::Faults,
        page::PageRequest,
        people::{
            code,
            role::{
                Role::{
                    self, CountyLeader, Department, DeputyLeader, DeskOfficer, Inspector, MainLeader, Office,
                    PlatformAdmin, VillageCadre,
                },
                UnitKind,
            },
            scope::Scope,
        },
        places::{geojson, site},
        problem::{Code, Problem},
        random::Random,
        standards::checklist::Library,
    },
    store::{
        meta,
        people::persons,
        places::divisions::{self, Division},
        standards::departments,
    },
};
use secrecy::SecretString;
use uuid::Uuid;

const DIVISIONS: &[u8] = include_bytes!("../../../demo/regions.geojson");
const CHECKLISTS: &[u8] = include_bytes!("../../../demo/checklists.json");
/// The pictures that [`CHECKLISTS`] names.
const EXAMPLES: &[(&str, &[u8])] = &[
    ("exit_blocked.png", include_bytes!("../../../demo/examples/exit_blocked.png")),
    ("exit_clear.png", include_bytes!("../../../demo/examples/exit_clear.png")),
    ("extinguisher_blocked.png", include_bytes!("../../../demo/examples/extinguisher_blocked.png")),
    ("extinguisher_free.png", include_bytes!("../../../demo/examples/extinguisher_free.png")),
    ("food_covered.png", include_bytes!("../../../demo/examples/food_covered.png")),
    ("food_open.png", include_bytes!("../../../demo/examples/food_open.png")),
    ("stop_sign_intact.png", include_bytes!("../../../demo/examples/stop_sign_intact.png")),
    ("stop_sign_worn.png", include_bytes!("../../../demo/examples/stop_sign_worn.png")),
];
const SITES: &[u8] = include_bytes!("../../../demo/sites.csv");

/// When the county was made.
const MADE_AT: &str = "demo_made_at";
/// Values of the demo mark: a county that is only half made is made again.
const MAKING: &str = "making";
const READY: &str = "ready";

/// Everybody in the demo: login, role, name, code of the unit (the county's when empty).
const CAST: &[(&str, Role, &str, &str)] = &[
    ("inspector1", Inspector, "检查员甲", ""),
    ("inspector2", Inspector, "检查员乙", ""),
    ("office1", Office, "县办公室甲", ""),
    ("office2", Office, "县办公室乙", ""),
    ("leader", CountyLeader, "县领导", ""),
    ("transport", Department, "县交通运输局联络员", "transport"),
    ("xingqiao.main", MainLeader, "杏桥街道主要领导", "519901001000"),
    ("xingqiao.deputy", DeputyLeader, "杏桥街道分管领导", "519901001000"),
    ("xingqiao.desk", DeskOfficer, "杏桥街道经办人", "519901001000"),
    ("songchang", VillageCadre, "松场社区干部", "519901001001"),
    ("fengping.deputy", DeputyLeader, "凤坪镇分管领导", "519901101000"),
    ("fengping.desk", DeskOfficer, "凤坪镇经办人", "519901101000"),
    ("admin", PlatformAdmin, "平台管理员", ""),
];

/// Somebody of the demo, with a password that nobody can read again.
pub struct DemoPerson {
    pub role: Role,
    pub name: &'static str,
    pub login: &'static str,
    pub password: SecretString,
}

impl App {
    /// True when this database was made by `lalian demo`.
    pub async fn is_demo_database(&self) -> AppResult<bool> {
        Ok(meta::get(self.store.read(), meta::DEMO).await?.is_some())
    }

    /// Makes the demo county in a new database, or finishes one that was interrupted. A finished one stays as people left
    /// it, and nobody is answered: the passwords were shown when it was made.
    ///
    /// # Errors
    /// `still_in_use` when the database holds anything that the demo did not make.
    pub async fn make_demo(&self) -> AppResult<Vec<DemoPerson>> {
        let people = self.make_county().await?;
        if !people.is_empty() {
            self.finish_demo().await?;
        }
        Ok(people)
    }

    /// Places, standards and people, without saying yet that the county is ready.
    async fn make_county(&self) -> AppResult<Vec<DemoPerson>> {
        if !self.mark_demo().await? {
            return Ok(Vec::new());
        }
        let caller = Caller::system(None);
        let broken = |faults: Faults| AppError::Internal(format!("demo files: {faults}"));
        self.import_divisions(&caller, &geojson::divisions(DIVISIONS).map_err(broken)?).await?;
        let pictures = EXAMPLES.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        let pictures = examples::pictures(pictures).map_err(broken)?;
        let library = Library::parse(CHECKLISTS, &pictures).map_err(broken)?;
        self.import_checklists(&caller, &library).await?;
        self.import_sites(&caller, &site::from_csv(SITES).map_err(broken)?).await?;
        self.make_cast().await
    }

    /// Takes an empty database for the demo; false when the demo in it is ready.
    async fn mark_demo(&self) -> AppResult<bool> {
        let one = PageRequest { after: None, limit: 1 };
        self.store
            .write(async |tx| {
                match meta::get(tx, meta::DEMO).await?.as_deref() {
                    Some(READY) => return Ok(false),
                    Some(_) => return Ok(true),
                    None => {}
                }
                // A server that ran here once has left its epoch.
                let used = meta::get(tx, meta::EPOCH).await?.is_some()
                    || !divisions::counties(tx).await?.is_empty()
                    || !persons::list(tx, Scope::Platform, &persons::Narrow::default(), &one)
                        .await?
                        .items
                        .is_empty();
                if used {
                    return Err(Problem::from(Code::StillInUse).into());
                }
                meta::set(tx, meta::DEMO, MAKING.to_owned()).await?;
                Ok::<_, AppError>(true)
            })
            .await
    }

    async fn make_cast(&self) -> AppResult<Vec<DemoPerson>> {
        let missing = || AppError::Internal("the demo county lacks a unit that its people need".into());
        let county = divisions::counties(self.store.read()).await?.pop().ok_or_else(missing)?;
        let units = Units {
            county: county.id,
            divisions: divisions::of_county(self.store.read(), county.id).await?,
            departments: departments::of_county(self.store.read(), county.id).await?,
        };
        let mut ready: Vec<(NewPerson, NewPost, PasswordHash)> = Vec::with_capacity(CAST.len());
        let mut people = Vec::with_capacity(CAST.len());
        for &(login, role, name, unit) in CAST {
            let password = password(&*self.random);
            let hash = self.passwords.hash(&password, &*self.random).await?;
            let platform = role.unit_kind() == UnitKind::Platform;
            let unit = if platform { None } else { Some(units.find(role, unit).ok_or_else(missing)?) };
            let person = NewPerson::parse(login, name, None, None, (!platform).then_some(county.id))?;
            ready.push((person, NewPost::now(role, unit), hash));
            people.push(DemoPerson { role, name, login, password });
        }
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                for (person, post, hash) in &ready {
                    self.ensure_person(tx, person, std::slice::from_ref(post), Some(hash)).await?;
                }
                Ok::<_, AppError>(meta::set(tx, MADE_AT, now.to_rfc3339()).await?)
            })
            .await?;
        Ok(people)
    }

    /// Says that the county is ready: from now on it stays as people leave it.
    async fn finish_demo(&self) -> AppResult<()> {
        self.store
            .write(async |tx| Ok::<_, AppError>(meta::set(tx, meta::DEMO, READY.to_owned()).await?))
            .await
    }

    /// True when making the demo county was interrupted here: nobody has seen its passwords.
    pub async fn is_half_made_demo(&self) -> AppResult<bool> {
        Ok(meta::get(self.store.read(), meta::DEMO).await?.as_deref() == Some(MAKING))
    }
}

/// The units that demo posts can name by code.
struct Units {
    county: Uuid,
    divisions: Vec<Division>,
    departments: Vec<departments::Department>,
}

impl Units {
    fn find(&self, role: Role, code: &str) -> Option<Uuid> {
        match role.unit_kind() {
            UnitKind::County => Some(self.county),
            UnitKind::Department => {
                self.departments.iter().find(|unit| unit.code == code).map(|unit| unit.id)
            }
            _ => self.divisions.iter().find(|unit| unit.code.as_str() == code).map(|unit| unit.id),
        }
    }
}

/// Unguessable and easy to copy; the ending keeps it from looking like a one-time code.
fn password(random: &dyn Random) -> SecretString {
    format!("{}-demo", code::fresh(random).to_lowercase()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{people::account::Login, random::SystemRandom};
    use secrecy::ExposeSecret;
    use std::collections::HashSet;

    #[test]
    fn there_is_somebody_for_each_kind_of_post() {
        let roles: HashSet<Role> = CAST.iter().map(|(_, role, ..)| *role).collect();
        assert_eq!(roles.len(), Role::ALL.len());
        let logins: HashSet<_> = CAST
            .iter()
            .filter_map(|(login, ..)| Login::parse(login))
            .map(|login| login.as_str().to_owned())
            .collect();
        assert_eq!(logins.len(), CAST.len());
    }

    #[test]
    fn passwords_differ_and_are_no_one_time_codes() {
        let [one, other] = [password(&SystemRandom), password(&SystemRandom)];
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(code::normalise(one.expose_secret()), None);
    }
}
