//! The workbook that an office fills in, made from the same table of columns by which files are read: with a checklist that is filled in, and
//! a sheet of explanations.

use crate::{
    app::{AppError, AppResult},
    domain::import::sheet::{EXAMPLE_SHEET, EXAMPLES, GUIDE_SHEET, SheetKind},
};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};

fn broken(error: &XlsxError) -> AppError {
    AppError::Internal(format!("template: {error}"))
}

/// Titles in the first line, to be filled in below.
pub fn workbook() -> AppResult<Vec<u8>> {
    let mut book = Workbook::new();
    write(&mut book).map_err(|error| broken(&error))?;
    book.save_to_buffer().map_err(|error| broken(&error))
}

fn write(book: &mut Workbook) -> Result<(), XlsxError> {
    let head = Format::new().set_bold();
    // Codes and numbers stay digits: a spreadsheet would make 5.199E+11 of them.
    let text = Format::new().set_num_format("@");
    for kind in SheetKind::TABLES {
        let sheet = book.add_worksheet();
        sheet.set_name(kind.zh())?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0_u16..).zip(kind.columns()) {
            let star = if column.required { "*" } else { "" };
            sheet.set_column_format(at, &text)?;
            sheet.set_column_width(at, 18)?;
            sheet.write_string_with_format(0, at, format!("{}{star}", column.titles[0]), &head)?;
        }
    }
    example(book, &head, &text)?;
    let sheet = book.add_worksheet();
    sheet.set_name(GUIDE_SHEET)?;
    for (at, width) in [(0, 12), (1, 16), (2, 16), (3, 60), (4, 60), (5, 20)] {
        sheet.set_column_width(at, width)?;
    }
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let titles = ["工作表 Sheet", "列", "Column", "怎么填", "How to fill it in", "例 Example"];
    for (at, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(0, at, title, &head)?;
    }
    let mut line = 1;
    for kind in SheetKind::TABLES {
        for column in kind.columns() {
            let cells =
                [kind.zh(), column.titles[0], column.titles[1], column.help.0, column.help.1, column.example];
            for (at, cell) in (0_u16..).zip(cells) {
                sheet.write_string_with_format(line, at, cell, &wrapped)?;
            }
            line += 1;
        }
    }
    Ok(())
}

/// What a checklist looks like when it is filled in. Imports leave this sheet alone.
fn example(book: &mut Workbook, head: &Format, text: &Format) -> Result<(), XlsxError> {
    let columns = SheetKind::Checklists.columns();
    let sheet = book.add_worksheet();
    sheet.set_name(EXAMPLE_SHEET)?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0_u16..).zip(columns) {
        let star = if column.required { "*" } else { "" };
        sheet.set_column_format(at, text)?;
        sheet.set_column_width(at, 18)?;
        sheet.write_string_with_format(0, at, format!("{}{star}", column.titles[0]), head)?;
        sheet.write_string(1, at, column.example)?;
        for (line, row) in (2..).zip(EXAMPLES) {
            let cell = row.iter().find(|(field, _)| *field == column.field);
            sheet.write_string(line, at, cell.map_or("", |(_, cell)| *cell))?;
        }
    }
    Ok(())
}
