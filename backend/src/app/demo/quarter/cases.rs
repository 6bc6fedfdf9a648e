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
}

/// One step of a case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Accept,
    Repair(Uuid),
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
    steps: Vec<(Instant, Step)>,
}

impl Days {
    fn then(&mut self, days: i64, minute: i64, step: Step) {
        let at = clock::at_work(self.day, days, minute);
        self.day = crate::domain::clock::local_day(at);
        self.steps.push((at, step));
    }

    /// A repair that is handed in, and perhaps judged.
    fn repair(&mut self, days: i64, attempt: Uuid, verdict: Option<bool>) {
        self.then(days, 10 * 60 + 30, Step::Repair(attempt));
        self.then(0, 14 * 60 + 40, Step::Submit(attempt));
        if let Some(passed) = verdict {
            self.then(1, 15 * 60 + 20, Step::Check { attempt, passed });
        }
    }
}

/// The steps of a case that was issued at this instant. `id` makes attempts and requests.
pub(super) fn steps(
    case: &Case,
    fate: Fate,
    (issued, today): (NaiveDate, NaiveDate),
    mut id: impl FnMut() -> Uuid,
) -> Vec<(Instant, Step)> {
    let mut days = Days { day: issued, steps: Vec::new() };
    if fate == Fate::Issued {
        return days.steps;
    }
    days.then(1, 9 * 60 + 20, Step::Accept);
    let share = |tenths: i64| (case.days * tenths / 10 - 1).max(1);
    match fate {
        Fate::Closed(tenths) => days.repair(share(tenths), id(), Some(true)),
        Fate::SecondTime(tenths) => {
            days.repair(share(tenths), id(), Some(false));
            days.repair(2, id(), Some(true));
        }
        Fate::Extended => {
            let request = id();
            let day = clock::moved(issued, case.days + 14);
            days.then(1, 9 * 60 + 40, Step::AskMore { request, day });
            days.then(1, 11 * 60, Step::Agree { request });
            days.repair(case.days, id(), Some(true));
        }
        Fate::OnHold => {
            let request = id();
            days.then(1, 9 * 60 + 50, Step::AskHold { request, day: clock::moved(today, 18) });
            days.then(1, 11 * 60, Step::Agree { request });
        }
        Fate::Voided => {
            days.then(1, 16 * 60, Step::Void { office: 0 });
            days.then(0, 16 * 60 + 30, Step::Void { office: 1 });
        }
        Fate::Relapsed => {
            days.repair(1, id(), Some(true));
            days.day = clock::moved(today, -6);
            days.then(0, 9 * 60 + 30, Step::SeeAgain);
        }
        Fate::SentBack => days.repair(1, id(), Some(false)),
        Fate::HandedIn => days.repair(1, id(), None),
        Fate::ToSign => days.then(1, 10 * 60 + 30, Step::Repair(id())),
        Fate::Overdue | Fate::TakenUp | Fate::Issued => {}
    }
    days.steps
}

impl Quarter<'_> {
    /// Takes one step of a case.
    pub(super) async fn step(&mut self, case: &Case, step: Step) -> AppResult<()> {
        let number = self.next_picture();
        let picture = |role, shows| Picture {
            number,
            shows,
            role,
            item: None,
            instance: String::new(),
            place: case.place,
        };
        let about = |more: Value| with(case.ticket, more);
        let staff = &self.staff[case.township];
        let (desk, deputy) = (&staff.desk, &staff.deputy);
        let signer = if staff.delegated { desk } else { deputy };
        let (who, kind, payload, pictures) = match step {
            Step::Accept => (desk, "ticket.accept/1", about(json!({ "person_named": "经办人" })), vec![]),
            Step::Repair(attempt) => {
                let payload = about(json!({ "attempt_id": attempt, "note": "已整改，请核查。" }));
                (desk, "ticket.rectify/1", payload, vec![picture("after", Shows::Repair)])
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
                    "position": on_site.then(|| hands::place(case.place, &at)),
                }));
                (checker, "ticket.verify/1", payload, vec![])
            }
            Step::AskHold { request, day } => {
                let payload = about(json!({
                    "request_id": request, "what": "hold", "reason": "需结合下季度改造一并施工。",
                    "wanted_day": day, "measure": "已设围挡和提示牌，每周查看。",
                }));
                (&self.leader, "ticket.ask/1", payload, vec![picture("interim", Shows::Fault)])
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
