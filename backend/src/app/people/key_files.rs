//! How keys lie on the disk, of whatever kind: one JSON file a purpose, readable by its owner only, written whole or not at all.

use super::super::{AppError, AppResult};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::SystemTime,
};

/// When it was written last; `None` where there is none.
pub(super) fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

pub(in crate::app) fn read<T: DeserializeOwned>(path: &Path) -> AppResult<T> {
    let text = fs::read(path).map_err(|error| broken(path, &error))?;
    serde_json::from_slice(&text)
        .map_err(|_content| AppError::Internal(format!("{}: not a key file", path.display())))
}

/// Whether a file that is there already may be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replace {
    Never,
    Whole,
}

/// Writes a key file whole or not at all. With `Replace::Never`, whoever comes first wins and the others read his.
pub(crate) fn publish<T: Serialize>(path: &Path, file: &T, replace: Replace) -> AppResult<()> {
    let text = serde_json::to_vec_pretty(file)
        .map_err(|error| AppError::Internal(format!("keys do not serialise: {error}")))?;
    let making = path.with_extension(format!("{}.new", std::process::id()));
    let written = (|| {
        let mut target =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&making)?;
        target.write_all(&text)?;
        target.sync_all()?;
        match replace {
            Replace::Whole => fs::rename(&making, path)?,
            Replace::Never => match fs::hard_link(&making, path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(&making)?,
                Err(error) => return Err(error),
                Ok(()) => fs::remove_file(&making)?,
            },
        }
        fs::File::open(path.parent().unwrap_or(path))?.sync_all()
    })();
    written.map_err(|error: io::Error| broken(path, &error))
}

pub(in crate::app) fn broken(path: &Path, error: &io::Error) -> AppError {
    AppError::Internal(format!("{}: {error}", path.display()))
}
