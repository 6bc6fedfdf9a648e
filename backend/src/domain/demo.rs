//! The panes of the stand 演示台: three people of the demo county, each at an origin of their own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A pane of the stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pane {
    Inspector,
    Township,
    Office,
}

impl Pane {
    /// In the order in which they stand.
    pub const ALL: [Self; 3] = [Self::Inspector, Self::Township, Self::Office];
}
