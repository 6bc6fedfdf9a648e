//! What the door answers; stored with the operation, so that a repeat gets the same.

use crate::domain::field::flag::Flag;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A row that an operation changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq)]
pub struct Changed {
    pub noun: String,
    pub id: Uuid,
    pub version: i32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
}

/// What became of an operation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub operation_id: Uuid,
    pub server_seq: i64,
    pub accepted_at: DateTime<Utc>,
    pub observed_at: DateTime<Utc>,
    /// `accepted`, `refused`, `admitted`, `dismissed`.
    pub status: String,
    /// `applied`, `conflict` (kept, ticket unchanged), `waiting` (for a second person), `nothing`.
    pub outcome: String,
    pub flags: Vec<Flag>,
    pub changed: Vec<Changed>,
    /// SHA-256 of files still to be sent, most urgent first.
    #[serde(default)]
    pub missing: Vec<String>,
    #[serde(default)]
    pub receipt: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<String>,
    /// The ticket as it stands, when the operation met another state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<Object>)]
    pub current: Option<serde_json::Value>,
}

/// Why sealed work is refused; everything else is accepted with flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    Unreadable,
    UnknownKind,
    NotAuthor,
    OutsideCounty,
    ForeignDevice,
    BadSignature,
    RevokedDevice,
    NotPermitted,
    UnknownTicket,
    UnknownInspection,
}

impl Refusal {
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Plain words: Chinese, English.
    pub fn words(self) -> (&'static str, &'static str) {
        let (_, zh, en) = self.row();
        (zh, en)
    }

    pub const ALL: [Refusal; 10] = [
        Self::Unreadable,
        Self::UnknownKind,
        Self::NotAuthor,
        Self::OutsideCounty,
        Self::ForeignDevice,
        Self::BadSignature,
        Self::RevokedDevice,
        Self::NotPermitted,
        Self::UnknownTicket,
        Self::UnknownInspection,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.as_str() == text)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Unreadable => {
                ("unreadable", "内容读不懂，已原样留存", "It cannot be read; it is kept as it is")
            }
            Self::UnknownKind => (
                "unknown_kind",
                "服务器还不认识这类内容，已留存",
                "The server does not know this kind yet; it is kept",
            ),
            Self::NotAuthor => ("not_author", "不是您本人封存的内容", "It was not sealed by you"),
            Self::OutsideCounty => (
                "outside_county",
                "点位不在本县台账中，已留存",
                "The site is not in this county's register; it is kept",
            ),
            Self::ForeignDevice => (
                "foreign_device",
                "设备没有登记在作者名下，已留存",
                "The device is not registered to its author; it is kept",
            ),
            Self::BadSignature => {
                ("bad_signature", "设备签名对不上，已留存", "The device's signature does not fit; it is kept")
            }
            Self::RevokedDevice => (
                "revoked_device",
                "设备停用之后封存的内容，已留存",
                "It was sealed after its device was revoked; it is kept",
            ),
            Self::NotPermitted => (
                "not_permitted",
                "作者的岗位不能做这件事，已留存",
                "The author's post may not do this; it is kept",
            ),
            Self::UnknownTicket => {
                ("unknown_ticket", "没有找到这张整改单，已留存", "The ticket was not found; it is kept")
            }
            Self::UnknownInspection => {
                ("unknown_inspection", "没有找到这次检查，已留存", "The visit was not found; it is kept")
            }
        }
    }
}
