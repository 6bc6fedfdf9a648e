//! One picture child, seen from the server: started, spoken to in frames, and trusted with nothing. Dropping it kills it.

use super::Budget;
use crate::{
    app::AppError,
    domain::{evidence::rules::Claim, field::media::PhotoKind},
    imaging::{
        sniff,
        wire::{self, Hello, Looked, Order, Outcome},
    },
};
use std::{io, os::unix::process::ExitStatusExt, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// A child that needed more than this is not kept: what its allocator does not give back would be outside the budget.
const KEPT_MEMORY: u64 = 80 * 1024 * 1024;
/// Photos of one child, so that nothing grows for ever.
const PHOTOS: u32 = 500;
/// How long a child that has closed its pipe may take to end.
const END: Duration = Duration::from_secs(2);
/// `SIGXCPU`: it used up its processor time.
const OUT_OF_TIME: i32 = 24;

/// Why a child gave no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It ended, or says nonsense and is ended. The same photo may do this again.
    Ended { how: String, out_of_time: bool },
    /// It does not answer in time.
    Silent,
    /// Nothing to do with the photo.
    Ours(AppError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Ended { how: error.to_string(), out_of_time: false }
    }
}

/// A running child with its pipes.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    cap: Duration,
    photos: u32,
    largest: u64,
}

/// A command of this program, without any of the server's environment: it holds passwords.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg0("lalian").arg("develop").env_clear().current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    // Ctrl-C at a terminal is for the server, which lets work under way finish.
    command.process_group(0);
    command
}

impl Worker {
    /// Starts a child and waits for its first words.
    pub(super) async fn start(program: &Path, cap: Duration) -> io::Result<Self> {
        let mut command = command(program);
        // Its address space is limited, and by default the allocator would reserve more than that at once.
        command.env("MIMALLOC_ARENA_RESERVE", "64MiB");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let (Some(to), Some(from)) = (to, from) else { return Err(io::Error::other("no pipes")) };
        let mut worker = Self { child, to, from: BufReader::new(from), cap, photos: 0, largest: 0 };
        let hello = timeout(cap, worker.read(wire::WORDS_MAX)).await.map_err(io::Error::other)??;
        if !wire::words::<Hello>(&hello)?.confined && cfg!(target_os = "linux") {
            tracing::warn!("pictures are decoded without a system-call filter: this kernel has none");
        }
        Ok(worker)
    }

    /// Whether the child may work on.
    pub(super) fn may_stay(&self) -> bool {
        self.photos < PHOTOS && self.largest <= KEPT_MEMORY
    }

    /// One photo from the first look to the copies. `claim` is kept apart, because it is worth having when the rest fails. `make_room` is
    /// called before a photo that takes most of the budget by itself.
    pub(super) async fn develop(
        &mut self,
        budget: &Budget,
        bytes: &[u8],
        order: Order,
        claim: &mut Claim,
        make_room: impl AsyncFnOnce(),
    ) -> Result<Outcome, Trouble> {
        self.photos += 1;
        let cap = self.cap;
        let looked = match in_time(cap, self.look(bytes, order)).await {
            Ok(looked) => looked,
            Err(trouble) => return Err(self.end(trouble).await),
        };
        *claim = looked.claim;
        let need = match looked.need {
            Ok(need) => need,
            Err(unfit) => return Ok(Err(unfit)),
        };
        self.largest = self.largest.max(need);
        let share = budget.wait_for(need.saturating_add(bytes.len() as u64)).await.map_err(Trouble::Ours)?;
        if need > KEPT_MEMORY {
            make_room().await;
        }
        let made = match in_time(cap, self.go()).await {
            Ok(made) => made,
            Err(trouble) => return Err(self.end(trouble).await),
        };
        if !self.may_stay() {
            self.stop().await;
        }
        drop(share);
        Ok(made)
    }

    async fn look(&mut self, bytes: &[u8], order: Order) -> io::Result<Looked> {
        self.write(&wire::say(&order)?).await?;
        self.write(bytes).await?;
        wire::words(&self.read(wire::WORDS_MAX).await?)
    }

    async fn go(&mut self) -> io::Result<Outcome> {
        self.write(b"").await?;
        let mut outcome: Outcome = wire::words(&self.read(wire::WORDS_MAX).await?)?;
        if let Ok(copies) = &mut outcome {
            copies.display = self.read(wire::COPY_MAX).await?;
            copies.thumb = self.read(wire::COPY_MAX).await?;
            // A child that was taken over could send anything, and these bytes are shown to people.
            let wanted = if copies.transparent { PhotoKind::Png } else { PhotoKind::Jpeg };
            if [&copies.display, &copies.thumb].into_iter().any(|copy| sniff(copy) != Some(wanted)) {
                return Err(io::Error::other("copies that are no pictures"));
            }
        }
        Ok(outcome)
    }

    async fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        self.to.write_all(&wire::length_of(frame)?).await?;
        self.to.write_all(frame).await?;
        self.to.flush().await
    }

    async fn read(&mut self, most: u32) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length).await?;
        let length = wire::checked(length, most)?;
        let mut bytes = Vec::new();
        (&mut self.from).take(length.into()).read_to_end(&mut bytes).await?;
        if u32::try_from(bytes.len()) == Ok(length) {
            Ok(bytes)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    /// Ends the child and waits until its memory is given back.
    pub(super) async fn stop(&mut self) {
        let _ = self.child.start_kill();
        let _ = timeout(END, self.child.wait()).await;
    }

    /// The same after something went wrong; says how the child ended where it did so by itself.
    async fn end(&mut self, trouble: Trouble) -> Trouble {
        let Trouble::Ended { how, .. } = trouble else {
            self.stop().await;
            return trouble;
        };
        let status = timeout(END, self.child.wait()).await;
        self.stop().await;
        match status {
            Ok(Ok(status)) => Trouble::Ended {
                how: format!("{how}; {status}"),
                out_of_time: status.signal() == Some(OUT_OF_TIME),
            },
            _ => Trouble::Ended { how, out_of_time: false },
        }
    }
}

async fn in_time<T>(cap: Duration, work: impl Future<Output = io::Result<T>>) -> Result<T, Trouble> {
    match timeout(cap, work).await {
        Ok(done) => Ok(done?),
        Err(_late) => Err(Trouble::Silent),
    }
}
