//! Two engines read the rules of checklists, one on the server and one on the phone. Besides the shared file of cases both judge the
//! same generated rules here, other ones in each run; a difference prints its seed.

use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::process::Command;

use lalian::domain::standards::logic::{Logic, LogicError};
use serde_json::{Map, Value, json};

const CASES: usize = 5_000;

/// Numbers that look random, the same for a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).expect("below the limit")
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

fn scalar(dice: &mut Dice) -> Value {
    let pool = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-0.0),
        json!(1),
        json!(2),
        json!(-1.5),
        json!(0.1),
        json!(1e21),
        json!(9_007_199_254_740_993_i64),
        json!(""),
        json!("1"),
        json!("a"),
        json!("ab"),
        json!("B"),
        json!("完好"),
        json!("完"),
        json!("\u{ffee}"),
        json!("\u{20000}"),
        json!("true"),
        json!("null"),
    ];
    dice.of(&pool)
}

fn list(dice: &mut Dice) -> Value {
    (0..dice.below(4)).map(|_| scalar(dice)).collect()
}

fn variable(dice: &mut Dice) -> Value {
    let name =
        dice.of(&["A", "B", "C", "C.d", "C.d.e", "L", "L.0", "BUS-01", "missing", "constructor", "A.length"]);
    if dice.below(5) == 0 { json!({"var": [name]}) } else { json!({"var": name}) }
}

fn rule(dice: &mut Dice, depth: usize) -> Value {
    if depth == 0 || dice.below(4) == 0 {
        return match dice.below(6) {
            0 => list(dice),
            1 | 2 => scalar(dice),
            _ => variable(dice),
        };
    }
    let operator = dice.of(&["==", "!=", "<", "<=", ">", ">=", "in", "in", "and", "or", "!"]);
    let count = match operator {
        "and" | "or" => 1 + dice.below(3),
        "!" => 1,
        _ => 2,
    };
    // Now and then something that must be refused, in the same words on both sides.
    let (operator, count) = match dice.below(60) {
        0 => (dice.of(&["+", "if", "===", "!!", "var"]), count),
        1 => (operator, dice.below(4)),
        _ => (operator, count),
    };
    let mut operands: Vec<Value> = (0..count).map(|_| rule(dice, depth - 1)).collect();
    if operator == "in" && operands.len() == 2 && dice.below(2) == 0 {
        operands[1] = list(dice);
    }
    let operand =
        if operands.len() == 1 && dice.below(3) == 0 { operands.remove(0) } else { Value::from(operands) };
    json!({ operator: operand })
}

fn long_or_deep(dice: &mut Dice) -> Value {
    if dice.below(2) == 0 {
        json!({"and": vec![true; 190 + dice.below(20)]})
    } else {
        (0..10 + dice.below(10)).fold(rule(dice, 1), |inner, _| json!({"!": [inner]}))
    }
}

fn data(dice: &mut Dice) -> Value {
    let mut data = Map::new();
    for name in ["A", "B", "BUS-01"] {
        if dice.below(4) > 0 {
            data.insert(name.to_owned(), scalar(dice));
        }
    }
    data.insert("C".to_owned(), json!({"d": scalar(dice)}));
    data.insert("L".to_owned(), list(dice));
    Value::Object(data)
}

/// One line of the file: the rule, the data, and the server's judgement.
fn case(dice: &mut Dice) -> Value {
    let rule = if dice.below(20) == 0 { long_or_deep(dice) } else { rule(dice, 4) };
    let data = data(dice);
    // Judged as the phone reads it: through its text.
    let reread = |value: &Value| serde_json::from_str::<Value>(&value.to_string()).expect("JSON");
    match Logic::try_from(reread(&rule)) {
        Ok(logic) => json!({"rule": rule, "data": data, "holds": logic.holds(&reread(&data))}),
        Err(error) => {
            let error = match error {
                LogicError::TooDeep => "too_deep",
                LogicError::TooLarge => "too_large",
                LogicError::Operator => "operator",
                LogicError::Operands => "operands",
            };
            json!({"rule": rule, "data": data, "error": error})
        }
    }
}

#[test]
fn phone_and_server_judge_generated_rules_alike() {
    let seed = RandomState::new().build_hasher().finish();
    let mut dice = Dice(seed);
    let cases: Vec<Value> = (0..CASES).map(|_| case(&mut dice)).collect();
    let count = |key: &str, value: Value| cases.iter().filter(|case| case[key] == value).count();
    assert!(
        count("holds", json!(true)) > CASES / 20 && count("holds", json!(false)) > CASES / 5,
        "seed {seed}"
    );
    assert!(cases.iter().filter(|case| case["error"].is_string()).count() > CASES / 50, "seed {seed}");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cases.ndjson");
    let lines = cases.iter().fold(String::new(), |mut text, case| {
        let _ = writeln!(text, "{case}");
        text
    });
    std::fs::write(&file, lines).expect("write the cases");
    let pwa = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pwa");
    let vitest = pwa.join("node_modules/vitest/vitest.mjs");
    assert!(vitest.exists(), "{} is missing; run: tests/run --only install", vitest.display());
    let phone = Command::new("node")
        .arg(vitest)
        .args(["run", "--reporter=verbose", "tests/core/logic.test.ts"])
        .current_dir(&pwa)
        .env("LALIAN_LOGIC_CASES", &file)
        .output()
        .expect("node runs");
    let said =
        [phone.stdout, phone.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(phone.status.success() && said.contains("generated rules are judged"), "seed {seed}\n{said}");
}
