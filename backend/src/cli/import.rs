//! `import`: a county's registers from files. Everything in a file is checked first; then all of it is written, or nothing.

use super::{Workplace, plain, say};
use clap::{Args, Subcommand};
use lalian::{
    app::{
        App, Caller,
        field::rescue::{Outcome, RESCUE_MAX, RescueReport},
        standards::examples,
    },
    domain::{
        import::{FILE_MAX, Imported},
        places::{division, geojson, site},
        standards::{calendar::YearPlan, checklist::Library},
    },
};
use std::{
    error::Error,
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
    /// 清单 Checklists with their site kinds and departments (JSON, `schema_version` 3 or 2) and example pictures (folder `examples` beside it); a kind whose content changed gets a new version
    Checklists { file: PathBuf },
    /// 日历 A year of the public holiday data (JSON: `year, papers, days: [{name, date, isOffDay}]`); tickets keep their dates
    Calendar { file: PathBuf },
    /// 救援文件 What a phone could not send any more (ZIP, exported by the phone); the same receipts as by sending
    Rescue { file: PathBuf },
}

impl Import {
    pub async fn run(self) -> super::Outcome {
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
            Self::Checklists { file } => {
                let pictures = examples::pictures(beside(file)?)?;
                app.import_checklists(&caller, &Library::parse(&read(file)?, &pictures)?).await.map_err(plain)
            }
            Self::Calendar { file } => {
                app.import_calendar(&caller, YearPlan::from_file(&read(file)?)?).await.map_err(plain)
            }
            Self::Rescue { file } => rescue(app, &caller, file).await,
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
    let length = std::fs::metadata(file).map_err(named)?.len();
    if length > FILE_MAX as u64 {
        return Err(format!("{}: {length} bytes, more than {FILE_MAX}", file.display()).into());
    }
    Ok(std::fs::read(file).map_err(named)?)
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
