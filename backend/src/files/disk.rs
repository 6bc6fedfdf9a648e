//! A local directory. An upload is one file that grows; when it is complete it is renamed into place, and file and folder are synced
//! before anybody is told. All calls run on the blocking pool: a sync may take tens of milliseconds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{Error, Finished, Hasher, Key, Result};

#[derive(Clone, Debug)]
pub(super) struct Staging {
    root: Arc<PathBuf>,
}

impl Staging {
    pub(super) async fn open(root: PathBuf) -> Result<Self> {
        let root = Arc::new(root);
        let made = root.clone();
        spawn_blocking(move || make_dir(&made.join("staging"))).await??;
        Ok(Self { root })
    }

    fn path(&self, upload: Uuid) -> PathBuf {
        self.root.join("staging").join(upload.to_string())
    }

    pub(super) fn free_space(&self) -> Result<u64> {
        let stat = rustix::fs::statvfs(self.root.as_path()).map_err(io::Error::from)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    pub(super) async fn tail(&self, upload: Uuid, offset: u64) -> Result<Tail> {
        let path = self.path(upload);
        spawn_blocking(move || {
            let mut file =
                match OpenOptions::new().create(offset == 0).truncate(false).write(true).open(&path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Err(Error::Lost { have: 0 });
                    }
                    opened => opened?,
                };
            let have = file.metadata()?.len();
            if have < offset {
                return Err(Error::Lost { have });
            }
            file.set_len(offset)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(Tail { file: Arc::new(file), folder: (offset == 0).then(|| parent(&path)) })
        })
        .await?
    }

    pub(super) async fn finish(&self, upload: Uuid, key: Key, length: u64) -> Result<Finished> {
        let staged = self.path(upload);
        let place = self.root.join(key.original().as_ref());
        spawn_blocking(move || finish(&staged, &place, key, length)).await?
    }

    pub(super) async fn drop_upload(&self, upload: Uuid) -> Result<()> {
        let path = self.path(upload);
        Ok(spawn_blocking(move || remove(&path)).await??)
    }
}

/// The growing end of one upload's file.
pub(super) struct Tail {
    file: Arc<File>,
    /// The folder to sync with a new file, so that its name survives a power cut too.
    folder: Option<PathBuf>,
}

impl Tail {
    pub(super) async fn append(&mut self, pieces: Vec<Bytes>) -> Result<()> {
        let file = self.file.clone();
        spawn_blocking(move || pieces.iter().try_for_each(|piece| (&*file).write_all(piece))).await??;
        Ok(())
    }

    pub(super) async fn sync(&mut self) -> Result<()> {
        let (file, folder) = (self.file.clone(), self.folder.take());
        spawn_blocking(move || {
            file.sync_data()?;
            folder.as_deref().map_or(Ok(()), sync_dir)
        })
        .await??;
        Ok(())
    }

    pub(super) async fn cut(self, length: u64) -> Result<()> {
        spawn_blocking(move || self.file.set_len(length)).await??;
        Ok(())
    }
}

fn finish(staged: &Path, place: &Path, key: Key, length: u64) -> Result<Finished> {
    let mut file = match File::open(staged) {
        Ok(file) => file,
        // A repeated finish after a crash between renaming and telling.
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_stored(place, length)? => {
            sync_dir(&parent(place))?;
            return Ok(Finished::Stored);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::Lost { have: 0 }),
        Err(error) => return Err(error.into()),
    };
    if file.metadata()?.len() != length || hash(&mut file)? != key.sha256 {
        remove(staged)?;
        return Ok(Finished::Mismatch);
    }
    let folder = parent(place);
    if is_stored(place, length)? {
        remove(staged)?;
    } else {
        file.sync_all()?;
        make_dir(&folder)?;
        fs::rename(staged, place)?;
        make_read_only(&file)?;
    }
    sync_dir(&folder)?;
    Ok(Finished::Stored)
}

fn hash(file: &mut File) -> io::Result<crate::domain::field::media::Sha256> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn is_stored(place: &Path, length: u64) -> io::Result<bool> {
    match fs::metadata(place) {
        Ok(found) => Ok(found.len() == length),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Written once: a later mistake of ours should fail loudly instead of changing evidence.
fn make_read_only(file: &File) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)
}

/// Makes a folder and those above it, each synced into its parent.
fn make_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_dir(above)?;
    }
    match fs::create_dir(path) {
        Ok(()) => sync_dir(&parent(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn parent(path: &Path) -> PathBuf {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
