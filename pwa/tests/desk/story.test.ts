// Each figure must be explainable by opening the events: the sentences name what was, what is, and why, in both languages.
import { afterEach, describe, expect, it } from 'vitest';
import type { TicketEvent } from '../../src/api/types';
import { clockWords } from '../../src/app/steps/clock';
import { hardAnswer, sinceUnit, tell } from '../../src/app/steps/story';
import { checkWords, dayWords, deadlineFact } from '../../src/app/tickets/due';
import { asMap } from '../../src/app/tickets/workdays';
import { cameBack } from '../../src/app/tickets/ticket';
import { setLang } from '../../src/i18n/area.svelte';
import { story as en } from '../../src/i18n/en/story';
import { story as zh } from '../../src/i18n/zh/story';
import type { Ticket, TicketRequest } from '../../src/core';

const endOf = (day: string): string => new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString();
let version = 0;
const event = (transition: string, day: string, data: Record<string, unknown> = {}, more: Partial<TicketEvent> = {}): TicketEvent => {
  version += 1;
  const at = new Date(Date.parse(`${day}T10:00:00+08:00`)).toISOString();
  return { version, transition, from_state: null, to_state: 'in_progress', person_name: '李四', reason: '', data, observed_at: at, accepted_at: at, ...more };
};
const request: TicketRequest = { id: 'r1', what: 'extension', state: 'approved', reason: '材料还没到', measure: '先围挡', wanted_day: '2026-12-04', unit_kind: null, unit_id: null, unit_name: null, asked_by_name: '李四', asked_at: '2026-11-25T02:00:00Z', decided_by_name: null, decided_at: null, note: '', day: null, photos: [] };

afterEach(() => setLang('zh'));

describe('the history in sentences', () => {
  const events = [
    event('T2', '2026-11-23', { unit_id: 't1', due_at: endOf('2026-11-30') }),
    event('T5', '2026-11-23', { person_named: '王五', late: false }),
    event('asked', '2026-11-25', { request_id: 'r1', what: 'extension' }, { reason: '材料还没到' }),
    event('T7', '2026-11-26', { request_id: 'r1', day: '2026-12-05', due_at: endOf('2026-12-05'), official_due_at: endOf('2026-12-05') }),
  ];

  it('tells an extension with the day before and the day after', () => {
    const [extended, asked, , issued] = tell(events, { requests: [request], unitName: (id) => (id === 't1' ? '回澜镇' : null) });
    expect(extended?.title).toBe('同意延期');
    expect(extended?.notes).toEqual([zh.movedDue(dayWords('2026-11-30'), dayWords('2026-12-05'))]);
    expect(asked?.title).toBe('申请延期');
    expect(asked?.notes).toEqual([zh.wantedDue(dayWords('2026-12-04')), '临时措施：先围挡', '材料还没到']);
    expect(issued?.notes).toEqual(['交给回澜镇', zh.due(dayWords('2026-11-30'))]);
  });

  it('tells the days of a repair that came back, and what the county answers to a hard case', () => {
    const back = event('T12', '2026-11-30', { due_at: endOf('2026-12-01') }, { reason: 'partial' });
    expect(tell([...events.slice(0, 2), back])[0]?.notes).toContain(zh.clock.rework(dayWords('2026-12-01')));
    const inTime = event('T12', '2026-11-25', { due_at: endOf('2026-11-30') }, { reason: 'partial' });
    expect(tell([...events.slice(0, 2), inTime])[0]?.notes).not.toContain(zh.clock.rework(dayWords('2026-11-30')));
    const answered = event('hard_answered', '2026-11-26', { coordinator: '县住建局', until: '2026-12-10' }, { reason: '已约电力公司' });
    expect(tell([answered])[0]).toMatchObject({ title: zh.hard_answered, notes: [zh.coordinates('县住建局', dayWords('2026-12-10')), '已约电力公司'] });
    const marked = event('hard_case', '2026-11-25', { hard: true });
    expect([hardAnswer([]), hardAnswer([answered, { ...marked, version: 999 }]), hardAnswer([{ ...marked, version: 0 }, answered])]).toEqual([null, null, { who: '县住建局', until: '2026-12-10' }]);
  });

  it('tells it in English too, and without the request row', async () => {
    await setLang('en');
    const told = tell(events);
    expect(told[0]?.notes[0]).toBe(en.movedDue(dayWords('2026-11-30'), dayWords('2026-12-05')));
    expect(told[1]?.title).toBe('Asked for more time');
  });

  it('says how long a hold was and that the review day ended it', () => {
    const held = [events[0], event('T8', '2026-11-24', { review_day: '2026-12-01' }), event('T9', '2026-12-01', { working_days: 5, official_due_at: endOf('2026-12-07') }, { person_name: null })] as TicketEvent[];
    const [resumed, hold] = tell(held);
    expect(hold?.notes).toEqual([zh.review(dayWords('2026-12-01'))]);
    expect(resumed?.notes).toEqual(['到了复核日，自动恢复', '挂账 5 个工作日，期限顺延', zh.movedDue(dayWords('2026-11-30'), dayWords('2026-12-07'))]);
  });

  it('says that a hold moved nothing where a campaign does not let it, and names the campaign', () => {
    const joined = event('campaign_joined', '2026-11-24', { name: '冬季清零', day: '2026-11-28', zero_day: '2026-11-28', due_at: endOf('2026-11-28'), official_due_at: endOf('2026-11-28') });
    const told = tell([events[0] as TicketEvent, joined, event('T9', '2026-11-26', { working_days: 2 })]);
    expect(told[0]?.notes).toEqual(['挂账 2 个工作日，期限不变', `清零行动“冬季清零”最晚 ${dayWords('2026-11-28')}，不顺延`]);
    expect(told[1]).toMatchObject({ who: '清零行动', notes: ['清零行动：冬季清零', zh.zeroDay(dayWords('2026-11-28')), zh.movedDue(dayWords('2026-11-30'), dayWords('2026-11-28'))] });
    expect(tell([event('refer_done', '2026-11-26', { working_days: 2 })])[0]?.notes).toEqual(['部门办理 2 个工作日，期限不变']);
    // By hours, less than a day may move it.
    expect(tell([events[0] as TicketEvent, event('T9', '2026-11-26', { working_days: 0, official_due_at: endOf('2026-12-01') })])[0]?.notes[0]).toBe('挂账不到 1 个工作日，期限顺延');
  });

  it('takes the date that passed, and the days of a returned repair, for no new deadline', () => {
    const passed = event('T15', '2026-12-02', { due_at: endOf('2026-12-01') });
    const held = event('T9', '2026-12-04', { working_days: 1, official_due_at: endOf('2026-12-01') });
    expect(tell([events[0] as TicketEvent, passed, held])[0]?.notes).toContain(zh.movedDue(dayWords('2026-11-30'), dayWords('2026-12-01')));
  });

  it('keeps what an edit changed, and only that', () => {
    const before = { severity: 'minor', is_static: true, official_due_at: endOf('2026-11-30') };
    const [told] = tell([event('T17', '2026-11-24', { before, after: { ...before, severity: 'major' } }, { reason: '现场更重' })]);
    expect(told?.notes).toEqual(['严重程度由“一般”改为“重点”', '现场更重']);
  });

  it('has words for everything that the county writes, and none for what it does not know yet', () => {
    for (const name of ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9', 'T10', 'T11', 'T12', 'T13', 'T14', 'T15', 'T16', 'T17', 'T18', 'overdue_lifted', 'stage', 'control_overdue', 'control_lifted', 'sighting', 'attempt', 'asked', 'denied', 'approval_asked', 'ask_withdrawn', 'took_in', 'hard_case', 'void_asked', 'release', 'withdrawn'])
      expect(tell([event(name, '2026-11-24')])[0]?.title, name).not.toBe(zh.other);
    expect(tell([event('T99', '2026-11-24')])[0]?.title).toBe(zh.other);
  });

  it('does not say the same thing twice', () => {
    const [told] = tell([event('T12', '2026-11-24', { note: '还没有整改' }, { reason: 'not_done' })]);
    expect(told?.notes).toEqual(['还没有整改']);
  });
});

describe('the deadline in words', () => {
  const ticket = (over: Partial<Ticket>): Ticket =>
    ({ state: 'in_progress', issued_at: '2026-11-23T02:00:00Z', due_at: endOf('2026-11-30'), official_due_at: endOf('2026-11-30'), deadline_days: 5, first_due_at: endOf('2026-11-30'), ...over }) as Ticket;
  const NONE = asMap([]);
  const from = `自 ${dayWords('2026-11-23')}起 5 个工作日`;

  it('names the count that it comes from', () => {
    expect(clockWords(ticket({}), [], NONE)).toEqual([`应于 ${dayWords('2026-11-30')} 24:00 前完成：${from}`]);
  });

  it('names every reason that moved it', () => {
    const moved = ticket({ due_at: endOf('2026-12-09'), official_due_at: endOf('2026-12-09') });
    const events = [
      event('T2', '2026-11-23', { due_at: endOf('2026-11-30') }),
      event('T7', '2026-11-26', { official_due_at: endOf('2026-12-04') }),
      event('T10', '2026-12-01'),
      event('T12', '2026-12-03', { due_at: endOf('2026-12-08'), official_due_at: endOf('2026-12-08') }),
      event('T9', '2026-12-05', { working_days: 1, official_due_at: endOf('2026-12-09') }),
    ];
    expect(clockWords(moved, events, NONE)).toEqual([`应于 ${dayWords('2026-12-09')} 24:00 前完成：${from}，延期一次（原定 ${dayWords('2026-11-30')}），挂账 1 个工作日不计，期限顺延，核查用去 2 个工作日，期限顺延`]);
  });

  it('says that the clock rests, and that grace is no new deadline', () => {
    expect(clockWords(ticket({ state: 'submitted' }), [], NONE)[1]).toBe('正在核查，不计时');
    const check_due_at = endOf('2026-11-27');
    expect(clockWords(ticket({ state: 'submitted', check_due_at }), [], NONE)[1]).toBe(`正在核查，不计时，县里应于 ${dayWords('2026-11-27')}前核查`);
    expect([checkWords(ticket({ state: 'submitted', check_due_at })), checkWords(ticket({ state: 'rework', check_due_at }))]).toEqual([`县里应于 ${dayWords('2026-11-27')}前核查`, '']);
    expect(clockWords(ticket({ state: 'on_hold', held_at: '2026-11-24T02:00:00Z', review_day: '2026-12-21' }), [], NONE)[1]).toBe(`${dayWords('2026-11-24')}起挂账，不计时，${dayWords('2026-12-21')}复核`);
    expect(clockWords(ticket({ state: 'rework', due_at: endOf('2026-12-01') }), [], NONE)[1]).toContain('是否按期仍看原期限');
  });

  it('says the day to be ready by while the unit has it, and that lateness does not go by it', async () => {
    const early = { internal_due_at: endOf('2026-11-26'), lead_days: 2 };
    expect(clockWords(ticket(early), [], NONE)[1]).toBe(`内部期限 ${dayWords('2026-11-26')}：县里定的提前量是 2 个工作日，提醒按这一天；是否逾期仍看上面的期限`);
    for (const state of ['submitted', 'closed'] as const) expect(clockWords(ticket({ ...early, state }), [], NONE).join()).not.toContain('内部期限');
    await setLang('en');
    expect(clockWords(ticket(early), [], NONE)[1]).toContain('2 working days in hand');
  });

  it('is silent without a clock', () => {
    expect(clockWords(ticket({ state: 'pending', issued_at: null }), [], NONE)).toEqual([]);
  });

  it('says postponed only of what was postponed, and names the campaign that holds the date', () => {
    const issue = event('T2', '2026-11-23', { due_at: endOf('2026-12-14') });
    const joined = event('campaign_joined', '2026-11-24', { name: '冬季清零', day: '2026-12-10', zero_day: '2026-12-10', official_due_at: endOf('2026-12-10') });
    const capped = ticket({ deadline_days: 15, first_due_at: endOf('2026-12-14'), due_at: endOf('2026-12-10'), official_due_at: endOf('2026-12-10'), zero_day: '2026-12-10' });
    const words = (check: string): string => `应于 ${dayWords('2026-12-10')} 24:00 前完成：自 ${dayWords('2026-11-23')}起 15 个工作日，${check}因清零行动“冬季清零”以 ${dayWords('2026-12-10')}为限，原定 ${dayWords('2026-12-14')}`;
    const check = (official: Record<string, unknown>): TicketEvent[] => [event('T10', '2026-11-25'), event('T12', '2026-11-26', { due_at: endOf('2026-12-10'), ...official })];
    expect(clockWords(capped, [issue, joined], NONE)[0]).toBe(words(''));
    expect(clockWords(capped, [issue, joined, ...check({})], NONE)[0]).toBe(words('核查用去 1 个工作日，期限不变，'));
    // Postponed by a day first, and then drawn in by the campaign: nothing of it is left.
    const before = [issue, ...check({ official_due_at: endOf('2026-12-15') }), event('campaign_joined', '2026-11-27', { name: '冬季清零', day: '2026-12-10', zero_day: '2026-12-10', official_due_at: endOf('2026-12-10') })];
    expect(clockWords(capped, before, NONE)[0]).toBe(words('核查用去 1 个工作日，期限不变，'));
    expect(clockWords(capped, [issue, joined, event('T9', '2026-11-26', { working_days: 2 })], NONE)[0]).toBe(words('挂账 2 个工作日，期限不变，'));
    expect(clockWords(capped, [issue, joined], NONE)[1]).toBe(zh.clock.zero(dayWords('2026-12-10')));
    // New work after the campaign's day has its own time, and the campaign says nothing of it.
    expect(clockWords({ ...capped, official_due_at: endOf('2026-12-20') }, [issue, joined], NONE)).toHaveLength(1);
  });

  it('names the days that a request to send it back waited for its answer', () => {
    const events = [event('T2', '2026-11-23', { due_at: endOf('2026-11-30') }), event('T6', '2026-12-02', { wrongly_routed: false, waited: '2026-11-30T02:00:00Z', official_due_at: endOf('2026-12-02') })];
    const moved = ticket({ due_at: endOf('2026-12-02'), official_due_at: endOf('2026-12-02') });
    expect(clockWords(moved, events, NONE)).toEqual([`应于 ${dayWords('2026-12-02')} 24:00 前完成：${from}，退回申请等答复 2 个工作日，期限顺延，原定 ${dayWords('2026-11-30')}`]);
  });

  it('says of a clock that began anew from when and how many days, and forgets what went before', () => {
    const events = [
      event('T2', '2026-11-23', { due_at: endOf('2026-11-30') }),
      event('T9', '2026-11-25', { working_days: 1, official_due_at: endOf('2026-12-01') }),
      event('T6', '2026-12-01', { wrongly_routed: true, official_due_at: endOf('2026-12-08') }),
    ];
    const anew = ticket({ issued_at: '2026-12-01T02:00:00Z', due_at: endOf('2026-12-08'), official_due_at: endOf('2026-12-08') });
    expect(clockWords(anew, events, NONE)).toEqual([`应于 ${dayWords('2026-12-08')} 24:00 前完成：自 ${dayWords('2026-12-01')}起 5 个工作日，重新起算，原定 ${dayWords('2026-11-30')}`]);
    // A fault that came back while its date was still to come keeps that date and its reasons.
    const back = [...events.slice(0, 2), event('T13', '2026-11-24', {})];
    expect(clockWords(ticket({ due_at: endOf('2026-12-01'), official_due_at: endOf('2026-12-01') }), back, NONE)[0]).toContain('挂账 1 个工作日不计，期限顺延');
  });

  it('keeps the date of a closed ticket, with whether it was met', async () => {
    const closed = (submitted_at: string): Ticket => ticket({ state: 'closed', submitted_at, zero_day: '2026-12-10' });
    const due = `应于 ${dayWords('2026-11-30')} 24:00 前完成：${from}`;
    expect(clockWords(closed('2026-11-30T15:59:00Z'), [], NONE)).toEqual([due, '按期：11/30 23:59 提交核查']);
    expect(clockWords(closed('2026-12-02T02:00:00Z'), [], NONE)).toEqual([due, '晚 2 个工作日：12/2 10:00 提交核查']);
    expect(deadlineFact(closed('2026-12-02T02:00:00Z'), NONE)).toBe(`${dayWords('2026-11-30')} 24:00 前 · 晚 2 个工作日`);
    // A returned repair may have had longer for itself; on time goes by the official date. A weekend adds no working day.
    expect(deadlineFact({ ...closed('2026-12-05T02:00:00Z'), official_due_at: endOf('2026-12-04'), due_at: endOf('2026-12-08') }, NONE)).toContain('晚了不到 1 个工作日');
    expect(deadlineFact(ticket({ submitted_at: '2026-12-02T02:00:00Z' }), NONE)).toBe(`${dayWords('2026-11-30')} 24:00 前`);
    expect(clockWords({ ...closed(''), submitted_at: null }, [], NONE)).toEqual([due]);
    // Mended on the spot: there never was a clock.
    expect(clockWords({ ...closed(''), issued_at: null }, [], NONE)).toEqual([]);
    await setLang('en');
    expect(clockWords(closed('2026-12-02T02:00:00Z'), [], NONE)[1]).toMatch(/^2 working days late: put forward /);
  });
});

describe('what the unit has not acted upon', () => {
  it('is told until its next step', () => {
    const remind = event('T16', '2026-11-24', { no: 1 });
    const accept = event('T5', '2026-11-25');
    const edit = event('T17', '2026-11-26', { before: {}, after: {} });
    expect(sinceUnit([remind])).toEqual([remind]);
    expect(sinceUnit([remind, accept])).toEqual([]);
    expect(sinceUnit([edit, remind, accept])).toEqual([edit]);
    const [asked, no] = [event('asked', '2026-11-27'), event('denied', '2026-11-27')];
    expect(sinceUnit([remind, accept, asked, no])).toEqual([no]);
    const joined = event('campaign_joined', '2026-11-27', { official_due_at: endOf('2026-11-28') });
    expect(sinceUnit([accept, joined])).toEqual([joined]);
    expect(sinceUnit([accept, event('campaign_joined', '2026-11-27', { zero_day: '2026-12-31' })])).toEqual([]);
    const [second, third] = [event('T16', '2026-11-28', { no: 2 }), event('T16', '2026-11-30', { no: 3 })];
    expect(sinceUnit([accept, no, second, third])).toEqual([no, third]);
  });

  it('tells a relapse from a repair that fell short', () => {
    expect(cameBack([event('T12', '2026-11-24'), event('T11', '2026-11-25'), event('T13', '2026-11-28')])).toBe(true);
    expect(cameBack([event('T13', '2026-11-24'), event('T12', '2026-11-28')])).toBe(false);
    expect(cameBack([])).toBe(false);
  });
});
