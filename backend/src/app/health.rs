//! Whether this installation can work, and what it is.

use super::App;
use crate::store::{meta, people::persons};

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

    /// False while nobody has an account yet. In doubt it says nothing: the answer only adds a hint.
    pub async fn has_accounts(&self) -> bool {
        persons::any(self.store.read()).await.unwrap_or(true)
    }

    /// The address that the operator named for browsers, without a slash at its end.
    pub fn named_address(&self) -> Option<String> {
        self.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned())
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

    /// Which installation this is; made once, and carried by its backups.
    pub async fn installation(&self) -> super::AppResult<uuid::Uuid> {
        let broken = |_error| super::AppError::Internal("meta.installation is no uuid".into());
        if let Some(known) = meta::get(self.store.read(), meta::INSTALLATION).await? {
            return known.parse().map_err(broken);
        }
        let fresh = self.random.id();
        self.store
            .write(async |tx| {
                if let Some(known) = meta::get(tx, meta::INSTALLATION).await? {
                    return known.parse().map_err(broken);
                }
                meta::set(tx, meta::INSTALLATION, fresh.to_string()).await?;
                Ok(fresh)
            })
            .await
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
