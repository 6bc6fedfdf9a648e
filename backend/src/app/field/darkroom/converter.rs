//! HEIC to JPEG by the converter that the system has, when it has one (Debian: package `libheif-examples`). It runs in a process with limits
//! and without network, in a folder of its own; the original is never touched.

use super::worker;
use crate::{
    app::{AppError, AppResult},
    imaging::{Unfit, confine::NOT_STARTED, wire::PHOTO_MAX, without_exif},
};
use bytes::Bytes;
use std::{
    env, io,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{fs, time::timeout};

/// Names of the converter, older first.
const NAMES: [&str; 2] = ["heif-convert", "heif-dec"];
/// How long a conversion may take; its processor time is bounded more tightly.
const CAP: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Converter {
    /// This program: it locks itself in and then becomes the converter.
    program: PathBuf,
    scratch: PathBuf,
}

/// Where the converter is now; an operator may install it while the server runs.
pub(super) fn found() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places = env::split_paths(&path).filter(|place| place.is_absolute());
    places.flat_map(|place| NAMES.map(|name| place.join(name))).find(|file| file.is_file())
}

impl Converter {
    pub(super) fn new(program: PathBuf, scratch: PathBuf) -> Self {
        Self { program, scratch }
    }

    /// The picture as an upright JPEG. An error is about this machine, an unfit one about the file.
    pub(super) async fn convert(&self, converter: &Path, heic: &Bytes) -> AppResult<Result<Bytes, Unfit>> {
        let broken = |error: io::Error| AppError::Internal(format!("converting a HEIC: {error}"));
        fs::create_dir_all(&self.scratch).await.map_err(broken)?;
        let scratch = fs::canonicalize(&self.scratch).await.map_err(broken)?;
        let folder = tempfile::tempdir_in(scratch).map_err(broken)?;
        let (source, target) = (folder.path().join("photo.heic"), folder.path().join("photo.jpg"));
        fs::write(&source, without_exif(heic)).await.map_err(broken)?;
        let mut command = worker::command(&self.program);
        command.arg("--convert").arg(converter).arg(&source).arg(&target);
        // One heap for all its threads: its address space is limited.
        command.env("MALLOC_ARENA_MAX", "1");
        let mut child = command.spawn().map_err(broken)?;
        let Ok(status) = timeout(CAP, child.wait()).await else {
            let _ = child.kill().await;
            return Ok(Err(Unfit::TooHeavy(format!("converting takes longer than {} s", CAP.as_secs()))));
        };
        let status = status.map_err(broken)?;
        match status.code() {
            Some(0) => {}
            Some(NOT_STARTED) => {
                return Err(broken(io::Error::other(format!("{} does not start", converter.display()))));
            }
            Some(code) => return Ok(Err(Unfit::Unreadable(format!("the converter ended with {code}")))),
            None => return Ok(Err(Unfit::TooHeavy(format!("the converter was ended: {status}")))),
        }
        // Of several pictures in one file each gets a number.
        for made in [target, folder.path().join("photo-1.jpg")] {
            match fs::metadata(&made).await {
                Ok(file) if file.len() > u64::from(PHOTO_MAX) => {
                    return Ok(Err(Unfit::TooHeavy("the converter made too large a file".into())));
                }
                Ok(_) => return Ok(Ok(fs::read(&made).await.map_err(broken)?.into())),
                Err(_missing) => {}
            }
        }
        Ok(Err(Unfit::Unreadable("the converter made nothing".into())))
    }
}
