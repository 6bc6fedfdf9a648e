//! The registry of titles from a file: the whole of it or nothing, and a look beforehand at what it would do.

use super::honours::{HonourFacts, row};
use crate::{
    app::{App, AppResult, Caller, Once, duties::liaisons::SubjectKind},
    domain::{
        clock::local_day,
        import::{Faults, Line, Table, person, sheet::HONOURS, text},
        people::permission::Action,
        places::division::Honour,
        problem::Code,
    },
    store::{
        Conn, Tx, audit,
        places::{
            divisions,
            honours::{self, HonourRow},
            sites,
        },
    },
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What an import did, or would do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HonoursImported {
    pub rows: usize,
    pub added: usize,
    pub changed: usize,
    pub same: usize,
    pub faults: Vec<HonourFault>,
}

/// One thing that is not as required; nothing is written while there is one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HonourFault {
    /// Line of the file; the header is line 1.
    pub row: String,
    /// The column's title as it stands in the file.
    pub field: String,
    pub zh: String,
    pub en: String,
}

/// Reads a whole file; writes all of it or nothing. A dry run writes nothing and says the same.
pub async fn import(
    app: &App,
    caller: &Caller,
    once: &Once,
    csv: &str,
    dry_run: bool,
) -> AppResult<HonoursImported> {
    caller.may(Action::ManageHonours)?;
    let (now, read) = (app.clock.now(), app.store.read());
    let county = super::target(read, caller).await?;
    let mut wanted = Vec::new();
    let mut titles = HashMap::new();
    let faults = match Table::titled(csv.as_bytes(), HONOURS) {
        Err(whole) => whole,
        Ok(Table { lines, mut faults, titles: of_file }) => {
            titles = of_file;
            let places = Places::load(read, county).await?;
            for line in &lines {
                wanted.extend(places.read(line, local_day(now), &mut faults));
            }
            faults
        }
    };
    let listed = faults.listed.iter().map(|fault| HonourFault {
        row: fault.row.clone(),
        field: titles.get(fault.field.as_str()).unwrap_or(&fault.field).clone(),
        zh: fault.reason_zh.clone(),
        en: fault.reason_en.clone(),
    });
    let none =
        HonoursImported { rows: wanted.len(), added: 0, changed: 0, same: 0, faults: listed.collect() };
    if faults.total > 0 {
        return Ok(none);
    }
    app.idempotent(caller, once, async |tx| {
        let mut done = none.clone();
        for (place, facts) in &wanted {
            let fresh =
                row(app.random.id(), county, (place.kind, place.id, place.township, &place.name), facts, now);
            match write(tx, fresh, dry_run).await? {
                Written::Added => done.added += 1,
                Written::Changed => done.changed += 1,
                Written::Same => done.same += 1,
            }
        }
        if !dry_run {
            let line = caller.audit("honour.import", "honours", county);
            audit::append(tx, now, audit::AuditRow { county_id: Some(county), ..line }).await?;
        }
        Ok(done)
    })
    .await
}

enum Written {
    Added,
    Changed,
    Same,
}

/// One line of a file: the place's title of this level and year is added or put right; a title that was taken back stays so.
async fn write(tx: &Tx, fresh: HonourRow, dry_run: bool) -> AppResult<Written> {
    let Some(before) = honours::same(tx, &fresh).await? else {
        if !dry_run {
            honours::insert(tx, fresh).await?;
        }
        return Ok(Written::Added);
    };
    let next = HonourRow {
        id: before.id,
        revoked_at: before.revoked_at,
        revoke_reason: before.revoke_reason.clone(),
        created_at: before.created_at,
        version: before.version,
        ..fresh
    };
    if next == before {
        return Ok(Written::Same);
    }
    if !dry_run && !honours::update(tx, HonourRow { version: before.version + 1, ..next }).await? {
        return Err(Code::Conflict.into());
    }
    Ok(Written::Changed)
}

/// A place that a file names.
#[derive(Clone)]
struct Place {
    kind: SubjectKind,
    id: Uuid,
    township: Uuid,
    name: String,
}

/// What a word in either language means.
fn subject(word: &str) -> Option<SubjectKind> {
    match text::name(word).to_lowercase().as_str() {
        "site" | "点位" => Some(SubjectKind::Site),
        "division" | "村镇" | "区划" | "乡镇" | "街道" | "村" | "社区" | "村（社区）" => {
            Some(SubjectKind::Division)
        }
        _ => None,
    }
}

/// The county's places by code.
struct Places(HashMap<(SubjectKind, String), Place>);

impl Places {
    async fn load(conn: &impl Conn, county: Uuid) -> AppResult<Self> {
        let mut places = HashMap::new();
        for site in sites::of_county(conn, county).await? {
            let place =
                Place { kind: SubjectKind::Site, id: site.id, township: site.township_id, name: site.name };
            places.insert((SubjectKind::Site, site.code), place);
        }
        for one in divisions::of_county(conn, county).await? {
            let township = match one.kind.as_str() {
                "township" => one.id,
                "village" => one.parent_id.unwrap_or(one.id),
                _ => continue,
            };
            let code = one.code.to_string();
            let place = Place { kind: SubjectKind::Division, id: one.id, township, name: one.name };
            places.insert((SubjectKind::Division, code), place);
        }
        Ok(Self(places))
    }

    fn read(&self, line: &Line, today: NaiveDate, faults: &mut Faults) -> Option<(Place, HonourFacts)> {
        let before = faults.total;
        let word = subject(line.get("subject_kind"));
        if word.is_none() {
            faults.add(line.row, "subject_kind", "应为 点位 或 村镇", "expected site or division");
        }
        let place = word.and_then(|word| self.0.get(&(word, text::code(line.get("code"))))).cloned();
        if word.is_some() && place.is_none() {
            faults.add(line.row, "code", "没有这个编码", "there is no such code");
        }
        let level = Honour::named(&text::name(line.get("level")));
        if level.is_none() {
            let en = "expected one of county, city, provincial, national";
            faults.add(line.row, "level", "应为 县级、市级、省级 或 国家级", en);
        }
        let year = text::code(line.get("year")).trim_end_matches('年').parse::<i32>();
        if year.is_err() {
            faults.add(line.row, "year", "应为四位年份", "expected a year");
        }
        let mut day = |field: &'static str| {
            let said = line.get(field);
            let read = person::day(said);
            if read.is_none() && !said.is_empty() {
                faults.add(
                    line.row,
                    field,
                    "应为 2026-12-31 这样的日期",
                    "expected a day such as 2026-12-31",
                );
            }
            read
        };
        let (valid_until, recheck_day) = (day("valid_until"), day("recheck_day"));
        let facts = HonourFacts {
            level: level?,
            title: line.get("title").to_owned(),
            year: year.ok()?,
            valid_until,
            recheck_day,
            note: line.get("note").to_owned(),
        };
        match facts.checked(today) {
            Ok(facts) if faults.total == before => Some((place?, facts)),
            Ok(_) => None,
            Err(problem) => {
                for error in problem.errors {
                    faults.add(line.row, error.field.trim_start_matches('/'), error.zh, error.en);
                }
                None
            }
        }
    }
}
