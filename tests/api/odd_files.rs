//! The corpus of odd, broken and hostile files: each gets the answer that its row names, in this process and through the children of the
//! real program, and none of them stops anything.

use std::collections::BTreeSet;

use lalian::app::field::darkroom::Darkroom;
use lalian::domain::field::media::PhotoKind;
use lalian::imaging::child::Look;
use lalian::imaging::sniff;
use lalian::imaging::wire::Order;
use lalian::store::field::files::Copies;
use lalian_tests::corpus::{Case, Expected, cases};
use lalian_tests::program::binary;
use lalian_tests::stories;

use crate::photos::Workers;
use crate::uploads::{Field, Whereabouts, inspector};

/// What a look and the work behind it told.
fn answer(bytes: &[u8], order: Order) -> Expected {
    match Look::at(bytes, order).develop() {
        Ok(copies) => {
            for copy in [&copies.display, &copies.thumb] {
                let shown = image::load_from_memory(copy).expect("a copy opens");
                assert!(shown.width() <= 1600 && shown.height() <= 1600);
                for left in [&b"<script"[..], b"PK\x03\x04", b"Exif"] {
                    assert!(
                        !copy.windows(left.len()).any(|part| part == left),
                        "something of the original is left"
                    );
                }
            }
            Expected::Shown { size: copies.upright, damaged: copies.damaged }
        }
        Err(unfit) => Expected::Kept(unfit.flag().as_str()),
    }
}

#[test]
fn every_file_of_the_corpus_gets_its_answer() {
    let cases = cases();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let answer = answer(&case.bytes, Order::default());
            (answer != case.expected).then(|| format!("{}: {answer:?}, not {:?}", case.name, case.expected))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "each has a name of its own");
    let longest = cases.iter().max_by_key(|case| case.bytes.len()).expect("cases");
    assert!(longest.bytes.len() < 1 << 20, "{} is large", longest.name);
}

#[test]
fn none_of_them_brings_down_what_draws_layers() {
    for case in cases() {
        answer(&case.bytes, Order { layer: true, upright: true });
    }
}

/// The flags on an operation that names the file as a JPEG. Where HEIC is converted, the head of one alone is a broken file.
fn flags(case: &Case, converts_heic: bool) -> Vec<&'static str> {
    let mut flags = match case.expected {
        Expected::Kept("no_preview") if converts_heic && sniff(&case.bytes) == Some(PhotoKind::Heic) => {
            vec!["damaged_file"]
        }
        Expected::Kept(flag) => vec![flag],
        Expected::Shown { damaged, .. } => {
            if damaged {
                vec!["damaged_file"]
            } else {
                vec![]
            }
        }
    };
    if sniff(&case.bytes).is_some_and(|kind| kind != PhotoKind::Jpeg) {
        flags.push("type_differs");
    }
    flags
}

stories! {
    async fn the_corpus_goes_through_the_children_of_the_program(field: Field) {
        let mut field = field;
        field.app.darkroom = Darkroom::with_children(binary(), 2, field.folder.path().join("scratch"));
        let cases = cases();
        let mut operations = Vec::new();
        for case in &cases {
            operations.push(field.names_at(&inspector(), &[&case.bytes], &Whereabouts::default()).await.0);
            field.send(&inspector(), &case.bytes).await;
        }
        let converts_heic = field.app.darkroom.converts_heic();
        let workers = Workers::start(&field);
        for (case, operation) in cases.iter().zip(operations) {
            let file = field.judged(&case.bytes).await;
            let (copies, size) = match case.expected {
                Expected::Shown { size, .. } => (Copies::Made, Some(size)),
                Expected::Kept(_) => (Copies::Impossible, None),
            };
            assert_eq!(file.copies, copies, "{}", case.name);
            assert!(size.is_none_or(|size| size == file.size), "{}", case.name);
            assert_eq!(field.flags(operation).await, flags(case, converts_heic), "{}", case.name);
        }
        workers.stop().await;
    }
}
