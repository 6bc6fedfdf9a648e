//! `domain <- store, files, imaging <- app <- jobs, http <- server <- main`: nobody points the other way.

use std::fs;
use std::path::{Path, PathBuf};

/// What a layer may not name.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "store",
            "files",
            "imaging",
            "outgoing",
            "reading",
            "app",
            "jobs",
            "http",
            "server",
            "config",
            "telemetry",
            "sea_orm",
            "actix_web",
            "tokio",
            "object_store",
            "futures_util",
        ],
    ),
    ("store", &["files", "imaging", "reading", "outgoing", "app", "jobs", "http", "server", "actix_web"]),
    ("files", &["store", "imaging", "outgoing", "app", "jobs", "http", "server", "actix_web", "sea_orm"]),
    ("outgoing", &["store", "files", "imaging", "app", "jobs", "http", "server", "actix_web", "sea_orm"]),
    (
        "imaging",
        &["outgoing", "store", "files", "app", "jobs", "http", "server", "actix_web", "sea_orm", "tokio"],
    ),
    (
        "reading",
        &["outgoing", "store", "files", "app", "jobs", "http", "server", "actix_web", "sea_orm", "tokio"],
    ),
    ("app", &["jobs", "http", "server", "actix_web"]),
    ("jobs", &["http", "server", "actix_web"]),
    ("http", &["store", "reading", "outgoing", "sea_orm", "jobs", "server"]),
];

/// Crates of other people; everything else in the table is a module of ours.
const CRATES: &[&str] = &["sea_orm", "actix_web", "tokio", "object_store", "futures_util"];

#[test]
fn no_layer_names_what_lies_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src");
    let mut wrong = Vec::new();
    let mut files = 0;
    for (layer, forbidden) in FORBIDDEN {
        for path in files_of(&source, layer) {
            files += 1;
            let text = fs::read_to_string(&path).expect("a source file");
            let shown = path.strip_prefix(&source).expect("below the source").display();
            wrong.extend(
                arrows(&text, forbidden)
                    .into_iter()
                    .map(|(line, name)| format!("{shown}:{line} names {name}")),
            );
        }
    }
    assert!(files > 20, "only {files} files read: has the layout moved?");
    assert!(wrong.is_empty(), "wrong arrows:\n{}", wrong.join("\n"));
}

/// The forbidden names of a text with their lines, found in `use` lines and in paths alike.
fn arrows(text: &str, forbidden: &[&'static str]) -> Vec<(usize, &'static str)> {
    let flat = flatten_uses(&without_comments(text));
    let mut found = Vec::new();
    for name in forbidden {
        let path = if CRATES.contains(name) { format!("{name}::") } else { format!("crate::{name}::") };
        for (number, line) in flat.lines().enumerate() {
            let begins = |at: usize| {
                !line[..at].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before))
            };
            if line.match_indices(&path).any(|(at, _)| begins(at)) {
                found.push((number + 1, *name));
            }
        }
    }
    found
}

/// Comments become blank, so that prose may name anything; line numbers stay.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| match line.find("//") {
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `use crate::{a::B, c};` also reads as `crate::a::B::` and `crate::c::`, on the line where it ends.
fn flatten_uses(code: &str) -> String {
    let mut flat = String::new();
    let mut pending = String::new();
    for line in code.lines() {
        if pending.is_empty() && used_tree(line).is_none() {
            flat.push_str(line);
        } else {
            pending.push_str(line.trim());
            if line.contains(';') {
                let names = expand(used_tree(&pending).unwrap_or_default().trim_end_matches(';'));
                flat.push_str(&names.join(" "));
                pending.clear();
            }
        }
        flat.push('\n');
    }
    flat
}

/// What follows `use`, `pub use` or `pub(crate) use`.
fn used_tree(line: &str) -> Option<&str> {
    let (visibility, tree) = line.trim_start().split_once("use ")?;
    (visibility.is_empty() || visibility.starts_with("pub")).then_some(tree)
}

fn expand(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        return vec![format!("{}::", tree.split(" as ").next().unwrap_or(tree))];
    };
    let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    split_top(inner).iter().flat_map(|part| expand(&format!("{}{}", &tree[..open], part.trim()))).collect()
}

fn split_top(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

fn files_of(source: &Path, layer: &str) -> Vec<PathBuf> {
    let single = source.join(format!("{layer}.rs"));
    let mut found: Vec<PathBuf> = single.exists().then_some(single).into_iter().collect();
    let mut folders = vec![source.join(layer)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn the_reader_sees_uses_nested_uses_and_inline_paths_but_not_prose() {
    let forbidden: &[&'static str] = &["store", "sea_orm"];
    let lines = |text: &str| arrows(text, forbidden).len();
    assert_eq!(lines("use crate::store::Store;"), 1);
    assert_eq!(lines("use crate::{\n    app::App,\n    store::{Store, Tx},\n};"), 1);
    assert_eq!(lines("use crate::store;"), 1);
    assert_eq!(lines("fn f(x: crate::store::Store) {}"), 1);
    assert_eq!(lines("let x = sea_orm::Value::Bool(None);"), 1);
    assert_eq!(lines("use sea_orm as orm;"), 1);
    assert_eq!(
        lines("// use crate::store::Store;\nlet x = object_store::path(); crate::app::store::x();"),
        0
    );
}
