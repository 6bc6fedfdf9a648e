//! Works dates, levels, counters and colours out from nothing but the events that the API serves, the calendar and the thresholds. Written
//! apart from the program, from the words of the rules: where the two differ, one of them cannot be explained.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use serde_json::{Value, json};
use uuid::Uuid;

type At = DateTime<Utc>;

/// The local day of a moment; Shanghai is eight hours ahead and knows no summer time.
fn day(at: At) -> NaiveDate {
    (at + TimeDelta::hours(8)).date_naive()
}

/// 24:00 of a day.
fn end(day: NaiveDate) -> At {
    (day + Days::new(1)).and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

fn at(value: &Value) -> Option<At> {
    value.as_str().and_then(|text| text.parse().ok())
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// What a ticket's time is counted in, and how much of it there is.
#[derive(Debug, Clone)]
struct Given {
    unit: String,
    amount: i64,
}

/// Working days and hours, by the published lists and the county's settings alone.
#[derive(Debug, Default)]
pub struct Days365 {
    days: BTreeMap<NaiveDate, bool>,
    /// When offices are open, in minutes of a day.
    open: Vec<(i64, i64)>,
}

impl Days365 {
    /// With the hours that `GET /settings` serves.
    pub fn open(settings: &Value) -> Self {
        let minutes = |time: &Value| {
            let (hours, minutes) = time.as_str().and_then(|text| text.split_once(':')).expect("a time");
            hours.parse::<i64>().expect("hours") * 60 + minutes[..2].parse::<i64>().expect("minutes")
        };
        let spans = settings["deadlines"]["working_hours"].as_array().expect("spans");
        let open = spans.iter().map(|span| (minutes(&span["from"]), minutes(&span["to"]))).collect();
        Self { days: BTreeMap::new(), open }
    }

    /// Adds a year as `GET /calendar/{year}` serves it.
    pub fn add(&mut self, year: &Value) {
        for listed in year["days"].as_array().into_iter().flatten() {
            let date = listed["date"].as_str().and_then(|text| text.parse().ok()).expect("a date");
            self.days.insert(date, listed["isOffDay"] == json!(true));
        }
    }

    /// The open spans from a moment on, for a year.
    fn spans(&self, from: At) -> impl Iterator<Item = (At, At)> + '_ {
        let days = day(from).iter_days().take(366).filter(|day| self.works(*day));
        days.flat_map(move |day| {
            let begin = end(day - Days::new(1));
            self.open.iter().map(move |(open, close)| {
                (begin + TimeDelta::minutes(*open), begin + TimeDelta::minutes(*close))
            })
        })
        .filter(move |(_, close)| *close > from)
        .map(move |(open, close)| (open.max(from), close))
    }

    /// When so much working time has passed.
    fn worked_off(&self, from: At, mut left: TimeDelta) -> At {
        if left <= TimeDelta::zero() {
            return from;
        }
        for (open, close) in self.spans(from) {
            if close - open >= left {
                return open + left;
            }
            left -= close - open;
        }
        panic!("no year has so much of it");
    }

    /// Working time between two moments.
    fn worked(&self, from: At, to: At) -> TimeDelta {
        let until = self.spans(from).take_while(|(open, _)| *open < to);
        until.fold(TimeDelta::zero(), |sum, (open, close)| sum + (close.min(to) - open))
    }

    /// When what is given at a moment is due.
    fn due(&self, from: At, given: &Given) -> At {
        match given.unit.as_str() {
            "working_hours" => self.worked_off(from, TimeDelta::hours(given.amount)),
            "urgent_hours" => from + TimeDelta::hours(given.amount),
            _ => end(self.step(day(from), given.amount)),
        }
    }

    /// A date behind a time in which its clock stood still.
    fn rested(&self, due: At, given: &Given, from: At, to: At) -> At {
        match given.unit.as_str() {
            "working_hours" => self.worked_off(due, self.worked(from, to)),
            "urgent_hours" => due + (to - from).max(TimeDelta::zero()),
            _ => self.later(due, self.between(day(from), day(to))),
        }
    }

    fn works(&self, day: NaiveDate) -> bool {
        match self.days.get(&day) {
            Some(off) => !off,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// The nth working day after a day; before it where n is negative.
    fn step(&self, from: NaiveDate, n: i64) -> NaiveDate {
        let (mut day, mut left) = (from, n.abs());
        while left > 0 {
            day = if n > 0 { day + Days::new(1) } else { day - Days::new(1) };
            left -= i64::from(self.works(day));
        }
        day
    }

    /// Working days after one day up to and with another.
    fn between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = day + Days::new(1);
            count += i64::from(self.works(day));
        }
        count
    }

    fn later(&self, due: At, days: i64) -> At {
        if days == 0 { due } else { end(self.step(day(due - TimeDelta::microseconds(1)), days)) }
    }
}

/// Where a ticket stood after one of its events.
#[derive(Debug, Clone, Default)]
struct Point {
    at: Option<At>,
    state: String,
    unit: Option<Uuid>,
    issued: Option<At>,
    due: Option<At>,
    official: Option<At>,
    in_time: Option<bool>,
    closed: Option<At>,
}

/// Something that happened, to whom it is counted, when.
#[derive(Debug, Clone)]
struct Mark {
    what: &'static str,
    unit: Option<Uuid>,
    at: At,
}

/// One ticket, retold.
#[derive(Debug)]
pub struct Told {
    pub id: Uuid,
    self_found: bool,
    void: bool,
    points: Vec<Point>,
    marks: Vec<Mark>,
}

fn says(event: &Value, key: &str) -> bool {
    event["data"][key] == json!(true)
}

/// What ends at 24:00 belongs to the day that it ends.
fn last_moment(by: At) -> At {
    by - TimeDelta::microseconds(1)
}

/// Retells a ticket from its detail; whatever an event says of a date must be what the rules give.
pub fn retell(ticket: &Value, settings: &Value, days: &Days365, until: At) -> Told {
    let given = Given {
        unit: ticket["deadline_unit"].as_str().expect("a unit").to_owned(),
        amount: ticket["deadline_days"].as_i64().expect("how much"),
    };
    let accept_days = settings["deadlines"]["accept_days"].as_i64().expect("days");
    let mut now = Point { unit: id(&ticket["township_id"]), ..Point::default() };
    let (mut points, mut marks) = (Vec::new(), Vec::<Mark>::new());
    let (mut put_forward, mut held) = (None, None);
    let (mut self_found, mut since_given) = (false, 0);
    // By when it should be accepted, and since when by whom; by when a danger should be under control.
    let mut accept: Option<(At, At, Option<Uuid>)> = None;
    let mut control: Option<At> = None;
    // The earliest day of the campaigns that it is in.
    let mut zero: Option<NaiveDate> = None;
    for event in ticket["events"].as_array().expect("events") {
        let accepted = at(&event["accepted_at"]).expect("a time");
        let counts =
            if says(event, "arrived_late") { at(&event["observed_at"]).expect("a time") } else { accepted };
        let name = event["transition"].as_str().expect("a transition");
        let fresh = || Some(days.due(accepted, &given));
        let stood = |now: &mut Point, from: At| {
            now.due = now.due.map(|due| days.rested(due, &given, from, accepted));
            now.official = now.official.map(|due| days.rested(due, &given, from, accepted));
        };
        let (before, promised) = (now.unit, now.due);
        // The first word after the hour finds whether it was kept.
        if let Some(by) = control.filter(|by| counts > *by) {
            let in_time = (name == "stage" && !says(event, "late"))
                || (name == "T10" && at(&event["observed_at"]).is_some_and(|made| made <= by));
            if in_time {
                control = None;
            } else if ["issued", "in_progress", "rework"].contains(&now.state.as_str()) {
                marks.push(Mark { what: "late_control", unit: before, at: last_moment(by) });
                control = None;
            }
        }
        let before_official = now.official;
        let asked = at(&event["data"]["waited"]);
        if let Some((by, since, unit)) = accept.filter(|_| ["T5", "T6"].contains(&name)) {
            accept = None;
            let missed = match name {
                "T5" => says(event, "late"),
                _ => counts > by && asked.is_none_or(|asked| asked > by) && !says(event, "wrongly_routed"),
            };
            if missed && by > since {
                marks.push(Mark { what: "unaccepted", unit, at: last_moment(by).min(counts) });
            }
        }
        if ["T2", "T6"].contains(&name) {
            // It never was that unit's: what was waited for in between is nobody's.
            for mark in marks[since_given..].iter_mut().filter(|_| says(event, "wrongly_routed")) {
                let done = ["hollow", "relapse", "not_the_repair", "rework"].contains(&mark.what);
                mark.unit = mark.unit.filter(|_| done);
            }
            since_given = marks.len();
        }
        let mut mark = |what| marks.push(Mark { what, unit: before, at: counts });
        match name {
            "T1" => {
                self_found = event["data"]["source"] == "self_check";
                now.unit = id(&event["data"]["unit_id"]);
            }
            "T2" => {
                now.unit = id(&event["data"]["unit_id"]);
                now.issued = Some(accepted);
                if !event["data"]["due_at"].is_null() {
                    (now.due, now.official) = (fresh(), fresh());
                }
            }
            "T5" if says(event, "late") => mark("late_accept"),
            "T6" => {
                now.unit = id(&event["data"]["unit_id"]);
                if says(event, "wrongly_routed") && now.due.is_some() {
                    (now.due, now.official, now.issued) = (fresh(), fresh(), Some(accepted));
                } else if let Some(asked) = asked {
                    stood(&mut now, asked);
                }
            }
            "T7" => {
                let last: NaiveDate =
                    event["data"]["day"].as_str().and_then(|d| d.parse().ok()).expect("a day");
                (now.due, now.official) = (now.due.max(Some(end(last))), Some(end(last)));
            }
            // Asked in time and agreed to late: the time of thinking is not the unit's.
            "T8" | "referred" => held = asked.or(Some(accepted)),
            "T9" | "refer_done" | "refer_returned" => stood(&mut now, held.take().expect("held")),
            // Its unit hears of it now, and its time begins.
            "release" if now.state == "issued" || (now.state == "rework" && now.due.is_none()) => {
                (now.due, now.official, now.issued) = (fresh(), fresh(), Some(accepted));
            }
            "T10" => {
                put_forward = at(&event["observed_at"]);
                now.in_time = Some(!says(event, "late"));
                let late = now.official.is_some_and(|due| put_forward > Some(due));
                assert_eq!(late, says(event, "late"), "whether it was late: {event}");
            }
            "T11" => now.closed = Some(counts),
            "T12" => {
                // The unit cannot go on before the county has the verdict, so its clock stands until then.
                mark("rework");
                if event["reason"] == "not_done" {
                    mark("hollow");
                }
                stood(&mut now, put_forward.expect("put forward"));
                let grace = end(days.step(day(accepted), 1));
                now.due = now.due.map(|due| due.max(grace));
            }
            "T13" => {
                mark("relapse");
                (now.in_time, now.closed) = (None, None);
                now.official = fresh().max(now.official);
                now.due = now.official;
                now.issued = now.issued.or(Some(accepted));
            }
            // Set by hand.
            "T17"
                if event["data"]["before"]["official_due_at"]
                    != event["data"]["after"]["official_due_at"] =>
            {
                now.official = at(&event["data"]["after"]["official_due_at"]);
                now.due = now.official;
            }
            "campaign_joined" => {
                let last = event["data"]["day"].as_str().and_then(|text| text.parse().ok()).expect("a day");
                zero =
                    Some(zero.filter(|known| *known >= day(accepted)).map_or(last, |known| known.min(last)));
            }
            // Reported, or found by the clock, after a time in which the hour could not count.
            "stage" if says(event, "late") && control.is_some() => mark("late_control"),
            "control_overdue" if control.is_some() => mark("late_control"),
            "control_lifted" => {
                let last = marks.iter().rposition(|mark| mark.what == "late_control").expect("one before");
                marks.remove(last);
            }
            "T15" => {
                assert!(now.due < Some(accepted), "its own date has passed: {event}");
                mark("overdue");
            }
            "overdue_lifted" => {
                let last = marks.iter().rposition(|mark| mark.what == "overdue").expect("an overdue before");
                marks.remove(last);
            }
            "T16" => {
                mark("reminder");
                if says(event, "reissued") {
                    mark("reissued");
                }
            }
            "denied" if event["data"]["what"] == "send_back" => mark("send_back_denied"),
            "repair_not_shown" => mark("not_the_repair"),
            "repair_shown" => {
                let last = marks.iter().rposition(|mark| mark.what == "not_the_repair").expect("one before");
                marks.remove(last);
            }
            _ => {}
        }
        match name {
            "stage" | "control_overdue" => control = None,
            "T2" | "T6" | "release" if event["data"].get("accept_by").is_some() => {
                let by = end(days.step(day(now.issued.expect("issued")), accept_days));
                assert_eq!(
                    at(&event["data"]["accept_by"]),
                    Some(by),
                    "by when it is to be accepted: {event}"
                );
                accept = Some((by, counts, now.unit));
            }
            _ => {}
        }
        if let Some(by) = event["data"].get("control_due_at") {
            control = at(by);
        }
        event["to_state"].as_str().expect("a state").clone_into(&mut now.state);
        let open = ["pending", "issued", "in_progress", "submitted", "on_hold", "rework"]
            .contains(&now.state.as_str());
        if let Some(last) = zero.map(end).filter(|_| open) {
            // The zeroing day moves for nobody; a repair that stood under it and came back has its working day all the same.
            let returned = name == "T12" && before_official.is_some_and(|official| official <= last);
            if last > accepted || returned {
                now.official = now.official.map(|official| official.min(last));
                let kept = promised.filter(|_| !returned && name != "campaign_joined");
                now.due = now.due.map(|due| due.min(kept.map_or(last, |kept| kept.max(last))));
            }
            if returned {
                let grace = end(days.step(day(accepted), 1));
                now.due = now.due.map(|due| due.max(grace));
            }
        }
        if let Some(said) = event["data"].get("official_due_at") {
            assert_eq!(
                (at(said), at(&event["data"]["due_at"])),
                (now.official, now.due),
                "{event} of {ticket}"
            );
        }
        now.at = Some(counts);
        points.push(now.clone());
    }
    assert_eq!((at(&ticket["official_due_at"]), at(&ticket["due_at"])), (now.official, now.due), "{ticket}");
    // What nobody has said a word to yet.
    if let Some((by, _, unit)) = accept.filter(|(by, since, _)| *by < until && by > since) {
        marks.push(Mark { what: "unaccepted", unit, at: last_moment(by) });
    }
    let with_unit = ["issued", "in_progress", "rework"].contains(&now.state.as_str());
    if let Some(by) = control.filter(|by| *by < until && with_unit) {
        marks.push(Mark { what: "late_control", unit: now.unit, at: last_moment(by) });
    }
    let void = ["void", "declined", "merged", "pending"].contains(&now.state.as_str());
    Told { id: id(&ticket["id"]).expect("an id"), self_found, void, points, marks }
}

impl Told {
    fn at(&self, cutoff: At) -> Option<&Point> {
        self.points.iter().rfind(|point| point.at < Some(cutoff))
    }

    fn count(&self, what: &str) -> i64 {
        self.marks.iter().filter(|mark| mark.what == what).count() as i64
    }

    /// The level as its number.
    pub fn level(&self, ticket: &Value, settings: &Value, days: &Days365, now: At) -> i64 {
        let limit = |key: &str| settings["colours"][key].as_i64().expect("a threshold");
        let Some(stands) = self.points.last() else { return 0 };
        let with_unit = ["issued", "in_progress", "rework"].contains(&stands.state.as_str());
        if !with_unit && !["submitted", "on_hold"].contains(&stands.state.as_str()) {
            return 0;
        }
        // Late by the date that the unit was given last: what was returned has its days.
        let late = stands.due.filter(|due| with_unit && *due < now);
        let late_days =
            late.map(|due| days.between(day(due - TimeDelta::microseconds(1)), day(now))).unwrap_or_default();
        if self.count("not_the_repair") >= 1
            || self.count("hollow") >= limit("hollow")
            || self.count("reissued") >= limit("reissued")
            || late_days > limit("overdue_days")
        {
            return 3;
        }
        if late.is_some()
            || self.count("rework") >= limit("rework")
            || self.count("late_accept") >= limit("accepted_late")
        {
            return 2;
        }
        // Reminded since the unit last did something.
        let events = ticket["events"].as_array().expect("events");
        let answered = ["T5", "T6", "T9", "T10", "attempt", "stage", "milestone"];
        let waiting = events.iter().rev().map(|event| event["transition"].as_str().unwrap_or_default());
        let reminded = waiting.take_while(|name| !answered.contains(name)).any(|name| name == "T16");
        i64::from(with_unit && (reminded || soon(stands, settings, days, now)))
    }
}

fn soon(stands: &Point, settings: &Value, days: &Days365, now: At) -> bool {
    let set = |key: &str| settings["deadlines"][key].as_i64().expect("a number");
    let Some((issued, due)) = stands.issued.zip(stands.due).filter(|(_, due)| now < *due) else {
        return false;
    };
    let last = day(due - TimeDelta::microseconds(1));
    let share = (days.between(day(issued), last) * set("due_soon_percent") + 99) / 100;
    let begins = end(days.step(last, -share.min(set("due_soon_days"))) - Days::new(1));
    if begins > issued {
        return begins <= now;
    }
    due - (due - issued) / 100 * i32::try_from(set("due_soon_percent")).expect("a share") <= now
}

/// The figures of a township's month, and what they make.
pub fn month(all: &[Told], township: Uuid, (from, to): (At, At), settings: &Value, days: &Days365) -> Value {
    let limit = |key: &str| settings["colours"][key].as_i64().expect("a threshold");
    let (mut due, mut held, mut waiting, mut on_time, mut late) = (0, 0, 0, 0, 0);
    let (mut open, mut long, mut own, mut tickets) = (0, 0, 0, 0);
    let mut marks: BTreeMap<&str, i64> = BTreeMap::new();
    // A rule names tickets, each once; a counter says how often.
    let mut named: BTreeSet<(&str, Uuid)> = BTreeSet::new();
    for told in all.iter().filter(|told| !told.void) {
        let stands = told.at(to).filter(|point| point.unit == Some(township) && point.official.is_some());
        let had = stands.is_some_and(|point| {
            point.state != "closed" || point.closed.is_some_and(|closed| closed >= from)
        });
        if told.self_found {
            own += i64::from(had);
            continue;
        }
        tickets += i64::from(had);
        for mark in &told.marks {
            if mark.unit == Some(township) && from <= mark.at && mark.at < to {
                *marks.entry(mark.what).or_default() += 1;
                named.insert((mark.what, told.id));
            }
        }
        let Some(point) = stands.filter(|point| point.official <= Some(to)) else { continue };
        let date = point.official.expect("filtered");
        let state = point.state.as_str();
        let given = point.due.filter(|due| *due <= to);
        if let Some(given) = given.filter(|_| ["issued", "in_progress", "rework"].contains(&state)) {
            open += 1;
            let passed =
                days.between(day(given - TimeDelta::microseconds(1)), day(to - TimeDelta::microseconds(1)));
            long += i64::from(passed > limit("long_days"));
        }
        if date > from {
            due += 1;
            match state {
                "on_hold" => held += 1,
                "submitted" if point.in_time == Some(true) => waiting += 1,
                "closed" if point.in_time == Some(true) => on_time += 1,
                _ => late += 1,
            }
        }
    }
    let of = |what: &str| marks.get(what).copied().unwrap_or_default();
    let tickets_of = |what: &str| named.iter().filter(|(named, _)| *named == what).count() as i64;
    let base = due - held - waiting;
    let share = (base > 0).then(|| on_time * 1_000 / base);
    let poor = if base > 0 && base >= limit("small_base") {
        share < Some(limit("on_time_permille"))
    } else {
        late >= limit("late_count")
    };
    let red = open >= limit("overdue_red")
        || long > 0
        || tickets_of("hollow") >= limit("hollow_red")
        || tickets_of("not_the_repair") > 0;
    let yellow = poor || open >= limit("overdue_yellow") || tickets_of("hollow") >= limit("hollow_yellow");
    json!({
        "by_rules": if red { "red" } else if yellow { "yellow" } else { "green" },
        "facts": {
            "due": due, "held": held, "waiting": waiting, "base": base, "on_time": on_time, "late": late,
            "rate_permille": share, "overdue_open": open, "overdue_long": long, "hollow": tickets_of("hollow"),
            "not_the_repair": tickets_of("not_the_repair"), "self_found": own,
        },
        "counters": {
            "tickets": tickets, "slow": of("unaccepted") + of("overdue") + of("late_control"), "hollow": of("hollow"),
            "reissued": of("reissued"), "reminders": of("reminder"), "relapse": of("relapse"),
            "send_back_denied": of("send_back_denied"),
        },
    })
}

/// Every number that opens a list, and where it stands in what [`month`] gives.
pub const FIGURES: [(&str, &str); 18] = [
    ("due", "/facts/due"),
    ("held", "/facts/held"),
    ("waiting", "/facts/waiting"),
    ("base", "/facts/base"),
    ("on_time", "/facts/on_time"),
    ("late", "/facts/late"),
    ("overdue_open", "/facts/overdue_open"),
    ("overdue_long", "/facts/overdue_long"),
    ("hollow", "/facts/hollow"),
    ("not_the_repair", "/facts/not_the_repair"),
    ("self_found", "/facts/self_found"),
    ("handled", "/counters/tickets"),
    ("slow", "/counters/slow"),
    ("hollow_times", "/counters/hollow"),
    ("reissued", "/counters/reissued"),
    ("reminders", "/counters/reminders"),
    ("relapse", "/counters/relapse"),
    ("send_back_denied", "/counters/send_back_denied"),
];

/// The event that a row names is one of its ticket, and of the kind that its reason speaks of.
pub fn fits(row: &Value, ticket: &Value) {
    let mut events = ticket["events"].as_array().expect("events").iter();
    let event = events.find(|event| event["version"] == row["event"]);
    let event = event.unwrap_or_else(|| panic!("no such event: {row} of {ticket}"));
    assert_eq!(row["number"], ticket["number"], "{row}");
    let name = event["transition"].as_str().expect("a transition");
    let tells = |key: &str| event["data"].get(key).is_some();
    let by = |key: &str| at(&event["data"][key]) == at(&row["by"]) && tells(key);
    let right = match row["why"].as_str().expect("a reason") {
        "held" => ["T8", "referred"].contains(&name),
        "waiting" | "on_time" => name == "T10",
        "late" => name == "T10" || by("official_due_at"),
        "overdue" | "overdue_long" => by("due_at"),
        "self_found" => name == "T1",
        "not_accepted" => by("accept_by"),
        "accepted_late" => name == "T5",
        "past_due" => name == "T15" && by("due_at"),
        "control_not_reported" => name == "control_overdue" || by("control_due_at"),
        "control_late" => name == "stage",
        "hollow" => name == "T12" && event["reason"] == "not_done",
        "not_the_repair" => name == "repair_not_shown",
        "reissued" | "reminded" => name == "T16",
        "relapse" => name == "T13",
        "send_back_denied" => name == "denied",
        "had_open" => ["T1", "T2", "T6"].contains(&name),
        "had_closed" => name == "T11",
        other => panic!("a reason that nobody knows: {other}"),
    };
    assert!(right, "{row} is told by {event}");
}
