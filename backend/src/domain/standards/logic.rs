//! `visible_if` and `required_if` of a checklist item: the part of JSONLogic that phone and server agree on (decisions.md 5).
//!
//! Own evaluator instead of a crate: the JSONLogic crates follow JavaScript and turn `"1"`, `1` and `true` into each other, so an
//! answer of the wrong type would quietly count as another one. Here operands are compared only with their own type, and a rule that
//! says anything else is refused when the checklist is imported. `tests/shared/jsonlogic-cases.json` holds the cases that the
//! phone's evaluator has to pass too.
//!
//! - `{"var": "a.b"}` walks objects by key; what is not there is null.
//! - `==`, `!=`: two operands; different types are unequal; null equals null; lists and objects are never equal to anything.
//! - `<`, `<=`, `>`, `>=`: two numbers, or two texts by code point; anything else is false.
//! - `in`: a scalar in a list (by `==`), or a text in a text; anything else is false.
//! - `and`, `or`: one operand or more, `!`: one; only `true` counts as true, and the result is `true` or `false`.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Deepest nesting; a leaf is 1 deep.
pub const DEPTH_MAX: usize = 16;
/// Most operators and leaves.
pub const NODES_MAX: usize = 200;

/// A rule that was read and fits the limits; kept as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Logic {
    source: Value,
    root: Node,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// A scalar, or a list of scalars.
    Literal(Value),
    Var(String),
    Compare(Compare, Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogicError {
    #[error("嵌套超过 16 层 · nested deeper than 16")]
    TooDeep,
    #[error("超过 200 个节点 · more than 200 nodes")]
    TooLarge,
    #[error(
        "只能用 var、and、or、!、==、!=、<、<=、>、>=、in · only var, and, or, !, ==, !=, <, <=, >, >=, in"
    )]
    Operator,
    #[error("操作数的个数或种类不对 · wrong number or kind of operands")]
    Operands,
}

impl TryFrom<Value> for Logic {
    type Error = LogicError;
    fn try_from(source: Value) -> Result<Self, LogicError> {
        let root = read(&source, 1, &mut 0)?;
        Ok(Self { source, root })
    }
}

impl From<Logic> for Value {
    fn from(logic: Logic) -> Self {
        logic.source
    }
}

impl Logic {
    /// Whether the rule holds over `data`, an object of item codes and their answers.
    pub fn holds(&self, data: &Value) -> bool {
        truth(&self.root.value(data))
    }

    /// First keys of all variables: the item codes that the rule looks at.
    pub fn variables(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.root.variables(&mut found);
        found
    }
}

fn read(source: &Value, depth: usize, nodes: &mut usize) -> Result<Node, LogicError> {
    *nodes += 1;
    if depth > DEPTH_MAX {
        return Err(LogicError::TooDeep);
    }
    if *nodes > NODES_MAX {
        return Err(LogicError::TooLarge);
    }
    let map = match source {
        Value::Object(map) => map,
        Value::Array(items) => {
            *nodes += items.len();
            if *nodes > NODES_MAX {
                return Err(LogicError::TooLarge);
            }
            let scalars = !items.iter().any(|item| item.is_array() || item.is_object());
            return if scalars { Ok(Node::Literal(source.clone())) } else { Err(LogicError::Operands) };
        }
        scalar => return Ok(Node::Literal(scalar.clone())),
    };
    let (Some((operator, operand)), 1) = (map.iter().next(), map.len()) else {
        return Err(LogicError::Operator);
    };
    if operator == "var" {
        let name = match operand {
            Value::Array(one) if one.len() == 1 => one[0].as_str(),
            other => other.as_str(),
        };
        return name.filter(|n| !n.is_empty()).map(|n| Node::Var(n.to_owned())).ok_or(LogicError::Operands);
    }
    let compare = match operator.as_str() {
        "==" => Some(Compare::Equal),
        "!=" => Some(Compare::Unequal),
        "<" => Some(Compare::Less),
        "<=" => Some(Compare::LessOrEqual),
        ">" => Some(Compare::Greater),
        ">=" => Some(Compare::GreaterOrEqual),
        "in" | "and" | "or" | "!" => None,
        _ => return Err(LogicError::Operator),
    };
    // As in JSONLogic, one operand may stand without its list.
    let operands = operand.as_array().map_or_else(|| std::slice::from_ref(operand), Vec::as_slice);
    let mut read = operands.iter().map(|o| read(o, depth + 1, nodes)).collect::<Result<Vec<_>, _>>()?;
    let pair =
        |read: Vec<Node>| <[Node; 2]>::try_from(read).map(Box::new).map_err(|_wrong| LogicError::Operands);
    match (operator.as_str(), compare) {
        (_, Some(compare)) => Ok(Node::Compare(compare, pair(read)?)),
        ("in", _) => Ok(Node::In(pair(read)?)),
        ("!", _) if read.len() == 1 => {
            read.pop().map(|one| Node::Not(Box::new(one))).ok_or(LogicError::Operands)
        }
        ("and", _) if !read.is_empty() => Ok(Node::And(read)),
        ("or", _) if !read.is_empty() => Ok(Node::Or(read)),
        _ => Err(LogicError::Operands),
    }
}

impl Node {
    fn value(&self, data: &Value) -> Value {
        Value::Bool(match self {
            Self::Literal(value) => return value.clone(),
            Self::Var(path) => {
                return path
                    .split('.')
                    .try_fold(data, |at, key| at.as_object()?.get(key))
                    .cloned()
                    .unwrap_or_default();
            }
            Self::And(all) => all.iter().all(|node| truth(&node.value(data))),
            Self::Or(any) => any.iter().any(|node| truth(&node.value(data))),
            Self::Not(node) => !truth(&node.value(data)),
            Self::In(pair) => contains(&pair[0].value(data), &pair[1].value(data)),
            Self::Compare(compare, pair) => compare.holds(&pair[0].value(data), &pair[1].value(data)),
        })
    }

    fn variables<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Literal(_) => {}
            Self::Var(path) => found.push(path.split('.').next().unwrap_or(path)),
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.variables(found)),
            Self::Compare(_, nodes) | Self::In(nodes) => nodes.iter().for_each(|node| node.variables(found)),
            Self::Not(node) => node.variables(found),
        }
    }
}

impl Compare {
    fn holds(self, a: &Value, b: &Value) -> bool {
        let order = || order(a, b);
        match self {
            Self::Equal => equal(a, b),
            Self::Unequal => !equal(a, b),
            Self::Less => order() == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order() == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

fn truth(value: &Value) -> bool {
    value == &Value::Bool(true)
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        _ => order(a, b) == Some(Ordering::Equal),
    }
}

/// Numbers as the doubles that JavaScript has; texts by code point, which is also the order of their UTF-8 bytes.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn contains(needle: &Value, hay: &Value) -> bool {
    match (needle, hay) {
        (_, Value::Array(items)) => items.iter().any(|item| equal(needle, item)),
        (Value::String(needle), Value::String(hay)) => hay.contains(needle.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Shared {
        cases: Vec<Case>,
    }

    /// `holds` for a good rule, `error` for one that must be refused.
    #[derive(Deserialize)]
    struct Case {
        name: String,
        rule: Value,
        #[serde(default)]
        data: Value,
        holds: Option<bool>,
        error: Option<String>,
    }

    #[test]
    fn the_cases_that_the_phone_shares() {
        let shared: Shared =
            serde_json::from_str(include_str!("../../../../tests/shared/jsonlogic-cases.json")).unwrap();
        assert!(shared.cases.len() >= 60);
        for case in shared.cases {
            let name = &case.name;
            match (Logic::try_from(case.rule), case.holds, case.error.as_deref()) {
                (Ok(logic), Some(holds), None) => assert_eq!(logic.holds(&case.data), holds, "{name}"),
                (Err(LogicError::TooDeep), None, Some("too_deep"))
                | (Err(LogicError::TooLarge), None, Some("too_large"))
                | (Err(LogicError::Operator), None, Some("operator"))
                | (Err(LogicError::Operands), None, Some("operands")) => {}
                (found, ..) => panic!("{name}: {found:?}"),
            }
        }
    }

    #[test]
    fn variables_are_the_items_looked_at() {
        let logic: Logic =
            serde_json::from_str(r#"{"and":[{"var":"BUS-01"},{"!":{"in":[{"var":"A.b"},["x"]]}}]}"#).unwrap();
        assert_eq!(logic.variables(), ["BUS-01", "A"]);
    }
}
