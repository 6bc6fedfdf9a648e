//! A restore that was killed. It leaves a note beside the files from its first to its last step, and all rows come in one transaction near its
//! end; so what it left is told apart without guessing: nothing but files, or all of it.

use super::{CareError, CareResult, at_files};
use crate::{
    files::Files,
    store::{Store, care::load, meta},
};

/// What a restore left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// None was begun here, or it ended well.
    Nothing,
    /// Files of this set, and no rows yet.
    Half(String),
    /// Everything of this set; only the note was not taken away.
    Whole(String),
}

pub async fn left(files: &Files, store: &Store) -> CareResult<Left> {
    let Some(set) = files.noted().await.map_err(at_files)? else { return Ok(Left::Nothing) };
    if load::first_used(store.read()).await?.is_none() {
        return Ok(Left::Half(set));
    }
    let put_back = meta::get(store.read(), meta::RESTORED).await?;
    Ok(if put_back.as_ref() == Some(&set) { Left::Whole(set) } else { Left::Nothing })
}

/// Lets nobody work on half of a county: everything that opens a place asks here first.
pub async fn refuse_half(files: &Files, store: &Store) -> CareResult<()> {
    if load::first_used(store.read()).await?.is_some() {
        // Where files lie need not be reached to work on what is there; the note goes when it can.
        if meta::get(store.read(), meta::RESTORED).await?.is_some()
            && let Err(error) = forget(files, store).await
        {
            tracing::warn!(%error, "a note of an earlier restore could not be looked for");
        }
        return Ok(());
    }
    match left(files, store).await? {
        Left::Half(set) => Err(CareError::HalfRestored(set)),
        Left::Nothing | Left::Whole(_) => Ok(()),
    }
}

async fn forget(files: &Files, store: &Store) -> CareResult<()> {
    match left(files, store).await? {
        Left::Whole(_) => files.note(None).await.map_err(at_files),
        Left::Half(_) | Left::Nothing => Ok(()),
    }
}
