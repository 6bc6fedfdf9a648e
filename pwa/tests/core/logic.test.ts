// Phone and server read the same file of cases; a difference between the two engines fails on one side or the other.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { holds, readRule, RuleError, type Value } from '../../src/core/logic';

interface Case {
  readonly name: string;
  readonly rule: unknown;
  readonly data?: Value;
  readonly holds?: boolean;
  readonly error?: string;
}

const { cases } = JSON.parse(readFileSync(new URL('../../../tests/shared/jsonlogic-cases.json', import.meta.url), 'utf8')) as { cases: Case[] };

test('the shared file is there', () => expect(cases.length).toBeGreaterThanOrEqual(60));

for (const { name, rule, data, holds: wanted, error } of cases) {
  test(name, () => {
    if (error === undefined) expect(holds(readRule(rule), data ?? null)).toBe(wanted);
    else expect(() => readRule(rule)).toThrow(new RuleError(error as RuleError['code']));
  });
}
