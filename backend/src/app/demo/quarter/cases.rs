//! From a fault to the steps that it takes: who does what, on which day, until it ends or today comes.

use super::{
    Quarter, clock,
    hands::{self, Picture},
    plan::Fate,
};
use crate::{
    app::AppResult,
    domain::{clock::Instant, standards::checklist::Severity},
    imaging::drawing::Shows,
};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// A ticket with what its steps need.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) ticket: Uuid,
    /// Which of the plan's townships has it.
    pub(super) township: usize,
    pub(super) severity: Severity,
    /// Which inspector found it: the other one looks at its repair.
    pub(super) inspector: usize,
    pub(super) place: (f64, f64),
    /// Days that its item gives.
    pub(super) days: i64,
    pub(super) site: Uuid,
    pub(super) item: String,
    /// What its pictures show.
    pub(super) scene: u64,
    /// The minute at which its place is come to: another one for each visit, since nobody is at two places at once.
    pub(super) minute: i64,
}

/// One step of a case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Accept,
    Repair {
        attempt: Uuid,
        take: usize,
    },
    Submit(Uuid),
    Check {
        attempt: Uuid,
        passed: bool,
    },
    AskHold {
        request: Uuid,
        day: NaiveDate,
    },
    AskMore {
        request: Uuid,
        day: NaiveDate,
    },
    Agree {
        request: Uuid,
    },
    Void {
        office: usize,
    },
    /// The site is visited again, and the same is wrong.
    SeeAgain,
}

/// Days at which steps are put, each not before the one before.
struct Days {
    day: NaiveDate,
    minute: i64,
    steps: Vec<(Instant, Step)>,
}

impl Days {
    fn then(&mut self, days: i64, minute: i64, step: Step) {
        let at = clock::at_work(self.day, days, minute);
        self.day = crate::domain::clock::local_day(at);
        self.steps.push((at, step));
    }

    /// Lets days pass up to this one.
    fn wait_until(&mut self, day: NaiveDate) {
        self.day = self.day.max(day);
    }

    fn repair(&mut self, days: i64, attempt: Uuid, take: usize) {
        self.then(days, self.minute, Step::Repair { attempt, take });
    }

    /// A repair that is handed in, and perhaps judged.
    fn hand_in(&mut self, days: i64, (attempt, take): (Uuid, usize), verdict: Option<bool>) {
        self.repair(days, attempt, take);
        self.then(0, 14 * 60 + 40, Step::Submit(attempt));
        if let Some(passed) = verdict {
            self.then(1, 15 * 60 + 20, Step::Check { attempt, passed });
        }
    }
}

/// The looks at a place: [`FOUND`] comes first.
pub(super) const FOUND: usize = 0;
const REPAIRED: usize = 1;
const REPAIRED_AGAIN: usize = 2;
const MEANWHILE: usize = 3;
pub(super) const FOUND_AGAIN: usize = 4;

/// The steps of a case that was issued at this instant. `id` makes attempts and requests.
pub(super) fn steps(
    case: &Case,
    fate: Fate,
    (issued, today): (NaiveDate, NaiveDate),
    mut id: impl FnMut() -> Uuid,
) -> Vec<(Instant, Step)> {
    let mut days = Days { day: issued, minute: case.minute, steps: Vec::new() };
    if fate == Fate::Issued {
        return days.steps;
    }
    days.then(1, 9 * 60 + 20, Step::Accept);
    let share = |tenths: i64| (case.days * tenths / 10 - 1).max(1);
    match fate {
        Fate::Closed(tenths) => days.hand_in(share(tenths), (id(), REPAIRED), Some(true)),
        Fate::SecondTime(tenths) => {
            days.hand_in(share(tenths), (id(), REPAIRED), Some(false));
            days.hand_in(2, (id(), REPAIRED_AGAIN), Some(true));
        }
        Fate::Extended(more) => {
            let request = id();
            let day = clock::moved(issued, case.days + 18);
            // With the acceptance: a danger's few days would be over the day after.
            days.then(0, 9 * 60 + 40, Step::AskMore { request, day });
            days.then(0, 11 * 60, Step::Agree { request });
            days.hand_in(case.days + more + 1, (id(), REPAIRED), Some(true));
        }
        Fate::OnHold => {
            let request = id();
            // Before the campaign's end, which is to be reached.
            let day = clock::moved(today, super::matters::CAMPAIGN_ENDS - 4);
            days.then(1, 9 * 60 + 50, Step::AskHold { request, day });
            days.then(0, 11 * 60, Step::Agree { request });
        }
        Fate::Voided => {
            days.then(1, 16 * 60, Step::Void { office: 0 });
            days.then(0, 16 * 60 + 30, Step::Void { office: 1 });
        }
        Fate::Relapsed => {
            days.hand_in(1, (id(), REPAIRED), Some(true));
            days.wait_until(clock::moved(today, -6));
            days.then(0, 9 * 60 + 30, Step::SeeAgain);
        }
        Fate::SentBack => {
            days.wait_until(clock::moved(today, -6));
            days.hand_in(0, (id(), REPAIRED), Some(false));
        }
        Fate::HandedIn(ago) => {
            days.wait_until(clock::moved(today, -ago));
            days.hand_in(0, (id(), REPAIRED), None);
        }
        Fate::ToSign => {
            days.wait_until(clock::moved(today, -3));
            days.repair(0, id(), REPAIRED);
        }
        Fate::Overdue | Fate::TakenUp | Fate::Issued => {}
    }
    days.steps
}

impl Quarter<'_> {
    /// Takes one step of a case.
    pub(super) async fn step(&mut self, case: &Case, step: Step) -> AppResult<()> {
        let place = hands::beside(case.place, self.next_fix());
        let picture = |role, shows, take| Picture {
            scene: case.scene,
            take,
            shows,
            capture: "in_page",
            role,
            item: None,
            instance: String::new(),
            place,
        };
        let about = |more: Value| with(case.ticket, more);
        let staff = &self.staff[case.township];
        let (desk, deputy) = (&staff.desk, &staff.deputy);
        let signer = if staff.delegated { desk } else { deputy };
        let (who, kind, payload, pictures) = match step {
            Step::Accept => (desk, "ticket.accept/1", about(json!({ "person_named": "经办人" })), vec![]),
            Step::Repair { attempt, take } => {
                let payload = about(json!({ "attempt_id": attempt, "note": "已整改，请核查。" }));
                (desk, "ticket.rectify/1", payload, vec![picture("after", Shows::Repair, take)])
            }
            Step::Submit(attempt) => {
                let payload = about(json!({ "attempt_id": attempt, "note": "" }));
                (signer, "ticket.submit/1", payload, vec![])
            }
            Step::Check { attempt, passed } => {
                // What is severe is looked at on site, by the inspector who did not find it.
                let on_site = case.severity > Severity::Minor;
                let checker =
                    if on_site { &self.inspectors[1 - case.inspector] } else { &self.office[case.inspector] };
                let at = self.stamp();
                let payload = about(json!({
                    "attempt_id": attempt, "verdict": if passed { "passed" } else { "failed" },
                    "reason": (!passed).then_some("partial"),
                    "note": if passed { "" } else { "还差一处没有处理。" }, "on_site": on_site,
                    "position": on_site.then(|| hands::place(place, &at)),
                }));
                (checker, "ticket.verify/1", payload, vec![])
            }
            Step::AskHold { request, day } => {
                let payload = about(json!({
                    "request_id": request, "what": "hold", "reason": "需与路面施工一并处理。",
                    "wanted_day": day, "measure": "已设围挡和提示牌，每周查看。",
                }));
                // The one photo of the demo that is hinted at, so that there is a hint to look at.
                let from_album = Picture { capture: "album", ..picture("interim", Shows::Fault, MEANWHILE) };
                (&self.leader, "ticket.ask/1", payload, vec![from_album])
            }
            Step::AskMore { request, day } => {
                let payload = about(json!({
                    "request_id": request, "what": "extension", "reason": "配件需要定做。",
                    "wanted_day": day, "measure": "已临时加固。",
                }));
                (deputy, "ticket.ask/1", payload, vec![])
            }
            Step::Agree { request } => {
                let payload =
                    about(json!({ "request_id": request, "verdict": "approved", "note": "同意。" }));
                (&self.office[0], "ticket.decide/1", payload, vec![])
            }
            Step::Void { office } => {
                let payload = about(json!({ "reason": "同一处已列入另一张单。" }));
                (&self.office[office], "ticket.void/1", payload, vec![])
            }
            Step::SeeAgain => return self.see_again(case).await,
        };
        let answer = who.does(self.app, kind, payload, &pictures).await?;
        self.note(kind, &answer);
        Ok(())
    }
}

/// A command on a ticket.
pub(super) fn with(ticket: Uuid, mut more: Value) -> Value {
    more["ticket_id"] = json!(ticket);
    more
}
