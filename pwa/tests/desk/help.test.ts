// Every screen has help, and every topic of help is reachable: the addresses are read from the entries' own tables.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { screensOf, topicAt, topicsOf } from '@/app/help/topics';
import type { Role } from '@/core';
import { help as en } from '@/i18n/en/help';
import { help as zh } from '@/i18n/zh/help';

const SRC = new URL('../../src/app', import.meta.url).pathname;
const routes = (file: string): readonly string[] => [...readFileSync(`${SRC}/${file}`, 'utf8').matchAll(/'(\/[^'*]*)':/g)].map(([, path = '']) => path.replace(/:\w+/g, '7'));
const HOME: Readonly<Record<string, string>> = { inspector: 'sites', township: 'duty', office: 'desk' };

test.each([
  ['inspector', 'inspector'],
  ['deputy_leader', 'township'],
  ['office', 'office'],
] as const)('%s: no screen but the first one falls back to the help of the first one', (role: Role, entry) => {
  const bare = routes(`${entry}/Entry.svelte`).filter((path) => path !== '/' && topicAt(role, path) === HOME[entry]);
  expect(bare).toEqual([]);
  expect(topicAt(role, '/')).toBe(HOME[entry]);
  for (const path of routes('shell/App.svelte').filter((one) => one !== '/signin')) expect([path, topicAt(role, path)]).not.toEqual([path, HOME[entry]]);
});

test('every topic is somebody’s, and says something in both languages', () => {
  const roles: readonly Role[] = ['inspector', 'deputy_leader', 'office', 'platform_admin'];
  expect([...new Set(roles.flatMap(topicsOf))].sort()).toEqual(Object.keys(zh.topics).sort());
  for (const words of [zh, en]) for (const [topic, { title, lines }] of Object.entries(words.topics)) expect([topic, title !== '' && lines.length > 0 && lines.every((line) => line.trim() !== '')]).toEqual([topic, true]);
});

/** Screens that are parts of one job, and one help tells of them all. Whoever adds a screen to a topic says here why it belongs. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  me: ['/me', '/password', '/pin', '/people', '/stand', '/pane'],
  outbox: ['/outbox', '/ready', '/phones', '/sealed/'],
  inbox: ['/inbox', '/share'],
  verify: ['/ticket/', '/photos'],
  sign: ['/sign', '/team', '/liaisons'],
  boards: ['/zero', '/campaigns', '/checks', '/look-backs'],
  colours: ['/colour', '/colours', '/talks'],
  paper: ['/library', '/paper'],
  people: ['/staff', '/holders', '/team', '/slips', '/accounts'],
  hints: ['/flags', '/photos'],
  care: ['/unsent', '/rescue', '/operations', '/erasures'],
};

test.each(['inspector', 'township', 'office'] as const)('%s: unlike screens do not share one help', (entry) => {
  const topics = new Map<string, string[]>();
  for (const [path, topic] of screensOf(entry)) topics.set(topic, [...(topics.get(topic) ?? []), path]);
  const mixed = [...topics].filter(([topic, paths]) => paths.length > 1 && !paths.every((path) => TOGETHER[topic]?.includes(path)));
  expect(mixed).toEqual([]);
});

test('the help of lost devices names the button as it is, and the way to end the password', async () => {
  for (const [words, lang] of [[zh, 'zh'], [en, 'en']] as const) {
    const { held } = await import(`../../src/i18n/${lang}/held.ts`);
    expect(words.topics.devices.lines.join(' ')).toContain(held.lost.ask);
  }
});
