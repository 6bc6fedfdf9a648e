//! Where photographs are looked at and their copies made: in picture children, so that no foreign byte is decoded inside the server, or on
//! a thread of this process where no program is named (tests, libraries). Memory is bounded by a budget that every photo waits for.

mod converter;
mod pool;
mod worker;

use crate::{
    app::{AppError, AppResult},
    domain::{evidence::rules::Claim, field::media::PhotoKind},
    imaging::{
        Unfit,
        child::Look,
        wire::{Order, Outcome},
    },
};
use bytes::Bytes;
use converter::Converter;
use pool::Pool;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, oneshot};

/// Memory that pictures may take at the same time. One picture always gets its turn, however large (the gate bounds it).
const BUDGET: u32 = 128 * 1024 * 1024;
/// Most photos under way; more would wait for the budget anyway.
const MOST_AT_ONCE: usize = 4;
/// How long a child may take over one step of a photo. Its processor time is bounded far more tightly: this is for one that does nothing,
/// and must not be met because a machine is busy with what is more urgent.
const CAP: Duration = Duration::from_secs(100);
/// Below everything that answers a person, so that a flood of photos slows no answer.
const NICENESS: i32 = 10;

/// What became of a photo.
#[derive(Debug)]
pub struct Developed {
    /// Read even where no copies can be made.
    pub claim: Claim,
    pub made: Outcome,
}

/// Bounds the memory of pictures being worked on.
#[derive(Clone, Debug)]
struct Budget(Arc<Semaphore>);

impl Budget {
    async fn wait_for(&self, bytes: u64) -> AppResult<OwnedSemaphorePermit> {
        let share = u32::try_from(bytes).unwrap_or(u32::MAX).min(BUDGET);
        let closed = |error: AcquireError| AppError::Internal(format!("pictures: {error}"));
        Arc::clone(&self.0).acquire_many_owned(share).await.map_err(closed)
    }
}

/// A turn in the darkroom.
#[derive(Debug)]
pub struct Seat {
    _permit: OwnedSemaphorePermit,
}

/// Makes copies of photos. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Darkroom {
    seats: Arc<Semaphore>,
    budget: Budget,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Here,
    Children { pool: Arc<Pool>, converter: Arc<Converter> },
}

impl Darkroom {
    /// On threads of this process; HEIC is not converted.
    pub fn here() -> Self {
        Self::at(Place::Here, MOST_AT_ONCE)
    }

    /// In children of `program`, which is this one, no more of them than `workers` and processors; what a converter writes goes through
    /// `scratch`.
    pub fn with_children(program: PathBuf, workers: usize, scratch: PathBuf) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let converter = Arc::new(Converter::new(program.clone(), scratch));
        let pool = Arc::new(Pool::new(program, CAP));
        Self::at(Place::Children { pool, converter }, workers.min(processors))
    }

    fn at(place: Place, seats: usize) -> Self {
        let seats = Arc::new(Semaphore::new(seats.clamp(1, MOST_AT_ONCE)));
        Self { seats, budget: Budget(Arc::new(Semaphore::new(BUDGET as usize))), place }
    }

    /// Waits for a turn. Whoever has one reads a photo into memory and brings it to [`Darkroom::develop`].
    pub async fn seat(&self) -> AppResult<Seat> {
        let closed = |error: AcquireError| AppError::Internal(format!("pictures: {error}"));
        Ok(Seat { _permit: Arc::clone(&self.seats).acquire_owned().await.map_err(closed)? })
    }

    /// Whether a HEIC would get copies now.
    pub fn converts_heic(&self) -> bool {
        match &self.place {
            Place::Here => false,
            Place::Children { .. } => converter::found().is_some(),
        }
    }

    /// Reads what the photo claims and makes its copies; `layer` = a drawing that stays transparent. An error is about this machine
    /// and not about the photo: trying again may help.
    pub async fn develop(&self, _seat: &Seat, bytes: Bytes, layer: bool) -> AppResult<Developed> {
        let order = Order { layer, upright: false };
        let (pool, converter) = match &self.place {
            Place::Here => return here(&self.budget, bytes, order).await,
            Place::Children { pool, converter } => (pool, converter),
        };
        let developed = pool.develop(&self.budget, &bytes, order).await?;
        let heic = matches!(developed.made, Err(Unfit::NoDecoder(PhotoKind::Heic)));
        let Some(program) = heic.then(converter::found).flatten() else { return Ok(developed) };
        // How much a converter takes is not known before: nothing else is worked on meanwhile.
        let whole = self.budget.wait_for(BUDGET.into()).await?;
        let upright = converter.convert(&program, &bytes).await?;
        drop(whole);
        let made = match upright {
            // The converter has turned the pixels as the HEIC says, and saw no EXIF.
            Ok(jpeg) => pool.develop(&self.budget, &jpeg, Order { layer, upright: true }).await?.made,
            Err(unfit) => Err(unfit),
        };
        Ok(Developed { made, ..developed })
    }
}

/// On a thread of its own that the system runs last.
async fn here(budget: &Budget, bytes: Bytes, order: Order) -> AppResult<Developed> {
    let look = Look::at(&bytes, order);
    let need = match look.need() {
        Ok(need) => need + bytes.len() as u64,
        Err(unfit) => return Ok(Developed { claim: look.claim, made: Err(unfit) }),
    };
    let share = budget.wait_for(need).await?;
    let (done, result) = oneshot::channel();
    std::thread::Builder::new()
        .name("picture".into())
        .spawn(move || {
            // Linux knows niceness by thread; where it cannot be set the work is merely not slower.
            let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
            let look = Look::at(&bytes, order);
            let developed = Developed { claim: look.claim.clone(), made: look.develop() };
            drop(share);
            let _ = done.send(developed);
        })
        .map_err(|error| AppError::Internal(format!("picture thread: {error}")))?;
    result.await.map_err(|gone| AppError::Internal(format!("picture thread: {gone}")))
}
