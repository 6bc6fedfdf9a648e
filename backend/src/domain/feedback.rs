//! What somebody tells about the program itself, and the answers: words, the screen it is about, the version of the app, and nothing else.

use super::problem::{Code, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most characters of a message.
const LONGEST: usize = 2000;
/// Most messages under one.
pub const REPLIES_MAX: usize = 50;

/// Who spoke last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackState {
    /// Waits for an answer.
    Open,
    Answered,
}

impl FeedbackState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
        }
    }
}

/// A message as kept: trimmed, 1 to 2000 characters; markup in it is text.
pub fn message(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if (1..=LONGEST).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(Problem::field("/text", "请写 1 到 2000 个字", "1 to 2000 characters, please"))
}

/// The name of a screen or a version: short, on one line; empty if it is not told.
pub fn label(field: &str, text: &str, longest: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().count() <= longest && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Problem::new(Code::InvalidField).with_field(field, "太长了", "Too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_words_and_an_end() {
        assert_eq!(message("  字太小 ").expect("words"), "字太小");
        for text in ["", "  \n", &"长".repeat(2001)] {
            assert!(message(text).is_err());
        }
        assert!(label("/screen", "a\nb", 9).is_err());
        assert!(label("/screen", "0123456789", 9).is_err());
    }
}
