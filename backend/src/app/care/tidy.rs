//! What a place of backups need not keep: sets beyond the number that is kept, unfinished ones, and photos that two people erased.
//! Only of one's own: several installations may share a place, and each counts and removes its own sets.

use super::{CareResult, at_target, back_up::Work, sets};
use crate::{
    app::App,
    domain::care::manifest::{self, MANIFEST, part},
    store::care::{backups, dump},
};
use futures_util::TryStreamExt;
use std::collections::HashSet;

/// Tidies after the set `own` was finished. Answers the names of the sets that were removed.
pub async fn tidy(app: &App, work: &Work<'_>, own: &str) -> CareResult<Vec<String>> {
    let (vault, keep) = (&work.vault, work.order.keep.max(1));
    let (mut complete, mut unfinished) = (Vec::new(), Vec::new());
    let installation = app.installation().await?;
    let names = sets::names(vault).await?;
    let recorded: HashSet<String> = backups::named(app.store.read(), &names).await?.into_iter().collect();
    for name in names {
        // A set that cannot be read stays for a person to look at.
        match sets::manifest(vault, &name).await {
            Ok(Some(manifest)) => {
                // A set of before sets were marked is known by the record.
                let ours =
                    manifest.installation.map_or(recorded.contains(&name), |owner| owner == installation);
                if ours {
                    complete.push((name, manifest.made_at));
                }
            }
            Ok(None) if recorded.contains(&name) => unfinished.push(name),
            Ok(None) | Err(_) => {}
        }
    }
    let surplus = complete.len().saturating_sub(keep);
    let mut removed: Vec<String> = complete.iter().take(surplus).map(|(name, _)| name.clone()).collect();
    removed.retain(|name| name != own);
    for name in &removed {
        // Without its manifest it is no backup any more; a half removed one is never taken for a whole one.
        vault.delete(&part(name, MANIFEST)).await.map_err(at_target)?;
    }
    // One that is being written by somebody else begins after ours.
    let dead = unfinished.into_iter().filter(|name| name.as_str() < own);
    for name in dead.chain(removed.iter().cloned()) {
        let pieces: Vec<(String, u64)> =
            vault.list(&format!("sets/{name}")).try_collect().await.map_err(at_target)?;
        for (path, _) in pieces {
            vault.delete(&path).await.map_err(at_target)?;
        }
    }
    let oldest = complete.iter().skip(surplus).map(|(_, made_at)| *made_at).min();
    // Also those that were sealed to other keys before.
    let folders = vault.folders("files").await.map_err(at_target)?;
    for (county, sha256, at) in dump::erased(app.store.read()).await? {
        // Sets that were made before may still name it.
        if oldest.is_some_and(|oldest| at < oldest) {
            for folder in &folders {
                let path = manifest::original(&format!("files/{folder}"), county, &sha256);
                vault.delete(&path).await.map_err(at_target)?;
            }
        }
    }
    Ok(removed)
}
