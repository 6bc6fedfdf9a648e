// Settings of other pages in words, for the history of all settings: what each is called there, and the page that sets it.
import type { NoticeKind } from '@/api/notices';
import { channels } from '@/i18n/channels';
import { desk } from '@/i18n/desk';
import { evidence } from '@/i18n/evidence';
import { office } from '@/i18n/office';
import { kindWord } from '../notices/telling';
import type { OtherChange } from './settings';

export interface ToldChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly page: { readonly href: string; readonly name: string } | null;
}

const plain = (value: unknown): string => (typeof value === 'boolean' ? (value ? '✓' : '–') : Array.isArray(value) ? value.join(' ') : typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** `ruleName`: how the server calls a rule of photos; its code until that is known. */
export function tellChange({ path, from, to }: OtherChange, ruleName: (code: string) => string = (code) => code): ToldChange {
  const [group, name = '', code = ''] = path;
  if (group === 'notices') {
    const words = channels().rules as unknown as Readonly<Record<string, unknown>>;
    const word = words[name];
    const show = (value: unknown): string => (name === 'urgent_kinds' && Array.isArray(value) ? value.map((kind) => kindWord(kind as NoticeKind)).join(' ') : plain(value));
    const called = typeof word === 'string' ? word : name;
    return { name: name.startsWith('quiet_') ? `${channels().rules.quiet} ${called}` : called, from: show(from), to: show(to), page: { href: '#/channels/rules', name: office().nav.channels } };
  }
  if (group === 'evidence' && name === 'strengths') {
    const weights = evidence().rules.strength as Readonly<Record<string, string>>;
    // A rule that is not named weighs what it usually does.
    const show = (value: unknown): string => (typeof value === 'string' ? (weights[value] ?? value) : desk().settings.isDefault);
    return { name: ruleName(code), from: show(from), to: show(to), page: { href: '#/flags/rules', name: office().nav.hints } };
  }
  return { name: desk().settings.otherSetting(path.join('.')), from: plain(from) || JSON.stringify(from ?? ''), to: plain(to) || JSON.stringify(to ?? ''), page: null };
}
