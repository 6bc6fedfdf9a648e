// Colours on the screen: the board, how far a month is, and each rule in words that say what was counted and nothing about people.
import { afterEach, describe, expect, it } from 'vitest';
import type { Colour, ColourRow, Counter, MonthFacts, Reasoning, Rule, RuleResult, Why } from '../../src/api/colours';
import { figureOfRule, sentence } from '../../src/app/colours/behind';
import { board, differs, inCountyOrder, isMonth, months, monthState, monthOf, moveMonth, planState, stage, tally, toLookAt } from '../../src/app/colours/board';
import { answer, beside, decisive, factsLine, limitOf, percent, ticketsOf, todayOf, valueOf } from '../../src/app/colours/rules';
import { monthWords, untilWords } from '../../src/app/colours/words';
import { setLang } from '../../src/i18n/area.svelte';
import { colours as en } from '../../src/i18n/en/colours';
import { colours as zh } from '../../src/i18n/zh/colours';
import { tickets as zhTickets } from '../../src/i18n/zh/tickets';
import { tickets as enTickets } from '../../src/i18n/en/tickets';

const row = (township: string, month: string, standing: Colour, more: Partial<ColourRow> = {}): ColourRow => ({
  id: `${township}${month}`, month, township_id: township, township_name: township, proposal: standing, proposed_at: '2026-11-01T00:00:00Z', colour: null, reason: '', confirmed_by_name: null, confirmed_at: null,
  published_at: null, published_by_name: null, after_appeal: null, standing, appeal: null, appeal_until: null, plan_due: null, planned: false, version: 1, ...more,
});
const confirmed = { colour: 'green', confirmed_at: '2026-11-02T00:00:00Z' } as const;
const published = { ...confirmed, published_at: '2026-11-03T00:00:00Z' } as const;

afterEach(() => setLang('zh'));

describe('the board', () => {
  it('counts months over the turn of the year', () => {
    expect(months('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(moveMonth('2026-01', -1)).toBe('2025-12');
    expect(moveMonth('2026-12', 1)).toBe('2027-01');
    expect(moveMonth('2026-03', -24)).toBe('2024-03');
    expect(months('2026-03', '2026-02')).toEqual([]);
  });

  it('takes the month of the county, whatever the clock of the machine says', () => {
    expect(monthOf('2026-10-31T15:59:59Z')).toBe('2026-10');
    expect(monthOf('2026-10-31T16:00:00Z')).toBe('2026-11');
    expect([isMonth('2026-10'), isMonth('2026-13'), isMonth('2026-1'), isMonth(null)]).toEqual([true, false, false, false]);
  });

  it('keeps the order in which townships come, and has a line for one without colours', () => {
    const lines = board([row('乙镇', '2026-10', 'red'), row('甲镇', '2026-10', 'green'), row('乙镇', '2026-09', 'yellow')], [{ id: '丙镇', name: '丙镇' }]);
    expect(lines.map((line) => line.name)).toEqual(['丙镇', '乙镇', '甲镇']);
    expect(lines[1]?.cells.get('2026-09')?.standing).toBe('yellow');
  });

  it('puts rows into the order of the county’s divisions, whatever is listed last behind', () => {
    const rows = ['丙', '甲', '丁', '乙'].map((name) => row(name, '2026-10', 'green'));
    expect(inCountyOrder(rows, [{ id: '甲' }, { id: '乙' }, { id: '丙' }]).map((one) => one.township_id)).toEqual(['甲', '乙', '丙', '丁']);
  });

  it('knows how far a row is and whether a person saw it otherwise', () => {
    expect([row('a', '2026-10', 'green'), row('a', '2026-10', 'green', confirmed), row('a', '2026-10', 'green', published)].map(stage)).toEqual(['proposed', 'confirmed', 'published']);
    expect(differs(row('a', '2026-10', 'green', { ...confirmed, proposal: 'yellow' }))).toBe(true);
    expect(differs(row('a', '2026-10', 'green', { proposal: null }))).toBe(false);
  });

  it('publishes only what is confirmed to the last row, and once', () => {
    const some = [row('a', '2026-10', 'green'), row('b', '2026-10', 'red', confirmed), row('c', '2026-10', 'yellow')];
    expect(monthState(some)).toMatchObject({ rows: 3, unconfirmed: 2, ready: false, published: false });
    expect(monthState(some).plainGreens.map((one) => one.township_id)).toEqual(['a']);
    expect(monthState(some.map((one) => ({ ...one, ...confirmed })))).toMatchObject({ unconfirmed: 0, ready: true });
    expect(monthState(some.map((one) => ({ ...one, ...published })))).toMatchObject({ ready: false, published: true });
    expect(monthState([])).toMatchObject({ ready: false, published: false });
  });

  it('opens what weighs most first and what is not confirmed before what is', () => {
    const rows = [row('a', '2026-10', 'green'), row('b', '2026-10', 'red', confirmed), row('c', '2026-10', 'red'), row('d', '2026-10', 'yellow')];
    expect(toLookAt(rows).map((one) => one.township_id)).toEqual(['c', 'b', 'd', 'a']);
    expect(tally(rows)).toEqual({ green: 1, yellow: 1, red: 2 });
  });

  it('asks for a plan only after publication and only for yellow and red', () => {
    const due = { ...published, plan_due: '2026-11-06T16:00:00Z' };
    const at = Date.parse('2026-11-06T15:59:59Z');
    expect(planState(row('a', '2026-10', 'red', due), at)).toBe('waited');
    expect(planState(row('a', '2026-10', 'red', due), at + 1_000)).toBe('late');
    expect(planState(row('a', '2026-10', 'red', { ...due, planned: true }), at + 1_000)).toBe('there');
    expect(planState(row('a', '2026-10', 'green', due), at + 1_000)).toBe('none');
    expect(planState(row('a', '2026-10', 'red'), at)).toBe('none');
  });
});

const rule = (name: Rule, makes: Colour, more: Partial<RuleResult> = {}): RuleResult => ({ rule: name, makes, value: 0, limit: 3, hit: false, applies: true, ticket_ids: [], ...more });
const facts: MonthFacts = { due: 14, held: 1, waiting: 0, base: 13, on_time: 11, late: 2, rate_permille: 846, overdue_open: 2, overdue_long: 0, hollow: 0, not_the_repair: 0, self_found: 3 };
const ALL: readonly RuleResult[] = [
  rule('on_time_rate', 'yellow', { value: 846, limit: 900, hit: true, ticket_ids: ['1', '2'] }),
  rule('late_count', 'yellow', { applies: false }),
  rule('overdue_yellow', 'yellow'),
  rule('hollow_yellow', 'yellow'),
  rule('overdue_red', 'red', { value: 6, limit: 5, hit: true, ticket_ids: ['2', '3'] }),
  rule('overdue_long', 'red'),
  rule('hollow_red', 'red'),
  rule('not_the_repair', 'red'),
  rule('two_yellows', 'red', { value: 1 }),
  rule('one_step', 'yellow'),
];
const reasoning: Reasoning = { colour: 'red', by_rules: 'red', former: null, as_of: '2026-10-31T16:00:00Z', facts, rules: ALL, tickets: {} };

describe('the reasons in words', () => {
  it('has a name and a limit for every rule, in both languages', async () => {
    for (const lang of ['zh', 'en'] as const) {
      await setLang(lang);
      const words = lang === 'zh' ? zh : en;
      for (const one of ALL) {
        expect(words.rule[one.rule]).toBeTruthy();
        expect(limitOf(one) !== '' || one.rule === 'one_step').toBe(true);
        expect(valueOf(one)).not.toMatch(/undefined|NaN/);
      }
    }
  });

  it('says shares as percent and counts as tickets', () => {
    expect(valueOf({ rule: 'on_time_rate', value: 846 })).toBe('84.6%');
    expect(limitOf({ rule: 'on_time_rate', makes: 'yellow', limit: 900 })).toBe('低于 90% 为黄色');
    expect(limitOf({ rule: 'overdue_red', makes: 'red', limit: 5 })).toBe('5 件及以上为红色');
    expect(valueOf({ rule: 'hollow_red', value: 2 })).toBe('2 件');
    expect(valueOf({ rule: 'two_yellows', value: 1 })).toBe('是');
    expect(percent(null)).toBe('—');
  });

  it('puts what made the colour first, and tells silent rules from those not asked', () => {
    expect(decisive(reasoning).map((one) => one.rule)).toEqual(['overdue_red', 'on_time_rate']);
    expect(ALL.map(answer).filter((said) => said === 'not_asked')).toHaveLength(1);
    expect(ticketsOf(reasoning)).toEqual(['1', '2', '3']);
  });

  it('tells the facts in a sentence, without what is nothing', async () => {
    expect(factsLine(facts)).toBe('本月到期 14 件。挂账 1 件不计。按 13 件算，按时 11 件，按时率 84.6%。自查发现的 3 件另计，不影响颜色。');
    expect(factsLine({ ...facts, due: 0, base: 0 })).toBe('本月到期 0 件。没有要算按时率的整改单。');
    await setLang('en');
    expect(factsLine(facts)).toContain('Of 13, 11 on time: 84.6%');
  });

  it('shows today beside only where the answer is another one', () => {
    const today: Reasoning = { ...reasoning, rules: ALL.map((one) => (one.rule === 'overdue_red' ? { ...one, value: 4, hit: false } : one)) };
    expect(todayOf('overdue_red', reasoning, today)?.value).toBe(4);
    expect(todayOf('on_time_rate', reasoning, today)).toBeNull();
    expect(todayOf('on_time_rate', reasoning, null)).toBeNull();
  });

  it('sets a rate beside the middle, and says nothing where there is none', () => {
    const counter = (rate_permille: number | null): Counter => ({ count: 1, rate_permille, ticket_ids: [] });
    expect(beside(counter(120), 100)).toBe('above');
    expect(beside(counter(100), 100)).toBe('at_most');
    expect(beside(counter(100), null)).toBeNull();
    expect(beside(counter(null), 100)).toBeNull();
  });

  it('names months and the day that ends', () => {
    expect(monthWords('2026-10')).toBe('2026 年 10 月');
    expect(untilWords('2026-11-06T16:00:00Z')).toMatch(/^11\/6周五 24:00$|^11月6日周五 24:00$/);
  });

  it('has a word for every reason of a ticket’s level, and none that accuses', () => {
    for (const words of [zhTickets, enTickets]) for (const say of Object.values(words.level.reason)) expect(say(2)).toBeTruthy();
    const all = JSON.stringify([zh, zhTickets.level], (_, value: unknown) => (typeof value === 'function' ? String(value) : value));
    expect(all).not.toMatch(/造假|弄虚作假|敷衍|懒|不作为/);
  });
});

describe('the rows behind a number', () => {
  const WHYS: readonly Why[] = ['held', 'waiting', 'on_time', 'late', 'overdue', 'overdue_long', 'self_found', 'not_accepted', 'accepted_late', 'past_due', 'control_not_reported', 'control_late', 'hollow', 'not_the_repair', 'reissued', 'reminded', 'relapse', 'send_back_denied', 'had_open', 'had_closed'];
  const behind = (why: Why, at = '2026-12-01T02:00:00Z') => ({ ticket_id: 'a', number: '26-0001', why, event: 3, at, by: '2026-12-01T16:00:00Z' });

  it('say in one sentence each why they stand there, in both languages', () => {
    for (const lang of ['zh', 'en'] as const) {
      setLang(lang);
      const said = WHYS.map((why) => sentence(behind(why)));
      expect(new Set(said).size).toBe(WHYS.length);
      expect(said.every((one) => one.length > 4 && !one.includes('undefined'))).toBe(true);
    }
    setLang('zh');
    expect(sentence(behind('not_accepted'))).toBe('应在 12/1周二 24:00 前签收，没有按时签收');
    expect(sentence({ ...behind('accepted_late'), by: null })).toBe('签收晚了');
    expect(sentence(behind('late', '2026-12-05T02:00:00Z'))).toContain('晚于期限');
  });

  it('belong to the numbers that rules look at', () => {
    expect((['on_time_rate', 'hollow_red', 'two_yellows', 'one_step'] as const).map(figureOfRule)).toEqual(['base', 'hollow', null, null]);
  });
});
