//! Names of objects. One file of one county has one name, made of its hash, so that storing it twice is storing it once.

use object_store::path::Path;
use uuid::Uuid;

use crate::domain::field::media::Sha256;

/// Names an original: equal bytes in two counties are two objects, since deduplication must not tell one county about another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub county: Uuid,
    pub sha256: Sha256,
}

/// A copy made of an original for the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copy {
    Display,
    Thumb,
}

impl Key {
    /// `c/{county}/{sha256}`
    pub fn original(self) -> Path {
        Path::from_iter(["c", &self.county.to_string(), &self.sha256.to_string()])
    }

    /// Where everything lies that was made of an original: `d/{county}/{sha256}`.
    pub fn made(self) -> Path {
        Path::from_iter(["d", &self.county.to_string(), &self.sha256.to_string()])
    }

    /// `d/{county}/{sha256}/blur-{id}.jpg`: the copy on which somebody covered faces or plates.
    pub fn blur(self, id: Uuid) -> Path {
        self.made().join(format!("blur-{id}.jpg"))
    }

    /// `d/{county}/{sha256}/{display|thumb}.jpg`; those of a drawing are PNG under the same name.
    pub fn copy(self, copy: Copy) -> Path {
        let name = match copy {
            Copy::Display => "display.jpg",
            Copy::Thumb => "thumb.jpg",
        };
        Path::from_iter(["d", &self.county.to_string(), &self.sha256.to_string(), name])
    }
}
