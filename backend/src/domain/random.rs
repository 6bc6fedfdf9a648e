//! Randomness is passed in, so that a test can repeat a run to the byte.

use std::sync::Arc;
use uuid::Uuid;

/// Where ids and secrets come from.
pub trait Random: Send + Sync {
    /// Fills the buffer with unguessable bytes.
    fn fill(&self, buffer: &mut [u8]);

    /// A fresh id (`UUIDv4`: ids carry no time, since nothing may be ordered by a clock that was not checked).
    fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// The operating system's randomness.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        use rand::Rng;
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's randomness")]
        rand::rng().fill_bytes(buffer);
    }
}

/// Randomness shared by all parts of one server.
pub type SharedRandom = Arc<dyn Random>;
