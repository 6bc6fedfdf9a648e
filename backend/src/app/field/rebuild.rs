//! Makes the copies of stored photos again: after a restore without them, with a newer decoder, or once a converter is there. It may run
//! beside a server and may be stopped at any moment; the second run finds nothing to do but the work itself.

use super::photos::Remade;
use crate::{
    app::{App, AppResult},
    domain::field::flag::FlagCode,
    files::{Copy, Key},
    store::field::files::{self, Copies, StoredFile},
};
use futures_util::{StreamExt, stream};

/// Files read from the database at once.
const PAGE: u64 = 200;
/// Photos under way at once; the darkroom bounds their memory and has no more children.
const AT_ONCE: usize = 4;

/// Which photos are made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    All,
    /// Those whose copies are not there, or that could not be opened in time or for want of a converter.
    Missing,
}

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub photos: u64,
    pub looked_at: u64,
    pub made: u64,
    /// There can be no copies of these; their flags say why.
    pub unfit: u64,
    /// Something stood in the way; the log says what.
    pub failed: u64,
}

impl App {
    /// Makes copies again, and tells how far it is after every page.
    pub async fn rebuild_copies(
        &self,
        extent: Extent,
        mut tell: impl FnMut(Progress),
    ) -> AppResult<Progress> {
        let mut progress =
            Progress { photos: files::count_photos(self.store.read()).await?, ..Progress::default() };
        let mut after = None;
        loop {
            let page = files::photos_after(self.store.read(), after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(progress) };
            after = Some((last.county_id, last.sha256));
            progress.looked_at += page.len() as u64;
            let outcomes = stream::iter(page).map(|file| self.rebuild_one(extent, file));
            let mut outcomes = std::pin::pin!(outcomes.buffer_unordered(AT_ONCE));
            while let Some(outcome) = outcomes.next().await {
                match outcome {
                    Ok(Some(Remade::Made)) => progress.made += 1,
                    Ok(Some(Remade::Unfit)) => progress.unfit += 1,
                    Ok(Some(Remade::Gone) | None) => {}
                    Err(error) => {
                        progress.failed += 1;
                        tracing::error!(%error, "the copies of a photo could not be made");
                    }
                }
            }
            tell(progress);
        }
    }

    /// `None` where nothing is missing.
    async fn rebuild_one(&self, extent: Extent, file: StoredFile) -> AppResult<Option<Remade>> {
        if extent == Extent::Missing && !self.is_missing(&file).await? {
            return Ok(None);
        }
        self.make_copies(Key { county: file.county_id, sha256: file.sha256 }).await.map(Some)
    }

    async fn is_missing(&self, file: &StoredFile) -> AppResult<bool> {
        match file.copies {
            Copies::Waiting => Ok(true),
            Copies::Impossible => {
                let has = |code: FlagCode| file.flags.iter().any(|flag| flag == code.as_str());
                Ok(has(FlagCode::NotOpened) || has(FlagCode::NoPreview) && self.darkroom.converts_heic())
            }
            Copies::Made | Copies::Layer => {
                let key = Key { county: file.county_id, sha256: file.sha256 };
                let display = self.files.has_copy(key, Copy::Display).await?;
                Ok(!display || !self.files.has_copy(key, Copy::Thumb).await?)
            }
        }
    }
}
