//! Whether this installation can work, and what it is.

use super::App;
use crate::store::meta;

impl App {
    /// True when the database answers a small question.
    pub async fn database_answers(&self) -> bool {
        match self.store.pending_migrations().await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(%error, "the database does not answer");
                false
            }
        }
    }

    /// True while files may enter: more free space than the floor, or a bucket, which has no end.
    pub fn has_room(&self) -> bool {
        match self.files.free_space() {
            Ok(free) => free.is_none_or(|free| free >= self.disk_floor_bytes),
            Err(error) => {
                tracing::warn!(%error, "the free space cannot be read");
                false
            }
        }
    }

    /// Gives the database a new epoch after an older copy was put back: phones compare all they have, and cursors of the feed end.
    pub async fn renew_epoch(&self, caller: &super::Caller) -> super::AppResult<uuid::Uuid> {
        let (now, fresh) = (self.clock.now(), self.random.id());
        self.store
            .write(async |tx| {
                let before = meta::get(tx, meta::EPOCH).await?;
                meta::set(tx, meta::EPOCH, fresh.to_string()).await?;
                let mut line = caller.audit("epoch.renew", "meta", fresh);
                line.reason = before.unwrap_or_default();
                Ok::<_, super::AppError>(crate::store::audit::append(tx, now, line).await?)
            })
            .await?;
        Ok(fresh)
    }

    /// The database's epoch; made when the database is new, renewed by a restore.
    pub async fn epoch(&self) -> super::AppResult<uuid::Uuid> {
        let fresh = self.random.id();
        self.store
            .write(async |tx| {
                if let Some(epoch) = meta::get(tx, meta::EPOCH).await? {
                    return epoch
                        .parse()
                        .map_err(|_error| super::AppError::Internal("meta.epoch is no uuid".into()));
                }
                meta::set(tx, meta::EPOCH, fresh.to_string()).await?;
                Ok(fresh)
            })
            .await
    }
}
