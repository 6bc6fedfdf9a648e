//! The units that whoever keeps accounts may give a post in: the platform's administrator chooses a county first, an office has its own, a
//! township its villages. The register itself (`/divisions`) stays with those who do field work.

use super::{
    super::{App, AppResult, Caller},
    keeping::managed,
    posts::NewPost,
};
use crate::{
    domain::{
        page::{Page, PageRequest},
        people::{role::UnitKind, scope::Scope},
        places::division::DivisionKind,
        problem::Problem,
    },
    store::{
        Conn,
        people::units,
        places::divisions::{self, Division, Filter},
        standards::departments,
    },
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A unit that a post can be given in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitChoice {
    pub id: Uuid,
    pub kind: UnitKind,
    pub name: String,
    /// Departments only; divisions have one name.
    pub name_en: Option<String>,
    /// The county itself for a county.
    pub county_id: Uuid,
    /// The township of a village, the county of a township.
    pub parent_id: Option<Uuid>,
}

/// Which units are asked for.
#[derive(Debug, Clone, Copy)]
pub struct UnitsAsked {
    pub kind: UnitKind,
    /// The platform's administrator says whose; others have one county.
    pub county_id: Option<Uuid>,
    /// Villages of this township.
    pub parent_id: Option<Uuid>,
}

impl App {
    /// Units of one kind, by code.
    pub async fn units(
        &self,
        caller: &Caller,
        asked: &UnitsAsked,
        page: &PageRequest,
    ) -> AppResult<Page<UnitChoice>> {
        let scope = managed(caller)?;
        let conn = self.store.read();
        let kind = match asked.kind {
            UnitKind::Platform => return Ok(Page { items: Vec::new(), next: None }),
            UnitKind::County => return counties(conn, scope, asked.county_id).await,
            UnitKind::Department => return departments_of(conn, scope, asked.county_id).await,
            UnitKind::Township => DivisionKind::Township,
            UnitKind::Village => DivisionKind::Village,
        };
        let Some(county) = county_of(scope, asked.county_id)? else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let parent_id = match scope {
            Scope::Township { township, .. } if kind == DivisionKind::Village => {
                if asked.parent_id.is_some_and(|asked| asked != township) {
                    return Ok(Page { items: Vec::new(), next: None });
                }
                Some(township)
            }
            _ => asked.parent_id,
        };
        let filter = Filter { kind: Some(kind), parent_id, search: None };
        let mut rows = divisions::list(conn, Scope::County { county }, &filter, page).await?;
        if let (Scope::Township { township, .. }, DivisionKind::Township) = (scope, kind) {
            rows.retain(|row| row.id == township);
        }
        Ok(Page::cut(rows, page.limit, divisions::cursor).map(choice))
    }
}

/// The county whose office keeps a new account: the caller's own; where the platform's administrator makes it, the one that was chosen or the
/// one of its posts. Without it the county's office would never see the account.
pub(super) async fn home(
    conn: &impl Conn,
    scope: Scope,
    asked: Option<Uuid>,
    posts: &[NewPost],
) -> AppResult<Option<Uuid>> {
    if let Some(own) = scope.county() {
        return Ok(Some(own));
    }
    if let Some(asked) = asked
        && !divisions::counties(conn).await?.iter().any(|county| county.id == asked)
    {
        return Err(Problem::field("/county_id", "没有这个县", "There is no such county").into());
    }
    let ids: Vec<Uuid> = posts.iter().filter_map(|post| post.unit_id).collect();
    let units = units::by_ids(conn, &ids).await?;
    let mut home = asked;
    for (at, post) in posts.iter().enumerate() {
        // An unknown unit is named where the post begins.
        let Some(unit) = post.unit_id.and_then(|id| units.get(&id)) else { continue };
        if home.is_some_and(|home| home != unit.county_id) {
            let field = format!("/posts/{at}/unit_id");
            let (zh, en) = ("这个单位不在所选的县", "This unit is not in the chosen county");
            return Err(Problem::field(field, zh, en).into());
        }
        home = Some(unit.county_id);
    }
    Ok(home)
}

/// The county that is asked about; `None` when it is not the caller's.
fn county_of(scope: Scope, asked: Option<Uuid>) -> Result<Option<Uuid>, Problem> {
    match scope.county() {
        Some(own) => Ok(asked.is_none_or(|asked| asked == own).then_some(own)),
        None => match asked {
            Some(asked) => Ok(Some(asked)),
            None => Err(Problem::field("/county_id", "请先选县", "Choose the county first")),
        },
    }
}

/// An installation has few counties: they are told at once.
async fn counties(conn: &impl Conn, scope: Scope, asked: Option<Uuid>) -> AppResult<Page<UnitChoice>> {
    let mut rows = divisions::counties(conn).await?;
    rows.retain(|row| {
        scope.county().is_none_or(|own| row.id == own) && asked.is_none_or(|asked| row.id == asked)
    });
    Ok(Page { items: rows.into_iter().map(choice).collect(), next: None })
}

async fn departments_of(conn: &impl Conn, scope: Scope, asked: Option<Uuid>) -> AppResult<Page<UnitChoice>> {
    let rows = match county_of(scope, asked)? {
        // A township gives no posts outside its villages.
        Some(county) if !matches!(scope, Scope::Township { .. }) => {
            departments::of_county(conn, county).await?
        }
        _ => Vec::new(),
    };
    let show = |row: departments::Department| UnitChoice {
        id: row.id,
        kind: UnitKind::Department,
        name: row.name_zh,
        name_en: Some(row.name_en),
        county_id: row.county_id,
        parent_id: None,
    };
    Ok(Page { items: rows.into_iter().map(show).collect(), next: None })
}

fn choice(row: Division) -> UnitChoice {
    let kind = match row.kind {
        DivisionKind::County => UnitKind::County,
        DivisionKind::Township => UnitKind::Township,
        DivisionKind::Village => UnitKind::Village,
    };
    UnitChoice {
        id: row.id,
        kind,
        name: row.name,
        name_en: None,
        county_id: row.county_id,
        parent_id: row.parent_id,
    }
}
