//! What a chosen password must be: long enough, not the account's own name or number, not one that everybody tries first;
//! and what checking one costs.

use super::account::Login;
use crate::domain::{page::fold, problem::Problem};

/// argon2id parameters (one lane).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Cost {
    /// 19 MiB and two passes: the floor that OWASP names, about 30 ms on a county's server.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// For tests, which sign in thousands of times.
    pub const CHEAP: Self = Self { memory_kib: 8, passes: 1 };
}

const SHORTEST: usize = 10;
/// Longer ones are somebody's mistake, and hashing them is work.
pub const LONGEST: usize = 256;

/// What attackers try first, folded. A full list of breached passwords is a later matter.
const COMMON: &[&str] = &[
    "1234567890",
    "12345678910",
    "123456789a",
    "a123456789",
    "0123456789",
    "9876543210",
    "1q2w3e4r5t",
    "qwertyuiop",
    "1qaz2wsx3edc",
    "password123",
    "password1234",
    "passw0rd123",
    "woaini1314",
    "woaini520",
    "woaini1314520",
    "iloveyou123",
    "abc123456789",
    "abcd123456",
    "abc1234567",
    "admin12345",
    "admin123456",
    "administrator",
    "lalian12345",
    "lalian123456",
    "lalian2026",
    "qwer123456",
    "asdf123456",
    "zxcvbnm123",
    "aa12345678",
    "aa123456789",
    "1234qwer1234",
    "5201314520",
];

/// Judges a password that a person chose.
pub fn check(password: &str, login: &Login, phone: Option<&str>) -> Result<(), Problem> {
    let refuse = |zh: &str, en: &str| Err(Problem::field("/new_password", zh, en));
    let length = password.chars().count();
    if length < SHORTEST {
        return refuse(
            "至少 10 个字符；几个词连起来就好记",
            "At least 10 characters; a few words together are easy to keep",
        );
    }
    if password.len() > LONGEST {
        return refuse("最多 256 字节", "At most 256 bytes");
    }
    let folded = fold(password);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let phone = phone.map(digits).filter(|phone| phone.len() >= 7);
    if folded.contains(login.as_str()) && login.as_str().len() >= 5
        || phone.is_some_and(|phone| folded.contains(&phone))
    {
        return refuse("不要包含自己的账号或手机号", "It must not contain your own login or phone number");
    }
    let mut letters: Vec<char> = folded.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 4 || COMMON.contains(&folded.as_str()) {
        return refuse("太常见，容易被猜到，请换一个", "Too common and easily guessed; choose another one");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        check(password, &Login::parse("13800000000").unwrap(), Some("138 0000 0000")).is_err()
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for password in [
            "",
            "short",
            "九个字的口令还不够",
            "1234567890",
            "ＰＡＳＳＷＯＲＤ１２３",
            "PassWord 123",
            "aaaaaaaaaaaa",
            "abababababab",
        ] {
            assert!(refused(password), "{password}");
        }
        assert!(refused("my13800000000x"), "one's own number");
        assert!(refused(&"x1y2".repeat(65)), "too long");
    }

    #[test]
    fn what_is_long_and_one_s_own_passes() {
        for password in ["云坪山下的第三棵槐树", "correct horse battery", "Tr0ub4dor&3x"] {
            assert!(!refused(password), "{password}");
        }
    }
}
