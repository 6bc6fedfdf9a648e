//! The files with which operators install the program, as far as they can be judged without installing it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use lalian_tests::program::binary;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn packaged(name: &str) -> String {
    std::fs::read_to_string(root().join("backend/packaging").join(name)).expect("a packaged file")
}

/// Runs a tool of systemd on the unit, with the program where this machine has it.
fn systemd(arguments: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("lalian.service");
    let text = packaged("lalian.service");
    assert!(text.contains("ExecStart=/usr/local/bin/lalian serve\n"), "{text}");
    let here = text.replace("/usr/local/bin/lalian", &binary().display().to_string());
    // An account that every machine has; nothing is started.
    std::fs::write(&unit, here.replace("=lalian\nGroup=lalian", "=daemon\nGroup=daemon")).expect("written");
    let run = Command::new("systemd-analyze").args(arguments).arg(&unit).env("SYSTEMD_COLORS", "0").output();
    let run = run.expect("systemd-analyze is missing; run: tests/run --only install");
    let text = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (run.status.success(), text)
}

#[test]
fn systemd_takes_the_unit_and_finds_it_well_shut_in() {
    let (good, said) = systemd(&["verify", "--man=no", "--recursive-errors=no"]);
    assert!(good && !said.contains("lalian.service:"), "{said}");
    // 0 is shut in altogether, 100 not at all; services without any care stand above 90.
    let (good, said) = systemd(&["security", "--offline=true", "--threshold=20", "--no-pager"]);
    assert!(good, "{said}");
}

/// The drop-in that the unit's own words name, put into the unit: systemd takes it, and it stays as well shut in.
#[test]
fn another_disk_is_opened_to_the_service_as_the_unit_says() {
    let text = packaged("lalian.service");
    assert!(text.contains("\nProtectSystem=strict\n"), "without it no drop-in is needed");
    let line = text.lines().find_map(|line| line.strip_prefix("#     ReadWritePaths=")).expect("the drop-in");
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("lalian.service");
    let here = text
        .replace("/usr/local/bin/lalian", &binary().display().to_string())
        .replace("=lalian\nGroup=lalian", "=daemon\nGroup=daemon")
        .replace("\nProtectHome=", &format!("\nReadWritePaths={line}\nProtectHome="));
    std::fs::write(&unit, here).expect("written");
    let check = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .arg(&unit)
        .output();
    let check = check.expect("systemd-analyze is missing; run: tests/run --only install");
    let said = String::from_utf8_lossy(&check.stderr).into_owned();
    assert!(check.status.success() && !said.contains("lalian.service:"), "{said}");
}

/// The folders beside `pwa` that its sources import, as `backend/demo`.
fn borrowed(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the app's sources") {
        let path = entry.expect("one").path();
        if path.is_dir() {
            borrowed(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for rest in text.split("../backend/").skip(1) {
            let name = rest.split(['/', '\'', '?']).next().unwrap_or_default();
            found.insert(format!("backend/{name}"));
        }
    }
}

#[test]
fn the_container_has_what_the_pages_borrow_from_the_program() {
    let text = packaged("Containerfile");
    let pages =
        text.split("FROM ").find(|stage| stage.contains(" AS pages")).expect("the stage of the pages");
    let mut found = BTreeSet::new();
    borrowed(&root().join("pwa/src"), &mut found);
    assert!(found.contains("backend/demo"), "the starter checklists have another place: {found:?}");
    for folder in found {
        assert!(pages.contains(&format!("COPY {folder} /src/{folder}")), "{folder} is missing there");
    }
}

#[test]
fn the_container_is_built_from_what_is_there_and_runs_as_an_ordinary_user() {
    let text = packaged("Containerfile").replace("\\\n", " ");
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| !words.is_empty())
        .collect();
    let of = |word: &str| lines.iter().filter(|words| words[0] == word).cloned().collect::<Vec<_>>();
    let stages: Vec<&str> = of("FROM").iter().filter_map(|words| words.get(3).copied()).collect();
    assert_eq!((of("FROM").len(), stages.as_slice()), (3, &["pages", "program"][..]));
    let ignored = std::fs::read_to_string(root().join(".dockerignore")).expect("what a build may read");
    for words in of("COPY") {
        if let Some(stage) = words[1].strip_prefix("--from=") {
            assert!(stages.contains(&stage), "{words:?}");
            continue;
        }
        for source in &words[1..words.len() - 1] {
            assert!(root().join(source).exists(), "{source} is not in the checkout");
            let first = source.split('/').next().unwrap_or_default();
            assert!(
                ignored.lines().any(|line| line == format!("!{first}")),
                "{first} is kept from the build"
            );
        }
    }
    for held_back in ["**/node_modules", "**/data", "**/*.pem", "*"] {
        assert!(ignored.lines().any(|line| line == held_back), "{held_back}");
    }
    let user = of("USER").pop().expect("a user");
    assert!(!["0", "root"].contains(&user[1].split(':').next().unwrap_or_default()), "{user:?}");
    assert!(of("USER").len() == 1 && text.find("USER ").expect("one") > text.rfind("RUN ").expect("some"));

    // The toolchain is the one that the workspace asks for, and what it starts is a command of ours.
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace");
    let version = workspace.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version");
    assert!(text.contains(&format!("rust:{}-", version.trim_matches('"'))), "{version}");
    assert!(text.contains("ENTRYPOINT [\"lalian\"]\nCMD [\"serve\"]"));
    let help = Command::new(binary()).args(["serve", "--help"]).output().expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for words in of("ENV") {
        for setting in &words[1..] {
            let name = setting.split('=').next().unwrap_or_default();
            assert!(help.contains(&format!("[env: {name}=")), "{name} is no setting");
        }
    }
}
