//! `cursor` and `limit` of every list.

use crate::domain::{
    page::{Cursor, PageRequest},
    problem::{Code, Problem},
};

/// Rows of a page when none is asked for.
const DEFAULT: u64 = 50;
/// Most rows of a page.
const MOST: u64 = 200;

/// Reads what a list is asked for; a cursor that we did not write is named, not guessed at.
pub fn page(cursor: Option<&str>, limit: Option<u64>) -> Result<PageRequest, Problem> {
    let limit = limit.unwrap_or(DEFAULT);
    if !(1..=MOST).contains(&limit) {
        return Err(wrong("limit", format!("应为 1 到 {MOST}"), format!("Expected 1 to {MOST}")));
    }
    let after = match cursor {
        None | Some("") => None,
        Some(text) => Some(Cursor::decode(text).ok_or_else(|| {
            wrong(
                "cursor",
                "翻页位置不对，请从第一页重新开始".into(),
                "Not a cursor of ours; start at the first page".into(),
            )
        })?),
    };
    Ok(PageRequest { after, limit })
}

fn wrong(field: &str, zh: String, en: String) -> Problem {
    Problem::new(Code::Malformed).with_field(field, zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_cursors() {
        assert_eq!(page(None, None).unwrap().limit, DEFAULT);
        assert!(page(Some(""), Some(MOST)).unwrap().after.is_none());
        for (cursor, limit) in [(None, Some(0)), (None, Some(MOST + 1)), (Some("x"), None)] {
            assert_eq!(page(cursor, limit).unwrap_err().code, Code::Malformed);
        }
        let cursor = Cursor { key: "519901001000".into(), id: uuid::Uuid::from_u128(7) };
        assert_eq!(page(Some(&cursor.encode()), Some(1)).unwrap().after, Some(cursor));
    }
}
