//! `import`: a county's registers from files. Everything in a file is checked first; then all of it is written, or nothing.

use super::{Workplace, plain, say};
use clap::{Args, Subcommand};
use lalian::{
    app::{
        App, Caller, Once,
        field::rescue::{Outcome, RESCUE_MAX, RescueReport},
        imports::{Counts, Fate, ImportView, RowFilter, preview::Brought, template},
        places::import_honours,
        standards::examples,
    },
    domain::{
        import::{FILE_MAX, Imported, sheet::SheetKind, text},
        page::PageRequest,
        places::{bd09::SourceDatum, division, geojson, site},
        standards::{calendar::YearPlan, checklist::Library},
    },
};
use std::{
    error::Error,
    io::Write as _,
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 区划 Townships and villages with their outlines (GeoJSON) or without (CSV: `code,name,level,parent`)
    Divisions { file: PathBuf },
    /// 点位 Sites (CSV: `code,kind,name,township_code,village_code,longitude,latitude`); their kinds come with the checklists
    Sites { file: PathBuf },
    /// 清单 Checklists with their site kinds and departments (JSON, `schema_version` 3 or 2) and example pictures (folder `examples` beside it), or the sheet 清单 of the template (XLSX, CSV); a kind whose content changed gets a new version
    Checklists { file: PathBuf },
    /// 日历 A year of the public holiday data (JSON: `year, papers, days: [{name, date, isOffDay}]`); tickets keep their dates
    Calendar { file: PathBuf },
    /// 一个县 A county from one workbook (XLSX, CSV, GeoJSON, JSON or a ZIP of these): county, divisions, outlines, checklists, sites, people; all in one transaction
    Workbook {
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// 人员 People and their posts (XLSX or CSV: `login,name,phone,role,unit,valid_from`); one-time codes are made afterwards
    People {
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// 荣誉 Titles of places (CSV: `subject_kind,code,level,title,year` and, if present, `valid_until,recheck_day,note`)
    Honours {
        file: PathBuf,
        /// Say what would be done, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// 模板 Writes the workbook to be filled in (XLSX): titles, a checklist as an example, and what to write in each column
    Template { file: PathBuf },
    /// 救援文件 What a phone could not send any more (ZIP, exported by the phone); the same receipts as by sending
    Rescue { file: PathBuf },
}

/// How a workbook is taken in.
#[derive(Debug, Default, Args)]
struct How {
    /// 只看结果 Say what every row would do, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// 坐标系 What positions are given in: wgs84, gcj02 (高德、腾讯) or bd09 (百度); converted, and the source kept
    #[arg(long, default_value = "wgs84", value_parser = datum)]
    datum: SourceDatum,
    /// 跳过有误的行 Write the other rows where some are refused
    #[arg(long)]
    skip_refused: bool,
}

fn datum(text: &str) -> Result<SourceDatum, String> {
    SourceDatum::parse(text).ok_or_else(|| "wgs84, gcj02, bd09".to_owned())
}

impl Import {
    pub async fn run(self) -> super::Outcome {
        if let What::Template { file } = &self.what {
            let book = template::workbook().map_err(plain)?;
            return write_new(file, &book);
        }
        self.place.log.start()?;
        let config = self.place.config()?;
        let app = lalian::server::open_migrated(&config).await?;
        let done = self.what.read_and_import(&app).await;
        app.store.close().await;
        let Imported { created, changed, unchanged } = done?;
        say(&format!(
            "新增 {created}，更新 {changed}，未变 {unchanged}。{created} new, {changed} changed, {unchanged} as before."
        ));
        Ok(())
    }
}

impl What {
    async fn read_and_import(&self, app: &App) -> Result<Imported, Box<dyn Error + Send + Sync>> {
        let caller = Caller::system(None);
        match self {
            Self::Divisions { file } => {
                let bytes = read(file)?;
                let geometry = file.extension().is_some_and(|ending| ending != "csv");
                let rows = if geometry { geojson::divisions(&bytes)? } else { division::from_csv(&bytes)? };
                app.import_divisions(&caller, &rows).await.map_err(plain)
            }
            Self::Sites { file } => {
                app.import_sites(&caller, &site::from_csv(&read(file)?)?).await.map_err(plain)
            }
            Self::Checklists { file } if ends_in(file, "xlsx") || ends_in(file, "csv") => {
                setup(app, &caller, file, &How::default(), Some(SheetKind::Checklists)).await
            }
            Self::Checklists { file } => {
                let pictures = examples::pictures(beside(file)?)?;
                app.import_checklists(&caller, &Library::parse(&read(file)?, &pictures)?).await.map_err(plain)
            }
            Self::Calendar { file } => {
                app.import_calendar(&caller, YearPlan::from_file(&read(file)?)?).await.map_err(plain)
            }
            Self::Workbook { file, how } => setup(app, &caller, file, how, None).await,
            Self::People { file, how } => setup(app, &caller, file, how, Some(SheetKind::People)).await,
            Self::Honours { file, dry_run } => honours(app, &caller, file, *dry_run).await,
            Self::Rescue { file } => rescue(app, &caller, file).await,
            // It needs no county, and has been written.
            Self::Template { .. } => Ok(Imported::default()),
        }
    }
}

fn ends_in(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// Nobody's workbook is written over.
fn write_new(file: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut opened = std::fs::File::create_new(file).map_err(named)?;
    opened.write_all(bytes).map_err(named)?;
    say(&format!("{} 已写好 · written", file.display()));
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
    let length = std::fs::metadata(file).map_err(named)?.len();
    if length > FILE_MAX as u64 {
        return Err(format!("{}: {length} bytes, more than {FILE_MAX}", file.display()).into());
    }
    Ok(std::fs::read(file).map_err(named)?)
}

/// A key of its own for each run of the command: what was applied is found unchanged, not repeated.
fn once(app: &App) -> Once {
    let key = app.random.id().to_string();
    Once { fingerprint: key.clone(), key }
}

/// Looks at a file, says what hinders, and applies it.
async fn setup(
    app: &App,
    caller: &Caller,
    file: &Path,
    how: &How,
    only: Option<SheetKind>,
) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("import").to_owned();
    let brought = Brought { name, datum: how.datum, bytes: read(file)? };
    let view = app.preview_import(caller, &once(app), brought).await.map_err(plain)?;
    for words in &view.notes {
        say(&format!("{} · {}", words.zh, words.en));
    }
    if let Some(other) = view.sheets.iter().find(|sheet| only.is_some_and(|only| only != sheet.sheet)) {
        let sheet = other.sheet.as_str();
        return Err(format!(
            "文件里还有 {sheet}，请用 import workbook · the file also holds {sheet}; use import workbook"
        )
        .into());
    }
    let refused: u32 = view.sheets.iter().map(|sheet| sheet.refused).sum();
    if refused > 0 {
        tell_refused(app, caller, &view).await?;
    }
    let all = |of: fn(&Counts) -> u32| view.sheets.iter().map(of).sum::<u32>() as usize;
    let done = Imported {
        created: all(|sheet| sheet.created),
        changed: all(|sheet| sheet.changed),
        unchanged: all(|sheet| sheet.unchanged),
    };
    if refused > 0 && !how.skip_refused {
        return Err(format!("{refused} 行有误，什么都没有写入；改正后再导入，或加 --skip-refused · {refused} rows are refused and nothing was written; correct them, or add --skip-refused").into());
    }
    if !how.dry_run && view.can_apply {
        let applied = app.apply_import(caller, &once(app), view.id, how.skip_refused).await.map_err(plain)?;
        if applied.refreshed {
            return Err(
                "登记簿刚刚变了，请再运行一次 · the register has just changed; run the command again".into(),
            );
        }
    }
    Ok(done)
}

/// The refused rows, at most a page of them.
async fn tell_refused(
    app: &App,
    caller: &Caller,
    view: &ImportView,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let filter = RowFilter { sheet: None, fate: Some(Fate::Refused) };
    let page = PageRequest { after: None, limit: 100 };
    let rows = app.import_rows(caller, view.id, filter, &page).await.map_err(plain)?;
    for row in rows.items {
        for fault in row.faults {
            let column = fault.column.unwrap_or(fault.field);
            let place = format!("{} {} {column}", row.source, row.row);
            say(&format!("[{}] {} · {}", place.trim(), fault.zh, fault.en));
        }
    }
    Ok(())
}

async fn honours(
    app: &App,
    caller: &Caller,
    file: &Path,
    dry_run: bool,
) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    let bytes = read(file)?;
    let Some((csv, _old)) = text::decode(&bytes) else {
        return Err("既不是 UTF-8 也不是 GBK · neither UTF-8 nor GBK".into());
    };
    let done = import_honours::import(app, caller, &once(app), &csv, dry_run).await.map_err(plain)?;
    for fault in &done.faults {
        say(&format!("[{}] {}: {} · {}", fault.row, fault.field, fault.zh, fault.en));
    }
    if !done.faults.is_empty() {
        return Err("什么都没有写入 · nothing was written".into());
    }
    Ok(Imported { created: done.added, changed: done.changed, unchanged: done.same })
}

/// A rescue file: says what became of each operation; counts the accepted as new and those that were here as unchanged.
async fn rescue(app: &App, caller: &Caller, file: &Path) -> Result<Imported, Box<dyn Error + Send + Sync>> {
    let opened = std::fs::File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if opened.metadata()?.len() > RESCUE_MAX {
        return Err(format!("{}: more than {RESCUE_MAX} bytes", file.display()).into());
    }
    let RescueReport { operations, files } = app.import_rescue(caller, opened).await.map_err(plain)?;
    for one in &operations {
        say(&serde_json::to_string(one)?);
    }
    say(&serde_json::to_string(&files)?);
    let of = |outcome| operations.iter().filter(|one| one.outcome == outcome).count();
    let (created, unchanged) = (of(Outcome::Accepted), of(Outcome::AlreadyHere));
    let lost = operations.len() - created - unchanged;
    if lost > 0 {
        return Err(
            format!("{lost} 项没有采用，见上 · {lost} operations were not taken in, see above").into()
        );
    }
    Ok(Imported { created, changed: 0, unchanged })
}

/// Files by their names.
type Named = Vec<(String, Vec<u8>)>;

/// The pictures in the folder `examples` beside a file; without one there are none.
fn beside(file: &Path) -> Result<Named, Box<dyn Error + Send + Sync>> {
    let folder = file.with_file_name("examples");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", folder.display()).into()),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        // Names that cannot stand in the file name no picture of it.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.file_type()?.is_file() && !name.starts_with('.') {
            files.push((name, read(&entry.path())?));
        }
    }
    files.sort();
    Ok(files)
}
