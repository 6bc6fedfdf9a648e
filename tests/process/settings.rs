//! Settings that would put people's data at risk are refused with words that say what to do.

use lalian_tests::program::{command, run};
use lalian_tests::story;

async fn refusal(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let finished = run(command(folder.path(), arguments).env("LALIAN_DATA", folder.path())).await;
    assert!(!finished.status.success(), "{arguments:?} must be refused: {}", finished.output);
    finished.output
}

#[test]
fn off_loopback_it_wants_a_certificate_or_listed_proxies() {
    story::run(async {
        let words = refusal(&["serve", "--bind", "0.0.0.0:0"]).await;
        for named in ["--tls-certificate", "--behind-proxy"] {
            assert!(words.contains(named), "{words}");
        }
        assert!(words.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "in Chinese too: {words}");
    });
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    story::run(async {
        let words = refusal(&["serve", "--database", "postgres://lalian:s3cret@127.0.0.1:1/none"]).await;
        assert!(!words.contains("s3cret"), "{words}");
    });
}

#[test]
fn an_unknown_flag_is_answered_with_the_right_ones() {
    story::run(async {
        let words = refusal(&["serve", "--port", "80"]).await;
        assert!(words.contains("--help"), "{words}");
    });
}
