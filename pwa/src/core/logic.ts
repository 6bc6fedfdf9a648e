// JSONLogic, the small subset that phone and server share: var, and, or, !, ==, !=, <, <=, >, >=, in. Operands of one type; no coercion:
// a comparison of different types is false, so that two engines cannot disagree about what "1" == 1 means.
// The shared file of cases (tests/shared/jsonlogic-cases.json) is the contract; this file must satisfy it, not interpret it.

export const MAX_DEPTH = 16;
export const MAX_NODES = 200;

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export class RuleError extends Error {}

/** Evaluates a rule to a value. Throws `RuleError` when the rule is not of the subset or too big. */
export function evaluate(rule: unknown, data: Value): Value {
  const budget = { nodes: 0 };
  return step(rule, data, 0, budget);
}

/** A rule as a question: only `true` is yes. */
export const holds = (rule: unknown, data: Value): boolean => truthy(evaluate(rule, data));

function step(rule: unknown, data: Value, depth: number, budget: { nodes: number }): Value {
  budget.nodes += 1;
  if (depth > MAX_DEPTH) throw new RuleError('too_deep');
  if (budget.nodes > MAX_NODES) throw new RuleError('too_large');
  if (rule === null || typeof rule === 'boolean' || typeof rule === 'number' || typeof rule === 'string') return rule;
  if (Array.isArray(rule)) return rule.map((part: unknown) => step(part, data, depth + 1, budget));
  if (typeof rule !== 'object') throw new RuleError('not_json');
  const entries = Object.entries(rule);
  const [first] = entries;
  if (entries.length !== 1 || !first) throw new RuleError('one_operator_expected');
  const [operator, raw] = first;
  const args: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  const arg = (i: number): Value => {
    if (i >= args.length) throw new RuleError('operand_missing');
    return step(args[i], data, depth + 1, budget);
  };
  switch (operator) {
    case 'var':
      return lookup(data, arg(0));
    case 'and': {
      let last: Value = true;
      for (let i = 0; i < args.length; i++) if (!truthy((last = arg(i)))) return last;
      return last;
    }
    case 'or': {
      let last: Value = false;
      for (let i = 0; i < args.length; i++) if (truthy((last = arg(i)))) return last;
      return last;
    }
    case '!':
      return !truthy(arg(0));
    case '==':
      return same(arg(0), arg(1));
    case '!=':
      return !same(arg(0), arg(1));
    case '<':
      return ordered(arg(0), arg(1), (order) => order < 0);
    case '<=':
      return ordered(arg(0), arg(1), (order) => order <= 0);
    case '>':
      return ordered(arg(0), arg(1), (order) => order > 0);
    case '>=':
      return ordered(arg(0), arg(1), (order) => order >= 0);
    case 'in':
      return contains(arg(0), arg(1));
    default:
      throw new RuleError('unknown_operator');
  }
}

function truthy(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return Boolean(value);
}

function lookup(data: Value, path: Value): Value {
  if (path === '' || path === null) return data;
  if (typeof path !== 'string' && typeof path !== 'number') throw new RuleError('path_expected');
  let here: Value = data;
  for (const part of String(path).split('.')) {
    if (here === null || typeof here !== 'object') return null;
    if (!Object.hasOwn(here, part)) return null;
    here = (here as { readonly [key: string]: Value })[part] ?? null;
  }
  return here;
}

function same(a: Value, b: Value): boolean {
  if (Array.isArray(a) || Array.isArray(b) || (typeof a === 'object' && a !== null)) return false;
  return typeof a === typeof b && a === b;
}

function ordered(a: Value, b: Value, test: (order: number) => boolean): boolean {
  if (typeof a === 'number' && typeof b === 'number') return test(a - b);
  if (typeof a === 'string' && typeof b === 'string') return test(a < b ? -1 : a > b ? 1 : 0);
  return false;
}

function contains(needle: Value, hay: Value): boolean {
  if (typeof hay === 'string') return typeof needle === 'string' && hay.includes(needle);
  if (Array.isArray(hay)) return hay.some((item: Value) => same(needle, item));
  return false;
}
