//! What was found in a stranger's file, before anything is known of the county: rows of texts by column, outlines, checklists.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Fault, Faults,
    sheet::{EXAMPLE_SHEET, GUIDE_SHEET, SheetKind},
    text,
};

/// Most rows of one import, all sheets together.
pub const ROWS_MAX: usize = 100_000;
/// How far down a sheet its header may stand: offices like a title above it.
const HEADER_WITHIN: usize = 10;

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportWords)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// What a cell was before it became text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    Plain,
    /// A day or a moment that the program knew as one; the text is ISO.
    Date,
    /// Worked out; the text is the result that was stored.
    Formula,
    /// `#REF!` and the like.
    Error,
    /// Covered by a merged cell above; the text is that one's.
    Merged,
}

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawCell {
    pub column: u32,
    pub kind: CellKind,
    pub text: String,
}

/// A line of a sheet; `row` is its number there, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub row: u32,
    pub cells: Vec<RawCell>,
}

/// A sheet or a CSV file as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTable {
    /// What people read: the workbook, when it came in an archive, and the sheet.
    pub title: String,
    /// The sheet's own name, or the file's; says what the table is about.
    pub sheet: String,
    pub rows: Vec<RawRow>,
}

/// The titles of a sheet's columns as they stand there, by what they were read as.
pub type Titles = Arc<BTreeMap<&'static str, String>>;

/// One row of a sheet whose columns are known.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// Sheet or file.
    pub source: Arc<str>,
    pub row: u32,
    pub titles: Titles,
    cells: BTreeMap<&'static str, String>,
    pub notes: Vec<Words>,
    pub faults: Vec<Fault>,
}

impl SheetRow {
    /// The cell as it came, trimmed; empty where there is none.
    pub fn raw(&self, field: &str) -> &str {
        self.cells.get(field).map_or("", |text| text.trim())
    }

    /// `None` where the file has no such column.
    pub fn find(&self, field: &str) -> Option<&str> {
        self.cells.get(field).map(|text| text.trim())
    }

    /// The cell as a code: one width, no spaces.
    pub fn code(&self, field: &str) -> String {
        text::code(self.raw(field))
    }

    /// The cell as a name, in one width and without stray spaces; a change is noted.
    pub fn name(&mut self, field: &'static str) -> String {
        let tidy = text::name(self.raw(field));
        if tidy != self.raw(field) {
            let given = self.raw(field).to_owned();
            self.notes.push(Words::new(
                format!("“{given}”按“{tidy}”取用"),
                format!("\"{given}\" was taken as \"{tidy}\""),
            ));
        }
        tidy
    }

    pub fn fault(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Fault {
            row: self.row.to_string(),
            field: field.to_owned(),
            reason_zh: zh.into(),
            reason_en: en.into(),
        });
    }
}

/// Everything that a file holds, sorted by what it is about.
#[derive(Debug, Default)]
pub struct Tables {
    pub rows: BTreeMap<SheetKind, Vec<SheetRow>>,
    /// About the file as a whole: sheets that were not read, an old encoding.
    pub notes: Vec<Words>,
}

impl Tables {
    pub fn of(&mut self, kind: SheetKind) -> Vec<SheetRow> {
        self.rows.remove(&kind).unwrap_or_default()
    }

    /// Takes a sheet in. `only` is what it must be when its name does not say so (a file that was chosen for one step).
    pub fn take(&mut self, table: RawTable) -> Result<(), Faults> {
        let RawTable { title, sheet, rows } = table;
        // They show how: nobody wants their rows.
        if [EXAMPLE_SHEET, GUIDE_SHEET].contains(&sheet.trim()) {
            return Ok(());
        }
        let found =
            SheetKind::of_title(&sheet).and_then(|kind| Some((kind, header(kind, &rows)?))).or_else(|| {
                SheetKind::TABLES.into_iter().find_map(|kind| Some((kind, whole_header(kind, &rows)?)))
            });
        let Some((kind, at)) = found else {
            return self.unknown(&title, &sheet, &rows);
        };
        let columns = columns(kind, &title, &rows[at])?;
        let source: Arc<str> = title.into();
        let titles = titles(&rows[at], &columns);
        let kept = self.rows.entry(kind).or_default();
        for raw in rows.into_iter().skip(at + 1) {
            kept.extend(row(&source, raw, &columns, &titles));
        }
        let all: usize = self.rows.values().map(Vec::len).sum();
        if all > ROWS_MAX {
            return Err(Faults::whole(
                format!("超过 {ROWS_MAX} 行，请分成几个文件"),
                format!("more than {ROWS_MAX} rows; split the file"),
            ));
        }
        Ok(())
    }

    /// A sheet that should be read and cannot be is a fault; any other one is only told.
    fn unknown(&mut self, title: &str, sheet: &str, rows: &[RawRow]) -> Result<(), Faults> {
        if let Some(kind) = SheetKind::of_title(sheet)
            && !rows.is_empty()
        {
            let wanted = kind.columns().iter().filter(|column| column.required);
            let (zh, en): (Vec<_>, Vec<_>) =
                wanted.map(|column| (column.titles[0], column.titles[1])).unzip();
            return Err(Faults::whole(
                format!("“{title}”里没有找到表头，应有这些列：{}", zh.join("、")),
                format!("\"{title}\" has no header row; it needs the columns {}", en.join(", ")),
            ));
        }
        if !rows.is_empty() {
            self.notes.push(Words::new(
                format!("“{title}”没有读取：不是县、区划、清单、点位或人员"),
                format!(
                    "\"{title}\" was not read: it is none of county, divisions, checklists, sites, people"
                ),
            ));
        }
        Ok(())
    }
}

/// Where the header stands: the first line of the top ones that holds at least two known titles.
fn header(kind: SheetKind, rows: &[RawRow]) -> Option<usize> {
    let known = |row: &RawRow| row.cells.iter().filter(|cell| kind.column(&cell.text).is_some()).count();
    rows.iter().take(HEADER_WITHIN).position(|row| known(row) >= 2)
}

/// A header by which a sheet of any name is known: it has every column that is required.
fn whole_header(kind: SheetKind, rows: &[RawRow]) -> Option<usize> {
    let complete = |row: &RawRow| {
        let mut required = kind.columns().iter().filter(|column| column.required);
        let has = |field: &str| {
            row.cells.iter().filter_map(|cell| kind.column(&cell.text)).any(|column| column.field == field)
        };
        // "code, name" alone could be anything.
        kind != SheetKind::County
            && required.all(|column| has(column.field))
            && row.cells.iter().all(|cell| kind.column(&cell.text).is_some())
    };
    rows.iter().take(HEADER_WITHIN).position(complete)
}

fn columns(kind: SheetKind, title: &str, header: &RawRow) -> Result<BTreeMap<u32, &'static str>, Faults> {
    let mut faults = Faults::default();
    let mut columns: BTreeMap<u32, &'static str> = BTreeMap::new();
    for cell in header.cells.iter().filter(|cell| !cell.text.trim().is_empty()) {
        match kind.column(&cell.text) {
            Some(column) if columns.values().any(|field| *field == column.field) => {
                faults.add(
                    format!("{title} {}", header.row),
                    &cell.text,
                    "列重复",
                    "stands twice in the header",
                );
            }
            Some(column) => {
                columns.insert(cell.column, column.field);
            }
            // A remark column of the office's own does no harm.
            None => {}
        }
    }
    for column in kind.columns().iter().filter(|column| column.required) {
        if !columns.values().any(|field| *field == column.field) {
            faults.add(
                format!("{title} {}", header.row),
                column.titles[0],
                format!("缺少“{}”列", column.titles[0]),
                format!("the column \"{}\" is missing", column.titles[1]),
            );
        }
    }
    faults.or(columns)
}

/// Without the star that the template puts behind what must be there.
fn titles(header: &RawRow, columns: &BTreeMap<u32, &'static str>) -> Titles {
    let named = header.cells.iter().filter_map(|cell| {
        let title = cell.text.trim().trim_end_matches('*').trim_end();
        Some((*columns.get(&cell.column)?, title.to_owned()))
    });
    Arc::new(named.collect())
}

fn row(
    source: &Arc<str>,
    raw: RawRow,
    columns: &BTreeMap<u32, &'static str>,
    titles: &Titles,
) -> Option<SheetRow> {
    let mut row = SheetRow {
        source: Arc::clone(source),
        row: raw.row,
        titles: Arc::clone(titles),
        cells: columns.values().map(|field| (*field, String::new())).collect(),
        notes: Vec::new(),
        faults: Vec::new(),
    };
    let mut own = false;
    for RawCell { column, kind, text } in raw.cells {
        let Some(field) = columns.get(&column) else { continue };
        match kind {
            CellKind::Plain => {}
            CellKind::Merged => row.notes.push(Words::new(
                format!("“{text}”取自合并单元格"),
                format!("\"{text}\" was taken from a merged cell"),
            )),
            CellKind::Formula if text.trim().is_empty() => {
                row.fault(
                    field,
                    "是公式，但文件里没有存结果；请粘贴为数值",
                    "is a formula without a stored result; paste it as a value",
                );
            }
            CellKind::Formula => row.notes.push(Words::new(
                format!("“{text}”是公式的结果"),
                format!("\"{text}\" is the result of a formula"),
            )),
            CellKind::Error => {
                row.fault(field, format!("单元格出错：{text}"), format!("the cell holds an error: {text}"));
            }
            CellKind::Date if *field == "valid_from" => {}
            CellKind::Date => row.fault(
                field,
                format!("表格程序把它当成了日期（{text}）；请把这一列设为文本再填"),
                format!("the spreadsheet took it for a date ({text}); format the column as text and enter it again"),
            ),
        }
        own |= kind != CellKind::Merged && (!text.trim().is_empty() || kind == CellKind::Formula);
        row.cells.insert(*field, text);
    }
    own.then_some(row)
}

/// Reads CSV as a table: whatever it is about, its name or its header says.
pub fn csv_table(title: &str, bytes: &[u8], notes: &mut Vec<Words>) -> Result<RawTable, Faults> {
    let Some((text, old)) = text::decode(bytes) else {
        return Err(Faults::whole(
            format!("“{title}”既不是 UTF-8 也不是 GBK，请另存为“CSV UTF-8”"),
            format!("\"{title}\" is neither UTF-8 nor GBK; save it as \"CSV UTF-8\""),
        ));
    };
    if old {
        notes.push(Words::new(format!("“{title}”按 GBK 读取"), format!("\"{title}\" was read as GBK")));
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            Faults::whole(format!("“{title}”不是 CSV"), format!("\"{title}\" is not CSV: {error}"))
        })?;
        let row = record.position().map_or(0, |p| u32::try_from(p.line()).unwrap_or(u32::MAX));
        let cells = (0_u32..).zip(record.iter()).filter(|(_, text)| !text.trim().is_empty());
        let cells =
            cells.map(|(column, text)| RawCell { column, kind: CellKind::Plain, text: text.to_owned() });
        let cells: Vec<RawCell> = cells.collect();
        if rows.len() > ROWS_MAX {
            return Err(Faults::whole(
                format!("“{title}”超过 {ROWS_MAX} 行，请分成几个文件"),
                format!("\"{title}\" has more than {ROWS_MAX} rows; split it"),
            ));
        }
        if !cells.is_empty() {
            rows.push(RawRow { row, cells });
        }
    }
    Ok(RawTable { title: title.to_owned(), sheet: title.to_owned(), rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(title: &str, text: &str) -> Tables {
        let mut tables = Tables::default();
        let table = csv_table(title, text.as_bytes(), &mut tables.notes).unwrap();
        tables.take(table).unwrap();
        tables
    }

    #[test]
    fn a_title_above_the_header_and_chinese_columns() {
        let mut tables = csv(
            "某县点位表",
            "某县点位一览,,,,,\n,,\n编号,类型,点位名称,村,经度,纬度\n1,a,甲　站,村,105,30\n,,,,,\n",
        );
        let mut rows = tables.of(SheetKind::Sites);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].row, rows[0].code("code")), (4, "1".to_owned()));
        assert_eq!(rows[0].name("name"), "甲站");
        assert_eq!(rows[0].notes.len(), 1);
    }

    #[test]
    fn a_table_without_a_known_name_is_known_by_its_header() {
        let mut tables = csv("list.csv", "login,name,phone,role,unit\na1,张三,,office,\n");
        assert_eq!(tables.of(SheetKind::People).len(), 1);
        let other = csv("list.csv", "a,b\n1,2\n");
        assert!(other.rows.is_empty() && other.notes.len() == 1);
    }

    #[test]
    fn sheets_of_the_template_that_only_explain_are_passed_over_in_silence() {
        for title in ["清单示例", "说明", " 说明 "] {
            let shown = csv(title, "工作表,列\n点位,编号\n");
            assert!(shown.rows.is_empty() && shown.notes.is_empty(), "{title}: {:?}", shown.notes);
        }
    }

    #[test]
    fn titles_are_kept_as_they_stand_in_the_sheet() {
        let mut tables = csv("清单", "检查清单,项目编号 *,问题\n书屋,SHU-01,开门\n");
        let rows = tables.of(SheetKind::Checklists);
        let title = |field: &str| rows[0].titles.get(field).map(String::as_str);
        assert_eq!((title("code"), title("zh"), title("unit")), (Some("项目编号"), Some("问题"), None));
    }

    #[test]
    fn missing_and_double_columns_are_named() {
        let mut tables = Tables::default();
        let table = csv_table("点位", "编号,编码,名称\n1,1,2\n".as_bytes(), &mut Vec::new()).unwrap();
        let faults = tables.take(table).unwrap_err();
        let fields: Vec<&str> = faults.listed.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["编码", "点位类型", "村（社区）", "经度", "纬度"]);
    }
}
