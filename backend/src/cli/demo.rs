//! `demo`: the invented county on this machine, ready to look at after one command.

use super::{Outcome, front_end, lan, plain, say, serve};
use lalian::{
    app::{App, AppResult, demo::DemoPerson},
    config::{Config, Storage},
    http::listen::Entrance,
    jobs,
    server::{self, Error},
};
use secrecy::ExposeSecret;
use std::{fmt::Write, fs, io, path::Path};

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// 清空示例县重来 Throw the demo county away and make it anew, with new passwords; refuses any other database
    #[arg(long)]
    reset: bool,
    /// 只要机构、点位、清单和人员，不要一个季度的示例工作 Only places, checklists and people, without a quarter of work
    #[arg(long)]
    empty: bool,
    #[command(flatten)]
    lan: lan::LanArgs,
    #[command(flatten)]
    serve: serve::Serve,
}

/// Apart from a real county's data, so that neither can be taken for the other.
const FOLDER: &str = "data/demo";

impl Demo {
    pub async fn run(self) -> Outcome {
        self.serve.log.start()?;
        let config = Config { demo: true, ..self.serve.config(FOLDER)? };
        let mut more_entrances = Entrance::panes(config.bind, config.tls.as_ref());
        let lan = self.lan.open(&config)?;
        more_entrances.extend(lan.iter().flat_map(Entrance::lan));
        let config = Config { more_entrances, lan, ..config };
        config.check()?;
        if config.pwa.is_none() && !cfg!(feature = "embed") {
            front_end::build(&server::checkout_dist())?;
        }
        // Nobody else may serve what is made, or thrown away, here.
        let taken = server::take(&config)?;
        if self.reset || is_half_made(&config).await? {
            reset(&config).await?;
        }
        let app = server::open_new(&config).await?;
        let made = Box::pin(make(&app, self.empty)).await;
        let days = app.demo_days_old().await;
        // Only a kept copy can be made anew from the page.
        let ages = app.made.is_some();
        app.store.close().await;
        drop(taken);
        match made.map_err(refused)? {
            people if people.is_empty() => say(&again(days.map_err(plain)?, ages)),
            people => say(&sheet(&people)?),
        }
        serve::until_stopped(config).await
    }
}

/// Makes the county where there is none yet, with everything that stands in its queue done, and keeps a copy of it.
async fn make(app: &App, empty: bool) -> AppResult<Vec<DemoPerson>> {
    if let Some(made) = &app.made {
        made.migrate().await?;
    }
    let people = if empty {
        app.make_demo().await?
    } else {
        // It takes some seconds, and silence looks like a fault.
        if !app.is_demo_database().await? {
            say("正在准备示例县和一个季度的示例工作… Making the demo county and a quarter of work …");
        }
        Box::pin(app.make_lived_in_demo()).await?.0
    };
    if !people.is_empty() {
        jobs::drain(app).await?;
        app.keep_made().await?;
    }
    Ok(people)
}

const AGAIN: &str = "示例县已经在这里，账号和密码第一次运行时显示过；忘了就用 demo --reset 重来。\n\
    The demo county is here already; its logins were shown by the first run. Forgotten? demo --reset starts over.";

/// What is said of a county that was here before, and of its age when its page can make it younger.
fn again(days: i64, ages: bool) -> String {
    if days == 0 || !ages {
        return AGAIN.to_owned();
    }
    format!(
        "{AGAIN}\n\n示例是 {days} 天前准备的，里面的日期停在那一天。打开演示台点“恢复原样”，就按今天的日期重新准备，账号密码不变。\n\
         It was made {days} day(s) ago and its dates end there. “Start fresh” on the stand makes it anew up to today; logins stay."
    )
}

/// Who can log in, for the terminal: the last two words of a line are login and password.
fn sheet(people: &[DemoPerson]) -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "示例县准备好了。以下账号只显示这一次：\nThe demo county is ready. These logins are shown only once:\n",
    );
    for DemoPerson { role, name, login, password } in people {
        let role = role.as_str();
        write!(text, "\n  {role:<15} {name}  {login}  {}", password.expose_secret())?;
    }
    text.push('\n');
    Ok(text)
}

fn refused(error: lalian::app::AppError) -> Box<dyn std::error::Error + Send + Sync> {
    use lalian::{app::AppError, domain::problem::Code};
    match error {
        AppError::Problem(problem) if problem.code == Code::StillInUse => Error::NotDemo.into(),
        other => plain(other),
    }
}

/// Removes database and files of the demo, and of nothing else.
async fn reset(config: &Config) -> Outcome {
    let (Some(database), Storage::Disk(files)) = (config.sqlite_file(), &config.storage) else {
        return Err("--reset 只用于 SQLite 和本地文件夹。--reset works on SQLite and a local folder; drop other databases yourself".into());
    };
    if database.is_file() {
        let app = server::open(config).await?;
        let demo = is_demo(&app).await;
        app.store.close().await;
        if !demo {
            return Err(Error::NotDemo.into());
        }
        for ending in ["", "-wal", "-shm"] {
            remove(fs::remove_file(format!("{}{ending}", database.display())))?;
        }
        clear(files)?;
        if let Some(made) = config.made_copy() {
            made.remove()?;
        }
    }
    Ok(())
}

/// True when making this demo was interrupted: nobody has seen its passwords, so it is made again from the beginning.
async fn is_half_made(config: &Config) -> Result<bool, Error> {
    if !config.sqlite_file().is_some_and(|file| file.is_file()) {
        return Ok(false);
    }
    let app = server::open(config).await?;
    let half = app.is_half_made_demo().await.unwrap_or(false);
    app.store.close().await;
    Ok(half)
}

/// A database whose mark cannot be read is somebody else's.
async fn is_demo(app: &App) -> bool {
    app.is_demo_database().await.unwrap_or(false)
}

/// Empties a folder of stored files; it goes only when nothing else lies in it.
fn clear(files: &Path) -> io::Result<()> {
    for ours in ["c", "d", "staging"] {
        remove(fs::remove_dir_all(files.join(ours)))?;
    }
    let _ = fs::remove_dir(files);
    Ok(())
}

fn remove(outcome: io::Result<()>) -> io::Result<()> {
    outcome.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_of_an_earlier_day_says_how_old_it_is_and_what_makes_it_anew() {
        let old = again(3, true);
        assert!(old.starts_with(AGAIN) && old.contains("3 天前") && old.contains("恢复原样"), "{old}");
        assert!(old.contains("3 day"), "{old}");
        assert_eq!(again(0, true), AGAIN);
        assert_eq!(again(3, false), AGAIN);
    }
}
