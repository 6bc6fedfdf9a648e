//! A visit to a site as the phone writes it down: every item answered, some of them failed.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::phone::{Draft, fresh_id, position_at};
use crate::photo;

/// A site with the checklist of its kind, as an inspector's phone holds them.
#[derive(Debug, Clone)]
pub struct Site {
    pub row: Value,
    pub checklist: Value,
}

/// One visit to be sealed.
#[derive(Debug, Clone)]
pub struct Visit {
    pub inspection: Uuid,
    /// The item codes that fail and the findings that they make, in this order.
    pub fails: Vec<(String, Uuid)>,
    pub payload: Value,
}

impl Site {
    /// The first sites of a kind inside a township, in the order of their codes.
    pub async fn some(actor: &Actor, kind: &str, township: Uuid) -> Vec<Self> {
        let rows = actor.snapshot().await;
        let of =
            |noun: &'static str| rows.iter().filter(move |row| row["noun"] == noun).map(|row| &row["row"]);
        let checklist =
            of("checklists").find(|list| list["site_kind"] == kind).expect("a checklist of the kind");
        let mut sites: Vec<&Value> = of("sites")
            .filter(|site| site["kind"] == kind && site["township_id"] == json!(township))
            .collect();
        sites.sort_by_key(|site| site["code"].as_str().unwrap_or_default().to_owned());
        sites.into_iter().map(|row| Self { row: row.clone(), checklist: checklist.clone() }).collect()
    }

    /// So many sites of all kinds, spread over the county in the order of their codes.
    pub async fn spread(actor: &Actor, count: usize) -> Vec<Self> {
        let rows = actor.snapshot().await;
        let of =
            |noun: &'static str| rows.iter().filter(move |row| row["noun"] == noun).map(|row| &row["row"]);
        let mut sites: Vec<&Value> = of("sites").collect();
        sites.sort_by_key(|site| site["code"].as_str().unwrap_or_default().to_owned());
        let every = (sites.len() / count).max(1);
        let checklist = |site: &Value| of("checklists").find(|list| list["site_kind"] == site["kind"]);
        let spread = sites.into_iter().step_by(every).take(count);
        spread.filter_map(|row| Some(Self { row: row.clone(), checklist: checklist(row)?.clone() })).collect()
    }

    /// Its id.
    pub fn id(&self) -> Uuid {
        id_of(&self.row["id"])
    }

    /// Where it is: longitude, latitude.
    pub fn place(&self) -> (f64, f64) {
        (self.row["lon"].as_f64().expect("a longitude"), self.row["lat"].as_f64().expect("a latitude"))
    }

    /// The codes of its checklist's items that make a ticket when they fail and may be photographed.
    pub fn ticket_items(&self) -> Vec<String> {
        let items = self.items().iter().filter(|item| {
            item["makes"].as_str().unwrap_or("ticket") == "ticket" && item["camera"] != "forbidden"
        });
        items.filter_map(|item| item["code"].as_str().map(str::to_owned)).collect()
    }

    /// An inspected visit: everything passes but the items named.
    pub fn visit(&self, actor: &Actor, fails: &[&str]) -> Visit {
        let fails: Vec<(String, Uuid)> = fails.iter().map(|code| ((*code).to_owned(), fresh_id())).collect();
        let answers: Vec<Value> =
            self.items().iter().map(|item| answer(item, self.instance(item), &fails)).collect();
        let inspection = fresh_id();
        let payload = json!({
            "inspection_id": inspection, "site_id": self.row["id"], "checklist_id": self.checklist["id"], "round_id": null,
            "outcome": "inspected", "people_present": "", "note": "",
            "arrived": position_at(self.place(), actor.now()), "distance_reason": null, "answers": answers,
        });
        Visit { inspection, fails, payload }
    }

    /// The one stall or room that a visit of ours has, where the item is asked of each.
    fn instance(&self, item: &Value) -> &'static str {
        let groups = self.checklist["body"]["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
        let repeats = groups.iter().any(|group| group["key"] == item["group"] && group["repeat"].is_object());
        if repeats { "1" } else { "" }
    }

    fn items(&self) -> &[Value] {
        self.checklist["body"]["items"].as_array().expect("items")
    }
}

impl Visit {
    /// Ready to seal, with a photo of each failed item; `seed` keeps the photos apart.
    pub fn draft<'a>(&self, actor: &'a Actor, seed: u64) -> Draft<'a> {
        let mut draft = actor.draft("inspection.submit/1", self.payload.clone());
        for (number, (item, _)) in (0..).zip(&self.fails) {
            draft = draft.photo("before", Some(item), photo::tiny(seed * 100 + number));
        }
        draft
    }

    /// The tickets that its failed answers become: a ticket's id comes from its first finding.
    pub fn findings(&self) -> Vec<Uuid> {
        self.fails.iter().map(|(_, finding)| *finding).collect()
    }
}

fn answer(item: &Value, instance: &str, fails: &[(String, Uuid)]) -> Value {
    let failed = fails.iter().find(|(code, _)| item["code"] == json!(code));
    let findings = failed.map(|(_, finding)| {
        json!({
            "finding_id": finding, "instance_key": instance, "title": null, "note": "", "fixed_on_spot": false,
            "missing_photo_reason": null,
        })
    });
    json!({
        "item": item["code"], "instance_key": instance, "result": if failed.is_some() { "fail" } else { "pass" },
        "value": value(item, failed.is_some()), "reason": null, "note": "", "findings": Vec::from_iter(findings),
    })
}

/// A value of the item's type that agrees with the result.
fn value(item: &Value, fails: bool) -> Value {
    match item["answer"].as_str() {
        Some("choice") => {
            let options = item["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            options
                .iter()
                .find(|option| option["fail"] == json!(fails))
                .map_or(Value::Null, |option| option["key"].clone())
        }
        Some("score" | "count") => {
            let rule = &item["pass_rule"];
            let limit = rule["value"].as_i64().unwrap_or(0);
            let (passing, failing) = match rule["op"].as_str() {
                Some(">=") => (limit, limit - 1),
                Some(">") => (limit + 1, limit),
                Some("<") => (limit - 1, limit),
                Some("==") => (limit, limit + 1),
                _ => (limit, limit + 1),
            };
            json!(if fails { failing } else { passing })
        }
        _ => Value::Null,
    }
}

/// Reads an id.
pub fn id_of(value: &Value) -> Uuid {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("not an id: {value}"))
}
