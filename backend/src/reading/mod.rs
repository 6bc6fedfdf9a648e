//! Opens strangers' workbooks and archives. Pure work on bytes: the server lets it be done in a child that can do nothing else
//! (`child`), because what an attacker's file may do to a reader of XML or ZIP should end there.

mod archive;
pub mod child;
mod workbook;

use crate::domain::import::material::{RawTable, Words};

/// Largest file that is brought.
pub const FILE_MAX: usize = crate::domain::import::FILE_MAX;
/// Most bytes that everything in it may be when it is unpacked.
const UNPACKED_MAX: u64 = 200 * 1024 * 1024;
/// Most that the whole may grow when it is unpacked, from this size on: small files may be packed tighter.
const RATIO_MAX: u64 = 100;
const RATIO_FROM: u64 = 1024 * 1024;
/// Most entries of an archive or a workbook.
const ENTRIES_MAX: usize = 1_000;
/// Most text that all cells together may be: one shared text can stand in a million cells.
const TEXT_MAX: usize = 64 * 1024 * 1024;

/// Why a file is not taken, in words for the person who brought it.
pub type Refusal = Words;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Table(RawTable),
    /// CSV, JSON, GeoJSON or a picture, as it is; nothing of it was looked at.
    File {
        name: String,
        bytes: Vec<u8>,
    },
    /// Something to tell: a sheet that is hidden, an entry that nobody reads.
    Note(Words),
}

/// What may still be unpacked, and how much was.
#[derive(Debug)]
struct Allowance {
    left: u64,
    text: usize,
    rows: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { left: UNPACKED_MAX, text: TEXT_MAX, rows: crate::domain::import::material::ROWS_MAX + 100 }
    }
}

fn refused<T>(zh: impl Into<String>, en: impl Into<String>) -> Result<T, Refusal> {
    Err(Words::new(zh, en))
}

/// Whether the bytes are a ZIP or an old Office file: what needs a child to be opened.
pub fn needs_opening(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK") || bytes.starts_with(OLE)
}

/// How old Office files, and encrypted new ones, begin.
const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Opens a file: a workbook becomes its sheets, an archive its entries, anything else stays what it is.
pub fn open(name: &str, bytes: Vec<u8>) -> Result<Vec<Piece>, Refusal> {
    if bytes.len() > FILE_MAX {
        return refused("文件超过 50 MB", "the file is larger than 50 MB");
    }
    let mut allowance = Allowance::default();
    if bytes.starts_with(OLE) {
        return ole(&bytes);
    }
    if !bytes.starts_with(b"PK") {
        return Ok(vec![Piece::File { name: name.to_owned(), bytes }]);
    }
    if archive::is_workbook(&bytes)? {
        return workbook::sheets("", &bytes, &mut allowance);
    }
    archive::entries(&bytes, &mut allowance)
}

fn ole<T>(bytes: &[u8]) -> Result<T, Refusal> {
    let mark: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(mark.len()).any(|window| window == mark) {
        return refused(
            "工作簿有密码，请去掉密码后再导入",
            "the workbook has a password; take the password off and import it again",
        );
    }
    refused("这是旧版 .xls 文件，请另存为 .xlsx", "this is an old .xls file; save it as .xlsx")
}

#[cfg(test)]
mod tests;
