//! A CSV file as an office program saves it: UTF-8 with or without its mark, one header line, columns found by name.

use std::collections::HashMap;
use std::rc::Rc;

use super::{
    FILE_MAX, Faults,
    sheet::{Column, titled},
};

/// Most lines of one file.
const LINES_MAX: usize = 200_000;

/// The readable lines of a file and what is wrong with the others.
#[derive(Debug)]
pub struct Table {
    /// The titles of the columns as they stand in the file.
    pub titles: HashMap<&'static str, String>,
    pub lines: Vec<Line>,
    pub faults: Faults,
}

/// One line; `row` is its number in the file, the header being 1.
#[derive(Debug)]
pub struct Line {
    pub row: usize,
    columns: Rc<HashMap<&'static str, usize>>,
    cells: csv::StringRecord,
}

impl Line {
    /// The trimmed cell; a column that the file does not have reads as empty.
    pub fn get(&self, column: &str) -> &str {
        self.find(column).unwrap_or_default()
    }

    /// The trimmed cell, `None` where the file has no such column.
    pub fn find(&self, column: &str) -> Option<&str> {
        self.cells.get(*self.columns.get(column)?).map(str::trim)
    }
}

impl Table {
    /// Refuses at once what makes every line unreadable: size, header, encoding.
    pub fn read(bytes: &[u8], required: &[&'static str], optional: &[&'static str]) -> Result<Self, Faults> {
        let known = |title: &str| required.iter().chain(optional).copied().find(|name| *name == title);
        Self::with(bytes, |header| columns(header, known, required.iter().map(|name| (*name, *name))))
    }

    /// The same with columns that have titles in both languages.
    pub fn titled(bytes: &[u8], of: &'static [Column]) -> Result<Self, Faults> {
        let known = |title: &str| titled(of, title).map(|column| column.field);
        let required =
            of.iter().filter(|column| column.required).map(|column| (column.field, column.titles[0]));
        Self::with(bytes, |header| columns(header, known, required))
    }

    fn with(
        bytes: &[u8],
        found: impl FnOnce(&csv::StringRecord) -> Result<HashMap<&'static str, usize>, Faults>,
    ) -> Result<Self, Faults> {
        if bytes.len() > FILE_MAX {
            return Err(Faults::whole("文件超过 50 MB", "the file is larger than 50 MB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Faults::whole(
                format!("第 {} 字节起不是 UTF-8，请另存为“CSV UTF-8”", error.valid_up_to() + 1),
                format!("not UTF-8 from byte {} on; save the file as \"CSV UTF-8\"", error.valid_up_to() + 1),
            )
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader
            .headers()
            .map_err(|error| Faults::whole("表头读不出来", format!("the header cannot be read: {error}")))?
            .clone();
        let columns = Rc::new(found(&header)?);

        let (mut lines, mut faults) = (Vec::new(), Faults::default());
        for record in reader.records() {
            let cells = record.map_err(|error| Faults::whole("CSV 格式有误", format!("not CSV: {error}")))?;
            let row = cells.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX));
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if cells.len() != header.len() {
                faults.add(
                    row,
                    "",
                    format!("有 {} 列，表头是 {} 列", cells.len(), header.len()),
                    format!("has {} cells where the header has {}", cells.len(), header.len()),
                );
            } else if lines.len() == LINES_MAX {
                return Err(Faults::whole(
                    format!("最多 {LINES_MAX} 行"),
                    format!("at most {LINES_MAX} lines in one file"),
                ));
            } else {
                lines.push(Line { row, columns: Rc::clone(&columns), cells });
            }
        }
        let title = |at: usize| header.get(at).unwrap_or_default().trim().to_owned();
        let titles = columns.iter().map(|(field, at)| (*field, title(*at))).collect();
        Ok(Self { titles, lines, faults })
    }
}

fn columns(
    header: &csv::StringRecord,
    known: impl Fn(&str) -> Option<&'static str>,
    required: impl Iterator<Item = (&'static str, &'static str)>,
) -> Result<HashMap<&'static str, usize>, Faults> {
    let mut faults = Faults::default();
    let mut columns = HashMap::new();
    for (index, title) in header.iter().enumerate() {
        let title = title.trim();
        match known(title) {
            None => faults.add(1, title, "不认识的列", "is no column of this file"),
            Some(name) => {
                if columns.insert(name, index).is_some() {
                    faults.add(1, title, "列重复", "stands twice in the header");
                }
            }
        }
    }
    for (_, title) in required.filter(|(name, _)| !columns.contains_key(name)) {
        faults.add(1, title, "缺少此列", "this column is missing");
    }
    faults.or(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Table, Faults> {
        Table::read(text, &["code", "name"], &["note"])
    }

    #[test]
    fn columns_in_any_order_with_a_byte_order_mark() {
        let table = read("\u{feff}name,code\n\"甲,乙\", 1 \n,\n丙,2\n".as_bytes()).unwrap();
        let seen: Vec<_> =
            table.lines.iter().map(|l| (l.row, l.get("code"), l.get("name"), l.find("note"))).collect();
        assert_eq!(seen, [(2, "1", "甲,乙", None), (4, "2", "丙", None)]);
    }

    #[test]
    fn columns_by_their_titles_in_either_language() {
        let of = super::super::sheet::HONOURS;
        for header in ["类别*,编码,荣誉级别,名称,年份,备注", "subject_kind,code,level,title,year,note"]
        {
            let table = Table::titled(format!("{header}\n点位,1,县级,甲,2026,乙\n").as_bytes(), of).unwrap();
            let line = &table.lines[0];
            assert_eq!((line.get("subject_kind"), line.get("title"), line.get("note")), ("点位", "甲", "乙"));
            assert!(header.contains(&table.titles["level"]), "as it stands in the file");
        }
        let faults = Table::titled("类别,编码,级别,奖状\n".as_bytes(), of).unwrap_err();
        let fields: Vec<_> = faults.listed.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["奖状", "荣誉名称", "年份"]);
    }

    #[test]
    fn header_faults_are_all_named() {
        let faults = read(b"code,code,nmae\n1,2,3\n").unwrap_err();
        let fields: Vec<_> = faults.listed.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["code", "nmae", "name"]);
    }

    #[test]
    fn ragged_lines_and_foreign_encodings() {
        let table = read(b"code,name\n1\n2,b\n3,c,d\n").unwrap();
        assert_eq!(table.faults.listed.iter().map(|f| f.row.as_str()).collect::<Vec<_>>(), ["2", "4"]);
        let gbk = [b"code,name\n1,".as_slice(), &[0xd5, 0xc5]].concat();
        assert!(read(&gbk).unwrap_err().listed[0].reason_en.contains("UTF-8"));
    }

    #[test]
    fn too_many_faults_are_counted_not_listed() {
        let text = format!("code,name\n{}", "x\n".repeat(300));
        let table = read(text.as_bytes()).unwrap();
        assert_eq!((table.faults.total, table.faults.listed.len()), (300, super::super::LISTED));
    }
}
