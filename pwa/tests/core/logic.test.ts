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

// The server's differential test names a file of generated rules with its own judgements, one to a line.
const generated = process.env['LALIAN_LOGIC_CASES'];

test.runIf(generated)('generated rules are judged as the server judges them', () => {
  const lines = readFileSync(generated ?? '', 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    const { rule, data, holds: wanted, error } = JSON.parse(line) as Omit<Case, 'name'>;
    let found: boolean | string;
    try {
      found = holds(readRule(rule), data ?? null);
    } catch (refused) {
      found = refused instanceof RuleError ? refused.code : String(refused);
    }
    expect(found, line).toBe(error ?? wanted);
  }
});
