//! Picture children that wait for work: started when they are needed and used again. How many there are, their callers' seats decide.

use super::{
    Budget, Developed,
    worker::{Trouble, Worker},
};
use crate::{
    app::{AppError, AppResult},
    domain::evidence::rules::Claim,
    imaging::{Unfit, wire::Order},
};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often children may die of one photo. The first may have been old, or in the way of a system short of memory.
const DEATHS: u32 = 3;

#[derive(Debug)]
pub(super) struct Pool {
    program: PathBuf,
    cap: Duration,
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    pub(super) fn new(program: PathBuf, cap: Duration) -> Self {
        Self { program, cap, idle: Mutex::default() }
    }

    /// Has a child develop the photo. A photo that children die of is unfit; that a child cannot be had, or does not answer, is an error.
    pub(super) async fn develop(&self, budget: &Budget, bytes: &[u8], order: Order) -> AppResult<Developed> {
        let ours = |what: String| AppError::Internal(format!("picture child: {what}"));
        let (mut claim, mut deaths) = (Claim::default(), 0);
        loop {
            let waiting = if deaths == 0 { self.idle(Vec::pop) } else { None };
            let mut worker = match waiting {
                Some(worker) => worker,
                None => Worker::start(&self.program, self.cap)
                    .await
                    .map_err(|error| ours(format!("{} does not start: {error}", self.program.display())))?,
            };
            match worker.develop(budget, bytes, order, &mut claim, async || self.rest().await).await {
                Ok(made) => {
                    if worker.may_stay() {
                        self.idle(|idle| idle.push(worker));
                    }
                    return Ok(Developed { claim, made });
                }
                Err(Trouble::Ended { how, out_of_time }) => {
                    deaths += 1;
                    tracing::warn!(how, deaths, "a picture child died of a photo");
                    if out_of_time || deaths == DEATHS {
                        return Ok(Developed { claim, made: Err(Unfit::TooHeavy(how)) });
                    }
                }
                Err(Trouble::Silent) => return Err(ours(format!("no answer in {} s", self.cap.as_secs()))),
                Err(Trouble::Ours(error)) => return Err(error),
            }
        }
    }

    /// Ends the children that wait: what they keep for the next photo is needed now.
    async fn rest(&self) {
        for mut idle in self.idle(std::mem::take) {
            idle.stop().await;
        }
    }

    fn idle<T>(&self, change: impl FnOnce(&mut Vec<Worker>) -> T) -> T {
        change(&mut self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::super::BUDGET;
    use super::*;
    use std::{os::unix::fs::PermissionsExt as _, sync::Arc};
    use tokio::sync::Semaphore;

    /// A child that is a shell script: it says hello and then does what a broken one might.
    fn pool(folder: &tempfile::TempDir, then: &str, cap: Duration) -> Pool {
        let script = folder.path().join("child");
        let hello = r#"printf '\000\000\000\022{"confined":false}'"#;
        std::fs::write(
            &script,
            format!("#!/bin/sh\necho x >>{}.starts\n{hello}\n{then}\n", script.display()),
        )
        .unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        Pool::new(script, cap)
    }

    fn starts(folder: &tempfile::TempDir) -> usize {
        std::fs::read_to_string(folder.path().join("child.starts")).unwrap_or_default().lines().count()
    }

    fn budget() -> Budget {
        Budget(Arc::new(Semaphore::new(BUDGET as usize)))
    }

    #[tokio::test]
    async fn a_photo_that_children_die_of_is_called_too_heavy() {
        let folder = tempfile::tempdir().unwrap();
        for (then, first) in [("exit 3", DEATHS), ("kill -SEGV $$", DEATHS), ("kill -XCPU $$", 1)] {
            std::fs::remove_file(folder.path().join("child.starts")).ok();
            let pool = pool(&folder, then, Duration::from_secs(20));
            let developed = pool.develop(&budget(), b"photo", Order::default()).await.unwrap();
            assert!(matches!(developed.made, Err(Unfit::TooHeavy(_))), "{then}: {developed:?}");
            assert_eq!(starts(&folder), first as usize, "{then}");
        }
    }

    #[tokio::test]
    async fn a_child_that_hangs_is_killed_and_the_photo_may_be_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&folder, "exec sleep 1000", Duration::from_millis(400));
        let error = pool.develop(&budget(), b"photo", Order::default()).await.unwrap_err();
        assert!(error.to_string().contains("no answer"), "{error}");
        assert_eq!(pool.idle(|idle| idle.len()), 0);
    }

    #[tokio::test]
    async fn nonsense_and_copies_that_are_no_pictures_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let looked = r#"{"claim":{},"need":{"Ok":1}}"#;
        let outcome = r#"{"Ok":{"upright":[1,1],"damaged":false,"transparent":false,"fingerprint":null}}"#;
        let frame = |text: &str| format!("printf '\\000\\000\\000\\{:03o}%s' '{text}'\n", text.len());
        let page = [looked, outcome, "<html>", "<html>"].map(frame).concat() + "sleep 5";
        for then in
            ["printf '\\377\\377\\377\\377'; sleep 5", "printf '\\000\\000\\000\\001x'; sleep 5", &page]
        {
            let pool = pool(&folder, then, Duration::from_secs(20));
            let developed = pool.develop(&budget(), b"photo", Order::default()).await.unwrap();
            assert!(matches!(developed.made, Err(Unfit::TooHeavy(_))), "{then}: {developed:?}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_no_fault_of_the_photo() {
        let pool = Pool::new("/nowhere/lalian".into(), Duration::from_secs(1));
        assert!(pool.develop(&budget(), b"photo", Order::default()).await.is_err());
    }
}
