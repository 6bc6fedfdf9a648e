//! Builds the front end of a checkout when it is missing or older than its sources, so that one command starts the demo.

use super::say;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// What the build is made from, beside `src` and `public`.
const SINGLE_FILES: [&str; 6] = [
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];
const FOLDERS: [&str; 2] = ["src", "public"];

/// Makes sure that `pwa/dist` is there and fresh. Outside a checkout there is nothing to build.
pub fn build(dist: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(pwa) = dist.parent().filter(|pwa| pwa.join("package.json").is_file()) else { return Ok(()) };
    // Two demos that start together must not build into the same folder at once.
    let turn = fs::File::create(std::env::temp_dir().join("lalian-front-end.lock"))?;
    turn.lock()?;
    if is_fresh(pwa, dist)? {
        return Ok(());
    }
    say("正在构建页面（第一次约一分钟）… Building the front end (about a minute the first time) …");
    let locked = [pwa.join("package-lock.json"), pwa.join("node_modules/.package-lock.json")];
    if modified(&locked[1]).is_none() || modified(&locked[1]) < modified(&locked[0]) {
        npm(pwa, &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])?;
    }
    npm(pwa, &["run", "build", "--silent"])
}

fn npm(pwa: &Path, arguments: &[&str]) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let status = match Command::new("npm").args(arguments).current_dir(pwa).status() {
        Ok(status) => status,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(NO_NODE.into()),
        Err(error) => return Err(error.into()),
    };
    let command = arguments.join(" ");
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("npm {command}: {status} (in {})", pwa.display()).into())
}

const NO_NODE: &str = "没有找到 Node。构建页面需要 Node 20.19 以上（含 npm），安装后重新运行；或用 --pwa 指定已构建好的目录。\n\
    Node was not found. Building the front end needs Node 20.19 or newer with npm; install it and run this again, \
    or name a built folder with --pwa.";

/// True when no source is newer than the build.
fn is_fresh(pwa: &Path, dist: &Path) -> io::Result<bool> {
    let Some(built) = modified(&dist.join("index.html")) else { return Ok(false) };
    let single = SINGLE_FILES.iter().filter_map(|name| modified(&pwa.join(name))).max();
    let mut newest = single.unwrap_or(SystemTime::UNIX_EPOCH);
    let mut folders: Vec<PathBuf> =
        FOLDERS.iter().map(|name| pwa.join(name)).filter(|path| path.is_dir()).collect();
    while let Some(folder) = folders.pop() {
        // A folder's own time tells of files that were removed.
        newest = newest.max(modified(&folder).unwrap_or(newest));
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                newest = newest.max(modified(&path).unwrap_or(newest));
            }
        }
    }
    Ok(newest <= built)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::File, time::Duration};

    fn touch(path: &Path, age_s: u64) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let when = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000 - age_s);
        File::create(path).unwrap().set_modified(when).unwrap();
    }

    #[test]
    fn a_build_is_stale_when_any_source_is_newer() {
        let root = tempfile::tempdir().unwrap();
        let (pwa, dist) = (root.path(), root.path().join("dist"));
        touch(&pwa.join("package.json"), 100);
        touch(&pwa.join("src/core/outbox.ts"), 100);
        assert!(!is_fresh(pwa, &dist).unwrap(), "no build yet");
        touch(&dist.join("index.html"), 50);
        for folder in ["src", "src/core"] {
            File::open(pwa.join(folder)).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        assert!(is_fresh(pwa, &dist).unwrap());
        touch(&pwa.join("src/core/outbox.ts"), 10);
        assert!(!is_fresh(pwa, &dist).unwrap(), "a source changed");
        touch(&dist.join("index.html"), 5);
        File::open(pwa.join("src/core"))
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000))
            .unwrap();
        assert!(!is_fresh(pwa, &dist).unwrap(), "a source was removed");
    }

    #[test]
    fn outside_a_checkout_nothing_is_built() {
        assert!(build(Path::new("/nowhere/pwa/dist")).is_ok());
    }
}
