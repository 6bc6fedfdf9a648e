//! A ticket as it stands: everything that its events have made of it.

use super::{State, unit::DeadlineUnit};
use crate::domain::{clock::Instant, field::flag::Flag, people::role::UnitKind};
use chrono::NaiveDate;
use uuid::Uuid;

/// The namespace of ticket ids: a ticket's id is the UUIDv5 of its first finding's id, so a replay cannot double it.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0c_4a52_8a0e_5f0b_9a57_1c1a_11a2_0001);

/// The obligation to repair (decisions.md 5).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Ticket {
    pub id: Uuid,
    pub county_id: Uuid,
    /// Short number at issue; staff speak and print in numbers.
    pub number: Option<String>,
    pub state: State,
    pub title: String,
    pub note: String,
    pub severity: String,
    pub is_static: bool,
    pub restricted: bool,
    pub makes: String,
    pub source: String,
    /// Key of the supervising department; `township` when there is none.
    pub department: String,
    /// How much time it is given, in `deadline_unit`.
    pub deadline_days: i32,
    pub deadline_unit: DeadlineUnit,
    /// Of what cannot wait: hours of the clock within which it is under control.
    pub control_hours: Option<i32>,
    pub control_due_at: Option<Instant>,
    pub control_done_at: Option<Instant>,
    pub control_late: bool,
    /// The hour that passed while nobody had reported it, written once; taken back when it was met after all.
    pub control_overdue_at: Option<Instant>,
    /// 属地, copied when made; it never follows the register.
    pub place_township_id: Option<Uuid>,
    pub place_village_id: Option<Uuid>,
    /// The responsible unit: a township, or a department where the fault is not the township's to fix.
    pub unit_kind: UnitKind,
    pub unit_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub item_code: String,
    pub instance_key: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    /// A border case: the office confirms the place.
    pub border: bool,
    pub round_id: Option<Uuid>,
    pub finding_id: Uuid,
    pub reporter_id: Uuid,
    pub observed_at: Instant,
    pub created_at: Instant,
    pub issued_at: Option<Instant>,
    pub due_at: Option<Instant>,
    pub official_due_at: Option<Instant>,
    pub first_due_at: Option<Instant>,
    /// Working days before the official date by which the unit means to be ready 提前量: the county's number when the clock began.
    pub lead_days: i32,
    /// That date; reminders go by it, and nothing is late because of it.
    pub internal_due_at: Option<Instant>,
    pub accepted_at: Option<Instant>,
    pub acceptor_id: Option<Uuid>,
    pub submitted_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub attempts: i32,
    pub rework: i32,
    pub hollow: i32,
    pub slow: i32,
    pub sightings: i32,
    /// Seen again while waiting for a check: a strong flag for the verifier.
    pub seen_while_submitted: bool,
    /// The attempt under check, or the last one checked.
    pub attempt_id: Option<Uuid>,
    pub last_reason: Option<String>,
    /// Files of its finding that are still on their way ("photo on its way").
    pub missing_files: i32,
    pub flags: Vec<Flag>,
    /// From when the township side may see it; `None` = hidden (unannounced round).
    pub visible_from: Option<Instant>,
    /// Times that it came back soon after closing 反弹.
    pub relapse: i32,
    pub reminders: i32,
    /// Reminders since the unit last did something.
    pub idle_reminders: i32,
    /// Reminded twice without anything done in between 反复交办.
    pub reissued: i32,
    pub send_back_denied: i32,
    pub extensions: i32,
    /// More than its unit can do alone, and what is asked of the county (R58).
    pub hard_case: bool,
    pub hard_ask: String,
    /// Since when its clock stands still, and until when.
    pub held_at: Option<Instant>,
    pub review_day: Option<NaiveDate>,
    /// The ticket that has its evidence now.
    pub merged_into_id: Option<Uuid>,
    /// The closed ticket of the same fault before it.
    pub linked_ticket_id: Option<Uuid>,
    pub archived_at: Option<Instant>,
    /// The date that passed while the unit held it, written once a clock; taken back when it was met after all, gone with a new clock.
    pub overdue_at: Option<Instant>,
    /// Times that a unit accepted it late.
    pub late_accepts: i32,
    /// Photos of which two people found that they do not show its repair.
    pub not_shown: i32,
    // duties
    /// The last step of its unit, or the beginning of its unit's turn.
    pub progress_at: Option<Instant>,
    /// The newest repair that waits for a signature.
    pub to_sign_id: Option<Uuid>,
    /// How far up its delay has been told: 0 to 3.
    pub escalated: i32,
    /// The department that it was referred to, also afterwards; the referral and its date only while it runs.
    pub referred_to_id: Option<Uuid>,
    pub referral_id: Option<Uuid>,
    pub referral_due_at: Option<Instant>,
    // checks and campaigns
    /// By when the county checks what was handed in last.
    pub check_due_at: Option<Instant>,
    /// The earliest zeroing date that it stands under; it moves for nobody.
    pub zero_day: Option<NaiveDate>,
    /// In how many campaigns it counts.
    pub campaigns: i32,
    pub version: i32,
}

impl Ticket {
    /// The id of the ticket that a finding opens.
    pub fn id_of(finding_id: Uuid) -> Uuid {
        Uuid::new_v5(&NAMESPACE, finding_id.as_bytes())
    }

    /// What a finding opens before anything is said of it or has happened to it: pending, at no place, with no dates, every counter 0.
    pub fn fresh(
        finding_id: Uuid,
        county_id: Uuid,
        reporter_id: Uuid,
        observed_at: Instant,
        created_at: Instant,
    ) -> Self {
        Self {
            id: Self::id_of(finding_id),
            county_id,
            number: None,
            state: State::Pending,
            title: String::new(),
            note: String::new(),
            severity: String::new(),
            is_static: false,
            restricted: false,
            makes: "ticket".into(),
            source: String::new(),
            department: String::new(),
            deadline_days: 0,
            deadline_unit: DeadlineUnit::WorkingDays,
            control_hours: None,
            control_due_at: None,
            control_done_at: None,
            control_late: false,
            control_overdue_at: None,
            place_township_id: None,
            place_village_id: None,
            unit_kind: UnitKind::Township,
            unit_id: None,
            site_id: None,
            item_code: String::new(),
            instance_key: String::new(),
            lon: None,
            lat: None,
            accuracy_m: None,
            border: false,
            round_id: None,
            finding_id,
            reporter_id,
            observed_at,
            created_at,
            issued_at: None,
            due_at: None,
            official_due_at: None,
            first_due_at: None,
            lead_days: 0,
            internal_due_at: None,
            accepted_at: None,
            acceptor_id: None,
            submitted_at: None,
            closed_at: None,
            attempts: 0,
            rework: 0,
            hollow: 0,
            slow: 0,
            sightings: 1,
            seen_while_submitted: false,
            attempt_id: None,
            last_reason: None,
            missing_files: 0,
            flags: Vec::new(),
            visible_from: None,
            relapse: 0,
            reminders: 0,
            idle_reminders: 0,
            reissued: 0,
            send_back_denied: 0,
            extensions: 0,
            hard_case: false,
            hard_ask: String::new(),
            held_at: None,
            review_day: None,
            merged_into_id: None,
            linked_ticket_id: None,
            archived_at: None,
            overdue_at: None,
            late_accepts: 0,
            not_shown: 0,
            progress_at: None,
            to_sign_id: None,
            escalated: 0,
            referred_to_id: None,
            referral_id: None,
            referral_due_at: None,
            check_due_at: None,
            zero_day: None,
            campaigns: 0,
            version: 1,
        }
    }

    /// Past the date that its unit was given last while the unit holds it: a returned repair has its days (domain.md 4.3, T12, T15). Whether
    /// it was on time is another question, and goes by the official date. Derived, never stored, so that a late arrival can lift it.
    pub fn is_overdue(&self, now: Instant) -> bool {
        match (self.state, self.due_at) {
            (state, Some(due)) if state.is_with_unit() => due < now,
            (State::Submitted | State::Closed, Some(due)) => self.submitted_at.is_some_and(|at| at > due),
            _ => false,
        }
    }

    /// With its unit and not reported under control by its hour. Derived like [`Self::is_overdue`].
    pub fn is_control_overdue(&self, now: Instant) -> bool {
        self.state.is_with_unit()
            && self.control_done_at.is_none()
            && self.control_due_at.is_some_and(|due| due < now)
    }

    /// Waiting for the county's check longer than the county allows itself.
    pub fn is_check_late(&self, now: Instant) -> bool {
        self.state == State::Submitted && self.check_due_at.is_some_and(|due| due < now)
    }

    /// True when it counts in the zeroing of static issues.
    pub fn counts_as_static(&self) -> bool {
        self.is_static && self.makes != "score"
    }
}
