//! One sheet written row by row through a file, so that a ledger of a county's years needs no more memory than one of a day.

use crate::{
    app::{AppError, AppResult},
    domain::clock::{Instant, SHANGHAI},
};
use chrono::NaiveDate;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::path::Path;
use tempfile::NamedTempFile;

/// What stands in a cell. Text is never a formula, whatever it begins with.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Moment(Instant),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub fn moment(at: Option<Instant>) -> Self {
        at.map_or(Self::Empty, Self::Moment)
    }

    pub fn count(n: impl TryInto<i32>) -> Self {
        Self::Number(f64::from(n.try_into().unwrap_or(i32::MAX)))
    }
}

/// What stands above the rows.
#[derive(Debug, Clone)]
pub struct Head {
    pub sheet: String,
    /// Lines over the table: what it is, as of when, and whether it is made up.
    pub lines: Vec<String>,
    /// Name and width, in characters, of each column.
    pub columns: Vec<(&'static str, f64)>,
}

/// Longest text that a cell of a workbook holds.
const LONGEST: usize = 32_000;

/// A sheet under way; it lies in `folder` until it is handed out.
pub struct Sheet {
    workbook: Workbook,
    /// The row of the columns' names, and the last column.
    names: (u32, u16),
    next: u32,
    moment: Format,
    wrapped: Format,
}

impl Sheet {
    pub fn begin(folder: &Path, head: &Head) -> AppResult<Self> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder).map_err(broken)?;
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
        let next = write_head(sheet, head).map_err(broken)?;
        let top = Format::new().set_align(FormatAlign::Top);
        let last = u16::try_from(head.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        Ok(Self {
            workbook,
            names: (next.saturating_sub(1), last),
            next,
            moment: top.clone().set_num_format("yyyy-mm-dd hh:mm"),
            wrapped: top.set_text_wrap(),
        })
    }

    pub fn row(&mut self, cells: &[Cell]) -> AppResult<()> {
        let row = self.next;
        self.next += 1;
        let sheet = self.workbook.worksheet_from_index(0).map_err(broken)?;
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => Ok(&mut *sheet),
                Cell::Text(text) => sheet.write_string_with_format(row, column, plain(text), &self.wrapped),
                Cell::Number(number) => sheet.write_number_with_format(row, column, *number, &self.wrapped),
                Cell::Moment(at) => sheet.write_number_with_format(row, column, serial(*at), &self.moment),
            }
            .map_err(broken)?;
        }
        Ok(())
    }

    /// The finished file; it is gone when the value is dropped.
    pub fn finish(mut self, folder: &Path) -> AppResult<NamedTempFile> {
        // How many rows there are is known only now.
        let (top, last) = self.names;
        let sheet = self.workbook.worksheet_from_index(0).map_err(broken)?;
        sheet.autofilter(top, 0, self.next.saturating_sub(1).max(top), last).map_err(broken)?;
        let file =
            NamedTempFile::new_in(folder).map_err(|error| AppError::Internal(format!("ledger: {error}")))?;
        self.workbook.save_to_writer(file.as_file()).map_err(broken)?;
        Ok(file)
    }
}

fn write_head(sheet: &mut Worksheet, head: &Head) -> Result<u32, XlsxError> {
    sheet.set_name(&head.sheet)?;
    let bold = Format::new().set_bold();
    let title = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00DD_E8F4))
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::Top);
    let mut row = 0;
    for line in &head.lines {
        sheet.write_string_with_format(row, 0, line, &bold)?;
        row += 1;
    }
    for (column, (name, width)) in (0_u16..).zip(&head.columns) {
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(row, column, *name, &title)?;
    }
    // What is above, and the number and title of each row, stay in sight.
    sheet.set_freeze_panes(row + 1, 2)?;
    sheet.set_landscape().set_repeat_rows(0, row)?;
    Ok(row + 1)
}

/// What a workbook cannot hold is left out: control characters, and more than a cell takes.
fn plain(text: &str) -> String {
    let fits = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(fits).take(LONGEST).collect()
}

/// Days since the first day of spreadsheets, in the county's time.
fn serial(at: Instant) -> f64 {
    let local = at.with_timezone(&SHANGHAI).naive_local();
    let first = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default().and_time(chrono::NaiveTime::MIN);
    let seconds = (local - first).num_seconds();
    // Seconds of a few hundred years are exact in an f64.
    f64::from(u32::try_from(seconds / 86_400).unwrap_or_default())
        + f64::from(u32::try_from(seconds % 86_400).unwrap_or_default()) / 86_400.0
}

#[expect(clippy::needless_pass_by_value, reason = "it ends a Result")]
fn broken(error: XlsxError) -> AppError {
    AppError::Internal(format!("ledger: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn text_is_never_a_formula_and_moments_are_local() {
        let folder = tempfile::tempdir().unwrap();
        let head = Head {
            sheet: "台账".into(),
            lines: vec!["整改台账".into()],
            columns: vec![("编号", 10.0), ("问题", 30.0), ("期限", 18.0)],
        };
        let mut sheet = Sheet::begin(folder.path(), &head).unwrap();
        let due: Instant = "2026-11-29T16:00:00Z".parse().unwrap();
        let evil = "=HYPERLINK(\"http://x\")\u{7}";
        sheet.row(&[Cell::text("26-0001"), Cell::text(evil), Cell::Moment(due)]).unwrap();
        let file = sheet.finish(folder.path()).unwrap();
        let mut zip = zip::ZipArchive::new(file.reopen().unwrap()).unwrap();
        let mut xml = String::new();
        zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut xml).unwrap();
        assert!(!xml.contains("<f>"), "{xml}");
        assert!(xml.contains("=HYPERLINK(&quot;http://x&quot;)") || xml.contains("=HYPERLINK(\"http://x\")"));
        assert!(xml.contains("<v>46356</v>"), "30 November 00:00 local: {xml}");
        assert!(xml.contains("autoFilter ref=\"A2:C3\""), "{xml}");
    }
}
