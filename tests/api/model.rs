//! Random commands from all roles, against the program and against a second opinion on the rules (`lalian_tests::model`): what is answered,
//! what every ticket then says, who sees it, and that no history ever takes a step that the rules do not know.

mod cast;
mod county;
mod draw;
mod look;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use lalian::domain::clock::Clock as _;
use lalian::domain::people::role::Role;
use lalian_tests::http::Answer;
use lalian_tests::model::{self, Campaigns, Command, Model, Unit, Who};
use lalian_tests::photo::Noise;
use lalian_tests::stories;
use lalian_tests::world::World;
use uuid::Uuid;

use cast::{Player, cast, opened};

/// Steps of one run; the long run takes more.
fn steps() -> u64 {
    let scale =
        std::env::var("LALIAN_TEST_SCALE").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let steps = (200.0 * scale) as u64;
    steps.max(20)
}

/// A run of so many steps is a long one.
const LONG: u64 = 2_000;
/// Of the commands and happenings, a short run may miss so many and a long one so few.
const MAY_MISS: (usize, usize) = (20, 4);

struct Run<'a> {
    world: &'a World,
    noise: Noise,
    players: Vec<Player>,
    tickets: Vec<Model>,
    campaigns: Campaigns,
    /// Rounds that nobody may know of yet.
    hidden: Vec<Uuid>,
    rounds: u64,
    /// Spans of days that were drawn from, to be looked at again, and when the last draw was.
    draws: Vec<(NaiveDate, NaiveDate)>,
    drawn_at: Option<DateTime<Utc>>,
    /// Tickets of one fault away from any site, which may be merged.
    alike: Vec<Uuid>,
    units: [Unit; 3],
    pictures: u64,
    told: Vec<String>,
    /// Kinds of command that were applied.
    applied: BTreeMap<&'static str, u32>,
    /// What happened beside commands.
    seen: BTreeMap<&'static str, u32>,
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

    /// Which tickets are open and of the same fault, so that this one may be merged into them.
    fn takes_in(&self, ticket: usize) -> impl Fn(Uuid) -> bool + use<> {
        let alike = |model: &&Model| model.can_take_in() && self.alike.contains(&model.id);
        let of_fault = self.alike.contains(&self.tickets[ticket].id);
        let open: Vec<Uuid> =
            self.tickets.iter().filter(|model| of_fault && alike(model)).map(|model| model.id).collect();
        move |other| open.contains(&other)
    }

    /// What the second opinion says, which is from then on its state.
    fn expected(&mut self, ticket: usize, who: &Who, command: &Command, now: DateTime<Utc>) -> model::Answer {
        let before = self.tickets[ticket].clone();
        let was_to_zero = self.tickets[ticket].is_to_zero();
        let same = self.takes_in(ticket);
        let answer = self.tickets[ticket].give(who, command, now, same);
        if answer == model::Answer::Applied {
            *self.applied.entry(command.kind()).or_default() += 1;
        }
        if matches!(answer, model::Answer::Applied | model::Answer::Waiting) {
            self.follow(ticket, was_to_zero);
            self.note(&before, ticket, command);
        }
        if let (Command::Merge { into }, model::Answer::Applied) = (command, answer) {
            let other = self.tickets[ticket].clone();
            self.count("pictures come with a merge", u32::try_from(other.pictures).expect("few"));
            let into = self.tickets.iter_mut().find(|model| model.id == *into);
            into.into_iter().for_each(|model| model.take_in(&other));
        }
        answer
    }

    /// Time passes; what the clock alone does follows, and everybody logs in again.
    async fn pass(&mut self) {
        let hours = [1, 3, 9, 20, 30, 70, 200][self.below(7)];
        self.world.clock.advance(TimeDelta::hours(hours));
        self.world.server().app().sweep_tickets().await.expect("swept");
        self.world.server().app().sweep_campaigns().await.expect("swept");
        let now = self.now();
        self.told.push(format!("{now}: swept"));
        let missed = |run: &Self| run.tickets.iter().filter(|model| model.is_out_of_control()).count();
        let before = missed(self);
        self.tickets.iter_mut().for_each(|model| model.sweep(now));
        let found = u32::try_from(missed(self) - before).expect("few");
        self.count("the clock finds that control was not reported", found);
        let running = self.campaigns.0.iter().filter(|one| one.running).count();
        self.campaigns.sweep(&mut self.tickets, now);
        let over = running - self.campaigns.0.iter().filter(|one| one.running).count();
        self.count("a campaign's last day is over", u32::try_from(over).expect("few"));
        self.players = cast(self.world).await;
        for ticket in 0..self.tickets.len() {
            if !self.tickets[ticket].is_over() {
                self.compare(ticket).await;
            }
        }
        self.compare_boards().await;
    }

    /// Something happened so often.
    fn count(&mut self, what: &'static str, times: u32) {
        *self.seen.entry(what).or_default() += times;
    }

    /// Kinds of commands that were never applied, and what never happened.
    fn unseen(&self) -> Vec<&'static str> {
        let kinds = Command::KINDS.into_iter().filter(|kind| !self.applied.contains_key(*kind));
        let never = |what: &&str| self.seen.get(*what).is_none_or(|times| *times == 0);
        kinds.chain(county::HAPPENINGS.into_iter().filter(never)).collect()
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
            world: &world,
            noise: Noise::new(seed),
            players,
            tickets,
            alike,
            units,
            pictures: 70_000,
            told: vec![format!("seed {seed}")],
            applied: BTreeMap::new(),
            seen: BTreeMap::new(),
            campaigns: Campaigns::default(),
            hidden: Vec::new(),
            rounds: 0,
            draws: Vec::new(),
            drawn_at: None,
        };
        county::look_at_all(&run.players[0].actor).await;
        for step in 0..steps() {
            if step % 9 == 8 {
                run.pass().await;
            }
            if step % 5 == 4 {
                run.act().await;
            }
            run.step().await;
        }
        run.whole().await;
        // Chance must not have walked around the work. A long run sees everything but a few, a short one much of it.
        let unseen = run.unseen();
        let may_miss = if steps() < LONG { MAY_MISS.0 } else { MAY_MISS.1 };
        assert!(unseen.len() <= may_miss, "never seen: {unseen:?} of {:?} {:?}", run.applied, run.seen);
    }
}
