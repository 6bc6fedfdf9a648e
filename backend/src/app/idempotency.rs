//! Desk writes that happen once: the key's row stands in the same transaction as the effects, with the answer.

use super::{App, AppResult, Caller};
use crate::{
    domain::problem::Code,
    store::{Tx, idempotency},
};
use serde::{Serialize, de::DeserializeOwned};

/// A client's intention, by its key, and what it asked for (SHA-256 of method, address and body, in hex).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    pub fingerprint: String,
}

impl App {
    /// Runs `work` unless this caller's key has been seen: then the stored answer comes back, or `409 id_reused` when
    /// the key now stands for something else. A failed `work` leaves no trace of the key, so it may be tried again.
    pub async fn idempotent<T, F>(&self, caller: &Caller, once: &Once, work: F) -> AppResult<T>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFn(&Tx) -> AppResult<T>,
    {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let person = caller.person_id;
                if !idempotency::claim(tx, person, &once.key, &once.fingerprint, now).await? {
                    let seen = idempotency::find(tx, person, &once.key).await?.ok_or(Code::Conflict)?;
                    if seen.fingerprint != once.fingerprint {
                        return Err(Code::IdReused.into());
                    }
                    return serde_json::from_value(seen.response).map_err(|error| broken(&error));
                }
                let answer = work(tx).await?;
                let response = serde_json::to_value(&answer).map_err(|error| broken(&error))?;
                idempotency::complete(tx, person, &once.key, response).await?;
                Ok(answer)
            })
            .await
    }
}

fn broken(error: &serde_json::Error) -> super::AppError {
    super::AppError::Internal(format!("stored answer: {error}"))
}
