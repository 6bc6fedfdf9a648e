//! The first sheet of a workbook as the cells that it shows, read without the library that wrote it.

use crate::actor::Actor;
use std::io::{Cursor, Read as _};

/// A workbook that somebody took along.
#[derive(Debug)]
pub struct Sheet {
    /// The sheet as it is in the file.
    pub xml: String,
    /// Texts by row and column; numbers as they stand in the file.
    cells: Vec<Vec<String>>,
    head: usize,
}

impl Sheet {
    /// Takes a list along: `zero`, or `honours` with `?level=county`.
    pub async fn of(actor: &Actor, list: &str, query: &str) -> Self {
        let path = format!("/api/v1/lists/{list}.xlsx{query}");
        Self::read(actor.http.get(&path).await.expect(200).bytes.to_vec())
    }

    pub fn read(bytes: Vec<u8>) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
        let mut xml = String::new();
        zip.by_name("xl/worksheets/sheet1.xml").expect("a sheet").read_to_string(&mut xml).expect("text");
        let cells: Vec<Vec<String>> = xml.split("<row ").skip(1).map(row).collect();
        // Lines above have one cell each.
        let head = cells.iter().position(|row| row.len() > 1).expect("titles of columns");
        Self { xml, cells, head }
    }

    /// What stands above the titles.
    pub fn lines(&self) -> Vec<&str> {
        self.cells[..self.head].iter().filter_map(|row| row.first()).map(String::as_str).collect()
    }

    /// The rows below the titles.
    pub fn rows(&self) -> usize {
        self.cells.len() - self.head - 1
    }

    /// The cells under a title.
    pub fn column(&self, title: &str) -> Vec<String> {
        let titles = &self.cells[self.head];
        let at = titles.iter().position(|one| one == title);
        let at = at.unwrap_or_else(|| panic!("no column {title}: {titles:?}"));
        let below = &self.cells[self.head + 1..];
        below.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect()
    }
}

fn row(xml: &str) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    for cell in xml.split("<c r=\"").skip(1) {
        let letters = cell.bytes().take_while(u8::is_ascii_uppercase);
        let column = letters.fold(0_usize, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
        cells.resize(cells.len().max(column), String::new());
        cells[column - 1] =
            between(cell, "<t", "</t>").or_else(|| between(cell, "<v", "</v>")).unwrap_or_default();
    }
    cells
}

/// What an element holds, whatever its attributes.
fn between(cell: &str, open: &str, close: &str) -> Option<String> {
    let (_, rest) = cell.split_once(open)?;
    let (text, _) = rest.split_once('>')?.1.split_once(close)?;
    Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}
