//! What a chosen password must be: long enough, nothing that others know of its owner, not one that everybody tries first; and what
//! checking one costs.

use super::{account::Login, common_passwords};
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
/// What must be left when all that others know is taken out.
const OWN_PART: usize = 6;

/// What others know of a password's owner.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub login: &'a Login,
    pub phone: Option<&'a str>,
    /// Own name, county and units.
    pub words: &'a [String],
}

/// Judges a password that a person chose.
pub fn check(password: &str, known: &Known<'_>) -> Result<(), Problem> {
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
    let login = known.login.as_str();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let phone = known.phone.map(digits).filter(|phone| phone.len() >= 7);
    if folded.contains(login) && login.len() >= 5 || phone.is_some_and(|phone| folded.contains(&phone)) {
        return refuse("不要包含自己的账号或手机号", "It must not contain your own login or phone number");
    }
    if folded.chars().all(|c| c.is_ascii_digit()) {
        return refuse(
            "不要只用数字：手机号、生日、证件号别人都知道",
            "Not digits alone: others know phone numbers, birthdays and identity numbers",
        );
    }
    if common_passwords::is_common(&folded) {
        return refuse("太常见，容易被猜到，请换一个", "Too common and easily guessed; choose another one");
    }
    if without(&folded, known.words).chars().count() < OWN_PART {
        return refuse(
            "去掉姓名、县名、单位名以后太短，请再加几个只有自己知道的词",
            "Too short without your name, county and unit; add some words that only you know",
        );
    }
    Ok(())
}

/// What is left of a password without the words that others know.
fn without(folded: &str, words: &[String]) -> String {
    let words = words.iter().map(|word| fold(word)).filter(|word| word.chars().count() >= 2);
    let ours = ["拉练通", "拉练", "lalian"].map(str::to_owned);
    words.chain(ours).fold(folded.to_owned(), |left, word| left.replace(&word, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let words = ["王秀英", "云坪县", "杏桥街道"].map(str::to_owned);
        let login = Login::parse("13800000000").unwrap();
        check(password, &Known { login: &login, phone: Some("138 0000 0000"), words: &words }).is_err()
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
            "19900101199001",
        ] {
            assert!(refused(password), "{password}");
        }
        assert!(refused("my13800000000x"), "one's own number");
        assert!(refused(&"x1y2".repeat(65)), "too long");
    }

    #[test]
    fn what_others_know_does_not_count() {
        for password in
            ["王秀英云坪县杏桥街道", "云坪县杏桥街道2026", "Lalian王秀英ab12", "王秀英王秀英王秀英王"]
        {
            assert!(refused(password), "{password}");
        }
        assert!(!refused("王秀英爱吃后山的野李子"), "a sentence with one's name in it");
    }

    #[test]
    fn what_is_long_and_one_s_own_passes() {
        for password in ["云坪山下的第三棵槐树", "correct horse battery", "Tr0ub4dor&3x"] {
            assert!(!refused(password), "{password}");
        }
    }
}
