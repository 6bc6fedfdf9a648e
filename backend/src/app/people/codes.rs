//! One-time codes: for accounts that were made by import or by the office, and for forgotten passwords. Shown once, kept
//! as a hash, good for 14 days and one sign-in.

use super::{
    super::{App, AppError, AppResult, Caller},
    hash_of,
    persons::managed,
};
use crate::{
    domain::{clock::Instant, people::code},
    store::{
        Tx, audit,
        people::codes::{self, CodeRow},
    },
};
use uuid::Uuid;

/// A code on its way to the person who reads it out.
#[derive(Clone)]
pub struct IssuedCode {
    pub code: String,
    pub expires_at: Instant,
}

impl App {
    /// Issues a code; earlier ones that were not used end.
    pub async fn issue_code(&self, caller: &Caller, person: Uuid) -> AppResult<IssuedCode> {
        let scope = managed(caller)?;
        let now = self.clock.now();
        let issued = self.fresh_code();
        self.store
            .write(async |tx| {
                self.in_hand(tx, scope, person).await?;
                self.keep_code(tx, person, &issued).await?;
                audit::append(tx, now, caller.audit("code.issue", "people", person)).await?;
                Ok::<_, AppError>(())
            })
            .await?;
        Ok(issued)
    }

    pub(super) fn fresh_code(&self) -> IssuedCode {
        IssuedCode { code: code::fresh(&*self.random), expires_at: self.clock.now() + code::LIFETIME }
    }

    pub(super) async fn keep_code(&self, tx: &Tx, person_id: Uuid, issued: &IssuedCode) -> AppResult<()> {
        let row = CodeRow {
            hash: hash_of(&issued.code),
            person_id,
            purpose: "sign_in".to_owned(),
            created_at: self.clock.now(),
            expires_at: issued.expires_at,
            used_at: None,
        };
        Ok(codes::replace(tx, row).await?)
    }
}
