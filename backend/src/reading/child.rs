//! The reading child: opens one file for the server, in a process that can do nothing else, and says what was in it in frames
//! (`imaging::wire`). The server only ever sees lists of texts.

use std::io::{self, Read, Write};
use std::panic::catch_unwind;

use serde::{Deserialize, Serialize};

use super::{Piece, Refusal};
use crate::{
    domain::import::material::{RawRow, RawTable, Words},
    imaging::wire,
};

/// Longest frame of an answer: a file of the archive, or some rows.
pub const ANSWER_MAX: u32 = 208 * 1024 * 1024;
/// Rows of one frame.
const ROWS: usize = 500;

/// One frame of an answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Table {
        title: String,
        sheet: String,
    },
    Rows(Vec<RawRow>),
    /// Its bytes are the next frame.
    File {
        name: String,
    },
    Note(Words),
    Refused(Refusal),
    End,
}

/// Answers one order: a frame with the file's name, a frame with its bytes.
pub fn serve(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let name = wire::read(from, wire::WORDS_MAX)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let bytes = wire::read(from, wire::PHOTO_MAX)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let name = String::from_utf8_lossy(&name).into_owned();
    let opened = catch_unwind(move || super::open(&name, bytes)).unwrap_or_else(|_panic| {
        Err(Words::new(
            "文件读不出来，请重新保存后再导入",
            "the file cannot be read; save it again and import it",
        ))
    });
    let mut to = io::BufWriter::new(to);
    let pieces = match opened {
        Ok(pieces) => pieces,
        Err(refusal) => return say(&mut to, &Said::Refused(refusal)),
    };
    for piece in pieces {
        match piece {
            Piece::Table(RawTable { title, sheet, rows }) => {
                say(&mut to, &Said::Table { title, sheet })?;
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    say(&mut to, &Said::Rows(rows.by_ref().take(ROWS).collect()))?;
                }
            }
            Piece::File { name, bytes } => {
                say(&mut to, &Said::File { name })?;
                wire::write(&mut to, &bytes)?;
            }
            Piece::Note(words) => say(&mut to, &Said::Note(words))?,
        }
    }
    say(&mut to, &Said::End)
}

fn say(to: &mut impl Write, said: &Said) -> io::Result<()> {
    wire::write(to, &wire::say(said)?)
}

/// Puts the frames of an answer together again; `None` until the last one came.
#[derive(Debug, Default)]
pub struct Answer {
    pieces: Vec<Piece>,
    awaited: Option<String>,
    bytes: usize,
}

impl Answer {
    /// Takes one frame. A child that was taken over could send anything, so its words are bounded like those of a stranger.
    pub fn take(&mut self, frame: Vec<u8>) -> io::Result<Option<Result<Vec<Piece>, Refusal>>> {
        self.bytes = self.bytes.saturating_add(frame.len());
        if self.bytes > 2 * ANSWER_MAX as usize {
            return Err(io::Error::other("an answer that does not end"));
        }
        if let Some(name) = self.awaited.take() {
            self.pieces.push(Piece::File { name, bytes: frame });
            return Ok(None);
        }
        match wire::words(&frame)? {
            Said::Table { title, sheet } => {
                self.pieces.push(Piece::Table(RawTable { title, sheet, rows: Vec::new() }));
            }
            Said::Rows(more) => match self.pieces.last_mut() {
                Some(Piece::Table(table)) => table.rows.extend(more),
                _ => return Err(io::Error::other("rows without a table")),
            },
            Said::File { name } => self.awaited = Some(name),
            Said::Note(words) => self.pieces.push(Piece::Note(words)),
            Said::Refused(refusal) => return Ok(Some(Err(refusal))),
            Said::End => return Ok(Some(Ok(std::mem::take(&mut self.pieces)))),
        }
        Ok(None)
    }
}
