//! Random commands from all roles, against the program and against a second opinion on the rules (`lalian_tests::model`): what is answered,
//! what every ticket then says, who sees it, and that no history ever takes a step that the rules do not know.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, TimeDelta, Utc};
use lalian::domain::clock::Clock as _;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, tickets_of};
use lalian_tests::http::Answer;
use lalian_tests::model::{self, Command, Model, STEPS, Unit, Who, local_day};
use lalian_tests::phone::{Sealed, fresh_id, position_at};
use lalian_tests::photo::{self, Noise};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who takes part, with the number of the demo's person of that role.
const CAST: [(Role, usize); 12] = [
    (Role::Office, 0),
    (Role::Office, 1),
    (Role::Inspector, 0),
    (Role::Inspector, 1),
    (Role::Department, 0),
    (Role::CountyLeader, 0),
    (Role::MainLeader, 0),
    (Role::DeputyLeader, 0),
    (Role::DeskOfficer, 0),
    (Role::VillageCadre, 0),
    (Role::DeputyLeader, 1),
    (Role::DeskOfficer, 1),
];

/// Steps of one run; the long run takes more.
fn steps() -> u64 {
    let scale =
        std::env::var("LALIAN_TEST_SCALE").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let steps = (200.0 * scale) as u64;
    steps.max(20)
}

struct Player {
    actor: Actor,
    who: Who,
}

struct Run<'a> {
    world: &'a World,
    noise: Noise,
    players: Vec<Player>,
    tickets: Vec<Model>,
    /// Tickets of one fault away from any site, which may be merged.
    alike: Vec<Uuid>,
    units: [Unit; 3],
    pictures: u64,
    told: Vec<String>,
    /// Kinds of command that were applied.
    applied: BTreeMap<&'static str, u32>,
}

async fn cast(world: &World) -> Vec<Player> {
    let mut players = Vec::new();
    for (role, number) in CAST {
        let actor = world.desk_of(role, number).await;
        let id =
            |key: &str| actor.me.pointer(&format!("/posts/0/{key}")).and_then(Value::as_str)?.parse().ok();
        let who = Who {
            name: format!("{} {number}", role.as_str()),
            role: role.as_str(),
            person: actor.person(),
            unit: actor.unit(),
            township: id("township_id"),
        };
        players.push(Player { actor, who });
    }
    players
}

/// Six faults of a site, and two reports of one fault beside it.
async fn opened(world: &World, seed: u64) -> (Vec<Model>, Vec<Uuid>) {
    let (inspector, office) = (world.inspector().await, world.office().await);
    let department = world.desk(Role::Department).await;
    let site = world.site(&inspector, "bus_shelter", 0).await;
    let items = site.ticket_items();
    let fails: Vec<&str> = items.iter().take(6).map(String::as_str).collect();
    inspector.send(&site.visit(&inspector, &fails).draft(&inspector, seed).seal()).await;
    let place = site.place();
    for number in 0..2 {
        let report = json!({
            "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": format!("路灯 {seed} {number}"),
            "note": "", "severity": "minor", "is_static": false, "position": position_at(place, inspector.now()), "fixed_on_spot": false,
        });
        let sealed = inspector
            .draft("finding.report/1", report)
            .photo("before", None, photo::tiny(seed * 100 + 50 + number))
            .seal();
        inspector.send(&sealed).await;
    }
    let mut rows = tickets_of(&office, &site).await;
    let reports = office.list(&format!("/api/v1/tickets?q=路灯 {seed}")).await;
    let alike = reports.iter().map(|row| id_of(&row["id"])).collect();
    rows.extend(reports);
    let departments = office.list("/api/v1/departments").await;
    let code =
        departments.iter().find(|row| id_of(&row["id"]) == department.unit()).expect("its row")["code"]
            .clone();
    let mut tickets = Vec::new();
    for row in &rows {
        tickets.push(Model::pending(
            row,
            inspector.person(),
            (row["department"] == code).then(|| department.unit()),
        ));
    }
    (tickets, alike)
}

impl Run<'_> {
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.noise.bits() % u64::try_from(n).expect("small")).expect("small")
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() {
            return None;
        }
        let place = self.below(all.len());
        Some(all[place].clone())
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

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
        let into = self
            .one_of(&self.tickets.iter().map(|other| other.id).collect::<Vec<_>>())
            .expect("there are tickets");
        let what = self.one_of(&["send_back", "extension", "hold", "refer"]).expect("four");
        let failed = self.one_of(&[Some("not_done"), Some("partial"), None, None]).expect("four");
        let note = if self.below(10) == 0 { " " } else { "情况已核" };
        match self.below(26) {
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
                let (yes, wrongly) = (self.below(3) > 0, self.below(2) == 0);
                Command::Decide {
                    request: if self.below(8) == 0 { any } else { request },
                    yes,
                    note,
                    unit: None,
                    wrongly,
                    days: (self.below(8) > 0).then_some(4),
                }
            }
            19 => {
                let returned = Command::ReferReturn { request: any, reason: note };
                self.one_of(&[Command::Withdraw { request }, Command::ReferDone { request: any }, returned])
                    .expect("three")
            }
            20 => self.one_of(&[Command::Resume, Command::Remind, Command::Archive]).expect("three"),
            21 => Command::Merge { into },
            22 => Command::Relapse { finding: fresh_id() },
            23 | 24 => Command::Stage,
            _ => {
                let dated = if self.below(2) == 0 { day } else { None };
                let edit = Command::Edit { severity: None, day: dated, reason: note };
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

    fn sealed(&mut self, player: usize, ticket: usize, command: &Command) -> Sealed {
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

    /// A command with who gives it: mostly one that moves its ticket on, since chance alone seldom comes far.
    fn chosen(&mut self) -> (usize, Command, usize) {
        let (tries, mut chosen) = (if self.below(10) < 6 { 14 } else { 1 }, None);
        for _ in 0..tries {
            let ticket = self.below(self.tickets.len());
            let command = self.command(ticket);
            let player = self.player(&command, ticket);
            let ends = matches!(command, Command::Decline | Command::Void { .. } | Command::Merge { .. });
            let mut trial = self.tickets[ticket].clone();
            let answer = trial.give(&self.players[player].who, &command, self.now(), |_| false);
            let moves = matches!(answer, model::Answer::Applied | model::Answer::Waiting)
                && (!ends || self.below(6) == 0);
            chosen = Some((ticket, command, player));
            if moves {
                break;
            }
        }
        chosen.expect("at least one try")
    }

    async fn step(&mut self) {
        let (ticket, command, player) = self.chosen();
        let who = self.players[player].who.clone();
        let sealed = self.sealed(player, ticket, &command);
        self.told.push(format!("{}: {} {command:?} on {}", self.now(), who.name, self.tickets[ticket].state));
        let answer = self.players[player].actor.put(&sealed).await;
        if matches!(answer.status, 200 | 201) {
            self.players[player].actor.upload_missing(&sealed, &answer.at("/missing")).await;
        }
        let now = self.now();
        let wanted = self.expected(ticket, &who, &command, now);
        assert_eq!(heard(&answer), wanted, "{answer}\n{}", self.told());
        if self.below(12) == 0 {
            // A lost answer: the same bytes again hear the same, and change nothing.
            let again = self.players[player].actor.put(&sealed).await;
            assert_eq!(heard(&again), wanted, "{again}\n{}", self.told());
        }
        self.compare(ticket).await;
        if let Command::Merge { into } = command
            && let Some(target) = self.tickets.iter().position(|model| model.id == into)
        {
            self.compare(target).await;
        }
    }

    /// What the second opinion says, which is from then on its state.
    fn expected(&mut self, ticket: usize, who: &Who, command: &Command, now: DateTime<Utc>) -> model::Answer {
        let id = self.tickets[ticket].id;
        let open: Vec<Uuid> =
            self.tickets.iter().filter(|model| model.can_take_in()).map(|model| model.id).collect();
        let alike = self.alike.clone();
        let same = move |other: Uuid| open.contains(&other) && alike.contains(&other) && alike.contains(&id);
        let answer = self.tickets[ticket].give(who, command, now, same);
        if answer == model::Answer::Applied {
            *self.applied.entry(command.kind()).or_default() += 1;
        }
        if let (Command::Merge { into }, model::Answer::Applied) = (command, answer) {
            let reporters = self.tickets[ticket].reporters.clone();
            let into = self.tickets.iter_mut().find(|model| model.id == *into);
            into.into_iter().for_each(|model| model.take_in(&reporters));
        }
        answer
    }

    async fn compare(&self, ticket: usize) {
        let model = &self.tickets[ticket];
        let path = format!("/api/v1/tickets/{}", model.id);
        let row = self.players[0].actor.http.get(&path).await.expect(200).json();
        let wanted = model.row();
        for (key, value) in wanted.as_object().expect("an object") {
            let said = match key.as_str() {
                "archived" => json!(row["archived_at"].is_string()),
                "open_requests" => {
                    let requests = row["requests"].as_array().expect("requests");
                    json!(requests.iter().filter(|request| request["state"] == "open").count())
                }
                "control_due" => row["stages"][0]["due_at"].clone(),
                "control_done" => row["stages"][0]["done_at"].clone(),
                "control_late" => json!(row["stages"][0]["late"] == true),
                "referral_due" if row["referral"]["state"] != "open" => Value::Null,
                "referral_due" => row["referral"]["due_at"].clone(),
                _ => row[key].clone(),
            };
            let same = match (
                said.as_str().map(str::parse::<DateTime<Utc>>),
                value.as_str().map(str::parse::<DateTime<Utc>>),
            ) {
                (Some(Ok(one)), Some(Ok(other))) => one == other,
                _ => said == *value,
            };
            assert!(same, "{key} is {said}, the rules say {value}\n{}\n{row}", self.told());
        }
    }

    /// Who sees each ticket, and what its whole history says.
    async fn whole(&self) {
        for model in &self.tickets {
            let path = format!("/api/v1/tickets/{}", model.id);
            for player in &self.players {
                let seen = player.actor.http.get(&path).await.status == 200;
                assert_eq!(
                    seen,
                    model.is_read_by(&player.who),
                    "{} of {:?}\n{}",
                    player.who.name,
                    model.id,
                    self.told()
                );
            }
            let row = self.players[0].actor.http.get(&path).await.expect(200).json();
            let events = row["events"].as_array().expect("events");
            let (mut slow, mut hollow, mut state) = (0, 0, Value::Null);
            for event in events {
                assert_eq!(event["from_state"], state, "each goes on where the one before ended: {row}");
                state = event["to_state"].clone();
                let step =
                    (event["from_state"].as_str().unwrap_or_default(), state.as_str().unwrap_or_default());
                let first = event["from_state"].is_null() && step.1 == "pending";
                assert!(first || step.0 == step.1 || STEPS.contains(&step), "{step:?} is no step: {row}");
                slow += match event["transition"].as_str() {
                    Some("T15" | "control_overdue") => 1,
                    Some("overdue_lifted" | "control_lifted") => -1,
                    Some("T5") if event["data"]["late"] == true => 1,
                    Some("stage") if event["data"]["late"] == true && event["data"]["told"] != true => 1,
                    _ => 0,
                };
                hollow += i32::from(event["transition"] == "T12" && event["reason"] == "not_done");
            }
            assert_eq!(json!({ "slow": slow, "hollow": hollow }), model.counters(), "{row}\n{}", self.told());
        }
    }

    /// Time passes; what the clock alone does follows, and everybody logs in again.
    async fn pass(&mut self) {
        let hours = [1, 3, 9, 20, 30, 70, 200][self.below(7)];
        self.world.clock.advance(TimeDelta::hours(hours));
        self.world.server().app().sweep_tickets().await.expect("swept");
        let now = self.now();
        self.told.push(format!("{now}: swept"));
        self.tickets.iter_mut().for_each(|model| model.sweep(now));
        self.players = cast(self.world).await;
        for ticket in 0..self.tickets.len() {
            self.compare(ticket).await;
        }
    }

    fn told(&self) -> String {
        self.told.join("\n")
    }
}

/// An answer in the words of the second opinion.
fn heard(answer: &Answer) -> model::Answer {
    let refusal = answer.at("/refusal");
    let known = ["not_permitted", "unreadable", "unknown_ticket"].into_iter().find(|word| refusal == *word);
    match (answer.status, answer.at("/outcome").as_str(), known) {
        (422, _, Some(word)) => model::Answer::Refused(word),
        (200 | 201, Some("applied"), _) => model::Answer::Applied,
        (200 | 201, Some("waiting"), _) => model::Answer::Waiting,
        (200 | 201, Some("conflict"), _) => model::Answer::Conflict,
        _ => panic!("nobody expected this: {answer}"),
    }
}

stories! {
    async fn random_commands_from_all_roles_meet_a_second_opinion(world: World) {
        let units = [
            Unit::Township(world.township_id(0).await),
            Unit::Township(world.township_id(1).await),
            Unit::Department(world.desk(Role::Department).await.unit()),
        ];
        let chosen = std::env::var("LALIAN_TEST_SEED").ok().and_then(|text| text.parse().ok());
        let seed = chosen.unwrap_or(20_261_129);
        let (tickets, alike) = opened(&world, 7).await;
        let players = cast(&world).await;
        let mut run = Run {
            world: &world, noise: Noise::new(seed), players, tickets, alike, units, pictures: 70_000, told: vec![format!("seed {seed}")],
            applied: BTreeMap::new(),
        };
        for step in 0..steps() {
            if step % 9 == 8 {
                run.pass().await;
            }
            run.step().await;
        }
        run.whole().await;
        // Chance must not have walked around the work: most kinds were really applied.
        assert!(run.applied.len() >= 12, "{:?}", run.applied);
    }
}
