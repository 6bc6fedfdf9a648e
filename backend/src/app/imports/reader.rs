//! Opening a stranger's file: in a reading child that can do nothing else, one at a time; where no program is named (tests), on a thread.

use crate::{
    app::{App, AppError, AppResult},
    domain::{import::Faults, places::bd09::SourceDatum},
    imaging::wire,
    reading::{self, Piece, Refusal, child::Answer},
};
use std::{io, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    process::Command,
    sync::Semaphore,
    time::timeout,
};

use super::material::Material;

/// How long a child may take; its processor time is bounded far more tightly.
const CAP: Duration = Duration::from_secs(90);

/// Files that are opened at the same time in one process: each may take half a gigabyte for a moment.
static TURN: Semaphore = Semaphore::const_new(1);

impl App {
    /// Opens a file and judges each of its rows by itself.
    ///
    /// # Errors
    /// `import_refused` where the file as a whole cannot be used.
    pub(super) async fn material(
        &self,
        name: &str,
        bytes: Vec<u8>,
        datum: SourceDatum,
    ) -> AppResult<Material> {
        let pieces = self.opened(name, bytes).await?;
        let sorted = tokio::task::spawn_blocking(move || Material::of(pieces, datum));
        let sorted = sorted.await.map_err(|error| AppError::Internal(format!("import: {error}")))?;
        sorted.map_err(crate::app::places::refuse)
    }

    async fn opened(&self, name: &str, bytes: Vec<u8>) -> AppResult<Vec<Piece>> {
        let name = name.to_owned();
        let opened = match &self.reader {
            // Plain text needs no opening, and is read where everything else is.
            Some(program) if reading::needs_opening(&bytes) => apart(program, &name, bytes).await?,
            _ => tokio::task::spawn_blocking(move || reading::open(&name, bytes))
                .await
                .map_err(|error| AppError::Internal(format!("import: {error}")))?,
        };
        opened.map_err(|words| crate::app::places::refuse(Faults::whole(words.zh, words.en)))
    }
}

async fn apart(program: &Path, name: &str, bytes: Vec<u8>) -> AppResult<Result<Vec<Piece>, Refusal>> {
    let closed = |error| AppError::Internal(format!("reading child: {error}"));
    let _turn = TURN.acquire().await.map_err(closed)?;
    match timeout(CAP, converse(program, name, &bytes)).await {
        Ok(Ok(answer)) => Ok(answer),
        // It died or was killed over this file: too much memory, too much time, or a fault of a reader.
        Ok(Err(error)) => {
            tracing::warn!("a reading child gave up: {error}");
            Ok(Err(gave_up()))
        }
        Err(_silent) => {
            tracing::warn!("a reading child took too long");
            Ok(Err(gave_up()))
        }
    }
}

fn gave_up() -> Refusal {
    Refusal::new(
        "文件读起来太费内存或时间，没有读取；请只留需要的工作表，重新保存后再试",
        "reading the file takes too much memory or time, so it was not read; keep only the sheets that are needed, save it again and retry",
    )
}

async fn converse(program: &Path, name: &str, bytes: &[u8]) -> io::Result<Result<Vec<Piece>, Refusal>> {
    let mut command = Command::new(program);
    // Without any of the server's environment: it holds passwords.
    command.arg0("lalian").args(["develop", "--read"]).env_clear().current_dir("/");
    command.env("MIMALLOC_ARENA_RESERVE", "64MiB");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.process_group(0);
    let mut child = command.spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("no pipes"));
    };
    let say = async {
        for frame in [name.as_bytes(), bytes] {
            to.write_all(&wire::length_of(frame)?).await?;
            to.write_all(frame).await?;
        }
        to.flush().await
    };
    let hear = async {
        let (mut from, mut answer) = (BufReader::new(from), Answer::default());
        loop {
            let mut length = [0; 4];
            from.read_exact(&mut length).await?;
            let length = wire::checked(length, reading::child::ANSWER_MAX)?;
            let mut frame = Vec::new();
            (&mut from).take(length.into()).read_to_end(&mut frame).await?;
            if u32::try_from(frame.len()) != Ok(length) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(whole) = answer.take(frame)? {
                return Ok(whole);
            }
        }
    };
    // A child that has refused need not have read to the end.
    let (_said, heard) = tokio::join!(say, hear);
    heard
}
