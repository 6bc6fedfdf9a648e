// Every kind of notice says something in both languages, nothing accuses, and every line leads where its reader may go; templates say only what they may.
import { afterEach, describe, expect, it } from 'vitest';
import { NOTICE_KINDS, PLACEHOLDERS, type DigestLine, type Notice, type NoticeKind, type NoticeSettings, type NowCounts } from '../../src/api/notices';
import { addressesOf, fromRules, insert, ruleChanges, toRules, unknownNames } from '../../src/app/notices/rules';
import { byDay, dayOfDeadline, dayWord, inOrder, kindWord, localDay, lookOf, nowItems, posterItems, tell } from '../../src/app/notices/telling';
import type { Role } from '../../src/core';
import { setLang } from '../../src/i18n/area.svelte';
import { channels as channelsEn } from '../../src/i18n/en/channels';
import { notices as en } from '../../src/i18n/en/notices';
import { channels as channelsZh } from '../../src/i18n/zh/channels';
import { notices as zh } from '../../src/i18n/zh/notices';

const ticket = { id: 'id', number: '2026-0012', title: '站台灯箱不亮', state: 'in_progress', due_at: '2026-11-30T16:00:00Z', overdue: false } as const;
const DATA: Readonly<Record<NoticeKind, Record<string, unknown>>> = {
  reminded: { no: 2, note: '请先围挡' },
  escalated: { step: 2, days_overdue: 3 },
  hard_answered: { coordinator: '县住建局', day: '2026-12-10', note: '' },
  control_overdue: { due_at: '2026-11-30T04:00:00Z' },
  overdue: { due_at: '2026-11-30T16:00:00Z' },
  returned: { reason: 'partial', due_at: '2026-11-30T16:00:00Z' },
  relapse: { due_at: '2026-11-30T16:00:00Z' },
  due_soon: { days: 3, due_at: '2026-11-30T16:00:00Z' },
  monthly_date: { date: '2026-11-25' },
  issued: { due_at: '2026-11-30T16:00:00Z' },
  changed: {},
  resumed: { due_at: '2026-11-30T16:00:00Z' },
  draft_waiting: {},
  leave_ended: { deputy_name: '示例人员', severities: ['minor'], to_day: '2026-12-06' },
  colour_published: { month: '2026-11', colour: 'yellow', plan_due: '2026-12-07T16:00:00Z' },
  plan_late: { month: '2026-11', colour: 'yellow', plan_due: '2026-12-07T16:00:00Z' },
  appeal_decided: { month: '2026-11', colour: 'yellow', changed: true, plan_due: '2026-12-07T16:00:00Z' },
  campaign_started: { campaign_id: 'c', campaign: '静态清零', tickets: 4, sooner: 2, day: '2026-11-30' },
  campaign_ended: { campaign: '清零', campaign_id: 'c', tickets: 3, day: '2026-11-30' },
  honour_recheck: { place: '甲村', title: '文明村', level: 'county', day: '2026-12-07', days: 7 },
  liaison_gap: { place: '云岭村', level: 'county' },
  request_waiting: { what: 'further_extension' },
  to_verify: {},
  hard_case: { ask: '请住建局协调' },
  unit_gap: { unit_id: 'u', duty: 'deputy_leader' },
  backup_failed: { problem: 'target_full' },
  request_decided: { what: 'hold', agreed: true, day: '2026-12-10' },
  passed: {},
  voided: {},
};
const NO_TICKET: readonly NoticeKind[] = ['monthly_date', 'colour_published', 'leave_ended', 'plan_late', 'appeal_decided', 'campaign_started', 'campaign_ended', 'honour_recheck', 'liaison_gap', 'unit_gap', 'backup_failed'];
const notice = (kind: NoticeKind, over: Partial<Notice> = {}): Notice => ({
  id: kind,
  kind,
  group: 'mine',
  urgent: false,
  at: '2026-11-25T00:30:00Z',
  seen: false,
  unit: { kind: 'township', id: 't', name: '青石镇' },
  duty: 'desk_officer',
  ticket: NO_TICKET.includes(kind) ? null : ticket,
  data: DATA[kind],
  ...over,
});
afterEach(() => setLang('zh'));

describe('what a notice says', () => {
  for (const lang of ['zh', 'en'] as const) {
    it(`every kind has a word, a look and a sentence in ${lang}`, async () => {
      await setLang(lang);
      for (const kind of NOTICE_KINDS) {
        const told = tell(notice(kind), 'desk_officer');
        expect(kindWord(kind), kind).toBe((lang === 'zh' ? zh : en).kind[kind]);
        expect(lookOf(kind), kind).toHaveLength(2);
        expect(told.title.length + told.detail.length, kind).toBeGreaterThan(8);
        expect(`${told.title}${told.detail}`, kind).not.toMatch(/undefined|NaN|null|Invalid|\{/);
        expect(told.href, kind).toMatch(/^\//);
      }
    });
  }

  it('a deadline at 24:00 is the end of its day, whatever the phone thinks', () => {
    expect(dayOfDeadline('2026-11-30T16:00:00Z')).toContain('11/30');
    expect(dayOfDeadline('2026-11-30T09:00:00Z')).toContain('11/30');
    expect(dayOfDeadline('2026-11-25')).toContain('11/25');
    expect(dayOfDeadline('')).toBe('');
    expect(tell(notice('due_soon'), 'desk_officer').detail).toBe('2026-0012 · 还有 3 个工作日，11/30周一 到期');
  });

  it('colours say what stands and until when a plan is asked for; a campaign counts', () => {
    expect(tell(notice('colour_published'), 'main_leader')).toEqual({ title: '2026-11 的颜色已公布：黄色', detail: '请在 12/7周一 前交整改计划', href: '/colour' });
    expect(tell(notice('colour_published', { data: { month: '2026-11', colour: 'green' } }), 'main_leader').detail).toBe('');
    expect(tell(notice('appeal_decided'), 'deputy_leader').detail).toBe('已更改：黄色 · 请在 12/7周一 前交整改计划');
    expect(tell(notice('campaign_started'), 'desk_officer')).toEqual({ title: '清零行动开始：静态清零', detail: '本单位纳入 4 件，其中 2 件期限提前到 11/30周一', href: '/campaigns/c' });
    expect(tell(notice('changed', { data: { campaign: '静态清零', due_at: '2026-11-30T16:00:00Z' } }), 'desk_officer').detail).toContain('已纳入清零行动“静态清零”，期限提前 · 11/30周一');
    // A township goes to the accounts of its villages; the board of holders is the office's.
    expect([tell(notice('unit_gap'), 'desk_officer').href, tell(notice('unit_gap'), 'office').href]).toEqual(['/staff', '/holders']);
  });

  it('a kind of a newer server, and data that is not there, still give a line', () => {
    const newer = notice('passed', { kind: 'something_new' as NoticeKind, data: null });
    expect(tell(newer, 'office')).toEqual({ title: ticket.title, detail: ticket.number, href: '/tickets/id' });
    expect(kindWord('something_new' as NoticeKind)).toBe(zh.other);
    for (const kind of NOTICE_KINDS) expect(tell(notice(kind, { data: null }), 'office').title.length, kind).toBeGreaterThan(0);
  });

  it('leads an inspector to his own page of the ticket', () => {
    expect(tell(notice('passed'), 'inspector').href).toBe('/ticket/id');
    expect(tell(notice('passed'), 'county_leader').href).toBe('/tickets/id');
  });

  it('accuses nobody, in no language', () => {
    const flat = (words: object): string => JSON.stringify(words, (_, value: unknown) => (typeof value === 'function' ? String(value) : value));
    expect(flat(zh) + flat(channelsZh)).not.toMatch(/造假|作假|懒|失职|违规|问责|不作为|拖延|应付/);
    expect(flat(en) + flat(channelsEn)).not.toMatch(/\b(fake|cheat|lazy|blame|fault of|negligen)/i);
  });
});

describe('what waits now', () => {
  const now: NowCounts = { to_accept: 1, in_progress: 2, due_soon: 3, overdue: 4, returned: 5, submitted: 6, on_hold: 7, requests: 8, to_issue: 9, to_verify: 10 };
  const none = Object.fromEntries(Object.keys(now).map((name) => [name, 0])) as unknown as NowCounts;

  it('opens rows for every role, and nothing when there is nothing', () => {
    for (const role of ['office', 'department', 'county_leader', 'main_leader', 'deputy_leader', 'desk_officer', 'village_cadre'] satisfies Role[]) {
      const items = nowItems(now, role);
      expect(items.length, role).toBeGreaterThan(4);
      expect(items.every((one) => one.href), role).toBe(true);
      expect(nowItems(none, role)).toEqual([]);
    }
    expect(nowItems(now, 'inspector')).toEqual([]);
    expect(nowItems(now, 'department').find((one) => one.name === 'due_soon')?.href).toBe('/tickets?due_soon=true');
  });

  it('a picture shows zeros too, and no figure twice', () => {
    for (const county of [true, false]) {
      expect(posterItems(none, county)).toHaveLength(6);
      expect(new Set(posterItems(now, county).map((one) => one.name)).size).toBe(6);
    }
  });
});

describe('lists', () => {
  it('stand under the local day', () => {
    const rows = ['2026-11-25T16:30:00Z', '2026-11-25T15:30:00Z', '2026-11-25T01:00:00Z'].map((at, i) => notice('passed', { id: String(i), at }));
    expect(byDay(rows).map((one) => [one.key, one.rows.length])).toEqual([['2026-11-26', 1], ['2026-11-25', 2]]);
    const now = Date.parse('2026-11-26T03:00:00Z');
    expect(localDay(now)).toBe('2026-11-26');
    expect([dayWord('2026-11-26', now), dayWord('2026-11-25', now)]).toEqual([zh.list.today, zh.list.yesterday]);
  });

  it('one line a kind, also where some of it is urgent', () => {
    const line = (urgent: boolean, tickets: number): DigestLine => ({ kind: 'overdue', group: 'mine', urgent, tickets, unseen: 1, latest_at: '' });
    expect(inOrder([line(true, 2), line(false, 3)], NOTICE_KINDS)).toEqual([{ ...line(true, 5), unseen: 2 }]);
  });

  it('urgent lines come first, results last', () => {
    const line = (kind: NoticeKind, urgent = false): DigestLine => ({ kind, group: 'mine', urgent, tickets: 1, unseen: 0, latest_at: '' });
    expect(inOrder([line('passed'), line('issued'), line('due_soon', true), line('overdue')], NOTICE_KINDS).map((one) => one.kind)).toEqual(['due_soon', 'overdue', 'issued', 'passed']);
  });
});

describe('templates and rules', () => {
  const settings: NoticeSettings = {
    due_days: [7, 3, 1],
    monthly_dates: [25],
    day_at: '08:00',
    digest_at: '08:30',
    digest_on_days_off: false,
    quiet_from: '20:00',
    quiet_to: '08:00',
    urgent_in_quiet: false,
    urgent_kinds: ['reminded', 'hard_case'],
    keep_days: 60,
    digest_template: '{unit} {to_accept}\n{link}',
    office_template: '{to_issue}',
    urgent_template: '{urgent}',
    mail_subject: '{unit}',
  };

  it('go through the form unchanged, and what is no number goes to the server as it deserves', () => {
    expect(fromRules(toRules(settings), settings)).toEqual(settings);
    expect(fromRules({ ...toRules(settings), due_days: '7，3、1', day_at: '08：15', keep_days: 'x', monthly_dates: '' }, settings)).toMatchObject({ due_days: [7, 3, 1], day_at: '08:15', keep_days: -1, monthly_dates: [] });
    expect(fromRules({ ...toRules(settings), due_days: '7 three 1.5' }, settings).due_days).toEqual([7, -1, -1]);
  });

  it('a version tells what it changed, and nothing else', () => {
    expect(ruleChanges(settings, { ...settings })).toEqual([]);
    expect(ruleChanges(settings, { ...settings, due_days: [5], urgent_in_quiet: true })).toEqual([
      { name: 'urgent_in_quiet', from: '–', to: '✓' },
      { name: 'due_days', from: '7 3 1', to: '5' },
    ]);
  });

  it('know their names, and say which they do not know', () => {
    expect(unknownNames(PLACEHOLDERS.map((name) => `{${name}}`).join(' '))).toEqual([]);
    expect(unknownNames('{unit} {person} {} {person}')).toEqual(['person', '']);
    for (const words of [channelsZh, channelsEn]) expect(Object.keys(words.rules.placeholder)).toEqual([...PLACEHOLDERS]);
  });

  it('a tap puts a name where the cursor stands, over what is marked', () => {
    expect(insert('ab', 'unit', 1, 1)).toEqual({ text: 'a{unit}b', at: 7 });
    expect(insert('abc', 'link', 1, 2)).toEqual({ text: 'a{link}c', at: 7 });
  });

  it('takes addresses as people type them', () => {
    expect(addressesOf(' a@b.cn，c@d.cn\ne@f.cn; ')).toEqual(['a@b.cn', 'c@d.cn', 'e@f.cn']);
  });
});
