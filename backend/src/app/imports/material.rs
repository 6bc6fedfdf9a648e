//! From pieces of a file to rows that can be compared with a register: each judged by itself, nothing known of the county yet.

use crate::{
    app::standards::examples,
    domain::{
        import::{
            Fault, Faults,
            material::{SheetRow, Tables, Titles, Words, csv_table},
            person::{self, PersonRow},
            question::{self, QuestionRow},
            sheet::SheetKind,
            text,
        },
        places::{
            bd09::SourceDatum,
            division::{DivisionCode, DivisionKind, DivisionRow, Honour, RawDivision, Title},
            geojson,
            outline::{Outline, Rings},
            position::Point,
            site::own_cells,
        },
        standards::{self, checklist::Library},
    },
    reading::Piece,
};
use std::{collections::HashSet, sync::Arc};

/// Where the guided page puts the starter checklists that it offers beside a workbook.
const STARTER: &str = "starter/";

/// A row with what it says, when it can be read at all.
#[derive(Debug, Clone)]
pub struct Item<T> {
    pub source: Arc<str>,
    pub row: u32,
    /// Of a table: its titles as they stand there.
    pub titles: Titles,
    pub key: String,
    pub name: String,
    pub notes: Vec<Words>,
    pub faults: Vec<Fault>,
    pub value: Option<T>,
}

/// A division as a row tells it; without a parent it follows from the code.
#[derive(Debug, Clone)]
pub struct DivisionFacts {
    pub code: DivisionCode,
    pub name: String,
    pub kind: DivisionKind,
    pub parent: Option<DivisionCode>,
    pub honour: Title,
    pub words: SaidWords,
}

/// What a county's row calls its inspectors; what it leaves empty stays as it is.
#[derive(Debug, Clone, Default)]
pub struct SaidWords {
    pub inspector_zh: Option<String>,
    pub inspector_en: Option<String>,
}

/// A site as a row tells it; places by code or name.
#[derive(Debug, Clone)]
pub struct SiteFacts {
    pub code: String,
    pub kind: String,
    pub name: String,
    pub township: String,
    pub village: String,
    pub point: Point,
    /// As it stood in the file, in its own datum.
    pub given: Point,
}

/// A row of the sheet of checklists. A row that cannot be read still belongs to its checklist.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Name or key of the checklist, as it came.
    pub checklist: String,
    pub item: Item<QuestionRow>,
}

/// The outline of a division that another row or the register names.
#[derive(Debug, Clone)]
pub struct OutlineFacts {
    pub code: DivisionCode,
    pub outline: Outline,
    /// As it stood in the file, where that was another datum.
    pub given: Option<String>,
}

/// Everything that a file says.
#[derive(Debug, Default)]
pub struct Material {
    pub datum: SourceDatum,
    pub county: Vec<Item<DivisionFacts>>,
    pub divisions: Vec<Item<DivisionFacts>>,
    pub outlines: Vec<Item<OutlineFacts>>,
    pub sites: Vec<Item<SiteFacts>>,
    pub people: Vec<Item<PersonRow>>,
    /// Rows of the sheet of checklists.
    pub questions: Vec<Asked>,
    pub library: Option<Library>,
    /// One a checklist, in the order of the library; or its faults, by item.
    pub checklists: Vec<Item<usize>>,
    pub notes: Vec<Words>,
}

impl Material {
    /// Sorts what was opened.
    ///
    /// # Errors
    /// The file as a whole cannot be used: no table that is known, a broken one, two files of checklists.
    pub fn of(pieces: Vec<Piece>, datum: SourceDatum) -> Result<Self, Faults> {
        let mut tables = Tables::default();
        let mut material = Self { datum, ..Self::default() };
        let mut pictures = Vec::new();
        let mut libraries = Vec::new();
        let mut drawn = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Table(table) => tables.take(table)?,
                Piece::Note(words) => material.notes.push(words),
                Piece::File { name, bytes } => match kind_of(&name, &bytes) {
                    FileKind::Picture => pictures.push((short(&name).to_owned(), bytes)),
                    FileKind::Checklists => libraries.push((name, bytes)),
                    FileKind::Outlines => drawn.push((name, bytes)),
                    FileKind::Table => {
                        let table = csv_table(short(&name), &bytes, &mut material.notes)?;
                        tables.take(table)?;
                    }
                },
            }
        }
        material.notes.append(&mut tables.notes);
        material.county = tables.of(SheetKind::County).into_iter().map(|row| division(row, true)).collect();
        material.divisions =
            tables.of(SheetKind::Divisions).into_iter().map(|row| division(row, false)).collect();
        for (name, bytes) in drawn {
            material.draw(short(&name), &bytes)?;
        }
        material.sites = tables.of(SheetKind::Sites).into_iter().map(|row| site(row, datum)).collect();
        material.questions = tables.of(SheetKind::Checklists).into_iter().map(question).collect();
        material.people = tables.of(SheetKind::People).into_iter().map(someone).collect();
        material.library(libraries, pictures)?;
        if material.is_empty() {
            return Err(Faults::whole(
                "没有找到可以导入的内容：工作表应叫 县、区划、清单、点位、人员，或文件是 GeoJSON 边界、JSON 清单",
                "nothing to import was found: sheets are called county, divisions, checklists, sites, people, or the file holds GeoJSON outlines or JSON checklists",
            ));
        }
        Ok(material)
    }

    fn is_empty(&self) -> bool {
        self.county.is_empty()
            && self.divisions.is_empty()
            && self.outlines.is_empty()
            && self.sites.is_empty()
            && self.people.is_empty()
            && self.checklists.is_empty()
            && self.questions.is_empty()
    }

    /// Outlines; a feature that tells name and level is also a division, unless a table tells it.
    fn draw(&mut self, source: &str, bytes: &[u8]) -> Result<(), Faults> {
        let told: HashSet<String> =
            self.county.iter().chain(&self.divisions).map(|item| item.key.clone()).collect();
        let source: Arc<str> = source.into();
        for feature in geojson::features(bytes)? {
            let row = u32::try_from(feature.row).unwrap_or(u32::MAX);
            let get = |field: &str| feature.properties.get(field).map_or("", String::as_str);
            let key = text::code(get("code"));
            let name = text::name(get("name"));
            if !name.is_empty() && !told.contains(&key) {
                let parent = text::code(get("parent"));
                let raw = RawDivision {
                    code: &key,
                    name: &name,
                    level: get("level"),
                    parent: &parent,
                    honour: feature.properties.get("honour").map(String::as_str),
                };
                let item = judged(&source, row, &raw);
                let county = item.value.as_ref().is_some_and(|facts| facts.kind == DivisionKind::County);
                let rows = if county { &mut self.county } else { &mut self.divisions };
                rows.push(item);
            }
            self.outlines.push(outline(&source, row, key, name, feature, self.datum));
        }
        Ok(())
    }

    fn library(
        &mut self,
        mut libraries: Vec<(String, Vec<u8>)>,
        pictures: Vec<(String, Vec<u8>)>,
    ) -> Result<(), Faults> {
        let own = self.questions.first().map(|asked| asked.item.source.to_string());
        if let Some(own) = own {
            let all = libraries.len();
            libraries.retain(|(name, _)| !name.starts_with(STARTER));
            if libraries.len() < all {
                self.notes.push(Words::new(
                    format!("“{own}”里有自己的清单，起步清单没有用"),
                    format!("\"{own}\" has checklists of its own; the starter checklists were not used"),
                ));
            }
        }
        let mut libraries = libraries.into_iter();
        let Some((name, bytes)) = libraries.next() else { return Ok(()) };
        if let Some((second, _)) = libraries.next() {
            return Err(Faults::whole(
                format!("清单只放一个文件，“{second}”是第二个"),
                format!("one file of checklists at most; \"{second}\" is a second one"),
            ));
        }
        let source: Arc<str> = short(&name).into();
        let read = examples::pictures(pictures).and_then(|pictures| Library::parse(&bytes, &pictures));
        match read {
            Ok(library) => {
                let item = |(at, list): (usize, &standards::checklist::Checklist)| Item {
                    source: Arc::clone(&source),
                    row: u32::try_from(at + 1).unwrap_or(u32::MAX),
                    titles: Titles::default(),
                    key: list.kind.clone(),
                    name: list.zh.clone(),
                    notes: Vec::new(),
                    faults: Vec::new(),
                    value: Some(at),
                };
                self.checklists = library.checklists.iter().enumerate().map(item).collect();
                self.library = Some(library);
            }
            Err(faults) => {
                let item = |(at, fault): (usize, Fault)| Item {
                    source: Arc::clone(&source),
                    row: u32::try_from(at + 1).unwrap_or(u32::MAX),
                    titles: Titles::default(),
                    key: fault.row.clone(),
                    name: String::new(),
                    notes: Vec::new(),
                    faults: vec![fault],
                    value: None,
                };
                self.checklists = faults.listed.into_iter().enumerate().map(item).collect();
            }
        }
        Ok(())
    }
}

enum FileKind {
    Table,
    Checklists,
    Outlines,
    Picture,
}

fn kind_of(name: &str, bytes: &[u8]) -> FileKind {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
    match ending.as_str() {
        "jpg" | "jpeg" | "png" | "webp" => FileKind::Picture,
        "csv" => FileKind::Table,
        "geojson" => FileKind::Outlines,
        _ if begins == Some(&b'{') => {
            // Both are objects; only one is a collection of features.
            let mark = b"FeatureCollection".as_slice();
            let head = &bytes[..bytes.len().min(100_000)];
            if head.windows(mark.len()).any(|window| window == mark) {
                FileKind::Outlines
            } else {
                FileKind::Checklists
            }
        }
        _ => FileKind::Table,
    }
}

fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn level(text: &str, code: &str) -> String {
    let word = match text::name(text).to_lowercase().as_str() {
        "" => DivisionCode::parse(code).map_or("", |code| code.kind().as_str()),
        "县" | "县级" | "区县" | "市" | "区" | "county" => "county",
        "乡镇" | "乡" | "镇" | "街道" | "乡级" | "乡镇（街道）" | "乡镇街道" | "township" => {
            "township"
        }
        "村" | "社区" | "村（社区）" | "村社区" | "村级" | "行政村" | "village" => "village",
        other => return other.to_owned(),
    };
    word.to_owned()
}

fn honour(text: &str) -> String {
    let word = text::name(text);
    Honour::named(&word).map_or(word, |level| level.as_str().to_owned())
}

/// The code of the level above, as the digits tell it.
fn above(code: &str) -> String {
    match DivisionCode::parse(code).map(|code| code.kind()) {
        Some(DivisionKind::Township) => format!("{}000000", &code[..6]),
        Some(DivisionKind::Village) => format!("{}000", &code[..9]),
        _ => String::new(),
    }
}

fn division(mut row: SheetRow, county: bool) -> Item<DivisionFacts> {
    let mut code = row.code("code");
    if county && code.len() == 6 {
        code.push_str("000000");
    }
    let name = row.name("name");
    let level = if county { "county".to_owned() } else { level(row.raw("level"), &code) };
    let parent = Some(row.code("parent")).filter(|text| !text.is_empty()).unwrap_or_else(|| above(&code));
    let title = row.find("honour").map(honour);
    let words = SaidWords {
        inspector_zh: word(&mut row, "inspector_zh"),
        inspector_en: word(&mut row, "inspector_en"),
    };
    let raw =
        RawDivision { code: &code, name: &name, level: &level, parent: &parent, honour: title.as_deref() };
    let mut item = judged(&row.source, row.row, &raw);
    item.titles = row.titles;
    item.notes = row.notes;
    row.faults.append(&mut item.faults);
    item.faults = row.faults;
    if let Some(facts) = &mut item.value {
        facts.words = words;
    }
    item
}

fn word(row: &mut SheetRow, field: &'static str) -> Option<String> {
    let said = Some(row.name(field)).filter(|said| !said.is_empty())?;
    if let Some((zh, en)) = standards::settings::Words::fault(&said) {
        row.fault(field, zh, en);
    }
    Some(said)
}

fn judged(source: &Arc<str>, row: u32, raw: &RawDivision<'_>) -> Item<DivisionFacts> {
    let mut faults = Faults::default();
    let level = level(raw.level, raw.code);
    let parent = if raw.parent.is_empty() { above(raw.code) } else { raw.parent.to_owned() };
    let whole = RawDivision { level: &level, parent: &parent, ..*raw };
    let parsed = DivisionRow::parse(row as usize, &whole, None, &mut faults);
    Item {
        source: Arc::clone(source),
        row,
        titles: Titles::default(),
        key: raw.code.to_owned(),
        name: raw.name.to_owned(),
        notes: Vec::new(),
        faults: faults.listed,
        value: parsed.map(|DivisionRow { code, name, kind, parent, honour, .. }| DivisionFacts {
            code,
            name,
            kind,
            parent,
            honour,
            words: SaidWords::default(),
        }),
    }
}

fn outline(
    source: &Arc<str>,
    row: u32,
    key: String,
    name: String,
    feature: geojson::Feature,
    datum: SourceDatum,
) -> Item<OutlineFacts> {
    let mut faults = feature.faults;
    let code = DivisionCode::parse(&key);
    if code.is_none() {
        faults.add(row, "code", "区划代码须为 12 位数字", "a division code has 12 digits");
    }
    let given = feature.rings.as_ref().filter(|_| datum != SourceDatum::Wgs84);
    let given = given.and_then(|rings| serde_json::to_string(rings).ok());
    let drawn = feature.rings.and_then(|rings| {
        Outline::new(converted(rings, datum))
            .map_err(|fault| faults.add(row, "geometry", fault.zh(), fault.en()))
            .ok()
    });
    Item {
        source: Arc::clone(source),
        row,
        titles: Titles::default(),
        key,
        name,
        notes: Vec::new(),
        faults: faults.listed,
        value: code.zip(drawn).map(|(code, outline)| OutlineFacts { code, outline, given }),
    }
}

/// Every vertex in WGS-84; one that is no position stays, and the outline's own check names it.
fn converted(mut rings: Rings, datum: SourceDatum) -> Rings {
    if datum == SourceDatum::Wgs84 {
        return rings;
    }
    for vertex in rings.iter_mut().flatten().flatten() {
        if let Ok(given) = Point::new(vertex[0], vertex[1]) {
            let point = datum.to_wgs84(given);
            *vertex = [point.lon(), point.lat()];
        }
    }
    rings
}

fn site(mut row: SheetRow, datum: SourceDatum) -> Item<SiteFacts> {
    let (code, name) = (row.code("code"), row.name("name"));
    let kind = text::name(row.raw("kind"));
    let mut faults = Faults::default();
    let facts = own_cells(
        row.row as usize,
        (&code, &kind, &name),
        (&row.code("longitude"), &row.code("latitude")),
        &mut faults,
    );
    let village = text::name(row.raw("village_code"));
    if village.is_empty() {
        row.fault("village_code", "不能为空", "must not be empty");
    }
    let township = text::name(row.raw("township_code"));
    row.faults.extend(faults.listed);
    let value = facts.filter(|_| row.faults.is_empty()).map(|given| {
        let point = datum.to_wgs84(given);
        SiteFacts { code: code.clone(), kind, name: name.clone(), township, village, point, given }
    });
    told(row, code, name, value)
}

fn question(mut row: SheetRow) -> Asked {
    let (checklist, key) = (text::name(row.raw("checklist")), row.code("code"));
    let name = text::name(row.raw("zh"));
    let value = question::parse(&mut row);
    Asked { checklist, item: told(row, key, name, value) }
}

fn someone(mut row: SheetRow) -> Item<PersonRow> {
    let value = person::parse(&mut row);
    let key = value.as_ref().map_or_else(
        || Some(row.code("login")).filter(|login| !login.is_empty()).unwrap_or_else(|| row.code("phone")),
        |value| value.login.as_str().to_owned(),
    );
    let name = text::name(row.raw("name"));
    told(row, key, name, value)
}

/// A row of a table with what it was read as.
fn told<T>(row: SheetRow, key: String, name: String, value: Option<T>) -> Item<T> {
    let SheetRow { source, row, titles, notes, faults, .. } = row;
    Item { source, row, titles, key, name, notes, faults, value }
}
