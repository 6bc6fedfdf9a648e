//! What the server and a picture child say to each other: frames of a length and bytes over a pipe, four in each direction for a photo.
//!
//! ```text
//! child   Hello, once
//! server  Order, the photo's bytes
//! child   Looked: what the photo claims and how much memory it needs, or why it is unfit
//! server  an empty frame when that much memory is free
//! child   the outcome, and when copies were made, display copy and thumbnail
//! ```

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Copies, Unfit};
use crate::domain::evidence::rules::Claim;

/// Longest frame of words, in bytes.
pub const WORDS_MAX: u32 = 64 * 1024;
/// Longest original, in bytes: what a converter may make of the longest upload.
pub const PHOTO_MAX: u32 = 64 * 1024 * 1024;
/// Longest copy, in bytes: a drawing of 1600 x 1600 that does not shrink at all.
pub const COPY_MAX: u32 = 12 * 1024 * 1024;

/// The first words of a child.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Hello {
    /// The system keeps it from network, files and other processes.
    pub confined: bool,
}

/// What to do with the photo that follows.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Order {
    /// A drawing that lies over a photo: what is transparent stays so.
    pub layer: bool,
    /// The pixels stand upright whatever EXIF says.
    pub upright: bool,
}

/// What a first look told; nothing is decoded yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Looked {
    pub claim: Claim,
    /// Bytes of memory besides the photo's own.
    pub need: Result<u64, Unfit>,
}

/// How it ended. The bytes of copies follow in frames of their own.
pub type Outcome = Result<Copies, Unfit>;

/// Reads one frame; `None` where the other side closed the pipe between two frames.
pub fn read(from: &mut impl Read, most: u32) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    // The first byte apart, because only there an end is no fault.
    if from.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut length[1..])?;
    let length = checked(length, most)?;
    let mut bytes = Vec::new();
    from.take(length.into()).read_to_end(&mut bytes)?;
    if u32::try_from(bytes.len()) != Ok(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

/// Writes one frame.
pub fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&length_of(bytes)?)?;
    to.write_all(bytes)?;
    to.flush()
}

/// Reads the words of a frame.
pub fn words<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    serde_json::from_slice(frame).map_err(io::Error::other)
}

/// The frame that says these words.
pub fn say<T: Serialize>(words: &T) -> io::Result<Vec<u8>> {
    serde_json::to_vec(words).map_err(io::Error::other)
}

/// The length that stands before a frame.
pub fn length_of(frame: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(frame.len()).map(u32::to_be_bytes).map_err(io::Error::other)
}

/// Reads a length, no longer than the reader is prepared for.
pub fn checked(length: [u8; 4], most: u32) -> io::Result<u32> {
    let length = u32::from_be_bytes(length);
    if length > most {
        return Err(io::Error::other(format!("a frame of {length} bytes where at most {most} may be")));
    }
    Ok(length)
}
