//! Looking for a part of a name or code in a folded `search` column.

use crate::domain::page::fold;
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, LikeExpr},
};

/// True for rows whose folded column holds `text`, folded the same way; signs of LIKE in it are text like any other.
pub(super) fn holds(column: impl ColumnTrait, text: &str) -> Expr {
    let mut pattern = String::from("%");
    for character in fold(text).chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    column.like(LikeExpr::new(pattern).escape('!'))
}
