//! What a place of backups need not keep: sets beyond the number that is kept, unfinished ones, and photos that two people erased.

use super::{CareResult, at_target, back_up::Work, sets};
use crate::{
    app::App,
    domain::care::manifest::{self, MANIFEST, part},
    store::care::dump,
};
use futures_util::TryStreamExt;

/// Tidies after the set `own` was finished. Answers the names of the sets that were removed.
pub async fn tidy(app: &App, work: &Work<'_>, own: &str) -> CareResult<Vec<String>> {
    let (vault, keep) = (&work.vault, work.order.keep.max(1));
    let (mut complete, mut unfinished) = (Vec::new(), Vec::new());
    for name in sets::names(vault).await? {
        // A set that cannot be read stays for a person to look at.
        match sets::manifest(vault, &name).await {
            Ok(Some(manifest)) => complete.push((name, manifest.made_at)),
            Ok(None) => unfinished.push(name),
            Err(_unreadable) => {}
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
    let folder = format!("files/{}", work.order.recipients.mark());
    for (county, sha256, at) in dump::erased(app.store.read()).await? {
        // Sets that were made before may still name it.
        if oldest.is_some_and(|oldest| at < oldest) {
            vault.delete(&manifest::original(&folder, county, &sha256)).await.map_err(at_target)?;
        }
    }
    Ok(removed)
}
