//! Each kind of file that is not what it should be, with the answer that its owner gets.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::domain::import::material::CellKind;

/// A workbook whose one sheet this fills.
fn book(title: &str, fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name(title).unwrap());
    book.save_to_buffer().unwrap()
}

fn sites(rows: &[&[&str]]) -> Vec<u8> {
    book("点位", |sheet| {
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    })
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The workbook with one more entry.
fn with_entry(book: &[u8], name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new_append(Cursor::new(book.to_vec())).unwrap();
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

fn tables(bytes: Vec<u8>) -> Vec<RawTable> {
    let pieces = open("file.xlsx", bytes).unwrap();
    let table = |piece| if let Piece::Table(table) = piece { Some(table) } else { None };
    pieces.into_iter().filter_map(table).collect()
}

/// The text of a cell and what it was.
fn cell(table: &RawTable, row: u32, column: u32) -> (CellKind, &str) {
    let row = table.rows.iter().find(|line| line.row == row).unwrap();
    let cell = row.cells.iter().find(|cell| cell.column == column).unwrap();
    (cell.kind, &cell.text)
}

#[track_caller]
fn refuses(bytes: Vec<u8>, word: &str) {
    let said = open("file", bytes).unwrap_err();
    assert!(said.en.contains(word), "{said:?} does not say {word}");
    assert!(!said.zh.is_empty());
}

#[test]
fn numbers_dates_formulas_and_merged_cells_become_texts() {
    let bytes = book("点位", |sheet| {
        sheet.write_number(0, 0, 519_901_001_000.0).unwrap();
        sheet.write_number(0, 1, 104.981_429).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 12, 1).unwrap();
        sheet.write_datetime_with_format(0, 2, day, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
        sheet.write_formula(0, 3, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_formula(0, 4, Formula::new("=A1").set_result("")).unwrap();
        sheet.write_boolean(0, 5, true).unwrap();
        sheet.merge_range(1, 0, 3, 0, "云坪镇", &Format::new()).unwrap();
        for row in 1..4 {
            sheet.write_string(row, 1, format!("村{row}")).unwrap();
        }
    });
    let tables = tables(bytes);
    let table = &tables[0];
    assert_eq!(table.title, "点位");
    assert_eq!(cell(table, 1, 0), (CellKind::Plain, "519901001000"));
    assert_eq!(cell(table, 1, 1), (CellKind::Plain, "104.981429"));
    assert_eq!(cell(table, 1, 2), (CellKind::Date, "2026-12-01"));
    assert_eq!(cell(table, 1, 3), (CellKind::Formula, "2"));
    assert_eq!(cell(table, 1, 4).0, CellKind::Formula);
    assert_eq!(cell(table, 2, 0), (CellKind::Plain, "云坪镇"));
    assert_eq!(cell(table, 4, 0), (CellKind::Merged, "云坪镇"));
}

#[test]
fn a_cell_in_the_last_corner_costs_nothing() {
    let bytes = book("点位", |sheet| {
        sheet.write_string(1_048_575, 3, "far").unwrap();
        sheet.write_string(0, 16_383, "wide").unwrap();
    });
    let tables = tables(bytes);
    assert_eq!(tables[0].rows.len(), 1, "what lies beyond our columns is not looked at");
    assert_eq!(cell(&tables[0], 1_048_576, 3).1, "far");
}

#[test]
fn hidden_sheets_are_told_and_not_read() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("点位").unwrap().write_string(0, 0, "编码").unwrap();
    book.add_worksheet().set_name("旧").unwrap().set_hidden(true).write_string(0, 0, "x").unwrap();
    let pieces = open("a.xlsx", book.save_to_buffer().unwrap()).unwrap();
    assert!(
        matches!(&pieces[..], [Piece::Table(_), Piece::Note(words)] if words.zh.contains("旧")),
        "{pieces:?}"
    );
}

#[test]
fn workbooks_that_do_more_than_hold_cells() {
    let plain = sites(&[&["编码"]]);
    for (entry, word) in [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/activeX/activeX1.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
        ("xl/connections.xml", "links to other files"),
    ] {
        refuses(with_entry(&plain, entry, b"x"), word);
    }
    let typed = archive(&[
        ("[Content_Types].xml", b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"),
        ("xl/workbook.xml", b"<workbook/>"),
    ]);
    refuses(typed, "macros");
}

#[test]
fn old_encrypted_and_foreign_files() {
    let mut old = OLE.to_vec();
    old.extend([0; 512]);
    refuses(old.clone(), "old .xls");
    old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    refuses(old, "password");
    let mut zip = archive(&[("点位.csv", b"a,b")]);
    // The flag of an encrypted entry, in its own header and in the directory.
    for mark in [b"PK\x03\x04".as_slice(), b"PK\x01\x02"] {
        let at = zip.windows(4).position(|window| window == mark).unwrap();
        let flags = at + if mark == b"PK\x03\x04" { 6 } else { 8 };
        zip[flags] |= 1;
    }
    refuses(zip, "password");
    let word = archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]);
    refuses(word, "no Excel workbook");
    assert!(matches!(&open("a.csv", b"a,b".to_vec()).unwrap()[..], [Piece::File { .. }]));
}

#[test]
fn files_that_are_not_whole() {
    let whole = sites(&[&["编码", "名称"], &["1", "甲"]]);
    for length in [4, 40, whole.len() / 2, whole.len() - 30] {
        refuses(whole[..length].to_vec(), "not whole");
    }
    let mut hurt = whole.clone();
    let at = hurt.windows(14).position(|window| window == b"xl/workbook.xm").unwrap();
    hurt[at + 20..at + 40].fill(0xff);
    assert!(open("a.xlsx", hurt).is_err());
    let empty = archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook>")]);
    refuses(empty, "cannot be read");
}

#[test]
fn bombs_are_known_by_what_they_become() {
    let zeros = vec![0_u8; 8 * 1024 * 1024];
    refuses(archive(&[("点位.csv", &zeros)]), "hundred times");
    // One whose headers tell of ten bytes is unpacked no further than it may be.
    let mut lying = archive(&[("点位.csv", &zeros)]);
    for (mark, offset) in [(b"PK\x03\x04".as_slice(), 22), (b"PK\x01\x02".as_slice(), 24)] {
        let at = lying.windows(4).position(|window| window == mark).unwrap() + offset;
        lying[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    assert!(open("a.zip", lying).is_err());
    let many: Vec<(String, &[u8])> =
        (0..=ENTRIES_MAX).map(|n| (format!("{n}.csv"), b"a".as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    refuses(archive(&many), "1000 entries");
    let inner = archive(&[("a.csv", b"a")]);
    refuses(archive(&[("more.zip", &inner)]), "inside the archive");
}

#[test]
fn allowances_end() {
    let bytes = sites(&[&["编码"], &["1"], &["2"], &["3"]]);
    let with = |allowance: Allowance| {
        let mut allowance = allowance;
        workbook::sheets("", &bytes, &mut allowance).unwrap_err().en
    };
    assert!(with(Allowance { rows: 3, ..Allowance::default() }).contains("rows"));
    assert!(with(Allowance { text: 5, ..Allowance::default() }).contains("text"));
    assert!(with(Allowance { left: 1000, ..Allowance::default() }).contains("200 MB"));
    assert!(open("a", vec![0; FILE_MAX + 1]).unwrap_err().en.contains("50 MB"));
}

#[test]
fn an_archive_gives_what_can_be_used_and_names_the_rest() {
    let book = sites(&[&["编码"], &["1"]]);
    // "点位.csv" as an old Chinese system writes it.
    let bytes = archive(&[
        // What the workbook is called says nothing of its sheets.
        ("county/人员.xlsx", &book),
        ("边界.geojson", b"{}"),
        ("readme.txt", b"x"),
        ("__MACOSX/._x.csv", b"x"),
        ("examples/a.jpg", b"x"),
    ]);
    let pieces = open("a.zip", bytes).unwrap();
    let names: Vec<String> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Table(table) => table.title.clone(),
            Piece::File { name, .. } => name.clone(),
            Piece::Note(words) => words.en.clone(),
        })
        .collect();
    assert_eq!(names, ["人员.xlsx/点位", "边界.geojson", "\"readme.txt\" was not read", "examples/a.jpg"]);
    let Some(Piece::Table(table)) = pieces.first() else { panic!("{pieces:?}") };
    assert_eq!(table.sheet, "点位");
    refuses(archive(&[("../a.csv", b"a")]), "lead elsewhere");
    refuses(archive(&[("a.xlsm", &book)]), "macros");
    refuses(archive(&[("a.xls", b"x")]), "old .xls");
}

#[test]
fn the_child_says_the_same_as_the_thread() {
    use crate::imaging::wire;
    let book = sites(&[&["编码", "名称"], &["1", "甲"]]);
    let ask = |bytes: &[u8]| {
        let mut said = Vec::new();
        for frame in [b"a.xlsx".as_slice(), bytes] {
            wire::write(&mut said, frame).unwrap();
        }
        let mut heard = Vec::new();
        child::serve(&mut &said[..], &mut heard).unwrap();
        let (mut answer, mut from) = (child::Answer::default(), &heard[..]);
        while let Some(frame) = wire::read(&mut from, child::ANSWER_MAX).unwrap() {
            if let Some(whole) = answer.take(frame).unwrap() {
                return whole;
            }
        }
        panic!("no end")
    };
    let zip = archive(&[("a.xlsx", &book), ("b.csv", b"a,b"), ("c.txt", b"")]);
    for bytes in [book.clone(), zip, book[..book.len() / 2].to_vec(), b"code,name".to_vec()] {
        assert_eq!(ask(&bytes), open("a.xlsx", bytes));
    }
    assert!(child::Answer::default().take(b"{\"rows\":[]}".to_vec()).is_err());
    assert!(child::Answer::default().take(b"no words".to_vec()).is_err());
}
