// The server's table of flags is the source: a flag without words would stand on the desk as a code.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tickets as en } from '../../src/i18n/en/tickets';
import { tickets as zh } from '../../src/i18n/zh/tickets';

test('every flag of the server has words in both languages', () => {
  const table = readFileSync(new URL('../../../backend/src/domain/field/flag.rs', import.meta.url), 'utf8');
  const codes = [...table.matchAll(/^ {4}\w+ "(\w+)" "[^"]+" "[^"]+";/gm)].map(([, code]) => code ?? '');
  expect(codes.length).toBeGreaterThan(30);
  for (const words of [zh.flag, en.flag]) expect(codes.filter((code) => !(code in words))).toEqual([]);
});
