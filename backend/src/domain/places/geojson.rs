//! Reads a `FeatureCollection` of divisions: `Polygon` or `MultiPolygon` with the properties `code, name, level, parent, honour`.
//!
//! Size, depth and number of vertices are judged by one pass over the bytes before a tree is built, so a hostile file costs no memory.

use serde_json::{Map, Value};

use crate::domain::import::{FILE_MAX, Faults};

use super::division::{DivisionRow, RawDivision};
use super::outline::{Outline, Rings};

/// Most vertices of one file.
pub const VERTICES_MAX: usize = 2_000_000;
/// Most arrays, objects and commas of one file: four for a vertex with a height, and room for the rest.
const VALUES_MAX: usize = 4 * VERTICES_MAX + 1_000_000;
/// Deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 32;

/// Rows in the order of the file; feature 1 is the first.
pub fn divisions(bytes: &[u8]) -> Result<Vec<DivisionRow>, Faults> {
    let features = collection(bytes)?;
    let mut faults = Faults::default();
    let rows =
        features.into_iter().enumerate().filter_map(|(i, f)| division(i + 1, f, &mut faults)).collect();
    faults.or(rows)
}

/// One feature by itself: its properties as texts, and its rings as they stand in the file, in whatever datum.
#[derive(Debug)]
pub struct Feature {
    /// From 1.
    pub row: usize,
    pub properties: std::collections::BTreeMap<String, String>,
    pub rings: Option<Rings>,
    pub faults: Faults,
}

/// Features one by one, each with its own faults: for imports that show every row's fate.
pub fn features(bytes: &[u8]) -> Result<Vec<Feature>, Faults> {
    let read = |(at, mut feature): (usize, Value)| {
        let (row, mut faults) = (at + 1, Faults::default());
        let geometry = feature.get_mut("geometry").map(Value::take).unwrap_or_default();
        let rings = if geometry.is_null() {
            faults.add(row, "geometry", "没有图形", "has no geometry");
            None
        } else {
            polygons(row, &geometry, &mut faults)
        };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let properties = feature.get("properties").and_then(Value::as_object);
        let properties =
            properties.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), text(value)?)));
        Feature { row, properties: properties.collect(), rings, faults }
    };
    Ok(collection(bytes)?.into_iter().enumerate().map(read).collect())
}

fn collection(bytes: &[u8]) -> Result<Vec<Value>, Faults> {
    weigh(bytes)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        Faults::whole(
            format!("第 {} 行第 {} 列不是 JSON", error.line(), error.column()),
            format!("not JSON at line {} column {}", error.line(), error.column()),
        )
    })?;
    let features = match document {
        Value::Object(mut map) if map.get("type").and_then(Value::as_str) == Some("FeatureCollection") => {
            map.remove("features")
        }
        _ => None,
    };
    match features {
        Some(Value::Array(features)) => Ok(features),
        _ => Err(Faults::whole("须为 GeoJSON FeatureCollection", "must be a GeoJSON FeatureCollection")),
    }
}

/// Counts depth, vertices and values without building anything. A vertex is a `[` that a number follows; everything else (`[],[],…`) also
/// becomes a value of its own, many times as long as its text.
fn weigh(bytes: &[u8]) -> Result<(), Faults> {
    if bytes.len() > FILE_MAX {
        return Err(Faults::whole("文件超过 50 MB", "the file is larger than 50 MB"));
    }
    let (mut depth, mut vertices, mut values) = (0_usize, 0_usize, 0_usize);
    let (mut in_text, mut escaped, mut opened) = (false, false, false);
    for &byte in bytes {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b',' => values += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' if opened => vertices += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(Faults::whole(
                format!("嵌套超过 {DEPTH_MAX} 层"),
                format!("nested deeper than {DEPTH_MAX}"),
            ));
        }
        if vertices > VERTICES_MAX {
            return Err(Faults::whole("超过 200 万个顶点", "more than 2,000,000 vertices"));
        }
        if values > VALUES_MAX {
            return Err(Faults::whole(
                "文件里的数组和数值过多（超过 900 万）",
                "the file holds too many arrays and values (more than 9,000,000)",
            ));
        }
        opened = byte == b'[' || (opened && byte.is_ascii_whitespace());
    }
    Ok(())
}

fn division(row: usize, feature: Value, faults: &mut Faults) -> Option<DivisionRow> {
    let Value::Object(mut feature) = feature else {
        faults.add(row, "", "不是 Feature 对象", "is not a Feature object");
        return None;
    };
    let outline = match feature.remove("geometry") {
        None | Some(Value::Null) => {
            faults.add(row, "geometry", "没有图形", "has no geometry");
            None
        }
        Some(geometry) => outline(row, &geometry, faults),
    };
    let Some(Value::Object(properties)) = feature.remove("properties") else {
        faults.add(row, "properties", "没有属性", "has no properties");
        return None;
    };
    let before = faults.total;
    let raw = RawDivision {
        code: text(row, "code", &properties, faults),
        name: text(row, "name", &properties, faults),
        level: text(row, "level", &properties, faults),
        parent: text(row, "parent", &properties, faults),
        honour: properties.contains_key("honour").then(|| text(row, "honour", &properties, faults)),
    };
    if faults.total > before {
        return None;
    }
    // Judged even without an outline, so that all faults of a feature show at once.
    DivisionRow::parse(row, &raw, outline, faults).filter(|parsed| parsed.outline.is_some())
}

fn text<'a>(
    row: usize,
    key: &'static str,
    properties: &'a Map<String, Value>,
    faults: &mut Faults,
) -> &'a str {
    match properties.get(key) {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => {
            faults.add(row, key, "须为文字", "must be text");
            ""
        }
    }
}

fn outline(row: usize, geometry: &Value, faults: &mut Faults) -> Option<Outline> {
    let polygons = polygons(row, geometry, faults)?;
    Outline::new(polygons).map_err(|fault| faults.add(row, "geometry", fault.zh(), fault.en())).ok()
}

fn polygons(row: usize, geometry: &Value, faults: &mut Faults) -> Option<Rings> {
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(coordinates) = geometry.get("coordinates") else {
        faults.add(row, "geometry", "没有 coordinates", "has no coordinates");
        return None;
    };
    let polygons = match kind.as_str() {
        "Polygon" => rings(coordinates).map(|polygon| vec![polygon]),
        "MultiPolygon" => {
            coordinates.as_array().and_then(|all| all.iter().map(rings).collect::<Option<Rings>>())
        }
        other => {
            faults.add(
                row,
                "geometry",
                format!("须为 Polygon 或 MultiPolygon，不是“{other}”"),
                format!("must be a Polygon or MultiPolygon, not \"{other}\""),
            );
            return None;
        }
    };
    if polygons.is_none() {
        faults.add(
            row,
            "geometry",
            "坐标须为 [经度, 纬度] 数字",
            "coordinates must be numbers [longitude, latitude]",
        );
    }
    polygons
}

fn rings(polygon: &Value) -> Option<Vec<Vec<[f64; 2]>>> {
    let vertex = |v: &Value| match v.as_array().map(Vec::as_slice) {
        // A third number is a height, which GeoJSON allows and we do not keep.
        Some([x, y] | [x, y, _]) => Some([x.as_f64()?, y.as_f64()?]),
        _ => None,
    };
    polygon.as_array()?.iter().map(|ring| ring.as_array()?.iter().map(vertex).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(features: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#)
    }

    fn feature(geometry: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"519901000000","name":"示例县","level":"county"}},"geometry":{geometry}}}"#
        )
    }

    fn reasons(text: &str) -> Vec<(String, String, String)> {
        let faults = divisions(text.as_bytes()).unwrap_err();
        faults.listed.into_iter().map(|f| (f.row, f.field, f.reason_en)).collect()
    }

    const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#;

    #[test]
    fn the_demo_county_reads() {
        let rows = divisions(include_bytes!("../../../demo/regions.geojson")).unwrap();
        assert_eq!(rows.len(), 337);
        assert!(
            rows.iter()
                .all(|row| row.outline.is_some() && row.honour != super::super::division::Title::Unsaid)
        );
    }

    #[test]
    fn whole_files_that_are_none() {
        for (text, word) in [
            ("", "not JSON"),
            ("[]", "FeatureCollection"),
            (r#"{"type":"Feature"}"#, "FeatureCollection"),
            (&collection(&feature(&SQUARE.replace("[1,1]", "[NaN,1]"))), "not JSON"),
            (&collection(&feature(&SQUARE.replace("[1,1]", "[1e999,1]"))), "not JSON"),
            (&"[".repeat(33), "deeper than 32"),
            (&format!("[{}", "[0,0],".repeat(VERTICES_MAX + 1)), "2,000,000 vertices"),
            (&format!("[{}", "[],".repeat(VALUES_MAX / 2 + 1)), "arrays and values"),
            (&format!("[{}", "{},".repeat(VALUES_MAX / 2 + 1)), "arrays and values"),
            (&format!("[{}", "0,".repeat(VALUES_MAX)), "arrays and values"),
        ] {
            let (row, _, reason) = reasons(text).remove(0);
            assert_eq!(row, "");
            assert!(reason.contains(word), "{reason}");
        }
        let heavy = vec![b' '; FILE_MAX + 1];
        assert!(divisions(&heavy).unwrap_err().listed[0].reason_en.contains("50 MB"));
    }

    #[test]
    fn brackets_in_texts_do_not_count() {
        let text = feature(SQUARE).replace("示例县", &format!("\\\"{}", "[".repeat(40)));
        assert!(divisions(collection(&text).as_bytes()).is_ok());
    }

    #[test]
    fn every_fault_names_feature_and_field() {
        let bad = [
            feature(r#"{"type":"Point","coordinates":[0,0]}"#),
            feature(r#"{"type":"Polygon","coordinates":[[["a",0],[1,0],[1,1],[0,0]]]}"#),
            feature(&SQUARE.replace("[1,1]", "[181,1]")),
            feature(&SQUARE.replace("[1,1],[0,0]", "[1,1]")),
            feature("null"),
            feature(SQUARE).replace("519901000000", "5199"),
            feature(SQUARE).replace("\"county\"", "\"province\""),
            feature(SQUARE).replace("\"示例县\"", "7"),
            "7".to_owned(),
        ];
        let all = reasons(&collection(&bad.join(",")));
        let places: Vec<_> = all.iter().map(|(row, field, _)| (row.as_str(), field.as_str())).collect();
        assert_eq!(
            places,
            [
                ("1", "geometry"),
                ("2", "geometry"),
                ("3", "geometry"),
                ("4", "geometry"),
                ("5", "geometry"),
                ("6", "code"),
                ("7", "level"),
                ("8", "name"),
                ("9", "")
            ]
        );
    }
}
