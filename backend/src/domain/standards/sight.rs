//! What the rules of a checklist see: the answers of a visit from where one stands, and which answers the others hide.
//!
//! In a repeat group each stall sees its own answers; what was answered outside the group is the same for all of them. A hidden answer
//! counts as not given, so hiding one may hide more. `tests/shared/checklist-cases.json` keeps this and `pwa/src/core/plan.ts` alike.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::check::VisitAnswer;
use super::checklist::{AnswerKind, Checklist, Item};
use super::logic::Logic;

/// The answers that other answers do not hide, in their order.
pub fn shown<'a>(list: &Checklist, answers: &'a [VisitAnswer]) -> Vec<&'a VisitAnswer> {
    let mut left: Vec<&VisitAnswer> = answers.iter().collect();
    if list.items.iter().all(|item| item.visible_if.is_none()) {
        return left;
    }
    loop {
        let sight = Sight::of(list, &left);
        let visible = |answer: &&VisitAnswer| {
            list.item(&answer.item).is_none_or(|item| sight.is_visible(item, &answer.instance))
        };
        let still: Vec<&VisitAnswer> = left.iter().copied().filter(visible).collect();
        if still.len() == left.len() {
            return left;
        }
        left = still;
    }
}

/// One look at answers.
pub struct Sight<'a> {
    list: &'a Checklist,
    /// Item code to value; of several instances the first answer counts; null where nothing was seen.
    all: Value,
    /// The same by stall or room, for the items of its group only.
    own: BTreeMap<(&'a str, &'a str), Map<String, Value>>,
    /// Which items are answered, with their instances.
    answered: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Sight<'a> {
    pub fn of(list: &'a Checklist, answers: &[&'a VisitAnswer]) -> Self {
        let mut all = Map::new();
        let mut own: BTreeMap<(&str, &str), Map<String, Value>> = BTreeMap::new();
        let mut answered: HashMap<&str, Vec<&str>> = HashMap::new();
        for answer in answers {
            all.entry(answer.item.clone()).or_insert_with(|| answer.given.value());
            answered.entry(&answer.item).or_default().push(&answer.instance);
            if let Some(group) = list.item(&answer.item).and_then(|item| list.repeat_of(item)) {
                let instance = own.entry((&group.key, &answer.instance)).or_default();
                instance.entry(answer.item.clone()).or_insert_with(|| answer.given.value());
            }
        }
        Self { list, all: Value::Object(all), own, answered }
    }

    /// Whether the item is asked once of each stall or room.
    pub fn repeats(&self, item: &Item) -> bool {
        self.list.repeat_of(item).is_some()
    }

    /// Whether the item belongs to a repeat group of which no answer names an instance.
    pub fn is_absent(&self, item: &Item) -> bool {
        self.list.repeat_of(item).is_some_and(|group| self.named(&group.key).next().is_none())
    }

    /// Where the item is asked: at each stall, or once ('') where it does not repeat or there is none.
    pub fn instances(&self, item: &Item) -> Vec<&'a str> {
        let named: Vec<&str> =
            self.list.repeat_of(item).map(|group| self.named(&group.key).collect()).unwrap_or_default();
        if named.is_empty() { vec![""] } else { named }
    }

    fn named(&self, group: &str) -> impl Iterator<Item = &'a str> {
        self.own
            .keys()
            .filter(move |(key, instance)| *key == group && !instance.is_empty())
            .map(|(_, instance)| *instance)
    }

    /// Whether the item has an answer there; one that does not repeat, anywhere.
    pub fn is_answered(&self, item: &Item, instance: &str) -> bool {
        let given = self.answered.get(item.code.as_str());
        given.is_some_and(|given| !self.repeats(item) || given.contains(&instance))
    }

    /// Whether the item is asked there, given the other answers.
    pub fn is_visible(&self, item: &Item, instance: &str) -> bool {
        item.visible_if.as_ref().is_none_or(|rule| self.holds(rule, item, instance))
    }

    /// Whether an answer is expected there. A text is optional unless its rule says otherwise.
    pub fn is_required(&self, item: &Item, instance: &str) -> bool {
        let asked = item
            .required_if
            .as_ref()
            .map_or(item.answer != AnswerKind::Text, |rule| self.holds(rule, item, instance));
        asked && self.is_visible(item, instance)
    }

    fn holds(&self, rule: &Logic, item: &Item, instance: &str) -> bool {
        let Some(group) = self.list.repeat_of(item) else { return rule.holds(&self.all) };
        let of_group = |code: &str| {
            let member = self.list.item(code).and_then(|item| item.group.as_deref());
            member == Some(group.key.as_str())
        };
        let all = self.all.as_object().into_iter().flatten();
        let mut seen: Map<String, Value> = all
            .filter(|(code, _)| !of_group(code))
            .map(|(code, value)| (code.clone(), value.clone()))
            .collect();
        if let Some(own) = self.own.get(&(group.key.as_str(), instance)) {
            seen.extend(own.clone());
        }
        rule.holds(&Value::Object(seen))
    }
}
