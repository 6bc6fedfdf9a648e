// Each figure must be explainable by opening the events: the sentences name what was, what is, and why, in both languages.
import { afterEach, describe, expect, it } from 'vitest';
import type { TicketEvent } from '../../src/api/types';
import { clockWords, dayWords, hardAnswer, sinceUnit, tell } from '../../src/app/steps/story';
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
      event('T12', '2026-12-03', { due_at: endOf('2026-12-08') }),
      event('T9', '2026-12-05', { working_days: 1 }),
    ];
    expect(clockWords(moved, events, NONE)).toEqual([`应于 ${dayWords('2026-12-09')} 24:00 前完成：${from}，延期一次（原定 ${dayWords('2026-11-30')}），挂账 1 个工作日不计，期限顺延，核查用去 2 个工作日，期限顺延`]);
  });

  it('says that the clock rests, and that grace is no new deadline', () => {
    expect(clockWords(ticket({ state: 'submitted' }), [], NONE)[1]).toBe('正在核查，不计时');
    expect(clockWords(ticket({ state: 'on_hold', held_at: '2026-11-24T02:00:00Z', review_day: '2026-12-21' }), [], NONE)[1]).toBe(`${dayWords('2026-11-24')}起挂账，不计时，${dayWords('2026-12-21')}复核`);
    expect(clockWords(ticket({ state: 'rework', due_at: endOf('2026-12-01') }), [], NONE)[1]).toContain('是否按期仍看原期限');
  });

  it('is silent without a clock', () => {
    expect(clockWords(ticket({ state: 'pending', issued_at: null }), [], NONE)).toEqual([]);
    expect(clockWords(ticket({ state: 'closed' }), [], NONE)).toEqual([]);
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
    const [second, third] = [event('T16', '2026-11-28', { no: 2 }), event('T16', '2026-11-30', { no: 3 })];
    expect(sinceUnit([accept, no, second, third])).toEqual([no, third]);
  });

  it('tells a relapse from a repair that fell short', () => {
    expect(cameBack([event('T12', '2026-11-24'), event('T11', '2026-11-25'), event('T13', '2026-11-28')])).toBe(true);
    expect(cameBack([event('T13', '2026-11-24'), event('T12', '2026-11-28')])).toBe(false);
    expect(cameBack([])).toBe(false);
  });
});
