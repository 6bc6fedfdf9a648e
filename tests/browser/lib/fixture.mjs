// A county in the middle of its work: every noun in every state that a screen can show, made through the public HTTP door.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { desk, newDevice } from './api.mjs';

const DEMO = resolve(import.meta.dirname, '../../../backend/demo');
/** The demo township that has staff of all four duties. */
export const TOWNSHIP = '519901001000';

/** The demo's own files, read. */
export const demoFile = (name) => readFileSync(join(DEMO, name), 'utf8');

/** Sites of the demo, as its file has them. */
export const demoSites = () =>
  demoFile('sites.csv').trim().split('\n').slice(1).map((line) => line.split(','))
    .map(([code, kind, name, township, village, longitude, latitude]) => ({ code, kind, name, township, village, longitude: Number(longitude), latitude: Number(latitude) }));

/** The county's month so many months ago, as `2026-10`. */
export function monthsAgo(count) {
  const now = new Date(Date.now() + 8 * 3_600_000);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
}

const ordinary = (field) => `${field} 示例文字`;

/**
 * Fills the demo county. `text(field, longest)` gives what somebody typed into a field; `photo(nth)` the bytes of a JPEG, others for each
 * `nth`: the same file is no repair.
 * `boards`: also a campaign under way and one still a draft, a draw to look back at, a project beside a ticket.
 * Returns ids for the routes that need one.
 */
export async function fillCounty(county, { text = ordinary, photo, boards = false }) {
  const [office, second, inspector, deputy, clerk, leader] = await Promise.all(
    [['office', 0], ['office', 1], ['inspector', 0], ['deputy_leader', 0], ['desk_officer', 0], ['main_leader', 0]].map(([role, nth]) => desk(county.url, county.login(role, nth))),
  );
  const township = deputy.me.posts[0].unit_id;
  const countyUnit = office.me.posts[0].unit_id;

  // Rounds, people, devices.
  const round = await office.post('/api/v1/rounds', { name: text('round.name', 40), year: 2026, quarter: 4, mode: 'announced', issue_mode: 'after_look' });
  await office.post('/api/v1/rounds', { name: text('round.hidden', 40), year: 2026, quarter: 4, mode: 'unannounced', issue_mode: 'after_look' });
  const account = (nth) => ({ login: `someone.else${nth}`, name: text(`person.name${nth}`, 32), posts: [{ role: 'inspector', unit_id: countyUnit }] });
  const people = [];
  for (let nth = 1; nth <= 2; nth += 1) people.push(await office.post('/api/v1/people', account(nth)));
  await desk(county.url, county.login('inspector', 1), { device: newDevice(text('device.name', 64)) });

  // Two visits with failed answers, one that could not begin, findings between sites.
  const sites = await inspector.list(`/api/v1/sites?township_id=${township}`);
  const codes = demoSites().filter((one) => one.township === TOWNSHIP);
  const siteOf = (kind) => sites.find((site) => site.code === codes.find((one) => one.kind === kind).code);
  const lists = await inspector.list('/api/v1/checklists');
  const listOf = (kind) => lists.find((one) => one.site_kind === kind && one.status === 'active');
  const place = ({ lon, lat }) => ({ lon, lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' });
  // A kilometre away: the office is shown the whole record.
  const far = (site) => ({ ...place(site), lon: site.lon + 0.01 });
  const visits = [];
  for (const kind of ['bus_shelter', 'farmers_market']) {
    const site = siteOf(kind);
    const latest = listOf(kind);
    const { items } = latest.body;
    const failing = items.filter((item) => item.makes === 'ticket' && item.answer === 'pass_fail' && item.camera !== 'forbidden').slice(0, 3);
    const answers = items.map((item) => {
      const fails = failing.includes(item);
      return {
        item: item.code, instance_key: '', result: fails ? 'fail' : 'not_observed', value: null, reason: fails ? null : text('answer.reason', 200), note: text('answer.note', 1000),
        findings: fails
          ? [{ finding_id: randomUUID(), instance_key: '', title: text('finding.title', 120), note: text('finding.note', 1000), fixed_on_spot: false, missing_photo_reason: null }]
          : [],
      };
    });
    const inspection_id = randomUUID();
    const visit = await inspector.operate(
      'inspection.submit/1',
      {
        inspection_id, site_id: site.id, checklist_id: latest.id, round_id: round.id, outcome: 'inspected', people_present: text('visit.people', 200),
        note: text('visit.note', 2000), arrived: far(site), distance_reason: text('visit.distance', 200), answers,
      },
      {
        files: failing.map((item, nth) => ({ bytes: photo(nth), role: 'before', item_path: item.code, position: place(site), capture: 'album', capture_reason: text('photo.reason', 200) })),
        envelope: { app_version: text('app.version', 64) },
      },
    );
    visits.push({ ...visit, inspection_id });
  }
  await inspector.operate('inspection.submit/1', {
    inspection_id: randomUUID(), site_id: siteOf('public_toilet').id, checklist_id: listOf('public_toilet').id, round_id: null, outcome: 'closed',
    people_present: '', note: text('visit.closed', 2000), arrived: far(siteOf('public_toilet')), distance_reason: null, answers: [],
  });
  const report = (position) => ({
    finding_id: randomUUID(), site_id: null, item_code: null, instance_key: '', title: text('report.title', 120), note: text('report.note', 1000), severity: 'minor', is_static: true, position,
    fixed_on_spot: false,
  });
  await inspector.operate('finding.report/1', report(place(siteOf('bus_shelter'))), { files: [{ bytes: photo(7), role: 'before' }] });
  await inspector.operate('finding.report/1', report(null));

  // Tickets in every state.
  const step = async (who, kind, id, more, options) => {
    const { version } = await who.get(`/api/v1/tickets/${id}`);
    return who.operate(kind, { ticket_id: id, seen_version: version, ...more }, options);
  };
  const pending = (await office.list('/api/v1/tickets?state=pending')).filter((ticket) => ticket.township_id === township && ticket.site_id !== null);
  const [declined, waits, ...issued] = pending;
  await step(office, 'ticket.decline/1', declined.id, { reason: text('ticket.declined', 1000) });
  for (const ticket of issued) {
    const unit = { unit_kind: 'township', unit_id: township, severity: null, is_static: true, deadline_days: 3, note: text('ticket.note', 1000) };
    await step(office, 'ticket.issue/1', ticket.id, unit);
  }
  const [fresh, passed, returned, waiting] = issued;
  const attempts = {};
  for (const [nth, ticket] of [passed, returned, waiting].entries()) {
    const attempt_id = (attempts[ticket.id] = randomUUID());
    await step(deputy, 'ticket.accept/1', ticket.id, { person_named: text('accept.named', 64) });
    await step(clerk, 'ticket.rectify/1', ticket.id, { attempt_id, note: text('attempt.note', 1000) }, { files: [{ bytes: photo(20 + nth), role: 'after', item_path: ticket.item_code }] });
    await step(deputy, 'ticket.submit/1', ticket.id, { attempt_id, note: text('submit.note', 1000) });
  }
  const verdict = (verdict, reason) => ({ verdict, reason, note: text('verify.note', 1000), on_site: true, position: null });
  await step(office, 'ticket.verify/1', passed.id, { attempt_id: attempts[passed.id], ...verdict('passed', null) });
  await step(office, 'ticket.verify/1', returned.id, { attempt_id: attempts[returned.id], ...verdict('failed', 'partial') });
  await step(office, 'ticket.void/1', fresh.id, { reason: text('void.reason', 1000) }, { outcome: null });

  // What the office has to look at: refused, flagged, in conflict, unreadable.
  const refused = await inspector.operate(text('operation.kind', 60), { anything: text('payload', 60) }, { outcome: null });
  await inspector.operate(text('operation.kind', 60), { anything: text('payload', 60) }, { outcome: null });
  await second.post(`/api/v1/operations/${refused.id}/decision`, { decision: 'dismiss', reason: text('decision.reason', 1000) });
  await deputy.operate('ticket.accept/1', { ticket_id: passed.id, seen_version: 1, person_named: text('accept.late', 64) }, { outcome: null });
  await inspector.sendBroken(`{"broken": ${JSON.stringify(text('quarantined', 200))}`);

  // A month of colours: one changed with a reason and published, appealed, planned, talked about; the month before it only proposed.
  const months = [1, 2].map((back) => monthsAgo(back));
  await office.post('/api/v1/colours/proposals', { month: months[1] });
  const { items } = await office.post('/api/v1/colours/proposals', { month: months[0] });
  for (const row of items) {
    const own = row.township_id === township;
    await office.post(`/api/v1/colours/${row.id}/confirm`, { colour: own ? 'red' : row.proposal, reason: own ? text('colour.reason', 1000) : '', version: row.version });
  }
  await office.post('/api/v1/colours/publications', { month: months[0] });
  const colour = items.find((row) => row.township_id === township).id;
  await leader.post(`/api/v1/colours/${colour}/plan`, { text: text('colour.plan', 1000) });
  await deputy.post(`/api/v1/colours/${colour}/appeal`, { reason: text('colour.appeal', 1000), ticket_ids: [waiting.id] });
  await office.post('/api/v1/talks', { kind: 'talk', township_id: township, held_on: monthsAgo(1).concat('-28'), participants: text('talk.participants', 200), subject: text('talk.subject', 200), agreed: text('talk.agreed', 1000), colour_ids: [colour], ticket_ids: [waiting.id] });

  // Ways out of the system: one that is paused, one that was never used, and the mail server of the second.
  const url = 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=00000000-0000-0000-0000-000000000000';
  const robot = await office.post('/api/v1/notices/channels', { kind: 'wecom', name: text('channel.name', 40), unit_kind: 'township', unit_id: township, url, secret: null, addresses: null });
  await office.put(`/api/v1/notices/channels/${robot.id}`, { version: robot.version, name: robot.name, paused: true, url: null, secret: null, addresses: null });
  await office.post('/api/v1/notices/channels', { kind: 'email', name: text('channel.mail', 40), unit_kind: 'county', unit_id: countyUnit, url: null, secret: null, addresses: ['office@example.gov.cn'] });
  await office.post(`/api/v1/notices/channels/${robot.id}/test`);

  // Late, so that they stand on the first page of the record.
  await office.post(`/api/v1/people/${people[0].id}/suspend`, { reason: text('person.suspended', 200) });
  await office.post(`/api/v1/posts/${people[1].posts[0].id}/end`, { reason: text('post.ended', 200) });

  const shown = await office.get(`/api/v1/tickets/${waiting.id}`);
  const photos = [shown.before[0].file_id, shown.after[0].file_id];
  // One person of the office finds that a photo does not show its repair; a second one has not said anything yet.
  await second.post('/api/v1/photo-verdicts', { file_id: photos[1], reason: text('verdict.reason', 1000) });

  // A file at the guided set-up, looked over and not written: one row changes a site, one cannot be read.
  const [first] = codes;
  const quoted = (words) => `"${words.replaceAll('"', '""')}"`;
  const table = [
    ['code', 'kind', 'name', 'township_code', 'village_code', 'longitude', 'latitude'],
    [first.code, first.kind, '改过的名称', first.township, first.village, first.longitude, first.latitude],
    ['01-NEW', first.kind, quoted(text('import.name', 60)), first.township, 'x', 'x', ''],
  ];
  const brought = await office.bring(`${text('import.file', 100)}.csv`, Buffer.from(table.map((line) => line.join(',')).join('\n')));

  const made = boards ? await fillBoards({ office, deputy, text, passed, returned }) : { campaigns: [], draws: [], looks: [] };
  return { ...made, imports: brought ? [brought.id] : ['00000000-0000-4000-8000-000000000000'], colour, photos, round: round.id, site: siteOf('bus_shelter').id, code: siteOf('bus_shelter').code, ticket: waiting.id, tickets: { fresh: fresh.id, returned: returned.id, passed: passed.id, waiting: waiting.id, pending: waits.id, declined: declined.id }, visits, people };
}

/** What the county does with many tickets: a campaign and its draft, closed tickets to look at again, building work that takes longer. */
async function fillBoards({ office, deputy, text, passed, returned }) {
  const day = (days) => new Date(Date.now() + (8 + days * 24) * 3_600_000).toISOString().slice(0, 10);
  const scope = { honour_level: null, site_kinds: [], township_ids: [] };
  const campaigns = [];
  for (let nth = 0; nth < 2; nth += 1) campaigns.push(await office.post('/api/v1/campaigns', { name: text(`campaign.name${nth}`, 60), scope, deadline_day: day(20) }));
  await office.post(`/api/v1/campaigns/${campaigns[0].id}/start`, { version: campaigns[0].version });
  const first = await office.post('/api/v1/look-backs', { from_day: day(-1), to_day: day(0) });
  const second = await office.post(`/api/v1/look-backs/${first.id}/redo`, { reason: text('look_back.reason', 200) });
  const milestone = (name, days) => ({ id: randomUUID(), name, day: day(days) });
  await deputy.post('/api/v1/projects', {
    name: text('project.name', 60), note: text('project.note', 1000), ticket_ids: [returned.id],
    milestones: [milestone(text('milestone.name', 60), 3), milestone(text('milestone.later', 60), 30)],
  });
  return { campaigns: campaigns.map((one) => one.id), draws: [second.id, first.id], looks: [passed.id] };
}
