//! Accounts as whoever keeps them sees them: made, listed, changed, suspended and taken up again. Nobody ever sees a password.

use super::super::{App, AppError, AppResult, Caller, Once};
use super::{
    choices::home,
    keeping::{beyond, keeps, managed},
    me::{MyPost, in_words},
    passwords::PasswordHash,
    posts::NewPost,
};
use crate::{
    domain::{
        clock::Instant,
        page::{Page, PageRequest, fold},
        people::{
            account::{self, Login},
            permission::Action,
            scope::Scope,
        },
        problem::{Code, Problem},
    },
    store::{
        Conn, Tx, audit,
        people::{
            persons::{self, Narrow, PersonRow},
            posts::{self, PostRow},
            sessions,
        },
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A person as the office sees them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Person {
    pub id: Uuid,
    pub county_id: Option<Uuid>,
    pub login: String,
    pub name: String,
    pub phone: Option<String>,
    /// `zh` or `en`.
    pub locale: String,
    /// `active` or `suspended`.
    pub status: String,
    /// A one-time code was used and no password chosen since.
    pub must_change_password: bool,
    /// False until the first password is chosen.
    pub has_password: bool,
    pub version: i32,
    /// False: this person holds a post that the reader does not keep, so only those who do change or reset the account.
    pub in_hand: bool,
    /// Ended ones too, oldest first; a township sees those in its own villages.
    pub posts: Vec<HeldPost>,
}

/// A post with its time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HeldPost {
    #[serde(flatten)]
    pub post: MyPost,
    #[schema(value_type = String, format = DateTime)]
    pub valid_from: Instant,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_to: Option<Instant>,
    /// The post in whose place this one acts.
    pub delegated_by: Option<Uuid>,
    pub valid_now: bool,
}

/// An account to be made, parsed.
#[derive(Debug, Clone)]
pub struct NewPerson {
    pub login: Login,
    pub name: String,
    pub phone: Option<String>,
    pub locale: &'static str,
    /// `None` for the platform's own people, and where the posts tell.
    pub county_id: Option<Uuid>,
}

impl NewPerson {
    /// From what somebody typed; names the field that is not as required.
    pub fn parse(
        login: &str,
        name: &str,
        phone: Option<&str>,
        locale: Option<&str>,
        county_id: Option<Uuid>,
    ) -> Result<Self, Problem> {
        let login = Login::parse(login).ok_or_else(|| {
            Problem::field(
                "/login",
                "2 到 64 个字母、数字、汉字或 . _ - + @",
                "2 to 64 letters, digits or . _ - + @",
            )
        })?;
        let locale = match locale {
            None | Some("zh") => "zh",
            Some("en") => "en",
            Some(_) => return Err(Problem::field("/locale", "应为 zh 或 en", "Expected zh or en")),
        };
        let (name, phone) = (account::shown_name("/name", name)?, account::phone("/phone", phone)?);
        Ok(Self { login, name, phone, locale, county_id })
    }

    fn search(&self) -> String {
        account::search_text(&self.login, &self.name, self.phone.as_deref())
    }

    fn row(&self, id: Uuid, now: Instant) -> PersonRow {
        PersonRow {
            id,
            county_id: self.county_id,
            login: self.login.as_str().to_owned(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            locale: self.locale.to_owned(),
            password_hash: None,
            must_change_password: false,
            status: persons::ACTIVE.to_owned(),
            created_at: now,
            version: 1,
            search: self.search(),
        }
    }
}

/// Which accounts are asked for.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Part of a login, name or phone number.
    pub q: Option<String>,
    /// Holders of a post there, or in a village of it.
    pub unit_id: Option<Uuid>,
    /// Only those who never chose a password.
    pub no_password: bool,
}

impl App {
    /// Accounts by login name.
    pub async fn people(
        &self,
        caller: &Caller,
        sought: &Sought,
        page: &PageRequest,
    ) -> AppResult<Page<Person>> {
        let scope = managed(caller)?;
        let now = self.clock.now();
        let narrow = Narrow {
            q: sought.q.as_deref().map(fold).filter(|q| !q.is_empty()),
            unit: sought.unit_id.map(|unit| (unit, now)),
            no_password: sought.no_password,
        };
        let rows = persons::list(self.store.read(), scope, &narrow, page).await?;
        let items = self.show(self.store.read(), scope, rows.items).await?;
        Ok(Page { items, next: rows.next })
    }

    pub async fn person(&self, caller: &Caller, id: Uuid) -> AppResult<Person> {
        let scope = managed(caller)?;
        let row = persons::in_scope(self.store.read(), scope, id).await?.ok_or(Code::NotFound)?;
        self.show_one(self.store.read(), scope, row).await
    }

    /// Makes an account without a password, with its first posts; a one-time code opens it.
    pub async fn add_person(
        &self,
        caller: &Caller,
        new: NewPerson,
        posts: &[NewPost],
        once: &Once,
    ) -> AppResult<Person> {
        let scope = managed(caller)?;
        if posts.is_empty() && matches!(scope, Scope::Township { .. }) {
            // Nobody of the township would see this account again.
            let village = ("请选择所在的村", "Choose the village of this person");
            return Err(Problem::field("/posts", village.0, village.1).into());
        }
        let now = self.clock.now();
        self.idempotent(caller, once, async |tx| {
            let county_id = home(tx, scope, new.county_id, posts).await?;
            let row = PersonRow { county_id, ..new.row(self.random.id(), now) };
            if !persons::insert(tx, row.clone()).await? {
                return Err(taken().into());
            }
            for (at, post) in posts.iter().enumerate() {
                self.begin_in(tx, scope, row.id, post, &format!("/posts/{at}")).await?;
            }
            audit::append(tx, now, caller.audit("person.add", "people", row.id)).await?;
            self.show_one(tx, scope, row).await
        })
        .await
    }

    /// Another name, phone number or login for the same person: posts, history, sessions and phones stay as they are.
    pub async fn edit_person(
        &self,
        caller: &Caller,
        id: Uuid,
        seen: i32,
        new: &NewPerson,
        once: &Once,
    ) -> AppResult<Person> {
        let scope = managed(caller)?;
        let now = self.clock.now();
        let shown = self
            .idempotent(caller, once, async |tx| {
                let (row, _) = self.in_hand(tx, scope, id).await?;
                let other = persons::by_login(tx, new.login.as_str()).await?;
                if other.is_some_and(|other| other.id != id) {
                    return Err(taken().into());
                }
                let row = PersonRow {
                    login: new.login.as_str().to_owned(),
                    name: new.name.clone(),
                    phone: new.phone.clone(),
                    search: new.search(),
                    version: seen + 1,
                    ..row
                };
                if !persons::edit(tx, seen, &row).await? {
                    return Err(Code::Conflict.into());
                }
                audit::append(tx, now, caller.audit("person.edit", "people", id)).await?;
                self.show_one(tx, scope, row).await
            })
            .await?;
        self.forget();
        Ok(shown)
    }

    /// Suspends a person: sign-ins and sessions are refused from the next request on. What their devices sealed before
    /// still arrives.
    pub async fn suspend(&self, caller: &Caller, id: Uuid, reason: &str) -> AppResult<Person> {
        self.set_status(caller, id, persons::SUSPENDED, "person.suspend", reason).await
    }

    /// Takes a suspension back; new sign-ins are possible.
    pub async fn resume(&self, caller: &Caller, id: Uuid, reason: &str) -> AppResult<Person> {
        self.set_status(caller, id, persons::ACTIVE, "person.resume", reason).await
    }

    async fn set_status(
        &self,
        caller: &Caller,
        id: Uuid,
        status: &'static str,
        action: &'static str,
        reason: &str,
    ) -> AppResult<Person> {
        caller.require(Action::ManagePeople)?;
        let scope = caller.scope()?;
        if id == caller.person_id {
            let own = (
                "不能停用或恢复自己的账号，请另一位管理人员处理",
                "Nobody does this to their own account; ask another administrator",
            );
            return Err(Problem::new(Code::Forbidden).with_detail(own.0, own.1).into());
        }
        let now = self.clock.now();
        let shown = self
            .store
            .write(async |tx| {
                let (mut row, _) = self.in_hand(tx, scope, id).await?;
                if row.status != status {
                    persons::set_status(tx, id, status).await?;
                    sessions::revoke_others(tx, id, None, now, status).await?;
                    let line = caller.audit(action, "people", id);
                    audit::append(tx, now, audit::AuditRow { reason: reason.to_owned(), ..line }).await?;
                    row.status = status.to_owned();
                    row.version += 1;
                }
                self.show_one(tx, scope, row).await
            })
            .await?;
        self.forget();
        Ok(shown)
    }

    /// Makes an account or finds it by its login, and sees to it that it holds these posts; for the demo and commands.
    /// A password that is given replaces the old one.
    pub async fn ensure_person(
        &self,
        tx: &Tx,
        new: &NewPerson,
        posts: &[NewPost],
        password: Option<&PasswordHash>,
    ) -> AppResult<Uuid> {
        let fresh = new.row(self.random.id(), self.clock.now());
        let id = if persons::insert(tx, fresh.clone()).await? {
            fresh.id
        } else {
            let known = persons::by_login(tx, new.login.as_str()).await?;
            known.ok_or_else(|| AppError::Internal("a login that is taken belongs to nobody".into()))?.id
        };
        if let Some(password) = password {
            persons::set_password(tx, id, Some(password.0.clone()), false).await?;
        }
        let held = posts::not_ended(tx, id, self.clock.now()).await?;
        let holds =
            |post: &NewPost| held.iter().any(|h| h.role == post.role && Some(h.unit_id) == post.unit_id);
        for post in posts.iter().filter(|post| !holds(post)) {
            self.begin_in(tx, Scope::Platform, id, post, "").await?;
        }
        Ok(id)
    }

    async fn show_one(&self, conn: &impl Conn, scope: Scope, row: PersonRow) -> AppResult<Person> {
        let missing = || AppError::Internal("a person vanished while being shown".into());
        self.show(conn, scope, vec![row]).await?.pop().ok_or_else(missing)
    }

    pub(super) async fn show(
        &self,
        conn: &impl Conn,
        scope: Scope,
        rows: Vec<PersonRow>,
    ) -> AppResult<Vec<Person>> {
        let now = self.clock.now();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let posts = posts::of_people(conn, &ids).await?;
        let units = self.units_of(conn, &posts.iter().collect::<Vec<_>>()).await?;
        let held = |post: &PostRow| HeldPost {
            post: in_words(post, &units),
            valid_from: post.valid_from,
            valid_to: post.valid_to,
            delegated_by: post.delegated_by,
            valid_now: post.is_valid_at(now),
        };
        // What somebody does elsewhere is not the township's to read.
        let shown = |post: &&PostRow| !matches!(scope, Scope::Township { .. }) || keeps(scope, post);
        let show = |row: PersonRow| Person {
            in_hand: {
                let of_person = posts.iter().filter(|post| post.person_id == row.id);
                let held = of_person.filter(|post| post.valid_to.is_none_or(|end| now < end));
                beyond(scope, &held.cloned().collect::<Vec<_>>()).is_none()
            },
            posts: posts.iter().filter(|post| post.person_id == row.id).filter(shown).map(held).collect(),
            id: row.id,
            county_id: row.county_id,
            login: row.login,
            name: row.name,
            phone: row.phone,
            locale: row.locale,
            status: row.status,
            must_change_password: row.must_change_password,
            has_password: row.password_hash.is_some(),
            version: row.version,
        };
        Ok(rows.into_iter().map(show).collect())
    }
}

fn taken() -> Problem {
    Problem::field("/login", "这个账号已有人使用", "This login is taken")
}
