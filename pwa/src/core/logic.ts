// `visible_if` and `required_if` of a checklist item: the part of JSONLogic that phone and server agree on (decisions.md 5). Operands are compared
// only with their own type, so that two engines cannot disagree about what "1" == 1 means. tests/shared/jsonlogic-cases.json is the contract.
//
// - {"var": "a.b"} walks objects by key; what is not there is null.
// - == and !=: two operands; different types are unequal; null equals null; lists and objects are never equal to anything.
// - < <= > >=: two numbers, or two texts by code point; anything else is false.
// - in: a scalar in a list (by ==), or a text in a text; anything else is false.
// - and, or: one operand or more, !: one; only `true` counts as true, and the result is true or false.

export const MAX_DEPTH = 16;
export const MAX_NODES = 200;

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export type RuleFault = 'too_deep' | 'too_large' | 'operator' | 'operands';

export class RuleError extends Error {
  readonly code: RuleFault;
  constructor(code: RuleFault) {
    super(code);
    this.code = code;
  }
}

type Compare = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A rule that was read and fits the limits. */
export type Rule =
  | { readonly op: 'literal'; readonly value: Value }
  | { readonly op: 'var'; readonly path: readonly string[] }
  | { readonly op: 'and' | 'or'; readonly all: readonly Rule[] }
  | { readonly op: '!'; readonly one: Rule }
  | { readonly op: Compare | 'in'; readonly left: Rule; readonly right: Rule };

const PAIRS = new Set<string>(['==', '!=', '<', '<=', '>', '>=', 'in']);

/** Reads a rule or throws `RuleError`. */
export function readRule(source: unknown): Rule {
  let nodes = 0;
  const count = (more: number): void => {
    nodes += more;
    if (nodes > MAX_NODES) throw new RuleError('too_large');
  };
  const read = (part: unknown, depth: number): Rule => {
    nodes += 1;
    if (depth > MAX_DEPTH) throw new RuleError('too_deep');
    count(0);
    if (Array.isArray(part)) {
      count(part.length);
      if (part.some((item) => typeof item === 'object' && item !== null)) throw new RuleError('operands');
      return { op: 'literal', value: part as Value };
    }
    if (typeof part !== 'object' || part === null) return { op: 'literal', value: part as Value };
    const entries = Object.entries(part);
    const [entry] = entries;
    if (!entry || entries.length !== 1) throw new RuleError('operator');
    const [op, operand] = entry as [string, unknown];
    if (op === 'var') return variable(operand);
    if (op !== 'and' && op !== 'or' && op !== '!' && !PAIRS.has(op)) throw new RuleError('operator');
    // As in JSONLogic, one operand may stand without its list.
    const operands = (Array.isArray(operand) ? (operand as unknown[]) : [operand]).map((item) => read(item, depth + 1));
    const [left, right] = operands;
    if (left && (op === 'and' || op === 'or')) return { op, all: operands };
    if (left && op === '!' && operands.length === 1) return { op, one: left };
    if (left && right && operands.length === 2 && PAIRS.has(op)) return { op: op as Compare | 'in', left, right };
    throw new RuleError('operands');
  };
  return read(source, 1);
}

function variable(operand: unknown): Rule {
  const name: unknown = Array.isArray(operand) && operand.length === 1 ? operand[0] : operand;
  if (typeof name !== 'string' || name === '') throw new RuleError('operands');
  return { op: 'var', path: name.split('.') };
}

/** Whether the rule holds over `data`, an object of item codes and their values. */
export const holds = (rule: Rule, data: Value): boolean => value(rule, data) === true;

function value(rule: Rule, data: Value): Value {
  switch (rule.op) {
    case 'literal':
      return rule.value;
    case 'var':
      return lookup(data, rule.path);
    case 'and':
      return rule.all.every((part) => holds(part, data));
    case 'or':
      return rule.all.some((part) => holds(part, data));
    case '!':
      return !holds(rule.one, data);
    case 'in':
      return contains(value(rule.left, data), value(rule.right, data));
    default:
      return compares(rule.op, value(rule.left, data), value(rule.right, data));
  }
}

function lookup(data: Value, path: readonly string[]): Value {
  let here: Value = data;
  for (const key of path) {
    if (here === null || typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, key)) return null;
    here = (here as { readonly [key: string]: Value })[key] ?? null;
  }
  return here;
}

function compares(op: Compare, a: Value, b: Value): boolean {
  if (op === '==') return equal(a, b);
  if (op === '!=') return !equal(a, b);
  const order = ordered(a, b);
  if (order === null) return false;
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Scalars of one type; `-0` equals `0`. */
function equal(a: Value, b: Value): boolean {
  if ((typeof a === 'object' && a !== null) || (typeof b === 'object' && b !== null)) return false;
  return a === b;
}

function ordered(a: Value, b: Value): number | null {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return byCodePoint(a, b);
  return null;
}

/** The language's own `<` goes by UTF-16 units and puts rare characters before some common ones. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function contains(needle: Value, hay: Value): boolean {
  if (Array.isArray(hay)) return hay.some((item: Value) => equal(needle, item));
  return typeof hay === 'string' && typeof needle === 'string' && hay.includes(needle);
}
