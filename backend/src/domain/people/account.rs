//! Names of accounts and people, parsed at the edge.

use crate::domain::{names::find_text, page::fold, problem::Problem};

/// What somebody types to say who they are: a phone number or a word; width, case and spaces do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// 2 to 64 letters, digits and `. _ - + @` after folding.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text);
        let plain = |c: char| c.is_alphanumeric() || ".-_+@".contains(c);
        let length = folded.chars().count();
        ((2..=64).contains(&length) && folded.len() <= 64 * 3 && folded.chars().all(plain))
            .then_some(Self(folded))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a person or a device as shown: trimmed, 1 to 64 characters, on one line. Markup in it is text.
pub fn shown_name(field: &str, text: &str) -> Result<String, Problem> {
    let name = text.trim();
    let fits = (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    Err(Problem::field(field, "请填 1 到 64 个字，不要换行", "1 to 64 characters on one line"))
}

/// A phone number as people write it; `None` for an empty one.
pub fn phone(field: &str, text: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let folded = fold(text);
    if (3..=32).contains(&folded.len()) && folded.chars().all(|c| c.is_ascii_digit() || "+-()".contains(c)) {
        return Ok(Some(folded));
    }
    Err(Problem::field(field, "请填电话号码", "A phone number"))
}

/// What lists of people are searched in.
pub fn search_text(login: &Login, name: &str, phone: Option<&str>) -> String {
    find_text(name, &[login.as_str(), phone.unwrap_or_default()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_the_same_however_it_is_typed() {
        assert_eq!(Login::parse(" Ｉｎｓｐｅｃｔｏｒ－01 "), Login::parse("inspector-01"));
        assert_eq!(Login::parse("138 0000 0000").unwrap().as_str(), "13800000000");
        for text in ["", "a", "<b>", "a/b", &"长".repeat(65)] {
            assert_eq!(Login::parse(text), None, "{text}");
        }
    }

    #[test]
    fn markup_in_a_name_is_kept_as_text() {
        let name = "<img src=x onerror=alert(1)>李";
        assert_eq!(shown_name("/name", &format!("  {name} ")).unwrap(), name);
        assert!(shown_name("/name", "  ").is_err() && shown_name("/name", "a\u{0}b").is_err());
    }

    #[test]
    fn phones_may_be_written_with_spaces() {
        assert_eq!(phone("/phone", Some("138 0000 0000")).unwrap().as_deref(), Some("13800000000"));
        assert_eq!(phone("/phone", Some(" ")).unwrap(), None);
        assert!(phone("/phone", Some("call me")).is_err());
    }
}
