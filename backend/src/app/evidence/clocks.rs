//! The clocks at a shutter: what the phone's own said, what the server's makes of that moment, and how far the steady one ran until the work
//! was sealed. Read from the sealed bytes, so that nothing here can have been put right later.

use crate::domain::{
    clock::Instant,
    field::{envelope::Envelope, times::TRUSTED},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// How the server's clock was brought to the shutter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockWay {
    /// By the steady clock, which nobody can set, from the server's last answer before the shutter.
    Steady,
    /// By the offset that was measured when the work was sealed: the clock may have been set in between.
    Offset,
}

/// Both clocks at one shutter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct PhotoClocks {
    /// What the phone's own clock said.
    pub phone_at: Option<DateTime<Utc>>,
    /// The same moment by the server's clock; null where the phone had not heard from the server.
    pub server_at: Option<DateTime<Utc>>,
    pub way: Option<ClockWay>,
    /// Milliseconds that the phone's clock was ahead of the server's.
    pub ahead_ms: Option<i64>,
    /// Milliseconds from the shutter to sealing by the steady clock, and by the phone's own.
    pub steady_ms: Option<i64>,
    pub own_ms: Option<i64>,
}

/// The server's clock carried on by the steady one; what cannot be a moment is none.
fn carried(server: Option<Instant>, ran_ms: Option<i64>) -> Option<Instant> {
    let ran = ran_ms.filter(|ms| *ms >= 0).and_then(TimeDelta::try_milliseconds)?;
    server?.checked_add_signed(ran)
}

/// What the sealed work says of the clocks when this file was taken.
pub fn at_shutter(
    body: &[u8],
    file_id: Uuid,
    made_at: Instant,
    observed_at: Instant,
    uncertainty_ms: i64,
) -> PhotoClocks {
    let (Ok(envelope), Ok(sealed)) = (Envelope::parse(body), serde_json::from_slice::<Value>(body)) else {
        return PhotoClocks::default();
    };
    let id = file_id.to_string();
    let none = Vec::new();
    let files = sealed["files"].as_array().unwrap_or(&none);
    let Some(file) = files.iter().find(|file| file["file_id"].as_str() == Some(&id)) else {
        return PhotoClocks::default();
    };
    let moment = |key: &str| file[key].as_str().and_then(|text| text.parse::<Instant>().ok());
    let phone_at = moment("taken_at");
    let steady = carried(moment("last_server_at"), file["monotonic_ms"].as_i64());
    let corrected = phone_at
        .filter(|_| uncertainty_ms <= TRUSTED.num_milliseconds() && envelope.clock.last_server_at.is_some())
        .and_then(|at| at.checked_sub_signed(made_at - observed_at));
    let (server_at, way) = match (steady, corrected) {
        (Some(at), _) => (Some(at), Some(ClockWay::Steady)),
        (None, Some(at)) => (Some(at), Some(ClockWay::Offset)),
        (None, None) => (None, None),
    };
    let sealed_at = carried(envelope.clock.last_server_at, envelope.clock.monotonic_ms);
    let between = |from: Option<Instant>, to: Option<Instant>| Some((to? - from?).num_milliseconds());
    PhotoClocks {
        phone_at,
        server_at,
        way,
        ahead_ms: between(server_at, phone_at),
        steady_ms: between(steady, sealed_at),
        own_ms: between(phone_at, Some(made_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// A phone whose clock is an hour ahead; sealed five minutes after the shutter.
    fn body(file: &Value) -> Vec<u8> {
        json!({
            "operation_id": Uuid::nil(), "kind": "ticket.rectify/1", "made_at": "2026-11-02T11:10:00Z", "payload": {},
            "author": { "person_id": Uuid::nil(), "post_id": Uuid::nil() },
            "clock": { "last_server_at": "2026-11-02T10:00:00Z", "device_at_last_server": "2026-11-02T11:00:00Z", "monotonic_ms": 600_000 },
            "files": [{ "file_id": Uuid::from_u128(7), "sha256": "", "bytes": 1, "media_type": "image/jpeg", "taken_at": "2026-11-02T11:05:00Z" }],
        })
        .as_object()
        .map(|whole| {
            let mut whole = whole.clone();
            whole["files"][0].as_object_mut().unwrap().extend(file.as_object().unwrap().clone());
            serde_json::to_vec(&whole).unwrap()
        })
        .unwrap()
    }

    fn read(file: &Value, uncertainty_ms: i64) -> PhotoClocks {
        let (made, observed) = (at("2026-11-02T11:10:00Z"), at("2026-11-02T10:10:00Z"));
        at_shutter(&body(file), Uuid::from_u128(7), made, observed, uncertainty_ms)
    }

    #[test]
    fn the_steady_clock_carries_the_server_s_to_the_shutter() {
        let clocks = read(&json!({ "last_server_at": "2026-11-02T10:00:00Z", "monotonic_ms": 300_000 }), 0);
        assert_eq!(clocks.server_at, Some(at("2026-11-02T10:05:00Z")));
        assert_eq!((clocks.way, clocks.ahead_ms), (Some(ClockWay::Steady), Some(3_600_000)));
        assert_eq!((clocks.steady_ms, clocks.own_ms), (Some(300_000), Some(300_000)));
    }

    #[test]
    fn without_it_the_measured_offset_does_and_without_that_nothing() {
        let clocks = read(&json!({}), 0);
        assert_eq!(
            (clocks.server_at, clocks.way),
            (Some(at("2026-11-02T10:05:00Z")), Some(ClockWay::Offset))
        );
        assert_eq!(clocks.steady_ms, None);
        assert_eq!(read(&json!({}), TRUSTED.num_milliseconds() + 1).way, None);
    }

    #[test]
    fn nonsense_is_no_clock_and_no_failure() {
        for file in [
            json!({ "monotonic_ms": "soon", "last_server_at": 5 }),
            json!({ "monotonic_ms": -1, "last_server_at": "2026-11-02T10:00:00Z" }),
            json!({ "monotonic_ms": i64::MAX, "last_server_at": "2026-11-02T10:00:00Z" }),
        ] {
            assert_eq!(read(&file, i64::MAX).server_at, None, "{file}");
        }
        assert_eq!(
            at_shutter(b"no json", Uuid::nil(), at("2026-11-02T10:00:00Z"), at("2026-11-02T10:00:00Z"), 0),
            PhotoClocks::default()
        );
    }
}
