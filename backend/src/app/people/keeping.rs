//! Whose accounts a caller keeps: the platform's administrator all, an office its county's, a township the cadres of its own villages and
//! nobody else. Whoever resets an account could take it over, so nobody resets one that may more than they keep.

use super::super::{App, AppResult, Caller};
use crate::{
    domain::{
        people::{permission::Action, role::Role, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        Tx,
        people::{
            persons::{self, PersonRow},
            posts::{self, PostRow},
        },
    },
};
use uuid::Uuid;

/// Whose accounts this caller keeps.
pub(in crate::app) fn managed(caller: &Caller) -> AppResult<Scope> {
    caller.require(Action::KeepPeople)?;
    caller.scope()
}

/// Whether this post is one that the scope gives and ends.
pub(in crate::app) fn keeps(scope: Scope, post: &PostRow) -> bool {
    match scope {
        Scope::Platform => true,
        Scope::County { county } => post.county_id == Some(county),
        Scope::Township { county, township } => {
            post.county_id == Some(county)
                && post.role == Role::VillageCadre
                && post.township_id == Some(township)
        }
        Scope::Department { .. } | Scope::Village { .. } | Scope::Own { .. } => false,
    }
}

/// Why an account is not this scope's to change, whatever it sees of it.
pub(super) fn beyond(scope: Scope, held: &[PostRow]) -> Option<Problem> {
    if held.iter().all(|post| keeps(scope, post)) {
        return None;
    }
    let (zh, en) = match scope {
        Scope::Township { .. } => (
            "此人还有村干部以外的岗位，请县办公室处理。",
            "This person holds more than a post in your villages; ask the county office.",
        ),
        _ => (
            "此人还有本县以外的岗位，请平台管理员处理。",
            "This person also holds a post elsewhere; ask the platform's administrator.",
        ),
    };
    Some(Problem::new(Code::Forbidden).with_detail(zh, en))
}

/// Why this account's password is not this scope's to reset. Two people of an office check each other: one who could reset the other would
/// be both. An account that nobody has opened yet is still the office's to hand over.
pub(super) fn no_reset(scope: Scope, person: &PersonRow, held: &[PostRow]) -> Option<Problem> {
    let colleague = scope != Scope::Platform && held.iter().any(|post| post.role == Role::Office);
    if colleague && person.password_hash.is_some() {
        let (zh, en) = (
            "县办公室人员的口令由平台管理员重置。",
            "The platform's administrator resets accounts of the county office.",
        );
        return Some(Problem::new(Code::Forbidden).with_detail(zh, en));
    }
    if person.status != persons::ACTIVE {
        let (zh, en) = ("账号已停用，请先恢复。", "The account is suspended; take that back first.");
        return Some(Problem::new(Code::WrongState).with_detail(zh, en));
    }
    beyond(scope, held)
}

impl App {
    /// A person whose account the scope may act on, held until the transaction ends, with the posts that have not ended.
    pub(super) async fn in_hand(
        &self,
        tx: &Tx,
        scope: Scope,
        id: Uuid,
    ) -> AppResult<(PersonRow, Vec<PostRow>)> {
        let row = persons::lock_in_scope(tx, scope, id).await?.ok_or(Code::NotFound)?;
        let held = posts::not_ended(tx, id, self.clock.now()).await?;
        match beyond(scope, &held) {
            Some(problem) => Err(problem.into()),
            None => Ok((row, held)),
        }
    }

    /// A post that the scope gives and ends.
    pub(in crate::app) async fn kept_post(&self, tx: &Tx, scope: Scope, id: Uuid) -> AppResult<PostRow> {
        let post = posts::lock(tx, id).await?.filter(|post| keeps(scope, post));
        Ok(post.ok_or(Code::NotFound)?)
    }
}
