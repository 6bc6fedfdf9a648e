//! Passwords that everybody tries first: those of known breaches, and how people lengthen a short one to the length that is asked for.
//!
//! The list holds the passwords of ten and more characters among the 55,000 commonest of three public collections, with some that Chinese
//! offices like; lower case, as the first 64 bits of their SHA-256, because many of them are not fit to be read. Digits alone and few
//! different characters are refused by rule and stand in no list.

use sha2::{Digest, Sha256};

const LIST: &str = include_str!("common_passwords.sha256");

/// What people lengthen.
const STEMS: &str = "a aa aaa ab abc abcd abcde abcdef admin administrator ai aini asd asdf asdfgh asdfghjkl baobei \
    beijing china dangyuan denglu gongzuo hello huawei iloveyou lalian login love mima nihao pass \
    passwd password q qaz qazwsx qq qwe qwer qwert qwerty qwertyuiop root taobao test user weixin \
    welcome wenming wo woai woaini woaiwo woaizuguo wodemima woshishui xiangzhen xianban zhangsan \
    zhengfu zhongguo zhuanban zxc zxcv zxcvbnm";
/// Rows of keys and of the alphabet, read in both directions.
const ROWS: &[&str] = &[
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];
/// Numbers that mean something to everybody.
const LUCKY: &str = "520 521 1314 5201314 1314520 66 666 6666 88 888 8888 99 999 168 110 119 12345678910";

/// Whether a folded password is one of those.
pub fn is_common(folded: &str) -> bool {
    let plain = unmasked(folded);
    let mut letters: Vec<char> = folded.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len() < 4
        || listed(folded)
        || listed(&plain)
        || is_walk(folded)
        || is_repeated(folded)
        || is_lengthened(folded)
}

/// With the letters for which people write something that looks like them.
fn unmasked(text: &str) -> String {
    let letter = |c| match c {
        '@' => 'a',
        '$' => 's',
        '0' => 'o',
        '!' => 'i',
        '3' => 'e',
        other => other,
    };
    text.chars().map(letter).collect()
}

fn listed(text: &str) -> bool {
    let hash = Sha256::digest(text.as_bytes());
    let start = hash.iter().take(8).fold(String::with_capacity(16), |text, byte| format!("{text}{byte:02x}"));
    LIST.lines().any(|line| line == start)
}

/// A walk along a row, once or again.
fn is_walk(text: &str) -> bool {
    let back: String = text.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(text) || row.contains(&back))
}

/// A short piece again and again.
fn is_repeated(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=5)
        .any(|piece| letters.len() >= 2 * piece && letters.iter().zip(&letters[piece..]).all(|(a, b)| a == b))
}

/// One short word with a number that others could think of, on either side, perhaps with signs at the end.
fn is_lengthened(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_ascii_punctuation());
    let is_digit = |c: char| c.is_ascii_digit();
    let sides = [text.split_at(text.trim_end_matches(is_digit).len()), {
        let (digits, word) = text.split_at(text.len() - text.trim_start_matches(is_digit).len());
        (word, digits)
    }];
    sides.into_iter().any(|(word, digits)| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        (is_one_of(STEMS, word) || is_one_of(STEMS, &unmasked(word))) && is_easy(digits)
    })
}

fn is_one_of(words: &str, text: &str) -> bool {
    words.split(' ').any(|word| word == text)
}

fn is_easy(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let steps: Vec<i16> = bytes.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    let run = steps.iter().all(|step| *step == steps[0] && (-1..=1).contains(step));
    let year = |text: &str| text.len() >= 4 && (text.starts_with("19") || text.starts_with("20"));
    run || is_walk(digits)
        || is_one_of(LUCKY, digits)
        || matches!(digits.len(), 4 | 6 | 8) && year(digits)
        || digits.len() <= 4
        || is_repeated(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breached_ones_and_those_that_are_only_lengthened_are_common() {
        for text in [
            "1q2w3e4r5t6y",
            "password1234",
            "p@ssw0rd123",
            "iloveyou123",
            "qwertyuiop",
            "poiuytrewq",
            "woaini1314520",
            "woaini19900101",
            "20260101admin",
            "lalian2026!!",
            "mima12345678",
            "zhengfu_2026",
            "xy1xy1xy1xy1",
            "1qaz2wsx3edc",
            "abcdefghijkl",
        ] {
            assert!(is_common(text), "{text}");
        }
    }

    #[test]
    fn what_somebody_thought_of_is_not() {
        for text in [
            "云坪山下的第三棵槐树",
            "correcthorsebattery",
            "tr0ub4dor&3x",
            "houshan-yelizi-83",
            "槐树下第3棵板凳坐着",
        ] {
            assert!(!is_common(text), "{text}");
        }
    }

    #[test]
    fn the_list_is_whole() {
        assert!(LIST.lines().count() > 2_000);
        assert!(LIST.lines().all(|line| line.len() == 16 && line.bytes().all(|b| b.is_ascii_hexdigit())));
    }
}
