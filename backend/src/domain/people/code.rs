//! One-time codes: read out over the phone, typed once, good for 14 days.

use crate::domain::random::Random;
use chrono::TimeDelta;

pub const LIFETIME: TimeDelta = TimeDelta::days(14);

/// No 0 and O, no 1, I and L: what a person reads out must arrive.
const LETTERS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const GROUPS: usize = 3;
const GROUP: usize = 4;

/// A fresh code, `XXXX-XXXX-XXXX`: 31^12, more than 59 bits.
pub fn fresh(random: &dyn Random) -> String {
    let mut code = String::with_capacity(GROUPS * (GROUP + 1));
    let mut byte = [0];
    let mut letters = 0;
    while letters < GROUPS * GROUP {
        random.fill(&mut byte);
        // 248 = 8 × 31: the rest would make some letters likelier than others.
        if byte[0] >= 248 {
            continue;
        }
        if letters > 0 && letters % GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        letters += 1;
    }
    code
}

/// The code as it was issued, however it was typed; `None` when the text cannot be one.
pub fn normalise(typed: &str) -> Option<String> {
    let letters: Vec<char> =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let known = |c: &char| u8::try_from(*c).is_ok_and(|c| LETTERS.contains(&c));
    (letters.len() == GROUPS * GROUP && letters.iter().all(known))
        .then(|| letters.chunks(GROUP).map(String::from_iter).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::SystemRandom;

    #[test]
    fn a_code_survives_being_typed_by_hand() {
        let code = fresh(&SystemRandom);
        assert_eq!(code.len(), 14, "{code}");
        assert_eq!(normalise(&code).as_deref(), Some(&*code));
        let sloppy = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(normalise(&sloppy), Some(code));
        for text in ["", "ABCD-EFGH", "ABCD-EFGH-JKM0", "ABCD-EFGH-JKMN-P", "ＡＢＣＤ-EFGH-JKMN"] {
            assert_eq!(normalise(text), None, "{text}");
        }
    }
}
