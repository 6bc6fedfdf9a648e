// The unsent board: what may be lost soonest stands first, and every worry comes with something to do.
import { expect, test } from 'vitest';
import type { UnsentDevice } from '../../src/api/types';
import { byDanger, standing } from '../../src/app/office/danger';

const NOW = Date.parse('2026-11-22T08:00:00Z');
const ago = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();
const device = (change: Partial<UnsentDevice>): UnsentDevice => ({
  device_id: 'd', device_name: '', person_name: null, last_contact_at: ago(0), sealed_through: 10, received_through: 10, held_operations: 0, held_files: 0,
  oldest_held_at: null, free_bytes: 20e9, persisted: true, app_version: '0.1.0', revoked: false, ...change,
});
const holding = (change: Partial<UnsentDevice>): UnsentDevice => device({ sealed_through: 12, held_operations: 2, oldest_held_at: ago(0.1), ...change });

test('a device that holds nothing is safe, however old, full or silent', () => {
  expect(standing(device({ last_contact_at: ago(300), free_bytes: 0, persisted: false, revoked: true }), NOW)).toMatchObject({ level: 'safe', worries: [], advice: 'none' });
});

test.each([
  ['just back from the field', {}, 'low', 'none'],
  ['a day old', { oldest_held_at: ago(1.5) }, 'some', 'open'],
  ['nearly full', { free_bytes: 100_000_000 }, 'high', 'free'],
  ['silent for four days', { last_contact_at: ago(4) }, 'high', 'call'],
  ['a browser that promised nothing, five days', { persisted: false, last_contact_at: ago(5) }, 'high', 'call'],
  ['a browser that promised nothing, today', { persisted: false }, 'low', 'none'],
  ['revoked', { revoked: true, free_bytes: 0 }, 'high', 'rescue'],
  ['never heard since it sealed', { last_contact_at: null }, 'high', 'call'],
  ['numbers given out that the phone no longer holds', { sealed_through: 15 }, 'high', 'ask'],
] as const)('%s', (_, change, level, advice) => {
  expect(standing(holding(change), NOW)).toMatchObject({ level, advice });
});

test('only photos left behind counts as holding', () => {
  expect(standing(device({ held_files: 1, oldest_held_at: ago(2) }), NOW)).toMatchObject({ level: 'some', advice: 'open' });
});

test('the order: high before some before low before safe; of equals the one with more worries, then the oldest', () => {
  const rows = [
    device({ device_id: 'safe' }),
    holding({ device_id: 'low' }),
    holding({ device_id: 'some', oldest_held_at: ago(2) }),
    holding({ device_id: 'high', free_bytes: 1 }),
    holding({ device_id: 'older', oldest_held_at: ago(3) }),
    holding({ device_id: 'worst', free_bytes: 1, last_contact_at: ago(9), oldest_held_at: ago(9) }),
  ];
  expect(byDanger(rows, NOW).map((row) => row.device.device_id)).toEqual(['worst', 'high', 'older', 'some', 'low', 'safe']);
});
