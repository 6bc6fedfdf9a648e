//! Which databases hold the demo county. A demo database never serves real work, and the demo never touches another.

use super::{App, AppResult};
use crate::store::meta;

impl App {
    /// True when this database was made by `lalian demo`.
    pub async fn is_demo_database(&self) -> AppResult<bool> {
        Ok(meta::get(self.store.read(), meta::DEMO).await?.is_some())
    }
}
