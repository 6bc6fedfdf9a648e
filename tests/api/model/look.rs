//! What the program says of its tickets and campaigns, beside what the rules say.

use chrono::{DateTime, Utc};
use lalian_tests::model::STEPS;
use serde_json::{Value, json};

use super::Run;

impl Run<'_> {
    pub(super) async fn compare(&self, ticket: usize) {
        let model = &self.tickets[ticket];
        let path = format!("/api/v1/tickets/{}", model.id);
        let row = self.players[0].actor.http.get(&path).await.expect(200).json();
        // What was merged is looked at with the other.
        if model.state != "merged" {
            let pictures = row["before"].as_array().map_or(0, Vec::len);
            assert_eq!(pictures, model.pictures, "pictures of the fault\n{}\n{row}", self.told());
        }
        let wanted = model.row(self.now());
        for (key, value) in wanted.as_object().expect("an object") {
            let said = match key.as_str() {
                "archived" => json!(row["archived_at"].is_string()),
                "open_requests" => {
                    let requests = row["requests"].as_array().expect("requests");
                    json!(requests.iter().filter(|request| request["state"] == "open").count())
                }
                "look_back" => row["look_back"]["state"].clone(),
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
    pub(super) async fn whole(&self) {
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
            let checks = events
                .iter()
                .filter(|event| ["T11", "T12"].contains(&event["transition"].as_str().unwrap_or_default()));
            let late: Vec<bool> = checks.map(|event| event["data"]["check_late"] == true).collect();
            assert_eq!(late, model.checks, "which checks came late: {row}\n{}", self.told());
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

    /// The boards of all campaigns.
    pub(super) async fn compare_boards(&mut self) {
        for place in 0..self.campaigns.0.len() {
            self.compare_board(place).await;
        }
    }

    /// The board of a campaign, for the office and for one township, which reads its own part.
    pub(super) async fn compare_board(&mut self, place: usize) {
        let campaign = &self.campaigns.0[place];
        let path = format!("/api/v1/campaigns/{}/board", campaign.id);
        let mut zero = false;
        for reader in [0, 7] {
            let player = &self.players[reader];
            let board = player.actor.http.get(&path).await.expect(200).json();
            let numbers = campaign.numbers(&self.tickets, |ticket| ticket.is_seen_by(&player.who));
            self.same_numbers(&board, &numbers);
            if reader == 0 {
                zero = numbers["true_zero"] == true;
                campaign.last.iter().for_each(|last| self.same_numbers(&board["final"], last));
            }
            let running = board["campaign"]["state"] == "running";
            assert_eq!(running, campaign.running, "{board}\n{}", self.told());
        }
        self.count("a true zero", u32::from(zero));
    }

    fn same_numbers(&self, board: &Value, numbers: &Value) {
        for (key, value) in numbers.as_object().expect("an object") {
            assert_eq!(&board[key], value, "{key} of a campaign\n{}\n{board}", self.told());
        }
    }
}
