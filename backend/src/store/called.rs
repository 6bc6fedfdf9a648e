//! What the objects are called that lines of the record name by id. Whoever may read the lines may read these.

use super::{
    Conn, Error,
    entity::{
        campaign, colour_month, delegation, device, division, honour, import, inspection, notice_channel,
        operation, person, post, project, round, site, ticket,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Names by noun and id. What has no name of its own, or is gone, is absent.
pub type Called = HashMap<(String, Uuid), String>;
type Names = HashMap<Uuid, String>;

/// Two columns of the rows of these ids.
macro_rules! pairs {
    ($conn:ident, $ids:expr, $entity:ident, $column:ident, $kind:ty) => {
        $entity::Entity::find()
            .select_only()
            .column($entity::Column::Id)
            .column($entity::Column::$column)
            .filter($entity::Column::Id.is_in($ids))
            .into_tuple::<(Uuid, $kind)>()
            .all($conn.raw())
            .await?
    };
}

/// What these are called: a few queries a noun.
///
/// # Errors
/// The database does not answer.
pub async fn called(conn: &impl Conn, objects: &[(&str, Uuid)]) -> Result<Called, Error> {
    let mut by_noun: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for (noun, id) in objects {
        by_noun.entry(noun).or_default().push(*id);
    }
    let mut found = Called::new();
    for (noun, ids) in by_noun {
        let names = of_noun(conn, noun, ids).await?;
        found.extend(names.into_iter().map(|(id, name)| ((noun.to_owned(), id), name)));
    }
    Ok(found)
}

async fn of_noun(conn: &impl Conn, noun: &str, ids: Vec<Uuid>) -> Result<Names, Error> {
    let named = match noun {
        "tickets" => return numbers(conn, ids).await,
        "operations" => return of_operations(conn, ids).await,
        "colours" => return of_months(conn, ids).await,
        "posts" => return of_persons(conn, pairs!(conn, ids, post, PersonId, Uuid)).await,
        "devices" => return of_persons(conn, pairs!(conn, ids, device, PersonId, Uuid)).await,
        "delegations" => return of_persons(conn, pairs!(conn, ids, delegation, DeputyPersonId, Uuid)).await,
        "people" => pairs!(conn, ids, person, Name, String),
        "sites" => pairs!(conn, ids, site, Name, String),
        "rounds" => pairs!(conn, ids, round, Name, String),
        "divisions" => pairs!(conn, ids, division, Name, String),
        "campaigns" => pairs!(conn, ids, campaign, Name, String),
        "projects" => pairs!(conn, ids, project, Name, String),
        "imports" => pairs!(conn, ids, import, Name, String),
        "honours" => pairs!(conn, ids, honour, Title, String),
        "notice_channels" => pairs!(conn, ids, notice_channel, Name, String),
        _ => Vec::new(),
    };
    Ok(named.into_iter().collect())
}

/// A ticket that was never issued has no number.
async fn numbers(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Names, Error> {
    let all = pairs!(conn, ids, ticket, Number, Option<String>);
    Ok(all.into_iter().filter_map(|(id, number)| Some((id, number?))).collect())
}

async fn of_persons(conn: &impl Conn, rows: Vec<(Uuid, Uuid)>) -> Result<Names, Error> {
    let names = super::people::persons::names(conn, rows.iter().map(|(_, person)| *person).collect()).await?;
    Ok(through(rows, &names))
}

/// By the ticket they are about, or the site of the visit.
async fn of_operations(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Names, Error> {
    let about: Vec<(Uuid, Uuid)> = pairs!(conn, ids, operation, SubjectId, Option<Uuid>)
        .into_iter()
        .filter_map(|(id, subject)| Some((id, subject?)))
        .collect();
    let subjects: Vec<Uuid> = about.iter().map(|(_, subject)| *subject).collect();
    let visits = pairs!(conn, subjects.clone(), inspection, SiteId, Uuid);
    let sites: Names =
        pairs!(conn, visits.iter().map(|(_, site)| *site), site, Name, String).into_iter().collect();
    let mut names = numbers(conn, subjects).await?;
    names.extend(through(visits, &sites));
    Ok(through(about, &names))
}

/// By township and month.
async fn of_months(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Names, Error> {
    let months: Names = pairs!(conn, ids.clone(), colour_month, Month, String).into_iter().collect();
    let townships = pairs!(conn, ids, colour_month, TownshipId, Uuid);
    let divisions: Names =
        pairs!(conn, townships.iter().map(|(_, township)| *township), division, Name, String)
            .into_iter()
            .collect();
    let names = through(townships, &divisions);
    Ok(names
        .into_iter()
        .filter_map(|(id, name)| Some((id, format!("{name} {}", months.get(&id)?))))
        .collect())
}

fn through(rows: Vec<(Uuid, Uuid)>, names: &Names) -> Names {
    rows.into_iter().filter_map(|(id, by)| Some((id, names.get(&by)?.clone()))).collect()
}
