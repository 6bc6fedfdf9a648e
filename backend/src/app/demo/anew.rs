//! The kept copy of the demo ages: a quarter that ended a fortnight ago shows nothing that is due today. Whoever puts the county back on a later
//! day gets a new quarter up to today, made beside the one that people look at; the same people with the same passwords.

use super::{CAST, MADE_AT, made::Made};
use crate::{
    app::{App, AppError, AppResult},
    domain::clock::{Instant, local_day},
    files::Files,
    store::{Store, made_copy, meta, people::persons},
};
use std::{fs, io, sync::Arc};

impl App {
    /// Makes the kept copy anew when it is of an earlier day; one without a quarter has nothing that ages.
    pub(super) async fn make_anew_if_old(&self, made: &Made) -> AppResult<()> {
        let _one_at_a_time = made.anew.lock().await;
        let old = Store::connect(&format!("sqlite:{}", made.database().display())).await?;
        let made_at = meta::get(old.read(), MADE_AT).await?.and_then(|text| text.parse::<Instant>().ok());
        let of_today = made_at.is_some_and(|at| local_day(at) >= local_day(self.clock.now()));
        let outcome = if of_today {
            Ok(())
        } else if !made_copy::has_visits(old.read()).await? {
            let now = self.clock.now().to_rfc3339();
            old.write(async |tx| Ok::<_, AppError>(meta::set(tx, MADE_AT, now.clone()).await?)).await
        } else {
            tracing::info!("the demo county is of an earlier day and is made anew");
            Box::pin(self.make_anew(made, &old)).await
        };
        old.close().await;
        outcome
    }

    async fn make_anew(&self, made: &Made, old: &Store) -> AppResult<()> {
        let (work, next) = (made.beside("work"), made.beside("next"));
        for folder in [&work, &next] {
            remove(folder)?;
            fs::create_dir_all(folder).map_err(disk)?;
        }
        let store = Store::connect(&format!("sqlite:{}", work.join("lalian.db").display())).await?;
        let files = work.join("files");
        let app = App {
            store: store.clone(),
            files: Files::disk(&files).await?,
            made: Some(Made { folder: next.clone(), files, ..made.clone() }),
            turn: Arc::default(),
            bell: Arc::default(),
            heard: Arc::default(),
            facts: Arc::default(),
            standings: Arc::default(),
            lanes: super::super::field::lanes::Lanes::default(),
            albums: super::super::evidence::album::Albums::default(),
            area_cache: super::super::places::areas::AreaCache::default(),
            middles: super::super::colours::middles::Middles::default(),
            ..self.clone()
        };
        let outcome = async {
            store.migrate().await?;
            Box::pin(app.make_lived_in_demo()).await?;
            keep_passwords(old, &store).await?;
            app.keep_made().await
        };
        let outcome = outcome.await;
        store.close().await;
        remove(&work)?;
        outcome?;
        remove(&made.folder)?;
        fs::rename(&next, &made.folder).map_err(disk)
    }
}

/// Passwords were shown once, so they stay.
async fn keep_passwords(old: &Store, new: &Store) -> AppResult<()> {
    let mut kept = Vec::with_capacity(CAST.len());
    for (login, ..) in CAST {
        let before = persons::by_login(old.read(), login).await?;
        let now = persons::by_login(new.read(), login).await?;
        kept.extend(now.zip(before).map(|(now, before)| (now.id, before.password_hash)));
    }
    new.write(async |tx| {
        for (id, hash) in &kept {
            persons::set_password(tx, *id, hash.clone(), false).await?;
        }
        Ok::<_, AppError>(())
    })
    .await
}

fn remove(folder: &std::path::Path) -> AppResult<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(error)),
        _ => Ok(()),
    }
}

fn disk(error: io::Error) -> AppError {
    crate::files::Error::from(error).into()
}
