//! Which command comes next, by chance.

use chrono::Days;
use lalian_tests::desk::about;
use lalian_tests::model::{self, Command, local_day};
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::photo;

use super::Run;

impl Run<'_> {
    /// Some command, with something that exists more often than with something that does not.
    fn command(&mut self, ticket: usize) -> Command {
        let model = self.tickets[ticket].clone();
        let today = local_day(self.now());
        let day = Some(today + Days::new(self.below(12) as u64)).filter(|_| true);
        let past = today.checked_sub_days(Days::new(1));
        let day = if self.below(12) == 0 { past } else { day };
        let unit = self.one_of(&self.units.clone());
        let attempt = if self.below(8) == 0 {
            fresh_id()
        } else {
            model.attempt_ids().last().copied().unwrap_or_else(fresh_id)
        };
        let older = self.one_of(&model.attempt_ids()).unwrap_or_else(fresh_id);
        let open = model.open_requests();
        let request = self.one_of(&open).map_or_else(fresh_id, |(id, _)| id);
        let any = self.one_of(&model.request_ids()).unwrap_or_else(fresh_id);
        let referral = model.referred().filter(|_| self.below(8) > 0).unwrap_or(any);
        // Mostly another one of the same fault.
        let of_fault = self.below(4) > 0 && self.alike.len() > 1;
        let ids = self.tickets.iter().map(|other| other.id);
        let into: Vec<_> =
            ids.filter(|id| !of_fault || (*id != model.id && self.alike.contains(id))).collect();
        let into = self.one_of(&into).expect("there are tickets");
        let what = self.one_of(&["send_back", "extension", "hold", "refer"]).expect("four");
        let failed = self.one_of(&[Some("not_done"), Some("partial"), None, None]).expect("four");
        let note = if self.below(10) == 0 { " " } else { "情况已核" };
        match self.below(28) {
            0 | 1 => Command::Issue {
                unit: unit.expect("three"),
                days: 1 + u32::try_from(self.below(6)).expect("small"),
                control: self.one_of(&[None, Some(2), Some(12)]).expect("three"),
            },
            2 => Command::Decline,
            3 | 4 => Command::Accept,
            5..=7 => Command::Rectify { attempt: if self.below(10) == 0 { older } else { fresh_id() } },
            8..=10 => Command::Submit { attempt: if self.below(6) == 0 { older } else { attempt } },
            11..=13 => Command::Verify { attempt: if self.below(8) == 0 { older } else { attempt }, failed },
            14 if self.below(4) == 0 => Command::Keep { reason: "属实" },
            14 => Command::Void { reason: if self.below(3) == 0 { " " } else { "重复" } },
            15 | 16 => {
                let bare = what == "send_back" || what == "refer";
                let asked = if bare { None } else { day };
                let to = unit.filter(|_| bare);
                Command::Ask {
                    request: if self.below(12) == 0 { any } else { fresh_id() },
                    what,
                    day: asked,
                    unit: to,
                }
            }
            17 | 18 => {
                // Sometimes another day than was asked for; of a second person of the office mostly the same one.
                let other = if self.below(3) == 0 { day } else { None };
                let (yes, wrongly) = (self.below(3) > 0, self.below(2) == 0);
                Command::Decide {
                    request: if self.below(8) == 0 { any } else { request },
                    yes,
                    note,
                    unit: None,
                    wrongly,
                    days: (self.below(8) > 0).then_some(4),
                    day: other,
                }
            }
            19 => {
                let returned = Command::ReferReturn { request: referral, reason: note };
                self.one_of(&[
                    Command::Withdraw { request },
                    Command::ReferDone { request: referral },
                    returned,
                ])
                .expect("three")
            }
            20 => self.one_of(&[Command::Resume, Command::Remind, Command::Archive]).expect("three"),
            21 | 26 => Command::Merge { into },
            22 => Command::Relapse { finding: fresh_id() },
            23 | 24 => Command::Stage,
            25 => Command::LookBack { held: self.below(2) == 0 },
            _ => {
                let dated = if self.below(2) == 0 { day } else { None };
                let fixed = self.one_of(&[Some(true), Some(false), None, None]).expect("four");
                let edit = Command::Edit { severity: None, day: dated, fixed, reason: note };
                let hard = Command::Hard { hard: self.below(2) == 0 };
                let answer = day.map(|until| Command::AnswerHard { until });
                self.one_of(&[edit, hard].into_iter().chain(answer).collect::<Vec<_>>())
                    .expect("two or three")
            }
        }
    }

    /// Somebody: mostly one whose role may give the command.
    fn player(&mut self, command: &Command, ticket: usize) -> usize {
        let all: Vec<usize> = (0..self.players.len()).collect();
        let model = &self.tickets[ticket];
        let fits = |place: &usize| {
            let who = &self.players[*place].who;
            command.roles().contains(&who.role) && model.is_seen_by(who)
        };
        let fitting: Vec<usize> = all.iter().copied().filter(fits).collect();
        let pool = if self.below(7) == 0 || fitting.is_empty() { all } else { fitting };
        self.one_of(&pool).expect("a player")
    }

    pub(super) fn sealed(&mut self, player: usize, ticket: usize, command: &Command) -> Sealed {
        self.pictures += 1;
        let number = self.pictures;
        let actor = &self.players[player].actor;
        let draft = actor.draft(command.kind(), about(self.tickets[ticket].id, &command.payload()));
        match command {
            Command::Rectify { .. } | Command::Stage => {
                draft.photo("after", None, photo::tiny(number)).seal()
            }
            Command::Relapse { .. } => draft.photo("finding", None, photo::tiny(number)).seal(),
            _ => draft.seal(),
        }
    }

    /// A command with who gives it: mostly one that moves its ticket on, since chance alone seldom comes far, and of a kind that has not often
    /// been seen.
    pub(super) fn chosen(&mut self) -> (usize, Command, usize) {
        let (tries, mut chosen) = (if self.below(10) < 7 { 24 } else { 1 }, None);
        let mut rarest = u32::MAX;
        for _ in 0..tries {
            let ticket = self.below(self.tickets.len());
            let command = self.command(ticket);
            let player = self.player(&command, ticket);
            let ends = matches!(command, Command::Decline | Command::Void { .. });
            let mut trial = self.tickets[ticket].clone();
            let same = self.takes_in(ticket);
            let answer = trial.give(&self.players[player].who, &command, self.now(), same);
            let moves = matches!(answer, model::Answer::Applied | model::Answer::Waiting)
                && (!ends || self.below(6) == 0);
            let often =
                self.applied.get(command.kind()).copied().unwrap_or(0) + u32::from(self.below(4) == 0);
            if chosen.is_none() || (moves && often < rarest) {
                rarest = if moves { often } else { u32::MAX };
                chosen = Some((ticket, command, player));
            }
        }
        chosen.expect("at least one try")
    }
}
