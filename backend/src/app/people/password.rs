//! Choosing a password: the old one is asked for, unless the session was opened with a one-time code a moment ago.

use super::super::{App, AppError, AppResult, Caller, caller::Proof};
use crate::{
    domain::{
        people::{
            account::Login,
            password::{self, Known},
        },
        problem::{Code, Problem},
    },
    store::{
        audit,
        people::{
            attempts, codes,
            persons::{self, PersonRow},
            posts, sessions,
        },
    },
};
use secrecy::{ExposeSecret, SecretString};

impl App {
    /// Sets the caller's password and ends their other sessions.
    pub async fn change_password(
        &self,
        caller: &Caller,
        old: Option<&SecretString>,
        new: &SecretString,
    ) -> AppResult<()> {
        let Proof::Session(session) = caller.proof else { return Err(Code::Forbidden.into()) };
        let now = self.clock.now();
        let person = persons::get(self.store.read(), caller.person_id).await?.ok_or(Code::SignedOut)?;
        let login = Login::parse(&person.login)
            .ok_or_else(|| AppError::Internal(format!("person {} has no usable login", person.id)))?;
        let words = self.known_words(&person).await?;
        let known = Known { login: &login, phone: person.phone.as_deref(), words: &words };
        password::check(new.expose_secret(), &known)?;
        if !person.must_change_password {
            self.check_old(&person.id.to_string(), person.password_hash.as_deref(), old).await?;
        }
        if self.passwords.verify(new, person.password_hash.as_deref()).await? {
            return Err(Problem::field(
                "/new_password",
                "与原密码相同，请换一个",
                "The same as before; choose another one",
            )
            .into());
        }
        let hash = self.passwords.hash(new, &*self.random).await?;
        self.store
            .write(async |tx| {
                persons::set_password(tx, person.id, Some(hash.0.clone()), false).await?;
                codes::withdraw(tx, person.id).await?;
                sessions::revoke_others(tx, person.id, Some(session), now, "password changed").await?;
                audit::append(tx, now, caller.audit("password.change", "people", person.id)).await?;
                Ok::<_, AppError>(())
            })
            .await?;
        self.forget();
        Ok(())
    }

    /// Words that everybody around knows: the name, the county, the units of the posts.
    async fn known_words(&self, person: &PersonRow) -> AppResult<Vec<String>> {
        let conn = self.store.read();
        let held = posts::not_ended(conn, person.id, self.clock.now()).await?;
        let units = self.units_of(conn, &held.iter().collect::<Vec<_>>()).await?;
        Ok(units.into_values().map(|unit| unit.name).chain([person.name.clone()]).collect())
    }

    /// A session left open on a desk must not be a place to guess at.
    async fn check_old(&self, person: &str, hash: Option<&str>, old: Option<&SecretString>) -> AppResult<()> {
        let now = self.clock.now();
        let wrong = || Problem::field("/old_password", "原密码不对", "The old password is not right");
        let old = old.filter(|old| old.expose_secret().len() <= password::LONGEST).ok_or_else(wrong)?;
        let attempt = super::hash_of(&format!("change of password\n{person}"));
        let waits =
            self.store.write(async |tx| Ok::<_, AppError>(attempts::count(tx, &attempt, now).await?)).await?;
        if let Some(wait) = waits {
            let seconds = u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX);
            return Err(Problem::new(Code::LoginDelayed).with_retry_after(seconds).into());
        }
        if !self.passwords.verify(old, hash).await? {
            return Err(wrong().into());
        }
        self.store.write(async |tx| Ok::<_, AppError>(attempts::forget(tx, &attempt).await?)).await
    }
}
