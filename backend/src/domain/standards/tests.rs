//! Verdicts, consequences, flags and scores over the demo library, over invented visits, and over the cases that the phone runs too.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::check::{Capture, Flag, FlagCode, VisitAnswer, VisitFinding, check};
use super::checklist::tests::demo;
use super::checklist::{AnswerKind, Camera, Checklist, Item, Makes, PassRule, RuleOp, Severity};
use super::judge::{Given, Verdict, judge};
use super::logic::Logic;
use super::score::{GATE_PERMILLE, score};

fn shelter() -> Checklist {
    demo().checklists.into_iter().find(|list| list.kind == "bus_shelter").unwrap()
}

fn answer(item: &Item, given: Given) -> VisitAnswer {
    let photos = if item.camera == Camera::Forbidden { vec![] } else { vec![Capture::InPage] };
    let claimed = judge(item, &given, Verdict::NotObserved).verdict;
    VisitAnswer {
        item: item.code.clone(),
        instance: String::new(),
        given,
        claimed,
        reason: String::new(),
        photos,
        findings: Vec::new(),
    }
}

/// The answer that passes, or with `pass = false` the first that fails.
fn given(item: &Item, pass: bool) -> Given {
    match item.answer {
        AnswerKind::PassFail => Given::PassFail(pass),
        AnswerKind::Choice => {
            Given::Choice(item.options.iter().find(|o| o.fail != pass).unwrap().key.clone())
        }
        AnswerKind::Score => (0..=10)
            .map(Given::Score)
            .find(|g| (judge(item, g, Verdict::Pass).verdict == Verdict::Pass) == pass)
            .unwrap(),
        AnswerKind::Count => (0..=99)
            .map(Given::Count)
            .find(|g| (judge(item, g, Verdict::Pass).verdict == Verdict::Pass) == pass)
            .unwrap(),
        AnswerKind::Text => Given::Text("记录".into()),
    }
}

fn visit(list: &Checklist, pass: impl Fn(usize) -> bool) -> Vec<VisitAnswer> {
    let one = |(i, item): (usize, &Item)| {
        let instance = if list.repeat_of(item).is_some() { "1" } else { "" };
        VisitAnswer { instance: instance.to_owned(), ..answer(item, given(item, pass(i))) }
    };
    list.items.iter().enumerate().map(one).collect()
}

fn codes(flags: &[Flag]) -> Vec<FlagCode> {
    flags.iter().map(|flag| flag.code).collect()
}

#[test]
fn a_failing_option_overrules_its_item_and_nothing_else() {
    let list = demo().checklists.into_iter().find(|list| list.kind == "farmers_market").unwrap();
    let item = list.item("MKT-02").unwrap();
    let hidden = judge(item, &Given::Choice("hidden".into()), Verdict::Pass);
    assert_eq!(hidden.verdict, Verdict::Fail);
    let made = hidden.consequence.unwrap();
    assert_eq!((made.severity, made.is_static, made.deadline_days), (Severity::Minor, false, 0));
    assert_eq!(
        (made.department.as_str(), made.makes, made.restricted),
        ("market_regulation", Makes::Ticket, false)
    );
    assert_eq!(judge(item, &Given::Choice("ok".into()), Verdict::Pass).consequence, None);
}

#[test]
fn restricted_findings_are_due_the_same_day() {
    let mut item = shelter().items[0].clone();
    item.restricted = true;
    let made = judge(&item, &Given::PassFail(false), Verdict::Pass).consequence.unwrap();
    assert!(made.restricted && made.deadline_days == 0 && item.deadline_days > 0);
}

#[test]
fn every_item_of_the_demo_library_can_pass_and_fail() {
    for item in demo().checklists.iter().flat_map(|list| &list.items) {
        assert_eq!(judge(item, &given(item, true), Verdict::Pass).verdict, Verdict::Pass, "{}", item.code);
        assert_eq!(judge(item, &given(item, false), Verdict::Pass).verdict, Verdict::Fail, "{}", item.code);
    }
}

#[test]
fn answers_of_the_wrong_kind_are_not_observed_and_flagged() {
    let list = shelter();
    let item = &list.items[0];
    for odd in [Given::Score(1), Given::Choice("x".into()), Given::Unreadable] {
        let fail = judge(item, &odd, Verdict::Fail);
        assert!(fail.verdict == Verdict::Fail && fail.consequence.is_some(), "the phone's verdict stands");
        let mut answers = visit(&list, |_| true);
        answers[0] = answer(item, odd);
        assert_eq!(codes(&check(&list, &answers)), [FlagCode::AnswerUnreadable]);
    }
    let count = |value| Given::read(AnswerKind::Count, Verdict::Pass, &value);
    assert_eq!(
        [count(json!("3")), count(json!(-3)), count(json!(3))],
        [Given::Unreadable, Given::Unreadable, Given::Count(3)]
    );
    assert_eq!(Given::read(AnswerKind::PassFail, Verdict::Fail, &json!(null)), Given::PassFail(false));
    assert_eq!(Given::read(AnswerKind::Choice, Verdict::NotObserved, &json!("ok")), Given::NotObserved);
}

#[test]
fn a_full_visit_has_no_flags_and_a_full_score() {
    for list in demo().checklists {
        assert_eq!(check(&list, &visit(&list, |_| true)), []);
        let full = score(&list, &visit(&list, |_| true), GATE_PERMILLE);
        assert_eq!((full.permille, full.met, full.gated), (Some(1000), 100, false));
        let none = score(&list, &visit(&list, |_| false), GATE_PERMILLE);
        assert_eq!((none.permille, none.passes), (Some(0), 0));
    }
}

#[test]
fn the_phones_verdict_is_compared() {
    let list = shelter();
    let mut answers = visit(&list, |_| true);
    answers[1].claimed = Verdict::Fail;
    assert_eq!(codes(&check(&list, &answers)), [FlagCode::JudgedDifferently]);
}

#[test]
fn photo_rules() {
    let list = shelter();
    let needs = list.items.iter().position(|item| item.photo_on_fail).unwrap();
    let flags_with = |photos: Vec<Capture>, reason: &str| {
        let mut answers = visit(&list, |i| i != needs);
        answers[needs].photos = photos;
        answers[needs].reason = reason.into();
        codes(&check(&list, &answers))
    };
    assert_eq!(flags_with(vec![], ""), [FlagCode::PhotoMissing]);
    assert_eq!(flags_with(vec![], "有老人在场"), [FlagCode::PhotoReason]);
    assert_eq!(flags_with(vec![Capture::InPage], ""), []);
    assert_eq!(flags_with(vec![Capture::SystemCamera], ""), []);
    assert_eq!(
        flags_with(vec![Capture::Unknown], ""),
        [],
        "what cannot be told apart is not held against anyone"
    );
    assert_eq!(flags_with(vec![Capture::Album], ""), [FlagCode::AlbumWithoutReason]);
    assert_eq!(flags_with(vec![Capture::Album], "手机没电，同事拍的"), []);
    assert_eq!(flags_with(vec![Capture::Album, Capture::InPage], ""), []);
    let mut passed = visit(&list, |_| true);
    for answer in &mut passed {
        answer.photos.clear();
    }
    assert_eq!(check(&list, &passed), [], "a pass never needs a photo");
}

#[test]
fn forbidden_photos_reasons_unknown_and_doubled_answers() {
    let mut list = shelter();
    list.items[0].camera = Camera::Forbidden;
    list.items[0].photo_on_fail = false;
    let mut answers = visit(&list, |_| true);
    answers[0].photos.push(Capture::InPage);
    assert_eq!(codes(&check(&list, &answers)), [FlagCode::PhotoForbidden]);

    answers[0].photos.clear();
    (answers[0].given, answers[0].claimed) = (Given::NotApplicable, Verdict::NotApplicable);
    answers[0].reason = "没有".into();
    assert_eq!(codes(&check(&list, &answers)), [FlagCode::NotApplicableNotAllowed]);
    (answers[0].given, answers[0].claimed) = (Given::NotObserved, Verdict::NotObserved);
    assert_eq!(codes(&check(&list, &answers)), [], "not observed is always allowed");
    answers[0].reason.clear();
    assert_eq!(codes(&check(&list, &answers)), [FlagCode::ReasonMissing]);

    let mut doubled = visit(&list, |_| true);
    doubled[0].photos.clear();
    doubled.push(doubled[1].clone());
    let stall = VisitAnswer { instance: "3号摊".into(), ..doubled[1].clone() };
    doubled.push(stall);
    let foreign = VisitAnswer { item: "XXX-9".into(), ..doubled[1].clone() };
    doubled.push(foreign);
    assert_eq!(codes(&check(&list, &doubled)), [FlagCode::AnswerTwice, FlagCode::UnknownItem]);

    doubled.retain(|answer| answer.item != list.items[2].code);
    assert!(codes(&check(&list, &doubled)).contains(&FlagCode::RequiredMissing));
}

#[test]
fn hidden_items_are_not_missed_and_not_scored() {
    let mut list = shelter();
    let first = list.items[0].code.clone();
    let rule = Logic::try_from(json!({"==": [{"var": first}, false]})).unwrap();
    list.items[1].visible_if = Some(rule.clone());
    list.items[2].required_if = Some(rule);
    let mut answers = visit(&list, |_| true);
    assert_eq!(codes(&check(&list, &answers)), [FlagCode::AnswerHidden]);
    assert_eq!(score(&list, &answers, GATE_PERMILLE).applicable, 100 - list.items[1].weight);
    answers.drain(1..3);
    assert_eq!(check(&list, &answers), [], "neither is asked while the first passes");
    (answers[0].given, answers[0].claimed) = (Given::PassFail(false), Verdict::Fail);
    let missing: Vec<_> = check(&list, &answers).into_iter().map(|flag| (flag.code, flag.item)).collect();
    let expected = [1, 2].map(|i| (FlagCode::RequiredMissing, list.items[i].code.clone()));
    assert_eq!(missing, expected);
}

#[test]
fn a_critical_static_fail_holds_the_score_down() {
    let mut list = shelter();
    list.items[0].severity = Severity::Critical;
    list.items[0].is_static = true;
    let held = score(&list, &visit(&list, |i| i != 0), GATE_PERMILLE);
    assert_eq!((held.permille, held.gated), (Some(690), true));
    list.items[0].is_static = false;
    assert_eq!(score(&list, &visit(&list, |i| i != 0), GATE_PERMILLE).permille, Some(910));
}

#[test]
fn an_item_of_many_instances_is_met_when_none_fails() {
    let list = shelter();
    let mut answers = visit(&list, |_| true);
    answers.push(VisitAnswer {
        instance: "2".into(),
        given: given(&list.items[0], false),
        ..answers[0].clone()
    });
    let partly = score(&list, &answers, 1000);
    assert_eq!((partly.met, partly.applicable, partly.fails), (100 - list.items[0].weight, 100, 1));
    assert_eq!(score(&list, &[], GATE_PERMILLE).permille, None);
}

#[test]
fn rules_at_their_edge() {
    for (op, passing) in [
        (RuleOp::AtMost, [true, true, false]),
        (RuleOp::AtLeast, [false, true, true]),
        (RuleOp::Exactly, [false, true, false]),
    ] {
        let rule = PassRule { op, value: 5 };
        assert_eq!([4, 5, 6].map(|n| rule.passes(n)), passing);
    }
}

proptest! {
    #[test]
    fn a_score_lies_between_nothing_and_all_and_a_pass_more_never_lowers_it(
        passes in prop::collection::vec(any::<bool>(), 14), better in 0_usize..14,
    ) {
        let list = shelter();
        let before = score(&list, &visit(&list, |i| passes[i]), GATE_PERMILLE).permille.unwrap();
        let after = score(&list, &visit(&list, |i| passes[i] || i == better), GATE_PERMILLE).permille.unwrap();
        prop_assert!(before <= 1000 && before <= after);
    }
}

/// The file of cases that `pwa/tests/core/checklist-cases.test.ts` runs as well.
#[test]
fn phone_and_server_say_the_same_of_a_visit() {
    let file: Value =
        serde_json::from_str(include_str!("../../../../tests/shared/checklist-cases.json")).unwrap();
    let filled = |item: &Value| -> Item {
        let mut whole = file["item_defaults"].clone();
        whole.as_object_mut().unwrap().extend(item.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    };
    for case in file["cases"].as_array().unwrap() {
        let source = &file["lists"][case["list"].as_str().unwrap()];
        let list = Checklist {
            kind: "k".into(),
            zh: "k".into(),
            en: "k".into(),
            code_prefix: String::new(),
            scope_zh: String::new(),
            total_weight: 0,
            groups: serde_json::from_value(source["groups"].clone()).unwrap(),
            items: source["items"].as_array().unwrap().iter().map(filled).collect(),
        };
        let answers: Vec<VisitAnswer> =
            case["answers"].as_array().unwrap().iter().map(|a| wire_answer(&list, a)).collect();
        let flags = check(&list, &answers);
        let named = |code: FlagCode| -> Vec<String> {
            let place = |flag: &Flag| match flag.instance.as_str() {
                "" => flag.item.clone(),
                instance => format!("{}@{instance}", flag.item),
            };
            let mut all: Vec<String> = flags.iter().filter(|flag| flag.code == code).map(place).collect();
            all.sort();
            all
        };
        let wanted = |key: &str| -> Vec<String> {
            let mut all: Vec<String> = serde_json::from_value(case[key].clone()).unwrap_or_default();
            all.sort();
            all
        };
        let name = &case["name"];
        assert_eq!(named(FlagCode::RequiredMissing), wanted("missing"), "missing: {name}");
        assert_eq!(named(FlagCode::AnswerHidden), wanted("hidden"), "hidden: {name}");
        assert_eq!(named(FlagCode::InstanceMissing), wanted("unnamed"), "unnamed: {name}");
        assert_eq!(named(FlagCode::NotApplicableNotAllowed), wanted("na_forbidden"), "na_forbidden: {name}");
        assert_eq!(named(FlagCode::PhotoMissing), wanted("photo_missing"), "photo_missing: {name}");
        assert_eq!(json!(score(&list, &answers, GATE_PERMILLE).permille), case["score"], "score: {name}");
    }
}

/// An answer of the shared file; `findings` is a list of instances, `photos` of the instances that have one.
fn wire_answer(list: &Checklist, answer: &Value) -> VisitAnswer {
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    let item = list.item(&text("item")).unwrap();
    let claimed = serde_json::from_value(answer["result"].clone()).unwrap();
    let listed =
        |key: &str| -> Vec<String> { serde_json::from_value(answer[key].clone()).unwrap_or_default() };
    let photos = listed("photos");
    let taken =
        |instance: &str| photos.iter().filter(|one| *one == instance).map(|_| Capture::InPage).collect();
    VisitAnswer {
        item: item.code.clone(),
        instance: text("instance_key"),
        given: Given::read(item.answer, claimed, &answer["value"]),
        claimed,
        reason: text("reason"),
        photos: taken(&text("instance_key")),
        findings: listed("findings")
            .into_iter()
            .map(|instance| VisitFinding { photos: taken(&instance), reason: String::new(), instance })
            .collect(),
    }
}
