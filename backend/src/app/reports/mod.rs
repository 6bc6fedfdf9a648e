//! Figures. Each comes from the same function as the list behind it, and says "as of".

pub mod audit;
pub mod checks;
pub mod dues;
pub mod ledger;
pub mod lists;
pub mod sheets;
pub mod workbook;
pub mod zero;
