//! The three times of an operation (decisions.md 4): what the phone claims, what we believe, when we got it.

use super::{
    envelope::ClockFacts,
    flag::{Flag, FlagCode},
};
use crate::domain::clock::Instant;
use chrono::TimeDelta;

/// Below this uncertainty `observed_at` decides sequences, local days and on-time questions; above it `accepted_at` does.
pub const TRUSTED: TimeDelta = TimeDelta::minutes(10);
/// From here on an operation is said to have arrived late.
const LATE: TimeDelta = TimeDelta::hours(72);
/// What an unmeasured clock may be wrong by.
const UNMEASURED: TimeDelta = TimeDelta::hours(24);

/// When an operation was made, as far as we can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    pub made_at: Instant,
    pub observed_at: Instant,
    pub uncertainty: TimeDelta,
    pub accepted_at: Instant,
    pub flags: Vec<Flag>,
}

impl Times {
    /// `observed_at` is `made_at` corrected by the offset measured at the last server contact, clamped between that
    /// contact and acceptance; the uncertainty is what the correction cannot explain.
    pub fn settle(made_at: Instant, clock: &ClockFacts, accepted_at: Instant) -> Self {
        let mut flags = Vec::new();
        let (corrected, earliest, mut uncertainty) = match (clock.last_server_at, clock.device_at_last_server)
        {
            (Some(server), Some(device)) if server <= accepted_at => {
                let corrected = made_at + (server - device);
                // The monotonic clock cannot be set by hand; where both agree, the time is good.
                let doubt = clock.monotonic_ms.map_or(TimeDelta::zero(), |ms| {
                    (corrected - (server + TimeDelta::milliseconds(ms.clamp(0, i64::from(i32::MAX) * 1000))))
                        .abs()
                });
                (corrected, Some(server), doubt)
            }
            _ => (made_at, None, UNMEASURED),
        };
        let mut observed_at = corrected.min(accepted_at);
        if let Some(earliest) = earliest {
            observed_at = observed_at.max(earliest);
        }
        uncertainty += (corrected - observed_at).abs();
        if made_at > accepted_at + TRUSTED {
            flags.push(FlagCode::ClockAhead.with(format!("{} min", (made_at - accepted_at).num_minutes())));
        }
        if uncertainty > TRUSTED {
            flags.push(FlagCode::ClockDoubtful.flag());
        }
        if accepted_at - observed_at > LATE {
            flags.push(FlagCode::LateArrival.with(format!("{} h", (accepted_at - observed_at).num_hours())));
        }
        Self { made_at, observed_at, uncertainty, accepted_at, flags }
    }

    /// A desk's own act: made when it arrives.
    pub fn at_desk(made_at: Instant, accepted_at: Instant) -> Self {
        Self {
            made_at,
            observed_at: accepted_at,
            uncertainty: TimeDelta::zero(),
            accepted_at,
            flags: Vec::new(),
        }
    }

    /// Entered from a sheet: it was when the sheet says, on the word of the person who enters it; never in the future.
    pub fn on_paper(filled_at: Instant, made_at: Instant, accepted_at: Instant) -> Self {
        let observed_at = filled_at.min(accepted_at);
        let mut flags = Vec::new();
        if filled_at > accepted_at {
            flags.push(FlagCode::ClockDoubtful.flag());
        }
        Self { made_at, observed_at, uncertainty: TimeDelta::zero(), accepted_at, flags }
    }

    /// The instant that deadlines and local days go by.
    pub fn effective(&self) -> Instant {
        if self.uncertainty <= TRUSTED { self.observed_at } else { self.accepted_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};

    fn at(hour: u32, minute: u32) -> Instant {
        Utc.with_ymd_and_hms(2026, 11, 22, hour, minute, 0).unwrap()
    }

    fn facts(server: Instant, device: Instant, monotonic_minutes: Option<i64>) -> ClockFacts {
        ClockFacts {
            last_server_at: Some(server),
            device_at_last_server: Some(device),
            monotonic_ms: monotonic_minutes.map(|m| m * 60_000),
            ..ClockFacts::default()
        }
    }

    #[test]
    fn a_slow_phone_is_corrected_by_its_measured_offset() {
        // The phone runs one hour behind and made this two hours after it last heard from the server.
        let times = Times::settle(at(3, 0), &facts(at(2, 0), at(1, 0), Some(120)), at(9, 0));
        assert_eq!(times.observed_at, at(4, 0));
        assert_eq!(times.uncertainty, TimeDelta::zero());
        assert_eq!(times.effective(), at(4, 0));
        assert!(times.flags.is_empty());
    }

    #[test]
    fn a_clock_that_was_set_in_between_is_flagged_and_acceptance_decides() {
        let times = Times::settle(at(8, 0), &facts(at(2, 0), at(2, 0), Some(30)), at(9, 0));
        assert!(times.uncertainty > TRUSTED);
        assert_eq!(times.effective(), at(9, 0));
        assert_eq!(times.flags[0].code, "clock_doubtful");
    }

    #[test]
    fn a_fast_phone_never_makes_work_from_the_future() {
        let times = Times::settle(at(20, 0), &ClockFacts::default(), at(9, 0));
        assert_eq!(times.observed_at, at(9, 0));
        assert!(times.flags.iter().any(|flag| flag.code == "clock_ahead"));
    }

    #[test]
    fn nothing_was_seen_before_the_last_contact() {
        let times = Times::settle(at(1, 0), &facts(at(2, 0), at(2, 0), None), at(9, 0));
        assert_eq!(times.observed_at, at(2, 0));
        assert_eq!(times.uncertainty, TimeDelta::hours(1));
    }
}
