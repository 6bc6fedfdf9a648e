//! What the office does beside commands on tickets: zeroing campaigns and rounds that nobody may know of yet.

use chrono::Days;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{release, round, tickets_of};
use lalian_tests::http::{self, Answer};
use lalian_tests::model::{Campaign, Command, Model, local_day};
use lalian_tests::phone::fresh_id;
use lalian_tests::visit::id_of;
use serde_json::{Value, json};

use super::Run;
use super::cast::{modelled, reported};

/// What has to have happened in every run, or the run has shown nothing of it.
pub const HAPPENINGS: [&str; 18] = [
    "a draw of closed tickets",
    "a look finds that it holds",
    "a look finds a relapse",
    "pictures come with a merge",
    "a check comes late",
    "control is reported late",
    "the clock finds that control was not reported",
    "more time to another day than asked for",
    "a hold to another day than asked for",
    "a campaign starts",
    "a campaign ends early",
    "a date comes back",
    "a campaign's last day is over",
    "a ticket joins a running campaign",
    "a true zero",
    "a hidden visit",
    "a release",
    "a clock starts with a release",
];

/// Kinds of sites that hidden visits go to, each once.
const HIDDEN: [&str; 2] = ["farmers_market", "public_toilet"];

/// Every candidate of a draw is drawn, so that the run knows which.
pub(super) async fn look_at_all(office: &Actor) {
    let settings = office.http.get("/api/v1/settings").await.expect(200).json();
    let mut wanted = settings["settings"].clone();
    for share in ["look_back_percent", "look_back_flagged_percent"] {
        wanted["checks"][share] = json!(100);
    }
    let body = json!({ "version": settings["version"], "settings": wanted, "reason": "试" });
    let put = office.http.request(reqwest::Method::PUT, "/api/v1/settings").header("idempotency-key", "all");
    http::send(put.json(&body)).await.expect(200);
}

/// So few open tickets are too few to do much with,
const FEW: usize = 7;
/// and so many in all are enough.
const MANY: usize = 40;

impl Run<'_> {
    /// The office does something for the whole county.
    pub(super) async fn act(&mut self) {
        let before = self.tickets.clone();
        let open = self.tickets.iter().filter(|ticket| ticket.can_take_in()).count();
        if open < FEW && self.tickets.len() < MANY {
            self.report().await;
        }
        match self.below(9) {
            0..=2 if self.campaigns.0.len() < 8 => self.start_campaign().await,
            0..=3 => self.end_campaign().await,
            4 | 5 => self.hidden_visit().await,
            6 | 7 => self.draw_again().await,
            _ => self.release().await,
        }
        // What it did shows at once; that it did nothing else shows when time has passed and all are compared.
        for ticket in 0..self.tickets.len() {
            if before.get(ticket) != Some(&self.tickets[ticket]) {
                self.compare(ticket).await;
            }
        }
    }

    /// An inspector reports once more what lies beside the site.
    async fn report(&mut self) {
        let known: Vec<_> = self.tickets.iter().map(|ticket| ticket.id).collect();
        let new = reported(self.world, 10 + u64::try_from(known.len()).expect("few"), &known).await;
        self.told.push(format!("{}: {} reports", self.now(), new.len()));
        self.alike.extend(new.iter().map(|ticket| ticket.id));
        self.tickets.extend(new);
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let http = self.players[0].actor.http.with("idempotency-key", &fresh_id().to_string());
        http.post(&format!("/api/v1/campaigns{path}"), body).await
    }

    async fn start_campaign(&mut self) {
        let day = local_day(self.now()) + Days::new([0, 1, 2, 4, 9, 25][self.below(6)]);
        let of_sites = self.below(3) == 0;
        let scope = if of_sites { json!({ "site_kinds": ["bus_shelter"] }) } else { json!({}) };
        let draft = json!({ "name": "清零", "scope": scope, "deadline_day": day });
        let id = id_of(&self.post("", &draft).await.expect(201).at("/id"));
        self.told.push(format!("{}: campaign {id} to {day}, of sites {of_sites}", self.now()));
        let answer = self.post(&format!("/{id}/start"), &json!({ "version": 1 })).await;
        let (new, now) = (Campaign::new(id, day, of_sites), self.now());
        if self.campaigns.start(new, &mut self.tickets, now) {
            assert_eq!(answer.status, 200, "{answer}\n{}", self.told());
            self.count("a campaign starts", 1);
            let place = self.campaigns.0.iter().position(|one| one.id == id).expect("it started");
            self.compare_board(place).await;
        } else {
            answer.expect_problem(422, "invalid_field");
            self.count("nothing for a campaign to take", 1);
        }
    }

    async fn end_campaign(&mut self) {
        let places: Vec<usize> = (0..self.campaigns.0.len()).collect();
        let Some(place) = self.one_of(&places) else { return };
        let (id, running) = (self.campaigns.0[place].id, self.campaigns.0[place].running);
        self.told.push(format!("{}: campaign {id} is ended", self.now()));
        let answer = self.post(&format!("/{id}/end"), &json!({ "reason": "并入" })).await;
        if !running {
            answer.expect_problem(409, "wrong_state");
            return;
        }
        answer.expect(200);
        let now = self.now();
        let before: Vec<Value> =
            self.tickets.iter().map(|ticket| ticket.row(now)["official_due_at"].clone()).collect();
        self.campaigns.end(place, &mut self.tickets, now);
        let moved = self
            .tickets
            .iter()
            .zip(before)
            .filter(|(ticket, due)| ticket.row(now)["official_due_at"] != *due);
        let moved = u32::try_from(moved.count()).expect("few");
        self.count("a campaign ends early", 1);
        self.count("a date comes back", moved);
        self.compare_board(place).await;
    }

    /// Campaigns follow a ticket to which something was done.
    pub(super) fn follow(&mut self, ticket: usize, was_to_zero: bool) {
        let now = self.now();
        let version = self.tickets[ticket].version;
        self.campaigns.follow(&mut self.tickets[ticket], was_to_zero, now);
        let joined = !was_to_zero && self.tickets[ticket].version != version;
        self.count("a ticket joins a running campaign", u32::from(joined));
    }

    /// What a command led to, where the run has to have shown it.
    pub(super) fn note(&mut self, before: &Model, ticket: usize, command: &Command) {
        let after = &self.tickets[ticket];
        let now = self.now();
        let row = |model: &Model, key: &str| model.row(now)[key].clone();
        let late_check = after.checks.len() > before.checks.len() && after.checks.last() == Some(&true);
        let late_control = row(before, "control_done").is_null()
            && !row(after, "control_done").is_null()
            && row(after, "control_late") == true;
        let other_day = match command {
            Command::Decide { request, day: Some(day), .. } => {
                before.asked(*request).is_some_and(|(_, wanted)| wanted != Some(*day))
            }
            _ => false,
        };
        let extended = other_day && row(before, "extensions") != row(after, "extensions");
        let review = other_day && row(before, "review_day") != row(after, "review_day");
        let looked = row(before, "look_back") == "waiting";
        let back = looked && matches!(command, Command::Relapse { .. });
        let held = looked && matches!(command, Command::LookBack { held: true });
        for (what, happened) in [
            ("a look finds a relapse", back),
            ("a look finds that it holds", held),
            ("a check comes late", late_check),
            ("control is reported late", late_control),
            ("more time to another day than asked for", extended),
            ("a hold to another day than asked for", review),
        ] {
            self.count(what, u32::from(happened));
        }
    }

    /// An inspector visits a site in a round that is told to nobody.
    async fn hidden_visit(&mut self) {
        let Some(kind) = HIDDEN.get(usize::try_from(self.rounds).expect("few")) else { return };
        self.rounds += 1;
        let office = &self.players[0].actor;
        let id = round(office, "unannounced", "after_look").await;
        let inspector = self.world.inspector().await;
        let site = self.world.site(&inspector, kind, 0).await;
        let items = site.ticket_items();
        let fails: Vec<&str> = items.iter().take(3).map(String::as_str).collect();
        let mut visit = site.visit(&inspector, &fails);
        visit.payload["round_id"] = json!(id);
        inspector.send(&visit.draft(&inspector, 900 + self.rounds).seal()).await;
        let rows = tickets_of(office, &site).await;
        let mut tickets = modelled(self.world, &inspector, &rows).await;
        tickets.iter_mut().for_each(|ticket| (ticket.round, ticket.at_shelter) = (Some(id), false));
        self.told.push(format!("{}: {} faults of hidden round {id}", self.now(), tickets.len()));
        self.tickets.extend(tickets);
        self.hidden.push(id);
        self.count("a hidden visit", 1);
    }

    /// The office draws from what was closed lately.
    async fn draw_again(&mut self) {
        if self.drawn_at == Some(self.now()) {
            // Which of two draws is the newer one is told by their times.
            return;
        }
        let to = local_day(self.now());
        let from = to - Days::new([0, 3, 12][self.below(3)]);
        self.told.push(format!("{}: looks are drawn from {from} to {to}", self.now()));
        let http = self.players[0].actor.http.with("idempotency-key", &fresh_id().to_string());
        let answer = http.post("/api/v1/look-backs", &json!({ "from_day": from, "to_day": to })).await;
        let closed = self.tickets.iter().filter(|ticket| ticket.was_closed_within(from, to)).count();
        if closed == 0 {
            answer.expect_problem(422, "invalid_field");
            return;
        }
        if self.draws.contains(&(from, to)) {
            answer.expect_problem(409, "wrong_state");
            return;
        }
        let drawn = answer.expect(201).at("/drawn");
        assert_eq!(drawn, json!(closed), "{}", self.told());
        self.tickets.iter_mut().filter(|ticket| ticket.was_closed_within(from, to)).for_each(Model::drawn);
        self.draws.push((from, to));
        self.drawn_at = Some(self.now());
        self.count("a draw of closed tickets", 1);
    }

    async fn release(&mut self) {
        // Not at once, so that something is done with what is hidden.
        let Some(id) = self.one_of(&self.hidden.clone()) else { return };
        self.told.push(format!("{}: round {id} is released", self.now()));
        release(&self.players[0].actor, id).await;
        self.hidden.retain(|round| *round != id);
        self.count("a release", 1);
        let now = self.now();
        for place in 0..self.tickets.len() {
            if self.tickets[place].round == Some(id) {
                let started = self.tickets[place].release(now);
                self.count("a clock starts with a release", u32::from(started));
                self.follow(place, false);
            }
        }
    }
}
