//! A zip with one entry spoilt, for tests of what reads it.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The bytes of one entry.
pub fn part(file: &[u8], name: &str) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(file)).expect("a zip");
    let mut bytes = Vec::new();
    zip.by_name(name).expect("the entry").read_to_end(&mut bytes).expect("its bytes");
    bytes
}

/// The same file with one entry changed, or without it where nothing is left.
pub fn with_part(file: &[u8], part: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(file)).expect("a zip");
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        let Some(bytes) = (if name == part { change(bytes) } else { Some(bytes) }) else { continue };
        out.start_file(name, SimpleFileOptions::default()).expect("an entry");
        out.write_all(&bytes).expect("its bytes");
    }
    out.finish().expect("a zip").into_inner()
}

/// One bit in the middle of it.
pub fn flipped(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    Some(bytes)
}
