// Which help belongs to which screen, and which topics a post is shown at all. Addresses are matched from the top.
import type { help } from '@/i18n/zh/help';
import type { Role } from '@/core';
import { entryOf, type Entry } from '../shell/roles';

export type Topic = keyof (typeof help)['topics'];

const SHARED: readonly (readonly [string, Topic])[] = [
  ['/me', 'me'], ['/password', 'me'], ['/pin', 'me'], ['/people', 'me'], ['/outbox', 'outbox'], ['/ready', 'outbox'], ['/inbox', 'inbox'], ['/share', 'inbox'], ['/feedback', 'feedback'], ['/phones', 'outbox'],
  ['/stand', 'me'], ['/pane', 'me'],
];
const SCREENS: Readonly<Record<Entry, readonly (readonly [string, Topic])[]>> = {
  inspector: [
    ['/site/', 'site'], ['/visit/', 'visit'], ['/sealed/', 'outbox'], ['/finding', 'finding'], ['/ticket/', 'verify'], ['/photos', 'verify'], ['/look-back', 'lookback'], ['/scan', 'scan'], ['/mine', 'mine'],
    ['/practice', 'practice'], ['/paper', 'paper'], ['/', 'sites'],
  ],
  township: [
    ['/tickets', 'repair'], ['/sign', 'sign'], ['/team', 'sign'], ['/liaisons', 'sign'], ['/self-checks', 'selfcheck'], ['/due', 'due'], ['/honours', 'honours'], ['/staff', 'people'], ['/devices', 'devices'], ['/campaigns', 'boards'], ['/checks', 'boards'], ['/colour', 'colours'], ['/talks', 'colours'],
    ['/paper', 'paper'], ['/', 'duty'],
  ],
  office: [
    ['/due', 'due'], ['/issue', 'issue'], ['/verify', 'check'], ['/requests', 'requests'], ['/tickets', 'tickets'], ['/zero', 'boards'], ['/campaigns', 'boards'], ['/checks', 'boards'], ['/look-backs', 'boards'],
    ['/rounds', 'rounds'], ['/colours', 'colours'], ['/talks', 'colours'], ['/visits', 'visits'], ['/sites', 'places'], ['/flags', 'hints'], ['/photos', 'hints'], ['/library', 'paper'], ['/paper', 'paper'],
    ['/staff', 'people'], ['/holders', 'people'], ['/honours', 'honours'], ['/self-checks', 'selfcheck'], ['/team', 'people'], ['/devices', 'devices'], ['/unsent', 'care'], ['/rescue', 'care'], ['/operations', 'care'],
    ['/erasures', 'care'], ['/setup', 'setup'], ['/settings', 'settings'], ['/calendar', 'calendar'], ['/channels', 'channels'], ['/audit', 'audit'], ['/backups', 'backups'], ['/slips', 'people'], ['/accounts', 'people'], ['/', 'desk'],
  ],
};
/** Of a desk's topics, what these posts have. */
const FEW: Partial<Record<Role, readonly Topic[]>> = { platform_admin: ['people', 'setup', 'devices', 'backups', 'audit'] };

/** The help of the screen at this address. */
export function topicAt(role: Role, location: string): Topic {
  const table = [...SHARED, ...SCREENS[entryOf(role)]];
  if (role === 'platform_admin' && location === '/') return 'people';
  if (location.endsWith('/review')) return 'review';
  const at = table.find(([start]) => (start === '/' ? location === '/' : location.startsWith(start)));
  return at?.[1] ?? table.at(-1)?.[1] ?? 'me';
}

/** Where each topic is the help: the addresses of an entry, for tests that no two unlike screens share one. */
export const screensOf = (entry: Entry): readonly (readonly [string, Topic])[] => [...SHARED, ...SCREENS[entry]];

/** Everything this post may need, each once, in the order of its screens. */
export function topicsOf(role: Role): readonly Topic[] {
  const own = SCREENS[entryOf(role)].map(([, topic]) => topic);
  const more: readonly Topic[] = entryOf(role) === 'office' ? ['keys'] : entryOf(role) === 'inspector' ? ['review'] : [];
  return [...new Set<Topic>([...(FEW[role] ?? own), ...more, ...SHARED.map(([, topic]) => topic)])];
}
