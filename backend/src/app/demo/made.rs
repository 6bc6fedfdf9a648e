//! The county as it was made, kept beside its data, so that the stand can put it back while people look at it.

use crate::{
    app::{App, AppError, AppResult},
    domain::problem::{Code, Problem},
    files,
    store::Store,
};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::Mutex, task::spawn_blocking, time::timeout};
use uuid::Uuid;

/// What lies below the folder of files and belongs to the county; all else there is somebody else's.
const FOLDERS: [&str; 3] = ["c", "d", "staging"];
/// How long whoever is in the middle of something may take before the county is put back another time.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the copy lies, and the files that it is a copy of.
#[derive(Debug, Clone)]
pub struct Made {
    pub folder: PathBuf,
    pub files: PathBuf,
    /// Held by whoever makes the copy anew.
    pub anew: Arc<Mutex<()>>,
}

impl Made {
    /// A folder for what is being made, on the same disk as the copy.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.with_file_name(format!("made-{name}"))
    }

    pub(super) fn database(&self) -> PathBuf {
        self.folder.join("lalian.db")
    }

    fn kept_files(&self) -> PathBuf {
        self.folder.join("files")
    }

    /// Brings the copy to the shape that this program's database has.
    pub async fn migrate(&self) -> AppResult<()> {
        if !self.database().is_file() {
            return Ok(());
        }
        let store = Store::connect(&format!("sqlite:{}", self.database().display())).await?;
        let migrated = store.migrate().await;
        store.close().await;
        Ok(migrated?)
    }

    /// Throws the copy away.
    pub fn remove(&self) -> io::Result<()> {
        gone(fs::remove_dir_all(&self.folder))
    }
}

impl App {
    /// Keeps the county as it is now as the one that it is put back to. Nothing where it is not on SQLite and a disk.
    pub async fn keep_made(&self) -> AppResult<()> {
        let Some(made) = self.made.clone() else { return Ok(()) };
        made.remove().and_then(|()| fs::create_dir_all(&made.folder)).map_err(disk)?;
        self.store.copy_into(&made.database()).await?;
        let task = move || take_files(&made.files, &made.kept_files());
        spawn_blocking(task).await.map_err(|error| broken(&error))?.map_err(disk)
    }

    /// Puts the county back as it was made, with dates up to today, and answers its new epoch. Whoever is in the middle of something is waited for;
    /// what comes meanwhile waits in its turn.
    pub async fn reset_demo(&self) -> AppResult<Uuid> {
        self.demo_county().await?;
        let made = self.made.clone().filter(|made| made.database().is_file()).ok_or_else(no_copy)?;
        self.make_anew_if_old(&made).await?;
        let Ok(_alone) = timeout(PATIENCE, self.turn.write()).await else {
            return Err(Problem::new(Code::Unavailable)
                .with_detail(
                    "还有人正在上传或提交，请过几秒再复位。",
                    "Somebody is still sending something; reset again in a few seconds.",
                )
                .with_retry_after(5)
                .into());
        };
        let epoch = self.random.id();
        self.store.put_back(&made.database(), epoch).await?;
        let task = move || put_files_back(&made.kept_files(), &made.files);
        spawn_blocking(task).await.map_err(|error| broken(&error))?.map_err(disk)?;
        self.forget();
        self.facts.begin_anew();
        self.albums.forget();
        self.middles.forget();
        tracing::info!(%epoch, "the demo county is as it was made");
        Ok(epoch)
    }
}

fn no_copy() -> AppError {
    Problem::new(Code::WrongState)
        .with_detail(
            "这个示例县不能在页面上复位：请停止程序，用 lalian demo --reset 重来。",
            "This demo county cannot be reset from the page: stop the program and run lalian demo --reset.",
        )
        .into()
}

fn disk(error: io::Error) -> AppError {
    files::Error::from(error).into()
}

fn broken(error: &tokio::task::JoinError) -> AppError {
    AppError::Internal(format!("files of the demo: {error}"))
}

/// Every stored file of the county into the copy; what is still arriving belongs to nobody yet.
fn take_files(files: &Path, kept: &Path) -> io::Result<()> {
    for name in below(files)?.into_iter().filter(|name| !name.starts_with("staging")) {
        link(&files.join(&name), &kept.join(&name))?;
    }
    Ok(())
}

/// Takes away what came since, and brings back what went.
fn put_files_back(kept: &Path, files: &Path) -> io::Result<()> {
    let made: HashSet<PathBuf> = below(kept)?.into_iter().collect();
    let now: HashSet<PathBuf> = below(files)?.into_iter().collect();
    for name in now.difference(&made) {
        gone(fs::remove_file(files.join(name)))?;
    }
    for name in made.difference(&now) {
        link(&kept.join(name), &files.join(name))?;
    }
    Ok(())
}

/// The files of the county below a folder, by their names from there.
fn below(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = FOLDERS.map(PathBuf::from).into();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(&folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() { folders.push(name) } else { found.push(name) }
        }
    }
    Ok(found)
}

/// Stored files are written once, so a second name is as good as a copy, and costs nothing.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::hard_link(from, to).or_else(|_no_links_here| fs::copy(from, to).map(drop))
}

fn gone(outcome: io::Result<()>) -> io::Result<()> {
    outcome.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_back_to_what_they_were_and_nothing_else_is_touched() {
        let root = tempfile::tempdir().unwrap();
        let (files, kept) = (root.path().join("files"), root.path().join("made"));
        let write = |name: &str| {
            let path = files.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        };
        for name in ["c/1/a", "c/1/b", "d/1/a/thumb.jpg", "staging/half", "notes.txt"] {
            write(name);
        }
        take_files(&files, &kept).unwrap();
        assert!(!kept.join("staging/half").exists() && !kept.join("notes.txt").exists());
        fs::remove_file(files.join("c/1/b")).unwrap();
        write("c/1/new");
        put_files_back(&kept, &files).unwrap();
        assert_eq!(fs::read_to_string(files.join("c/1/b")).unwrap(), "c/1/b");
        assert!(!files.join("c/1/new").exists() && !files.join("staging/half").exists());
        assert!(files.join("notes.txt").exists() && files.join("d/1/a/thumb.jpg").exists());
    }
}
