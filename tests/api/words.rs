//! The record is read by people: whatever the program writes into it has words on the office's screen, in both languages.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_line_of_the_record_has_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut written = BTreeSet::new();
    read(&root.join("backend/src/app"), &mut |text| {
        for (_, rest) in text.match_indices("audit(\"").map(|(at, found)| (at, &text[at + found.len()..])) {
            let mut parts = rest.split('"');
            let (action, noun) = (parts.next(), parts.nth(1));
            if let (Some(action), Some(noun)) = (action, noun) {
                written.insert((action.to_owned(), noun.to_owned()));
            }
        }
    });
    assert!(written.len() > 50, "only {} lines found: has the way to write them changed?", written.len());
    for language in ["zh", "en"] {
        let words = fs::read_to_string(root.join("pwa/src/i18n").join(language).join("office.ts"))
            .expect("its words");
        let wordless: Vec<_> = written
            .iter()
            // Operations have the words of their kinds.
            .filter(|(action, noun)| {
                let known = action.contains('/') || words.contains(&format!("'{action}':"));
                !known || !words.contains(&format!(" {noun}: '"))
            })
            .collect();
        assert!(wordless.is_empty(), "{language} has no words for {wordless:?}");
    }
}

/// The text of every source file below a folder.
fn read(folder: &Path, each: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, each);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            each(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}
