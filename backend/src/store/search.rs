//! Looking for a part of a text: of a name or code in a folded `search` column, or of any text as it was written.

use crate::domain::page::fold;
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, LikeExpr},
};

/// True for rows whose folded column holds `text`, folded the same way; signs of LIKE in it are text like any other.
pub(super) fn holds(column: impl ColumnTrait, text: &str) -> Expr {
    contains(column, &fold(text))
}

/// True for rows whose column has `text` in it, letter by letter.
pub(super) fn contains(column: impl ColumnTrait, text: &str) -> Expr {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    column.like(LikeExpr::new(pattern).escape('!'))
}
