//! What an operator at the machine may do with accounts: the first administrator, a lost password, an end. Recorded like
//! everything else, with the command line as the reason.

use super::{
    super::{App, AppError, AppResult},
    codes::IssuedCode,
    persons::{NewPerson, Person},
    posts::NewPost,
};
use crate::{
    domain::{
        page::PageRequest,
        people::{
            account::Login,
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::{Code, Problem},
    },
    store::{
        Tx,
        audit::{self, AuditRow},
        people::{
            persons::{self, Narrow},
            posts, sessions,
        },
        places::divisions,
        standards::departments,
    },
};
use uuid::Uuid;

/// A unit as an operator names it: the statistics code of a division, or the code of a department.
#[derive(Debug, Clone)]
pub struct UnitName {
    pub county: Option<String>,
    pub code: Option<String>,
}

impl App {
    /// Makes an account with one post and a one-time code. Every account starts this way: there is no default password.
    pub async fn command_add(
        &self,
        new: NewPerson,
        role: Role,
        unit: &UnitName,
    ) -> AppResult<(Uuid, IssuedCode)> {
        let (county_id, unit_id) = self.find_unit(role, unit).await?;
        let new = NewPerson { county_id, ..new };
        let issued = self.fresh_code();
        let now = self.clock.now();
        let id = self
            .store
            .write(async |tx| {
                if persons::by_login(tx, new.login.as_str()).await?.is_some() {
                    let taken = ("这个账号已有人使用", "This login is taken");
                    return Err(AppError::from(Problem::field("/login", taken.0, taken.1)));
                }
                let id = self.ensure_person(tx, &new, &[NewPost::now(role, unit_id)], None).await?;
                self.keep_code(tx, Scope::Platform, id, &issued).await?;
                audit::append(tx, now, by_command("person.add", county_id, id)).await?;
                Ok(id)
            })
            .await?;
        Ok((id, issued))
    }

    /// A fresh one-time code for an account.
    pub async fn command_reset(&self, login: &str) -> AppResult<IssuedCode> {
        let issued = self.fresh_code();
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let person = named(tx, login).await?;
                self.keep_code(tx, Scope::Platform, person.id, &issued).await?;
                Ok::<_, AppError>(
                    audit::append(tx, now, by_command("code.issue", person.county_id, person.id)).await?,
                )
            })
            .await?;
        Ok(issued)
    }

    /// Ends all posts and sessions of an account and suspends it.
    pub async fn command_end(&self, login: &str) -> AppResult<()> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let person = named(tx, login).await?;
                for post in posts::not_ended(tx, person.id, now).await? {
                    posts::end(tx, post.id, now.max(post.valid_from)).await?;
                }
                persons::set_status(tx, person.id, persons::SUSPENDED).await?;
                sessions::revoke_others(tx, person.id, None, now, "ended by command").await?;
                Ok::<_, AppError>(
                    audit::append(tx, now, by_command("person.end", person.county_id, person.id)).await?,
                )
            })
            .await?;
        self.forget();
        Ok(())
    }

    /// Every account with its posts.
    pub async fn command_list(&self) -> AppResult<Vec<Person>> {
        let all = PageRequest { after: None, limit: 100_000 };
        let rows = persons::list(self.store.read(), Scope::Platform, &Narrow::default(), &all).await?;
        self.show(self.store.read(), Scope::Platform, rows.items).await
    }

    /// County and unit of a post, by codes.
    async fn find_unit(&self, role: Role, name: &UnitName) -> AppResult<(Option<Uuid>, Option<Uuid>)> {
        if role.unit_kind() == UnitKind::Platform {
            return Ok((None, None));
        }
        let conn = self.store.read();
        let wrong = |zh: &str, en: &str| AppError::from(Problem::field("--unit", zh, en));
        let mut counties = divisions::counties(conn).await?;
        if let Some(code) = &name.county {
            counties.retain(|county| county.code.as_str() == code);
        }
        let [county] = counties.as_slice() else {
            return Err(wrong(
                "请先导入区划；有多个县时用 --county 指明",
                "Import divisions first; with several counties say which by --county",
            ));
        };
        let unit = match (role.unit_kind(), &name.code) {
            (UnitKind::County, _) => Some(county.id),
            (UnitKind::Department, Some(code)) => {
                let all = departments::of_county(conn, county.id).await?;
                all.into_iter().find(|department| department.code == *code).map(|department| department.id)
            }
            (_, Some(code)) => {
                let all = divisions::of_county(conn, county.id).await?;
                all.into_iter().find(|division| division.code.as_str() == code).map(|division| division.id)
            }
            (_, None) => None,
        };
        match unit {
            Some(id) => Ok((Some(county.id), Some(id))),
            None => Err(wrong(
                "没有这个单位：乡镇、村填区划代码，部门填部门代码",
                "No such unit: a division's code, or a department's",
            )),
        }
    }
}

async fn named(tx: &Tx, login: &str) -> AppResult<persons::PersonRow> {
    let login = Login::parse(login).ok_or(Code::NotFound)?;
    Ok(persons::by_login(tx, login.as_str()).await?.ok_or(Code::NotFound)?)
}

fn by_command(action: &'static str, county_id: Option<Uuid>, person: Uuid) -> AuditRow {
    AuditRow {
        county_id,
        action,
        noun: "people",
        object_id: Some(person.to_string()),
        reason: "command line".to_owned(),
        ..AuditRow::default()
    }
}
