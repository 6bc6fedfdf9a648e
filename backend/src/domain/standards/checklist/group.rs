//! Groups of items by where one stands; a repeat group is asked once of each stall or room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name that an inspector gives to a stall or room, in characters.
pub const INSTANCE_MAX: usize = 40;
/// Stalls or rooms of one visit where the group names no number.
const REPEAT_DEFAULT: u32 = 60;

/// Items that are answered from one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub key: String,
    pub zh: String,
    pub en: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

/// Each item of the group is answered once for every instance, which an answer names by `instance_key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// What one instance is called: 摊位, 房间.
    pub label_zh: String,
    pub label_en: String,
    /// Names to choose from with one tap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
    /// Most instances of one visit, 60 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

impl Repeat {
    /// Most instances of one visit.
    pub fn most(&self) -> u32 {
        self.max.unwrap_or(REPEAT_DEFAULT)
    }
}
