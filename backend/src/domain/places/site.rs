//! A site 点位 as the register tells it: a permanent code without meaning, a kind, a village and a point.

use crate::domain::import::{Faults, Table};

use super::division::{DivisionCode, DivisionKind, code_of, name_of};
use super::position::Point;

/// Longest site code, in characters.
pub const CODE_MAX: usize = 40;

/// One line of `sites.csv`, judged by itself. Whether kind, township and village exist is the county's to say.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRow {
    pub row: usize,
    pub code: String,
    pub kind: String,
    pub name: String,
    pub township: DivisionCode,
    pub village: DivisionCode,
    pub point: Point,
}

/// Reads `code,kind,name,township_code,village_code,longitude,latitude`; degrees in WGS-84.
pub fn from_csv(bytes: &[u8]) -> Result<Vec<SiteRow>, Faults> {
    let columns = ["code", "kind", "name", "township_code", "village_code", "longitude", "latitude"];
    let Table { lines, mut faults, .. } = Table::read(bytes, &columns, &[])?;
    let mut rows: Vec<SiteRow> = Vec::with_capacity(lines.len());
    let mut first = std::collections::HashMap::new();
    for line in &lines {
        let row = line.row;
        let code = line.get("code");
        if let Some(earlier) = first.insert(code, row) {
            faults.add(row, "code", format!("与第 {earlier} 行重复"), format!("is already in row {earlier}"));
        }
        let code = token(row, "code", code, CODE_MAX, &mut faults);
        let kind = token(row, "kind", line.get("kind"), CODE_MAX, &mut faults);
        let name = name_of(row, "name", line.get("name"), &mut faults);
        let township =
            division(row, "township_code", line.get("township_code"), DivisionKind::Township, &mut faults);
        let village =
            division(row, "village_code", line.get("village_code"), DivisionKind::Village, &mut faults);
        let lon = degrees(row, "longitude", line.get("longitude"), 180.0, &mut faults);
        let lat = degrees(row, "latitude", line.get("latitude"), 90.0, &mut faults);
        let point = lon.zip(lat).and_then(|(lon, lat)| Point::new(lon, lat).ok());
        if let (Some(code), Some(kind), Some(name), Some(township), Some(village), Some(point)) =
            (code, kind, name, township, village, point)
        {
            rows.push(SiteRow { row, code, kind, name, township, village, point });
        }
    }
    faults.or(rows)
}

/// Judges a site's own cells, apart from what only the county knows; the kind may be a name, so it is only not empty.
pub fn own_cells(
    row: usize,
    (code, kind, name): (&str, &str, &str),
    (lon, lat): (&str, &str),
    faults: &mut Faults,
) -> Option<Point> {
    let before = faults.total;
    token(row, "code", code, CODE_MAX, faults);
    if kind.is_empty() {
        faults.add(row, "kind", "不能为空", "must not be empty");
    }
    name_of(row, "name", name, faults);
    let lon = degrees(row, "longitude", lon, 180.0, faults);
    let lat = degrees(row, "latitude", lat, 90.0, faults);
    let point = lon.zip(lat).and_then(|(lon, lat)| Point::new(lon, lat).ok());
    point.filter(|_| faults.total == before)
}

/// A code that people print and scan: letters, digits, `-`, `_` and `.`, nothing that a sheet or a page could take for more.
fn token(row: usize, field: &str, text: &str, max: usize, faults: &mut Faults) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty()
        || text.len() > max
        || !text.starts_with(|c: char| c.is_ascii_alphanumeric())
        || !text.chars().all(plain)
    {
        faults.add(
            row,
            field,
            format!("须为 1 至 {max} 个字母、数字、- _ .，以字母或数字开头"),
            format!("must be 1 to {max} letters, digits, - _ . and start with a letter or digit"),
        );
        return None;
    }
    Some(text.to_owned())
}

fn division(
    row: usize,
    field: &str,
    text: &str,
    kind: DivisionKind,
    faults: &mut Faults,
) -> Option<DivisionCode> {
    let code = code_of(row, field, text, faults)?;
    if code.kind() != kind {
        faults.add(row, field, "代码的级别不对", "is a code of another level");
        return None;
    }
    Some(code)
}

fn degrees(row: usize, field: &str, text: &str, limit: f64, faults: &mut Faults) -> Option<f64> {
    // `parse` takes "NaN" and "inf" too; the range refuses them.
    let value = text.parse::<f64>().ok().filter(|v| v.abs() <= limit);
    if value.is_none() {
        faults.add(
            row,
            field,
            format!("须为 -{limit} 到 {limit} 之间的度数"),
            format!("must be degrees between -{limit} and {limit}"),
        );
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "code,kind,name,township_code,village_code,longitude,latitude\n";
    const GOOD: &str = "08-1,bus_shelter,招呼站,519901001000,519901001001,105.1,30.2\n";

    fn places(lines: &str) -> Vec<(String, String)> {
        let faults = from_csv(format!("{HEADER}{lines}").as_bytes()).unwrap_err();
        faults.listed.into_iter().map(|f| (f.row, f.field)).collect()
    }

    #[test]
    fn texts_are_kept_as_they_are() {
        let line = GOOD.replace("招呼站", "\"=1+1,<b>站</b>\"");
        assert_eq!(from_csv(format!("{HEADER}{line}").as_bytes()).unwrap()[0].name, "=1+1,<b>站</b>");
    }

    #[test]
    fn every_bad_cell_is_named() {
        for (from, to, field) in [
            ("08-1", "=08", "code"),
            ("08-1", "", "code"),
            ("bus_shelter", "<i>", "kind"),
            ("招呼站", "", "name"),
            ("519901001000", "519901001001", "township_code"),
            ("519901001001", "51990100100x", "village_code"),
            ("105.1", "NaN", "longitude"),
            ("105.1", "180.0001", "longitude"),
            ("30.2", "inf", "latitude"),
            ("30.2", "90.5", "latitude"),
            ("30.2", "三十", "latitude"),
        ] {
            assert_eq!(places(&GOOD.replacen(from, to, 1)), [("2".to_owned(), field.to_owned())], "{to}");
        }
        assert_eq!(places(&GOOD.repeat(2)), [("3".to_owned(), "code".to_owned())]);
    }
}
