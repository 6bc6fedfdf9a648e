//! XLSX: what is dangerous in it is refused by the names of its entries, then its sheets are read cell by cell, never as a dense grid
//! (one cell in the last corner would be 17 thousand million).

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};

use super::{
    Allowance, Piece, Refusal,
    archive::{judge_declared, judge_ratio, opened, unpack},
    refused,
};
use crate::domain::import::material::{CellKind, ROWS_MAX, RawCell, RawRow, RawTable, Words};

/// Columns that are looked at: our widest sheet has thirty.
const COLUMNS_MAX: u32 = 64;
/// Characters of a cell that are looked at: more than the longest text that a checklist takes, so a longer one is still seen as too long.
const CELL_MAX: usize = 4_200;
/// Cells that merged ones may fill.
const FILLED_MAX: usize = 200_000;

/// The visible sheets; `file` stands before their names when the workbook came in an archive.
pub(super) fn sheets(file: &str, bytes: &[u8], allowance: &mut Allowance) -> Result<Vec<Piece>, Refusal> {
    judge(bytes, allowance)?;
    let unreadable = |error: calamine::XlsxError| match error {
        calamine::XlsxError::Password => Words::new(
            "工作簿有密码，请去掉密码后再导入",
            "the workbook has a password; take the password off and import it again",
        ),
        other => Words::new(
            "工作簿读不出来，请用表格程序打开后重新保存为 .xlsx",
            format!("the workbook cannot be read; open it and save it again as .xlsx ({})", short(&other)),
        ),
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let all: Vec<_> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| {
            (sheet.name.clone(), sheet.typ == SheetType::WorkSheet, sheet.visible == SheetVisible::Visible)
        })
        .collect();
    let mut pieces = Vec::new();
    for (name, table, visible) in all {
        let title = if file.is_empty() { name.clone() } else { format!("{file}/{name}") };
        if !table {
            continue;
        }
        if !visible {
            pieces.push(Piece::Note(Words::new(
                format!("“{title}”是隐藏的工作表，没有读取"),
                format!("\"{title}\" is hidden and was not read"),
            )));
            continue;
        }
        let merged = book.merge_cells_by_sheet_name(&name).map_err(unreadable)?;
        let mut rows = read(&mut book, &name, allowance).map_err(|trouble| match trouble {
            Trouble::Broken(error) => unreadable(error),
            Trouble::Refused(words) => words,
        })?;
        fill(&mut rows, &merged)?;
        let rows = rows.into_iter().map(|(row, cells)| RawRow { row: row + 1, cells }).collect();
        pieces.push(Piece::Table(RawTable { title, sheet: name, rows }));
    }
    Ok(pieces)
}

/// What may be wrong before the reader sees it: too much, macros, links to elsewhere.
fn judge(bytes: &[u8], allowance: &mut Allowance) -> Result<(), Refusal> {
    let (mut zip, names) = opened(bytes)?;
    let has = |part: &str| names.iter().any(|name| name.to_lowercase().contains(part));
    if has("vbaproject") || has("vbadata") || has("xl/macrosheets/") || has("activex") {
        return refused(
            "工作簿含有宏，请另存为不含宏的 .xlsx",
            "the workbook holds macros; save it as .xlsx without them",
        );
    }
    if has("xl/externallinks/") || has("xl/connections.xml") || has("xl/querytables/") {
        return refused(
            "工作簿引用了别的文件或数据源，请断开链接（粘贴为数值）后再导入",
            "the workbook links to other files or sources; break the links (paste as values) and import it again",
        );
    }
    if !names.iter().any(|name| name == "xl/workbook.xml") {
        return refused("不是 Excel 工作簿（.xlsx）", "it is no Excel workbook (.xlsx)");
    }
    judge_declared(&mut zip, bytes.len())?;
    let before = allowance.left;
    for (index, name) in names.iter().enumerate() {
        let entry = unpack(&mut zip, index, allowance)?;
        judge_ratio(before - allowance.left, bytes.len())?;
        let macros = b"macroEnabled".as_slice();
        if name == "[Content_Types].xml" && entry.windows(macros.len()).any(|window| window == macros) {
            return refused(
                "工作簿含有宏，请另存为不含宏的 .xlsx",
                "the workbook holds macros; save it as .xlsx without them",
            );
        }
    }
    Ok(())
}

/// A reader's own words, cut: they may hold anything of the file.
fn short(error: &calamine::XlsxError) -> String {
    let plain = |c: &char| !c.is_control();
    error.to_string().chars().filter(plain).take(80).collect()
}

enum Trouble {
    Broken(calamine::XlsxError),
    Refused(Refusal),
}

type Rows = BTreeMap<u32, Vec<RawCell>>;

fn read(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, allowance: &mut Allowance) -> Result<Rows, Trouble> {
    let mut cells = book.worksheet_cells_reader(name).map_err(Trouble::Broken)?;
    let mut rows = Rows::new();
    while let Some(cell) = cells.next_cell_with_formula().map_err(Trouble::Broken)? {
        let (row, column) = cell.pos;
        if column >= COLUMNS_MAX {
            continue;
        }
        let (kind, text) = words(&cell.value);
        let formula = cell.formula.is_some();
        if text.trim().is_empty() && !formula {
            continue;
        }
        let kind = if formula && kind != CellKind::Error { CellKind::Formula } else { kind };
        let left = allowance.text.checked_sub(text.len());
        let Some(left) = left else {
            return Err(Trouble::Refused(Words::new(
                "文字太多，请分成几个文件",
                "too much text; split the file",
            )));
        };
        allowance.text = left;
        if !rows.contains_key(&row) {
            let Some(left) = allowance.rows.checked_sub(1) else {
                return Err(Trouble::Refused(Words::new(
                    format!("超过 {ROWS_MAX} 行，请分成几个文件"),
                    format!("more than {ROWS_MAX} rows; split the file"),
                )));
            };
            allowance.rows = left;
        }
        rows.entry(row).or_default().push(RawCell { column, kind, text });
    }
    Ok(rows)
}

/// A value as people see it: codes that a program took for numbers come back digit by digit.
fn words(value: &DataRef<'_>) -> (CellKind, String) {
    let cut = |text: &str| text.chars().take(CELL_MAX).collect::<String>();
    match value {
        DataRef::Empty => (CellKind::Plain, String::new()),
        DataRef::Int(number) => (CellKind::Plain, number.to_string()),
        DataRef::Float(number) => (CellKind::Plain, decimal(*number)),
        DataRef::SharedString(text) => (CellKind::Plain, cut(text)),
        DataRef::Bool(yes) => (CellKind::Plain, if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(moment) if moment.is_duration() => (CellKind::Plain, decimal(moment.as_f64())),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            (CellKind::Date, format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTimeIso(text) => (CellKind::Date, cut(text)),
        DataRef::String(text) | DataRef::DurationIso(text) => (CellKind::Plain, cut(text)),
        DataRef::Error(error) => (CellKind::Error, error.to_string()),
    }
}

fn decimal(number: f64) -> String {
    let whole = number.fract() == 0.0 && number.abs() < 1e15;
    if whole { format!("{number:.0}") } else { number.to_string() }
}

/// What a merged cell covers downwards is said again in each row: offices merge the township over its villages.
fn fill(rows: &mut Rows, merged: &[calamine::Dimensions]) -> Result<(), Refusal> {
    let mut filled = 0;
    for area in merged.iter().filter(|area| area.start.1 < COLUMNS_MAX && area.end.0 > area.start.0) {
        let column = area.start.1;
        let top = rows.get(&area.start.0).and_then(|cells| cells.iter().find(|cell| cell.column == column));
        let Some(text) = top.map(|cell| cell.text.clone()) else { continue };
        for (_, cells) in rows.range_mut(area.start.0 + 1..=area.end.0) {
            filled += 1;
            if filled > FILLED_MAX {
                return refused("合并单元格太多，请取消合并", "too many merged cells; unmerge them");
            }
            if cells.iter().all(|cell| cell.column != column) {
                cells.push(RawCell { column, kind: CellKind::Merged, text: text.clone() });
            }
        }
    }
    Ok(())
}
