//! Limits that passed with nothing said: the day for accepting, and the hour by which a danger is under control. Both stand in the events that
//! begin them, so what passed follows from events and the clock alone. It counts at the limit itself, once, whether somebody came late or
//! nobody has come yet; a word that arrived late and was given in time takes it back.

use super::{
    history::{Happened, Line, Story},
    why::Why,
};
use crate::domain::clock::Instant;
use chrono::TimeDelta;

/// 24:00 of a day is the first moment of the next, and what ends then belongs to the day.
fn last_moment(by: Instant) -> Instant {
    by - TimeDelta::microseconds(1)
}

/// Every limit of this ticket whose last moment lies before `now`: one that ends with a month is that month's.
pub(super) fn passed(story: &Story, now: Instant) -> Vec<Happened> {
    let mut found = acceptance(story, now);
    found.extend(control(story, now));
    found
}

fn acceptance(story: &Story, now: Instant) -> Vec<Happened> {
    let mut found = Vec::new();
    // The line that set the limit, and the limit.
    let mut running: Option<(usize, Instant)> = None;
    for (place, line) in story.lines.iter().enumerate() {
        let begins = line.data.get("accept_by").is_some();
        if begins || matches!(line.transition.as_str(), "T5" | "T6") {
            let late = line.transition == "T5" && line.says("late");
            match running.take() {
                // It had passed before the unit got it.
                Some((begun, by)) if by <= story.lines[begun].at() => {}
                Some((begun, by)) if late => {
                    let at = last_moment(by).min(line.at());
                    found.extend(happened(story, begun, place, (Why::AcceptedLate, at, Some(by))));
                }
                Some((begun, by)) if line.transition == "T6" && line.at() > by && !asked_by(line, by) => {
                    found.extend(happened(
                        story,
                        begun,
                        begun,
                        (Why::NotAccepted, last_moment(by), Some(by)),
                    ));
                }
                // Before events told the limit.
                None if late => {
                    let unit_of = place.saturating_sub(1);
                    found.extend(happened(story, unit_of, place, (Why::AcceptedLate, line.at(), None)));
                }
                _ => {}
            }
        }
        if let Some(by) = line.read("accept_by") {
            running = Some((place, by));
        }
    }
    if let Some((begun, by)) = running.filter(|(begun, by)| *by <= now && *by > story.lines[*begun].at()) {
        found.extend(happened(story, begun, begun, (Why::NotAccepted, last_moment(by), Some(by))));
    }
    found
}

/// Asking in time to send it back is an answer too.
fn asked_by(line: &Line, by: Instant) -> bool {
    line.read::<Instant>("waited").is_some_and(|asked| asked <= by)
}

fn control(story: &Story, now: Instant) -> Vec<Happened> {
    let lines = &story.lines;
    let begins = |line: &Line| line.data.get("control_due_at").is_some();
    let starts: Vec<usize> = (0..lines.len()).filter(|place| begins(&lines[*place])).collect();
    let mut found = Vec::new();
    for (nth, begun) in starts.iter().copied().enumerate() {
        let Some(by) = lines[begun].read::<Instant>("control_due_at") else { continue };
        let end = starts.get(nth + 1).copied().unwrap_or(lines.len());
        let last = |name: &str| (begun + 1..end).rfind(|place| lines[*place].transition == name);
        let stage = last("stage");
        let (place, why) = match (last("control_overdue"), stage) {
            (Some(told), _) if last("control_lifted") > Some(told) => continue,
            (Some(told), None) => (told, Why::ControlNotReported),
            (Some(_), Some(stage)) => (stage, Why::ControlLate),
            (None, Some(stage)) if lines[stage].says("late") => (stage, Why::ControlLate),
            (None, Some(_)) => continue,
            (None, None) => (begun, Why::ControlNotReported),
        };
        let had = story.stood(by).state.is_with_unit();
        // Heard of late; what was heard before tells by its state.
        let mended = || {
            let put_forward =
                |line: &Line| line.transition == "T10" && line.observed_at <= by && line.accepted_at > by;
            lines[begun + 1..end].iter().any(put_forward)
        };
        // Nothing was written down: it follows from the clock.
        if place == begun && (by > now || !had || mended()) {
            continue;
        }
        let owner = lines[..end].iter().rposition(|line| line.at() < by).filter(|_| had);
        let told = last("control_overdue").unwrap_or(place);
        let at = if had { last_moment(by) } else { lines[told].at() };
        let owner = owner.unwrap_or_else(|| told.saturating_sub(1));
        found.extend(happened(story, owner, place, (why, at, Some(by))));
    }
    found
}

/// It goes to whoever had the ticket behind the line `owner`; to nobody where it never was theirs, as the office agreed.
fn happened(
    story: &Story,
    owner: usize,
    place: usize,
    (what, at, by): (Why, Instant, Option<Instant>),
) -> Option<Happened> {
    if story.never_theirs(owner) {
        return None;
    }
    Some(Happened { what, unit: story.unit_behind(owner), at, event: story.lines[place].version, by })
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
