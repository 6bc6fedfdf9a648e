//! Setting up a county from files: looked at row by row, written whole, repeated without doubling, and taken back while nothing hangs on it.

mod checklists;
mod files;
mod story;
mod undo;

use lalian_tests::actor::Actor;
use lalian_tests::http::{Answer, send};
use lalian_tests::phone::fresh_id;
use reqwest::Method;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A sheet by its name, with its lines.
type Sheet<'a> = (&'a str, &'a [&'a [&'a str]]);

/// A workbook as an office saves it: everything is text.
fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).expect("a name");
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write_string(row, column, *cell).expect("a cell");
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// An archive of these files.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("an archive").into_inner()
}

/// The demo's checklists with their pictures, beside other files.
fn with_checklists(others: &[(&str, &[u8])]) -> Vec<u8> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/demo/checklists.json");
    with_library(&std::fs::read_to_string(file).expect("a file"), others)
}

/// A library of checklists with the demo's pictures, beside other files.
fn with_library(library: &str, others: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/demo");
    let mut files = vec![("checklists.json".to_owned(), library.as_bytes().to_vec())];
    for entry in std::fs::read_dir(folder.join("examples")).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("examples/{}", entry.file_name().to_str().expect("a name"));
        files.push((name, std::fs::read(entry.path()).expect("a picture")));
    }
    let mut all: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    all.extend(others);
    archive(&all)
}

/// Brings a file for a look.
async fn bring(actor: &Actor, name: &str, bytes: &[u8]) -> Answer {
    bring_as(actor, name, bytes, &fresh_id().to_string(), "wgs84").await
}

async fn bring_as(actor: &Actor, name: &str, bytes: &[u8], key: &str, datum: &str) -> Answer {
    let path = format!("/api/v1/imports?name={name}&datum={datum}");
    let request = actor.http.request(Method::POST, &path).header("idempotency-key", key);
    send(request.header("content-type", "application/octet-stream").body(bytes.to_vec())).await
}

/// Applies what was looked at.
async fn apply(actor: &Actor, view: &Value, skip_refused: bool) -> Answer {
    let path = format!("/api/v1/imports/{}/apply", id(view));
    let http = actor.http.with("idempotency-key", &fresh_id().to_string());
    http.post(&path, &json!({ "skip_refused": skip_refused })).await
}

async fn undo(actor: &Actor, view: &Value) -> Answer {
    let path = format!("/api/v1/imports/{}/undo", id(view));
    actor.http.with("idempotency-key", &fresh_id().to_string()).post(&path, &json!({})).await
}

fn id(view: &Value) -> &str {
    view["id"].as_str().unwrap_or_else(|| panic!("no import: {view}"))
}

/// `[created, changed, unchanged, refused]` of a sheet; nothing when the file has none.
fn counts(view: &Value, sheet: &str) -> Option<[u64; 4]> {
    let sheets = view["sheets"].as_array().unwrap_or_else(|| panic!("no import: {view}"));
    let row = sheets.iter().find(|row| row["sheet"] == sheet)?;
    Some(["created", "changed", "unchanged", "refused"].map(|fate| row[fate].as_u64().expect("a count")))
}

/// The rows of an import that were refused: sheet, row and the first field with its reason.
async fn refused(actor: &Actor, view: &Value) -> Vec<(String, i64, String, String)> {
    let rows = actor.list(&format!("/api/v1/imports/{}/rows?fate=refused", id(view))).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    rows.iter()
        .map(|row| {
            let fault = &row["faults"][0];
            assert!(!text(&fault["zh"]).is_empty(), "{row}");
            (
                text(&row["sheet"]),
                row["row"].as_i64().expect("a number"),
                text(&fault["field"]),
                text(&fault["en"]),
            )
        })
        .collect()
}
